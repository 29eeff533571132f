"""Policies as YAML: what is written is read back, whatever stands in it."""

from __future__ import annotations

import json
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from retour.desk.policies import PolicyPut, policy_view, read_draft
from retour.desk.policies.yaml_form import COMMENTS, read_yaml, write_yaml

_TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12)
_TRICKY = st.sampled_from(
    [
        "NO",
        "yes",
        "null",
        "~",
        "5.00",
        "012",
        "1e3",
        "2026-01-01",
        "- a",
        "a: b",
        "#",
        "*x",
        "&x",
        "",
    ]
)
_TREES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | _TEXT | _TRICKY,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT | _TRICKY, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(_TEXT, _TREES, max_size=4))
def test_whatever_is_written_is_read_back(tree: dict[str, Any]) -> None:
    """By us, and by everybody else's YAML too."""
    plain = {name: value for name, value in tree.items() if name not in {"id", "version"}}
    text = write_yaml(plain)

    assert plain == (read_yaml(text.encode()) or {})
    assert plain == (yaml.safe_load(text) or {})


def test_every_field_of_a_policy_has_its_comment() -> None:
    shown = json.loads(policy_view(read_draft("x", 1, PolicyPut())))

    assert set(shown) - {"id", "version"} == set(COMMENTS)


def test_plain_words_mean_the_core_of_yaml_and_no_more() -> None:
    text = b"a: NO\nb: 5.00\nc: 2026-01-01\nd: 012\ne: -7\nf: true\ng: 'true'\nh:\ni: ~\nj: yes\n"

    assert {
        "a": "NO",
        "b": "5.00",
        "c": "2026-01-01",
        "d": "012",
        "e": -7,
        "f": True,
        "g": "true",
        "h": None,
        "i": None,
        "j": "yes",
    } == read_yaml(text)
