"""What consumers who withdraw read, what became of their statement, and who waits in line."""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from retour.desk.withdrawals.drafts import DRAFT_LIFE, Draft, Item, OrderLink, seal, unseal
from retour.desk.withdrawals.pacing import AT_ONCE, Line
from retour.dialects.examples import example
from retour.dialects.withdrawal.labels import LABELS, accepted, language_of
from retour.dialects.withdrawal.languages import LANGUAGES
from retour.dialects.withdrawal.letter import letter, moment
from retour.dialects.withdrawal.words import fill
from retour.lifecycle.model import Actor, ActorKind, EventType
from retour.lifecycle.withdrawals.acts import ActKind, KeptAct, acts_hold, add_act
from retour.lifecycle.withdrawals.withdrawing import (
    START,
    Labels,
    Link,
    Withdraw,
    content_of,
    network_of,
    sealed,
)
from retour.store.secrets import Vault

AT = datetime(2026, 6, 19, 21, 59, 59, 123456, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


# ---------------------------------------------------------------- words


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_language_says_everything_and_judges_nothing(language: str) -> None:
    words = asdict(LANGUAGES[language])

    assert language in LABELS
    assert all(text.strip() == text and text for text in words.values())
    slots = {name: set(re.findall(r"\[(\w+)\]", text)) for name, text in words.items()}
    english = {
        name: set(re.findall(r"\[(\w+)\]", text)) for name, text in asdict(LANGUAGES["en"]).items()
    }
    assert slots == english
    judging = "approved|accepted|genehmigt|angenommen|akzeptiert|accept[ée]|approuv|aprobad|aceptad"
    judging += "|accettat|approvat|zatwierdz|zaakceptowan|goedgekeurd|aanvaard"
    assert not re.search(judging, " ".join(words.values()).lower())


def test_slots_are_filled_once() -> None:
    assert fill("[a] and [b]", a="[b]", b="c") == "[b] and c"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("xx, nl;q=0.2, fr;q=0.7", "fr"),
        ("", "en"),
        ("xx;q=1", "en"),
        ("de;q=none, it;q=0.1", "it"),
        ("de;q=0", "en"),
    ],
)
def test_the_browsers_languages_are_taken_by_weight(header: str, language: str) -> None:
    assert accepted(header, LANGUAGES) == language


@given(st.text(max_size=200))
def test_no_header_is_too_odd(header: str) -> None:
    assert accepted(header, LANGUAGES) in LANGUAGES


def test_a_locale_has_a_language() -> None:
    spoken = [language_of(one, LANGUAGES) for one in ("de_AT", "PL", "sv", None)]
    assert spoken == ["de", "pl", "en", "en"]


@pytest.mark.parametrize(
    ("at", "zone", "language", "text"),
    [
        (AT, "Europe/Berlin", "de", "19. Juni 2026, 23:59:59 (Europe/Berlin, UTC+02:00)"),
        (AT, "UTC", "en", "19 June 2026, 21:59:59 (UTC, UTC+00:00)"),
        (AT, "Asia/Kolkata", "fr", "20 juin 2026, 03:29:59 (Asia/Kolkata, UTC+05:30)"),
        (AT - timedelta(days=200), "America/St_Johns", "en",
         "1 December 2025, 18:29:59 (America/St_Johns, UTC-03:30)"),
    ],
)  # fmt: skip
def test_a_moment_has_its_seconds_and_its_zone(
    at: datetime, zone: str, language: str, text: str
) -> None:
    assert moment(at, ZoneInfo(zone), language) == text


def test_the_letter_says_when_it_was_submitted_where_that_differs() -> None:
    event = example(EventType.WITHDRAWAL_RECEIVED)
    earlier = {**event.snapshot.details, "submitted_at": "2026-03-04T22:59:59Z"}
    said = letter(event, "Shop")
    late = letter(replace(event, snapshot=replace(event.snapshot, details=earlier)), "Shop")

    assert "Submitted" not in said.text
    assert "Submitted: 4 March 2026, 23:59:59 (Europe/Amsterdam, UTC+01:00)" in late.text
    assert "order 000100042 <both mugs>." in said.text
    assert "&lt;both mugs&gt;" in said.html
    assert "<both" not in said.html


# ---------------------------------------------------------------- what became of it


def a_link() -> Link:
    said = Withdraw(name="A", email="a@b.example", statement="I withdraw.", ip="203.0.113.77")
    return sealed(
        workspace="ws_0000000000001",
        id="wdr_1",
        number=1,
        received_at=AT,
        recorded_at=AT,
        content=content_of(said, "00"),
        previous=START,
    )


def some_acts(link: Link) -> list[KeptAct]:
    acts: list[KeptAct] = []
    for kind in (ActKind.MATCHED, ActKind.ACKNOWLEDGED, ActKind.RETURNED):
        by = Actor(kind=ActorKind.AGENT)
        acts.append(add_act(link, acts, kind, at=AT, recorded_at=AT, by=by))
    return acts


def test_acts_hang_on_the_statement_and_on_each_other() -> None:
    link = a_link()
    acts = some_acts(link)

    assert acts_hold(link, ())
    assert acts_hold(link, acts)
    assert acts[0].act.previous == link.hash.hex()
    assert [one.act.n for one in acts] == [1, 2, 3]


@pytest.mark.parametrize(
    "broken", ["dropped", "swapped", "reworded", "rehashed", "renamed", "unreadable", "another's"]
)
def test_acts_that_were_touched_do_not_hold(broken: str) -> None:
    link = a_link()
    acts = some_acts(link)
    match broken:
        case "dropped":
            del acts[1]
        case "swapped":
            acts[0], acts[1] = acts[1], acts[0]
        case "reworded":
            acts[0] = replace(acts[0], record=acts[0].record.replace(b"agent", b"agenT"))
        case "rehashed":
            acts[2] = replace(acts[2], hash=bytes(32))
        case "renamed":
            acts[2] = replace(acts[2], kind=ActKind.ERASED)
        case "unreadable":
            acts[2] = replace(acts[2], record=b"{", hash=hashlib.sha256(b"{").digest())
        case _:
            acts = some_acts(replace(link, id="wdr_2"))

    assert not acts_hold(link, acts)


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("unix", None),
    ],
)
def test_of_an_address_only_the_network_is_kept(ip: str, network: str | None) -> None:
    assert network_of(ip) == network
    assert b"113.77" not in (a_link().content or b"")


# ---------------------------------------------------------------- drafts and lines


def a_draft() -> Draft:
    return Draft(
        nonce="n",
        at=AT,
        language="de",
        name="Zoë",
        contract="0042",
        email="zoe@example.com",
        labels=Labels(entry="a", confirm="b"),
        items=(Item("Mug", 2),),
    )


def test_a_draft_is_read_by_us_for_its_own_workspace_and_use_only() -> None:
    vault, other = Vault(bytes(32)), Vault(bytes([1]) * 32)
    token = seal(vault, 7, a_draft())

    def read(vault: Vault, workspace: int, kind: type, text: str, later: timedelta) -> object:
        return unseal(vault, workspace, kind, text, now=AT + later, life=DRAFT_LIFE)

    soon = timedelta(hours=1)
    assert read(vault, 7, Draft, token, soon) == (a_draft(), True)
    assert read(vault, 7, Draft, token, timedelta(days=1)) == (a_draft(), False)
    assert read(vault, 8, Draft, token, soon) is None
    assert read(other, 7, Draft, token, soon) is None
    assert read(vault, 7, OrderLink, token, soon) is None
    assert b"zoe@example.com" not in urlsafe_b64decode(f"{token}===")
    for text in ("", "x", "é", token[:-2], "A" * 20_000):
        assert read(vault, 7, Draft, text, soon) is None


def test_ten_go_at_once_the_next_one_by_one_and_a_long_line_is_closed() -> None:
    line = Line(interval_s=2, wait_max_s=5)

    waits = [line.place("a", 100.0) for _ in range(AT_ONCE + 4)]

    assert waits == [0.0] * AT_ONCE + [2.0, 4.0, None, None]
    assert line.place("b", 100.0) == 0.0
    assert line.place("a", 102.0) == 4.0
    assert line.place("a", 1000.0) == 0.0
