"""Deep links: one return's authorisation, opened by whoever holds its link and decided there.

The link is the right: signed, for this one purpose, for two weeks, as long as the return waits for
an answer.  Looking changes nothing, so whatever opens a mail's links before its reader does no
harm; deciding is the same command as anywhere, given by an agent through the link.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retour.desk.execute import Asked, execute
from retour.desk.outcome import Done, Refused
from retour.dialects.notification.alert import comment_of, printed_rma_number
from retour.lifecycle.commands import Authorize, Reject
from retour.lifecycle.model import Actor, ActorKind, Customer, LineWords, ReturnStatus
from retour.policy.eligibility import ELIGIBLE
from retour.store.links import AUTHORIZE, FOLLOW, Right, read_token
from retour.store.loading import LoadKey, load

if TYPE_CHECKING:
    from datetime import datetime

    from retour.desk.house import House
    from retour.lifecycle.model import Order, Return
    from retour.store.loading import Loaded

ACTOR: Final = Actor(kind=ActorKind.AGENT, id="link")
SOURCE: Final = "link"
REASON_LENGTH_MAX: Final = 1000
_SAMPLE: Final = "sample"
"""What stands for a right where a link is only shown, as in previews."""
_CHANGED: Final = "The return was changed after this page was opened. Look at it again."
_NO_REASON: Final = "A rejection needs a reason. Say it in a sentence the customer will read."
_LONG_REASON: Final = f"The reason is longer than {REASON_LENGTH_MAX} characters. Shorten it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of what is asked back, as people read it."""

    title: str
    sku: str
    quantity: int
    reason: str | None
    comment: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What somebody must know of a return to answer it; ``findings`` are the policy's doubts."""

    merchant: str
    reference: str
    order_number: str
    customer: Customer
    asked_at: datetime | None
    lines: tuple[Line, ...]
    is_eligible: bool
    findings: tuple[str, ...]
    version: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """We gave no such link, or its return is no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """The link was good until then."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The return has its answer, here or elsewhere; since when it stands where it stands."""

    facts: Facts
    status: ReturnStatus
    at: datetime | None
    reject_reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The return waits; ``wrong`` says why an answer just given was not taken."""

    facts: Facts
    wrong: str | None = None


Seen = Unknown | Expired | Decided | Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """An answer: a reason for no, none for yes; ``version`` is what its giver was shown."""

    is_yes: bool
    reason: str = ""
    version: int


def sample_link(base: str) -> str:
    """Give an address that looks like a link and opens nothing."""
    return f"{base}/{AUTHORIZE}/{_SAMPLE}"


def sample_follow(base: str) -> str:
    """Give an address that looks like a customer's link and opens nothing."""
    return f"{base}/{FOLLOW}/{_SAMPLE}"


async def look(house: House, text: str) -> Seen:
    """Say what a link leads to now; changes nothing."""
    right = read_token(house.vault, AUTHORIZE, text)
    if right is None:
        return Unknown()
    return await _look(house, right)


async def _look(house: House, right: Right, wrong: str | None = None) -> Seen:
    wanted = LoadKey(workspace_id=right.workspace_id, return_id=right.return_id)
    loaded = await load(await house.database.pool(), wanted)
    config = await house.configs.recent(right.workspace_id)
    if loaded is None or loaded.state is None or loaded.state.ret is None or config is None:
        return Unknown()
    if loaded.at >= right.until:
        return Expired(until=right.until)
    ret, facts = loaded.state.ret, _facts(loaded, config.name)
    if ret.status is ReturnStatus.REQUESTED:
        return Waiting(facts=facts, wrong=wrong)
    at = ret.status_at.get(ret.status.value)
    return Decided(facts=facts, status=ret.status, at=at, reject_reason=ret.reject_reason)


async def answer(house: House, text: str, verdict: Verdict) -> Seen:
    """Give the return its answer; ``Waiting`` says why it was not taken.

    Raises:
        Busy: The order is being changed by many at once; nothing was written.
    """
    right = read_token(house.vault, AUTHORIZE, text)
    if right is None:
        return Unknown()
    reason = verdict.reason.strip()
    before = await _look(house, right)
    if not isinstance(before, Waiting):
        return before
    if not verdict.is_yes and not reason:
        return Waiting(facts=before.facts, wrong=_NO_REASON)
    if len(reason) > REASON_LENGTH_MAX:
        return Waiting(facts=before.facts, wrong=_LONG_REASON)
    outcome = await execute(
        house,
        Asked(
            workspace_id=right.workspace_id,
            return_id=right.return_id,
            plan=[Authorize() if verdict.is_yes else Reject(reason=reason)],
            actor=ACTOR,
            source=SOURCE,
            if_match=verdict.version,
        ),
    )
    match outcome:
        case Done():
            wrong = None
        case Refused(refusal=refusal):
            wrong = refusal.detail
        case _:
            wrong = _CHANGED
    return await _look(house, right, wrong)


def _facts(loaded: Loaded, merchant: str) -> Facts:
    state = loaded.state
    assert state is not None
    assert state.ret is not None
    ret = state.ret
    return Facts(
        merchant=merchant,
        reference=printed_rma_number(ret) or str(ret.number),
        order_number=ret.order_number,
        customer=state.customer,
        asked_at=ret.status_at.get(ReturnStatus.REQUESTED.value),
        lines=_lines(ret, state.order, state.words),
        is_eligible=ret.verdict.eligible,
        findings=tuple(
            dict.fromkeys(step.detail for step in ret.verdict.trace if step.verdict != ELIGIBLE)
        ),
        version=loaded.return_version,
    )


def _lines(ret: Return, order: Order, words: dict[str, LineWords]) -> tuple[Line, ...]:
    titles = {line.id: line.title for line in order.lines}
    nothing = LineWords()
    return tuple(
        Line(
            title=titles.get(line.line or "") or line.sku,
            sku=line.sku,
            quantity=line.quantity,
            reason=line.reasons[0].text if line.reasons else None,
            comment=comment_of(words.get(line.id, nothing)),
        )
        for line in ret.lines
    )
