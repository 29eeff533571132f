"""Reports: tables of figures over some days, each row with the way to the returns behind it.

A report costs what its days and rows come to, never what the returns do: commits keep the figures.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.reports.spans import Span
from retour.desk.reports.tables import Cell, Column, Table, percent, percentile
from retour.dialects.view import View
from retour.kernel.ids import time_prefix
from retour.kernel.money import format_amount
from retour.kernel.status import ReturnStatus
from retour.lifecycle.figures import DIRECT, STEPS, UNSAID, WITHDRAWAL, Report
from retour.policy.deadlines import REFUND_DAYS
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("reporting")
_ENCODE: Final = msgspec.json.Encoder()
ROWS_MAX: Final = 200
"""Rows of a page, and of an answer; a file has all."""
_BOTH_MAX: Final = 5000
LATENCIES_MAX: Final = 20_000
"""Deliveries that are looked at for their latency: the newest of the span."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which rows of a long report: the most counted, or those behind a name."""

    after: str | None = None
    limit: int = ROWS_MAX


_MOST: Final = Part()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One report: what it says, how its figures come about, and how it is made.

    Args:
        following: Makes a part of its rows, in the order of their names: where there may be more
            of them than a page shows.
    """

    name: str
    title: str
    about: str
    how: str
    make: Callable[[Connection, int, Span], Awaitable[Table]]
    following: Callable[[Connection, int, Span, Part], Awaitable[Table]] | None = None


def listing() -> Outcome:
    """List the reports that there are."""
    items = [
        {"name": one.name, "title": one.title, "about": one.about, "how": one.how}
        for one in KINDS.values()
    ]
    return Done(status=200, body=_ENCODE.encode({"data": items, "next_cursor": None}))


async def table(house: House, workspace_id: int, name: str, span: Span) -> Table | None:
    """Make a report; ``None`` where there is none of that name."""
    kind = KINDS.get(name)
    if kind is None:
        return None
    async with house.database.transaction(workspace_id) as connection:
        return await kind.make(connection, workspace_id, span)


async def look_up(house: House, workspace_id: int, name: str, span: Span) -> Outcome:
    """Give a report as JSON."""
    made = await table(house, workspace_id, name, span)
    if made is None:
        return NotFound(what="report")
    view: View = {
        "report": name,
        "title": KINDS[name].title,
        "about": KINDS[name].about,
        "how": KINDS[name].how,
        "since": span.since.isoformat(),
        "until": span.until.isoformat(),
        "columns": [
            {"name": one.name, "title": one.title, "kind": one.kind} for one in made.columns
        ],
        "rows": [
            {
                "cells": [None if one is None else str(one) for one in row.cells],
                "explain": row.explain,
            }
            for row in made.rows
        ],
    }
    return Done(status=200, body=_ENCODE.encode(view))


# ---------------------------------------------------------------- what each says

_COUNTED: Final = (
    Column("returned", "Units asked back", "count"),
    Column("sold", "Units handed over", "count"),
)
_RATED: Final = (*_COUNTED, Column("rate", "Return rate", "percent"))


_NEXT: Final = {"by_item": "next_items", "by_detail": "next_details"}


async def _pairs(
    connection: Connection,
    workspace_id: int,
    span: Span,
    part: Part,
    *,
    statement: str,
    narrowed: str | None,
    reports: tuple[Report, Report] = (Report.RETURNED, Report.SOLD),
) -> Sequence[tuple[str, int, int]]:
    given = (
        workspace_id,
        *(one.value for one in reports),
        span.since,
        span.until,
        narrowed,
        part.limit,
    )
    if part.after is None:
        rows = await connection.fetch(_SQL[statement], *given)
    else:
        rows = await connection.fetch(_SQL[_NEXT[statement]], *given, part.after)
    return [(row["name"], row["first"], row["second"]) for row in rows]


async def _by_sku(
    connection: Connection, workspace_id: int, span: Span, part: Part = _MOST
) -> Table:
    found = await _pairs(
        connection, workspace_id, span, part, statement="by_item", narrowed=span.channel
    )
    made = Table(columns=(Column("sku", "SKU", "text"), *_RATED))
    for sku, returned, sold in found:
        cells = (sku, returned, sold, percent(returned, sold))
        made.add(cells, span.explained_by(sku=sku))
    return made


async def _by_channel(
    connection: Connection, workspace_id: int, span: Span, part: Part = _MOST
) -> Table:
    found = await _pairs(
        connection, workspace_id, span, part, statement="by_detail", narrowed=span.sku
    )
    made = Table(columns=(Column("channel", "Channel", "text"), *_RATED))
    for channel, returned, sold in found:
        chosen = {} if channel == DIRECT else {"channel": channel}
        cells = (channel, returned, sold, percent(returned, sold))
        made.add(cells, None if channel == DIRECT else span.explained_by(**chosen))
    return made


async def _by_reason(
    connection: Connection, workspace_id: int, span: Span, part: Part = _MOST
) -> Table:
    report = Report.REASON if span.sku is None else Report.SKU_REASON
    rows = await _pairs(
        connection,
        workspace_id,
        span,
        part,
        statement="by_item" if span.sku is None else "by_detail",
        narrowed=span.channel if span.sku is None else span.sku,
        reports=(report, report),
    )
    of = (span.channel, None) if span.sku is None else (None, span.sku)
    days = (span.since, span.until)
    total = await connection.fetchval(_SQL["sum_of"], workspace_id, report.value, *days, *of)
    columns = (
        Column("reason", "Reason", "text"),
        Column("units", "Units asked back", "count"),
        Column("share", "Share", "percent"),
    )
    made = Table(columns=columns)
    chosen = {} if span.sku is None else {"sku": span.sku}
    for name, units, _ in rows:
        explain = None if name == UNSAID else span.explained_by(reason=name, **chosen)
        made.add((name, units, percent(units, total)), explain)
    return made


async def _by_day(connection: Connection, workspace_id: int, span: Span) -> Table:
    rows = await connection.fetch(
        _SQL["by_day"],
        workspace_id,
        Report.RETURNED.value,
        Report.SOLD.value,
        span.since,
        span.until,
    )
    found = {row["day"]: (row["first"], row["second"]) for row in rows}
    made = Table(columns=(Column("day", "Day", "day"), *_COUNTED))
    for n in range((span.until - span.since).days + 1):
        day = span.since + timedelta(days=n)
        returned, sold = found.get(day, (0, 0))
        explain = Span(since=day, until=day, zone=span.zone).explained_by()
        made.add((day.isoformat(), returned, sold), explain)
    return made


async def _both(
    connection: Connection, workspace_id: int, report: Report, span: Span
) -> Sequence[tuple[str, str, int]]:
    rows = await connection.fetch(
        _SQL["by_both"], workspace_id, report.value, span.since, span.until, _BOTH_MAX
    )
    return [(row["item"], row["detail"], row["amount"]) for row in rows]


_PERCENTILES: Final = (50, 90, 99)


async def _in_state(connection: Connection, workspace_id: int, span: Span) -> Table:
    counted: dict[str, dict[int, int]] = {}
    for state, step, amount in await _both(connection, workspace_id, Report.IN_STATE, span):
        counted.setdefault(state, {})[STEPS[int(step)]] = amount
    columns = (
        Column("state", "State", "text"),
        Column("left", "Times left", "count"),
        *(Column(f"p{n}", f"{n} % within", "seconds") for n in _PERCENTILES),
    )
    made = Table(columns=columns)
    for state in (one.value for one in ReturnStatus if one.value in counted):
        steps = counted[state]
        within = (percentile(steps, n) for n in _PERCENTILES)
        made.add((state, sum(steps.values()), *within), span.explained_by(status=state))
    return made


async def _money(connection: Connection, workspace_id: int, span: Span) -> Table:
    settled: dict[str, int] = {}
    for _, currency, count in await _both(connection, workspace_id, Report.SETTLED, span):
        settled[currency] = settled.get(currency, 0) + count
    columns = (
        Column("kind", "For", "text"),
        Column("currency", "Currency", "text"),
        Column("amount", "Amount", "money"),
        Column("settlements", "Settlements", "count"),
        Column("each", "Each", "money"),
    )
    made = Table(columns=columns)
    for kind, currency, amount in await _both(connection, workspace_id, Report.PAID, span):
        count = settled.get(currency, 0)
        each = format_amount(round_half_up(amount, count), currency) if count else None
        made.add((kind, currency, format_amount(amount, currency), count, each), None)
    return made


def round_half_up(amount: int, count: int) -> int:
    """Share an amount, to the nearest minor unit; halves away from zero."""
    sign = -1 if amount < 0 else 1
    return sign * ((2 * abs(amount) + count) // (2 * count))


async def _recovered(connection: Connection, workspace_id: int, span: Span) -> Table:
    units = {
        (item, currency): amount
        for item, currency, amount in await _both(
            connection, workspace_id, Report.RECOVERED_UNITS, span
        )
    }
    values = await _both(connection, workspace_id, Report.RECOVERED, span)
    totals: dict[str, int] = {}
    for _, currency, amount in values:
        totals[currency] = totals.get(currency, 0) + amount
    columns = (
        Column("disposition", "Where goods went", "text"),
        Column("units", "Units", "count"),
        Column("currency", "Currency", "text"),
        Column("value", "Sold for", "money"),
        Column("share", "Share", "percent"),
    )
    made = Table(columns=columns)
    for item, currency, amount in sorted(values, key=lambda one: -one[2]):
        value, count = format_amount(amount, currency), units.get((item, currency), 0)
        made.add((item, count, currency, value, percent(amount, totals[currency])), None)
    return made


async def _refund_days(connection: Connection, workspace_id: int, span: Span) -> Table:
    counted: dict[str, dict[int, int]] = {}
    for kind, days, amount in await _both(connection, workspace_id, Report.REFUND_DAYS, span):
        counted.setdefault(kind, {})[int(days)] = amount
    columns = (
        Column("of", "Of", "text"),
        Column("settled", "Settled", "count"),
        Column("in_time", f"Within {REFUND_DAYS} days", "count"),
        Column("late", "Later", "count"),
        Column("rate", "In time", "percent"),
        *(Column(f"p{n}", f"{n} % within days", "count") for n in _PERCENTILES),
    )
    made = Table(columns=columns)
    for kind in (one for one in (WITHDRAWAL, "return") if one in counted):
        days, total = counted[kind], sum(counted[kind].values())
        in_time = sum(count for day, count in days.items() if day <= REFUND_DAYS)
        within = (percentile(days, n) for n in _PERCENTILES)
        cells: tuple[Cell, ...] = (
            kind,
            total,
            in_time,
            total - in_time,
            percent(in_time, total),
            *within,
        )
        made.add(cells, None)
    return made


async def _latency(connection: Connection, workspace_id: int, span: Span) -> Table:
    rows = await connection.fetch(
        _SQL["latencies"],
        workspace_id,
        time_prefix("dlv", span.start),
        time_prefix("dlv", span.end),
        LATENCIES_MAX,
        ROWS_MAX,
    )
    columns = (
        Column("subscription", "Subscription", "text"),
        Column("deliveries", "Deliveries", "count"),
        *(Column(f"p{n}", f"{n} % within", "milliseconds") for n in _PERCENTILES),
    )
    made = Table(columns=columns)
    for row in rows:
        made.add((row["subscription_id"], row["count"], *row["percentiles"]), None)
    return made


KINDS: Final[dict[str, Kind]] = {
    one.name: one
    for one in (
        Kind(
            name="by_sku",
            title="Return rate by SKU",
            about="Units asked back in these days, of units handed over in orders of these days.",
            how=(
                "A unit counts on the day its return was asked for, and as handed over on the "
                "day its order was. The rate is the first by the second, so orders of earlier "
                "days can bring it above 100 %. What was canceled counts nowhere."
            ),
            make=_by_sku,
            following=_by_sku,
        ),
        Kind(
            name="by_reason",
            title="Reasons",
            about="Why units were asked back, by the first reason that was given.",
            how=(
                "Each unit counts once, on the day its return was asked for, under the first "
                "reason that was given. The share is that of all units."
            ),
            make=_by_reason,
            following=_by_reason,
        ),
        Kind(
            name="by_channel",
            title="Return rate by channel",
            about="The same rate by the channel of the order.",
            how=(
                "Counted as by SKU, under the channel that the order names; an order that names "
                "none stands under “direct”."
            ),
            make=_by_channel,
            following=_by_channel,
        ),
        Kind(
            name="by_day",
            title="Returns by day",
            about="Units asked back and handed over, day by day.",
            how=(
                "Units asked back and units handed over on each day, in the time zone of the "
                "workspace. What is asked back on a day was mostly handed over on others, so there "
                "is no rate of days."
            ),
            make=_by_day,
        ),
        Kind(
            name="time_in_state",
            title="Time in state",
            about="How long returns stood where they did, counted when they went on; to an eighth.",
            how=(
                "Each time a return left a state counts, on the day it did, with how long it "
                "had been there. “90 % within” is the time that nine of ten did not exceed, "
                "counted in steps of an eighth."
            ),
            make=_in_state,
        ),
        Kind(
            name="money",
            title="What returns cost",
            about="What was settled: for goods, for shipping, as goodwill; fees are kept back.",
            how=(
                "Settlements that were paid in full, on the day they were. Items, shipping, "
                "goodwill and bonus add up, fees are below zero; “each” is the amount by the "
                "number of settlements, to the cent."
            ),
            make=_money,
        ),
        Kind(
            name="recovery",
            title="Recovery",
            about="What accepted goods were sold for, by where they went.",
            how=(
                "What accepted units had been sold for, on the day all of their return was judged,"
                " by where they went. The share is that of its currency."
            ),
            make=_recovered,
        ),
        Kind(
            name="refund_deadlines",
            title="Refund deadlines",
            about=f"Days from being told to the refund; the law gives {REFUND_DAYS} on withdrawal.",
            how=(
                "Whole days from the day we were told to the day it was settled. After a "
                "withdrawal the law gives 14; for other returns the same 14 are shown to "
                "compare."
            ),
            make=_refund_days,
        ),
        Kind(
            name="delivery_latency",
            title="Delivery latency",
            about=f"From commit to receipt, of the newest {LATENCIES_MAX:,} deliveries.",
            how=(
                "From the commit of an event to the answer of whoever was told, retries and "
                "their waits included. What somebody sent again by hand does not count."
            ),
            make=_latency,
        ),
    )
}
"""Every report by its name."""
