"""Rows 3 and 4: deliveries a second, against pycurl alone and against a backlog of another size."""

from __future__ import annotations

import base64
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Final

from bench.backlog import Backlog, Size
from bench.children import Child, child
from bench.ground import Ground
from bench.rounds import Leg, Measured, Plan, Progress, Row, interleave
from retour.gateways.limits import PER_HOST_MAX

ALONE: Final = Row(
    number=3,
    title="deliveries: backlog → signed HTTP → attempt row",
    ours="the delivery process",
    theirs="pycurl alone, same bytes",
    goal=0.60,
    unit="deliveries/s",
)
SIZES: Final = Row(
    number=4,
    title="the same, four times the backlog over many more subscriptions",
    ours="the large backlog",
    theirs="the small backlog",
    goal=0.90,
    unit="deliveries/s",
)
SMALL: Final = Size(pending=250_000, subscriptions=100)
LARGE: Final = Size(pending=1_000_000, subscriptions=10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sink:
    child: Child
    targets: str


def _scaled(size: Size, scale: float) -> Size:
    return Size(
        pending=int(size.pending * scale), subscriptions=max(100, int(size.subscriptions * scale))
    )


def _said(size: Size) -> str:
    return f"{size.pending:,} pending over {size.subscriptions:,}"


async def measure(ground: Ground, rows: set[int], plan: Plan, progress: Progress) -> list[Measured]:
    """Lay out what the rows need and measure them on one sink."""
    measured: list[Measured] = []
    async with AsyncExitStack() as stack:
        receiver = await stack.enter_async_context(child("bench.sink", {}))
        port = (await receiver.hear())["port"]
        sink = _Sink(child=receiver, targets=f"http://127.0.0.1:{port}/hooks")
        small = Backlog(
            await stack.enter_async_context(ground.world("small")),
            receiver,
            _scaled(SMALL, plan.scale),
        )
        await small.lay(sink.targets, progress)
        if ALONE.number in rows:
            measured.append(await _against_curl(small, sink, plan, progress))
        if SIZES.number in rows:
            large = Backlog(
                await stack.enter_async_context(ground.world("large")),
                receiver,
                _scaled(LARGE, plan.scale),
            )
            await large.lay(sink.targets, progress)
            row = replace(SIZES, ours=_said(large.size), theirs=_said(small.size))
            measured.append(await interleave(row, plan, large.deliver, small.deliver, progress))
    return measured


async def _against_curl(small: Backlog, sink: _Sink, plan: Plan, progress: Progress) -> Measured:
    progress("row 3: learning the bytes of a delivery")
    await small.deliver(0.5)
    head, _, body = base64.b64decode((await sink.child.ask({}))["last"]).partition(b"\r\n\r\n")
    told = {
        "urls": [f"{sink.targets}/{number:05d}" for number in range(small.size.subscriptions)],
        "headers": head.decode("latin-1").split("\r\n")[1:],
        "body": base64.b64encode(body).decode(),
        "width": PER_HOST_MAX,
    }
    async with child("bench.curl_alone", told) as curl:

        async def alone(seconds: float) -> Leg:
            said = await curl.ask({"seconds": seconds})
            assert not said["failures"], "the sink refused pycurl"
            return Leg(
                done=said["done"],
                seconds=said["seconds"],
                cpu_us=1e6 * said["cpu_s"] / said["done"],
                more={"bytes": len(head) + len(body)},
            )

        return await interleave(ALONE, plan, small.deliver, alone, progress)
