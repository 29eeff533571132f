"""Everything of the workspace as one file: begun, watched with a script or without, taken."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from litestar import Response
from litestar.response import Stream

from retour.desk import exports
from retour.desk.customers.exporting import HOURLY, TooSoon
from retour.desk.exports.contents import LEFT_OUT
from retour.desk.exports.slices import KEPT
from retour.desk.outcome import Refused
from retour.desk.pages import read_page
from retour.screens.pages import static_file
from retour.screens.staff import guard
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.data import PATH as DATA
from retour.screens.staff.settings.policies.words import by_whom, local, names_of
from retour.screens.staff.settings.said import body_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

PATH: Final = f"{DATA}/exports"
_FILE: Final = f"{PATH}/{{export_id:str}}/file"
_SCOPE: Final = "data:export"
_LISTED: Final = "10"
_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "running": ("being written", "info"),
    "done": ("ready", "ok"),
    "canceled": ("canceled", ""),
    "failed": ("failed", "bad"),
    "gone": ("not kept any more", ""),
}
_UNITS: Final = (("GB", 10**9), ("MB", 10**6), ("kB", 10**3))


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers: the page, and the file."""
    return [
        *place(house, PATH, _SCOPE, _shown, _act, take_proof=True),
        *place(house, _FILE, _SCOPE, _file, proof=True),
        static_file("progress.js", "text/javascript"),
    ]


async def _shown(seat: Seat, wrong: str = "") -> Response[Any]:
    """Show what is being written, what is ready, and what was."""
    page = read_page(_LISTED, seat.query.get("cursor"))
    found = body_of(await exports.listing(seat.house, seat.workspace_id, page))
    names = await names_of(seat)
    rows = [
        {
            **one,
            "at": local(seat, one["created_at"]),
            "until": local(seat, one["kept_until"]),
            "by": by_whom(one["author"], names),
            "said": _STATES[one["state"]],
            "size": _size(one["bytes"]),
        }
        for one in found["data"]
    ]
    following = found["next_cursor"]
    running = next((one for one in rows if one["state"] == "running"), None)
    return seat.page(
        "staff_settings_exports.html",
        422 if wrong else 200,
        rows=rows,
        running=running,
        ready=next((one for one in rows if one["state"] == "done"), None),
        percent=None if running is None else _percent(running),
        hours=KEPT // timedelta(hours=1),
        left_out=len(LEFT_OUT),
        later=seat.address(PATH, cursor=following) if following else "",
        wrong={"begin": wrong} if wrong else {},
    )


def _percent(one: Mapping[str, Any]) -> int | None:
    """Say how far it is; nothing while it is still counted what there is."""
    if one["phase"] != "writing":
        return None
    return 100 * one["rows"] // max(1, one["rows_total"])


def _size(count: int) -> str:
    """Write a number of bytes as people do.

    >>> _size(1), _size(12_345), _size(7_940_000_000)
    ('1 B', '12.3 kB', '7.9 GB')
    """
    for unit, size in _UNITS:
        if count >= size:
            return f"{10 * count // size / 10} {unit}"
    return f"{count} B"


async def _act(seat: Seat, fields: Form) -> Response[Any]:
    """Begin an export, or end one."""
    if fields.get("act") == "drop":
        await exports.cancel(seat.house, seat.workspace_id, fields.get("export", "")[:100])
        return seat.go_on(seat.address(PATH), notice="Nothing of it is kept any more.")
    begun = await exports.start(seat.house, seat.workspace_id, actor=seat.actor, key=seat.once())
    if isinstance(begun, TooSoon):
        minutes = begun.wait_s // 60 + 1
        words = f"{HOURLY} files may be made in an hour. Try again in {minutes} minutes."
        return await _shown(seat, words)
    return seat.go_on(seat.address(PATH), notice="It is being written. You may leave this page.")


async def _file(seat: Seat) -> Response[Any]:
    """Give the file, a piece at a time."""
    file = await exports.opened(seat.house, seat.workspace_id, seat.params["export_id"])
    match file:
        case exports.File():
            pass
        case exports.Dropped(detail=detail):
            return seat.go_on(seat.address(PATH), notice=detail, tone="warn")
        case Refused(refusal=refusal):
            return seat.go_on(seat.address(PATH), notice=refusal.detail, tone="info")
        case _:
            return seat.nowhere("export")
    headers = {
        **guard.headers_for(seat.house),
        "content-disposition": f'attachment; filename="{file.name}"',
        "content-length": str(file.length),
    }
    return Stream(file.pieces, media_type="application/zip", headers=headers)
