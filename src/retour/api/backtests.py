"""Backtests: a policy tried on the returns of the last days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, ENDED, PAGED, Route
from retour.desk.policies import backtesting, judgements
from retour.desk.policies.backtesting import BacktestNew
from retour.dialects.shapes import Boolean, Integer, ListOf, Text, Tree, or_null
from retour.dialects.tree_parts import COUNT, MAYBE, MAYBE_MOMENT, MOMENT, TEXT, words
from retour.lifecycle.model import ActorKind
from retour.policy.outcome import APPROVE, REJECT, REVIEW

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_NEW: Final = BodyReader(BacktestNew)
_BACKTESTS: Final = f"{BASE}/backtests"
_ONE: Final = f"{_BACKTESTS}/{{backtest_id}}"
_ANSWER: Final = Text(words=(APPROVE, REVIEW, REJECT))


def _by_answer(name: str, about: str) -> Tree:
    one = Tree(name="backtested_returns", fields={"returns": COUNT, "value": TEXT})
    return Tree(
        name=f"backtest_worth_{name}",
        about=about,
        fields=dict.fromkeys((APPROVE, REVIEW, REJECT), one),
    )


BACKTEST: Final = Tree(
    name="backtest",
    about="How far a backtest has come, and what it has found.",
    fields={
        "id": TEXT,
        "state": Text(words=("running", "done", "canceled", "failed")),
        "phase": Text(words=("waiting", "trying", "ended")),
        "policy": Tree(
            name="backtested_policy",
            fields={
                "id": TEXT,
                "version": Integer(minimum=1, about="Of a draft: what it would become."),
                "draft": Boolean(),
            },
        ),
        "author": Tree(name="backtest_author", fields={"kind": words(ActorKind), "id": MAYBE}),
        "since": MOMENT,
        "until": MOMENT,
        "total": COUNT,
        "tried": COUNT,
        "per_second": Integer(minimum=0, nullable=True, about="Returns tried while at work."),
        "seconds_left": Integer(
            minimum=0, nullable=True, about="Of work; twice that by the clock."
        ),
        "would": Tree(
            name="backtest_would",
            about="Returns by what the policy would answer.",
            fields={"approve": COUNT, "review": COUNT, "reject": COUNT},
        ),
        "worth": ListOf(
            item=Tree(
                name="backtest_worth",
                about="Returns and what they are worth, in one currency.",
                fields={
                    "currency": TEXT,
                    "was": _by_answer("was", "As they were answered."),
                    "would": _by_answer("would", "As they would be."),
                },
            )
        ),
        "changed": Integer(minimum=0, about="Returns of which a line is answered otherwise."),
        "listed": Integer(minimum=0, about="Changed lines that are listed: the first 10 000."),
        "failure": MAYBE,
        "created_at": MOMENT,
        "finished_at": MAYBE_MOMENT,
    },
)
JUDGEMENT: Final = Tree(
    name="judgement",
    about="Everything a request was judged on, and what was said.",
    fields={
        "return": TEXT,
        "asked_at": MOMENT,
        "policy": Tree(name="judging_policy", fields={"id": TEXT, "version": COUNT}),
        "lines": ListOf(
            item=Tree(name="judged_line", about="As it was asked for.", fields={}),
        ),
        "occasion": Tree(
            name="judged_occasion",
            about="What all lines share: the order, the request, the customer in numbers, lists.",
            fields={},
        ),
        "said": ListOf(
            item=Tree(
                name="said_line",
                fields={
                    "line": TEXT,
                    "word": _ANSWER,
                    "rule": or_null(TEXT, "What decided it, where something did."),
                    "detail": TEXT,
                },
            )
        ),
    },
)
CHANGE: Final = Tree(
    name="backtest_change",
    about="A line that the tried policy answers otherwise.",
    fields={
        "return": TEXT,
        "rma_number": or_null(TEXT, "What people call the return."),
        "line": MAYBE,
        "from": _ANSWER,
        "to": _ANSWER,
        "rule": or_null(TEXT, "What decides it under the tried policy."),
        "detail": TEXT,
        "from_rule": or_null(TEXT, "What decided it when it was asked for."),
        "from_detail": MAYBE,
    },
)


async def read_judgement(call: Call) -> Outcome:
    """Give the facts a return was judged on."""
    return await judgements.look_up(call.house, call.workspace_id, call.params["return_id"])


async def start_backtest(call: Call) -> Outcome:
    """Begin a backtest."""
    return await backtesting.start(
        call.house,
        call.workspace_id,
        call.params["policy_id"],
        _NEW.read(call.body),
        actor=call.actor,
        key=call.key,
    )


async def list_backtests(call: Call) -> Outcome:
    """Give a page of backtests, newest first."""
    return await backtesting.listing(call.house, call.workspace_id, call.page)


async def read_backtest(call: Call) -> Outcome:
    """Give one backtest as far as it has come."""
    return await backtesting.look_up(call.house, call.workspace_id, call.params["backtest_id"])


async def list_changes(call: Call) -> Outcome:
    """Give a page of what is answered otherwise."""
    return await backtesting.changes(
        call.house, call.workspace_id, call.params["backtest_id"], call.page
    )


async def cancel_backtest(call: Call) -> Outcome:
    """End a backtest as it stands."""
    return await backtesting.cancel(call.house, call.workspace_id, call.params["backtest_id"])


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{BASE}/returns/{{return_id}}/judgement",
        name="read_judgement",
        tag="Returns",
        summary="Read the facts a return was judged on",
        about="Frozen at its request, or when it was last amended; backtests decide on them. The"
        " return of a withdrawal has none.",
        scope="returns:read",
        noun="judgement",
        answer=read_judgement,
        result=JUDGEMENT,
    ),
    Route(
        method="POST",
        path=f"{BASE}/policies/{{policy_id}}/backtest",
        name="start_backtest",
        tag="Settings",
        summary="Try a policy on the returns of the last days",
        about="The code of real requests decides, on the facts frozen at each. It goes on by"
        " itself, also after a restart; read the backtest for its progress. Nothing is changed.",
        scope="settings:write",
        noun="policy",
        answer=start_backtest,
        body=BacktestNew,
        result=BACKTEST,
        statuses=(202,),
    ),
    Route(
        method="GET",
        path=_BACKTESTS,
        name="list_backtests",
        tag="Settings",
        summary="List backtests, newest first",
        about="The last 20 that have ended are kept.",
        scope="settings:read",
        noun="backtest",
        answer=list_backtests,
        query=PAGED,
        result=BACKTEST,
        paged=True,
    ),
    Route(
        method="GET",
        path=_ONE,
        name="read_backtest",
        tag="Settings",
        summary="Read a backtest",
        scope="settings:read",
        noun="backtest",
        answer=read_backtest,
        result=BACKTEST,
    ),
    Route(
        method="GET",
        path=f"{_ONE}/changes",
        name="list_backtest_changes",
        tag="Settings",
        summary="List lines that are answered otherwise",
        about="In the order they were asked for.",
        scope="settings:read",
        noun="backtest",
        answer=list_changes,
        query=PAGED,
        result=CHANGE,
        paged=True,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/cancel",
        name="cancel_backtest",
        tag="Settings",
        summary="Cancel a backtest",
        about="What it has found so far stays.",
        scope="settings:write",
        noun="backtest",
        answer=cancel_backtest,
        result=BACKTEST,
        again=ENDED,
    ),
)
