"""A return asked for late in the evening is judged by the midnight of its merchant."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.doors.client import client
from tests.support.pg import fresh_workspace
from tests.support.running import order_body

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House


@pytest.mark.parametrize(
    ("zone", "eligible"), [("Europe/Berlin", False), ("UTC", True), ("America/New_York", True)]
)
async def test_a_window_ends_at_the_merchants_midnight(
    app: Litestar,
    house: House,
    zone: str,
    eligible: bool,  # noqa: FBT001 - pytest names its arguments
) -> None:
    """At 23:30 UTC on the last day it is tomorrow in Berlin, all year round."""
    shop = client(app, await fresh_workspace(house, zone=zone))
    now = datetime.fromisoformat((await shop.ask("POST", "/clock", {"advance": "PT0S"}))["now"])
    evening = datetime.combine(now.date() + timedelta(days=1), time(23, 30), UTC)
    minutes = (evening - now) // timedelta(minutes=1)
    await shop.ask("POST", "/clock", {"advance": f"PT{minutes}M"})
    delivered = datetime.combine(evening.date() - timedelta(days=30), time(12), UTC)
    await shop.ask("PUT", "/orders/1", order_body(1) | {"delivered_at": delivered.isoformat()})

    ret = await shop.ask(
        "POST", "/returns", {"order_number": "1", "lines": [{"line": "1", "quantity": 1}]}
    )

    assert eligible is ret["verdict"]["eligible"]
    [step] = [one for one in ret["verdict"]["trace"] if one["rule"] == "window"]
    assert step["detail"].endswith(f"open to the end of {evening.date()} ({zone}).")
