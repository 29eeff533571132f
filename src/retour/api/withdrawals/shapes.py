"""The shapes of withdrawals, their evidence and their settings, as the API answers them."""

from __future__ import annotations

from typing import Final

from retour.dialects.shapes import Boolean, Integer, ListOf, Text, Tree, or_null
from retour.dialects.tree_parts import COUNT, MAYBE, MAYBE_MOMENT, MOMENT, TEXT, words
from retour.lifecycle.model import ActorKind
from retour.lifecycle.withdrawals.acts import ActKind
from retour.lifecycle.withdrawals.withdrawing import Acknowledgement, WithdrawalStatus
from retour.policy.legal_floor import LegalGround
from retour.policy.model import ConsumerLaw

WITHDRAWAL: Final = Tree(
    name="withdrawal",
    about="A consumer's statement, word for word, with its legal clock and what became of it.",
    fields={
        "id": TEXT,
        "number": Integer(minimum=1, about="Its place in the workspace's chain; gapless."),
        "reference": Text(about="The number that people read aloud."),
        "status": words(WithdrawalStatus),
        "name": or_null(TEXT, "Null once erased, as all that was said."),
        "email": MAYBE,
        "locale": or_null(TEXT, "The language the consumer is answered in."),
        "order_number": or_null(TEXT, "As the consumer wrote it."),
        "contract": or_null(TEXT, "What else identifies the contract."),
        "lines": ListOf(
            item=Tree(
                name="withdrawn_line",
                fields={
                    **dict.fromkeys(("line", "sku", "title"), MAYBE),
                    "quantity": Integer(minimum=1, nullable=True),
                },
            ),
            about="The part withdrawn from; empty for the whole contract.",
        ),
        "statement": MAYBE,
        "submitted_at": or_null(MOMENT, "When the consumer confirmed, if whoever sent it knew."),
        "received_at": MOMENT,
        "period_ends_at": or_null(MOMENT, "The first instant that was too late; null: not known."),
        "in_time": Boolean(
            nullable=True,
            about="Whether it was submitted before that; null where no order is known, or no law.",
        ),
        "refund_by": MOMENT,
        "refund_may_wait": Boolean(about="Whether neither goods nor proof of sending came yet."),
        "matched_order": or_null(TEXT, "The number of the order it is about, once that is known."),
        "matched_at": MAYBE_MOMENT,
        "matched_by": Tree(
            name="matched_by",
            nullable=True,
            about="Null where the statement named its order itself.",
            fields={"kind": words(ActorKind), "id": MAYBE},
        ),
        "excepted_lines": ListOf(
            item=Tree(
                name="excepted_line",
                fields={
                    "line": TEXT,
                    "sku": TEXT,
                    "ground": words(LegalGround),
                    "about": TEXT,
                },
            ),
            about="Lines of its order that the law excepts, by the ground the merchant names.",
        ),
        "duplicate_of": or_null(TEXT, "The withdrawal it repeats."),
        "acknowledgement": words(Acknowledgement),
        "acknowledged_at": or_null(MOMENT, "Since when the mail is sent, or known not to be."),
        "return": or_null(TEXT, "The return that follows."),
        "return_status": MAYBE,
        "erased_at": MAYBE_MOMENT,
        "hash": Text(about="Of its record in the chain."),
    },
)
EVIDENCE: Final = Tree(
    name="withdrawal_evidence",
    about="The record of a withdrawal, with all that is needed to recompute it.",
    fields={
        "withdrawal": TEXT,
        "number": COUNT,
        "algorithm": Text(words=("SHA-256",)),
        "content": or_null(TEXT, "What was said, in the bytes of content_sha256; null: erased."),
        "content_sha256": TEXT,
        "record": Text(about="The link of the chain, in the bytes that hash is of."),
        "hash": TEXT,
        "previous": Text(about="The hash of the record before; zeros for the first."),
        "acts": ListOf(
            item=Tree(
                name="withdrawal_act",
                fields={
                    "kind": words(ActKind),
                    "record": Text(about="In the bytes that hash is of."),
                    "hash": TEXT,
                },
            ),
            about="What became of it; each names the hash before, the first the record's own.",
        ),
        "verified": Boolean(about="Whether nothing disagrees."),
        "checks": Tree(
            name="withdrawal_checks",
            fields={
                "content": Boolean(nullable=True, about="Null once erased."),
                "record": Boolean(),
                "previous": Boolean(),
                "following": Boolean(nullable=True, about="Null for the last of the chain."),
                "acts": Boolean(),
            },
        ),
    },
)
_LABELS: Final = Tree(
    name="withdrawal_labels",
    about="By language; in place of ours.",
    fields={},
)
SETTINGS: Final = Tree(
    name="withdrawal_settings",
    fields={
        "who": words(ConsumerLaw),
        "days": Integer(nullable=True, about="The merchant's period, where longer than the law's."),
        "informed": Boolean(about="False: the period lasts twelve months more."),
        "returns": Text(words=("manual", "auto"), about="Who lets the return follow."),
        "keep_days": Integer(minimum=30, about="How long what was said is evidence."),
        "labels": _LABELS,
    },
)
RULES: Final = Tree(
    name="withdrawal_rules",
    about="Labels, periods and exceptions as they apply here. Have counsel check them.",
    fields={
        "page": Text(about="Where consumers withdraw: for footers, and what they are told before."),
        "labels": ListOf(
            item=Tree(
                name="withdrawal_label",
                fields={
                    "language": TEXT,
                    "entry": TEXT,
                    "confirm": TEXT,
                    "official": Boolean(about="Whether the words stand in a law."),
                },
            )
        ),
        "periods": ListOf(
            item=Tree(
                name="withdrawal_period",
                fields={
                    "country": TEXT,
                    "days": COUNT,
                    "doorstep_days": COUNT,
                    "refund_days": COUNT,
                },
            )
        ),
        "exceptions": ListOf(
            item=Tree(
                name="withdrawal_exception",
                fields={"ground": words(LegalGround), "about": TEXT},
            )
        ),
    },
)
LINK: Final = Tree(
    name="withdrawal_link",
    fields={"url": Text(about="Where this order's customer withdraws, with everything filled in.")},
)
