"""Policies: put as a whole; a change is a new version, and returns keep theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal, cast

import msgspec
from msgspec import Meta

from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, paged
from retour.desk.policies.deadlines_body import (
    DeadlinesBody,
    deadlines_of,
    deadlines_view,
    deadlines_wrong,
)
from retour.desk.policies.risk_body import BlockedWords, RiskBody, risk_wrong
from retour.desk.policies.rule_body import (
    Days,
    RuleBody,
    SettleAt,
    ThenBody,
    mixed,
    rule_of,
    rule_view,
)
from retour.desk.policies.shopper_body import ShopperBody, shopper_terms, shopper_wrong
from retour.desk.quality_body import QualityBody, quality_view, quality_wrong
from retour.kernel.fields import wrong_fields
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body, Word
from retour.lifecycle.model import (
    Approval,
    ParcelMethod,
    Policy,
    ReturnStatus,
    ShippedWhen,
    WindowStart,
)
from retour.policy.contradictions import policy_contradictions
from retour.policy.grading import QualityRule
from retour.policy.model import ConsumerLaw, PaymentOrder, Phases
from retour.policy.model import Outcome as PolicyOutcome
from retour.policy.weighing import Risk
from retour.store.statements import named
from retour.store.telling import take_turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from retour.desk.house import House
    from retour.kernel.fields import Json
    from retour.lifecycle.model import Actor
    from retour.store.database import Connection

_SQL: Final = named("places")
_ENCODE: Final = msgspec.json.Encoder()
_DECODE: Final = msgspec.json.Decoder(Policy)
RULES_MAX: Final = 200
NAME_MAX: Final = 80
_ERRORS_MAX: Final = 50


class PhasesBody(Body):
    """Which parts of a return's life there are; what is off is jumped without events."""

    authorization: bool = True
    logistics: bool = True
    processing: bool = True
    settlement: bool = True


class PolicyPut(Body):
    """A policy whole; what is left out is at its default."""

    name: Annotated[str, Meta(max_length=NAME_MAX)] = ""
    window_days: Days = 30
    window_starts: WindowStart = WindowStart.DELIVERED
    approval: Approval = Approval.MANUAL
    ineligible: Literal["queue", "reject"] = "queue"
    label: Approval = Approval.MANUAL
    settlement: Approval = Approval.MANUAL
    settle_at: SettleAt = "processed"
    shipped_when: ShippedWhen = ShippedWhen.HANDOVER
    completion: Approval = Approval.MANUAL
    keep_item: bool = False
    refund_shipping: Literal["none", "full"] = "none"
    payment_order: PaymentOrder = PaymentOrder.AS_PAID
    carrier: Word = "sandbox"
    outcomes: Annotated[tuple[PolicyOutcome, ...], Meta(min_length=1, max_length=4)] = (
        PolicyOutcome.REFUND,
    )
    methods: Annotated[tuple[ParcelMethod, ...], Meta(max_length=6)] = ()
    consumer_law: ConsumerLaw = ConsumerLaw.EU
    phases: PhasesBody = PhasesBody()
    quality_check: QualityBody | None = None
    foreign_serial: Literal["flag", "wrong_item", "ignore"] = "flag"
    risk: RiskBody | None = None
    blocked: Literal["review", "reject"] = "review"
    blocked_words: BlockedWords = msgspec.field(default_factory=dict[str, str])
    shopper: ShopperBody = ShopperBody()
    deadlines: DeadlinesBody = DeadlinesBody()
    rules: Annotated[tuple[RuleBody, ...], Meta(max_length=RULES_MAX)] = ()


_SHAPE: Final = msgspec.inspect.type_info(PolicyPut)


def policy_view(policy: Policy) -> bytes:
    """Show every field, those at their defaults too."""
    shown = {name: getattr(policy, name) for name in Policy.__struct_fields__}
    shown["rules"] = [rule_view(rule) for rule in policy.rules]
    shown["deadlines"] = deadlines_view(policy.deadlines)
    shown["phases"] = {name: getattr(policy.phases, name) for name in Phases.__struct_fields__}
    shown["quality_check"] = quality_view(policy.quality_check)
    return _ENCODE.encode(shown)


def as_version(policy_id: str, version: int, body: PolicyPut) -> Policy:
    """Give the policy that a body is, unchecked."""
    fields = {name: getattr(body, name) for name in PolicyPut.__struct_fields__}
    fields["settle_at"] = ReturnStatus(body.settle_at)
    fields["rules"] = tuple(rule_of(rule) for rule in body.rules)
    fields["shopper"] = shopper_terms(body.shopper)
    fields["outcomes"] = tuple(one.value for one in body.outcomes)
    fields["methods"] = tuple(one.value for one in body.methods)
    fields["phases"] = msgspec.convert(msgspec.to_builtins(body.phases), Phases)
    fields["deadlines"] = deadlines_of(body.deadlines)
    if body.quality_check is not None:
        quality = msgspec.to_builtins(body.quality_check)
        fields["quality_check"] = msgspec.convert(quality, QualityRule)
    if body.risk is not None:
        fields["risk"] = msgspec.convert(msgspec.to_builtins(body.risk), Risk)
    return Policy(id=policy_id, version=version, **fields)


def _checked(policy_id: str, body: PolicyPut) -> None:
    """Hold the rules to what can be carried out.

    Raises:
        InvalidRequest: Naming each rule that mixes the forms, contradicts itself, or can never
            speak; nothing has been written then.
    """
    errors = [error for place, rule in enumerate(body.rules) for error in mixed(rule, place)]
    errors += risk_wrong(body.risk)
    errors += quality_wrong(body.quality_check)
    errors += shopper_wrong(body.shopper)
    errors += deadlines_wrong(body.deadlines)
    if not errors:
        errors = list(policy_contradictions(as_version(policy_id, 1, body)))
    if errors:
        raise InvalidRequest(*errors[:_ERRORS_MAX])


def read_draft(policy_id: str, version: int, body: PolicyPut) -> Policy:
    """Give the policy that a body would bring into force, which it does not.

    Raises:
        InvalidRequest: A rule contradicts itself or others.
    """
    _checked(policy_id, body)
    return as_version(policy_id, version, body)


def read_body(tree: object) -> PolicyPut:
    """Read a policy out of plain values, as JSON has them.

    Raises:
        InvalidRequest: Naming every field that is wrong.
    """
    try:
        return msgspec.convert(tree, PolicyPut)
    except msgspec.ValidationError as error:
        errors = wrong_fields(cast("Json", tree), _SHAPE)
        fault = FieldError(pointer="", code="bad_value", detail=f"{error}.")
        raise InvalidRequest(*(errors or [fault])) from error


def body_of(policy: Policy) -> PolicyPut:
    """Give back the body that a policy was made of."""
    said: dict[str, object] = msgspec.json.decode(policy_view(policy))
    return read_body({name: said[name] for name in PolicyPut.__struct_fields__})


async def faults_of(
    connection: Connection, workspace_id: int, policy_id: str, body: PolicyPut
) -> tuple[FieldError, ...]:
    """List what keeps a policy from coming into force."""
    try:
        _checked(policy_id, body)
        await _expect_places(connection, workspace_id, body)
    except InvalidRequest as error:
        return error.errors
    return ()


async def put(
    house: House,
    workspace_id: int,
    policy_id: str,
    body: PolicyPut,
    *,
    actor: Actor | None = None,
) -> Outcome:
    """Bring a policy into force from its next version on; the same again makes no version.

    Raises:
        InvalidRequest: A rule contradicts itself or others; the version in force stays.
    """
    _checked(policy_id, body)
    async with house.database.transaction(workspace_id) as connection:
        await take_turn(connection, workspace_id)
        await _expect_places(connection, workspace_id, body)
        return await bring(
            connection, workspace_id, lambda n: as_version(policy_id, n, body), actor=actor
        )


async def bring(
    connection: Connection,
    workspace_id: int,
    make: Callable[[int], Policy],
    *,
    actor: Actor | None,
    restores: int | None = None,
) -> Done:
    """Write what has been checked as the next version, unless it is what is in force.

    Args:
        make: Gives the policy as the version it is told.
        restores: The version that is brought back.
    """
    policy_id = make(1).id
    while True:
        row = await connection.fetchrow(_SQL["latest_policy"], workspace_id, policy_id)
        version = row["version"] if row else 0
        policy = make(version + 1)
        if row is not None and _DECODE.decode(row["body"]) == make(version):
            return Done(status=200, body=policy_view(_DECODE.decode(row["body"])), version=version)
        inserted = await connection.fetchval(
            _SQL["insert_policy"],
            workspace_id,
            policy_id,
            version + 1,
            _ENCODE.encode(policy).decode(),
            None if actor is None else _ENCODE.encode(actor).decode(),
            restores,
        )
        if inserted is not None:  # Else another put took the version: look again.
            break
    return Done(status=200 if row else 201, body=policy_view(policy), version=version + 1)


async def _expect_places(connection: Connection, workspace_id: int, body: PolicyPut) -> None:
    """Hold destinations to facilities that are there."""
    named_in = {
        place: rule.then.destination
        for place, rule in enumerate(body.rules)
        if isinstance(rule.then, ThenBody) and rule.then.destination is not None
    }
    if not named_in:
        return
    rows = await connection.fetch(_SQL["known_facilities"], workspace_id, [*named_in.values()])
    known = {row["code"] for row in rows}
    errors = [
        FieldError(
            pointer=f"/rules/{place}/then/destination",
            code="unknown_facility",
            detail=f"There is no facility {code!r}. Put it first, or name another.",
        )
        for place, code in named_in.items()
        if code not in known
    ]
    if errors:
        raise InvalidRequest(*errors[:_ERRORS_MAX])


async def look_up(house: House, workspace_id: int, policy_id: str) -> Outcome:
    """Give a policy as it is in force."""
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(_SQL["latest_policy"], workspace_id, policy_id)
    if row is None:
        return NotFound(what="policy")
    return Done(status=200, body=policy_view(_DECODE.decode(row["body"])), version=row["version"])


async def listing(house: House, workspace_id: int, page: Page) -> Outcome:
    """Give a page of the policies in force, by id."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            _SQL["list_policies"], workspace_id, page.after, page.limit + 1
        )
    return paged(
        rows,
        page,
        lambda row: policy_view(_DECODE.decode(row["body"])),
        key=lambda row: row["policy_id"],
    )
