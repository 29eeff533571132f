"""Agents side by side on pages: who has it open, what is put off, whose it is, what is undone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from retour.desk import searching
from retour.desk.agents import holding, leases, snoozing
from retour.desk.pages import Page
from retour.desk.people import persons
from retour.desk.people.roles import scopes_of
from retour.desk.scopes import holds
from retour.kernel.problems import FieldError, InvalidRequest
from retour.screens.staff import guard, times
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.work.reading import View, view_of, why_not

if TYPE_CHECKING:
    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.agents.leases import Lease
    from retour.desk.house import House
    from retour.desk.outcome import Outcome

_HELD_SHOWN: Final = 50
_MORNING: Final = time(9)
_MONDAY: Final = 7
_MINUTE: Final = 60
SNOOZES: Final = (
    ("reply", "until the customer writes"),
    ("hours", "for three hours"),
    ("tomorrow", "until tomorrow, 9:00"),
    ("monday", "until Monday, 9:00"),
    ("at", "until the day and time below"),
)
"""For how long a return can be put off, as it is chosen and as it is shown."""
_BAD_TIME: Final = "Choose a day and a time that is still to come, within a year."
_UNDO: Final = {"authorize": "authorized", "reject": "rejected", "decline_settlement": "declined"}


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handler that takes decisions back."""
    return place(house, "/decisions", "returns:write", None, _take_back)


# ---------------------------------------------------------------- decisions that are held


async def held_by_me(seat: Seat) -> list[View]:
    """List one's own decisions that can be taken back, or that could not be carried out."""
    if not seat.may("returns:write"):
        return []
    page, me = Page(limit=_HELD_SHOWN), seat.session.person_id
    listed = view_of(await holding.listing(seat.house, seat.workspace_id, page, me=me))
    assert listed is not None, "a list is never refused"
    return [{**one, "done": _UNDO.get(one["decision"], "decided")} for one in listed["data"]]


async def held_of(seat: Seat, return_id: str) -> list[View]:
    """Give the decision of a return that is held, or that failed; none where there is none."""
    found = view_of(await holding.of_return(seat.house, seat.workspace_id, return_id))
    return [] if found is None else [found]


async def _take_back(seat: Seat, fields: Form) -> Response[Any]:
    """Take decisions back while that can be done, or put aside those that failed."""
    back = guard.own_path(fields.get("back", ""), seat.address("/returns"))
    outcomes = [
        await holding.take_back(seat.house, seat.workspace_id, one, me=seat.session.person_id)
        for one in fields.many("return")[:_HELD_SHOWN]
    ]
    late = [why for one in outcomes if (why := why_not(one)) is not None]
    if not outcomes:
        return seat.go_on(back, notice="There was nothing to take back.", tone="info")
    if late:
        few = f"{len(late)} of {len(outcomes)}: " if len(outcomes) > 1 else ""
        return seat.go_on(back, notice=few + late[0], tone="bad")
    if fields.get("do") == "read":
        return seat.go_on(back)
    return seat.go_on(back, notice="Taken back. Nobody was told anything.")


# ---------------------------------------------------------------- leases


def in_words(seconds: float) -> str:
    """Write a short time as people say it."""
    if seconds < _MINUTE:
        return "less than a minute"
    minutes = round(seconds / _MINUTE)
    return "a minute" if minutes == 1 else f"{minutes} minutes"


def lease_view(seat: Seat, lease: Lease | None) -> View | None:
    """Say who has a return open, since and until when, in words."""
    if lease is None:
        return None
    return {
        "holder": lease.holder,
        "mine": lease.holder == seat.session.person_id,
        "since": in_words((lease.now - lease.since).total_seconds()),
        "left": in_words((lease.until - lease.now).total_seconds()),
        "left_s": int((lease.until - lease.now).total_seconds()),
    }


async def sit_down(seat: Seat, return_id: str) -> View | None:
    """Have a return open where one may act on it; gives who has it then."""
    is_looking_ahead = "prefetch" in seat.request.headers.get("sec-purpose", "")
    if not seat.may("returns:write") or is_looking_ahead:
        found = await leases.of_return(seat.house, seat.workspace_id, return_id)
    else:
        me = seat.session.person_id
        found = await leases.have_open(seat.house, seat.workspace_id, return_id, me)
    return lease_view(seat, found)


# ---------------------------------------------------------------- whose it is, and when


async def colleagues(seat: Seat) -> list[tuple[str, str]]:
    """List who can see to returns here: oneself first, then by name."""
    members = seat.config.members.values()
    able = [
        one.person_id
        for one in members
        if holds(scopes_of(one.role, is_sandbox=seat.config.is_sandbox), "returns:write")
        and one.facilities is None
    ]
    me = seat.session.person_id
    names = await persons.named_by(seat.house, [*able, me])
    others = sorted((one.name, key) for key, one in names.items() if key in able and key != me)
    return [("me", "me"), *((key, name) for name, key in others), ("nobody", "nobody")]


async def assign(seat: Seat, return_id: str, to: str) -> tuple[Outcome, str]:
    """Let somebody see to a return; gives what is said then."""
    known = dict(await colleagues(seat))
    if to not in known:
        detail = "Choose somebody who works on returns here."
        raise InvalidRequest(FieldError(pointer="/to", code="bad_value", detail=detail))
    owner = {"me": seat.session.person_id, "nobody": None}.get(to, to)
    outcome = await searching.own(seat.house, seat.workspace_id, return_id, owner)
    said = {"me": "It is yours.", "nobody": "It is nobody’s in particular."}
    return outcome, said.get(to, f"{known[to]} sees to it.")


async def put_off(seat: Seat, return_id: str, fields: Form) -> tuple[Outcome, str]:
    """Put a return off; gives what is said then.

    Raises:
        InvalidRequest: The time that was chosen is none, or none to come.
    """
    word, until = fields.get("how-long", "reply"), None
    if word != "reply":
        until = _instant(seat, word, fields, await snoozing.now_of(seat.house, seat.workspace_id))
    me = seat.session.person_id
    outcome = await snoozing.snooze(seat.house, seat.workspace_id, return_id, me, until)
    if until is None:
        return outcome, "Put off until the customer writes."
    return outcome, f"Put off until {times.begins(until, seat.now, seat.zone)}, or an answer."


def _instant(seat: Seat, word: str, fields: Form, now: datetime) -> datetime:
    zone = ZoneInfo(seat.config.zone)
    today = now.astimezone(zone)
    match word:
        case "hours":
            return now + timedelta(hours=3)
        case "tomorrow":
            day = today.date() + timedelta(days=1)
        case "monday":
            day = today.date() + timedelta(days=_MONDAY - today.weekday())
        case _:
            try:
                chosen = datetime.fromisoformat(fields.get("until", ""))
            except ValueError:
                raise InvalidRequest(
                    FieldError(pointer="/until", code="bad_value", detail=_BAD_TIME)
                ) from None
            return chosen.replace(tzinfo=zone).astimezone(UTC)
    return datetime.combine(day, _MORNING, zone).astimezone(UTC)
