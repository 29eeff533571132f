"""What fulfillmenttools calls our things: UUIDs, the same for ever.

Ids of ours are written as UUIDs that carry all of them, so that a job is found by its id without
an index.  What merchants name themselves (order lines, facilities) is hashed, and found again among
its few neighbours.  The view and the API both read it here, so they cannot differ.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID, uuid5

from retour.kernel.ids import as_uuid, from_uuid

_NAMESPACE: Final = UUID("6c1f6a3e-8f0e-5d0b-9a55-0e4b7f3f2f11")
"""Ours, for what merchants name; never changed, for receivers keep what is made from it."""


def job_id(order_id: str) -> str:
    """Call an order's ItemReturnJob."""
    return as_uuid(order_id)


def order_id(job: str) -> str | None:
    """Give the order whose job is called that; ``None`` where none can be."""
    return from_uuid(job, "ord")


def item_return_id(own_id: str) -> str:
    """Call an ItemReturn: by its return, or by its receipt where it is not the return's first."""
    return as_uuid(own_id)


def returned_line_item_id(unit_id: str) -> str:
    """Call one unit of an ItemReturn."""
    return as_uuid(unit_id)


def line_item_id(order_id: str, line: str) -> str:
    """Call a line of an order."""
    return str(uuid5(_NAMESPACE, f"line/{order_id}/{line}"))


def facility_ref(code: str) -> str:
    """Call a facility."""
    return str(uuid5(_NAMESPACE, f"facility/{code}"))


def event_id(event: str, word: str) -> str:
    """Call one message of an event."""
    return str(uuid5(_NAMESPACE, f"event/{event}/{word}"))
