"""What in a policy could never be carried out, found before it comes into force.

Pointers go into the policy as it was put; every detail says what to do instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from retour.kernel.money import EXPONENTS, parse_amount
from retour.kernel.problems import FieldError
from retour.kernel.status import ReturnStatus
from retour.policy.conditions import (
    SHARES,
    AmountSpan,
    DateSpan,
    Span,
    UnitWhen,
    Wanted,
    When,
    limits,
    named,
)
from retour.policy.legal_floor import LegalGround
from retour.policy.model import (
    METHODS,
    BonusAsked,
    FeeAsked,
    Moment,
    Outcome,
    Policy,
    PolicyRule,
    Then,
)
from retour.policy.percent import basis_points
from retour.policy.rules import Ready, laid_out
from retour.policy.slots import SLOTS, actions_in, is_set, slots_at

_NO_OUTCOME: Final = "The rule leaves no outcome of those the policy offers. Leave one of them."
_NO_METHOD: Final = "The rule leaves no way to send goods back. Leave one of them."
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "request.shares": SHARES,
    "request.outcomes": tuple(one.value for one in Outcome),
    "request.methods": METHODS,
    "item.legal_grounds": tuple(one.value for one in LegalGround),
}
"""Conditions that only closed words can fulfil."""


def policy_contradictions(policy: Policy) -> Iterator[FieldError]:
    """Find what is wrong with a policy whole, its rules among it."""
    yield from _phases_wrong(policy)
    yield from contradictions(policy.rules)
    for place, rule in enumerate(policy.rules):
        if isinstance(rule.then, Then):
            yield from _offer_wrong(rule.then, policy, f"/rules/{place}/then")


def contradictions(rules: Sequence[PolicyRule]) -> Iterator[FieldError]:
    """Find what no request could ever carry out; pointers go into the policy."""
    seen: dict[str, int] = {}
    ready = {moment: laid_out(rules, moment) for moment in Moment}
    for place, rule in enumerate(rules):
        if not isinstance(rule.then, Then):
            continue
        at = f"/rules/{place}"
        earlier = seen.setdefault(rule.name, place)
        if earlier != place:
            yield _wrong(
                f"{at}/id",
                "duplicate",
                f"Rule {earlier + 1} is called {rule.name!r} too. Give each rule its own id.",
            )
        yield from _actions_wrong(rule.then, rule.at, f"{at}/then")
        yield from _amounts_of(rule.then, f"{at}/then")
        yield from _moment_wrong(rule, at)
        yield from _spans_wrong(rule.when, f"{at}/when")
        yield from _never_reached(ready[rule.at], rule, place)


def _wrong(pointer: str, code: str, detail: str) -> FieldError:
    return FieldError(pointer=pointer, code=code, detail=detail)


def _contradictory(pointer: str, detail: str) -> FieldError:
    return _wrong(pointer, "contradictory", detail)


# ---------------------------------------------------------------- the policy whole


def _phases_wrong(policy: Policy) -> Iterator[FieldError]:
    """Find settings for phases that are off."""
    unreached = {
        ReturnStatus.SHIPPED: policy.phases.logistics,
        ReturnStatus.TRACKED: policy.phases.logistics,
        ReturnStatus.RECEIVED: policy.phases.processing,
    }
    starts = [("/settle_at", policy.settle_at)]
    for place, rule in enumerate(policy.rules):
        if isinstance(rule.then, Then) and rule.then.settle_at is not None:
            starts.append((f"/rules/{place}/then/settle_at", rule.then.settle_at))
    for pointer, status in starts:
        if not unreached.get(status, True):
            yield _contradictory(
                pointer,
                f"No return is ever {status} while its phase is off. Name another status, or"
                " switch the phase on.",
            )
    if not policy.phases.processing:
        for place, rule in enumerate(policy.rules):
            if rule.at is Moment.GRADING:
                yield _contradictory(
                    f"/rules/{place}/at",
                    "Nothing is graded while the phase processing is off. Switch it on, or take"
                    " the rule out.",
                )


def _offer_wrong(then: Then, policy: Policy, at: str) -> Iterator[FieldError]:
    """Find rules that leave the customer nothing, or force what the policy does not offer."""
    if then.force_outcome is not None and then.force_outcome not in policy.outcomes:
        yield _contradictory(
            f"{at}/force_outcome",
            f"The policy does not offer {then.force_outcome}. Add it to outcomes.",
        )
    if then.exclude_outcomes and set(policy.outcomes) <= set(then.exclude_outcomes):
        yield _contradictory(f"{at}/exclude_outcomes", _NO_OUTCOME)
    ways = policy.methods or METHODS
    if then.force_method is not None and then.force_method not in ways:
        yield _contradictory(
            f"{at}/force_method",
            f"The policy does not offer {then.force_method}. Add it to methods.",
        )
    if then.exclude_methods and set(ways) <= set(then.exclude_methods):
        yield _contradictory(f"{at}/exclude_methods", _NO_METHOD)


# ---------------------------------------------------------------- what a rule does


def _actions_wrong(then: Then, moment: Moment, at: str) -> Iterator[FieldError]:
    taken = 0
    here = slots_at(moment)
    for slot in here:
        actions = actions_in(then, slot)
        taken += len(actions)
        if len(actions) > 1:
            yield _contradictory(
                f"{at}/{actions[1]}",
                f"One rule cannot {' and '.join(actions)} at once. Keep one of them.",
            )
    known = {action for slot in here for action in slot.actions}
    for slot in SLOTS:
        for action in slot.actions:
            if action not in known and is_set(then, action):
                taken += 1
                other = slot.moments[0]
                yield _contradictory(
                    f"{at}/{action}",
                    f"{action} is decided at {other}. Say at: {other}, or take it out.",
                )
    if not taken:
        yield _contradictory(at, "The rule does nothing. Give it an action.")


def _moment_wrong(rule: PolicyRule, at: str) -> Iterator[FieldError]:
    if rule.at is Moment.REQUEST and rule.when.unit != UnitWhen():
        yield _contradictory(
            f"{at}/when/unit",
            "Nobody has seen a unit when a return is asked for. Say at: grading, or take it out.",
        )


def _amounts_of(then: Then, at: str) -> Iterator[FieldError]:
    """Find fees, bonuses and deductions that cannot be read."""
    if then.fee is not None:
        yield from _charge_wrong(then.fee, f"{at}/fee", most=100)
    if then.bonus is not None:
        yield from _charge_wrong(then.bonus, f"{at}/bonus", most=None)
    if then.deduct is not None:
        yield from _percent_wrong(then.deduct.percent, f"{at}/deduct/percent", most=100)


def _charge_wrong(
    asked: FeeAsked | BonusAsked, at: str, *, most: int | None
) -> Iterator[FieldError]:
    if (asked.percent is None) == (not asked.amounts):
        yield _contradictory(at, "Give either amounts by currency or a percent.")
    if asked.percent is not None:
        yield from _percent_wrong(asked.percent, f"{at}/percent", most=most)
    for currency, amount in asked.amounts.items():
        pointer = f"{at}/amounts/{currency}"
        if currency not in EXPONENTS:
            yield _unknown_currency(currency, pointer)
            continue
        read = parse_amount(amount, currency)
        if read is None or read <= 0:
            yield _wrong(
                pointer,
                "bad_amount",
                f"{amount!r} is no amount of {currency}: give a decimal string above zero.",
            )


def _percent_wrong(percent: str, pointer: str, *, most: int | None) -> Iterator[FieldError]:
    points = basis_points(percent)
    if points is None or points == 0 or (most is not None and points > most * 100):
        up_to = "" if most is None else f", at most {most}"
        yield _wrong(
            pointer,
            "bad_percent",
            f"{percent!r} is no share: give a decimal string such as '12.5', above zero{up_to},"
            " with two decimals at most.",
        )


def _unknown_currency(currency: str, pointer: str) -> FieldError:
    detail = f"{currency!r} is no ISO 4217 currency; give a code such as 'EUR'."
    return _wrong(pointer, "unknown_currency", detail)


# ---------------------------------------------------------------- when a rule speaks


def _spans_wrong(when: When, at: str) -> Iterator[FieldError]:
    for name, wanted in named(when).items():
        pointer = f"{at}/{name.replace('.', '/')}"
        match wanted:
            case Span():
                yield from _ends_wrong(wanted.at_least, wanted.at_most, pointer)
            case DateSpan():
                least, most = (
                    None if day is None else day.toordinal()
                    for day in (wanted.at_least, wanted.at_most)
                )
                yield from _ends_wrong(least, most, pointer)
            case AmountSpan():
                yield from _amount_span_wrong(wanted, pointer)
            case tuple():
                yield from _words_wrong(wanted, _WORDS.get(name), pointer)
            case _:
                pass


def _words_wrong(
    wanted: Sequence[str], known: tuple[str, ...] | None, pointer: str
) -> Iterator[FieldError]:
    for place, word in enumerate(wanted):
        if known is not None and word not in known:
            yield _wrong(
                f"{pointer}/{place}",
                "bad_value",
                f"{word!r} is none of {', '.join(known)}. Give one of them.",
            )


def _ends_wrong(least: int | None, most: int | None, pointer: str) -> Iterator[FieldError]:
    if least is None and most is None:
        yield _contradictory(pointer, "The span has no end. Give at_least, at_most or both.")
    elif least is not None and most is not None and least > most:
        yield _contradictory(
            pointer,
            "Nothing is at least the one and at most the other. Exchange at_least and at_most.",
        )


def _amount_span_wrong(span: AmountSpan, pointer: str) -> Iterator[FieldError]:
    if span.currency not in EXPONENTS:
        yield _unknown_currency(span.currency, f"{pointer}/currency")
        return
    least, most = limits(span)
    unread = False
    for name, text, read in (
        ("at_least", span.at_least, least),
        ("at_most", span.at_most, most),
    ):
        if text is not None and (read is None or read < 0):
            unread = True
            yield _wrong(
                f"{pointer}/{name}",
                "bad_amount",
                f"{text!r} is no amount of {span.currency}: give a decimal string of zero or more.",
            )
    if not unread:
        yield from _ends_wrong(least, most, pointer)


def _never_reached(rules: Sequence[Ready], rule: PolicyRule, place: int) -> Iterator[FieldError]:
    """Find a rule whose every slot is taken by earlier rules wherever it matches."""
    here = next(nth for nth, one in enumerate(rules) if one.rule is rule)
    asked, kinds = rules[here].asked, rules[here].kinds
    taken: set[str] = set()
    for earlier in rules[:here]:
        if _asks_no_more(earlier.asked, asked):
            taken.update(earlier.kinds)
    if kinds and taken.issuperset(kinds):
        yield _contradictory(
            f"/rules/{place}",
            f"The rule {rule.name!r} can never speak: wherever it matches, earlier rules have"
            " spoken. Put it before them, or take it out.",
        )


def _asks_no_more(earlier: Mapping[str, Wanted], later: Mapping[str, Wanted]) -> bool:
    """Say whether the earlier conditions hold wherever the later ones do."""
    for name, wanted in earlier.items():
        other = later.get(name)
        if isinstance(wanted, tuple) and isinstance(other, tuple):
            if not set(other) <= set(wanted):
                return False
        elif wanted != other:
            return False
    return True
