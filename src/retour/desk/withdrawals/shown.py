"""A withdrawal as its workspace's people read it: the statement, its clock, what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from retour.dialects.view import View, instant
from retour.kernel.status import ReturnStatus
from retour.lifecycle.withdrawals.withdrawing import Content

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from retour.lifecycle.withdrawals.withdrawing import Link
    from retour.store.withdrawals import Withdrawal

_CONTENT: Final = msgspec.json.Decoder(Content)
_BEFORE_PROOF: Final = frozenset({None, ReturnStatus.REQUESTED, ReturnStatus.AUTHORIZED})
"""How a return stands while neither goods nor proof of sending have come (Article 13(3))."""


def said_in(link: Link) -> Content | None:
    """Give what was said; ``None`` once erased."""
    return None if link.content is None else _CONTENT.decode(link.content)


def view(kept: Withdrawal, excepted: Sequence[View] = ()) -> View:
    """Show a withdrawal; every key is always there, what is erased is null."""
    link, match, standing = kept.link, kept.match, kept.standing
    by = None if match is None else match.by
    return {
        "id": link.id,
        "number": link.number,
        "reference": link.reference,
        "status": standing.status.value,
        **_words(said_in(link)),
        "received_at": instant(link.received_at),
        "period_ends_at": _instant(standing.period_ends_at),
        "in_time": standing.in_time,
        "refund_by": instant(kept.refund_by),
        "refund_may_wait": kept.return_status in _BEFORE_PROOF,
        "matched_order": None if match is None else match.order_number,
        "matched_at": None if match is None else instant(match.at),
        "matched_by": None if by is None else {"kind": by.kind.value, "id": by.id},
        "excepted_lines": list(excepted),
        "duplicate_of": standing.duplicate_of,
        "acknowledgement": kept.acknowledgement.value,
        "acknowledged_at": _instant(kept.acknowledged_at),
        "return": kept.return_id,
        "return_status": None if kept.return_status is None else kept.return_status.value,
        "erased_at": _instant(kept.erased_at),
        "hash": link.hash.hex(),
    }


def _words(said: Content | None) -> View:
    if said is None:
        gone = ("name", "email", "locale", "order_number", "contract")
        return dict.fromkeys(gone) | {"lines": [], "statement": None, "submitted_at": None}
    return {
        "name": said.name,
        "email": said.email,
        "locale": said.locale,
        "order_number": said.order_number,
        "contract": said.contract,
        "lines": [] if said.lines is None else [msgspec.to_builtins(line) for line in said.lines],
        "statement": said.statement,
        "submitted_at": _instant(said.submitted_at),
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else instant(at)
