"""Every policy with what is in force of it and its draft, for whoever keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.desk.outcome import Outcome
from retour.desk.pages import Page, paged
from retour.desk.policies.drafts import actor_view
from retour.dialects.view import instant
from retour.lifecycle.model import Policy
from retour.store.statements import named

if TYPE_CHECKING:
    import asyncpg

    from retour.desk.house import House

_SQL: Final = named("places")
_ENCODE: Final = msgspec.json.Encoder()
_POLICY: Final = msgspec.json.Decoder(Policy)


class _Named(msgspec.Struct):
    """What a draft is called."""

    name: str = ""


_NAME: Final = msgspec.json.Decoder(_Named)


async def listing(house: House, workspace_id: int, page: Page) -> Outcome:
    """Give a page of policies, by id; one that never came into force has no version."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            _SQL["policies_with_drafts"], workspace_id, page.after, page.limit + 1
        )
    return paged(rows, page, _view, key=lambda row: row["policy_id"])


def _view(row: asyncpg.Record) -> bytes:
    policy = None if row["body"] is None else _POLICY.decode(row["body"])
    shown: dict[str, Any] = {
        "id": row["policy_id"],
        "name": _NAME.decode(row["draft"]).name if policy is None else policy.name,
        "version": row["version"],
        "since": None if policy is None else instant(row["created_at"]),
        "author": actor_view(row["author"]),
        "rules": 0 if policy is None else len(policy.rules),
        "draft": None,
    }
    if row["draft"] is not None:
        at = row["publish_at"]
        shown["draft"] = {
            "editor": actor_view(row["editor"]),
            "edited_at": instant(row["edited_at"]),
            "publish_at": None if at is None else instant(at),
            "held": row["held"],
        }
    return _ENCODE.encode(shown)
