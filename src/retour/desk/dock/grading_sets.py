"""Grading sets: put as a whole; a change is a new version, and judgements name theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from retour.desk.config import GRADING_SETS_MAX
from retour.desk.outcome import Done, NotFound, Outcome, VersionDiffers
from retour.desk.pages import Page, envelope, paged
from retour.desk.quality_body import Grade, QualityBody, quality_view, quality_wrong
from retour.dialects.view import View, instant
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body, Judgement, Text, Word
from retour.policy.grading import GradingSet, applying
from retour.store.dock import SQL, text
from retour.store.loading import LoadKey, load
from retour.store.telling import bump_epoch, take_turn

if TYPE_CHECKING:
    from datetime import datetime

    from retour.desk.house import House
    from retour.store.database import Connection

_ENCODE: Final = msgspec.json.Encoder()
_DECODE: Final = msgspec.json.Decoder(GradingSet)
_MISSING: Final = NotFound(what="grading set")
_CHECKS_MAX: Final = 50
_VALUES_MAX: Final = 1000
_LATEST: Final = 2**31 - 1

Values = Annotated[tuple[Word, ...], Meta(max_length=_VALUES_MAX)]
Measure = Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]


class OutcomeBody(Body):
    """Which answers lead to a grade: words, or a measure within bounds."""

    grade: Grade
    answers: Annotated[tuple[Word, ...], Meta(max_length=20)] = ()
    at_least: Measure | None = None
    at_most: Measure | None = None
    words: Text | None = None


class CheckBody(Body):
    """A question and its answers; without answers it asks for a measure."""

    id: Word
    ask: Annotated[str, Meta(min_length=1, max_length=1000)]
    answers: Annotated[tuple[Word, ...], Meta(max_length=20)] = ()
    outcomes: Annotated[tuple[OutcomeBody, ...], Meta(max_length=20)] = ()
    unit: Word | None = None
    optional: bool = False


class ResultBody(Body):
    """What a grade suggests."""

    grade: Grade
    acceptance: Judgement | None = None
    disposition: Word | None = None
    condition: Text | None = None


class GradingSetPut(Body):
    """A grading set whole."""

    checks: Annotated[tuple[CheckBody, ...], Meta(min_length=1, max_length=_CHECKS_MAX)]
    name: Annotated[str, Meta(max_length=255)] = ""
    skus: Values = ()
    groups: Values = ()
    instructions: Text | None = None
    results: Annotated[tuple[ResultBody, ...], Meta(max_length=4)] = ()
    quality_check: QualityBody | None = None


async def put(
    house: House, workspace_id: int, set_id: str, body: GradingSetPut, seen: int | None = None
) -> Outcome:
    """Bring a set into force from its next version on; the same again changes nothing.

    Args:
        seen: The version that is written over; any where it is None, 0 where there is none yet.

    Raises:
        InvalidRequest: It contradicts itself, or there are too many sets.
    """
    if errors := [*_wrong(body)]:
        raise InvalidRequest(*errors)
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        assert turn is not None, "whoever asks belongs to a workspace"
        row = await connection.fetchrow(SQL["grading_set"], workspace_id, set_id, None)
        before = None if row is None else _DECODE.decode(row["body"])
        current = 0 if before is None else before.version
        if seen not in (None, current):
            return VersionDiffers(current=current)
        said = msgspec.convert({**msgspec.to_builtins(body), "id": set_id}, GradingSet)
        if before is not None:
            said = msgspec.structs.replace(said, version=before.version)
            if said == before:
                return Done(status=200, body=_ENCODE.encode(_view(said)), version=said.version)
            said = msgspec.structs.replace(said, version=before.version + 1)
        elif await connection.fetchval(SQL["count_grading_sets"], workspace_id) >= GRADING_SETS_MAX:
            detail = f"There are {GRADING_SETS_MAX} grading sets. Change one of them instead."
            raise InvalidRequest(FieldError(pointer="", code="too_many", detail=detail))
        await _keep(connection, workspace_id, said, turn.tick)
    house.configs.forget(workspace_id)
    status = 201 if before is None else 200
    return Done(status=status, body=_ENCODE.encode(_view(said)), version=said.version)


async def retire(house: House, workspace_id: int, set_id: str) -> Outcome:
    """Let a set apply to nothing any more; its versions stay, and putting it again revives it."""
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        assert turn is not None, "whoever asks belongs to a workspace"
        row = await connection.fetchrow(SQL["grading_set"], workspace_id, set_id, None)
        if row is None:
            return _MISSING
        before = _DECODE.decode(row["body"])
        if not before.retired:
            after = msgspec.structs.replace(before, version=before.version + 1, retired=True)
            await _keep(connection, workspace_id, after, turn.tick)
    house.configs.forget(workspace_id)
    return Done(status=204, body=b"")


async def _keep(
    connection: Connection, workspace_id: int, said: GradingSet, tick: datetime
) -> None:
    await connection.execute(
        SQL["add_grading_set"], workspace_id, said.id, said.version, text(said), tick
    )
    await bump_epoch(connection, workspace_id)


async def look_up(
    house: House, workspace_id: int, set_id: str, version: int | None = None
) -> Outcome:
    """Give a set as it is in force, or in one version."""
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(SQL["grading_set"], workspace_id, set_id, version)
    if row is None:
        return _MISSING
    found = _DECODE.decode(row["body"])
    return Done(status=200, body=_ENCODE.encode(_view(found)), version=found.version)


async def listing(house: House, workspace_id: int, page: Page) -> Outcome:
    """Give a page of sets as they are in force, by id."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            SQL["list_grading_sets"], workspace_id, page.after, page.limit + 1
        )
    return paged(
        rows, page, lambda row: _view(_DECODE.decode(row["body"])), key=lambda row: row["set_id"]
    )


async def versions(house: House, workspace_id: int, set_id: str, page: Page) -> Outcome:
    """Give a page of a set's versions, newest first."""
    below = int(page.after) if page.after.isdecimal() else _LATEST
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            SQL["grading_set_versions"], workspace_id, set_id, below, page.limit + 1
        )
    if not rows and below == _LATEST:
        return _MISSING
    return paged(
        rows,
        page,
        lambda row: {**_view(_DECODE.decode(row["body"])), "at": instant(row["created_at"])},
        key=lambda row: row["version"],
    )


async def of_return(
    house: House, workspace_id: int, return_id: str, unit_id: str | None = None
) -> Outcome:
    """Give the set that each line's units are judged by, or that of one unit's line."""
    loaded = await load(
        await house.database.pool(), LoadKey(workspace_id=workspace_id, return_id=return_id)
    )
    if loaded is None or loaded.state is None or loaded.state.ret is None:
        return NotFound(what="return")
    config = await house.configs.at(workspace_id, loaded.epoch)
    groups = {line.id: line.group for line in loaded.state.order.lines}
    items: list[bytes] = []
    for line in loaded.state.ret.lines:
        units = [unit.id for unit in line.units]
        if unit_id is not None and unit_id not in units:
            continue
        used = applying(config.grading_sets, line.sku, groups.get(line.line or ""))
        shown = None if used is None else _view(used)
        items.append(
            _ENCODE.encode({"id": line.id, "sku": line.sku, "units": units, "grading_set": shown})
        )
    return Done(status=200, body=envelope(items, None))


def _wrong(body: GradingSetPut) -> Iterator[FieldError]:
    """Find what contradicts itself, each by its place."""
    seen: set[str] = set()
    for index, check in enumerate(body.checks):
        at = f"/checks/{index}"
        if check.id in seen:
            detail = f"There are two checks {check.id!r}. Give each an id of its own."
            yield FieldError(pointer=f"{at}/id", code="duplicate", detail=detail)
        seen.add(check.id)
        for place, outcome in enumerate(check.outcomes):
            yield from _wrong_outcome(check, outcome, f"{at}/outcomes/{place}")
    grades = [one.grade for one in body.results]
    if len(set(grades)) < len(grades):
        detail = "A grade has two results. Give each at most one."
        yield FieldError(pointer="/results", code="duplicate", detail=detail)
    yield from quality_wrong(body.quality_check)


def _wrong_outcome(check: CheckBody, outcome: OutcomeBody, at: str) -> Iterator[FieldError]:
    bounds = (outcome.at_least, outcome.at_most)
    if check.answers:
        for answer in outcome.answers:
            if answer not in check.answers:
                detail = f"{answer!r} is none of {', '.join(check.answers)}. Take it from there."
                yield FieldError(pointer=f"{at}/answers", code="bad_value", detail=detail)
        if not outcome.answers or bounds != (None, None):
            detail = "The check has answers: say which lead to this grade, and no bounds."
            yield FieldError(pointer=at, code="bad_value", detail=detail)
    elif outcome.answers or bounds == (None, None):
        detail = "The check is a measure: give at_least, at_most or both, and no answers."
        yield FieldError(pointer=at, code="bad_value", detail=detail)
    elif (
        outcome.at_least is not None
        and outcome.at_most is not None
        and outcome.at_least > outcome.at_most
    ):
        detail = "at_least is above at_most, so that nothing fits. Turn them round."
        yield FieldError(pointer=at, code="bad_value", detail=detail)


def _view(said: GradingSet) -> View:
    return {
        "id": said.id,
        "version": said.version,
        "name": said.name,
        "skus": list(said.skus),
        "groups": list(said.groups),
        "instructions": said.instructions,
        "checks": [
            {
                "id": check.id,
                "ask": check.ask,
                "answers": list(check.answers),
                "outcomes": [
                    {
                        "grade": one.grade,
                        "answers": list(one.answers),
                        "at_least": one.at_least,
                        "at_most": one.at_most,
                        "words": one.words,
                    }
                    for one in check.outcomes
                ],
                "unit": check.unit,
                "optional": check.optional,
            }
            for check in said.checks
        ],
        "results": [
            {
                "grade": one.grade,
                "acceptance": one.acceptance,
                "disposition": one.disposition,
                "condition": one.condition,
            }
            for one in said.results
        ],
        "quality_check": quality_view(said.quality_check),
        "retired": said.retired,
    }
