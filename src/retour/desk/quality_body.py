"""When a second pair of eyes must look, as policies and grading sets are put with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from retour.dialects.view import View
from retour.kernel.money import EXPONENTS, parse_amount
from retour.kernel.problems import FieldError
from retour.lifecycle.bodies import Amount, Body, Word
from retour.policy.grading import QualityRule

Grade = Literal["A", "B", "C", "D"]


class OverBody(Body):
    """A price from which on somebody looks twice."""

    currency: Word
    at_least: Amount


class QualityBody(Body):
    """When a second pair of eyes must look: any of these is enough."""

    over: OverBody | None = None
    grades: Annotated[tuple[Grade, ...], Meta(max_length=4)] = ()
    sample_percent: Annotated[int, Meta(ge=0, le=100)] = 0


def quality_wrong(quality: QualityBody | None) -> Iterator[FieldError]:
    """Find what cannot be carried out, by its place."""
    over = None if quality is None else quality.over
    if over is None:
        return
    if over.currency not in EXPONENTS:
        detail = f"{over.currency!r} is no currency of ISO 4217. Give one such as EUR."
        yield FieldError(pointer="/quality_check/over/currency", code="bad_value", detail=detail)
    elif parse_amount(over.at_least, over.currency) is None:
        detail = f"{over.at_least!r} is no amount of {over.currency}. Give one such as 100.00."
        yield FieldError(pointer="/quality_check/over/at_least", code="bad_value", detail=detail)


def quality_view(quality: QualityRule | None) -> View | None:
    """Show it as it was put, with what was left out."""
    if quality is None:
        return None
    over = quality.over
    return {
        "over": None if over is None else {"currency": over.currency, "at_least": over.at_least},
        "grades": list(quality.grades),
        "sample_percent": quality.sample_percent,
    }
