"""Exchanges with the sandbox's stock: put aside, ordered, let go, whatever it fails to say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

import asyncpg
import pytest
import pytest_asyncio

from retour.desk.execute import execute
from retour.desk.house import House
from retour.desk.outcome import Done, Outcome
from retour.gateways.stock import Pieces, StockAnswer, StockOrder
from retour.lifecycle.commands import Command, ConfirmSettlement, DiscardSettlement, FallBack
from retour.sandbox.stock import SandboxStock
from retour.settings import Settings
from retour.store.secrets import Vault
from retour.wiring.working import delivering
from tests.support.exchanging import (
    SKU,
    add_fault,
    exchange,
    exchanged,
    going,
    moves,
    put_stock,
    stock,
    told,
    until,
)
from tests.support.money_ways import on
from tests.support.pg import Workspace
from tests.support.racing import RUNNERS, runners

TRIALS = 40
LATE = ["timeout_before_booking", "timeout_after_booking", "decline"]


@pytest_asyncio.fixture
async def desk(house: House) -> AsyncIterator[House]:
    """The house, with delivery."""
    async with delivering(house) as engine:
        yield replace(house, hints=engine.hint)


async def test_goods_go_out_once(desk: House, workspace: Workspace) -> None:
    await put_stock(desk, workspace.id, 3)
    ret = await exchanged(desk, workspace.id, "E-1")

    settled = await until(desk, workspace.id, ret, "settled")

    (leg,) = settled["legs"]
    assert ("exchange", "60.00", "succeeded") == (leg["kind"], leg["amount"], leg["status"])
    assert settled["exchange"]["replacement_order"] == leg["reference"] is not None
    assert [("held", 1), ("ordered", 1)] == await moves(desk, workspace.id)
    assert (2, 0) == await stock(desk, workspace.id)


@pytest.mark.parametrize("fault", LATE)
@pytest.mark.parametrize("times", [1, 2])
async def test_a_stock_that_does_not_answer_is_looked_up(
    desk: House, workspace: Workspace, fault: str, times: int
) -> None:
    """The first fault meets what puts aside, the second what orders, or the same once more."""
    await put_stock(desk, workspace.id, 3)
    await add_fault(desk, workspace.id, fault, times)
    ret = await exchanged(desk, workspace.id, "E-2")

    await until(desk, workspace.id, ret, "settled", wind=True)

    assert [("held", 1), ("ordered", 1)] == await moves(desk, workspace.id)
    assert (2, 0) == await stock(desk, workspace.id)


@pytest.mark.parametrize("fault", LATE)
async def test_an_order_that_is_not_answered_is_looked_up(
    desk: House, workspace: Workspace, fault: str
) -> None:
    await put_stock(desk, workspace.id, 1)
    ret = await exchanged(desk, workspace.id, "E-3", exchange(), ConfirmSettlement())
    await _aside(desk, workspace.id, ret)
    await add_fault(desk, workspace.id, fault)
    await _do(desk, workspace.id, ret, *going()[2:])

    await until(desk, workspace.id, ret, "settled", wind=True)

    assert [("held", 1), ("ordered", 1)] == await moves(desk, workspace.id)


async def test_what_is_out_is_refunded_by_the_same_leg(desk: House, workspace: Workspace) -> None:
    await put_stock(desk, workspace.id, 0)
    ret = await exchanged(desk, workspace.id, "E-4", *going(fallback="refund"))

    settled = await until(desk, workspace.id, ret, "settled", wind=True)

    assert [("refund", "60.00", "succeeded")] == [
        (leg["kind"], leg["amount"], leg["status"]) for leg in settled["legs"]
    ]
    assert [] == await moves(desk, workspace.id)


async def test_what_is_out_waits_for_a_person(desk: House, workspace: Workspace) -> None:
    await put_stock(desk, workspace.id, 0)
    ret = await exchanged(desk, workspace.id, "E-5")
    await until(desk, workspace.id, ret, "failed")

    await _do(desk, workspace.id, ret, FallBack())

    settled = await until(desk, workspace.id, ret, "settled")
    assert ["refund"] == [leg["kind"] for leg in settled["legs"]]


async def test_what_is_dropped_is_let_go(desk: House, workspace: Workspace) -> None:
    await put_stock(desk, workspace.id, 1)
    ret = await exchanged(desk, workspace.id, "E-6", exchange(), ConfirmSettlement())
    await _aside(desk, workspace.id, ret)
    assert (1, 1) == await stock(desk, workspace.id)

    await _do(desk, workspace.id, ret, DiscardSettlement())

    async with asyncio.timeout(40):
        while True:
            if (1, 0) == await stock(desk, workspace.id):
                break
            await asyncio.sleep(0.05)
    assert [("held", 1), ("released", 1)] == await moves(desk, workspace.id)


async def test_the_last_piece_goes_to_one(
    house: House, workspace: Workspace, settings: Settings, vault: Vault, admin_dsn: str
) -> None:
    """Eight threads want it, a hundred times; one gets it, and nothing is held twice."""
    with runners(settings, vault, admin_dsn) as eight:
        for trial in range(TRIALS):
            await put_stock(house, workspace.id, trial + 1)
            asks = [
                partial(_hold, workspace_id=workspace.id, intent=f"leg_{trial}_{n}")
                for n in range(RUNNERS)
            ]
            answers = await asyncio.to_thread(eight.race, asks)
            said = [one.body for one in answers if isinstance(one, Done)]
            assert (1, RUNNERS - 1) == (
                said.count(StockAnswer.HELD.encode()),
                said.count(StockAnswer.OUT.encode()),
            )
    assert (TRIALS, TRIALS) == await stock(house, workspace.id)


async def test_more_is_never_held_than_is_there(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    await put_stock(house, workspace.id, 1)

    with pytest.raises(asyncpg.CheckViolationError):
        await admin.execute(
            "UPDATE retour.sandbox_stock SET held = 2 WHERE workspace_id = $1", workspace.id
        )


async def _hold(house: House, *, workspace_id: int, intent: str) -> Outcome:
    order = StockOrder(
        workspace_id=workspace_id, intent=intent, pieces=(Pieces(sku=SKU, quantity=1),)
    )
    reply = await SandboxStock(house.database).reserve(order)
    return Done(status=200, body=reply.answer.encode())


async def _do(house: House, workspace_id: int, ret: str, *plan: Command) -> None:
    outcome = await execute(house, on(workspace_id, ret, plan))
    assert isinstance(outcome, Done), outcome


async def _aside(house: House, workspace_id: int, ret: str) -> None:
    async with asyncio.timeout(40):
        while True:
            now = await told(house, workspace_id, ret)
            if now["exchange"]["stock"] == "held":
                return
            await asyncio.sleep(0.05)
