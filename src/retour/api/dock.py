"""The dock: scans, receipts, parcels without a return, and what waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.call import SOURCE
from retour.api.dock_shapes import (
    CANDIDATE,
    COMPARISON,
    DISPOSITION,
    EXCEPTION,
    GRADING_SET,
    GRADING_SET_VERSION,
    LINE_GRADING,
    RECEIPTS_TAKEN,
    SCANNED,
    UNMATCHED,
)
from retour.api.json_body import BodyReader
from retour.api.problems import Stop, not_found
from retour.api.routes import BASE, PAGED, Parameter, Route
from retour.api.shapes import ANSWERED_RETURN
from retour.desk.dock import (
    cases,
    comparing,
    dispositions,
    grading_sets,
    receipts,
    scanning,
    unmatched,
)
from retour.desk.dock.bodies import Closed, Matched, ParcelSeen, Receipts, Resolved
from retour.desk.dock.dispositions import DispositionPut
from retour.desk.dock.grading_sets import GradingSetPut
from retour.desk.dock.scanning import Scan
from retour.lifecycle.commands import Body

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_RECEIPTS: Final = BodyReader(Receipts)
_PARCEL: Final = BodyReader(ParcelSeen)
_MATCH: Final = BodyReader(Matched)
_CLOSE: Final = BodyReader(Closed)
_RESOLVE: Final = BodyReader(Resolved)
_SCAN: Final = BodyReader(Scan)
_SET: Final = BodyReader(GradingSetPut)
_DISPOSITION: Final = BodyReader(DispositionPut)
_PLACE: Final = f"{BASE}/facilities/{{code}}"
_UNMATCHED: Final = f"{BASE}/unmatched-parcels"
_ONE_UNMATCHED: Final = f"{_UNMATCHED}/{{unmatched_id}}"
_EXCEPTIONS: Final = f"{BASE}/exceptions"
_ONE_EXCEPTION: Final = f"{_EXCEPTIONS}/{{exception_id}}"
_SETS: Final = f"{BASE}/grading-sets"
_ONE_SET: Final = f"{_SETS}/{{set_id}}"
_VERSION_DIGITS_MAX: Final = 9


class Nothing(Body):
    """A body without anything to say."""


_NOTHING: Final = BodyReader(Nothing)


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


async def keep_unmatched(call: Call) -> Outcome:
    """Keep a parcel that nobody could place."""
    return await unmatched.put(
        call.house,
        call.workspace_id,
        call.params["code"],
        _PARCEL.read(call.body),
        key=call.key,
    )


async def list_unmatched(call: Call) -> Outcome:
    """Give a page of such parcels."""
    status = call.choice("status", frozenset(unmatched.STATUSES))
    facility = call.params.get("code") or call.query.get("facility")
    return await unmatched.listing(call.house, call.workspace_id, status, facility, call.page)


async def read_unmatched(call: Call) -> Outcome:
    """Give one such parcel."""
    return await unmatched.look_up(call.house, call.workspace_id, call.params["unmatched_id"])


async def list_candidates(call: Call) -> Outcome:
    """List the returns such a parcel may be of."""
    return await unmatched.list_candidates(
        call.house, call.workspace_id, call.params["unmatched_id"]
    )


async def match_unmatched(call: Call) -> Outcome:
    """Receive such a parcel into the return it is of."""
    return await unmatched.match(
        call.house,
        call.workspace_id,
        call.params["unmatched_id"],
        _MATCH.read(call.body),
        actor=call.actor,
        source=SOURCE,
        key=call.key,
        scopes=call.scopes,
    )


async def unmatch(call: Call) -> Outcome:
    """Take a match back."""
    _NOTHING.read(call.body)
    return await unmatched.unmatch(
        call.house,
        call.workspace_id,
        call.params["unmatched_id"],
        actor=call.actor,
        source=SOURCE,
        key=call.key,
    )


async def close_unmatched(call: Call) -> Outcome:
    """Say what became of such a parcel."""
    return await unmatched.close(
        call.house,
        call.workspace_id,
        call.params["unmatched_id"],
        _CLOSE.read(call.body),
        actor=call.actor,
        key=call.key,
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


async def list_sets(call: Call) -> Outcome:
    """Give a page of grading sets, by id."""
    return await grading_sets.listing(call.house, call.workspace_id, call.page)


async def put_set(call: Call) -> Outcome:
    """Bring a grading set into force from its next version on."""
    return await grading_sets.put(
        call.house, call.workspace_id, call.params["set_id"], _SET.read(call.body)
    )


async def read_set(call: Call) -> Outcome:
    """Give a grading set as it is in force, or in one version."""
    return await grading_sets.look_up(
        call.house, call.workspace_id, call.params["set_id"], _version(call)
    )


def _version(call: Call) -> int | None:
    said = call.query.get("version")
    if said is None:
        return None
    if not (said.isascii() and said.isdecimal() and len(said) <= _VERSION_DIGITS_MAX):
        raise Stop(not_found("grading set"))
    return int(said)


async def list_versions(call: Call) -> Outcome:
    """Give a page of a grading set's versions, newest first."""
    return await grading_sets.versions(
        call.house, call.workspace_id, call.params["set_id"], call.page
    )


async def retire_set(call: Call) -> Outcome:
    """Let a grading set apply to nothing any more."""
    return await grading_sets.retire(call.house, call.workspace_id, call.params["set_id"])


async def list_sets_of_return(call: Call) -> Outcome:
    """Give the grading sets that a return's units are judged by, line by line."""
    return await grading_sets.of_return(
        call.house, call.workspace_id, call.params["return_id"], call.query.get("unit")
    )


async def list_dispositions(call: Call) -> Outcome:
    """List where goods can go."""
    return await dispositions.listing(call.house, call.workspace_id)


async def put_disposition(call: Call) -> Outcome:
    """Say what a disposition is."""
    return await dispositions.put(
        call.house, call.workspace_id, call.params["disposition"], _DISPOSITION.read(call.body)
    )


_FACILITY: Final = Parameter(name="facility", about="At this facility only.")
_PARCEL_STATUS: Final = Parameter(
    name="status", about="In this status now.", words=unmatched.STATUSES
)
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
    ),
    Route(
        method="POST",
        path=f"{_PLACE}/unmatched-parcels",
        name="keep_unmatched_parcel",
        tag=_TAG,
        summary="Keep a parcel that nobody can place",
        scope="receiving:write",
        noun="facility",
        answer=keep_unmatched,
        body=ParcelSeen,
        result=UNMATCHED,
        statuses=(201,),
        at_facility=True,
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

_PARCELS: Final = (
    Route(
        method="GET",
        path=_UNMATCHED,
        name="list_unmatched_parcels",
        tag=_TAG,
        summary="List parcels without a return, newest first",
        scope="receiving:read",
        noun="unmatched parcel",
        answer=list_unmatched,
        query=(_PARCEL_STATUS, _FACILITY, *PAGED),
        result=UNMATCHED,
        paged=True,
    ),
    Route(
        method="GET",
        path=_ONE_UNMATCHED,
        name="read_unmatched_parcel",
        tag=_TAG,
        summary="Read a parcel without a return",
        scope="receiving:read",
        noun="unmatched parcel",
        answer=read_unmatched,
        result=UNMATCHED,
    ),
    Route(
        method="GET",
        path=f"{_ONE_UNMATCHED}/candidates",
        name="list_candidates",
        tag=_TAG,
        summary="List the returns it may be of, the likeliest first",
        about="By RMA, tracking, order, address, name, serials and items, each with its weight.",
        scope="receiving:read",
        noun="unmatched parcel",
        answer=list_candidates,
        result=CANDIDATE,
        paged=True,
    ),
    Route(
        method="POST",
        path=f"{_ONE_UNMATCHED}/match",
        name="match_unmatched_parcel",
        tag=_TAG,
        summary="Receive it into the return it is of",
        about="Into a return by id or RMA number, or into a new one of origin warehouse for an"
        " order. Answers the return.",
        scope="receiving:write",
        noun="unmatched parcel",
        answer=match_unmatched,
        body=Matched,
        result=ANSWERED_RETURN,
    ),
    Route(
        method="POST",
        path=f"{_ONE_UNMATCHED}/unmatch",
        name="unmatch_parcel",
        tag=_TAG,
        summary="Take a match back",
        about="Its receipt lines are corrected to nothing; it waits again.",
        scope="receiving:write",
        noun="unmatched parcel",
        answer=unmatch,
        body=Nothing,
        result=UNMATCHED,
    ),
    Route(
        method="POST",
        path=f"{_ONE_UNMATCHED}/close",
        name="close_unmatched_parcel",
        tag=_TAG,
        summary="Say what became of it",
        scope="receiving:write",
        noun="unmatched parcel",
        answer=close_unmatched,
        body=Closed,
        result=UNMATCHED,
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

_GRADING: Final = (
    Route(
        method="GET",
        path=_SETS,
        name="list_grading_sets",
        tag=_TAG,
        summary="List grading sets",
        scope="settings:read",
        noun="grading set",
        answer=list_sets,
        query=PAGED,
        result=GRADING_SET,
        paged=True,
    ),
    Route(
        method="PUT",
        path=_ONE_SET,
        name="put_grading_set",
        tag=_TAG,
        summary="Put a grading set whole",
        about="A change is a new version; judgements name the one they were made by.",
        scope="settings:write",
        noun="grading set",
        answer=put_set,
        body=GradingSetPut,
        result=GRADING_SET,
        statuses=(200, 201),
        versioned=True,
    ),
    Route(
        method="GET",
        path=_ONE_SET,
        name="read_grading_set",
        tag=_TAG,
        summary="Read a grading set",
        scope="settings:read",
        noun="grading set",
        answer=read_set,
        query=(Parameter(name="version", about="The one in force unless said.", kind="integer"),),
        result=GRADING_SET,
        versioned=True,
    ),
    Route(
        method="GET",
        path=f"{_ONE_SET}/versions",
        name="list_grading_set_versions",
        tag=_TAG,
        summary="List a grading set's versions, newest first",
        scope="settings:read",
        noun="grading set",
        answer=list_versions,
        query=PAGED,
        result=GRADING_SET_VERSION,
        paged=True,
    ),
    Route(
        method="DELETE",
        path=_ONE_SET,
        name="retire_grading_set",
        tag=_TAG,
        summary="Let a grading set apply to nothing any more",
        about="Its versions stay; putting it again revives it.",
        scope="settings:write",
        noun="grading set",
        answer=retire_set,
        statuses=(204,),
    ),
    Route(
        method="GET",
        path=f"{BASE}/returns/{{return_id}}/grading-sets",
        name="list_grading_sets_of_return",
        tag=_TAG,
        summary="List the grading sets that a return's units are judged by",
        scope="receiving:read",
        noun="return",
        answer=list_sets_of_return,
        query=(Parameter(name="unit", about="The line of this unit only."),),
        result=LINE_GRADING,
        paged=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/dispositions",
        name="list_dispositions",
        tag=_TAG,
        summary="List where goods can go",
        scope="settings:read",
        noun="disposition",
        answer=list_dispositions,
        result=DISPOSITION,
        paged=True,
    ),
    Route(
        method="PUT",
        path=f"{BASE}/dispositions/{{disposition}}",
        name="put_disposition",
        tag=_TAG,
        summary="Put a disposition",
        about="Those of the house can be renamed, and more can join.",
        scope="settings:write",
        noun="disposition",
        answer=put_disposition,
        body=DispositionPut,
        result=DISPOSITION,
        statuses=(200, 201),
    ),
)

ROUTES: Final = (*_AT_FACILITIES, *_SEARCHES, *_PARCELS, *_CASES, *_GRADING)
