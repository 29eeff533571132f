"""How the merchant looks to shoppers: said, seen before it is kept, kept; logo, font and widget."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from litestar import Response
from msgspec.structs import replace

from retour.desk import brand
from retour.desk.brand import brand_path, face_of, fonts, widget
from retour.desk.brand.fonts import FONT_BYTES_MAX
from retour.desk.brand.widget import WidgetSettings
from retour.desk.memos import configuring
from retour.desk.outcome import NotFound
from retour.dialects.brand.brand import HOSTS_MAX, SENDER_LENGTH_MAX, Brand, BrandLinks
from retour.dialects.brand.colour import COLOUR
from retour.dialects.brand.stylesheet import stylesheet
from retour.kernel.problems import InvalidRequest
from retour.screens.pages import static_file
from retour.screens.staff import guard
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.said import at_fields, body_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

PATH: Final = "/settings/brand"
_STYLE: Final = f"{PATH}/preview.css"
_BYTES_MAX: Final = 12_000_000
"""A logo straight from a camera; what is kept of it is small."""
_ADDRESS_MAX: Final = 500
_DIGEST_LENGTH: Final = 64
_DIGEST: Final = re.compile(rf"[0-9a-f]{{{_DIGEST_LENGTH}}}")
_HOST_MAX: Final = 270
_COLOUR: Final = re.compile(COLOUR)
_LINKS: Final = BrandLinks.__struct_fields__
_NO_COLOUR: Final = "Write # and six of 0-9 and A-F, such as #0F766E, or leave it empty."
_NO_FONT: Final = "Put a font of your own below first, or let readers keep theirs."
_NO_FILE: Final = "Choose a file first."


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the page's handlers, and that of its preview's style."""
    return [
        static_file("brand.js", "text/javascript"),
        *place(
            house,
            PATH,
            "settings:read",
            _shown,
            _take,
            take_scope="settings:write",
            bytes_max=_BYTES_MAX,
        ),
        *place(house, _STYLE, "settings:read", _style),
    ]


async def _shown(seat: Seat) -> Response[Any]:
    """Show the brand as it is kept."""
    return await _page(seat, seat.config.brand.said)


async def _page(
    seat: Seat,
    said: Brand,
    wrong: Mapping[str, str] | None = None,
    *,
    typed: Mapping[str, str] | None = None,
) -> Response[Any]:
    """Show a brand with what pages make of it.

    Args:
        typed: What stands in the fields where it is not what ``said`` says: it cannot be a brand.
    """
    config = seat.config
    made = body_of(await brand.preview(seat.house, seat.workspace_id, said))
    hosts = "\n".join(config.brand.hosts)
    asked = {"color": said.color or "", "corners": said.corners, "font": said.font}
    return seat.page(
        "staff_settings_brand.html",
        422 if wrong else 200,
        said=said,
        filled={**_filled(said), "hosts": hosts, **(typed or {})},
        is_tried=said != config.brand.said and not wrong,
        verdict=made["verdict"],
        tokens=made["tokens"],
        logo=face_of(config).logo,
        has_font=config.brand.font is not None,
        gone=_gone(seat),
        style=f"{seat.address(_STYLE)}?{urlencode(asked)}",
        snippet=widget.snippet(seat.house, seat.workspace_id),
        sender_max=SENDER_LENGTH_MAX,
        font_kilobytes=FONT_BYTES_MAX // 1000,
        wrong=wrong or {},
    )


def _gone(seat: Seat) -> dict[str, str] | None:
    """Say what was just removed and can be put back, until something else takes its place."""
    what = seat.query.get("gone", "")
    is_there = {"logo": seat.config.logo, "font": seat.config.brand.font}.get(what, "") is not None
    if is_there or not _DIGEST.fullmatch(seat.query.get("was", "")):
        return None
    return {"what": what, "was": seat.query["was"], "used": seat.query.get("used", "")}


def _filled(said: Brand) -> dict[str, str]:
    """Give what stands in the fields of a brand."""
    links = {name: getattr(said.links, name) or "" for name in _LINKS}
    plain = {"color": said.color or "", "sender": said.sender or ""}
    return {**plain, "corners": said.corners, "font": said.font, **links}


async def _style(seat: Seat) -> Response[Any]:
    """Write the preview's style, of the values behind the question mark."""
    kept = seat.config.brand
    colour = seat.query.get("color", "")
    said = replace(
        kept.said,
        color=colour if _COLOUR.fullmatch(colour) else None,
        corners=_corners(seat.query),
        font="own" if seat.query.get("font") == "own" else "system",
    )
    files = f"{brand_path(seat.workspace_id)}/"
    text = stylesheet(replace(kept, said=said), where=".brand-pane", files=files)
    headers = {**guard.headers_for(seat.house), "cache-control": "private, no-cache"}
    return Response((text or "").encode(), media_type="text/css", headers=headers)


def _corners(fields: Mapping[str, str]) -> Any:  # noqa: ANN401 - one of three words, checked here
    said = fields.get("corners", "")
    return said if said in ("sharp", "round") else "soft"


# ---------------------------------------------------------------- what is said


def _read(seat: Seat, fields: Form) -> tuple[Brand, dict[str, str]]:
    """Read a brand, and what is wrong with it by field; what is wrong is as if it were not said."""
    wrong: dict[str, str] = {}
    colour = fields.get("color", "").strip()
    if colour and not _COLOUR.fullmatch(colour):
        wrong["color"] = _NO_COLOUR
    sender = fields.get("sender", "").strip()
    if len(sender) > SENDER_LENGTH_MAX:
        wrong["sender"] = f"A sender has {SENDER_LENGTH_MAX} characters at most. Shorten it."
    links = {name: fields.get(name, "").strip() for name in _LINKS}
    for name, address in links.items():
        if len(address) > _ADDRESS_MAX:
            wrong[name] = f"An address has {_ADDRESS_MAX} characters at most. Shorten it."
    is_own = fields.get("font") == "own"
    if is_own and seat.config.brand.font is None:
        wrong["font"] = _NO_FONT
    said = Brand(
        color=None if "color" in wrong else colour or None,
        corners=_corners(fields),
        font="own" if is_own and "font" not in wrong else "system",
        sender=None if "sender" in wrong else sender or None,
        links=BrandLinks(
            **{name: None if name in wrong else one or None for name, one in links.items()}
        ),
    )
    try:
        said.check()
    except InvalidRequest as error:
        by_pointer = {"/sender": "sender", **{f"/links/{name}": name for name in _LINKS}}
        wrong |= at_fields(error, by_pointer, "color")
    return said, wrong


async def _look(seat: Seat, fields: Form) -> Response[Any]:
    """Keep a brand, or show what would become of it."""
    said, wrong = _read(seat, fields)
    typed = {name: fields[name] for name in _filled(said) if name in fields}
    if wrong:
        plain = replace(said, sender=None, links=BrandLinks())
        return await _page(seat, plain, wrong, typed=typed)
    if fields.get("act") == "try":
        return await _page(seat, said)
    await brand.put(seat.house, seat.workspace_id, said)
    return seat.go_on(seat.address(PATH), notice="The brand is saved. Shoppers see it now.")


async def _put_logo(seat: Seat, fields: Form) -> Response[Any]:
    if not (pictures := [one for one in fields.files.get("logo", []) if one]):
        return await _page(seat, seat.config.brand.said, {"logo": _NO_FILE})
    try:
        await configuring.put_logo(seat.house, seat.workspace_id, pictures[0])
    except InvalidRequest as error:
        return await _page(seat, seat.config.brand.said, at_fields(error, {}, "logo"))
    return seat.go_on(seat.address(PATH), notice="The logo is saved.")


async def _remove_logo(seat: Seat, _: Form) -> Response[Any]:
    there = seat.address(PATH, gone="logo", was=seat.config.logo)
    await configuring.remove_logo(seat.house, seat.workspace_id)
    return seat.go_on(there, notice="The logo is gone; your name stands in its place.")


async def _put_font(seat: Seat, fields: Form) -> Response[Any]:
    if not (files := [one for one in fields.files.get("file", []) if one]):
        return await _page(seat, seat.config.brand.said, {"file": _NO_FILE})
    try:
        await fonts.put(seat.house, seat.workspace_id, files[0])
    except InvalidRequest as error:
        return await _page(seat, seat.config.brand.said, at_fields(error, {}, "file"))
    words = "The font is here. Choose it above to have pages use it."
    return seat.go_on(seat.address(PATH), notice=words)


async def _remove_font(seat: Seat, _: Form) -> Response[Any]:
    kept = seat.config.brand
    there = seat.address(PATH, gone="font", was=kept.font, used=kept.said.font)
    await fonts.remove(seat.house, seat.workspace_id)
    return seat.go_on(there, notice="Pages are in the reader’s own font again.")


async def _back(seat: Seat, fields: Form) -> Response[Any]:
    """Put back the logo or the font that was removed."""
    was, ours = fields.get("was", "")[:_DIGEST_LENGTH], (seat.house, seat.workspace_id)
    if fields.get("what") == "font":
        done = await fonts.put_back(*ours, was, is_used=fields.get("used") == "own")
    else:
        done = await configuring.put_back_logo(*ours, was)
    if isinstance(done, NotFound):
        return seat.nowhere(done.what)
    return seat.go_on(seat.address(PATH), notice="It is back, as it was.")


async def _hosts(seat: Seat, fields: Form) -> Response[Any]:
    """Say anew which of the shop's pages may show the portal in a frame."""
    typed = fields.get("hosts", "")
    hosts = tuple(dict.fromkeys(line.strip() for line in typed.splitlines() if line.strip()))
    wrong: dict[str, str] = {}
    if len(hosts) > HOSTS_MAX:
        wrong["hosts"] = f"These are {len(hosts)} pages; {HOSTS_MAX} are the most."
    elif any(len(one) > _HOST_MAX for one in hosts):
        wrong["hosts"] = f"A line has {_HOST_MAX} characters at most. Shorten it."
    else:
        try:
            await widget.put(seat.house, seat.workspace_id, WidgetSettings(hosts=hosts))
        except InvalidRequest as error:
            places = (int(one.pointer.rpartition("/")[2]) for one in error.errors)
            named = ", ".join(hosts[place] for place in places)
            wrong["hosts"] = f"{error.errors[0].detail} Not so: {named}"
    if wrong:
        return await _page(seat, seat.config.brand.said, wrong, typed={"hosts": typed})
    return seat.go_on(seat.address(PATH), notice="The widget may open the portal on these pages.")


_ACTS: Final[Mapping[str, Callable[[Seat, Form], Awaitable[Response[Any]]]]] = {
    "logo": _put_logo,
    "remove_logo": _remove_logo,
    "font": _put_font,
    "remove_font": _remove_font,
    "back": _back,
    "hosts": _hosts,
}


async def _take(seat: Seat, fields: Form) -> Response[Any]:
    return await _ACTS.get(fields.get("act", ""), _look)(seat, fields)
