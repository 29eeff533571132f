"""What the plain model of a return consists of; ``plain`` says what happens to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NoReturn

MAIN_ROAD: Final = ("authorized", "shipped", "tracked", "received", "processed", "settled")
HERE: Final = ("received", "unexpected", "wrong_item")
OPEN: Final = ("pending", "waiting_for_input")
FOREIGN: Final = "toaster"
HELD: Final = ("confirmed", "in_progress", "failed", "settled")
UNUSED: Final = ("requested", "label_created")


class No(Exception):
    """The command is not possible."""


def no() -> NoReturn:
    """Refuse."""
    raise No


@dataclass(eq=False)
class PlainUnit:
    """One piece."""

    came: str = "expected"
    look: str = "pending"
    paid: bool = False
    gone: bool = False
    id: str = ""
    where: PlainSeen | None = None
    put: tuple[str, str] = ("", "")  # Where it goes, where it lies.
    chosen: bool = False  # Somebody has said what becomes of it, refused.


@dataclass(eq=False)
class PlainLine:
    """The pieces of an order line in a return; ``name`` is None for foreign goods."""

    name: str | None
    asked: int
    units: list[PlainUnit]
    sku: str | None = None  # Of foreign goods.


@dataclass(eq=False)
class PlainReceipt:
    """What one facility wrote down."""

    facility: str
    open: bool = True
    paused: bool = False


@dataclass(eq=False)
class PlainSeen:
    """One line of a receipt."""

    receipt: PlainReceipt
    name: str | None
    units: list[PlainUnit]
    sku: str | None = None  # Of foreign goods.
    corrected: bool = False


@dataclass(eq=False)
class PlainLeg:
    """One payment back."""

    payment: str
    amount: int
    state: str = "draft"
    failures: int = 0


@dataclass(eq=False)
class PlainSettlement:
    """What is owed; ``items`` gives per order line the units and what they are worth."""

    kind: str
    extra: int
    state: str = "draft"
    items: dict[str, tuple[list[PlainUnit], int]] = field(default_factory=dict)
    legs: list[PlainLeg] = field(default_factory=list["PlainLeg"])

    @property
    def total(self) -> int:
        """What is to be paid."""
        return 0 if self.kind == "none" else self.extra + sum(w for _, w in self.items.values())

    def units(self) -> Iterator[PlainUnit]:
        """The pieces it pays for."""
        for units, _ in self.items.values():
            yield from units


@dataclass
class PlainOrder:
    """Lines as name -> (quantity, price), payments as name -> (captured, who pays)."""

    lines: dict[str, tuple[int, int]]
    payments: dict[str, tuple[int, str]]
    returns: list[PlainCase] = field(default_factory=list["PlainCase"])

    def reserved(self, payment: str) -> int:
        """Count what refunds hold of a payment."""
        return sum(
            leg.amount
            for ret in self.returns
            for settlement in ret.settlements
            for leg in settlement.legs
            if leg.payment == payment
            and leg.state in {"reserved", "in_flight", "unknown", "succeeded"}
        )

    def counters(self, name: str) -> tuple[int, int, int, int, int]:
        """Count requested, received, accepted, rejected and settled units of a line."""
        units = [
            unit
            for ret in self.returns
            for line in ret.lines
            if line.name == name
            for unit in line.units
            if not unit.gone
        ]
        came = [unit for unit in units if unit.came in {"received", "unexpected", "waived"}]
        yes = [unit for unit in came if unit.look == "accepted"]
        rejected = sum(unit.look == "rejected" for unit in came)
        return len(units), len(came), len(yes), rejected, sum(unit.paid for unit in yes)

    def returnable(self, name: str) -> int:
        """Count what may still be asked back."""
        return self.lines[name][0] - self.counters(name)[0]


@dataclass(eq=False)
class PlainCase:
    """What a return consists of; ``early`` where its policy pays from authorized on."""

    order: PlainOrder
    early: bool
    status: str = ""
    lines: list[PlainLine] = field(default_factory=list["PlainLine"])
    receipts: list[PlainReceipt] = field(default_factory=list["PlainReceipt"])
    seen: list[PlainSeen] = field(default_factory=list["PlainSeen"])
    settlements: list[PlainSettlement] = field(default_factory=list["PlainSettlement"])
    parcels: list[str] = field(default_factory=list[str])  # Their statuses, the oldest first.
    proofs: set[str] = field(default_factory=set[str])
    reopened: bool = False
    operations: set[str] = field(default_factory=set[str])

    def units(self) -> list[PlainUnit]:
        """Give every piece."""
        return [unit for line in self.lines for unit in line.units]

    def only(self, *statuses: str) -> None:
        """Refuse in every other status."""
        if self.status not in statuses:
            no()

    def legs(self) -> list[PlainLeg]:
        """Give every leg there ever was."""
        return [leg for settlement in self.settlements for leg in settlement.legs]

    def find(self, *states: str) -> PlainSettlement | None:
        """Give the newest settlement in one of these states."""
        found = [one for one in self.settlements if one.state in states]
        return found[-1] if found else None

    def held(self, *states: str) -> list[PlainUnit]:
        """Give the pieces that settlements in these states pay for."""
        return [unit for one in self.settlements if one.state in states for unit in one.units()]
