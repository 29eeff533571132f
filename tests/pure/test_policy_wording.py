"""Every rule can be said in words, and the words say what the rule does."""

from __future__ import annotations

import pytest

from retour.desk.policies import examples
from retour.policy.conditions import (
    TABLE,
    AmountSpan,
    ItemWhen,
    OrderWhen,
    RequestWhen,
    Span,
    When,
)
from retour.policy.model import FeeAsked, PolicyRule, Then
from retour.policy.wording import CONDITION_WORDS, in_words


def test_every_condition_has_words() -> None:
    assert set(CONDITION_WORDS) == set(TABLE)


@pytest.mark.parametrize("name", examples.texts())
def test_every_example_is_said(name: str) -> None:
    for rule in examples.example(name).rules:
        assert in_words(rule).endswith("."), rule


def test_a_rule_is_a_sentence() -> None:
    rule = PolicyRule(
        name="dear",
        when=When(
            item=ItemWhen(unit_price=AmountSpan(currency="EUR", at_least="500.00")),
            request=RequestWhen(reasons=("broken", "wrong_item"), quantity=Span(at_most=2)),
        ),
        then=Then(review="We look at it.", window_days=60),
    )
    assert in_words(rule) == (
        "When one piece costs at least 500.00 EUR and the reason is broken or wrong item and"
        " pieces of the item are at most 2: have a person look: “We look at it.”; the window is"
        " 60 days."
    )
    always = PolicyRule(name="label", then=Then(waive_fee=True))
    assert in_words(always) == "Always: no fee."
    short = PolicyRule(name="no socks", then="ineligible", skus=("SOCK",), window_days=7)
    assert in_words(short) == "When the SKU is SOCK: reject it; the window is 7 days."


def test_a_merchant_s_own_words_are_quoted() -> None:
    fee = FeeAsked(label={"de": "Etikett", "en": "Label"}, amounts={"EUR": "2.95"}, per="unit")
    rule = PolicyRule(
        name="x", then=Then(reject="Too late.", fee=fee, photos_required=1, force_method="drop_off")
    )
    assert in_words(rule) == (
        "Always: reject it: “Too late.”; by drop off only; keep back 2.95 EUR for each piece as"
        " “Label”; 1 photo wanted."
    )


def test_an_exact_number_is_said_once() -> None:
    when = When(
        order=OrderWhen(attributes={"gift": ("yes",)}),
        item=ItemWhen(weight_g=Span(at_least=5, at_most=5)),
    )
    rule = PolicyRule(name="x", when=when, then=Then(approve=True))
    assert (
        in_words(rule) == "When of the order, gift is yes and its weight in grams is 5: approve it."
    )
