"""What a commit keeps for the dock: codes that can be scanned from now on, and cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from retour.kernel.barcode import normal
from retour.lifecycle.dock.waiting import moved
from retour.store.dock import dock_arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from retour.lifecycle.model import Order, Return, State
    from retour.store.secrets import Vault

RMA: Final = "rma"
TRACKING: Final = "tracking"
NUMBER: Final = "number"
ITEM: Final = "item"
SERIAL: Final = "serial"
LPN: Final = "lpn"
NAME: Final = "name"
_PURPOSE: Final = "scan"
CODES_MAX: Final = 2000
"""Codes of one return; of one with more serials the first are found."""


def digest(vault: Vault, code: str) -> bytes:
    """Give the keyed digest of a code in its normal form: the same in every workspace."""
    return vault.mark(_PURPOSE, code)


def dock_writes(
    vault: Vault,
    workspace_id: int,
    tick: datetime,
    states: tuple[State, State],
    mint: Callable[[str], str],
) -> list[Any] | None:
    """Give what ``keep_dock`` is called with behind a commit, or ``None``.

    Args:
        states: Before the commit, and after it.
    """
    before, after = states
    ret = after.ret
    assert ret is not None, "a plan on a return leaves a return"
    return dock_arguments(
        workspace_id,
        (tick, ret.id),
        _fresh(vault, before, after),
        moved(before.ret, ret, after.order, after.policy),
        mint,
    )


def _fresh(vault: Vault, before: State, after: State) -> list[tuple[bytes, str]]:
    was, now = before.ret, after.ret
    assert now is not None, "a plan on a return leaves a return"
    if was is not None and was.lines is now.lines and was.parcels is now.parcels:
        return []
    had = set[tuple[str, str]]() if was is None else set(_codes(was, after.order))
    codes = [one for one in dict.fromkeys(_codes(now, after.order)) if one not in had]
    if was is None and after.customer.name:
        codes.insert(0, (NAME, normal(after.customer.name)))
    return [(digest(vault, code), kind) for kind, code in codes[:CODES_MAX]]


def _codes(ret: Return, order: Order) -> Iterator[tuple[str, str]]:
    """List what can be scanned of a return."""
    yield RMA, normal(ret.rma_number)
    yield NUMBER, normal(str(ret.number))
    for parcel in ret.parcels:
        if parcel.tracking_number:
            yield TRACKING, normal(parcel.tracking_number)
    items = {line.id: line for line in order.lines}
    for line in ret.lines:
        item = None if line.line is None else items.get(line.line)
        for code in (line.sku, *(() if item is None else (item.upc, item.part_number))):
            if code:
                yield ITEM, normal(code)
        for serial in () if item is None else item.serials:
            yield SERIAL, normal(serial)
        for unit in line.units:
            if unit.serial:
                yield SERIAL, normal(unit.serial)
            if unit.lpn:
                yield LPN, normal(unit.lpn)
