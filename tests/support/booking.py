"""A payment processor and a return, each with a ledger that outlives a killed process.

``BookingProcessor`` keeps its promise as processors do (one key, one live refund) and can be told
to misbehave.  ``BookingReturns`` stands for the command side: it keeps every command it was told,
once per (effect, attempt).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from retour.delivery.protocols import NotRecorded, Recorded
from retour.gateways.payments import ProcessorOutcome, ProcessorReply, RefundOrder
from retour.lifecycle.commands import Command, RecordRefundOutcome

FAILURES_MAX = 3


def lines(path: str) -> Iterator[dict[str, Any]]:
    """Read a ledger."""
    file = Path(path)
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def append(path: str, entry: dict[str, Any]) -> None:
    """Write to a ledger, at once."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")


class BookingProcessor:
    """Plays the scripted faults in turn, then books; what was booked once is not booked again."""

    def __init__(self, ledger: str, faults: Sequence[str] = ()) -> None:
        self._path = ledger + ".processor"
        self._faults = list(faults)

    def _bookings(self, intent: str) -> list[dict[str, Any]]:
        return [one for one in lines(self._path) if one["intent"] == intent]

    @property
    def asked(self) -> list[dict[str, Any]]:
        """What it was asked and told, in order."""
        return list(lines(self._path + ".asked"))

    def booked(self, intent: str) -> int:
        """Count the live refunds of an intent."""
        return sum(one["status"] != "failed" for one in self._bookings(intent))

    async def refund(self, order: RefundOrder) -> ProcessorReply:
        """Refund once per intent."""
        append(self._path + ".asked", {"verb": "refund", "intent": order.intent})
        live = [one for one in self._bookings(order.intent) if one["status"] != "failed"]
        if live:
            return _reply(live[-1])
        fault = self._faults.pop(0) if self._faults else None
        if fault == "decline":
            return ProcessorReply(outcome=ProcessorOutcome.FAILED, error="Declined.")
        if fault == "timeout_before":
            return ProcessorReply(outcome=ProcessorOutcome.UNKNOWN, error="No answer.")
        status = "pending" if fault in ("pending", "pending_then_failed") else "succeeded"
        entry = {
            "intent": order.intent,
            "reference": f"bkg_{len(list(lines(self._path)))}",
            "status": status,
            "amount": order.amount,
            "then": "failed" if fault == "pending_then_failed" else "succeeded",
        }
        append(self._path, entry)
        await asyncio.sleep(0)
        if fault == "timeout_after":
            return ProcessorReply(outcome=ProcessorOutcome.UNKNOWN, error="No answer.")
        return _reply(entry)

    async def look_up(self, order: RefundOrder) -> ProcessorReply | None:
        """Say what became of an intent."""
        append(self._path + ".asked", {"verb": "look_up", "intent": order.intent})
        bookings = self._bookings(order.intent)
        return _reply(bookings[-1]) if bookings else None

    def ripen(self) -> None:
        """Let what is pending come out as it will."""
        ripe = [
            {**one, "status": one["then"] if one["status"] == "pending" else one["status"]}
            for one in lines(self._path)
        ]
        text = "".join(json.dumps(one) + "\n" for one in ripe)
        Path(self._path).write_text(text, encoding="utf-8")


def _reply(booking: dict[str, Any]) -> ProcessorReply:
    outcome = ProcessorOutcome(booking["status"])
    error = "It failed later." if outcome is ProcessorOutcome.FAILED else None
    return ProcessorReply(outcome=outcome, reference=booking["reference"], error=error)


class BookingReturns:
    """Takes commands once per (effect, attempt), and answers how the leg stands."""

    def __init__(self, ledger: str) -> None:
        self._path = ledger + ".returns"
        self.refuses: str | None = None

    @property
    def told(self) -> list[dict[str, Any]]:
        """Every command, once."""
        return list(lines(self._path))

    async def __call__(
        self,
        workspace_id: int,
        return_id: str,
        command: Command,
        *,
        effect_id: str,
        attempt: int,
    ) -> Recorded | NotRecorded:
        """Keep a command."""
        del workspace_id
        if self.refuses is not None:
            return NotRecorded(self.refuses)
        key = f"{effect_id}/{attempt}"
        if key not in [one["key"] for one in self.told]:
            said = msgspec.to_builtins(command)
            kind = type(command).__name__
            append(self._path, {"key": key, "return": return_id, "command": kind, **said})
        return Recorded(self._answer(command))

    def _answer(self, command: Command) -> bytes:
        if not isinstance(command, RecordRefundOutcome):
            return b"{}"
        outcomes = [one["outcome"] for one in self.told if one.get("leg") == command.leg]
        failures = outcomes.count("failed")
        status = "failed" if failures and failures % FAILURES_MAX == 0 else "in_flight"
        leg = {
            "id": command.leg,
            "status": "succeeded" if "succeeded" in outcomes else status,
            "attempts": [{"outcome": outcome} for outcome in outcomes],
        }
        return json.dumps({"settlements": [{"legs": [leg]}]}).encode()
