"""Two policies held against each other, in words: their settings, and rule by rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retour.policy.wording import in_words
from retour.screens.staff.settings.policies.words import LABELS, as_policy, value_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retour.policy.model import PolicyRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A setting or a rule that is not as it was; None where one of them has none."""

    name: str
    word: str  # added | removed | changed | moved
    was: str | None = None
    now: str | None = None


def settings(was: Mapping[str, Any] | None, now: Mapping[str, Any]) -> list[Changed]:
    """Give the settings that differ."""
    return [
        Changed(
            name=label,
            word="added" if was is None else "changed",
            was=None if was is None else value_words(name, was[name]),
            now=value_words(name, now[name]),
        )
        for name, label in LABELS.items()
        if was is None or was[name] != now[name]
    ]


def rules(was: Mapping[str, Any] | None, now: Mapping[str, Any]) -> list[Changed]:
    """Give the rules that differ, by their ids: those that stay, then those that are gone."""
    before = {} if was is None else _by_name(as_policy(was).rules)
    after = _by_name(as_policy(now).rules)
    kept_was = [name for name in before if name in after]
    kept_now = [name for name in after if name in before]
    moved = _moved(kept_was, kept_now)
    found: list[Changed] = []
    for name, rule in after.items():
        old = before.get(name)
        if old is None:
            found.append(Changed(name=name, word="added", now=in_words(rule)))
        elif old != rule:
            found.append(Changed(name=name, word="changed", was=in_words(old), now=in_words(rule)))
        elif name in moved:
            place = kept_now.index(name)
            words = f"It stands {'first' if place == 0 else f'after {kept_now[place - 1]}'}."
            found.append(Changed(name=name, word="moved", now=words))
    gone = [name for name in before if name not in after]
    return [
        *found,
        *(Changed(name=one, word="removed", was=in_words(before[one])) for one in gone),
    ]


def _by_name(rules: tuple[PolicyRule, ...]) -> dict[str, PolicyRule]:
    return {rule.name: rule for rule in rules}


def _moved(was: list[str], now: list[str]) -> set[str]:
    """Name as few rules as explain the other order: all but a longest run that kept it."""
    places = [was.index(name) for name in now]
    runs: list[list[int]] = []
    for n, place in enumerate(places):
        best = max((runs[m] for m in range(n) if places[m] < place), key=len, default=list[int]())
        runs.append([*best, n])
    kept = max(runs, key=len, default=list[int]())
    return {name for n, name in enumerate(now) if n not in kept}
