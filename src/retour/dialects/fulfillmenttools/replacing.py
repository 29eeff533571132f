"""What other lines for an ItemReturn mean: as long as nothing of it has come, it is asked for anew.

What has come stays written down.  A receipt can be corrected, but what was announced is then
expected again and stays in the ItemReturn: that would replace nothing.  Lines that the order does
not let come back are a list of their own; replacing one list leaves the other as it is.  Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from retour.dialects.fulfillmenttools.layout import ItemReturn, may_come_back
from retour.dialects.fulfillmenttools.plan import (
    TO_COME,
    Answer,
    Group,
    Known,
    Listed,
    Objection,
    Wished,
    asked,
    grouped,
    misjudged,
)
from retour.lifecycle.commands import Amend, LineAsked, ReasonGiven
from retour.lifecycle.model import LineWords, Return, ReturnLine

_NO_WORDS: Final = LineWords()


def replaced(known: Known, one: ItemReturn, listed: Listed) -> Answer:
    """Plan other lines for an ItemReturn whose goods have not come."""
    if one.status not in TO_COME or one.receipt is not None:
        return Objection(
            409,
            f"The ItemReturn is {one.status}; its lines stay as they were received.",
            "Judge single lines, correct the return's receipt where it was miscounted, or add"
            " another ItemReturn for what else came back.",
        )
    groups = grouped(known, listed)
    if isinstance(groups, Objection):
        return groups
    objection = misjudged(listed, is_to_come=True) or _misplaced(groups, listed)
    if objection is not None:
        return objection
    ret = next(ret for ret in known.returns if ret.id == one.ret.id)
    lines = [asked(known, group) for group in groups]
    return Wished(ret.id, (Amend(lines=(*_others(known, ret, listed), *lines)),))


def _misplaced(groups: list[Group], listed: Listed) -> Objection | None:
    """Refuse lines that belong on the other list."""
    for group in groups:
        if group.line.returnable is not listed.is_returnable:
            is_or_not = "is" if group.line.returnable else "is not"
            door = (
                "returnedlineitems" if group.line.returnable else "returnednotreturnablelineitems"
            )
            return Objection(
                400,
                f"The article {group.line.sku!r} {is_or_not} returnable in this job.",
                f"Put it to {door} of the ItemReturn.",
            )
    return None


def _others(known: Known, ret: Return, listed: Listed) -> list[LineAsked]:
    """Ask once more for what is on the other list."""
    return [
        _as_before(line, line.line, known.words)
        for line in ret.lines
        if line.line is not None
        and line.units
        and may_come_back(known.order, line.line) is not listed.is_returnable
    ]


def _as_before(line: ReturnLine, sold: str, words: Mapping[str, LineWords]) -> LineAsked:
    said = words.get(line.id, _NO_WORDS)
    comments = said.reason_comments
    reasons = (
        ReasonGiven(
            text=reason.text,
            code=reason.code,
            comment=comments[n] if n < len(comments) else None,
            localized=reason.localized,
        )
        for n, reason in enumerate(line.reasons)
    )
    return LineAsked(
        line=sold, quantity=len(line.units), reasons=tuple(reasons), comment=said.comment
    )
