"""The mails of the workflow: which there are, by what happened and in which language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.desk.notifications import defaults
from retour.desk.notifications.defaults import MAILS, DefaultsAsked
from retour.dialects.notification import WORDS
from retour.kernel.subscription import CUSTOMER
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.telling.words import LANGUAGES, all_profiles, all_templates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

    View = dict[str, Any]

PATH: Final = "/settings/mails"


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the list's handlers."""
    read, write = "subscriptions:read", "subscriptions:write"
    return place(house, PATH, read, _list, _set_up, take_scope=write)


async def _list(seat: Seat, wrong: Mapping[str, str] | None = None) -> Response[Any]:
    """Show every mail: by what happened and in which language."""
    profiles = await all_profiles(seat)
    customers = {one["id"] for one in profiles if one["address"] == CUSTOMER}
    called = {one["id"]: one["name"] for one in profiles}
    found = [one for one in await all_templates(seat) if one["type"] == "email"]
    ours = [one for one in found if customers.intersection(one["profiles"])]
    languages = sorted({one["language"] for one in ours})
    cells: dict[str, dict[str, list[View]]] = {}
    for one in ours:
        cells.setdefault(one["event"], {}).setdefault(one["language"], []).append(one)
    order = [*MAILS, *(event for event in WORDS if event not in MAILS)]
    return seat.page(
        "staff_settings_mails.html",
        422 if wrong else 200,
        rows=[(WORDS[event].title, cells[event]) for event in order if event in cells],
        languages=languages,
        heads=[LANGUAGES.get(one, one) for one in languages],
        named=LANGUAGES,
        others=[
            (one, ", ".join(called[id] for id in one["profiles"] if id in called))
            for one in found
            if one not in ours
        ],
        titles={name: word.title for name, word in WORDS.items()},
        has_relay=seat.house.settings.smtp_url is not None,
        wrong=wrong or {},
    )


async def _set_up(seat: Seat, fields: Form) -> Response[Any]:
    """Have a mail for each step, in the languages that are ticked."""
    chosen = [one for one in fields.many("languages") if one in LANGUAGES]
    if not chosen:
        return await _list(seat, {"languages": "Tick at least one language."})
    asked = msgspec.convert({"languages": chosen}, DefaultsAsked)
    await defaults.set_up(seat.house, seat.workspace_id, asked, seat.once())
    return seat.go_on(seat.address(PATH), notice="The mails are turned on, one for each step.")
