"""Notification profiles and templates by the desk, and what waits because of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg
import msgspec

from retour.desk.house import House
from retour.desk.notifications import profiles, templates
from retour.desk.notifications.body import (
    ProfileNew,
    TemplateNew,
)
from retour.store.telling import Subscription
from retour.store.telling_notifications import pairs_of_template
from tests.support.pg import Workspace
from tests.support.told import (
    read,
)

URL = "http://127.0.0.1:9/alerts"
JSON = dict[str, Any]


async def profile(house: House, workspace: Workspace, type: str, **fields: object) -> JSON:
    to = {"address": "desk@example.com"} if type == "email" else {"url": URL}
    body = msgspec.convert({"name": "Desk", "type": type, **to, **fields}, ProfileNew)
    return read(await profiles.create(house, workspace.id, body), 201)


def asked(event: str, type: str, profile_ids: Sequence[str], **fields: object) -> TemplateNew:
    return msgspec.convert(
        {"event": event, "type": type, "profiles": list(profile_ids), **fields}, TemplateNew
    )


async def template(
    house: House,
    workspace: Workspace,
    event: str,
    type: str,
    *profile_ids: str,
    **fields: object,
) -> JSON:
    body = asked(event, type, profile_ids, **fields)
    return read(await templates.create(house, workspace.id, body), 201)


async def pairs(house: House, workspace: Workspace, template_id: str) -> Sequence[Subscription]:
    async with house.database.transaction(workspace.id) as connection:
        return await pairs_of_template(connection, workspace.id, template_id)


async def rows(house: House, workspace: Workspace) -> list[asyncpg.Record]:
    """Give what waits for templates."""
    async with house.database.transaction(workspace.id) as connection:
        return await connection.fetch(
            "SELECT d.*, s.template_id, s.profile_id FROM retour.delivery d"
            " JOIN retour.subscription s USING (workspace_id, subscription_id)"
            " WHERE workspace_id = $1 AND s.template_id IS NOT NULL ORDER BY delivery_id",
            workspace.id,
        )
