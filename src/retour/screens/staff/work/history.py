"""What happened to a return, written for people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from retour.desk import events
from retour.desk.pages import Page
from retour.desk.people import persons
from retour.dialects.catalogue import ENTRIES
from retour.lifecycle.words import EventType
from retour.screens.staff.work.reading import TELEPHONE, View, number_in, view_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retour.screens.staff.seat import Form, Seat

SHOWN_MAX: Final = 50
_UNTOLD: Final = frozenset({"return", "order"})
_PLAIN: Final = {"internal": False, "way": "in"}
"""What goes without saying of a message: its author is told."""
_YES: Final = {True: "yes", False: "no"}
_KINDS: Final[Mapping[str, frozenset[str]]] = {
    "money": frozenset(
        {"settlement", "settlement_memo", "refund", "repair", "exchange", "charge", "payment"}
    ),
    "goods": frozenset({"unit", "receipt", "label", "parcel", "photo", "pickup", "rejection"}),
    "messages": frozenset({"message", "ticket"}),
}
KINDS: Final = (
    ("", "All"),
    ("return", "The return"),
    ("goods", "Goods"),
    ("money", "Money"),
    ("messages", "Messages"),
)
"""What of a story can be shown alone, as the address says it and in words."""
_THROUGH: Final = {TELEPHONE: "by telephone", "portal": "in the portal"}
"""How a return was asked for, said where it is told that it was."""
_ACTORS: Final = {
    "api_key": "a system",
    "operator": "warehouse",
    "customer": "the customer",
    "system": "Retour",
    "processor": "the payment processor",
    "carrier": "the carrier",
    "channel": "the marketplace",
    "policy": "the policy",
}
"""Who acted, as people say it; of a person the name stands before."""
_ID: Final = re.compile(r"[a-z]{2,4}_[0-9a-z]{26}")
"""Ids say nothing to people; they are left out of what is told."""


async def story_of(seat: Seat, view: View) -> list[View]:
    """List the latest of what happened, newest first, each with its title and its own details."""
    first = max(0, int(view["sequence"]) - SHOWN_MAX)
    page = Page(limit=SHOWN_MAX, after=str(first) if first else "")
    told = view_of(await events.of_return(seat.house, seat.workspace_id, view["id"], page))
    return [] if told is None else [_happened(one) for one in reversed(told["data"])]


async def fresh_since(seat: Seat, view: View, kept: Form | None) -> list[View]:
    """List what happened after a form was opened that came too late; each names who did it."""
    seen = None if kept is None else number_in(kept.get("sequence", ""))
    if seen is None or seen >= view["sequence"]:
        return []
    fresh = [one for one in await story_of(seat, view) if one["sequence"] > seen]
    ids = [one["actor"]["id"] for one in fresh if one["actor"]["id"]]
    names = await persons.named_by(seat.house, ids)
    for one in fresh:
        known = names.get(one["actor"]["id"])
        one["by"] = one["actor"]["kind"] if known is None else known.name
    return fresh


def _kind(event_type: str) -> str:
    """Say of which kind an event is, to show those alone."""
    head = event_type.partition(".")[0]
    return next((kind for kind, heads in _KINDS.items() if head in heads), "return")


def _happened(event: View) -> View:
    kind, by = _kind(event["type"]), event["actor"]["kind"]
    details = {
        key: _YES[value] if isinstance(value, bool) else value
        for key, value in event["data"].items()
        if key not in _UNTOLD
        and not (kind == "messages" and value == _PLAIN.get(key, ""))
        and isinstance(value, str | int)
        and value != ""
        and not _ID.fullmatch(str(value))
    }
    is_asked = event["type"] == EventType.RETURN_REQUESTED.value
    return {
        "id": event["id"],
        "through": _THROUGH.get(event["source"], "") if is_asked else "",
        "kind": kind,
        "title": ENTRIES[EventType(event["type"])].title,
        "at": event["occurred_at"],
        "actor": {**event["actor"], "kind": _ACTORS.get(by, by)},
        "sequence": int(event["sequence"]),
        "details": details,
    }
