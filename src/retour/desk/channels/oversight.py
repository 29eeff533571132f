"""What people look at beside the queue: what marketplaces cancel soon, and what they refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.desk.channels.accounts import open_account
from retour.desk.outcome import Done
from retour.desk.policies import look_up as look_up_policy
from retour.desk.policies import policy_view, read_draft
from retour.kernel.money import format_amount
from retour.lifecycle.model import Executor, LegStatus
from retour.store import channels as store

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.desk.policies import PolicyPut
    from retour.store.channels import Closing

_FIRST: Final = datetime(1, 1, 1, tzinfo=UTC)
_NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
_FAILED: Final = frozenset({LegStatus.FAILED.value, LegStatus.REVERSED.value})
View = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLeg:
    """A payment that a marketplace refused, in its own words."""

    return_id: str
    rma_number: str
    order_number: str
    leg: str
    amount: str
    currency: str
    words: str
    tries: int


async def under_way(house: House, workspace_id: int) -> int:
    """Count channel returns that have not ended here, up to a thousand."""
    async with house.database.transaction(workspace_id) as connection:
        return await store.under_way(connection, workspace_id)


async def policy(house: House, workspace_id: int, policy_id: str) -> View | None:
    """Give a policy as it is in force; None where it is not there yet."""
    outcome = await look_up_policy(house, workspace_id, policy_id)
    view: View | None = msgspec.json.decode(outcome.body) if isinstance(outcome, Done) else None
    return view


def begun(body: PolicyPut) -> View:
    """Show a policy that is not there yet, as it would begin."""
    view: View = msgspec.json.decode(policy_view(read_draft("draft", 1, body)))
    return view


async def days_of(house: House, workspace_id: int) -> dict[str, int]:
    """Say after how many days each marketplace cancels, as the account's own policy has it."""
    account = await open_account(house, workspace_id)
    if account is None:
        return {}
    found = await policy(house, workspace_id, account.channel_policy)
    return {} if found is None else dict(found["deadlines"]["channel_days"])


async def closing(
    house: House, workspace_id: int, *, after: str = "", limit: int = 50
) -> tuple[list[Closing], str | None]:
    """Give a page of what a marketplace cancels unless it is handled, the next first."""
    place = _read_place(after)
    async with house.database.transaction(workspace_id) as connection:
        rows = await store.closing(connection, workspace_id, _NEVER, place, limit + 1)
    more = None
    if len(rows) > limit:
        last = rows[limit - 1]
        more = f"{last.due_at.isoformat()} {last.timer_id}"
    return rows[:limit], more


def _read_place(text: str) -> tuple[datetime, str]:
    """Read a place in the list; what is none is its beginning."""
    moment, _, timer = text.partition(" ")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return _FIRST, ""
    return (_FIRST, "") if at.tzinfo is None else (at, timer)


async def refused_legs(
    house: House, workspace_id: int, *, after: str = "", limit: int = 50
) -> tuple[list[RefusedLeg], str | None]:
    """Give what marketplaces refused of a page of returns with failed payments."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await store.refused_payments(connection, workspace_id, after, limit + 1)
    more = rows[limit - 1].return_id if len(rows) > limit else None
    legs = [leg for row in rows[:limit] for leg in _legs_of(row)]
    return legs, more


def _legs_of(row: store.Unpaid) -> list[RefusedLeg]:
    found: list[RefusedLeg] = []
    ret: View = msgspec.json.decode(row.body)
    for settlement in ret.get("settlements", ()):
        for leg in settlement["legs"]:
            if leg["executor"] != Executor.CHANNELENGINE.value or leg["status"] not in _FAILED:
                continue
            tries: list[View] = leg.get("attempts") or []
            said = next((one["error"] for one in reversed(tries) if one.get("error")), None)
            found.append(
                RefusedLeg(
                    return_id=row.return_id,
                    rma_number=row.rma_number,
                    order_number=row.order_number,
                    leg=leg["id"],
                    amount=format_amount(leg["amount"], settlement["currency"]),
                    currency=settlement["currency"],
                    words=said or "The marketplace gave no reason.",
                    tries=len(tries),
                )
            )
    return found
