"""Eligibility: every line is judged, every judgement is explained."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.policy.eligibility import check, is_ineligible
from retour.policy.facts import Asked, Occasion
from retour.policy.model import Policy, PolicyRule, WindowStart

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
MUG = Asked(line="1", sku="MUG", group="kitchen", reasons=("broken", "It came in pieces"))
TODAY = Occasion(
    at=NOON,
    origin="portal",
    ordered_at=NOON - timedelta(days=12),
    shipped_at=NOON - timedelta(days=8),
    delivered_at=NOON - timedelta(days=4),
    channel="shop",
    country="DE",
    order_type="b2b",  # No consumer, so that the law overrules nothing.
)


def verdicts(line: Asked, occasion: Occasion, policy: Policy) -> dict[str, str]:
    return {step.rule: step.verdict for step in check([line], occasion, policy).trace}


def test_each_line_is_explained_rule_by_rule() -> None:
    verdict = check([MUG, replace(MUG, line="2", returnable=False)], TODAY, Policy())

    assert not verdict.eligible
    assert [
        ("1", "handed_over", "eligible"),
        ("1", "returnable", "eligible"),
        ("1", "window", "eligible"),
        ("2", "handed_over", "eligible"),
        ("2", "returnable", "ineligible"),
        ("2", "window", "eligible"),
    ] == [(step.line, step.rule, step.verdict) for step in verdict.trace]
    assert all(step.detail for step in verdict.trace)


STARTS = {WindowStart.ORDERED: 12, WindowStart.SHIPPED: 8, WindowStart.DELIVERED: 4}


@given(st.sampled_from(WindowStart), st.integers(0, 15), st.integers(-5, 5))
def test_the_window_is_open_up_to_its_last_instant(
    starts: WindowStart, days: int, seconds: int
) -> None:
    midnight = NOON.replace(hour=0) - timedelta(days=STARTS[starts]) + timedelta(days=days + 1)
    asked = replace(TODAY, at=midnight + timedelta(seconds=seconds))

    verdict = check([MUG], asked, Policy(window_days=days, window_starts=starts))

    assert verdict.eligible == (seconds < 0)


@pytest.mark.parametrize(
    ("zone", "verdict", "ends"),
    [
        ("Europe/Berlin", "ineligible", "It is past the window of 4 days from 2026-01-11"),
        ("Europe/London", "eligible", "It is inside the window of 4 days from 2026-01-11"),
    ],
)
def test_the_merchant_s_midnight_ends_the_window(zone: str, verdict: str, ends: str) -> None:
    """At 23:30 UTC the next day has come in Berlin, not in London."""
    asked = replace(TODAY, at=NOON.replace(hour=23, minute=30), zone=ZoneInfo(zone))

    [step] = [
        one for one in check([MUG], asked, Policy(window_days=4)).trace if one.rule == "window"
    ]

    assert verdict == step.verdict
    assert f"{ends}, open to the end of 2026-01-15 ({zone})." == step.detail


def test_a_window_that_has_not_begun_is_open() -> None:
    later = replace(TODAY, at=NOON + timedelta(days=900), delivered_at=None)

    assert check([MUG], later, Policy(window_days=1)).eligible


def test_a_window_from_shipping_falls_back_to_delivery() -> None:
    asked = replace(TODAY, shipped_at=None)
    policy = Policy(window_starts=WindowStart.SHIPPED, window_days=3)

    assert not check([MUG], asked, policy).eligible


def test_what_was_never_handed_over_is_ineligible() -> None:
    assert "ineligible" == verdicts(replace(MUG, handed_over=False), TODAY, Policy())["handed_over"]


@given(
    names=st.sampled_from(["skus", "groups", "reasons", "origins", "channels", "countries"]),
    hits=st.booleans(),
)
def test_a_rule_speaks_only_where_all_it_names_is_so(names: str, hits: bool) -> None:  # noqa: FBT001 - hypothesis names its arguments
    fitting = {
        "skus": "MUG",
        "groups": "kitchen",
        "reasons": "broken",
        "origins": "portal",
        "channels": "shop",
        "countries": "DE",
    }
    named = fitting | ({} if hits else {names: "other"})
    body = {"name": "all", "then": "ineligible"} | {key: [one] for key, one in named.items()}
    rule = msgspec.convert(body, PolicyRule)

    assert check([MUG], TODAY, Policy(rules=(rule,))).eligible is not hits


def test_a_reason_s_own_words_match_too() -> None:
    rule = PolicyRule(name="pieces", then="ineligible", reasons=("It came in pieces",))

    assert not check([MUG], TODAY, Policy(rules=(rule,))).eligible


def test_the_first_rule_that_matches_speaks() -> None:
    rules = (
        PolicyRule(name="kitchen", then="eligible", groups=("kitchen",)),
        PolicyRule(name="nothing", then="ineligible"),
    )

    said = verdicts(MUG, TODAY, Policy(rules=rules))

    assert {"handed_over": "eligible", "window": "eligible", "kitchen": "eligible"} == said


def test_a_rule_can_let_back_what_is_sold_as_final() -> None:
    rule = PolicyRule(name="broken", then="eligible", reasons=("broken",))

    assert check([replace(MUG, returnable=False)], TODAY, Policy(rules=(rule,))).eligible


@pytest.mark.parametrize(("days", "eligible"), [(3, False), (4, True)])
def test_a_rule_brings_its_own_window(days: int, eligible: bool) -> None:  # noqa: FBT001 - pytest names its arguments
    rule = PolicyRule(name="kitchen", then="eligible", groups=("kitchen",), window_days=days)

    assert check([MUG], TODAY, Policy(window_days=30, rules=(rule,))).eligible is eligible


def test_a_review_is_neither_yes_nor_no() -> None:
    rule = PolicyRule(name="look", then="review")

    verdict = check([MUG], TODAY, Policy(rules=(rule,)))

    assert not verdict.eligible
    assert not is_ineligible(verdict)
