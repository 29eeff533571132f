"""Withdrawals: statements that end a contract, whatever is known of the order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.call import SOURCE
from retour.api.json_body import BodyReader
from retour.api.routes import BASE, PAGED, Parameter, Route
from retour.desk import withdrawals
from retour.desk.withdrawals import MatchWithdrawal
from retour.dialects.shapes import Boolean, Integer, ListOf, Text, Tree, or_null
from retour.dialects.trees import COUNT, MAYBE, MAYBE_MOMENT, MOMENT, TEXT, words
from retour.lifecycle.model import ActorKind
from retour.lifecycle.withdrawing import Withdraw, WithdrawalStatus

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_STATUSES: Final = tuple(status.value for status in WithdrawalStatus)
_NEW: Final = BodyReader(Withdraw)
_MATCH: Final = BodyReader(MatchWithdrawal)
_WITHDRAWALS: Final = f"{BASE}/withdrawals"
_ONE: Final = f"{_WITHDRAWALS}/{{withdrawal_id}}"

WITHDRAWAL: Final = Tree(
    name="withdrawal",
    about="A consumer's statement, word for word, with its legal clock.",
    fields={
        "id": TEXT,
        "number": Integer(minimum=1, about="Its place in the workspace's chain; gapless."),
        "status": words(WithdrawalStatus),
        "name": TEXT,
        "email": TEXT,
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
        "statement": TEXT,
        "submitted_at": or_null(MOMENT, "When the consumer confirmed, if whoever sent it knew."),
        "received_at": MOMENT,
        "refund_by": MOMENT,
        "matched_order": or_null(TEXT, "The number of the order it is about, once that is known."),
        "matched_at": MAYBE_MOMENT,
        "matched_by": Tree(
            name="matched_by",
            nullable=True,
            about="Null where the statement named its order itself.",
            fields={"kind": words(ActorKind), "id": MAYBE},
        ),
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
        "content": Text(about="What was said, in the bytes that content_sha256 is of."),
        "content_sha256": TEXT,
        "record": Text(about="The link of the chain, in the bytes that hash is of."),
        "hash": TEXT,
        "previous": Text(about="The hash of the record before; zeros for the first."),
        "verified": Boolean(about="Whether nothing disagrees."),
        "checks": Tree(
            name="withdrawal_checks",
            fields={
                "content": Boolean(),
                "record": Boolean(),
                "previous": Boolean(),
                "following": Boolean(nullable=True, about="Null for the last of the chain."),
            },
        ),
    },
)


async def take_withdrawal(call: Call) -> Outcome:
    """Take a statement."""
    said = _NEW.read(call.body)
    return await withdrawals.take(
        call.house, call.workspace_id, said, actor=call.actor, source=SOURCE, key=call.key
    )


async def list_withdrawals(call: Call) -> Outcome:
    """Give a page of statements, newest first."""
    status = call.choice("status", frozenset(_STATUSES))
    return await withdrawals.listing(call.house, call.workspace_id, status, call.page)


async def read_withdrawal(call: Call) -> Outcome:
    """Give one statement."""
    return await withdrawals.look_up(call.house, call.workspace_id, _id(call))


async def read_evidence(call: Call) -> Outcome:
    """Give the record of a statement, verified."""
    return await withdrawals.evidence(call.house, call.workspace_id, _id(call))


async def match_withdrawal(call: Call) -> Outcome:
    """Say which order a statement is about."""
    given = _MATCH.read(call.body)
    return await withdrawals.match(
        call.house, call.workspace_id, _id(call), given, actor=call.actor, key=call.key
    )


def _id(call: Call) -> str:
    return call.params["withdrawal_id"]


ROUTES: Final = (
    Route(
        method="POST",
        path=_WITHDRAWALS,
        name="take_withdrawal",
        tag="Withdrawals",
        summary="Take a consumer's withdrawal",
        about="No policy is asked and no reason: whatever can be read is taken. Where the order"
        " is unknown, or was sold to another address, it is unmatched and waits for an agent."
        " refund_by is the end of the 14th day after its receipt in the workspace's zone.",
        scope="withdrawals:write",
        noun="withdrawal",
        answer=take_withdrawal,
        body=Withdraw,
        result=WITHDRAWAL,
        statuses=(201,),
        creates=True,
    ),
    Route(
        method="GET",
        path=_WITHDRAWALS,
        name="list_withdrawals",
        tag="Withdrawals",
        summary="List withdrawals, newest first",
        scope="withdrawals:read",
        noun="withdrawal",
        answer=list_withdrawals,
        query=(
            Parameter(name="status", about="unmatched is the agent's queue.", words=_STATUSES),
            *PAGED,
        ),
        result=WITHDRAWAL,
        paged=True,
    ),
    Route(
        method="GET",
        path=_ONE,
        name="read_withdrawal",
        tag="Withdrawals",
        summary="Read a withdrawal",
        scope="withdrawals:read",
        noun="withdrawal",
        answer=read_withdrawal,
        result=WITHDRAWAL,
    ),
    Route(
        method="GET",
        path=f"{_ONE}/evidence",
        name="read_withdrawal_evidence",
        tag="Withdrawals",
        summary="Verify a withdrawal's record",
        about="Recomputes the digest of what was said and the hash of its record, and compares"
        " the links to the records before and behind.",
        scope="withdrawals:read",
        noun="withdrawal",
        answer=read_evidence,
        result=EVIDENCE,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/match",
        name="match_withdrawal",
        tag="Withdrawals",
        summary="Say which order a withdrawal is about",
        about="The statement, its instant and its record stay as they are.",
        scope="withdrawals:write",
        noun="withdrawal",
        answer=match_withdrawal,
        body=MatchWithdrawal,
        result=WITHDRAWAL,
    ),
)
