"""What readers of a sound mail may stumble over: its links, pictures, colours, and its size.

Of the words as they are written, each with its place, and of a page as one return fills it.
Warnings only; pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import msgspec

from retour.dialects.brand.colour import COLOUR, contrast

ERROR: Final = "error"
WARNING: Final = "warning"
SUBJECT_SHOWN: Final = 78
"""Characters of a subject that programs show on a wide screen."""
HTML_SHOWN: Final = 102_000
"""Bytes of a page that Gmail shows; the rest is behind a link that few press."""
_LIQUID: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_LINK: Final = re.compile(
    r"""<a\b[^<>]*?\bhref\s*=\s*(["'])(?P<to>(?:(?!\1).)*)\1""", re.IGNORECASE | re.DOTALL
)
_SAYS: Final = re.compile(r"[^<>]*>(?P<says>.{0,300}?)</a>", re.IGNORECASE | re.DOTALL)
_TAGS: Final = re.compile(r"<[^>]*>")
_IMAGE: Final = re.compile(r"<img\b(?P<inner>[^>]*)>", re.IGNORECASE)
_SOURCE: Final = re.compile(r"""\bsrc\s*=\s*(["'])(?P<to>.*?)\1""", re.IGNORECASE | re.DOTALL)
_ALT: Final = re.compile(r"\balt\s*=", re.IGNORECASE)
_DROPPED: Final = re.compile(
    r"<(?P<tag>script|style|form|iframe|object|embed|video|audio|link)\b", re.IGNORECASE
)
_STYLE: Final = re.compile(
    r"""<(?P<tag>[a-z][a-z0-9]*)\b[^<>]*?\bstyle\s*=\s*(["'])(?P<says>.*?)\2""",
    re.IGNORECASE | re.DOTALL,
)
_INK: Final = re.compile(r"(?:^|;)\s*color\s*:\s*(#[0-9a-f]{3,6}|[a-z]+)\b", re.IGNORECASE)
_GROUND: Final = re.compile(
    r"(?:^|;)\s*background(?:-color)?\s*:\s*(#[0-9a-f]{3,6}|[a-z]+)\b", re.IGNORECASE
)
_NAMED: Final = {
    "black": "#000000",
    "blue": "#0000FF",
    "gray": "#808080",
    "green": "#008000",
    "grey": "#808080",
    "lightgray": "#D3D3D3",
    "lightgrey": "#D3D3D3",
    "orange": "#FFA500",
    "red": "#FF0000",
    "silver": "#C0C0C0",
    "white": "#FFFFFF",
    "yellow": "#FFFF00",
}
"""Colours that people write by name; any other name is let be."""
_PAPER, _WORDS = "#FFFFFF", "#1C1C1A"
_DARK_PAPER, _DARK_WORDS = "#1C1C1A", "#ECECE8"
_LIGHTENED: Final = frozenset({"div", "td", "th", "p", "h1", "h2", "strong"})
"""Whose words the page (``layout.mjml``) makes light on dark screens, whatever they say."""
_READABLE: Final = 4.5
_SHORT_COLOUR: Final = 4
_GOOD_LINKS: Final = ("https://", "mailto:", "tel:", "{{", "{%")
_GOOD_IMAGES: Final = ("https://", "data:image/", "cid:", "{{", "{%")
_NOBODYS: Final = frozenset(
    {"", "localhost", "example.com", "example.net", "example.org", "example.de", "..."}
)
_NOBODYS_ENDS: Final = (".example", ".test", ".invalid", ".localhost")
"""Hosts that are nobody's (RFC 2606): what stands in a link until somebody writes the real one."""
_SHOWN_MAX: Final = 80


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something to look at.

    Args:
        part: subject or body.
        severity: ``error`` or ``warning``.
        line: From one, like ``column``; None where no place can be blamed.
    """

    part: str
    severity: str
    code: str
    detail: str
    line: int | None = None
    column: int | None = None


def of_subject(subject: str) -> Iterator[Finding]:
    """Say that a subject is longer than programs show."""
    plain = len(_LIQUID.sub("", subject))
    if plain > SUBJECT_SHOWN:
        detail = (
            f"The subject has {plain} characters before anything is filled in; programs show"
            f" {SUBJECT_SHOWN} or fewer. Say the main thing first, or shorten it."
        )
        yield _warning("subject", "long_subject", detail, subject, 0)


def of_words(body: str) -> Iterator[Finding]:
    """List what may be wrong with a mail's words as they are written."""
    for link in _LINK.finditer(body):
        to = link["to"].strip()
        if detail := _of_link(to) or _of_host(to):
            yield _warning("body", "bad_link", detail, body, link.start("to"))
    for image in _IMAGE.finditer(body):
        source = _SOURCE.search(image["inner"])
        to = "" if source is None else source["to"].strip()
        if not to.lower().startswith(_GOOD_IMAGES):
            detail = "A mail shows pictures from https:// only. Give such an address."
            yield _warning("body", "bad_image", detail, body, image.start())
        if _ALT.search(image["inner"]) is None:
            detail = "This picture has no words for who does not see it. Add alt, empty if it says"
            yield _warning("body", "image_without_words", f"{detail} nothing.", body, image.start())
    for style in _STYLE.finditer(body):
        for code, detail in _of_colours(style["tag"].lower(), style["says"]):
            yield _warning("body", code, detail, body, style.start())
    for tag in _DROPPED.finditer(body):
        name = tag["tag"].lower()
        detail = f"Programs leave <{name}> out of mails. Say it without."
        yield _warning("body", "dropped_tag", detail, body, tag.start())


def of_page(page: str, body: str, base: str) -> Iterator[Finding]:
    """List what may be wrong with a mail's page as one return fills it.

    Args:
        body: The words as they are written; what is wrong with them is said of them, not here.
        base: What addresses of this house begin with, which are good wherever it runs.
    """
    size = len(page.encode())
    if size > HTML_SHOWN:
        yield Finding(
            part="body",
            severity=WARNING,
            code="large_mail",
            detail=f"Of this return the mail has {size / 1000:.0f} kB of HTML. Gmail shows"
            f" {HTML_SHOWN // 1000} kB and hides the rest. Say less, or put pictures behind"
            " https:// addresses.",
        )
    written = {link["to"].strip() for link in _LINK.finditer(body)}
    told: set[tuple[str, str]] = set()
    for link in _LINK.finditer(page):
        to, says = link["to"].strip(), _says(link)
        if to in written or to.startswith(base) or _of_link(to) is None or (to, says) in told:
            continue
        told.add((to, says))
        yield _filled_badly(to, says, body)


def _says(link: re.Match[str]) -> str:
    """Give the words of a link."""
    said = _SAYS.match(link.string, link.end())
    return "" if said is None else " ".join(_TAGS.sub("", said["says"]).split())


def _filled_badly(to: str, says: str, body: str) -> Finding:
    """Say how a link comes out, at the place of the one that says the same and is filled in."""
    how = f"as {to[:_SHOWN_MAX]!r}" if to else "empty"
    detail = f"Of this return the link “{says[:_SHOWN_MAX]}” comes out {how}." + (
        " Begin it with https://." if to else " Say it only where there is an address: {% if … %}."
    )
    for link in _LINK.finditer(body):
        if _LIQUID.search(link["to"]) and _says(link) == says:
            return _warning("body", "bad_link", detail, body, link.start("to"))
    return Finding(part="body", severity=WARNING, code="bad_link", detail=detail)


def _of_colours(tag: str, says: str) -> Iterator[tuple[str, str]]:
    """Say what is wrong with a style's colours: of words on their ground, light and dark."""
    ink, ground = _colour(_INK.search(says)), _colour(_GROUND.search(says))
    has_ink, has_ground = _INK.search(says), _GROUND.search(says)
    if not (ink or ground) or (has_ink and not ink) or (has_ground and not ground):
        return  # Whatever is not known here is let be.
    shown, there = ink or _WORDS, ground or _PAPER
    if (found := contrast(shown, there)) < _READABLE:
        yield (
            "low_contrast",
            f"This is {_apart(shown, there, found)} Take a darker or a lighter colour.",
        )
        return
    shown = _DARK_WORDS if ink is None or tag in _LIGHTENED else ink
    there = ground or _DARK_PAPER
    if (found := contrast(shown, there)) < _READABLE:
        remedy = "Take a darker ground, or none." if ground else "Take a lighter colour, or none."
        yield "low_contrast_dark", f"Dark screens show {_apart(shown, there, found)} {remedy}"


def _apart(ink: str, ground: str, found: float) -> str:
    return (
        f"{ink} on {ground}, which has a contrast of {found:.1f} to 1; words are hard to read below"
        f" {_READABLE}."
    )


def _colour(found: re.Match[str] | None) -> str | None:
    if found is None:
        return None
    text = found[1].lower()
    if len(text) == _SHORT_COLOUR and text.startswith("#"):
        text = "#" + "".join(2 * digit for digit in text[1:])
    return _NAMED.get(text) or (text.upper() if re.fullmatch(COLOUR, text) else None)


def _of_link(to: str) -> str | None:
    low = to.lower()
    if low.startswith(_GOOD_LINKS):
        return None
    if low.startswith("http://"):
        return "This link is not encrypted. Begin it with https://."
    if not low:
        return "This link leads nowhere. Give an address."
    return "In a mail this link leads nowhere. Give a whole address, with https:// before it."


def _of_host(to: str) -> str | None:
    """Say that an address is only a placeholder; one with Liquid in its host is let be."""
    try:
        parts = urlsplit(to)
        host = parts.hostname or ""
    except ValueError:
        return "This is no address. Give a whole one, such as that of your shop's help page."
    if parts.scheme == "mailto":
        host = parts.path.rpartition("@")[2].lower()
    elif parts.scheme != "https":
        return None
    if "{" in host or "%" in host:
        return None
    if host.removeprefix("www.") in _NOBODYS or host.endswith(_NOBODYS_ENDS):
        return f"{to[:_SHOWN_MAX]} is a placeholder and leads nowhere. Give the real address."
    return None


def _warning(part: str, code: str, detail: str, text: str, index: int) -> Finding:
    before = text[:index]
    return Finding(
        part=part,
        severity=WARNING,
        code=code,
        detail=detail,
        line=before.count("\n") + 1,
        column=index - before.rfind("\n"),
    )
