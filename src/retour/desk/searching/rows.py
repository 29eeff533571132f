"""Returns as lists show them: one row each, with what one needs to choose which to open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from retour.dialects.view import View, instant
from retour.kernel.money import format_amount
from retour.lifecycle.model import Customer, Return
from retour.policy.eligibility import ELIGIBLE, OVERRULED
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

    from retour.store.database import Connection

_SQL: Final = named("searching")
_RETURN: Final = msgspec.json.Decoder(Return)
_CUSTOMER: Final = msgspec.json.Decoder(Customer)
SKUS_SHOWN: Final = 5


async def rows_of(
    connection: Connection, workspace_id: int, return_ids: Sequence[str]
) -> dict[str, View]:
    """Give the rows of some returns by their ids."""
    if not return_ids:
        return {}
    found = await connection.fetch(_SQL["rows"], workspace_id, list(return_ids))
    return {row["return_id"]: _row(row) for row in found}


def _row(row: asyncpg.Record) -> View:
    ret, customer = _RETURN.decode(row["body"]), _CUSTOMER.decode(row["customer"])
    against = [one for one in ret.verdict.trace if one.verdict not in {ELIGIBLE, OVERRULED}]
    has_facet = row["currency"] is not None
    return {
        "id": ret.id,
        "number": ret.number,
        "rma_number": ret.rma_number,
        "order_number": ret.order_number,
        "status": ret.status.value,
        "version": row["version"],
        "origin": ret.origin.value,
        "customer": {"name": customer.name, "email": customer.email},
        "skus": list(dict.fromkeys(line.sku for line in ret.lines))[:SKUS_SHOWN],
        "units": sum(line.quantity for line in ret.lines),
        "reason": row["reason"],
        "channel": row["channel"],
        "facility": row["facility"],
        "value": format_amount(row["value"], row["currency"]) if has_facet else None,
        "currency": row["currency"],
        "verdict": {
            "eligible": ret.verdict.eligible,
            "rule": against[0].rule if against else None,
            "detail": against[0].detail if against else None,
        },
        "concerns": row["concerns"] or [],
        "owner": row["owner"],
        "owned_since": None if row["owned_since"] is None else instant(row["owned_since"]),
        "requested_at": instant(ret.status_at["requested"]),
        "updated_at": instant(row["updated_at"]),
    }
