"""Two hundred requests of one seed, to read what policies make of them.

Each is an order with one to three lines, asked back in part or whole, a few days or years later, by
somebody somewhere; its first piece is then graded.  The same seed gives the same requests forever.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode
from retour.lifecycle.commands import Context, LineAsked, ReasonGiven, Request
from retour.lifecycle.decide import decide, numbers_needed
from retour.lifecycle.dock.ruling import ruled_piece
from retour.lifecycle.fold import Fold
from retour.lifecycle.model import (
    Actor,
    ActorKind,
    Customer,
    Decision,
    Executor,
    Order,
    OrderLine,
    Origin,
    Outcome,
    Payment,
    Policy,
    Return,
    Shipment,
    ShippingCharge,
    State,
)
from retour.lifecycle.orders.ordering import put_order
from retour.policy.facts import Piece
from retour.policy.history import Past, PastOrder, PastReturn
from retour.policy.inspection import Ruling

COUNT: Final = 200
_SEED: Final = 1182_71
_TODAY: Final = datetime(2026, 12, 1, 10, 30, tzinfo=UTC)
_GOODS: Final[tuple[tuple[str, str, int, int, dict[str, str]], ...]] = (
    ("HOODIE", "fashion", 4990, 650, {}),
    ("SOCKS", "fashion", 890, 60, {}),
    ("LAPTOP", "electronics", 129900, 1900, {"battery": "lithium"}),
    ("CABLE", "electronics", 990, 80, {}),
    ("GAME", "software", 5990, 120, {}),
    ("CREAM", "cosmetics", 2450, 200, {}),
    ("RAZOR", "hygiene", 3900, 300, {}),
    ("PUZZLE", "toys", 1290, 700, {}),
    ("NOVEL", "books", 1490, 400, {}),
    ("RING", "jewellery", 89000, 20, {}),
    ("PENDANT", "jewellery", 19900, 15, {"engraving": "yes", "custom": "yes"}),
    ("CHEESE", "food", 1790, 900, {}),
    ("ROSES", "flowers", 3490, 1200, {}),
    ("SHELF", "furniture", 3900, 24000, {}),
    ("FLANGE", "parts", 7900, 3100, {"tags": "made-to-order,steel"}),
    ("PAINT", "paint", 2990, 2600, {"tags": "hazardous"}),
    ("BANNER", "print", 5900, 500, {"legal_ground": "custom_made"}),
)
_REASONS: Final = (
    "too_small",
    "changed_mind",
    "changed_mind",
    "broken",
    "wrong_item",
    "allergy",
    "spoiled",
    "not_as_ordered",
)
_DAYS: Final = (1, 3, 6, 10, 14, 15, 20, 29, 35, 61, 200, 800)


class Asked(NamedTuple):
    """One request with the order it is about, and how its first piece will look."""

    number: int
    order: Order
    customer: Customer
    request: Request
    piece: Piece
    past: Past

    @property
    def title(self) -> str:
        """What it is, in one line."""
        order, request = self.order, self.request
        assert order.delivered_at is not None
        sold = {line.id: line for line in order.lines}
        asked = ", ".join(
            f"{one.quantity}/{sold[one.line].quantity} {sold[one.line].sku}"
            f" {_amount(sold[one.line].unit_price)} {one.reasons[0].code}"
            for one in request.lines
        )
        days = (_TODAY - order.delivered_at).days
        words = [
            self.customer.country or "?",
            order.order_type or "consumer",
            order.channel or "?",
            f"{days} days after delivery",
            *(f"{name} {value}" for name, value in request.attributes.items()),
            *(f"{name} {value}" for name, value in order.attributes.items()),
            *([] if request.outcome is None else [f"wants {request.outcome}"]),
        ]
        return f"{asked} · {', '.join(words)}"


def _amount(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def corpus() -> Iterator[Asked]:
    """Give all of them, in order."""
    random = Random(_SEED)
    for number in range(1, COUNT + 1):
        yield _asked(random, number)


def _asked(random: Random, number: int) -> Asked:
    delivered = _TODAY - timedelta(days=random.choice(_DAYS))
    lines = tuple(
        _line(random, str(place), goods)
        for place, goods in enumerate(random.sample(_GOODS, random.choice((1, 1, 2, 3))), 1)
    )
    total = sum(line.unit_price * line.quantity - line.discount for line in lines) + 495
    order = Order(
        id="ord_1",
        order_number="1",
        currency="EUR",
        lines=lines,
        created_at=delivered - timedelta(days=4),
        ordered_at=delivered - timedelta(days=4),
        delivered_at=delivered,
        channel=random.choice(("shop", "shop", "amazon")),
        order_type=random.choice((None, None, None, "b2b")),
        shipments=(
            Shipment(id="s1", shipped_at=delivered - timedelta(days=2), delivered_at=delivered),
        ),
        shipping=ShippingCharge(amount=495),
        payments=(Payment(id="card", processor=Executor.SANDBOX, captured=total),),
        attributes=random.choice(
            ({}, {}, {}, {"gift": "yes"}, {"discount_codes": "SALE"}, {"tags": "vip"})
        ),
    )
    request = Request(
        order_number="1",
        origin=Origin.PORTAL,
        lines=tuple(
            LineAsked(
                line=line.id,
                quantity=random.randint(1, line.quantity),
                reasons=(ReasonGiven(text="", code=random.choice(_REASONS)),),
            )
            for line in lines[: random.randint(1, len(lines))]
        ),
        attributes=random.choice(
            ({}, {}, {"opened": "yes"}, {"opened": "no"}, {"sealed": "no", "opened": "yes"})
        ),
    )
    request = replace(
        request, outcome=random.choice((None, None, Outcome.REFUND, Outcome.STORE_CREDIT))
    )
    customer = Customer(
        email="ann@example.test",
        country=random.choice(("DE", "DE", "FR", "NL", "US", "CH", None)),
        locale=random.choice(("de-DE", "en", "fr-FR", None)),
    )
    piece = Piece(
        grade=random.choice("AABBCD"), condition=random.choice((None, None, "incomplete"))
    )
    return Asked(number, order, customer, request, piece, _past(random, order, total))


def _line(random: Random, name: str, goods: tuple[str, str, int, int, dict[str, str]]) -> OrderLine:
    sku, group, price, weight, attributes = goods
    quantity = random.choice((1, 1, 1, 2, 3))
    discount = price * quantity * random.choice((0, 0, 0, 20, 60)) // 100
    return OrderLine(
        id=name,
        number=int(name),
        sku=sku,
        title=sku.title(),
        quantity=quantity,
        unit_price=price,
        discount=discount,
        group=group,
        weight_g=weight,
        attributes=attributes,
        returnable=random.random() > 0.08,
    )


def _past(random: Random, order: Order, value: int) -> Past:
    """Give what the customer did before: mostly little, at times a lot was left with him."""
    kept = random.choice((0, 0, 0, 0, 4))
    at = order.created_at
    return Past(
        orders=(PastOrder(at=at, units=6, value=value, currency="EUR"),),
        returns=tuple(
            PastReturn(at=at - timedelta(days=30 * n), units=1, value=900, currency="EUR", kept=1)
            for n in range(1, kept + 1)
        ),
    )


class Tried(NamedTuple):
    """What became of a request, and of its first piece where rules decide it."""

    ret: Return
    ruling: Ruling | None


def tried(asked: Asked, policy: Policy) -> Tried:
    """Decide a request as the desk would, and have its first piece judged by the rules.

    Who is refused an outcome that is not offered asks again without one.
    """
    context = Context(
        actor=Actor(kind=ActorKind.CUSTOMER),
        source="portal",
        at=_TODAY,
        entropy=asked.number.to_bytes(16, "big"),
        numbers=tuple(range(1, numbers_needed([asked.request]) + 2)),
        zone=ZoneInfo("Europe/Berlin"),
        past=asked.past,
    )
    put = put_order(None, asked.order, asked.customer, policy, context)
    assert isinstance(put, Decision), put
    state: State = put.state
    decision = decide(state, [asked.request], context)
    if isinstance(decision, Refusal):
        assert decision.code is RefusalCode.OUTCOME_NOT_OFFERED, decision
        decision = decide(state, [replace(asked.request, outcome=None)], context)
    assert isinstance(decision, Decision), decision
    assert decision.state.ret is not None
    fold = Fold(decision.state, context)
    ruling = ruled_piece(fold, asked.request.lines[0].line, asked.piece)
    return Tried(decision.state.ret, ruling)
