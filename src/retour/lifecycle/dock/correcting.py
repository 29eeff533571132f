"""Receipts once goods are written down: finish, pause, correct, waive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.kernel.status import ReturnStatus
from retour.lifecycle.commands import (
    CorrectReceipt,
    FinishReceipt,
    PauseReceipt,
    UnitsSeen,
    WaiveReceipt,
)
from retour.lifecycle.dock.receiving import Found, Looks, Place, take_in, write_down
from retour.lifecycle.fold import Fold
from retour.lifecycle.guards import PROMISED, SEEN, held_units, units_of
from retour.lifecycle.model import (
    Acceptance,
    ActorKind,
    EventType,
    Receipt,
    ReceiptLine,
    ReceiptStatus,
    Reception,
    Return,
    Unit,
)
from retour.lifecycle.requests.offering import may_be_kept

_MAY_WAIVE: Final = frozenset({ActorKind.API_KEY, ActorKind.AGENT, ActorKind.SYSTEM})


# ---------------------------------------------------------------- finish


def finish_receipt(fold: Fold, command: FinishReceipt) -> Refusal | None:
    """Close a receipt whose units are looked at; say the rest missing where asked to.

    With every receipt finished, the rest can still be said missing.
    """
    receipt = _to_finish(fold.ret, command)
    if isinstance(receipt, Refusal):
        return receipt
    if receipt is not None:
        waiting = _pending_in(fold.ret, receipt)
        if waiting:
            return refuse(
                RefusalCode.UNITS_PENDING,
                f"{waiting} units of the receipt have not been looked at. Inspect them first, if"
                " only as waiting_for_input.",
            )
        finished = replace(
            receipt, status=ReceiptStatus.FINISHED, finished_at=fold.at, paused=False
        )
        fold.put_receipt(finished)
    if command.remaining == "missing":
        fold.put_units(
            {
                unit.id: replace(unit, reception=Reception.MISSING)
                for unit in units_of(fold.ret)
                if unit.reception is Reception.EXPECTED
            }
        )
    named = receipt or fold.ret.receipts[-1]
    event = EventType.RECEIPT_UPDATED if receipt is None else EventType.RECEIPT_FINISHED
    fold.say(event, {"receipt": named.id, "facility": named.facility})
    return None


def _to_finish(ret: Return, command: FinishReceipt) -> Receipt | Refusal | None:
    """Give the receipt meant; ``None`` where all are finished and the rest is said missing."""
    opened = _open_receipt(ret, command.receipt)
    if opened is not None:
        return opened
    expected = any(unit.reception is Reception.EXPECTED for unit in units_of(ret))
    if command.remaining == "missing" and expected and command.receipt is None and ret.receipts:
        return None
    return refuse(
        RefusalCode.NO_OPEN_RECEIPT,
        "That receipt is not open. Receive goods to open the next one, or finish with remaining"
        " missing and no receipt named to expect nothing more.",
    )


def _open_receipt(ret: Return, name: str | None) -> Receipt | Refusal | None:
    """Give the open receipt meant, the only one where none is named; ``None`` where it is shut."""
    opened = [one for one in ret.receipts if one.status is ReceiptStatus.OPEN]
    if name is not None:
        if all(one.id != name for one in ret.receipts):
            return refuse(
                RefusalCode.UNKNOWN_RECEIPT,
                f"The return has no receipt {name!r}. Name one of its own.",
                "/receipt",
            )
        opened = [one for one in opened if one.id == name]
    if len(opened) > 1:
        return refuse(
            RefusalCode.NO_OPEN_RECEIPT,
            f"{len(opened)} receipts are open. Name one: {', '.join(one.id for one in opened)}.",
            "/receipt",
        )
    return opened[0] if opened else None


def _pending_in(ret: Return, receipt: Receipt) -> int:
    """Count the units of a receipt that nobody has looked at."""
    lines = {line.id for line in receipt.lines}
    return sum(
        unit.acceptance is Acceptance.PENDING and unit.reception in SEEN
        for unit in units_of(ret)
        if unit.receipt_line in lines
    )


# ---------------------------------------------------------------- pause


def pause_receipt(fold: Fold, command: PauseReceipt) -> Refusal | None:
    """Note that nobody works on a receipt for now, or that somebody does again."""
    receipt = _open_receipt(fold.ret, command.receipt)
    if isinstance(receipt, Refusal):
        return receipt
    if receipt is None:
        return refuse(
            RefusalCode.NO_OPEN_RECEIPT,
            f"The receipt {command.receipt} is not open. Name an open one, or leave the field out.",
            "/receipt",
        )
    if receipt.paused is not command.paused:
        fold.put_receipt(replace(receipt, paused=command.paused))
        details = {"receipt": receipt.id, "facility": receipt.facility}
        fold.say(EventType.RECEIPT_UPDATED, {**details})
    return None


# ---------------------------------------------------------------- correct


def correct_receipt(fold: Fold, command: CorrectReceipt) -> Refusal | None:
    """Take a receipt line back and write down what was really there."""
    ret = fold.ret
    place = _line_to_correct(ret, command)
    if isinstance(place, Refusal):
        return place
    receipt, line = place
    units = [unit for unit in units_of(ret) if unit.receipt_line == line.id]
    refusal = _superseded(ret, line, units) or _unchangeable(ret, units)
    if refusal is not None:
        return refusal
    _take_back(fold, units)
    here = Place(receipt, line.parcel, None, line.id, command.reason)
    if command.quantity:
        is_renamed = not (command.line is command.sku is command.barcode is None)
        as_was = Reception.WRONG_ITEM if not is_renamed and line.line is None else None
        seen = UnitsSeen(
            quantity=command.quantity,
            line=command.line if is_renamed else line.line,
            sku=command.sku if is_renamed or line.line is not None else line.sku,
            barcode=command.barcode,
            reception=command.reception or as_was,
            serials=() if is_renamed else _serials(units)[: command.quantity],
            damaged=line.damaged,
        )
        refusal = take_in(fold, seen, here, "", frozenset())
        if refusal is not None:
            return refusal
    else:
        write_down(fold, [Found(line.line, line.sku or "", line.reception, ())], Looks(), here)
    if ret.status is ReturnStatus.PROCESSED:
        _say_missing(fold, units)
    fold.say(
        EventType.RECEIPT_CORRECTED,
        {"receipt": receipt.id, "facility": receipt.facility, "corrects": line.id},
    )
    return None


def _serials(units: Sequence[Unit]) -> tuple[str, ...]:
    return tuple(unit.serial for unit in units if unit.serial is not None)


def _line_to_correct(ret: Return, command: CorrectReceipt) -> tuple[Receipt, ReceiptLine] | Refusal:
    for receipt in ret.receipts:
        for line in receipt.lines:
            if line.id == command.receipt_line:
                return receipt, line
    return refuse(
        RefusalCode.UNKNOWN_RECEIPT,
        f"There is no receipt line {command.receipt_line!r}. Name one of this return's receipts.",
        "/receipt_line",
    )


def _superseded(ret: Return, line: ReceiptLine, units: Sequence[Unit]) -> Refusal | None:
    """Refuse a line that no longer says where its units are."""
    corrected = any(one.corrects == line.id for receipt in ret.receipts for one in receipt.lines)
    if not corrected and len(units) == len(line.units):
        return None
    return refuse(
        RefusalCode.RECEIPT_LINE_SUPERSEDED,
        "That receipt line has been corrected, or the return was reopened since. Correct the newest"
        " line about these goods.",
        "/receipt_line",
    )


def _unchangeable(ret: Return, units: Sequence[Unit]) -> Refusal | None:
    """Refuse to take back what has been paid for, promised, or told to a marketplace."""
    if any(unit.frozen for unit in units):
        return refuse(
            RefusalCode.UNITS_FROZEN,
            "A marketplace has been told of these units. Nothing about them can change any more.",
        )
    if any(unit.covered_by is not None for unit in units):
        return refuse(
            RefusalCode.UNITS_COVERED,
            "These units have been settled. Settle the difference as an adjustment instead.",
        )
    promised = held_units(ret, PROMISED)
    if any(unit.id in promised for unit in units):
        return refuse(
            RefusalCode.UNITS_SETTLING,
            "A confirmed settlement pays for these units. Discard it first, then correct.",
        )
    return None


def _take_back(fold: Fold, units: Sequence[Unit]) -> None:
    """Let units be as before they came: announced ones expected again, others gone."""
    gone = {
        unit.id for unit in units if unit.reception in {Reception.UNEXPECTED, Reception.WRONG_ITEM}
    }
    back = {unit.id: expected_again(unit) for unit in units if unit.id not in gone}
    lines = tuple(
        replace(
            line,
            units=tuple(back.get(unit.id, unit) for unit in line.units if unit.id not in gone),
        )
        if any(unit.id in back or unit.id in gone for unit in line.units)
        else line
        for line in fold.ret.lines
    )
    fold.put_lines(tuple(line for line in lines if line.units or line.quantity))


def expected_again(unit: Unit) -> Unit:
    """Give the unit as it was before anybody saw it."""
    return Unit(id=unit.id)


def _say_missing(fold: Fold, units: Sequence[Unit]) -> None:
    """Expect nothing of a processed return: what a correction took away has not come."""
    ids = {unit.id for unit in units}
    fold.put_units(
        {
            unit.id: replace(unit, reception=Reception.MISSING)
            for unit in units_of(fold.ret)
            if unit.id in ids and unit.reception is Reception.EXPECTED
        }
    )


# ---------------------------------------------------------------- waive


def _may_be_kept(fold: Fold) -> bool:
    """Say whether all that is still expected may be kept: by its own rule, else by the policy."""
    return all(
        may_be_kept(fold.ret, fold.policy, line.line)
        for line in fold.ret.lines
        if any(unit.reception is Reception.EXPECTED for unit in line.units)
    )


def waive_receipt(fold: Fold, command: WaiveReceipt) -> Refusal | None:
    """Let the customer keep the goods and treat them as accepted."""
    del command
    if fold.context.actor.kind not in _MAY_WAIVE and not _may_be_kept(fold):
        return refuse(
            RefusalCode.KEEP_NOT_ALLOWED,
            "The policy wants the goods back. Have an agent waive them, or put a policy with"
            " keep_item for the next return.",
        )
    fold.put_units(
        {
            unit.id: replace(unit, reception=Reception.WAIVED, acceptance=Acceptance.ACCEPTED)
            for unit in units_of(fold.ret)
            if unit.reception is Reception.EXPECTED
        }
    )
    fold.enter(ReturnStatus.PROCESSED)
    fold.say(EventType.RETURN_PROCESSED)
    return None
