"""What is owed for what came back, with its arithmetic as lines: one function for every reader.

Items at what was paid for them and is not given back yet, less what they lost in value, less fees,
plus the way out as far as it is owed, plus what people add or take.  Whoever shows a figure of a
settlement shows one from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from retour.settlement.allocation import Money, portion, rounded, share
from retour.settlement.bill import Bill, Worth

ITEM: Final = "item"
SHIPPING: Final = "shipping"
FEE: Final = "fee"
ADJUSTMENT: Final = "adjustment"
POINTS: Final = 10_000
"""Shares are given in hundredths of a percent."""


class WayOut(StrEnum):
    """How much of the outward shipping is owed where nobody names an amount."""

    NONE = "none"
    STANDARD = "standard"  # What the cheapest way on offer would have cost.
    FULL = "full"


class Gone(NamedTuple):
    """What is given back of a line already, or promised."""

    amount: int = 0
    tax: int = 0
    discount: int = 0
    units: int = 0

    def __add__(self, other: Gone) -> Gone:  # pyright: ignore[reportIncompatibleMethodOverride] - a sum, not a longer tuple
        return Gone(*(a + b for a, b in zip(self, other, strict=True)))


class Given(NamedTuple):
    """What settlements of all returns of the order hold, line by line and of the shipping."""

    items: dict[str, Gone]
    shipping: Gone


class Cut(NamedTuple):
    """What a unit lost in value, as somebody ruled."""

    rule: str
    label: str
    points: int


class Item(NamedTuple):
    """Units of a line that are owed for; ``cuts`` says of each what it lost."""

    line: str
    units: Sequence[str]
    cuts: Sequence[Cut | None] = ()


class Fee(NamedTuple):
    """A fee for some units of a line, or for all of them at once: an amount, or a share."""

    rule: str
    label: str
    amount: int = 0
    points: int = 0
    line: str | None = None
    units: int = 0


class Claim(NamedTuple):
    """All that one settlement is about.

    Args:
        shipping: An amount that somebody named, or how much of it is owed.
        extras: What people add or take; below zero where they take.
    """

    items: Sequence[Item]
    fees: Sequence[Fee] = ()
    shipping: int | WayOut = WayOut.NONE
    extras: Sequence[Line] = ()


class Part(NamedTuple):
    """What of a kit's line is a part's."""

    line: str
    units: int
    amount: int
    tax: int
    discount: int


class Line(NamedTuple):
    """One reason for money.

    ``price`` less ``discount``, with ``tax`` on top where prices are without, is ``amount``.
    """

    kind: str
    amount: int
    tax: int = 0
    discount: int = 0
    price: int | None = None
    line: str | None = None
    units: Sequence[str] = ()
    label: str | None = None
    rule: str | None = None
    parts: Sequence[Part] = ()


class Entitlement(NamedTuple):
    """What is owed, and why."""

    lines: Sequence[Line]

    @property
    def total(self) -> int:
        """The sum of its lines."""
        return sum(line.amount for line in self.lines)


class Excess(NamedTuple):
    """More than there is: of what, and the arithmetic that says so."""

    what: str  # shipping | fees
    asked: int
    paid: int
    gone: int
    left: int


def entitled(bill: Bill, given: Given, claim: Claim) -> Entitlement | Excess:
    """Say what is owed for a claim, or what it asks too much of."""
    items = _items(bill, given, claim.items)
    shipping = _shipping(bill, given, claim.shipping)
    if isinstance(shipping, Excess):
        return shipping
    lost = [_lost(item, line) for item, line in zip(claim.items, items, strict=True)]
    left = {
        line.line: line.amount + sum(one.amount for one in of_line)
        for line, of_line in zip(items, lost, strict=True)
    }
    beside = sum(line.amount for line in (*shipping, *claim.extras))
    fees = _fees(claim, left, max(sum(left.values()) + beside, 0))
    cuts = [one for of_line in lost for one in of_line]
    owed = Entitlement((*items, *cuts, *fees, *shipping, *claim.extras))
    if owed.total < 0:
        kept = -sum(line.amount for line in owed.lines if line.amount < 0)
        return Excess("fees", kept, kept + owed.total, 0, kept + owed.total)
    return owed


# ---------------------------------------------------------------- items


def share_of(bill: Bill, given: Given, line: str, units: int) -> Line:
    """Say what some units of a line are owed for, once ``given`` has been given back."""
    parts = bill.kits.get(line)
    if parts is not None:
        return _kit(bill, given, line, units, parts)
    amount, tax, discount = _portion(bill.articles[line], given.items.get(line, Gone()), units)
    price = bill.price(amount, tax, discount)
    return Line(ITEM, amount, tax=tax, discount=discount, price=price, line=line)


def _portion(whole: Worth, gone: Gone, units: int) -> tuple[int, int, int]:
    """Give the amount, tax and discount of some units of what is not given back yet."""
    of = max(whole.units - gone.units, units)
    amount, tax = portion(
        Money(whole.amount, whole.tax), Money(gone.amount, gone.tax), units, of=of
    )
    return amount, tax, share(max(whole.discount - gone.discount, 0), units, of)


def _kit(bill: Bill, given: Given, line: str, units: int, parts: Sequence[str]) -> Line:
    """Give a kit as the parts that are in it and did not come back alone."""
    kit, gone = bill.articles[line].units, given.items.get(line, Gone()).units
    shares: list[Part] = []
    for name in parts:
        whole, back = bill.articles[name], given.items.get(name, Gone())
        count = whole.units * (gone + units) // kit - whole.units * gone // kit
        count = min(count, whole.units - back.units)
        if count > 0:
            amount, tax, discount = _portion(whole, back, count)
            shares.append(Part(name, count, amount, tax, discount))
    amount = sum(one.amount for one in shares)
    tax = sum(one.tax for one in shares)
    discount = sum(one.discount for one in shares)
    price = bill.price(amount, tax, discount)
    return Line(
        ITEM, amount, tax=tax, discount=discount, price=price, line=line, parts=tuple(shares)
    )


def _items(bill: Bill, given: Given, items: Sequence[Item]) -> list[Line]:
    """Give each item its share of what those before it leave."""
    so_far = given._replace(items=dict(given.items))
    lines: list[Line] = []
    for item in items:
        line = share_of(bill, so_far, item.line, len(item.units))
        lines.append(line._replace(units=tuple(item.units)))
        _count(so_far.items, lines[-1])
    return lines


def summed(lines: Iterable[Line]) -> Given:
    """Sum what lines of settlements give back; what is neither item nor shipping counts nothing."""
    items: dict[str, Gone] = {}
    shipping = Gone()
    for line in lines:
        if line.kind == SHIPPING:
            shipping += Gone(line.amount, line.tax, line.discount)
        elif line.kind == ITEM:
            _count(items, line)
    return Given(items, shipping)


def _count(items: dict[str, Gone], line: Line) -> None:
    assert line.line is not None, "an item is of a line"
    gone = Gone(line.amount, line.tax, line.discount, len(line.units))
    items[line.line] = items.get(line.line, Gone()) + gone
    for part in line.parts:
        of_part = Gone(part.amount, part.tax, part.discount, part.units)
        items[part.line] = items.get(part.line, Gone()) + of_part


# ---------------------------------------------------------------- what is kept back


def _lost(item: Item, line: Line) -> list[Line]:
    """Take from an item what its units have lost, those with the same loss together."""
    counts: dict[Cut, int] = {}
    for cut in item.cuts:
        if cut is not None:
            counts[cut] = counts.get(cut, 0) + 1
    amount, tax = line.amount, line.tax
    cuts: list[Line] = []
    for cut, count in counts.items():
        points, whole = cut.points * count, POINTS * len(item.units)
        off = min(rounded(line.amount * points, whole), amount)
        of_tax = min(rounded(line.tax * points, whole), tax)
        amount, tax = amount - off, tax - of_tax
        if off:
            cuts.append(Line(ADJUSTMENT, -off, tax=-of_tax, label=cut.label, rule=cut.rule))
    return cuts


def _fees(claim: Claim, left: Mapping[str | None, int], room: int) -> Iterable[Line]:
    """Ask the fees of each rule as they add up, and no more than there is."""
    units = {item.line: len(item.units) for item in claim.items}
    sums: dict[tuple[str, str], int] = {}
    for fee in claim.fees:
        amount = fee.amount
        if fee.points and fee.line is not None:
            base = left[fee.line] * fee.units * fee.points
            amount = rounded(base, POINTS * units[fee.line])
        sums[fee.rule, fee.label] = sums.get((fee.rule, fee.label), 0) + amount
    lines: list[Line] = []
    for (rule, label), asked in sums.items():
        amount = min(asked, room)
        room -= amount
        if amount:
            lines.append(Line(FEE, -amount, label=label, rule=rule))
    return lines


# ---------------------------------------------------------------- the way out


def _shipping(bill: Bill, given: Given, asked: int | WayOut) -> Sequence[Line] | Excess:
    whole, gone = bill.shipping, given.shipping
    left = max(whole.amount - gone.amount, 0)
    if isinstance(asked, WayOut):
        amount = {
            WayOut.NONE: 0,
            WayOut.STANDARD: min(max(bill.standard - gone.amount, 0), left),
            WayOut.FULL: left,
        }[asked]
    else:
        amount = asked
    if amount > left:
        return Excess(SHIPPING, amount, whole.amount, gone.amount, left)
    if amount == 0:
        return ()
    tax = min(share(max(whole.tax - gone.tax, 0), amount, left), amount)
    discount = share(max(whole.discount - gone.discount, 0), amount, left)
    price = bill.price(amount, tax, discount)
    return (Line(SHIPPING, amount, tax=tax, discount=discount, price=price),)
