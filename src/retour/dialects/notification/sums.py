"""Sums of money in mails, line by line: of a settlement, and of one that is only foreseen."""

from __future__ import annotations

from datetime import date, tzinfo
from typing import TYPE_CHECKING, Final

import msgspec
from babel.dates import format_date

from retour.dialects.papers.figures import Figures
from retour.dialects.portal.languages import JOURNEY, LANGUAGES
from retour.dialects.withdrawal.words import fill
from retour.kernel.money import format_amount
from retour.lifecycle.model import Order, Settlement

if TYPE_CHECKING:
    from babel import Locale

    from retour.dialects.view import View

_BONUS: Final = "bonus"
"""Its label is ours; the word for it is in the reader's language."""


class Foreseen(msgspec.Struct, frozen=True, kw_only=True):
    """What a return would come to, before anybody has promised it.

    Args:
        settlement: As it would be if everything came back as it is described.
        settles_at: The status from which on money moves.
        pay_by: The last day of the time to pay back, where there is one.
    """

    settlement: Settlement
    settles_at: str
    pay_by: date | None
    zone: tzinfo


def lines_of(
    settlement: Settlement, order: Order | None, figures: Figures, language: str
) -> list[View]:
    """Give a settlement's lines, each with its name and its amount as people write it."""
    kinds = LANGUAGES[language].kinds
    titles = {} if order is None else {sold.id: sold.title for sold in order.lines}
    return [
        {
            "kind": line.kind,
            "line": line.line,
            "label": line.label,
            "name": (None if line.kind == _BONUS else line.label)
            or titles.get(line.line or "")
            or kinds.get(line.kind, line.kind),
            "amount": format_amount(line.amount, settlement.currency),
            "written": figures.money(line.amount),
        }
        for line in settlement.lines
    ]


def foreseen_view(told: Foreseen | None, order: Order | None, locale: Locale) -> View | None:
    """Say what can be expected and when, in the portal's own words; ``None`` of nothing."""
    if told is None:
        return None
    settlement, language = told.settlement, locale.language
    figures = Figures(locale, settlement.currency, told.zone)
    words = JOURNEY[language]
    when = words.paid_when.get(told.settles_at, words.paid_when["processed"])
    if told.pay_by is not None:
        day = format_date(told.pay_by, "full", locale=locale)
        when = f"{when}, {fill(words.paid_by, day=day)}"
    return {
        "kind": settlement.kind.value,
        "name": LANGUAGES[language].outcomes.get(settlement.kind.value),
        "total": format_amount(settlement.total, settlement.currency),
        "total_written": figures.money(settlement.total),
        "currency": settlement.currency,
        "pay_by": None if told.pay_by is None else told.pay_by.isoformat(),
        "when": f"{when}.",
        "lines": lines_of(settlement, order, figures, language),
    }
