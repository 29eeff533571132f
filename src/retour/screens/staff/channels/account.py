"""The account as it stands: its state in words, its key renewed, paused, disconnected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from retour.desk.channels import accounts, oversight, setup, trials
from retour.gateways.channelengine import PRACTICE, Fault
from retour.kernel.problems import InvalidRequest
from retour.screens.staff.channels.filling import put_account, read_account, wrong_of
from retour.screens.staff.channels.words import OLD_KEY_DAYS, age_days, met, standing
from retour.screens.staff.seat import place

if TYPE_CHECKING:
    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.channels.setup import SetUp
    from retour.desk.house import House
    from retour.screens.staff.seat import Form, Seat

HERE: Final = "/settings/channels"
SET_UP: Final = f"{HERE}/set-up"
_READ, _WRITE = "settings:read", "settings:write"


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the account's pages."""
    return [
        *place(house, HERE, _READ, _show, _act, take_scope=_WRITE),
        *place(house, f"{HERE}/key", _WRITE, _show_key, _take_key, proof=True),
        *place(house, f"{HERE}/leave", _WRITE, _show_leave, _leave, proof=True),
    ]


async def _show(seat: Seat) -> Response[Any]:
    """Show the account, or what one would be."""
    found = await setup.state(seat.house, seat.workspace_id)
    return seat.page(
        "staff_channels.html",
        found=found,
        standing=None if found.account is None else standing(found.account),
        under_way=await oversight.under_way(seat.house, seat.workspace_id),
        age_days=age_days,
        old_key_days=OLD_KEY_DAYS,
        practice=PRACTICE,
    )


async def _act(seat: Seat, fields: Form) -> Response[Any]:
    """Pause it, have it go live again, or have it look at once."""
    found = await setup.state(seat.house, seat.workspace_id)
    if found.account is None:
        return seat.nowhere("channel account")
    code, here = found.account.code, seat.address(HERE)
    match fields.get("act", ""):
        case "pause":
            await accounts.pause(seat.house, seat.workspace_id, code)
            words = "Paused. Nothing new is looked for; what is being settled is still told."
            return seat.go_on(here, notice=words)
        case "live":
            await accounts.go_live(seat.house, seat.workspace_id, code)
            return seat.go_on(here, notice="Live again. The first look is under way.")
        case "look":
            await accounts.look_now(seat.house, seat.workspace_id, code)
            return seat.go_on(here, notice="It looks now. Open this page again in a moment.")
        case _:
            return seat.go_on(here)


async def _account(seat: Seat) -> SetUp | None:
    found = await setup.state(seat.house, seat.workspace_id)
    return None if found.account is None else found


# -------------------------------------------------------------------- another key


async def _show_key(seat: Seat) -> Response[Any]:
    """Ask for a new key."""
    found = await _account(seat)
    if found is None:
        return seat.nowhere("channel account")
    return seat.page("staff_channels_key.html", found=found, met=None)


async def _take_key(seat: Seat, fields: Form) -> Response[Any]:
    """Try the new key first; the old one stays where the new one is not let in."""
    found = await _account(seat)
    if found is None or found.account is None:
        return seat.nowhere("channel account")
    wrong: dict[str, str] = {}
    fault: Fault | None = None
    try:
        given = read_account(fields, found, keeps=("tenant", "name"), needs_key=True)
        tried = await trials.call_once(
            seat.house, seat.workspace_id, found.account.code, api_key=given.api_key
        )
        fault = tried if isinstance(tried, Fault) else None
        if fault is None:
            await put_account(seat, found.account.code, given)
            await trials.call_once(seat.house, seat.workspace_id, found.account.code)
            words = "The new key is in use. Take the old one back in ChannelEngine."
            return seat.go_on(seat.address(HERE), notice=words)
    except InvalidRequest as error:
        wrong = wrong_of(error)
    return seat.page(
        "staff_channels_key.html",
        422,
        found=found,
        wrong=wrong,
        met=None if fault is None else met(fault),
    )


# -------------------------------------------------------------------- disconnect


async def _show_leave(seat: Seat, wrong: dict[str, str] | None = None) -> Response[Any]:
    """Say what disconnecting comes to, and ask for the account's name."""
    found = await _account(seat)
    if found is None:
        return seat.nowhere("channel account")
    return seat.page(
        "staff_channels_leave.html",
        422 if wrong else 200,
        found=found,
        under_way=await oversight.under_way(seat.house, seat.workspace_id),
        wrong=wrong or {},
    )


async def _leave(seat: Seat, fields: Form) -> Response[Any]:
    """Disconnect, where the name was typed."""
    found = await _account(seat)
    if found is None or found.account is None:
        return seat.nowhere("channel account")
    if fields.get("name", "").strip() != found.account.name:
        words = f"Type {found.account.name} to disconnect it."
        return await _show_leave(seat, {"name": words})
    await setup.disconnect(seat.house, seat.workspace_id, found.account.code)
    words = f"{found.account.name} is disconnected. What it found stays in your returns."
    return seat.go_on(seat.address(HERE), notice=words)
