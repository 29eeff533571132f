"""What the bodies of commands are made of: their base and the bounds of what may be said.

Pure data; who adds a command writes it beside its subject's others.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, dataclass_transform

import msgspec
from msgspec import Meta

QUANTITY_MAX = 100_000
"""Units in one line of one command."""
LINES_MAX = 500
"""Lines in one command."""
UNITS_MAX = 10_000
"""Units in one return: every event carries all of them."""

Quantity = Annotated[int, Meta(ge=1, le=QUANTITY_MAX)]
Word = Annotated[str, Meta(min_length=1, max_length=255)]
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
"""A SHA-256 in hexadecimal."""
Text = Annotated[str, Meta(max_length=4000)]
Some = Meta(min_length=1, max_length=LINES_MAX)
Few = Meta(max_length=LINES_MAX)
Judgement = Literal["accepted", "rejected", "waiting_for_input"]
Amount = Annotated[str, Meta(max_length=32)]
Instant = Annotated[datetime, Meta(tz=True)]
Localized = Annotated[dict[Word, Text], Meta(max_length=100)]
"""The same words by locale."""


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command's body: unknown fields are an error."""
