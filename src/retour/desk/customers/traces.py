"""What there is of a person: orders with their returns, tickets, mails, statements, parcels.

One list, by which what there is is counted, given out and forgotten; a new place where persons'
words are kept is found here or nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from retour.store.statements import named

if TYPE_CHECKING:
    from datetime import datetime

    from retour.desk.customers.whom import Meant
    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("privacy")
_CUSTOMERS: Final = named("customers")
OVER: Final = frozenset({"completed", "canceled", "rejected"})
"""Statuses of returns in which nothing more is to be done."""
MANY: Final = 10_000
_PAGE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """The ids of what there is of a person, each kind at most as many as were asked for."""

    orders: dict[str, str] = field(default_factory=dict[str, str])
    """Order numbers by id."""
    returns: dict[str, str] = field(default_factory=dict[str, str])
    """Statuses by id."""
    tickets: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    """Use cases of the portal and of the API: messages about no return."""
    parcels: tuple[str, ...] = ()
    photos: tuple[str, ...] = ()
    withdrawals: dict[str, datetime] = field(default_factory=dict[str, "datetime"])
    """When each was received, by id."""

    @property
    def open_returns(self) -> int:
        """How many returns are not over."""
        return sum(status not in OVER for status in self.returns.values())

    @property
    def threads(self) -> list[str]:
        """The conversations of its returns and tickets."""
        return sorted({one[4:] for one in (*self.returns, *self.tickets)})


async def orders_of(
    connection: Connection, workspace_id: int, who: Meant, until: datetime, limit: int
) -> tuple[dict[str, str], dict[str, str]]:
    """Give the next orders that still name a person, and their returns with their status."""
    found = await connection.fetch(
        _SQL["orders_of_person"], workspace_id, *who.columns, until, limit
    )
    orders = {row["order_id"]: row["order_number"] for row in found}
    rows = await connection.fetch(_SQL["returns_of_orders"], workspace_id, list(orders))
    return orders, {row["return_id"]: row["status"] for row in rows}


async def traces(
    house: House, connection: Connection, workspace_id: int, who: Meant, until: datetime
) -> Traces:
    """Look up what there is of a person, of everything as much as can be shown."""
    orders, returns = await orders_of(connection, workspace_id, who, until, _PAGE)
    return await beside(
        house, connection, workspace_id, who, until=until, orders=orders, returns=returns
    )


async def beside(
    house: House,
    connection: Connection,
    workspace_id: int,
    who: Meant,
    *,
    until: datetime,
    orders: dict[str, str],
    returns: dict[str, str],
) -> Traces:
    """Look up what hangs on some orders and returns, and what is the person's own."""
    digests = list(who.digests)
    named_so = [f"tkt_{one[4:]}" for one in returns]
    rows = await connection.fetch(
        _SQL["tickets_of_person"], workspace_id, digests, named_so, until, MANY
    )
    tickets = tuple(row["ticket_id"] for row in rows)
    so_far = Traces(orders=orders, returns=returns, tickets=tickets)
    rows = await connection.fetch(_SQL["mails_of_threads"], workspace_id, so_far.threads, MANY)
    mails = [row["mail_id"] for row in rows]
    mails += await _by_sender(
        house, connection, workspace_id, "mails_of_nobody", who=who, until=until
    )
    messages = await _by_sender(
        house, connection, workspace_id, "cases_of_somebody", who=who, until=until
    )
    parcels = await _by_sender(
        house, connection, workspace_id, "parcels_of_somebody", who=who, until=until
    )
    owners = [*returns, *tickets, *mails, *messages]
    photos = await connection.fetch(_SQL["photos_of_owners"], workspace_id, owners, MANY)
    said = await connection.fetch(
        _SQL["withdrawals_of_person"], workspace_id, digests, list(orders), until, MANY
    )
    return Traces(
        orders=orders,
        returns=returns,
        tickets=tickets,
        mails=tuple(mails),
        messages=tuple(messages),
        parcels=tuple(parcels),
        photos=tuple(row["photo_id"] for row in photos),
        withdrawals={row["withdrawal_id"]: row["received_at"] for row in said},
    )


async def _by_sender(
    house: House,
    connection: Connection,
    workspace_id: int,
    name: str,
    *,
    who: Meant,
    until: datetime,
) -> list[str]:
    """Go through what bears an address and is in no conversation: each is read and compared."""
    found: list[str] = []
    wanted, after = set(who.digests), ""
    while wanted:
        rows = await connection.fetch(_SQL[name], workspace_id, after, until, _PAGE)
        found += [
            row[0] for row in rows if house.vault.digest(workspace_id, row["email"] or "") in wanted
        ]
        if len(rows) < _PAGE:
            break
        after = rows[-1][0]
    return found


async def list_entries(connection: Connection, workspace_id: int, who: Meant) -> int:
    """Say how many entries of lists hold a person."""
    count: int = await connection.fetchval(
        _CUSTOMERS["count_entries_of_marks"], workspace_id, *who.listed
    )
    return count
