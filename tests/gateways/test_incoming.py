"""Mails that come in: what they say, who wrote them, and what they cost."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from retour.gateways.incoming import WORDS, Incoming, MailError, MailPool
from retour.gateways.limits import INCOMING_BYTES_MAX
from tests.support import letters
from tests.support.letters import bounce, letter, page, snapshot

FORM = b"Content-Type: multipart/form-data; boundary=x\r\n\r\n"
TO = "reply+abc@reply.example.com"


@pytest_asyncio.fixture(scope="module")
async def pool() -> AsyncIterator[MailPool]:
    """One child for all of them."""
    opened = MailPool()
    yield opened
    await opened.close()


async def read(pool: MailPool, raw: bytes) -> Incoming:
    said = await pool.read(raw)
    assert isinstance(said, Incoming), said
    return said


async def test_a_mail_is_told_with_what_is_attached(pool: MailPool) -> None:
    photo = snapshot()
    raw = letter(TO, "The ear is off.\n\nOn Monday, Shop wrote:\n> Hm?\n", photo=photo, paper=True)
    said = await read(pool, raw)

    assert (said.sender, said.sender_name) == ("mira.sand@example.com", "Mira Sand")
    assert (said.subject, said.text) == ("Re: Your return", "The ear is off.")
    assert "> Hm?" in said.original
    assert TO in said.recipients
    assert (said.is_automatic, said.is_bounce) == (False, False)
    assert [(one.name, one.data is not None) for one in said.attached] == [
        ("IMG_1.JPG", True),
        ("bill.pdf", False),
    ]
    assert said.attached[0].data == photo


async def test_a_page_is_told_as_its_words(pool: MailPool) -> None:
    said = await read(
        pool,
        page(
            "<head><title>no</title><style>p{}</style></head><p>Größe &lt;L&gt;<br>bitte</p>"
            "<script>alert(1)</script><blockquote>Which size?</blockquote>"
        ),
    )

    assert (said.sender_name, said.text) == ("Jürgen", "Größe <L>\nbitte")


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-generated (rejected)"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"List-Id": "<shoes.example.com>"},
        {"X-Autoreply": "yes"},
        {"Return-Path": "<>"},
        {"X-Retour-Event-Id": "evt_1"},
    ],
)
async def test_what_a_program_wrote_is_known(pool: MailPool, headers: dict[str, str]) -> None:
    assert (await read(pool, letter(TO, headers=headers))).is_automatic


async def test_what_a_person_wrote_is_known_too(pool: MailPool) -> None:
    for headers in ({}, {"Auto-Submitted": "no"}, {"X-Auto-Response-Suppress": "All"}):
        assert not (await read(pool, letter(TO, headers=headers))).is_automatic


async def test_a_bounce_names_the_conversation_of_the_mail_inside(pool: MailPool) -> None:
    said = await read(pool, bounce("returns@shop.example.com", TO))

    assert (said.is_bounce, said.is_automatic) == (True, True)
    assert TO in said.recipients
    assert "no such mailbox" in said.text


@pytest.mark.parametrize("field", ["email", "body-mime", "message"])
async def test_a_form_may_hold_the_mail(pool: MailPool, field: str) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="from"\r\n\r\na\r\n'
    body += b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n' % field.encode()
    raw = (
        b"Content-Type: multipart/form-data; boundary=x\r\n\r\n" + body + letter(TO) + b"\r\n--x--"
    )

    assert (await read(pool, raw)).text == "The ear is off."


async def test_small_inline_pictures_are_decoration(pool: MailPool) -> None:
    raw = letter(TO, photo=b"\xff\xd8\xff" + bytes(100)).replace(b"attachment;", b"inline;")

    assert (await read(pool, raw)).attached == ()


HOSTILE = {
    "nothing": (b"", "empty"),
    "blank": (b" \r\n\r\n ", "empty"),
    "no head": (b"\x00\x01\x02", "unreadable"),
    "too deep": (letters.nested(100), "too_deep"),
    "far too deep": (letters.nested(20_000), "too_deep too_much"),
    "too many parts": (letters.many_parts(100_000), "too_many_parts too_much"),
    "too large": (b"From: a@b.c\n\n" + bytes(INCOMING_BYTES_MAX), "too_large"),
    "a form without a mail": (
        FORM + b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--',
        "no_mail_in_form",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_cannot_be_read_is_refused_in_words(pool: MailPool, name: str) -> None:
    raw, codes = HOSTILE[name]
    began = time.monotonic()
    said = await pool.read(raw)

    assert isinstance(said, MailError), name
    assert said.code in codes.split()
    assert said.words == WORDS[said.code]
    assert time.monotonic() - began < 20


ODD = {
    "charset nobody knows": b"From: a@b.c\nContent-Type: text/plain; charset=klingon\n\nok",
    "base64 that is none": b"From: a@b.c\nContent-Transfer-Encoding: base64\n\n!!!ok",
    "head without end": b"From: a@b.c\nSubject: " + b"ok" * 100_000,
    "broken words": b"From: =?utf-8?q?=ff?= <a@b.c>\nSubject: =?x?y?z?=\n\nok",
    "no sender": b"Subject: ok\n\nok",
    "bare line ends": b"From: a@b.c\rSubject: x\r\rok",
    "many heads": b"From: a@b.c\n" + b"X: y\n" * 20_000 + b"\nok",
    "boundary that never comes": b"From: a@b.c\nContent-Type: multipart/mixed; boundary=b\n\nok",
    "noughts": b"From: a@b.c\nSubject: o\x00k\n\no\x00k",
}


@pytest.mark.parametrize("name", ODD)
async def test_odd_mails_are_read_as_far_as_they_can_be(pool: MailPool, name: str) -> None:
    said = await read(pool, ODD[name])

    assert "\x00" not in said.text + said.subject
    assert len(said.subject) <= 1000


async def test_noise_breaks_nothing(pool: MailPool) -> None:
    """The child answers each of them, or dies of it and is replaced."""
    honest = letter(TO, photo=snapshot())
    for seed in range(40):
        place = seed * len(honest) // 40
        raw = honest[:place] + os.urandom(20) + honest[place + 20 :]
        said = await pool.read(raw)
        assert isinstance(said, Incoming | MailError)
    assert (await read(pool, honest)).text == "The ear is off."
