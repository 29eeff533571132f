"""A request tried on a policy: what would be said, and by which rule. Nothing is written."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from retour.desk.order_body import OrderBody, read_order
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.kernel.ids import Mint
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.refusal import Refusal, RefusalCode
from retour.lifecycle.bodies import Body, Instant, Word
from retour.lifecycle.commands import Context, LineAsked, Request
from retour.lifecycle.decide import decide, numbers_needed
from retour.lifecycle.model import Decision, Origin, State
from retour.lifecycle.ordering import put_order
from retour.lifecycle.requesting import explained
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


class SimulationBody(Body):
    """A request as it might come: of an order that is here, or of one that is described.

    Args:
        at: When it is asked; now where it is left out.
    """

    lines: Annotated[tuple[LineAsked, ...], Meta(min_length=1, max_length=_LINES_MAX)]
    order_number: Word | None = None
    order: OrderBody | None = None
    origin: Origin = Origin.PORTAL
    at: Instant | None = None


async def simulate(
    house: House, workspace_id: int, policy_id: str, body: SimulationBody, *, actor: Actor
) -> Outcome:
    """Decide a request by the very code that decides real ones, and keep nothing of it.

    Raises:
        InvalidRequest: Neither or both orders are given, or the one described cannot be read.
    """
    if (body.order_number is None) == (body.order is None):
        raise InvalidRequest(
            FieldError(
                pointer="/order_number",
                code="bad_value",
                detail="Give order_number for an order that is here, or describe one in order.",
            )
        )
    wanted = LoadKey(
        workspace_id=workspace_id,
        order_number=body.order_number or _TRIED_ORDER,
        policy=policy_id,
        past=body.order_number is not None,
    )
    loaded = await load(await house.database.pool(), wanted)
    assert loaded is not None, "an order's load always answers"
    if loaded.policy is None:
        return NotFound(what="policy")
    config = await house.configs.at(workspace_id, loaded.epoch)
    request = Request(order_number=wanted.order_number or "", lines=body.lines, origin=body.origin)
    context = Context(
        actor=actor,
        source="simulation",
        at=body.at or loaded.at,
        entropy=_ENTROPY,
        numbers=tuple(range(1, numbers_needed([request]) + 2)),
        zone=ZoneInfo(config.zone),
        past=loaded.past,
    )
    state = _state(loaded, body, context)
    if isinstance(state, Refusal):
        return Refused(refusal=state)
    decision = decide(state, [request], context)
    if isinstance(decision, Refusal):
        return Refused(refusal=decision)
    told = explained(state, context, request)
    return Done(status=200, body=_ENCODE.encode(_view(decision, told, context.at)))


def _state(loaded: Loaded, body: SimulationBody, context: Context) -> State | Refusal:
    """Give the order that is asked about, under the policy that is tried."""
    if body.order is None:
        return loaded.state or Refusal(
            code=RefusalCode.UNKNOWN_ORDER,
            detail=f"There is no order {body.order_number!r}. Put it first, or describe one in"
            " order.",
            pointer="/order_number",
        )
    assert loaded.policy is not None
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
    decision = put_order(None, order, customer, loaded.policy, context)
    return decision if isinstance(decision, Refusal) else decision.state


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
        "trace": [
            {"rule": step.rule, "verdict": step.verdict, "detail": step.detail, "line": step.line}
            for step in ret.verdict.trace
        ],
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
