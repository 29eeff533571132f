"""A customer on the telephone: what an agent fills in, read into the basket that shoppers fill too.

Items, reasons, wishes and their figures come from the portal's own functions, so that who calls is
told what they would read there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from retour.desk import orders
from retour.desk.messages import is_address
from retour.desk.portal import settings
from retour.desk.portal.adding import Apart, added
from retour.desk.portal.asking import grouped_in, priced_for, reasons_in
from retour.desk.portal.basket import Wanted, begin
from retour.desk.portal.choosing import choices_for
from retour.desk.portal.offering import sold_in
from retour.desk.portal.settings import offered_now
from retour.desk.portal.wishes import Wishes, wishes_of
from retour.desk.withdrawals.page import shop_of
from retour.kernel.refusal import Refusal
from retour.lifecycle.model import Origin, Outcome
from retour.screens.forms import count_in
from retour.screens.staff.seat import Form
from retour.screens.staff.work.reading import View, view_of
from retour.screens.stocking import stock_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from retour.desk.portal.asking import Priced
    from retour.desk.portal.basket import Basket
    from retour.desk.portal.choosing import Choice
    from retour.desk.portal.offering import Row, Sold
    from retour.desk.portal.settings import PortalSettings
    from retour.desk.withdrawals.page import Shop
    from retour.screens.staff.seat import Seat

TEXT_MAX: Final = 1000
ROWS_TOGETHER_MAX: Final = 200
"""Items of several orders that one page holds: a form has no more fields than we read."""
_EXCHANGE: Final = Outcome.EXCHANGE.value
_NO_ITEMS: Final = "Say of at least one item how many come back."
_APART: Final = (
    "The policy offers nothing for all of these at once. Ask for them one after the other."
)
_GONE: Final = "The order is not there any more. Look for it again."
_WHY_APART: Final = {
    Apart.CURRENCY: "Order {number} was paid in another currency. Ask for it by itself.",
    Apart.CUSTOMER: "Order {number} was placed with another e-mail address. Ask for it by itself.",
    Apart.FULL: "No more orders fit into one parcel here. Ask for {number} by itself.",
}
_NO_RECIPIENT: Final = (
    "Write the e-mail address of who received it, such as ben@example.com; empty, it is no gift."
)
_GIFT_APART: Final = (
    "A gift comes back by itself, so that nothing is told of other orders. Leave those out."
)
_OF_PLACE: Final = frozenset({"quantity", "reason", "said", "instead", "photo", "pictures"})
"""Fields that stand at an item, and end in its place on the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Orders on the page, with what may come back of them and the reasons there are."""

    seat: Seat
    shop: Shop
    portal: PortalSettings
    basket: Basket
    sold: tuple[Sold, ...]
    orders: tuple[View, ...]
    policies: Sequence[tuple[str, str]]

    @property
    def currency(self) -> str:
        """Give the currency of all the orders."""
        return self.sold[0].currency

    @property
    def is_full(self) -> bool:
        """Say whether no other order may join; a gift comes back by itself."""
        return self.basket.is_gift or len(self.basket.orders) >= self.portal.orders

    @property
    def rows(self) -> dict[int, Row]:
        """Every item by its place on the page; an order that is added comes behind the others."""
        return dict(enumerate((row for one in self.sold for row in one.rows), 1))

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """Give the reasons to choose from, by code; those of a group behind its name."""
        return [
            (code, text if group is None else f"{group}: {text}")
            for group, some in grouped_in(self.portal.reasons, self.seat.language)
            for code, text in some
        ]

    def placed(self) -> Iterator[tuple[int, Row]]:
        """Give the items that can be asked for, each with its place on the page."""
        return ((place, row) for place, row in self.rows.items() if row.is_open)

    def wanted_at(self, basket: Basket) -> dict[int, Wanted]:
        """Give what comes back by the place of its item."""
        places = {(row.order, row.line): place for place, row in self.rows.items()}
        return {places[one.order, one.line]: one for one in basket.wanted}

    async def priced(self, basket: Basket) -> Priced:
        """Look up what a basket is described with."""
        return await priced_for(
            self.seat.house,
            self.shop,
            tuple(one.instead for one in basket.wanted if one.instead is not None),
            offered=self.portal.reasons,
            language=self.seat.language,
            currency=self.currency,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What a basket can be asked for: wishes with their figures, and goods by item's place."""

    wishes: Wishes
    choices: Mapping[int, tuple[Choice, ...]]

    def figures(self) -> str:
        """Write what each wish comes to, as the page carries it until it is asked for."""
        return "|".join(f"{one}={self.wishes.figure(one)}" for one in self.wishes.outcomes)

    def was_shown(self, outcome: str | None, shown: str) -> bool:
        """Say whether the page has shown what a wish comes to now."""
        return f"{outcome}={self.wishes.figure(outcome)}" in shown.split("|")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A basket as filled in, and what is wrong with it by field."""

    basket: Basket
    wrong: dict[str, str] = field(default_factory=dict[str, str])


async def opened(
    seat: Seat,
    numbers: Sequence[str],
    policies: Sequence[tuple[str, str]],
    gift: str | None = None,
) -> tuple[Call | None, str]:
    """Open orders for somebody on the telephone; ``None`` where there is no first one.

    Tells, too, why one of the others cannot come back together with those before it.

    Args:
        policies: Those in force; the one in the address judges, or else the usual one.
        gift: The address of who received it, as it was typed; None where it is no gift.
    """
    house = seat.house
    shop = await shop_of(house, seat.workspace)
    assert shop is not None, "whoever sits here belongs to a workspace"
    async with house.database.transaction(seat.workspace_id) as connection:
        portal = await settings.said_of(connection, seat.workspace_id)
    asked = seat.query.get("policy", "")
    policy = asked if asked in dict(policies) else None
    begun = begin(shop, numbers[0], policy=policy, origin=Origin.AGENT)
    begun = replace(begun, gift=gift if portal.gifts else None)
    basket, why = await _joined(seat, shop, begun, numbers[1:], portal.orders)
    sold = await sold_in(house, shop, basket, seat.language)
    if sold is None:
        return None, why
    while len(sold) > 1 and sum(len(one.rows) for one in sold) > ROWS_TOGETHER_MAX:
        why = _WHY_APART[Apart.FULL].format(number=sold[-1].number)
        sold = sold[:-1]
    basket = replace(basket, orders=tuple(one.number for one in sold))
    views = [view_of(await orders.look_up(house, seat.workspace_id, one.number)) for one in sold]
    known = tuple(one for one in views if one is not None)
    if len(known) < len(sold):
        return None, why
    call = Call(
        seat=seat,
        shop=shop,
        portal=portal,
        basket=basket,
        sold=sold,
        orders=known,
        policies=policies,
    )
    return call, why


async def _joined(
    seat: Seat, shop: Shop, basket: Basket, numbers: Sequence[str], most: int
) -> tuple[Basket, str]:
    """Put other orders beside the first, as far as they may come back together."""
    why = ""
    for number in numbers:
        joined = await added(seat.house, shop, basket, number, most)
        if joined is None:
            why = f"There is no order {number}. Ask for its number again."
        elif isinstance(joined, Apart):
            why = _WHY_APART[joined].format(number=number)
        else:
            basket = joined
    return basket, why


def without(call: Call, fields: Form, number: str) -> Form:
    """Give what is filled in without what stands at an order's items."""
    gone = [place for place, row in call.rows.items() if call.sold[row.order].number == number]
    kept: list[tuple[str, str]] = []
    for name, value in fields.pairs:
        stem, _, tail = name.rpartition("-")
        if stem in _OF_PLACE and tail.isascii() and tail.isdecimal():
            place = int(tail)
            if place not in gone:
                kept.append((f"{stem}-{place - sum(one < place for one in gone)}", value))
        elif (name, value) != ("order", number):
            kept.append((name, value))
    return Form(kept)


# ---------------------------------------------------------------- what comes back, and why


def read_items(call: Call, fields: Form) -> Filled:
    """Read how many of which item come back, and why; each complaint names its item."""
    now = offered_now(call.portal.reasons)
    offered = reasons_in(now, call.seat.language)
    wordy = {one.code for one in now if one.words_needed}
    wanted: list[Wanted] = []
    wrong: dict[str, str] = {}
    for place, row in call.placed():
        typed = fields.get(f"quantity-{place}", "").strip()
        count = count_in(typed)
        if count > row.most or (typed.strip("0") and not count):
            wrong[f"quantity-{place}"] = f"Of {row.title}, from 0 to {row.most} can come back."
        if not count:
            continue
        reason = fields.get(f"reason-{place}", "")
        said = fields.get(f"said-{place}", "").strip()
        if reason not in offered:
            wrong[f"reason-{place}"] = f"Choose why {row.title} comes back."
        elif reason in wordy and not said:
            wrong[f"said-{place}"] = f"Ask what is the matter with {row.title}, and write it down."
        if len(said) > TEXT_MAX:
            wrong[f"said-{place}"] = f"Write at most {TEXT_MAX} characters about {row.title}."
        photos = tuple(fields.many(f"photo-{place}"))
        wanted.append(
            Wanted(row.line, count, reason=reason, comment=said, order=row.order, photos=photos)
        )
    if not wanted and not wrong:
        wrong["items"] = _NO_ITEMS
    if call.basket.gift is not None:
        wrong |= _gift_wrong(call.basket)
    return Filled(basket=replace(call.basket, wanted=tuple(wanted)), wrong=wrong)


def _gift_wrong(basket: Basket) -> dict[str, str]:
    if not is_address(basket.gift or ""):
        return {"gift": _NO_RECIPIENT}
    return {"gift": _GIFT_APART} if len(basket.orders) > 1 else {}


# ---------------------------------------------------------------- what they get for it


async def offered_for(call: Call, filled: Filled, fields: Form) -> tuple[Filled, Offered | None]:
    """Work out what is offered for what comes back, and read what of it is wanted."""
    house, basket = call.seat.house, filled.basket
    wanted = tuple(_instead(*one, fields) for one in call.wanted_at(basket).items())
    basket = replace(basket, wanted=wanted)
    priced = await call.priced(basket)
    wishes = await wishes_of(house, call.shop, basket, call.seat.language, priced)
    if not isinstance(wishes, Wishes):
        words = wishes.detail if isinstance(wishes, Refusal) else _GONE
        return Filled(basket=basket, wrong={"items": words}), None
    if not wishes.outcomes:
        return Filled(basket=basket, wrong={"items": _APART}), None
    choices = await _choices(call, basket) if _EXCHANGE in wishes.outcomes else {}
    offered = Offered(wishes=wishes, choices=choices)
    return _chosen(call, basket, offered, fields), offered


def _instead(place: int, one: Wanted, fields: Form) -> Wanted:
    if fields.get("wish") != _EXCHANGE:
        return one
    return replace(one, instead=fields.get(f"instead-{place}") or None)


async def _choices(call: Call, basket: Basket) -> dict[int, tuple[Choice, ...]]:
    rows = {(row.order, row.line): row for row in call.rows.values()}
    found = await choices_for(
        call.seat.house,
        call.shop,
        basket,
        rows,
        stock=await stock_of(call.seat.house, call.seat.workspace_id),
        currency=call.currency,
    )
    return dict(zip(call.wanted_at(basket), found, strict=True))


def _chosen(call: Call, basket: Basket, offered: Offered, fields: Form) -> Filled:
    """Read which wish and which way; where there is but one of them, that."""
    wishes, wrong = offered.wishes, dict[str, str]()
    wish, way = fields.get("wish", ""), fields.get("way", "")
    outcome = wish if wish in wishes.outcomes else _only(tuple(wishes.outcomes))
    if outcome is None:
        wrong["wish"] = "Choose what they want for it."
    usual = None if wishes.must_choose else next(iter(wishes.methods), None)
    method = way if way in wishes.methods else usual
    if wishes.must_choose and method is None:
        wrong["way"] = "Choose how it comes back."
    wanted: list[Wanted] = []
    for place, one in call.wanted_at(basket).items():
        known = {choice.sku for choice in offered.choices.get(place, ())}
        sku = one.instead if one.instead in known else None
        if outcome == _EXCHANGE and sku is None:
            title = call.rows[place].title
            wrong[f"instead-{place}"] = f"Choose what they want instead of {title}."
        wanted.append(replace(one, instead=sku))
    chosen = replace(basket, wanted=tuple(wanted), outcome=outcome, method=method)
    return Filled(basket=chosen, wrong=wrong)


def _only(some: tuple[str, ...]) -> str | None:
    return some[0] if len(some) == 1 else None
