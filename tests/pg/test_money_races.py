"""Money raced for by eight threads: nothing is given twice, and somebody is always given it.

Two hundred races for the cap, of cancel against refund, of double clicks and of replays, with the
desk's own code on PostgreSQL; fewer of what is rarer.  The wall around the cap
looks at every commit meanwhile.  At the end a database that sums first and writes then shows that
such a race can be lost.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from functools import partial

import asyncpg
import msgspec
import pytest
import pytest_asyncio

from retour.desk.execute import Asked, RequestKey, execute
from retour.desk.house import House
from retour.desk.outcome import Done, KeyReused, NotFound, Outcome, Refused, VersionDiffers
from retour.kernel.refusal import RefusalCode
from retour.lifecycle.commands import (
    Cancel,
    Command,
    ConfirmSettlement,
    DiscardSettlement,
    ProposeSettlement,
    RecordRefundOutcome,
    RetryRefund,
    StartRefund,
)
from retour.lifecycle.model import Actor, ActorKind, LegStatus, Return
from retour.settings import Settings
from retour.store.secrets import Vault
from tests.support.cap_wall import BREACH, WALLS
from tests.support.money_ways import PROMISED, STARTED, kept, on, put_paid
from tests.support.pg import Workspace
from tests.support.racing import RUNNERS, Runners, runners

TRIALS = 200
HALF = TRIALS // 2
SOME = TRIALS // 8
TRIALS_OF_THE_MUTANT = 50
FOUR = RUNNERS // 2
"""The half of them that wants something else than the other half."""
GO = (ConfirmSettlement(), StartRefund())


@pytest.fixture(scope="module")
def eight(settings: Settings, vault: Vault, admin_dsn: str) -> Iterator[Runners]:
    """Eight who ask."""
    with runners(settings, vault, admin_dsn) as ready:
        yield ready


class Till:
    """A workspace in which there is something to race for, and what came of it."""

    def __init__(
        self, house: House, workspace: Workspace, admin: asyncpg.Connection, eight: Runners
    ) -> None:
        self.house = house
        self.ws = workspace.id
        self._admin = admin
        self.eight = eight

    async def race(self, asks: Sequence[Asked]) -> list[Outcome]:
        """Have eight ask at the same moment."""
        ways = [partial(_ask, asked) for asked in asks]
        return await asyncio.to_thread(self.eight.race, ways)

    async def order(
        self,
        number: str,
        *,
        captured: str = "100.00",
        quantity: int = 2,
        processor: str = "external",
    ) -> None:
        """Put an order of pieces of 60.00."""
        done = await put_paid(
            self.house, self.ws, number, captured=captured, quantity=quantity, processor=processor
        )
        assert isinstance(done, Done)

    async def kept(self, number: str, *money: Command) -> str:
        """Ask for one of its pieces, as far as with the money as said."""
        return await kept(self.house, self.ws, number, *money)

    async def reserved(self, number: str) -> int:
        """What refunds hold of an order's payment."""
        held: int = await self._admin.fetchval(
            "SELECT p.reserved FROM retour.payment p"
            " JOIN retour.orders o USING (workspace_id, order_id)"
            " WHERE o.workspace_id = $1 AND o.order_number = $2",
            self.ws,
            number,
        )
        return held

    async def ret(self, return_id: str) -> Return:
        """A return as it is stored."""
        body: str = await self._admin.fetchval(
            "SELECT body FROM retour.returns WHERE workspace_id = $1 AND return_id = $2",
            self.ws,
            return_id,
        )
        return msgspec.json.decode(body, type=Return)

    async def said(self, return_id: str) -> Counter[str]:
        """How often each event was said of a return."""
        rows = await self._admin.fetch(
            "SELECT type FROM retour.event WHERE workspace_id = $1 AND return_id = $2",
            self.ws,
            return_id,
        )
        return Counter(row["type"] for row in rows)


async def _ask(asked: Asked, house: House) -> Outcome:
    return await execute(house, asked)


@pytest_asyncio.fixture
async def till(
    house: House, workspace: Workspace, admin: asyncpg.Connection, eight: Runners
) -> AsyncIterator[Till]:
    """A fresh workspace's money."""
    yield Till(house, workspace, admin, eight)


def codes(outcomes: Sequence[Outcome]) -> Counter[str]:
    """How the eight fared: done, again, differs, or the code of the refusal."""
    return Counter(_code(one) for one in outcomes)


def _code(outcome: Outcome) -> str:
    match outcome:
        case Done(replayed=True):
            return "again"
        case Done():
            return "done"
        case Refused(refusal=refusal):
            return refusal.code.value
        case VersionDiffers():
            return "differs"
        case NotFound() | KeyReused():
            return "wrong"


async def test_two_sixties_of_a_hundred(till: Till) -> None:
    """Two returns of one order, 60.00 each, four threads for each: 60.00 go out, always."""
    for trial in range(TRIALS):
        number = f"S-{trial}"
        await till.order(number)
        two = [await till.kept(number, ProposeSettlement()) for _ in range(2)]

        fared = codes(await till.race([on(till.ws, ret, GO) for ret in two] * FOUR))

        assert 1 == fared.pop("done")
        assert FOUR == fared.pop(RefusalCode.CAP_EXCEEDED)
        assert FOUR - 1 == fared.total(), "who clicked twice is told that it is done"
        assert 6000 == await till.reserved(number)
        started = [(await till.said(ret))["refund.started"] for ret in two]
        assert [0, 1] == sorted(started)


async def test_two_sixties_tried_again(till: Till) -> None:
    """The same for payments that were lost and are tried again: 60.00 go out, always."""
    for trial in range(SOME):
        assert 6000 == await _two_sixties(till, f"A-{trial}")
        assert 6000 == await till.reserved(f"A-{trial}")


async def test_cancel_against_refund(till: Till) -> None:
    """Four cancel what four pay: it is either canceled or paid."""
    ends: Counter[str] = Counter()
    for trial in range(TRIALS):
        number = f"C-{trial}"
        await till.order(number)
        ret = await till.kept(number, *PROMISED)
        cancel = on(till.ws, ret, [Cancel(reason="Changed their mind", goods="keep")])
        pay = on(till.ws, ret, [StartRefund()])

        outcomes = await till.race([cancel, pay] * FOUR)

        fared, said = codes(outcomes), await till.said(ret)
        assert 1 == fared["done"]
        assert 1 == said["return.canceled"] + said["refund.started"]
        assert 6000 * said["refund.started"] == await till.reserved(number)
        ends["paid" if said["refund.started"] else "canceled"] += 1
    assert TRIALS == ends.total()


async def test_a_double_click_with_a_key(till: Till) -> None:
    """Eight times the same request under its key: done once, answered eight times alike."""
    for trial in range(HALF):
        number = f"K-{trial}"
        await till.order(number)
        ret = await till.kept(number, ProposeSettlement())
        key = RequestKey(key_id="key", key=f"click-{trial}", digest=b"the same")

        outcomes = await till.race([replace(on(till.ws, ret, GO), key=key)] * RUNNERS)

        assert Counter(done=1, again=RUNNERS - 1) == codes(outcomes)
        assert 1 == len({one.body for one in outcomes if isinstance(one, Done)})
        assert 1 == (await till.said(ret))["refund.started"]
        assert 6000 == await till.reserved(number)


async def test_a_double_click_without_a_key(till: Till) -> None:
    """Eight requests that know nothing of each other: one pays, seven find it paid."""
    for trial in range(HALF):
        number = f"D-{trial}"
        await till.order(number)
        ret = await till.kept(number, ProposeSettlement())

        fared = codes(await till.race([on(till.ws, ret, GO)] * RUNNERS))

        assert {"done", RefusalCode.NO_SETTLEMENT.value} == set(fared)
        assert 1 == fared["done"]
        assert 1 == (await till.said(ret))["refund.started"]
        assert 6000 == await till.reserved(number)


async def test_a_browser_replays_what_it_saw(till: Till) -> None:
    """Eight say with If-Match which return they saw: a refund more is not what seven of them meant.

    Without the version each would be a refund of its own, of another piece of the same return.
    """
    for trial in range(TRIALS):
        number = f"B-{trial}"
        await till.order(number, captured="1000.00", quantity=RUNNERS)
        ret = await kept(till.house, till.ws, number, quantity=RUNNERS)
        units = [unit.id for line in (await till.ret(ret)).lines for unit in line.units]
        seen = (await till.ret(ret)).version

        fared = codes(
            await till.race(
                [
                    replace(
                        on(till.ws, ret, [ProposeSettlement(units=(unit,)), *GO]), if_match=seen
                    )
                    for unit in units
                ]
            )
        )

        assert Counter(done=1, differs=RUNNERS - 1) == fared
        assert 6000 == await till.reserved(number)


async def test_retry_against_discard_against_outcome(till: Till) -> None:
    """A payment that failed is retried, dropped, or said to have been made after all: one of them.

    That it was made is heard only of a payment that is under way again.
    """
    ends: Counter[str] = Counter()
    for trial in range(SOME):
        number = f"R-{trial}"
        await till.order(number)
        ret = await till.kept(number, *STARTED)
        leg = (await till.ret(ret)).settlements[0].legs[0].id
        told = partial(RecordRefundOutcome, leg=leg)
        failed = await execute(till.house, on(till.ws, ret, [told(outcome="failed")]))
        assert isinstance(failed, Done)
        retry = on(till.ws, ret, [RetryRefund(leg=leg)])
        drop = on(till.ws, ret, [DiscardSettlement()])
        paid = on(till.ws, ret, [told(outcome="succeeded", reference="bank-1")])

        await till.race([retry, drop, paid, retry, drop, paid, retry, paid])

        left = (await till.ret(ret)).settlements[0].legs[0]
        said = await till.said(ret)
        ends[left.status] += 1
        if left.status is LegStatus.ABANDONED:
            assert (1, 0, 0) == (said["refund.started"], said["refund.succeeded"], left.series - 1)
            assert 0 == await till.reserved(number)
        else:
            assert left.status in {LegStatus.IN_FLIGHT, LegStatus.SUCCEEDED}
            assert (2, 2) == (said["refund.started"], left.series)
            assert (left.status is LegStatus.SUCCEEDED) == said["refund.succeeded"]
            assert 6000 == await till.reserved(number)
    assert SOME == ends.total()


async def test_reversal_against_retry(till: Till) -> None:
    """A processor takes a refund back, four times, and four agents pay again: once, at most."""
    for trial in range(SOME):
        number = f"T-{trial}"
        await till.order(number, processor="sandbox")
        ret = await till.kept(number, *STARTED)
        leg = (await till.ret(ret)).settlements[0].legs[0].id
        told = partial(RecordRefundOutcome, leg=leg, reference="re-1")
        by = Actor(kind=ActorKind.PROCESSOR)
        paid = await execute(till.house, on(till.ws, ret, [told(outcome="succeeded")], actor=by))
        assert isinstance(paid, Done)
        back = on(till.ws, ret, [told(outcome="failed")], actor=by)
        retry = on(till.ws, ret, [RetryRefund(leg=leg)])

        await till.race([back, retry] * FOUR)

        left, said = (await till.ret(ret)).settlements[0].legs[0], await till.said(ret)
        assert 1 == said["refund.failed"]
        assert left.series == said["refund.started"] <= 2
        assert 6000 * (left.series - 1) == await till.reserved(number)


async def test_a_capture_that_shrinks_against_a_promise(till: Till) -> None:
    """Four promise 60.00 while four put the order with only 50.00 captured: one side gives way."""
    ends: Counter[str] = Counter()
    for trial in range(SOME):
        number = f"P-{trial}"
        await till.order(number)
        ret = await till.kept(number, ProposeSettlement())
        promise = partial(_ask, on(till.ws, ret, [ConfirmSettlement()]))
        shrink = partial(_put, till.ws, number, "50.00")

        outcomes = await asyncio.to_thread(till.eight.race, [promise, shrink] * FOUR)

        promised, shrunk = codes(outcomes[::2]), codes(outcomes[1::2])
        is_promised = 6000 == await till.reserved(number)
        assert is_promised == promised["done"]
        assert is_promised != (shrunk["done"] > 0)
        ends["promised" if is_promised else "shrunk"] += 1
    assert SOME == ends.total()


async def _put(ws: int, number: str, captured: str, house: House) -> Outcome:
    return await put_paid(house, ws, number, captured=captured)


# ---------------------------------------------------------------- the harness can fail

SUMS_FIRST = (
    ("DECLARE\n", "DECLARE\n  v_sum bigint;\n"),
    (
        "  UPDATE retour.orders o\n",
        """  SELECT p.reserved + a_reserved[1] INTO v_sum FROM retour.payment p
   WHERE p.workspace_id = a_ws AND p.order_id = a_order AND p.payment_id = a_payments[1];
  IF v_sum > (SELECT p.captured FROM retour.payment p WHERE p.workspace_id = a_ws
      AND p.order_id = a_order AND p.payment_id = a_payments[1]) THEN
    RAISE EXCEPTION 'cap' USING ERRCODE = 'RT002';
  END IF;
  PERFORM pg_sleep(0.02);
  UPDATE retour.orders o
""",
    ),
    (" AND o.version = a_order_version", ""),
    ("SET reserved = p.reserved + d.reserved", "SET reserved = v_sum"),
    ("AND p.reserved + d.reserved BETWEEN 0 AND p.captured", ""),
)
"""Makes of the commit one that looks whether there is room, and only then takes its turn.

Between both it pauses, so that no quick machine hides the gap.
"""


@pytest_asyncio.fixture
async def sums_first(admin: asyncpg.Connection) -> AsyncIterator[None]:
    """A database that adds up first and writes then."""
    right: str = await admin.fetchval("SELECT pg_get_functiondef('retour.commit_return'::regproc)")
    wrong = right
    for old, new in SUMS_FIRST:
        assert 1 == wrong.count(old), old
        wrong = wrong.replace(old, new)
    await admin.execute(wrong)
    yield
    await admin.execute(right)


async def _two_sixties(till: Till, number: str) -> int:
    """Have two lost payments of 60.00 tried again at once, and say what is promised of the 100.00.

    Promises are told apart by their memos' numbers as well; payments tried again are not.
    """
    await till.order(number, captured="120.00")
    retries: list[Asked] = []
    two = [await till.kept(number, *STARTED) for _ in range(2)]
    for ret in two:
        leg = (await till.ret(ret)).settlements[0].legs[0].id
        lost = RecordRefundOutcome(leg=leg, outcome="failed")
        assert isinstance(await execute(till.house, on(till.ws, ret, [lost])), Done)
        retries.append(on(till.ws, ret, [RetryRefund(leg=leg)]))
    await till.order(number, captured="100.00")

    await till.race(retries * FOUR)

    promised = [await till.ret(ret) for ret in two]
    legs = [leg for ret in promised for settlement in ret.settlements for leg in settlement.legs]
    return sum(leg.amount for leg in legs if leg.status is LegStatus.IN_FLIGHT)


@pytest.mark.usefixtures("sums_first")
async def test_the_race_is_lost_by_who_sums_first(till: Till, admin: asyncpg.Connection) -> None:
    """Without the wall, 120.00 of 100.00 go out before the fiftieth race."""
    promised: list[int] = []
    await _switch(admin, "DISABLE")
    try:
        while len(promised) < TRIALS_OF_THE_MUTANT and 12000 not in promised:
            promised.append(await _two_sixties(till, f"M-{len(promised)}"))
    finally:
        await _switch(admin, "ENABLE")

    assert 12000 in promised


@pytest.mark.usefixtures("sums_first")
async def test_the_wall_stops_who_sums_first(till: Till) -> None:
    """With the wall the same commit fails, and says what is broken."""

    async def race_on() -> None:
        for trial in range(TRIALS_OF_THE_MUTANT):
            await _two_sixties(till, f"N-{trial}")

    with pytest.raises(asyncpg.PostgresError, match="the cap is broken") as raised:
        await race_on()

    assert BREACH == raised.value.sqlstate


async def _switch(admin: asyncpg.Connection, how: str) -> None:
    for table, names in WALLS.items():
        for name in names:
            await admin.execute(f"ALTER TABLE retour.{table} {how} TRIGGER {name}")
