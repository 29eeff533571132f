"""A customer on the telephone: what an agent fills in, read into the basket that shoppers fill too.

Items, reasons, wishes and their figures come from the portal's own functions, so that who calls is
told what they would read there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from retour.desk.portal import settings
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
from retour.screens.stocking import stock_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from retour.desk.portal.asking import Priced
    from retour.desk.portal.basket import Basket
    from retour.desk.portal.choosing import Choice
    from retour.desk.portal.offering import Row, Sold
    from retour.desk.portal.settings import PortalSettings
    from retour.desk.withdrawals.page import Shop
    from retour.screens.staff.seat import Form, Seat

TEXT_MAX: Final = 1000
_EXCHANGE: Final = Outcome.EXCHANGE.value
_NO_ITEMS: Final = "Say of at least one item how many come back."
_APART: Final = (
    "The policy offers nothing for all of these at once. Ask for them one after the other."
)
_GONE: Final = "The order is not there any more. Look for it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An order on the page, with what may come back of it and the reasons there are."""

    seat: Seat
    shop: Shop
    portal: PortalSettings
    basket: Basket
    sold: Sold

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
        return ((place, row) for place, row in enumerate(self.sold.rows, 1) if row.is_open)

    async def priced(self, basket: Basket) -> Priced:
        """Look up what a basket is described with."""
        return await priced_for(
            self.seat.house,
            self.shop,
            tuple(one.instead for one in basket.wanted if one.instead is not None),
            offered=self.portal.reasons,
            language=self.seat.language,
            currency=self.sold.currency,
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


async def opened(seat: Seat, number: str, policy: str | None) -> Call | None:
    """Open an order for somebody on the telephone; ``None`` where there is none."""
    shop = await shop_of(seat.house, seat.workspace)
    assert shop is not None, "whoever sits here belongs to a workspace"
    async with seat.house.database.transaction(seat.workspace_id) as connection:
        portal = await settings.said_of(connection, seat.workspace_id)
    basket = begin(shop, number, policy=policy, origin=Origin.AGENT)
    sold = await sold_in(seat.house, shop, basket, seat.language)
    if sold is None:
        return None
    return Call(seat=seat, shop=shop, portal=portal, basket=basket, sold=sold[0])


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
        wanted.append(Wanted(row.line, count, reason=reason, comment=said))
    if not wanted and not wrong:
        wrong["items"] = _NO_ITEMS
    return Filled(basket=replace(call.basket, wanted=tuple(wanted)), wrong=wrong)


# ---------------------------------------------------------------- what they get for it


async def offered_for(call: Call, filled: Filled, fields: Form) -> tuple[Filled, Offered | None]:
    """Work out what is offered for what comes back, and read what of it is wanted."""
    house, basket = call.seat.house, filled.basket
    places = _places(call, basket)
    basket = replace(basket, wanted=tuple(_instead(one, places, fields) for one in basket.wanted))
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


def _places(call: Call, basket: Basket) -> dict[str, int]:
    """Say where on the page each item stands that comes back."""
    wanted = {one.line for one in basket.wanted}
    return {row.line: place for place, row in call.placed() if row.line in wanted}


def _instead(one: Wanted, places: Mapping[str, int], fields: Form) -> Wanted:
    if fields.get("wish") != _EXCHANGE:
        return one
    return replace(one, instead=fields.get(f"instead-{places[one.line]}") or None)


async def _choices(call: Call, basket: Basket) -> dict[int, tuple[Choice, ...]]:
    rows = {(row.order, row.line): row for row in call.sold.rows}
    found = await choices_for(
        call.seat.house,
        call.shop,
        basket,
        rows,
        stock=await stock_of(call.seat.house, call.seat.workspace_id),
        currency=call.sold.currency,
    )
    places = _places(call, basket)
    return {places[one.line]: some for one, some in zip(basket.wanted, found, strict=True)}


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
    titles = {row.line: row.title for row in call.sold.rows}
    places = _places(call, basket)
    for one in basket.wanted:
        place = places[one.line]
        known = {choice.sku for choice in offered.choices.get(place, ())}
        sku = one.instead if one.instead in known else None
        if outcome == _EXCHANGE and sku is None:
            wrong[f"instead-{place}"] = f"Choose what they want instead of {titles[one.line]}."
        wanted.append(replace(one, instead=sku))
    chosen = replace(basket, wanted=tuple(wanted), outcome=outcome, method=method)
    return Filled(basket=chosen, wrong=wrong)


def _only(some: tuple[str, ...]) -> str | None:
    return some[0] if len(some) == 1 else None
