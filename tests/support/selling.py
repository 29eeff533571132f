"""Orders sold at random and given back in random pieces, as plain values, with what must hold.

``a_sale`` makes an order of any shape; ``give_back`` returns all of it, piece by piece in any
order, and asserts after each piece.  Used by the pure ring and by ``scripts/soak.py``.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Final

from retour.settlement.bill import Article, Bill, Carriage, Sale, billed
from retour.settlement.entitlement import (
    Claim,
    Entitlement,
    Item,
    Line,
    WayOut,
    entitled,
    summed,
)

RATES: Final = (None, "0", "7", "5.5", "19", "21", "25.5", "8.875", "33.3333")
PRICES: Final = (0, 1, 5, 99, 333, 1000, 2390, 9999, 123_457)


def a_sale(random: Random) -> Sale:
    """Sell something: lines, perhaps a kit, discounts, shipping, tax in or on top."""
    articles = [_article(random, str(n)) for n in range(random.randint(1, 4))]
    if random.random() < 0.4:
        articles += _kit(random)
    carriages = [_carriage(random) for _ in range(random.randint(0, 2))]
    sale = Sale(articles, carriages, includes_tax=random.random() < 0.5)
    net = sum(one.price - one.discount for one in articles if one.kit is None)
    sale = sale._replace(
        discount=random.randint(0, net) if random.random() < 0.4 else 0,
        discounts_shipping=random.random() < 0.3,
    )
    return sale._replace(charged=_charged(sale) if random.random() < 0.7 else None)


def _article(random: Random, name: str, kit: str | None = None) -> Article:
    units = random.randint(1, 6)
    price = random.choice(PRICES) * units + random.randint(0, 7)
    discount = random.randint(0, price) if random.random() < 0.5 else 0
    return Article(name, units, price, discount, random.choice(RATES), kit)


def _kit(random: Random) -> list[Article]:
    parts = [_article(random, f"part{n}", "kit") for n in range(random.randint(1, 3))]
    return [_article(random, "kit"), *parts]


def _carriage(random: Random) -> Carriage:
    price = random.choice((0, 495, 590, 1990))
    discount = random.randint(0, price) if random.random() < 0.4 else 0
    standard = random.randint(0, price) if random.random() < 0.3 else None
    return Carriage(price, discount, random.choice(RATES), standard)


def _charged(sale: Sale) -> int:
    """Say what a shop charges that rounds the sum once, worked out in fractions."""
    bill = billed(sale._replace(charged=None))
    if sale.includes_tax:
        return sum(one.amount for one in bill.articles.values()) + bill.shipping.amount
    total = Fraction(0)
    rates = {one.id: one.tax_rate for one in sale.articles}
    kits = {one.id: one.kit for one in sale.articles}
    for name, worth in bill.articles.items():
        rate = rates[name] or (rates.get(kits[name] or "") if kits[name] else None)
        total += (worth.amount - worth.tax) * (1 + Fraction(rate or "0") / 100)
    total += bill.shipping.amount
    return int(total + Fraction(1, 2))


def give_back(sale: Sale, random: Random) -> int:
    """Give all of an order back in random pieces; say how many settlements that took."""
    bill = billed(sale)
    pieces = _pieces(sale, bill, random)
    random.shuffle(pieces)
    held: list[Line] = []
    settlements = 0
    while pieces:
        claim = _claim(pieces, random)
        owed = entitled(bill, summed(held), claim)
        assert isinstance(owed, Entitlement), owed
        assert owed.total >= 0
        for line in owed.lines:
            _check(line, sale)
        held += owed.lines
        settlements += 1
    _check_whole(sale, bill, held)
    return settlements


def _pieces(sale: Sale, bill: Bill, random: Random) -> list[tuple[str, int]]:
    """Break an order into pieces: units of lines, some kits whole, minor units of the shipping."""
    kits = set(bill.kits)
    as_kit = {one.id: random.randint(0, one.units) for one in sale.articles if one.id in kits}
    whole = {one.id: one.units for one in sale.articles}
    pieces: list[tuple[str, int]] = []
    for one in sale.articles:
        units = as_kit.get(one.id, one.units)
        if one.kit is not None:
            units -= one.units * as_kit[one.kit] // whole[one.kit]
        pieces += [(one.id, n) for n in _broken(units, random)]
    return pieces + [("", n) for n in _broken(bill.shipping.amount, random)]


def _broken(whole: int, random: Random) -> list[int]:
    parts: list[int] = []
    while whole:
        parts.append(whole if len(parts) == 3 else random.randint(1, whole))
        whole -= parts[-1]
    return parts


def _claim(pieces: list[tuple[str, int]], random: Random) -> Claim:
    """Take some of the pieces, each thing once."""
    taken: dict[str, int] = {}
    for _ in range(random.randint(1, 3)):
        if pieces and pieces[-1][0] not in taken:
            name, count = pieces.pop()
            taken[name] = count
    shipping = taken.pop("", None)
    items = [Item(name, tuple(str(n) for n in range(units))) for name, units in taken.items()]
    return Claim(items, shipping=WayOut.NONE if shipping is None else shipping)


def _check(line: Line, sale: Sale) -> None:
    assert line.price is not None
    assert 0 <= line.tax <= line.amount
    assert line.discount >= 0
    on_top = 0 if sale.includes_tax else line.tax
    assert line.amount == line.price - line.discount + on_top
    assert not line.parts or line.amount == sum(part.amount for part in line.parts)


def _check_whole(sale: Sale, bill: Bill, held: list[Line]) -> None:
    whole = bill.goods + bill.shipping.amount
    assert whole == sum(line.amount for line in held)
    if sale.charged is not None:
        assert whole == sale.charged, "what was rounded on the way is given back too"
    if sale.includes_tax:
        sold = [one for one in sale.articles if one.kit is None]
        asked = sum(one.price - one.discount for one in (*sold, *sale.carriages))
        assert whole == asked - sale.discount
    taxes = [one.tax for one in (*bill.articles.values(), bill.shipping)]
    assert sum(taxes) == sum(line.tax for line in held)
    off = sum(one.discount for one in sale.articles if one.kit is None) + sale.discount
    off += sum(one.discount for one in sale.carriages)
    if not bill.shipping.amount:  # What comes to nothing is in no settlement, nor is its discount.
        off -= bill.shipping.discount
    assert sum(line.discount for line in held) == off
