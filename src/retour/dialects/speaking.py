"""What a subscription is told of an event: which words, as which bytes, kept under which name.

One event may need several messages in a dialect; each is a delivery of its own, in the dialect's
order.  Commit, delivery and the desk's look-ups all read it here, so they cannot differ.  Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final, cast

import msgspec

from retour.dialects.dialect import Wanted
from retour.dialects.registry import DIALECTS
from retour.dialects.stored import StoredEvent
from retour.kernel.subscription import (
    EFFECT_KINDS,
    EVERYTHING,
    WORDS_MAX,
    SubscriptionBody,
    SubscriptionKind,
)
from retour.kernel.wire import WireMessage

_ENCODE: Final = msgspec.json.Encoder(order="sorted")


def _words(dialect: str) -> Mapping[str, tuple[str, ...]]:
    """Give a dialect's vocabulary by events' names; effects speak none."""
    spoken = DIALECTS.get(dialect)
    return {} if spoken is None else cast("Mapping[str, tuple[str, ...]]", spoken.vocabulary)


def heard(said: SubscriptionBody, event_type: str) -> tuple[str, ...]:
    """Give the words a subscription is told of such an event; none where it is not for it.

    It may have asked for the event, for single words of its dialect, or for everything, which is
    everything that the dialect's own source says.
    """
    if said.kind in EFFECT_KINDS:
        return ()
    words = _words(said.dialect).get(event_type, ())
    asked = said.events
    if event_type in asked:
        return words
    beside = DIALECTS[said.dialect].beside if words else frozenset[str]()
    is_all = EVERYTHING in asked
    return tuple(word for word in words if word in asked or (is_all and word not in beside))


def place(stream_sequence: int, part: int = 0) -> int:
    """Say where a message of an event stands in its lane; ``part`` counts its words from 0."""
    assert part < WORDS_MAX
    return stream_sequence * WORDS_MAX + part


def word_at(said: SubscriptionBody, event_type: str, position: int) -> str:
    """Give the word that the delivery at a place says; a test says one that nobody asked for."""
    words = heard(said, event_type) or _words(said.dialect).get(event_type, ("",))
    part = position % WORDS_MAX
    return words[part] if part < len(words) else words[0]


def render_key(said: SubscriptionBody, subscription_id: str, version: int) -> str:
    """Name the bytes a version of a subscription is told; the same bytes, the same name.

    The same dialect, format and settings give the same bytes to every subscription; a template's
    version gives its own.
    """
    if said.template is not None or said.kind is SubscriptionKind.ACKNOWLEDGEMENT:
        return f"{subscription_id}/{version}"
    if not said.dialect_settings:
        return f"{said.dialect}/{said.format}"
    settings = hashlib.sha256(_ENCODE.encode(said.dialect_settings)).hexdigest()[:16]
    return f"{said.dialect}/{said.format}/{settings}"


def worded_key(key: str, said: SubscriptionBody, event_type: str, word: str) -> str:
    """Tell the bytes of an event's several messages apart; ``key`` is ``render_key``'s."""
    several = len(_words(said.dialect).get(event_type, ())) > 1
    return f"{key}/{word}" if several else key


def rendered(event: StoredEvent, said: SubscriptionBody, word: str) -> WireMessage | None:
    """Say an event in a subscription's dialect, without a template; ``None`` is silence."""
    wanted = Wanted(word=word, format=said.format, settings=said.dialect_settings)
    return DIALECTS[said.dialect].render(event, wanted)
