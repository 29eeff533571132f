"""The declared shapes of what the dock answers."""

from __future__ import annotations

from typing import Final

from retour.desk.dock import cases, unmatched
from retour.desk.dock.scanning import KINDS
from retour.dialects.shapes import Boolean, Integer, ListOf, Shape, StringMap, Text, Tree, or_null
from retour.dialects.tree_parts import COUNT, MAYBE, MAYBE_MOMENT, MOMENT, TEXT, words
from retour.kernel.barcode import COMMANDS
from retour.lifecycle.dock.waiting import Cause, Remedy
from retour.lifecycle.model import Acceptance, Reception, ReturnStatus
from retour.policy.dispositions import Stock
from retour.policy.grading import GRADES

_MAYBE_COUNT: Final = Integer(minimum=0, nullable=True)
_TEXTS: Final = ListOf(item=TEXT)
_GRADE: Final = Text(words=GRADES)

RECEIPTS_TAKEN: Final = Tree(
    name="receipts_taken",
    fields={
        "facility": TEXT,
        "results": ListOf(
            item=Tree(
                name="receipt_result",
                fields={
                    "operation_id": TEXT,
                    "status": Text(
                        words=(
                            "accepted",
                            "exception",
                            "partial",
                            "unmatched",
                            "duplicate",
                            "refused",
                        ),
                        about="exception: taken, but something is odd; unmatched: kept without a"
                        " return; partial: some lines were refused; refused: nothing was written.",
                    ),
                    "return": MAYBE,
                    "rma_number": MAYBE,
                    "return_status": Text(
                        words=tuple(one.value for one in ReturnStatus), nullable=True
                    ),
                    "receipt": MAYBE,
                    "unmatched_parcel": MAYBE,
                    "lines": ListOf(
                        item=Tree(
                            name="receipt_result_line",
                            about="As many as were said; none where no return took them.",
                            fields={
                                "status": Text(words=("accepted", "exception", "refused")),
                                "quantity": COUNT,
                                **dict.fromkeys(("code", "detail", "pointer"), MAYBE),
                                "received": ListOf(
                                    item=Tree(
                                        name="receipt_result_part",
                                        fields={
                                            "line": MAYBE,
                                            "sku": MAYBE,
                                            "quantity": COUNT,
                                            "reception": words(Reception),
                                            "units": _TEXTS,
                                        },
                                    )
                                ),
                            },
                        )
                    ),
                    "left_undone": ListOf(
                        item=Tree(
                            name="left_undone",
                            fields={"code": TEXT, "detail": TEXT, "pointer": MAYBE},
                        ),
                        about="Goods were taken; this beside them was refused.",
                    ),
                    "code": MAYBE,
                    "detail": MAYBE,
                    "pointer": MAYBE,
                },
            )
        ),
    },
)

SCANNED: Final = Tree(
    name="scanned",
    fields={
        "code": Text(about="As printed, without the scanner's marks."),
        "kind": Text(words=(*KINDS, "command", "unknown"), about="The surest that it is."),
        "command": Text(words=COMMANDS, nullable=True),
        "gtin": or_null(TEXT, "In 14 digits."),
        "serial": MAYBE,
        "batch": MAYBE,
        "sscc": MAYBE,
        "matches": ListOf(
            item=Tree(
                name="scan_match",
                fields={
                    "return": TEXT,
                    "rma_number": TEXT,
                    "order_number": TEXT,
                    "status": words(ReturnStatus),
                    "is": ListOf(item=Text(words=KINDS), about="What the code is of it."),
                    "lines": ListOf(
                        item=Tree(
                            name="scanned_line",
                            fields={
                                "id": TEXT,
                                "line": MAYBE,
                                "sku": TEXT,
                                "expected": or_null(_MAYBE_COUNT, "Null at a blind facility."),
                                "counted": COUNT,
                                "undecided": COUNT,
                            },
                        )
                    ),
                    "units": _TEXTS,
                    "actions": ListOf(
                        item=Tree(
                            name="scan_action",
                            fields={"command": TEXT, "method": TEXT, "path": TEXT},
                        ),
                        about="What the table lets be done at a dock, within the key's scopes.",
                    ),
                },
            )
        ),
        "otherwise": ListOf(
            item=Tree(name="scan_otherwise", fields={"action": TEXT, "method": TEXT, "path": TEXT}),
            about="What to do where no return takes the goods.",
        ),
    },
)

COMPARISON: Final = Tree(
    name="receiving",
    fields={
        "return": TEXT,
        "rma_number": TEXT,
        "order_number": TEXT,
        "status": words(ReturnStatus),
        "blind": Boolean(),
        "complete": Boolean(nullable=True, about="Whether all came that was announced."),
        "lines": ListOf(
            item=Tree(
                name="receiving_line",
                fields={
                    "id": TEXT,
                    "line": MAYBE,
                    "sku": TEXT,
                    "title": MAYBE,
                    "image_url": MAYBE,
                    "counted": COUNT,
                    **dict.fromkeys(
                        (
                            "announced",
                            "expected",
                            "received",
                            "missing",
                            "unexpected",
                            "wrong_item",
                        ),
                        _MAYBE_COUNT,
                    ),
                    "damaged": COUNT,
                    "serials": _TEXTS,
                    "grading_set": Tree(
                        name="grading_set_named",
                        nullable=True,
                        fields={"id": TEXT, "version": COUNT},
                    ),
                    "instructions": MAYBE,
                    "units": ListOf(
                        item=Tree(
                            name="receiving_unit",
                            fields={
                                "id": TEXT,
                                "facility": MAYBE,
                                "reception": words(Reception),
                                "acceptance": words(Acceptance),
                                **dict.fromkeys(("asks", "grade", "disposition", "serial"), MAYBE),
                                "damaged": Boolean(),
                                "location": MAYBE,
                                "lpn": MAYBE,
                            },
                        ),
                        about="What lies in a facility.",
                    ),
                },
            )
        ),
    },
)

UNMATCHED: Final = Tree(
    name="unmatched_parcel",
    about="A parcel on the dock whose return is not known.",
    fields={
        "id": TEXT,
        "facility": TEXT,
        "status": Text(words=unmatched.STATUSES),
        "return": MAYBE,
        "operation_id": TEXT,
        **dict.fromkeys(("rma", "tracking_number", "order_number", "email", "name", "note"), MAYBE),
        "lines": ListOf(
            item=Tree(
                name="unmatched_line",
                fields={
                    **dict.fromkeys(("line", "sku", "barcode"), MAYBE),
                    "quantity": COUNT,
                    "serials": _TEXTS,
                    "condition": MAYBE,
                    "damaged": Boolean(),
                },
            )
        ),
        "reason": or_null(TEXT, "Why it was closed."),
        "created_at": MOMENT,
        "updated_at": MOMENT,
    },
)
CANDIDATE: Final = Tree(
    name="candidate",
    fields={
        "return": TEXT,
        "rma_number": TEXT,
        "order_number": TEXT,
        "status": words(ReturnStatus),
        "receivable": Boolean(about="Whether its status takes goods."),
        "score": COUNT,
        "found_by": _TEXTS,
        "skus": _TEXTS,
    },
)

EXCEPTION: Final = Tree(
    name="exception",
    about="Something at the dock that waits for a person.",
    fields={
        "id": TEXT,
        "cause": words(Cause),
        "status": Text(words=cases.STATUSES),
        "detail": TEXT,
        "remedies": ListOf(item=words(Remedy), about="What helps, the best first."),
        **dict.fromkeys(("facility", "return", "unmatched_parcel", "line", "sku"), MAYBE),
        "quantity": COUNT,
        "units": _TEXTS,
        "resolution": Tree(
            name="exception_resolution",
            nullable=True,
            about="What was done; null while it is open, and where it closed by itself.",
            fields={"remedy": TEXT},
            extras={
                "note": MAYBE,
                "return": TEXT,
                "by": Tree(name="resolver", fields={"kind": TEXT, "id": MAYBE}),
            },
        ),
        "created_at": MOMENT,
        "resolved_at": MAYBE_MOMENT,
    },
)

_SET: Final[dict[str, Shape]] = {
    "id": TEXT,
    "version": COUNT,
    "name": TEXT,
    "skus": _TEXTS,
    "groups": _TEXTS,
    "instructions": MAYBE,
    "checks": ListOf(
        item=Tree(
            name="check",
            fields={
                "id": TEXT,
                "ask": TEXT,
                "answers": ListOf(item=TEXT, about="Empty for a measure."),
                "outcomes": ListOf(
                    item=Tree(
                        name="check_outcome",
                        fields={
                            "grade": _GRADE,
                            "answers": _TEXTS,
                            "at_least": Integer(nullable=True),
                            "at_most": Integer(nullable=True),
                            "words": MAYBE,
                        },
                    )
                ),
                "unit": MAYBE,
                "optional": Boolean(),
            },
        )
    ),
    "results": ListOf(
        item=Tree(
            name="grade_result",
            fields={
                "grade": _GRADE,
                "acceptance": Text(
                    words=tuple(one.value for one in Acceptance if one is not Acceptance.PENDING),
                    nullable=True,
                ),
                "disposition": MAYBE,
                "condition": MAYBE,
            },
        )
    ),
    "quality_check": Tree(
        name="quality_rule",
        nullable=True,
        fields={
            "over": Tree(
                name="quality_over", nullable=True, fields={"currency": TEXT, "at_least": TEXT}
            ),
            "grades": ListOf(item=_GRADE),
            "sample_percent": COUNT,
        },
    ),
    "retired": Boolean(about="Whether it applies to nothing any more."),
}
GRADING_SET: Final = Tree(name="grading_set", fields=_SET)
GRADING_SET_VERSION: Final = Tree(name="grading_set_version", fields={**_SET, "at": MOMENT})
LINE_GRADING: Final = Tree(
    name="line_grading",
    fields={
        "id": Text(about="Of the return line."),
        "sku": TEXT,
        "units": _TEXTS,
        "grading_set": or_null(GRADING_SET, "Null where no set applies: judge by hand."),
    },
)
GRADE: Final = Tree(
    name="grade",
    fields={
        "grade": _GRADE,
        "version": Integer(about="0 until something is said of it."),
        "name": StringMap(about="By language; ours until something is said."),
        "text": StringMap(about="A sentence by language; ours until something is said."),
        "pictures": ListOf(
            about="What it looks like.",
            item=Tree(
                name="grade_picture",
                fields={
                    "photo": TEXT,
                    "text": TEXT,
                    "links": Tree(
                        name="grade_picture_links",
                        about="Addresses that need no key, for about ten minutes.",
                        fields={"full": TEXT, "thumb": TEXT, "until": MOMENT},
                    ),
                },
            ),
        ),
        "own": Boolean(about="Whether these words are the workspace's."),
    },
)
DISPOSITION: Final = Tree(
    name="disposition",
    fields={
        "code": TEXT,
        "name": TEXT,
        "stock": words(Stock),
        "localized": StringMap(about="By locale."),
        "own": Boolean(about="Whether the workspace put it."),
    },
)
