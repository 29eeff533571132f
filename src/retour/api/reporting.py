"""Reports with the way to what is behind each number, and the log of what people and keys did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.asgi import Reply
from retour.api.routes import BASE, PAGED, Parameter, Route
from retour.desk import auditing, reports
from retour.desk.outcome import NotFound
from retour.desk.reports import KINDS, files
from retour.desk.reports.spans import DAYS_MAX, read_span
from retour.dialects.shapes import Integer, ListOf, Text, Tree, or_null
from retour.dialects.tree_parts import MAYBE, MOMENT, TEXT

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

CSV: Final = "text/csv; charset=utf-8"
_SPAN: Final = (
    Parameter(name="since", about="The first day, such as 2026-05-04; a month back unless said."),
    Parameter(name="until", about=f"The last day; at most {DAYS_MAX} days in all."),
    Parameter(name="channel", about="Of orders of this channel; by SKU and by reason."),
    Parameter(name="sku", about="Of this SKU; by reason and by channel."),
)
REPORT_KIND: Final = Tree(
    name="report_kind",
    about="A report that there is.",
    fields={
        "name": Text(words=tuple(KINDS)),
        "title": TEXT,
        "about": TEXT,
        "how": Text(about="How its figures come about."),
    },
)
REPORT: Final = Tree(
    name="report",
    about="A table of figures over some days of the workspace.",
    fields={
        "report": Text(words=tuple(KINDS)),
        "title": TEXT,
        "about": TEXT,
        "how": Text(about="How its figures come about."),
        "since": Text(about="The first day."),
        "until": Text(about="The last day."),
        "columns": ListOf(
            item=Tree(
                name="report_column",
                fields={
                    "name": TEXT,
                    "title": TEXT,
                    "kind": Text(
                        words=(
                            "text",
                            "count",
                            "percent",
                            "money",
                            "seconds",
                            "milliseconds",
                            "day",
                        )
                    ),
                },
            )
        ),
        "rows": ListOf(
            item=Tree(
                name="report_row",
                fields={
                    "cells": ListOf(
                        item=MAYBE, about="One per column, each as text; null of nothing."
                    ),
                    "explain": or_null(TEXT, "The query of `search` that lists what is behind it."),
                },
            )
        ),
    },
)
AUDIT_ROW: Final = Tree(
    name="audit_row",
    about="What somebody did to the workspace; each row holds the hash of the one before.",
    fields={
        "number": Integer(minimum=1),
        "at": MOMENT,
        "actor": Text(about="`person:…`, `api_key:…`, or `house` for what nobody asked for."),
        "act": Text(about="The table and what was done to it, or a word of its own."),
        "subject": TEXT,
        "details": Tree(name="audit_details", about="What changed.", fields={}),
        "hash": TEXT,
    },
)


async def list_reports(call: Call) -> Outcome:
    """Give every report's name, with what it says."""
    del call
    return reports.listing()


async def read_report(call: Call) -> Outcome:
    """Give a report."""
    span = await read_span(call.house, call.workspace_id, call.query)
    return await reports.look_up(call.house, call.workspace_id, call.params["report"], span)


async def read_report_csv(call: Call) -> Outcome | Reply:
    """Give a report as CSV."""
    span = await read_span(call.house, call.workspace_id, call.query)
    name = call.params["report"]
    pieces = await files.csv(call.house, call.workspace_id, name, span)
    if pieces is None:
        return NotFound(what="report")
    file = f"{name}-{span.since.isoformat()}-{span.until.isoformat()}.csv"
    headers = ((b"content-disposition", f'attachment; filename="{file}"'.encode()),)
    return Reply(content_type=CSV.encode(), headers=headers, pieces=pieces)


async def list_audit(call: Call) -> Outcome:
    """Give a page of the log."""
    return await auditing.listing(
        call.house,
        call.workspace_id,
        call.page,
        word=call.query.get("act"),
        actor=call.query.get("actor"),
        subject=call.query.get("subject"),
    )


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{BASE}/reports",
        name="list_reports",
        tag="Reports",
        summary="List the reports that there are",
        scope="reports:read",
        noun="workspace",
        answer=list_reports,
        result=REPORT_KIND,
        paged=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/reports/{{report}}",
        name="read_report",
        tag="Reports",
        summary="Read a report",
        about="Figures are as of the last commit. `explain` of a row, as the query of `search`,"
        " lists the returns behind it. The 200 rows that count most; the CSV has all.",
        scope="reports:read",
        noun="report",
        answer=read_report,
        query=_SPAN,
        result=REPORT,
    ),
    Route(
        method="GET",
        path=f"{BASE}/reports/{{report}}/csv",
        name="read_report_csv",
        tag="Reports",
        summary="Read a report as CSV",
        about="Every row, in the order of names where there may be many. Text that a spreadsheet"
        " would run stands behind an apostrophe.",
        scope="reports:read",
        noun="report",
        answer=read_report_csv,
        query=_SPAN,
        gives=CSV,
    ),
    Route(
        method="GET",
        path=f"{BASE}/audit",
        name="list_audit",
        tag="Reports",
        summary="List what people and keys did, newest first",
        about="`retour audit verify` proves that nothing of it was changed.",
        scope="audit:read",
        noun="workspace",
        answer=list_audit,
        query=(
            Parameter(name="act", about="Of one kind, such as `policy.insert`."),
            Parameter(name="actor", about="By one actor, such as `api_key:…`."),
            Parameter(name="subject", about="To one subject, such as `default/2`."),
            *PAGED,
        ),
        result=AUDIT_ROW,
        paged=True,
    ),
)
