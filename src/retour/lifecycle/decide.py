"""What a plan does to a return: ``decide``.

Every command goes the same way: its step must stand in the table, the step's guards must hold, its
own function carries it out, and what follows by itself follows in the same plan.  The first refusal
refuses the whole plan.  Pure: no clock, no chance, no database; all of that is in ``Context``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.kernel.status import ReturnStatus
from retour.lifecycle import (
    closing,
    commands,
    correcting,
    judging,
    logistics,
    paying,
    receiving,
    requesting,
    settling,
)
from retour.lifecycle.commands import Command, Context
from retour.lifecycle.consequences import CONSEQUENCE_STEPS_MAX, one_consequence
from retour.lifecycle.fold import Fold
from retour.lifecycle.machine import TRANSITIONS, Verb, objection
from retour.lifecycle.model import Decision, State

# Any: each function takes its own command; the key beside it says which.
_Do = Callable[[Fold, Any], Refusal | None]

COMMANDS: Mapping[type[Command], tuple[Verb, _Do]] = {
    commands.Request: (Verb.REQUEST, requesting.request),
    commands.Authorize: (Verb.AUTHORIZE, requesting.authorize),
    commands.Amend: (Verb.AMEND, requesting.amend),
    commands.Reject: (Verb.REJECT, closing.reject),
    commands.Cancel: (Verb.CANCEL, closing.cancel),
    commands.Reopen: (Verb.REOPEN, closing.reopen),
    commands.Complete: (Verb.COMPLETE, closing.complete),
    commands.CreateLabel: (Verb.CREATE_LABEL, logistics.create_label),
    commands.RecordLabel: (Verb.RECORD_LABEL, logistics.record_label),
    commands.Ship: (Verb.SHIP, logistics.ship),
    commands.Track: (Verb.TRACK, logistics.track),
    commands.Receive: (Verb.RECEIVE, receiving.receive),
    commands.FinishReceipt: (Verb.FINISH_RECEIPT, correcting.finish_receipt),
    commands.CorrectReceipt: (Verb.CORRECT_RECEIPT, correcting.correct_receipt),
    commands.WaiveReceipt: (Verb.WAIVE_RECEIPT, correcting.waive_receipt),
    commands.Inspect: (Verb.INSPECT, judging.inspect),
    commands.ProposeSettlement: (Verb.PROPOSE_SETTLEMENT, settling.propose),
    commands.ConfirmSettlement: (Verb.CONFIRM_SETTLEMENT, settling.confirm),
    commands.DiscardSettlement: (Verb.DISCARD_SETTLEMENT, settling.discard),
    commands.StartRefund: (Verb.START_REFUND, paying.start),
    commands.RetryRefund: (Verb.RETRY_REFUND, paying.retry),
    commands.RecordRefundOutcome: (Verb.RECORD_REFUND_OUTCOME, paying.record_outcome),
}
"""Which word a command is, and what carries it out; every command is a key."""


def decide(state: State, plan: Sequence[Command], context: Context) -> Decision | Refusal:
    """Answer what a plan does, without doing it.

    Args:
        state: As loaded; without a return where the plan starts with a request.
        plan: Folded in order; all of it happens, or nothing.
        context: Who, when, and fresh ids and numbers.

    Returns:
        The state after the plan, one version on, with its events and effects; the very state given
        and no events where the plan changes nothing; or the first refusal.
    """
    fold = Fold(state, context)
    for command in plan:
        refusal = carry_out(fold, command) or _settle_down(fold)
        if refusal is not None:
            return refusal
    return fold.decision()


def carry_out(fold: Fold, command: Command) -> Refusal | None:
    """Carry out one command if its step stands in the table and its guards hold."""
    verb, do = COMMANDS[type(command)]
    if verb is Verb.REQUEST:
        assert not fold.has_return, "a plan requests at most one return, and first"
        return do(fold, command)
    ret = fold.ret
    if isinstance(command, commands.Receive) and receiving.is_repeated(ret, command):
        return None
    step = TRANSITIONS[ret.status].get(verb)
    if step is None:
        return _not_allowed(ret.status, verb)
    return objection(step, ret, fold.policy) or do(fold, command)


def _not_allowed(status: ReturnStatus, verb: Verb) -> Refusal:
    words = verb.value.replace("_", " ")
    possible = [one.value for one in TRANSITIONS[status] if one is not Verb.RECORD_LABEL]
    remedy = (
        f"From here: {', '.join(possible)}." if possible else "That is final: ask for a new one."
    )
    return refuse(
        RefusalCode.NOT_ALLOWED_IN_STATUS,
        f"The return is {status}, where {words!r} is not possible. {remedy}",
    )


def _settle_down(fold: Fold) -> None:
    """Let everything happen that the last command made true."""
    for _ in range(CONSEQUENCE_STEPS_MAX):
        if not one_consequence(fold, carry_out):
            return
    raise AssertionError("consequences come to an end")


def numbers_needed(plan: Sequence[Command]) -> int:
    """Say how many line numbers a plan can draw at most, beside a new return's own.

    Goods of one kind may need two new lines: one for what the order had, one for what it never had.
    """
    needed = 0
    for command in plan:
        match command:
            case commands.Request(lines=lines) | commands.Amend(lines=lines):
                needed += len(lines)
            case commands.Reopen(lines=lines):
                needed += len(lines)
            case commands.Receive(units=units):
                needed += 2 * len(units)
            case commands.CorrectReceipt():
                needed += 2
            case _:
                pass
    return needed
