"""Applications with pages, each made once for a house: Litestar reads their routes for long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from retour.api.app import build
from retour.desk.house import House

if TYPE_CHECKING:
    from litestar import Litestar

Pages = Callable[[House], Sequence[Any]]
_MADE: Final[dict[tuple[int, Pages], tuple[House, Litestar]]] = {}
"""By who the house is, which is kept beside its application so that no other becomes it."""


def app_of(house: House, pages: Pages) -> Litestar:
    """Give a house's application with these pages; it holds nothing but the house."""
    made = (id(house), pages)
    if made not in _MADE:
        _MADE[made] = (house, build(house, extra=pages(house)))
    return _MADE[made][1]
