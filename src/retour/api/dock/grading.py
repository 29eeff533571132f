"""Grading sets and dispositions: how goods are judged, and where they can go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.dock.shapes import (
    DISPOSITION,
    GRADE,
    GRADING_SET,
    GRADING_SET_VERSION,
    LINE_GRADING,
)
from retour.api.json_body import BodyReader
from retour.api.problems import Stop, not_found
from retour.api.routes import BASE, PAGED, Parameter, Route
from retour.desk.dock import dispositions, grades, grading_sets
from retour.desk.dock.dispositions import DispositionPut
from retour.desk.dock.grades import GradePut
from retour.desk.dock.grading_sets import GradingSetPut

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_SET: Final = BodyReader(GradingSetPut)
_GRADE: Final = BodyReader(GradePut)
_DISPOSITION: Final = BodyReader(DispositionPut)
_SETS: Final = f"{BASE}/grading-sets"
_ONE_SET: Final = f"{_SETS}/{{set_id}}"
_VERSION_DIGITS_MAX: Final = 9
_TAG: Final = "Dock"


async def list_sets(call: Call) -> Outcome:
    """Give a page of grading sets, by id."""
    return await grading_sets.listing(call.house, call.workspace_id, call.page)


async def put_set(call: Call) -> Outcome:
    """Bring a grading set into force from its next version on."""
    body, seen = _SET.read(call.body), call.if_match
    return await grading_sets.put(call.house, call.workspace_id, call.params["set_id"], body, seen)


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


async def list_grades(call: Call) -> Outcome:
    """List what the grades are called, and what they look like."""
    return await grades.listing(call.house, call.workspace_id)


async def read_grade(call: Call) -> Outcome:
    """Give one grade."""
    return await grades.look_up(call.house, call.workspace_id, call.params["grade"])


async def put_grade(call: Call) -> Outcome:
    """Say what a grade is called, and what it looks like."""
    body, seen = _GRADE.read(call.body), call.if_match
    return await grades.put(call.house, call.workspace_id, call.params["grade"], body, seen)


async def list_dispositions(call: Call) -> Outcome:
    """List where goods can go."""
    return await dispositions.listing(call.house, call.workspace_id)


async def put_disposition(call: Call) -> Outcome:
    """Say what a disposition is."""
    return await dispositions.put(
        call.house, call.workspace_id, call.params["disposition"], _DISPOSITION.read(call.body)
    )


ROUTES: Final = (
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
        matched=True,
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
        path=f"{BASE}/grades",
        name="list_grades",
        tag=_TAG,
        summary="List the grades, best first",
        about="What each is called, and photos of what it looks like, for whoever judges.",
        scope="receiving:read",
        noun="grade",
        answer=list_grades,
        result=GRADE,
        paged=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/grades/{{grade}}",
        name="read_grade",
        tag=_TAG,
        summary="Read a grade",
        scope="receiving:read",
        noun="grade",
        answer=read_grade,
        result=GRADE,
        versioned=True,
    ),
    Route(
        method="PUT",
        path=f"{BASE}/grades/{{grade}}",
        name="put_grade",
        tag=_TAG,
        summary="Say what a grade is called, and what it looks like",
        about="Names and sentences are for shoppers too. Send photos first; one that is left out is"
        " erased.",
        scope="settings:write",
        noun="grade",
        answer=put_grade,
        body=GradePut,
        result=GRADE,
        versioned=True,
        matched=True,
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
