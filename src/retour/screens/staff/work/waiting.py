"""What waits and is no return yet: a mail of nobody's, a withdrawal without its order.

Each page shows it whole, with one way to say what it belongs to and one to put it aside.
"""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

from retour.desk import withdrawals
from retour.desk.conversation import unmatched
from retour.desk.conversation.unmatched import MatchMail
from retour.desk.withdrawals.deciding import (
    Asker,
    DismissWithdrawal,
    MatchWithdrawal,
    dismiss,
    unmatch,
)
from retour.desk.withdrawals.deciding import (
    match as match_order,
)
from retour.desk.withdrawals.returning import ReturnWithdrawn, make_return
from retour.kernel.problems import InvalidRequest
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.work.finding import returns_like, words_of
from retour.screens.staff.work.reading import TONES, View, view_of, why_not

if TYPE_CHECKING:
    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.desk.outcome import Outcome

_REASON_MAX: Final = 1000
_NOTHING: Final = "Nothing was asked for. Press a button."
PATHS: Final = {
    "mail": "/mails",
    "withdrawal": "/withdrawals",
    "channel return": "/channel-returns",
    "unmatched parcel": "/unmatched-parcels",
    "stray parcel": "/stray-parcels",
    "dock case": "/dock-cases",
    "case": "/payment-cases",
    "message": "/messages",
    "ticket": "/tickets",
}
"""Where what waits has a page of its own, by what a queue says it is."""
REFUNDS: Final = "refunds_due"
"""Where the money is due by law: a list of its own beside the queues."""
_TABS: Final = {
    REFUNDS: "/money",
    "approval": "/money",
    "payment_refused": "/money",
    "settle": "/money",
    "quality": "/judge",
}
"""Which page of its return a queue is worked on, where that is not the first."""


def address_of(seat: Seat, item: View, **asked: str) -> str:
    """Give the page on which something that waits, or a row of a search, is seen to."""
    of, ret = item.get("of", "return"), item["return"]
    if of in PATHS:
        return seat.address(f"{PATHS[of]}/{item['id']}", **asked)
    tab = _TABS.get(item.get("queue", ""), "")
    return "" if ret is None else seat.address(f"/returns/{ret['id']}{tab}", **asked)


def owed(one: View) -> View:
    """Give a refund that is due as a queue has what waits in it."""
    found = {"queue": REFUNDS, "of": "timer", "id": one["timer"], "since": one["due_at"]}
    return {**found, "return": {"id": one["return"]}}


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of these pages."""
    mails, statements = "/mails/{mail_id:str}", "/withdrawals/{withdrawal_id:str}"
    return [
        *place(house, mails, "returns:read", _mail, _sort, take_scope="returns:write"),
        *place(
            house,
            statements,
            "withdrawals:read",
            _withdrawal,
            _decide,
            take_scope="withdrawals:write",
        ),
    ]


# ---------------------------------------------------------------- mails


async def _mail(seat: Seat) -> Response[Any]:
    """Show a mail that waits, and the returns it may be about."""
    return await _mail_page(seat)


async def _mail_page(seat: Seat, wrong: dict[str, str] | None = None) -> Response[Any]:
    wrong = dict(wrong or {})
    mail = view_of(await unmatched.look_up(seat.house, seat.workspace_id, seat.params["mail_id"]))
    if mail is None:
        return seat.nowhere("mail")
    q, found = await returns_like(seat, mail["sender"] or "", wrong)
    return seat.page(
        "staff_work_mail.html",
        422 if wrong else 200,
        wrong=wrong,
        mail=mail,
        q=q,
        found=found,
        tones=TONES,
        once=token_hex(8),
    )


async def _sort(seat: Seat, fields: Form) -> Response[Any]:
    """Let the mail into a return's conversation, or put it aside."""
    mail_id, word = seat.params["mail_id"], fields.get("do", "")
    if word not in {"match", "discard"}:
        return await _mail_page(seat, {"content": _NOTHING})
    house, workspace_id = seat.house, seat.workspace_id
    try:
        if word == "discard":
            outcome = await unmatched.discard(house, workspace_id, mail_id, seat.actor)
        else:
            given = MatchMail(return_id=fields.get("return", "").strip()[:200])
            outcome = await unmatched.match(
                house, workspace_id, mail_id, given, actor=seat.actor, key=seat.once()
            )
    except InvalidRequest as error:
        return await _mail_page(seat, {"content": words_of(error)})
    if (why := why_not(outcome)) is not None:
        return await _mail_page(seat, {"content": why})
    said = "Put aside." if word == "discard" else "It stands in the return's conversation now."
    return seat.go_on(seat.address("/queues/mail"), notice=said)


# ---------------------------------------------------------------- withdrawals


async def _withdrawal(seat: Seat) -> Response[Any]:
    """Show a withdrawal: what was stated, and what follows from it."""
    return await _withdrawal_page(seat)


async def _withdrawal_page(
    seat: Seat, wrong: dict[str, str] | None = None, kept: Form | None = None
) -> Response[Any]:
    wanted = seat.params["withdrawal_id"]
    view = view_of(await withdrawals.look_up(seat.house, seat.workspace_id, wanted))
    if view is None:
        return seat.nowhere("withdrawal")
    return seat.page(
        "staff_work_withdrawal.html",
        422 if wrong else 200,
        wrong=dict(wrong or {}),
        view=view,
        kept=kept or Form([]),
        tones=TONES,
        once=token_hex(8),
    )


async def _decide(seat: Seat, fields: Form) -> Response[Any]:
    """Say which order it is about, begin its return, take that back, or put it aside."""
    try:
        outcome = await _decided(seat, fields)
    except InvalidRequest as error:
        return await _withdrawal_page(seat, {"content": words_of(error)}, fields)
    if outcome is None:
        return await _withdrawal_page(seat, {"content": _NOTHING}, fields)
    if (why := why_not(outcome)) is not None:
        return await _withdrawal_page(seat, {"content": why}, fields)
    made = view_of(outcome) if fields["do"] == "return" else None
    if made is not None:
        return seat.go_on(seat.address(f"/returns/{made['id']}"), notice="The return is begun.")
    return seat.go_on(seat.here, notice="Done.")


async def _decided(seat: Seat, fields: Form) -> Outcome | None:
    """Carry out what was asked for; ``None`` where that is nothing we know."""
    house, workspace_id = seat.house, seat.workspace_id
    withdrawal_id = seat.params["withdrawal_id"]
    asker = Asker(actor=seat.actor, key=seat.once())
    match fields.get("do", ""):
        case "match":
            given = MatchWithdrawal(order_number=fields.get("order", "").strip()[:200])
            return await match_order(house, workspace_id, withdrawal_id, given, asker)
        case "unmatch":
            return await unmatch(house, workspace_id, withdrawal_id, asker)
        case "dismiss":
            reason = fields.get("reason", "").strip()[:_REASON_MAX] or None
            said = DismissWithdrawal(reason=reason)
            return await dismiss(house, workspace_id, withdrawal_id, said, asker)
        case "return":
            return await make_return(
                house,
                workspace_id,
                withdrawal_id,
                ReturnWithdrawn(),
                actor=seat.actor,
                scopes=seat.scopes,
                key=seat.once(),
            )
        case _:
            return None
