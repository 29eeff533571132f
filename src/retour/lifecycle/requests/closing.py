"""Endings and a new beginning: reject, cancel, complete, reopen."""

from __future__ import annotations

from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.kernel.status import ReturnStatus
from retour.lifecycle.commands import Cancel, Complete, Reject, Reopen
from retour.lifecycle.dock.correcting import expected_again
from retour.lifecycle.fold import Fold
from retour.lifecycle.guards import SEEN, units_of
from retour.lifecycle.model import (
    EventType,
    ParcelStatus,
    ReceiptStatus,
    ReturnLine,
    Unit,
)
from retour.lifecycle.money.settling import drop_drafts, drop_unpaid
from retour.lifecycle.parcels.labelling import give_back, unused_labels
from retour.lifecycle.parcels.packing import UNUSED
from retour.lifecycle.photos.picturing import add_to_lines
from retour.lifecycle.requests.requesting import add_lines, over_asked, released, turn_down


def reject(fold: Fold, command: Reject) -> Refusal | None:
    """Say no to the whole return; its units may be asked for again."""
    unused = unused_labels(fold.ret)
    _close(fold)
    turn_down(fold, command.reason)
    give_back(fold, unused)
    return None


def cancel(fold: Fold, command: Cancel) -> Refusal | None:
    """Withdraw the return.

    Goods that go back to the customer may be asked for again; goods that stay here may not.
    """
    ret = fold.ret
    here = sum(unit.reception in SEEN for unit in units_of(ret))
    if here and command.goods is None:
        return refuse(
            RefusalCode.GOODS_UNDECIDED,
            f"{here} of its units lie in a facility. Say in goods what becomes of them: send_back,"
            " keep or return_to_stock.",
            "/goods",
        )
    unused = unused_labels(ret)
    _close(fold)
    if command.goods in {None, "send_back"}:
        fold.put_lines(released(ret.lines))
    else:
        fold.put_lines(tuple(_released_unless_here(line) for line in ret.lines))
    fold.change(cancel_reason=command.reason, cancel_goods=command.goods)
    fold.enter(ReturnStatus.CANCELED)
    fold.say(EventType.RETURN_CANCELED, {"goods": command.goods})
    give_back(fold, unused)
    return None


def _released_unless_here(line: ReturnLine) -> ReturnLine:
    return replace(
        line,
        units=tuple(
            unit if unit.reception in SEEN else replace(unit, released=True) for unit in line.units
        ),
    )


def _close(fold: Fold) -> None:
    """End what is still open: drafts, receipts, labels nobody used."""
    drop_unpaid(fold)
    for receipt in fold.ret.receipts:
        if receipt.status is ReceiptStatus.OPEN:
            fold.put_receipt(replace(receipt, status=ReceiptStatus.CANCELED, paused=False))
    for parcel in fold.ret.parcels:
        if parcel.status in UNUSED:
            fold.put_parcel(replace(parcel, status=ParcelStatus.VOIDED, voiding=False))


def complete(fold: Fold, command: Complete) -> Refusal | None:
    """Close the return: done for us."""
    del command
    drop_drafts(fold)
    fold.change(reopened=False)
    fold.enter(ReturnStatus.COMPLETED)
    fold.say(EventType.RETURN_COMPLETED)
    return None


def reopen(fold: Fold, command: Reopen) -> Refusal | None:
    """Open a decided return again: what is not covered is undecided again, and more may join."""
    frozen = sum(unit.frozen for unit in units_of(fold.ret))
    if frozen and not command.lines:
        return refuse(
            RefusalCode.UNITS_FROZEN,
            f"A marketplace has been told of {frozen} units. Only new lines can join; name them.",
            "/lines",
        )
    here = sum(len(line.units) for line in fold.ret.lines)
    refusal = over_asked(fold.order, command.lines, {}, beside=here)
    if refusal is not None:
        return refusal
    drop_unpaid(fold)
    fold.put_lines(tuple(_undecided(line) for line in fold.ret.lines))
    add_lines(fold, command.lines)
    refusal = add_to_lines(fold, command.lines)
    if refusal is not None:
        return refusal
    fold.change(reopen_reason=command.reason, reopened=True)
    fold.enter(ReturnStatus.AUTHORIZED)
    fold.say(EventType.RETURN_REOPENED)
    return None


def _undecided(line: ReturnLine) -> ReturnLine:
    """Expect a line's open units anew; foreign goods stay as they were judged."""
    if line.line is None or not any(_is_open(unit) for unit in line.units):
        return line
    return replace(
        line,
        units=tuple(expected_again(unit) if _is_open(unit) else unit for unit in line.units),
    )


def _is_open(unit: Unit) -> bool:
    return unit.covered_by is None and not unit.frozen
