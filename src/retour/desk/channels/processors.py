"""Marketplaces as those who pay: each leg is one PUT or POST, looked up before it is repeated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.channels.accounts import open_account
from retour.desk.channels.alarms import stop_refused
from retour.desk.channels.matching import Part, announced, declared_of, judged_of
from retour.gateways.channelengine import Declared, Fault, Judged, Told, Trouble
from retour.gateways.channelengine.messages import ReturnRead
from retour.gateways.payments import ProcessorOutcome, ProcessorReply, RefundOrder
from retour.kernel.problems import InvalidRequest
from retour.lifecycle.model import Origin
from retour.store.channels import found_of

if TYPE_CHECKING:
    from retour.desk.channels.accounts import Opened
    from retour.desk.channels.calling import Calls
    from retour.desk.house import House
    from retour.gateways.channelengine.client import ChannelEngine

KEY_S: Final = 300
"""Between two looks whether there is a key again."""
KEY_REFUSED: Final = (
    "ChannelEngine does not know the API key any more. Put the account with a new one; this is told"
    " then by itself."
)
NO_ACCOUNT: Final = (
    "This workspace has no account at ChannelEngine. Put one under channel-accounts, let it go"
    " live, and retry."
)
_PARTS: Final = msgspec.json.Decoder(tuple[Part, ...])
_READ: Final = msgspec.json.Decoder(ReturnRead)


@dataclass(frozen=True, slots=True)
class _Call:
    """What is to be told to whom: a judgement of a channel return, or a return of ours."""

    client: ChannelEngine
    account: Opened
    order_number: str
    channel_return: int | None
    judged: tuple[Judged, ...] = ()
    declared: Declared | None = None


class ChannelEngineAccounts:
    """Refunds by marketplaces; fails in words where they cannot be asked."""

    def __init__(self, house: House, calls: Calls) -> None:
        self._house = house
        self._calls = calls

    async def refund(self, order: RefundOrder) -> ProcessorReply:
        """Tell the marketplace once; what is ours alone is looked for first."""
        call = await self._call(order)
        if isinstance(call, ProcessorReply):
            return call
        if call.declared is not None:
            known = await self._known(order, call)
            if known is not None:
                return known
            said = await call.client.declare(call.declared)
        else:
            assert call.channel_return is not None, "it is the one or the other"
            said = await call.client.judge(call.channel_return, call.judged)
        if isinstance(said, Told):
            return _succeeded(call)
        if said.trouble is Trouble.REFUSED:  # An earlier try may have arrived after all.
            return await self._known(order, call) or _failed(said.words)
        return await self._unknown(call, said)

    async def look_up(self, order: RefundOrder) -> ProcessorReply | None:
        """Say what the marketplace knows of it."""
        call = await self._call(order)
        if not isinstance(call, ProcessorReply):
            return await self._known(order, call)
        if not order.in_doubt:
            return None
        return ProcessorReply(outcome=ProcessorOutcome.UNKNOWN, error=call.error)

    async def _call(self, order: RefundOrder) -> _Call | ProcessorReply:
        try:
            account = await open_account(self._house, order.workspace_id)
        except InvalidRequest as error:
            return _failed(str(error))
        if account is None:
            return _failed(NO_ACCOUNT)
        if account.account.stage == "refused":
            return _later(Fault(trouble=Trouble.STRANGER, words=KEY_REFUSED, after_s=KEY_S))
        client = await self._calls.client(account)
        if isinstance(client, Fault):
            return _later(client)
        return await self._wanted(order, account, client)

    async def _wanted(
        self, order: RefundOrder, account: Opened, client: ChannelEngine
    ) -> _Call | ProcessorReply:
        """Work out what is to be told, from the return as it stood when that was asked."""
        ret = order.world
        assert ret is not None, "a refund is of a return"
        settlement, leg = next(
            (one, leg) for one in ret.settlements for leg in one.legs if leg.id == order.intent
        )
        if ret.origin is not Origin.CHANNEL:
            declared = declared_of(ret, settlement, leg, account.facts.reasons)
            if isinstance(declared, str):
                return _failed(declared)
            return _Call(client, account, declared.order_number, None, declared=declared)
        async with self._house.database.transaction(order.workspace_id) as connection:
            found = await found_of(connection, order.workspace_id, ret.id)
        if found is None or found.merchant_order_no is None:
            return _failed(
                "This return was not found at ChannelEngine, so nothing can be told of it there."
                " Pay it elsewhere."
            )
        parts = _PARTS.decode(found.parts or "[]")
        lines = _READ.decode(found.body).lines or ()
        judged = judged_of(ret, settlement, parts, lines)
        return _Call(client, account, found.merchant_order_no, found.foreign_id, judged)

    async def _known(self, order: RefundOrder, call: _Call) -> ProcessorReply | None:
        """Find what was told among the order's returns."""
        said = await call.client.returns_of(call.order_number)
        if isinstance(said, Fault):
            if said.trouble is Trouble.REFUSED and not order.in_doubt:
                return _failed(said.words)
            return await self._unknown(call, said)
        if call.declared is not None:
            number = call.declared.rma_number
            mine = (one for one in said.content if one.merchant_return_no == number)
            return _succeeded(call) if next(mine, None) is not None else None
        theirs = next((one for one in said.content if one.id == call.channel_return), None)
        return None if theirs is None else _standing(call, theirs)

    async def _unknown(self, call: _Call, fault: Fault) -> ProcessorReply:
        if fault.trouble is Trouble.STRANGER:
            await stop_refused(self._house, call.account, fault)
            return _later(replace(fault, after_s=KEY_S))
        return _later(fault)


def _standing(call: _Call, theirs: ReturnRead) -> ProcessorReply | None:
    """Read from a channel return whether it has been told of, and the same."""
    if theirs.status == "CANCELLED":
        return _failed("The marketplace has canceled this return, and pays nothing for it.")
    if theirs.status != "RECEIVED":
        return None
    taken: dict[str, int] = {}
    for line in theirs.lines or ():
        product = line.merchant_product_no or ""
        taken[product] = taken.get(product, 0) + (line.accepted_quantity or 0)
    wanted = {one.product: one.accepted for one in call.judged}
    if {name: taken.get(name, 0) for name in announced(theirs.lines or ())} == wanted:
        return _succeeded(call)
    return _failed(
        "The marketplace was told something else of this return, and takes no second word. Pay the"
        " difference elsewhere."
    )


def _succeeded(call: _Call) -> ProcessorReply:
    number = "" if call.declared is None else call.declared.rma_number
    return ProcessorReply(
        outcome=ProcessorOutcome.SUCCEEDED, reference=number or str(call.channel_return)
    )


def _failed(why: str) -> ProcessorReply:
    return ProcessorReply(outcome=ProcessorOutcome.FAILED, error=why)


def _later(fault: Fault) -> ProcessorReply:
    return ProcessorReply(
        outcome=ProcessorOutcome.UNKNOWN, error=fault.words, after_s=fault.after_s
    )
