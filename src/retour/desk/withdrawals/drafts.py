"""What the page carries from step to step, and what a customer's own link says: sealed, not kept.

Nothing is stored before the consumer confirms, and no address of a page can be read or made up by
others.  Each draft has a name of its own, so that one confirmed twice is one withdrawal.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from retour.desk import sealed
from retour.lifecycle.withdrawals.withdrawing import Labels

if TYPE_CHECKING:
    from retour.store.secrets import Vault

DRAFT_LIFE: Final = timedelta(days=1)
LINK_LIFE: Final = timedelta(days=430)
"""A withdrawal period of a year and two weeks, and time for the parcel to come."""
_NONCE_BYTES: Final = 12


class Item(msgspec.Struct, frozen=True, array_like=True):
    """An item of a draft, in the consumer's words or from the order a link is about."""

    title: str
    quantity: int | None = None
    line: str | None = None
    sku: str | None = None


class Draft(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What the consumer has filled in.

    Args:
        nonce: Its own name.
        at: When it was made, by database time.
        items: None for the whole contract.
        link: The link it was filled in from.
    """

    nonce: str
    at: datetime
    language: str
    name: str
    contract: str
    email: str
    labels: Labels
    items: tuple[Item, ...] | None = None
    link: str | None = None


class OrderLink(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What a customer's own link is about."""

    order_id: str
    at: datetime


class Receipt(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Which withdrawal the last page shows."""

    withdrawal: str
    language: str
    at: datetime


_Sealed = TypeVar("_Sealed", Draft, OrderLink, Receipt)


def fresh_nonce() -> str:
    """Name a draft."""
    return os.urandom(_NONCE_BYTES).hex()


def seal(vault: Vault, workspace_id: int, value: Draft | OrderLink | Receipt) -> str:
    """Write a value so that only we can read it, and only for this workspace."""
    return sealed.seal(vault, _purpose(workspace_id), value)


def unseal(
    vault: Vault,
    workspace_id: int,
    kind: type[_Sealed],
    token: str,
    *,
    now: datetime,
    life: timedelta,
) -> tuple[_Sealed, bool] | None:
    """Read a value of ours, and say whether it is still good; ``None`` where it is none."""
    value = sealed.unseal(vault, _purpose(workspace_id), kind, token)
    return None if value is None else (value, now < value.at + life)


def _purpose(workspace_id: int) -> str:
    return f"{workspace_id}/withdraw"
