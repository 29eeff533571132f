"""Exchanges on PostgreSQL: returns brought to their goods, and what came of them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import msgspec

from retour.desk.execute import execute
from retour.desk.house import House
from retour.desk.outcome import Done
from retour.desk.timers.clock import ClockBody, advance_clock
from retour.lifecycle.commands import Command, ConfirmSettlement, ProposeSettlement, StartRefund
from retour.sandbox.stock import SandboxStock, StockFault, StockPut
from tests.support.money_ways import kept, on, put_paid

SKU = "CHAIR-RED"


def exchange(**more: object) -> ProposeSettlement:
    """Ask for another chair, of as much unless said."""
    goods = [{"sku": SKU, "quantity": 1, "unit_price": more.pop("price", None)}]
    return msgspec.convert({"kind": "exchange", "goods": goods, **more}, ProposeSettlement)


async def exchanged(house: House, workspace_id: int, number: str, *plan: Command) -> str:
    """Put an order, ask a chair back, and go as far with its exchange as said."""
    await put_paid(house, workspace_id, number, captured="120.00", processor="sandbox")
    return await kept(house, workspace_id, number, *(plan or going()))


def going(**more: object) -> tuple[Command, ...]:
    """Give the plan that sets an exchange going."""
    return (exchange(**more), ConfirmSettlement(), StartRefund())


async def put_stock(house: House, workspace_id: int, pieces: int) -> None:
    """Say how many chairs are there."""
    put = await SandboxStock(house.database).put(workspace_id, SKU, StockPut(on_hand=pieces))
    assert put is not None


async def add_fault(house: House, workspace_id: int, outcome: str, times: int = 1) -> None:
    """Have the stock fail the next times."""
    fault = msgspec.convert({"outcome": outcome, "times": times}, StockFault)
    await SandboxStock(house.database).add_fault(workspace_id, fault)


async def told(house: House, workspace_id: int, return_id: str) -> dict[str, Any]:
    """Give the newest settlement of a return, as it is answered."""
    outcome = await execute(house, on(workspace_id, return_id, ()))
    assert isinstance(outcome, Done), outcome
    newest: dict[str, Any] = msgspec.json.decode(outcome.body)["settlements"][-1]
    return newest


async def until(
    house: House, workspace_id: int, return_id: str, status: str, *, wind: bool = False
) -> dict[str, Any]:
    """Wait until a settlement stands somewhere; ``wind`` lets the sandbox's time pass meanwhile."""
    async with asyncio.timeout(60):
        while True:
            now = await told(house, workspace_id, return_id)
            if now["status"] == status:
                return now
            if wind:
                await advance_clock(house, workspace_id, ClockBody(advance=timedelta(hours=2)))
            await asyncio.sleep(0.1)


async def moves(house: House, workspace_id: int) -> list[tuple[str, int]]:
    """Give what the stock moved, in order, but for what was put there."""
    items, _ = await SandboxStock(house.database).ledger(workspace_id)
    known = [msgspec.json.decode(item) for item in items]
    return [(one["kind"], one["quantity"]) for one in known if one["kind"] != "set"]


async def stock(house: House, workspace_id: int) -> tuple[int, int]:
    """Count the chairs: those there, and those put aside."""
    items, _ = await SandboxStock(house.database).listing(workspace_id)
    (one,) = [msgspec.json.decode(item) for item in items]
    return one["on_hand"], one["held"]
