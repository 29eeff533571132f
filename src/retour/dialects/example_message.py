"""The sample of a message that a customer wrote from a use case of the portal; no return exists."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from retour.dialects.stored import StoredEvent, StoredSnapshot
from retour.kernel.ids import Mint, workspace_text
from retour.lifecycle.model import Actor, ActorKind, Customer, EventType, Personal

_AT: Final = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)


def use_case_example() -> StoredEvent:
    """Give the sample."""
    mint = Mint(_AT, b"a use case's own")
    message = mint("msg")
    return StoredEvent(
        id=mint("evt"),
        type=EventType.MESSAGE_CREATED,
        workspace=workspace_text(1),
        occurred_at=_AT,
        sequence=None,
        stream=message,
        stream_sequence=1,
        actor=Actor(kind=ActorKind.API_KEY, id=mint("key")),
        source="api",
        snapshot=StoredSnapshot(
            details={
                "message": message,
                "author": "customer",
                "internal": False,
                "way": "in",
                "kind": "use_case",
                "use_case": "A part is missing",
            }
        ),
        personal=Personal(
            customer=Customer(
                email="alex.jansen@example.com", name="Alex Jansen", country="NL", locale="nl-NL"
            ),
            messages={
                f"{message}/subject": "Shade of the lamp",
                message: "The lamp came without its shade.\nCan you send <one>?",
            },
        ),
    )
