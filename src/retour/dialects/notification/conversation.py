"""A message of an agent as a mail to the customer: the agent's words, and what they are about."""

from __future__ import annotations

import html
from typing import Final, TypedDict

from retour.dialects.notification.alert import printed_rma_number
from retour.dialects.notification.customer_words import CUSTOMER_LANGUAGES
from retour.dialects.notification.texts import DEFAULT_LANGUAGE
from retour.dialects.portal.languages import JOURNEY
from retour.dialects.stored import ERASED, StoredEvent
from retour.dialects.withdrawal.labels import language_of

_RULE: Final = "-- "


class MessageWords(TypedDict):
    """The parts of a mail."""

    subject: str
    text: str
    html: str
    action: tuple[str, str] | None


def message_words(event: StoredEvent, shop: str, follow: str | None = None) -> MessageWords:
    """Write the parts of the mail that an event's message is.

    Args:
        shop: Who writes, as customers know them.
        follow: Where the customer follows the return, where there is one.
    """
    if event.message_link is not None:
        return _resuming(event, shop, event.message_link)
    locale = event.customer.locale or DEFAULT_LANGUAGE
    code = locale.replace("_", "-").partition("-")[0].lower()
    language = CUSTOMER_LANGUAGES.get(code, CUSTOMER_LANGUAGES[DEFAULT_LANGUAGE])
    ret, ticket = event.snapshot.ret, event.snapshot.ticket
    said = event.message or ERASED
    if ret is not None:
        reference = printed_rma_number(ret) or str(ret.number)
        about = [f"{language.reference}: {reference}", f"{language.order}: {ret.order_number}"]
        subject = f"{language.reference} {reference} – {shop}"
    elif ticket is None:
        about, subject = [], event.message_subject or shop
    else:
        about, subject = [f"#{ticket.number}"], f"#{ticket.number} – {shop}"
    paragraphs = [_escaped(part) for part in said.split("\n\n")]
    page = "".join(f"<p>{part}</p>" for part in paragraphs) + "<!--action-->"
    if about:
        page += f'<p class="facts">{"<br>".join(map(_escaped, about))}</p>'
    there = [] if follow is None else [f"{language.open}: {follow}"]
    return {
        "subject": subject,
        "text": "\n".join((said, "", _RULE, *about, *there, shop, "")),
        "html": page,
        "action": None if follow is None else (language.open, follow),
    }


def _resuming(event: StoredEvent, shop: str, link: str) -> MessageWords:
    """Write the mail that leads a customer back: headed, and its button before the rest."""
    words = JOURNEY[language_of(event.customer.locale, JOURNEY)]
    subject, said = event.message_subject or shop, event.message or ERASED
    first, *rest = (f"<p>{_escaped(part)}</p>" for part in said.split("\n\n"))
    return {
        "subject": subject,
        "text": f"{said}\n\n{words.mail_open}: {link}\n\n{_RULE}\n{shop}\n",
        "html": "".join((f"<h1>{_escaped(subject)}</h1>", first, "<!--action-->", *rest)),
        "action": (words.mail_open, link),
    }


def _escaped(text: str) -> str:
    return html.escape(text).replace("\n", "<br>\n")
