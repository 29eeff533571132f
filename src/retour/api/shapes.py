"""The declared shapes of what this door answers, for the OpenAPI document and its tests.

Returns, orders and what hangs on them are declared once, in ``dialects.trees``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from retour.desk.scopes import SCOPES
from retour.desk.telling.deliveries import STATUSES
from retour.dialects.notification import WORDS
from retour.dialects.order_trees import ORDER
from retour.dialects.shapes import (
    Boolean,
    Instant,
    Integer,
    ListOf,
    StringMap,
    Text,
    Tree,
    or_null,
)
from retour.dialects.timer_view import STANDING
from retour.dialects.tree_parts import AMOUNT, COUNT, MAYBE, MAYBE_MOMENT, MOMENT, TEXT, words
from retour.dialects.trees import RETURN, event_tree
from retour.kernel.subscription import OnDead, Ordering, SubscriptionState
from retour.lifecycle.machine import ALWAYS
from retour.lifecycle.model import (
    EventType,
    FacilityKind,
)
from retour.lifecycle.steps import Verb

VERBS: Final = tuple(
    verb.value for verb in Verb if verb not in (Verb.REQUEST, Verb.RECORD_LABEL, *ALWAYS)
)
"""The commands on a return that people can give."""

ANSWERED_RETURN: Final = replace(
    RETURN,
    name="answered_return",
    fields={
        **RETURN.fields,
        "allowed_commands": ListOf(
            item=Text(words=VERBS),
            about="What may be asked next, within the key's scopes.",
        ),
        "timers": STANDING,
    },
)
ANSWERED_ORDER: Final = ORDER

FACILITY: Final = Tree(
    name="facility",
    about="A place that receives.",
    fields={
        "code": TEXT,
        "number": COUNT,
        "name": TEXT,
        "kind": words(FacilityKind),
        "external_id": MAYBE,
        "address": Tree(name="facility_address", nullable=True, fields={}),
        "attributes": StringMap(about="The merchant's own."),
        "blind": Boolean(about="Nobody there is shown what is expected before it is counted."),
        "active": Boolean(about="New returns are sent there."),
        "groups": ListOf(item=TEXT, about="The only groups of goods it takes; any where empty."),
        "countries": ListOf(item=TEXT, about="The only countries it takes goods from."),
        "zone": or_null(TEXT, "Of its hours; the workspace's where null."),
        "hours": StringMap(about="When it takes parcels, by day of the week."),
        "holidays": ListOf(item=TEXT, about="Days on which it takes none."),
        "opening": Tree(
            name="facility_opening",
            nullable=True,
            about="Whether it takes parcels now; null where it says no hours.",
            fields={
                "now": Boolean(about="Closed on its holidays and on its country's too."),
                "until": or_null(MOMENT, "When that changes next; null where it is not soon."),
            },
        ),
        "version": Integer(minimum=1),
    },
)

API_KEY: Final = Tree(
    name="api_key",
    fields={
        "id": TEXT,
        "name": TEXT,
        "scopes": ListOf(item=Text(words=("*", *SCOPES))),
        "facilities": ListOf(
            item=TEXT, nullable=True, about="Where it may act; null for everywhere."
        ),
        "role": Text(about="Whose limits of money hold for it."),
        "networks": ListOf(
            item=TEXT, nullable=True, about="Whence alone it is good (CIDR); null for anywhere."
        ),
        "created_at": MOMENT,
        "ends_at": Instant(nullable=True, about="When it ends by itself; null for never."),
        "revoked_at": MAYBE_MOMENT,
        "used_at": Instant(nullable=True, about="When it was last used, to the minute."),
        "is_good": Boolean(about="Whether it lets anybody in, as of now."),
    },
    extras={"token": Text(about="The key itself: in the answer that makes it, and never again.")},
)


_SECRET: Final = Text(about="Signs every message; shown in this answer only.")
SUBSCRIPTION: Final = Tree(
    name="subscription",
    fields={
        "id": TEXT,
        "url": TEXT,
        "events": ListOf(item=TEXT),
        "dialect": TEXT,
        "format": Text(words=("json", "xml")),
        "headers": StringMap(),
        "filter": Tree(name="subscription_filter", fields={}),
        "ordering": words(Ordering),
        "on_dead": words(OnDead),
        "dialect_settings": Tree(name="dialect_settings", fields={}),
        "status": words(SubscriptionState),
        "status_reason": MAYBE,
        "status_at": MOMENT,
        "failures": COUNT,
        "failing_since": MAYBE_MOMENT,
        "hold_until": MAYBE_MOMENT,
        "version": COUNT,
        "created_at": MOMENT,
    },
    extras={
        "secret": _SECRET,
        "previous_secret_until": or_null(MOMENT, "Until when the replaced secret signs too."),
    },
)

TEST_SENT: Final = Tree(
    name="test_sent",
    fields={
        "delivery": Text(about="Look at it to see how it went."),
        "event": TEXT,
        "type": TEXT,
        "subscription": TEXT,
    },
)
RECOVERY: Final = Tree(
    name="recovery",
    fields={
        "count": Integer(minimum=0, about="Deliveries queued by this call."),
        "next_cursor": or_null(TEXT, "Where there is more: ask again with it."),
    },
)

_ATTEMPT: Final = Tree(
    name="delivery_attempt",
    fields={
        "n": COUNT,
        "at": MOMENT,
        "outcome": TEXT,
        "status_code": Integer(nullable=True),
        "error": or_null(TEXT, "Its class, such as timeout or refused."),
        "detail": MAYBE,
        "duration_ms": Integer(nullable=True),
        "timings": Tree(
            name="attempt_timings",
            fields=dict.fromkeys(
                ("dns_ms", "connect_ms", "tls_ms", "first_byte_ms"), Integer(nullable=True)
            ),
        ),
        "peer": or_null(TEXT, "The address that was really spoken to."),
    },
)
_ATTEMPT_WHOLE: Final = replace(
    _ATTEMPT,
    name="delivery_attempt_whole",
    fields={
        **_ATTEMPT.fields,
        "request": Tree(
            name="attempt_request",
            fields={"to": TEXT, "headers": MAYBE, "content_type": MAYBE, "body": MAYBE},
        ),
        "response": Tree(
            name="attempt_response",
            nullable=True,
            fields={"status_code": Integer(nullable=True), "headers": MAYBE, "body": MAYBE},
        ),
    },
)
DELIVERY: Final = Tree(
    name="delivery",
    about="One event for one subscription.",
    fields={
        "id": TEXT,
        "subscription": TEXT,
        "event": TEXT,
        "type": TEXT,
        "return": MAYBE,
        "status": Text(words=STATUSES),
        "subscription_version": COUNT,
        "resend_of": or_null(TEXT, "The delivery that this one repeats."),
        "finished_at": MAYBE_MOMENT,
        "attempts": ListOf(item=_ATTEMPT),
    },
)
DELIVERY_WHOLE: Final = replace(
    DELIVERY,
    name="delivery_whole",
    fields={
        **DELIVERY.fields,
        "attempts": ListOf(item=_ATTEMPT_WHOLE),
        "lane": Tree(
            name="delivery_lane",
            about="What a waiting delivery waits for.",
            nullable=True,
            fields={"head": Boolean(), "blocked": Boolean(), "due_at": MAYBE_MOMENT},
        ),
    },
)
FEED_ITEM: Final = Tree(
    name="feed_item",
    about="What a delivery of the event would carry, byte for byte.",
    fields={
        "id": TEXT,
        "type": TEXT,
        "sequence": Integer(nullable=True),
        "content_type": TEXT,
        "body": TEXT,
    },
)
EVENT: Final = replace(
    event_tree(EventType.SUBSCRIPTION_TEST),
    fields={
        **event_tree(EventType.SUBSCRIPTION_TEST).fields,
        "type": words(EventType),
    },
)
"""Any event: where one type always has a return or an order, its own schema says so."""

CLOCK: Final = Tree(
    name="clock",
    fields={
        "now": MOMENT,
        "advanced_by": TEXT,
        "offset": TEXT,
        "returns_reached": Integer(
            minimum=0, about="How often it stopped on its way for what was due of a return."
        ),
    },
)
BOOKING: Final = Tree(
    name="booking",
    about="What the sandbox's processor booked, whatever we think.",
    fields={
        "id": TEXT,
        "payment": TEXT,
        "intent": or_null(TEXT, "Null where it was made without us."),
        "amount": AMOUNT,
        "currency": TEXT,
        "status": Text(words=("succeeded", "pending", "failed")),
        "at": MOMENT,
    },
)
SANDBOX_DISPUTE: Final = Tree(
    name="sandbox_dispute",
    about="A payment that the sandbox's bank has taken back.",
    fields={
        "id": TEXT,
        "payment": TEXT,
        "amount": AMOUNT,
        "currency": TEXT,
        "status": Text(words=("needs_response", "won", "lost")),
    },
)
FAULT: Final = Tree(
    name="fault",
    fields={"id": TEXT, "outcome": TEXT, "payment": MAYBE, "times": COUNT},
)
MESSAGE: Final = Tree(
    name="sandbox_message",
    fields={
        "id": TEXT,
        "kind": Text(words=("http", "mail")),
        "at": MOMENT,
        "headers": ListOf(item=ListOf(item=TEXT)),
    },
    extras={
        "body": Text(about="Where it is text."),
        "body_base64": Text(about="Where it is not."),
    },
)

USE_CASE_TAKEN: Final = Tree(
    name="message_taken",
    fields={
        "id": TEXT,
        "kind": Text(words=("use_case",)),
        "use_case": TEXT,
        "event": TEXT,
        "created_at": MOMENT,
        "deliveries": ListOf(item=TEXT),
    },
)
USE_CASE: Final = Tree(
    name="message",
    about="What a customer wrote from a use case of the portal.",
    fields={
        "id": TEXT,
        "kind": Text(words=("use_case",)),
        "use_case": TEXT,
        "to": or_null(TEXT, "The inbox of this use case, where it has one."),
        "customer": Tree(
            name="writer",
            fields={
                "email": TEXT,
                **dict.fromkeys(("name", "phone", "country", "locale"), MAYBE),
            },
        ),
        "subject": or_null(TEXT, "Null where there is none, and once erased."),
        "body": or_null(TEXT, "Null once erased."),
        "event": TEXT,
        "created_at": MOMENT,
    },
)
PROFILE: Final = Tree(
    name="notification_profile",
    fields={
        "id": TEXT,
        "name": TEXT,
        "type": Text(words=("email", "chat", "custom")),
        "address": or_null(TEXT, "Of an email profile; customer for whoever the return is of."),
        "url": or_null(TEXT, "Of the others."),
        "headers": StringMap(),
        "inbox": Text(
            words=("zendesk", "intercom"),
            nullable=True,
            about="The support tool behind the address: its mails make one ticket per return.",
        ),
        "reply_to": Text(
            words=("customer", "sender"),
            nullable=True,
            about="Whom answers go to: unless said, a support tool's to the customer. A mail that"
            " they can answer from has no link to approve or reject.",
        ),
        "platform": Text(
            words=("slack", "teams"),
            nullable=True,
            about="Whose form a chat's messages have; unless said, as the URL tells, else {text}.",
        ),
        "status": Text(words=("active", "paused"), about="Paused, all that goes through it waits."),
        "created_at": MOMENT,
    },
    extras={
        "secret": _SECRET,
        "previous_secret_until": or_null(MOMENT, "Until when the replaced secret signs too."),
    },
)
PROFILE_TEST: Final = Tree(
    name="profile_test",
    fields={"delivery": TEXT, "event": TEXT, "subscription": TEXT, "profile": TEXT},
)
TEMPLATE: Final = Tree(
    name="notification_template",
    fields={
        "id": TEXT,
        "event": Text(words=tuple(WORDS)),
        "type": Text(words=("email", "chat", "json", "xml")),
        "process": or_null(TEXT, "Where in the process; null where that depends on the return."),
        "processes": ListOf(item=TEXT),
        "class": Text(words=("primary", "secondary")),
        "profiles": ListOf(item=TEXT),
        "name": TEXT,
        "language": TEXT,
        "subject": MAYBE,
        "body": MAYBE,
        "active": Boolean(),
        "version": COUNT,
        "created_at": MOMENT,
    },
)
DEFAULT_TEMPLATES: Final = Tree(
    name="default_templates",
    fields={
        "profile": Text(about="The profile that leads to the customer of each return."),
        "templates": ListOf(
            item=Tree(
                name="default_template",
                fields={
                    "id": TEXT,
                    "event": Text(words=tuple(WORDS)),
                    "language": TEXT,
                    "active": Boolean(),
                    "made": Boolean(about="Whether it was made now; the others were there."),
                },
            )
        ),
    },
)
PREVIEW: Final = Tree(
    name="template_preview",
    fields={
        "event": or_null(TEXT, "What it speaks of; null where that is our sample."),
        "sample": Boolean(),
    },
    extras={
        "subject": TEXT,
        "text": TEXT,
        "html": TEXT,
        "content_type": MAYBE,
        "body": MAYBE,
    },
)
TEMPLATE_TEST: Final = Tree(
    name="template_test",
    fields={
        "sample": Boolean(),
        "deliveries": ListOf(
            item=Tree(
                name="template_test_delivery",
                fields={"delivery": TEXT, "event": TEXT, "subscription": TEXT, "profile": MAYBE},
            )
        ),
    },
)
