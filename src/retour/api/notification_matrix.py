"""The grid of who is told of what: read, and switched cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, Parameter, Route
from retour.desk.notifications import matrix
from retour.desk.notifications.matrix import TYPES, MatrixPatch
from retour.desk.notifications.standing import SERVED
from retour.dialects.notification import WORDS
from retour.dialects.shapes import Boolean, ListOf, Text, Tree
from retour.dialects.tree_parts import MAYBE, TEXT

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_PATCH: Final = BodyReader(MatrixPatch)
_PATH: Final = f"{BASE}/notification-matrix"
_TYPE: Final = Text(words=TYPES)
_CELL: Final = Tree(
    name="matrix_cell",
    fields={
        "profile": TEXT,
        "type": _TYPE,
        "on": Boolean(),
        "own_words": Boolean(about="Whether it says other words than ours."),
        "templates": ListOf(
            item=Tree(
                name="matrix_template",
                fields={"id": TEXT, "language": TEXT, "active": Boolean()},
            )
        ),
    },
)
MATRIX: Final = Tree(
    name="notification_matrix",
    fields={
        "columns": ListOf(
            item=Tree(
                name="matrix_column",
                fields={
                    "profile": TEXT,
                    "type": _TYPE,
                    "name": TEXT,
                    "to": Text(about="An address, customer, or a URL."),
                    "status": Text(
                        words=SERVED,
                        about="Of what goes through it, the worst: probing while its receiver"
                        " fails, paused where somebody said so or failing went on.",
                    ),
                    "status_reason": MAYBE,
                },
            )
        ),
        "rows": ListOf(
            item=Tree(
                name="matrix_row",
                fields={
                    "event": Text(words=tuple(WORDS)),
                    "title": TEXT,
                    "class": Text(words=("primary", "secondary")),
                    "ours": Boolean(about="Whether 12Return has no such event."),
                    "cells": ListOf(item=_CELL, about="In the order of the columns."),
                },
            )
        ),
    },
)


async def read_matrix(call: Call) -> Outcome:
    """Give the grid."""
    return await matrix.read(call.house, call.workspace_id, call.query.get("profile"))


async def change_matrix(call: Call) -> Outcome:
    """Switch cells."""
    body = _PATCH.read(call.body)
    return await matrix.change(call.house, call.workspace_id, body)


ROUTES: Final = (
    Route(
        method="GET",
        path=_PATH,
        name="read_notification_matrix",
        tag="Notifications",
        summary="See who is told of what",
        about="A row per event, a column per profile and type of message.",
        scope="subscriptions:read",
        noun="workspace",
        answer=read_matrix,
        query=(
            Parameter(
                name="profile",
                about="Of one profile; unless said, of the newest fifty.",
            ),
        ),
        result=MATRIX,
    ),
    Route(
        method="PATCH",
        path=_PATH,
        name="change_notification_matrix",
        tag="Notifications",
        summary="Switch on and off who is told of what",
        about="All cells or none. Switched on, a template that was there speaks again, or one with"
        " the same readers, else one in our words is made; switched off, no words are lost.",
        scope="subscriptions:write",
        noun="workspace",
        answer=change_matrix,
        body=MatrixPatch,
        result=MATRIX,
    ),
)
