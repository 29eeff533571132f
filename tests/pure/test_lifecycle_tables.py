"""The tables are whole, and what they say is what happens."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.kernel.refusal import RefusalCode
from retour.kernel.refusal_guide import MEANINGS, guide
from retour.kernel.status import ReturnStatus
from retour.lifecycle import commands
from retour.lifecycle.carrying import COMMANDS
from retour.lifecycle.diagram import diagram
from retour.lifecycle.machine import (
    CONSEQUENCES,
    LEGS,
    MOVES,
    RECEIPTS,
    TRANSITIONS,
    settlement_status,
)
from retour.lifecycle.model import (
    Executor,
    Leg,
    LegKind,
    LegStatus,
    ParcelStatus,
    ReceiptStatus,
    SettlementStatus,
)
from retour.lifecycle.parcels.table import PARCELS
from retour.lifecycle.steps import Verb

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"

# The table of the design, copied by hand: status -> commands legal in it.
DESIGNED = {
    "requested": "authorize reject amend receive cancel",
    "authorized": "change_method record_drop_off MORE CARRIER amend create_label ship track receive"
    " waive_receipt MONEY complete cancel",
    "shipped": "change_method record_drop_off create_label MORE CARRIER track receive waive_receipt"
    " MONEY cancel",
    "tracked": "record_drop_off create_label MORE CARRIER track receive waive_receipt MONEY cancel",
    "received": "resolve_rejected MORE CARRIER send_back track receive inspect GOODS finish_receipt"
    " pause_receipt correct_receipt MONEY reject cancel",
    "processed": "resolve_rejected CARRIER send_back track receive inspect GOODS correct_receipt"
    " MONEY complete reopen reject cancel",
    "settled": "resolve_rejected CARRIER send_back track inspect GOODS MONEY complete reopen",
    "completed": "resolve_rejected CARRIER send_back track GOODS MONEY reopen",
    "rejected": "track CARRIER send_back",
    "canceled": "track CARRIER send_back",
}
GOODS = "dispose put_away"
MORE = "add_parcel join_parcel"
CARRIER = "retry_label void_label record_void schedule_pickup cancel_pickup record_pickup"
MONEY = (
    "record_stock fall_back "
    "propose_settlement confirm_settlement discard_settlement start_refund retry_refund"
    " record_refund_outcome settle_elsewhere redirect_leg"
    " approve_settlement decline_settlement"
)


@pytest.mark.parametrize("status", ReturnStatus)
def test_a_row_is_the_design_s(status: ReturnStatus) -> None:
    words = {"MONEY": MONEY, "GOODS": GOODS, "MORE": MORE, "CARRIER": CARRIER}
    designed = {verb for word in DESIGNED[status].split() for verb in words.get(word, word).split()}

    row = {verb.value for verb in TRANSITIONS[status]} - {"record_label"}

    assert designed == row


def test_every_status_is_a_key_of_its_table() -> None:
    """A blank in a table is a decision, never an oversight."""
    assert list(ReturnStatus) == list(TRANSITIONS)
    assert list(ReturnStatus) == list(CONSEQUENCES)
    assert set(ParcelStatus) == set(PARCELS)
    assert set(ReceiptStatus) == set(RECEIPTS)
    assert set(LegStatus) == set(LEGS)


def test_what_is_final_stays_so() -> None:
    """Goods may go back to the customer; the return's own status leads nowhere any more."""
    finals = {ReturnStatus.REJECTED, ReturnStatus.CANCELED}

    assert finals == {
        status
        for status, row in TRANSITIONS.items()
        if all(step.target is None for step in row.values()) and not CONSEQUENCES[status]
    }


def test_every_command_has_a_word_and_something_that_carries_it_out() -> None:
    bodies = {
        body
        for body in vars(commands).values()
        if isinstance(body, type) and issubclass(body, commands.Body)
    }
    parts = {
        commands.Body,
        commands.ReasonGiven,
        commands.LineAsked,
        commands.LineRefused,
        commands.UnitsSeen,
        commands.UnitsJudged,
        commands.UnitsNamed,
        commands.ExtraAsked,
        commands.GiftRecipient,
        commands.GoodsAsked,
    }

    assert bodies - parts == set(COMMANDS)
    assert sorted(verb for verb, _ in COMMANDS.values()) == sorted(Verb)


def test_the_road_from_requested_to_completed_is_there() -> None:
    road = list(ReturnStatus)[:8]

    assert all(step in MOVES for step in pairwise(road))


def test_no_road_leads_out_of_a_final_status() -> None:
    finals = {ReturnStatus.REJECTED, ReturnStatus.CANCELED}

    assert not [move for move in MOVES if move[0] in finals]


def legs(*statuses: LegStatus) -> list[Leg]:
    return [
        Leg(id=str(n), kind=LegKind.REFUND, executor=Executor.SANDBOX, amount=1, status=status)
        for n, status in enumerate(statuses)
    ]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((LegStatus.DRAFT, LegStatus.DRAFT), SettlementStatus.DRAFT),
        ((LegStatus.RESERVED, LegStatus.RESERVED), SettlementStatus.CONFIRMED),
        ((LegStatus.IN_FLIGHT, LegStatus.SUCCEEDED), SettlementStatus.IN_PROGRESS),
        ((LegStatus.UNKNOWN, LegStatus.SUCCEEDED), SettlementStatus.IN_PROGRESS),
        ((LegStatus.SUCCEEDED, LegStatus.SUCCEEDED), SettlementStatus.SETTLED),
        ((LegStatus.FAILED, LegStatus.IN_FLIGHT), SettlementStatus.FAILED),
        ((LegStatus.REVERSED, LegStatus.SUCCEEDED), SettlementStatus.FAILED),
        ((LegStatus.ABANDONED, LegStatus.ABANDONED), SettlementStatus.DISCARDED),
        ((LegStatus.ABANDONED, LegStatus.SUCCEEDED), SettlementStatus.SETTLED),
        ((), SettlementStatus.SETTLED),
    ],
)
def test_a_settlement_stands_where_its_legs_do(
    statuses: tuple[LegStatus, ...], expected: SettlementStatus
) -> None:
    assert expected == settlement_status(legs(*statuses))


@given(st.lists(st.sampled_from(LegStatus), min_size=1, max_size=4))
def test_a_settlement_is_settled_only_when_every_leg_that_counts_has_succeeded(
    statuses: list[LegStatus],
) -> None:
    is_settled = settlement_status(legs(*statuses)) is SettlementStatus.SETTLED

    assert is_settled == (
        LegStatus.SUCCEEDED in statuses
        and set(statuses) <= {LegStatus.SUCCEEDED, LegStatus.ABANDONED}
    )


def test_the_page_about_the_life_of_a_return_is_fresh() -> None:
    """Mend with ``python -m retour.lifecycle.diagram > docs/lifecycle.md``."""
    assert diagram() == (DOCS / "lifecycle.md").read_text(encoding="utf-8")


def test_the_page_about_refusals_is_fresh() -> None:
    """Mend with ``python -m retour.kernel.refusal_guide > docs/refusals.md``."""
    assert guide() == (DOCS / "refusals.md").read_text(encoding="utf-8")


def test_every_refusal_has_words() -> None:
    assert set(RefusalCode) == set(MEANINGS)
