"""Reports: each a picture, its table, and the same for a spreadsheet."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from litestar import Response
from litestar.response import Stream
from markupsafe import Markup

from retour.desk import reports
from retour.desk.reports import KINDS, ROWS_MAX, files
from retour.desk.reports.spans import read_span
from retour.kernel.problems import InvalidRequest
from retour.screens import charts
from retour.screens.charts import Band, Bar, Point
from retour.screens.staff import guard
from retour.screens.staff.seat import Seat, place
from retour.screens.staff.settings.examples import example, is_bare
from retour.screens.staff.settings.naming import names_in
from retour.screens.staff.settings.said import at_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.desk.reports.tables import Cell, Row, Table

PATH: Final = "/reports"
_ONE: Final = f"{PATH}/{{report:str}}"
_SHOWN_MAX: Final = 15
"""Bars of a picture; the table has every row."""
_BEHIND: Final = {"time_in_state": "Stand there now"}
"""What the list behind a row is, where it is not just the returns that were counted."""
_NARROWED: Final = ("since", "until", "channel", "sku")
_LENGTH_MAX: Final = 200
_SECOND_MS, _MINUTE = 1000, 60
_MINUS: Final = "\u2212"
"""As figures have it; a hyphen is shorter than a digit."""
_UNITS: Final = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the list, of one report, and of its file."""
    return [
        *place(house, PATH, "reports:read", _list),
        *place(house, _ONE, "reports:read", _one),
        *place(house, f"{_ONE}/csv", "reports:read", _csv),
    ]


async def _list(seat: Seat) -> Response[Any]:
    """Show which reports there are."""
    return seat.page("staff_settings_reports.html", kinds=KINDS.values())


def _asked(seat: Seat) -> dict[str, str]:
    return {one: seat.query.get(one, "").strip()[:_LENGTH_MAX] for one in _NARROWED}


async def _one(seat: Seat) -> Response[Any]:
    """Show one report; days that cannot be are said at their field, over the last thirty."""
    kind = KINDS.get(seat.params["report"])
    if kind is None:
        return seat.nowhere("report")
    asked, wrong = _asked(seat), dict[str, str]()
    try:
        span = await read_span(seat.house, seat.workspace_id, asked)
    except InvalidRequest as error:
        wrong = at_fields(error, {"/until": "until"}, "since")
        span = await read_span(seat.house, seat.workspace_id, {})
    made = await reports.table(seat.house, seat.workspace_id, kind.name, span)
    assert made is not None, "its kind was just found"
    days = {"since": span.since.isoformat(), "until": span.until.isoformat()}
    filled = {**asked, **({} if wrong else days)}
    is_example = is_bare(made)
    made = example(kind.name, made, span) if is_example else made
    names = await names_in(seat, kind.name, made)
    return seat.page(
        "staff_settings_report.html",
        422 if wrong else 200,
        kind=kind,
        filled=filled,
        table=made,
        heads=[
            one.title if one.kind in ("text", "day") else f">{one.title}" for one in made.columns
        ],
        rows=[(_cells(made, row, names), _behind(seat, kind.name, made, row)) for row in made.rows],
        behind=_BEHIND.get(kind.name, "The returns"),
        has_behind=any(row.explain for row in made.rows),
        is_example=is_example,
        chart=Markup(_chart(kind.title, kind.about, made, names)),  # noqa: S704 - SVG of ours, escaped there
        legend=_legend(made),
        is_cut=len(made.rows) > _SHOWN_MAX and made.columns[0].kind != "day",
        shown_max=_SHOWN_MAX,
        is_first=len(made.rows) >= ROWS_MAX,
        file=seat.address(f"{PATH}/{kind.name}/csv", **days, channel=span.channel, sku=span.sku),
        wrong=wrong,
    )


async def _csv(seat: Seat) -> Response[Any]:
    """Give a report as CSV."""
    name = seat.params["report"]
    span = await read_span(seat.house, seat.workspace_id, _asked(seat))
    pieces = await files.csv(seat.house, seat.workspace_id, name, span)
    if pieces is None:
        return seat.nowhere("report")
    file = f"{name}-{span.since.isoformat()}-{span.until.isoformat()}.csv"
    headers = {
        **guard.headers_for(seat.house),
        "content-disposition": f'attachment; filename="{file}"',
    }
    return Stream(pieces, media_type="text/csv; charset=utf-8", headers=headers)


# ---------------------------------------------------------------- written and drawn


def _behind(seat: Seat, name: str, made: Table, row: Row) -> str:
    """Give the address of the list of returns behind a row; empty where there is none to show."""
    if row.explain is None or not seat.may("returns:read"):
        return ""
    if name not in _BEHIND and _counted(made, row) == 0:
        return ""
    return f"{seat.address('/returns')}?{row.explain}"


def _counted(made: Table, row: Row) -> Cell:
    """Give the first count of a row, which is that of its returns or their units."""
    counts = (
        cell for cell, one in zip(row.cells, made.columns, strict=True) if one.kind == "count"
    )
    return next(counts, None)


def _cells(made: Table, row: Row, names: Mapping[str, str]) -> list[str]:
    cells = [_written(cell, one.kind) for cell, one in zip(row.cells, made.columns, strict=True)]
    return [names.get(cells[0], cells[0]), *cells[1:]]


def _written(cell: Cell, kind: str) -> str:
    """Write a cell as people read it."""
    if cell is None:
        return "–"
    match kind:
        case "percent":
            return f"{cell} %"
        case "money":
            return str(cell).replace("-", _MINUS)
        case "seconds":
            return lasting(int(cell))
        case "milliseconds":
            return _briefly(int(cell))
        case "day":
            return f"{date.fromisoformat(str(cell)):%a %-d %b %Y}"
        case _:
            return str(cell)


def _briefly(ms: int) -> str:
    """Write milliseconds, to a tenth of a second where they are a few seconds.

    >>> _briefly(311), _briefly(1_949), _briefly(59_999), _briefly(61_000)
    ('311 ms', '1.9 s', '59.9 s', '1 min 1 s')
    """
    if ms < _SECOND_MS:
        return f"{ms} ms"
    seconds, tenths = divmod(ms // 100, 10)
    return f"{seconds}.{tenths} s" if seconds < _MINUTE else lasting(seconds)


def lasting(seconds: int) -> str:
    """Write how long something took, in its two largest units.

    >>> lasting(0), lasting(75), lasting(90_000), lasting(86_400)
    ('0 s', '1 min 15 s', '1 d 1 h', '1 d')
    """
    parts: list[str] = []
    for unit, length in _UNITS:
        count, seconds = divmod(seconds, length)
        if count:
            parts.append(f"{count} {unit}")
        elif parts:
            break
    return " ".join(parts[:2]) or "0 s"


def _measured(made: Table) -> int:
    """Say which column a picture draws."""
    names = [one.name for one in made.columns]
    return next((names.index(one) for one in ("p50", "amount", "value") if one in names), 1)


def _legend(made: Table) -> str:
    """Say what the picture draws, below it."""
    at = _measured(made)
    title = made.columns[at].title.lower()
    if made.columns[0].kind == "day":
        return f"The line: {title}, day by day."
    if made.columns[at].name == "p50":
        return "Each bar begins where half are done and ends at 99 %; the mark stands at 90 %."
    share = _share_in(made)
    also = "" if share is None else f"; then the {made.columns[share].title.lower()}"
    return f"Bars: {title}{also}."


def _share_in(made: Table) -> int | None:
    """Find the column that says of what the drawn one is a part."""
    kinds = [one.kind for one in made.columns]
    return kinds.index("percent") if "percent" in kinds else None


def _chart(title: str, about: str, made: Table, names: Mapping[str, str]) -> str:
    """Draw a report as what it is: a course of days, a spread, or a comparison."""
    if made.columns[0].kind == "day":
        points = [Point(_written(row.cells[0], "day"), int(row.cells[1] or 0)) for row in made.rows]
        return charts.line("report", title, about, points)
    at, rows = _measured(made), made.rows[:_SHOWN_MAX]
    labels = [names.get(str(row.cells[0]), str(row.cells[0])) for row in rows]
    if made.columns[at].name == "p50":
        spread = [_band(made, row, at, label) for row, label in zip(rows, labels, strict=True)]
        return charts.bands("report", title, about, spread)
    compared = [_bar(made, row, at, label) for row, label in zip(rows, labels, strict=True)]
    return charts.bars("report", title, about, compared)


def _band(made: Table, row: Row, at: int, label: str) -> Band:
    low, middle, high = (int(one or 0) for one in row.cells[at : at + 3])
    kind = made.columns[at].kind
    shown = _written(high, kind) if kind != "count" else f"{high} d"
    return Band(label, low, middle, high, shown)


def _bar(made: Table, row: Row, at: int, label: str) -> Bar:
    """Draw a count or an amount; one below zero is as long as one above, and says its sign."""
    value, share = str(row.cells[at] or 0), _share_in(made)
    shown = value.replace("-", _MINUS)
    if made.columns[at].kind == "money":
        names = [one.name for one in made.columns]
        shown = f"{shown} {row.cells[names.index('currency')]}"
    if share is not None and row.cells[share] is not None:
        shown = f"{shown} \u00b7 {row.cells[share]} %"
    return Bar(label, int(value.replace("-", "").replace(".", "")), shown)
