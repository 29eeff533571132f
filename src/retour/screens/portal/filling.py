"""What a shopper filled in, read into a basket; or what is wrong with it, field by field."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from retour.desk.portal.basket import Wanted
from retour.desk.portal.finding import NUMBER_LENGTH_MAX, PROOF_LENGTH_MAX
from retour.desk.withdrawals.page import clean
from retour.dialects.withdrawal.words import fill
from retour.screens.forms import count_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from retour.desk.portal.basket import Basket
    from retour.desk.portal.offering import Row
    from retour.desk.portal.wishes import Wishes
    from retour.dialects.portal.words import Words

COMMENT_LENGTH_MAX: Final = 1000
_QUANTITY_MAX: Final = 999


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """The first form: which order, and what proves that it is theirs."""

    number: str = ""
    proof: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A basket as filled in, and what is wrong with it by field."""

    basket: Basket
    wrong: dict[str, str] = field(default_factory=dict[str, str])


def sought(fields: Mapping[str, str]) -> Sought:
    """Read the first form."""
    return Sought(number=clean(fields.get("number", "")), proof=clean(fields.get("proof", "")))


def wrong_with(said: Sought, words: Words) -> dict[str, str]:
    """Say what is missing of the first form."""
    wrong: dict[str, str] = {}
    for name, value, most, empty in (
        ("number", said.number, NUMBER_LENGTH_MAX, words.no_number),
        ("proof", said.proof, PROOF_LENGTH_MAX, words.no_proof),
    ):
        if not value:
            wrong[name] = empty
        elif len(value) > most:
            wrong[name] = fill(words.too_long, n=str(most))
    return wrong


def chosen(basket: Basket, rows: Iterable[Row], fields: Mapping[str, str], words: Words) -> Filled:
    """Read how many of which item; why they come back stays as it was said before."""
    before = {one.line: one for one in basket.wanted}
    wanted: list[Wanted] = []
    for row in rows:
        count = min(count_in(fields.get(row.name, "")), row.most, _QUANTITY_MAX)
        if count and row.is_open:
            kept = before.get(row.line) or Wanted(row.line, count)
            wanted.append(replace(kept, quantity=count))
    filled = replace(basket, wanted=tuple(wanted))
    return Filled(basket=filled, wrong={} if wanted else {"items": words.no_items})


def explained(
    basket: Basket, titles: Mapping[str, str], fields: Mapping[str, str], words: Words
) -> Filled:
    """Read why each item comes back; a reason is needed, more words are not."""
    wrong: dict[str, str] = {}
    wanted: list[Wanted] = []
    for place, one in enumerate(basket.wanted):
        reason = fields.get(f"reason_{place}", "")
        comment = clean(fields.get(f"comment_{place}", ""))
        if reason not in words.reasons:
            wrong[f"reason_{place}"] = fill(words.no_reason, title=titles.get(one.line, one.line))
        if len(comment) > COMMENT_LENGTH_MAX:
            wrong[f"comment_{place}"] = fill(words.too_long, n=str(COMMENT_LENGTH_MAX))
        known = reason if reason in words.reasons else None
        wanted.append(replace(one, reason=known, comment=comment[: 2 * COMMENT_LENGTH_MAX]))
    return Filled(basket=replace(basket, wanted=tuple(wanted)), wrong=wrong)


def wished(basket: Basket, wishes: Wishes, fields: Mapping[str, str], words: Words) -> Filled:
    """Read what is wished among what is offered."""
    outcome, method = fields.get("outcome", ""), fields.get("method", "")
    wrong: dict[str, str] = {}
    if outcome not in wishes.outcomes:
        wrong["outcome"] = words.no_outcome
    if wishes.methods and method not in wishes.methods:
        wrong["method"] = words.no_method
    filled = replace(
        basket,
        outcome=outcome if outcome in wishes.outcomes else None,
        method=method if method in wishes.methods else None,
    )
    return Filled(basket=filled, wrong=wrong)


def is_complete(basket: Basket) -> bool:
    """Say whether nothing is missing any more."""
    explained = all(one.reason is not None for one in basket.wanted)
    return bool(basket.wanted) and explained and basket.outcome is not None
