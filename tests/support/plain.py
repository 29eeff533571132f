"""The life of a return said once more, plainly: the oracle of the walks.

Written from the design, not from the code: mutable, slow, every number counted anew.  A method per
command changes the model and gives the events that must be said, or raises ``No``.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.support.plain_money import PlainMoney
from tests.support.plain_parts import (
    FOREIGN,
    HELD,
    HERE,
    MAIN_ROAD,
    OPEN,
    UNUSED,
    No,
    PlainLine,
    PlainReceipt,
    PlainSeen,
    PlainUnit,
    no,
)


class PlainReturn(PlainMoney):
    """One return, whole."""

    # ------------------------------------------------------------ asking

    def request(self, asked: list[tuple[str, int]]) -> list[str]:
        """Begin."""
        self._room_for(asked)
        self.lines = [PlainLine(name, n, [PlainUnit() for _ in range(n)]) for name, n in asked]
        self.status = "requested"
        return ["return.requested", "eligibility.checked"]

    def _room_for(self, asked: list[tuple[str, int]], own: dict[str, int] | None = None) -> None:
        for name in {name for name, _ in asked}:
            room = self.order.returnable(name) + (own or {}).get(name, 0)
            if sum(n for other, n in asked if other == name) > room:
                no()

    def authorize(self, refused: int) -> list[str]:
        """Let ship, but for some of the first line's pieces."""
        self.only("requested")
        if refused > len(self.lines[0].units) or refused == len(self.units()):
            no()
        if refused:
            del self.lines[0].units[-refused:]
        self.status = "authorized"
        return ["return.authorized"]

    def amend(self, asked: list[tuple[str, int]]) -> list[str]:
        """Ask for something else."""
        self.only("requested", "authorized")
        own: dict[str, int] = {}
        for line in self.lines:
            own[line.name or ""] = own.get(line.name or "", 0) + len(line.units)
        self.no_money()
        if any(unit.came in HERE or unit.paid for unit in self.units()):
            no()
        if self.find("confirmed", "in_progress", "failed"):
            no()
        self._room_for(asked, own)
        old, self.lines = self.lines, []
        for name, n in asked:
            kept = next((line for line in old if line.name == name), None)
            units = kept.units[:n] if kept else []
            if kept:
                old.remove(kept)
            units = units + [PlainUnit() for _ in range(n - len(units))]
            self.lines.append(PlainLine(name, n, units))
        return ["return.amended"]

    # ------------------------------------------------------------ ending

    def reject(self) -> list[str]:
        """Say no."""
        self.only("requested", "received", "processed")
        if self.status != "requested":
            if any(unit.look == "accepted" or unit.paid for unit in self.units()):
                no()
            self.no_money()
        self._close()
        for unit in self.units():
            unit.gone = True
        self.status = "rejected"
        return ["return.rejected"]

    def cancel(self, goods: str | None) -> list[str]:
        """Withdraw."""
        self.only(*("requested", *MAIN_ROAD[:5]))
        self.no_money()
        if any(unit.paid for unit in self.units()):
            no()
        if goods is None and any(unit.came in HERE for unit in self.units()):
            no()
        self._close()
        for unit in self.units():
            if goods in {None, "send_back"} or unit.came not in HERE:
                unit.gone = True
        self.status = "canceled"
        return ["return.canceled"]

    def _close(self) -> None:
        for one in self.settlements:
            if self.droppable(one):
                self.drop(one)
        for receipt in self.receipts:
            receipt.open = False
        self.parcels = ["voided" if one in UNUSED else one for one in self.parcels]

    def complete(self) -> list[str]:
        """Close for good."""
        self.only("authorized", "processed", "settled")
        if self.status == "authorized":
            if not self.reopened or any(unit.came == "expected" for unit in self.units()):
                no()
        elif any(unit.came in HERE and unit.look in OPEN for unit in self.units()):
            no()
        if self.owed():
            no()
        if any(one.legs and one.state in HELD[:3] for one in self.settlements):
            no()
        for one in self.settlements:
            if one.state == "draft":
                self.drop(one)
        self.reopened = False
        self.status = "completed"
        return ["return.completed"]

    def reopen(self, asked: list[tuple[str, int]]) -> list[str]:
        """Begin again with what is not paid."""
        self.only("processed", "settled", "completed")
        if any(leg.state in {"in_flight", "unknown"} for leg in self.legs()):
            no()
        self._room_for(asked)
        for one in self.settlements:
            if self.droppable(one):
                self.drop(one)
        for line in self.lines:
            for unit in line.units:
                if line.name is not None and not unit.paid:
                    unit.came, unit.look, unit.where = "expected", "pending", None
                    unit.put, unit.chosen = ("", ""), False
        self.lines += [PlainLine(name, n, [PlainUnit() for _ in range(n)]) for name, n in asked]
        self.reopened = True
        self.status = "authorized"
        return ["return.reopened"]

    # ------------------------------------------------------------ the box

    def create_label(self) -> list[str]:
        """Ask for a label, as often as boxes are needed."""
        self.only("authorized", "shipped", "tracked")
        self.parcels.append("requested")
        return ["label.requested"]

    def ship(self) -> list[str]:
        """Hand over."""
        self.only("authorized")
        if not any(one in UNUSED for one in self.parcels):
            self.parcels.append("label_created")
        self.status = "shipped"
        return ["return.shipped"]

    def drop_off(self, receipt: str) -> list[str]:
        """Give proof that the box was handed in, each once."""
        self.only("authorized", "shipped", "tracked")
        if receipt in self.proofs:
            return []
        self.proofs.add(receipt)
        if self.status != "authorized":
            return ["return.dropped_off"]
        return ["return.dropped_off", *self.ship()]

    def track(self, code: str) -> list[str]:
        """Scan, each time at another instant."""
        self.only(*MAIN_ROAD, "completed")
        first = self.status in {"authorized", "shipped"}
        gone = [place for place, one in enumerate(self.parcels) if one != "voided"]
        if not gone or (first and self.parcels[gone[-1]] == "delivered"):
            gone.append(len(self.parcels))
            self.parcels.append("label_created")
        if self.parcels[gone[-1]] == "delivered":
            if code == "delivered":
                return []
            no()
        self.parcels[gone[-1]] = code
        if not first:
            return ["parcel.updated"]
        said = ["return.shipped"] if self.status == "authorized" else []
        self.status = "tracked"
        return [*said, "return.tracked"]

    # ------------------------------------------------------------ the dock

    def receive(self, name: str | None, n: int, facility: str, operation: str) -> list[str]:
        """Take in goods of a line, or foreign ones."""
        if operation in self.operations:
            return []
        self.only("authorized", "shipped", "tracked", "received", "processed")
        receipt = next((r for r in self.receipts if r.open and r.facility == facility), None)
        fresh = receipt or PlainReceipt(facility)
        promised = self.held("confirmed", "in_progress", "failed")
        fitting = [unit for unit in self.of(name) if unit.came == "expected"]
        fitting += [unit for unit in self.of(name) if unit.came == "missing"]
        if name is not None and self.status == "processed":
            for unit in fitting[:n]:
                if unit in promised:
                    no()
        if receipt is None:
            self.receipts.append(fresh)
        self.operations.add(operation)
        self._take(name, n, fresh)
        if self.status == "received":
            return ["receipt.updated"]
        self.status = "received"
        return ["return.received"]

    def of(self, name: str | None) -> list[PlainUnit]:
        """Give the pieces of a line that somebody announced or that belong to the order."""
        if name is None:
            return []
        return [unit for line in self.lines if line.name == name for unit in line.units]

    def _take(self, name: str | None, n: int, receipt: PlainReceipt) -> None:
        fitting = [unit for unit in self.of(name) if unit.came == "expected"]
        fitting += [unit for unit in self.of(name) if unit.came == "missing"]
        fitting = fitting[:n]
        if fitting:
            self._write(PlainSeen(receipt, name, fitting), "received")
        n -= len(fitting)
        if name is not None:
            more = min(n, self.order.returnable(name))
            if more:
                self._add(receipt, name, more, "unexpected")
                n -= more
        if n:
            self._add(receipt, None, n, "wrong_item", sku=name or FOREIGN)

    def _add(
        self, receipt: PlainReceipt, name: str | None, n: int, came: str, sku: str | None = None
    ) -> None:
        units = [PlainUnit() for _ in range(n)]
        same = [line for line in self.lines if (line.name, line.sku) == (name, sku)]
        line = same[0] if same else PlainLine(name, 0, [], sku)
        if not same:
            self.lines.append(line)
        line.units += units
        self._write(PlainSeen(receipt, name, units, sku), came)

    def _write(self, seen: PlainSeen, came: str) -> None:
        self.seen.append(seen)
        for unit in seen.units:
            unit.came, unit.where = came, seen

    def inspect(self, units: Callable[[PlainReturn], list[PlainUnit]], word: str) -> list[str]:
        """Judge pieces."""
        self.only("received", "processed", "settled")
        chosen = units(self)
        if any(unit.came not in HERE for unit in chosen):
            no()
        changed = [unit for unit in chosen if unit.look != word]
        turned = [unit for unit in changed if unit.look not in OPEN]
        promised = self.held("confirmed", "in_progress", "failed")
        if any(unit.paid or unit in promised for unit in turned):
            no()
        for unit in changed:
            unit.look = word
        return ["unit.inspected"] if changed else []

    def pick(self, name: str, n: int) -> list[PlainUnit]:
        """Choose pieces of a line to judge: pending ones first, each kind by id."""
        here = [unit for unit in self.of(name) if unit.came in HERE and unit.look in OPEN]
        if not [line for line in self.lines if line.name == name] or len(here) < n:
            no()
        return sorted(here, key=lambda unit: (OPEN.index(unit.look), unit.id))[:n]

    def move(self, name: str, n: int, said: str, where: str) -> list[str]:
        """Move pieces of a line that lie in a facility; one fact for each facility and way."""
        here = [unit for unit in self.of(name) if unit.came in HERE]
        if not any(unit.came in HERE for unit in self.units()) or len(here) < n:
            no()
        if not [line for line in self.lines if line.name == name]:
            no()
        index = 0 if said == "unit.disposed" else 1
        here.sort(key=lambda unit: (unit.put[index] == where, unit.id))
        moved = [unit for unit in here[:n] if unit.put[index] != where]
        groups: list[tuple[object, ...]] = []
        for line in self.lines:
            for unit in line.units:
                if unit in moved and unit.where is not None:
                    group = (id(line), unit.where.receipt.facility, unit.put[0])
                    groups += [] if group in groups else [group]
        for unit in moved:
            unit.put = (where, unit.put[1]) if index == 0 else (unit.put[0], where)
        return [said] * len(groups)

    def resolve(self, where: str) -> list[str]:
        """Say what becomes of everything refused that nobody has chosen of."""
        self.only("received", "processed", "settled", "completed")
        open_units = [
            unit
            for unit in self.units()
            if unit.look == "rejected" and unit.came in HERE and not unit.chosen
        ]
        if not open_units:
            no()
        groups: list[tuple[object, ...]] = []
        for line in self.lines:
            for unit in line.units:
                if unit in open_units and unit.put[0] != where and unit.where is not None:
                    group = (id(line), unit.where.receipt.facility, unit.put[0])
                    groups += [] if group in groups else [group]
        for unit in open_units:
            unit.chosen, unit.put = True, (where, unit.put[1])
        return ["rejection.resolved", *["unit.disposed"] * len(groups)]

    def finish(self, nth: int | None, remaining: str) -> list[str]:
        """Close a receipt."""
        self.only("received")
        opened = [one for one in self.receipts if one.open]
        if nth is not None:
            opened = [one for one in opened if one is self.receipts[nth]]
        expected = [unit for unit in self.units() if unit.came == "expected"]
        if len(opened) > 1 or any(self._pending_in(receipt) for receipt in opened):
            no()
        if not opened and (nth is not None or remaining != "missing" or not expected):
            no()
        for receipt in opened:
            receipt.open = False
        if remaining == "missing":
            for unit in expected:
                unit.came = "missing"
        return ["receipt.finished" if opened else "receipt.updated"]

    def pause(self, nth: int | None, *, paused: bool) -> list[str]:
        """Let work on a receipt rest, or go on."""
        self.only("received")
        opened = [one for one in self.receipts if one.open]
        if nth is not None:
            opened = [one for one in opened if one is self.receipts[nth]]
        if len(opened) != 1:
            no()
        changed = opened[0].paused is not paused
        opened[0].paused = paused
        return ["receipt.updated"] if changed else []

    def _pending_in(self, receipt: PlainReceipt) -> list[PlainUnit]:
        here = [unit for unit in self.units() if unit.came in HERE and unit.look == "pending"]
        return [unit for unit in here if unit.where and unit.where.receipt is receipt]

    def correct(self, nth: int, n: int) -> list[str]:
        """Say that a line of a receipt was another number."""
        self.only("received", "processed")
        old = self.seen[nth]
        units = [unit for unit in self.units() if unit.where is old]
        promised = self.held("confirmed", "in_progress", "failed")
        if old.corrected or len(units) != len(old.units):
            no()
        if any(unit.paid or unit in promised for unit in units):
            no()
        old.corrected = True
        for line in self.lines:
            line.units = [
                unit for unit in line.units if unit not in units or unit.came == "received"
            ]
        self.lines = [line for line in self.lines if line.units or line.asked]
        for unit in units:
            unit.came, unit.look, unit.where = "expected", "pending", None
            unit.put = ("", "")
        if n and old.name is None:
            self._add(old.receipt, None, n, "wrong_item", sku=old.sku)
        elif n:
            self._take(old.name, n, old.receipt)
        else:
            self.seen.append(PlainSeen(old.receipt, old.name, [], old.sku))
        if self.status == "processed":
            for unit in units:
                if unit.came == "expected":
                    unit.came = "missing"
        return ["receipt.corrected"]

    def waive(self, *, allowed: bool) -> list[str]:
        """Let the customer keep it."""
        self.only("authorized", "shipped", "tracked")
        expected = [unit for unit in self.units() if unit.came == "expected"]
        if not expected or not allowed:
            no()
        for unit in expected:
            unit.came, unit.look = "waived", "accepted"
        self.status = "processed"
        return ["return.processed"]

    # ------------------------------------------------------------ by itself

    def settle_down(self) -> list[str]:
        """Let happen what follows; gives what it says."""
        said: list[str] = []
        while word := self._next():
            said.append(f"return.{word}")
            self.status = word
        return said

    def _next(self) -> str | None:
        draft = self.find("draft")
        if draft is not None and self.status in MAIN_ROAD:
            try:
                self.work_out(draft)
            except No:
                self.drop(draft)
        done = all(
            unit.came == "missing" or (unit.came != "expected" and unit.look not in OPEN)
            for unit in self.units()
        )
        closed = not any(receipt.open for receipt in self.receipts)
        if self.status == "received" and done and closed and self.units():
            return "processed"
        accepted = [
            unit
            for line in self.lines
            if line.name is not None
            for unit in line.units
            if unit.look == "accepted"
        ]
        if self.status == "processed" and done and accepted and not self.owed():
            return "settled"
        if self.status in {"settled", "completed"} and self.owed():
            return "processed"
        return None
