"""What the events of parcels mean: labels taken back, pick-ups, boxes of others."""

from __future__ import annotations

from typing import Final

from retour.lifecycle.model import EventType

SAID_OF_PARCELS: Final = (
    (
        EventType.LABEL_VOID_REQUESTED,
        "Label void requested",
        "A carrier is asked to take a label back that nobody used.",
        "The command; where no carrier made the label, it is void at once.",
    ),
    (
        EventType.LABEL_VOIDED,
        "Label voided",
        "A label is void; the parcel with it is no longer expected.",
        "The carrier took it back, or none had made it.",
    ),
    (
        EventType.LABEL_VOID_REFUSED,
        "Label void refused",
        "A carrier does not take a label back; the parcel says why, and its label stays.",
        "The carrier refuses.",
    ),
    (
        EventType.PARCEL_ADDED,
        "Parcel added",
        "A parcel is known whose label is the sender's own, that has none, or that is shared.",
        "The command; goods of the return travel in a box of another one.",
    ),
    (
        EventType.PARCEL_SENT_BACK,
        "Parcel sent back",
        "Goods that were not accepted go back to the customer in a parcel of their own.",
        "The command.",
    ),
    (
        EventType.PICKUP_REQUESTED,
        "Pick-up requested",
        "A carrier is asked to come for a parcel.",
        "The command.",
    ),
    (
        EventType.PICKUP_SCHEDULED,
        "Pick-up scheduled",
        "A carrier comes for a parcel, in the time asked for.",
        "The carrier confirms.",
    ),
    (
        EventType.PICKUP_FAILED,
        "Pick-up failed",
        "Nobody comes for the parcel; it says why. Ask for another time, or have it dropped off.",
        "The carrier refuses, or does not answer in any attempt.",
    ),
    (
        EventType.PICKUP_CANCEL_REQUESTED,
        "Pick-up cancel requested",
        "A carrier is asked not to come.",
        "The command.",
    ),
    (
        EventType.PICKUP_CANCELED,
        "Pick-up canceled",
        "Nobody comes for the parcel any more.",
        "The carrier confirms.",
    ),
)
