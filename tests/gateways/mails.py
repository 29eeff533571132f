"""One honest mail, and how its bytes are read back."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from retour.gateways.message import Mail

MAIL = Mail(
    from_="Bücher & Co <returns@shop.example>",
    to="ann@customer.example",
    subject="Your return R-0001 – received",
    text="Dear Ann,\n\nwe have it: 12 €.\n.\nBye\n",
    html="<p>Dear Ann,</p><p>we have it: 12 €.</p>",
    message_id="<evt_01jq3.dlv_77@retour.example>",
    date=datetime(2026, 1, 15, 12, 30, tzinfo=UTC),
    headers={"List-Unsubscribe": "<https://shop.example/u/1>", "Auto-Submitted": "auto-generated"},
)


def read(written: bytes) -> EmailMessage:
    message = message_from_bytes(written, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert isinstance(body, EmailMessage)
    return body.get_content()
