"""Policies: put as a whole; a change is a new version, and returns keep theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta

from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, envelope
from retour.lifecycle.commands import Body, Word
from retour.lifecycle.model import (
    Approval,
    Policy,
    PolicyRule,
    ReturnStatus,
    ShippedWhen,
    WindowStart,
)
from retour.store.statements import named

if TYPE_CHECKING:
    from retour.desk.house import House

_SQL: Final = named("places")
_ENCODE: Final = msgspec.json.Encoder()
_DECODE: Final = msgspec.json.Decoder(Policy)
RULES_MAX: Final = 200
_VALUES_MAX: Final = 1000
Values = Annotated[tuple[Word, ...], Meta(max_length=_VALUES_MAX)]


class RuleBody(Body):
    """When everything named matches, the rule speaks."""

    name: Word
    then: Literal["eligible", "ineligible", "review"]
    skus: Values = ()
    groups: Values = ()
    reasons: Values = ()
    origins: Values = ()
    channels: Values = ()
    countries: Values = ()
    window_days: Annotated[int, Meta(ge=0, le=3650)] | None = None


class PolicyPut(Body):
    """A policy whole; what is left out is at its default."""

    window_days: Annotated[int, Meta(ge=0, le=3650)] = 30
    window_starts: WindowStart = WindowStart.DELIVERED
    approval: Approval = Approval.MANUAL
    ineligible: Literal["queue", "reject"] = "queue"
    label: Approval = Approval.MANUAL
    settlement: Approval = Approval.MANUAL
    settle_at: Literal["authorized", "shipped", "tracked", "received", "processed"] = "processed"
    shipped_when: ShippedWhen = ShippedWhen.HANDOVER
    completion: Approval = Approval.MANUAL
    keep_item: bool = False
    refund_shipping: Literal["none", "full"] = "none"
    carrier: Word = "sandbox"
    rules: Annotated[tuple[RuleBody, ...], Meta(max_length=RULES_MAX)] = ()


def _view(policy: Policy) -> bytes:
    """Show every field, those at their defaults too."""
    shown = {name: getattr(policy, name) for name in Policy.__struct_fields__}
    shown["rules"] = [
        {name: getattr(rule, name) for name in PolicyRule.__struct_fields__}
        for rule in policy.rules
    ]
    return _ENCODE.encode(shown)


def _policy(policy_id: str, version: int, body: PolicyPut) -> Policy:
    fields = {name: getattr(body, name) for name in PolicyPut.__struct_fields__}
    fields["settle_at"] = ReturnStatus(body.settle_at)
    fields["rules"] = tuple(
        PolicyRule(**{name: getattr(rule, name) for name in RuleBody.__struct_fields__})
        for rule in body.rules
    )
    return Policy(id=policy_id, version=version, **fields)


async def put(house: House, workspace_id: int, policy_id: str, body: PolicyPut) -> Outcome:
    """Bring a policy into force from its next version on; the same again makes no version."""
    async with house.database.transaction(workspace_id) as connection:
        while True:
            row = await connection.fetchrow(_SQL["latest_policy"], workspace_id, policy_id)
            version = row["version"] if row else 0
            policy = _policy(policy_id, version + 1, body)
            if row is not None and _DECODE.decode(row["body"]) == _policy(policy_id, version, body):
                return Done(status=200, body=_view(_DECODE.decode(row["body"])), version=version)
            inserted = await connection.fetchval(
                _SQL["insert_policy"],
                workspace_id,
                policy_id,
                version + 1,
                _ENCODE.encode(policy).decode(),
            )
            if inserted is not None:  # Else another put took the version: look again.
                break
    return Done(status=200 if row else 201, body=_view(policy), version=version + 1)


async def look_up(house: House, workspace_id: int, policy_id: str) -> Outcome:
    """Give a policy as it is in force."""
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(_SQL["latest_policy"], workspace_id, policy_id)
    if row is None:
        return NotFound(what="policy")
    return Done(status=200, body=_view(_DECODE.decode(row["body"])), version=row["version"])


async def listing(house: House, workspace_id: int, page: Page) -> Outcome:
    """Give a page of the policies in force, by id."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            _SQL["list_policies"], workspace_id, page.after, page.limit + 1
        )
    more = rows[page.limit - 1]["policy_id"] if len(rows) > page.limit else None
    views = [_view(_DECODE.decode(row["body"])) for row in rows[: page.limit]]
    return Done(status=200, body=envelope(views, more))
