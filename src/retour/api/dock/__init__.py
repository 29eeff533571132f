"""The dock: scans, receipts, parcels without a return, and what waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.call import SOURCE
from retour.api.dock import commands, grading, unmatched
from retour.api.dock.shapes import COMPARISON, EXCEPTION, RECEIPTS_TAKEN, SCANNED
from retour.api.json_body import BodyReader
from retour.api.routes import BASE, LOOKS, PAGED, Parameter, Route
from retour.desk.dock import cases, comparing, receipts, scanning
from retour.desk.dock.bodies import Receipts, Resolved
from retour.desk.dock.scanning import Scan

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_RECEIPTS: Final = BodyReader(Receipts)
_RESOLVE: Final = BodyReader(Resolved)
_SCAN: Final = BodyReader(Scan)
_PLACE: Final = f"{BASE}/facilities/{{code}}"
_EXCEPTIONS: Final = f"{BASE}/exceptions"
_ONE_EXCEPTION: Final = f"{_EXCEPTIONS}/{{exception_id}}"


async def report_receipts(call: Call) -> Outcome:
    """Take what a facility received, result by result."""
    return await receipts.report(
        call.house,
        call.workspace_id,
        call.params["code"],
        _RECEIPTS.read(call.body),
        actor=call.actor,
        source=SOURCE,
        key=call.key,
    )


async def scan_here(call: Call) -> Outcome:
    """Say what a code is at one facility."""
    return await scanning.scan(
        call.house, call.workspace_id, _SCAN.read(call.body), call.scopes, call.params["code"]
    )


async def scan(call: Call) -> Outcome:
    """Say what a code is."""
    return await scanning.scan(call.house, call.workspace_id, _SCAN.read(call.body), call.scopes)


async def compare(call: Call) -> Outcome:
    """Lay what was announced beside what has come."""
    return await comparing.compare(
        call.house, call.workspace_id, call.params["return_id"], call.query.get("facility")
    )


def _waiting(call: Call) -> str:
    return call.choice("status", frozenset(cases.STATUSES)) or "open"


def _facility(call: Call) -> str | None:
    return call.params.get("code") or call.query.get("facility")


async def list_exceptions(call: Call) -> Outcome:
    """Give a page of exceptions, oldest first."""
    cause = call.choice("cause", frozenset(cases.CAUSES))
    filters = (_waiting(call), _facility(call), cause)
    return await cases.exceptions(call.house, call.workspace_id, filters, call.page)


async def list_quality_checks(call: Call) -> Outcome:
    """Give a page of quality checks, oldest first."""
    filters = (_waiting(call), _facility(call))
    return await cases.quality_checks(call.house, call.workspace_id, filters, call.page)


async def read_exception(call: Call) -> Outcome:
    """Give one exception."""
    return await cases.look_up(call.house, call.workspace_id, call.params["exception_id"])


async def resolve_exception(call: Call) -> Outcome:
    """Say what was done about an exception."""
    return await cases.resolve(
        call.house,
        call.workspace_id,
        call.params["exception_id"],
        _RESOLVE.read(call.body),
        actor=call.actor,
        source=SOURCE,
        key=call.key,
    )


_FACILITY: Final = Parameter(name="facility", about="At this facility only.")
_CASE_STATUS: Final = Parameter(name="status", about="open unless said.", words=cases.STATUSES)
_CAUSE: Final = Parameter(name="cause", about="Of this cause only.", words=cases.CAUSES)
_TAG: Final = "Dock"

_AT_FACILITIES: Final = (
    Route(
        method="POST",
        path=f"{_PLACE}/receipts",
        name="report_receipts",
        tag=_TAG,
        summary="Report what a facility received",
        about="For a warehouse's own system: up to 100 results, each answered for itself and done"
        " once per operation_id. An order without a return gets one of origin warehouse. What no"
        " return is known for is kept as an unmatched parcel, what a return never held becomes an"
        " exception: nothing is lost.",
        scope="receiving:write",
        noun="facility",
        answer=report_receipts,
        body=Receipts,
        result=RECEIPTS_TAKEN,
        at_facility=True,
    ),
    Route(
        method="POST",
        path=f"{_PLACE}/scan",
        name="scan_at_facility",
        tag=_TAG,
        summary="Say what a code is, at one facility",
        scope="receiving:read",
        noun="facility",
        answer=scan_here,
        body=Scan,
        result=SCANNED,
        at_facility=True,
        again=LOOKS,
    ),
    Route(
        method="GET",
        path=f"{_PLACE}/exceptions",
        name="list_exceptions_at_facility",
        tag=_TAG,
        summary="List a facility's exceptions, oldest first",
        scope="receiving:read",
        noun="facility",
        answer=list_exceptions,
        query=(_CASE_STATUS, _CAUSE, *PAGED),
        result=EXCEPTION,
        paged=True,
        at_facility=True,
    ),
)

_SEARCHES: Final = (
    Route(
        method="POST",
        path=f"{BASE}/scan",
        name="scan",
        tag=_TAG,
        summary="Say what a code is, and what can be done now",
        about="RMA, return, order and tracking numbers, SKU, EAN, UPC, GS1 messages and Digital"
        " Links, serials, licence plates, ids, and command barcodes (RT:OK, RT:GRADE-A …).",
        scope="receiving:read",
        noun="code",
        answer=scan,
        body=Scan,
        result=SCANNED,
        again=LOOKS,
    ),
    Route(
        method="GET",
        path=f"{BASE}/returns/{{return_id}}/receiving",
        name="compare_receiving",
        tag=_TAG,
        summary="Lay what was announced beside what has come",
        about="A blind facility is shown only what it has counted, until a receipt is finished.",
        scope="receiving:read",
        noun="return",
        answer=compare,
        query=(Parameter(name="facility", about="Who asks; main unless said."),),
        result=COMPARISON,
        versioned=True,
    ),
)

_CASES: Final = (
    Route(
        method="GET",
        path=_EXCEPTIONS,
        name="list_exceptions",
        tag=_TAG,
        summary="List exceptions, oldest first",
        about="Each with its cause and what helps. What is put right by itself closes by itself.",
        scope="receiving:read",
        noun="exception",
        answer=list_exceptions,
        query=(_CASE_STATUS, _CAUSE, _FACILITY, *PAGED),
        result=EXCEPTION,
        paged=True,
    ),
    Route(
        method="GET",
        path=_ONE_EXCEPTION,
        name="read_exception",
        tag=_TAG,
        summary="Read an exception or a quality check",
        scope="receiving:read",
        noun="exception",
        answer=read_exception,
        result=EXCEPTION,
    ),
    Route(
        method="POST",
        path=f"{_ONE_EXCEPTION}/resolve",
        name="resolve_exception",
        tag=_TAG,
        summary="Say what was done about an exception",
        about="By one of its remedies; quarantine, send_back, donate and destroy also say where"
        " its units go.",
        scope="receiving:write",
        noun="exception",
        answer=resolve_exception,
        body=Resolved,
        result=EXCEPTION,
    ),
    Route(
        method="GET",
        path=f"{BASE}/quality-checks",
        name="list_quality_checks",
        tag=_TAG,
        summary="List units that a second pair of eyes must look at",
        about="Whoever judged a unit first cannot end its check: inspect it with another key.",
        scope="receiving:read",
        noun="quality check",
        answer=list_quality_checks,
        query=(_CASE_STATUS, _FACILITY, *PAGED),
        result=EXCEPTION,
        paged=True,
    ),
)

ROUTES: Final = (
    *_AT_FACILITIES,
    *commands.ROUTES,
    *_SEARCHES,
    *unmatched.ROUTES,
    *_CASES,
    *grading.ROUTES,
)
