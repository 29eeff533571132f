"""A basket sent: each order's part is asked for by the command that everybody uses, once.

All parts share one parcel: the first return is asked for a label, the others lie in its box.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from retour.desk.execute import Asked, RequestKey, execute
from retour.desk.keeping import answered_before
from retour.desk.outcome import Done, Refused
from retour.desk.portal.offering import ACTOR, SOURCE
from retour.desk.portal.settings import offered_now
from retour.desk.shopper import follow_address, lie_together
from retour.dialects.portal.icons import ICONS, Icon, usual_icon
from retour.dialects.portal.languages import LANGUAGES
from retour.lifecycle.commands import GiftRecipient, GoodsAsked, LineAsked, ReasonGiven, Request
from retour.lifecycle.model import Outcome, ParcelMethod
from retour.store.portal import articles_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from retour.desk.house import House
    from retour.desk.outcome import Outcome as Answered
    from retour.desk.portal.basket import Basket, Wanted
    from retour.desk.portal.settings import ReasonOffered
    from retour.desk.withdrawals.page import Shop
    from retour.kernel.refusal import Refusal
    from retour.lifecycle.model import Actor

_KEY: Final = "portal"


class _Taken(msgspec.Struct):
    """As much of an answer as names the return."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The returns are there; this is the shopper's own page of the first."""

    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks for a basket.

    Args:
        key: Under which an order's part is asked for once, by the order and the command it becomes.
        scopes: What they may do; None where that is all.
    """

    actor: Actor
    source: str
    key: Callable[[int, Request], RequestKey | None]
    scopes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """What is known beside a basket: reasons as they were offered, and goods with their prices.

    Args:
        reasons: By code: in English, or the first language there is, for the shop.
        said: The same as the shopper read them.
        goods: By SKU: what it is called, and its price by currency.
        currency: Of all of the basket's orders.
    """

    reasons: Mapping[str, str]
    said: Mapping[str, str]
    goods: Mapping[str, tuple[str, Mapping[str, str]]]
    currency: str


async def priced_for(
    house: House,
    shop: Shop,
    skus: tuple[str, ...],
    *,
    offered: tuple[ReasonOffered, ...],
    language: str,
    currency: str,
) -> Priced:
    """Look up what a basket is described with."""
    async with house.database.transaction(shop.workspace_id) as connection:
        articles = await articles_of(connection, shop.workspace_id, skus) if skus else {}
    goods = {
        variant.sku: (f"{article.title}, {variant.title}", variant.prices)
        for article in articles.values()
        for variant in article.variants
    }
    return Priced(
        reasons=reasons_in(offered, "en"),
        said=reasons_in(offered, language),
        goods=goods,
        currency=currency,
    )


def reasons_in(offered: tuple[ReasonOffered, ...], language: str) -> dict[str, str]:
    """Give the reasons in a language by code, groups left out: the merchant's, or ours."""
    groups = {one.under for one in offered}
    own = {one.code: text_in(one.text, language) for one in offered if one.code not in groups}
    return own or dict(LANGUAGES[language].reasons)


def grouped_in(
    said: tuple[ReasonOffered, ...], language: str
) -> list[tuple[str | None, list[tuple[str, str]]]]:
    """Give reasons as shoppers choose from them: code and words, those of a group together."""
    offered = offered_now(said)
    if not offered:
        return [(None, list(LANGUAGES[language].reasons.items()))]
    groups = {one.under for one in offered}
    found: list[tuple[str | None, list[tuple[str, str]]]] = []
    for one in offered:
        if one.under is not None:
            continue
        own = [(its.code, text_in(its.text, language)) for its in offered if its.under == one.code]
        text = text_in(one.text, language)
        found.append((text, own) if one.code in groups else (None, [(one.code, text)]))
    return found


def icons_in(said: tuple[ReasonOffered, ...]) -> dict[str, str]:
    """Give the drawing beside each reason, by code: its own, the usual one, or its group's."""
    chosen: dict[str, Icon | None] = {one.code: one.icon or usual_icon(one.code) for one in said}
    found: dict[str, Icon | None] = {
        one.code: chosen[one.code] or (chosen.get(one.under) if one.under else None) for one in said
    }
    ours: dict[str, Icon | None] = {code: usual_icon(code) for code in LANGUAGES["en"].reasons}
    return {code: ICONS[icon] for code, icon in (found or ours).items() if icon is not None}


def text_in(texts: Mapping[str, str], language: str) -> str:
    """Choose a merchant's words for a language: its own, English, or else the first."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()))


async def send(
    house: House, shop: Shop, basket: Basket, language: str, priced: Priced
) -> Sent | Refusal | None:
    """Ask for the returns; ``None`` where an order is gone.

    The same basket sent again is answered with the same returns; one that was changed in between
    asks anew for the parts that were changed.

    Raises:
        Busy: The order is being changed by many at once; nothing more was written.
    """
    asker = Asker(actor=ACTOR, source=SOURCE, key=lambda _, command: _key(basket, command))
    asked = await ask_for(house, shop, basket, language, priced, asker=asker)
    *_, last = asked.values()
    if isinstance(last, Refused):
        return last.refusal
    if not isinstance(last, Done):
        return None
    lead = _named(asked[basket.going[0]])
    address = follow_address(house, shop.workspace_id, lead, shop.now)
    return Sent(address=f"{address}?lang={language}&sent=asked")


async def ask_for(
    house: House, shop: Shop, basket: Basket, language: str, priced: Priced, *, asker: Asker
) -> dict[int, Answered]:
    """Ask for each order's part in turn, all of them in one parcel, as far as that goes.

    Gives what became of each part, by its order; the first that is not done is the last.

    Raises:
        Busy: The order is being changed by many at once; nothing more was written.
    """
    asked: dict[int, Answered] = {}
    lead: str | None = None
    for order in basket.going:
        command = request_of(basket, order, language, priced)
        if lead is not None:
            command = replace(command, together_with=lead)
        asked[order] = await execute(
            house,
            Asked(
                workspace_id=shop.workspace_id,
                plan=(command,),
                actor=asker.actor,
                source=asker.source,
                key=asker.key(order, command),
                scopes=asker.scopes,
            ),
        )
        if not isinstance(asked[order], Done):
            break
        if lead is None:
            lead = _named(asked[order])
        else:
            await lie_together(house, shop.workspace_id, lead, _named(asked[order]))
    return asked


def _named(outcome: Answered) -> str:
    """Give the id of a return that was asked for."""
    assert isinstance(outcome, Done), "it was done"
    return msgspec.json.decode(outcome.body, type=_Taken).id


async def is_sent(house: House, shop: Shop, basket: Basket, language: str, priced: Priced) -> bool:
    """Say whether this very basket has been sent before, its first part at least."""
    key = _key(basket, request_of(basket, basket.going[0], language, priced))
    return await answered_before(house, shop.workspace_id, key) is not None


def _key(basket: Basket, command: Request) -> RequestKey:
    """Name a part of a basket: the same again is answered as before."""
    digest = hashlib.sha256(msgspec.json.encode(command)).digest()
    return RequestKey(key_id=_KEY, key=f"{basket.nonce}-{digest.hex()[:16]}", digest=digest)


# ---------------------------------------------------------------- the command


def request_of(basket: Basket, order: int, language: str, priced: Priced) -> Request:
    """Write one order's part of a basket as the command that it becomes."""
    is_exchange = basket.outcome == Outcome.EXCHANGE.value
    return Request(
        order_number=basket.orders[order],
        lines=tuple(_line(one, language, priced) for one in basket.wanted_of(order)),
        origin=basket.origin,
        policy=basket.policy,
        outcome=None if basket.outcome is None else Outcome(basket.outcome),
        method=None if basket.method is None else ParcelMethod(basket.method),
        gift=GiftRecipient(email=basket.gift) if basket.gift else None,
        goods=goods_of(basket, order, priced) if is_exchange else (),
    )


def goods_of(basket: Basket, order: int, priced: Priced) -> tuple[GoodsAsked, ...]:
    """Give what is wanted instead of an order's items; prices of all of it, or of none."""
    wanted = [one for one in basket.wanted_of(order) if one.instead is not None]
    prices = [
        priced.goods.get(one.instead or "", ("", {}))[1].get(priced.currency) for one in wanted
    ]
    is_priced = all(price is not None for price in prices)
    return tuple(
        GoodsAsked(
            sku=one.instead or "",
            quantity=one.quantity,
            unit_price=price if is_priced else None,
            title=priced.goods.get(one.instead or "", (one.instead or "", {}))[0] or None,
        )
        for one, price in zip(wanted, prices, strict=True)
    )


def _line(one: Wanted, language: str, priced: Priced) -> LineAsked:
    """Write what is wanted of a line, the reason for the shop and as the shopper read it."""
    comment = one.comment or None
    if one.reason is None:
        return LineAsked(line=one.line, quantity=one.quantity, comment=comment)
    text = priced.reasons.get(one.reason, one.reason)
    localized = {language: priced.said.get(one.reason, text)}
    reason = ReasonGiven(text=text, code=one.reason, localized=localized)
    return LineAsked(
        line=one.line,
        quantity=one.quantity,
        reasons=(reason,),
        comment=comment,
        photos=one.photos,
    )
