"""Coming in by an identity provider: sent there, sent back, and known by what it proved."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any, Final

from litestar import Request, Response, get, post

from retour.desk.people import invitations, pacing, persons, provider, sessions
from retour.desk.people.provider import BACK, Begun, Known, ProviderTrouble
from retour.screens.forms import BODY_BYTES_MAX
from retour.screens.staff import guard
from retour.screens.staff.me import opened
from retour.screens.staff.seat import bare, query_of, read, signed_in, to_sign_in, went
from retour.screens.staff.signing import browser_of, entered, taken
from retour.store.database import acting_as

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.desk.people.persons import Person

Asking = Request[Any, Any, Any]
_WELCOME: Final = "/welcome/"
_NOT_BEGUN: Final = "This sign-in was not begun in this browser, or too long ago. Begin again."
_REFUSED: Final = "The identity provider did not sign you in. Try again, or use your password."
_UNKNOWN: Final = (
    "No account here belongs to that identity. Sign in with your password and link it on your"
    " account page, or open the link of your invitation."
)
_TAKEN: Final = "That identity belongs to another account here. Use another, or unlink it there."
_NOT_YOU: Final = "That is not the identity you are signed in with. Nothing was done."


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers; without a provider there are none."""
    if not house.settings.oidc_issuer:
        return []
    return [_leave(house), _back(house), _linking(house)]


def _trouble(house: House, words: str, status: int = 400, *, is_in: bool = False) -> Response[Any]:
    onward = ("/me", "To your account") if is_in else ("/sign-in", "Back to sign-in")
    response = bare(house, "staff_trouble.html", status, words=words, onward=onward)
    guard.forget_half(house, response)
    return response


async def _sent(house: House, wanted: str, goal: str, person: str = "") -> Response[Any]:
    """Send the browser to the provider, holding what its answer must fit."""
    begun = provider.begin()
    try:
        address = await provider.address(house, begun, again=goal == "prove")
    except ProviderTrouble as error:
        return _trouble(house, str(error), 502)
    response = went(house, address)
    half = {
        "is": "provider",
        "state": begun.state,
        "nonce": begun.nonce,
        "verifier": begun.verifier,
        "next": wanted,
        "goal": goal,
        "person": person,
    }
    await guard.keep_half(house, response, half)
    return response


def _leave(house: House) -> HTTPRouteHandler:
    @get("/sign-in/provider")
    async def leave(request: Asking) -> Response[Any]:
        """Go to the provider; who is signed in goes to prove it again."""
        session = await signed_in(house, request)
        wanted = guard.own_path(query_of(request).get("next", ""))
        if session is None:
            return await _sent(house, wanted, "enter")
        return await _sent(house, wanted, "prove", session.person_id)

    return leave


def _linking(house: House) -> HTTPRouteHandler:
    @post("/me/provider", request_max_body_size=BODY_BYTES_MAX)
    async def begin_link(request: Asking) -> Response[Any]:
        """Link one's account to an identity, or end that."""
        mine = await opened(house, request)
        if mine is None:
            return to_sign_in(house, request)
        fields = await read(request)
        if not guard.is_ours(house, request, fields, mine.session.id):
            return went(house, "/me")
        if not mine.session.is_fresh:
            return mine.prove()
        if fields.get("act") == "unlink":
            if mine.person.password is None:
                return mine.went("Set a password first, or you could not come in again.", "bad")
            with mine.acting():
                await provider.unlink(house, mine.person.id)
            return mine.went("Your account is linked to no provider any more.")
        return await _sent(house, "/me", "link", mine.person.id)

    return begin_link


def _back(house: House) -> HTTPRouteHandler:
    @get(BACK)
    async def back(request: Asking) -> Response[Any]:
        """Take the provider's answer, where it fits what this browser began."""
        half, said = await guard.read_half(house, request), query_of(request)
        if half.get("is") != "provider" or not _fits(half, said.get("state", "")):
            return _trouble(house, _NOT_BEGUN)
        # Another provider's answer, mixed in, names itself (RFC 9207).
        if said.get("iss", house.settings.oidc_issuer) != house.settings.oidc_issuer:
            return _trouble(house, _NOT_BEGUN)
        if "error" in said or not said.get("code"):
            return _trouble(house, _REFUSED)
        # A browser is only asked to forget what it began; whoever copied it would not.
        if not await pacing.is_first(house, "provider", half["state"]):
            return _trouble(house, _NOT_BEGUN)
        begun = Begun(state=half["state"], nonce=half["nonce"], verifier=half["verifier"])
        try:
            known = await provider.known_by(house, begun, said["code"])
        except ProviderTrouble as error:
            return _trouble(house, str(error), 502)
        match half["goal"]:
            case "link":
                return await _linked(house, request, known, half["person"])
            case "prove":
                return await _proved(house, request, known, half)
            case _:
                return await _entered(house, request, known, half["next"])

    return back


def _fits(half: dict[str, Any], state: str) -> bool:
    return hmac.compare_digest(str(half["state"]).encode(), state.encode())


async def _linked(house: House, request: Asking, known: Known, person: str) -> Response[Any]:
    session = await signed_in(house, request)
    if session is None or session.person_id != person:
        return _trouble(house, _NOT_BEGUN)
    with acting_as(f"person:{person}"):
        is_linked = await provider.link(house, person, known)
    if not is_linked:
        return _trouble(house, _TAKEN, 409, is_in=True)
    response = went(house, "/me")
    guard.forget_half(house, response)
    words = "Your account is linked. From now on you can sign in by the provider."
    return guard.with_notice(house, response, guard.Notice(text=words))


async def _proved(
    house: House, request: Asking, known: Known, half: dict[str, Any]
) -> Response[Any]:
    session = await signed_in(house, request)
    person = await provider.person_of(house, known)
    if session is None or person != session.person_id or person != half["person"]:
        return _trouble(house, _NOT_YOU, is_in=True)
    if known.proved_at < int(half["begun"]) - provider.LEEWAY_S:
        return _trouble(house, _REFUSED)
    token = await sessions.renew(house, session, way="provider")
    return went(house, "/sign-in") if token is None else entered(house, token, half["next"])


async def _entered(house: House, request: Asking, known: Known, wanted: str) -> Response[Any]:
    """Sign in who is known; who has been invited and is not known yet gets an account."""
    person_id = await provider.person_of(house, known)
    if person_id is None:
        return await _welcomed(house, request, known, wanted)
    browser = browser_of(house, request)
    token = await sessions.begin(house, person_id, way="provider", browser=browser)
    return entered(house, token, wanted)


async def _welcomed(house: House, request: Asking, known: Known, wanted: str) -> Response[Any]:
    invited = None
    if wanted.startswith(_WELCOME):
        invited = await invitations.look(house, wanted.removeprefix(_WELCOME))
    if invited is None or not invited.is_good:
        return _trouble(house, _UNKNOWN, 403)
    email = invited.email or known.email
    person: Person | None = None
    if persons.is_email(email):
        name = known.name.strip()[: persons.NAME_LENGTH_MAX] or email.partition("@")[0]
        person = await persons.make(house, email=email, name=name, password=None)
    if person is None or not await provider.link(house, person.id, known):
        return _trouble(house, _UNKNOWN, 403)
    return await taken(house, invited, person, request, way="provider")
