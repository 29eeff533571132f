"""The guards of the tables: what must hold of a return before a command may touch it.

Each looks at the return and its policy only, so that the same functions decide commands and tell
the buttons on a screen.  What depends on a command's body is checked where that is carried out.
The first line of a guard's docstring is its words in ``docs/lifecycle.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.kernel.status import ReturnStatus
from retour.lifecycle.model import (
    Acceptance,
    Executor,
    Leg,
    LegKind,
    LegStatus,
    Origin,
    Policy,
    ReceiptStatus,
    Reception,
    Return,
    Settlement,
    SettlementStatus,
    Unit,
)
from retour.lifecycle.money.control import awaits_approval
from retour.lifecycle.requests.offering import settles_from

Guard = Callable[[Return, Policy], Refusal | None]

RANK: Final = {status: rank for rank, status in enumerate(ReturnStatus)}
"""How far along the main path a status is; only the first eight are on it."""

SEEN: Final = frozenset({Reception.RECEIVED, Reception.UNEXPECTED, Reception.WRONG_ITEM})
"""Receptions of goods that really lie in a facility."""

COUNTED: Final = frozenset({Reception.RECEIVED, Reception.UNEXPECTED, Reception.WAIVED})
"""Receptions that count as received against the order line."""

UNDECIDED: Final = frozenset({Acceptance.PENDING, Acceptance.WAITING_FOR_INPUT})
"""Judgements that somebody still has to make."""

PROMISED: Final = frozenset(
    {SettlementStatus.CONFIRMED, SettlementStatus.IN_PROGRESS, SettlementStatus.FAILED}
)
"""Settlements that hold their units, unpaid as yet; a failed one can still be retried."""

HELD: Final = PROMISED | {SettlementStatus.SETTLED}
"""Settlements whose units are not owed a second time."""

_UNDER_WAY: Final = frozenset({LegStatus.IN_FLIGHT, LegStatus.UNKNOWN})
_PAYING: Final = _UNDER_WAY | {LegStatus.SUCCEEDED}
_MOVING: Final = _PAYING | {LegStatus.RESERVED}
_RETRIABLE: Final = frozenset({LegStatus.FAILED, LegStatus.REVERSED})


# ---------------------------------------------------------------- what the guards look at


def units_of(ret: Return) -> Iterator[Unit]:
    """Give every unit of a return, line by line."""
    for line in ret.lines:
        yield from line.units


def legs_of(ret: Return) -> Iterator[Leg]:
    """Give every leg of every settlement, oldest first."""
    for settlement in ret.settlements:
        yield from settlement.legs


def held_units(ret: Return, statuses: frozenset[SettlementStatus] = HELD) -> frozenset[str]:
    """Name the units that settlements in one of these statuses pay for."""
    if not ret.settlements:
        return frozenset()
    return frozenset(
        unit
        for settlement in ret.settlements
        if settlement.status in statuses
        for line in settlement.lines
        for unit in line.units
    )


def settlement_in(ret: Return, *statuses: SettlementStatus) -> Settlement | None:
    """Give the newest settlement in one of these statuses."""
    for settlement in reversed(ret.settlements):
        if settlement.status in statuses:
            return settlement
    return None


def can_be_dropped(settlement: Settlement) -> bool:
    """Say whether nothing of a settlement has been paid or may yet be."""
    if settlement.status in {SettlementStatus.DRAFT, SettlementStatus.CONFIRMED}:
        return not any(leg.status is LegStatus.SUCCEEDED for leg in settlement.legs)
    return settlement.status is SettlementStatus.FAILED and not any(
        leg.status in _PAYING for leg in settlement.legs
    )


def owed_units(ret: Return) -> tuple[Unit, ...]:
    """Give the accepted units of the order that no settled settlement covers."""
    return tuple(
        unit
        for line in ret.lines
        if line.line is not None
        for unit in line.units
        if unit.acceptance is Acceptance.ACCEPTED and unit.covered_by is None and not unit.released
    )


def expected_units(ret: Return) -> int:
    """Count the units that may still come."""
    return sum(unit.reception is Reception.EXPECTED for unit in units_of(ret))


def _count(number: int, one: str, more: str) -> str:
    return f"1 {one}" if number == 1 else f"{number} {more}"


# ---------------------------------------------------------------- guards


def announced_at_the_dock(ret: Return, _: Policy) -> Refusal | None:
    """The warehouse itself announced it."""
    if ret.origin is Origin.WAREHOUSE:
        return None
    return refuse(
        RefusalCode.NOT_ALLOWED_IN_STATUS,
        "The return has not been authorized. Authorize it, then receive its goods.",
    )


def nothing_received(ret: Return, _: Policy) -> Refusal | None:
    """Nothing has been received."""
    here = sum(unit.reception in SEEN for unit in units_of(ret))
    if here == 0:
        return None
    return refuse(
        RefusalCode.ALREADY_RECEIVED,
        f"{_count(here, 'unit has', 'units have')} been received. Correct the receipt instead.",
    )


def nothing_covered(ret: Return, _: Policy) -> Refusal | None:
    """No unit is covered."""
    covered = sum(unit.covered_by is not None for unit in units_of(ret))
    if covered == 0:
        return None
    return refuse(
        RefusalCode.UNITS_COVERED,
        f"{_count(covered, 'unit has', 'units have')} been settled. Complete the return instead.",
    )


def nothing_accepted(ret: Return, _: Policy) -> Refusal | None:
    """No unit is accepted."""
    accepted = sum(unit.acceptance is Acceptance.ACCEPTED for unit in units_of(ret))
    if accepted == 0:
        return None
    return refuse(
        RefusalCode.UNITS_ACCEPTED,
        f"{_count(accepted, 'unit is', 'units are')} accepted. Reject every unit first.",
    )


def nothing_frozen(ret: Return, _: Policy) -> Refusal | None:
    """No unit is frozen by a marketplace."""
    frozen = sum(unit.frozen for unit in units_of(ret))
    if frozen == 0:
        return None
    return refuse(
        RefusalCode.UNITS_FROZEN,
        f"A marketplace has been told of {_count(frozen, 'unit', 'units')}. Nothing about that can"
        " be taken back; ask for a new return.",
    )


def no_money_moving(ret: Return, _: Policy) -> Refusal | None:
    """No leg is reserved, in flight, unknown or succeeded."""
    moving = sum(leg.status in _MOVING for leg in legs_of(ret))
    if moving == 0:
        return None
    return refuse(
        RefusalCode.MONEY_MOVING,
        f"{_count(moving, 'payment is', 'payments are')} promised, under way or made. Discard the"
        " settlement where it has not been started; otherwise settle and complete.",
    )


def nothing_promised(ret: Return, _: Policy) -> Refusal | None:
    """No settlement is promised."""
    if settlement_in(ret, *PROMISED) is None:
        return None
    return refuse(
        RefusalCode.SETTLEMENT_OPEN,
        "A settlement stands on what has been asked for. Discard it first.",
    )


def no_money_under_way(ret: Return, _: Policy) -> Refusal | None:
    """No leg is in flight or unknown."""
    under_way = sum(leg.status in _UNDER_WAY for leg in legs_of(ret))
    if under_way == 0:
        return None
    return refuse(
        RefusalCode.MONEY_MOVING,
        f"{_count(under_way, 'payment is', 'payments are')} under way. Wait for the outcome.",
    )


def goods_here(ret: Return, _: Policy) -> Refusal | None:
    """Goods of it lie in a facility."""
    if any(unit.reception in SEEN for unit in units_of(ret)):
        return None
    return refuse(RefusalCode.NO_GOODS, "Nothing of the return lies in a facility. Receive it.")


def something_expected(ret: Return, _: Policy) -> Refusal | None:
    """A unit is expected."""
    if expected_units(ret):
        return None
    return refuse(RefusalCode.NOTHING_EXPECTED, "No unit is expected. Reopen the return first.")


def receipt_unfinished(ret: Return, policy: Policy) -> Refusal | None:
    """A receipt is open, or a unit is expected that can be said missing."""
    return None if expected_units(ret) else still_unpacking(ret, policy)


def still_unpacking(ret: Return, _: Policy) -> Refusal | None:
    """A receipt is open."""
    if any(receipt.status is ReceiptStatus.OPEN for receipt in ret.receipts):
        return None
    return refuse(
        RefusalCode.NO_OPEN_RECEIPT, "No receipt is open. Receive goods to open the next one."
    )


def logistics_on(_: Return, policy: Policy) -> Refusal | None:
    """The policy has the phase logistics."""
    if policy.phases.logistics:
        return None
    return refuse(
        RefusalCode.PHASE_OFF,
        "Parcels are nobody's business here: the policy has switched logistics off. Receive the"
        " goods, or put a policy with the phase for the next return.",
    )


def settlement_on(_: Return, policy: Policy) -> Refusal | None:
    """The policy has the phase settlement."""
    if policy.phases.settlement:
        return None
    return refuse(
        RefusalCode.PHASE_OFF,
        "Money is settled elsewhere: the policy has switched settlement off. Complete the return,"
        " or put a policy with the phase for the next one.",
    )


def late_enough_to_settle(ret: Return, policy: Policy) -> Refusal | None:
    """The status is one from which on the policy lets money move."""
    first = settles_from(ret, policy)
    if RANK[ret.status] >= RANK[first]:
        return None
    return refuse(
        RefusalCode.SETTLEMENT_TOO_EARLY,
        f"The policy settles from {first} on; the return is {ret.status}. Take it there"
        " first, or put a policy that settles earlier for the next return.",
    )


def no_settlement_open(ret: Return, _: Policy) -> Refusal | None:
    """No settlement is confirmed or in progress."""
    if settlement_in(ret, SettlementStatus.CONFIRMED, SettlementStatus.IN_PROGRESS) is None:
        return None
    return refuse(
        RefusalCode.SETTLEMENT_OPEN,
        "A settlement is confirmed and not yet paid. Discard it, or wait until it is settled.",
    )


def a_draft(ret: Return, _: Policy) -> Refusal | None:
    """A settlement is drafted."""
    if settlement_in(ret, SettlementStatus.DRAFT) is not None:
        return None
    return refuse(
        RefusalCode.NO_SETTLEMENT, "There is no drafted settlement. Propose one, then confirm it."
    )


def a_confirmed_settlement(ret: Return, _: Policy) -> Refusal | None:
    """A settlement is confirmed and not started."""
    if settlement_in(ret, SettlementStatus.CONFIRMED) is not None:
        return None
    return refuse(
        RefusalCode.NO_SETTLEMENT, "There is no confirmed settlement to start. Confirm a draft."
    )


def no_approval_missing(ret: Return, _: Policy) -> Refusal | None:
    """Nobody has yet to agree to what is promised."""
    waiting = next((one for one in ret.settlements if awaits_approval(one)), None)
    if waiting is None:
        return None
    why = "" if waiting.approval is None else f" {waiting.approval.why}."
    return refuse(
        RefusalCode.APPROVAL_NEEDED,
        f"The settlement waits for somebody to agree to it.{why} Approve or decline it first.",
    )


def an_approval_missing(ret: Return, _: Policy) -> Refusal | None:
    """Somebody has yet to agree to what is promised."""
    if any(awaits_approval(settlement) for settlement in ret.settlements):
        return None
    return refuse(
        RefusalCode.NO_APPROVAL_ASKED,
        "No settlement waits for approval. It was decided before, or never needed one.",
    )


def a_droppable_settlement(ret: Return, _: Policy) -> Refusal | None:
    """A settlement is not started, or failed without having paid anything."""
    if any(can_be_dropped(settlement) for settlement in ret.settlements):
        return None
    return refuse(
        RefusalCode.NO_SETTLEMENT,
        "There is no settlement that could still be discarded. What has been paid stays paid.",
    )


def a_failed_leg(ret: Return, _: Policy) -> Refusal | None:
    """A leg has failed or was reversed."""
    if any(leg.status in _RETRIABLE for leg in legs_of(ret)):
        return None
    return refuse(RefusalCode.LEG_NOT_FAILED, "No payment has failed, so there is none to retry.")


def an_exchange_to_give_up(ret: Return, _: Policy) -> Refusal | None:
    """An exchange is promised or has failed, and its goods are not being ordered."""
    if any(
        leg.kind is LegKind.EXCHANGE and leg.status in {LegStatus.RESERVED, LegStatus.FAILED}
        for leg in legs_of(ret)
    ):
        return None
    return refuse(RefusalCode.NO_EXCHANGE, "No exchange waits, so there is none to give up.")


def a_leg_nobody_pays(ret: Return, _: Policy) -> Refusal | None:
    """A leg is promised and not started, has failed, or was reversed."""
    if any(leg.status in _RETRIABLE or leg.status is LegStatus.RESERVED for leg in legs_of(ret)):
        return None
    return refuse(
        RefusalCode.LEG_NOT_FAILED, "No payment is promised or has failed that waits for a person."
    )


def a_leg_to_report(ret: Return, _: Policy) -> Refusal | None:
    """A leg is waiting for the merchant's own system."""
    if any(
        leg.executor is Executor.EXTERNAL and leg.status is LegStatus.IN_FLIGHT
        for leg in legs_of(ret)
    ):
        return None
    return refuse(
        RefusalCode.LEG_NOT_WAITING, "No payment is waiting for a report from your own system."
    )


def nothing_owed(ret: Return, policy: Policy) -> Refusal | None:
    """Every accepted unit is covered, and no promised payment is outstanding."""
    owed = len(owed_units(ret)) if policy.phases.settlement else 0
    if owed:
        return refuse(
            RefusalCode.STILL_OWED,
            f"{_count(owed, 'accepted unit is', 'accepted units are')} not settled. Settle first.",
        )
    if any(paid.legs and paid.status in PROMISED for paid in ret.settlements):
        return refuse(
            RefusalCode.STILL_OWED,
            "A settlement is not paid. Start, retry or discard it, then complete.",
        )
    return None


def everything_decided(ret: Return, _: Policy) -> Refusal | None:
    """No unit is pending or waiting."""
    undecided = sum(
        unit.acceptance in UNDECIDED for unit in units_of(ret) if unit.reception in SEEN
    )
    if undecided == 0:
        return None
    return refuse(
        RefusalCode.UNITS_PENDING,
        f"{_count(undecided, 'unit is', 'units are')} undecided. Inspect them, then complete.",
    )


def reopened_for_nothing(ret: Return, _: Policy) -> Refusal | None:
    """It was reopened, and nothing more is expected."""
    if not ret.reopened:
        return refuse(
            RefusalCode.NOT_ALLOWED_IN_STATUS,
            "The return is authorized and waits for its goods. Receive them, or cancel it.",
        )
    expected = expected_units(ret)
    if expected:
        return refuse(
            RefusalCode.UNITS_PENDING,
            f"{_count(expected, 'unit is', 'units are')} expected. Receive or waive what comes,"
            " or say it missing.",
        )
    return None
