"""What a settlement would be: the same commands on the same state, decided and kept by nobody.

Also of a return that is not there yet: then as if everything that may still come were accepted.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from msgspec.structs import replace

from retour.kernel.refusal import Refusal
from retour.kernel.status import ReturnStatus
from retour.lifecycle.commands import Authorize, Command, ConfirmSettlement, ProposeSettlement
from retour.lifecycle.commands import Context as Circumstances
from retour.lifecycle.decide import decide, numbers_needed
from retour.lifecycle.guards import RANK
from retour.lifecycle.model import Decision, Policy, State
from retour.lifecycle.requests.offering import settles_from
from retour.policy.model import Approval
from retour.policy.window import window

_FIRST = ReturnStatus.AUTHORIZED


def foreseen(state: State, asked: ProposeSettlement, context: Circumstances) -> Decision | Refusal:
    """Answer what proposing and promising would come to, for a return as far as it is."""
    plan: list[Command] = [asked, ConfirmSettlement()]
    if is_early(state):
        assert state.ret is not None, "a return was loaded"
        if state.ret.status is ReturnStatus.REQUESTED:
            plan.insert(0, Authorize())
        state = _settling_at_once(state)
    spare = tuple(range(1, numbers_needed(plan) + 2))  # Shown to nobody.
    return decide(state, plan, replace(context, numbers=context.numbers + spare))


def is_early(state: State) -> bool:
    """Say whether money may not move yet, so that what is to come has to be supposed."""
    assert state.ret is not None, "a return was loaded"
    return RANK[state.ret.status] < RANK[settles_from(state.ret, state.policy)]


def paid_by(policy: Policy, at: datetime, zone: tzinfo) -> date | None:
    """Give the last day of the time to pay back, for who asks now; ``None`` where none is set."""
    days = policy.deadlines.refund_days
    return None if days is None else window(at, days, zone).last_day


def _settling_at_once(state: State) -> State:
    """Give the state with a policy that settles early, and does nothing by itself."""
    ret = state.ret
    assert ret is not None, "a return was loaded"
    offer = ret.verdict.offer
    if offer is not None:
        verdict = replace(ret.verdict, offer=replace(offer, settle_at=_FIRST))
        ret = replace(ret, verdict=verdict)
    manual = Approval.MANUAL
    policy = replace(
        state.policy, settle_at=_FIRST, settlement=manual, completion=manual, label=manual
    )
    return replace(state, ret=ret, policy=policy)
