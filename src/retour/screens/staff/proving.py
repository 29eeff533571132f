"""Proving who one is: the code after a password, and once more before what moves much.

A form that has to wait for the proof is not lost: it goes on as it was sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from retour.desk.people import holding, persons, provider, second, sessions, signing
from retour.desk.people.signing import TooOften, Wrong
from retour.screens.forms import BODY_BYTES_MAX
from retour.screens.pages import static_file
from retour.screens.staff import guard
from retour.screens.staff.seat import bare, query_of, read, signed_in, to_sign_in, went
from retour.screens.staff.signing import (
    STALE,
    browser_of,
    doorway,
    entered,
    is_our_door,
    known_again,
    provider_name,
    too_often,
)

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.desk.people.persons import Person
    from retour.desk.people.sessions import Session
    from retour.screens.staff.seat import Form

Asking = Request[Any, Any, Any]
WRONG_CODE: Final = "This code is not the one, or was used. Wait for the next and give that."
NOT_YOURS: Final = "This is not your password. Try again."
"""What is said of them."""


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of all three."""
    script = static_file("held.js", "text/javascript")
    return [*_codes(house), *_proofs(house), _held(house), script]


async def _halfway(house: House, request: Asking) -> Person | None:
    """Say whose password was right in this browser a moment ago."""
    half = await guard.read_half(house, request)
    if half.get("is") != "code":
        return None
    person = await persons.by_id(house, str(half.get("person", "")))
    is_still = person is not None and half.get("mark") == signing.mark_of(house, person)
    return person if is_still else None


def _codes(house: House) -> list[HTTPRouteHandler]:
    @get("/sign-in/code")
    async def show(request: Asking) -> Response[Any]:
        """Ask for a code."""
        if await _halfway(house, request) is None:
            return went(house, "/sign-in")
        return _code_page(house, request, {})

    @post("/sign-in/code", request_max_body_size=BODY_BYTES_MAX)
    async def enter(request: Asking) -> Response[Any]:
        """Sign in with it."""
        person = await _halfway(house, request)
        if person is None:
            return went(house, "/sign-in")
        fields = await read(request)
        if not is_our_door(house, request, fields):
            return _code_page(house, request, {"code": STALE})
        wrong = await second.check(house, person, fields.get("code", ""))
        if isinstance(wrong, TooOften):
            return too_often(house, wrong.wait_s)
        if wrong is not None:
            return _code_page(house, request, {"code": WRONG_CODE})
        browser = browser_of(house, request)
        token = await sessions.begin(house, person.id, way=sessions.CODED, browser=browser)
        response = entered(house, token, guard.own_path(fields.get("next", "")))
        return known_again(house, response, person.email)

    return [show, enter]


def _code_page(house: House, request: Asking, wrong: dict[str, str]) -> Response[Any]:
    wanted = guard.own_path(query_of(request).get("next", ""))
    status = 422 if wrong else 200
    return doorway(house, request, "staff_code.html", status, next=wanted, wrong=wrong)


def _proofs(house: House) -> list[HTTPRouteHandler]:
    @get("/prove")
    async def show(request: Asking) -> Response[Any]:
        """Ask once more who it is."""
        session = await signed_in(house, request)
        if session is None:
            return to_sign_in(house, request)
        person = await persons.by_id(house, session.person_id)
        assert person is not None, "a session has its person"
        return await _proof_page(house, request, person, session, {})

    @post("/prove", request_max_body_size=BODY_BYTES_MAX)
    async def prove(request: Asking) -> Response[Any]:
        """Go on with a new token, or ask again."""
        session = await signed_in(house, request)
        if session is None:
            return to_sign_in(house, request)
        person = await persons.by_id(house, session.person_id)
        assert person is not None, "a session has its person"
        fields = await read(request)
        if not guard.is_ours(house, request, fields, session.id):
            return await _proof_page(house, request, person, session, {"password": STALE})
        wrong = await _wrong_proof(house, request, person, fields)
        if isinstance(wrong, TooOften):
            return too_often(house, wrong.wait_s)
        if wrong:
            return await _proof_page(house, request, person, session, wrong)
        way = None if person.code_secret is None else sessions.CODED
        token = await sessions.renew(house, session, way=way)
        if token is None:
            return went(house, "/sign-in")
        return entered(house, token, guard.own_path(fields.get("next", "")))

    return [show, prove]


def _held(house: House) -> HTTPRouteHandler:
    @get("/held/{held_id:str}")
    async def show(request: Asking, held_id: FromPath[str]) -> Response[Any]:
        """Let a form go on that waited for a proof; looking at this sends nothing."""
        session = await signed_in(house, request)
        if session is None:
            return to_sign_in(house, request)
        path = await holding.path_of(house, session, held_id)
        mark = guard.form_mark(house, session.id)
        status = 410 if path is None else 200
        values = {"session": session, "mark": mark, "path": path, "held": held_id}
        return bare(house, "staff_held.html", status, **values)

    return show


async def _wrong_proof(
    house: House, request: Asking, person: Person, fields: Form
) -> dict[str, str] | TooOften:
    """Say what of a proof is wrong: the password, and the code where one is asked for."""
    browser = browser_of(house, request)
    answer = await signing.checked(house, person.email, fields.get("password", ""), browser)
    if isinstance(answer, TooOften):
        return answer
    if isinstance(answer, Wrong):
        return {"password": NOT_YOURS}
    if person.code_secret is None:
        return {}
    wrong = await second.check(house, person, fields.get("code", ""))
    if isinstance(wrong, TooOften):
        return wrong
    return {} if wrong is None else {"code": WRONG_CODE}


async def _proof_page(
    house: House, request: Asking, person: Person, session: Session, wrong: dict[str, str]
) -> Response[Any]:
    return bare(
        house,
        "staff_prove.html",
        422 if wrong else 200,
        session=session,
        mark=guard.form_mark(house, session.id),
        next=guard.own_path(query_of(request).get("next", "")),
        has_password=person.password is not None,
        has_code=person.code_secret is not None,
        provider=provider_name(house) if await provider.is_linked(house, person.id) else None,
        wrong=wrong,
    )
