"""Lists of returns: one queue, or all that a search finds; several decided at once, row by row."""

from __future__ import annotations

from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

from retour.desk import queues, searching
from retour.desk.agents import holding, snoozing
from retour.desk.agents.holding import HOLD
from retour.desk.conversation import replies
from retour.desk.outcome import Done
from retour.desk.pages import read_page
from retour.desk.people import persons
from retour.desk.queues import QUEUES, Place
from retour.desk.searching.asked import QUERY_MAX, read_chosen, read_moment, read_query
from retour.kernel.problems import InvalidRequest
from retour.kernel.status import ReturnStatus
from retour.lifecycle.commands import Authorize, Reject
from retour.lifecycle.machine import TRANSITIONS
from retour.lifecycle.steps import Verb
from retour.screens.staff.reasons import reasons_of
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.work import along, beside
from retour.screens.staff.work.beside import SNOOZES
from retour.screens.staff.work.foretold import AT_ONCE_MAX
from retour.screens.staff.work.home import titled
from retour.screens.staff.work.reading import TONES, View, number_in, view_of, why_not
from retour.screens.staff.work.saying import SAID_MAX, joined, own_words, plain, too_long, unsaid
from retour.screens.staff.work.talking import answers
from retour.screens.staff.work.views import views_of
from retour.screens.staff.work.waiting import address_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.desk.outcome import Outcome

_CHOSEN: Final = (
    "status",
    "sku",
    "reason",
    "channel",
    "facility",
    "owner",
    "snoozed",
    "since",
    "before",
)
_STATUSES: Final = tuple(one.value for one in ReturnStatus)
_BY_NAME: Final = {one.name: one for one in QUEUES}
_DECISIONS: Final = frozenset({"authorize", "reject"})
_WORDS: Final = _DECISIONS | {"answer", "take", "leave", "assign", "snooze", "wake"}
_NONE_CHOSEN: Final = "Tick the returns first."
_KEPT: Final = ("reason", "note", "answer")


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the lists' handlers."""
    write = "returns:write"
    return [
        *place(house, "/returns", "returns:read", _all, _decide, take_scope=write),
        *place(house, "/queues/{queue:str}", "returns:read", _queue, _decide, take_scope=write),
    ]


async def _all(seat: Seat) -> Response[Any]:
    """Show returns newest first: all, or those that are searched for."""
    return await _list_page(seat, None)


async def _queue(seat: Seat) -> Response[Any]:
    """Show what waits for one reason, the oldest first."""
    if seat.params["queue"] not in _BY_NAME:
        return seat.nowhere("queue")
    return await _list_page(seat, seat.params["queue"])


async def _list_page(
    seat: Seat,
    queue: str | None,
    *,
    wrong: dict[str, str] | None = None,
    kept: Mapping[str, str] | None = None,
) -> Response[Any]:
    """Show the list; what was not done says why, and keeps what was filled in and ticked."""
    wrong, view = dict(wrong or {}), View(data=[], next_cursor=None)
    q = seat.query.get("q", "")
    try:
        found = await _found(seat, queue, q)
    except InvalidRequest as error:
        wrong["q"] = " ".join(one.detail for one in error.errors)
    else:
        view = found
    held = await beside.held_by_me(seat)
    names = await persons.named_by(seat.house, _people(view["data"]))
    rows = _with_addresses(seat, queue, view["data"])
    return seat.page(
        "staff_work_list.html",
        422 if wrong else 200,
        wrong=wrong,
        queue=None if queue is None else _BY_NAME[queue],
        title="Returns" if queue is None else titled(queue),
        rows=rows,
        whose=[("", "The first that is ticked"), *_whose(rows)],
        view=view,
        earlier=_turned(seat, view.get("previous_cursor"), "back"),
        later=_turned(seat, view.get("next_cursor"), ""),
        q=q,
        chosen={name: seat.query.get(name, "") for name in _CHOSEN},
        is_narrowed=bool(q) or any(seat.query.get(name) for name in _CHOSEN),
        statuses=_STATUSES,
        tones=TONES,
        reasons=await reasons_of(seat),
        names={key: person.name for key, person in names.items()},
        titles={one.name: titled(one.name) for one in QUEUES},
        kept=dict(kept or {}),
        replies=await answers(seat) if seat.may("returns:write") else [],
        picked=[one.partition("@")[0] for one in seat.form.many("pick")],
        held=held,
        me=seat.session.person_id,
        colleagues=await beside.colleagues(seat),
        snoozes=SNOOZES[:-1],
        opened_at=(await snoozing.now_of(seat.house, seat.workspace_id)).isoformat(),
        is_roomy=seat.session.habits.is_roomy,
        views=[] if queue else await views_of(seat),
        once=token_hex(8),
        query_max=QUERY_MAX,
        said_max=SAID_MAX,
    )


def _with_addresses(seat: Seat, queue: str | None, rows: Iterable[View]) -> list[View]:
    """Say where each row leads, and what can be decided of it at all."""
    return [
        {
            **one,
            "address": address_of(seat, one, **along.way_in(seat, queue, one)),
            "can": _can(one["return"]),
        }
        for one in rows
    ]


def _whose(rows: Iterable[View]) -> list[tuple[str, str]]:
    """List whose mail of a no can be seen."""
    can = [one["return"] for one in rows if "reject" in one["can"]]
    return [(ret["id"], ret["rma_number"]) for ret in can]


def _can(ret: View | None) -> list[str]:
    """List what can be decided of a return at all, where it stands."""
    if ret is None or ret["held"]:
        return []
    row = TRANSITIONS[ReturnStatus(ret["status"])]
    return [verb.value for verb in (Verb.AUTHORIZE, Verb.REJECT) if verb in row]


async def _found(seat: Seat, queue: str | None, q: str) -> View:
    """Ask the desk for the page that the address names."""
    chosen = {name: seat.query[name] for name in _CHOSEN if seat.query.get(name)}
    since, before = (read_moment(name, chosen.get(name)) for name in ("since", "before"))
    wanted = read_chosen(chosen, since, before)
    wanted = read_query(q, wanted) if q else wanted
    page, me = read_page(None, seat.query.get("cursor") or None), seat.session.person_id
    if queue is None:
        view = view_of(await searching.search(seat.house, seat.workspace_id, wanted, page, me=me))
        assert view is not None, "a search that is understood is answered"
        view["data"] = [
            {"return": row, "since": row["requested_at"], "cause": None} for row in view["data"]
        ]
        return view
    at = Place(page=page, is_back=seat.query.get("way") == "back")
    house, scopes = seat.house, seat.scopes
    view = view_of(
        await queues.listing(house, seat.workspace_id, queue, wanted, at, me=me, scopes=scopes)
    )
    assert view is not None, "the queue is one of ours"
    return view


def _people(rows: Iterable[View]) -> list[str]:
    """List whom the rows name: who sees to them, who has them open, who is deciding."""
    found: list[str | None] = []
    for row in (one["return"] for one in rows if one["return"]):
        found.append(row["owner"])
        found += [
            row[name][key] for name, key in (("lease", "holder"), ("held", "by")) if row[name]
        ]
    return [one for one in found if one]


def _turned(seat: Seat, cursor: str | None, way: str) -> str:
    """Give the address of the page before or behind; empty where there is none."""
    if cursor is None:
        return ""
    kept = {name: seat.query.get(name, "") for name in ("q", *_CHOSEN)}
    return seat.address(_path(seat), **kept, cursor=cursor, way=way)


def _path(seat: Seat) -> str:
    queue = seat.params.get("queue")
    return "/returns" if queue is None else f"/queues/{queue}"


# ---------------------------------------------------------------- several at once


async def _decide(seat: Seat, fields: Form) -> Response[Any]:
    """Do one thing to each return that is ticked; each row says what became of it."""
    picked = fields.many("pick")[:AT_ONCE_MAX]
    queue, word = seat.params.get("queue"), fields.get("do", "")
    if queue is not None and queue not in _BY_NAME:
        return seat.nowhere("queue")
    kept = {name: plain(fields.get(name, "")) for name in _KEPT}
    again = partial(_list_page, seat, queue, kept={**kept, "do": word})
    if word not in _WORDS:
        return await again(wrong={"rows": "Nothing was asked for. Press a button."})
    if word == "answer":
        kept["reason"], wrong = await _with_answer(seat, kept)
        return await again(wrong=wrong, kept={**kept, "answer": "", "do": word})
    if not picked:
        return await again(wrong={"rows": _NONE_CHOSEN})
    if word == "reject" and (lacks := _lacks(seat, kept)):
        return await again(wrong=lacks)
    try:
        told = [await _one(seat, pick, word, kept) for pick in picked]
    except InvalidRequest as error:
        return await again(wrong={"rows": error.errors[0].detail})
    return seat.page(
        "staff_work_told.html",
        told=told,
        done=sum(one["wrong"] is None for one in told),
        word=word,
        is_decision=word in _DECISIONS,
        hold_s=HOLD.seconds,
        back=seat.address(_path(seat)),
        tones=TONES,
    )


async def _with_answer(seat: Seat, kept: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Put an answer below the reason, its words in braces as they are; tells what is amiss."""
    found = view_of(await replies.look_up(seat.house, seat.workspace_id, kept["answer"]))
    if found is None:
        return kept["reason"], {"answer": "Choose an answer first."}
    reason, why = joined(kept["reason"], found["text"])
    return reason, {"answer": why} if why else {}


def _lacks(seat: Seat, kept: Mapping[str, str]) -> dict[str, str]:
    """Say by field what a no to several lacks, before any is told it."""
    found = {"reason": unsaid(seat, kept["reason"]), "note": too_long(kept["note"], "The note")}
    return {name: why for name, why in found.items() if why}


async def _one(seat: Seat, pick: str, word: str, said: Mapping[str, str]) -> View:
    """Do it to one: a row that changed since it was shown is left alone."""
    return_id, _, version = pick.partition("@")
    outcome = await _done(seat, return_id, number_in(version), word, said)
    row = view_of(await searching.row(seat.house, seat.workspace_id, return_id))
    return {
        "id": return_id,
        "number": return_id if row is None else row["rma_number"],
        "status": None if row is None else row["status"],
        "held": isinstance(outcome, Done) and word in _DECISIONS,
        "wrong": outcome if isinstance(outcome, str) else why_not(outcome),
    }


async def _done(
    seat: Seat, return_id: str, version: int | None, word: str, said: Mapping[str, str]
) -> Outcome | str:
    match word:
        case "take" | "leave":
            to = "me" if word == "take" else "nobody"
            return (await beside.assign(seat, return_id, to))[0]
        case "assign":
            return (await beside.assign(seat, return_id, seat.form.get("to", "")))[0]
        case "snooze":
            return (await beside.put_off(seat, return_id, seat.form))[0]
        case "wake":
            return await snoozing.wake(seat.house, seat.workspace_id, return_id)
        case "reject":
            return await _rejected(seat, return_id, version, said)
        case _:
            asked = (seat.house, seat.workspace_id, return_id, Authorize())
            return await holding.hold(*asked, actor=seat.actor, version=version)


async def _rejected(
    seat: Seat, return_id: str, version: int | None, said: Mapping[str, str]
) -> Outcome | str:
    """Say no to one, in words of its own where the reason has words in braces, or say why not."""
    reason, why = await own_words(seat, return_id, said["reason"])
    if why:
        return why
    return await holding.hold(
        seat.house,
        seat.workspace_id,
        return_id,
        Reject(reason=reason),
        actor=seat.actor,
        version=version,
        note=said["note"] or None,
    )
