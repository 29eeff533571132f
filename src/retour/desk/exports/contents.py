"""What a workspace's export holds: every table there is, but for those with a reason why not.

Columns are those of ``store/columns.toml`` without the secret ones, so that a new table or column
is in it by itself, and a new secret is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retour.store.columns import tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retour.desk.exports.zipping import Entry

README: Final = "README.txt"
PEOPLE: Final = "people.jsonl"
SUFFIX: Final = ".jsonl"
_HOUSE: Final = "an account is the house's, not the workspace's; people.jsonl says who belongs here"
_WORK: Final = "work that is still to be done, for this house alone"
_SENT: Final = "copies of what was sent and answered, with what lets in; they go after 30 days"
_REPLIES: Final = "kept for requests that are repeated"
_FOLLOWS: Final = "follows from orders and returns"
_PRACTICE: Final = "a sandbox's practice; nothing of it is real"
LEFT_OUT: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "person",
            "person_identity",
            "person_passkey",
            "person_recovery",
            "person_reset",
            "person_session",
            "person_try",
            "held_form",
        ),
        _HOUSE,
    ),
    **dict.fromkeys(
        (
            "catching_up",
            "delivery",
            "delivery_node",
            "epoch",
            "lane",
            "lane_gap",
            "return_lease",
            "workspace_export",
            "workspace_export_file",
            "workspace_export_piece",
        ),
        _WORK,
    ),
    **dict.fromkeys(("attempt", "rendering"), _SENT),
    **dict.fromkeys(("idempotency", "receipt_operation"), _REPLIES),
    **dict.fromkeys(
        (
            "audit_head",
            "concern",
            "counted",
            "figure_change",
            "leg",
            "order_mark",
            "return_facet",
            "return_sku",
            "return_tally",
            "scan_code",
            "search_word",
        ),
        _FOLLOWS,
    ),
    **dict.fromkeys(
        (
            "sandbox_booking",
            "sandbox_channelengine",
            "sandbox_dispute",
            "sandbox_fault",
            "sandbox_label",
            "sandbox_message",
            "sandbox_reservation",
            "sandbox_scan",
            "sandbox_stock",
            "sandbox_stock_move",
        ),
        _PRACTICE,
    ),
    "audit_person": "tells whom rows of the log are about; destroyed when they are forgotten",
    "erasure": "keyed marks of who was forgotten; `retour erasures list` gives them",
    "message_draft": "not said yet, and its writer's own",
}
"""Tables that are not in it, each with its reason."""
WITHOUT: Final[Mapping[str, tuple[str, ...]]] = {
    "notification_profile": ("headers", "secrets"),
    "subscription_version": ("headers",),
}
"""Fields that documents lose: what lets in at somebody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One file of the export: a table of which it holds these columns."""

    table: str
    about: str
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        """The file's name."""
        return self.table + SUFFIX


def contents() -> dict[str, Content]:
    """Give every table that an export holds, by the name of its file."""
    found = [
        Content(
            table=one.name,
            about=one.about,
            columns=tuple(
                column
                for kind, columns in one.columns.items()
                if kind != "secret"
                for column in columns
            ),
        )
        for one in tables()
        if one.name not in LEFT_OUT
    ]
    return {one.name: one for one in found}


def names() -> list[str]:
    """Give the names of all files, in the order in which they are written."""
    return [PEOPLE, *contents(), README]


def readme(files: Sequence[tuple[Entry, int]], begun_at: str) -> bytes:
    """Say what the archive is, what each file of it holds, and what none does."""
    known = contents()
    lines = [
        _HEAD.format(begun_at=begun_at),
        f"{PEOPLE}: who belongs to the workspace, as what, and since when.",
    ]
    counts = {entry.name: rows for entry, rows in files}
    lines[-1] += f" {counts.get(PEOPLE, 0)} rows."
    for name, one in known.items():
        lines.append(f"{name}: {one.about} {counts.get(name, 0)} rows.")
    lines += ["", "Not in it:", ""]
    by_reason: dict[str, list[str]] = {}
    for table, why in LEFT_OUT.items():
        by_reason.setdefault(why, []).append(table)
    lines += [f"- {', '.join(tables_)}: {why}." for why, tables_ in by_reason.items()]
    return "\n".join(lines).encode() + b"\n"


_HEAD: Final = """Everything of a workspace of Retour, begun at {begun_at}.

Each file is a table: one row a line, each a JSON object (https://jsonlines.org) in UTF-8. A row is
as it stood when its turn came, and what came later is not in it. Instants are in UTC; amounts
are integers of the smallest unit (cents) beside their currency, or decimal text; bytes, such as
photos, are base 64. Documents stand in `body`: an order's lines, a return with its settlements and
refunds, a policy's rules. `words` and `personal` are what people wrote.

Secrets are not in it: passwords, keys, tokens, credentials, and the headers that receivers are
called with. What was erased of persons is not in it either.

This file names persons. Keep it as the law asks, and delete it when it has served.
"""
