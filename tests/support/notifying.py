"""Notifications as they would be sent, made without an engine, by the child's own rendering."""

from __future__ import annotations

from datetime import UTC, date

from retour.delivery.letters import letter
from retour.dialects.brand.mail import foot, mail_face
from retour.dialects.example_message import use_case_example
from retour.dialects.notification import WORDS
from retour.dialects.notification.chats import ChatWords, chat_words
from retour.dialects.notification.sums import Foreseen
from retour.dialects.notification.texts import action, sources
from retour.dialects.notification.variables import variables
from retour.dialects.stored import StoredEvent
from retour.dialects.view import View, latest_settlement
from retour.gateways.layout import Brand, mail_layout
from retour.gateways.message import Mail
from retour.gateways.template_child import render
from retour.kernel.subscription import CUSTOMER, SubscriptionBody, SubscriptionKind, Template
from retour.lifecycle.model import EventType
from tests.support import samples

FROM = "Lumen <returns@example.com>"
HOME = "https://retour.example/p/ws_0000000000001"
BRANDED = '{"said":{"color":"#FFD400","links":{"imprint":"https://lamps.example/imprint"}}}'
"""What a merchant in yellow has said of their look, as it is kept."""
LINK = {"authorize": "https://retour.example/authorize/0000000000001-01kj-69b8-5f0d"}


def sample(word: str) -> StoredEvent:
    """Give the sample that a word of 12Return's is said of."""
    if word == "use_case_email":
        return use_case_example()
    return samples.event(EventType(WORDS[word].type))


def foreseen_example() -> Foreseen:
    """Give what the sample's return comes to in the end, as if it were only foreseen."""
    ret = sample("refund_paid").snapshot.ret
    settlement = None if ret is None else latest_settlement(ret)
    assert settlement is not None, "the sample is settled"
    day = date(2025, 12, 5)
    return Foreseen(settlement=settlement, settles_at="processed", pay_by=day, zone=UTC)


def template(word: str, type: str = "email", **said: str) -> Template:
    """Give a template as a subscription holds it."""
    return Template(id="ntp_1", event=word, type=type, **said)


def values(word: str, *, is_linked: bool = True) -> View:
    """Give what a template may speak of, with the link that asks for an answer."""
    return variables(sample(word), LINK if is_linked and word == "return_requested" else {})


def rendered(
    said: Template, *, to_customer: bool = False, is_linked: bool = True
) -> dict[str, str]:
    """Render every part of a template."""
    known = values(said.event, is_linked=is_linked and not to_customer)
    return {
        part: render(part, source, known)
        for part, source in sources(said, to_customer=to_customer).items()
    }


def chat(said: Template) -> ChatWords:
    """Give what a chat's template says."""
    return chat_words(said, rendered(said), values(said.event))


def mail(
    said: Template,
    to: str = "desk@example.com",
    inbox: str | None = None,
    *,
    is_answered: bool = False,
) -> Mail:
    """Write a mail of a template, its page left out; ``is_answered`` by the customer's address."""
    parts = rendered(said, to_customer=to == CUSTOMER, is_linked=not is_answered)
    body = SubscriptionBody(
        kind=SubscriptionKind.EMAIL,
        target=to,
        dialect="notification",
        template=said,
        inbox=inbox,
        reply_to_customer=is_answered,
    )
    return letter(
        sample(said.event),
        body,
        FROM,
        subject=parts["subject"],
        text=parts["body_text"],
        html=None,
    )


def told_by_way(word: str, language: str, way: str) -> tuple[str, ...]:
    """Write what depends on how goods come: subject, opening, last day and button."""
    said = template(word, language=language)
    known = variables(sample(word), {"customer": "https://retour.example/x"}, language=language)
    known["return"]["way"] = way
    parts = {
        part: render(part, source, known)
        for part, source in sources(said, to_customer=True).items()
    }
    opening, *rest = parts["body_text"].splitlines()
    assert f"<p>{opening}</p>" in parts["body_html"], "both parts say the same"
    day = known["return"]["send_through_written"]
    last = [line for line in rest if day and line.endswith(day)]
    return parts["subject"], opening, *last, *(action(said, known, to_customer=True) or ())


def customers_page(word: str, language: str, brand: str | None = None) -> tuple[str, str]:
    """Write what a customer is told by default: the HTML part on its page, and the text part."""
    said = template(word, language=language)
    links = {"customer": "https://retour.example/follow/x", "withdraw": f"{HOME}/withdraw"}
    known = variables(
        sample(word),
        links,
        language=language,
        foreseen=foreseen_example() if word == "return_requested" else None,
    )
    parts = {
        part: render(part, source, known)
        for part, source in sources(said, to_customer=True).items()
    }
    logo = None if brand is None else f'{{"logo":"{"0" * 64}"}}'
    face = mail_face("Lumen", brand, logo, None)
    shown = face.brand(home=HOME, language=language, is_customers=True)
    page = mail_layout(
        parts["subject"],
        parts["body_html"],
        Brand(**shown),
        language=language,
        action=action(said, known, to_customer=True),
    )
    return page, parts["body_text"] + foot(shown)
