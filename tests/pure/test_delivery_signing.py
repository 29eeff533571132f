"""Signatures as the standard's own library verifies them."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from retour.delivery.signing import LiveKey, SigningKey, live_secrets, read_keys, signature
from retour.desk.telling import signing_keys as desk

NOW = datetime.now(UTC)
AT = int(NOW.timestamp())


def keys_of(*keys: SigningKey) -> tuple[LiveKey, ...]:
    return read_keys(msgspec.json.encode(keys))


def key(byte: int, until: datetime | None = None) -> SigningKey:
    return SigningKey(base64.b64encode(bytes([byte]) * 32).decode(), until)


def just_now() -> int:
    """Tell the time: the standard's library takes nothing older than some minutes."""
    return int(datetime.now(UTC).timestamp())


def headers(signed: str, at: int) -> dict[str, str]:
    return {"webhook-id": "evt_1", "webhook-timestamp": str(at), "webhook-signature": signed}


@given(st.dictionaries(st.text(), st.integers() | st.text(), max_size=5), st.binary(min_size=24))
def test_the_standards_library_verifies_whatever_we_sign(
    body: dict[str, int | str], secret: bytes
) -> None:
    encoded = base64.b64encode(secret[:64]).decode()
    raw = json.dumps(body).encode()
    at = just_now()
    signed = signature(keys_of(SigningKey(encoded)), "evt_1", at, raw)
    assert Webhook("whsec_" + encoded).verify(raw, headers(signed, at)) == body


@pytest.mark.parametrize("broken", ["evt_2", "body", "time"])
def test_nothing_of_it_can_be_changed(broken: str) -> None:
    said, at = key(1), just_now()
    signed = headers(signature(keys_of(said), "evt_1", at, b"{}"), at)
    if broken == "evt_2":
        signed["webhook-id"] = "evt_2"
    if broken == "time":
        signed["webhook-timestamp"] = str(at + 1)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + said.key).verify(b"{ }" if broken == "body" else b"{}", signed)


def test_every_live_key_signs_and_no_ended_one() -> None:
    old = key(1, NOW - timedelta(seconds=1))
    leaving = key(2, NOW + timedelta(hours=1))
    current, at = key(3), just_now()
    signed = signature(keys_of(old, leaving, current), "evt_1", at, b"{}")
    assert len(signed.split(" ")) == 2
    for live in (leaving, current):
        Webhook("whsec_" + live.key).verify(b"{}", headers(signed, at))
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + old.key).verify(b"{}", headers(signed, at))


def test_without_keys_there_is_no_signature() -> None:
    assert signature((), "evt_1", AT, b"{}") == ""


def test_a_dialects_own_signature_is_keyed_by_what_the_owner_holds() -> None:
    """The newest first; a text of the owner's own as it is, any other with its prefix."""
    old = desk.fresh_key()
    text = desk.read_text_key("our own secret, 16+")
    ended = desk.SigningKey(old.key, NOW - timedelta(seconds=1))

    keys = read_keys(msgspec.json.encode([ended, old, text]))

    assert live_secrets(keys, AT) == [b"our own secret, 16+", desk.shown(old).encode()]
    assert desk.shown(text) == "our own secret, 16+"


def test_a_text_stays_one_when_it_is_replaced() -> None:
    text = desk.read_text_key("our own secret, 16+")

    kept = desk.rotated([text], desk.fresh_key(), now=NOW, until=NOW + timedelta(hours=1))

    assert desk.shown(kept[0]) == "our own secret, 16+"
