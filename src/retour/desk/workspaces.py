"""Workspaces: made with all they need to take a first return."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from retour.kernel.ids import workspace_text
from retour.kernel.money import EXPONENTS
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.subscription import (
    CUSTOMER,
    OnDead,
    Ordering,
    SubscriptionBody,
    SubscriptionKind,
)
from retour.lifecycle.model import EventType, FacilityKind, Policy
from retour.store.database import APP
from retour.store.loading import FacilityBody
from retour.store.statements import named

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("workspaces")
_PLACES: Final = named("places")
_SUBSCRIBING: Final = named("subscribing")
_ENCODE: Final = msgspec.json.Encoder()
_KEY_RANDOM_BYTES: Final = 32
_KEY_ID_LENGTH: Final = 8
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWorkspace:
    """What a workspace is to be."""

    name: str
    sandbox: bool = False
    zone: str = "Europe/Berlin"
    currency: str = "EUR"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeWorkspace:
    """A new workspace and its first key, shown this once."""

    id: str
    api_key: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A fresh API key: what is kept of it, and the token shown once."""

    id: str
    digest: bytes
    token: str


def mint_key(workspace_id: int, *, sandbox: bool) -> NewKey:
    """Make a key: its id begins with the workspace's, its secret is 256 random bits."""
    suffix = "".join(secrets.choice(_ALPHABET) for _ in range(_KEY_ID_LENGTH))
    key_id = workspace_text(workspace_id).removeprefix("ws_") + suffix
    secret = secrets.token_urlsafe(_KEY_RANDOM_BYTES).replace("_", "-")
    return NewKey(
        id=key_id,
        digest=hashlib.sha256(secret.encode()).digest(),
        token=f"rk_{'test' if sandbox else 'live'}_{key_id}_{secret}",
    )


def _check(new: NewWorkspace) -> None:
    errors: list[FieldError] = []
    if not new.name.strip() or len(new.name) > 200:  # noqa: PLR2004 - a name fits a headline
        errors.append(
            FieldError(
                pointer="/name", code="bad_value", detail="Give a name of 1 to 200 characters."
            )
        )
    if new.currency not in EXPONENTS:
        detail = f"{new.currency!r} is no ISO 4217 currency; give a code such as 'EUR'."
        errors.append(FieldError(pointer="/currency", code="unknown_currency", detail=detail))
    try:
        ZoneInfo(new.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        detail = f"{new.zone!r} is no time zone; give a name such as 'Europe/Berlin'."
        errors.append(FieldError(pointer="/zone", code="unknown_zone", detail=detail))
    if errors:
        raise InvalidRequest(*errors)


async def create_workspace(house: House, new: NewWorkspace) -> MadeWorkspace:
    """Make a workspace with its default policy, main facility, effects and first key.

    Raises:
        InvalidRequest: The name, zone or currency cannot be used.
    """
    _check(new)
    pool = await house.database.pool(APP)
    number: int = await pool.fetchval(_SQL["next_workspace_number"])
    key = mint_key(number, sandbox=new.sandbox)
    mode = "sandbox" if new.sandbox else "live"
    async with house.database.transaction(number) as connection:
        await connection.execute(
            _SQL["insert_workspace"], number, new.name.strip(), mode, new.zone, new.currency
        )
        for kind in ("return", "line", "facility"):
            await connection.execute(_SQL["insert_numbering"], number, kind)
        policy = _ENCODE.encode(Policy()).decode()
        await connection.execute(_PLACES["insert_policy"], number, "default", 1, policy, None, None)
        facility_number = await connection.fetchval(_PLACES["draw_number"], number, "facility")
        facility = FacilityBody(name="Main", kind=FacilityKind.MERCHANT)
        await connection.execute(
            _PLACES["put_facility"],
            number,
            "main",
            facility_number,
            _ENCODE.encode(facility).decode(),
        )
        await _add_effects(connection, number)
        await connection.execute(
            _SQL["insert_api_key"], number, key.id, "First key", key.digest, ["*"]
        )
    return MadeWorkspace(id=workspace_text(number), api_key=key.token, number=number)


_EFFECTS: Final = (
    SubscriptionKind.REFUND,
    SubscriptionKind.LABEL,
    SubscriptionKind.TRACKING,
    SubscriptionKind.TIMER,
)
"""Effects that every workspace has a lane for."""
_ACKNOWLEDGEMENT: Final = SubscriptionBody(
    kind=SubscriptionKind.ACKNOWLEDGEMENT,
    target=CUSTOMER,
    events=(EventType.WITHDRAWAL_RECEIVED.value,),
    ordering=Ordering.NONE,
)
"""Mails that the law asks for: of every workspace, whatever its merchant subscribes."""
_CONVERSATION: Final = SubscriptionBody(
    kind=SubscriptionKind.MESSAGE, target=CUSTOMER, events=(EventType.MESSAGE_CREATED.value,)
)
"""What agents write to customers goes to them by mail."""


async def _add_effects(connection: Connection, workspace_id: int) -> None:
    """Subscribe the workspace's own effects: they wait in lanes like all else."""
    bodies = [
        SubscriptionBody(
            kind=kind, events=(), ordering=Ordering.NONE, on_dead=OnDead.BLOCK, dialect="effect"
        )
        for kind in _EFFECTS
    ]
    for body in (*bodies, _ACKNOWLEDGEMENT, _CONVERSATION):
        kind = body.kind
        subscription_id = f"sub_{kind.value}"
        await connection.execute(
            _SUBSCRIBING["insert_subscription"],
            workspace_id,
            subscription_id,
            kind.value,
            None,
            None,
            None,
        )
        await connection.execute(
            _SUBSCRIBING["insert_subscription_version"],
            workspace_id,
            subscription_id,
            1,
            _ENCODE.encode(body).decode(),
        )
