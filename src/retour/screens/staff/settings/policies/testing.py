"""Backtests at a browser: begun, watched with and without scripts, read in figures and words."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from retour.desk.outcome import Done, NotFound, Refused
from retour.desk.pages import Page, read_page
from retour.desk.policies import backtesting, read_body
from retour.desk.policies.backtesting import BacktestNew
from retour.kernel.problems import InvalidRequest
from retour.screens import charts
from retour.screens.charts import Bar
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.policies.reading import draft_of, view_of
from retour.screens.staff.settings.policies.words import (
    ONE,
    PATH,
    READ,
    WRITE,
    by_whom,
    local,
    names_of,
    title_of,
)
from retour.screens.staff.settings.said import body_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

    View = dict[str, Any]

_TESTS: Final = f"{ONE}/backtests"
_TEST: Final = f"{_TESTS}/{{backtest_id:str}}"
_DAYS_MAX: Final = 3650
WOULD: Final[Mapping[str, tuple[str, str]]] = {
    "approve": ("Approved at once", "ok"),
    "review": ("Left to a person", "warn"),
    "reject": ("Rejected", "bad"),
}
_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "running": ("running", "info"),
    "done": ("done", "ok"),
    "canceled": ("canceled", ""),
    "failed": ("failed", "bad"),
}


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of a policy's backtests and of each of them."""
    return [
        *place(house, _TESTS, READ, _list, _start, take_scope=WRITE),
        *place(house, _TEST, READ, _one, _cancel, take_scope=WRITE),
    ]


async def _list(
    seat: Seat, wrong: Mapping[str, str] | None = None, typed: Form | None = None
) -> Response[Any]:
    """Show the backtests of a policy, and begin one."""
    policy_id = seat.params["policy_id"]
    live, draft = await view_of(seat, policy_id), await draft_of(seat, policy_id)
    if live is None and draft is None:
        return seat.nowhere("policy")
    page = read_page("20", seat.query.get("cursor"))
    found = body_of(await backtesting.listing(seat.house, seat.workspace_id, page, policy_id))
    names = await names_of(seat)
    following = found["next_cursor"]
    return seat.page(
        "staff_policy_tests.html",
        422 if wrong else 200,
        title=title_of(policy_id, (live or (draft or {})["policy"])["name"]),
        base=f"{PATH}/{policy_id}",
        live=live,
        draft=draft,
        rows=[
            {
                **one,
                "at": local(seat, one["created_at"]),
                "by": by_whom(one["author"], names),
                "said": _STATES[one["state"]],
            }
            for one in found["data"]
        ],
        days="90" if typed is None else typed.get("days", ""),
        once=secrets.token_hex(8),
        later=seat.address(f"{PATH}/{policy_id}/backtests", cursor=following) if following else "",
        wrong=wrong or {},
    )


async def _start(seat: Seat, fields: Form) -> Response[Any]:
    """Begin a backtest of the draft, or of what is in force."""
    policy_id, text = seat.params["policy_id"], fields.get("days", "").strip()
    is_number = text.isascii() and text.isdecimal() and len(text) < 6  # noqa: PLR2004 - at most ten years
    if not is_number or not 0 < int(text) <= _DAYS_MAX:
        return await _list(seat, {"days": f"Give a number of days from 1 to {_DAYS_MAX}."}, fields)
    draft = await draft_of(seat, policy_id)
    body = BacktestNew(days=int(text))
    if draft is not None and fields.get("on") != "live":
        said = {k: v for k, v in draft["policy"].items() if k not in ("id", "version")}
        body = BacktestNew(days=int(text), policy=read_body(said))
    try:
        done = await backtesting.start(
            seat.house, seat.workspace_id, policy_id, body, actor=seat.actor, key=seat.once()
        )
    except InvalidRequest as error:
        return await _list(seat, {"days": " ".join(one.detail for one in error.errors)}, fields)
    match done:
        case Done():
            there = f"{PATH}/{policy_id}/backtests/{body_of(done)['id']}"
            return seat.go_on(seat.address(there))
        case Refused(refusal=refusal):
            return await _list(seat, {"days": refusal.detail}, fields)
        case NotFound() if draft is not None:
            words = "Nothing was ever asked for under this policy, so there is nothing to try."
            return await _list(seat, {"days": words}, fields)
        case _:
            return seat.nowhere("policy")


async def _found(seat: Seat) -> View | None:
    """Give the backtest of this page, where it is of this policy."""
    done = await backtesting.look_up(seat.house, seat.workspace_id, seat.params["backtest_id"])
    view = body_of(done) if isinstance(done, Done) else None
    return view if view and view["policy"]["id"] == seat.params["policy_id"] else None


async def _one(seat: Seat) -> Response[Any]:
    """Show how far a backtest has come and what it has found."""
    found = await _found(seat)
    if found is None:
        return seat.nowhere("backtest")
    policy_id = seat.params["policy_id"]
    live, draft = await view_of(seat, policy_id), await draft_of(seat, policy_id)
    named = live or (draft["policy"] if draft else {"name": ""})
    before = seat.query.get("after", "")
    page = Page(limit=20, after=before if before.isdecimal() else "")
    changes = body_of(await backtesting.changes(seat.house, seat.workspace_id, found["id"], page))
    base, last = f"{PATH}/{policy_id}", int(page.after or 0) + len(changes["data"])
    there = f"{base}/backtests/{found['id']}"
    return seat.page(
        "staff_policy_test.html",
        title=title_of(policy_id, named["name"]),
        base=base,
        test=found,
        said=_STATES[found["state"]],
        would=WOULD,
        percent=100 * found["tried"] // found["total"] if found["total"] else 100,
        is_running=found["state"] == "running",
        since=local(seat, found["since"]),
        until=local(seat, found["until"]),
        at=local(seat, found["created_at"]),
        by=by_whom(found["author"], await names_of(seat)),
        was=_was(found),
        rows=changes["data"],
        heads=["Answer", ">As it was", ">As tried", *_heads(found)],
        chart=Markup(_chart(found)),  # noqa: S704 - SVG of ours, escaped there
        draft=draft,
        later=seat.address(there, after=last) if changes["next_cursor"] else "",
        earlier=seat.address(there, after=max(int(page.after) - 20, 0) or None)
        if page.after
        else "",
    )


def _was(found: View) -> dict[str, int]:
    """Count how the returns were answered, in all currencies."""
    return {word: sum(one["was"][word]["returns"] for one in found["worth"]) for word in WOULD}


def _heads(found: View) -> list[str]:
    """Name the columns of worth, two for each currency."""
    return [
        f">{one['currency']} {words}"
        for one in found["worth"]
        for words in ("as it was", "as tried")
    ]


def _chart(found: View) -> str:
    """Draw how the returns were answered beside how they would be."""
    was, rows = _was(found), list[Bar]()
    for word, (label, _) in WOULD.items():
        now = found["would"][word]
        rows += [
            Bar(f"{label}, as it was", was[word], str(was[word])),
            Bar(f"{label}, as tried", now, str(now)),
        ]
    about = "Returns by answer: as each was answered, and as the tried policy would answer it."
    return charts.bars("backtest", "Answers before and after", about, rows)


async def _cancel(seat: Seat, fields: Form) -> Response[Any]:
    """End a backtest as it stands."""
    del fields
    found = await _found(seat)
    if found is None:
        return seat.nowhere("backtest")
    await backtesting.cancel(seat.house, seat.workspace_id, found["id"])
    return seat.go_on(seat.here, notice="It has ended as far as it came.")
