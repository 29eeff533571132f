"""How the house fares, and the list of what is to be set up, with its ring."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import pi
from typing import TYPE_CHECKING, Any, Final

from retour.desk import setting_up, system
from retour.desk.setting_up import SetupPut
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.said import body_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

SYSTEM: Final = "/settings/system"
SETUP: Final = "/settings/setup"
_RADIUS: Final = 42
_PLOT_HEIGHT: Final = 80
_SLOTS: Final = 25
_SLOT_WIDTH: Final = 23
_HOUR: Final = timedelta(hours=1)
_TRIALS: Final = {
    "facility": ("Ask where goods would go", "/settings/routing"),
    "policy": ("Try it on an order", "/settings/policies/default/try"),
    "reasons": ("Open the portal", ""),
    "carrier": ("See a label", "/settings/carriers"),
    "payment": ("Try the account", "/settings/payment"),
    "mails": ("Send yourself one", "/settings/notifications"),
    "brand": ("See it as shoppers do", ""),
    "orders": ("Find one", "/new"),
}
"""How each step is tried: in words, and where; the portal where no page is named."""


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of both."""
    return [
        *place(house, SYSTEM, "audit:read", _system, _try),
        *place(house, SETUP, "settings:read", _setup, _aside, take_scope="settings:write"),
    ]


async def _system(seat: Seat) -> Response[Any]:
    """Show everything that was looked at, and what waits."""
    seen = body_of(await system.look_up(seat.house, seat.workspace_id))
    return seat.page(
        "staff_settings_system.html",
        seen=seen,
        bars=_bars(seen["hours"], seat.tick),
        height=_PLOT_HEIGHT,
        width=_SLOTS * _SLOT_WIDTH,
        has_relay=seat.house.settings.smtp_url is not None,
        address=seat.session.email,
    )


def _bars(hours: Sequence[Mapping[str, Any]], tick: datetime) -> list[dict[str, Any]]:
    """Give the bars of a day, each in its hour's place; the hour that runs is the last.

    >>> at = datetime.fromisoformat("2026-03-02T12:30:00+00:00")
    >>> [bar] = _bars([{"hour": "2026-03-02T11:00:00Z", "ended": 4, "dead": 1}], at)
    >>> bar["x"], bar["height"], bar["gone"], bar["dead"]
    (529, 80, 20, 1)
    """
    most = max((one["ended"] for one in hours), default=0) or 1
    bars: list[dict[str, Any]] = []
    for one in hours:
        ago = max((tick - datetime.fromisoformat(one["hour"])) // _HOUR, 0)
        height = max(1, one["ended"] * _PLOT_HEIGHT // most)
        gone = one["dead"] * _PLOT_HEIGHT // most
        bars.append({**one, "x": (_SLOTS - 1 - ago) * _SLOT_WIDTH, "height": height, "gone": gone})
    return bars


async def _try(seat: Seat, fields: Form) -> Response[Any]:
    """Send a mail to oneself."""
    del fields
    if not await system.try_mail(seat.house, seat.session.person_id):
        words = "No mail is sent: this house has no relay. Set RETOUR_SMTP_URL."
        return seat.go_on(seat.address(SYSTEM), notice=words, tone="bad")
    words = f"A mail is on its way to {seat.session.email}. If it does not come, look at the relay."
    return seat.go_on(seat.address(SYSTEM), notice=words)


async def _setup(seat: Seat) -> Response[Any]:
    """Show what is set up and what is not."""
    seen = body_of(await setting_up.look_up(seat.house, seat.workspace_id))
    whole = 2 * pi * _RADIUS
    return seat.page(
        "staff_settings_setup.html",
        seen=seen,
        steps=[
            (one, seat.address(setting_up.PATHS[one["id"]]), _trial(seat, one["id"]))
            for one in seen["steps"]
        ],
        next_id=next((one["id"] for one in seen["steps"] if not one["done"]), None),
        ring=(_RADIUS, f"{whole * seen['done'] / seen['of']:.1f} {whole:.1f}"),
    )


def _trial(seat: Seat, step: str) -> tuple[str, str]:
    """Give how a step is tried, and the address of where."""
    words, path = _TRIALS[step]
    return words, seat.address(path) if path else f"/p/{seat.workspace}"


async def _aside(seat: Seat, fields: Form) -> Response[Any]:
    """Put the list aside, or have it back."""
    is_aside = fields.get("aside") == "yes"
    await setting_up.put(seat.house, seat.workspace_id, SetupPut(aside=is_aside))
    words = "Put aside. It stands under Set-up." if is_aside else "It is back."
    return seat.go_on(seat.address(SETUP), notice=words)
