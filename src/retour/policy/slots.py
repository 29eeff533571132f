"""What rules can do: every action by its slot, and how it is said in words.

A slot is a question that one rule answers: the first that matches and takes it.  The table is the
whole list; the documents, the simulator and the checks of a policy read it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import msgspec

from retour.policy.model import BonusAsked, FeeAsked, Moment, PolicyRule, Said, Then

ANSWER: Final = "answer"
WINDOW: Final = "window"
KEEP: Final = "keep_item"
OUTCOME: Final = "outcome"
METHOD: Final = "method"
FEE: Final = "fee"
BONUS: Final = "bonus"
PHOTOS: Final = "photos"
DESTINATION: Final = "destination"
SHIPPING: Final = "shipping"
SETTLE: Final = "settle_at"
REASONS: Final = "reason_group"
GROUND: Final = "legal_ground"
ACCEPTANCE: Final = "acceptance"
DEDUCTION: Final = "deduction"
DISPOSITION: Final = "disposition"


class Slot(NamedTuple):
    """A question, the actions of which a rule takes one at most, and when it is asked."""

    name: str
    actions: tuple[str, ...]
    moments: tuple[Moment, ...]
    about: str


_REQUEST: Final = (Moment.REQUEST,)
_GRADING: Final = (Moment.GRADING,)

SLOTS: Final = (
    Slot(ANSWER, ("approve", "review", "reject"), _REQUEST, "whether the line may come back"),
    Slot(ACCEPTANCE, ("accept", "wait", "reject"), _GRADING, "what is granted for the unit"),
    Slot(WINDOW, ("window_days",), _REQUEST, "how many days it may be asked for"),
    Slot(KEEP, ("keep_item", "donate"), _REQUEST, "whether the goods may stay with the customer"),
    Slot(
        OUTCOME,
        ("exclude_outcomes", "force_outcome"),
        _REQUEST,
        "what may be had for the goods",
    ),
    Slot(METHOD, ("exclude_methods", "force_method"), _REQUEST, "how the goods may come back"),
    Slot(FEE, ("fee", "waive_fee"), (*_REQUEST, *_GRADING), "what is kept back of the refund"),
    Slot(BONUS, ("bonus",), _REQUEST, "what store credit would have on top"),
    Slot(PHOTOS, ("photos_required",), _REQUEST, "how many photos are wanted"),
    Slot(DESTINATION, ("destination",), _REQUEST, "which facility the goods go to"),
    Slot(SHIPPING, ("refund_shipping",), _REQUEST, "whether the way out is paid back"),
    Slot(SETTLE, ("settle_at",), _REQUEST, "from which status on money may move"),
    Slot(REASONS, ("reason_group",), _REQUEST, "which reasons are offered"),
    Slot(GROUND, ("legal_ground",), _REQUEST, "why the right of withdrawal does not reach it"),
    Slot(DEDUCTION, ("deduct",), _GRADING, "by how much the unit has lost in value"),
    Slot(DISPOSITION, ("disposition",), _GRADING, "where the unit goes"),
)
"""Every slot there is, in the order in which a trace speaks of them."""

_DEFAULTS: Final = {
    field.name: field.default_factory() if callable(field.default_factory) else field.default
    for field in msgspec.structs.fields(Then)
}
_ACTIONS: Final[Mapping[Moment, tuple[Slot, ...]]] = {
    moment: tuple(slot for slot in SLOTS if moment in slot.moments) for moment in Moment
}


def slots_at(moment: Moment) -> tuple[Slot, ...]:
    """Give the slots that are asked at a moment."""
    return _ACTIONS[moment]


def is_set(then: Then, action: str) -> bool:
    """Say whether a rule takes an action; an empty text takes none."""
    value = getattr(then, action)
    return value not in (_DEFAULTS[action], "", {})


def actions_in(then: Then, slot: Slot) -> tuple[str, ...]:
    """Name the actions of a slot that a rule takes."""
    return tuple(action for action in slot.actions if is_set(then, action))


def kinds_of(rule: PolicyRule) -> tuple[str, ...]:
    """Name the slots a rule takes; one in the short form takes them all."""
    slots = _ACTIONS[rule.at]
    then = rule.then
    if not isinstance(then, Then):
        return tuple(slot.name for slot in slots)
    return tuple(slot.name for slot in slots if actions_in(then, slot))


# ---------------------------------------------------------------- in words


def said_in(words: Said, locale: str | None) -> str:
    """Choose the text for a language: its locale's, its language's, English, else the first."""
    if isinstance(words, str):
        return words
    language = (locale or "").replace("_", "-").partition("-")[0]
    for name in (locale, language, "en"):
        if name in words:
            return words[name]
    return next(iter(words.values()))


def decided(then: Then, slot: str) -> str:
    """Say in words what a rule decides in one slot."""
    action = next(
        one
        for slots in _ACTIONS.values()
        for known in slots
        if known.name == slot
        for one in actions_in(then, known)
    )
    return _WORDS[action](then)


def share_words(asked: FeeAsked | BonusAsked) -> str:
    """Say an amount by currency, or a share."""
    if asked.percent is not None:
        return f"{asked.percent} %"
    return " or ".join(f"{amount} {currency}" for currency, amount in asked.amounts.items())


def _fee_words(then: Then) -> str:
    assert then.fee is not None, "said of rules that set a fee"
    per = " per unit" if then.fee.per == "unit" else ""
    return f"a fee of {share_words(then.fee)}{per}, {said_in(then.fee.label, None)}"


def _bonus_words(then: Then) -> str:
    assert then.bonus is not None, "said of rules that set a bonus"
    return f"store credit has a bonus of {share_words(then.bonus)}"


def _deduct_words(then: Then) -> str:
    assert then.deduct is not None, "said of rules that deduct"
    return f"{then.deduct.percent} % less, {said_in(then.deduct.label, None)}"


_WORDS: Final[Mapping[str, Callable[[Then], str]]] = {
    "approve": lambda _: "approve",
    "review": lambda then: f"review, {_plain(then.review)}",
    "reject": lambda then: f"reject, {_plain(then.reject)}",
    "window_days": lambda then: f"the window is {then.window_days} days",
    "keep_item": lambda then: (
        "the goods may be kept" if then.keep_item else "the goods must come back"
    ),
    "donate": lambda _: "the goods may be given away",
    "exclude_outcomes": lambda then: f"no {' or '.join(then.exclude_outcomes)}",
    "force_outcome": lambda then: f"{then.force_outcome} only",
    "exclude_methods": lambda then: f"not by {' or '.join(then.exclude_methods)}",
    "force_method": lambda then: f"by {then.force_method} only",
    "fee": _fee_words,
    "waive_fee": lambda _: "no fee",
    "bonus": _bonus_words,
    "photos_required": lambda then: f"photos wanted, {then.photos_required}",
    "destination": lambda then: f"the goods go to {then.destination}",
    "refund_shipping": lambda then: (
        "the way out is paid back"
        if then.refund_shipping == "full"
        else "the way out is not paid back"
    ),
    "settle_at": lambda then: f"money moves from {then.settle_at} on",
    "reason_group": lambda then: f"reasons of the group {then.reason_group}",
    "legal_ground": lambda then: f"the right of withdrawal does not reach it, {then.legal_ground}",
    "accept": lambda _: "accept",
    "wait": lambda then: f"wait, {_plain(then.wait)}",
    "deduct": _deduct_words,
    "disposition": lambda then: f"it goes to {then.disposition}",
}


def _plain(words: Said | None) -> str:
    return said_in(words or "", None).rstrip(".")
