"""What the sandbox was sent, kept for people to look at: webhooks and mails."""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING, Final

import msgspec

from retour.kernel.ids import Mint
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from retour.store.database import Database

_SQL: Final = named("sandbox")
_ENCODE: Final = msgspec.json.Encoder()
KEPT_MAX: Final = 500
"""Messages kept per workspace; older ones go."""
_HIGHEST: Final = "msg_~"


class Messages:
    """Keeps what arrives, and tells whoever watches."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._watchers: list[Callable[[int, str, Sequence[tuple[str, str]], bytes], None]] = []

    def watch(self, watcher: Callable[[int, str, Sequence[tuple[str, str]], bytes], None]) -> None:
        """Have ``watcher`` told of each message: workspace, kind, headers, body."""
        self._watchers.append(watcher)

    async def keep(
        self, workspace_id: int, kind: str, headers: Sequence[tuple[str, str]], body: bytes
    ) -> None:
        """Keep one message of a workspace, ``http`` or ``mail``."""
        async with self._database.transaction(workspace_id) as connection:
            now = await connection.fetchval("SELECT clock_timestamp()")
            message_id = Mint(now, os.urandom(16))("msg")
            await connection.execute(
                _SQL["insert_message"],
                workspace_id,
                message_id,
                kind,
                _ENCODE.encode(headers).decode(),
                body,
            )
            await connection.execute(_SQL["trim_messages"], workspace_id, KEPT_MAX)
        for watcher in self._watchers:
            watcher(workspace_id, kind, headers, body)

    async def listing(
        self, workspace_id: int, *, below: str = "", limit: int = 50
    ) -> tuple[list[bytes], str | None]:
        """Give messages, newest first, and the key of the next page."""
        async with self._database.transaction(workspace_id) as connection:
            rows = await connection.fetch(
                _SQL["list_messages"], workspace_id, below or _HIGHEST, limit + 1
            )
        items = [
            _ENCODE.encode(
                {
                    "id": row["message_id"],
                    "kind": row["kind"],
                    "at": row["at"],
                    "headers": msgspec.Raw(row["headers"].encode()),
                    **_shown(row["body"]),
                }
            )
            for row in rows[:limit]
        ]
        return items, rows[limit - 1]["message_id"] if len(rows) > limit else None


def _shown(body: bytes) -> dict[str, str]:
    """Show a body as text where it is text, else as base 64."""
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"body_base64": base64.b64encode(body).decode()}
