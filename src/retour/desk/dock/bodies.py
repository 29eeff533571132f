"""What facilities say: goods seen, whatever is known of where they belong."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from retour.lifecycle.bodies import Body, Few, Judgement, Quantity, Text, Word
from retour.lifecycle.commands import UnitsSeen
from retour.lifecycle.model import Reception

RESULTS_MAX = 100
"""Results in one report of a facility."""
OPERATION_MAX = 200
"""Characters of an operation's id; a match of a parcel adds some of its own."""

OperationId = Annotated[str, Meta(min_length=1, max_length=OPERATION_MAX)]
Address = Annotated[str, Meta(min_length=3, max_length=320)]


class GoodsSeen(Body):
    """Pieces of one kind, with what the facility makes of them, where it judges."""

    quantity: Quantity
    line: Word | None = None
    sku: Word | None = None
    barcode: Word | None = None
    reception: Reception | None = None
    serials: Annotated[tuple[Word, ...], Few] = ()
    condition: Text | None = None
    damaged: bool = False
    acceptance: Judgement | None = None
    grade: Word | None = None
    disposition: Word | None = None
    reason: Text | None = None

    @property
    def seen(self) -> UnitsSeen:
        """As goods on the dock, without any judgement."""
        return UnitsSeen(
            quantity=self.quantity,
            line=self.line,
            sku=self.sku,
            barcode=self.barcode,
            reception=self.reception,
            serials=self.serials,
            condition=self.condition,
            damaged=self.damaged,
        )

    @property
    def is_judged(self) -> bool:
        """Say whether the facility has an opinion on them."""
        return not (self.acceptance is self.grade is self.disposition is None)


class ParcelSeen(Body):
    """What was seen of a parcel: whatever may tell whose it is, and what was in it."""

    operation_id: OperationId
    return_id: Word | None = msgspec.field(name="return", default=None)
    rma: Word | None = None
    tracking_number: Word | None = None
    order_number: Word | None = None
    email: Address | None = None
    name: Word | None = None
    lines: Annotated[tuple[GoodsSeen, ...], Few] = ()
    note: Text | None = None


class ReceiptResult(ParcelSeen):
    """One parcel received; ``finished`` closes its receipt where nothing is left to look at."""

    finished: bool = False
    remaining: Annotated[str, Meta(pattern="^(missing|expected)$")] = "expected"


class Receipts(Body):
    """What a facility received, each result for itself."""

    results: Annotated[tuple[ReceiptResult, ...], Meta(min_length=1, max_length=RESULTS_MAX)]


class Matched(Body):
    """Which return a parcel is of: by id or RMA number, or a new one for an order."""

    return_id: Word | None = msgspec.field(name="return", default=None)
    order_number: Word | None = None


class Closed(Body):
    """What became of it."""

    reason: Annotated[str, Meta(min_length=1, max_length=4000)]


class Resolved(Body):
    """What was done about an exception."""

    remedy: Word
    note: Text | None = None
