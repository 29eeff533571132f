"""The declared shapes of what this door answers, for the OpenAPI document and its tests.

Returns, orders and what hangs on them are declared once, in ``dialects.trees``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from retour.desk.scopes import SCOPES
from retour.dialects.shapes import Boolean, Integer, ListOf, Shape, StringMap, Text, Tree, or_null
from retour.dialects.trees import (
    AMOUNT,
    COUNT,
    MAYBE,
    MAYBE_MOMENT,
    MOMENT,
    ORDER,
    RETURN,
    TEXT,
    words,
)
from retour.kernel.subscription import OnDead, Ordering, SubscriptionState
from retour.lifecycle.machine import Verb
from retour.lifecycle.model import Approval, FacilityKind, ReturnStatus, ShippedWhen, WindowStart

VERBS: Final = tuple(verb.value for verb in Verb if verb not in (Verb.REQUEST, Verb.RECORD_LABEL))
"""The commands on a return that people can give."""

ANSWERED_RETURN: Final = replace(
    RETURN,
    fields={
        **RETURN.fields,
        "allowed_commands": ListOf(
            item=Text(words=VERBS),
            about="What may be asked next, within the key's scopes.",
        ),
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
    },
)

_VALUES: Final = ListOf(item=TEXT)
POLICY: Final = Tree(
    name="policy_document",
    about="What a merchant decides once for all returns.",
    fields={
        "id": TEXT,
        "version": COUNT,
        "window_days": COUNT,
        "window_starts": words(WindowStart),
        "approval": words(Approval),
        "ineligible": Text(words=("queue", "reject")),
        "label": words(Approval),
        "settlement": words(Approval),
        "settle_at": words(ReturnStatus),
        "shipped_when": words(ShippedWhen),
        "completion": words(Approval),
        "keep_item": Boolean(),
        "refund_shipping": Text(words=("none", "full")),
        "carrier": TEXT,
        "rules": ListOf(
            item=Tree(
                name="policy_rule",
                fields={
                    "name": TEXT,
                    "then": Text(words=("eligible", "ineligible", "review")),
                    **dict.fromkeys(
                        ("skus", "groups", "reasons", "origins", "channels", "countries"), _VALUES
                    ),
                    "window_days": Integer(nullable=True),
                },
            )
        ),
    },
)

API_KEY: Final = Tree(
    name="api_key",
    fields={
        "id": TEXT,
        "name": TEXT,
        "scopes": ListOf(item=Text(words=("*", *SCOPES))),
        "created_at": MOMENT,
        "revoked_at": MAYBE_MOMENT,
    },
    extras={"token": Text(about="The key itself: in the answer that makes it, and never again.")},
)


def with_extras(tree: Tree, extras: Mapping[str, Shape]) -> Tree:
    """Let more keys be there, such as a secret shown once."""
    return replace(tree, extras={**tree.extras, **extras})


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

CLOCK: Final = Tree(
    name="clock",
    fields={"now": MOMENT, "advanced_by": TEXT, "offset": TEXT},
)
BOOKING: Final = Tree(
    name="booking",
    about="What the sandbox's processor booked, whatever we think.",
    fields={
        "id": TEXT,
        "payment": TEXT,
        "intent": TEXT,
        "amount": AMOUNT,
        "currency": TEXT,
        "status": Text(words=("succeeded", "pending", "failed")),
        "at": MOMENT,
    },
)
FAULT: Final = Tree(
    name="fault",
    fields={"id": TEXT, "outcome": TEXT, "payment": MAYBE, "times": COUNT},
)
