"""What people and keys did: the log, newest first, narrowed by who, what and to what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from retour.desk import auditing
from retour.desk.pages import read_page
from retour.desk.people import roster
from retour.screens.staff.seat import Seat, place
from retour.screens.staff.settings.said import body_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

PATH: Final = "/settings/audit"
_LENGTH_MAX: Final = 200
_VALUE_MAX: Final = 80
_CHANGES_MAX: Final = 12
_PERSON: Final = "person:"


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the log's handler."""
    return place(house, PATH, "audit:read", _list)


async def _list(seat: Seat) -> Response[Any]:
    """Show a page of the log."""
    asked = {
        one: seat.query.get(one, "").strip()[:_LENGTH_MAX] for one in ("act", "actor", "subject")
    }
    page = read_page(None, seat.query.get("cursor"))
    done = await auditing.listing(
        seat.house,
        seat.workspace_id,
        page,
        word=asked["act"] or None,
        actor=asked["actor"] or None,
        subject=asked["subject"] or None,
    )
    found = body_of(done)
    following = found["next_cursor"]
    names = {
        _PERSON + one.person.id: one.person.name
        for one in await roster.roster(seat.house, seat.workspace_id)
    }
    return seat.page(
        "staff_settings_audit.html",
        rows=[(one, changes(one["details"])) for one in found["data"]],
        names=names,
        asked=asked,
        is_narrowed=any(asked.values()),
        later=seat.address(PATH, cursor=following, **asked) if following else "",
    )


def changes(details: Mapping[str, Any]) -> list[str]:
    """Say what an act changed: of a setting, column by column; of another act, what it notes.

    >>> changes({"changed": ["role", "since"], "old": {"role": "agent"}, "new": {"role": "admin"}})
    ['role: agent → admin', 'since']
    >>> changes({"rows": 3})
    ['rows: 3']
    >>> changes({"from": {"id": "evt_1", "tx": ""}, "hash": "9c"})
    ['from id: evt_1', 'hash: 9c']
    >>> changes({"changed": ["kind", "made"], "old": None, "new": {"kind": "email"}})
    ['kind: email']
    >>> changes({"changed": ["body"], "old": {"body": {"up_to": {"EUR": "2"}, "gifts": True}},
    ...     "new": {"body": {"up_to": {"EUR": "3", "JPY": "9"}, "gifts": True}}})
    ['body up_to EUR: 2 → 3', 'body up_to JPY: 9']
    """
    names: list[str] | None = details.get("changed")
    if names is None:
        noted = {name: value for name, value in details.items() if value is not None}
        return [one for name, value in noted.items() for one in _noted(name, value)]
    old: dict[str, object] = details.get("old") or {}
    new: dict[str, object] = details.get("new") or {}
    said = [one for name in names for one in _changes(name, old.get(name), new.get(name))]
    if not old:
        said = [one for one in said if ": " in one] or said  # Of what is new, what it holds.
    more = len(said) - _CHANGES_MAX
    return said if more <= 0 else [*said[:_CHANGES_MAX], f"and {more} more"]


def _noted(name: str, value: Any) -> list[str]:  # noqa: ANN401 - whatever JSON holds
    parts = _parts(value)
    if not parts:
        return [f"{name}: {value}"] if value != "" else []
    return [one for part, held in parts.items() for one in _noted(f"{name} {part}", held)]


def _changes(name: str, old: Any, new: Any) -> list[str]:  # noqa: ANN401 - whatever JSON holds
    """Say what changed below a name: of a setting with parts, part by part."""
    if not isinstance(old, dict) and not isinstance(new, dict):
        return [_change(name, old, new)]
    was, now = _parts(old), _parts(new)
    parts = [one for one in dict.fromkeys((*was, *now)) if was.get(one) != now.get(one)]
    if not parts:
        return [name]
    return [part for one in parts for part in _changes(f"{name} {one}", was.get(one), now.get(one))]


def _parts(value: Any) -> dict[str, object]:  # noqa: ANN401 - as above
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _change(name: str, old: object, new: object) -> str:
    if isinstance(old, list) or isinstance(new, list):
        return name
    if old is None:
        return name if new is None else f"{name}: {_short(new)}"
    return f"{name}: {_short(old)} → {'nothing' if new is None else _short(new)}"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _VALUE_MAX else f"{text[:_VALUE_MAX]}…"
