"""Letters: who a mail goes to, who is answered, and which thread it belongs to.

A mail for a support tool is made so that the tool opens one ticket per return: every mail of a
return refers to its first one, and where replies lead to the customer, the customer is who asks.
Pure; writing mails and sending them are ``mails``'.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from retour.dialects.stored import ERASED, StoredEvent
from retour.gateways.message import Attached, InvalidMail, Mail, address
from retour.kernel.subscription import CUSTOMER, SubscriptionBody, SubscriptionKind
from retour.lifecycle.model import EventType
from retour.lifecycle.talk.bodies import MessageWay

_MESSAGE_ID_LENGTH_MAX: Final = 64
_FOREIGN_ID: Final = re.compile(r"<[!-;=?-~]{1,250}>")
_NOWHERE: Final = "retour.invalid"
_QUIET: Final = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
"""Tells programs that answer by themselves that nobody here would read it (RFC 3834; Exchange)."""
_LOUD_INBOXES: Final = frozenset({"zendesk"})
"""Support tools that put mail with either header of ``_QUIET`` aside instead of making a ticket.

They need neither against loops: their answers go to the customer, never back to us.
"""
_NO_CUSTOMER: Final = "The customer's address is erased, or none was given; nobody can be written."


class NobodyToWrite(ValueError):
    """There is no address to send a mail to, in words for the log."""


def recipient(event: StoredEvent, said: SubscriptionBody) -> str:
    """Give the address a mail goes to; a use case may have one of its own.

    Raises:
        NobodyToWrite: It is the customer's, and there is none.
    """
    if said.is_trial:
        return said.target
    if said.target != CUSTOMER:
        told = event.snapshot.details.get("to")
        return told if isinstance(told, str) else said.target
    email = event.customer.email
    if not email or email == ERASED:
        raise NobodyToWrite(_NO_CUSTOMER)
    return email


def letter(
    event: StoredEvent,
    said: SubscriptionBody,
    mail_from: str,
    *,
    subject: str,
    text: str,
    html: str | None,
    reply_to: str | None = None,
    attached: tuple[Attached, ...] = (),
) -> Mail:
    """Put rendered words into a mail; its id and date are the event's: always the same mail.

    Args:
        reply_to: The address of the conversation that an answer belongs to, where there is one.

    Raises:
        NobodyToWrite: It is for the customer, and there is no address.
    """
    to = recipient(event, said)
    own_id, first_id = message_id(event.id, to, mail_from), None
    if said.inbox is not None:
        own_id, first_id = _thread(event, own_id, to, mail_from)
    if said.reply_to_customer:
        reply_to = _reachable(event.customer.email)
    return Mail(
        from_=mail_from,
        to=to,
        subject=subject,
        text=text,
        html=html,
        message_id=own_id,
        date=event.occurred_at,
        reply_to=reply_to,
        attached=attached,
        headers=_headers(event, said, first_id),
    )


def _headers(event: StoredEvent, said: SubscriptionBody, first_id: str | None) -> dict[str, str]:
    """Name the event, so that programs behind an inbox can tell and count it; and the thread."""
    headers = {} if said.inbox in _LOUD_INBOXES else dict(_QUIET)
    if said.kind is SubscriptionKind.MESSAGE and event.message_link is None:
        headers = {"X-Auto-Response-Suppress": "OOF, AutoReply"}  # A person wrote it.
        first_id = _answered(event)
    if first_id is not None:
        headers |= {"In-Reply-To": first_id, "References": first_id}
    if said.is_trial:
        headers["X-Retour-Test"] = "true"
    if (ret := event.snapshot.ret) is not None:
        headers["X-Retour-Return-Id"] = ret.id
    return {**headers, "X-Retour-Event": event.type.value, "X-Retour-Event-Id": event.id}


def is_for_customer(event: StoredEvent) -> bool:
    """Say whether an event is a message to the customer, and to nobody else."""
    details = event.snapshot.details
    return details.get("way") == MessageWay.OUT.value and details.get("internal") is not True


def _answered(event: StoredEvent) -> str | None:
    """Give the Message-ID of the customer's last mail, where it can stand in a header."""
    about = event.snapshot.ret or event.snapshot.ticket
    said = None if about is None else event.words.get(about.id)
    last = None if said is None or said.ticket is None else said.ticket.last_mail
    return last if last is not None and _FOREIGN_ID.fullmatch(last) else None


def _thread(event: StoredEvent, own_id: str, to: str, mail_from: str) -> tuple[str, str | None]:
    """Give a mail's id and that of the thread's first mail, which has the return's own name.

    The first is the one about the request; whoever is not told of it finds the same name in all
    others.
    """
    ret = event.snapshot.ret
    if ret is None:
        return own_id, None
    first_id = message_id(ret.id, to, mail_from)
    if event.type is EventType.RETURN_REQUESTED:
        return first_id, None
    return own_id, first_id


def _reachable(email: str) -> str | None:
    """Give an address if a mail can name it; the customer's was never ours to check."""
    try:
        address(email)
    except InvalidMail:
        return None
    return email


def message_id(of: str, target: str, mail_from: str) -> str:
    """Name a mail by what it is of and its reader, the same for every repetition."""
    reader = hashlib.sha256(target.encode()).hexdigest()[:8]
    left = f"{of.partition('_')[2]}.{reader}"
    try:
        domain = address(mail_from).domain
    except InvalidMail:
        domain = _NOWHERE
    if len(left) + len(domain) + len("<@>") > _MESSAGE_ID_LENGTH_MAX:
        domain = _NOWHERE
    return f"<{left}@{domain}>"
