"""What every settings page does: reads what the desk answered, puts what is wrong at its field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from retour.desk.outcome import Done

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retour.desk.outcome import Outcome
    from retour.kernel.problems import InvalidRequest
    from retour.screens.staff.seat import Form


def body_of(outcome: Outcome) -> dict[str, Any]:
    """Give what the desk answered; only for questions that have an answer."""
    assert isinstance(outcome, Done), "what was just seen is there"
    body: dict[str, Any] = msgspec.json.decode(outcome.body)
    return body


def at_fields(error: InvalidRequest, fields: Mapping[str, str], other: str) -> dict[str, str]:
    """Put what is wrong beside its field.

    Args:
        fields: The id of a field by how its pointer begins.
        other: The field that has whatever no other has.
    """
    wrong: dict[str, str] = {}
    for one in error.errors:
        found = next((id for start, id in fields.items() if one.pointer.startswith(start)), other)
        wrong[found] = f"{wrong[found]} {one.detail}" if found in wrong else one.detail
    return wrong


def unnamed(fields: Form, name: str, done: str, to: str) -> dict[str, str] | None:
    """Say that the name was not typed by which something ends for good; None where it was.

    Args:
        done: What was not done, such as ended; ``to``: the same as one does it, such as end.
    """
    typed, wanted = (" ".join(one.split()) for one in (fields.get("named", ""), name))
    return None if typed == wanted else {"named": f"Nothing was {done}. Type {name} to {to} it."}
