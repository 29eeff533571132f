"""Every command's way: its step in the table, the step's guards, then its own function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.kernel.status import ReturnStatus
from retour.lifecycle import commands
from retour.lifecycle.commands import Command
from retour.lifecycle.dock import correcting, judging, receiving, stocking
from retour.lifecycle.fold import Fold
from retour.lifecycle.guards import goods_here
from retour.lifecycle.machine import ALWAYS, GOODS, SAID_BY_MACHINES, TRANSITIONS, objection
from retour.lifecycle.money import approving, exchanging, paying, remedies, settling
from retour.lifecycle.parcels import labelling, logistics, tracking
from retour.lifecycle.photos import picturing
from retour.lifecycle.requests import closing, requesting
from retour.lifecycle.shopper import bodies as shopper_bodies
from retour.lifecycle.shopper import changing, resolving
from retour.lifecycle.steps import Verb
from retour.lifecycle.talk import conversing
from retour.lifecycle.timers import firing

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
    commands.CreateLabel: (Verb.CREATE_LABEL, labelling.create_label),
    commands.RetryLabel: (Verb.RETRY_LABEL, labelling.retry_label),
    commands.RecordLabel: (Verb.RECORD_LABEL, labelling.record_label),
    commands.AddParcel: (Verb.ADD_PARCEL, labelling.add_parcel),
    commands.JoinParcel: (Verb.JOIN_PARCEL, labelling.join_parcel),
    commands.VoidLabel: (Verb.VOID_LABEL, labelling.void_label),
    commands.RecordVoid: (Verb.RECORD_VOID, labelling.record_void),
    commands.SchedulePickup: (Verb.SCHEDULE_PICKUP, logistics.schedule_pickup),
    commands.CancelPickup: (Verb.CANCEL_PICKUP, logistics.cancel_pickup),
    commands.RecordPickup: (Verb.RECORD_PICKUP, logistics.record_pickup),
    commands.Ship: (Verb.SHIP, logistics.ship),
    commands.SendBack: (Verb.SEND_BACK, logistics.send_back),
    commands.Track: (Verb.TRACK, tracking.track),
    commands.Receive: (Verb.RECEIVE, receiving.receive),
    commands.FinishReceipt: (Verb.FINISH_RECEIPT, correcting.finish_receipt),
    commands.PauseReceipt: (Verb.PAUSE_RECEIPT, correcting.pause_receipt),
    commands.CorrectReceipt: (Verb.CORRECT_RECEIPT, correcting.correct_receipt),
    commands.WaiveReceipt: (Verb.WAIVE_RECEIPT, correcting.waive_receipt),
    commands.Inspect: (Verb.INSPECT, judging.inspect),
    commands.Dispose: (Verb.DISPOSE, stocking.dispose),
    commands.PutAway: (Verb.PUT_AWAY, stocking.put_away),
    commands.ProposeSettlement: (Verb.PROPOSE_SETTLEMENT, settling.propose),
    commands.ConfirmSettlement: (Verb.CONFIRM_SETTLEMENT, settling.confirm),
    commands.DiscardSettlement: (Verb.DISCARD_SETTLEMENT, settling.discard),
    commands.ApproveSettlement: (Verb.APPROVE_SETTLEMENT, approving.approve),
    commands.DeclineSettlement: (Verb.DECLINE_SETTLEMENT, approving.decline),
    commands.StartRefund: (Verb.START_REFUND, paying.start),
    commands.RetryRefund: (Verb.RETRY_REFUND, paying.retry),
    commands.SettleElsewhere: (Verb.SETTLE_ELSEWHERE, remedies.settle_elsewhere),
    commands.RedirectLeg: (Verb.REDIRECT_LEG, remedies.redirect),
    commands.RecordRefundOutcome: (Verb.RECORD_REFUND_OUTCOME, paying.record_outcome),
    commands.RecordStock: (Verb.RECORD_STOCK, exchanging.record_stock),
    commands.FallBack: (Verb.FALL_BACK, exchanging.fall_back),
    commands.FireTimers: (Verb.FIRE_TIMERS, lambda fold, _: firing.fire(fold, carry_out)),
    commands.Annotate: (Verb.ANNOTATE, conversing.annotate),
    commands.Comment: (Verb.COMMENT, conversing.comment),
    commands.RecordMail: (Verb.RECORD_MAIL, conversing.hear),
    commands.AttachPhoto: (Verb.ATTACH_PHOTO, picturing.attach),
    commands.ErasePhoto: (Verb.ERASE_PHOTO, picturing.erase),
    shopper_bodies.ChangeMethod: (Verb.CHANGE_METHOD, changing.change_method),
    shopper_bodies.RecordDropOff: (Verb.RECORD_DROP_OFF, changing.record_drop_off),
    shopper_bodies.ResolveRejected: (Verb.RESOLVE_REJECTED, resolving.resolve_rejected),
}
"""Which word a command is, and what carries it out; every command is a key."""


def carry_out(fold: Fold, command: Command) -> Refusal | None:
    """Carry out one command if its step stands in the table and its guards hold."""
    verb, do = COMMANDS[type(command)]
    if verb is Verb.REQUEST:
        assert not fold.has_return, "a plan requests at most one return, and first"
        return do(fold, command)
    ret = fold.ret
    if isinstance(command, commands.Receive) and receiving.is_repeated(ret, command):
        return None
    step = TRANSITIONS[ret.status].get(verb) or ALWAYS.get(verb)
    if step is None and goods_here(ret, fold.policy) is None:
        step = GOODS.get(verb)
    if step is None:
        return _not_allowed(ret.status, verb)
    return objection(step, ret, fold.policy) or do(fold, command)


def _not_allowed(status: ReturnStatus, verb: Verb) -> Refusal:
    words = verb.value.replace("_", " ")
    possible = [one.value for one in TRANSITIONS[status] if one not in SAID_BY_MACHINES]
    remedy = (
        f"From here: {', '.join(possible)}." if possible else "That is final: ask for a new one."
    )
    return refuse(
        RefusalCode.NOT_ALLOWED_IN_STATUS,
        f"The return is {status}, where {words!r} is not possible. {remedy}",
    )
