"""Withdrawals: statements that end a contract, whatever is known of the order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.call import SOURCE
from retour.api.json_body import BodyReader
from retour.api.routes import BASE, LOOKS, PAGED, Parameter, Route
from retour.api.shapes import ANSWERED_RETURN
from retour.api.withdrawals.shapes import EVIDENCE, LINK, RULES, SETTINGS, WITHDRAWAL
from retour.desk import withdrawals
from retour.desk.withdrawals import deciding, erasing, links, returning, settings
from retour.desk.withdrawals.deciding import Asker, DismissWithdrawal, MatchWithdrawal
from retour.desk.withdrawals.erasing import EraseWithdrawal
from retour.desk.withdrawals.links import WithdrawalLinkAsked
from retour.desk.withdrawals.returning import ReturnWithdrawn
from retour.desk.withdrawals.settings import WithdrawalSettings
from retour.lifecycle.withdrawals.withdrawing import Withdraw, WithdrawalStatus
from retour.store.withdrawals import Queue

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_STATUSES: Final = tuple(status.value for status in WithdrawalStatus)
_QUEUES: Final = tuple(queue.value for queue in Queue)
_NEW: Final = BodyReader(Withdraw)
_MATCH: Final = BodyReader(MatchWithdrawal)
_DISMISS: Final = BodyReader(DismissWithdrawal)
_RETURN: Final = BodyReader(ReturnWithdrawn)
_ERASE: Final = BodyReader(EraseWithdrawal)
_SETTINGS: Final = BodyReader(WithdrawalSettings)
_LINK: Final = BodyReader(WithdrawalLinkAsked)
_WITHDRAWALS: Final = f"{BASE}/withdrawals"
_ONE: Final = f"{_WITHDRAWALS}/{{withdrawal_id}}"


async def take_withdrawal(call: Call) -> Outcome:
    """Take a statement."""
    said = _NEW.read(call.body)
    return await returning.take_and_follow(
        call.house, call.workspace_id, said, actor=call.actor, source=SOURCE, key=call.key
    )


async def list_withdrawals(call: Call) -> Outcome:
    """Give a page of statements, newest first."""
    status = call.choice("status", frozenset(_STATUSES))
    queue = call.choice("queue", frozenset(_QUEUES))
    return await withdrawals.listing(
        call.house,
        call.workspace_id,
        call.page,
        status=None if status is None else WithdrawalStatus(status),
        queue=None if queue is None else Queue(queue),
    )


async def read_withdrawal(call: Call) -> Outcome:
    """Give one statement."""
    return await withdrawals.look_up(call.house, call.workspace_id, _id(call))


async def read_evidence(call: Call) -> Outcome:
    """Give the record of a statement, verified."""
    return await withdrawals.evidence(call.house, call.workspace_id, _id(call))


async def match_withdrawal(call: Call) -> Outcome:
    """Say which order a statement is about."""
    given = _MATCH.read(call.body)
    return await deciding.match(call.house, call.workspace_id, _id(call), given, _asker(call))


async def unmatch_withdrawal(call: Call) -> Outcome:
    """Take a finding back."""
    return await deciding.unmatch(call.house, call.workspace_id, _id(call), _asker(call))


async def dismiss_withdrawal(call: Call) -> Outcome:
    """Put a statement aside."""
    given = _DISMISS.read(call.body)
    return await deciding.dismiss(call.house, call.workspace_id, _id(call), given, _asker(call))


async def return_withdrawn(call: Call) -> Outcome:
    """Let a return follow a statement."""
    given = _RETURN.read(call.body or b"{}")
    return await returning.make_return(
        call.house,
        call.workspace_id,
        _id(call),
        given,
        actor=call.actor,
        scopes=call.scopes,
        key=call.key,
    )


async def erase_withdrawal(call: Call) -> Outcome:
    """Erase what was said."""
    given = _ERASE.read(call.body or b"{}")
    return await erasing.erase_words(
        call.house, call.workspace_id, _id(call), given, actor=call.actor, key=call.key
    )


async def read_settings(call: Call) -> Outcome:
    """Give what the workspace says about withdrawals."""
    return await settings.look_up(call.house, call.workspace_id)


async def put_settings(call: Call) -> Outcome:
    """Say it anew."""
    return await settings.put(call.house, call.workspace_id, _SETTINGS.read(call.body))


async def read_rules(call: Call) -> Outcome:
    """Give labels, periods and exceptions."""
    return await settings.rules(call.house, call.workspace_id)


async def make_link(call: Call) -> Outcome:
    """Give the address of the page with an order filled in."""
    return await links.make_link(call.house, call.workspace_id, _LINK.read(call.body))


def _id(call: Call) -> str:
    return call.params["withdrawal_id"]


def _asker(call: Call) -> Asker:
    return Asker(actor=call.actor, key=call.key)


ROUTES: Final = (
    Route(
        method="POST",
        path=_WITHDRAWALS,
        name="take_withdrawal",
        tag="Withdrawals",
        summary="Take a consumer's withdrawal",
        about="No policy is asked and no reason: whatever can be read is taken. Where the order"
        " is unknown, or was sold to another address, it is unmatched and waits for an agent."
        " A mail acknowledges it, word for word. refund_by is the end of the 14th day after its"
        " receipt in the workspace's zone.",
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
            Parameter(name="status", about="How they stand.", words=_STATUSES),
            Parameter(
                name="queue",
                about="What somebody has to look at: no order found, submitted too late, mail not"
                " taken, refund due within three days, no return made yet. Goes before status.",
                words=_QUEUES,
            ),
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
        about="Recomputes the digest of what was said, the hash of its record and those of all"
        " that became of it, and compares the links to the records before and behind.",
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
        about="The statement, its instant and its record stay as they are; whether it was in time"
        " is judged on that order.",
        scope="withdrawals:write",
        noun="withdrawal",
        answer=match_withdrawal,
        body=MatchWithdrawal,
        result=WITHDRAWAL,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/unmatch",
        name="unmatch_withdrawal",
        tag="Withdrawals",
        summary="Take back what was found out",
        about="It waits for an agent again, unless a return follows it.",
        scope="withdrawals:write",
        noun="withdrawal",
        answer=unmatch_withdrawal,
        result=WITHDRAWAL,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/dismiss",
        name="dismiss_withdrawal",
        tag="Withdrawals",
        summary="Put a withdrawal aside",
        about="As the duplicate of another, or for a reason. Statement, mail and evidence stay.",
        scope="withdrawals:write",
        noun="withdrawal",
        answer=dismiss_withdrawal,
        body=DismissWithdrawal,
        result=WITHDRAWAL,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/return",
        name="return_withdrawn",
        tag="Withdrawals",
        summary="Let a return follow a withdrawal",
        about="It is authorized at once and stands on the law: no reason, policy, risk or fee, and"
        " its refund_by is the withdrawal's. Without lines those of the statement come back, but"
        " for what the law excepts.",
        scope="returns:write",
        noun="withdrawal",
        answer=return_withdrawn,
        body=ReturnWithdrawn,
        result=ANSWERED_RETURN,
        statuses=(201,),
        versioned=True,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/erase",
        name="erase_withdrawal",
        tag="Withdrawals",
        summary="Erase what was said",
        about="The record and its digest stay, so the chain can still be verified. Before"
        " keep_days are over it takes force and a reason.",
        scope="withdrawals:erase",
        noun="withdrawal",
        answer=erase_withdrawal,
        body=EraseWithdrawal,
        result=WITHDRAWAL,
    ),
    Route(
        method="POST",
        path=f"{BASE}/withdrawal-links",
        name="make_withdrawal_link",
        tag="Withdrawals",
        summary="Give a customer's own way to withdraw",
        about="The page of the workspace with the order's number, name, address and items filled"
        " in. Whoever holds the link sees them: send it to the order's customer only.",
        scope="orders:read",
        noun="order",
        answer=make_link,
        body=WithdrawalLinkAsked,
        result=LINK,
        statuses=(201,),
        again=LOOKS,
    ),
    Route(
        method="GET",
        path=f"{BASE}/withdrawal-settings",
        name="read_withdrawal_settings",
        tag="Withdrawals",
        summary="Read how withdrawals are taken",
        scope="settings:read",
        noun="workspace",
        answer=read_settings,
        result=SETTINGS,
    ),
    Route(
        method="PUT",
        path=f"{BASE}/withdrawal-settings",
        name="put_withdrawal_settings",
        tag="Withdrawals",
        summary="Say how withdrawals are taken",
        about="What was judged before stays as it was.",
        scope="settings:write",
        noun="workspace",
        answer=put_settings,
        body=WithdrawalSettings,
        result=SETTINGS,
    ),
    Route(
        method="GET",
        path=f"{BASE}/withdrawal-rules",
        name="read_withdrawal_rules",
        tag="Withdrawals",
        summary="Read labels, periods and exceptions",
        scope="withdrawals:read",
        noun="workspace",
        answer=read_rules,
        result=RULES,
    ),
)
