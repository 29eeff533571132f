"""What looks at pages sees each flaw that it is there to see."""

from __future__ import annotations

import pytest

from tests.support.pages import flaws

GOOD = (
    '<html lang="en"><head><title>T</title><link rel="stylesheet" href="/static/a.css">'
    "</head><body>"
    "<main><h1>One</h1><h2>Two</h2>"
    '<form method="post"><label for="a">A</label><input id="a" name="a" aria-describedby="n">'
    '<p id="n">Note</p><label><input type="radio" name="b"> B</label>'
    '<button type="submit">Go</button></form><a href="#a">Up</a></main></body></html>'
)


def test_a_good_page_has_none() -> None:
    assert flaws(GOOD) == []


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        (' lang="en"', ""),
        ("<title>T</title>", "<title></title>"),
        ("<h1>One</h1>", ""),
        ("<h2>Two</h2>", "<h3>Two</h3>"),
        ('<label for="a">A</label>', ""),
        ('<label for="a">', '<label for="z">'),
        ('id="n"', 'id="a"'),
        ('href="#a"', 'href="#z"'),
        ("Go</button>", "</button>"),
        (' method="post"', ""),
        ("/static/a.css", "https://cdn.example/a.css"),
        ("/static/a.css", "//cdn.example/a.css"),
        ("<h2>", '<img src="/a.png"><h2>'),
        ("<label><input", "<p><input"),
    ],
)
def test_each_flaw_is_seen(part: str, instead: str) -> None:
    assert part in GOOD
    assert flaws(GOOD.replace(part, instead)) != []
