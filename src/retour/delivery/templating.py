"""Messages that need more than their event: merchants' templates, mails, notices to their people.

Liquid is rendered in children that may be killed; what they give is put into its form here: a MIME
mail, a chat's JSON, a JSON or XML document.  Never here: retries; a template that fails is poison
like any other (``taking``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from retour.delivery.letters import NobodyToWrite, is_for_customer, letter
from retour.delivery.mails import mail_message
from retour.delivery.notice_letters import notice_words
from retour.delivery.protocols import Unmade
from retour.dialects.brand.mail import foot, mail_face
from retour.dialects.notification import is_worth_saying
from retour.dialects.notification.chats import chat_message, chat_words
from retour.dialects.notification.conversation import message_words
from retour.dialects.notification.texts import action, sources
from retour.dialects.notification.variables import variables
from retour.dialects.portal.grade_words import GradeKept
from retour.dialects.speaking import rendered
from retour.dialects.stored import StoredEvent
from retour.dialects.withdrawal.labels import LABELS, language_of
from retour.dialects.withdrawal.letter import letter as withdrawal_letter
from retour.gateways.layout import Brand, mail_layout
from retour.gateways.message import Attached, InvalidMail
from retour.gateways.templates import TemplateError, TemplatePool
from retour.kernel.ids import workspace_number
from retour.kernel.problems import Transient
from retour.kernel.status import ReturnStatus
from retour.kernel.subscription import (
    CUSTOMER,
    SubscriptionBody,
    SubscriptionKind,
    Template,
    customer_reads,
)
from retour.kernel.wire import WireMessage
from retour.lifecycle.model import EventType
from retour.store.brands import mail_look
from retour.store.grades import grades_said

if TYPE_CHECKING:
    import asyncpg

    from retour.delivery.protocols import Attach, Foresee
    from retour.dialects.brand.mail import MailFace
    from retour.dialects.view import View
    from retour.store.links import Links
    from retour.store.replies import Replies

_ATTACHED_MAX: Final = 1_000_000
"""Bytes; written for mail they are a third more, and a mail takes two million."""
_GRADE: Final = msgspec.json.Decoder(GradeKept)
_XML: Final = "application/xml; charset=utf-8"


class TemplateMaker:
    """Makes what templates and mails say; one for all workspaces of a process."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        templates: TemplatePool,
        mail_from: str,
        links: Links | None = None,
        replies: Replies | None = None,
        *,
        attach: Attach | None = None,
        foresee: Foresee | None = None,
    ) -> None:
        self._pool = pool
        self._templates = templates
        self._mail_from = mail_from
        self._links = links
        self._replies = replies
        self._attach = attach
        self._foresee = foresee

    async def __call__(
        self, event: StoredEvent, said: SubscriptionBody, word: str
    ) -> WireMessage | Unmade | None:
        """Make a message; a reason why not is final where another attempt would fail alike."""
        if said.kind is SubscriptionKind.NOTICE:
            return await self._notice(event, said)
        if said.kind is SubscriptionKind.MESSAGE:
            return await self._conversation(event, said)
        if said.kind is SubscriptionKind.ACKNOWLEDGEMENT:
            return await self._acknowledgement(event, said)
        template = said.template
        if template is None:
            return rendered(event, said, word)
        if not is_worth_saying(event):
            return None
        source = sources(template, to_customer=customer_reads(said))
        if not source:
            return rendered(event, said, word)
        values = await self._values(event, said, template, source)
        parts = await self._templates.render(source, values)
        if isinstance(parts, TemplateError):
            return Unmade(_blame(template, parts))
        if template.type == "email":
            html = parts.get("body_html")
            attached = await self._attached(event)
            if isinstance(attached, Unmade):
                return attached
            return await self._mail(
                event,
                said,
                subject=parts["subject"],
                text=parts["body_text"],
                html=html,
                action=action(template, values, to_customer=customer_reads(said)),
                attached=attached,
            )
        return _document(event, said, template, parts, values)

    async def _values(
        self,
        event: StoredEvent,
        said: SubscriptionBody,
        template: Template,
        source: Mapping[str, str],
    ) -> View:
        """Give what a template speaks of; what is foreseen, and grades, only where it asks."""
        told = None
        if self._foresee is not None and any("foreseen" in part for part in source.values()):
            told = await self._foresee(event)
        links = self._addresses(event, said)
        graded: dict[str, GradeKept] = {}
        if any(".grade_" in part for part in source.values()):
            graded = await self._grades(event)
        return variables(event, links, language=template.language, foreseen=told, grades=graded)

    async def _grades(self, event: StoredEvent) -> dict[str, GradeKept]:
        """Give what the event's workspace says of its grades, as it is now."""
        number = workspace_number(event.workspace)
        assert number is not None, "an event's workspace is one of ours"
        rows = await grades_said(self._pool, number)
        return {grade: _GRADE.decode(row.body) for grade, row in rows.items()}

    def _addresses(self, event: StoredEvent, said: SubscriptionBody) -> Mapping[str, str]:
        """Give the pages a message may lead to.

        The customer is led to their own return, and nobody else is.  None decides anything where
        the customer reads it, or may: a support tool quotes what it answers.
        """
        ret = event.snapshot.ret
        if self._links is None or ret is None:
            return {}
        if said.is_trial:
            return self._samples(event) if customer_reads(said) else {}
        if said.target == CUSTOMER:
            return {
                "customer": self._links.follow(event.workspace, ret.id, event.occurred_at),
                "withdraw": self._links.withdraw(event.workspace),
            }
        if said.reply_to_customer:
            return {}
        seat = {"agent": self._links.agent(event.workspace, ret.id)}
        if ret.status is not ReturnStatus.REQUESTED:
            return seat
        right = self._links.authorize(event.workspace, ret.id, event.occurred_at)
        return {**seat, "authorize": right}

    def _samples(self, event: StoredEvent) -> Mapping[str, str]:
        """Give addresses that stand for a customer's own, with no right in them."""
        assert self._links is not None, "who has no pages gives no samples of them"
        home = self._links.home(event.workspace)
        return {"customer": home, "withdraw": self._links.withdraw(event.workspace)}

    async def _mail(
        self,
        event: StoredEvent,
        said: SubscriptionBody,
        *,
        subject: str,
        text: str,
        html: str | None,
        action: tuple[str, str] | None = None,
        attached: tuple[Attached, ...] = (),
    ) -> WireMessage | Unmade:
        """Put words on the merchant's page, and the page into a mail."""
        face = await self._face(event)
        language = self._language(event, said)
        is_message = said.kind is SubscriptionKind.MESSAGE
        is_customers = is_message or customer_reads(said)
        home = "" if self._links is None else self._links.home(event.workspace)
        brand = face.brand(
            home=home, language=language, is_customers=is_customers and self._links is not None
        )
        page = None
        if html is not None:
            page = mail_layout(subject, html, Brand(**brand), language=language, action=action)
        try:
            mail = letter(
                event,
                said,
                face.sender(self._mail_from) if is_customers else self._mail_from,
                subject=subject,
                text=text + foot(brand, is_signed=is_message) if is_customers else text,
                html=page,
                reply_to=self._reply_to(event, said),
                attached=attached,
            )
            return mail_message(mail)
        except (InvalidMail, NobodyToWrite) as error:
            return Unmade(str(error), is_final=True)

    @staticmethod
    def _language(event: StoredEvent, said: SubscriptionBody) -> str:
        """Give the language a mail is in: its template's, or the customer's."""
        if said.template is not None:
            return said.template.language
        return language_of(event.customer.locale, LABELS)

    async def _attached(self, event: StoredEvent) -> tuple[Attached, ...] | Unmade:
        """Print the memo that a mail is about; one too large for a mail is left to its link."""
        named = event.snapshot.details.get("settlement")
        is_memo = event.type is EventType.SETTLEMENT_MEMO_COMPLETED
        if self._attach is None or not is_memo or not isinstance(named, str):
            return ()
        workspace = workspace_number(event.workspace)
        assert workspace is not None, "an event's workspace is one of ours"
        try:
            found = await self._attach(workspace, named)
        except Transient as error:
            return Unmade(str(error))
        if found is None or len(found[1]) > _ATTACHED_MAX:
            return ()
        return (Attached(name=found[0], subtype="pdf", body=found[1]),)

    def _reply_to(self, event: StoredEvent, said: SubscriptionBody) -> str | None:
        """Give the address of the conversation that a customer's answer belongs to."""
        about = event.snapshot.ret or event.snapshot.ticket
        if self._replies is None or about is None or said.target != CUSTOMER:
            return None
        return self._replies.address(event.workspace, about.id)

    async def _conversation(
        self, event: StoredEvent, said: SubscriptionBody
    ) -> WireMessage | Unmade | None:
        """Say a message to the customer; what is said inside the house stays there."""
        if not is_for_customer(event):
            return None
        merchant = (await self._face(event)).merchant
        words = message_words(event, merchant, self._addresses(event, said).get("customer"))
        return await self._mail(event, said, **words)

    async def _notice(self, event: StoredEvent, said: SubscriptionBody) -> WireMessage | Unmade:
        """Tell the workspace's own people what happened, and what to do."""
        subject, text = notice_words(event, (await self._face(event)).merchant)
        return await self._mail(event, said, subject=subject, text=text, html=None)

    async def _acknowledgement(
        self, event: StoredEvent, said: SubscriptionBody
    ) -> WireMessage | Unmade:
        """Tell who has withdrawn what was received of them, and when."""
        face = await self._face(event)
        words = withdrawal_letter(event, face.merchant)
        home = "" if self._links is None else self._links.home(event.workspace)
        brand = face.brand(home=home, language=words.language, is_customers=self._links is not None)
        page = mail_layout(words.subject, words.html, Brand(**brand), language=words.language)
        mail_from = face.sender(self._mail_from)
        try:
            mail = letter(event, said, mail_from, subject=words.subject, text=words.text, html=page)
            return mail_message(mail)
        except (InvalidMail, NobodyToWrite) as error:
            return Unmade(str(error), is_final=True)

    async def _face(self, event: StoredEvent) -> MailFace:
        """Give what mails show of an event's merchant, as it is now."""
        number = workspace_number(event.workspace)
        assert number is not None, "an event's workspace is one of ours"
        look = await mail_look(self._pool, number)
        return mail_face(look.name, look.brand, look.papers, look.withdrawals)


def _blame(template: Template, error: TemplateError) -> str:
    """Say for whoever writes the template what is wrong with it, and where."""
    where = "" if error.line is None else f" (line {error.line}, column {error.column})"
    part = "" if error.part is None else f" in its {error.part}"
    return f"Template {template.name or template.id} failed{part}: {error.message}{where}"


def _document(
    event: StoredEvent,
    said: SubscriptionBody,
    template: Template,
    parts: Mapping[str, str],
    values: View,
) -> WireMessage:
    """Put a rendered chat text, JSON or XML into its envelope."""
    if template.type == "chat":
        return chat_message(said.platform, chat_words(template, parts, values))
    numbered = () if event.sequence is None else (("webhook-sequence", str(event.sequence)),)
    content_type = "application/json" if template.type == "json" else _XML
    return WireMessage(content_type, parts[f"body_{template.type}"].encode(), numbered)
