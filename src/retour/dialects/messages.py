"""Every message there is: each word of each dialect, with the event that shows it best.

The catalogue, the schemas and the documents of the API read this list, so none can know a message
that the others do not.  Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import msgspec

from retour.dialects.dialect import Dialect, Wanted
from retour.dialects.example_message import use_case_example
from retour.dialects.examples import example
from retour.dialects.registry import DIALECTS
from retour.dialects.stored import StoredEvent
from retour.kernel.wire import WireMessage
from retour.lifecycle.model import EventType


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One word of one dialect.

    Args:
        types: The events it is said of, in the order of a return's life.
        shown: The sample that says it.
    """

    dialect: Dialect
    word: str
    types: tuple[EventType, ...]
    shown: StoredEvent

    @property
    def name(self) -> str:
        """Name it among all messages; the native ones keep their bare event's name."""
        return self.word if self.dialect.name == "retour" else f"{self.dialect.name}.{self.word}"

    def sample(self, form: str) -> WireMessage:
        """Say the sample, in one of the dialect's formats."""
        message = self.dialect.render(self.shown, Wanted(word=self.word, format=form))
        assert message is not None, "what shows a word says it"
        return message


@cache
def every_message() -> tuple[Said, ...]:
    """Give every message, dialect by dialect, in the order of a return's life."""
    return tuple(
        _said(dialect, word)
        for dialect in DIALECTS.values()
        for word in dict.fromkeys(
            word for event_type in EventType for word in dialect.vocabulary.get(event_type, ())
        )
    )


def message(dialect: str, word: str) -> Said | None:
    """Give the message of a word, if there is such a dialect with such a word."""
    return next(
        (one for one in every_message() if (one.dialect.name, one.word) == (dialect, word)), None
    )


def _said(dialect: Dialect, word: str) -> Said:
    types = tuple(one for one in EventType if word in dialect.vocabulary.get(one, ()))
    wanted = Wanted(word=word, format=dialect.formats[0])
    shown = next((one for one in _samples(types) if dialect.render(one, wanted)), None)
    assert shown is not None, f"no sample says {word} of {dialect.name}"
    return Said(dialect=dialect, word=word, types=types, shown=shown)


def _samples(types: tuple[EventType, ...]) -> Iterator[StoredEvent]:
    for event_type in types:
        yield example(event_type)
        if event_type is EventType.MESSAGE_CREATED:
            yield use_case_example()
