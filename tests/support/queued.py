"""Subscriptions by the desk, what waits at them, and its end as if delivered."""

from __future__ import annotations

from typing import Any

import asyncpg
import msgspec

from retour.desk.house import House
from retour.desk.pages import Page, read_page
from retour.desk.telling import deliveries, subscriptions
from retour.desk.telling.subscription_body import SubscriptionNew
from retour.store.telling_deliveries import Wanted
from tests.support.pg import Workspace
from tests.support.told import (
    read,
)

URL = "http://127.0.0.1:9/hook"
JSON = dict[str, Any]


async def subscribed(house: House, workspace: Workspace, **fields: object) -> str:
    body = msgspec.convert({"url": URL, **fields}, SubscriptionNew)
    made = await subscriptions.create(house, workspace.id, body)
    return str(read(made, 201)["id"])


async def ended(
    admin: asyncpg.Connection, workspace: Workspace, subscription: str, status: str
) -> None:
    """End all that waits at a subscription, as if delivery had."""
    await admin.execute(
        "WITH gone AS (DELETE FROM retour.delivery WHERE workspace_id = $1 AND subscription_id = $2"
        " RETURNING *), l AS (DELETE FROM retour.lane WHERE workspace_id = $1"
        " AND subscription_id = $2) INSERT INTO retour.delivery_log (workspace_id, delivery_id,"
        " subscription_id, lane, position, event_id, subscription_version, type, return_id,"
        " status, finished_at, resend_of) SELECT workspace_id, delivery_id, subscription_id, lane,"
        " position, event_id, subscription_version, type, return_id, $3, clock_timestamp(),"
        " resend_of FROM gone",
        workspace.id,
        subscription,
        status,
    )


async def listed(
    house: House,
    workspace: Workspace,
    wanted: Wanted | None = None,
    *,
    limit: int = 200,
    step: int = 400,
) -> list[JSON]:
    """Give all deliveries that fit, page by page."""
    found: list[JSON] = []
    page, wanted = Page(limit=limit), wanted or Wanted()
    while True:
        answer = read(await deliveries.listing(house, workspace.id, wanted, page, step=step))
        found += answer["data"]
        if answer["next_cursor"] is None:
            return found
        page = read_page(str(limit), answer["next_cursor"])


async def rows(house: House, workspace: Workspace, subscription: str) -> list[asyncpg.Record]:
    async with house.database.transaction(workspace.id) as connection:
        return await connection.fetch(
            "SELECT d.*, l.blocked, l.pending, l.due_at FROM retour.delivery d JOIN retour.lane l"
            " USING (workspace_id, subscription_id, lane)"
            " WHERE workspace_id = $1 AND subscription_id = $2 ORDER BY lane, position",
            workspace.id,
            subscription,
        )
