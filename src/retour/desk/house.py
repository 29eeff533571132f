"""What every use case is handed: database, known workspaces, a word to delivery."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from weakref import WeakValueDictionary

from retour.gateways.incoming import MailPool
from retour.gateways.photos import PhotoPool
from retour.gateways.printing import PaperPool
from retour.gateways.templates import TemplatePool

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

    from retour.desk.config import Configs
    from retour.gateways.channelengine import Wire
    from retour.settings import Settings
    from retour.store.database import Database
    from retour.store.secrets import Vault


class Hints(Protocol):
    """Tells delivery that there is work. A hint may be lost: a look each second is the truth."""

    def __call__(self, workspace_id: int, subscription_ids: Iterable[str]) -> None:
        """Say that lanes of these subscriptions have become due."""
        ...


def no_hints(workspace_id: int, subscription_ids: Iterable[str]) -> None:
    """Leave delivery to find the work by itself."""
    del workspace_id, subscription_ids


class Turns:
    """One at a time per key within this process, so that neighbours rarely meet stale."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[tuple[int, str], asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def take(self, workspace_id: int, key: str) -> AsyncGenerator[None]:
        """Wait for one's turn at ``key``."""
        lock = self._locks.setdefault((workspace_id, key), asyncio.Lock())
        async with lock:
            yield


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The one argument of every use case that is not of its own business."""

    settings: Settings
    database: Database
    vault: Vault
    configs: Configs
    hints: Hints = no_hints
    turns: Turns = field(default_factory=Turns)
    templates: TemplatePool = field(default_factory=TemplatePool)
    """Starts nothing before the first template; whoever opens a house closes it."""
    photos: PhotoPool = field(default_factory=PhotoPool)
    """The same for photos."""
    mails: MailPool = field(default_factory=MailPool)
    """The same for mails that come in."""
    printers: PaperPool = field(default_factory=PaperPool)
    """The same for memos and credit notes."""
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the process is about to stop: whoever holds a connection open lets go of it."""
    practice: Wire | None = None
    """The ChannelEngine that sandboxes practise with."""
