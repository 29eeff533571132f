"""What the events of goods that go out instead of money mean."""

from __future__ import annotations

from typing import Final

from retour.lifecycle.model import EventType

SAID_OF_EXCHANGES: Final = (
    (
        EventType.EXCHANGE_RESERVED,
        "Exchange reserved",
        "The goods of an exchange are put aside for the customer.",
        "The stock says so, after the settlement was confirmed.",
    ),
    (
        EventType.CHARGE_REQUESTED,
        "Charge requested",
        "The customer shall pay what the goods cost more: collect it and report the leg's outcome.",
        "An exchange is started whose goods are dearer.",
    ),
    (
        EventType.CHARGE_PAID,
        "Charge paid",
        "The customer has paid the difference; the goods can be ordered.",
        "The shop that collected it says so.",
    ),
    (
        EventType.EXCHANGE_STARTED,
        "Exchange started",
        "The goods are ordered; where another system has them, it does that and reports the leg.",
        "The settlement is started and any difference paid, or the leg is retried.",
    ),
    (
        EventType.EXCHANGE_ORDERED,
        "Exchange ordered",
        "The goods are on their way to the customer, by the replacement order the leg names.",
        "The stock, or the other system, says so.",
    ),
    (
        EventType.EXCHANGE_FAILED,
        "Exchange failed",
        "The goods do not go out: it says why, and what is given instead, where that is known.",
        "There are none, no order is taken, the difference is not paid, or it is given up.",
    ),
    (
        EventType.EXCHANGE_RELEASED,
        "Exchange released",
        "Goods that were put aside are let go.",
        "The settlement is dropped.",
    ),
    (
        EventType.REPAIR_STARTED,
        "Repair started",
        "The goods are to be mended and sent out again.",
        "A settlement of kind repair is started, or its leg retried.",
    ),
    (
        EventType.REPAIR_FINISHED,
        "Repair finished",
        "The goods are mended; the customer gets them back.",
        "Who mends them says so.",
    ),
    (
        EventType.REPAIR_FAILED,
        "Repair failed",
        "The goods cannot be mended. Retry, or discard it and settle in another way.",
        "Who mends them says so.",
    ),
)
