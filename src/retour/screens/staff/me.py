"""One's own account: name, password, codes, and where one is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from litestar import Request, Response, get, post

from retour.desk.people import keeping, passkeys, passwords, persons, provider, second, sessions
from retour.screens.forms import BODY_BYTES_MAX
from retour.screens.staff import guard
from retour.screens.staff.qr import drawn
from retour.screens.staff.seat import Form, bare, read, signed_in, to_sign_in, went
from retour.screens.staff.signing import provider_name
from retour.store.database import acting_as

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from contextlib import AbstractContextManager

    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.desk.people.persons import Person
    from retour.desk.people.sessions import Session

Asking = Request[Any, Any, Any]
_STALE: Final = "This form was not made for this sign-in. Nothing was changed; try again."


_BROWSERS: Final = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
_CALLED: Final = {"Edg": "Edge", "OPR": "Opera"}
_SYSTEMS: Final = ("Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux")


def device(agent: str) -> str:
    """Say which browser it is, as people call it.

    >>> device("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/150.0 Safari/537.36")
    'Chrome on Linux'
    """
    browser = next((one for one in _BROWSERS if f"{one}/" in agent), None)
    system = next((one for one in _SYSTEMS if one in agent), None)
    if browser is None:
        return agent[:60] or "Unknown browser"
    called = _CALLED.get(browser, browser)
    return called if system is None else f"{called} on {system}"


class Mine:
    """One's own account opened by its person."""

    def __init__(self, house: House, request: Asking, session: Session, person: Person) -> None:
        self.house, self.request, self.session, self.person = house, request, session, person

    async def page(self, wrong: dict[str, str] | None = None, **values: Any) -> Response[Any]:  # noqa: ANN401 - whatever the template names
        """Show the account as it stands."""
        notice = guard.read_notice(self.house, self.request)
        waiting = second.asked(self.house, self.person)
        shown = {
            "session": self.session,
            "person": self.person,
            "mark": guard.form_mark(self.house, self.session.id),
            "notice": notice,
            "sessions": await sessions.listing(self.house, self.person.id),
            "recovery_left": await second.recovery_left(self.house, self.person.id),
            "waiting": waiting,
            "qr": None if waiting is None else drawn(waiting[0]),
            "codes": None,
            "device": device,
            "passkeys": await passkeys.listing(self.house, self.person.id),
            "provider": provider_name(self.house),
            "is_linked": await provider.is_linked(self.house, self.person.id),
            "wrong": wrong or {},
            **values,
        }
        response = bare(self.house, "staff_me.html", 422 if wrong else 200, **shown)
        if notice is not None:
            guard.forget_notice(self.house, response)
        return response

    def went(self, words: str, tone: str = "good") -> Response[Any]:
        """Show the account again, with a word about what was done."""
        notice = guard.Notice(text=words, tone=tone)
        return guard.with_notice(self.house, went(self.house, "/me"), notice)

    def acting(self) -> AbstractContextManager[None]:
        """Have the log name the person for what is changed within the block."""
        return acting_as(f"person:{self.person.id}")

    def prove(self) -> Response[Any]:
        """Have the person prove who they are first."""
        return went(self.house, "/prove?next=%2Fme")


async def _rename(mine: Mine, fields: Form) -> Response[Any]:
    name = fields.get("name", "").strip()
    if not 1 <= len(name) <= persons.NAME_LENGTH_MAX:
        most = persons.NAME_LENGTH_MAX
        return await mine.page({"name": f"Give your name, in at most {most} characters."})
    await keeping.rename(mine.house, mine.person.id, name)
    return mine.went("Your name is changed.")


async def _password(mine: Mine, fields: Form) -> Response[Any]:
    person, fresh = mine.person, fields.get("password", "")
    if not mine.session.is_fresh:
        return mine.prove()
    if (why := passwords.wrong_with(fresh, person.name, person.email)) is not None:
        return await mine.page({"password": why})
    await keeping.set_password(mine.house, person.id, fresh, but=mine.session.id)
    return mine.went("Your password is changed; other browsers are signed out.")


async def _ask_codes(mine: Mine, _: Form) -> Response[Any]:
    if not mine.session.is_fresh:
        return mine.prove()
    await second.ask(mine.house, mine.person)
    return went(mine.house, "/me#codes")


async def _confirm_codes(mine: Mine, fields: Form) -> Response[Any]:
    if not mine.session.is_fresh:
        return mine.prove()
    if mine.person.asked_secret is None:
        return mine.went(_STALE, "bad")
    codes = await second.confirm(mine.house, mine.person, fields.get("code", ""))
    if codes is None:
        said = "This code is not the one. Wait for the next that your app shows and give that."
        return await mine.page({"code": said})
    person_id = mine.person.id
    await sessions.end_all(mine.house, person_id, but=mine.session.id)
    await sessions.say_way(mine.house, person_id, sessions.PLAIN, sessions.CODED)
    return await _with_codes(mine, codes)


async def _with_codes(mine: Mine, codes: list[str]) -> Response[Any]:
    person = await persons.by_id(mine.house, mine.person.id)
    assert person is not None, "accounts stay"
    return await Mine(mine.house, mine.request, mine.session, person).page(codes=codes)


async def _drop_codes(mine: Mine, _: Form) -> Response[Any]:
    if not mine.session.is_fresh:
        return mine.prove()
    await second.drop(mine.house, mine.person.id)
    await sessions.say_way(mine.house, mine.person.id, sessions.CODED, sessions.PLAIN)
    return mine.went("No code is asked for any more.")


async def _recovery(mine: Mine, _: Form) -> Response[Any]:
    if mine.person.code_secret is None:
        return await mine.page()
    if not mine.session.is_fresh:
        return mine.prove()
    return await _with_codes(mine, await second.renew_recovery(mine.house, mine.person.id))


async def _end(mine: Mine, fields: Form) -> Response[Any]:
    if fields.get("session") == mine.session.id:
        return mine.went("This is the browser you are in. Sign out instead.", "bad")
    await sessions.end(mine.house, mine.person.id, fields.get("session", ""))
    return mine.went("That browser is signed out.")


ACTS: Final[Mapping[str, Callable[[Mine, Form], Awaitable[Response[Any]]]]] = {
    "rename": _rename,
    "password": _password,
    "ask_codes": _ask_codes,
    "confirm_codes": _confirm_codes,
    "drop_codes": _drop_codes,
    "recovery": _recovery,
    "end": _end,
}
"""What the forms of this page ask for, by their field ``act``."""


async def opened(house: House, request: Asking) -> Mine | None:
    """Open the account of who is signed in; None where nobody is."""
    session = await signed_in(house, request)
    person = None if session is None else await persons.by_id(house, session.person_id)
    if session is None or person is None:
        return None
    return Mine(house, request, session, person)


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the page's handlers."""

    @get("/me")
    async def show(request: Asking) -> Response[Any]:
        """Show one's own account."""
        mine = await opened(house, request)
        return to_sign_in(house, request) if mine is None else await mine.page()

    @post("/me", request_max_body_size=BODY_BYTES_MAX)
    async def change(request: Asking) -> Response[Any]:
        """Do what a form asks for."""
        mine = await opened(house, request)
        if mine is None:
            return to_sign_in(house, request)
        fields = await read(request)
        if not guard.is_ours(house, request, fields, mine.session.id):
            return mine.went(_STALE, "bad")
        act = ACTS.get(fields.get("act", ""))
        if act is None:
            return mine.went(_STALE, "bad")
        with mine.acting():
            return await act(mine, fields)

    return [show, change]
