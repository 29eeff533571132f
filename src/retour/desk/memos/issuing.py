"""Which documents a decision makes, and what each says: worked out before it is committed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from retour.desk.brand import accent_of
from retour.dialects.papers.sheet import Occasion, sheet_of
from retour.lifecycle.model import EventType
from retour.lifecycle.numbering import PaperKind
from retour.store.papers import PaperMade, PapersMade

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retour.desk.config import WorkspaceConfig
    from retour.lifecycle.model import Decision, Return, Settlement
    from retour.lifecycle.numbering import Series

_ENCODE: Final = msgspec.json.Encoder()
_TOLD_BY: Final = {
    PaperKind.MEMO: EventType.SETTLEMENT_MEMO_COMPLETED,
    PaperKind.CREDIT_NOTE: EventType.SETTLEMENT_SETTLED,
}


class Drawn(NamedTuple):
    """A document that a decision makes."""

    kind: PaperKind
    number: str
    settlement: Settlement


def drawn(before: Return | None, decision: Decision) -> list[Drawn]:
    """Find the documents whose number a decision has drawn."""
    after = decision.state.ret
    if after is None or not decision.events:
        return []
    had = {one.id: one for one in (before.settlements if before else ())}
    found: list[Drawn] = []
    for one in after.settlements:
        was = had.get(one.id)
        if one.memo_number is not None and (was is None or was.memo_number is None):
            found.append(Drawn(PaperKind.MEMO, one.memo_number, one))
        if one.credit_note_number is not None and (was is None or was.credit_note_number is None):
            found.append(Drawn(PaperKind.CREDIT_NOTE, one.credit_note_number, one))
    return found


def made(
    found: Sequence[Drawn],
    decision: Decision,
    event_ids: Sequence[str],
    series: Mapping[PaperKind, Series],
    config: WorkspaceConfig,
) -> PapersMade:
    """Write the documents of a decision, and say how far their series have moved.

    Args:
        series: As they stood when they were locked.
    """
    state, zone = decision.state, ZoneInfo(config.zone)
    assert state.ret is not None, "documents are of a return"
    after = dict(series)
    papers: list[PaperMade] = []
    for one in found:
        index = _told(decision, one)
        event = decision.events[index]
        after[one.kind] = after[one.kind].drawn(event.at.astimezone(zone).year)
        occasion = Occasion(
            kind=one.kind,
            order=state.order,
            ret=state.ret,
            settlement=one.settlement,
            seller=config.papers.seller(config.name, config.logo, accent_of(config)),
            locale=None if state.ret.gift else state.customer.locale,
            zone=zone,
        )
        papers.append(
            PaperMade(
                settlement=one.settlement.id,
                kind=one.kind,
                number=one.number,
                event_id=event_ids[index],
                body=_ENCODE.encode(sheet_of(occasion, at=event.at, number=one.number)),
            )
        )
    return PapersMade(before=dict(series), after=after, papers=papers)


def _told(decision: Decision, one: Drawn) -> int:
    """Find the event that tells of a document; its persons are who it is for."""
    return next(
        index
        for index, event in enumerate(decision.events)
        if event.type is _TOLD_BY[one.kind]
        and event.snapshot.details.get("settlement") == one.settlement.id
    )
