"""What waits at the dock: exceptions with their remedies, and quality checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.dock.comparing import facility_at
from retour.desk.dock.unmatched import without_version
from retour.desk.execute import Asked, RequestKey, execute
from retour.desk.keeping import keep, kept_for
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.pages import Page, paged
from retour.dialects.view import View, instant
from retour.kernel.ids import is_id
from retour.kernel.refusal import RefusalCode, refuse
from retour.lifecycle.commands import Dispose, UnitsNamed
from retour.lifecycle.dock.waiting import MOVES_GOODS, REMEDIES, Cause, Remedy
from retour.store.dock import EXCEPTION, QUALITY_CHECK, SQL, Case, case_from, one_case, text

if TYPE_CHECKING:
    from retour.desk.dock.bodies import Resolved
    from retour.desk.house import House
    from retour.lifecycle.model import Actor
    from retour.store.database import Connection

_ENCODE: Final = msgspec.json.Encoder()
_MISSING: Final = NotFound(what="exception")
CAUSES: Final = tuple(cause.value for cause in Cause if cause is not Cause.QUALITY_CHECK)
STATUSES: Final = ("open", "resolved")


class _Faster(Exception):
    """Somebody else has resolved it."""


async def exceptions(
    house: House, workspace_id: int, filters: tuple[str, str | None, str | None], page: Page
) -> Outcome:
    """Give a page of exceptions, oldest first, by status, facility and cause."""
    if filters[1] is not None and await facility_at(house, workspace_id, filters[1]) is None:
        return NotFound(what="facility")
    return await _listing(house, workspace_id, EXCEPTION, filters, page)


async def quality_checks(
    house: House, workspace_id: int, filters: tuple[str, str | None], page: Page
) -> Outcome:
    """Give a page of units that wait for a second pair of eyes, or have had it."""
    return await _listing(house, workspace_id, QUALITY_CHECK, (*filters, None), page)


async def _listing(
    house: House,
    workspace_id: int,
    queue: str,
    filters: tuple[str, str | None, str | None],
    page: Page,
) -> Outcome:
    status, facility, cause = filters
    # A statement for each index, so that none is a guess of the planner's.
    name, narrowed = "list_cases", list[str | None]()
    if facility is not None:
        name, narrowed = "list_cases_at", [facility, cause]
    elif cause is not None:
        name, narrowed = "list_cases_of", [cause]
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            SQL[name], workspace_id, queue, status, page.after, page.limit + 1, *narrowed
        )
    return paged(list(map(case_from, rows)), page, _view, key=lambda one: one.id)


async def look_up(house: House, workspace_id: int, case_id: str) -> Outcome:
    """Give one exception or quality check."""
    async with house.database.transaction(workspace_id) as connection:
        case = await _one(connection, workspace_id, case_id)
    return _MISSING if case is None else Done(status=200, body=_ENCODE.encode(_view(case)))


async def resolve(
    house: House,
    workspace_id: int,
    case_id: str,
    given: Resolved,
    *,
    actor: Actor,
    source: str,
    key: RequestKey | None = None,
) -> Outcome:
    """Say what was done; a remedy that moves goods says where its units go, in the same commit."""
    async with house.database.transaction(workspace_id) as connection:
        if answered := await kept_for(connection, workspace_id, key):
            return answered
        case = await _one(connection, workspace_id, case_id)
    if case is None:
        return _MISSING
    if refused := _unfit(case, given):
        return refused
    remedy = Remedy(given.remedy)
    by = {"kind": actor.kind.value, "id": actor.id}
    resolution = {"remedy": remedy.value, "note": given.note, "by": by}
    after = _ENCODE.encode({**_view(case), "status": "resolved", "resolution": resolution})

    async def resolved(connection: Connection) -> None:
        done = await connection.fetchval(
            SQL["resolve_case"], workspace_id, case_id, text(resolution)
        )
        if done is None:
            raise _Faster

    try:
        if remedy in MOVES_GOODS and case.return_id is not None and case.said.units:
            units = tuple(UnitsNamed(unit=unit) for unit in case.said.units)
            asked = Asked(
                workspace_id=workspace_id,
                plan=(Dispose(units=units, disposition=remedy.value, reason=given.note),),
                actor=actor,
                source=source,
                return_id=case.return_id,
                show=lambda _: after,
                first=resolved,
                key=key,
                status=200,
            )
            return without_version(await execute(house, asked))
        async with house.database.transaction(workspace_id) as connection:
            if answered := await keep(connection, workspace_id, key, 200, after):
                return answered
            await resolved(connection)
    except _Faster:
        return _resolved_already()
    return Done(status=200, body=after)


def _unfit(case: Case, given: Resolved) -> Refused | None:
    """Refuse what has been resolved, and a remedy that is none for the cause."""
    if case.status != "open":
        return _resolved_already()
    helpful = [one.value for one in REMEDIES[case.said.cause]]
    if case.queue == QUALITY_CHECK:
        detail = "A quality check ends by a second judgement. Inspect the unit with another key."
        return Refused(refusal=refuse(RefusalCode.UNKNOWN_REMEDY, detail, "/remedy"))
    if given.remedy not in helpful:
        detail = f"{given.remedy!r} does not help with {case.said.cause}. Try {', '.join(helpful)}."
        return Refused(refusal=refuse(RefusalCode.UNKNOWN_REMEDY, detail, "/remedy"))
    return None


def _resolved_already() -> Refused:
    detail = "Somebody has resolved it, or what it was about has changed. Read it to see how."
    return Refused(refusal=refuse(RefusalCode.ALREADY_RESOLVED, detail))


async def _one(connection: Connection, workspace_id: int, case_id: str) -> Case | None:
    if not is_id(case_id, "exc"):
        return None
    return await one_case(connection, workspace_id, case_id)


def _view(case: Case) -> View:
    said = case.said
    return {
        "id": case.id,
        "cause": said.cause.value,
        "status": case.status,
        "detail": said.detail,
        "remedies": [one.value for one in REMEDIES[said.cause]],
        "facility": said.facility,
        "return": case.return_id,
        "unmatched_parcel": said.subject if said.cause is Cause.UNMATCHED_PARCEL else None,
        "line": said.line,
        "sku": said.sku,
        "quantity": said.quantity,
        "units": list(said.units),
        "resolution": case.resolution,
        "created_at": instant(case.created_at),
        "resolved_at": None if case.resolved_at is None else instant(case.resolved_at),
    }
