"""The project speaks only of itself: no machine it was built on, no registry, no tool's trace."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pytest

from tests.tidy.sources import Offence, Source, assert_none, sample, sources

# In halves, so that this file does not hold what it forbids.
_PLACES: Final = tuple(
    re.compile(a + b, re.IGNORECASE)
    for a, b in (
        ("/ro", r"ot/"),
        ("/ho", r"me/(?!ann\b|a\b)[a-z]"),
        ("/Us", r"ers/[a-z]"),
        ("/wo", r"rk/"),
        ("/tmp/", r"(brief|bash)"),
        ("/opt/", r"(wheels|pypi)"),
        ("py", r"pi\.org"),
        ("pythonh", r"osted\.org"),
        ("npm", r"js\.(org|com)"),
        ("docker", r"\.io"),
        ("gh", r"cr\.io"),
        ("cra", r"tes\.io"),
        ("proxy\\.", r"golang"),
        ("arti", r"factory"),
        ("(cla", r"ude|anth" + r"ropic|chat" + r"gpt|open" + r"ai|co" + r"pilot)"),
        (r"\b(llm|ai)", r"[ -](generated|assist|agent|session)"),
        (r"\bissue ", r"#?\d"),
        (r"\.\./", r"(reference|shared)/"),
    )
)


def traces(source: Source) -> Iterator[Offence]:
    """Find words that lead outside the project."""
    anywhere = [place for place in _PLACES if place.search(source.text)]
    for number, line in enumerate(source.lines if anywhere else (), start=1):
        for place in anywhere:
            if found := place.search(line):
                yield Offence(source.path, number, f"{found[0]!r} is no business of this project.")


def test_the_project_speaks_of_itself() -> None:
    assert_none(offence for source in sources() for offence in traces(source))


@pytest.mark.parametrize(
    "text",
    ["see /ro" + "ot/x", "/ho" + "me/me/x", "https://py" + "pi.org/simple", "as iss" + "ue 2 says"],
)
def test_a_trace_is_found(text: str) -> None:
    assert [*traces(sample(text))]


@pytest.mark.parametrize("text", ["as root", "the home page", "homework/", "an issue with 2 lines"])
def test_plain_words_are_left_alone(text: str) -> None:
    assert not [*traces(sample(text))]
