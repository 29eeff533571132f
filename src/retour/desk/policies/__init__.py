"""Policies: put as a whole; a change is a new version, and returns keep theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta

from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, envelope
from retour.desk.policies.deadlines_body import (
    DeadlinesBody,
    deadlines_of,
    deadlines_view,
    deadlines_wrong,
)
from retour.desk.policies.risk_body import RiskBody, Signal, risk_wrong
from retour.desk.policies.shopper_body import ShopperBody, shopper_terms, shopper_wrong
from retour.desk.quality_body import QualityBody, quality_view, quality_wrong
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.commands import Amount, Body, Word
from retour.lifecycle.model import (
    Approval,
    Policy,
    PolicyRule,
    ReturnStatus,
    ShippedWhen,
    WindowStart,
)
from retour.policy.conditions import When
from retour.policy.contradictions import contradictions
from retour.policy.grading import QualityRule
from retour.policy.model import Then
from retour.policy.weighing import Risk
from retour.store.statements import named

if TYPE_CHECKING:
    from retour.desk.house import House

_SQL: Final = named("places")
_ENCODE: Final = msgspec.json.Encoder()
_DECODE: Final = msgspec.json.Decoder(Policy)
RULES_MAX: Final = 200
_VALUES_MAX: Final = 1000
_ERRORS_MAX: Final = 50
Values = Annotated[tuple[Word, ...], Meta(max_length=_VALUES_MAX)]
Words = Annotated[str, Meta(min_length=1, max_length=1000)]
Days = Annotated[int, Meta(ge=0, le=3650)]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]


class SpanBody(Body):
    """A whole number from ``at_least`` up to ``at_most``, both included."""

    at_least: Count | None = None
    at_most: Count | None = None


class AmountSpanBody(Body):
    """An amount in one currency; an amount in another is outside."""

    currency: Word
    at_least: Amount | None = None
    at_most: Amount | None = None


class OrderWhenBody(Body):
    """What must be so of the order."""

    channels: Values = ()
    countries: Values = ()
    total: AmountSpanBody | None = None


class ItemWhenBody(Body):
    """What must be so of the order line."""

    skus: Values = ()
    groups: Values = ()
    returnable: bool | None = None
    unit_price: AmountSpanBody | None = None


class RequestWhenBody(Body):
    """What must be so of the request and its line."""

    origins: Values = ()
    reasons: Values = ()
    quantity: SpanBody | None = None
    days_since_order: SpanBody | None = None
    days_since_delivery: SpanBody | None = None


class CustomerWhenBody(Body):
    """What must be so of what the customer did before."""

    orders_placed: SpanBody | None = None
    units_bought: SpanBody | None = None
    days_since_first_order: SpanBody | None = None
    returns_placed: SpanBody | None = None
    returns_7_days: SpanBody | None = None
    returns_30_days: SpanBody | None = None
    returns_90_days: SpanBody | None = None
    units_returned: SpanBody | None = None
    return_rate: SpanBody | None = None
    value_returned_30_days: AmountSpanBody | None = None
    value_returned_90_days: AmountSpanBody | None = None
    value_returned_365_days: AmountSpanBody | None = None
    kept_items: SpanBody | None = None
    missing_or_wrong: SpanBody | None = None
    rejected_returns: SpanBody | None = None
    failed_payments: SpanBody | None = None
    linked_identities: SpanBody | None = None


class RiskWhenBody(Body):
    """What must be so of the risk that was worked out."""

    score: SpanBody | None = None
    flags: Annotated[tuple[Signal, ...], Meta(max_length=20)] = ()


class WhenBody(Body):
    """Everything that must be so at once; nothing named is always so."""

    order: OrderWhenBody = OrderWhenBody()
    item: ItemWhenBody = ItemWhenBody()
    request: RequestWhenBody = RequestWhenBody()
    customer: CustomerWhenBody = CustomerWhenBody()
    risk: RiskWhenBody = RiskWhenBody()


class ThenBody(Body):
    """What a rule does; ``approve``, ``review`` and ``reject`` exclude each other."""

    approve: bool = False
    review: Words | None = None
    reject: Words | None = None
    window_days: Days | None = None
    keep_item: bool | None = None


class RuleBody(Body):
    """A rule: ``id``, ``when`` and the actions in ``then``.

    Or in the short form: ``name``, one word in ``then``, and lists of what must match.
    """

    then: Literal["eligible", "ineligible", "review"] | ThenBody
    id: Word | None = None
    when: WhenBody | None = None
    name: Word | None = None
    skus: Values = ()
    groups: Values = ()
    reasons: Values = ()
    origins: Values = ()
    channels: Values = ()
    countries: Values = ()
    window_days: Days | None = None


_SHORT_FORM: Final = tuple(name for name in PolicyRule.__struct_fields__ if name != "when")
_SHORT_ONLY: Final = tuple(name for name in _SHORT_FORM if name != "then")
_LONG_ONLY: Final = ("id", "when")


class PolicyPut(Body):
    """A policy whole; what is left out is at its default."""

    window_days: Days = 30
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
    quality_check: QualityBody | None = None
    foreign_serial: Literal["flag", "wrong_item", "ignore"] = "flag"
    risk: RiskBody | None = None
    blocked: Literal["review", "reject"] = "review"
    shopper: ShopperBody = ShopperBody()
    deadlines: DeadlinesBody = DeadlinesBody()
    rules: Annotated[tuple[RuleBody, ...], Meta(max_length=RULES_MAX)] = ()


def _view(policy: Policy) -> bytes:
    """Show every field, those at their defaults too."""
    shown = {name: getattr(policy, name) for name in Policy.__struct_fields__}
    shown["rules"] = [_rule_view(rule) for rule in policy.rules]
    shown["deadlines"] = deadlines_view(policy.deadlines)
    shown["quality_check"] = quality_view(policy.quality_check)
    return _ENCODE.encode(shown)


def _rule_view(rule: PolicyRule) -> dict[str, object]:
    """Show a rule in the form it was put in; what a rule with actions does not name is left out."""
    if isinstance(rule.then, Then):
        parts = {part: getattr(rule.when, part) for part in When.__struct_fields__}
        asked = {part: value for part, value in parts.items() if value != type(value)()}
        return {"id": rule.name, "when": asked, "then": rule.then}
    return {name: getattr(rule, name) for name in _SHORT_FORM}


def _policy(policy_id: str, version: int, body: PolicyPut) -> Policy:
    fields = {name: getattr(body, name) for name in PolicyPut.__struct_fields__}
    fields["settle_at"] = ReturnStatus(body.settle_at)
    fields["rules"] = tuple(_rule(rule) for rule in body.rules)
    fields["shopper"] = shopper_terms(body.shopper)
    fields["deadlines"] = deadlines_of(body.deadlines)
    if body.quality_check is not None:
        quality = msgspec.to_builtins(body.quality_check)
        fields["quality_check"] = msgspec.convert(quality, QualityRule)
    if body.risk is not None:
        fields["risk"] = msgspec.convert(msgspec.to_builtins(body.risk), Risk)
    return Policy(id=policy_id, version=version, **fields)


def _rule(body: RuleBody) -> PolicyRule:
    if isinstance(body.then, ThenBody):
        plain = {"name": body.id, "then": body.then, "when": body.when or WhenBody()}
    else:
        plain = {name: getattr(body, name) for name in _SHORT_FORM}
    return msgspec.convert(msgspec.to_builtins(plain), PolicyRule)


def _checked(policy_id: str, body: PolicyPut) -> None:
    """Hold the rules to what can be carried out.

    Raises:
        InvalidRequest: Naming each rule that mixes the forms, contradicts itself, or can never
            speak; nothing has been written then.
    """
    errors = [error for place, rule in enumerate(body.rules) for error in _mixed(rule, place)]
    errors += risk_wrong(body.risk)
    errors += quality_wrong(body.quality_check)
    errors += shopper_wrong(body.shopper)
    errors += deadlines_wrong(body.deadlines)
    if not errors:
        errors = list(contradictions(_policy(policy_id, 1, body).rules))
    if errors:
        raise InvalidRequest(*errors[:_ERRORS_MAX])


def read_draft(policy_id: str, version: int, body: PolicyPut) -> Policy:
    """Give the policy that a body would bring into force, which it does not.

    Raises:
        InvalidRequest: A rule contradicts itself or others.
    """
    _checked(policy_id, body)
    return _policy(policy_id, version, body)


def _mixed(rule: RuleBody, place: int) -> Iterator[FieldError]:
    """Find fields of the other form, and the name that is missing."""
    is_long = isinstance(rule.then, ThenBody)
    strange, needed = (_SHORT_ONLY, "id") if is_long else (_LONG_ONLY, "name")
    for name in strange:
        if getattr(rule, name) not in (None, ()):
            yield FieldError(
                pointer=f"/rules/{place}/{name}",
                code="contradictory",
                detail=f"A rule {_FORM[is_long]} has no {name}. {_REMEDY[is_long]}",
            )
    if getattr(rule, needed) is None:
        yield FieldError(
            pointer=f"/rules/{place}/{needed}",
            code="missing",
            detail=f"A rule {_FORM[is_long]} needs {needed!r}; give it.",
        )


_FORM: Final = {True: "with actions", False: "in the short form"}
_REMEDY: Final = {
    True: "Say it in when or then.",
    False: "Make then an object of actions, or name it as the short form does.",
}


async def put(house: House, workspace_id: int, policy_id: str, body: PolicyPut) -> Outcome:
    """Bring a policy into force from its next version on; the same again makes no version.

    Raises:
        InvalidRequest: A rule contradicts itself or others; the version in force stays.
    """
    _checked(policy_id, body)
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
