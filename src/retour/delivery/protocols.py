"""What delivery is handed: senders of what is not HTTP, makers of what is not native, and commands.

Sibling rooms may not see each other; they are joined by these shapes in the composition root.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from retour.delivery.book import Spoken
from retour.delivery.ledger import Tried
from retour.dialects.notification.sums import Foreseen
from retour.dialects.stored import StoredEvent
from retour.gateways.message import Mail
from retour.kernel.subscription import SubscriptionBody
from retour.kernel.wire import WireMessage
from retour.lifecycle.commands import Command
from retour.lifecycle.withdrawals.acts import Details
from retour.store.delivery_queries import Leased


class Work(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One delivery whose turn it is.

    Args:
        n: The number of this attempt, from 1, over all series.
        tries: The same within the present series.
        may_repeat: It may have been sent before, by an attempt of which nothing is known.
        event: The fact it is about.
    """

    row: Leased
    spoken: Spoken
    n: int
    tries: int
    may_repeat: bool
    event: StoredEvent


class Unmade(msgspec.Struct, frozen=True):
    """Why a message could not be made; a final reason is the same tomorrow."""

    why: str
    is_final: bool = False


class Maker(Protocol):
    """Makes the messages that need more than their event: a merchant's template, a mail."""

    async def __call__(
        self, event: StoredEvent, said: SubscriptionBody, word: str
    ) -> WireMessage | Unmade | None:
        """Make one that says ``word``; ``None`` is deliberate silence."""
        ...


class Attach(Protocol):
    """Prints what a mail about a settlement carries."""

    async def __call__(self, workspace_id: int, settlement_id: str) -> tuple[str, bytes] | None:
        """Give a memo's name and its PDF; ``None`` where none is attached.

        Raises:
            Transient: It could not be printed just now.
        """
        ...


class Foresee(Protocol):
    """Works out what a mail about a request may say of money."""

    async def __call__(self, event: StoredEvent) -> Foreseen | None:
        """Say what a requested return would come to; ``None`` where nothing can be foreseen."""
        ...


class Sender(Protocol):
    """Does one piece of work outside; never raises for what the outside does."""

    async def send(self, work: Work, wire: WireMessage | None) -> Tried:
        """Try once.  ``wire`` is ``None`` where there is no message, only something to do."""
        ...


class Letters(Protocol):
    """Writes the house's letters to people when their turn comes, and hears what became of them."""

    async def write(self, about: str, *, letter: str) -> Mail | None:
        """Write one, with its links; ``None`` where nobody waits for it any more."""
        ...

    async def told(self, about: str, *, is_sent: bool, why: str | None) -> None:
        """Hear that one is with the relay, or given up."""
        ...


class Recorded(msgspec.Struct, frozen=True):
    """A command was carried out, now or when told before; ``body`` is the return as JSON."""

    body: bytes


class NotRecorded(msgspec.Struct, frozen=True):
    """A command was refused, for good: nothing was written."""

    why: str


class Acknowledge(Protocol):
    """Records what a mail server said of the mail to somebody who has withdrawn."""

    async def __call__(
        self, workspace_id: int, withdrawal_id: str, *, is_sent: bool, proof: Details
    ) -> None:
        """Tell whether the mail was taken; telling it again changes nothing.

        Raises:
            OSError, PostgresError: The database is away; tell it again.
        """
        ...


class Execute(Protocol):
    """Carries out a command on a return, once per (effect, attempt) however often it is told."""

    async def __call__(
        self,
        workspace_id: int,
        return_id: str,
        command: Command,
        *,
        effect_id: str,
        attempt: int,
    ) -> Recorded | NotRecorded:
        """Tell what an effect came to.

        Raises:
            Transient: The world is busy; tell it again.
        """
        ...
