"""By whom money goes back: the account at Stripe, tried before anything is paid by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.desk import system
from retour.desk.outcome import Done
from retour.desk.pages import Page
from retour.desk.payments import accounts
from retour.desk.payments.accounts import STRIPE, PaymentAccountPut
from retour.desk.payments.processors import try_account
from retour.kernel.problems import InvalidRequest
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.said import at_fields, body_of, unnamed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

PATH: Final = "/settings/payment"
TOLD: Final = (
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.refunded",
    "charge.dispute.*",
)
"""What Stripe shall tell us."""
_SECRETS: Final = ("api_key", "webhook_secret")
_NO_KEY: Final = "A new account needs its key. Stripe shows it under Developers, API keys."


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the page's handlers."""
    read, write = "settings:read", "settings:write"
    return place(house, PATH, read, _shown, _take, take_scope=write, take_proof=True)


async def _shown(
    seat: Seat,
    filled: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    trial: Mapping[str, Any] | None = None,
) -> Response[Any]:
    """Show the account, or ask for one."""
    kept = await _there(seat)
    usual = {"name": "Stripe" if kept is None else kept["name"]}
    return seat.page(
        "staff_settings_payment.html",
        422 if wrong else 200,
        kept=kept,
        waits=await system.waiting_for(seat.house, seat.workspace_id, "refund"),
        filled=usual if filled is None else filled,
        told=TOLD,
        trial=trial,
        wrong=wrong or {},
    )


async def _there(seat: Seat) -> dict[str, Any] | None:
    """Give the account at Stripe, whatever its code; there is one at most."""
    rows = body_of(await accounts.listing(seat.house, seat.workspace_id, Page()))["data"]
    return next((one for one in rows if one["processor"] == STRIPE), None)


async def _code(seat: Seat) -> str:
    kept = await _there(seat)
    return STRIPE if kept is None else str(kept["code"])


async def _take(seat: Seat, fields: Form) -> Response[Any]:
    """Try the account, forget it, or keep what is said of it."""
    match fields.get("act"):
        case "try":
            return await _try(seat)
        case "forget":
            return await _forget(seat, fields)
        case _:
            return await _keep(seat, fields)


async def _forget(seat: Seat, fields: Form) -> Response[Any]:
    """Forget the account, once its name was typed."""
    kept = await _there(seat)
    if kept is None:
        return seat.go_on(seat.address(PATH), notice="It was gone.")
    if (wrong := unnamed(fields, kept["name"], "forgotten", "forget")) is not None:
        return await _shown(seat, wrong=wrong)
    await accounts.drop(seat.house, seat.workspace_id, kept["code"])
    return seat.go_on(seat.address(PATH), notice="The account is forgotten.")


async def _try(seat: Seat) -> Response[Any]:
    try:
        done = await try_account(seat.house, seat.workspace_id, await _code(seat))
    except InvalidRequest as error:
        return await _shown(seat, trial={"ok": False, "error": error.errors[0].detail})
    return await _shown(seat, trial=body_of(done) if isinstance(done, Done) else None)


async def _keep(seat: Seat, fields: Form) -> Response[Any]:
    """Keep the account; a secret that is left empty stays as it was."""
    typed = {name: text for name, text in fields.items() if name not in _SECRETS}
    secret = fields.get("webhook_secret", "").strip()
    said = {
        "processor": STRIPE,
        "name": fields.get("name", "").strip(),
        "api_key": fields.get("api_key", "").strip() or None,
        "webhook_secrets": (secret,) if secret else None,
    }
    if not said["name"]:
        return await _shown(seat, typed, {"name": "Give the name by which your people know it."})
    if said["api_key"] is None and await _there(seat) is None:
        return await _shown(seat, typed, {"api_key": _NO_KEY})
    try:
        body = msgspec.convert(said, PaymentAccountPut)
    except msgspec.ValidationError as error:
        return await _shown(seat, typed, _misread(str(error)))
    try:
        await accounts.put(seat.house, seat.workspace_id, await _code(seat), body)
    except InvalidRequest as error:
        wrong = at_fields(error, {"/api_key": "api_key"}, "name")
        return await _shown(seat, typed, wrong)
    words = f"{body.name} is kept. Try it before the first refund."
    return seat.go_on(seat.address(PATH), notice=words)


def _misread(complaint: str) -> dict[str, str]:
    """Say which field cannot be so."""
    if "webhook_secrets" in complaint:
        return {"webhook_secret": "A signing secret of Stripe begins with whsec_."}
    if "api_key" in complaint:
        return {"api_key": "A key of Stripe begins with sk_ or rk_, and live_ or test_."}
    return {"name": "A name has up to 255 characters."}
