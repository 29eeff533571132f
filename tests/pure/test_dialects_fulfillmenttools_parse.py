"""What fulfillmenttools' API is sent, read; and what it means as commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.dialects.fulfillmenttools.ids import line_item_id, returned_line_item_id
from retour.dialects.fulfillmenttools.job_plan import job_acted
from retour.dialects.fulfillmenttools.layout import ItemReturn, item_returns
from retour.dialects.fulfillmenttools.parse import (
    ItemReturnAdd,
    ItemReturnNew,
    JobAct,
    LinePatch,
    RefundAsked,
    plain,
    whole,
    wording,
)
from retour.dialects.fulfillmenttools.plan import Known, Objection, Wished, added, judged_anew
from retour.dialects.fulfillmenttools.refunding import refunded
from retour.kernel.problems import InvalidRequest
from retour.lifecycle.commands import Context
from retour.lifecycle.decide import Step, decide
from retour.lifecycle.model import (
    Acceptance,
    Actor,
    ActorKind,
    Customer,
    Decision,
    EventType,
    Executor,
    FacilityRef,
    Order,
    Payment,
    Policy,
    Return,
    State,
)
from tests.support import samples

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
_FRESH = count()
MAIN = FacilityRef(code="main", number=1, name="Main")


def order(**more: object) -> Order:
    """Give an order of two lamps and three mugs that nothing has come back of."""
    delivered = samples.order_of(samples.event(EventType.ORDER_DELIVERED))
    paid = (Payment(id="p", processor=Executor.EXTERNAL, captured=100_000),)
    return replace(delivered, payments=paid, **more)


def known(of: Order, *returns: Return) -> Known:
    return Known(
        order=of,
        returns=returns,
        facilities={"main": "main"},
        reasons={"Broken": {"en_US": "Broken", "de_DE": "Defekt"}},
        conditions={},
        words={},
        locale="de_DE",
    )


def carried_out(state: State, steps: Sequence[Step]) -> Decision:
    """Let the lifecycle do what was planned."""
    context = Context(
        actor=Actor(kind=ActorKind.API_KEY),
        source="api",
        at=NOON,
        entropy=next(_FRESH).to_bytes(16, "big"),  # No two decisions mint the same ids.
        numbers=tuple(range(1, 40)),
        facility=MAIN,
    )
    decision = decide(state, steps, context)
    assert isinstance(decision, Decision), decision
    return decision


def item_return(of: Order, status: str, *lines: Mapping[str, object]) -> ItemReturnNew:
    """Give an ItemReturn to be added; lines are named by their place in the order."""
    named = [
        {
            "itemReturnJobLineItemRef": line_item_id(of.id, str(line["line"])),
            **{key: value for key, value in line.items() if key != "line"},
        }
        for line in lines
    ]
    made = {"status": status, "returnFacilityRef": "main", "returnedLineItems": named}
    return msgspec.json.decode(msgspec.json.encode(made), type=ItemReturnNew)


# ---------------------------------------------------------------- reading


@pytest.mark.parametrize("written", ["2", '"2"', "2.00", '"2.00"', "2e0"])  # fmt: skip
def test_a_count_is_read_however_it_is_written(written: str) -> None:
    value = msgspec.json.decode(written, type=Decimal)

    assert whole(value, "/x") == 2


@pytest.mark.parametrize("written", ["0", "-1", "1.5", "NaN", "Infinity", "1e9", "1e999999"])
def test_what_counts_nothing_is_refused_by_name(written: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        whole(Decimal(written), "/delivered")

    assert caught.value.errors[0].pointer == "/delivered"


@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_amounts_keep_every_figure_or_are_none(value: Decimal) -> None:
    """Written without an exponent, and never longer than anybody means."""
    text = plain(value)

    if text is not None:
        assert "E" not in text
        assert Decimal(text) == value
        assert len(text) < 60


def test_ids_may_be_bare_figures_and_unknown_fields_may_not_be() -> None:
    body = b"""{"itemReturnJobVersion": "3", "itemReturnForCreation": {"status": "OPEN",
        "returnFacilityRef": 7, "returnedLineItems": [{"status": "OPEN", "tenantArticleId": 12,
        "scannedCodes": [1, "001"]}]}}"""

    read = msgspec.json.decode(body, type=ItemReturnAdd)

    assert str(read.item_return_for_creation.return_facility_ref) == "7"
    assert read.item_return_for_creation.returned_line_items[0].scanned_codes == (1, "001")
    with pytest.raises(msgspec.ValidationError, match="colour"):
        msgspec.json.decode(body.replace(b'"status"', b'"colour"', 1), type=ItemReturnAdd)


@pytest.mark.parametrize(
    ("locale", "words"),
    [("de_DE", "Defekt"), ("de_AT", "Defekt"), ("fr_FR", "Broken"), ("en_GB", "Broken")],
)
def test_words_are_chosen_by_locale_then_language_then_english(locale: str, words: str) -> None:
    assert wording({"de_DE": "Defekt", "en_US": "Broken"}, locale) == words


# ---------------------------------------------------------------- what it means


def test_each_unit_gets_its_own_reasons_and_judgement() -> None:
    """Units of one line that come back for different reasons are told apart to the end."""
    of = order()
    wanted = item_return(
        of,
        "FINISHED",
        {"line": "2", "status": "ACCEPTED", "reasons": [{"reason": "Broken"}]},
        {"line": "2", "status": "REJECTED", "reasons": [{"reason": "Worn"}]},
        {"line": "2", "status": "WAITING_FOR_INPUT", "reasons": [{"reason": "Broken"}]},
    )

    answer = added(known(of), wanted)
    assert isinstance(answer, Wished)
    after = carried_out(State(order=of, customer=customer(), policy=Policy()), answer.steps).state

    assert after.ret is not None
    found = [
        (line.reasons[0].text, [unit.acceptance.value for unit in line.units])
        for line in after.ret.lines
    ]
    assert found == [("Broken", ["accepted", "waiting_for_input"]), ("Worn", ["rejected"])]
    assert after.ret.lines[0].reasons[0].localized == {"en_US": "Broken", "de_DE": "Defekt"}


def customer() -> Customer:
    return samples.event(EventType.ORDER_DELIVERED).customer


@pytest.mark.parametrize(
    ("status", "line", "word"),
    [
        ("PAUSED", {"status": "OPEN"}, "begin as PAUSED"),
        ("CANCELED", {"status": "OPEN"}, "begin as CANCELED"),
        ("FINISHED", {"status": "CANCELED"}, "CANCELED"),
        ("ANNOUNCED", {"status": "ACCEPTED"}, "before its goods have come"),
        ("IN_PROGRESS", {"status": "OPEN", "itemCondition": "Worn"}, "nobody has judged it"),
        ("OPEN", {"status": "OPEN", "tenantArticleId": "MUG-03"}, "names the article"),
    ],
)
def test_what_cannot_be_meant_is_said_before_anything_is_decided(
    status: str, line: dict[str, object], word: str
) -> None:
    of = order()

    answer = added(known(of), item_return(of, status, {"line": "1", **line}))

    assert isinstance(answer, Objection)
    assert answer.status == 400
    assert word in answer.summary
    assert answer.description


@given(data=st.data())
def test_whatever_is_added_is_decided_as_its_lines_say(data: st.DataObject) -> None:
    """Any lines in any statuses: each unit ends as its own line said."""
    of = order()
    statuses = st.sampled_from(["ACCEPTED", "REJECTED", "WAITING_FOR_INPUT"])
    reasons = st.sampled_from(["Broken", "Worn", "Too many"])
    lines: list[dict[str, Any]] = [
        {"line": name, "status": data.draw(statuses), "reasons": [{"reason": data.draw(reasons)}]}
        for name, most in (("1", 1), ("2", 3))
        for _ in range(data.draw(st.integers(0, most)))
    ]
    if not lines:
        return
    lines = data.draw(st.permutations(lines))

    answer = added(known(of), item_return(of, "FINISHED", *lines))
    assert isinstance(answer, Wished)
    after = carried_out(State(order=of, customer=customer(), policy=Policy()), answer.steps).state

    assert after.ret is not None
    ended = sorted(
        (str(line.line), line.reasons[0].text, unit.acceptance.value.upper())
        for line in after.ret.lines
        for unit in line.units
    )
    wanted = [(line["line"], line["reasons"][0]["reason"], line["status"]) for line in lines]
    assert ended == sorted(wanted)


# ---------------------------------------------------------------- money


def returned(of: Order, units: int) -> tuple[State, ItemReturn]:
    """Have some mugs come back and accept them."""
    lines = [{"line": "2", "status": "ACCEPTED"}] * units
    answer = added(known(of), item_return(of, "FINISHED", *lines))
    assert isinstance(answer, Wished)
    state = carried_out(State(order=of, customer=customer(), policy=Policy()), answer.steps).state
    assert state.ret is not None
    return state, item_returns([state.ret])[0]


@given(shares=st.lists(st.integers(0, 100), min_size=3, max_size=3))
def test_refunds_by_percent_never_exceed_what_was_paid(shares: list[int]) -> None:
    """Three mugs for 35.00: any shares, one by one; at 100 % they sum to exactly what was paid."""
    state, one = returned(order(), 3)
    for piece, percent in zip(one.pieces, shares, strict=True):
        assert state.ret is not None
        around = known(state.order, state.ret)
        refund = {"status": "CLOSED", "percent": percent}
        patch = msgspec.convert({"itemReturnJobVersion": "1", "refund": refund}, LinePatch)
        answer = refunded(around, one, piece, patch)
        assert isinstance(answer, Wished), answer
        state = carried_out(state, answer.steps).state

    assert state.ret is not None
    totals = [paid.total for paid in state.ret.settlements]
    assert len(totals) == 3
    assert sum(totals) <= 3500
    if shares == [100, 100, 100]:
        assert sum(totals) == 3500
    assert all(unit.covered_by is not None for line in state.ret.lines for unit in line.units)


def test_all_of_it_refunded_one_by_one_is_what_was_paid() -> None:
    """Shares are worked out from what is left, so no cent is lost between the units."""
    state, one = returned(order(), 3)
    for piece in one.pieces:
        assert state.ret is not None
        patch = LinePatch(
            item_return_job_version=Decimal(1),
            refund=RefundAsked(status="CLOSED", percent=Decimal(100)),
        )
        answer = refunded(known(state.order, state.ret), one, piece, patch)
        assert isinstance(answer, Wished)
        state = carried_out(state, answer.steps).state

    assert state.ret is not None
    assert sum(paid.total for paid in state.ret.settlements) == 3500


def test_a_judgement_and_a_refund_are_plans_on_the_same_return() -> None:
    state, one = returned(order(), 1)
    assert state.ret is not None
    around = known(state.order, state.ret)
    patch = LinePatch(item_return_job_version=Decimal(1), status="REJECTED")

    judged = judged_anew(around, one, one.pieces[0], patch)

    assert isinstance(judged, Wished)
    assert judged.return_id == state.ret.id
    assert refunded(around, one, one.pieces[0], patch) is None
    after = carried_out(state, judged.steps).state
    assert after.ret is not None
    unit = after.ret.lines[0].units[0]
    assert unit.acceptance is Acceptance.REJECTED
    assert returned_line_item_id(unit.id) == one.pieces[0].id


# ---------------------------------------------------------------- jobs


@pytest.mark.parametrize(
    ("status", "action", "after"),
    [
        ("OPEN", "StartItemReturnJob", "IN_PROGRESS"),
        ("OPEN", "FinishItemReturnJob", "FINISHED"),
        ("IN_PROGRESS", "FinishItemReturnJob", "FINISHED"),
        ("FINISHED", "RestartItemReturnJob", "OPEN"),
        ("FINISHED", "FinishItemReturnJob", "FINISHED"),
        ("FINISHED", "StartItemReturnJob", None),
        ("IN_PROGRESS", "RestartItemReturnJob", None),
    ],
)
def test_jobs_move_along_their_table(status: str, action: str, after: str | None) -> None:
    """Doing one again changes nothing; what is no step says from where it would be one."""
    of = order(job_status=status)

    moved = job_acted(of, msgspec.convert({"name": action, "version": "1"}, JobAct), (), NOON)

    if after is None:
        assert isinstance(moved, Objection)
        assert (moved.status, status in moved.summary) == (409, True)
    else:
        assert moved == replace(of, job_status=after)
