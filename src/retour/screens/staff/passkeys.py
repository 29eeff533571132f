"""Passkeys in the browser: made from one's own page, used at the door or to prove who one is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post

from retour.desk.people import passkeys, sessions
from retour.desk.people.passkeys import party_of
from retour.screens.pages import static_file
from retour.screens.staff import guard
from retour.screens.staff.me import opened
from retour.screens.staff.seat import query_of, read, signed_in, to_sign_in, went
from retour.screens.staff.signing import STALE, browser_of, doorway, entered, is_our_door

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.desk.people.passkeys import Party
    from retour.desk.people.sessions import Session

Asking = Request[Any, Any, Any]
BODY_BYTES_MAX: Final = 65_536
_WRONG: Final = "This passkey is not known here, or its answer does not hold. Try again."
_NOT_MADE: Final = "The passkey could not be kept. Try again."


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers, and that of the script they use."""
    script = static_file("passkey.js", "text/javascript")
    return [*_making(house), *_using(house), _removing(house), script]


def _party(house: House, request: Asking) -> Party | None:
    return party_of(house, request.headers.get("host", ""))


async def _page(
    house: House,
    request: Asking,
    way: str,
    made: tuple[str, str] | None,
    **values: Any,  # noqa: ANN401 - whatever the template names
) -> Response[Any]:
    """Show the page with a challenge and options of its own."""
    shown = {"way": way, "options": None if made is None else made[1], "next": "/w", **values}
    wrong = shown.setdefault("wrong", {})
    response = doorway(house, request, "staff_passkey.html", 422 if wrong else 200, **shown)
    if made is not None:
        await guard.keep_half(house, response, {"is": f"passkey {way}", "challenge": made[0]})
    return response


async def _challenge(house: House, request: Asking, way: str) -> str | None:
    half = await guard.read_half(house, request)
    return str(half["challenge"]) if half.get("is") == f"passkey {way}" else None


async def _making_page(house: House, request: Asking, wrong: dict[str, str]) -> Response[Any]:
    mine = await opened(house, request)
    if mine is None:
        return to_sign_in(house, request)
    if not mine.session.is_fresh:
        return went(house, f"/prove?{urlencode({'next': '/me/passkey'})}")
    party, challenge = _party(house, request), passkeys.draw()
    made = None
    if party is not None:
        options = await passkeys.making(house, party, mine.person, challenge)
        made = (challenge, options)
    return await _page(house, request, "make", made, session=mine.session, wrong=wrong)


def _making(house: House) -> list[HTTPRouteHandler]:
    @get("/me/passkey")
    async def show(request: Asking) -> Response[Any]:
        """Offer to make a passkey, to who has proved lately who they are."""
        return await _making_page(house, request, {})

    @post("/me/passkey", request_max_body_size=BODY_BYTES_MAX)
    async def make(request: Asking) -> Response[Any]:
        """Keep what the browser made."""
        mine = await opened(house, request)
        if mine is None:
            return to_sign_in(house, request)
        fields = await read(request)
        if not guard.is_ours(house, request, fields, mine.session.id):
            return await _making_page(house, request, {"name": STALE})
        party, challenge = _party(house, request), await _challenge(house, request, "make")
        if party is None or challenge is None or not mine.session.is_fresh:
            return await _making_page(house, request, {"name": _NOT_MADE})
        said = (fields.get("name", ""), fields.get("credential", ""))
        with mine.acting():
            is_kept = await passkeys.keep(house, party, mine.person, challenge, said)
        if not is_kept:
            return await _making_page(house, request, {"name": _NOT_MADE})
        response = mine.went("The passkey is kept. You can sign in with it.")
        guard.forget_half(house, response)
        return response

    return [show, make]


def _using(house: House) -> list[HTTPRouteHandler]:
    async def page(
        request: Asking, wanted: str, wrong: dict[str, str], session: Session | None
    ) -> Response[Any]:
        party, challenge = _party(house, request), passkeys.draw()
        made = None if party is None else (challenge, passkeys.asking(party, challenge))
        values = {"next": wanted, "wrong": wrong, "session": session}
        return await _page(house, request, "use", made, **values)

    @get("/sign-in/passkey")
    async def show(request: Asking) -> Response[Any]:
        """Ask the browser for a passkey."""
        wanted = guard.own_path(query_of(request).get("next", ""))
        return await page(request, wanted, {}, await signed_in(house, request))

    @post("/sign-in/passkey", request_max_body_size=BODY_BYTES_MAX)
    async def use(request: Asking) -> Response[Any]:
        """Sign in whose passkey it is; who is signed in has proved it anew."""
        fields, session = await read(request), await signed_in(house, request)
        wanted = guard.own_path(fields.get("next", ""))
        is_ours = (
            is_our_door(house, request, fields)
            if session is None
            else guard.is_ours(house, request, fields, session.id)
        )
        party, challenge = _party(house, request), await _challenge(house, request, "use")
        person_id = None
        if is_ours and party is not None and challenge is not None:
            credential = fields.get("credential", "")
            person_id = await passkeys.person_of(house, party, challenge, credential)
        is_other = session is not None and person_id != session.person_id
        if person_id is None or is_other:
            return await page(request, wanted, {"credential": _WRONG}, session)
        if session is not None:
            token = await sessions.renew(house, session, way="passkey")
            return went(house, "/sign-in") if token is None else entered(house, token, wanted)
        browser = browser_of(house, request)
        token = await sessions.begin(house, person_id, way="passkey", browser=browser)
        return entered(house, token, wanted)

    return [show, use]


def _removing(house: House) -> HTTPRouteHandler:
    @post("/me/passkey/remove", request_max_body_size=BODY_BYTES_MAX)
    async def remove(request: Asking) -> Response[Any]:
        """Forget one of one's own passkeys."""
        mine = await opened(house, request)
        if mine is None:
            return to_sign_in(house, request)
        fields = await read(request)
        if not guard.is_ours(house, request, fields, mine.session.id):
            return went(house, "/me")
        if not mine.session.is_fresh:
            return mine.prove()
        with mine.acting():
            await passkeys.remove(house, mine.person.id, fields.get("passkey", ""))
        return mine.went("The passkey is good no more. Remove it from your device as well.")

    return remove
