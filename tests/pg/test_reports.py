"""Reports say what happened, each number leads to its returns, and CSV runs nowhere."""

from __future__ import annotations

import csv as reader
import io
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import pytest

from retour.desk import auditing, reports
from retour.desk.house import House
from retour.desk.outcome import Done, NotFound
from retour.desk.pages import Page
from retour.desk.reports import KINDS, files
from retour.desk.reports.spans import DAYS, Span, read_span
from retour.desk.reports.tables import Column, Table, as_csv, percent, percentile
from retour.desk.searching import search
from retour.desk.searching.asked import read_chosen
from retour.kernel.problems import InvalidRequest
from retour.lifecycle.commands import Authorize, Cancel
from tests.support.customers import asked, done, sold
from tests.support.pg import Workspace

Rows = list[dict[str, Any]]


async def report(house: House, workspace: Workspace, name: str, **said: str) -> Rows:
    span = await read_span(house, workspace.id, said)
    outcome = await reports.look_up(house, workspace.id, name, span)
    assert isinstance(outcome, Done), outcome
    shown = msgspec.json.decode(outcome.body)
    columns = [(column["name"], column["kind"]) for column in shown["columns"]]

    def read(kind: str, cell: str | None) -> Any:  # noqa: ANN401 - a number or a text
        return int(cell) if cell is not None and kind in {"count", "seconds"} else cell

    return [
        {
            "explain": row["explain"],
            **{
                name: read(kind, cell)
                for (name, kind), cell in zip(columns, row["cells"], strict=True)
            },
        }
        for row in shown["rows"]
    ]


async def behind(house: House, workspace: Workspace, explain: str) -> list[str]:
    """Follow the way to the returns behind a number."""
    query = dict(parse_qsl(explain))
    since, before = (msgspec.convert(query.pop(one), datetime) for one in ("since", "before"))
    outcome = await search(house, workspace.id, read_chosen(query, since, before), Page(limit=200))
    assert isinstance(outcome, Done)
    return [row["id"] for row in msgspec.json.decode(outcome.body)["data"]]


async def busy(house: House, workspace: Workspace) -> list[str]:
    made: list[str] = []
    for n in range(4):
        await sold(house, workspace, f"R-{n}", 3, 2, channel="otto" if n % 2 else None)
        made.append((await asked(house, workspace, f"R-{n}", 2, n % 2))["id"])
    await done(house, workspace, [Cancel(reason="never mind")], made[0])
    await done(house, workspace, [Authorize()], made[1])
    return made


async def test_return_rates(house: House, workspace: Workspace) -> None:
    made = await busy(house, workspace)
    one, two = await report(house, workspace, "by_sku")
    assert (one["sku"], one["returned"], one["sold"], one["rate"]) == ("SKU-1", 6, 12, "50.0")
    assert (two["sku"], two["returned"], two["sold"], two["rate"]) == ("SKU-2", 2, 8, "25.0")
    assert await behind(house, workspace, two["explain"]) == [made[3], made[1]]
    by_channel = await report(house, workspace, "by_channel")
    assert {row["channel"]: (row["returned"], row["sold"]) for row in by_channel} == {
        "otto": (6, 10),
        "direct": (2, 10),
    }
    (otto,) = [row for row in by_channel if row["channel"] == "otto"]
    assert await behind(house, workspace, otto["explain"]) == [made[3], made[1]]
    assert [
        row["returned"] for row in await report(house, workspace, "by_sku", channel="otto")
    ] == [
        4,
        2,
    ]
    (reason,) = await report(house, workspace, "by_reason")
    assert (reason["reason"], reason["units"], reason["share"]) == ("Too small", 8, "100.0")
    (of_two,) = await report(house, workspace, "by_reason", sku="SKU-2")
    assert of_two["units"] == 2
    assert set(await behind(house, workspace, reason["explain"])) == set(made)


async def test_each_day_has_its_row(house: House, workspace: Workspace) -> None:
    await busy(house, workspace)
    rows = await report(house, workspace, "by_day")
    assert len(rows) == DAYS
    assert [row["returned"] for row in rows][-1] == 8
    assert sum(row["sold"] for row in rows) == 20
    assert not any("rate" in row for row in rows), "what came back was handed over on other days"


async def test_states_that_were_left(house: House, workspace: Workspace) -> None:
    await busy(house, workspace)
    (row,) = await report(house, workspace, "time_in_state")
    assert (row["state"], row["left"], row["p50"]) == ("requested", 2, 60)


async def test_a_span_is_held(house: House, workspace: Workspace) -> None:
    await busy(house, workspace)
    today = (await read_span(house, workspace.id, {})).until
    yesterday = (today - timedelta(days=1)).isoformat()
    assert await report(house, workspace, "by_sku", until=yesterday) == []
    assert len(await report(house, workspace, "by_sku", since=today.isoformat())) == 2
    for said in (
        {"since": "soon"},
        {"since": "2026-02-01", "until": "2026-01-01"},
        {"since": "2020-01-01", "until": "2026-01-01"},
    ):
        with pytest.raises(InvalidRequest):
            await read_span(house, workspace.id, said)


@pytest.mark.parametrize("name", KINDS)
async def test_every_report_can_be_empty(house: House, workspace: Workspace, name: str) -> None:
    for row in await report(house, workspace, name):
        assert row["returned"] == 0
    span = await read_span(house, workspace.id, {})
    assert (await file(house, workspace, name, span)).count("\r\n") >= 1


async def file(
    house: House, workspace: Workspace, name: str, span: Span, page: int = files.PAGE
) -> str:
    pieces = await files.csv(house, workspace.id, name, span, page=page)
    assert pieces is not None
    return b"".join([piece async for piece in pieces]).decode()


@pytest.mark.parametrize("name", ["by_sku", "by_channel", "by_reason", "money"])
async def test_a_file_has_every_row_once_however_it_is_paged(
    house: House, workspace: Workspace, name: str
) -> None:
    """In the order of names, under one head."""
    await busy(house, workspace)
    span = await read_span(house, workspace.id, {})
    shown = [[*row.values()][1] for row in await report(house, workspace, name)]
    read = [*reader.reader(io.StringIO(await file(house, workspace, name, span, 1)))]
    assert [row[0] for row in read[1:]] == sorted(shown)
    assert await file(house, workspace, name, span, 1) == await file(house, workspace, name, span)
    pieces = await files.csv(house, workspace.id, name, span, page=1)
    assert pieces is not None
    await anext(pieces)
    await pieces.aclose()
    logged = await auditing.listing(house, workspace.id, Page(limit=9), word=files.EXPORTED)
    assert isinstance(logged, Done)
    told = [one["details"] for one in msgspec.json.decode(logged.body)["data"]]
    assert [(one["rows"], one["whole"]) for one in told] == [
        (1 if KINDS[name].following else len(shown), False),
        *[(len(shown), True)] * 3,
    ]


async def test_there_is_no_other_report(house: House, workspace: Workspace) -> None:
    span = await read_span(house, workspace.id, {})
    assert isinstance(await reports.look_up(house, workspace.id, "nope", span), NotFound)
    assert await files.csv(house, workspace.id, "nope", span) is None


def test_days_are_the_workspaces() -> None:
    """Of a summer and a winter; an hour is lost or found within."""
    span = Span(since=date(2026, 3, 29), until=date(2026, 10, 25), zone="Europe/Berlin")
    assert span.start.isoformat() == "2026-03-28T23:00:00+00:00"
    assert span.end.isoformat() == "2026-10-25T23:00:00+00:00"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C'!A0", "\uff1d1+1"]
)
def test_a_formula_is_text(text: str) -> None:
    table = Table(columns=(Column("a", "A", "text"), Column("b", "B", "money")))
    table.add((text, "-4.95"), None)
    rows = [*reader.reader(io.StringIO(as_csv(table).decode(), newline=""))]
    assert rows == [["a", "b"], ["'" + text, "-4.95"]]


def test_percentiles_are_least_values_that_suffice() -> None:
    assert [percentile({1: 50, 2: 49, 9: 1}, n) for n in (50, 90, 99, 100)] == [1, 2, 2, 9]
    assert percentile({}, 50) is None
    assert (percent(2, 3), percent(0, 5), percent(5, 0)) == ("66.7", "0.0", None)
