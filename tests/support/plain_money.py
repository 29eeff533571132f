"""The plain model's money: what is owed, promised, under way, paid and taken back."""

from __future__ import annotations

from fractions import Fraction

from tests.support.plain_parts import (
    HELD,
    MAIN_ROAD,
    OPEN,
    PlainCase,
    PlainLeg,
    PlainSettlement,
    PlainUnit,
    no,
)


class PlainMoney(PlainCase):
    """A return as far as money goes."""

    def no_money(self) -> None:
        if any(
            leg.state in {"reserved", "in_flight", "unknown", "succeeded"} for leg in self.legs()
        ):
            no()

    def owed(self) -> list[PlainUnit]:
        return [
            unit
            for line in self.lines
            if line.name is not None
            for unit in line.units
            if unit.look == "accepted" and not unit.paid and not unit.gone
        ]

    def propose(self, kind: str, extra: int) -> list[str]:
        """Draft."""
        self.only(*MAIN_ROAD, "completed")
        if not self.early and self.status not in {"processed", "settled", "completed"}:
            no()
        if self.find("confirmed", "in_progress"):
            no()
        fresh = PlainSettlement(kind, extra)
        self.work_out(fresh)
        for one in self.settlements:
            if one.state == "draft":
                self.drop(one)
        self.settlements.append(fresh)
        return []

    def work_out(self, draft: PlainSettlement) -> None:
        """Fill a draft in, or refuse it."""
        held = self.held(*HELD)
        trusting = draft.kind == "refund" and self.status in MAIN_ROAD[:4]
        items: dict[str, list[PlainUnit]] = {}
        for line in self.lines:
            for unit in line.units:
                trusted = unit.look in OPEN and unit.came in {"expected", "received", "waived"}
                if line.name is None or unit in held:
                    continue
                if unit.look == "accepted" or (trusting and trusted):
                    items.setdefault(line.name, []).append(unit)
        worth = {name: (units, self._worth(name, len(units))) for name, units in items.items()}
        total = draft.extra + sum(amount for _, amount in worth.values())
        if draft.kind == "none":
            draft.items, draft.legs = worth, []
            return
        if (not worth and draft.extra == 0) or total < 0:
            no()
        legs: list[PlainLeg] = []
        left = total
        for name, (captured, _) in self.order.payments.items():
            part = min(left, captured - self.order.reserved(name))
            if part > 0:
                legs.append(PlainLeg(name, part))
                left -= part
        if left:
            no()
        draft.items, draft.legs = worth, legs

    def _worth(self, name: str, n: int) -> int:
        quantity, price = self.order.lines[name]
        left, of = quantity * price, quantity
        for ret in self.order.returns:
            for one in ret.settlements:
                if one.state in HELD and name in one.items:
                    left -= one.items[name][1]
                    of -= len(one.items[name][0])
        return int(Fraction(left * n, of) + Fraction(1, 2))

    def confirm(self) -> list[str]:
        """Promise."""
        self.only(*MAIN_ROAD, "completed")
        draft = self.find("draft")
        if draft is None or self.find("confirmed", "in_progress"):
            no()
        self.work_out(draft)
        draft.state = "confirmed"
        for leg in draft.legs:
            leg.state = "reserved"
        return ["settlement_memo.completed"]

    def droppable(self, one: PlainSettlement) -> bool:
        if one.state in {"draft", "confirmed"}:
            return True
        return one.state == "failed" and all(
            leg.state in {"failed", "reversed"} for leg in one.legs
        )

    def drop(self, one: PlainSettlement) -> None:
        one.state = "discarded"
        for leg in one.legs:
            leg.state = "abandoned"

    def discard(self) -> list[str]:
        """Drop the newest settlement that has paid nothing."""
        self.only(*MAIN_ROAD, "completed")
        found = [one for one in self.settlements if self.droppable(one)]
        if not found:
            no()
        self.drop(found[-1])
        return []

    def start(self) -> list[str]:
        """Set the money going."""
        self.only(*MAIN_ROAD, "completed")
        one = self.find("confirmed")
        if one is None:
            no()
        if not one.legs:
            return self._settle(one)
        one.state = "in_progress"
        for leg in one.legs:
            leg.state = "in_flight"
        return ["refund.started"]

    def _settle(self, one: PlainSettlement) -> list[str]:
        one.state = "settled"
        for unit in one.units():
            unit.paid = True
        return ["settlement.settled"]

    def retry(self, leg: PlainLeg) -> list[str]:
        """Try a failed leg again."""
        self.only(*MAIN_ROAD, "completed")
        if leg.state not in {"failed", "reversed"}:
            no()
        captured, _ = self.order.payments[leg.payment]
        if captured - self.order.reserved(leg.payment) < leg.amount:
            no()
        leg.state, leg.failures = "in_flight", 0
        self._follow(leg)
        return ["refund.started"]

    def _follow(self, leg: PlainLeg) -> PlainSettlement:
        """Bring a leg's settlement to where its legs stand."""
        one = next(one for one in self.settlements if leg in one.legs)
        states = {other.state for other in one.legs}
        if states & {"failed", "reversed"}:
            one.state = "failed"
        elif states & {"in_flight", "unknown"}:
            one.state = "in_progress"
        return one

    def outcome(self, leg: PlainLeg, word: str, *, by_processor: bool) -> list[str]:
        """Hear what became of a leg."""
        self.only(*MAIN_ROAD, "completed")
        _, who = self.order.payments[leg.payment]
        if by_processor is (who == "external"):
            no()
        if not by_processor and word not in {"succeeded", "failed"}:
            no()
        if leg.state in {"in_flight", "unknown"}:
            return self._proceed(leg, word, by_processor=by_processor)
        if (leg.state, word) == ("succeeded", "succeeded"):
            return []
        if leg.state in {"failed", "reversed"} and word == "failed":
            return []
        if (leg.state, word) != ("succeeded", "failed") or not by_processor:
            no()
        leg.state = "reversed"
        for unit in self._follow(leg).units():
            unit.paid = False
        return ["refund.failed"]

    def _proceed(self, leg: PlainLeg, word: str, *, by_processor: bool) -> list[str]:
        if word in {"unknown", "pending"}:
            leg.state = "unknown" if word == "unknown" else "in_flight"
            self._follow(leg)
            return []
        if word == "failed":
            leg.failures += 1
            is_last = leg.failures == 3 or not by_processor
            leg.state = "failed" if is_last else "in_flight"
            self._follow(leg)
            return ["refund.failed"] if is_last else []
        leg.state = "succeeded"
        one = self._follow(leg)
        if all(other.state == "succeeded" for other in one.legs):
            return ["refund.succeeded", *self._settle(one)]
        return ["refund.succeeded"]
