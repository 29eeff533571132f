"""What is asked of a return's conversation beside a comment: take in a mail.

``MessageWay`` says which way a message goes; it is stored and sent.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from retour.lifecycle.bodies import Body, Word
from retour.lifecycle.photos.bodies import Photos

MAIL_TEXT_MAX = 20_000
"""Characters of a mail that a conversation keeps."""


class MessageWay(StrEnum):
    """Which way a message goes."""

    IN = "in"  # From the customer to us.
    OUT = "out"  # From us to the customer.
    INSIDE = "inside"  # Among those who work on returns; it never leaves the house.


class RecordMail(Body):
    """A mail came in reply to ours; said by the mail door only.

    Args:
        text: What is new in it; quoted mails are left out.
        mail_id: Its Message-ID, so that an answer can refer to it.
        sender: Its From, in an address's own spelling.
        is_sender_known: Whether that is the customer's own address.
        is_automatic: Whether a program wrote it: an absence notice, a list, a robot.
        is_bounce: Whether it says that our mail could not be delivered.
        left_out: Names of attachments that are not kept.
    """

    text: Annotated[str, Meta(max_length=MAIL_TEXT_MAX)]
    subject: Annotated[str, Meta(max_length=1000)] | None = None
    mail_id: Annotated[str, Meta(max_length=998)] | None = None
    sender: Annotated[str, Meta(max_length=320)] | None = None
    is_sender_known: bool = False
    is_automatic: bool = False
    is_bounce: bool = False
    photos: Photos = ()
    left_out: Annotated[tuple[Word, ...], Meta(max_length=20)] = ()
