"""Coming and going: sign in, sign out, open an invitation, choose a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath

from retour.desk.people import invitations, pacing, passwords, persons, sessions, signing
from retour.desk.people.members import TooManyMembers, workspaces_of
from retour.desk.people.roles import ROLES
from retour.desk.people.sessions import Browser
from retour.desk.people.signing import CodeAsked, In, TooOften
from retour.kernel.ids import workspace_text
from retour.screens.forms import BODY_BYTES_MAX, address_of
from retour.screens.staff import guard
from retour.screens.staff.seat import (
    Form,
    bare,
    device_of,
    query_of,
    read,
    signed_in,
    to_sign_in,
    went,
)
from retour.store.database import acting_as

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.desk.people.invitations import Invitation
    from retour.desk.people.persons import Person
    from retour.desk.people.sessions import Session
    from retour.screens.staff.guard import Notice

Asking = Request[Any, Any, Any]
WRONG: Final = "This address and password do not go together. Check both and try again."
STALE: Final = "This form was not made in this browser, or long ago. Fill it in again."
FULL: Final = "This workspace has as many members as it can have. Ask its admin to remove one."


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of all that."""
    return [*_doors(house), *_leaving(house), *_welcome(house), *_choosing(house)]


def browser_of(house: House, request: Asking) -> Browser:
    """Say which browser asks, for its person to know it again."""
    return Browser(
        device=device_of(request),
        address=address_of(request),
        brings=guard.session_token(house, request),
        known=guard.read_known(house, request),
    )


def doorway(
    house: House,
    request: Asking,
    template: str,
    status: int = 200,
    **values: Any,  # noqa: ANN401 - whatever the template names
) -> Response[Any]:
    """Fill a page with a form that somebody who is not signed in may send, too."""
    door = guard.door_of(house, request)
    session: Session | None = values.get("session")
    marked_for = door if session is None else session.id
    notice: Notice | None = guard.read_notice(house, request)
    shown = {
        "notice": notice,
        "provider": provider_name(house),
        **values,
        "mark": guard.form_mark(house, marked_for),
    }
    response = bare(house, template, status, **shown)
    guard.keep_door(house, response, door)
    if notice is not None:
        guard.forget_notice(house, response)
    return response


def provider_name(house: House) -> str | None:
    """Name the identity provider that people can come in by, where there is one."""
    return house.settings.oidc_name if house.settings.oidc_issuer else None


def is_our_door(house: House, request: Asking, fields: Form) -> bool:
    """Say whether a form for somebody not signed in was made for this browser."""
    return guard.is_ours(house, request, fields, guard.door_of(house, request))


def too_often(house: House, wait_s: int) -> Response[Any]:
    """Say that there were too many guesses, and when to go on."""
    minutes = -(-wait_s // 60)
    response = bare(house, "staff_wait.html", 429, minutes=minutes)
    response.headers["retry-after"] = str(wait_s)
    return response


# ---------------------------------------------------------------- sign in and out


def _doors(house: House) -> list[HTTPRouteHandler]:
    @get("/sign-in")
    async def show(request: Asking) -> Response[Any]:
        """Show the form; who is signed in goes on."""
        wanted = guard.own_path(query_of(request).get("next", ""))
        if await signed_in(house, request) is not None:
            return went(house, wanted)
        return _sign_in_page(house, request, wanted)

    @post("/sign-in", request_max_body_size=BODY_BYTES_MAX)
    async def enter(request: Asking) -> Response[Any]:
        """Sign in, or ask again; nothing says which of the two was wrong."""
        fields = await read(request)
        wanted = guard.own_path(fields.get("next", ""))
        email, password = fields.get("email", "").strip(), fields.get("password", "")
        if not is_our_door(house, request, fields):
            return _sign_in_page(house, request, wanted, email=email, wrong={"email": STALE})
        answer = await signing.by_password(house, email, password, browser_of(house, request))
        match answer:
            case In(token=token):
                return known_again(house, entered(house, token, wanted), email)
            case CodeAsked(person_id=person_id, mark=mark):
                response = went(house, f"/sign-in/code?{urlencode({'next': wanted})}")
                half = {"is": "code", "person": person_id, "mark": mark}
                await guard.keep_half(house, response, half)
                return response
            case TooOften(wait_s=wait_s):
                return too_often(house, wait_s)
            case _:
                return _sign_in_page(house, request, wanted, email=email, wrong={"email": WRONG})

    return [show, enter]


def entered(house: House, token: str, wanted: str) -> Response[Any]:
    """Have the browser bring its token, and go where its person wanted to."""
    response = went(house, wanted)
    guard.keep_session(house, response, token)
    return response


def known_again(house: House, response: Response[Any], email: str) -> Response[Any]:
    """Have the browser be known as one of this account's: its guesses are its own from now on."""
    guard.keep_known(house, response, pacing.known_by(persons.email_key(email)))
    return response


def _sign_in_page(
    house: House,
    request: Asking,
    wanted: str,
    *,
    email: str = "",
    wrong: dict[str, str] | None = None,
) -> Response[Any]:
    return doorway(
        house,
        request,
        "staff_sign_in.html",
        422 if wrong else 200,
        next=wanted,
        email=email[: persons.EMAIL_LENGTH_MAX],
        wrong=wrong or {},
    )


def _leaving(house: House) -> list[HTTPRouteHandler]:
    @post("/sign-out", request_max_body_size=BODY_BYTES_MAX)
    async def leave(request: Asking) -> Response[Any]:
        """End the session, here and in the database."""
        session = await signed_in(house, request)
        response = went(house, "/sign-in")
        if session is None:
            guard.drop_session(house, response)
            return response
        if not guard.is_ours(house, request, await read(request), session.id):
            return went(house, "/w")
        await sessions.end(house, session.person_id, session.id)
        guard.drop_session(house, response)
        said = guard.Notice(text="You are signed out.", tone="good")
        return guard.with_notice(house, response, said)

    return [leave]


# ---------------------------------------------------------------- invitations


def _welcome(house: House) -> list[HTTPRouteHandler]:
    @get("/welcome/{token:str}")
    async def show(request: Asking, token: FromPath[str]) -> Response[Any]:
        """Show what one is invited to; looking changes nothing."""
        found = await invitations.look(house, token)
        return await _welcome_page(house, request, found, Form([]), {})

    @post("/welcome/{token:str}", request_max_body_size=BODY_BYTES_MAX)
    async def accept(request: Asking, token: FromPath[str]) -> Response[Any]:
        """Make an account, or join with the one there is."""
        found = await invitations.look(house, token)
        fields = await read(request)
        if found is None or not found.is_good:
            return await _welcome_page(house, request, found, fields, {})
        session = await signed_in(house, request)
        if session is not None:
            return await _join(house, request, found, fields, session)
        if not is_our_door(house, request, fields):
            return await _welcome_page(house, request, found, fields, {"name": STALE})
        return await _register(house, request, found, fields)

    return [show, accept]


async def _welcome_page(
    house: House,
    request: Asking,
    found: Invitation | None,
    fields: Form,
    wrong: dict[str, str],
) -> Response[Any]:
    config = None if found is None else await house.configs.recent(found.workspace_id)
    if found is None or config is None or not found.is_good:
        why = "gone" if found is None else "taken" if found.is_taken else "ended"
        return doorway(house, request, "staff_welcome.html", 410, state="gone", why=why, name="")
    session = await signed_in(house, request)
    state = "new"
    if session is not None:
        person = await persons.by_id(house, session.person_id)
        is_theirs = person is not None and invitations.is_for(found, person)
        state = "join" if is_theirs else "other"
    return doorway(
        house,
        request,
        "staff_welcome.html",
        422 if wrong else 200,
        state=state,
        name=config.name,
        role=found.role.value,
        about=ROLES[found.role].about,
        email=found.email,
        session=session,
        here=request.scope["path"],
        filled={"email": fields.get("email", ""), "name": fields.get("name", "")},
        wrong=wrong,
    )


async def _register(
    house: House, request: Asking, found: Invitation, fields: Form
) -> Response[Any]:
    """Make an account for who is invited, and sign it in."""
    email = (found.email or fields.get("email", "")).strip()
    name, password = fields.get("name", "").strip(), fields.get("password", "")
    wrong: dict[str, str] = {}
    if not persons.is_email(email):
        wrong["email"] = "Give an e-mail address, such as ann@example.com."
    if not 1 <= len(name) <= persons.NAME_LENGTH_MAX:
        wrong["name"] = f"Give your name, in at most {persons.NAME_LENGTH_MAX} characters."
    if (why := passwords.wrong_with(password, name, email)) is not None:
        wrong["password"] = why
    if wrong:
        return await _welcome_page(house, request, found, fields, wrong)
    person = await persons.make(house, email=email, name=name, password=password)
    if person is None:
        said = "This address has an account. Sign in with it, and the invitation is yours."
        return await _welcome_page(house, request, found, fields, {"name": said})
    return await taken(house, found, person, request)


async def _join(
    house: House, request: Asking, found: Invitation, fields: Form, session: Session
) -> Response[Any]:
    """Join with the account one is signed in with."""
    person = await persons.by_id(house, session.person_id)
    is_ours = guard.is_ours(house, request, fields, session.id)
    if person is None or not is_ours or not invitations.is_for(found, person):
        return await _welcome_page(house, request, found, fields, {})
    return await taken(house, found, person, session)


async def taken(
    house: House,
    found: Invitation,
    person: Person,
    where: Asking | Session,
    *,
    way: str = sessions.PLAIN,
) -> Response[Any]:
    """Take the invitation; a new account is signed in with it, a session gets another token.

    Args:
        where: The browser's question, or in what its person is signed in, who now may more.
    """
    try:
        with acting_as(f"person:{person.id}"):
            is_member = await invitations.take(house, found, person)
    except TooManyMembers:
        return bare(house, "staff_trouble.html", 409, words=FULL)
    workspace = workspace_text(found.workspace_id)
    wanted = f"/w/{workspace}" if is_member else "/w"
    if not isinstance(where, Request):
        token = await sessions.renew(house, where, is_proof=False)
        return went(house, "/sign-in") if token is None else entered(house, token, wanted)
    browser = browser_of(house, where)
    token = await sessions.begin(house, person.id, way=way, browser=browser)
    return entered(house, token, wanted)


# ---------------------------------------------------------------- workspaces


def _choosing(house: House) -> list[HTTPRouteHandler]:
    @get("/w")
    async def choose(request: Asking) -> Response[Any]:
        """Show one's workspaces; straight on where there is but one."""
        session = await signed_in(house, request)
        if session is None:
            return to_sign_in(house, request)
        found = await workspaces_of(house, session.person_id)
        if len(found) == 1:
            return went(house, f"/w/{found[0].workspace}")
        mark = guard.form_mark(house, session.id)
        notice = guard.read_notice(house, request)
        values = {"workspaces": found, "session": session, "mark": mark, "notice": notice}
        response = bare(house, "staff_workspaces.html", 200, **values)
        if notice is not None:
            guard.forget_notice(house, response)
        return response

    return [choose]
