"""Addresses merchants give us, judged when they are written: where to, and with which headers.

The same guard judges every address again when something is sent; here it only saves a merchant
from finding out by a failed delivery.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from retour.gateways.egress import Allowed, Blocked, check_url, parse_allow
from retour.kernel.problems import FieldError
from retour.settings import Settings

HEADERS_MAX: Final = 20
HEADER_BYTES_MAX: Final = 1024

_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}")
_VALUE: Final = re.compile(r"[\t\x20-\x7e]*")
_OURS: Final = frozenset(
    (
        *("accept-encoding", "connection", "content-encoding", "content-length", "content-type"),
        *("date", "expect", "host", "keep-alive", "proxy-authenticate", "proxy-authorization"),
        *("proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "user-agent", "via"),
    )
)
"""Headers that frame the message or belong to one hop: ours to say, or nobody's."""
_OUR_PREFIX: Final = "webhook-"


@lru_cache(maxsize=8)
def _allow(text: str) -> tuple[Allowed, ...]:
    return parse_allow(text)


def own_hosts(settings: Settings) -> frozenset[str]:
    """Name the hosts that lead back to us."""
    host = urlsplit(settings.public_base).hostname
    return frozenset({host} if host else ())


def check_target(settings: Settings, url: str, pointer: str) -> list[FieldError]:
    """Say what is wrong with an address, always in the same words."""
    judged = check_url(url, _allow(settings.egress_allow), own_hosts=own_hosts(settings))
    if isinstance(judged, Blocked):
        return [FieldError(pointer=pointer, code="address_blocked", detail=judged.words)]
    return []


def check_headers(headers: Mapping[str, str], pointer: str) -> list[FieldError]:
    """Say what is wrong with a merchant's own headers, each by its name."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for name, value in headers.items():
        where = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
        if wrong := _wrong_header(name, value, seen):
            errors.append(FieldError(pointer=where, code="bad_header", detail=wrong))
        seen.add(name.lower())
    if len(headers) > HEADERS_MAX:
        detail = f"These are {len(headers)} headers; give at most {HEADERS_MAX}."
        errors.append(FieldError(pointer=pointer, code="too_long", detail=detail))
    return errors


def _wrong_header(name: str, value: str, seen: set[str]) -> str | None:
    if not _NAME.fullmatch(name):
        return "This is no header name. Use letters, digits and hyphens, at most 100."
    if name.lower() in _OURS or name.lower().startswith(_OUR_PREFIX):
        return f"{name} is set by the delivery itself. Leave it out."
    if name.lower() in seen:
        return f"{name} is given twice in different spellings. Give it once."
    if not _VALUE.fullmatch(value):
        return "A header's value is one line of printable ASCII. Encode anything else."
    if len(value) > HEADER_BYTES_MAX:
        return f"This value is longer than {HEADER_BYTES_MAX} bytes. Shorten it."
    return None
