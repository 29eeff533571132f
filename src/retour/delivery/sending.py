"""Runs under way: the head of each lane is made and sent, and when it is judged, the next.

Webhooks go straight from callback to callback, without a task each; all else takes a task.  What
comes of it is ``taking``'s.  Nothing is leased or written here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog

from retour.delivery.book import Book, Spoken
from retour.delivery.clock import TickClock
from retour.delivery.crash import crash_point
from retour.delivery.house_letters import LetterSender
from retour.delivery.ledger import Tried
from retour.delivery.lines import Lines
from retour.delivery.node import Node
from retour.delivery.outcome import Abandoned, Delivered, Retry
from retour.delivery.protocols import Maker, Sender, Unmade, Work
from retour.delivery.rendering import Message, Messages, noted, stored_event
from retour.delivery.runs import Run
from retour.delivery.taking import Attempt, Taking, poisoned
from retour.delivery.webhooks import tried_of, webhook_outcome, webhook_request
from retour.dialects.speaking import rendered
from retour.dialects.stored import StoredEvent
from retour.gateways.exchange import HttpReply, HttpRequest
from retour.gateways.http import HttpClient
from retour.kernel.subscription import EFFECT_KINDS, SubscriptionKind
from retour.kernel.wire import WireMessage

_LOG: Final = structlog.get_logger()
_OVER_HTTP: Final = frozenset({SubscriptionKind.WEBHOOK, SubscriptionKind.CHAT})
_SLOW_TIMEOUT_S: Final = 45
"""What anything but an HTTP exchange may take."""
_NO_LETTERS: Final = "This process writes no letters."
_LOST: Final = "Its event is no longer kept."


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What sending is done with."""

    http: HttpClient
    maker: Maker
    senders: Mapping[SubscriptionKind, Sender]
    letters: LetterSender | None = None
    book: Book
    messages: Messages
    clock: TickClock
    lines: Lines


class Sending:
    """Everything that is in flight in this process."""

    def __init__(self, means: Means, taking: Taking, node: Node) -> None:
        self._means = means
        self._node = node
        self._taking = taking
        self._tasks: set[asyncio.Task[None]] = set()
        self.is_stopping = False
        self.frees_siblings = False  # Another template of the same inbox may wait for this one.

    def start(self, run: Run) -> None:
        """Begin a run; from here on it goes by itself."""
        self._means.lines.begin(run.line)
        self.go_on(run)

    def go_on(self, run: Run) -> None:
        """Send the next of a run that can be sent, or end it."""
        while not run.is_over:
            row = run.head
            is_ours = self._node.holds(run.token) and not run.is_lost
            if row is None or self.is_stopping or not is_ours:
                self._taking.end(run, 0)
                return
            spoken = self._means.book.spoken(row)
            attempt = Attempt(run, row, spoken, time.monotonic())
            if spoken is None:
                lost = Abandoned("What it was to say is no longer known.")
                self._taking.take(attempt, Tried(outcome=lost))
                continue
            is_http = spoken.kind in _OVER_HTTP
            timeout_s = spoken.rules.timeout_s if is_http else _SLOW_TIMEOUT_S
            if attempt.began + timeout_s > run.deadline:
                self._taking.end(run, 0)
                return
            if self._begin(attempt, spoken, is_http=is_http):
                return

    def _begin(self, attempt: Attempt, spoken: Spoken, *, is_http: bool) -> bool:
        """Set an attempt going; false where it ended at once and the run goes on."""
        row = attempt.row
        attempt.message = self._means.messages.known(spoken.key(row))
        is_native = is_http and spoken.body.template is None
        if is_native and attempt.message is None and not self._make_native(attempt, spoken):
            return False
        if is_http and attempt.message is not None:
            return self._post(attempt, spoken, attempt.message)
        if spoken.body.template is not None:
            self.frees_siblings = True
        task = asyncio.get_running_loop().create_task(self._work(attempt, spoken))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    # --- Messages ---------------------------------------------------------------------------

    def _event(self, attempt: Attempt) -> StoredEvent | None:
        row = attempt.row
        source = attempt.run.events.get((row.workspace_id, row.event_id))
        return None if source is None else stored_event(source, row.type)

    def _make_native(self, attempt: Attempt, spoken: Spoken) -> bool:
        """Make a message in one of our dialects; false where there is none."""
        try:
            event = self._event(attempt)
            if event is None:
                self._taking.take(attempt, Tried(outcome=Abandoned(_LOST), detail=_LOST))
                return False
            wire = rendered(event, spoken.body, spoken.word(attempt.row))
        except Exception as error:  # noqa: BLE001 - one message's poison stays in its lane
            why = f"The event cannot be said: {error!r}"
            self._taking.take(attempt, poisoned(attempt.run, why))
            return False
        if wire is None:
            self._taking.pass_over(attempt.run, attempt.row)
            return False
        attempt.message = self._made(attempt, spoken, event, wire)
        return True

    def _made(
        self, attempt: Attempt, spoken: Spoken, event: StoredEvent, wire: WireMessage
    ) -> Message:
        row = attempt.row
        message = Message(
            wire=noted(wire, event, is_resend=row.resend_of is not None), is_kept=False
        )
        self._means.messages.remember(spoken.key(row), message)
        crash_point("rendered")
        return message

    # --- Over HTTP --------------------------------------------------------------------------

    def _post(self, attempt: Attempt, spoken: Spoken, message: Message) -> bool:
        keys = self._means.book.keys(attempt.row).live
        if keys is None:
            why = "Its signing key cannot be opened with this master key."
            self._taking.take(attempt, poisoned(attempt.run, why))
            return False
        request = webhook_request(
            attempt.row,
            spoken,
            message.wire,
            keys,
            at_s=self._means.clock.seconds(),
            gap=attempt.run.gap,
            timeout_s=spoken.rules.timeout_s,
        )
        self._means.http.submit(request, partial(self._replied, attempt, spoken, request))
        crash_point("connected")
        return True

    def _replied(
        self, attempt: Attempt, spoken: Spoken, request: HttpRequest, reply: HttpReply
    ) -> None:
        crash_point("sent")
        outcome = webhook_outcome(reply, spoken.rules, self._means.clock)
        if type(outcome) is Delivered:
            crash_point("2xx_read")
        self._taking.take(attempt, tried_of(request, reply, outcome))
        self.go_on(attempt.run)

    # --- All else ---------------------------------------------------------------------------

    async def _work(self, attempt: Attempt, spoken: Spoken) -> None:
        """Make what must be made and send what is not HTTP; ends in the run's next delivery."""
        try:
            goes_on = await self._worked(attempt, spoken)
        except Exception as error:  # noqa: BLE001 - a sender's bug stays in its lane
            _LOG.exception("an attempt broke", delivery=attempt.row.delivery_id)
            self._taking.take(attempt, poisoned(attempt.run, f"The attempt broke: {error!r}"))
            goes_on = True
        if goes_on:
            self.go_on(attempt.run)

    async def _worked(self, attempt: Attempt, spoken: Spoken) -> bool:
        """Try once; false where a reply will go on with the run."""
        if spoken.kind is SubscriptionKind.LETTER:
            self._taking.take(attempt, await self._letter(attempt))
            return True
        event = self._event(attempt)
        if event is None:
            self._taking.take(attempt, Tried(outcome=Abandoned(_LOST), detail=_LOST))
            return True
        is_effect = spoken.kind in EFFECT_KINDS
        if attempt.message is None and not is_effect:
            made = await self._means.maker(event, spoken.body, spoken.word(attempt.row))
            if made is None:
                self._taking.pass_over(attempt.run, attempt.row)
                return True
            if isinstance(made, Unmade):
                self._taking.take(attempt, _unmade(attempt.run, made))
                return True
            attempt.message = self._made(attempt, spoken, event, made)
        if spoken.kind in _OVER_HTTP:
            assert attempt.message is not None
            return not self._post(attempt, spoken, attempt.message)
        sender = self._means.senders.get(spoken.kind)
        if sender is None:
            why = f"This process has nothing that sends {spoken.kind.value}. Configure it."
            self._taking.take(attempt, Tried(outcome=Retry(why, is_receivers=False), detail=why))
            return True
        wire = None if attempt.message is None else attempt.message.wire
        tried = await sender.send(_work_of(attempt, spoken, event), wire)
        self._taking.take(attempt, tried)
        return True

    async def _letter(self, attempt: Attempt) -> Tried:
        """Send a letter of the house: it is about no event, and written only now."""
        if self._means.letters is None:
            return Tried(outcome=Retry(_NO_LETTERS, is_receivers=False), detail=_NO_LETTERS)
        return await self._means.letters.send(attempt.row, tries=attempt.run.tries)

    async def drain(self) -> None:
        """Wait for every task that is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def hang_up(self) -> None:
        """Cancel every task; their lanes come back when their leases end."""
        for task in self._tasks:
            task.cancel()


def _unmade(run: Run, made: Unmade) -> Tried:
    if made.is_final:
        return Tried(outcome=Abandoned(made.why), error="poison", detail=made.why)
    return poisoned(run, made.why)


def _work_of(attempt: Attempt, spoken: Spoken, event: StoredEvent) -> Work:
    run = attempt.run
    return Work(
        row=attempt.row,
        spoken=spoken,
        n=run.attempt + 1,
        tries=run.tries,
        may_repeat=run.is_asked or run.attempt > 0 or attempt.row.resend_of is not None,
        event=event,
    )
