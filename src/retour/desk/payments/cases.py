"""Payment cases: what processors told that no leg explains, until a person has seen to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, paged
from retour.dialects.view import View, instant
from retour.kernel.ids import is_id
from retour.kernel.money import format_amount
from retour.lifecycle.bodies import Body
from retour.store.payments import Case, close_case, list_cases, one_case

if TYPE_CHECKING:
    from retour.desk.house import House

MISSING: Final = NotFound(what="payment case")
_ENCODE: Final = msgspec.json.Encoder()
_HIGHEST: Final = "pmc_~"
"""Above every id: where a list starts."""


class ClosePaymentCase(Body):
    """Say what was made of it."""

    note: Annotated[str, Meta(min_length=1, max_length=2000)] | None = None


async def listing(house: House, workspace_id: int, page: Page, *, is_open: bool) -> Outcome:
    """Give a page of cases, newest first."""
    below = page.after or _HIGHEST
    async with house.database.transaction(workspace_id) as connection:
        found = await list_cases(connection, workspace_id, below, page.limit + 1, is_open=is_open)
    return paged(found, page, _view, key=lambda one: one.case_id)


async def look_up(house: House, workspace_id: int, case_id: str) -> Outcome:
    """Give one case."""
    if not is_id(case_id, "pmc"):
        return MISSING
    async with house.database.transaction(workspace_id) as connection:
        case = await one_case(connection, workspace_id, case_id)
    return MISSING if case is None else Done(status=200, body=_ENCODE.encode(_view(case)))


async def close(house: House, workspace_id: int, case_id: str, given: ClosePaymentCase) -> Outcome:
    """Close a case; one that is closed already stays as it was."""
    if not is_id(case_id, "pmc"):
        return MISSING
    async with house.database.transaction(workspace_id) as connection:
        await close_case(connection, workspace_id, case_id, given.note)
    return await look_up(house, workspace_id, case_id)


def _view(case: Case) -> View:
    return {
        "id": case.case_id,
        "processor": case.processor,
        "kind": case.kind,
        "reference": case.reference,
        "status": case.status,
        "payment": case.payment,
        "order_number": case.order_number,
        "amount": format_amount(case.amount, case.currency),
        "currency": case.currency,
        "why": case.why,
        "told_at": instant(case.event_at),
        "note": case.note,
        "created_at": instant(case.created_at),
        "closed_at": None if case.closed_at is None else instant(case.closed_at),
    }
