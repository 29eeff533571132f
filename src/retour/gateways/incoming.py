"""Mails that came in, read by children that may be killed at any moment.

``MailPool`` bounds what goes in and says what is in it; reading is ``mail_child``'s, which shares
nothing with this process but a pipe. Never here: whose conversation a mail belongs to.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import msgspec

from retour.gateways.cell import unpacked
from retour.gateways.crew import Crew, Lost, Overtaxed
from retour.gateways.limits import (
    INCOMING_BYTES_MAX,
    INCOMING_CHILDREN,
    INCOMING_CPU_S,
    INCOMING_IDLE_S,
    INCOMING_WALL_S,
)

_CHILD: Final = "retour.gateways.mail_child"

WORDS: Final = MappingProxyType(
    {
        "empty": "There is no mail here. Send it whole, head and body, as the body.",
        "too_large": f"The mail is larger than {INCOMING_BYTES_MAX >> 20} MB. Nothing was kept.",
        "unreadable": "This is no mail (RFC 5322). Send it whole, as it came.",
        "no_mail_in_form": "The form has no field email, body-mime or message with a whole mail.",
        "too_deep": "The mail's parts are nested too deeply. Nothing was kept.",
        "too_many_parts": "The mail has too many parts. Nothing was kept.",
        "too_much": "The mail takes too much time or memory to read. Nothing was kept.",
        "try_again": "The mail could not be read this time. Send it again.",
    }
)
"""Why a mail is not taken, for whoever runs what sent it, by a stable code."""


class Attached(msgspec.Struct, frozen=True):
    """Something attached to a mail; ``data`` is None where it is no picture, or too large."""

    name: str
    type: str
    data: bytes | None


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a mail.

    Args:
        text: What is new in it.
        original: All it says, with what it quotes.
        is_automatic: A program wrote it.
        is_bounce: The post says that a mail of ours could not be delivered.
    """

    mail_id: str | None
    sender: str
    sender_name: str | None
    recipients: tuple[str, ...]
    subject: str
    text: str
    original: str
    is_automatic: bool
    is_bounce: bool
    attached: tuple[Attached, ...]


class MailError(msgspec.Struct, frozen=True):
    """Why a mail is not taken: a key of ``WORDS``."""

    code: str

    @property
    def words(self) -> str:
        """The same for people."""
        return WORDS[self.code]


class _Listed(msgspec.Struct, frozen=True):
    name: str
    type: str
    length: int


class _Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What a child says of a mail."""

    problem: str | None = None
    mail_id: str | None = None
    sender: str = ""
    sender_name: str | None = None
    recipients: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    original: str = ""
    is_automatic: bool = False
    is_bounce: bool = False
    attachments: tuple[_Listed, ...] = ()


class MailPool:
    """Reads mails, at most ``children`` at once; costs nothing before the first.

    Belongs to one event loop.
    """

    def __init__(
        self,
        *,
        children: int = INCOMING_CHILDREN,
        cpu_s: float = INCOMING_CPU_S,
        wall_s: float = INCOMING_WALL_S,
        idle_s: float = INCOMING_IDLE_S,
    ) -> None:
        self._crew = Crew(_CHILD, places=children, cpu_s=cpu_s, wall_s=wall_s, idle_s=idle_s)

    async def read(self, data: bytes) -> Incoming | MailError:
        """Tell what is in a mail, or why that is not known."""
        if not data.strip():
            return MailError("empty")
        if len(data) > INCOMING_BYTES_MAX:
            return MailError("too_large")
        try:
            return _told(await self._crew.ask(data))
        except Overtaxed:
            return MailError("too_much")
        except Lost:
            return MailError("try_again")

    async def close(self) -> None:
        """End every child. Whoever still waits is told to try again."""
        await self._crew.close()


def _told(frame: bytes) -> Incoming | MailError:
    said, blobs = unpacked(frame)
    try:
        letter = msgspec.json.decode(said, type=_Letter)
    except msgspec.DecodeError:
        return MailError("try_again")
    if letter.problem is not None:
        return MailError(letter.problem if letter.problem in WORDS else "unreadable")
    attached: list[Attached] = []
    place = 0
    for one in letter.attachments:
        data = blobs[place : place + one.length] if one.length > 0 else None
        place += max(0, one.length)
        attached.append(Attached(one.name, one.type, data))
    return Incoming(
        mail_id=letter.mail_id,
        sender=letter.sender,
        sender_name=letter.sender_name,
        recipients=letter.recipients,
        subject=letter.subject,
        text=letter.text,
        original=letter.original,
        is_automatic=letter.is_automatic,
        is_bounce=letter.is_bounce,
        attached=tuple(attached),
    )
