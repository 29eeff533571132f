"""What a shopper filled in, read into a basket; or what is wrong with it, field by field."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from retour.desk.messages import is_address
from retour.desk.portal.basket import Wanted
from retour.desk.portal.finding import NUMBER_LENGTH_MAX, PROOF_LENGTH_MAX
from retour.desk.withdrawals.page import clean
from retour.dialects.withdrawal.words import fill
from retour.screens.forms import count_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from retour.desk.portal.basket import Basket
    from retour.desk.portal.choosing import Choice
    from retour.desk.portal.offering import Row
    from retour.desk.portal.wishes import Wishes
    from retour.dialects.portal.journey_words import JourneyWords
    from retour.dialects.portal.words import Words

COMMENT_LENGTH_MAX: Final = 1000
EMAIL_LENGTH_MAX: Final = 320
_QUANTITY_MAX: Final = 999
_EXCHANGE: Final = "exchange"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """The first form: which order, what proves that it is theirs, and whether it was a gift."""

    number: str = ""
    proof: str = ""
    is_gift: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A basket as filled in, and what is wrong with it by field."""

    basket: Basket
    wrong: dict[str, str] = field(default_factory=dict[str, str])


def sought(fields: Mapping[str, str]) -> Sought:
    """Read the first form."""
    return Sought(
        number=clean(fields.get("number", "")),
        proof=clean(fields.get("proof", "")),
        is_gift=bool(fields.get("gift")),
    )


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


def chosen(
    basket: Basket,
    rows: Iterable[Row],
    fields: Mapping[str, str],
    words: Words,
    more: JourneyWords,
) -> Filled:
    """Read how many of which item; why they come back stays as it was said before."""
    before = {(one.order, one.line): one for one in basket.wanted}
    wanted: list[Wanted] = []
    for row in rows:
        count = min(count_in(fields.get(row.name, "")), row.most, _QUANTITY_MAX)
        if count and row.is_open:
            kept = before.get((row.order, row.line)) or Wanted(row.line, count, order=row.order)
            wanted.append(replace(kept, quantity=count))
    filled = replace(basket, wanted=tuple(wanted))
    wrong = {} if wanted else {"items": words.no_items}
    if basket.is_gift:
        email = clean(fields.get("gift_email", ""))[:EMAIL_LENGTH_MAX]
        filled = replace(filled, gift=email)
        if not is_address(email):
            wrong["gift_email"] = more.no_email
    return Filled(basket=filled, wrong=wrong)


def explained(
    basket: Basket,
    titles: Sequence[str],
    fields: Mapping[str, str],
    words: Words,
    offered: Mapping[str, str],
    *,
    wordy: Collection[str] = (),
) -> Filled:
    """Read why each item comes back; a reason is needed, more words only for some.

    Where one reason stands for all of them, the first item's does.
    """
    wrong: dict[str, str] = {}
    wanted: list[Wanted] = []
    is_same = bool(fields.get("same"))
    for place, one in enumerate(basket.wanted):
        of = 0 if is_same else place
        reason = fields.get(f"reason_{of}", "")
        comment = clean(fields.get(f"comment_{of}", ""))
        if reason not in offered and of == place:
            wrong[f"reason_{place}"] = fill(words.no_reason, title=titles[place])
        if len(comment) > COMMENT_LENGTH_MAX and of == place:
            wrong[f"comment_{place}"] = fill(words.too_long, n=str(COMMENT_LENGTH_MAX))
        elif reason in wordy and not comment and of == place:
            wrong[f"comment_{place}"] = fill(words.no_words, title=titles[place])
        known = reason if reason in offered else None
        wanted.append(replace(one, reason=known, comment=comment[: 2 * COMMENT_LENGTH_MAX]))
    return Filled(basket=replace(basket, wanted=tuple(wanted)), wrong=wrong)


def wished(basket: Basket, wishes: Wishes, fields: Mapping[str, str], words: Words) -> Filled:
    """Read what is wished among what is offered."""
    outcome, method = fields.get("outcome", ""), fields.get("method", "")
    wrong: dict[str, str] = {}
    if outcome not in wishes.outcomes:
        wrong["outcome"] = words.no_outcome
    if method not in wishes.methods and (wishes.must_choose or method) and wishes.methods:
        wrong["method"] = words.no_method
    filled = replace(
        basket,
        outcome=outcome if outcome in wishes.outcomes else None,
        method=method if method in wishes.methods else None,
    )
    return Filled(basket=filled, wrong=wrong)


def instead(
    basket: Basket,
    choices: Sequence[Sequence[Choice]],
    fields: Mapping[str, str],
    more: JourneyWords,
) -> Filled:
    """Read which goods are wanted instead; what is sold out may be waited for."""
    wrong: dict[str, str] = {}
    wanted: list[Wanted] = []
    for place, (one, offered) in enumerate(zip(basket.wanted, choices, strict=True)):
        sku = fields.get(f"instead_{place}", "")
        known = sku if any(choice.sku == sku for choice in offered) else None
        if known is None:
            wrong[f"instead_{place}"] = more.no_goods
        wanted.append(replace(one, instead=known))
    return Filled(basket=replace(basket, wanted=tuple(wanted)), wrong=wrong)


def is_complete(basket: Basket) -> bool:
    """Say whether nothing is missing any more."""
    explained = all(one.reason is not None for one in basket.wanted)
    is_exchange = basket.outcome == _EXCHANGE
    has_goods = not is_exchange or all(one.instead is not None for one in basket.wanted)
    return (
        bool(basket.wanted)
        and explained
        and basket.outcome is not None
        and has_goods
        and basket.gift != ""
    )
