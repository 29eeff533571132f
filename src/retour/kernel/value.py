"""What every stored value is: a frozen struct that leaves its defaults unsaid.

No rule lives here, and nothing that only one room needs.
"""

from __future__ import annotations

from typing import dataclass_transform

import msgspec


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A frozen value; fields that hold their default are left out of its JSON."""
