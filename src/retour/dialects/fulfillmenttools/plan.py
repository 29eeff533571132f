"""What requests about ItemReturns mean: plans of commands on returns, or why not.

Their API names goods by job, ItemReturn and line; ours by order, return and unit.  Here one becomes
the other.  Whether it may happen is for ``decide`` to say, but for what only their words can get
wrong.  Units are named in a plan only once they exist, so some steps are worked out later.  Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from retour.dialects.fulfillmenttools.ids import line_item_id
from retour.dialects.fulfillmenttools.layout import (
    RETURN_FACILITY,
    SCANNABLE_CODES,
    ItemReturn,
    LineStatus,
    Piece,
    item_returns,
)
from retour.dialects.fulfillmenttools.parse import (
    DecisionReason,
    ItemReturnAction,
    ItemReturnNew,
    LineNew,
    LinePatch,
    ReasonNew,
    wording,
)
from retour.kernel.refusal import Refusal
from retour.lifecycle.commands import (
    Authorize,
    Cancel,
    FinishReceipt,
    Inspect,
    Judgement,
    LineAsked,
    PauseReceipt,
    ReasonGiven,
    Receive,
    Request,
    UnitsJudged,
    UnitsSeen,
)
from retour.lifecycle.decide import Later, Step
from retour.lifecycle.model import (
    Acceptance,
    LineWords,
    Order,
    OrderLine,
    Origin,
    ReceiptStatus,
    Reception,
    Return,
    ReturnStatus,
)

_JUDGED: Final[Mapping[LineStatus, Judgement]] = {
    "ACCEPTED": "accepted",
    "REJECTED": "rejected",
    "WAITING_FOR_INPUT": "waiting_for_input",
}
_HERE: Final = frozenset({"IN_PROGRESS", "WAITING_FOR_INPUT", "FINISHED"})
"""What an ItemReturn is made as where its goods lie in the facility."""
TO_COME: Final = frozenset({"ANNOUNCED", "OPEN"})
"""What an ItemReturn is whose goods have not come."""
_UNLOCKED: Final = frozenset({"OPEN", "IN_PROGRESS"})
"""Jobs that more can come back to."""


class Objection(NamedTuple):
    """Why a request is not carried out, in their form: the fact, then the remedy."""

    status: Literal[400, 403, 404, 409]
    summary: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What surrounds a request about one job.

    Args:
        facilities: Codes by every name a facility goes by.
        reasons: The configured reasons by each of their translations.
        words: What the shopper wrote, by return line.
        locale: The asker's, for words that come in several languages.
    """

    order: Order
    returns: Sequence[Return]
    facilities: Mapping[str, str]
    reasons: Mapping[str, Mapping[str, str]]
    conditions: Mapping[str, Mapping[str, str]]
    words: Mapping[str, LineWords]
    locale: str


class Wished(NamedTuple):
    """A plan and the return it is about; ``None`` where it begins with a request."""

    return_id: str | None
    steps: Sequence[Step]


Answer = Wished | Objection


# ---------------------------------------------------------------- a new ItemReturn


class Listed(NamedTuple):
    """Lines as a body lists them, and whether they are of what the order lets come back."""

    lines: Sequence[LineNew]
    is_returnable: bool = True

    def place(self, index: int) -> str:
        """Say which of the lines is meant, as the body names them."""
        name = "returnedLineItems" if self.is_returnable else "returnedNotReturnableLineItems"
        return f"{name}[{index}]"


class Group(NamedTuple):
    """Lines asked for together: units of one order line that come back for the same reasons."""

    line: OrderLine
    reasons: tuple[ReasonNew, ...]
    units: tuple[LineNew, ...]


def added(known: Known, wanted: ItemReturnNew) -> Answer:
    """Plan a new ItemReturn: announced, or received as far as it says."""
    if known.order.job_status not in _UNLOCKED:
        return Objection(
            409,
            f"The job is {known.order.job_status}.",
            "Nothing more comes back to it. Restart it first (RestartItemReturnJob).",
        )
    if wanted.status not in _HERE | TO_COME:
        return Objection(
            400,
            f"An ItemReturn cannot begin as {wanted.status}.",
            "Add it as ANNOUNCED, OPEN, IN_PROGRESS, WAITING_FOR_INPUT or FINISHED.",
        )
    facility = _facility(known, str(wanted.return_facility_ref))
    if isinstance(facility, Objection):
        return facility
    listed = Listed(wanted.returned_line_items)
    groups = grouped(known, listed)
    if isinstance(groups, Objection):
        return groups
    objection = misjudged(listed, is_to_come=wanted.status in TO_COME)
    if objection is not None:
        return objection
    request = Request(
        order_number=known.order.order_number,
        lines=tuple(asked(known, group) for group in groups),
        origin=Origin.WAREHOUSE if wanted.status in _HERE else Origin.API,
        attributes=_attributes(wanted, facility),
    )
    if wanted.status == "ANNOUNCED":
        return Wished(None, (request,))
    if wanted.status == "OPEN":
        return Wished(None, (request, _opened))
    receive = Receive(units=tuple(_seen(group) for group in groups), facility=facility)
    steps: list[Step] = [request, receive, _judged(known, groups)]
    if wanted.status == "FINISHED":
        steps.append(FinishReceipt())
    return Wished(None, steps)


def _attributes(wanted: ItemReturnNew, facility: str) -> dict[str, str]:
    """Keep of an ItemReturn what a return has no place of its own for."""
    codes = "\n".join(str(code) for code in wanted.scannable_codes)
    return {RETURN_FACILITY: facility, **({SCANNABLE_CODES: codes} if codes else {})}


def _facility(known: Known, ref: str) -> str | Objection:
    code = known.facilities.get(ref)
    if code is not None:
        return code
    return Objection(
        400,
        f"There is no facility {ref!r}.",
        "Name one by the ref that jobs show, by its code or by its external id.",
    )


def grouped(known: Known, listed: Listed) -> list[Group] | Objection:
    """Gather lines of the same order line and reasons, in the order they are first named."""
    groups: list[Group] = []
    for index, line in enumerate(listed.lines):
        sold = _order_line(known, listed, index)
        if isinstance(sold, Objection):
            return sold
        for place, group in enumerate(groups):
            if (group.line.id, group.reasons) == (sold.id, line.reasons):
                groups[place] = group._replace(units=(*group.units, line))
                break
        else:
            groups.append(Group(sold, line.reasons, (line,)))
    return groups


def _order_line(known: Known, listed: Listed, index: int) -> OrderLine | Objection:
    """Find the line of the job that is meant, by its id or by an article that is only one line."""
    line = listed.lines[index]
    order, ref = known.order, line.item_return_job_line_item_ref
    article = None if line.tenant_article_id is None else str(line.tenant_article_id)
    delivered = [one for one in order.lines if one.counters.delivered]
    if ref is None:
        alike = [one for one in delivered if one.sku == article]
        fitting = [one for one in alike if one.returnable is listed.is_returnable]
        if len(fitting) == 1:
            return fitting[0]
        return Objection(
            400,
            f"{listed.place(index)} names no line of the job.",
            "Give itemReturnJobLineItemRef, the id of one of its line items.",
        )
    found = next((one for one in delivered if line_item_id(order.id, one.id) == str(ref)), None)
    if found is None:
        return Objection(
            400,
            f"The job has no line {str(ref)!r}.",
            "Take itemReturnJobLineItemRef from its line items.",
        )
    if article is not None and article != found.sku:
        return Objection(
            400,
            f"{listed.place(index)} names the article {article!r}; its line is of {found.sku!r}.",
            "Leave tenantArticleId out, or name the line that the article is on.",
        )
    return found


def misjudged(listed: Listed, *, is_to_come: bool) -> Objection | None:
    """Refuse statuses of lines that cannot go with the ItemReturn's own."""
    for index, line in enumerate(listed.lines):
        if line.status == "CANCELED":
            return Objection(
                400,
                f"{listed.place(index)} is CANCELED.",
                "What does not come back is no line of an ItemReturn. Leave it out.",
            )
        if line.status in _JUDGED and is_to_come:
            return Objection(
                400,
                f"{listed.place(index)} is {line.status} before its goods have come.",
                "Add it as OPEN, and judge it once the ItemReturn is IN_PROGRESS.",
            )
        if line.status not in _JUDGED and _says_condition(line):
            return Objection(
                400,
                f"{listed.place(index)} has a condition, but nobody has judged it.",
                "Give it with ACCEPTED, REJECTED or WAITING_FOR_INPUT, or leave it out.",
            )
    return None


def _says_condition(line: LineNew) -> bool:
    return (
        line.item_condition is not None
        or line.item_condition_localized is not None
        or line.item_condition_comment is not None
        or line.decision_reason is not None
    )


def asked(known: Known, group: Group) -> LineAsked:
    """Ask for the units of a group, for their reasons."""
    return LineAsked(
        line=group.line.id,
        quantity=len(group.units),
        reasons=tuple(_reason(known, one) for one in group.reasons),
    )


def _reason(known: Known, given: ReasonNew) -> ReasonGiven:
    """Give a reason its words in the asker's language, and the configured translations."""
    localized = given.reason_localized
    if localized is None and given.reason is not None:
        localized = known.reasons.get(given.reason)
    text = given.reason or (wording(localized, known.locale) if localized else "")
    return ReasonGiven(text=text, comment=given.comment, localized=dict(localized or {}))


def _seen(group: Group) -> UnitsSeen:
    """Give what came of a group; codes are the units' own where each has exactly one."""
    codes = [str(unit.scanned_codes[0]) for unit in group.units if unit.scanned_codes]
    serials = tuple(codes) if len(codes) == len(group.units) else ()
    return UnitsSeen(line=group.line.id, quantity=len(group.units), serials=serials)


def _opened(ret: Return) -> Sequence[Authorize]:
    """Let the customer ship, where the policy has not done so already."""
    return (Authorize(),) if ret.status is ReturnStatus.REQUESTED else ()


def _judged(known: Known, groups: Sequence[Group]) -> Later:
    """Judge each unit as its own line says: the return's lines are the groups, in their order."""

    def later(ret: Return) -> Sequence[Inspect]:
        judged = [
            judgement
            for line, group in zip(ret.lines, groups, strict=True)
            for unit, said in zip(line.units, group.units, strict=True)
            if (judgement := _judgement(known, unit.id, said)) is not None
        ]
        return (Inspect(units=tuple(judged)),) if judged else ()

    return later


def _judgement(known: Known, unit: str, said: LineNew) -> UnitsJudged | None:
    acceptance = _JUDGED.get(said.status)
    if acceptance is None:
        return None
    localized = said.item_condition_localized
    if localized is None and said.item_condition is not None:
        localized = known.conditions.get(said.item_condition)
    condition = said.item_condition or (wording(localized, known.locale) if localized else None)
    return UnitsJudged(
        acceptance=acceptance,
        unit=unit,
        condition=condition,
        condition_localized=dict(localized or {}),
        condition_comment=said.item_condition_comment,
        reason=_why(known, said.decision_reason),
    )


def _why(known: Known, given: DecisionReason | None) -> str | None:
    if given is None:
        return None
    words = wording(given.reason_localized, known.locale)
    return f"{words}: {given.comment}" if given.comment else words


# ---------------------------------------------------------------- one line


def judged_anew(known: Known, one: ItemReturn, piece: Piece, patch: LinePatch) -> Answer | None:
    """Plan another judgement of one unit; ``None`` where the patch says none."""
    if patch.status is None and patch.decision_reason is None:
        return None
    if piece.now is None:
        return Objection(
            409,
            "The line was canceled when its return was opened again.",
            "Judge the line that took its place, in another ItemReturn.",
        )
    status = patch.status or piece.status
    acceptance = _JUDGED.get(status)
    if acceptance is None:
        return Objection(
            409,
            f"A line of an ItemReturn cannot become {status} by itself.",
            "Accept it, reject it or have it wait for input; the ItemReturn's actions do the rest.",
        )
    reason = _why(known, patch.decision_reason)
    judged = UnitsJudged(acceptance=acceptance, unit=piece.unit, reason=reason)
    return Wished(one.ret.id, (Inspect(units=(judged,)),))


# ---------------------------------------------------------------- actions


def acted(known: Known, one: ItemReturn, action: ItemReturnAction) -> Answer:
    """Plan one of the named actions; none where the ItemReturn is there already."""
    ret = next(ret for ret in known.returns if ret.id == one.ret.id)
    if _GOAL[action] == one.status and action != "WaitForInputItemReturn":
        return Wished(ret.id, ())
    match action:
        case "OpenItemReturn" if one.status == "ANNOUNCED":
            return Wished(ret.id, (Authorize(),))
        case "StartItemReturn" if one.status in TO_COME:
            return _started(known, ret)
        case "StartItemReturn" if one.status == "PAUSED":
            return Wished(ret.id, (PauseReceipt(receipt=_receipt(one), paused=False),))
        case "PauseItemReturn" if _receipt(one) is not None:
            return Wished(ret.id, (PauseReceipt(receipt=_receipt(one)),))
        case "FinishItemReturn" if _receipt(one) is not None:
            return Wished(ret.id, (FinishReceipt(receipt=_receipt(one)),))
        case "WaitForInputItemReturn" if _receipt(one) is not None:
            return _waiting(ret, one)
        case "CancelItemReturn":
            return canceled(known, one)
        case _:
            return Objection(
                409,
                f"The ItemReturn is {one.status}; {action} does not lead anywhere from there.",
                _REMEDY[action],
            )


_GOAL: Final[Mapping[ItemReturnAction, str]] = {
    "AnnounceItemReturn": "ANNOUNCED",
    "OpenItemReturn": "OPEN",
    "StartItemReturn": "IN_PROGRESS",
    "PauseItemReturn": "PAUSED",
    "FinishItemReturn": "FINISHED",
    "CancelItemReturn": "CANCELED",
    "WaitForInputItemReturn": "WAITING_FOR_INPUT",
}
"""What an ItemReturn is after each action; every action is a key."""

_REMEDY: Final[Mapping[ItemReturnAction, str]] = {
    "AnnounceItemReturn": "Add another ItemReturn as ANNOUNCED.",
    "OpenItemReturn": "Only what is ANNOUNCED can be opened.",
    "StartItemReturn": "Start what is ANNOUNCED, OPEN or PAUSED; add another for what else came.",
    "PauseItemReturn": "Start it first: only what is IN_PROGRESS can be paused.",
    "FinishItemReturn": "Start it first: only what is IN_PROGRESS can be finished.",
    "CancelItemReturn": "Cancel it before it is finished and refunded.",
    "WaitForInputItemReturn": "Start it first: only received goods can wait for input.",
}
"""What to do instead; every action is a key."""


def _receipt(one: ItemReturn) -> str | None:
    """Name the receipt that is worked on, if any."""
    if one.receipt is None or one.receipt.status is not ReceiptStatus.OPEN:
        return None
    return one.receipt.id


def _started(known: Known, ret: Return) -> Answer:
    """Receive everything expected, at the facility it was announced for."""
    sums: dict[str, int] = {}
    for line in ret.lines:
        if line.line is not None:
            expected = sum(unit.reception is Reception.EXPECTED for unit in line.units)
            sums[line.line] = sums.get(line.line, 0) + expected
    units = tuple(
        UnitsSeen(line=line, quantity=quantity) for line, quantity in sums.items() if quantity
    )
    facility = ret.attributes.get(RETURN_FACILITY)
    if facility not in known.facilities.values():
        facility = None
    return Wished(ret.id, (_opened, Receive(units=units, facility=facility)))


def _waiting(ret: Return, one: ItemReturn) -> Answer:
    """Set aside every unit of the ItemReturn that nobody has judged; that ends its pause."""
    here = {piece.unit for piece in one.pieces}
    units = tuple(
        UnitsJudged(acceptance="waiting_for_input", unit=unit.id)
        for line in ret.lines
        for unit in line.units
        if unit.id in here
        and unit.acceptance is Acceptance.PENDING
        and unit.reception is not Reception.EXPECTED
    )
    goes_on = PauseReceipt(receipt=_receipt(one), paused=False)
    return Wished(ret.id, (goes_on, Inspect(units=units)) if units else (goes_on,))


def canceled(known: Known, one: ItemReturn) -> Answer:
    """Plan the end of an ItemReturn: what has come goes back to the customer."""
    if one.status == "CANCELED":
        return Wished(one.ret.id, ())
    alike = [other for other in item_returns(known.returns) if other.ret.id == one.ret.id]
    if len(alike) > 1:
        return Objection(
            409,
            f"Its return came in {len(alike)} ItemReturns, which can only be canceled together.",
            f"Cancel the return {one.ret.rma_number} as a whole, or finish this one.",
        )
    goods = None if one.receipt is None else "send_back"
    return Wished(one.ret.id, (Cancel(reason="ItemReturn canceled", goods=goods),))


def as_objection(refusal: Refusal) -> Objection:
    """Say in their form what ``decide`` refused."""
    fact, stop, remedy = refusal.detail.partition(". ")
    status: Literal[400, 409] = 400 if refusal.is_malformed else 409
    return Objection(status, fact + stop.strip(), remedy)
