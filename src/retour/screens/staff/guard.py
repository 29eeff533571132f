"""What stands before every staff page: cookies, where a form came from, headers, notices.

A form is taken only where the browser says that it comes from our own pages, and only with the mark
of the session it was made for.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from litestar import Request, Response

from retour.desk.people.persons import now_s
from retour.store.secrets import CannotOpen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retour.desk.house import House

Asking = Request[Any, Any, Any]
_SESSION: Final = "retour-session"
_DOOR: Final = "retour-door"
_NOTICE: Final = "retour-notice"
_HALF: Final = "retour-half"
_KNOWN: Final = "retour-known"
_KNOWN_S: Final = 90 * 24 * 3600
DOOR_BYTES: Final = 24
_NOTICE_LENGTH_MAX: Final = 500
_COOKIE_LENGTH_MAX: Final = 3000
_NEXT_LENGTH_MAX: Final = 1000
_OWN: Final = ("/w/", "/me/", "/welcome/", "/held/")
"""How paths begin that one may be sent on to after signing in, with a slash at their end."""
HALF_S: Final = 600
"""How long something that was begun, such as a sign-in in two steps, may take."""
_SECURE_HEADERS: Final = {"strict-transport-security": "max-age=31536000"}
HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
        " connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none';"
        " form-action 'self'; frame-src 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not "no-referrer": browsers would send no origin with our own forms.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
    "x-robots-tag": "noindex, nofollow",
}
"""Of every staff page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What the page before had to say: ``good``, ``bad`` or ``info``."""

    text: str
    tone: str = "good"


COPIED: Final = Notice(
    text="Your sign-in was in use in two browsers at once, as if somebody had copied it, and was"
    " ended in both. Sign in again, and tell your admin where that was not you.",
    tone="warn",
)


def is_secure(house: House) -> bool:
    """Say whether people reach us by HTTPS alone."""
    return house.settings.public_base.startswith("https://")


def headers_for(house: House) -> dict[str, str]:
    """Give the headers of staff pages."""
    return {**HEADERS, **(_SECURE_HEADERS if is_secure(house) else {})}


# ---------------------------------------------------------------- cookies


def _name(house: House, name: str) -> str:
    """Name a cookie: by HTTPS in a way that no other host and no plain HTTP can set it."""
    return f"__Host-{name}" if is_secure(house) else name


def _set(
    house: House, response: Response[Any], name: str, value: str, *, age_s: int | None = None
) -> None:
    response.set_cookie(
        key=_name(house, name),
        value=value,
        max_age=age_s,
        path="/",
        secure=is_secure(house),
        httponly=True,
        samesite="lax",
    )


def _read(house: House, request: Asking, name: str) -> str:
    value = request.cookies.get(_name(house, name), "")
    return value if len(value) <= _COOKIE_LENGTH_MAX else ""


def session_token(house: House, request: Asking) -> str:
    """Read what a browser brings; empty where it brings nothing."""
    return _read(house, request, _SESSION)


def keep_session(house: House, response: Response[Any], token: str) -> None:
    """Have the browser bring this from now on, until it is closed."""
    _set(house, response, _SESSION, token)
    forget_half(house, response)


def rotate_session(house: House, response: Response[Any], token: str) -> None:
    """Have the browser bring this instead; what was begun in it goes on."""
    _set(house, response, _SESSION, token)


def drop_session(house: House, response: Response[Any]) -> None:
    """Have the browser bring nothing any more."""
    _set(house, response, _SESSION, "", age_s=0)


def _unsealed(house: House, request: Asking, name: str) -> bytes | None:
    text = _read(house, request, name)
    try:
        sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return house.vault.open(name.removeprefix("retour-"), sealed)
    except (ValueError, CannotOpen):
        return None


async def keep_half(house: House, response: Response[Any], said: Mapping[str, object]) -> None:
    """Have the browser hold what was begun, sealed; it is good for some minutes."""
    begun = {**said, "begun": await now_s(house)}
    sealed = house.vault.seal("half", json.dumps(begun).encode())
    text = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
    _set(house, response, _HALF, text, age_s=HALF_S)


async def read_half(house: House, request: Asking) -> dict[str, Any]:
    """Read what was begun in this browser; empty where nothing was, or too long ago.

    A browser is only asked to forget it in time; whoever copied it would not.
    """
    said = _unsealed(house, request, _HALF)
    if said is None:
        return {}
    opened: dict[str, Any] = json.loads(said)
    is_good = 0 <= await now_s(house) - int(opened.get("begun", 0)) <= HALF_S
    return opened if is_good else {}


def forget_half(house: House, response: Response[Any]) -> None:
    """End what was begun."""
    _set(house, response, _HALF, "", age_s=0)


def keep_known(house: House, response: Response[Any], known: str) -> None:
    """Have the browser say from now on that an account's person has signed in there."""
    sealed = house.vault.seal("known", known.encode())
    text = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
    _set(house, response, _KNOWN, text, age_s=_KNOWN_S)


def read_known(house: House, request: Asking) -> str:
    """Read whose browser it is known to be; empty where nobody has signed in."""
    return (_unsealed(house, request, _KNOWN) or b"").decode()


# ---------------------------------------------------------------- forms


def form_mark(house: House, session_id: str) -> str:
    """Give the mark that forms of one session carry."""
    return house.vault.mark("form", session_id).hex()[:40]


def door_of(house: House, request: Asking) -> str:
    """Give what marks the forms of a browser in which nobody is signed in; new at first."""
    known = _read(house, request, _DOOR)
    return known if len(known) == DOOR_BYTES * 4 // 3 else secrets.token_urlsafe(DOOR_BYTES)


def keep_door(house: House, response: Response[Any], door: str) -> None:
    """Have the browser bring its door's mark with the form."""
    _set(house, response, _DOOR, door)


def is_ours(house: House, request: Asking, fields: Mapping[str, str], marked_for: str) -> bool:
    """Say whether a form comes from our own page, made for this very browser."""
    mark = fields.get("form", "")
    right = form_mark(house, marked_for)
    if not hmac.compare_digest(mark.encode(), right.encode()):
        return False
    return is_same_origin(house, request)


def is_same_origin(house: House, request: Asking) -> bool:
    """Say whether the browser tells that a form comes from our own pages."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return site is not None
    ours = urlsplit(house.settings.public_base)
    host = request.headers.get("host", "")
    return origin in (f"{ours.scheme}://{ours.netloc}", f"{ours.scheme}://{host}")


# ---------------------------------------------------------------- where to go on


def own_path(text: str, otherwise: str = "/w") -> str:
    """Give an address to go on to where it is a page of ours; never anybody else's."""
    is_plain = text.isascii() and text.isprintable() and len(text) <= _NEXT_LENGTH_MAX
    if not is_plain or not text.startswith("/") or text.startswith("//") or "\\" in text:
        return otherwise
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or not f"{parts.path}/".startswith(_OWN):
        return otherwise
    steps = unquote(parts.path).split("/")[1:]
    return otherwise if {"", ".", ".."} & {*steps[:-1]} or steps[-1] in {".", ".."} else text


def with_notice(house: House, response: Response[Any], notice: Notice) -> Response[Any]:
    """Have the next page say something, once."""
    said = json.dumps({"text": notice.text[:_NOTICE_LENGTH_MAX], "tone": notice.tone}).encode()
    text = base64.urlsafe_b64encode(said).decode().rstrip("=")
    mark = house.vault.mark("notice", text).hex()[:40]
    _set(house, response, _NOTICE, f"{text}.{mark}", age_s=60)
    return response


def read_notice(house: House, request: Asking) -> Notice | None:
    """Read what the page before had to say."""
    text, _, mark = _read(house, request, _NOTICE).partition(".")
    right = house.vault.mark("notice", text).hex()[:40]
    if not text or not hmac.compare_digest(mark.encode(), right.encode()):
        return None
    said = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return Notice(text=said["text"], tone=said["tone"])


def forget_notice(house: House, response: Response[Any]) -> None:
    """Have it said only once."""
    _set(house, response, _NOTICE, "", age_s=0)
