"""Asking for a return, answering, and asking for something else: request, authorize, amend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.kernel.status import ReturnStatus
from retour.lifecycle.commands import (
    UNITS_MAX,
    Amend,
    Authorize,
    Context,
    GoodsAsked,
    LineAsked,
    Request,
)
from retour.lifecycle.fold import Fold
from retour.lifecycle.model import (
    Approval,
    EventType,
    GoodsWished,
    LineWords,
    Order,
    OrderLine,
    Origin,
    PolicyRef,
    Return,
    ReturnLine,
    State,
    TicketWords,
    TraceStep,
    Unit,
    Verdict,
)
from retour.lifecycle.money.goods import read_goods
from retour.lifecycle.numbering import rma_number
from retour.lifecycle.photos.picturing import add_to_lines, lacks_photos
from retour.lifecycle.requests.circumstances import asked_by, facts_of, occasion_of, reasons_given
from retour.lifecycle.requests.gift import words_of_recipient
from retour.lifecycle.requests.offering import not_offered
from retour.policy.eligibility import ELIGIBLE, is_ineligible, last_day, said_against
from retour.policy.explaining import Explained, explain
from retour.policy.grounds import judged
from retour.policy.routing import Way, routed, ways_of

_NONE: Mapping[str, int] = {}


def request(fold: Fold, command: Request) -> Refusal | None:
    """Let a return begin, judged by the policy but never refused for being ineligible."""
    refusal = over_asked(fold.order, command.lines, _NONE)
    if refusal is not None:
        return refusal
    verdict = _verdict(fold, command)
    refusal = not_offered(verdict, command)
    if refusal is not None:
        return refusal
    goods = read_goods(fold.order, command.goods)
    if isinstance(goods, Refusal):
        return goods
    birth = fold.context.birth
    ret_id, number = fold.mint("ret"), fold.number()
    if birth is not None and birth.return_id is not None:
        ret_id = birth.return_id
    lines = tuple(_new_line(fold, asked) for asked in command.lines)
    fold.begin(
        Return(
            id=ret_id,
            number=number,
            rma_number=rma_number(number),
            status=ReturnStatus.REQUESTED,
            order_number=fold.order.order_number,
            origin=command.origin,
            policy=PolicyRef(id=fold.policy.id, version=fold.policy.version),
            verdict=verdict,
            outcome=command.outcome,
            method=command.method,
            gift=command.gift is not None,
            goods=tuple(_wished(one) for one in command.goods),
            together_with=command.together_with,
            legal=fold.context.legal,
            lines=lines,
            source=fold.context.source,
            status_at={ReturnStatus.REQUESTED.value: fold.at},
            attributes=command.attributes,
            ticket=None if birth is None else birth.facts,
        ),
        _words(lines, command.lines)
        | ({} if birth is None else about(ret_id, birth.words))
        | _recipient(ret_id, command),
    )
    refusal = add_to_lines(fold, command.lines)
    if refusal is not None:
        return refusal
    fold.say(EventType.RETURN_REQUESTED)
    with fold.as_policy():
        _tell_verdict(fold)
        _answer(fold)
    return None


def _wished(one: GoodsAsked) -> GoodsWished:
    return GoodsWished(
        sku=one.sku, quantity=one.quantity, unit_price=one.unit_price, title=one.title
    )


def _recipient(ret_id: str, command: Request) -> dict[str, LineWords]:
    gift = command.gift
    return {} if gift is None else words_of_recipient(ret_id, gift.email, gift.name)


def _tell_verdict(fold: Fold) -> None:
    """Say what the policy makes of it; what it would approve alone but may not, people review."""
    ret, verdict = fold.ret, fold.ret.verdict
    details: dict[str, str | int | bool | None] = {"eligible": verdict.eligible}
    if _needs_review(fold):
        details["in_review"] = True
        if ret.ticket is not None and not ret.ticket.in_review:
            details["changes"] = "in_review"
            fold.change(ticket=replace(ret.ticket, in_review=True))
    fold.say(EventType.ELIGIBILITY_CHECKED, details)


def _needs_review(fold: Fold) -> bool:
    """Say whether an agent has to look at what otherwise goes by itself."""
    ret = fold.ret
    return (
        fold.policy.approval is Approval.AUTO
        and not ret.verdict.eligible
        and not _is_answered(ret)
        and not _is_turned_down(fold)
    )


def about(ret_id: str, words: TicketWords) -> dict[str, LineWords]:
    """Give what was said about a return as a whole, as it stands among its words."""
    return {} if words == TicketWords() else {ret_id: LineWords(ticket=words)}


def _answer(fold: Fold) -> None:
    """Answer at once what needs no person: a channel has approved already, a policy may say no."""
    if _is_answered(fold.ret):
        let_ship(fold)
    elif _is_turned_down(fold):
        turn_down(fold, " ".join(said_against(fold.ret.verdict)))


def _is_answered(ret: Return) -> bool:
    """Say whether others have said yes already: a channel, or the law."""
    return ret.origin is Origin.CHANNEL or ret.legal is not None


def _is_turned_down(fold: Fold) -> bool:
    """Say whether the policy says no alone; what lies on the dock is dealt with by people."""
    return (
        fold.policy.ineligible == "reject"
        and fold.ret.origin is not Origin.WAREHOUSE
        and is_ineligible(fold.ret.verdict)
    )


def approve(fold: Fold) -> bool:
    """Authorize what the policy finds eligible, where it may do so alone, once photos are there."""
    ret = fold.ret
    if (
        fold.policy.approval is not Approval.AUTO
        or ret.origin is Origin.WAREHOUSE
        or not ret.verdict.eligible
        or lacks_photos(ret)
    ):
        return False
    with fold.as_policy():
        let_ship(fold)
    return True


def let_ship(fold: Fold) -> None:
    """Authorize the return as it is."""
    fold.enter(ReturnStatus.AUTHORIZED)
    fold.say(EventType.RETURN_AUTHORIZED)


def turn_down(fold: Fold, reason: str) -> None:
    """Reject the return whole; its units may be asked for again."""
    fold.put_lines(released(fold.ret.lines))
    fold.change(reject_reason=reason)
    fold.enter(ReturnStatus.REJECTED)
    fold.say(EventType.RETURN_REJECTED)


def released(lines: Sequence[ReturnLine]) -> tuple[ReturnLine, ...]:
    """Give lines whose units no longer count against the order."""
    return tuple(
        replace(line, units=tuple(replace(unit, released=True) for unit in line.units))
        for line in lines
    )


# ---------------------------------------------------------------- authorize


def authorize(fold: Fold, command: Authorize) -> Refusal | None:
    """Let the customer ship what is not refused here; at least one unit must be left."""
    if command.reject:
        lines = _refused(fold.ret, command)
        if isinstance(lines, Refusal):
            return lines
        if not any(line.units for line in lines):
            return refuse(
                RefusalCode.NOTHING_LEFT,
                "Every unit is refused. Reject the return instead, or leave a unit in it.",
                "/reject",
            )
        fold.put_lines(lines)
    let_ship(fold)
    return None


def _refused(ret: Return, command: Authorize) -> tuple[ReturnLine, ...] | Refusal:
    """Take refused units out of their lines, the last ones first."""
    lines = list(ret.lines)
    for index, refusal in enumerate(command.reject):
        places = [place for place, line in enumerate(lines) if is_called(line, refusal.line)]
        if not places:
            return unknown_line(refusal.line, f"/reject/{index}/line", "The return")
        left = refusal.quantity
        for place in reversed(places):
            line = lines[place]
            taken = min(left, len(line.units))
            if taken:
                lines[place] = replace(
                    line,
                    units=line.units[: len(line.units) - taken],
                    refused_quantity=line.refused_quantity + taken,
                    refused_reason=refusal.reason,
                )
                left -= taken
        if left:
            return refuse(
                RefusalCode.NOT_ENOUGH_UNITS,
                f"Line {refusal.line!r} has {refusal.quantity - left} units left to refuse, not"
                f" {refusal.quantity}. Refuse at most those.",
                f"/reject/{index}/quantity",
            )
    return tuple(lines)


def is_called(line: ReturnLine, name: str) -> bool:
    """Say whether ``name`` means this line: by the order's line id, or by the return line's own."""
    return name in (line.line, line.id)


# ---------------------------------------------------------------- amend


def amend(fold: Fold, command: Amend) -> Refusal | None:
    """Replace what is asked for; lines and units that stay keep their ids."""
    ret = fold.ret
    own = Counter[str]()
    for line in ret.lines:
        if line.line is not None:
            own[line.line] += len(line.units)
    refusal = over_asked(fold.order, command.lines, own)
    if refusal is not None:
        return refusal
    kept = list(ret.lines)
    lines = tuple(_amended(fold, kept, asked) for asked in command.lines)
    fold.put_lines(lines)
    whole = {key: said for key, said in fold.words.items() if key == ret.id}
    fold.write(_words(lines, command.lines) | whole)
    anew = replace(asked_by(ret), lines=command.lines)
    verdict = _verdict(fold, anew)
    refusal = not_offered(verdict, anew)
    if refusal is not None:
        return refusal
    refusal = add_to_lines(fold, command.lines)
    if refusal is not None:
        return refusal
    fold.change(verdict=verdict)
    fold.say(EventType.RETURN_AMENDED)
    return None


def _amended(fold: Fold, kept: list[ReturnLine], asked: LineAsked) -> ReturnLine:
    """Give the line asked for, made of the first one kept of the same order line, if any."""
    for place, line in enumerate(kept):
        if line.line == asked.line:
            del kept[place]
            units = line.units[: asked.quantity]
            more = tuple(Unit(id=fold.mint("unt")) for _ in range(asked.quantity - len(units)))
            return replace(
                line,
                quantity=asked.quantity,
                reasons=reasons_given(asked),
                units=units + more,
                refused_quantity=0,
                refused_reason=None,
            )
    return _new_line(fold, asked)


# ---------------------------------------------------------------- lines asked for


def add_lines(fold: Fold, asked: Sequence[LineAsked]) -> None:
    """Let lines join the return; ``over_asked`` has been asked before."""
    if not asked:
        return
    lines = tuple(_new_line(fold, one) for one in asked)
    fold.put_lines(fold.ret.lines + lines)
    fold.write({**fold.words, **_words(lines, asked)})


def over_asked(
    order: Order, asked: Sequence[LineAsked], own: Mapping[str, int], *, beside: int = 0
) -> Refusal | None:
    """Refuse lines the order lacks, and more units than may still be asked back.

    Args:
        own: Units per order line that the return gives back by asking anew.
        beside: Units that stay in the return beside those asked for.
    """
    if beside + sum(one.quantity for one in asked) > UNITS_MAX:
        return too_many_units("/lines")
    known = {line.id: line for line in order.lines}
    sums = Counter[str]()
    for index, one in enumerate(asked):
        line = known.get(one.line)
        if line is None:
            return unknown_line(one.line, f"/lines/{index}/line", "The order")
        sums[one.line] += one.quantity
        room = line.counters.returnable + own.get(one.line, 0)
        if sums[one.line] > room:
            return _too_many(line, sums[one.line], room, index)
    return None


def too_many_units(pointer: str) -> Refusal:
    """Refuse what would make a return too big to be told of in one message."""
    return refuse(
        RefusalCode.TOO_MANY_UNITS,
        f"A return holds at most {UNITS_MAX} units. Ask for several returns.",
        pointer,
    )


def _too_many(line: OrderLine, wanted: int, room: int, index: int) -> Refusal:
    counters = line.counters
    return refuse(
        RefusalCode.OVER_RETURN,
        f"Line {line.id!r}: {wanted} asked back, {room} returnable ({counters.delivered} handed"
        f" over, {counters.requested} in returns). Ask for at most {room}.",
        f"/lines/{index}/quantity",
    )


def unknown_line(name: str, pointer: str, where: str) -> Refusal:
    """Refuse a line by a name that means nothing there."""
    return refuse(
        RefusalCode.UNKNOWN_LINE,
        f"{where} has no line {name!r}. Name a line by its id in the order.",
        pointer,
    )


def _new_line(fold: Fold, asked: LineAsked) -> ReturnLine:
    sold = next(line for line in fold.order.lines if line.id == asked.line)
    mint = fold.mint
    return ReturnLine(
        id=mint("rln"),
        number=fold.number(),
        line=sold.id,
        sku=sold.sku,
        quantity=asked.quantity,
        reasons=reasons_given(asked),
        units=tuple(Unit(id=mint("unt")) for _ in range(asked.quantity)),
    )


def _words(lines: Sequence[ReturnLine], asked: Sequence[LineAsked]) -> dict[str, LineWords]:
    """Give what the shopper wrote, apart from everything else; lines without words are left out."""
    words: dict[str, LineWords] = {}
    for line, one in zip(lines, asked, strict=True):
        first = () if one.reason is None else (None,)
        comments = first + tuple(reason.comment for reason in one.reasons)
        if one.comment is not None or any(comment is not None for comment in comments):
            words[line.id] = LineWords(comment=one.comment, reason_comments=comments)
    return words


# ---------------------------------------------------------------- eligibility


def _verdict(fold: Fold, asked: Request) -> Verdict:
    """Put the policy's question in the policy's own terms; the law's is answered already."""
    lines = tuple(facts_of(fold.order, asked.lines))
    occasion, routing = occasion_of(fold, asked), fold.context.routing
    if fold.context.legal is not None or (fold.has_return and fold.ret.legal is not None):
        return routed(_lawful(asked.lines), lines, occasion, routing)
    fold.grounds, verdict = judged(lines, occasion, fold.policy)
    return routed(verdict, lines, occasion, routing)


def amended_verdict(fold: Fold, lines: Sequence[LineAsked]) -> Verdict:
    """Say what the policy would make of the return with other lines; they are in the order."""
    return _verdict(fold, replace(asked_by(fold.ret), lines=tuple(lines)))


def _lawful(asked: Sequence[LineAsked]) -> Verdict:
    """Let everything through: no rule is asked of who has withdrawn from the contract."""
    words = "The consumer has withdrawn from the contract; no policy is asked."
    steps = (
        TraceStep(rule="legal_basis", verdict=ELIGIBLE, detail=words, line=one.line)
        for one in asked
    )
    return Verdict(eligible=True, trace=tuple(steps))


def verdict_on(state: State, context: Context, command: Request) -> Verdict:
    """Say what the policy would make of a request whose lines are in the order; nothing begins."""
    return _verdict(Fold(state, context), command)


def last_day_on(state: State, context: Context, command: Request) -> date | None:
    """Give the last day on which a request's first line may be asked back; it is in the order."""
    line = facts_of(state.order, command.lines)[0]
    return last_day(line, occasion_of(Fold(state, context), command), state.policy)


def ways_on(state: State, context: Context, command: Request, verdict: Verdict) -> tuple[Way, ...]:
    """Say who sends each line of a request where, under the verdict that it had."""
    fold = Fold(state, context)
    facts = facts_of(state.order, command.lines)
    return ways_of(verdict, facts, occasion_of(fold, command), context.routing)


def explained(state: State, context: Context, command: Request) -> tuple[Explained, ...]:
    """Say what each rule of the policy makes of a request whose lines are in the order."""
    fold = Fold(state, context)
    facts = facts_of(state.order, command.lines)
    return explain(facts, occasion_of(fold, command), state.policy)
