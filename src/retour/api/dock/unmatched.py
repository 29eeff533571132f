"""Parcels without a return: kept, found out, matched, taken back, closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.call import SOURCE
from retour.api.dock.shapes import CANDIDATE, UNMATCHED
from retour.api.json_body import BodyReader
from retour.api.routes import BASE, PAGED, Parameter, Route
from retour.api.shapes import ANSWERED_RETURN
from retour.desk.dock import matching, unmatched
from retour.desk.dock.bodies import Closed, Matched, ParcelSeen
from retour.lifecycle.bodies import Body

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_PARCEL: Final = BodyReader(ParcelSeen)
_MATCH: Final = BodyReader(Matched)
_CLOSE: Final = BodyReader(Closed)
_UNMATCHED: Final = f"{BASE}/unmatched-parcels"
_ONE_UNMATCHED: Final = f"{_UNMATCHED}/{{unmatched_id}}"
_TAG: Final = "Dock"


class Nothing(Body):
    """A body without anything to say."""


_NOTHING: Final = BodyReader(Nothing)


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
    return await matching.match(
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
    return await matching.unmatch(
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


_FACILITY: Final = Parameter(name="facility", about="At this facility only.")
_PARCEL_STATUS: Final = Parameter(
    name="status", about="In this status now.", words=unmatched.STATUSES
)

ROUTES: Final = (
    Route(
        method="POST",
        path=f"{BASE}/facilities/{{code}}/unmatched-parcels",
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
        versioned=True,
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
