"""The mail that a no would send, in its frame below the reason: nothing is decided or sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from retour.desk import orders, returns
from retour.desk.agents import foretelling
from retour.kernel.problems import InvalidRequest, Transient
from retour.lifecycle.commands import Reject
from retour.screens.staff.framed import (
    framed,
    seen_on,
    told,
    with_subject,
)
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.work.finding import words_of
from retour.screens.staff.work.reading import View, language_of, reads_in, view_of, why_not
from retour.screens.staff.work.saying import own_words, plain, too_long, unsaid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

AT_ONCE_MAX: Final = 50
_UNSAID: Final = "Write the reason first; the customer reads it."
_UNTICKED: Final = "Tick the returns first, or choose whose mail to see."
_NONE: Final = (
    "No mail is sent for it: “Mails” keeps none for returns that are rejected. The customer reads"
    " the reason on their page."
)
_BUSY: Final = "The renderer is busy. Press “See the mail” again in a moment."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Foretold:
    """The mail that a no would send, or why none is shown."""

    mail: View | None = None
    why: str = ""
    title: str = "No preview"
    status: int = 422


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the frame: beside one return, and below a list."""
    path, write = "/returns/{return_id:str}/mail", "returns:write"
    return [
        *place(house, path, write, None, _shown),
        *place(house, "/reject/mail", write, None, _shown_of_several),
    ]


async def _shown(seat: Seat, fields: Form) -> Response[Any]:
    """Show the mail that the words in the form would send."""
    reason = plain(fields.get("reject-reason", ""))
    why = too_long(reason, "The reason") if reason else _UNSAID
    if why:
        return framed(seat, told([why], "No mail yet"), 422)
    return _frame(seat, await _mail(seat, seat.params["return_id"], reason), fields)


async def _shown_of_several(seat: Seat, fields: Form) -> Response[Any]:
    """Show the mail of one of those that are ticked, and in which language each is read."""
    picked = [one.partition("@")[0] for one in fields.many("pick")[:AT_ONCE_MAX]]
    chosen = [one for one in (fields.get("of", ""), *picked) if one]
    reason = plain(fields.get("reason", ""))
    if not chosen:
        return framed(seat, told([_UNTICKED], "No mail yet"), 422)
    if why := unsaid(seat, reason) if reason else _UNSAID:
        return framed(seat, told([why], "No mail yet"), 422)
    first, *others = list(dict.fromkeys(chosen))
    text, why = await own_words(seat, first, reason)
    found = _Foretold(why=why) if why else await _mail(seat, first, text)
    about = [await _read_by(seat, first, found.mail)]
    if others:
        rest = "; ".join([await _read_by(seat, one) for one in others])
        about.append(f"Ticked as well: {rest}.")
    return _frame(seat, found, fields, about)


async def _mail(seat: Seat, return_id: str, reason: str) -> _Foretold:
    """Ask what a no for this reason would tell the customer."""
    try:
        outcome = await foretelling.mail_of(
            seat.house,
            seat.workspace_id,
            return_id,
            Reject(reason=reason),
            actor=seat.actor,
            sight=seat.sight,
        )
    except InvalidRequest as error:
        return _Foretold(why=words_of(error))
    except Transient:
        return _Foretold(why=_BUSY, status=503)
    if (why := why_not(outcome)) is not None:
        return _Foretold(why=why)
    mail = (view_of(outcome) or {"mail": None})["mail"]
    if mail is None:
        return _Foretold(why=_NONE, title="No mail", status=200)
    return _Foretold(mail=mail, status=200)


def _frame(seat: Seat, found: _Foretold, fields: Form, about: Sequence[str] = ()) -> Response[Any]:
    """Show it in the frame, under whose it is and who reads what."""
    mail = found.mail
    if mail is None:
        return framed(seat, told([found.why, *about], found.title), found.status)
    if fields.get("part") == "text":
        text = "\n\n".join([*about, mail["subject"], mail["text"]])
        return framed(seat, text, kind="text/plain")
    page = with_subject(mail["html"], mail["subject"], about)
    return framed(seat, seen_on(page, is_dark=bool(fields.get("dark"))))


async def _read_by(seat: Seat, return_id: str, mail: View | None = None) -> str:
    """Say in which language a return's customer reads; of what is shown, which one that is."""
    house, workspace_id = seat.house, seat.workspace_id
    ret = view_of(await returns.look_up(house, workspace_id, return_id, seat.scopes))
    if ret is None:
        return f"{return_id} is not there any more"
    order = view_of(await orders.look_up(house, workspace_id, ret["order_number"]))
    reads = "" if ret["gift"] else reads_in(order)
    said = f"{ret['rma_number']} reads {reads or 'a language that nobody said'}"
    if mail is None:
        return said
    written = language_of(mail["language"])
    return f"{said}; this is its mail, in {written}."
