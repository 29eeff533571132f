"""Who is told of what, as a grid: a row per event, a column per profile and type, each on or off.

A cell is on while an active template of its event and type goes through its profile.  Switched on,
a template that is there is used again with its words, or those of others with the same readers,
before one in our own words is made; switched off, no words are lost.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from retour.desk.keeping import keep
from retour.desk.notifications.body import FITTING, PROFILES_MAX, checked_event
from retour.desk.notifications.pairs import begin, bring_in_line, finish
from retour.desk.notifications.standing import Standing, standings
from retour.desk.outcome import Done, NotFound, Outcome
from retour.dialects.notification import WORDS
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.subscription import CUSTOMER
from retour.lifecycle.commands import Body, Word
from retour.store.telling import bump_epoch, take_turn
from retour.store.telling_notifications import (
    StoredProfile,
    StoredTemplate,
    TemplateBody,
    add_template,
    list_profiles,
    list_templates,
    profiles_by_id,
    set_template,
)

if TYPE_CHECKING:
    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.store.database import Connection

_ENCODE: Final = msgspec.json.Encoder()
COLUMNS_MAX: Final = 50
"""Profiles of one grid, the newest; any other is asked for by its id."""
CELLS_MAX: Final = 1000
_STEP: Final = 200
_STEPS_MAX: Final = 20
"""Four thousand templates are looked at; a workspace has one per event, type and language."""
TYPES: Final = ("email", "json", "xml", "chat")
"""What a cell can be, in the order of the columns."""


class CellPut(Body):
    """Whether a profile is told of an event as one type of message."""

    event: Word
    type: Literal["email", "json", "xml", "chat"]
    profile: Word
    on: bool


class MatrixPatch(Body):
    """The cells that are to be on or off; the rest stays as it is."""

    cells: Annotated[tuple[CellPut, ...], Meta(min_length=1, max_length=CELLS_MAX)]


Key = tuple[str, str, str]
"""A cell: event, type, profile."""


@dataclass(slots=True)
class Grid:
    """The templates of a workspace, and what a change makes of them."""

    profiles: dict[str, StoredProfile]
    templates: dict[str, StoredTemplate]
    changed: dict[str, StoredTemplate] = field(default_factory=dict[str, StoredTemplate])
    made: list[TemplateBody] = field(default_factory=list[TemplateBody])

    def of(self, key: Key) -> list[StoredTemplate]:
        """Give the templates of a cell, oldest first."""
        event, type, profile = key
        return sorted(
            (
                one
                for one in self.templates.values()
                if (one.body.event, one.body.type) == (event, type) and profile in one.body.profiles
            ),
            key=lambda one: one.id,
        )

    def is_on(self, key: Key) -> bool:
        """Say whether a cell is on; what was made a moment ago counts."""
        event, type, profile = key
        fresh = any(
            (one.event, one.type) == (event, type) and profile in one.profiles and one.active
            for one in self.made
        )
        return fresh or any(one.body.active for one in self.of(key))

    def switch(self, key: Key, *, on: bool) -> None:
        """Have a cell on or off; one that is already stays untouched."""
        if on is self.is_on(key):
            return
        if on:
            self._on(key)
        else:
            self._off(key)

    def _off(self, key: Key) -> None:
        profile = key[2]
        for one in self.of(key):
            if one.body.profiles == (profile,):
                self._say(one, replace(one.body, active=False))
            elif one.body.active:
                self._leave(one, profile)
        self.made = [
            one
            for one in self.made
            if (one.event, one.type) != key[:2] or profile not in one.profiles
        ]

    def _on(self, key: Key) -> None:
        profile = key[2]
        if idle := self.of(key):
            for one in idle:
                if one.body.profiles == (profile,):
                    self._say(one, replace(one.body, active=True))
                else:  # Others go through it that are to stay off.
                    self._leave(one, profile)
                    self.made.append(replace(one.body, profiles=(profile,), active=True))
            return
        if joined := list(self._to_join(key)):
            for one in joined:
                self._say(one, replace(one.body, profiles=(*one.body.profiles, profile)))
            return
        self.made += [
            TemplateBody(event=key[0], type=key[1], profiles=(profile,), language=language)
            for language in self._languages(profile)
        ]

    def _to_join(self, key: Key) -> Iterator[StoredTemplate]:
        """Find active templates of the same event and type that are written to the same readers."""
        event, type, profile = key
        is_customers = self.profiles[profile].body.target == CUSTOMER
        seen: set[str] = set()
        for one in sorted(self.templates.values(), key=lambda one: one.id):
            said = one.body
            if (said.event, said.type, said.active) != (event, type, True):
                continue
            if not said.profiles or len(said.profiles) >= PROFILES_MAX or said.language in seen:
                continue
            others = [self.profiles[id] for id in said.profiles if id in self.profiles]
            if any((other.body.target == CUSTOMER) is not is_customers for other in others):
                continue
            seen.add(said.language)
            yield one

    def _languages(self, profile: str) -> Sequence[str]:
        """Give the languages that a profile's mails speak; English where there are none."""
        spoken = {
            one.body.language: None
            for one in sorted(self.templates.values(), key=lambda one: one.id)
            if profile in one.body.profiles and one.body.type == "email"
        }
        return list(spoken) if self.profiles[profile].body.target == CUSTOMER and spoken else ["en"]

    def _leave(self, one: StoredTemplate, profile: str) -> None:
        left = tuple(id for id in one.body.profiles if id != profile)
        self._say(one, replace(one.body, profiles=left))

    def _say(self, one: StoredTemplate, said: TemplateBody) -> None:
        if said == one.body:
            return
        was = self.changed.get(one.id)
        version = one.version if was is not None else one.version + 1
        after = StoredTemplate(id=one.id, version=version, body=said, created_at=one.created_at)
        self.changed[one.id] = self.templates[one.id] = after


async def read(house: House, workspace_id: int, profile: str | None = None) -> Outcome:
    """Give the grid: of the newest profiles, or of the one that is asked for.

    Raises:
        InvalidRequest: There is no such profile.
    """
    async with house.database.transaction(workspace_id) as connection:
        shown = await _columns(connection, workspace_id, profile)
        grid = await _grid(connection, workspace_id, shown)
        stand = await standings(connection, workspace_id, shown)
    return Done(status=200, body=_view(grid, shown, stand))


async def _columns(
    connection: Connection, workspace_id: int, profile: str | None
) -> list[StoredProfile]:
    if profile is None:
        found = await list_profiles(connection, workspace_id, "npr_~", COLUMNS_MAX)
        return sorted(found, key=lambda one: one.id)
    one = (await profiles_by_id(connection, workspace_id, [profile])).get(profile)
    if one is None:
        detail = f"There is no profile {profile!r}. Leave it out for the newest {COLUMNS_MAX}."
        raise InvalidRequest(FieldError(pointer="/profile", code="unknown_profile", detail=detail))
    return [one]


async def _grid(
    connection: Connection, workspace_id: int, profiles: Sequence[StoredProfile]
) -> Grid:
    """Load every template, and the profiles that they name."""
    templates: dict[str, StoredTemplate] = {}
    below = "ntp_~"
    for _ in range(_STEPS_MAX):
        rows = await list_templates(connection, workspace_id, below, _STEP)
        templates |= {row.id: row for row in rows}
        if len(rows) < _STEP:
            break
        below = rows[-1].id
    known = {one.id: one for one in profiles}
    named = {id for one in templates.values() for id in one.body.profiles} - set(known)
    known |= await profiles_by_id(connection, workspace_id, named)
    return Grid(profiles=known, templates=templates)


def _types(profile: StoredProfile) -> list[str]:
    return [type for type in TYPES if FITTING[type] == profile.body.type]


def _view(grid: Grid, shown: Sequence[StoredProfile], stand: Mapping[str, Standing]) -> bytes:
    columns = [
        {
            "profile": one.id,
            "type": type,
            "name": one.body.name,
            "to": one.body.target,
            "status": stand[one.id].status,
            "status_reason": stand[one.id].reason,
        }
        for type in TYPES
        for one in shown
        if type in _types(one)
    ]
    rows = [
        {
            "event": word.name,
            "title": word.title,
            "class": word.kind,
            "ours": word.is_ours,
            "cells": [
                _cell(grid, (word.name, str(one["type"]), str(one["profile"]))) for one in columns
            ],
        }
        for word in WORDS.values()
    ]
    return _ENCODE.encode({"columns": columns, "rows": rows})


def _cell(grid: Grid, key: Key) -> dict[str, object]:
    there = grid.of(key)
    speaking = [one for one in there if one.body.active] or there
    return {
        "profile": key[2],
        "type": key[1],
        "on": grid.is_on(key),
        "own_words": any(one.body.subject or one.body.body for one in speaking),
        "templates": [
            {"id": one.id, "language": one.body.language, "active": one.body.active}
            for one in speaking
        ],
    }


async def change(
    house: House, workspace_id: int, body: MatrixPatch, key: RequestKey | None = None
) -> Outcome:
    """Switch cells on and off, all of them or none; answers the grid of their profiles.

    Raises:
        InvalidRequest: A cell has no such event or profile, or its type does not fit.
    """
    ids = dict.fromkeys(cell.profile for cell in body.cells)
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        if turn is None:
            return NotFound(what="workspace")
        found = await profiles_by_id(connection, workspace_id, ids)
        _check(body, found)
        shown = sorted(found.values(), key=lambda one: one.id)
        grid = await _grid(connection, workspace_id, shown)
        for cell in body.cells:
            grid.switch((cell.event, cell.type, cell.profile), on=cell.on)
        made_by = begin(house, connection, workspace_id, turn)
        fresh = [
            StoredTemplate(id=made_by.mint("ntp"), version=1, body=said, created_at=turn.tick)
            for said in grid.made
        ]
        grid.templates |= {one.id: one for one in fresh}
        grid.made = []
        answer = _view(grid, shown, await standings(connection, workspace_id, shown))
        if answered := await keep(connection, workspace_id, key, 200, answer):
            return answered
        for one in grid.changed.values():
            await set_template(connection, workspace_id, one)
        for one in fresh:
            await add_template(connection, workspace_id, one)
        after = [
            await bring_in_line(made_by, one, grid.profiles)
            for one in (*grid.changed.values(), *fresh)
        ]
        if after:
            await bump_epoch(connection, workspace_id)
    await finish(house, workspace_id, after)
    return Done(status=200, body=answer)


def _check(body: MatrixPatch, found: Mapping[str, StoredProfile]) -> None:
    errors: list[FieldError] = []
    for index, cell in enumerate(body.cells):
        pointer = f"/cells/{index}"
        try:
            checked_event(cell.event)
        except InvalidRequest as error:
            errors += [
                dataclasses.replace(one, pointer=pointer + one.pointer) for one in error.errors
            ]
        profile = found.get(cell.profile)
        if profile is None:
            detail = f"There is no profile {cell.profile!r}. Make it first, or leave it out."
            errors.append(
                FieldError(pointer=f"{pointer}/profile", code="unknown_profile", detail=detail)
            )
        elif FITTING[cell.type] != profile.body.type:
            detail = f"Through a profile of type {profile.body.type} goes no {cell.type}."
            errors.append(FieldError(pointer=f"{pointer}/type", code="type_differs", detail=detail))
    if errors:
        raise InvalidRequest(*errors[:100])
