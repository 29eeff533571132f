"""What is answered about policies: documents, versions, trials, examples."""

from __future__ import annotations

from typing import Final

from retour.dialects.risk_parts import RISK
from retour.dialects.shapes import Boolean, Integer, ListOf, StringMap, Text, Tree, or_null
from retour.dialects.terms_view import RULING, TERMS
from retour.dialects.tree_parts import COUNT, MAYBE, MAYBE_MOMENT, MOMENT, TEXT, words
from retour.dialects.trees import SETTLEMENT_LINE, TRACE_STEP
from retour.lifecycle.model import (
    Acceptance,
    ActorKind,
    Approval,
    Outcome,
    ParcelMethod,
    ReturnStatus,
    ShippedWhen,
    WindowStart,
)
from retour.policy.model import ConsumerLaw, Moment, PaymentOrder

_VALUES: Final = ListOf(item=TEXT)
ACTOR: Final = Tree(name="policy_author", fields={"kind": words(ActorKind), "id": MAYBE})
POLICY: Final = Tree(
    name="policy_document",
    about="What a merchant decides once for all returns.",
    fields={
        "id": TEXT,
        "version": COUNT,
        "name": Text(about="What people call it; its id where it is empty."),
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
        "payment_order": words(PaymentOrder),
        "carrier": TEXT,
        "outcomes": ListOf(item=words(Outcome), about="What is offered, the first one first."),
        "methods": ListOf(item=words(ParcelMethod), about="Any way where none is named."),
        "consumer_law": words(ConsumerLaw),
        "phases": Tree(
            name="policy_phases",
            about="What is off is jumped without events.",
            fields=dict.fromkeys(
                ("authorization", "logistics", "processing", "settlement"), Boolean()
            ),
        ),
        "shopper": Tree(
            name="policy_shopper", about="What shoppers may change themselves.", fields={}
        ),
        "deadlines": Tree(
            name="deadlines",
            about="How many whole days a return may wait for what; null is for ever.",
            fields={
                "remind_days": ListOf(item=COUNT),
                **dict.fromkeys(
                    (
                        "ship_days",
                        "label_days",
                        "dock_days",
                        "inspection_days",
                        "input_days",
                        "review_days",
                        "refund_days",
                    ),
                    Integer(minimum=1, nullable=True),
                ),
                "channel_days": Tree(name="channel_days", fields={}, about="By channel."),
                "warn_days": COUNT,
            },
        ),
        "risk": Tree(
            name="policy_risk",
            nullable=True,
            about="Which signals count and how much; null where no score is worked out.",
            fields={},
        ),
        "blocked": Text(words=("review", "reject")),
        "blocked_words": StringMap(about="For shoppers, by language; ours where empty."),
        "quality_check": Tree(
            name="policy_quality",
            nullable=True,
            about="When a second pair of eyes must judge: over a price, by grade, by sample.",
            fields={},
        ),
        "foreign_serial": Text(
            words=("flag", "wrong_item", "ignore"), about="What a serial that was not sold makes."
        ),
        "rules": ListOf(
            item=Tree(
                name="policy_rule",
                about="As it was put: id, at, when and then; or name, a word in then, and lists.",
                fields={},
                extras={
                    "id": TEXT,
                    "at": words(Moment),
                    "when": Tree(
                        name="policy_rule_when",
                        about="Conditions by what they are on; what is not asked is absent.",
                        fields={},
                    ),
                    "name": TEXT,
                    **dict.fromkeys(
                        ("skus", "groups", "reasons", "origins", "channels", "countries"), _VALUES
                    ),
                    "window_days": Integer(nullable=True),
                },
            )
        ),
    },
)

SIMULATION: Final = Tree(
    name="policy_simulation",
    about="What a request would come to.",
    fields={
        "at": MOMENT,
        "policy": Tree(name="simulated_policy", fields={"id": TEXT, "version": COUNT}),
        "eligible": Boolean(),
        "status": words(ReturnStatus),
        "reject_reason": MAYBE,
        "trace": ListOf(item=TRACE_STEP),
        "risk": RISK,
        "outcome": or_null(words(Outcome), "As asked for, or all that is offered."),
        "method": or_null(words(ParcelMethod), "As asked for, or all that is offered."),
        "terms": TERMS,
        "money": Tree(
            name="simulated_money",
            nullable=True,
            about="What a refund would come to if all of it came back as described.",
            fields={"currency": TEXT, "total": TEXT, "lines": ListOf(item=SETTLEMENT_LINE)},
        ),
        "graded": ListOf(
            item=Tree(
                name="simulated_piece",
                about="What rules for grading make of a piece; null where none decides.",
                fields={
                    "line": TEXT,
                    "grade": MAYBE,
                    "acceptance": or_null(words(Acceptance), "What would be granted."),
                    "reason": MAYBE,
                    "disposition": MAYBE,
                    "ruling": RULING,
                    "trace": ListOf(item=TRACE_STEP),
                },
            )
        ),
        "lines": ListOf(
            item=Tree(
                name="simulated_line",
                fields={
                    "line": TEXT,
                    "window_days": COUNT,
                    "keep_item": Boolean(),
                    "rules": ListOf(
                        item=Tree(
                            name="simulated_rule",
                            about="What a rule makes of the line; speaks_of is what it decides.",
                            fields={
                                "rule": TEXT,
                                "matches": Boolean(),
                                "speaks_of": ListOf(item=TEXT),
                                "detail": TEXT,
                                "findings": ListOf(
                                    item=Tree(
                                        name="policy_finding",
                                        fields={
                                            "condition": TEXT,
                                            "wanted": TEXT,
                                            "found": TEXT,
                                            "holds": Boolean(),
                                        },
                                    )
                                ),
                            },
                        )
                    ),
                },
            )
        ),
    },
)

VERSION: Final = Tree(
    name="policy_version",
    about="When a version came into force.",
    fields={
        "id": TEXT,
        "version": COUNT,
        "created_at": MOMENT,
        "author": or_null(ACTOR, "Who brought it into force; null where the house did."),
        "restores": Integer(minimum=1, nullable=True, about="The version that it brought back."),
        "rules": Integer(minimum=0, about="How many it has."),
    },
)

DRAFT: Final = Tree(
    name="policy_draft",
    about="A draft of a policy, and what keeps it from coming into force.",
    fields={
        "id": TEXT,
        "version": Integer(minimum=1, about="Grows with each change of the draft."),
        "based_on": Integer(minimum=0, about="What was in force when it was begun; 0 is nothing."),
        "in_force": COUNT,
        "editor": ACTOR,
        "begun_at": MOMENT,
        "edited_at": MOMENT,
        "publish_at": MAYBE_MOMENT,
        "held": or_null(TEXT, "Why it did not come into force when it was due."),
        "changed": Boolean(about="Whether it says anything else than what is in force."),
        "faults": ListOf(
            item=Tree(name="policy_fault", fields={"path": TEXT, "detail": TEXT}),
            about="Without any it can come into force.",
        ),
        "policy": POLICY,
    },
)

DIFFERENCE: Final = Tree(
    name="policy_difference",
    about="What changed between two versions.",
    fields={
        "id": TEXT,
        "from": COUNT,
        "to": COUNT,
        "changes": ListOf(
            item=Tree(
                name="policy_change",
                about="What stands at a path; rules go by their ids.",
                fields={
                    "path": TEXT,
                    "from": or_null(TEXT, "Before, as JSON text; null where there was nothing."),
                    "to": or_null(TEXT, "After, likewise."),
                },
            )
        ),
        "complete": Boolean(about="Whether all changes are here."),
    },
)

EXAMPLE: Final = Tree(
    name="policy_example",
    about="A policy to begin with.",
    fields={
        "name": TEXT,
        "title": TEXT,
        "about": TEXT,
        "rules": Integer(minimum=0, about="How many it has."),
    },
)
