"""Orders: put as they are, put again as they become, looked up."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.catching_up import list_anew
from retour.desk.customers.marks import marks_of
from retour.desk.execute import TRIES_MAX, Busy
from retour.desk.fanout import fan_out
from retour.desk.listed import order_calls
from retour.desk.order_body import OrderBody, read_order
from retour.desk.outcome import Done, NotFound, Outcome, Refused, VersionDiffers
from retour.dialects.order_view import order_view
from retour.kernel.ids import Mint
from retour.kernel.refusal import Refusal
from retour.lifecycle.commands import Context
from retour.lifecycle.model import Decision, Order, Personal
from retour.lifecycle.orders.ordering import put_order
from retour.store.committing import Committed, Facts, commit_order
from retour.store.loading import Loaded, LoadKey, load

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.lifecycle.model import Actor, Customer

_ENCODE: Final = msgspec.json.Encoder()


async def put(
    house: House,
    workspace_id: int,
    order_number: str,
    body: OrderBody,
    *,
    actor: Actor,
    source: str,
    if_match: int | None = None,
) -> Outcome:
    """Make the order, or bring it up to date; the same again changes nothing.

    With ``if_match`` only where that is still the order's version (0: only where there is none).

    Raises:
        InvalidRequest: A field cannot be understood.
        Busy: The order changed under six tries in a row.
    """
    wanted = LoadKey(workspace_id=workspace_id, order_number=order_number, numbers=len(body.lines))
    async with house.turns.take(workspace_id, order_number):
        for _ in range(TRIES_MAX):
            loaded = await load(await house.database.pool(), wanted)
            assert loaded is not None, "an order's load always answers"
            if if_match is not None and if_match != loaded.order_version:
                return VersionDiffers(current=loaded.order_version)
            outcome = await _try(
                house,
                workspace_id,
                order_number=order_number,
                body=body,
                loaded=loaded,
                actor=actor,
                source=source,
            )
            if outcome is not None:
                return outcome
    message = "This order is being changed by many at once. Try again in a moment."
    raise Busy(message)


async def _try(
    house: House,
    workspace_id: int,
    *,
    order_number: str,
    body: OrderBody,
    loaded: Loaded,
    actor: Actor,
    source: str,
) -> Outcome | None:
    before = loaded.state.order if loaded.state else None
    mint = Mint(loaded.tick, os.urandom(16))
    order, customer = read_order(
        body, order_number, before, numbers=loaded.numbers, at=loaded.at, mint=mint
    )
    assert loaded.policy is not None, "every workspace has its default policy"
    context = Context(actor=actor, source=source, at=loaded.at, entropy=os.urandom(16))
    decision = put_order(loaded.state, order, customer, loaded.policy, context)
    if isinstance(decision, Refusal):
        return Refused(refusal=decision)
    version = loaded.order_version + 1
    done = Done(
        status=201 if before is None else 200,
        body=_answer(decision.state.order, customer),
        version=version,
    )
    if loaded.state is not None and not decision.events and decision.state == loaded.state:
        return Done(status=200, body=done.body, version=loaded.order_version)
    committed = await commit(
        house,
        workspace_id,
        loaded=loaded,
        decision=decision,
        mint=mint,
        actor=actor,
        source=source,
    )
    return done if committed is Committed.DONE else None


async def commit(
    house: House,
    workspace_id: int,
    *,
    loaded: Loaded,
    decision: Decision,
    mint: Mint,
    actor: Actor,
    source: str,
) -> Committed:
    """Commit what was decided about an order itself; whoever asked may have to try again."""
    config = await house.configs.at(workspace_id, loaded.epoch)
    customer = decision.state.customer
    fanout = fan_out(decision, config.subscribers, mint)
    order = decision.state.order
    put = partial(
        commit_order,
        workspace_id=workspace_id,
        tick=loaded.tick,
        epoch=config.epoch,
        order_version=loaded.order_version,
        customer=customer,
        facts=Facts(
            ids=[mint("evt") for _ in decision.events],
            decision=decision,
            stream_sequence=loaded.stream_sequence,
            fanout=fanout,
            actor=actor,
            source=source,
            personal=Personal(customer=customer, words=decision.state.all_words),
        ),
        email_digest=house.vault.digest(workspace_id, customer.email),
        marks=marks_of(house.vault, workspace_id, customer),
        listed=order_calls(house.vault, workspace_id, config.zone, (order, customer), mint("fgc")),
    )
    if loaded.state is None or not loaded.state.others:
        committed = await put(await house.database.pool())
    else:
        async with house.database.transaction(workspace_id) as connection:
            committed = await put(connection)
            if committed is Committed.DONE:
                was = loaded.state.order
                await list_anew(connection, workspace_id, config.zone, was, order)
    if committed is Committed.DONE:
        house.hints(workspace_id, {item.subscription_id for item in fanout})
    elif committed is Committed.EPOCH:
        house.configs.forget(workspace_id)
    return committed


def _answer(order: Order, customer: Customer) -> bytes:
    return _ENCODE.encode(order_view(order, customer))


async def look_up(house: House, workspace_id: int, order_number: str) -> Outcome:
    """Give an order with its counters."""
    wanted = LoadKey(workspace_id=workspace_id, order_number=order_number)
    loaded = await load(await house.database.pool(), wanted)
    if loaded is None or loaded.state is None:
        return NotFound(what="order")
    body = _answer(loaded.state.order, loaded.state.customer)
    return Done(status=200, body=body, version=loaded.order_version)
