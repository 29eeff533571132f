"""What people at one facility do with a return: the same commands, on what lies there alone.

Whoever is bound to a facility sees a return as its dock does, without the customer, and touches
only units and receipts of that facility.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import msgspec
from msgspec.structs import replace

from retour.desk.dock.comparing import compared, facility_at
from retour.desk.execute import Ahead, Asked, RequestKey, execute
from retour.desk.outcome import Done, NotFound, Outcome
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.commands import (
    Command,
    CorrectReceipt,
    Dispose,
    FinishReceipt,
    Inspect,
    PauseReceipt,
    PutAway,
    Receive,
    UnitsJudged,
    UnitsNamed,
)
from retour.lifecycle.decide import numbers_needed
from retour.lifecycle.dock.waiting import heading_for
from retour.lifecycle.guards import SEEN
from retour.lifecycle.model import ReceiptStatus
from retour.lifecycle.requests.requesting import is_called
from retour.store.loading import LoadKey, load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retour.desk.house import House
    from retour.lifecycle.commands import Context
    from retour.lifecycle.model import Actor, Decision, Return, State
    from retour.policy.grading import GradingSet
    from retour.store.loading import FacilityBody

_ENCODE: Final = msgspec.json.Encoder()
_MISSING: Final = NotFound(what="return")


async def look(house: House, workspace_id: int, facility: str, return_id: str) -> Outcome:
    """Show a return that goes to a facility, or is there, as its dock works on it."""
    place = await facility_at(house, workspace_id, facility)
    loaded = await load(
        await house.database.pool(), LoadKey(workspace_id=workspace_id, return_id=return_id)
    )
    if place is None or loaded is None or loaded.state is None or loaded.state.ret is None:
        return _MISSING
    ret = loaded.state.ret
    if facility not in heading_for(ret):
        return _MISSING
    config = await house.configs.at(workspace_id, loaded.epoch)
    body = _shown(loaded.state, facility, place, config.grading_sets)
    return Done(status=200, body=body, version=loaded.return_version)


async def act(
    house: House,
    workspace_id: int,
    facility: str,
    return_id: str,
    command: Command,
    *,
    actor: Actor,
    source: str,
    key: RequestKey | None = None,
) -> Outcome:
    """Carry out a command on what lies at a facility; answers the return as its dock sees it."""
    place = await facility_at(house, workspace_id, facility)
    if place is None:
        return _MISSING
    config = await house.configs.recent(workspace_id)
    assert config is not None, "whoever asks belongs to a workspace"
    sets = config.grading_sets

    def work_out(state: State, _: Context) -> Sequence[Command] | Refusal:
        assert state.ret is not None, "a command is about a return"
        here = _held_to(state.ret, facility, command)
        return here if isinstance(here, Refusal) else (here,)

    def show(decision: Decision) -> bytes:
        return _shown(decision.state, facility, place, sets)

    return await execute(
        house,
        Asked(
            workspace_id=workspace_id,
            actor=actor,
            source=source,
            return_id=return_id,
            ahead=Ahead(
                work_out=work_out,
                facility=facility if isinstance(command, Receive) else None,
                numbers=numbers_needed((command,)),
            ),
            show=show,
            key=key,
        ),
    )


def _shown(state: State, facility: str, place: FacilityBody, sets: tuple[GradingSet, ...]) -> bytes:
    ret = state.ret
    assert ret is not None, "a return is shown"
    counted = any(
        one.facility == facility and one.status is ReceiptStatus.FINISHED for one in ret.receipts
    )
    return _ENCODE.encode(compared(ret, state.order, sets, blind=place.blind and not counted))


def _held_to(ret: Return, facility: str, command: Command) -> Command | Refusal:
    """Hold a command to a facility: its own receipts and units, or it is refused."""
    match command:
        case Receive():
            if command.facility not in {None, facility}:
                return _elsewhere(f"Goods are received at {facility} here.", "/facility")
            return replace(command, facility=facility)
        case FinishReceipt() | PauseReceipt():
            named = command.receipt or _open_receipt(ret, facility)
            if named is None or not _is_receipt_of(ret, facility, named):
                return _elsewhere(f"No such receipt is open at {facility}.", "/receipt")
            return replace(command, receipt=named)
        case CorrectReceipt():
            lines = [one for one in ret.receipts if one.facility == facility]
            if all(line.id != command.receipt_line for one in lines for line in one.lines):
                return _elsewhere(f"No such receipt line is of {facility}.", "/receipt_line")
            return command
        case Inspect() | Dispose() | PutAway():
            named_units = cast("Sequence[UnitsJudged | UnitsNamed]", command.units)
            for index, one in enumerate(named_units):
                if not _lie_there(ret, facility, one):
                    words = f"Not all of these units lie at {facility}; name those that do by id."
                    return _elsewhere(words, f"/units/{index}")
            return command
        case _:
            raise AssertionError("the door has rows for what is done at a dock alone")


def _open_receipt(ret: Return, facility: str) -> str | None:
    opened = (one for one in ret.receipts if one.status is ReceiptStatus.OPEN)
    return next((one.id for one in opened if one.facility == facility), None)


def _is_receipt_of(ret: Return, facility: str, receipt: str) -> bool:
    return any(one.id == receipt and one.facility == facility for one in ret.receipts)


def _lie_there(ret: Return, facility: str, named: UnitsJudged | UnitsNamed) -> bool:
    """Say whether what is named lies at a facility; what is named wrongly is refused later."""
    meant = [
        unit
        for line in ret.lines
        for unit in line.units
        if unit.reception in SEEN
        and (
            unit.id == named.unit
            if named.unit is not None
            else named.line is not None and is_called(line, named.line)
        )
    ]
    return all(unit.facility == facility for unit in meant)


def _elsewhere(words: str, pointer: str) -> Refusal:
    return refuse(RefusalCode.UNKNOWN_FACILITY, f"{words} Ask where they are.", pointer)
