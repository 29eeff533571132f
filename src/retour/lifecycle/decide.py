"""What a plan does to a return: ``decide``.

Every command is carried out against the table, then what follows by itself follows in the same
plan.  The first refusal refuses all of it.  Pure: no clock, no chance, no database; all that a
decision may know is in the state and in ``Context``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from retour.kernel.refusal import Refusal
from retour.lifecycle import commands
from retour.lifecycle.carrying import carry_out
from retour.lifecycle.commands import Command, Context
from retour.lifecycle.consequences import settle_down
from retour.lifecycle.fold import Fold
from retour.lifecycle.model import Decision, Return, State
from retour.lifecycle.shopper.table import objection_to_shopper
from retour.lifecycle.timers.winding import wind

Later = Callable[[Return], Sequence[Command] | Refusal]
"""Commands worked out from the return as the plan has left it; they may draw no numbers."""

Step = Command | Later
"""One step of a plan."""


def decide(state: State, plan: Sequence[Step], context: Context) -> Decision | Refusal:
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
    for step in plan:
        commands_now = step(fold.ret) if callable(step) else (step,)
        if isinstance(commands_now, Refusal):
            return commands_now
        for command in commands_now:
            refusal = objection_to_shopper(fold, command) or carry_out(fold, command)
            if refusal is not None:
                return refusal
            settle_down(fold)
    if fold.has_said:
        wind(fold)
    return fold.decision()


def numbers_needed(plan: Sequence[Step]) -> int:
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
