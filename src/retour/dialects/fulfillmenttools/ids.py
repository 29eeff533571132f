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


def item_return_id(return_id: str, nth: int = 0) -> str:
    """Call an ItemReturn: by its return, and by its place where it is not the return's first."""
    if nth == 0:
        return as_uuid(return_id)
    return str(uuid5(_NAMESPACE, f"item-return/{return_id}/{nth}"))


def returned_line_item_id(unit_id: str, nth: int = 0) -> str:
    """Call one unit of an ItemReturn; ``nth`` counts the times it was returned before."""
    if nth == 0:
        return as_uuid(unit_id)
    return str(uuid5(_NAMESPACE, f"returned-line/{unit_id}/{nth}"))


def process_ref(order_id: str) -> str:
    """Call the process that everything about an order belongs to."""
    return str(uuid5(_NAMESPACE, f"process/{order_id}"))


def parcel_ref(parcel_id: str) -> str:
    """Call a parcel."""
    return as_uuid(parcel_id)


def line_item_id(order_id: str, line: str) -> str:
    """Call a line of an order."""
    return str(uuid5(_NAMESPACE, f"line/{order_id}/{line}"))


def facility_ref(code: str) -> str:
    """Call a facility."""
    return str(uuid5(_NAMESPACE, f"facility/{code}"))


def event_id(event: str, word: str) -> str:
    """Call one message of an event."""
    return str(uuid5(_NAMESPACE, f"event/{event}/{word}"))
