"""New passwords: asked for by e-mail address, set behind a link; looking at either changes nothing.

What is answered to an address does not say whether it has an account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from retour.desk.people import pacing, passwords, persons, posting, resets
from retour.screens.forms import BODY_BYTES_MAX
from retour.screens.staff import guard
from retour.screens.staff.seat import read, went
from retour.screens.staff.signing import STALE, browser_of, doorway, is_our_door, too_often

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

Asking = Request[Any, Any, Any]
_ASKED_MAX: Final = 5
"""Links for one address, or asked for from one network, in a quarter of an hour."""
_NO_EMAIL: Final = "Give the e-mail address that you sign in with, such as ann@example.com."


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of both pages."""
    return [*_asking(house), *_setting(house)]


def _asking(house: House) -> list[HTTPRouteHandler]:
    def page(
        request: Asking, status: int = 200, *, state: str = "ask", email: str = "", wrong: str = ""
    ) -> Response[Any]:
        values = {"email": email, "wrong": {"email": wrong} if wrong else {}}
        state = state if posting.sends_mail(house) else "none"
        return doorway(house, request, "staff_forgot.html", status, state=state, **values)

    @get("/sign-in/forgot")
    async def show(request: Asking) -> Response[Any]:
        """Ask whose password it is."""
        return page(request)

    @post("/sign-in/forgot", request_max_body_size=BODY_BYTES_MAX)
    async def ask(request: Asking) -> Response[Any]:
        """Have a link mailed where there is an account; where there is none, say the same."""
        fields = await read(request)
        email = fields.get("email", "").strip()
        if not posting.sends_mail(house):
            return page(request)
        if not is_our_door(house, request, fields):
            return page(request, 422, email=email, wrong=STALE)
        if not persons.is_email(email):
            return page(request, 422, email=email[: persons.EMAIL_LENGTH_MAX], wrong=_NO_EMAIL)
        account = ("forgot", persons.email_key(email))
        network = ("forgot-from", pacing.network_of(browser_of(house, request).address))
        if wait_s := await pacing.wait_for(house, account, network, most=_ASKED_MAX):
            return too_often(house, wait_s)
        await resets.ask(house, email)
        return page(request, state="asked", email=email)

    return [show, ask]


def _setting(house: House) -> list[HTTPRouteHandler]:

    async def page(request: Asking, token: str, wrong: dict[str, str]) -> Response[Any]:
        person = await resets.person_of(house, token)
        status = 410 if person is None else 422 if wrong else 200
        values = {"person": person, "wrong": {} if person is None else wrong}
        return doorway(house, request, "staff_reset.html", status, **values)

    @get("/reset/{token:str}")
    async def show(request: Asking, token: FromPath[str]) -> Response[Any]:
        """Ask for a new password."""
        return await page(request, token, {})

    @post("/reset/{token:str}", request_max_body_size=BODY_BYTES_MAX)
    async def change(request: Asking, token: FromPath[str]) -> Response[Any]:
        """Set it; then one signs in with it."""
        fields, person = await read(request), await resets.person_of(house, token)
        if person is None:
            return await page(request, token, {})
        if not is_our_door(house, request, fields):
            return await page(request, token, {"password": STALE})
        password = fields.get("password", "")
        if (why := passwords.wrong_with(password, person.name, person.email)) is not None:
            return await page(request, token, {"password": why})
        if not await resets.use(house, token, password):
            return await page(request, token, {})
        notice = guard.Notice(text="Your password is set. Sign in with it.")
        return guard.with_notice(house, went(house, "/sign-in"), notice)

    return [show, change]
