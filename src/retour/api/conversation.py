"""Conversations: messages listed and noted, mails handed in, matched and put aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.problems import Stop, not_found
from retour.api.routes import BASE, ENDED, PAGED, Hooked, HookRoute, Parameter, Route
from retour.api.shapes import ANSWERED_RETURN
from retour.desk import conversation
from retour.desk.conversation import CustomerMessage, MessageNoted, unmatched
from retour.desk.conversation.arriving import take_mail
from retour.desk.conversation.hooks import PATH, hook_workspace, mail_settings
from retour.desk.conversation.unmatched import MatchMail
from retour.dialects.shapes import Boolean, ListOf, Text, Tree, or_null
from retour.dialects.tree_parts import MAYBE, MAYBE_MOMENT, MOMENT, TEXT, words
from retour.gateways.limits import INCOMING_BYTES_MAX
from retour.lifecycle.model import ActorKind
from retour.lifecycle.talk.bodies import MessageWay

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.conversation import Which
    from retour.desk.house import House
    from retour.desk.outcome import Outcome

_NOTED: Final = BodyReader(MessageNoted)
_MATCH: Final = BodyReader(MatchMail)
_SPOKEN: Final = BodyReader(CustomerMessage)
_CUSTOMERS: Final = f"{BASE}/returns/{{return_id}}/customer-messages"
_MESSAGES: Final = f"{BASE}/messages"
_MAILS: Final = f"{BASE}/incoming-mails"
_MAIL: Final = f"{_MAILS}/{{mail_id}}"
_STATUSES: Final = ("unmatched", "discarded", "threaded")
_FLAGS: Final = frozenset({"true"})
_PLAIN: Final = ("message/rfc822", "text/plain", "application/octet-stream", "multipart/form-data")

_SAID: Final = {
    "id": TEXT,
    "at": MOMENT,
    "author": or_null(TEXT, "customer, agent or system."),
    "subject": MAYBE,
    "text": or_null(TEXT, "What is new in it; null once erased."),
    "photos": ListOf(item=TEXT, about="Ids of photos that came with it."),
}
CUSTOMER_MESSAGE: Final = Tree(
    name="customer_message",
    about="A message of a conversation, as its customer may read it.",
    fields=_SAID,
)
MESSAGE: Final = Tree(
    name="conversation_message",
    about="A message of a conversation, as those who work on returns see it.",
    fields={
        **_SAID,
        "return": MAYBE,
        "ticket": or_null(TEXT, "Null for a message from a use case."),
        "event": TEXT,
        "author_id": MAYBE,
        "internal": Boolean(about="For agents only."),
        "way": words(MessageWay),
        "source": Text(about="Through which door it came; mail for a mail."),
        "sender": or_null(TEXT, "From which address a mail came."),
        "sender_known": Boolean(nullable=True, about="Whether that is the customer's own."),
        "automatic": Boolean(about="A program wrote it."),
        "bounce": Boolean(about="It says that our mail could not be delivered."),
        "left_out": ListOf(item=TEXT, about="Attachments that are not kept, by name."),
        "use_case": MAYBE,
        "needs_answer": Boolean(),
        "read_at": MAYBE_MOMENT,
        "read_by": Tree(
            name="reader", nullable=True, fields={"kind": words(ActorKind), "id": MAYBE}
        ),
    },
)
_MAIL_FIELDS: Final = {
    "id": TEXT,
    "status": Text(words=_STATUSES),
    "why": or_null(TEXT, "not_ours: its reply address is forged; no_conversation: it names none."),
    "ticket": or_null(TEXT, "The conversation it went into; its return ends like it."),
    "sender": MAYBE,
    "sender_name": MAYBE,
    "subject": MAYBE,
    "text": or_null(TEXT, "What is new in it."),
    "automatic": Boolean(),
    "bounce": Boolean(),
    "sender_known": Boolean(),
    "photos": ListOf(item=TEXT),
    "left_out": ListOf(item=TEXT, about="Attachments that are not kept, by name."),
    "received_at": MAYBE_MOMENT,
    "decided_at": MAYBE_MOMENT,
    "decided_by": Tree(
        name="decider", nullable=True, fields={"kind": words(ActorKind), "id": MAYBE}
    ),
}
MAIL: Final = Tree(name="incoming_mail", about="A mail that came in.", fields=_MAIL_FIELDS)
WHOLE_MAIL: Final = Tree(
    name="whole_mail",
    about="A mail with all it said.",
    fields={
        **_MAIL_FIELDS,
        "recipients": ListOf(item=TEXT),
        "original": or_null(TEXT, "Its text with all it quotes."),
    },
)
MAIL_SETTINGS: Final = Tree(
    name="mail_settings",
    fields={
        "hook": Text(about="Where mails are handed in, whole, by POST. Keep it to yourself."),
        "reply_domain": or_null(TEXT, "Where answers of customers arrive, where that is set."),
        "sample_address": or_null(TEXT, "What the address of a conversation looks like."),
        "mail_from": TEXT,
        "sends": Boolean(about="Whether a mail relay is set."),
    },
)


async def list_messages(call: Call) -> Outcome:
    """Give a page of messages: all, those that wait, or those that nobody has read."""
    waiting, unread = call.choice("needs_answer", _FLAGS), call.choice("unread", _FLAGS)
    which: Which = "messages_waiting" if waiting else "messages_unread" if unread else "messages"
    return await conversation.listing(call.house, call.workspace_id, which, call.page)


async def list_return_messages(call: Call) -> Outcome:
    """Give a page of a return's conversation."""
    return await conversation.of_return(
        call.house, call.workspace_id, call.params["return_id"], call.page
    )


async def list_customer_messages(call: Call) -> Outcome:
    """Give a page of a return's conversation as its customer may read it."""
    return await conversation.of_return(
        call.house, call.workspace_id, call.params["return_id"], call.page, is_customers=True
    )


async def write_customer_message(call: Call) -> Outcome:
    """Write what a customer says."""
    return await conversation.write_as_customer(
        call.house,
        call.workspace_id,
        call.params["return_id"],
        _SPOKEN.read(call.body),
        actor=call.actor,
        key=call.key,
    )


async def note_message(call: Call) -> Outcome:
    """Keep in mind what became of a message."""
    given = _NOTED.read(call.body)
    return await conversation.note(
        call.house, call.workspace_id, call.params["message_id"], given, call.actor
    )


async def list_incoming_mails(call: Call) -> Outcome:
    """Give a page of mails that came in."""
    status = call.choice("status", frozenset(_STATUSES)) or "unmatched"
    return await unmatched.listing(call.house, call.workspace_id, status, call.page)


async def read_incoming_mail(call: Call) -> Outcome:
    """Give one mail, whole."""
    return await unmatched.look_up(call.house, call.workspace_id, call.params["mail_id"])


async def match_incoming_mail(call: Call) -> Outcome:
    """Let a mail into a return's conversation."""
    return await unmatched.match(
        call.house,
        call.workspace_id,
        call.params["mail_id"],
        _MATCH.read(call.body),
        actor=call.actor,
        key=call.key,
    )


async def discard_incoming_mail(call: Call) -> Outcome:
    """Put a mail aside."""
    return await unmatched.discard(
        call.house, call.workspace_id, call.params["mail_id"], call.actor
    )


async def read_mail_settings(call: Call) -> Outcome:
    """Tell where mails are handed in."""
    return mail_settings(call.house, call.workspace_id)


async def hand_mail_in(house: House, hooked: Hooked) -> Outcome:
    """Take a mail in that another system hands over."""
    workspace_id = hook_workspace(house.vault, hooked.params["token"])
    if workspace_id is None:
        raise Stop(not_found("hook"))
    raw = hooked.body
    content_type = hooked.headers.get(b"content-type", b"")
    if content_type.lower().startswith(b"multipart/form-data"):
        raw = b"Content-Type: " + content_type.replace(b"\n", b" ") + b"\r\n\r\n" + raw
    return await take_mail(house, raw, workspace_id)


ROUTES: Final = (
    Route(
        method="GET",
        path=_MESSAGES,
        name="list_messages",
        tag="Conversations",
        summary="List messages, newest first",
        about="Of all returns, tickets and use cases; the queue of those who answer customers.",
        scope="returns:read",
        noun="message",
        answer=list_messages,
        query=(
            Parameter(name="needs_answer", about="Only those that wait for one.", words=("true",)),
            Parameter(name="unread", about="Only those nobody has read.", words=("true",)),
            *PAGED,
        ),
        result=MESSAGE,
        paged=True,
    ),
    Route(
        method="PATCH",
        path=f"{_MESSAGES}/{{message_id}}",
        name="note_message",
        tag="Conversations",
        summary="Note that a message was read, or whether it needs an answer",
        about="Reading one is reading all before it in its conversation. An answer to the customer"
        " ends the wait of a whole conversation by itself.",
        scope="returns:write",
        noun="message",
        answer=note_message,
        body=MessageNoted,
        result=MESSAGE,
    ),
    Route(
        method="GET",
        path=f"{BASE}/returns/{{return_id}}/messages",
        name="list_return_messages",
        tag="Conversations",
        summary="List a return's conversation, newest first",
        about="With what was said before it was a return.",
        scope="returns:read",
        noun="return",
        answer=list_return_messages,
        query=PAGED,
        result=MESSAGE,
        paged=True,
    ),
    Route(
        method="GET",
        path=_CUSTOMERS,
        name="list_customer_messages",
        tag="Conversations",
        summary="List a conversation as its customer may read it, newest first",
        about="Without notes of those inside, and without who of the shop wrote.",
        scope="messages:write",
        noun="return",
        answer=list_customer_messages,
        query=PAGED,
        result=CUSTOMER_MESSAGE,
        paged=True,
    ),
    Route(
        method="POST",
        path=_CUSTOMERS,
        name="write_customer_message",
        tag="Conversations",
        summary="Write what a customer says about a return",
        about="For a shop's own pages: a key with this scope alone can write as customers, and read"
        " what they may read, but nothing else.",
        scope="messages:write",
        noun="return",
        answer=write_customer_message,
        body=CustomerMessage,
        result=CUSTOMER_MESSAGE,
        statuses=(201,),
    ),
    Route(
        method="GET",
        path=_MAILS,
        name="list_incoming_mails",
        tag="Conversations",
        summary="List mails that came in, newest first",
        about="Those that name no conversation, unless status says otherwise.",
        scope="returns:read",
        noun="mail",
        answer=list_incoming_mails,
        query=(
            Parameter(
                name="status", about="unmatched unless said.", words=tuple(sorted(_STATUSES))
            ),
            *PAGED,
        ),
        result=MAIL,
        paged=True,
    ),
    Route(
        method="GET",
        path=_MAIL,
        name="read_incoming_mail",
        tag="Conversations",
        summary="Read a mail with all it said",
        scope="returns:read",
        noun="mail",
        answer=read_incoming_mail,
        result=WHOLE_MAIL,
    ),
    Route(
        method="POST",
        path=f"{_MAIL}/match",
        name="match_incoming_mail",
        tag="Conversations",
        summary="Let a mail into a return's conversation",
        about="As if it had named it: message.created is told, its photos are attached.",
        scope="returns:write",
        noun="mail",
        answer=match_incoming_mail,
        body=MatchMail,
        result=ANSWERED_RETURN,
        versioned=True,
    ),
    Route(
        method="POST",
        path=f"{_MAIL}/discard",
        name="discard_incoming_mail",
        tag="Conversations",
        summary="Put a mail aside",
        about="It stays readable.",
        scope="returns:write",
        noun="mail",
        answer=discard_incoming_mail,
        result=WHOLE_MAIL,
        again=ENDED,
    ),
    Route(
        method="GET",
        path=f"{BASE}/mail-settings",
        name="read_mail_settings",
        tag="Conversations",
        summary="Read where mails are handed in",
        scope="settings:write",
        noun="workspace",
        answer=read_mail_settings,
        result=MAIL_SETTINGS,
    ),
)

HOOK_ROUTES: Final = (
    HookRoute(
        path=f"{PATH}/{{token}}",
        name="hand_mail_in",
        tag="Conversations",
        summary="Hand in a mail that came",
        about="The mail whole, as it came (RFC 5322), or a form with it in email, body-mime or"
        " message. Taken once, however often it is handed in. What names a conversation goes into"
        " it, the rest waits for a person.",
        answer=hand_mail_in,
        accepts=_PLAIN,
        bytes_max=INCOMING_BYTES_MAX,
        result=MAIL,
    ),
)
