"""What subscriptions say, and their signing keys: read when first needed, kept while it is true.

A version never changes, so what it says is kept as it is; keys are read again when the lease shows
that they were rotated.  No state of a subscription lives here.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from retour.delivery.effects import (
    ACKNOWLEDGEMENT_RULES,
    LABEL_RULES,
    LETTER_RULES,
    REFUND_RULES,
    TIMER_RULES,
    TRACKING_RULES,
)
from retour.delivery.rendering import RenderingKey
from retour.delivery.signing import LiveKey, read_keys
from retour.dialects.dialect import DeliveryRules, Sign
from retour.dialects.registry import DIALECTS
from retour.dialects.speaking import render_key, word_at, worded_key
from retour.kernel.subscription import SubscriptionBody, SubscriptionKind
from retour.store.delivery_queries import Key, Leased, said, sealed_keys
from retour.store.secrets import CannotOpen

if TYPE_CHECKING:
    import asyncpg

    from retour.store.secrets import Vault

_LOG: Final = structlog.get_logger()
_KNOWN_MAX: Final = 50_000
"""Versions and keys remembered by one process."""
_EFFECT_RULES: Final = {
    SubscriptionKind.REFUND: REFUND_RULES,
    SubscriptionKind.LABEL: LABEL_RULES,
    SubscriptionKind.ACKNOWLEDGEMENT: ACKNOWLEDGEMENT_RULES,
    SubscriptionKind.TRACKING: TRACKING_RULES,
    SubscriptionKind.TIMER: TIMER_RULES,
    SubscriptionKind.LETTER: LETTER_RULES,
}
_BODY: Final = msgspec.json.Decoder(SubscriptionBody)


class Spoken(msgspec.Struct, frozen=True, gc=False):
    """One version of a subscription, with what follows from it."""

    body: SubscriptionBody
    kind: SubscriptionKind
    rules: DeliveryRules
    render_key: str
    is_standard: bool = True
    sign: Sign | None = None

    def word(self, row: Leased) -> str:
        """Give the word that a delivery says of its event."""
        return word_at(self.body, row.type, row.position)

    def key(self, row: Leased) -> RenderingKey:
        """Name the bytes of a delivery."""
        word = word_at(self.body, row.type, row.position)
        name = worded_key(self.render_key, self.body, row.type, word)
        return row.workspace_id, row.event_id, name


class Keys(msgspec.Struct, frozen=True, gc=False):
    """A subscription's keys; ``None`` where they cannot be opened here."""

    fingerprint: int | None
    live: tuple[LiveKey, ...] | None


def _spoken(body: SubscriptionBody, name: str) -> Spoken:
    rules = _EFFECT_RULES.get(body.kind)
    if rules is not None:
        return Spoken(body=body, kind=body.kind, rules=rules, render_key=name)
    dialect = DIALECTS[body.dialect]
    return Spoken(
        body=body,
        kind=body.kind,
        rules=dialect.rules,
        render_key=name,
        is_standard=dialect.is_signed and dialect.sign is None,
        sign=dialect.sign,
    )


NO_KEYS: Final = Keys(None, ())


class Book:
    """Remembers versions and keys; asks the database once for all that is new in a lease."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._spoken: OrderedDict[tuple[int, str, int], Spoken] = OrderedDict()
        self._keys: OrderedDict[Key, Keys] = OrderedDict()

    def spoken(self, row: Leased) -> Spoken | None:
        """Give what the delivery's subscription said at its commit; ``None`` if that is lost."""
        return self._spoken.get((row.workspace_id, row.subscription_id, row.version))

    def keys(self, row: Leased) -> Keys:
        """Give the keys that sign for the delivery's subscription."""
        if row.keys is None:
            return NO_KEYS
        return self._keys.get((row.workspace_id, row.subscription_id), NO_KEYS)

    async def learn(self, pool: asyncpg.Pool, rows: Iterable[Leased]) -> None:
        """Have at hand all that these deliveries need."""
        versions: dict[tuple[int, str, int], None] = {}
        keys: dict[Key, int | None] = {}
        for row in rows:
            version = (row.workspace_id, row.subscription_id, row.version)
            if version not in self._spoken:
                versions[version] = None
            if row.keys is not None:
                key = (row.workspace_id, row.subscription_id)
                known = self._keys.get(key)
                if known is None or known.fingerprint != row.keys:
                    keys[key] = row.keys
        if versions:
            await self._learn_versions(pool, list(versions))
        if keys:
            await self._learn_keys(pool, keys)

    async def _learn_versions(self, pool: asyncpg.Pool, wanted: list[tuple[int, str, int]]) -> None:
        for key, text in (await said(pool, wanted)).items():
            body = _BODY.decode(text)
            self._spoken[key] = _spoken(body, render_key(body, key[1], key[2]))
        while len(self._spoken) > _KNOWN_MAX:
            self._spoken.popitem(last=False)

    async def _learn_keys(self, pool: asyncpg.Pool, wanted: dict[Key, int | None]) -> None:
        for key, sealed in (await sealed_keys(pool, list(wanted))).items():
            self._keys[key] = Keys(wanted[key], self._open(key, sealed))
        while len(self._keys) > _KNOWN_MAX:
            self._keys.popitem(last=False)

    def _open(self, key: Key, sealed: bytes | None) -> tuple[LiveKey, ...] | None:
        if sealed is None:
            return ()
        workspace_id, subscription_id = key
        try:
            opened = self._vault.open(
                f"{workspace_id}/subscription/{subscription_id}/secrets", sealed
            )
        except CannotOpen as error:
            _LOG.error(
                "signing keys cannot be opened", subscription=subscription_id, why=str(error)
            )
            return None
        return read_keys(opened)
