"""What a subscription says, and what its filter lets through.

A webhook, a template × profile and an effect of the workspace itself (a refund call, a label) are
all subscriptions: the desk writes them, the commit fans events out to them, delivery reads them.
Pure data and one pure predicate.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping


class SubscriptionKind(StrEnum):
    """Which sender serves it."""

    WEBHOOK = "webhook"
    EMAIL = "email"
    CHAT = "chat"
    REFUND = "refund"  # Calls of a payment processor; one per workspace, made with it.
    LABEL = "label"  # Calls of a carrier; one per workspace, made with it.
    TRACKING = "tracking"  # Looks where parcels are, at carriers that do not tell by themselves.
    TIMER = "timer"  # Has returns looked at when they are due; one per workspace, made with it.
    MESSAGE = "message"  # Mails of conversations to customers; one per workspace.
    NOTICE = "notice"  # Mails to the workspace's own people.
    ACKNOWLEDGEMENT = "acknowledgement"  # Mails to who has withdrawn; one per workspace.
    LETTER = "letter"  # Mails of the house to people with accounts; its own, of no workspace.


class SubscriptionState(StrEnum):
    """Whether it is being served."""

    ACTIVE = "active"
    PROBING = "probing"  # Failing: one lane at a time, on its own schedule.
    PAUSED = "paused"  # Nothing is sent; everything waits.
    DISABLED = "disabled"  # Nothing new is queued for it.
    DELETED = "deleted"


class Ordering(StrEnum):
    """What must stay in order at the receiver."""

    RETURN = "return"
    ORDER = "order"
    NONE = "none"


class OnDead(StrEnum):
    """What an exhausted head does to its lane."""

    BLOCK = "block"
    SKIP = "skip"
    COLLAPSE = "collapse"


WORDS_MAX = 4
"""Messages that one event may be in one dialect; ``retour.append`` counts places by it too."""

EVERYTHING = "*"
"""Stands in a subscription's events for all there are."""

CUSTOMER = "customer"
"""Stands in a subscription's target for the address of the customer whom the event is about."""


class Template(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A notification template as it stood when the subscription's version was made."""

    id: str
    event: str  # 12Return's word, such as return_requested.
    type: str  # email | chat | json | xml
    name: str = ""
    language: str = "en"
    subject: str | None = None
    body: str | None = None


class SubscriptionBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One version of a subscription.

    Args:
        target: A URL for webhooks and chats, an address for mail (or ``CUSTOMER``), empty for
            effects.
        events: Event types, or words of its dialect; ``*`` is everything.
        name: What its merchant calls it, where a dialect lets subscriptions have names.
        filter: Per field (origin, facility, policy, status, channel) the values let through.
        inbox: For mail to a support tool (zendesk, intercom): which one, so that it makes a ticket.
        reply_to_customer: Whether who answers a mail answers the customer; what the mail says may
            then reach the customer too.
        is_trial: Whether all it sends are tests: marked as such, to its target and nobody else,
            with no link that gives a right.
        reads_as_customer: Whether somebody else is written what the customer would be.
        platform: For chats: whose form their messages have (slack, teams); plain text otherwise.
    """

    kind: SubscriptionKind
    target: str = ""
    events: tuple[str, ...] = (EVERYTHING,)
    dialect: str = "retour"
    format: str = "json"
    headers: dict[str, str] = {}
    filter: dict[str, tuple[str, ...]] = {}
    ordering: Ordering = Ordering.RETURN
    on_dead: OnDead = OnDead.SKIP
    dialect_settings: dict[str, str | None] = {}
    template: Template | None = None
    inbox: str | None = None
    reply_to_customer: bool = False
    platform: str | None = None
    name: str = ""
    is_trial: bool = False
    reads_as_customer: bool = False


def customer_reads(body: SubscriptionBody) -> bool:
    """Say whether what is sent is written to the customer, whoever gets it."""
    return body.target == CUSTOMER or body.reads_as_customer


EFFECT_KINDS = frozenset(
    {
        SubscriptionKind.REFUND,
        SubscriptionKind.LABEL,
        SubscriptionKind.TIMER,
        SubscriptionKind.TRACKING,
        SubscriptionKind.LETTER,
    }
)
"""Kinds whose deliveries are effects named by a decision, not fan-out of events."""


def lets_through(body: SubscriptionBody, facts: Mapping[str, frozenset[str]]) -> bool:
    """Say whether an event passes the subscription's filter.

    Args:
        body: The subscription as it now stands.
        facts: Per filter field the event's values; several where it has several facilities.
    """
    return all(
        not facts.get(field, frozenset()).isdisjoint(values)
        for field, values in body.filter.items()
    )
