"""What a template says, shown instead of sent: every part as its reader would get it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from retour.desk.foreseeing import Foresight
from retour.desk.notifications.deep_links import sample_follow, sample_link
from retour.desk.notifications.templating import render_source
from retour.dialects.brand.mail import foot, mail_face
from retour.dialects.dialect import Wanted
from retour.dialects.notification import DIALECT
from retour.dialects.notification.chats import chat_message, chat_words
from retour.dialects.notification.texts import action, sources
from retour.dialects.notification.variables import variables
from retour.gateways.layout import Brand, mail_layout
from retour.kernel.ids import workspace_text
from retour.kernel.status import ReturnStatus
from retour.kernel.subscription import SubscriptionBody, customer_reads
from retour.store.brands import mail_look

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.dialects.stored import StoredEvent
    from retour.dialects.view import View


async def shown(
    house: House, workspace_id: int, event: StoredEvent, said: SubscriptionBody
) -> dict[str, object]:
    """Render every part, and put mail on its page.

    Links are samples: a right is given to readers of what is sent, not of what is tried.

    Raises:
        InvalidRequest: The Liquid fails on this event.
        TemplatesBusy: Nobody could render it this time.
    """
    template = said.template
    assert template is not None, "only templates are tried"
    source = sources(template, to_customer=customer_reads(said))
    if not source:
        wire = DIALECT.render(event, Wanted(format=template.type))
        body = None if wire is None else wire.body.decode()
        return {"content_type": wire and wire.content_type, "body": body}
    config = await house.configs.recent(workspace_id)
    values = variables(
        event,
        _links(house, workspace_id, event, said),
        language=template.language,
        foreseen=await Foresight(house)(event),
        grades={} if config is None else config.grades,
    )
    parts = await render_source(house, source, values)
    if template.type in ("json", "xml"):
        body = parts[f"body_{template.type}"]
        return {"content_type": f"application/{template.type}", "body": body}
    if template.type == "chat":
        message = chat_message(said.platform, chat_words(template, parts, values))
        return {
            "text": parts["body_text"],
            "content_type": message.content_type,
            "body": message.body.decode(),
        }
    return await _mail(house, workspace_id, said, parts, values)


async def _mail(
    house: House,
    workspace_id: int,
    said: SubscriptionBody,
    parts: Mapping[str, str],
    values: View,
) -> dict[str, object]:
    """Put a mail on the merchant's page, with the foot that its reader gets."""
    template, is_customers = said.template, customer_reads(said)
    assert template is not None, "only templates are tried"
    async with house.database.transaction(workspace_id) as connection:
        look = await mail_look(connection, workspace_id)
    face = mail_face(look.name, look.brand, look.papers, look.withdrawals)
    home = f"{house.settings.public_base}/p/{workspace_text(workspace_id)}"
    brand = face.brand(home=home, language=template.language, is_customers=is_customers)
    page = mail_layout(
        parts["subject"],
        parts["body_html"],
        Brand(**brand),
        language=template.language,
        action=action(template, values, to_customer=is_customers),
    )
    text = parts["body_text"]
    return {
        "subject": parts["subject"],
        "text": text + foot(brand) if is_customers else text,
        "html": page,
    }


def _links(
    house: House, workspace_id: int, event: StoredEvent, said: SubscriptionBody
) -> Mapping[str, str]:
    ret = event.snapshot.ret
    if ret is None:
        return {}
    if customer_reads(said):
        base = house.settings.public_base
        withdraw = f"{base}/p/{workspace_text(workspace_id)}/withdraw"
        return {"customer": sample_follow(base), "withdraw": withdraw}
    if said.reply_to_customer or ret.status is not ReturnStatus.REQUESTED:
        return {}
    return {"authorize": sample_link(house.settings.public_base)}
