"""What somebody says on the telephone whose order is not there: a ticket that waits for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from retour.desk import tickets
from retour.desk.messages import is_address
from retour.dialects.tickets.parse import SUBJECT_MAX, TEXT_MAX, FieldsGiven, TicketGiven
from retour.screens.staff.work.reading import TELEPHONE
from retour.screens.staff.work.talking import asker_of

if TYPE_CHECKING:
    from retour.desk.outcome import Outcome
    from retour.screens.staff.seat import Form, Seat

_SOURCE: Final = "custom"
_NO_ADDRESS: Final = "Ask for their e-mail address; without it nobody can answer them."
_NO_WORDS: Final = "Write down what they say."


async def write_down(seat: Seat, fields: Form) -> Outcome | dict[str, str]:
    """Make the ticket; or say what a field lacks."""
    said = {name: fields.get(name, "").strip() for name in ("email", "name", "number", "text")}
    wrong: dict[str, str] = {}
    if not is_address(said["email"]):
        wrong["email"] = _NO_ADDRESS
    for name in ("name", "number"):
        if len(said[name]) > SUBJECT_MAX:
            wrong[name] = f"Write at most {SUBJECT_MAX} characters."
    if not said["text"]:
        wrong["text"] = _NO_WORDS
    elif len(said["text"]) > TEXT_MAX:
        wrong["text"] = f"Write at most {TEXT_MAX} characters."
    if wrong:
        return wrong
    number = said["number"]
    given = TicketGiven(
        subject=f"By telephone, order {number}" if number else "By telephone, order not known",
        customer_email=said["email"],
        customer_name=said["name"] or None,
        body=said["text"],
        tags=(TELEPHONE,),
        source=_SOURCE,
        fields=FieldsGiven(order_id=number or None),
    )
    asker = replace(asker_of(seat), source=TELEPHONE)
    return await tickets.create(seat.house, given, asker)
