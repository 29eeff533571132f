"""Letters to people, written when they are sent.

A letter's delivery names what it is about; whom it is for, its words and its link are looked up for
each attempt.  So no link is ever kept, and a letter nobody waits for any more is not sent.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final, NamedTuple

from retour.desk.people import invitations, persons
from retour.desk.people.persons import HOUSE, SQL
from retour.desk.people.posting import OF_HOUSE, TRIAL
from retour.desk.people.resets import LIFE, link_of
from retour.gateways.layout import ACTION, Brand, mail_layout
from retour.gateways.message import InvalidMail, Mail, address
from retour.kernel.ids import is_id, workspace_number
from retour.store.statements import named

if TYPE_CHECKING:
    from datetime import datetime

    from retour.desk.house import House
    from retour.desk.people.invitations import Invitation

_SYSTEM: Final = named("system")
_FOOT: Final = "Nobody answers mail sent to this address."
_BRAND: Final = Brand(name="Retour", footer=_FOOT)
_REASON_LENGTH_MAX: Final = 300
_DOMAIN_LENGTH_MAX: Final = 35
"""Beside an id, so that a mail's name is one line."""
_NOWHERE: Final = "retour.invalid"


class _Words(NamedTuple):
    """What a letter says, with its one button."""

    subject: str
    paragraphs: tuple[str, ...]
    label: str
    link: str
    after: str


class HouseLetters:
    """Writes letters for delivery, and notes what became of them."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def write(self, about: str, *, letter: str) -> Mail | None:
        """Write one with its link; ``None`` where nobody waits for it any more."""
        place, _, subject = about.partition("/")
        if place == OF_HOUSE and subject.startswith(f"{TRIAL}-"):
            return await self._trial(subject.split("-")[1], letter)
        if place == OF_HOUSE:
            return await self._reset(subject, letter)
        found = await self._invitation(place, subject)
        if found is None or found.email is None or found.mail_at is None or not found.is_good:
            return None
        words = await self._invited(found)
        return self._mail(found.email, words, letter, found.mail_at)

    async def told(self, about: str, *, is_sent: bool, why: str | None) -> None:
        """Note it at the invitation, for who has sent it; of passwords nobody is told."""
        place, _, subject = about.partition("/")
        workspace_id = workspace_number(place)
        if place == OF_HOUSE or workspace_id is None:
            return
        words = None if why is None else why[:_REASON_LENGTH_MAX]
        async with self._house.database.transaction(workspace_id) as connection:
            await connection.execute(
                SQL["tell_invitation_mail"],
                workspace_id,
                subject,
                "sent" if is_sent else "failed",
                words,
            )

    async def _invitation(self, place: str, invitation_id: str) -> Invitation | None:
        workspace_id = workspace_number(place)
        if workspace_id is None or not is_id(invitation_id, "inv"):
            return None
        return await invitations.by_id(self._house, workspace_id, invitation_id)

    async def _invited(self, found: Invitation) -> _Words:
        config = await self._house.configs.recent(found.workspace_id)
        assert config is not None, "an invitation is a workspace's"
        makers = () if found.made_by is None else (found.made_by,)
        known = await persons.named_by(self._house, makers)
        by = next((one.name for one in known.values()), None)
        who = "You are invited" if by is None else f"{by} invites you"
        day = found.until.strftime("%-d %B %Y, %H:%M UTC")
        return _Words(
            subject=f"{who} to {config.name}",
            paragraphs=(
                f"{who} to work for {config.name} as {found.role.value}.",
                f"The link is yours alone and good once, until {day}.",
                "Who has an account joins with it; who has none makes one.",
            ),
            label="Accept the invitation",
            link=invitations.link_of(self._house, found.workspace_id, found.id),
            after="If you expected none, do nothing: nobody is a member before they accept.",
        )

    async def _reset(self, reset_id: str, letter: str) -> Mail | None:
        async with self._house.database.transaction(HOUSE) as connection:
            row = await connection.fetchrow(SQL["reset_of"], HOUSE, reset_id)
        person = None if row is None else await persons.by_id(self._house, row["person_id"])
        if row is None or person is None:
            return None
        words = _Words(
            subject="A new password for Retour",
            paragraphs=(
                f"Somebody asked for a new password for {person.email}.",
                "The link is good once, for an hour.",
                "Every browser is signed out then, and passkeys end; codes are still asked for.",
            ),
            label="Set a new password",
            link=link_of(self._house, reset_id),
            after="If it was not you, do nothing: your password stays as it is.",
        )
        return self._mail(person.email, words, letter, row["until"] - LIFE)

    async def _trial(self, person_id: str, letter: str) -> Mail | None:
        person = await persons.by_id(self._house, person_id)
        if person is None:
            return None
        async with self._house.database.transaction(HOUSE) as connection:
            row = await connection.fetchrow(_SYSTEM["server"])
        assert row is not None, "a server answers"
        words = _Words(
            subject="A mail to try the relay",
            paragraphs=(
                "This mail arrived, so the others do.",
                "It was sent from the page System.",
            ),
            label="Open Retour",
            link=self._house.settings.public_base,
            after="Nothing is to be done.",
        )
        return self._mail(person.email, words, letter, row["tick"])

    def _mail(self, to: str, words: _Words, letter: str, at: datetime) -> Mail:
        sender = self._house.settings.mail_from
        text = "\n\n".join((*words.paragraphs, f"{words.label}:\n{words.link}", words.after, _FOOT))
        body = "".join(f"<p>{html.escape(one)}</p>" for one in words.paragraphs)
        plain = f'<small>Or open <a href="{words.link}">{words.link}</a></small>'
        page = mail_layout(
            words.subject,
            f"<h1>{html.escape(words.subject)}</h1>{body}{ACTION}"
            f"<p>{html.escape(words.after)}</p><p>{plain}</p>",
            _BRAND,
            preview=words.paragraphs[0],
            action=(words.label, words.link),
        )
        return Mail(
            from_=sender,
            to=to,
            subject=words.subject,
            text=f"{text}\n",
            html=page,
            message_id=f"<{letter.partition('_')[2]}@{_domain(sender)}>",
            date=at,
            headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
        )


def _domain(sender: str) -> str:
    try:
        domain = address(sender).domain
    except InvalidMail:
        return _NOWHERE
    return domain if len(domain) <= _DOMAIN_LENGTH_MAX else _NOWHERE
