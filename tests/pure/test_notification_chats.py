"""Chats: each platform's form and limits, and nothing in them that means more than it says."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.dialects.notification.chats import (
    PLATFORMS,
    ChatWords,
    chat_message,
    escaped,
    platform_of,
)
from retour.gateways.template_child import render
from tests.support.notifying import LINK, chat, template

JSON = dict[str, Any]


def said(platform: str | None, words: ChatWords) -> JSON:
    message = chat_message(platform, words)
    assert message.content_type == "application/json"
    return json.loads(message.body)


def plain(text: str, **more: Any) -> ChatWords:  # noqa: ANN401 - any field of it
    return ChatWords(text=text, markup=escaped(text), **more)


def runs(card: JSON) -> list[str]:
    content = card["attachments"][0]["content"]
    return ["".join(run["text"] for run in block["inlines"]) for block in content["body"]]


@pytest.mark.parametrize(
    ("url", "platform"),
    [
        ("https://hooks.slack.com/services/T0/B0/x", "slack"),
        ("https://prod-12.westeurope.logic.azure.com:443/workflows/1", "teams"),
        ("https://default1.2f.environment.api.powerplatform.com/powerautomate/x", "teams"),
        ("https://shop.webhook.office.com/webhookb2/1", "teams"),
        ("https://hooks.slack.com.evil.example/services", None),
        ("https://chat.example/hooks/1", None),
        ("https://evil.example/?hooks.slack.com", None),
    ],
)
def test_the_address_tells_the_platform(url: str, platform: str | None) -> None:
    assert platform_of(url) == platform


def test_any_other_chat_gets_a_text() -> None:
    words = chat(template("return_requested", "chat"))

    assert said(None, words) == {
        "text": "Return 1 requested for order 000100042\n"
        "Alex Jansen asks to return what is listed below. Authorize or reject the request.\n"
        f"{LINK['authorize']}"
    }
    assert said("", plain("Just this")) == {"text": "Just this"}


def test_slack_gets_a_title_facts_lines_and_the_link() -> None:
    message = said("slack", chat(template("return_requested", "chat", language="de")))
    kinds = [block["type"] for block in message["blocks"]]

    assert kinds == ["header", "section", "section", "section", "section"]
    assert message["text"] == message["blocks"][0]["text"]["text"]
    assert message["blocks"][2]["fields"][1]["text"] == "*Bestellung*\n000100042"
    assert (
        message["blocks"][-1]["text"]["text"] == f"<{LINK['authorize']}|Genehmigen oder ablehnen>"
    )


def test_teams_gets_one_card_that_opens_the_link() -> None:
    card = said("teams", chat(template("return_requested", "chat")))
    (attachment,) = card["attachments"]

    assert (card["type"], attachment["contentType"]) == (
        "message", "application/vnd.microsoft.card.adaptive",
    )  # fmt: skip
    assert attachment["content"]["type"] == "AdaptiveCard"
    assert attachment["content"]["actions"] == [
        {"type": "Action.OpenUrl", "title": "Approve or reject", "url": LINK["authorize"]}
    ]
    assert "Customer: Alex Jansen · alex.jansen@example.com" in runs(card)


def test_a_merchants_words_stand_alone_and_may_use_slacks_markup() -> None:
    body = "*New* from {{ customer.name }}: <{{ links.authorize }}|decide>\nhttps://a.example/x."
    words = chat(template("return_requested", "chat", body=body))
    blocks = said("slack", words)["blocks"]
    content = said("teams", words)["attachments"][0]["content"]

    assert [block["text"]["text"] for block in blocks] == [
        f"*New* from Alex Jansen: <{LINK['authorize']}|decide>\nhttps://a.example/x."
    ]
    assert content["body"][1]["inlines"] == [
        {
            "type": "TextRun",
            "text": "https://a.example/x",
            "selectAction": {"type": "Action.OpenUrl", "url": "https://a.example/x"},
        },
        {"type": "TextRun", "text": "."},
    ]
    assert "actions" not in content


@pytest.mark.parametrize("evil", ["<!channel>", "<!here> & co", "<@U123>", "<https://x.y|Approve>"])
def test_a_customer_can_neither_call_the_channel_nor_disguise_a_link(evil: str) -> None:
    """In our words, in a merchant's, and in what a screen reader is told."""
    ours = plain(evil, title=evil, facts=(("Customer", evil),), lines=(evil,))
    merchants = ChatWords(text=evil, markup=render("body_slack", "{{ x }}", {"x": evil}))
    for words in (ours, merchants):
        message = said("slack", words)
        texts = [message["text"]]
        for block in message["blocks"]:
            parts = [block["text"]] if "text" in block else block["fields"]
            texts += [part["text"] for part in parts if part["type"] == "mrkdwn"]
        assert texts
        assert not [text for text in texts if "<" in text]


def test_cards_read_no_markdown() -> None:
    evil = "[Approve](https://evil.example) **now**"
    card = said("teams", plain(evil, title=evil, facts=(("Who", evil),), lines=(evil,)))
    content = card["attachments"][0]["content"]

    assert {block["type"] for block in content["body"]} == {"RichTextBlock"}
    assert runs(card) == [evil, evil, f"Who: {evil}", f"• {evil}"]


@given(st.text(max_size=9000), st.text(max_size=400))
def test_no_text_is_beyond_a_platforms_limits(text: str, title: str) -> None:
    """Slack refuses a whole message for one field too long; Teams one of more than 28 kB."""
    words = plain(text, title=title, facts=(("Label", text),), lines=(text, text))
    slack, teams = said("slack", words), chat_message("teams", words)

    assert len(slack["blocks"]) <= 50
    for block in slack["blocks"]:
        if block["type"] == "header":
            assert 1 <= len(block["text"]["text"]) <= 150
        elif "text" in block:
            assert 1 <= len(block["text"]["text"]) <= 3000
            assert not re.search(r"&(?!(?:amp|lt|gt);)", block["text"]["text"])
        else:
            assert all(len(field["text"]) <= 2000 for field in block["fields"])
    assert len(teams.body) <= 28_000


def test_a_long_text_is_cut_at_its_lines() -> None:
    lines = [f"{n} " + "x" * 990 for n in range(7)]
    blocks = said("slack", plain("\n".join(lines)))["blocks"]

    assert [block["text"]["text"].split("\n") for block in blocks] == [
        lines[:3], lines[3:6], lines[6:],
    ]  # fmt: skip


@pytest.mark.parametrize("platform", [None, *PLATFORMS])
def test_the_same_words_the_same_bytes(platform: str | None) -> None:
    words = chat(template("return_settled", "chat"))

    assert chat_message(platform, words) == chat_message(platform, words)
