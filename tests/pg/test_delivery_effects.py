"""Refunds and labels: asked once per intent, reported before their lane is settled, whatever fails.

The processor keeps a ledger of its own; it, and nothing of ours, says how often money moved.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from retour.delivery.labels import LabelSender, NoDesk
from retour.delivery.ledger import Tried
from retour.delivery.protocols import Execute, Work
from retour.delivery.refunds import RefundSender
from retour.desk.house import House
from retour.gateways.carriers import (
    Answer,
    Carrier,
    CarrierReply,
    LabelOrder,
    NullCarrier,
)
from retour.gateways.payments import ProcessorReply, RefundOrder
from retour.kernel.problems import Transient
from retour.kernel.subscription import OnDead, SubscriptionKind
from retour.kernel.wire import WireMessage
from retour.lifecycle.commands import Command
from retour.lifecycle.model import EventType
from retour.store.database import DELIVERY
from tests.support import samples
from tests.support.booking import BookingProcessor, BookingReturns
from tests.support.delivering import Subscribed, World, a_world, engine_of
from tests.support.delivery_worker import working
from tests.support.pg import MASTER_KEY, Workspace

STARTED = samples.event(EventType.REFUND_STARTED)
LEG = samples.ret_of(STARTED).settlements[-1].legs[0].id
REQUESTED = samples.event(EventType.LABEL_REQUESTED)
PARCEL = samples.ret_of(REQUESTED).parcels[-1].id


@pytest_asyncio.fixture
async def world(house: House, workspace: Workspace) -> AsyncGenerator[World]:
    async with a_world(house, workspace.id) as made:
        yield made


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    return str(tmp_path / "ledger")


async def refund(world: World) -> Subscribed:
    """Queue the refund of a leg."""
    subscribed = await world.subscribe(
        "", kind=SubscriptionKind.REFUND, on_dead=OnDead.BLOCK, dialect="effect", ordering="none"
    )
    await world.tell(LEG, [subscribed], sample=STARTED)
    return subscribed


async def play(
    world: World,
    subscribed: Subscribed,
    processor: BookingProcessor,
    returns: Execute,
    *,
    turns: int,
) -> list[str]:
    """Let it be tried so often, if it is not done before; answers how each attempt ended."""
    sender = RefundSender(
        await world.house.database.pool(DELIVERY), returns, {"sandbox": processor}
    )
    async with engine_of(world.house, senders={SubscriptionKind.REFUND: sender}) as engine:
        for turn in range(1, turns + 1):
            engine.hint(world.id, [subscribed.id])
            await world.until_attempts(turn)
            if not await world.pending():
                break
            processor.ripen()
            await world.to_next_timer()
    return await world.outcomes()


def said(returns: BookingReturns) -> list[str]:
    """List the outcomes that were reported."""
    return [one["outcome"] for one in returns.told]


async def test_a_refund_is_asked_for_once_and_reported(world: World, ledger: str) -> None:
    processor, returns = BookingProcessor(ledger), BookingReturns(ledger)
    outcomes = await play(world, await refund(world), processor, returns, turns=3)
    assert outcomes == ["delivered"]
    assert [one["verb"] for one in processor.asked] == ["refund"]
    (told,) = returns.told
    assert (told["command"], told["leg"], told["outcome"]) == (
        "RecordRefundOutcome", LEG, "succeeded"
    )  # fmt: skip
    assert told["return"] == LEG  # The return whose event it was.
    assert processor.booked(LEG) == 1


@pytest.mark.parametrize(
    ("faults", "reported"),
    [
        (["timeout_after"], ["unknown", "succeeded"]),
        (["timeout_before"], ["unknown", "succeeded"]),
        (["timeout_before", "timeout_after"], ["unknown", "unknown", "succeeded"]),
        (["decline"], ["failed", "succeeded"]),
        (["decline", "decline"], ["failed", "failed", "succeeded"]),
        (["pending"], ["pending", "succeeded"]),
        (["pending_then_failed"], ["pending", "failed", "succeeded"]),
        (["decline", "timeout_after"], ["failed", "unknown", "succeeded"]),
    ],
)
async def test_whatever_the_processor_does_money_moves_once(
    world: World, ledger: str, faults: Sequence[str], reported: Sequence[str]
) -> None:
    """An unknown outcome is looked up before anything is asked again."""
    processor, returns = BookingProcessor(ledger, faults), BookingReturns(ledger)
    await play(world, await refund(world), processor, returns, turns=6)
    assert said(returns) == reported
    assert processor.booked(LEG) == 1
    verbs = [one["verb"] for one in processor.asked]
    assert verbs[0] == "refund"
    for place, verb in enumerate(verbs[1:], 1):
        assert verb == "look_up" or verbs[place - 1] == "look_up"
    assert await world.pending() == 0


class Fickle(BookingProcessor):
    """Says the same doubt in other words each time."""

    async def refund(self, order: RefundOrder) -> ProcessorReply:
        reply = await super().refund(order)
        return replace(reply, error=reply.error and f"{reply.error} ({len(self.asked)})")


class Again(RefundSender):
    """Makes its first attempt twice, as somebody does who died before it was written down."""

    def __init__(self, *parts: Any) -> None:  # noqa: ANN401 - whatever a sender takes
        super().__init__(*parts)
        self.has_died = False

    async def send(self, work: Work, wire: WireMessage | None) -> Tried:
        if not self.has_died:
            self.has_died = True
            await super().send(work, wire)
        return await super().send(work, wire)


async def test_a_doubt_told_again_in_other_words_is_recorded_and_not_stuck(
    world: World, ledger: str
) -> None:
    """Both tell of one attempt; were they one key, the second would be taken for its misuse."""
    processor, returns = Fickle(ledger, ["timeout_before"] * 2), BookingReturns(ledger)
    pool = await world.house.database.pool(DELIVERY)
    sender = Again(pool, returns, {"sandbox": processor})
    subscribed = await refund(world)
    async with engine_of(world.house, senders={SubscriptionKind.REFUND: sender}) as engine:
        for turn in range(1, 3):
            engine.hint(world.id, [subscribed.id])
            await world.until_attempts(turn)
            await world.to_next_timer()

    assert said(returns) == ["unknown", "unknown", "succeeded"]
    assert processor.booked(LEG) == 1
    assert await world.pending() == 0


async def test_the_third_known_failure_ends_the_series(world: World, ledger: str) -> None:
    processor = BookingProcessor(ledger, ["decline"] * 5)
    returns = BookingReturns(ledger)
    subscribed = await refund(world)
    outcomes = await play(world, subscribed, processor, returns, turns=6)
    assert said(returns) == ["failed"] * 3
    assert outcomes == ["failed", "failed", "delivered"]  # Its job, to report, is done.
    assert await world.pending() == 0


async def test_known_failures_are_a_minute_and_ten_apart(world: World, ledger: str) -> None:
    processor, returns = BookingProcessor(ledger, ["decline"] * 2), BookingReturns(ledger)
    subscribed = await refund(world)
    sender = RefundSender(
        await world.house.database.pool(DELIVERY), returns, {"sandbox": processor}
    )
    waits: list[object] = []
    async with engine_of(world.house, senders={SubscriptionKind.REFUND: sender}) as engine:
        for turn in (1, 2):
            engine.hint(world.id, [subscribed.id])
            await world.until_attempts(turn)
            wait = "round(extract(epoch FROM due_at - clock_timestamp()) / 30)::int * 30"
            waits.append(
                await world.value(f"SELECT {wait} FROM retour.lane WHERE workspace_id = $1")
            )
            await world.to_next_timer()
    assert waits == [60, 600]


async def test_what_is_still_pending_is_said_once(world: World, ledger: str) -> None:
    class Slow(BookingProcessor):
        def ripen(self) -> None:
            """Stay pending."""

    processor, returns = Slow(ledger, ["pending"]), BookingReturns(ledger)
    await play(world, await refund(world), processor, returns, turns=4)
    assert said(returns) == ["pending"]
    assert [one["verb"] for one in processor.asked] == ["refund", *["look_up"] * 3]
    assert await world.pending() == 1


async def test_a_refund_that_cannot_be_recorded_blocks_and_is_not_forgotten(
    world: World, ledger: str
) -> None:
    """Money moved and the return takes no more words: for people, not for oblivion."""
    processor, returns = BookingProcessor(ledger), BookingReturns(ledger)
    returns.refuses = "The leg waits for no outcome."
    outcomes = await play(world, await refund(world), processor, returns, turns=1)
    assert outcomes == ["abandoned"]
    assert await world.value("SELECT blocked FROM retour.lane WHERE workspace_id = $1") is True
    assert await world.pending() == 1


async def test_while_the_return_is_busy_it_is_told_again(world: World, ledger: str) -> None:
    processor, returns = BookingProcessor(ledger), BookingReturns(ledger)

    class Busy:
        left = 2

        async def __call__(
            self,
            workspace_id: int,
            return_id: str,
            command: Command,
            *,
            effect_id: str,
            attempt: int,
        ) -> object:
            self.left -= 1
            if self.left >= 0:
                raise Transient("This order is being changed by many at once.")
            return await returns(
                workspace_id, return_id, command, effect_id=effect_id, attempt=attempt
            )

    outcomes = await play(world, await refund(world), processor, Busy(), turns=5)  # pyright: ignore[reportArgumentType] - what it answers is the other's
    assert outcomes == ["failed", "failed", "delivered"]
    assert processor.booked(LEG) == 1


async def test_without_a_processor_it_fails_in_words(world: World, ledger: str) -> None:
    returns = BookingReturns(ledger)
    sender = RefundSender(await world.house.database.pool(DELIVERY), returns, {})
    subscribed = await refund(world)
    async with engine_of(world.house, senders={SubscriptionKind.REFUND: sender}) as engine:
        engine.hint(world.id, [subscribed.id])
        await world.until_attempts(1)
    (told,) = returns.told
    assert told["outcome"] == "failed"
    assert "No such processor" in told["error"]


@pytest.mark.parametrize("point", ["reserved", "key_stored", "called", "replied", "booked"])
async def test_killed_at_any_step_money_moves_once_and_is_reported(
    world: World, admin_dsn: str, ledger: str, point: str
) -> None:
    await refund(world)
    kills = 0
    while await world.pending():
        crash_at = point if kills < 2 else None
        async with working(admin_dsn, MASTER_KEY, crash_at=crash_at, ledger=ledger) as worker:
            kills += await worker.dies_before(world.is_empty)
    assert kills in ({1, 2} if point in ("key_stored", "called") else {2})
    processor, returns = BookingProcessor(ledger), BookingReturns(ledger)
    assert processor.booked(LEG) == 1
    assert set(said(returns)) == {"succeeded"}
    # A second worker did not know what the first had asked, so it looked before it asked.
    verbs = [one["verb"] for one in processor.asked]
    assert verbs.count("refund") <= 1 + verbs.count("look_up")


class ScriptedCarrier(NullCarrier):
    """Answers as it was told to, then with a label; knows by intent what it made."""

    def __init__(self, *replies: CarrierReply) -> None:
        super().__init__("scripted")
        self.replies = list(replies)
        self.asked: list[LabelOrder] = []
        self.looked = 0

    async def find(self, workspace_id: int, code: str) -> Carrier:
        del workspace_id, code
        return self

    async def look_up(self, order: LabelOrder) -> CarrierReply | None:
        del order
        self.looked += 1
        return None

    async def create(self, order: LabelOrder) -> CarrierReply:
        self.asked.append(order)
        if self.replies:
            return self.replies.pop(0)
        return CarrierReply(answer=Answer.DONE, tracking_number="T1")


async def label(
    world: World, carrier: ScriptedCarrier, returns: BookingReturns, *, turns: int
) -> list[str]:
    """Queue a label and let it be tried so often, if it is not done before."""
    subscribed = await world.subscribe(
        "", kind=SubscriptionKind.LABEL, on_dead=OnDead.BLOCK, dialect="effect", ordering="none"
    )
    await world.tell(PARCEL, [subscribed], sample=REQUESTED)
    senders = {SubscriptionKind.LABEL: LabelSender(returns, carrier, NoDesk())}
    async with engine_of(world.house, senders=senders) as engine:
        for turn in range(1, turns + 1):
            engine.hint(world.id, [subscribed.id])
            await world.until_attempts(turn)
            if not await world.pending():
                break
            await world.to_next_timer()
    return await world.outcomes()


SILENCE = CarrierReply(answer=Answer.UNKNOWN, error="No answer.")


async def test_a_label_is_made_and_reported(world: World, ledger: str) -> None:
    carrier, returns = ScriptedCarrier(SILENCE), BookingReturns(ledger)
    assert await label(world, carrier, returns, turns=3) == ["failed", "delivered"]
    assert [one["key"].rpartition("/")[2] for one in returns.told] == ["2"], returns.told
    (told,) = returns.told
    assert (told["parcel"], told["outcome"]) == (PARCEL, "created")
    assert (told["tracking_number"], told["label_url"]) == ("T1", f"/labels/{PARCEL}")
    assert {one.parcel for one in carrier.asked} == {PARCEL}
    assert carrier.looked == 1  # Before it is asked a second time.


async def test_the_fourth_silence_is_a_failed_label(world: World, ledger: str) -> None:
    carrier, returns = ScriptedCarrier(*[SILENCE] * 9), BookingReturns(ledger)
    outcomes = await label(world, carrier, returns, turns=9)
    assert outcomes == ["failed", "failed", "failed", "delivered"]
    (told,) = returns.told
    assert (told["outcome"], told["error"]) == ("failed", "No answer.")


async def test_a_refused_label_is_reported_at_once(world: World, ledger: str) -> None:
    refused = CarrierReply(answer=Answer.REFUSED, error="Not served.")
    returns = BookingReturns(ledger)
    assert await label(world, ScriptedCarrier(refused), returns, turns=3) == ["delivered"]
    (told,) = returns.told
    assert (told["outcome"], told["error"]) == ("failed", "Not served.")
