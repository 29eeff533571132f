"""Where goods can go, as every workspace knows it; a workspace adds words of its own.

Pure data: what a disposition means for stock is for a warehouse or a shop to read.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from retour.kernel.value import Value


class Stock(StrEnum):
    """What a disposition does to what can be sold."""

    SELLABLE = "sellable"  # Back among what is sold as new.
    SECONDARY = "secondary"  # Sold, but not as new.
    HELD = "held"  # Here, and not for sale.
    GONE = "gone"  # Leaves the house.


class Disposition(Value):
    """Where goods go, in words, and what that does to stock."""

    name: str
    stock: Stock
    localized: dict[str, str] = {}


DISPOSITIONS: Final[Mapping[str, Disposition]] = MappingProxyType(
    {
        "restock": Disposition(name="Back on the shelf", stock=Stock.SELLABLE),
        "refurbish": Disposition(name="Made good first", stock=Stock.HELD),
        "resell": Disposition(name="Sold as used", stock=Stock.SECONDARY),
        "outlet": Disposition(name="Sold in an outlet", stock=Stock.SECONDARY),
        "liquidate": Disposition(name="Sold by the lot", stock=Stock.GONE),
        "donate": Disposition(name="Given away", stock=Stock.GONE),
        "recycle": Disposition(name="Taken apart for its materials", stock=Stock.GONE),
        "destroy": Disposition(name="Destroyed", stock=Stock.GONE),
        "return_to_vendor": Disposition(name="Back to its maker", stock=Stock.GONE),
        "send_back": Disposition(name="Back to the customer", stock=Stock.GONE),
        "transfer": Disposition(name="On to another facility", stock=Stock.HELD),
        "quarantine": Disposition(name="Set aside", stock=Stock.HELD),
    }
)
"""The words that are always there; a workspace can rename them, not lose them."""
