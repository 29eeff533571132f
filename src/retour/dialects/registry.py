"""All dialects, one line each.

A new one is a module with its ``DIALECT``, a folder under ``tests/golden`` and a line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from retour.dialects import (
    cloudevents,
    fulfillmenttools,
    kibo,
    notification,
    retour,
    tickets,
    warehouse,
)
from retour.dialects.dialect import Dialect

DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType(
    {
        dialect.name: dialect
        for dialect in (
            retour.DIALECT,
            notification.DIALECT,
            tickets.DIALECT,
            kibo.DIALECT,
            fulfillmenttools.DIALECT,
            cloudevents.DIALECT,
            warehouse.DIALECT,
        )
    }
)
"""Every dialect under its name."""
