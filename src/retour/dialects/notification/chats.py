"""What a chat is told: the same words as a plain text, as Slack's blocks or as Teams' card.

Sources: Slack's incoming webhooks (``text`` beside ``blocks``), the Adaptive Card that the webhooks
of Teams' Workflows take.  What customers wrote is put out as text everywhere: it can neither call
a channel together nor disguise a link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from retour.dialects.notification.texts import staff_language
from retour.dialects.view import View
from retour.kernel.subscription import Template
from retour.kernel.wire import WireMessage

_HOSTS: Final = (
    ("hooks.slack.com", "slack"),
    ("hooks.slack-gov.com", "slack"),
    (".webhook.office.com", "teams"),
    (".logic.azure.com", "teams"),
    (".api.powerplatform.com", "teams"),
)
"""Where the webhooks of each platform are; a dot in front stands for any name before it."""

_LINES_MAX: Final = 15
_HEADER_LENGTH_MAX: Final = 150
_SECTION_LENGTH_MAX: Final = 3000
_FIELD_LENGTH_MAX: Final = 2000
_SECTIONS_MAX: Final = 12
"""Slack's own limits; a message beyond them is refused whole."""
_CARD_TEXT_LENGTH_MAX: Final = 12_000
"""Teams takes 28 kB of JSON; so much text fits, whatever it is written in."""
_CUT: Final = "…"
_URL: Final = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
_ENCODE: Final = msgspec.json.Encoder()


class ChatWords(msgspec.Struct, frozen=True, kw_only=True):
    """What is said in a chat, before it has a platform's form.

    Args:
        text: As plain text; ``markup`` is the same as Slack reads it, escaped already.
        facts: Short ones, each behind its label.
        link: Where to go on: an address and what stands on it.
    """

    text: str
    markup: str
    title: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    link: tuple[str, str] | None = None


def platform_of(url: str) -> str | None:
    """Name the platform whose webhooks live at an address; ``None`` where it is none we know."""
    host = (urlsplit(url).hostname or "").lower()
    for name, platform in _HOSTS:
        if host == name or (name.startswith(".") and host.endswith(name)):
            return platform
    return None


def chat_words(template: Template, parts: Mapping[str, str], values: View) -> ChatWords:
    """Put together what a chat's template says: a merchant's words alone, or ours with facts.

    Args:
        parts: The template's rendered parts.
        values: What they were rendered with.
    """
    text = parts["body_text"]
    if template.body:
        return ChatWords(text=text, markup=parts["body_slack"])
    language, links = staff_language(template), values["links"]
    link = None
    for name, words in (("authorize", language.decide), ("agent", language.open)):
        if link is None and links[name]:
            link = (links[name], words)
    return ChatWords(
        title=parts["subject"],
        text=text,
        markup=escaped(text),
        facts=tuple(_facts(template, values)),
        lines=tuple(_lines(values)),
        link=link,
    )


def _facts(template: Template, values: View) -> Iterator[tuple[str, str]]:
    language, ret, person = staff_language(template), values["return"], values["customer"]
    who = " · ".join(filter(None, (person["name"], person["email"])))
    if ret is not None:
        yield language.reference, ret["reference"]
        yield language.order, ret["order_number"]
    if ret is not None or values["message"] is not None:
        yield language.customer, who
    shipment, receipt, paid = values["shipment"], values["receipt"], values["settlement"]
    if shipment is not None and shipment["tracking_number"]:
        tracked = " ".join(filter(None, (shipment["carrier"], shipment["tracking_number"])))
        yield language.tracking, tracked
    if receipt is not None:
        yield language.facility, receipt["facility_name"]
    if paid is not None:
        yield language.total, f"{paid['total']} {paid['currency']}"


def _lines(values: View) -> Iterator[str]:
    if values["message"] is not None and values["message"]["text"]:
        yield values["message"]["text"]
    asked: list[View] = [] if values["return"] is None else values["return"]["lines"]
    for line in asked[:_LINES_MAX]:
        reason = f": {line['reason']}" if line["reason"] else ""
        yield f"{line['quantity']} × {line['title'] or line['sku']} ({line['sku']}){reason}"
    if len(asked) > _LINES_MAX:
        yield f"{_CUT} +{len(asked) - _LINES_MAX}"


def chat_message(platform: str | None, words: ChatWords) -> WireMessage:
    """Write what is said in a platform's form; plain text where it is none we know."""
    view = _FORMS.get(platform or "", _plain)(words)
    return WireMessage("application/json", _ENCODE.encode(view))


def escaped(text: str) -> str:
    """Make any text mean itself in Slack's markup: its three control characters are named."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# ---------------------------------------------------------------- plain


def _plain(words: ChatWords) -> View:
    link = "" if words.link is None else words.link[0]
    return {"text": "\n".join(filter(None, (words.title, words.text, link)))}


# ---------------------------------------------------------------- Slack


def _slack(words: ChatWords) -> View:
    blocks: list[View] = []
    if words.title:
        title = _cut(words.title, _HEADER_LENGTH_MAX)
        blocks.append({"type": "header", "text": {"type": "plain_text", "text": title}})
    blocks += [_section(piece) for piece in _pieces(words.markup)]
    if words.facts:
        fields = [
            _mrkdwn(f"*{escaped(label)}*\n{_cut_markup(escaped(value), _FIELD_LENGTH_MAX - 100)}")
            for label, value in words.facts
        ]
        blocks.append({"type": "section", "fields": fields})
    if words.lines:
        lines = "\n".join(f"• {escaped(line)}" for line in words.lines)
        blocks.append(_section(_cut_markup(lines, _SECTION_LENGTH_MAX)))
    if words.link is not None:
        blocks.append(_section(f"<{escaped(words.link[0])}|{escaped(words.link[1])}>"))
    fallback = escaped(words.title) or _cut_markup(words.markup, _SECTION_LENGTH_MAX)
    return {"text": fallback, "blocks": blocks}


def _mrkdwn(text: str) -> View:
    return {"type": "mrkdwn", "text": text}


def _section(text: str) -> View:
    return {"type": "section", "text": _mrkdwn(text)}


def _pieces(markup: str) -> Iterator[str]:
    """Cut a long text into sections at its lines; what no number of sections holds is cut off."""
    piece, count = "", 0
    for line in (_cut_markup(one, _SECTION_LENGTH_MAX) for one in markup.strip().split("\n")):
        if piece and len(piece) + 1 + len(line) > _SECTION_LENGTH_MAX:
            yield piece
            piece, count = "", count + 1
            if count == _SECTIONS_MAX:
                yield _CUT
                return
        piece = f"{piece}\n{line}" if piece else line
    if piece:
        yield piece


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + _CUT


def _cut_markup(markup: str, length: int) -> str:
    """Cut, but never inside a named character or a link."""
    if len(markup) <= length:
        return markup
    kept = markup[: length - 1]
    for opening, closing in (("&", ";"), ("<", ">")):
        begun = kept.rfind(opening)
        if begun > kept.rfind(closing):
            kept = kept[:begun]
    return kept + _CUT


# ---------------------------------------------------------------- Teams


def _teams(words: ChatWords) -> View:
    body: list[View] = []
    if words.title:
        run = {"type": "TextRun", "text": words.title, "size": "Large", "weight": "Bolder"}
        body.append(_rich([run]))
    said = _cut(words.text.strip(), _CARD_TEXT_LENGTH_MAX).split("\n")
    body += [_rich(list(_runs(line))) for line in said if line.strip()]
    for label, value in words.facts:
        name = {"type": "TextRun", "text": f"{label}: ", "weight": "Bolder"}
        body.append(_rich([name, _run(value)], spacing="Small"))
    body += [_rich([_run(f"• {line}")], spacing="Small") for line in words.lines]
    card: View = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": words.title or _cut(words.text, _HEADER_LENGTH_MAX),
        "msteams": {"width": "Full"},
        "body": body,
    }
    if words.link is not None:
        url, title = words.link
        card["actions"] = [{"type": "Action.OpenUrl", "title": title, "url": url}]
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}


def _run(text: str) -> View:
    return {"type": "TextRun", "text": text}


def _rich(inlines: list[View], **more: Any) -> View:  # noqa: ANN401 - JSON
    """Make a block whose text is text: a card's plain text blocks would read it as Markdown."""
    return {"type": "RichTextBlock", "inlines": inlines, **more}


def _runs(line: str) -> Iterator[View]:
    """Part a line into words and addresses that can be opened."""
    end = 0
    for match in _URL.finditer(line):
        if match.start() > end:
            yield _run(line[end : match.start()])
        action = {"type": "Action.OpenUrl", "url": match[0]}
        yield {**_run(match[0]), "selectAction": action}
        end = match.end()
    if end < len(line):
        yield _run(line[end:])


_FORMS: Final = {"slack": _slack, "teams": _teams}
"""How each platform's message is written."""
PLATFORMS: Final = tuple(_FORMS)
