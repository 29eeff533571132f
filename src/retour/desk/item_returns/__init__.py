"""ItemReturnJobs: one read, one changed through the commands of its returns.

A job is an order; its version is the number of the order's last event.  Every change names the
version it was decided on, and the commit checks it once more, so that nobody acts on what he has
not seen.  What requests mean is worked out in ``dialects``; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.execute import Asked, execute
from retour.desk.item_returns.config import by_translation
from retour.desk.item_returns.config import read as read_configuration
from retour.desk.outcome import Done, NotFound, Outcome, Refused, VersionDiffers
from retour.dialects.fulfillmenttools.ids import facility_ref, order_id
from retour.dialects.fulfillmenttools.job import job_view
from retour.dialects.fulfillmenttools.layout import (
    ItemReturn,
    Piece,
    find_item_return,
    may_come_back,
)
from retour.dialects.fulfillmenttools.parse import (
    ItemReturnAct,
    ItemReturnAdd,
    LinePatch,
    LinesReplace,
    NotReturnableLinesReplace,
    whole,
)
from retour.dialects.fulfillmenttools.plan import (
    Answer,
    Known,
    Listed,
    Objection,
    Wished,
    acted,
    added,
    as_objection,
    canceled,
    judged_anew,
)
from retour.dialects.fulfillmenttools.refunding import refunded
from retour.dialects.fulfillmenttools.replacing import replaced
from retour.lifecycle.decide import Step
from retour.store.item_returns import Job, all_facilities, jobs_by_ids

if TYPE_CHECKING:
    from decimal import Decimal

    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.dialects.fulfillmenttools.parse import ConfigurationPut
    from retour.dialects.view import View
    from retour.lifecycle.model import Actor, Decision
    from retour.store.database import Connection

_ENCODE: Final = msgspec.json.Encoder()
_VERSION: Final = "/itemReturnJobVersion"
_REFUNDS_OFF: Final = Objection(
    403,
    "This workspace does not let refunds be triggered.",
    "Put allowTriggerRefund in /api/configurations/return first.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, in which workspace, through which door, and how.

    Args:
        locale: The asker's language, as in ``en_US``.
    """

    workspace_id: int
    actor: Actor
    source: str
    locale: str
    key: RequestKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A job with what surrounds it."""

    job: Job
    known: Known
    configuration: ConfigurationPut


Plan = Callable[[_Seen], Answer | NotFound]


# ---------------------------------------------------------------- reading


def show(job: Job) -> View:
    """Show a job as everything here answers it."""
    return job_view(
        job.order,
        job.returns,
        version=job.version,
        modified=job.modified,
        customer=job.customer,
        words=job.words,
    )


async def find(house: House, workspace_id: int, job_id: str) -> Job | None:
    """Give a job by its id; ``None`` where the order is unknown, or was not handed over."""
    order = order_id(job_id)
    if order is None:
        return None
    async with house.database.transaction(workspace_id) as connection:
        return next(iter(await jobs_by_ids(connection, workspace_id, [order])), None)


async def look_up(house: House, workspace_id: int, job_id: str) -> Outcome:
    """Give one job."""
    job = await find(house, workspace_id, job_id)
    if job is None:
        return NotFound(what="ItemReturnJob")
    return Done(status=200, body=_ENCODE.encode(show(job)))


async def look_up_item_return(
    house: House, workspace_id: int, job_id: str, item_return_id: str | None
) -> Outcome:
    """Give one ItemReturn of a job, or the list of all of them."""
    job = await find(house, workspace_id, job_id)
    if job is None:
        return NotFound(what="ItemReturnJob")
    views: list[View] = show(job)["itemReturns"]
    if item_return_id is None:
        return Done(status=200, body=_ENCODE.encode(views))
    for view in views:
        if view["id"] == item_return_id:
            return Done(status=200, body=_ENCODE.encode(view))
    return NotFound(what="ItemReturn")


# ---------------------------------------------------------------- changing


async def add(house: House, asker: Asker, job_id: str, body: ItemReturnAdd) -> Outcome | Objection:
    """Add an ItemReturn: announced, or received as far as it says."""

    def plan(seen: _Seen) -> Answer:
        return added(seen.known, body.item_return_for_creation)

    return await _change(house, asker, job_id, body.item_return_job_version, plan)


async def act(
    house: House, asker: Asker, ids: tuple[str, str], body: ItemReturnAct
) -> Outcome | Objection:
    """Do one of the named things with an ItemReturn."""

    def plan(seen: _Seen) -> Answer | NotFound:
        one = find_item_return(seen.job.returns, ids[1])
        return NotFound(what="ItemReturn") if one is None else acted(seen.known, one, body.name)

    return await _change(house, asker, ids[0], body.item_return_job_version, plan)


async def cancel(
    house: House, asker: Asker, ids: tuple[str, str], version: Decimal | None
) -> Outcome | Objection:
    """End an ItemReturn, of whatever version where none is named."""

    def plan(seen: _Seen) -> Answer | NotFound:
        one = find_item_return(seen.job.returns, ids[1])
        return NotFound(what="ItemReturn") if one is None else canceled(seen.known, one)

    return await _change(house, asker, ids[0], version, plan)


async def replace_lines(
    house: House,
    asker: Asker,
    ids: tuple[str, str],
    body: LinesReplace | NotReturnableLinesReplace,
) -> Outcome | Objection:
    """Give an ItemReturn other lines of one list, while nothing of it has come."""
    if isinstance(body, LinesReplace):
        listed = Listed(body.returned_line_items)
    else:
        listed = Listed(body.returned_not_returnable_line_items, is_returnable=False)

    def plan(seen: _Seen) -> Answer | NotFound:
        one = find_item_return(seen.job.returns, ids[1])
        if one is None:
            return NotFound(what="ItemReturn")
        return replaced(seen.known, one, listed)

    return await _change(house, asker, ids[0], body.item_return_job_version, plan)


async def patch_line(
    house: House,
    asker: Asker,
    ids: tuple[str, str, str],
    body: LinePatch,
    *,
    is_returnable: bool = True,
) -> Outcome | Objection:
    """Accept or reject one unit, and refund it: both in one commit.

    Args:
        is_returnable: Which of the ItemReturn's two lists the unit is on.
    """

    def plan(seen: _Seen) -> Answer | NotFound:
        one = find_item_return(seen.job.returns, ids[1])
        piece = None if one is None else next((p for p in one.pieces if p.id == ids[2]), None)
        if one is None or piece is None:
            return NotFound(what="returned line item")
        if may_come_back(seen.job.order, piece.line) is not is_returnable:
            return NotFound(what="returned line item")
        if body.refund is not None and not seen.configuration.allow_trigger_refund:
            return _REFUNDS_OFF
        return _patched(seen.known, one, piece, body)

    return await _change(house, asker, ids[0], body.item_return_job_version, plan)


def _patched(known: Known, one: ItemReturn, piece: Piece, body: LinePatch) -> Answer:
    steps: list[Step] = []
    for answer in (judged_anew(known, one, piece, body), refunded(known, one, piece, body)):
        if isinstance(answer, Objection):
            return answer
        if answer is not None:
            steps.extend(answer.steps)
    return Wished(one.ret.id, steps)


async def _change(
    house: House, asker: Asker, job_id: str, version: Decimal | None, plan: Plan
) -> Outcome | Objection:
    """Plan on the job as it is, and carry it out if that is the version its asker has seen."""
    seen = await _look(house, asker, job_id)
    if seen is None:
        return NotFound(what="ItemReturnJob")
    stated = seen.job.version if version is None else whole(version, _VERSION)
    answer = plan(seen)
    if isinstance(answer, NotFound):
        return answer
    if isinstance(answer, Objection):
        is_stale = stated != seen.job.version
        return VersionDiffers(current=seen.job.version) if is_stale else answer
    return await _carry_out(house, asker, seen.job, answer, stated)


async def _look(house: House, asker: Asker, job_id: str) -> _Seen | None:
    """Give a job with everything its requests may name, of one moment."""
    order = order_id(job_id)
    if order is None:
        return None
    async with house.database.transaction(asker.workspace_id) as connection:
        job = next(iter(await jobs_by_ids(connection, asker.workspace_id, [order])), None)
        if job is None:
            return None
        configuration = await read_configuration(connection, asker.workspace_id)
        facilities = await facility_names(connection, asker.workspace_id)
    reasons = tuple(one.reason_localized for one in configuration.available_return_reasons)
    conditions = tuple(one.condition_localized for one in configuration.available_item_conditions)
    known = Known(
        order=job.order,
        returns=job.returns,
        facilities=facilities,
        reasons=by_translation(reasons),
        conditions=by_translation(conditions),
        words=job.words,
        locale=asker.locale,
    )
    return _Seen(job=job, known=known, configuration=configuration)


async def facility_names(connection: Connection, workspace_id: int) -> dict[str, str]:
    """Give every name a facility goes by, and its code; what is ours goes before what is theirs."""
    facilities = await all_facilities(connection, workspace_id)
    external = {other: code for code, other in facilities if other is not None}
    codes = {code: code for code, _ in facilities}
    return external | codes | {facility_ref(code): code for code in codes}


async def _carry_out(
    house: House, asker: Asker, job: Job, wished: Wished, version: int
) -> Outcome | Objection:
    asked = Asked(
        workspace_id=asker.workspace_id,
        return_id=wished.return_id,
        plan=wished.steps,
        actor=asker.actor,
        source=asker.source,
        key=asker.key,
        if_stream=version,
        show=_after(job, version),
        status=200,
    )
    outcome = await execute(house, asked)
    if isinstance(outcome, Refused):
        return as_objection(outcome.refusal)
    if isinstance(outcome, Done):
        return Done(status=200, body=outcome.body, replayed=outcome.replayed)
    return outcome


def _after(job: Job, version: int) -> Callable[[Decision], bytes]:
    """Show the job as a decision leaves it, just as its last event will tell it."""

    def shown(decision: Decision) -> bytes:
        state, events = decision.state, decision.events
        own: Sequence[str] = () if state.ret is None else (state.ret.id,)
        others = [ret for ret in job.returns if ret.id not in own]
        view = job_view(
            state.order,
            others if state.ret is None else (*others, state.ret),
            version=version + len(events),
            modified=events[-1].at if events else job.modified,
            customer=state.customer,
            words={**job.words, **state.words},
        )
        return _ENCODE.encode(view)

    return shown
