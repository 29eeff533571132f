"""What shoppers may do with their own return: a narrow part of the table, with guards of its own.

A command by a customer passes here first, then goes the way of every command.  Changes are theirs
until the goods are on their way; what an agent has answered they can only lessen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Final, NamedTuple

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.kernel.status import ReturnStatus as Status
from retour.lifecycle.carrying import COMMANDS
from retour.lifecycle.commands import Amend, Command, Comment, LineAsked
from retour.lifecycle.fold import Fold
from retour.lifecycle.guards import Guard
from retour.lifecycle.machine import ALWAYS, TRANSITIONS
from retour.lifecycle.model import (
    ActorKind,
    Approval,
    Reception,
    Return,
    State,
    WorkflowStep,
)
from retour.lifecycle.requests.circumstances import reasons_given
from retour.lifecycle.requests.offering import may_be_kept
from retour.lifecycle.requests.requesting import amended_verdict
from retour.lifecycle.shopper.guards import a_label_left, not_sent
from retour.lifecycle.shopper.resolving import choose_until
from retour.lifecycle.steps import Verb


class Theirs(NamedTuple):
    """When a command is the shopper's to give."""

    statuses: frozenset[Status]
    guards: tuple[Guard, ...] = ()


_ANY: Final = frozenset(Status)
_AT_HOME: Final = frozenset({Status.AUTHORIZED, Status.SHIPPED})
_BEFORE_DOCK: Final = _AT_HOME | {Status.TRACKED}

THEIRS: Final[Mapping[Verb, Theirs]] = {
    Verb.AMEND: Theirs(frozenset({Status.REQUESTED, Status.AUTHORIZED}), (not_sent,)),
    Verb.CANCEL: Theirs(_AT_HOME | {Status.REQUESTED}, (not_sent,)),
    Verb.CHANGE_METHOD: Theirs(_AT_HOME, (not_sent,)),
    Verb.CREATE_LABEL: Theirs(_BEFORE_DOCK, (a_label_left,)),
    Verb.ADD_PARCEL: Theirs(_BEFORE_DOCK),
    Verb.RETRY_LABEL: Theirs(_AT_HOME),
    Verb.SCHEDULE_PICKUP: Theirs(_AT_HOME),
    Verb.CANCEL_PICKUP: Theirs(_AT_HOME),
    Verb.SHIP: Theirs(frozenset({Status.AUTHORIZED})),
    Verb.RECORD_DROP_OFF: Theirs(_BEFORE_DOCK),
    Verb.WAIVE_RECEIPT: Theirs(_BEFORE_DOCK),
    Verb.RESOLVE_REJECTED: Theirs(frozenset({Status.PROCESSED, Status.SETTLED, Status.COMPLETED})),
    Verb.COMMENT: Theirs(_ANY),
    Verb.RECORD_MAIL: Theirs(_ANY),
    Verb.ATTACH_PHOTO: Theirs(_ANY),
}
"""Every command that a shopper may give, beside asking for a return at all."""


def objection_to_shopper(fold: Fold, command: Command) -> Refusal | None:
    """Refuse what is not the shopper's to do; anybody else is not asked."""
    verb = COMMANDS[type(command)][0]
    if fold.context.actor.kind is not ActorKind.CUSTOMER or verb is Verb.REQUEST:
        return None
    theirs = THEIRS.get(verb)
    if theirs is None:
        return refuse(
            RefusalCode.NOT_THE_SHOPPERS,
            f"{verb.value.replace('_', ' ')!r} is for the shop to do. Write to the shop.",
        )
    ret = fold.ret
    if ret.status not in theirs.statuses:
        return _too_late(ret, verb)
    for guard in theirs.guards:
        refusal = guard(ret, fold.policy)
        if refusal is not None:
            return refusal
    return _objection_to_body(fold, command)


def _too_late(ret: Return, verb: Verb) -> Refusal:
    """Say why a status no longer, or not yet, lets the shopper do this."""
    words = verb.value.replace("_", " ")
    return refuse(
        RefusalCode.NOT_ALLOWED_IN_STATUS,
        f"The return is {ret.status}, where a shopper cannot {words!r}. Write to the shop if"
        " something has to change.",
    )


def _objection_to_body(fold: Fold, command: Command) -> Refusal | None:
    match command:
        case Amend(lines=lines):
            return _beyond_the_answer(fold, lines)
        case Comment(internal=internal, author=author) if internal or author != "customer":
            return refuse(
                RefusalCode.NOT_THE_SHOPPERS,
                "A shopper writes as the customer, and not for agents only. Leave internal out.",
                "/author",
            )
        case _:
            return None


def _beyond_the_answer(fold: Fold, asked: tuple[LineAsked, ...]) -> Refusal | None:
    """Refuse to have more than was approved, unless the policy would approve that alone too."""
    ret = fold.ret
    if ret.status is not Status.AUTHORIZED or _is_less(ret, asked):
        return None
    if not _all_known(fold, asked):
        return None  # Amending says which line is unknown.
    if _is_policys(fold) and amended_verdict(fold, asked).eligible:
        return None
    return refuse(
        RefusalCode.NEEDS_ANSWER,
        "The shop has approved what was asked, and this is something else. Ask for less, or cancel"
        " and ask anew.",
        "/lines",
    )


def _is_policys(fold: Fold) -> bool:
    """Say whether the policy alone gave the answer that stands."""
    approval = fold.ret.steps.get(WorkflowStep.APPROVAL.value)
    return (
        fold.policy.approval is Approval.AUTO
        and approval is not None
        and approval.by.kind is ActorKind.POLICY
    )


def _all_known(fold: Fold, asked: tuple[LineAsked, ...]) -> bool:
    known = {line.id for line in fold.order.lines}
    return all(one.line in known for one in asked)


def _is_less(ret: Return, asked: tuple[LineAsked, ...]) -> bool:
    """Say whether nothing is asked that was not, and for no other reason."""
    left = Counter[str]()
    reasons = [(line.line, line.reasons) for line in ret.lines]
    for line in ret.lines:
        if line.line is not None:
            left[line.line] += len(line.units)
    wanted = Counter[str]()
    for one in asked:
        wanted[one.line] += one.quantity
    return wanted <= left and all((one.line, reasons_given(one)) in reasons for one in asked)


def shopper_commands(state: State, at: datetime, zone: tzinfo) -> tuple[str, ...]:
    """List what a shopper may do now, in the order of their table; talk is always possible."""
    ret, policy = state.ret, state.policy
    if ret is None:
        return ()
    row = {**ALWAYS, **TRANSITIONS[ret.status]}
    return tuple(
        verb.value
        for verb, theirs in THEIRS.items()
        if verb not in ALWAYS
        and verb in row
        and ret.status in theirs.statuses
        and all(
            guard(ret, policy) is None
            for guard in (*theirs.guards, *row[verb].guards, *row[verb].offer)
        )
        and _is_open(verb, state, at, zone)
    )


def _is_open(verb: Verb, state: State, at: datetime, zone: tzinfo) -> bool:
    """Say whether what a body decides may still be right."""
    ret, policy = state.ret, state.policy
    assert ret is not None, "asked of a return only"
    if verb is Verb.WAIVE_RECEIPT:
        return all(
            may_be_kept(ret, policy, line.line)
            for line in ret.lines
            if any(unit.reception is Reception.EXPECTED for unit in line.units)
        )
    if verb is not Verb.RESOLVE_REJECTED:
        return True
    until = choose_until(ret, policy, zone)
    return bool(policy.shopper.rejected_options) and (until is None or at < until)
