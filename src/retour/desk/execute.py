"""The way of every command: load, decide, commit; again where somebody else was faster.

No lock of the database is held while Python decides.  A commit that finds another version, counter
or set of subscribers writes nothing; the plan is then decided anew on what is true by now.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.fanout import fan_out
from retour.desk.outcome import Done, KeyReused, NotFound, Outcome, Refused, VersionDiffers
from retour.desk.scopes import within
from retour.dialects.view import return_view
from retour.kernel.ids import Mint
from retour.kernel.problems import Transient
from retour.kernel.refusal import Refusal, RefusalCode
from retour.lifecycle.commands import Command, Context, Receive, Request
from retour.lifecycle.decide import decide, numbers_needed
from retour.lifecycle.machine import allowed_commands
from retour.lifecycle.model import Personal
from retour.store.committing import Committed, Facts, Reply, commit_return
from retour.store.loading import Loaded, LoadKey, load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retour.desk.house import House
    from retour.lifecycle.model import Actor, Decision, State

TRIES_MAX: Final = 6
"""The first try and five more; then the order is busier than we can be."""
MAIN_FACILITY: Final = "main"

_ENCODE: Final = msgspec.json.Encoder()


class Busy(Transient):
    """The order changed faster than the plan could be decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """An Idempotency-Key: whose, which, and the digest of the request it stands for."""

    key_id: str
    key: str
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A plan and who asks for it.

    Args:
        return_id: None where the plan starts with a request.
        if_match: The version the asker has seen; None where any will do.
        scopes: What the asker may do; commands out of them are not offered in the answer.
    """

    workspace_id: int
    plan: Sequence[Command]
    actor: Actor
    source: str
    return_id: str | None = None
    key: RequestKey | None = None
    if_match: int | None = None
    scopes: frozenset[str] | None = None


async def execute(house: House, asked: Asked) -> Outcome:
    """Carry out a plan: all of it, or nothing.

    Raises:
        Busy: The order changed under six decisions in a row; nothing was written.
    """
    outcome = await _try(house, asked)
    if outcome is not None:
        return outcome
    turn = asked.return_id or _order_number(asked)
    async with house.turns.take(asked.workspace_id, turn):
        for _ in range(TRIES_MAX - 1):
            outcome = await _try(house, asked)
            if outcome is not None:
                return outcome
    message = "This order is being changed by many at once. Try again in a moment."
    raise Busy(message)


def _order_number(asked: Asked) -> str:
    first = asked.plan[0]
    return first.order_number if isinstance(first, Request) else ""


def _load_key(asked: Asked) -> LoadKey:
    """Say what the plan needs: the return or the order, the facility it names, fresh numbers."""
    facility: str | None = None
    order_number: str | None = None
    policy: str | None = None
    for command in asked.plan:
        if isinstance(command, Request):
            order_number, policy = command.order_number, command.policy
        elif isinstance(command, Receive):
            facility = command.facility or MAIN_FACILITY
    return LoadKey(
        workspace_id=asked.workspace_id,
        return_id=asked.return_id,
        order_number=order_number,
        policy=policy,
        facility=facility,
        new=asked.return_id is None,
        numbers=numbers_needed(asked.plan),
        key_id=asked.key.key_id if asked.key else None,
        key=asked.key.key if asked.key else None,
    )


def _missing(wanted: LoadKey, loaded: Loaded) -> Refusal | None:
    """Refuse what names an order, policy or facility that is not there."""
    if loaded.policy is None:
        return Refusal(
            code=RefusalCode.UNKNOWN_POLICY,
            detail=f"There is no policy {wanted.policy!r}. Put it first, or leave the field out.",
            pointer="/policy",
        )
    if loaded.state is None:
        return Refusal(
            code=RefusalCode.UNKNOWN_ORDER,
            detail=f"There is no order {wanted.order_number!r}. Put the order before its returns.",
            pointer="/order_number",
        )
    if wanted.facility is not None and loaded.facility is None:
        return Refusal(
            code=RefusalCode.UNKNOWN_FACILITY,
            detail=f"There is no facility {wanted.facility!r}. Put it first, or name another.",
            pointer="/facility",
        )
    return None


async def _try(house: House, asked: Asked) -> Outcome | None:
    """Go the way once; ``None`` where somebody else was faster."""
    wanted = _load_key(asked)
    pool = await house.database.pool()
    loaded = await load(pool, wanted)
    if loaded is None:
        return NotFound(what="return")
    if loaded.replay is not None and asked.key is not None:
        if loaded.replay.digest != asked.key.digest:
            return KeyReused()
        return Done(status=loaded.replay.status, body=loaded.replay.body, replayed=True)
    if asked.if_match is not None and asked.if_match != loaded.return_version:
        return VersionDiffers(current=loaded.return_version)
    if refusal := _missing(wanted, loaded):
        return Refused(refusal=refusal)
    assert loaded.state is not None
    context = Context(
        actor=asked.actor,
        source=asked.source,
        at=loaded.at,
        entropy=os.urandom(16),
        numbers=loaded.numbers,
        facility=loaded.facility,
    )
    decision = decide(loaded.state, asked.plan, context)
    if isinstance(decision, Refusal):
        return Refused(refusal=decision, allowed_commands=_offered(loaded.state, asked.scopes))
    return await _commit(house, asked, loaded, decision)


def _offered(state: State, scopes: frozenset[str] | None) -> tuple[str, ...]:
    """List what can be asked next, as far as the asker's scopes reach."""
    if state.ret is None:
        return ()
    commands = allowed_commands(state)
    return commands if scopes is None else within(commands, scopes)


def answer(state: State, scopes: frozenset[str] | None) -> bytes:
    """Write a return as every command and look-up answers it."""
    assert state.ret is not None
    return _ENCODE.encode(return_view(state.ret, state.words, _offered(state, scopes)))


async def _commit(house: House, asked: Asked, loaded: Loaded, decision: Decision) -> Outcome | None:
    assert loaded.state is not None
    assert decision.state.ret is not None
    status = 201 if asked.return_id is None else 200
    body = answer(decision.state, asked.scopes)
    done = Done(status=status, body=body, version=decision.state.ret.version)
    if not decision.events and decision.state == loaded.state:
        return done
    config = await house.configs.at(asked.workspace_id, loaded.epoch)
    mint = Mint(loaded.tick, os.urandom(16))
    fanout = fan_out(decision, config.subscribers, mint)
    committed = await commit_return(
        await house.database.pool(),
        asked.workspace_id,
        tick=loaded.tick,
        epoch=config.epoch,
        order_version=loaded.order_version,
        return_version=loaded.return_version,
        before=loaded.state,
        facts=Facts(
            ids=[mint("evt") for _ in decision.events],
            decision=decision,
            stream_sequence=loaded.stream_sequence,
            fanout=fanout,
            actor=asked.actor,
            source=asked.source,
            personal=Personal(customer=decision.state.customer, words=decision.state.words),
        ),
        email_digest=house.vault.digest(asked.workspace_id, decision.state.customer.email),
        reply=None
        if asked.key is None
        else Reply(
            key_id=asked.key.key_id,
            key=asked.key.key,
            digest=asked.key.digest,
            status=status,
            body=body,
        ),
    )
    if committed is Committed.DONE:
        house.hints(asked.workspace_id, {item.subscription_id for item in fanout})
        return done
    if committed is Committed.EPOCH:
        house.configs.forget(asked.workspace_id)
    return None
