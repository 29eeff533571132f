"""A check's answers as people type them: a line each, with the grade it leads to and the words.

``no = D: Does not light up`` is an answer; ``1 to 19 = B: Light scratches`` is a measure, whose
bounds may be left open by ``from 20`` and ``up to 5``.  What leads to no grade stands alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from retour.policy.grading import GRADES

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINE: Final = re.compile(
    r"(?P<said>[^=]+?)\s*(?:=\s*(?P<grade>[A-Da-d])\s*(?::\s*(?P<words>.*))?)?"
)
_BETWEEN: Final = re.compile(r"(-?\d{1,7})\s*(?:to|-|–)\s*(-?\d{1,7})", re.IGNORECASE)
_FROM: Final = re.compile(r"from\s+(-?\d{1,7})", re.IGNORECASE)
_UP_TO: Final = re.compile(r"up\s+to\s+(-?\d{1,7})", re.IGNORECASE)


def written(check: Mapping[str, Any]) -> str:
    """Write a check's answers, or the bounds of its measure, a line each."""
    outcomes: list[dict[str, Any]] = check["outcomes"]
    if not check["answers"]:
        return "\n".join(f"{_bounds(one)} = {_leads(one)}" for one in outcomes)
    leads = {answer: one for one in reversed(outcomes) for answer in one["answers"]}
    return "\n".join(
        f"{answer} = {_leads(leads[answer])}" if answer in leads else answer
        for answer in check["answers"]
    )


def _leads(outcome: Mapping[str, Any]) -> str:
    words = outcome["words"]
    return f"{outcome['grade']}: {words}" if words else str(outcome["grade"])


def _bounds(outcome: Mapping[str, Any]) -> str:
    least, most = outcome["at_least"], outcome["at_most"]
    if most is None:
        return f"from {least}"
    return f"up to {most}" if least is None else f"{least} to {most}"


def read_answers(text: str) -> tuple[dict[str, Any], list[str]]:
    """Read answers that lead to grades: the check's fields, and the lines that cannot be read."""
    answers: list[str] = []
    outcomes: list[dict[str, Any]] = []
    unread: list[str] = []
    for line in _lines(text):
        found = _LINE.fullmatch(line)
        if found is None:
            unread.append(line)
            continue
        answers.append(found["said"])
        if found["grade"]:
            outcomes.append({"answers": [found["said"]], **_grade(found)})
    return {"answers": answers, "outcomes": outcomes}, unread


def read_bounds(text: str) -> tuple[dict[str, Any], list[str]]:
    """Read the bounds of a measure, each with its grade."""
    outcomes: list[dict[str, Any]] = []
    unread: list[str] = []
    for line in _lines(text):
        found = _LINE.fullmatch(line)
        bounds = None if found is None or not found["grade"] else _read_bounds(found["said"])
        if found is None or bounds is None:
            unread.append(line)
        else:
            outcomes.append({**bounds, **_grade(found)})
    return {"answers": [], "outcomes": outcomes}, unread


def _read_bounds(said: str) -> dict[str, int] | None:
    if found := _BETWEEN.fullmatch(said):
        return {"at_least": int(found[1]), "at_most": int(found[2])}
    if found := _FROM.fullmatch(said):
        return {"at_least": int(found[1])}
    if found := _UP_TO.fullmatch(said):
        return {"at_most": int(found[1])}
    return None


def _grade(found: re.Match[str]) -> dict[str, str | None]:
    grade = str(found["grade"]).upper()
    assert grade in GRADES, "the pattern has these letters only"
    return {"grade": grade, "words": (found["words"] or "").strip() or None}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
