"""ItemReturnJobs as orders: made where no merchant put them, closed and opened, listed.

What comes back of them is in ``item_returns``.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk import orders
from retour.desk.execute import TRIES_MAX, Busy
from retour.desk.item_returns import Asker, facility_names, find, show
from retour.desk.item_returns.order import order_body
from retour.desk.outcome import Done, NotFound, Outcome, Refused, VersionDiffers
from retour.dialects.fulfillmenttools.ids import facility_ref, order_id
from retour.dialects.fulfillmenttools.ids import job_id as name_of
from retour.dialects.fulfillmenttools.job_plan import job_acted, new_lines
from retour.dialects.fulfillmenttools.parse import JobAct, JobNew, whole
from retour.dialects.fulfillmenttools.plan import Objection, as_objection
from retour.kernel.ids import Mint
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.refusal import Refusal
from retour.lifecycle.commands import Context
from retour.lifecycle.orders.ordering import amend_order
from retour.store.committing import Committed
from retour.store.item_returns import Job, count_jobs, job_ids_after, job_ids_found, jobs_by_ids
from retour.store.loading import LoadKey, load

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.dialects.view import View

_ENCODE: Final = msgspec.json.Encoder()
_STEP: Final = 100
LOOKED_AT_MAX: Final = 20_000
"""Jobs that one filtered list looks through; who has more searches by a word as well."""


# ---------------------------------------------------------------- making one


async def create(house: House, asker: Asker, body: JobNew) -> Outcome | Objection:
    """Put the order that a job is about, as handed over now."""
    number = str(body.tenant_order_id)
    workspace_id = asker.workspace_id
    loaded = await load(
        await house.database.pool(), LoadKey(workspace_id=workspace_id, order_number=number)
    )
    assert loaded is not None, "an order's load always answers"
    config = await house.configs.at(workspace_id, loaded.epoch)
    async with house.database.transaction(workspace_id) as connection:
        facilities = await facility_names(connection, workspace_id)
    order = order_body(body, facilities, config.currency, loaded.at)
    if isinstance(order, Objection):
        return order
    outcome = await orders.put(
        house, workspace_id, number, order, actor=asker.actor, source=asker.source, if_match=0
    )
    if isinstance(outcome, VersionDiffers):
        return Objection(
            409,
            f"There is an order {number!r} already.",
            "Its job is listed under searchTerm; act on that, or give another tenantOrderId.",
        )
    if isinstance(outcome, Refused):
        return as_objection(outcome.refusal)
    if not isinstance(outcome, Done):
        return outcome
    made = msgspec.json.decode(outcome.body, type=_Made)
    job = await find(house, workspace_id, name_of(made.id))
    assert job is not None, "an order that was handed over has its job"
    return Done(status=200, body=_ENCODE.encode(show(job)))


class _Made(msgspec.Struct):
    id: str


# ---------------------------------------------------------------- acting on one


async def act(house: House, asker: Asker, job_id: str, body: JobAct) -> Outcome | Objection:
    """Do one of the named things with a job, in the version that was seen.

    Raises:
        Busy: The order changed under six tries in a row.
    """
    job = await find(house, asker.workspace_id, job_id)
    if job is None:
        return NotFound(what="ItemReturnJob")
    version = whole(body.version, "/version")
    async with house.turns.take(asker.workspace_id, job.order.order_number):
        for _ in range(TRIES_MAX):
            outcome = await _try(house, asker, job, body, version)
            if outcome is not None:
                return outcome
    message = "This order is being changed by many at once. Try again in a moment."
    raise Busy(message)


async def _try(
    house: House, asker: Asker, job: Job, body: JobAct, version: int
) -> Outcome | Objection | None:
    """Go the way of an order once; ``None`` where somebody else was faster."""
    number = job.order.order_number
    wanted = LoadKey(workspace_id=asker.workspace_id, order_number=number, numbers=new_lines(body))
    loaded = await load(await house.database.pool(), wanted)
    assert loaded is not None, "an order's load always answers"
    assert loaded.state is not None, "orders are never taken away"
    if loaded.stream_sequence != version:
        return VersionDiffers(current=loaded.stream_sequence)
    order = job_acted(loaded.state.order, body, loaded.numbers, loaded.at)
    if isinstance(order, Objection):
        return order
    context = Context(actor=asker.actor, source=asker.source, at=loaded.at, entropy=os.urandom(16))
    decision = amend_order(loaded.state, order, context, body.name)
    if isinstance(decision, Refusal):
        return as_objection(decision)
    if decision.events:
        mint = Mint(loaded.tick, os.urandom(16))
        committed = await orders.commit(
            house,
            asker.workspace_id,
            loaded=loaded,
            decision=decision,
            mint=mint,
            actor=asker.actor,
            source=asker.source,
        )
        if committed is not Committed.DONE:
            return None
    after = replace(
        job,
        order=decision.state.order,
        version=version + len(decision.events),
        modified=loaded.at if decision.events else job.modified,
    )
    return Done(status=200, body=_ENCODE.encode(show(after)))


# ---------------------------------------------------------------- listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """What a list is narrowed to; an empty tuple or ``None`` narrows nothing.

    Args:
        search: An order number, a job's id, an RMA number, a SKU that came back, an e-mail address.
        after: The id behind which the list goes on.
    """

    size: int
    after: str | None = None
    search: str | None = None
    facilities: tuple[str, ...] = ()
    job_statuses: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    line_statuses: tuple[str, ...] = ()
    job_codes: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    anonymized: bool | None = None

    @property
    def is_whole(self) -> bool:
        """True where every job is listed."""
        return not any(
            (
                self.search,
                self.facilities,
                self.job_statuses,
                self.statuses,
                self.line_statuses,
                self.job_codes,
                self.codes,
                self.anonymized is not None,
            )
        )


async def listing(house: House, workspace_id: int, narrowed: Narrowed) -> Outcome:
    """Give a page of jobs, by id.

    Raises:
        InvalidRequest: ``after`` is no job's id, or too many jobs would have to be looked through.
    """
    after = "" if narrowed.after is None else order_id(narrowed.after)
    if after is None:
        raise _unknown_start()
    page: list[View] = []
    narrowed = await _by_ref(house, workspace_id, narrowed)
    if narrowed.is_whole:
        async with house.database.transaction(workspace_id) as connection:
            ids = await job_ids_after(connection, workspace_id, after, narrowed.size)
            page = [show(job) for job in await jobs_by_ids(connection, workspace_id, ids)]
            total = await count_jobs(connection, workspace_id)
    else:
        total = 0
        async for job in _all(house, workspace_id, narrowed.search):
            view = show(job)
            if not _job_fits(view, narrowed):
                continue
            total += 1
            if job.order.id > after and len(page) < narrowed.size:
                page.append(view)
    found: list[View] = [{"itemReturnJob": view, "searchPaths": []} for view in page]
    body = _ENCODE.encode({"itemReturnJobsWithSearchPaths": found, "total": total})
    return Done(status=200, body=body)


async def list_item_returns(house: House, workspace_id: int, narrowed: Narrowed) -> Outcome:
    """Give a page of ItemReturns of all jobs, by job and then as the job lists them.

    Raises:
        InvalidRequest: Too many jobs would have to be looked through, or ``after`` is not listed.
    """
    narrowed = await _by_ref(house, workspace_id, narrowed)
    page: list[View] = []
    total, is_behind = 0, narrowed.after is None
    async for job in _all(house, workspace_id, narrowed.search):
        view = show(job)
        if narrowed.anonymized not in (None, view["anonymized"]):
            continue
        for one in view["itemReturns"]:
            if not _item_return_fits(one, narrowed):
                continue
            total += 1
            if is_behind and len(page) < narrowed.size:
                page.append({**one, "itemReturnJobRef": view["id"]})
            is_behind = is_behind or one["id"] == narrowed.after
    if not is_behind:
        raise _unknown_start()
    body = _ENCODE.encode({"itemReturns": page, "totalCount": total})
    return Done(status=200, body=body)


async def _by_ref(house: House, workspace_id: int, narrowed: Narrowed) -> Narrowed:
    """Name facilities as jobs show them, whatever name they were given by."""
    if not narrowed.facilities:
        return narrowed
    async with house.database.transaction(workspace_id) as connection:
        known = await facility_names(connection, workspace_id)
    refs = tuple(facility_ref(known.get(name, name)) for name in narrowed.facilities)
    return replace(narrowed, facilities=refs)


def _unknown_start() -> InvalidRequest:
    detail = "startAfterId names nothing that is listed. Give the id of the last item read."
    return InvalidRequest(FieldError(pointer="/startAfterId", code="bad_cursor", detail=detail))


async def _all(house: House, workspace_id: int, search: str | None) -> AsyncIterator[Job]:
    """Give the jobs a word names, or every job, by id."""
    step = _found(house, workspace_id, search) if search else _each(house, workspace_id)
    looked_at = 0
    async for ids in step:
        async with house.database.transaction(workspace_id) as connection:
            jobs = await jobs_by_ids(connection, workspace_id, ids)
        for job in jobs:
            looked_at += 1
            if looked_at > LOOKED_AT_MAX:
                detail = (
                    f"More than {LOOKED_AT_MAX} jobs would have to be looked through."
                    " Narrow the list by searchTerm."
                )
                raise InvalidRequest(
                    FieldError(pointer="/searchTerm", code="too_many", detail=detail)
                )
            yield job


async def _each(house: House, workspace_id: int) -> AsyncIterator[Sequence[str]]:
    after = ""
    while True:
        async with house.database.transaction(workspace_id) as connection:
            ids = await job_ids_after(connection, workspace_id, after, _STEP)
        if not ids:
            return
        yield ids
        after = ids[-1]


async def _found(house: House, workspace_id: int, word: str) -> AsyncIterator[Sequence[str]]:
    digest = house.vault.digest(workspace_id, word)
    async with house.database.transaction(workspace_id) as connection:
        ids = await job_ids_found(connection, workspace_id, word, digest)
    named = order_id(word)
    everything = sorted({*ids, *(() if named is None else (named,))})
    for start in range(0, len(everything), _STEP):
        yield everything[start : start + _STEP]


def _job_fits(view: View, narrowed: Narrowed) -> bool:
    """Say whether a job is one that was asked for."""
    returns: Sequence[View] = view["itemReturns"]
    lines: Sequence[View] = view["returnableLineItems"]
    codes = [code for line in lines for code in line.get("scannableCodes", ())]
    return (
        _meets(narrowed.job_statuses, (view["status"],))
        and _meets(narrowed.facilities, view["originFacilityRefs"], _facilities(returns))
        and _meets(narrowed.statuses, [one["status"] for one in returns])
        and _meets(narrowed.job_codes, codes, (view["shortId"], view["tenantOrderId"]))
        and _meets(narrowed.codes, [code for one in returns for code in one["scannableCodes"]])
        and narrowed.anonymized in (None, view["anonymized"])
    )


def _item_return_fits(view: View, narrowed: Narrowed) -> bool:
    """Say whether an ItemReturn is one that was asked for."""
    lines: Sequence[View] = view["returnedLineItems"]
    return (
        _meets(narrowed.facilities, _facilities((view,)))
        and _meets(narrowed.statuses, (view["status"],))
        and _meets(narrowed.line_statuses, [line["status"] for line in lines])
        and _meets(narrowed.codes, view["scannableCodes"])
    )


def _facilities(returns: Sequence[View]) -> Sequence[str]:
    return [one["returnFacilityRef"] for one in returns]


def _meets(wanted: tuple[str, ...], *has: Sequence[str]) -> bool:
    return not wanted or any(one in wanted for some in has for one in some)
