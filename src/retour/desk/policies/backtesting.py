"""Backtests: a policy tried on the returns of the last days, begun, watched, read and canceled.

What is tried is in ``trying``; here is everything a person asks for.  The facts are those frozen at
each request, so that a backtest says what the policy would have said then and there.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from msgspec import Meta

from retour.desk.keeping import keep, kept_for
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.pages import Page, paged
from retour.desk.policies import PolicyPut, as_version, read_draft
from retour.dialects.view import instant
from retour.kernel.ids import Mint, is_id
from retour.kernel.money import EXPONENTS, format_amount
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.refusal import RefusalCode, refuse
from retour.lifecycle.bodies import Body
from retour.lifecycle.model import Actor, Policy
from retour.policy.outcome import APPROVE, REJECT, REVIEW
from retour.store.judging import grounds_from
from retour.store.statements import named
from retour.store.telling import take_turn

if TYPE_CHECKING:
    from datetime import datetime

    import asyncpg

    from retour.desk.execute import RequestKey
    from retour.desk.house import House

_SQL: Final = named("backtests")
_PLACES: Final = named("places")
_ENCODE: Final = msgspec.json.Encoder()
_POLICY: Final = msgspec.json.Decoder(Policy)
_WORTH: Final = msgspec.json.Decoder(dict[str, dict[str, list[int]]])
_ACTOR: Final = msgspec.json.Decoder(Actor)
_MISSING: Final = NotFound(what="backtest")
_HIGHEST: Final = "bkt_~"
RUNNING_MAX: Final = 5
"""Backtests of one workspace at once."""
KEPT_MAX: Final = 20
"""Ended ones that are kept; older ones are forgotten when a new one begins."""


class BacktestNew(Body):
    """Over how many days to try, and the draft to try; the policy in force where there is none."""

    days: Annotated[int, Meta(ge=1, le=3650)] = 90
    policy: PolicyPut | None = None


async def start(
    house: House,
    workspace_id: int,
    policy_id: str,
    body: BacktestNew,
    *,
    actor: Actor,
    key: RequestKey | None = None,
    kept_max: int = KEPT_MAX,
) -> Outcome:
    """Begin a backtest; it goes on by itself.

    Raises:
        InvalidRequest: The draft could never come into force.
    """
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        latest = await connection.fetchrow(_PLACES["latest_policy"], workspace_id, policy_id)
        if turn is None or latest is None:
            return NotFound(what="policy")
        if answered := await kept_for(connection, workspace_id, key):
            return answered
        if await connection.fetchval(_SQL["count_running"], workspace_id) >= RUNNING_MAX:
            detail = f"{RUNNING_MAX} backtests are running. Wait for one, or cancel it."
            return Refused(refusal=refuse(RefusalCode.TOO_MANY_BACKTESTS, detail))
        policy = _POLICY.decode(latest["body"])
        if body.policy is not None:
            policy = _draft(policy_id, policy.version + 1, body.policy)
        since = turn.at - timedelta(days=body.days)
        span = (workspace_id, policy_id, since, turn.at)
        backtest_id = Mint(turn.tick, os.urandom(16))("bkt")
        total: int = await connection.fetchval(_SQL["count_judged"], *span)
        await connection.execute(
            _SQL["add_backtest"],
            workspace_id,
            backtest_id,
            policy_id,
            _ENCODE.encode(policy).decode(),
            body.policy is not None,
            _ENCODE.encode(actor).decode(),
            since,
            turn.at,
            total,
            turn.tick,
        )
        row = await connection.fetchrow(_SQL["one_backtest"], workspace_id, backtest_id)
        assert row is not None, "it was begun just now"
        answer = _view(row)
        old = await connection.fetch(_SQL["old_backtests"], workspace_id, kept_max)
        ids = [one["backtest_id"] for one in old]
        await connection.execute(_SQL["forget_changes"], workspace_id, ids)
        await connection.execute(_SQL["forget_backtests"], workspace_id, ids)
        answered = await keep(connection, workspace_id, key, 202, answer)
        assert answered is None, "whoever has the turn is alone with the key"
    return Done(status=202, body=answer)


def _draft(policy_id: str, version: int, body: PolicyPut) -> Policy:
    """Read the draft; what is wrong with it is below ``policy``.

    Raises:
        InvalidRequest: It could never come into force.
    """
    try:
        return read_draft(policy_id, version, body)
    except InvalidRequest as error:
        raise InvalidRequest(
            *(
                FieldError(pointer=f"/policy{one.pointer}", code=one.code, detail=one.detail)
                for one in error.errors
            )
        ) from error


async def look_up(house: House, workspace_id: int, backtest_id: str) -> Outcome:
    """Give a backtest as far as it has come."""
    row = await _one(house, workspace_id, backtest_id)
    return _MISSING if row is None else Done(status=200, body=_view(row))


async def listing(
    house: House, workspace_id: int, page: Page, policy_id: str | None = None
) -> Outcome:
    """Give a page of backtests, newest first; those of one policy, or all."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            _SQL["backtests"], workspace_id, page.after or _HIGHEST, page.limit + 1, policy_id
        )
    return paged(rows, page, _view, key=lambda row: row["backtest_id"])


async def changes(house: House, workspace_id: int, backtest_id: str, page: Page) -> Outcome:
    """Give a page of what is answered otherwise, in the order it was asked for."""
    if await _one(house, workspace_id, backtest_id) is None:
        return _MISSING
    after = int(page.after) if page.after.isdecimal() else 0
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            _SQL["changes"], workspace_id, backtest_id, after, page.limit + 1
        )
    return paged(
        rows,
        page,
        lambda row: {
            "return": row["return_id"],
            "rma_number": row["rma_number"],
            "line": row["line"],
            "from": row["was"],
            "to": row["becomes"],
            "rule": row["rule"],
            "detail": row["detail"],
            **_said_before(row["body"], row["line"]),
        },
        key=lambda row: row["position"],
    )


def _said_before(judged: str | None, line: str | None) -> dict[str, str | None]:
    """Say what decided a line when it was asked for, where that is still known."""
    said = () if judged is None else grounds_from(judged).said
    found = next((one for one in said if one.line == line), None)
    return {
        "from_rule": None if found is None else found.rule,
        "from_detail": None if found is None else found.detail,
    }


async def is_tried(house: House, workspace_id: int, policy_id: str, body: PolicyPut) -> bool:
    """Say whether a backtest of this very draft has come to its end."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            _SQL["backtests"], workspace_id, _HIGHEST, KEPT_MAX + RUNNING_MAX, policy_id
        )
    ended = [_POLICY.decode(row["policy"]) for row in rows if row["state"] == "done"]
    return any(one == as_version(policy_id, one.version, body) for one in ended)


async def cancel(house: House, workspace_id: int, backtest_id: str) -> Outcome:
    """End a backtest as it stands; one that has ended stays as it is."""
    if not is_id(backtest_id, "bkt"):
        return _MISSING
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        assert turn is not None, "a workspace with a key exists"
        await connection.execute(
            _SQL["end_backtest"], workspace_id, backtest_id, "canceled", None, turn.tick
        )
    return await look_up(house, workspace_id, backtest_id)


async def _one(house: House, workspace_id: int, backtest_id: str) -> asyncpg.Record | None:
    if not is_id(backtest_id, "bkt"):
        return None
    async with house.database.transaction(workspace_id) as connection:
        return await connection.fetchrow(_SQL["one_backtest"], workspace_id, backtest_id)


def _view(row: asyncpg.Record) -> bytes:
    finished_at: datetime | None = row["finished_at"]
    author = _ACTOR.decode(row["author"])
    policy = _POLICY.decode(row["policy"])
    rate = 1000 * row["tried"] // row["worked_ms"] if row["worked_ms"] else None
    left = row["total"] - row["tried"]
    shown: dict[str, Any] = {
        "id": row["backtest_id"],
        "state": row["state"],
        "phase": _phase(row),
        "policy": {"id": row["policy_id"], "version": policy.version, "draft": row["is_draft"]},
        "author": {"kind": author.kind.value, "id": author.id},
        "since": instant(row["since"]),
        "until": instant(row["until"]),
        "total": row["total"],
        "tried": row["tried"],
        "per_second": rate,
        "seconds_left": left // rate if rate and row["state"] == "running" else None,
        "would": {
            "approve": row["approved"],
            "review": row["reviewed"],
            "reject": row["rejected"],
        },
        "worth": _worth(row["worth"]),
        "changed": row["changed"],
        "listed": row["listed"],
        "failure": row["failure"],
        "created_at": instant(row["created_at"]),
        "finished_at": finished_at and instant(finished_at),
    }
    return _ENCODE.encode(shown)


def _worth(text: str | None) -> list[dict[str, Any]]:
    """Show what the returns are worth by answer, as it was and as it would be."""
    shown: list[dict[str, Any]] = []
    for currency, words in sorted(({} if text is None else _WORTH.decode(text)).items()):
        figures = {word: words.get(word, [0, 0, 0, 0]) for word in (APPROVE, REVIEW, REJECT)}
        shown.append(
            {
                "currency": currency,
                **{
                    name: {
                        word: {"returns": four[n], "value": _amount(four[n + 2], currency)}
                        for word, four in figures.items()
                    }
                    for n, name in enumerate(("was", "would"))
                },
            }
        )
    return shown


def _amount(minor: int, currency: str) -> str:
    return format_amount(minor, currency) if currency in EXPONENTS else str(minor)


def _phase(row: asyncpg.Record) -> str:
    """Say in one word what is being done."""
    if row["state"] != "running":
        return "ended"
    return "trying" if row["tried"] else "waiting"
