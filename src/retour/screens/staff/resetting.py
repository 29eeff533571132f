"""The page behind a link for a new password; looking at it changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from retour.desk.people import passwords, resets
from retour.screens.forms import BODY_BYTES_MAX
from retour.screens.staff import guard
from retour.screens.staff.seat import read, went
from retour.screens.staff.signing import STALE, doorway, is_our_door

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

Asking = Request[Any, Any, Any]


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the page's handlers."""

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
