"""What a person has to see to about a return, by its cause, and since when.  Pure.

A return stands in the queue of each of its causes; none of them needs the clock, so a queue is
right as of the commit that wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Final

from retour.kernel.status import ReturnStatus
from retour.lifecycle.guards import owed_units, settlement_in, units_of
from retour.lifecycle.model import (
    Acceptance,
    LegStatus,
    Parcel,
    ParcelStatus,
    PickupStatus,
    Return,
    Settlement,
    SettlementStatus,
    StockStatus,
)
from retour.policy.eligibility import ELIGIBLE, OVERRULED


class Cause(StrEnum):
    """Why a person has to look at a return."""

    AUTHORIZE = "authorize"  # Nothing is against it; somebody has to say yes.
    POLICY_EXCEPTION = "policy_exception"  # The policy says no, or does not know.
    ADDRESS = "address"  # The carrier would not have the address.
    CARRIER_FAILED = "carrier_failed"  # No label, no pickup, or the parcel went astray.
    QUALITY = "quality"  # A unit waits for somebody's judgement.
    SETTLE = "settle"  # Goods are accepted, and nothing is promised for them.
    OUT_OF_STOCK = "out_of_stock"  # There is nothing to exchange for.
    PAYMENT_REFUSED = "payment_refused"  # A payment failed for good, or was taken back.


_AT_HOME: Final = frozenset(
    {ReturnStatus.REQUESTED, ReturnStatus.AUTHORIZED, ReturnStatus.SHIPPED, ReturnStatus.TRACKED}
)
_ASTRAY: Final = frozenset(
    {
        ParcelStatus.LABEL_FAILED,
        ParcelStatus.EXCEPTION,
        ParcelStatus.LOST,
        ParcelStatus.RETURNED_TO_SENDER,
    }
)
_PROMISED: Final = (
    SettlementStatus.CONFIRMED,
    SettlementStatus.IN_PROGRESS,
    SettlementStatus.FAILED,
)
_OVER: Final = frozenset({SettlementStatus.DISCARDED, SettlementStatus.SETTLED})
_UNPAID: Final = frozenset({LegStatus.FAILED, LegStatus.REVERSED})
_OF_ADDRESSES: Final = ("address", "postcode", "postal code", "zip code")
"""What the words of a carrier hold that would not have an address."""


def concerns_of(ret: Return) -> dict[Cause, datetime]:
    """Give the causes for which somebody has to look, and since when each holds."""
    found = ((cause, min(look(ret), default=None)) for cause, look in _LOOKS.items())
    return {cause: since for cause, since in found if since is not None}


def _requested(ret: Return) -> datetime:
    return ret.status_at[ReturnStatus.REQUESTED.value]


def _is_doubtful(ret: Return) -> bool:
    return any(step.verdict not in {ELIGIBLE, OVERRULED} for step in ret.verdict.trace)


def _to_authorize(ret: Return) -> Iterator[datetime]:
    if ret.status is ReturnStatus.REQUESTED and not _is_doubtful(ret):
        yield _requested(ret)


def _excepted(ret: Return) -> Iterator[datetime]:
    if ret.status is ReturnStatus.REQUESTED and _is_doubtful(ret):
        yield _requested(ret)


def _failed_parcels(ret: Return) -> Iterator[Parcel]:
    if ret.status in _AT_HOME:
        for one in ret.parcels:
            has_no_pickup = one.pickup is not None and one.pickup.status is PickupStatus.FAILED
            if one.status in _ASTRAY or has_no_pickup:
                yield one


def _is_about_the_address(parcel: Parcel) -> bool:
    said = (parcel.failure or "").casefold()
    return any(word in said for word in _OF_ADDRESSES)


def _since(parcel: Parcel) -> datetime:
    return max((scan.at for scan in parcel.scans), default=parcel.created_at)


def _wrong_addresses(ret: Return) -> Iterator[datetime]:
    yield from (_since(one) for one in _failed_parcels(ret) if _is_about_the_address(one))


def _carriers_failed(ret: Return) -> Iterator[datetime]:
    yield from (_since(one) for one in _failed_parcels(ret) if not _is_about_the_address(one))


def _unjudged(ret: Return) -> Iterator[datetime]:
    if any(unit.acceptance is Acceptance.WAITING_FOR_INPUT or unit.asks for unit in units_of(ret)):
        yield ret.status_at.get(ReturnStatus.RECEIVED.value, _requested(ret))


def _unsettled(ret: Return) -> Iterator[datetime]:
    since = ret.status_at.get(ReturnStatus.PROCESSED.value)
    is_owed = ret.status is ReturnStatus.PROCESSED and bool(owed_units(ret))
    if since is not None and is_owed and settlement_in(ret, *_PROMISED) is None:
        yield since


def _open_settlements(ret: Return) -> Iterator[Settlement]:
    yield from (one for one in ret.settlements if one.status not in _OVER)


def _out_of_stock(ret: Return) -> Iterator[datetime]:
    for one in _open_settlements(ret):
        if one.exchange is not None and one.exchange.stock is StockStatus.OUT:
            yield one.confirmed_at or one.created_at


def _refused(ret: Return) -> Iterator[datetime]:
    for one in _open_settlements(ret):
        if one.status is SettlementStatus.FAILED:
            tried = [
                leg.attempts[-1].at for leg in one.legs if leg.status in _UNPAID and leg.attempts
            ]
            yield min(tried, default=one.confirmed_at or one.created_at)


_LOOKS: Final[dict[Cause, Callable[[Return], Iterator[datetime]]]] = {
    Cause.AUTHORIZE: _to_authorize,
    Cause.POLICY_EXCEPTION: _excepted,
    Cause.ADDRESS: _wrong_addresses,
    Cause.CARRIER_FAILED: _carriers_failed,
    Cause.QUALITY: _unjudged,
    Cause.SETTLE: _unsettled,
    Cause.OUT_OF_STOCK: _out_of_stock,
    Cause.PAYMENT_REFUSED: _refused,
}
