"""The page behind a shopper's link: this one return, where it stands, what they may do about it.

It knows nobody but the link: no login, no cookie, no script.  What is offered are the commands that
the shopper's part of the table allows now; each is a form of its own, sent once.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath

from retour.desk import shopper
from retour.desk.brand import Face, accent_of, face_of
from retour.desk.outcome import Done, NotFound
from retour.desk.shopper import Expired
from retour.desk.withdrawals.page import clean, entry_of
from retour.dialects.portal.grade_words import grades_in
from retour.dialects.portal.languages import FOLLOWING, JOURNEY, LANGUAGES, TRACKING
from retour.dialects.portal.next_words import next_of, next_said
from retour.dialects.withdrawal.words import fill
from retour.gateways.limits import PHOTO_BYTES_MAX
from retour.gateways.papers import Card, bars_svg, card_png
from retour.gateways.photos import PHOTO_TYPE
from retour.kernel.ids import workspace_text
from retour.kernel.problems import InvalidRequest
from retour.lifecycle.commands import Cancel, Command, Comment, WaiveReceipt
from retour.lifecycle.parcels.bodies import CreateLabel
from retour.lifecycle.shopper.bodies import ChangeMethod, RecordDropOff, ResolveRejected
from retour.policy.shopper import RejectedChoice
from retour.screens.forms import (
    BODY_BYTES_MAX,
    count_in,
    go_on,
    language_for,
    query_of,
    read_form,
    read_parts,
)
from retour.screens.pages import NOBODY, private_page
from retour.screens.writing import clock, date_of, day, last_day, money, week_of
from retour.store.links import FOLLOW, SHOPPER, read_token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.store.photos import Size

_TEMPLATE: Final = "follow.html"
MESSAGE_LENGTH_MAX: Final = 4000
PHOTOS_MAX: Final = 5
"""Photos that one form takes; of many more than that nobody waits for the answer."""
_PHOTOS_BYTES_MAX: Final = 2 * PHOTO_BYTES_MAX + 65_536
_LOOK_AGAIN_S: Final = 5
"""How soon the page looks again, as long as a carrier makes a label and nobody waits in vain."""
_METHODS: Final = frozenset({"label", "drop_off", "locker", "pickup", "own"})
_WORD_LENGTH_MAX: Final = 200
_BY_THEMSELVES: Final = frozenset({"own", "virtual"})
"""Ways of which the shopper writes the address; of others a carrier does."""
_BEFORE: Final = frozenset({"requested", "authorized"})
"""Statuses in which nothing has been sent."""
_UNSENT: Final = frozenset({"requested", "label_created"})
_SAID: Final = {"method": "method", "dropped": "dropped", "comment": "message"}
"""What the page says after an act; nothing after others."""
_PHOTO_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "private, max-age=300",
}
_Asked = Request[Any, Any, Any]


def _comment(fields: Mapping[str, str]) -> Command | None:
    text = clean(fields.get("text", ""))[:MESSAGE_LENGTH_MAX]
    return Comment(text=text, author="customer") if text else None


def _choose(fields: Mapping[str, str]) -> Command | None:
    choice = fields.get("choice", "")
    return ResolveRejected(choice=RejectedChoice(choice)) if choice in set(RejectedChoice) else None


def _method(fields: Mapping[str, str]) -> Command | None:
    method = fields.get("method", "")
    return msgspec.convert({"method": method}, ChangeMethod) if method in _METHODS else None


def _dropped(fields: Mapping[str, str]) -> Command | None:
    place = clean(fields.get("place", ""))[:_WORD_LENGTH_MAX] or None
    number = clean(fields.get("receipt", ""))[:_WORD_LENGTH_MAX] or None
    if place is number is None:
        return None
    return RecordDropOff(place=place, receipt_number=number)


def way_of(ret: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the steps that people see: those done, and those that can still come.

    A step that was passed over does not come any more, nor does anything once the return is over;
    a return that was declined was not approved, though somebody decided; and nobody makes a label
    for goods that have been sent, or that go without one.
    """
    is_over = ret["status"] in {"rejected", "canceled", "completed"}
    left_out = {"approval"} if ret["status"] == "rejected" else set[str]()
    steps = [one for one in ret["steps"] if one["step"] not in left_out]
    is_labelled = ret["status"] in _BEFORE and ret.get("method") not in _BY_THEMSELVES
    cannot_come = set[str]() if is_labelled else {"label"}
    last = max((place for place, one in enumerate(steps) if one["done_at"]), default=-1)
    return [
        one
        for place, one in enumerate(steps)
        if one["done_at"] or (place > last and not is_over and one["step"] not in cannot_come)
    ]


def parcels_of(ret: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the parcels that say something: not one that nobody tracks, once the goods are sent."""
    return [
        one
        for one in ret["parcels"]
        if ret["status"] in _BEFORE or one["status"] not in _UNSENT or one["tracking_number"]
    ]


def is_label_coming(ret: Mapping[str, Any]) -> bool:
    """Say whether a carrier is about to make a label for the shopper."""
    return any(
        one["status"] == "requested" and one["direction"] == "inbound" for one in ret["parcels"]
    )


def qr_data(text: str) -> str | None:
    """Draw a text as a QR code, for a picture's address; ``None`` where nothing here draws."""
    try:
        import segno
    except ImportError:  # The text beside it says the same.
        return None
    drawn: str = segno.make(text, error="m", micro=False).svg_data_uri(scale=4, border=4)
    return drawn


def bars_data(text: str) -> str | None:
    """Draw a text as Code 128, for a picture's address; ``None`` where it has other letters."""
    drawn = bars_svg(text)
    return f"data:image/svg+xml,{quote(drawn)}" if drawn else None


ACTS: Final[Mapping[str, Callable[[Mapping[str, str]], Command | None]]] = {
    "cancel": lambda _: Cancel(reason=shopper.GIVEN_UP),
    "comment": _comment,
    "keep": lambda _: WaiveReceipt(),
    "choose": _choose,
    "label": lambda _: CreateLabel(),
    "method": _method,
    "dropped": _dropped,
}
"""What the page's forms ask for; nothing where a form says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A return opened by its link, in a language."""

    house: House
    token: str
    language: str

    async def show(self, status: int = 200, *, notice: str | None = None) -> Response[Any]:
        """Show the return as it stands, or why the link leads nowhere."""
        seen = await shopper.look(self.house, self.token)
        words = FOLLOWING[self.language]
        match seen:
            case Expired(until=until):
                text = fill(words.expired, until=self.until(until))
                return self.page(410, title=words.expired_title, said=text)
            case Done(body=body):
                return await self._return(json.loads(body), status, notice)
            case _:
                return self.page(404, title=words.unknown_title, said=words.unknown)

    async def _return(self, ret: dict[str, Any], status: int, notice: str | None) -> Response[Any]:
        right = read_token(self.house.vault, SHOPPER, self.token)
        assert right is not None, "what is seen was ours"
        config = await self.house.configs.recent(right.workspace_id)
        assert config is not None, "what is seen has a workspace"
        zone = ZoneInfo(config.zone)
        shop = workspace_text(right.workspace_id)
        is_coming = is_label_coming(ret)
        beside = await shopper.beside(self.house, self.token)
        what_next = next_of(ret, is_beside=bool(beside))
        sent_by: str = ret["method"] or ("own" if what_next == "own" else "label")
        is_carried = sent_by not in _BY_THEMSELVES
        again = urlencode({"lang": self.language, "order": ret["order_number"]})
        response = self.page(
            status,
            ret=ret,
            beside=beside,
            what_next=next_said(what_next, self.language),
            wants_label=what_next == "label_wanted",
            parcels=parcels_of(ret),
            way=way_of(ret),
            is_coming=is_coming,
            has_failed={one["status"] for one in ret["parcels"]} == {"label_failed"},
            code=qr_data(ret["reference"]),
            bars=bars_data(ret["reference"]),
            sent_by=sent_by,
            is_carried=is_carried,
            goes_to=() if is_carried else await shopper.goes_to(self.house, self.token),
            hours=await self._hours() if sent_by == "virtual" else None,
            again=f"/p/{shop}/find?{again}",
            face=face_of(config),
            grades=grades_in(config.grades, self.language),
            notice=notice,
            last_day=partial(last_day, zone=zone, language=self.language),
            day=partial(day, zone=zone, language=self.language),
            money=partial(money, language=self.language),
            most=MESSAGE_LENGTH_MAX,
            entry=await entry_of(self.house, right.workspace_id, self.language),
        )
        if is_coming and status < HTTPStatus.BAD_REQUEST:
            response.headers["refresh"] = str(_LOOK_AGAIN_S)
        return response

    async def _hours(self) -> tuple[list[tuple[str, str]], str | None] | None:
        """Write when it is open where the shopper brings the goods, and whether it is now."""
        seen = await shopper.open_there(self.house, self.token)
        if seen is None:
            return None
        more, until, said = TRACKING[self.language], seen.now.until, None
        if until is not None:
            text = more.open_until if seen.now.is_open else more.open_from
            zone, language = seen.zone, self.language
            at = clock(until, zone=zone, language=language)
            said = fill(text, time=at, day=date_of(until, zone=zone, language=language))
        return week_of(seen.week, self.language), said

    def page(self, status: int, **values: Any) -> Response[Any]:  # noqa: ANN401 - whatever the template names
        """Fill the template."""
        face: Face = values.pop("face", NOBODY)
        return private_page(
            _TEMPLATE,
            status,
            face=face,
            language=self.language,
            words=FOLLOWING[self.language],
            more=TRACKING[self.language],
            journey=JOURNEY[self.language],
            methods=LANGUAGES[self.language].methods,
            direction=LANGUAGES[self.language].direction,
            reasons=LANGUAGES[self.language].reasons,
            fill=fill,
            act=self.address,
            photo_at=self.photo_at,
            save_at=f"/{FOLLOW}/{self.token}/code.png?{urlencode({'lang': self.language})}",
            others=[
                (code, words.language, f"/{FOLLOW}/{self.token}?{urlencode({'lang': code})}")
                for code, words in LANGUAGES.items()
                if code != self.language
            ],
            is_wrong=status >= HTTPStatus.BAD_REQUEST,
            **{"entry": None, "ret": None, "notice": None, **values},
        )

    def until(self, at: datetime) -> str:
        """Write until when a link was good."""
        return day(at.isoformat(), zone=ZoneInfo("UTC"), language=self.language)

    def address(self, act: str) -> str:
        """Say where a form goes; the language is kept."""
        return f"/{FOLLOW}/{self.token}/{act}?{urlencode({'lang': self.language})}"

    def photo_at(self, photo: str, size: str = "full") -> str:
        """Say where a photo of what was found lies."""
        return f"/{FOLLOW}/{self.token}/photos/{photo}?{urlencode({'size': size})}"

    async def act(self, name: str, fields: Mapping[str, str], body: bytes) -> Response[Any]:
        """Do what a form asks; pressed twice it is done once."""
        command = ACTS[name](fields)
        if command is None:
            said = TRACKING[self.language].dropped_none if name == "dropped" else None
            return await self.show(422, notice=said)
        digest = hashlib.sha256(name.encode() + b"\n" + body).digest()
        once = f"{name}-{fields.get('version', '')[:12]}-{digest.hex()[:16]}"
        key = shopper.key_of(self.token, once, digest)
        match await shopper.act(self.house, self.token, command, key=key):
            case Done():
                return self.done(_SAID.get(name))
            case Expired() | NotFound():
                return await self.show()
            case _:
                return await self.show(422, notice=FOLLOWING[self.language].not_now)

    async def change(self, fields: Mapping[str, str]) -> Response[Any]:
        """Ask for fewer or more of the items; with none of anything the return ends."""
        seen = await shopper.look(self.house, self.token)
        if not isinstance(seen, Done):
            return await self.show()
        lines = json.loads(seen.body)["lines"]
        wanted = {
            line["line"]: min(count_in(fields[f"line_{place}"]), line["most"])
            for place, line in enumerate(lines)
            if line["line"] is not None and f"line_{place}" in fields
        }
        version = fields.get("version", "")
        outcome = await shopper.change(
            self.house,
            self.token,
            wanted,
            if_match=int(version) if version.isascii() and version.isdecimal() else None,
        )
        if isinstance(outcome, Done):
            return self.done("changed")
        return await self.show(422, notice=FOLLOWING[self.language].not_now)

    async def join(self) -> Response[Any]:
        """Put these goods into the parcel of the return that was asked for first."""
        if await shopper.lie_with(self.house, self.token):
            return self.done()
        return await self.show(422, notice=FOLLOWING[self.language].not_now)

    def done(self, sent: str | None = None) -> Response[Any]:
        """Send the browser back to the page, which says what was ``sent``."""
        said = {"lang": self.language, **({"sent": sent} if sent else {})}
        return go_on(f"/{FOLLOW}/{self.token}?{urlencode(said)}")

    async def picture(self, line: str, photos: list[bytes]) -> Response[Any]:
        """Take photos of an item in; those that came before one that is none are kept."""
        words = FOLLOWING[self.language]
        for photo in photos[:PHOTOS_MAX]:
            try:
                outcome = await shopper.picture(self.house, self.token, line, photo)
            except InvalidRequest:
                return await self.show(422, notice=words.photo_bad)
            if not isinstance(outcome, Done):
                return await self.show(422, notice=words.not_now)
        return self.done("photos") if photos else await self.show(422, notice=words.photo_bad)


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the page's handlers."""

    @get(f"/{FOLLOW}/{{token:str}}")
    async def show(request: _Asked, token: FromPath[str]) -> Response[Any]:
        """Show the return; reading it changes nothing."""
        seen, query = _seen(house, request, token), query_of(request)
        words, more = FOLLOWING[seen.language], TRACKING[seen.language]
        said = {
            "message": words.sent,
            "photos": words.photos_sent,
            "asked": more.asked,
            "changed": more.changed,
            "method": more.method_changed,
            "dropped": more.dropped_said,
        }
        return await seen.show(notice=said.get(query.get("sent", "")))

    @post(f"/{FOLLOW}/{{token:str}}/{{act:str}}", request_max_body_size=BODY_BYTES_MAX)
    async def act(request: _Asked, token: FromPath[str], act: FromPath[str]) -> Response[Any]:
        """Do what one of the page's forms asks."""
        seen, body = _seen(house, request, token), await request.body()
        if read_token(house.vault, SHOPPER, token) is None:
            return await seen.show(404)
        if act == "change":
            return await seen.change(read_form(body))
        if act == "join":
            return await seen.join()
        if act not in ACTS:
            return await seen.show(404)
        return await seen.act(act, read_form(body), body)

    @post(f"/{FOLLOW}/{{token:str}}/photos", request_max_body_size=_PHOTOS_BYTES_MAX)
    async def picture(request: _Asked, token: FromPath[str]) -> Response[Any]:
        """Take photos of one of the items in."""
        seen = _seen(house, request, token)
        if read_token(house.vault, SHOPPER, token) is None:
            return await seen.show(404)
        form = await read_parts(request)
        files = [one for one in form.getall("photo", []) if isinstance(one, UploadFile)]
        photos = [await one.read() for one in files]
        return await seen.picture(str(form.get("line", "")), [one for one in photos if one])

    return [show, picture, act, *_pictures(house)]


def _pictures(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of pictures: what was found, and the code."""

    @get(f"/{FOLLOW}/{{token:str}}/photos/{{photo:str}}")
    async def found(request: _Asked, token: FromPath[str], photo: FromPath[str]) -> Response[Any]:
        """Give a photo of what was found of goods that were not accepted."""
        size: Size = "thumb" if query_of(request).get("size") == "thumb" else "full"
        image = await shopper.photo(house, token, photo, size)
        if isinstance(image, NotFound | Expired):
            return await _seen(house, request, token).show(404)
        return Response(image.body, media_type=PHOTO_TYPE, headers=_PHOTO_HEADERS)

    @get(f"/{FOLLOW}/{{token:str}}/code.png")
    async def code(request: _Asked, token: FromPath[str]) -> Response[Any]:
        """Give the return's code as a picture to keep on a phone."""
        seen = await shopper.look(house, token)
        if not isinstance(seen, Done):
            return await _seen(house, request, token).show()
        ret = json.loads(seen.body)
        reference: str = ret["reference"]
        drawn = await _drawn(house, token, ret, _seen(house, request, token).language)
        name = "".join(sign for sign in reference if sign.isascii() and sign.isalnum()) or "code"
        saved = {"content-disposition": f'attachment; filename="{name}.png"'}
        headers = {**_PHOTO_HEADERS, **saved}
        return Response(drawn, media_type="image/png", headers=headers)

    return [found, code]


async def _drawn(house: House, token: str, ret: dict[str, Any], language: str) -> bytes:
    """Draw a return to keep: its codes, the last day to send it, and where it goes."""
    right = read_token(house.vault, SHOPPER, token)
    assert right is not None, "what is seen was ours"
    config = await house.configs.recent(right.workspace_id)
    assert config is not None, "what is seen has a workspace"
    more, zone = TRACKING[language], ZoneInfo(config.zone)
    ends = [one["until"] for one in ret["promises"] if one["cause"] == "ship" and not one["missed"]]
    goes_to = await shopper.goes_to(house, token) if next_of(ret) in _BY_THEMSELVES else ()
    card = Card(
        merchant=ret["merchant"],
        heading=more.number,
        code=ret["reference"],
        note="".join(
            fill(more.promises["ship"], day=last_day(one, zone=zone, language=language))
            for one in ends[:1]
        ),
        towards=JOURNEY[language].goes_to if goes_to else "",
        receiver=goes_to,
        accent=accent_of(config),
    )
    return await card_png(card)


def _seen(house: House, request: _Asked, token: str) -> _Seen:
    language = language_for(request, query_of(request), FOLLOWING)
    return _Seen(house=house, token=token, language=language)
