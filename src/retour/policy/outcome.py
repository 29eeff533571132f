"""What a verdict comes to without anybody's doing: the answer of each line, and of the whole.

The whole is rejected where a line is, and waits for a person where a line does.  Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from retour.kernel.value import Value
from retour.policy.eligibility import ELIGIBLE, INELIGIBLE, OVERRULED
from retour.policy.model import Approval, Policy, TraceStep, Verdict

APPROVE: Final = "approve"
REVIEW: Final = "review"
REJECT: Final = "reject"
_WORST_LAST: Final = (APPROVE, REVIEW, REJECT)
_OWN_STEPS: Final = frozenset(
    {"handed_over", "returnable", "window", "listed", "risk", "legal_floor"}
)
"""Steps of every trace; the others are named after rules."""
_CHANNEL: Final = "channel"
_WAREHOUSE: Final = "warehouse"


class Said(Value):
    """The answer to one line, and the rule that decided it, where one did."""

    line: str
    word: str  # approve | review | reject
    rule: str | None = None
    detail: str = ""


def said_of(verdict: Verdict, policy: Policy, origin: str) -> tuple[Said, ...]:
    """Give the answer to each line, in the order of the trace."""
    lines = dict.fromkeys(step.line for step in verdict.trace if step.line is not None)
    steps = {line: [step for step in verdict.trace if step.line == line] for line in lines}
    return tuple(_said(line, steps[line], policy, origin) for line in lines)


def whole_of(said: Sequence[Said]) -> str:
    """Give the answer to the whole request: the worst of its lines."""
    return max((one.word for one in said), key=_WORST_LAST.index, default=APPROVE)


def _said(line: str, steps: Sequence[TraceStep], policy: Policy, origin: str) -> Said:
    against = [step for step in steps if step.verdict == INELIGIBLE]
    if origin == _CHANNEL:
        return Said(line=line, word=APPROVE, detail="The channel has approved it.")
    if against and policy.ineligible == "reject" and origin != _WAREHOUSE:
        return _by(line, REJECT, against[0])
    if not policy.phases.authorization and origin != _WAREHOUSE:
        return Said(line=line, word=APPROVE, detail="The policy has no authorization phase.")
    doubtful = [step for step in steps if step.verdict not in {ELIGIBLE, OVERRULED}]
    if doubtful:
        return _by(line, REVIEW, doubtful[0])
    if policy.approval is not Approval.AUTO or origin == _WAREHOUSE:
        return Said(line=line, word=REVIEW, detail="People answer what is eligible.")
    ruled = [step for step in steps if step.rule not in _OWN_STEPS]
    return _by(line, APPROVE, ruled[0]) if ruled else Said(line=line, word=APPROVE)


def _by(line: str, word: str, step: TraceStep) -> Said:
    return Said(line=line, word=word, rule=step.rule, detail=step.detail)
