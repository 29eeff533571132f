"""What the policy's rules for grading make of a unit that somebody looked at."""

from __future__ import annotations

from msgspec.structs import replace

from retour.kernel.status import ReturnStatus
from retour.lifecycle.commands import UnitsJudged
from retour.lifecycle.fold import Fold
from retour.lifecycle.model import Order, OrderLine, Return, ReturnLine, Unit, Verdict
from retour.lifecycle.requests.circumstances import asked_by, facts_of, occasion_of
from retour.lifecycle.requests.offering import terms_for
from retour.policy import legal_floor
from retour.policy.facts import Asked, Occasion, Piece
from retour.policy.inspection import Ruling, judge


def ruled(fold: Fold, unit: Unit, said: UnitsJudged) -> Ruling | None:
    """Ask the rules about a unit; ``None`` where none of them decides, or it is no unit of ours."""
    _, item = places(fold.order, fold.ret, unit)
    return None if item is None else ruled_piece(fold, item.id, _piece(unit, said))


def ruled_piece(fold: Fold, line: str, piece: Piece) -> Ruling | None:
    """Ask the rules about a piece of an order line; ``None`` where none of them decides."""
    whole = asked_by(fold.ret)
    asked = next((one for one in whole.lines if one.line == line), None)
    if asked is None:
        return None
    occasion = occasion_of(fold, whole)
    facts = replace(facts_of(fold.order, [asked])[0], piece=piece)
    return judge(facts, occasion, fold.policy, protected=_is_protected(fold, facts, occasion))


def _piece(unit: Unit, said: UnitsJudged) -> Piece:
    return Piece(
        grade=said.grade or unit.grade,
        condition=said.condition or unit.condition,
        disposition=said.disposition or unit.disposition,
        answers={name: _word(answer) for name, answer in (said.answers or {}).items()},
    )


def _word(answer: str | int | bool) -> str:  # noqa: FBT001 - an answer may be yes or no
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return str(answer)


def _is_protected(fold: Fold, line: Asked, occasion: Occasion) -> bool:
    """Say whether the consumer could withdraw when the return was asked for, or has withdrawn."""
    if fold.ret.legal is not None:
        return True
    terms = terms_for(fold.ret, line.line)
    ground = legal_floor.ground_of(line, None if terms is None else terms.legal_ground)
    asked_at = fold.ret.status_at.get(ReturnStatus.REQUESTED.value, fold.at)
    return ground is None and legal_floor.is_open(
        replace(occasion, at=asked_at), fold.policy.consumer_law
    )


def places(order: Order, ret: Return, unit: Unit) -> tuple[ReturnLine, OrderLine | None]:
    """Give the lines of return and order that a unit belongs to."""
    line = next(line for line in ret.lines if unit in line.units)
    item = next((one for one in order.lines if one.id == line.line), None)
    return line, item


def as_ruled(said: UnitsJudged, ruling: Ruling) -> UnitsJudged:
    """Fill in what the rules decided; what is said beside them stands."""
    return replace(
        said,
        acceptance=ruling.acceptance,
        reason=said.reason or ruling.reason,
        disposition=said.disposition or ruling.disposition,
    )


def with_ruling(verdict: Verdict, ruling: Ruling) -> Verdict:
    """Keep how the rules came to it, each step once."""
    new = tuple(step for step in ruling.trace if step not in verdict.graded)
    return replace(verdict, graded=(*verdict.graded, *new)) if new else verdict
