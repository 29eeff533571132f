"""What the desk answers, read for pages: the view it is, or the words of why it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from babel import Locale, UnknownLocaleError

from retour.desk.execute import Asked, execute
from retour.desk.outcome import Done, KeyReused, NotFound, Outcome, Refused, VersionDiffers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retour.lifecycle.decide import Step
    from retour.screens.staff.seat import Seat

View = dict[str, Any]  # JSON, as the API answers it.
SOURCE: Final = "agent"
TELEPHONE: Final = "telephone"
"""What an agent asks for while a customer is on the telephone."""
TONES: Final = {
    "requested": "info",
    "authorized": "ok open",
    "shipped": "info",
    "tracked": "info",
    "received": "",
    "processed": "",
    "settled": "ok",
    "completed": "ok full",
    "rejected": "bad",
    "canceled": "struck",
}
"""The tone of a status and its shape; its word is always said beside it."""
CHANGED: Final = (
    "Somebody changed this return after you opened it, so nothing was done."
    " What is new stands on top; look at it and decide again."
)
_AGAIN: Final = "This was sent before with other words. Open the page again."


def view_of(outcome: Outcome) -> View | None:
    """Give what the desk answered; ``None`` where it answered with anything but a view."""
    if not isinstance(outcome, Done) or not outcome.body:
        return None
    view: View = msgspec.json.decode(outcome.body)
    return view


def why_not(outcome: Outcome) -> str | None:
    """Say in words why something was not done; ``None`` where it was."""
    match outcome:
        case Refused(refusal=refusal):
            return refusal.detail
        case NotFound(what=what):
            return f"There is no such {what} any more."
        case VersionDiffers():
            return CHANGED
        case KeyReused():
            return _AGAIN
        case _:
            return None


async def carry_out(
    seat: Seat, return_id: str, plan: Sequence[Step], *, version: int | None = None
) -> Outcome:
    """Carry out commands on a return as the API does, in the name of who sits here."""
    return await execute(
        seat.house,
        Asked(
            workspace_id=seat.workspace_id,
            return_id=return_id,
            plan=plan,
            actor=seat.actor,
            source=SOURCE,
            key=seat.once(),
            if_match=version,
            scopes=seat.scopes,
        ),
    )


def sold_in(order: View | None) -> dict[str, View]:
    """Give the lines of an order by their ids; none where the order is gone."""
    return {} if order is None else {line["id"]: line for line in order["lines"]}


def number_in(text: str) -> int | None:
    """Read a version out of a form."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None  # noqa: PLR2004 - versions are small


def reads_in(order: View | None) -> str:
    """Say in which language a customer reads, as far as their order says."""
    return language_of((order or {"customer": {}})["customer"].get("locale") or "")


def language_of(locale: str) -> str:
    """Name the language of a locale in English; one that nobody knows stands as it is written."""
    said = locale.replace("-", "_")
    try:
        found = Locale.parse(said).get_display_name("en") if said else None
    except (ValueError, UnknownLocaleError):
        return said
    return found or said
