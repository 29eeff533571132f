"""Disputes against refunds, and comparisons that are long, interrupted or done by two at once."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import asyncpg
import msgspec
import pytest
import pytest_asyncio

from retour.desk import reconciling
from retour.desk.execute import execute
from retour.desk.house import House
from retour.desk.outcome import Done, Outcome, Refused
from retour.desk.payments.messages import take
from retour.desk.reconciling import ReconciliationNew, begin_due
from retour.desk.reconciling import slices as work
from retour.desk.reconciling.slices import Counterpart, go_on
from retour.gateways.payments import ProcessorOutcome, ProcessorReply, RefundOrder
from retour.gateways.payments.listing import Listed, ListedPage, NotListed, Span
from retour.gateways.payments.messages import MessageKind, ProcessorMessage
from retour.kernel.refusal import RefusalCode
from retour.lifecycle.commands import (
    Command,
    ConfirmSettlement,
    DiscardSettlement,
    ProposeSettlement,
    RecordRefundOutcome,
    SettleElsewhere,
    StartRefund,
)
from retour.lifecycle.model import Actor, ActorKind
from retour.settings import Settings
from retour.store.secrets import Vault
from tests.support.money_ways import PROMISED, STARTED, kept, on, put_paid
from tests.support.pg import Workspace, fresh_workspace
from tests.support.racing import RUNNERS, Runners, runners

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TRIALS = 30
DISPUTE = ProcessorMessage(
    event_id="evt_1",
    event_at=NOW,
    kind=MessageKind.DISPUTE,
    reference="dp_1",
    status="needs_response",
    outcome=ProcessorOutcome.UNKNOWN,
    is_final=False,
    is_moot=False,
    takes=True,
    payments=("pay-1",),
    amount=10_000,
    currency="EUR",
)
REFUND = replace(
    DISPUTE,
    kind=MessageKind.REFUND,
    reference="re_9",
    status="succeeded",
    outcome=ProcessorOutcome.SUCCEEDED,
    is_final=True,
    amount=6000,
)


@pytest.fixture(scope="module")
def eight(settings: Settings, vault: Vault, admin_dsn: str) -> Iterator[Runners]:
    """Eight who ask."""
    with runners(settings, vault, admin_dsn) as ready:
        yield ready


async def payment(admin: asyncpg.Connection, ws: int, number: str) -> tuple[int, int, int]:
    """Captured, reserved and withheld of an order's payment."""
    row = await admin.fetchrow(
        "SELECT p.captured, p.reserved, p.withheld FROM retour.payment p"
        " JOIN retour.orders o USING (workspace_id, order_id)"
        " WHERE o.workspace_id = $1 AND o.order_number = $2",
        ws,
        number,
    )
    assert row is not None
    return row["captured"], row["reserved"], row["withheld"]


async def leg_of(admin: asyncpg.Connection, ws: int, ret: str) -> str:
    body = await admin.fetchval(
        "SELECT body FROM retour.returns WHERE workspace_id = $1 AND return_id = $2", ws, ret
    )
    return str(msgspec.json.decode(body)["settlements"][-1]["legs"][0]["id"])


async def changes(admin: asyncpg.Connection, ws: int) -> list[str]:
    rows = await admin.fetch(
        "SELECT snapshot -> 'details' ->> 'change' AS said FROM retour.event"
        " WHERE workspace_id = $1 AND type = 'payment.changed' ORDER BY event_id",
        ws,
    )
    return [row["said"] for row in rows]


# ---------------------------------------------------------------- the bank and we at once


async def _told(ws: int, message: ProcessorMessage, house: House) -> Outcome:
    await take(house, ws, "sandbox", message)
    return Done(status=200, body=b"")


async def _ask(ws: int, ret: str, plan: Sequence[Command], house: House) -> Outcome:
    return await execute(house, on(ws, ret, plan))


async def test_the_bank_against_a_refund(
    house: House, workspace: Workspace, admin: asyncpg.Connection, eight: Runners
) -> None:
    """Whoever is first: the dispute is noted once, and nothing is promised of what it took."""
    ws = workspace.id
    go = (ConfirmSettlement(), StartRefund())
    for trial in range(TRIALS):
        number = f"D-{trial}"
        await put_paid(house, ws, number, processor="sandbox")
        ret = await kept(house, ws, number, ProposeSettlement())
        told = replace(DISPUTE, reference=f"dp_{trial}", payments=("pay-1",))

        ways = [partial(_told, ws, told), partial(_ask, ws, ret, go)] * (RUNNERS // 2)
        outcomes = await asyncio.to_thread(eight.race, ways)

        refused = [one.refusal.code for one in outcomes if isinstance(one, Refused)]
        captured, reserved, withheld = await payment(admin, ws, number)
        assert reserved in (0, 6000)
        assert captured == reserved + withheld
        if not reserved:
            assert [RefusalCode.CAP_EXCEEDED] * (RUNNERS // 2) == refused
    assert ["disputed"] * TRIALS == await changes(admin, ws)


async def test_what_is_promised_is_not_started_under_a_dispute(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    ws = workspace.id
    await put_paid(house, ws, "P-1", processor="sandbox")
    ret = await kept(house, ws, "P-1", *PROMISED)
    for _ in range(2):
        await take(house, ws, "sandbox", DISPUTE)
    assert (10_000, 6000, 4000) == await payment(admin, ws, "P-1")

    refused = await execute(house, on(ws, ret, [StartRefund()]))
    assert isinstance(refused, Refused)
    assert RefusalCode.PAYMENT_TAKEN is refused.refusal.code
    await execute(house, on(ws, ret, [DiscardSettlement()]))
    assert (10_000, 0, 10_000) == await payment(admin, ws, "P-1")
    won = replace(
        DISPUTE, status="won", is_final=True, is_moot=True, takes=False,
        event_at=NOW + timedelta(days=9),
    )  # fmt: skip
    await take(house, ws, "sandbox", won)
    await take(house, ws, "sandbox", DISPUTE)
    assert (10_000, 0, 0) == await payment(admin, ws, "P-1")
    assert ["disputed", "dispute_won"] == await changes(admin, ws)


async def test_the_database_promises_nothing_that_was_taken(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    await put_paid(house, workspace.id, "W-1", processor="sandbox")
    await take(house, workspace.id, "sandbox", replace(DISPUTE, amount=4001))

    with pytest.raises(asyncpg.CheckViolationError, match="promised_within_what_is_left"):
        await admin.execute(
            "UPDATE retour.payment SET reserved = 6000 WHERE workspace_id = $1", workspace.id
        )


async def test_a_failed_leg_is_paid_by_a_refund_elsewhere_that_took_its_room(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    ws = workspace.id
    await put_paid(house, ws, "E-1", processor="sandbox", captured="60.00")
    ret = await kept(house, ws, "E-1", *STARTED)
    leg = await leg_of(admin, ws, ret)
    failed = RecordRefundOutcome(leg=leg, outcome="failed", error="no")
    by = Actor(kind=ActorKind.PROCESSOR)
    for _ in range(3):
        await execute(house, on(ws, ret, [failed], actor=by))
    await take(house, ws, "sandbox", REFUND)
    assert (6000, 0, 6000) == await payment(admin, ws, "E-1")

    done = await execute(house, on(ws, ret, [SettleElsewhere(leg=leg, reference="re_9")]))

    assert isinstance(done, Done), done
    assert (6000, 6000, 0) == await payment(admin, ws, "E-1")


# ---------------------------------------------------------------- compared


@dataclass
class Ledger:
    """A processor with as many refunds as wanted, each made for the leg of its number."""

    count: int
    page: int = 100
    silent: int = 0
    asked: int = 0
    extra: list[ProcessorMessage] = field(default_factory=list[ProcessorMessage])

    async def listed(self, span: Span, following: str | None) -> ListedPage | NotListed:
        self.asked += 1
        if self.silent:
            self.silent -= 1
            return NotListed(why="It does not answer.", is_final=False)
        del span
        start = int(following or "0")
        items = [_listed(n) for n in range(start, min(start + self.page, self.count))]
        is_last = start + self.page >= self.count
        if is_last:
            items += [Listed(message=one, created_at=NOW) for one in self.extra]
        return ListedPage(items=tuple(items), following=None if is_last else str(start + self.page))

    async def look_up(self, order: RefundOrder) -> ProcessorReply | None:
        n = int(order.intent.removeprefix("leg_"))
        if n >= self.count:
            return None
        return ProcessorReply(outcome=ProcessorOutcome.SUCCEEDED, reference=f"re_{n}")


def _listed(n: int) -> Listed:
    message = replace(
        REFUND, event_id=f"listed/{n}", reference=f"re_{n}", amount=100 + n, intent=f"leg_{n}"
    )
    return Listed(message=message, created_at=NOW)


async def _legs(admin: asyncpg.Connection, ws: int, count: int) -> None:
    """Have as many legs that were paid a minute ago."""
    await admin.execute(
        "INSERT INTO retour.processor_leg (workspace_id, leg_id, return_id, executor, payment,"
        " amount, currency, status, reference, moved_at)"
        " SELECT $1, 'leg_' || n, 'ret_x', 'sandbox', 'pay-1', 100 + n, 'EUR', 'succeeded',"
        " 're_' || n, clock_timestamp() - interval '1 minute' FROM generate_series(0, $2 - 1) n",
        ws,
        count,
    )


def known(ledger: Ledger) -> Mapping[str, Counterpart]:
    return {"sandbox": Counterpart(lister=ledger, teller=ledger)}


async def begun(house: House, ws: int) -> str:
    body = ReconciliationNew(processor="sandbox")
    done = await reconciling.start(house, ws, body, actor=Actor(kind=ActorKind.SYSTEM))
    assert isinstance(done, Done), done
    return str(msgspec.json.decode(done.body)["id"])


async def shown(house: House, ws: int, one: str) -> dict[str, Any]:
    done = await reconciling.look_up(house, ws, one)
    assert isinstance(done, Done)
    return msgspec.json.decode(done.body)


async def finish(house: House, ws: int, one: str, ledger: Ledger) -> dict[str, Any]:
    while (await shown(house, ws, one))["state"] == "running":
        await go_on(house, known(ledger), ws, one)
    return await shown(house, ws, one)


@pytest_asyncio.fixture
async def ws(workspace: Workspace) -> AsyncIterator[int]:
    """A fresh workspace's number."""
    yield workspace.id


async def test_long_work_goes_on_where_it_stood_and_counts_each_once(
    house: House, ws: int, admin: asyncpg.Connection
) -> None:
    """Half done by one who dies, the rest by two at once; memory holds one page."""
    count = 3000
    await _legs(admin, ws, count + 7)
    ledger = Ledger(count=count)
    one = await begun(house, ws)
    for _ in range(count // 200):
        assert await go_on(house, known(ledger), ws, one) is not None
    half = await shown(house, ws, one)
    assert (count // 2, "theirs") == (half["theirs"], half["phase"])

    tracemalloc.start()
    while (await shown(house, ws, one))["state"] == "running":
        await asyncio.gather(*(go_on(house, known(ledger), ws, one) for _ in range(2)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000

    report = await shown(house, ws, one)
    assert ("done", count, 7, count + 7, count) == tuple(
        report[name] for name in ("state", "theirs", "ours", "found", "explained")
    )
    (sums,) = report["sums"]
    total = sum(100 + n for n in range(count + 7))
    explained = sum(100 + n for n in range(count))
    assert (f"{total // 100}.{total % 100:02}", f"{explained // 100}.{explained % 100:02}") == (
        sums["amount"],
        sums["explained_amount"],
    )
    assert "99.76" == report["percent"]
    told = await admin.fetchval(
        "SELECT count(*) FROM retour.event WHERE workspace_id = $1"
        " AND type = 'reconciliation.differs'",
        ws,
    )
    assert 1 == told


async def test_a_slice_is_one_s_alone(house: House, ws: int, admin: asyncpg.Connection) -> None:
    await _legs(admin, ws, 10)
    ledger = Ledger(count=10)
    one = await begun(house, ws)

    await asyncio.gather(*(go_on(house, known(ledger), ws, one) for _ in range(4)))

    report = await finish(house, ws, one, ledger)
    assert (1, 10, 10) == (ledger.asked, report["theirs"], report["found"])


class Held(Ledger):
    """A processor whose list takes as long as it is told to."""

    asking: asyncio.Event
    free: asyncio.Event

    async def listed(self, span: Span, following: str | None) -> ListedPage | NotListed:
        page = await super().listed(span, following)
        if self.asked == 1:
            self.asking.set()
            await self.free.wait()
        return page


async def test_who_wakes_up_after_his_time_writes_nothing(
    house: House, ws: int, admin: asyncpg.Connection
) -> None:
    """A slice taken by somebody who seems dead is done by another, and counted once."""
    await _legs(admin, ws, 10)
    ledger = Held(count=10)
    ledger.asking, ledger.free = asyncio.Event(), asyncio.Event()
    one = await begun(house, ws)
    late = asyncio.create_task(go_on(house, known(ledger), ws, one))
    await ledger.asking.wait()
    assert await go_on(house, known(ledger), ws, one) is None, "he has it for two minutes"

    await admin.execute(
        "UPDATE retour.reconciliation SET retry_at = clock_timestamp() WHERE workspace_id = $1", ws
    )
    assert await go_on(house, known(ledger), ws, one) is not None
    ledger.free.set()
    assert await late is None

    report = await finish(house, ws, one, ledger)
    assert (10, 10, 10) == (report["theirs"], report["found"], report["explained"])


async def test_a_processor_that_is_silent_is_asked_again_later(
    house: House, ws: int, admin: asyncpg.Connection
) -> None:
    one = await begun(house, ws)
    ledger = Ledger(count=0, silent=1)
    assert await go_on(house, known(ledger), ws, one) is None
    waiting = await shown(house, ws, one)
    assert ("running", "It does not answer.") == (waiting["state"], waiting["failure"])
    assert await go_on(house, known(ledger), ws, one) is None
    assert 1 == ledger.asked, "it is given time"

    later = "UPDATE retour.reconciliation SET retry_at = clock_timestamp() WHERE workspace_id = $1"
    await admin.execute(later, ws)
    ended = await finish(house, ws, one, ledger)
    assert ("done", None) == (ended["state"], ended["failure"])
    silent = Ledger(count=0, silent=work.TRIES_MAX)
    one = await begun(house, ws)
    for _ in range(work.TRIES_MAX):
        await go_on(house, known(silent), ws, one)
        await admin.execute(later, ws)
    assert "failed" == (await shown(house, ws, one))["state"]


async def test_a_leg_of_another_workspace_explains_nothing(
    house: House, ws: int, admin: asyncpg.Connection
) -> None:
    other = await fresh_workspace(house)
    await _legs(admin, other.id, 5)

    report = await finish(house, ws, await begun(house, ws), Ledger(count=5))

    assert (5, 0, "0.00") == (report["found"], report["explained"], report["percent"])


async def test_a_leg_that_waits_too_long_is_found_and_one_that_waits_is_not(
    house: House, ws: int, admin: asyncpg.Connection
) -> None:
    await _legs(admin, ws, 2)
    await admin.execute(
        "UPDATE retour.processor_leg SET status = 'in_flight', moved_at = clock_timestamp()"
        " - CASE leg_id WHEN 'leg_0' THEN interval '11 days' ELSE interval '9 days' END"
        " WHERE workspace_id = $1",
        ws,
    )

    one = await begun(house, ws)
    report = await finish(house, ws, one, Ledger(count=0))

    assert (1, 1) == (report["found"], report["unexplained"])
    row = await admin.fetchrow(
        "SELECT why, leg_id FROM retour.reconciliation_item WHERE workspace_id = $1", ws
    )
    assert row is not None
    assert ("pending_too_long", "leg_0") == tuple(row)


async def test_each_account_is_looked_at_once_a_day(
    house: House, ws: int, admin: asyncpg.Connection
) -> None:
    await admin.execute(
        "INSERT INTO retour.payment_account VALUES ($1, 'stripe', 'stripe', 'Stripe', '', 1,"
        " clock_timestamp() - interval '25 hours', clock_timestamp())",
        ws,
    )
    counted = "SELECT count(*) FROM retour.reconciliation WHERE workspace_id = $1"
    for _ in range(2):
        await begin_due(house)
        assert 1 == await admin.fetchval(counted, ws)
    await admin.execute(
        "UPDATE retour.reconciliation SET state = 'done', created_at = created_at"
        " - interval '25 hours' WHERE workspace_id = $1",
        ws,
    )
    await begin_due(house)
    assert 2 == await admin.fetchval(counted, ws)
    await admin.execute(
        "UPDATE retour.reconciliation SET state = 'canceled' WHERE workspace_id = $1", ws
    )
