"""The way of every command: load, decide, commit; again where somebody else was faster.

No lock of the database is held while Python decides.  A commit that finds another version, counter
or set of subscribers writes nothing; the plan is then decided anew on what is true by now.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import msgspec

from retour.desk.fanout import fan_out
from retour.desk.held import facts_of, named_in
from retour.desk.memos.issuing import drawn, made
from retour.desk.outcome import Done, KeyReused, NotFound, Outcome, Refused, VersionDiffers
from retour.desk.scopes import within
from retour.desk.writing import Numbering, Undone, Writing, written
from retour.dialects.view import return_view
from retour.kernel.ids import Mint
from retour.kernel.problems import Transient
from retour.kernel.refusal import Refusal, RefusalCode
from retour.lifecycle.commands import Amend, Birth, Context, Receive, Request
from retour.lifecycle.decide import Step, decide, numbers_needed
from retour.lifecycle.machine import allowed_commands
from retour.lifecycle.model import Decision, Personal, State
from retour.lifecycle.requests.gift import addressee
from retour.lifecycle.requests.offering import destination_of
from retour.store.committing import Committed, Facts, Reply
from retour.store.database import Connection
from retour.store.loading import Loaded, LoadKey, load
from retour.store.papers import take_series

if TYPE_CHECKING:
    from retour.desk.config import WorkspaceConfig
    from retour.desk.house import House
    from retour.lifecycle.model import Actor
    from retour.lifecycle.numbering import PaperKind
    from retour.lifecycle.photos.photo import PhotoFacts
    from retour.lifecycle.requests.legal import Legal
    from retour.store.papers import PapersMade

TRIES_MAX: Final = 6
"""The first try and five more; then the order is busier than we can be."""
MAIN_FACILITY: Final = "main"
_PAPERS: Final = "papers"

_ENCODE: Final = msgspec.json.Encoder()


class Busy(Transient):
    """The order changed faster than the plan could be decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """An Idempotency-Key: whose, which, and the digest of the request it stands for."""

    key_id: str
    key: str
    digest: bytes


WorkOut = Callable[[State, Context], Sequence[Step] | Refusal]
"""Gives a plan from the state it is for; pure, and asked again whenever that has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A plan that can be made only once the state is known, and what has to be loaded for it.

    Args:
        legal: The ground a new return stands on beside the policy.
        number: The new return's, where it had one before; None where one is to be drawn.
        numbers: A guess at how many lines are new; more are drawn where the plan needs them.
        offer: Lists what can be asked instead, where it is refused; without it the commands.
    """

    work_out: WorkOut
    order_number: str | None = None
    facility: str | None = None
    birth: Birth | None = None
    legal: Legal | None = None
    number: int | None = None
    numbers: int = 0
    offer: Callable[[State], tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A plan and who asks for it.

    Args:
        ahead: Works the plan out in place of ``plan``.
        show: Writes the answer; without it the return is shown in our own words.
        status: Of the answer; 201 for a new return and 200 otherwise where it is not said.
        first: What belongs into the same transaction, done before all else; whatever it raises
            comes out of ``execute``, and nothing is written.
        return_id: None where the plan starts with a request.
        if_match: The version the asker has seen; None where any will do.
        if_stream: The same of the order's stream: the number of its last event.
        scopes: What the asker may do; commands out of them are not offered in the answer.
    """

    workspace_id: int
    plan: Sequence[Step] = ()
    actor: Actor
    source: str
    ahead: Ahead | None = None
    show: Callable[[Decision], bytes] | None = None
    status: int | None = None
    first: Callable[[Connection], Awaitable[None]] | None = None
    return_id: str | None = None
    key: RequestKey | None = None
    if_match: int | None = None
    if_stream: int | None = None
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
    if asked.ahead is not None:
        return asked.ahead.order_number or ""
    first = asked.plan[0]
    return first.order_number if isinstance(first, Request) else ""


def _load_key(asked: Asked) -> LoadKey:
    """Say what the plan needs: the return or the order, the facility it names, fresh numbers."""
    ahead = asked.ahead
    facility = None if ahead is None else ahead.facility
    order_number = None if ahead is None else ahead.order_number
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
        new=asked.return_id is None and (ahead is None or ahead.number is None),
        numbers=numbers_needed(asked.plan) if ahead is None else ahead.numbers,
        key_id=asked.key.key_id if asked.key else None,
        key=asked.key.key if asked.key else None,
        past=asked.return_id is None
        or ahead is not None
        or any(isinstance(one, Amend) for one in asked.plan),
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
    if (before := _answered(asked, loaded)) is not None:
        return before
    if refusal := _missing(wanted, loaded):
        return Refused(refusal=refusal)
    assert loaded.state is not None
    if (placed := _at_destination(asked, loaded.state)) is not asked:
        return await _try(house, placed)
    config = await house.configs.at(asked.workspace_id, loaded.epoch)
    photos = await facts_of(house, asked.workspace_id, named_in(asked.plan))
    context = _context(asked, loaded, config, photos)
    plan = _plan(asked, loaded.state, context)
    if isinstance(plan, Refusal):
        return _refused(asked, loaded.state, plan)
    ahead = asked.ahead
    if ahead is not None and (needed := numbers_needed(plan)) > ahead.numbers:
        return await _try(house, replace(asked, ahead=replace(ahead, numbers=needed)))
    decision = decide(loaded.state, plan, context)
    if isinstance(decision, Refusal):
        return _refused(asked, loaded.state, decision)
    if found := drawn(loaded.state.ret, decision):
        kinds = frozenset(one.kind for one in found)
        return await _numbered(house, asked, loaded, config, kinds=kinds, decided=(plan, context))
    return await _commit(house, asked, loaded, decision, config)


async def look_ahead(
    house: House, asked: Asked, look: Callable[[State, Context], Done | Refusal]
) -> Outcome:
    """Give what ``look`` makes of a return as a command would find it; nothing is written."""
    loaded = await load(await house.database.pool(), _load_key(asked))
    if loaded is None or loaded.state is None:
        return NotFound(what="return")
    config = await house.configs.at(asked.workspace_id, loaded.epoch)
    found = look(loaded.state, _context(asked, loaded, config, {}))
    return _refused(asked, loaded.state, found) if isinstance(found, Refusal) else found


async def _numbered(
    house: House,
    asked: Asked,
    loaded: Loaded,
    config: WorkspaceConfig,
    *,
    kinds: frozenset[PaperKind],
    decided: tuple[Sequence[Step], Context],
) -> Outcome | None:
    """Decide once more, and commit, with the documents' series locked: so no number is lost.

    Whoever numbers without a gap goes one at a time; within this process without a connection.
    """
    assert loaded.state is not None
    plan, context = decided
    patterns = {kind: one for kind, one in config.papers.series.items() if kind in kinds}
    told: set[str] = set()
    try:
        async with (
            house.turns.take(asked.workspace_id, _PAPERS),
            house.database.transaction(asked.workspace_id) as connection,
        ):
            taken = await take_series(connection, asked.workspace_id, patterns)
            context = msgspec.structs.replace(context, series={**context.series, **taken})
            decision = decide(loaded.state, plan, context)
            assert not isinstance(decision, Refusal), "a number refuses nothing"
            numbering = Numbering(connection=connection, series=taken, told=told)
            done = await _commit(house, asked, loaded, decision, config, numbering=numbering)
            if done is None:
                raise Undone(Committed.STALE)  # noqa: TRY301 - raising is what rolls back
    except Undone:
        return None
    house.hints(asked.workspace_id, told)
    return done


def _answered(asked: Asked, loaded: Loaded) -> Outcome | None:
    """Give the answer that is kept for the key, or say that another version is there."""
    if loaded.replay is not None and asked.key is not None:
        if loaded.replay.digest != asked.key.digest:
            return KeyReused()
        return Done(status=loaded.replay.status, body=loaded.replay.body, replayed=True)
    if asked.if_match is not None and asked.if_match != loaded.return_version:
        return VersionDiffers(current=loaded.return_version)
    if asked.if_stream is not None and asked.if_stream != loaded.stream_sequence:
        return VersionDiffers(current=loaded.stream_sequence)
    return None


def _at_destination(asked: Asked, state: State) -> Asked:
    """Have goods received where the return is sent to, where nobody says another place."""
    place = None if state.ret is None else destination_of(state.ret)
    if place in {None, MAIN_FACILITY} or asked.ahead is not None:
        return asked
    plan = [
        msgspec.structs.replace(command, facility=place)
        if isinstance(command, Receive) and command.facility is None and command.receipt is None
        else command
        for command in asked.plan
    ]
    return asked if plan == [*asked.plan] else replace(asked, plan=plan)


def _plan(asked: Asked, state: State, context: Context) -> Sequence[Step] | Refusal:
    return asked.plan if asked.ahead is None else asked.ahead.work_out(state, context)


def _context(
    asked: Asked, loaded: Loaded, config: WorkspaceConfig, photos: dict[str, PhotoFacts]
) -> Context:
    number = None if asked.ahead is None else asked.ahead.number
    return Context(
        actor=asked.actor,
        source=asked.source,
        at=loaded.at,
        entropy=os.urandom(16),
        numbers=loaded.numbers if number is None else (number, *loaded.numbers),
        facility=loaded.facility,
        executors=config.executors,
        birth=None if asked.ahead is None else asked.ahead.birth,
        legal=None if asked.ahead is None else asked.ahead.legal,
        zone=ZoneInfo(config.zone),
        grading_sets=config.grading_sets,
        dispositions=config.dispositions,
        past=loaded.past,
        photos=photos,
        series=config.papers.series,
        control=config.control,
        role=config.role_of(asked.actor),
        routing=config.routing,
    )


def _refused(asked: Asked, state: State, refusal: Refusal) -> Refused:
    offer = None if asked.ahead is None else asked.ahead.offer
    offered = _offered(state, asked.scopes) if offer is None else offer(state)
    return Refused(refusal=refusal, allowed_commands=offered)


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


async def _commit(
    house: House,
    asked: Asked,
    loaded: Loaded,
    decision: Decision,
    config: WorkspaceConfig,
    *,
    numbering: Numbering | None = None,
) -> Outcome | None:
    assert loaded.state is not None
    assert decision.state.ret is not None
    status = asked.status or (201 if asked.return_id is None else 200)
    show = asked.show
    body = answer(decision.state, asked.scopes) if show is None else show(decision)
    done = Done(status=status, body=body, version=decision.state.ret.version)
    if not decision.events and decision.state == loaded.state:
        return done
    mint = Mint(loaded.tick, os.urandom(16))
    fanout = fan_out(decision, config.subscribers, mint)
    ids = [mint("evt") for _ in decision.events]
    committed = await written(
        house,
        asked,
        Writing(
            loaded=loaded,
            numbering=numbering,
            papers=None if numbering is None else _papers(loaded, decision, ids, numbering, config),
            epoch=config.epoch,
            facts=Facts(
                ids=ids,
                decision=decision,
                stream_sequence=loaded.stream_sequence,
                fanout=fanout,
                actor=asked.actor,
                source=asked.source,
                personal=_personal(decision),
            ),
            reply=None
            if asked.key is None
            else Reply(
                key_id=asked.key.key_id,
                key=asked.key.key,
                digest=asked.key.digest,
                status=status,
                body=body,
            ),
        ),
    )
    if committed is Committed.DONE:
        told = {item.subscription_id for item in fanout}
        if numbering is None:
            house.hints(asked.workspace_id, told)
        else:
            numbering.told.update(told)
        return done
    if committed is Committed.EPOCH:
        house.configs.forget(asked.workspace_id)
    return None


def _personal(decision: Decision) -> Personal:
    """Give what the commit says of persons: all the order's words, and what was written now."""
    state = decision.state
    messages = decision.events[-1].personal.messages if decision.events else {}
    customer = addressee(state.customer, state.ret, state.words)
    return Personal(customer=customer, words=state.all_words, messages=messages)


def _papers(
    loaded: Loaded,
    decision: Decision,
    event_ids: Sequence[str],
    numbering: Numbering,
    config: WorkspaceConfig,
) -> PapersMade:
    assert loaded.state is not None
    found = drawn(loaded.state.ret, decision)
    return made(found, decision, event_ids, numbering.series, config)
