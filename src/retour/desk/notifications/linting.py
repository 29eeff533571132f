"""What is wrong with a template's words, or may be: by part, line and column, before anybody reads.

Errors keep a template from being saved; warnings only say what readers will meet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.notifications.body import LintBody, TemplatePatch, patched_template
from retour.desk.notifications.templates import MISSING, PARTS
from retour.desk.notifications.templating import TemplatesBusy
from retour.desk.outcome import Done, Outcome
from retour.dialects.brand.colour import COLOUR, contrast
from retour.dialects.notification.variables import unknown_variables
from retour.gateways.template_names import outside_names
from retour.store.telling_notifications import TemplateBody, one_template

if TYPE_CHECKING:
    from retour.desk.house import House

_ENCODE: Final = msgspec.json.Encoder()
ERROR: Final = "error"
WARNING: Final = "warning"
SUBJECT_SHOWN: Final = 78
"""Characters of a subject that programs show on a wide screen."""
_FINDINGS_MAX: Final = 100
_LIQUID: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_LINK: Final = re.compile(
    r"""<a\b[^>]*?\bhref\s*=\s*(["'])(?P<to>.*?)\1""", re.IGNORECASE | re.DOTALL
)
_IMAGE: Final = re.compile(r"<img\b(?P<inner>[^>]*)>", re.IGNORECASE)
_SOURCE: Final = re.compile(r"""\bsrc\s*=\s*(["'])(?P<to>.*?)\1""", re.IGNORECASE | re.DOTALL)
_ALT: Final = re.compile(r"\balt\s*=", re.IGNORECASE)
_DROPPED: Final = re.compile(
    r"<(?P<tag>script|style|form|iframe|object|embed|video|audio|link)\b", re.IGNORECASE
)
_STYLE: Final = re.compile(r"""\bstyle\s*=\s*(["'])(?P<says>.*?)\1""", re.IGNORECASE | re.DOTALL)
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
_PAPER: Final = "#FFFFFF"
_READABLE: Final = 4.5
_SHORT_COLOUR: Final = 4
_GOOD_LINKS: Final = ("https://", "mailto:", "tel:", "{{", "{%")
_GOOD_IMAGES: Final = ("https://", "data:image/", "cid:", "{{", "{%")


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


async def lint(house: House, workspace_id: int, template_id: str, body: LintBody) -> Outcome:
    """Look a template's words over, or others that it might say.

    Raises:
        TemplatesBusy: Nobody could look at them this time.
    """
    async with house.database.transaction(workspace_id) as connection:
        template = await one_template(connection, workspace_id, template_id)
    if template is None:
        return MISSING
    said = patched_template(template.body, TemplatePatch(subject=body.subject, body=body.body))
    found = await findings(house, said)
    return Done(status=200, body=_ENCODE.encode({"findings": found}))


async def findings(house: House, said: TemplateBody) -> list[Finding]:
    """List what is wrong or may be, the worst first, then in the order of the text.

    Raises:
        TemplatesBusy: Nobody could look at them this time.
    """
    found: list[Finding] = []
    for part, source, text in (
        ("subject", "subject", said.subject),
        ("body", PARTS[said.type], said.body),
    ):
        if text:
            found += await _errors(house, part, source, text)
    found += warnings(said)
    found.sort(key=lambda one: (one.severity, one.part == "body", one.line or 0, one.column or 0))
    return found[:_FINDINGS_MAX]


async def _errors(house: House, part: str, source: str, text: str) -> list[Finding]:
    error = await house.templates.check({source: text})
    if error is None:
        return await _unknown(part, text)
    if error.code == "crashed":
        raise TemplatesBusy(error.message)
    return [
        Finding(
            part=part,
            severity=ERROR,
            code=f"template_{error.code}",
            detail=error.message,
            line=error.line,
            column=error.column,
        )
    ]


async def _unknown(part: str, text: str) -> list[Finding]:
    names = {name.path: name for name in await outside_names(text)}
    return [
        Finding(
            part=part,
            severity=ERROR,
            code="unknown_variable",
            detail=f"There is no variable {path}. "
            + (f"Did you mean {near}?" if near else "Leave it out."),
            line=names[path].line,
            column=names[path].column,
        )
        for path, near in unknown_variables(names).items()
    ]


def warnings(said: TemplateBody) -> list[Finding]:
    """List what readers of a sound template may stumble over. Pure."""
    found: list[Finding] = []
    plain = len(_LIQUID.sub("", said.subject or ""))
    if plain > SUBJECT_SHOWN:
        detail = (
            f"The subject has {plain} characters before anything is filled in; programs show"
            f" {SUBJECT_SHOWN} or fewer. Say the main thing first, or shorten it."
        )
        found.append(_warning("subject", "long_subject", detail, said.subject or "", 0))
    if said.body and said.type == "email":
        found += _of_mail(said.body)
    return found


def _of_mail(body: str) -> Iterator[Finding]:
    for link in _LINK.finditer(body):
        if detail := _of_link(link["to"].strip()):
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
        if detail := _of_colours(style["says"]):
            yield _warning("body", "low_contrast", detail, body, style.start())
    for tag in _DROPPED.finditer(body):
        name = tag["tag"].lower()
        detail = f"Programs leave <{name}> out of mails. Say it without."
        yield _warning("body", "dropped_tag", detail, body, tag.start())


def _of_colours(says: str) -> str | None:
    """Say what is wrong with a style's colours: of words on their ground, or on white."""
    ink, ground = _colour(_INK.search(says)), _colour(_GROUND.search(says))
    if ink is None or (ground is None and _GROUND.search(says)):
        return None  # Whatever is not known here is let be.
    found = contrast(ink, ground or _PAPER)
    if found >= _READABLE:
        return None
    return (
        f"{ink} on {ground or 'white'} has a contrast of {found:.1f} to 1; words are hard to read"
        f" below {_READABLE}. Take a darker or a lighter colour."
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
