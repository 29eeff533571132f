"""12Return's words: which event, in which process, how much of the return is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from retour.dialects.dialect import Wanted
from retour.dialects.example_message import use_case_example
from retour.dialects.notification import DIALECT, WORDS, alert_of, is_said, process_of, word_of
from retour.dialects.notification.alert import STATUS_WORDS, deviation, status_word
from retour.dialects.retour import DIALECT as RETOUR
from retour.dialects.schemas import json_schema, xsd
from retour.dialects.stored import StoredEvent
from retour.dialects.view import View
from retour.lifecycle.model import (
    Acceptance,
    EventType,
    Parcel,
    ParcelStatus,
    Reception,
    Return,
    ReturnLine,
    ReturnStatus,
    Unit,
)
from tests.support import samples
from tests.support.notifying import sample
from tests.support.schema_checking import json_problem, xml_problem
from tests.support.xml_reading import parsed

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WAY = (
    ReturnStatus.REQUESTED,
    ReturnStatus.AUTHORIZED,
    ReturnStatus.SHIPPED,
    ReturnStatus.TRACKED,
    ReturnStatus.RECEIVED,
    ReturnStatus.PROCESSED,
)


def alert(sample: StoredEvent) -> View:
    """Give the ``return`` part of an event's alert."""
    view = alert_of(sample)
    assert view is not None
    return view["return"]


def test_there_are_ten_primary_and_two_secondary_words() -> None:
    primary = [word.name for word in WORDS.values() if word.kind == "primary"]
    secondary = [
        word.name for word in WORDS.values() if word.kind == "secondary" and not word.is_ours
    ]
    ours = [word.name for word in WORDS.values() if word.is_ours]

    assert [
        "return_requested",
        "return_rejected",
        "return_authorized",
        "return_shipped",
        "return_tracked",
        "return_received",
        "return_processed",
        "return_settled",
        "return_completed",
        "return_canceled",
    ] == primary
    assert ["settlement_memo", "use_case_email"] == secondary
    assert [
        "label_created",
        "refund_paid",
        "refund_failed",
        "return_reminder",
        "return_expiring",
        "deadline_missed",
    ] == ours


def test_every_word_has_its_process() -> None:
    assert {name: word.processes for name, word in WORDS.items()} == {
        "return_requested": ("authorization",),
        "return_rejected": ("authorization",),
        "return_authorized": ("authorization",),
        "return_shipped": ("logistics",),
        "return_tracked": ("logistics",),
        "return_received": ("processing",),
        "return_processed": ("processing",),
        "return_settled": ("settlement",),
        "return_completed": ("settlement",),
        "return_canceled": ("authorization", "logistics", "processing", "settlement"),
        "settlement_memo": ("settlement",),
        "use_case_email": ("initiate",),
        "label_created": ("logistics",),
        "refund_paid": ("settlement",),
        "refund_failed": ("settlement",),
        "return_reminder": ("logistics",),
        "return_expiring": ("logistics",),
        "deadline_missed": ("authorization", "logistics", "processing", "settlement"),
    }


def test_words_and_events_find_each_other() -> None:
    for event_type, (name,) in DIALECT.vocabulary.items():
        assert WORDS[name].type == event_type
        assert word_of(event_type) is WORDS[name]
    unspoken = {word.type for word in WORDS.values()} - {str(known) for known in EventType}
    assert unspoken == set()


def test_of_messages_only_those_of_use_cases_are_alerts() -> None:
    """A comment on a return is a message as well, and nobody's inbox mail."""
    comment, written = samples.event(EventType.MESSAGE_CREATED), use_case_example()
    alert = alert_of(written)

    assert alert_of(comment) is None
    assert DIALECT.render(comment, Wanted()) is None
    assert alert is not None
    assert (alert["event"], alert["process"], alert["class"], alert["return"]) == (
        "use_case_email", "initiate", "secondary", None,
    )  # fmt: skip
    assert alert["message"]["subject"] == "Shade of the lamp"
    assert alert["message"]["customer"]["email"] == "alex.jansen@example.com"


def test_an_erased_message_says_nothing() -> None:
    alert = alert_of(samples.erased(use_case_example()))
    assert alert is not None

    assert (alert["message"]["subject"], alert["message"]["text"]) == (None, None)
    assert alert["message"]["customer"]["email"] == "[erased]"


@pytest.mark.parametrize("word", WORDS)
def test_every_alert_names_its_process_and_class(word: str) -> None:
    alert = alert_of(sample(word))
    assert alert is not None

    assert alert["event"] == word
    assert alert["process"] in WORDS[word].processes
    assert alert["class"] == WORDS[word].kind
    assert (alert["return"] is None) is (word == "use_case_email")


@pytest.mark.parametrize(
    ("status", "process"),
    [
        (ReturnStatus.REQUESTED, "authorization"),
        (ReturnStatus.AUTHORIZED, "logistics"),
        (ReturnStatus.SHIPPED, "logistics"),
        (ReturnStatus.TRACKED, "logistics"),
        (ReturnStatus.RECEIVED, "processing"),
        (ReturnStatus.PROCESSED, "settlement"),
    ],
)
@pytest.mark.parametrize("pause", [timedelta(0), timedelta(hours=1)])
def test_a_cancellation_belongs_to_where_the_return_was(
    status: ReturnStatus, process: str, pause: timedelta
) -> None:
    """Also when several statuses were entered at one instant, as a plan does."""
    way = WAY[: WAY.index(status) + 1]
    status_at = {str(word): START + n * pause for n, word in enumerate(way)}
    canceled = samples.event(EventType.RETURN_CANCELED)
    ret = replace(
        samples.ret_of(canceled),
        status_at={**status_at, "canceled": START + timedelta(days=9)},
    )

    assert process_of(samples.with_return(canceled, ret)) == process


def test_after_a_reopening_the_last_status_counts() -> None:
    canceled = samples.event(EventType.RETURN_CANCELED)
    status_at = {str(word): START + timedelta(hours=n) for n, word in enumerate(WAY)}
    status_at["authorized"] = START + timedelta(days=2)
    ret = replace(samples.ret_of(canceled), status_at=status_at)

    assert process_of(samples.with_return(canceled, ret)) == "logistics"


def with_parcel(ret: Return, status: ParcelStatus) -> Return:
    parcel = Parcel(id="pcl_x", status=status, created_at=START)
    return replace(ret, status=ReturnStatus.AUTHORIZED, parcels=(parcel,))


def test_every_status_has_its_pair() -> None:
    ret = replace(samples.ret_of(samples.event(EventType.RETURN_REQUESTED)), parcels=())

    pairs = {str(status): status_word(replace(ret, status=status)) for status in ReturnStatus}

    assert pairs == {
        "requested": "Authorization/Requested",
        "authorized": "Logistics/Approved",
        "shipped": "Logistics/Submitted",
        "tracked": "Logistics/Submitted",
        "received": "Processing/Received",
        "processed": "Settlement/Requested",
        "settled": "Settlement/Requested",
        "completed": "Completed",
        "rejected": "Authorization/Rejected",
        "canceled": "Canceled",
    }
    assert set(pairs.values()) <= set(STATUS_WORDS)


@pytest.mark.parametrize(
    ("status", "pair"),
    [
        (ParcelStatus.REQUESTED, "Logistics/Requested"),
        (ParcelStatus.LABEL_FAILED, "Logistics/Failed"),
        (ParcelStatus.LABEL_CREATED, "Logistics/Submitted"),
        (ParcelStatus.VOIDED, "Logistics/Approved"),
    ],
)
def test_a_label_moves_the_pair_of_an_authorized_return(status: ParcelStatus, pair: str) -> None:
    ret = samples.ret_of(samples.event(EventType.RETURN_AUTHORIZED))

    assert status_word(with_parcel(ret, status)) == pair
    assert pair in STATUS_WORDS


def test_the_alert_grows_with_the_return() -> None:
    told = [alert(step) for step in samples.walk() if is_said(step.type, step.snapshot.details)]
    grown = [
        tuple(
            key
            for key in ("rmaNumber", "shipment", "receipt", "settlementMemo")
            if view[key] is not None
        )
        for view in told
    ]

    assert grown == [
        (),  # requested
        ("rmaNumber",),  # authorized
        ("rmaNumber", "shipment"),  # label created
        ("rmaNumber", "shipment"),  # shipped
        ("rmaNumber", "shipment"),  # tracked
        ("rmaNumber", "shipment", "receipt"),  # received
        ("rmaNumber", "shipment", "receipt"),  # processed
        ("rmaNumber", "shipment", "receipt", "settlementMemo"),  # settlement memo
        ("rmaNumber", "shipment", "receipt", "settlementMemo"),  # refund paid
        ("rmaNumber", "shipment", "receipt", "settlementMemo"),  # settled
        ("rmaNumber", "shipment", "receipt", "settlementMemo"),  # completed
    ]


def test_a_failed_or_voided_label_is_no_shipment() -> None:
    sample = samples.event(EventType.RETURN_AUTHORIZED)
    ret = samples.ret_of(sample)

    for status in (ParcelStatus.REQUESTED, ParcelStatus.LABEL_FAILED, ParcelStatus.VOIDED):
        bent = samples.with_return(sample, with_parcel(ret, status))
        assert alert(bent)["shipment"] is None
    bent = samples.with_return(sample, with_parcel(ret, ParcelStatus.LOST))
    assert alert(bent)["shipment"]["status"] == "lost"


def units(*receptions: Reception) -> tuple[Unit, ...]:
    return tuple(Unit(id=f"unt_{n}", reception=word) for n, word in enumerate(receptions))


@pytest.mark.parametrize(
    ("receptions", "word"),
    [
        ((Reception.EXPECTED, Reception.RECEIVED), None),
        ((Reception.WAIVED,), None),
        ((Reception.MISSING, Reception.MISSING), "missing"),
        ((Reception.RECEIVED, Reception.MISSING), "quantity"),
        ((Reception.RECEIVED, Reception.UNEXPECTED), "quantity"),
        ((Reception.UNEXPECTED,), "unexpected"),
        ((Reception.WRONG_ITEM, Reception.UNEXPECTED), "unexpected"),
        ((), None),
    ],
)
def test_deviation_says_how_goods_differ(
    receptions: tuple[Reception, ...], word: str | None
) -> None:
    line = ReturnLine(id="rln_x", number=1, line="1", sku="A", quantity=1, units=units(*receptions))

    assert deviation(line) == word


def test_counts_are_null_until_they_are_known() -> None:
    asked = alert(samples.event(EventType.RETURN_REQUESTED))["lines"][1]
    come = alert(samples.event(EventType.RETURN_RECEIVED))["lines"]
    done = alert(samples.event(EventType.RETURN_PROCESSED))["lines"][1]

    assert (asked["receivedQuantity"], asked["acceptedQuantity"]) == (None, None)
    assert [line["receivedQuantity"] for line in come] == [1, 0]
    assert (done["quantity"], done["receivedQuantity"], done["acceptedQuantity"]) == (2, 1, 1)
    assert done["deviation"] == "quantity"


def test_kept_goods_are_accepted_without_a_receipt() -> None:
    sample = samples.event(EventType.RETURN_AUTHORIZED)
    ret = samples.ret_of(sample)
    kept = tuple(
        replace(unit, reception=Reception.WAIVED, acceptance=Acceptance.ACCEPTED)
        for unit in ret.lines[1].units
    )
    bent = samples.with_return(sample, replace(ret, lines=(replace(ret.lines[1], units=kept),)))

    line = alert(bent)["lines"][0]

    assert (line["receivedQuantity"], line["acceptedQuantity"]) == (None, 2)


def test_a_grade_stands_only_where_all_units_that_came_share_it() -> None:
    sample = samples.event(EventType.RETURN_PROCESSED)
    ret = samples.ret_of(sample)
    one = ret.lines[1].units[0]
    two, missing = replace(one, id="unt_two"), replace(one, reception=Reception.MISSING)

    def graded(*grades: str | None) -> str | None:
        bent = tuple(
            replace(unit, grade=grade) for unit, grade in zip((one, two), grades, strict=True)
        )
        line = replace(ret.lines[1], units=(*bent, missing))
        return alert(samples.with_return(sample, replace(ret, lines=(line,))))["lines"][0]["grade"]

    assert graded("A", "A") == "A"
    assert graded("A", "B") is None
    assert graded("A", None) is None


def test_line_amounts_are_counted_once() -> None:
    """Two return lines of one order line: the settlement's amount stands at the first."""
    sample = samples.event(EventType.RETURN_SETTLED)
    ret = samples.ret_of(sample)
    twice = (*ret.lines, replace(ret.lines[0], id="rln_again"))

    lines = alert(samples.with_return(sample, replace(ret, lines=twice)))["lines"]

    assert [line["settlementAmount"] for line in lines] == ["89.50", "11.67", None]


def test_a_notifications_id_is_the_events_for_ever() -> None:
    first, again = (alert_of(samples.event(EventType.RETURN_SETTLED)) for _ in range(2))
    other = alert_of(samples.event(EventType.RETURN_COMPLETED))
    assert first is not None
    assert again is not None
    assert other is not None

    assert first["notificationId"] == again["notificationId"]
    assert first["notificationId"] != other["notificationId"]
    assert UUID(first["notificationId"]).version == 5


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_use_cases_message_is_a_native_event_by_its_schema(form: str) -> None:
    message = RETOUR.render(use_case_example(), Wanted(format=form))
    assert message is not None
    created = EventType.MESSAGE_CREATED

    if form == "json":
        assert json_problem(json_schema(created), json.loads(message.body)) is None
    else:
        assert xml_problem(xsd(created), parsed(message.body)) is None
    assert b"Shade of the lamp" in message.body


def test_every_shipment_is_told_and_the_latest_by_itself() -> None:
    event = samples.event(EventType.RETURN_RECEIVED)
    ret = samples.ret_of(event)
    failed = Parcel(id="pcl_f", status=ParcelStatus.LABEL_FAILED, created_at=START)
    late = Parcel(id="pcl_l", status=ParcelStatus.LABEL_CREATED, created_at=START)
    told = alert(samples.with_return(event, replace(ret, parcels=(*ret.parcels, late, failed))))

    assert [one["id"] for one in told["shipments"]] == [ret.parcels[0].id, "pcl_l"]
    assert told["shipment"] == told["shipments"][-1]
    assert told["receipt"] == told["receipts"][-1]
    assert (told["settlementMemo"], told["settlementMemos"]) == (None, [])
