"""Every row of the table, walked: from which status, by which command, to where, saying what."""

from __future__ import annotations

import pytest

from retour.lifecycle.carrying import COMMANDS
from retour.lifecycle.commands import (
    Amend,
    Authorize,
    Cancel,
    ChangeMethod,
    Command,
    Complete,
    ConfirmSettlement,
    CorrectReceipt,
    CreateLabel,
    Dispose,
    FinishReceipt,
    LineAsked,
    PauseReceipt,
    ProposeSettlement,
    PutAway,
    RecordDropOff,
    RecordLabel,
    Reject,
    Reopen,
    ResolveRejected,
    SendBack,
    Ship,
    StartRefund,
    Track,
    UnitsNamed,
    WaiveReceipt,
)
from retour.lifecycle.machine import TRANSITIONS
from retour.lifecycle.model import (
    ActorKind,
    Origin,
    Policy,
    RejectedChoice,
    ReturnStatus,
    ShippedWhen,
)
from retour.lifecycle.steps import Verb
from tests.support.money_rows import Make, Row, money_rows, row
from tests.support.parcel_rows import parcel_walks
from tests.support.returns import Journey, accept, judge, judge_unit, outcome, receive

EARLY = Policy(settle_at=ReturnStatus.AUTHORIZED)
S = ReturnStatus


# ---------------------------------------------------------------- ways to each status


def requested() -> Journey:
    return Journey(policy=EARLY).requested(a=2)


def authorized() -> Journey:
    return Journey(policy=EARLY).authorized(a=2)


def with_label() -> Journey:
    journey = authorized()
    journey.do(CreateLabel())
    return journey


def shipped() -> Journey:
    journey = with_label()
    journey.do(Ship())
    return journey


def tracked() -> Journey:
    journey = shipped()
    journey.do(Track(code="in_transit"))
    return journey


def received() -> Journey:
    journey = tracked()
    journey.do(receive(a=2))
    return journey


def looked_at() -> Journey:
    journey = received()
    journey.do(judge("a", 2, "waiting_for_input"))
    return journey


def processed() -> Journey:
    journey = received()
    journey.do(accept("a", 2), FinishReceipt())
    return journey


def turned_away() -> Journey:
    journey = received()
    journey.do(judge("a", 2, "rejected"), FinishReceipt())
    return journey


def settled() -> Journey:
    journey = processed()
    journey.do(ProposeSettlement(), ConfirmSettlement(), StartRefund())
    journey.outcome("succeeded")
    return journey


def completed() -> Journey:
    journey = settled()
    journey.do(Complete())
    return journey


def reopened() -> Journey:
    journey = completed()
    journey.do(Reopen(reason="Look again"))
    return journey


WAYS: dict[ReturnStatus, Make] = {
    S.AUTHORIZED: authorized,
    S.SHIPPED: shipped,
    S.TRACKED: tracked,
    S.RECEIVED: received,
    S.PROCESSED: processed,
    S.SETTLED: settled,
}
"""Where money may be spoken of."""

# ---------------------------------------------------------------- the rows of goods

AMEND = Amend(lines=(LineAsked(line="a", quantity=1),))
REJECT = Reject(reason="Worn")
CANCEL = Cancel(reason="Changed their mind")
SEND_BACK = Cancel(reason="Changed their mind", goods="send_back")


def label_made(journey: Journey) -> Command:
    return RecordLabel(parcel=journey.ret.parcels[0].id, outcome="created", tracking_number="T")


def correction(journey: Journey) -> Command:
    line = journey.ret.receipts[-1].lines[-1].id
    return CorrectReceipt(receipt_line=line, quantity=1, reason="Counted again")


TRACK = Track(code="delivered")
ONE = (UnitsNamed(line="a", quantity=1),)
DISPOSE = Dispose(units=ONE, disposition="refurbish")
PUT_AWAY = PutAway(units=ONE, location="R-1")
ROWS: dict[tuple[ReturnStatus, str], Row] = {
    (S.REQUESTED, "authorize"): row(requested, Authorize(), S.AUTHORIZED, "return.authorized"),
    (S.REQUESTED, "reject"): row(requested, REJECT, S.REJECTED, "return.rejected"),
    (S.REQUESTED, "amend"): row(requested, AMEND, S.REQUESTED, "return.amended"),
    (S.REQUESTED, "cancel"): row(requested, CANCEL, S.CANCELED, "return.canceled"),
    (S.REQUESTED, "receive"): row(
        lambda: Journey().requested(Origin.WAREHOUSE, a=1),
        receive(a=1),
        S.RECEIVED,
        "return.authorized",
        "return.received",
    ),
    (S.AUTHORIZED, "amend"): row(authorized, AMEND, S.AUTHORIZED, "return.amended"),
    (S.AUTHORIZED, "create_label"): row(authorized, CreateLabel(), S.AUTHORIZED, "label.requested"),
    (S.AUTHORIZED, "record_label"): row(with_label, label_made, S.AUTHORIZED, "label.created"),
    (S.AUTHORIZED, "ship"): row(authorized, Ship(), S.SHIPPED, "return.shipped"),
    (S.AUTHORIZED, "track"): row(authorized, TRACK, S.TRACKED, "return.shipped", "return.tracked"),
    (S.AUTHORIZED, "receive"): row(authorized, receive(a=1), S.RECEIVED, "return.received"),
    (S.AUTHORIZED, "waive_receipt"): row(
        authorized, WaiveReceipt(), S.PROCESSED, "return.processed"
    ),
    (S.AUTHORIZED, "complete"): row(reopened, Complete(), S.COMPLETED, "return.completed"),
    (S.AUTHORIZED, "cancel"): row(authorized, CANCEL, S.CANCELED, "return.canceled"),
    (S.SHIPPED, "record_label"): row(shipped, label_made, S.SHIPPED, "label.created"),
    (S.SHIPPED, "track"): row(shipped, TRACK, S.TRACKED, "return.tracked"),
    (S.SHIPPED, "receive"): row(shipped, receive(a=1), S.RECEIVED, "return.received"),
    (S.SHIPPED, "waive_receipt"): row(shipped, WaiveReceipt(), S.PROCESSED, "return.processed"),
    (S.SHIPPED, "cancel"): row(shipped, CANCEL, S.CANCELED, "return.canceled"),
    (S.TRACKED, "record_label"): row(tracked, label_made, S.TRACKED, "label.created"),
    (S.TRACKED, "track"): row(tracked, TRACK, S.TRACKED, "parcel.updated"),
    (S.TRACKED, "receive"): row(tracked, receive(a=1), S.RECEIVED, "return.received"),
    (S.TRACKED, "waive_receipt"): row(tracked, WaiveReceipt(), S.PROCESSED, "return.processed"),
    (S.TRACKED, "cancel"): row(tracked, CANCEL, S.CANCELED, "return.canceled"),
    (S.RECEIVED, "record_label"): row(received, label_made, S.RECEIVED, "label.created"),
    (S.RECEIVED, "track"): row(received, TRACK, S.RECEIVED, "parcel.updated"),
    (S.RECEIVED, "receive"): row(received, receive(a=1), S.RECEIVED, "receipt.updated"),
    (S.RECEIVED, "inspect"): row(received, accept("a", 2), S.RECEIVED, "unit.inspected"),
    (S.RECEIVED, "finish_receipt"): row(looked_at, FinishReceipt(), S.RECEIVED, "receipt.finished"),
    (S.RECEIVED, "pause_receipt"): row(received, PauseReceipt(), S.RECEIVED, "receipt.updated"),
    (S.RECEIVED, "correct_receipt"): row(received, correction, S.RECEIVED, "receipt.corrected"),
    (S.RECEIVED, "reject"): row(received, REJECT, S.REJECTED, "return.rejected"),
    (S.RECEIVED, "cancel"): row(received, SEND_BACK, S.CANCELED, "return.canceled"),
    (S.PROCESSED, "record_label"): row(processed, label_made, S.PROCESSED, "label.created"),
    (S.PROCESSED, "track"): row(processed, TRACK, S.PROCESSED, "parcel.updated"),
    (S.PROCESSED, "receive"): row(processed, receive(a=1), S.RECEIVED, "return.received"),
    (S.PROCESSED, "inspect"): row(
        processed,
        lambda at: judge_first(at, "rejected"),
        S.PROCESSED,
        "unit.inspected",
    ),
    (S.PROCESSED, "correct_receipt"): row(processed, correction, S.PROCESSED, "receipt.corrected"),
    (S.PROCESSED, "complete"): row(turned_away, Complete(), S.COMPLETED, "return.completed"),
    (S.PROCESSED, "reopen"): row(
        processed, Reopen(reason="Look again"), S.AUTHORIZED, "return.reopened"
    ),
    (S.PROCESSED, "reject"): row(turned_away, REJECT, S.REJECTED, "return.rejected"),
    (S.PROCESSED, "cancel"): row(processed, SEND_BACK, S.CANCELED, "return.canceled"),
    (S.SETTLED, "record_label"): row(settled, label_made, S.SETTLED, "label.created"),
    (S.SETTLED, "track"): row(settled, TRACK, S.SETTLED, "parcel.updated"),
    (S.SETTLED, "inspect"): row(
        settled, lambda at: judge_first(at, "accepted", grade="B"), S.SETTLED, "unit.inspected"
    ),
    (S.SETTLED, "complete"): row(settled, Complete(), S.COMPLETED, "return.completed"),
    (S.SETTLED, "reopen"): row(
        settled, Reopen(reason="Look again"), S.AUTHORIZED, "return.reopened"
    ),
    (S.COMPLETED, "record_label"): row(completed, label_made, S.COMPLETED, "label.created"),
    (S.COMPLETED, "track"): row(completed, TRACK, S.COMPLETED, "parcel.updated"),
    (S.COMPLETED, "reopen"): row(
        completed, Reopen(reason="Look again"), S.AUTHORIZED, "return.reopened"
    ),
}


def judge_first(journey: Journey, word: str, **more: str) -> Command:
    return judge_unit(journey.units[0].id, word, **more)


# ---------------------------------------------------------------- the rows of money


def half_rejected() -> Journey:
    journey = received()
    journey.do(judge("a", 1, "rejected"))
    return journey


def half_settled() -> Journey:
    journey = half_rejected()
    journey.do(accept("a", 1), FinishReceipt())
    journey.do(ProposeSettlement(), ConfirmSettlement(), StartRefund())
    journey.outcome("succeeded")
    return journey


def half_completed() -> Journey:
    journey = half_settled()
    journey.do(Complete())
    return journey


def rejected_here() -> Journey:
    journey = received()
    journey.do(REJECT)
    return journey


def canceled_here() -> Journey:
    journey = received()
    journey.do(SEND_BACK)
    return journey


for _status in (S.RECEIVED, S.PROCESSED, S.SETTLED, S.COMPLETED):
    _here = completed if _status is S.COMPLETED else WAYS[_status]
    ROWS[_status, "dispose"] = row(_here, DISPOSE, _status, "unit.disposed")
    ROWS[_status, "put_away"] = row(_here, PUT_AWAY, _status, "unit.stored")
for _status, _way in (*WAYS.items(), (S.COMPLETED, completed)):
    ROWS.update(money_rows(_status, _way))
for _status, _way in (
    *WAYS.items(),
    (S.COMPLETED, completed),
    (S.REJECTED, rejected_here),
    (S.CANCELED, canceled_here),
):
    for _verb, _from, _asked, _says in parcel_walks(_status, _way):
        ROWS[_status, _verb] = row(_from, _asked, _status, _says)
for _status, _way in (
    (S.RECEIVED, half_rejected),
    (S.PROCESSED, turned_away),
    (S.SETTLED, half_settled),
    (S.COMPLETED, half_completed),
    (S.REJECTED, rejected_here),
    (S.CANCELED, canceled_here),
):
    ROWS[_status, "send_back"] = row(_way, SendBack(), _status, "parcel.sent_back")
ROWS[(S.COMPLETED, "record_refund_outcome")] = Row(
    start=completed,
    give=lambda at: outcome(at.leg().id, "failed"),
    to=S.PROCESSED,
    says=["refund.failed", "return.processed"],
    by=ActorKind.PROCESSOR,
)


# ---------------------------------------------------------------- the rows of shoppers

PROOF = RecordDropOff(place="Parcel shop")
OWN = ChangeMethod(method="own")
CHOICE = ResolveRejected(choice=RejectedChoice.DONATE)
CHOSEN = ("rejection.resolved", "unit.disposed")


def partly_refused() -> Journey:
    """Received: one piece is accepted, the other is not."""
    journey = received()
    journey.do(accept("a", 1), judge("a", 1, "rejected"))
    return journey


def partly_processed() -> Journey:
    journey = partly_refused()
    journey.do(FinishReceipt())
    return journey


def partly_settled() -> Journey:
    journey = partly_processed()
    journey.do(ProposeSettlement(), ConfirmSettlement(), StartRefund())
    journey.outcome("succeeded")
    return journey


def partly_completed() -> Journey:
    journey = partly_settled()
    journey.do(Complete())
    return journey


def shipped_by_label() -> Journey:
    """Shipped, as its policy calls a return that has its label."""
    policy = Policy(shipped_when=ShippedWhen.LABEL)
    journey = Journey(policy=policy).authorized(a=2)
    journey.do(CreateLabel())
    journey.do(label_made(journey))
    return journey


ROWS.update(
    {
        (S.AUTHORIZED, "change_method"): row(authorized, OWN, S.AUTHORIZED, "parcel.added"),
        (S.SHIPPED, "change_method"): row(
            shipped_by_label, OWN, S.SHIPPED, "label.void_requested", "parcel.added"
        ),
        (S.AUTHORIZED, "record_drop_off"): row(
            authorized, PROOF, S.SHIPPED, "return.dropped_off", "return.shipped"
        ),
        (S.SHIPPED, "record_drop_off"): row(shipped, PROOF, S.SHIPPED, "return.dropped_off"),
        (S.TRACKED, "record_drop_off"): row(tracked, PROOF, S.TRACKED, "return.dropped_off"),
        (S.RECEIVED, "resolve_rejected"): row(partly_refused, CHOICE, S.RECEIVED, *CHOSEN),
        (S.PROCESSED, "resolve_rejected"): row(partly_processed, CHOICE, S.PROCESSED, *CHOSEN),
        (S.SETTLED, "resolve_rejected"): row(partly_settled, CHOICE, S.SETTLED, *CHOSEN),
        (S.COMPLETED, "resolve_rejected"): row(partly_completed, CHOICE, S.COMPLETED, *CHOSEN),
    }
)


@pytest.mark.parametrize("key", ROWS, ids=lambda key: f"{key[0]}-{key[1]}")
def test_a_row_leads_where_the_design_says(key: tuple[ReturnStatus, str]) -> None:
    walked = ROWS[key]
    journey = walked.start()
    command = walked.give(journey)
    assert key == (journey.status, COMMANDS[type(command)][0])

    said = journey.do(command, by=walked.by)

    assert walked.to is journey.status
    assert list(walked.says) == said


@pytest.mark.parametrize("key", ROWS, ids=lambda key: f"{key[0]}-{key[1]}")
def test_what_a_row_says_is_what_the_table_says(key: tuple[ReturnStatus, str]) -> None:
    """Events come in the table's order; consequences come after them."""
    step = TRANSITIONS[key[0]][Verb(key[1])]
    own = list(ROWS[key].says)[: max(len(step.events), 1)]

    assert set(own) <= {*step.events, *step.perhaps}
    assert step.perhaps or own[: len(step.events)] == list(step.events)
    assert step.target in {None, ROWS[key].to} or step.depends


def test_every_row_of_the_table_is_walked() -> None:
    table = {(status, verb.value) for status, row in TRANSITIONS.items() for verb in row}

    assert table == set(ROWS)


@pytest.mark.parametrize("status", ReturnStatus)
def test_what_is_not_in_a_row_is_refused(status: ReturnStatus) -> None:
    """Every command of another row is refused here, whatever its body."""
    ways = {key[0]: walked.start for key, walked in ROWS.items()} | WAYS
    finals = {S.REJECTED, S.CANCELED}
    journey = closed(status) if status in finals else ways[status]()
    for key, walked in ROWS.items():
        if Verb(key[1]) in TRANSITIONS[status]:
            continue
        other = walked.start()
        command = walked.give(other)

        assert journey.code(command, by=walked.by) == "not_allowed_in_status"


def closed(status: ReturnStatus) -> Journey:
    journey = requested()
    journey.do(REJECT if status is S.REJECTED else CANCEL)
    return journey
