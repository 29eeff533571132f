"""A request tried on a policy: what would be said, and by which rule. Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from retour.desk.order_body import OrderBody, read_order
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.policies import PolicyPut, read_draft
from retour.dialects.risk_parts import risk_view
from retour.dialects.terms_view import ruling_view, step_view, terms_view
from retour.dialects.view import settlement_view
from retour.kernel.ids import Mint
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.refusal import Refusal, RefusalCode
from retour.lifecycle.bodies import Body, Instant, Text, Word
from retour.lifecycle.commands import Context, LineAsked, ProposeSettlement, Request
from retour.lifecycle.decide import decide, numbers_needed
from retour.lifecycle.dock.ruling import ruled_piece
from retour.lifecycle.fold import Fold
from retour.lifecycle.model import (
    Counters,
    Decision,
    Origin,
    ParcelMethod,
    Policy,
    ReturnStatus,
    State,
)
from retour.lifecycle.model import Outcome as PolicyOutcome
from retour.lifecycle.money.foreseeing import foreseen
from retour.lifecycle.orders.ordering import put_order
from retour.lifecycle.requests.circumstances import asked_by
from retour.lifecycle.requests.offering import method_of, outcome_of
from retour.lifecycle.requests.requesting import explained
from retour.policy.facts import Piece
from retour.store.loading import Loaded, LoadKey, load

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.lifecycle.model import Actor
    from retour.policy.explaining import Explained

_ENCODE: Final = msgspec.json.Encoder()
_ENTROPY: Final = bytes(16)
"""What is minted here is shown to nobody."""
_LINES_MAX: Final = 50
"""Every rule is explained for each of them."""
_TRIED_ORDER: Final = "simulated"
_DRAFT_VERSION: Final = 1


class PieceBody(Body):
    """One piece of a line, as somebody may judge it."""

    line: Word
    grade: Word | None = None
    condition: Text | None = None
    disposition: Word | None = None
    answers: Annotated[dict[Word, Text], Meta(max_length=100)] = msgspec.field(
        default_factory=dict[str, str]
    )


class SimulationBody(Body):
    """A request as it might come: of an order that is here or is described, or as a return has it.

    Args:
        lines: What is asked back; of a return it is what that asks.
        return_id: A return, asked for anew as if nothing of its order had been.
        policy: A draft to try in place of what is in force.
        at: When it is asked; now, or when the return was asked for, where it is left out.
        graded: Pieces as somebody may judge them later, for the rules at grading.
    """

    lines: Annotated[tuple[LineAsked, ...], Meta(max_length=_LINES_MAX)] = ()
    order_number: Word | None = None
    order: OrderBody | None = None
    return_id: Word | None = None
    policy: PolicyPut | None = None
    origin: Origin = Origin.PORTAL
    outcome: PolicyOutcome | None = None
    method: ParcelMethod | None = None
    attributes: Annotated[dict[Word, Text], Meta(max_length=100)] = msgspec.field(
        default_factory=dict[str, str]
    )
    at: Instant | None = None
    graded: Annotated[tuple[PieceBody, ...], Meta(max_length=_LINES_MAX)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A request as it could be decided, with all that is known of its order."""

    state: State
    context: Context
    request: Request


async def simulate(
    house: House, workspace_id: int, policy_id: str, body: SimulationBody, *, actor: Actor
) -> Outcome:
    """Decide a request by the very code that decides real ones, and keep nothing of it.

    Raises:
        InvalidRequest: It is not one thing that is asked about, or it cannot be read; or the draft
            contradicts itself.
    """
    tried = await laid_open(house, workspace_id, policy_id, body, actor=actor)
    if not isinstance(tried, Trial):
        return tried
    decision = decide(tried.state, [tried.request], tried.context)
    if isinstance(decision, Refusal):
        return Refused(refusal=decision)
    told = explained(tried.state, tried.context, tried.request)
    shown = _view(decision, told, tried.context.at)
    shown["graded"] = _graded(Fold(decision.state, tried.context), body.graded)
    shown["money"] = _money(decision.state, tried.context)
    return Done(status=200, body=_ENCODE.encode(shown))


async def laid_open(
    house: House,
    workspace_id: int,
    policy_id: str,
    body: SimulationBody,
    *,
    actor: Actor,
) -> Trial | Outcome:
    """Give a request with all that deciding it asks for; nothing is decided.

    Raises:
        InvalidRequest: As for ``simulate``.
    """
    _expect_one(body)
    loaded, policy = await _loaded(house, workspace_id, policy_id, body)
    if loaded is None:
        return NotFound(what="return")
    if policy is None:
        return NotFound(what="policy")
    config = await house.configs.at(workspace_id, loaded.epoch)
    tried = _request(loaded, body)
    context = Context(
        actor=actor,
        source="simulation",
        at=body.at or _asked_at(loaded),
        entropy=_ENTROPY,
        numbers=tuple(range(1, numbers_needed([tried]) + 2)),
        zone=ZoneInfo(config.zone),
        past=loaded.past,
        routing=config.routing,
    )
    state = _state(loaded, body, policy, context)
    if isinstance(state, Refusal):
        return Refused(refusal=state)
    return Trial(state=state, context=context, request=tried)


def _expect_one(body: SimulationBody) -> None:
    """Hold a trial to one order or return, with lines unless that has them."""
    about = (body.order_number, body.order, body.return_id)
    if sum(one is not None for one in about) != 1:
        raise InvalidRequest(
            FieldError(
                pointer="/order_number",
                code="bad_value",
                detail="Give order_number for an order that is here, describe one in order, or"
                " name a return in return_id.",
            )
        )
    if bool(body.lines) == (body.return_id is not None):
        raise InvalidRequest(
            FieldError(
                pointer="/lines",
                code="bad_value",
                detail="Give the lines that are asked back; only a return brings its own.",
            )
        )


async def _loaded(
    house: House, workspace_id: int, policy_id: str, body: SimulationBody
) -> tuple[Loaded | None, Policy | None]:
    """Load what is asked about, and the policy that is tried: the draft, or what is in force."""
    pool = await house.database.pool()
    draft = None if body.policy is None else read_draft(policy_id, _DRAFT_VERSION, body.policy)
    wanted = LoadKey(
        workspace_id=workspace_id,
        return_id=body.return_id,
        order_number=None if body.return_id else body.order_number or _TRIED_ORDER,
        policy=None if draft or body.return_id else policy_id,
        past=body.order is None,
    )
    loaded = await load(pool, wanted)
    if loaded is None or draft is not None or body.return_id is None:
        return loaded, draft or (None if loaded is None else loaded.policy)
    key = LoadKey(workspace_id=workspace_id, order_number=_TRIED_ORDER, policy=policy_id)
    there = await load(pool, key)
    return loaded, None if there is None else there.policy


def _request(loaded: Loaded, body: SimulationBody) -> Request:
    """Give the request that is tried."""
    if loaded.state is not None and loaded.state.ret is not None:
        return asked_by(loaded.state.ret)
    return Request(
        order_number=body.order_number or _TRIED_ORDER,
        lines=body.lines,
        origin=body.origin,
        outcome=body.outcome,
        method=body.method,
        attributes=body.attributes,
    )


def _asked_at(loaded: Loaded) -> datetime:
    ret = None if loaded.state is None else loaded.state.ret
    return loaded.at if ret is None else ret.status_at[ReturnStatus.REQUESTED.value]


def _money(state: State, context: Context) -> dict[str, object] | None:
    """Say what would be paid back if all of it came as it is described; nothing where none is."""
    ret = state.ret
    if ret is None or ret.status is ReturnStatus.REJECTED:
        return None
    decision = foreseen(state, ProposeSettlement(kind="refund"), context)
    if isinstance(decision, Refusal) or decision.state.ret is None:
        return None
    view = settlement_view(decision.state.ret.settlements[-1])
    return {name: view[name] for name in ("currency", "total", "lines")}


def _graded(fold: Fold, pieces: Sequence[PieceBody]) -> list[dict[str, object]]:
    """Say what rules for grading would make of each piece; of one no rule decides, nothing."""
    shown: list[dict[str, object]] = []
    for one in pieces:
        piece = Piece(
            grade=one.grade,
            condition=one.condition,
            disposition=one.disposition,
            answers=one.answers,
        )
        ruling = ruled_piece(fold, one.line, piece)
        shown.append(
            {
                "line": one.line,
                "grade": one.grade,
                "acceptance": None if ruling is None else ruling.acceptance,
                "reason": None if ruling is None else ruling.reason,
                "disposition": None if ruling is None else ruling.disposition,
                "ruling": ruling_view(None if ruling is None else ruling.terms),
                "trace": [] if ruling is None else [step_view(step) for step in ruling.trace],
            }
        )
    return shown


def _state(
    loaded: Loaded, body: SimulationBody, policy: Policy, context: Context
) -> State | Refusal:
    """Give the order that is asked about, under the policy that is tried."""
    if body.order is None:
        if loaded.state is None:
            return Refusal(
                code=RefusalCode.UNKNOWN_ORDER,
                detail=f"There is no order {body.order_number!r}. Put it first, or describe one in"
                " order.",
                pointer="/order_number",
            )
        state = loaded.state if loaded.state.ret is None else _unasked(loaded.state)
        return replace(state, policy=policy)
    try:
        order, customer = read_order(
            body.order,
            _TRIED_ORDER,
            None,
            numbers=tuple(range(1, len(body.order.lines) + 1)),
            at=context.at,
            mint=Mint(context.at, _ENTROPY),
        )
    except InvalidRequest as error:
        raise InvalidRequest(*(_below_order(one) for one in error.errors)) from error
    decision = put_order(None, order, customer, policy, context)
    return decision if isinstance(decision, Refusal) else decision.state


def _unasked(state: State) -> State:
    """Give the order as if nothing of it had ever been asked back."""
    lines = tuple(
        replace(line, counters=Counters(delivered=line.counters.delivered))
        for line in state.order.lines
    )
    return replace(state, order=replace(state.order, lines=lines), ret=None, words={}, others=())


def _below_order(error: FieldError) -> FieldError:
    return FieldError(pointer=f"/order{error.pointer}", code=error.code, detail=error.detail)


def _view(decision: Decision, told: tuple[Explained, ...], at: datetime) -> dict[str, object]:
    ret = decision.state.ret
    assert ret is not None, "a request makes a return"
    return {
        "at": at,
        "policy": {"id": ret.policy.id, "version": ret.policy.version},
        "eligible": ret.verdict.eligible,
        "status": ret.status,
        "reject_reason": ret.reject_reason,
        "trace": [step_view(step) for step in ret.verdict.trace],
        "risk": risk_view(ret.verdict.risk),
        "outcome": outcome_of(ret),
        "method": method_of(ret),
        "terms": terms_view(ret),
        "lines": [
            {
                "line": line.line,
                "window_days": line.window_days,
                "keep_item": line.keep_item,
                "rules": [
                    {
                        "rule": part.rule,
                        "matches": part.matches,
                        "speaks_of": part.speaks_of,
                        "detail": part.detail,
                        "findings": [
                            {
                                "condition": finding.condition,
                                "wanted": finding.wanted,
                                "found": finding.found,
                                "holds": finding.holds,
                            }
                            for finding in part.findings
                        ],
                    }
                    for part in line.rules
                ],
            }
            for line in told
        ],
    }
