"""Answers written once, drafts of messages, and how much waited day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, PAGED, Parameter, Route
from retour.desk import depths
from retour.desk.conversation import drafts, replies
from retour.desk.conversation.drafts import DraftPut
from retour.desk.conversation.replies import WORDS, ReplyTemplatePut
from retour.desk.queues import QUEUES
from retour.desk.timers import listing
from retour.dialects.shapes import Boolean, Integer, ListOf, Text, Tree, or_null
from retour.dialects.tree_parts import COUNT, MOMENT, TEXT, words
from retour.kernel.status import ReturnStatus

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_TEMPLATE: Final = BodyReader(ReplyTemplatePut)
_DRAFT: Final = BodyReader(DraftPut)
_TEMPLATES: Final = f"{BASE}/reply-templates"
_ONE: Final = f"{_TEMPLATES}/{{reply_code}}"
_OF_RETURN: Final = f"{BASE}/returns/{{return_id}}/message-draft"
REPLY_TEMPLATE: Final = Tree(
    name="reply_template",
    about="An answer that is written once.",
    fields={
        "code": TEXT,
        "name": TEXT,
        "text": Text(about="With words in braces that stand for what a return says."),
        "updated_at": MOMENT,
    },
)
REPLY: Final = Tree(
    name="reply",
    about="An answer as it reads for one return now.",
    fields={
        "code": TEXT,
        "name": TEXT,
        "text": TEXT,
        "missing": ListOf(item=Text(words=tuple(WORDS)), about="What had nothing to stand for."),
    },
)
DRAFT: Final = Tree(
    name="message_draft",
    about="What somebody has begun to write.",
    fields={"text": TEXT, "internal": Boolean(), "saved_at": MOMENT},
)
DEPTH: Final = Tree(
    name="queue_depth",
    about="How much waited in a queue, day by day, the earliest first, today last.",
    fields={
        "queue": Text(words=tuple(one.name for one in QUEUES)),
        "days": ListOf(
            item=Tree(
                name="queue_day",
                fields={
                    "day": Text(about="Of the workspace."),
                    "count": or_null(COUNT, "None before anybody looked."),
                },
            )
        ),
    },
)


REFUND_DUE: Final = Tree(
    name="refund_due",
    about="A return whose money is due.",
    fields={
        "timer": TEXT,
        "return": TEXT,
        "rma_number": TEXT,
        "order_number": TEXT,
        "status": words(ReturnStatus),
        "is_withdrawal": Boolean(about="Whether the customer withdrew from the contract."),
        "due_at": MOMENT,
        "days_left": Integer(about="Whole days; below zero once it is late."),
    },
)


async def list_templates(call: Call) -> Outcome:
    """Give a page of answers."""
    return await replies.listing(call.house, call.workspace_id, call.page)


async def read_template(call: Call) -> Outcome:
    """Give one answer."""
    return await replies.look_up(call.house, call.workspace_id, call.params["reply_code"])


async def put_template(call: Call) -> Outcome:
    """Keep an answer."""
    body, code = _TEMPLATE.read(call.body), call.params["reply_code"]
    return await replies.put(call.house, call.workspace_id, code, body)


async def delete_template(call: Call) -> Outcome:
    """Forget an answer."""
    return await replies.remove(call.house, call.workspace_id, call.params["reply_code"])


async def resolve_template(call: Call) -> Outcome:
    """Write an answer for a return."""
    return await replies.resolve(
        call.house, call.workspace_id, call.query.get("return"), call.params["reply_code"]
    )


async def read_draft(call: Call) -> Outcome:
    """Give what the asking key has begun."""
    writer, return_id = call.principal.key_id, call.params["return_id"]
    return await drafts.look_up(call.house, call.workspace_id, return_id, writer)


async def put_draft(call: Call) -> Outcome:
    """Keep what the asking key has begun."""
    body, writer = _DRAFT.read(call.body), call.principal.key_id
    return await drafts.put(call.house, call.workspace_id, call.params["return_id"], writer, body)


async def delete_draft(call: Call) -> Outcome:
    """Forget what the asking key has begun."""
    writer, return_id = call.principal.key_id, call.params["return_id"]
    return await drafts.remove(call.house, call.workspace_id, return_id, writer)


async def list_refunds_due(call: Call) -> Outcome:
    """Give a page of the returns whose money is due."""
    return await listing.refunds(call.house, call.workspace_id, call.page)


async def list_depths(call: Call) -> Outcome:
    """Give the course of every queue."""
    return await depths.listing(call.house, call.workspace_id)


ROUTES: Final = (
    Route(
        method="GET",
        path=_TEMPLATES,
        name="list_reply_templates",
        tag="Conversations",
        summary="List the answers that are written once",
        scope="returns:read",
        noun="workspace",
        answer=list_templates,
        query=PAGED,
        result=REPLY_TEMPLATE,
        paged=True,
    ),
    Route(
        method="GET",
        path=_ONE,
        name="read_reply_template",
        tag="Conversations",
        summary="Read one of them",
        scope="returns:read",
        noun="reply template",
        answer=read_template,
        result=REPLY_TEMPLATE,
    ),
    Route(
        method="PUT",
        path=_ONE,
        name="put_reply_template",
        tag="Conversations",
        summary="Write an answer once",
        about="Words in braces stand for what a return says: "
        + ", ".join(f"`{{{{ {word} }}}}` {what}" for word, what in WORDS.items())
        + ".",
        scope="settings:write",
        noun="reply template",
        answer=put_template,
        body=ReplyTemplatePut,
        result=REPLY_TEMPLATE,
    ),
    Route(
        method="DELETE",
        path=_ONE,
        name="delete_reply_template",
        tag="Conversations",
        summary="Forget one of them",
        scope="settings:write",
        noun="reply template",
        answer=delete_template,
        statuses=(204,),
    ),
    Route(
        method="GET",
        path=f"{_ONE}/text",
        name="read_reply",
        tag="Conversations",
        summary="Read one of them as it reads for a return now",
        scope="returns:read",
        noun="reply template",
        answer=resolve_template,
        query=(Parameter(name="return", about="The id of the return.", is_required=True),),
        result=REPLY,
    ),
    Route(
        method="GET",
        path=_OF_RETURN,
        name="read_message_draft",
        tag="Conversations",
        summary="Read what the asking key has begun to write",
        scope="returns:read",
        noun="draft",
        answer=read_draft,
        result=DRAFT,
    ),
    Route(
        method="PUT",
        path=_OF_RETURN,
        name="put_message_draft",
        tag="Conversations",
        summary="Keep what is begun and not sent",
        about="It is the asking key's alone, and goes after a month without a change.",
        scope="returns:write",
        noun="return",
        answer=put_draft,
        body=DraftPut,
        result=DRAFT,
    ),
    Route(
        method="DELETE",
        path=_OF_RETURN,
        name="delete_message_draft",
        tag="Conversations",
        summary="Forget what is begun",
        scope="returns:write",
        noun="return",
        answer=delete_draft,
        statuses=(204,),
    ),
    Route(
        method="GET",
        path=f"{BASE}/queue-depths",
        name="list_queue_depths",
        tag="Queues",
        summary="List how much waited, queue by queue, on each of the last 14 days",
        scope="returns:read",
        noun="workspace",
        answer=list_depths,
        result=DEPTH,
        paged=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/refunds-due",
        name="list_refunds_due",
        tag="Queues",
        summary="List returns whose money is due by law, the most urgent first",
        scope="returns:read",
        noun="workspace",
        answer=list_refunds_due,
        query=PAGED,
        result=REFUND_DUE,
        paged=True,
    ),
)
