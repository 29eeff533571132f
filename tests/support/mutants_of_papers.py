"""What may go wrong with memos and credit notes, and which test must notice."""

from __future__ import annotations

from typing import Final

from tests.support.mutants import wrong

_N: Final = "lifecycle.numbering"
_S: Final = "dialects.papers.sheet"
_YEARS: Final = "papers::test_a_yearly_series_begins_anew_and_never_goes_back"
_LINES: Final = "papers::test_every_line_is_written_with_its_price_discount_and_tax"
_RATES: Final = "papers::test_tax_adds_up_by_rate_and_to_what_is_contained"

MUTANTS: Final = (
    wrong(_N, "self.yearly and year > self.year", "self.yearly and year != self.year", _YEARS),
    wrong(_N, "year=max(year, self.year),", "year=year,", _YEARS),
    wrong(_N, "max(year, self.year) if self.yearly else year", "year", _YEARS),
    wrong(
        _N,
        "next=self.first_of(year) + 1,",
        "next=self.first_of(year) + 2,",
        "papers::test_a_series_counts_without_a_gap",
    ),
    wrong(
        "lifecycle.fold",
        "self._series[kind] = series.drawn(year)",
        "series.drawn(year)",
        "lifecycle_numbering::test_two_numbers_of_one_plan_follow_each_other",
    ),
    wrong(
        "lifecycle.money.paying",
        "settlement.credit_note_number is not None or settlement.total == 0",
        "settlement.credit_note_number is not None",
        "lifecycle_numbering::test_nothing_paid_is_nothing_to_credit",
    ),
    wrong(
        "lifecycle.money.paying",
        "settlement.credit_note_number is not None or settlement.total == 0",
        "settlement.total == 0",
        "lifecycle_numbering::test_a_credit_note_stays_whatever_becomes_of_the_money",
    ),
    wrong(_S, "price // count if count and", "price if count and", _LINES),
    wrong(_S, "self.figures.amount(-line.discount)", "self.figures.amount(line.discount)", _LINES),
    wrong(_S, 'said.rstrip("0").rstrip(".")', "said", _RATES),
    wrong(_S, "amount + line.amount, tax + line.tax", "line.amount, line.tax", _RATES),
    wrong(
        _S,
        "if leg.status not in _DEAD:",
        "if leg.status:",
        "papers::test_legs_say_how_it_is_given_back",
    ),
    wrong(
        _S,
        "is_gone and one.credit_note_number is not None",
        "one.credit_note_number is not None",
        "papers::test_a_credit_note_names_those_it_replaces",
    ),
    wrong(
        _S,
        "self.ret.gift and self.kind is PaperKind.MEMO",
        "False",
        "papers::test_who_received_a_gift_is_not_told_what_it_cost",
    ),
    wrong(
        "dialects.papers.figures",
        "format_date(at.astimezone(self._zone).date()",
        "format_date(at.date()",
        "papers::test_a_day_is_the_workspaces",
    ),
)
