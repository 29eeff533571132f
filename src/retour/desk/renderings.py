"""Bytes of an event: under which key they are kept, and how they are made anew.

The key says what the bytes depend on: the same dialect, format and settings give the same bytes to
every subscription; a template's version gives its own.
"""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec

from retour.dialects.dialect import Wanted
from retour.dialects.registry import DIALECTS
from retour.dialects.stored import StoredEvent
from retour.kernel.subscription import SubscriptionBody
from retour.kernel.wire import WireMessage

_ENCODE: Final = msgspec.json.Encoder(order="sorted")


def render_key(said: SubscriptionBody, subscription_id: str, version: int) -> str:
    """Name the bytes that a version of a subscription is told."""
    if said.template is not None:
        return f"{subscription_id}/{version}"
    if not said.dialect_settings:
        return f"{said.dialect}/{said.format}"
    settings = hashlib.sha256(_ENCODE.encode(said.dialect_settings)).hexdigest()[:16]
    return f"{said.dialect}/{said.format}/{settings}"


def rendered(event: StoredEvent, said: SubscriptionBody) -> WireMessage | None:
    """Say an event as a subscription without a template wants it; ``None`` is silence."""
    wanted = Wanted(format=said.format, settings=said.dialect_settings)
    return DIALECTS[said.dialect].render(event, wanted)
