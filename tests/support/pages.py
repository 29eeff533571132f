"""Pages looked at as machines that help people do: what of them has no name, or leads nowhere.

Not a replacement for a browser and its audits; what stands here costs nothing and holds for every
page and state that a test opens anyway.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

_VOID: Final = {"meta", "link", "input", "img", "br", "hr", "path", "rect", "line", "polygon"}
_NAMED: Final = {"button", "a", "label", "legend", "summary", "h1", "h2", "h3", "title", "th"}
_FIELDS: Final = {"input", "select", "textarea"}
_FETCHED: Final = {"script": "src", "img": "src", "link": "href", "iframe": "src"}
_OURS: Final = ("/", "data:", "#")


@dataclass(slots=True)
class Element:
    """One element with its attributes, and the words in it."""

    tag: str
    attributes: dict[str, str]
    words: str = ""
    inside: list[str] = field(default_factory=list[str])


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Element] = []
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        one = Element(tag, {name: value or "" for name, value in attrs})
        one.inside = [above.tag for above in self.open]
        self.found.append(one)
        if tag not in _VOID:
            self.open.append(one)

    def handle_endtag(self, tag: str) -> None:
        while self.open and tag not in _VOID:
            if self.open.pop().tag == tag:
                return

    def handle_data(self, data: str) -> None:
        for above in self.open:
            above.words += data


def elements(page: str) -> list[Element]:
    """Read a page."""
    reader = _Reader()
    reader.feed(page)
    return reader.found


def flaws(page: str) -> list[str]:
    """List what is wrong with a page; nothing where people and their machines find their way."""
    found = elements(page)
    return [*_frame(found), *_names(found), *_addresses(found)]


def _frame(found: list[Element]) -> list[str]:
    """Look for what every page has once."""
    tags = Counter(one.tag for one in found if "svg" not in one.inside)
    wrong = [f"{tags[tag]} × <{tag}>" for tag in ("h1", "main", "title") if tags[tag] != 1]
    if not next((one.attributes.get("lang") for one in found if one.tag == "html"), None):
        wrong.append("The page says no language.")
    level = 0
    for one in found:
        if one.tag in ("h1", "h2", "h3", "h4"):
            if int(one.tag[1]) > level + 1:
                wrong.append(f"<{one.tag}> {one.words.strip()!r} skips a level.")
            level = int(one.tag[1])
    return wrong


def _names(found: list[Element]) -> list[str]:
    """Look for what has no name that could be read aloud."""
    labelled = {one.attributes.get("for") for one in found if one.tag == "label"}
    wrong: list[str] = []
    for one in found:
        said = one.words.strip() or one.attributes.get("aria-label", "")
        if one.tag in _NAMED and not said:
            wrong.append(f"<{one.tag}> has no words: {one.attributes}")
        if one.tag == "img" and "alt" not in one.attributes:
            wrong.append(f"A picture without words: {one.attributes}")
        is_seen = one.attributes.get("type") not in ("hidden", "submit")
        if one.tag in _FIELDS and is_seen and "label" not in one.inside:
            is_labelled = one.attributes.get("id") in labelled
            if not is_labelled and not one.attributes.get("aria-label"):
                wrong.append(f"A field without a label: {one.attributes}")
    return wrong


def _addresses(found: list[Element]) -> list[str]:
    """Look for ids that are not one thing's, for links into nothing, and for what is elsewhere."""
    ids = Counter(one.attributes["id"] for one in found if "id" in one.attributes)
    wrong = [f"{count} elements are called {name!r}." for name, count in ids.items() if count > 1]
    for one in found:
        asked = [one.attributes.get("for", ""), *one.attributes.get("aria-describedby", "").split()]
        href = one.attributes.get("href", "")
        if one.tag == "a" and href.startswith("#"):
            asked.append(href[1:])
        wrong += [f"<{one.tag}> points at {name!r}." for name in asked if name and name not in ids]
        fetched = one.attributes.get(_FETCHED.get(one.tag, ""), "/")
        if not fetched.startswith(_OURS) or fetched.startswith("//"):
            wrong.append(f"<{one.tag}> fetches {fetched}.")
        if one.tag == "form" and one.attributes.get("method") not in ("post", "get"):
            wrong.append(f"A form without a method: {one.attributes}")
    return wrong
