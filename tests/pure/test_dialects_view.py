"""The public shapes say exactly what happened, in the words of the contract."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.dialects.dialect import Wanted
from retour.dialects.order_view import order_view, return_state
from retour.dialects.registry import DIALECTS
from retour.dialects.retour import event_view
from retour.dialects.schemas import json_schema
from retour.dialects.stored import (
    ERASED,
    StoredEvent,
    StoredSnapshot,
    read_personal,
    read_snapshot,
    stored,
)
from retour.dialects.view import (
    entered_at,
    instant,
    return_view,
    settlement_view,
)
from retour.kernel.money import EXPONENTS, format_amount
from retour.lifecycle.model import (
    Counters,
    Customer,
    Event,
    EventType,
    Personal,
    ReturnStatus,
    SettlementStatus,
    Snapshot,
)
from retour.store.committing import text
from tests.support import samples
from tests.support.schema_checking import json_problem

PAID = samples.event(EventType.RETURN_SETTLED)


def keys(text: str) -> list[str]:
    return text.split()


# The contract's own words; keys may be added between them, none may go.
RETURN_KEYS = keys(
    "id number rma_number status version sequence order_number origin policy verdict lines "
    "parcels receipts settlements settlement allowed_commands reject_reason"
)
ORDER_KEYS = keys(
    "external_order_id currency prices_include_tax customer order_type channel facility "
    "ordered_at delivered_at shipments shipping payments lines"
)
ORDER_LINE_KEYS = keys(
    "id sku part_number upc title image_url quantity unit_price tax_rate discount group "
    "parent returnable weight_g serials delivered requested received accepted rejected "
    "settled return_state"
)
ENVELOPE = keys(
    "id type schema_version occurred_at workspace sequence stream stream_sequence actor source data"
)


def test_a_return_has_every_key_of_the_contract_in_order() -> None:
    view = return_view(samples.ret_of(PAID), {}, ["complete"])

    assert [key for key in view if key in RETURN_KEYS] == RETURN_KEYS
    assert {f"{status}_at" for status in ReturnStatus} <= view.keys()
    assert {"id", "line", "sku", "quantity", "reason", "reasons", "units"} <= view["lines"][
        0
    ].keys()
    assert {
        "id",
        "reception",
        "acceptance",
        "grade",
        "condition",
        "disposition",
        "facility",
    } <= view["lines"][0]["units"][0].keys()


def test_an_order_has_every_key_of_the_contract() -> None:
    view = order_view(samples.order_of(PAID), Customer(email="a@example.com"))

    assert set(ORDER_KEYS) <= view.keys()
    assert set(ORDER_LINE_KEYS) <= view["lines"][0].keys()


def test_an_event_has_its_envelope_in_order() -> None:
    assert list(event_view(PAID)) == ENVELOPE


def test_commands_are_listed_only_for_a_reader() -> None:
    ret = samples.ret_of(PAID)

    assert "allowed_commands" not in return_view(ret, {})
    assert return_view(ret, {}, ("complete", "reopen"))["allowed_commands"] == [
        "complete",
        "reopen",
    ]
    assert return_view(ret, {}, ())["allowed_commands"] == []


def test_the_latest_settlement_is_not_a_discarded_one() -> None:
    ret = samples.ret_of(PAID)
    (paid,) = ret.settlements
    dropped = replace(paid, id="stl_dropped", status=SettlementStatus.DISCARDED)

    view = return_view(replace(ret, settlements=(paid, dropped)), {})
    none = return_view(replace(ret, settlements=(dropped,)), {})

    assert view["settlement"]["id"] == paid.id
    assert [one["id"] for one in view["settlements"]] == [paid.id, "stl_dropped"]
    assert none["settlement"] is None


def test_lines_and_legs_of_a_settlement_sum_to_its_total() -> None:
    (paid,) = samples.ret_of(PAID).settlements

    view = settlement_view(paid)

    def cents(amount: str) -> int:
        return int(amount.replace(".", ""))

    assert cents(view["total"]) == sum(cents(line["amount"]) for line in view["lines"])
    assert cents(view["total"]) == sum(cents(leg["amount"]) for leg in view["legs"])


def test_settled_at_is_when_the_customer_had_the_money() -> None:
    """An instant refund settles before any goods: still authorized, the instant is set."""
    ret = samples.ret_of(PAID)
    (paid,) = ret.settlements
    early = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
    instantly = replace(
        ret,
        status=ReturnStatus.AUTHORIZED,
        status_at={"requested": early, "authorized": early},
        settlements=(replace(paid, settled_at=early),),
    )

    assert return_view(instantly, {})["settled_at"] == "2026-03-02T12:30:00Z"
    assert return_view(instantly, {})["received_at"] is None


def test_money_taken_back_is_no_milestone() -> None:
    ret = samples.ret_of(PAID)
    (paid,) = ret.settlements
    failed = replace(paid, status=SettlementStatus.FAILED)

    entered = entered_at(replace(ret, status_at={}, settlements=(failed,)))

    assert entered["settled"] is None


@pytest.mark.parametrize(
    ("counters", "state"),
    [
        (Counters(delivered=2), "none"),
        (Counters(delivered=2, requested=1), "requested"),
        (Counters(delivered=2, requested=2), "requested"),
        (Counters(delivered=2, requested=2, received=1), "partly_returned"),
        (Counters(delivered=2, requested=1, received=1), "partly_returned"),
        (Counters(delivered=2, requested=2, received=2), "returned"),
        (Counters(), "none"),
    ],
)
def test_one_word_says_how_far_a_line_came_back(counters: Counters, state: str) -> None:
    assert return_state(counters) == state


def test_returnable_is_what_may_still_be_asked() -> None:
    line = order_view(samples.order_of(PAID), Customer(email="a"))["lines"][1]

    assert (line["delivered"], line["requested"], line["returnable"]) == (3, 2, 1)


def test_what_the_shopper_wrote_is_merged_in() -> None:
    ret = samples.ret_of(PAID)

    said = return_view(ret, PAID.words)
    erased = return_view(ret, {})

    assert said["lines"][0]["reasons"][0]["comment"] == "The glass is cracked."
    assert said["lines"][1]["comment"] == "One would have been enough."
    assert erased["lines"][0]["reasons"][0]["comment"] is None
    assert erased["lines"][1]["comment"] is None
    assert erased["lines"][0]["reason"] == "Arrived damaged"


PERSONAL = ("alex", "Jansen", "+3120", "Damrak", "1012", "cracked.", "would have been")


def told(dialect: str, sample: StoredEvent, form: str) -> list[str]:
    """Give everything a dialect says of an event, word by word."""
    words = DIALECTS[dialect].vocabulary.get(sample.type, ())
    messages = [DIALECTS[dialect].render(sample, Wanted(word=word, format=form)) for word in words]
    return [message.body.decode() for message in messages if message is not None]


FORMS = [(name, form) for name, dialect in DIALECTS.items() for form in dialect.formats]


@pytest.mark.parametrize(("dialect", "form"), FORMS)
def test_erasure_leaves_no_word_of_the_person(dialect: str, form: str) -> None:
    """In whatever event: as long as the person was there, some message of most dialects said so."""
    named = [text for sample in samples.walk() for text in told(dialect, sample, form)]
    erased = [
        text for sample in samples.walk() for text in told(dialect, samples.erased(sample), form)
    ]

    assert len(named) == len(erased) > 0
    silent = dialect in ("kibo", "warehouse")
    assert any(word in said for said in named for word in PERSONAL) is not silent
    for said in erased:
        assert not [word for word in PERSONAL if word in said]
    if dialect in ("retour", "notification", "cloudevents"):
        assert all(ERASED in said for said in erased)


def test_an_erased_event_still_obeys_its_schema() -> None:
    view = event_view(samples.erased(PAID))

    assert json_problem(json_schema(PAID.type), view) is None


@pytest.mark.parametrize("currency", ["JPY", "EUR", "KWD", "CLF"])
def test_amounts_have_their_currencys_decimals(currency: str) -> None:
    view = event_view(samples.in_currency(PAID, currency, 10_005))
    ret, order = view["data"]["return"], view["data"]["order"]

    amount = {0: "10005", 2: "100.05", 3: "10.005", 4: "1.0005"}[EXPONENTS[currency]]
    assert amount == format_amount(10_005, currency)
    assert ret["settlement"]["total"] == amount
    assert {leg["amount"] for leg in ret["settlement"]["legs"]} == {amount}
    assert {line["tax"] for line in ret["settlement"]["lines"]} == {amount}
    assert {line["unit_price"] for line in order["lines"]} == {amount}
    assert {line["discount"] for line in order["lines"]} == {amount}
    assert set(order["payments"][0].items()) >= {("captured", amount), ("reserved", amount)}
    assert order["shipping"] == {
        "amount": amount,
        "tax_rate": "21",
        "discount": amount,
        "standard": None,
        "refunded": amount,
    }
    assert json_problem(json_schema(PAID.type), view) is None


ARTICLES = {
    "retour": "sku",
    "notification": "productNumber",
    "kibo": "sku",
    "fulfillmenttools": "tenantArticleId",
    "cloudevents": "sku",
}
"""How each dialect calls an article; tickets' messages name none."""


@pytest.mark.parametrize(("dialect", "form"), [one for one in FORMS if one[0] in ARTICLES])
@pytest.mark.parametrize("sku", ["00042", "0", "1e5", "Größe-Ł/日本", "٣٤", "-0.50"])
def test_skus_are_opaque(dialect: str, form: str, sku: str) -> None:
    key = ARTICLES[dialect]
    expected = f'"{key}":"{sku}"' if form == "json" else f"<{key}>{sku}</{key}>"
    requested = samples.saying(samples.event(EventType.RETURN_REQUESTED), sku)

    (said,) = told(dialect, requested, form)

    assert expected in said


@given(st.datetimes(timezones=st.timezones()))
def test_instants_are_utc_and_come_back(at: datetime) -> None:
    try:
        utc = at.astimezone(UTC)
    except OverflowError:  # The first and last hours of the calendar have no UTC.
        return

    written = instant(at)

    assert written.endswith("Z")
    assert "+" not in written
    assert datetime.fromisoformat(written) == utc


def test_instants_have_fractions_only_where_there_are_any() -> None:
    at = datetime(2026, 3, 1, 8, 0, tzinfo=timezone(timedelta(hours=1)))

    assert instant(at) == "2026-03-01T07:00:00Z"
    assert instant(at.replace(microsecond=120)) == "2026-03-01T07:00:00.000120Z"


def test_what_the_store_keeps_renders_the_same() -> None:
    """An event written to its columns and read again has the same bytes."""
    for sample in samples.every():
        again = replace(
            sample,
            snapshot=read_snapshot(text(sample.snapshot)),
            personal=read_personal(text(sample.personal) if sample.personal else None),
        )

        assert again == sample
        assert event_view(again) == event_view(sample)


def test_a_snapshot_is_read_as_the_lifecycle_wrote_it() -> None:
    written = Snapshot(
        order=samples.order_of(PAID), ret=samples.ret_of(PAID), details={"leg": "leg_1"}
    )

    read = read_snapshot(text(written))

    assert read == StoredSnapshot(order=written.order, ret=written.ret, details={"leg": "leg_1"})


def test_a_fresh_event_gets_its_stored_form() -> None:
    assert PAID.personal is not None
    fresh = Event(
        type=PAID.type,
        at=PAID.occurred_at,
        actor=PAID.actor,
        source=PAID.source,
        snapshot=Snapshot(order=samples.order_of(PAID), ret=samples.ret_of(PAID)),
        personal=PAID.personal,
        sequence=PAID.sequence,
    )

    kept = stored(
        fresh,
        id=PAID.id,
        workspace=PAID.workspace,
        stream=PAID.stream,
        stream_sequence=PAID.stream_sequence,
    )

    assert kept == PAID


def test_details_never_hide_the_world() -> None:
    details: dict[str, str | int | bool | None] = {"return": "x", "order": "y", "leg": "leg_1"}
    sample = replace(PAID, snapshot=replace(PAID.snapshot, details=details))

    data = event_view(sample)["data"]

    assert data["return"]["id"] == samples.ret_of(PAID).id
    assert data["order"]["id"] == samples.order_of(PAID).id
    assert data["leg"] == "leg_1"


def test_the_way_to_completed_is_gapless() -> None:
    walk = samples.walk()

    assert [sample.sequence for sample in walk] == list(range(1, len(walk) + 1))
    assert walk[0].type is EventType.RETURN_REQUESTED
    assert walk[-1].type is EventType.RETURN_COMPLETED


def test_the_same_event_has_the_same_bytes() -> None:
    for dialect in DIALECTS.values():
        for form in dialect.formats:
            for word in dialect.vocabulary.get(PAID.type, ()):
                wanted = Wanted(word=word, format=form)
                message = dialect.render(PAID, wanted)
                assert message is not None
                assert message == dialect.render(PAID, wanted)


def test_messages_are_numbered_per_return() -> None:
    delivered = samples.event(EventType.ORDER_DELIVERED)
    render = DIALECTS["retour"].render

    numbered, unnumbered = render(PAID, Wanted()), render(delivered, Wanted())

    assert numbered is not None
    assert unnumbered is not None
    assert numbered.headers == (("webhook-sequence", str(PAID.sequence)),)
    assert unnumbered.headers == ()


def test_customers_keep_both_addresses() -> None:
    assert isinstance(PAID.personal, Personal)

    view = order_view(samples.order_of(PAID), PAID.personal.customer)["customer"]

    assert view["addresses"]["shipping"]["city"] == "Amsterdam"
    assert view["addresses"]["billing"] is None
    assert json.dumps(view).count("1012 AB") == 2
