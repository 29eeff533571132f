"""A basket sent: the return is asked for by the command that everybody uses, once per basket."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.execute import Asked, RequestKey, execute
from retour.desk.outcome import Done, Refused
from retour.desk.portal.offering import ACTOR, SOURCE
from retour.desk.shopper import follow_address
from retour.dialects.portal.languages import LANGUAGES
from retour.lifecycle.commands import LineAsked, ReasonGiven, Request
from retour.lifecycle.model import Origin, Outcome, ParcelMethod

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.desk.portal.basket import Basket, Wanted
    from retour.desk.withdrawals.page import Shop
    from retour.kernel.refusal import Refusal

_KEY: Final = "portal"


class _Taken(msgspec.Struct):
    """As much of an answer as names the return."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The return is there; this is the shopper's own page of it."""

    address: str


async def send(house: House, shop: Shop, basket: Basket, language: str) -> Sent | Refusal | None:
    """Ask for the return; ``None`` where the order is gone.

    The same basket sent again is answered with the same return; one that was changed in between
    is another request.

    Raises:
        Busy: The order is being changed by many at once; nothing was written.
    """
    command = request_of(basket, language)
    digest = hashlib.sha256(msgspec.json.encode(command)).digest()
    outcome = await execute(
        house,
        Asked(
            workspace_id=shop.workspace_id,
            plan=(command,),
            actor=ACTOR,
            source=SOURCE,
            key=RequestKey(key_id=_KEY, key=f"{basket.nonce}-{digest.hex()[:16]}", digest=digest),
        ),
    )
    match outcome:
        case Done(body=body):
            taken = msgspec.json.decode(body, type=_Taken)
            address = follow_address(house, shop.workspace_id, taken.id, shop.now)
            return Sent(address=f"{address}?lang={language}")
        case Refused(refusal=refusal):
            return refusal
        case _:
            return None


def request_of(basket: Basket, language: str) -> Request:
    """Write a basket as the command that it becomes."""
    return Request(
        order_number=basket.order_number,
        lines=tuple(_line(one, language) for one in basket.wanted),
        origin=Origin.PORTAL,
        outcome=None if basket.outcome is None else Outcome(basket.outcome),
        method=None if basket.method is None else ParcelMethod(basket.method),
    )


def _line(one: Wanted, language: str) -> LineAsked:
    """Write what is wanted of a line, the reason in English for the shop and as it was read."""
    comment = one.comment or None
    if one.reason is None:
        return LineAsked(line=one.line, quantity=one.quantity, comment=comment)
    said = LANGUAGES[language].reasons[one.reason]
    reason = ReasonGiven(
        text=LANGUAGES["en"].reasons[one.reason], code=one.reason, localized={language: said}
    )
    return LineAsked(line=one.line, quantity=one.quantity, reasons=(reason,), comment=comment)
