"""One return: its goods, what the rules say, what happened, who wrote what, and what can be done.

Each form carries the version it was made for.  Where somebody was faster nothing is done, what
happened meanwhile stands on top, and what was written is kept in its field.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from retour.desk import conversation, orders, returns, searching
from retour.desk.agents import choosing, holding, leases, snoozing
from retour.desk.agents.holding import HOLD
from retour.desk.outcome import NotFound
from retour.desk.pages import Page
from retour.desk.parcels.sharing import asked_together
from retour.desk.people import persons
from retour.kernel.problems import InvalidRequest
from retour.kernel.refusal import RefusalCode
from retour.lifecycle.commands import (
    Authorize,
    Cancel,
    Inspect,
    LineRefused,
    Reject,
    Reopen,
    UnitsJudged,
)
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.work import along, beside
from retour.screens.staff.work.beside import SNOOZES
from retour.screens.staff.work.history import KINDS, SHOWN_MAX, fresh_since, story_of
from retour.screens.staff.work.reading import (
    TONES,
    View,
    carry_out,
    number_in,
    reads_in,
    sold_in,
    view_of,
    why_not,
)
from retour.screens.staff.work.saying import SAID_MAX, plain, too_long
from retour.screens.staff.work.talking import with_answer, writing
from retour.screens.writing import money

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.lifecycle.commands import Command

_ONWARD: Final = frozenset({"authorize", "reject", "cancel"})
"""After these one goes on along the queue."""
_BESIDE: Final = frozenset({"take", "leave", "assign", "snooze", "wake", "over"})


class _Missing(Exception):
    """A form lacks something: the field, and the words for it."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(words)
        self.name, self.words = name, words


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of a return's page."""
    path = "/returns/{return_id:str}"
    return [
        *place(house, path, "returns:read", _show, _act, take_scope="returns:write"),
        *place(house, f"{path}/peek", "returns:read", _peek),
    ]


async def _show(seat: Seat) -> Response[Any]:
    """Show it, with nothing asked of anybody yet."""
    return await return_page(seat)


async def _peek(seat: Seat) -> Response[Any]:
    """Show the most of it beside a list; nobody has it open by that."""
    return_id, house, workspace_id = seat.params["return_id"], seat.house, seat.workspace_id
    view = view_of(await returns.look_up(house, workspace_id, return_id, seat.scopes))
    row = view_of(await searching.row(house, workspace_id, return_id))
    if view is None or row is None:
        return seat.nowhere("return")
    order = view_of(await orders.look_up(house, workspace_id, view["order_number"]))
    return seat.page(
        "staff_work_peek.html",
        view=view,
        row=row,
        lines=_lines(view, order),
        tones=TONES,
        kept=along.way_in(seat, seat.query.get("in")),
    )


# ---------------------------------------------------------------- what can be done


def _said(fields: Form, name: str, words: str) -> str:
    text = plain(fields.get(name, ""))
    if not text:
        raise _Missing(name, words)
    return _fitting(name, text)


def _fitting(name: str, text: str) -> str:
    if why := too_long(text):
        raise _Missing(name, why)
    return text


def _authorize(fields: Form) -> Command:
    """Say yes, but for the lines that are refused with a reason."""
    refused = tuple(
        LineRefused(
            line=line,
            quantity=number_in(fields.get(f"refuse-{line}", "")) or 0,
            reason=_said(
                fields, f"why-{line}", "Say why these are refused; the customer reads it."
            ),
        )
        for line in fields.many("line")
        if number_in(fields.get(f"refuse-{line}", ""))
    )
    return Authorize(reject=refused)


def _reject(fields: Form) -> Command:
    return Reject(reason=_said(fields, "reject-reason", "Say why; the customer reads it."))


def _cancel(fields: Form) -> Command:
    goods = fields.get("goods", "")
    return Cancel(
        reason=_said(fields, "cancel-reason", "Say why it is canceled."),
        goods=next((one for one in ("send_back", "keep", "return_to_stock") if one == goods), None),
    )


def _reopen(fields: Form) -> Command:
    return Reopen(reason=_said(fields, "reopen-reason", "Say why it is opened again."))


def _judge(fields: Form) -> Command:
    word = fields.get("acceptance", "")
    acceptance = "accepted" if word == "accepted" else "rejected"
    unit = fields.get("unit", "")
    reason = _fitting(f"reason-{unit}", plain(fields.get(f"reason-{unit}", "")))
    if acceptance == "rejected" and not reason:
        raise _Missing(f"reason-{unit}", "Say why it is not accepted; the customer reads it.")
    judged = UnitsJudged(unit=unit, acceptance=acceptance, reason=reason or None)
    return Inspect(units=(judged,))


ACTS: Final[Mapping[str, tuple[Callable[[Form], Command], str]]] = {
    "authorize": (_authorize, ""),
    "reject": (_reject, ""),
    "cancel": (_cancel, "Canceled."),
    "reopen": (_reopen, "Open again."),
    "inspect": (_judge, "Judged."),
}
"""What the page's forms do, each with what is said once it is done; what is held says so itself."""


async def _act(seat: Seat, fields: Form) -> Response[Any]:
    """Do what a form asks for, on the version that was shown."""
    return_id, word = seat.params["return_id"], fields.get("do", "")
    if word in _BESIDE:
        return await _stand_beside(seat, fields, word)
    if word == "answer":
        return await _answered(seat, fields)
    if word not in ACTS:
        return await return_page(seat, wrong={"content": "Nothing was asked for. Press a button."})
    meaning, said = ACTS[word]
    note = plain(fields.get("reject-note", ""))
    try:
        command = meaning(fields)
        _fitting("reject-note", note)
    except _Missing as missing:
        return await return_page(seat, wrong={missing.name: missing.words}, kept=fields)
    version = number_in(fields.get("version", ""))
    if isinstance(command, Authorize | Reject):
        outcome = await holding.hold(
            seat.house,
            seat.workspace_id,
            return_id,
            command,
            actor=seat.actor,
            version=version,
            note=note or None,
        )
    else:
        outcome = await carry_out(seat, return_id, (command,), version=version)
    wrong = why_not(outcome)
    if wrong is not None:
        return await return_page(seat, wrong={"content": wrong}, kept=fields)
    here = seat.address(f"/returns/{return_id}")
    here = along.onward(seat, fields, here) if word in _ONWARD else here
    return seat.go_on(here, notice=said or None)


async def _answered(seat: Seat, fields: Form) -> Response[Any]:
    """Put an answer that is written once into the reason to reject, as the return stands now."""
    text = fields.get("reject-reason", "")
    text, wrong = await with_answer(seat, fields.get("answer", ""), text, at="reject-reason")
    kept = Form([*fields.pairs, ("reject-reason", text)])
    return await return_page(seat, wrong=wrong, kept=kept)


async def _stand_beside(seat: Seat, fields: Form, word: str) -> Response[Any]:
    """Say whose it is, until when it waits, or who has it open: none of it changes the return."""
    return_id, house, workspace_id = seat.params["return_id"], seat.house, seat.workspace_id
    me, here = seat.session.person_id, seat.address(f"/returns/{return_id}")
    try:
        match word:
            case "take" | "leave" | "assign":
                to = {"take": "me", "leave": "nobody"}.get(word) or fields.get("to", "")
                outcome, said = await beside.assign(seat, return_id, to)
            case "snooze":
                outcome, said = await beside.put_off(seat, return_id, fields)
                here = along.onward(seat, fields, here)
            case "wake":
                outcome = await snoozing.wake(house, workspace_id, return_id)
                said = "It waits where it belongs again."
            case _:
                outcome = await leases.take(house, workspace_id, return_id, me, over=True)
                said = "It is yours to act on."
    except InvalidRequest as error:
        words = {"until" if word == "snooze" else "to": error.errors[0].detail}
        return await return_page(seat, wrong=words, kept=fields)
    if isinstance(outcome, NotFound):
        return seat.nowhere("return")
    return seat.go_on(here, notice=said)


# ---------------------------------------------------------------- the page


async def return_page(
    seat: Seat,
    *,
    wrong: Mapping[str, str] | None = None,
    kept: Form | None = None,
) -> Response[Any]:
    """Show the return; what was not done says why, and keeps what was filled in."""
    return_id, house, workspace_id = seat.params["return_id"], seat.house, seat.workspace_id
    view = view_of(await returns.look_up(house, workspace_id, return_id, seat.scopes))
    if view is None:
        return seat.nowhere("return")
    order = view_of(await orders.look_up(house, workspace_id, view["order_number"]))
    messages = view_of(
        await conversation.of_return(house, workspace_id, return_id, Page(limit=SHOWN_MAX))
    )
    story = await story_of(seat, view)
    row = view_of(await searching.row(house, workspace_id, return_id))
    owner = None if row is None else row["owner"]
    held = view_of(await holding.of_return(house, workspace_id, return_id))
    mine = [one for one in await beside.held_by_me(seat) if one["return"] != return_id]
    lease = await beside.sit_down(seat, return_id)
    beside_it = await asked_together(house, workspace_id, return_id, view["together_with"])
    people = [one["actor"]["id"] for one in story]
    people += [owner, held and held["by"], lease and lease["holder"]]
    names = await persons.named_by(house, [one for one in people if one])
    return seat.page(
        "staff_work_one.html",
        422 if wrong else 200,
        wrong=dict(wrong or {}),
        view=view,
        lines=_lines(view, order),
        order=order,
        together=[(one.id, one.rma_number, one.order_number) for one in beside_it],
        messages=[] if messages is None else messages["data"],
        has_more_messages=messages is not None and messages["next_cursor"] is not None,
        **await writing(seat, return_id),
        beside=await along.neighbours(seat, return_id),
        reads=reads_in(order),
        story=story,
        rules=_rules(view),
        kinds=KINDS,
        shown_kind=seat.query.get("story", ""),
        asked=urlencode(along.way_in(seat, seat.query.get("in"))),
        has_earlier=view["sequence"] > len(story),
        fresh=await fresh_since(seat, view, kept),
        names={key: person.name for key, person in names.items()},
        owner=owner,
        row=row,
        lease=lease,
        held=held,
        undone=[*([held] if held else []), *mine],
        hold_s=HOLD.seconds,
        me=seat.session.person_id,
        colleagues=await beside.colleagues(seat),
        snoozes=SNOOZES,
        objections=await _objections(seat, view),
        allowed=frozenset(view["allowed_commands"]),
        tones=TONES,
        kept=kept or Form([]),
        said_max=SAID_MAX,
        write=partial(money, language=seat.language),
        once=token_hex(8),
    )


async def _objections(seat: Seat, view: View) -> dict[str, str]:
    """Say of what cannot be done now why not; a status alone is said in fewer words."""
    asked = (seat.house, seat.workspace_id, view["id"], seat.actor)
    found = view_of(await choosing.objections(*asked)) or {}
    other = RefusalCode.NOT_ALLOWED_IN_STATUS.value
    return {
        name: f"Not while it is {view['status']}." if one["code"] == other else one["detail"]
        for name, one in found.items()
        if name not in view["allowed_commands"]
    }


def _rules(view: View) -> list[tuple[View, int]]:
    """List what the rules say, the same of several lines once."""
    steps = [*view["verdict"]["trace"], *view["verdict"]["graded"]]
    alike = Counter((one["rule"], one["verdict"], one["detail"]) for one in steps)
    return [
        ({"rule": rule, "verdict": verdict, "detail": detail}, count)
        for (rule, verdict, detail), count in alike.items()
    ]


def _paid(view: View, line: str) -> str:
    """Sum what settlements that stand give back for a line; empty where none does."""
    given = [
        Decimal(one["amount"])
        for settlement in view["settlements"]
        if settlement["status"] not in ("draft", "discarded")
        for one in settlement["lines"]
        if one["line"] == line
    ]
    return str(sum(given)) if given else ""


def _lines(view: View, order: View | None) -> list[View]:
    """Join the return's lines with what was sold, and count what has come of each."""
    sold = sold_in(order)
    lines: list[View] = []
    for line in view["lines"]:
        units = line["units"]
        lines.append(
            {
                **line,
                "sold": sold.get(line["line"]),
                "received": sum(unit["reception"] != "expected" for unit in units),
                "accepted": sum(unit["acceptance"] == "accepted" for unit in units),
                "waiting": [one for one in units if one["acceptance"] == "pending"],
                "grades": Counter(one["grade"] for one in units if one["grade"]),
                "goes": Counter(one["disposition"] for one in units if one["disposition"]),
                "paid": _paid(view, line["line"]),
            }
        )
    return lines
