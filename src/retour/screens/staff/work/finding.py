"""Which return is it about?  A search on the page of something that has none yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.desk import searching
from retour.desk.pages import Page
from retour.desk.searching.asked import read_query
from retour.kernel.problems import InvalidRequest
from retour.screens.staff.work.reading import View, view_of

if TYPE_CHECKING:
    from retour.screens.staff.seat import Seat

_FOUND_MAX: Final = 10


async def returns_like(seat: Seat, guess: str, wrong: dict[str, str]) -> tuple[str, list[View]]:
    """Give what is searched for on a page, or a guess, and the returns it finds.

    Whoever may not read returns finds none: names and addresses lead to persons.

    Args:
        wrong: Gets what is wrong with the search, at its field.
    """
    if not seat.may("returns:read"):
        return "", []
    typed = seat.query.get("q")
    q = guess if typed is None else typed
    if not q:
        return q, []
    try:
        wanted = read_query(f'"{q}"' if typed is None else q)
        searched = await searching.search(
            seat.house, seat.workspace_id, wanted, Page(limit=_FOUND_MAX)
        )
    except InvalidRequest as error:
        wrong["q"] = words_of(error)
        return q, []
    found = view_of(searched)
    assert found is not None, "a search that is understood is answered"
    return q, found["data"]


def words_of(error: InvalidRequest) -> str:
    """Say in words what was wrong with what somebody sent."""
    return " ".join(one.detail for one in error.errors)
