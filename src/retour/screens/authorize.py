"""The page behind the link in a "return requested" mail: this one return, approve or reject.

Reading it changes nothing, however often mail programs open it; only its buttons do.  It knows
nobody but the link: no login, no cookie, and no way on to anything else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from litestar import Request, Response, get, post
from litestar.params import FromPath

from retour.desk.notifications.deep_links import (
    REASON_LENGTH_MAX,
    Decided,
    Expired,
    Seen,
    Unknown,
    Verdict,
    Waiting,
    answer,
    look,
)
from retour.kernel.problems import Transient
from retour.screens.pages import PRIVATE, private_page

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

_TEMPLATE: Final = "authorize.html"
_BODY_BYTES_MAX: Final = 32_768
_FIELDS_MAX: Final = 10
_UNREADABLE: Final = "Your answer did not arrive whole. Give it again."
_BUSY: Final = "This return is being changed by others right now. Give your answer again."
_YES: Final = "approve"
_NO: Final = "reject"
_VERSION_LENGTH_MAX: Final = 9


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the page's handlers."""

    @get("/authorize/{token:str}")
    async def show(token: FromPath[str]) -> Response[str]:
        """Show the return, or why it cannot be decided here."""
        return _page(token, await look(house, token))

    @post("/authorize/{token:str}", request_max_body_size=_BODY_BYTES_MAX)
    async def decide(request: Request[Any, Any, Any], token: FromPath[str]) -> Response[Any]:
        """Take the answer; a page shown again is not answered twice."""
        form = _form(await request.body())
        verdict = None if form is None else _verdict(form)
        reason = "" if form is None else form.get("reason", "")
        if verdict is None:
            return _page(token, await look(house, token), wrong=_UNREADABLE, reason=reason)
        try:
            seen = await answer(house, token, verdict)
        except Transient:
            return _page(token, await look(house, token), wrong=_BUSY, reason=reason)
        if isinstance(seen, Decided):
            headers = {**PRIVATE, "location": f"/authorize/{token}"}
            return Response(b"", status_code=303, headers=headers)
        return _page(token, seen, reason=reason)

    return [show, decide]


def _page(token: str, seen: Seen, *, wrong: str | None = None, reason: str = "") -> Response[str]:
    """Show what a link leads to; an answer that was not taken stays in its field."""
    match seen:
        case Unknown():
            return private_page(_TEMPLATE, 404, state="unknown")
        case Expired(until=until):
            return private_page(_TEMPLATE, 410, state="expired", until=until)
        case Decided():
            return private_page(_TEMPLATE, state="decided", seen=seen, facts=seen.facts)
        case Waiting(facts=facts):
            wrong = wrong or seen.wrong
            return private_page(
                _TEMPLATE,
                200 if wrong is None else 422,
                state="waiting",
                facts=facts,
                wrong=wrong,
                reason=reason,
                reason_max=REASON_LENGTH_MAX,
                action=f"/authorize/{token}",
            )


def _form(body: bytes) -> dict[str, str] | None:
    """Read a form, or nothing where it is none."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_FIELDS_MAX,
        )
    except ValueError:
        return None
    return dict(pairs)


def _verdict(form: dict[str, str]) -> Verdict | None:
    """Read an answer; ``None`` where it is neither yes nor no to a version."""
    version, said, reason = (form.get(name, "") for name in ("version", "answer", "reason"))
    is_number = version.isascii() and version.isdecimal() and len(version) <= _VERSION_LENGTH_MAX
    if said not in (_YES, _NO) or not is_number or "\x00" in reason:
        return None
    return Verdict(is_yes=said == _YES, reason=reason, version=int(version))
