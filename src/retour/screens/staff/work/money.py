"""The settlement of a return: the arithmetic, and one button that names what it moves.

Deciding and paying are two acts of the lifecycle; who presses the button asks for both, and either
all of it is done or nothing.
"""

from __future__ import annotations

from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.desk import foreseeing, orders, returns
from retour.desk.agents import holding, retrying
from retour.dialects.view import instant
from retour.kernel.money import format_amount, parse_amount
from retour.kernel.problems import InvalidRequest
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.commands import (
    ApproveSettlement,
    ConfirmSettlement,
    DeclineSettlement,
    DiscardSettlement,
    ProposeSettlement,
    RetryRefund,
    SettleElsewhere,
    StartRefund,
)
from retour.lifecycle.words import ApprovalStatus
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.work import along, beside
from retour.screens.staff.work.history import fresh_since
from retour.screens.staff.work.reading import (
    SOURCE,
    TONES,
    View,
    carry_out,
    number_in,
    sold_in,
    view_of,
    why_not,
)
from retour.screens.writing import money

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.desk.outcome import Outcome
    from retour.lifecycle.commands import Command
    from retour.lifecycle.decide import Later, Step
    from retour.lifecycle.model import Return

_WAYS: Final = (
    ("now", "refund", "Back to how it was paid"),
    ("credit", "store_credit", "As store credit"),
    ("elsewhere", "refund", "It was paid elsewhere already"),
    ("later", "refund", "Promise it, pay later"),
    ("repair", "repair", "As a repair: nothing is paid"),
)
"""How it can be given: what stands in the address, the settlement's kind, and the words."""
_KIND_OF: Final = {way: kind for way, kind, _ in _WAYS}
_NOTE_MAX: Final = 200
_LABELS: Final = {"fees": "Fee", "adjustments": "Adjustment", "goodwill": "Goodwill"}
_SAID: Final = (
    "shipping",
    *(name for one in _LABELS for name in (one, f"{one}-label")),
    "waive",
)
"""What is worked out differently, as the address and each form carry it."""
_OWED: Final = frozenset({"draft", "confirmed", "in_progress", "failed"})
_LEGS: Final = {
    "draft": ("not promised", ""),
    "reserved": ("promised", "info"),
    "in_flight": ("on its way", "info"),
    "unknown": ("not known yet", "warn"),
    "succeeded": ("paid", "ok"),
    "failed": ("failed", "bad"),
    "abandoned": ("given up", ""),
    "reversed": ("taken back", "bad"),
}
"""Where a payment stands, in words, and their tone."""


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of a return's money."""
    path = "/returns/{return_id:str}/money"
    return place(
        house, path, "returns:read", _show, _act, take_scope="refunds:write", take_proof=True
    )


async def _show(seat: Seat) -> Response[Any]:
    """Show what is owed, or what is being paid."""
    return await _page(seat)


def _way(said: Mapping[str, str]) -> str:
    """Say how it is to be given; not said, back to how it was paid."""
    if said.get("do") == "outside":
        return "elsewhere"
    return said["how"] if said.get("how") in _KIND_OF else "now"


def _asked(said: Mapping[str, str]) -> ProposeSettlement:
    """Read what the panel's fields ask for.

    Raises:
        ValidationError: An amount is none.
    """
    body: dict[str, object] = {"kind": _KIND_OF[_way(said)]}
    if shipping := said.get("shipping", "").strip():
        body["shipping"] = shipping
    for name in _LABELS:
        amount = said.get(name, "").strip()
        if amount:
            body[name] = [
                {"label": said.get(f"{name}-label", "").strip() or _LABELS[name], "amount": amount}
            ]
    if said.get("waive") == "yes":
        body["waive_fees"] = True
    return msgspec.convert(body, ProposeSettlement)


async def _page(
    seat: Seat, *, wrong: str | None = None, at: str = "content", kept: Form | None = None
) -> Response[Any]:
    """Show the panel; a settlement that is under way is shown instead of a new one."""
    return_id = seat.params["return_id"]
    view = view_of(await returns.look_up(seat.house, seat.workspace_id, return_id, seat.scopes))
    if view is None:
        return seat.nowhere("return")
    said: Mapping[str, str] = seat.query if kept is None else kept
    current = view["settlement"]
    is_open = current is not None and current["status"] in _OWED
    planned, why = (None, None) if is_open else await _planned(seat, return_id, said)
    order = view_of(await orders.look_up(seat.house, seat.workspace_id, view["order_number"]))
    errors = {} if wrong is None else {at: wrong}
    tries = await retrying.next_tries(seat.house, seat.workspace_id, return_id) if is_open else {}
    is_over = planned is None and current is not None and current["status"] == "settled"
    shown = current["id"] if current is not None and (is_open or is_over) else None
    return seat.page(
        "staff_work_money.html",
        422 if errors else 200,
        wrong=errors,
        view=view,
        beside=await along.neighbours(seat, return_id),
        current=current if is_open else None,
        over=current if is_over else None,
        past=[one for one in view["settlements"] if one["id"] != shown],
        plan=planned,
        why=why,
        said=said,
        kept={name: said[name] for name in _SAID if said.get(name)},
        sold={key: _named(line) for key, line in sold_in(order).items()},
        ways=_ways(seat, return_id, said),
        way=_way(said),
        places=_places(order),
        leg_words=_LEGS,
        tries={key: instant(at) for key, at in tries.items()},
        write=partial(money, language=seat.language),
        goes_to=_destination(planned or current, order),
        payments=_payments(planned if not is_open else None, order),
        tones=TONES,
        allowed=frozenset(view["allowed_commands"]),
        fresh=await fresh_since(seat, view, kept),
        held=await beside.held_of(seat, return_id),
        me=seat.session.person_id,
        once=token_hex(8),
    )


def _ways(seat: Seat, return_id: str, said: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """List the ways to give it: each with its words and its address, which keeps what was said."""
    path, kept = f"/returns/{return_id}/money", {name: said.get(name, "") for name in _SAID}
    kept |= along.way_in(seat, seat.query.get("in"))
    return [
        (way, words, seat.address(path, **kept, how="" if way == "now" else way))
        for way, _, words in _WAYS
    ]


def _places(order: View | None) -> dict[str, str]:
    """Name the order's payments as people know them."""
    return {
        one["id"]: f"{one['kind'] or 'payment'} at {one['processor'].capitalize()}".replace(
            "_", " "
        )
        for one in (order or {"payments": []})["payments"]
    }


def _destination(settlement: View | None, order: View | None) -> str:
    """Say in words where the money goes: to which payment, or to how many."""
    if settlement is None or order is None:
        return ""
    paid = [leg for leg in settlement["legs"] if leg["kind"] == "refund"]
    if len(paid) != 1 or len(settlement["legs"]) != 1:
        return f" to {len(settlement['legs'])} places" if len(settlement["legs"]) > 1 else ""
    place_ = _places(order).get(paid[0]["payment"] or "")
    return "" if place_ is None else f" to the {place_}"


def _payments(plan: View | None, order: View | None) -> list[View]:
    """Give what each payment of the order holds: before, this time, and what remains."""
    if plan is None or order is None:
        return []
    currency = order["currency"]

    def minor(text: str) -> int:
        amount = parse_amount(text, currency)
        assert amount is not None, "what the desk answers is an amount"
        return amount

    rows: list[View] = []
    for one in order["payments"]:
        captured, before = minor(one["captured"]), minor(one["reserved"])
        left = minor(one["left"]) if "left" in one else captured - before
        now = sum(minor(leg["amount"]) for leg in plan["legs"] if leg["payment"] == one["id"])
        rows.append(
            {
                "name": _places(order)[one["id"]],
                "id": one["id"],
                "captured": one["captured"],
                "before": one["reserved"],
                "taken": format_amount(captured - before - left, currency),
                "has_taken": captured - before != left,
                "now": format_amount(now, currency),
                "remains": format_amount(left - now, currency),
            }
        )
    return rows


def _named(line: View) -> str:
    return f"{line['sku']} {line['title'] or ''}".strip()


async def _planned(
    seat: Seat, return_id: str, said: Mapping[str, str]
) -> tuple[View | None, str | None]:
    """Say what the button would do; or why there is none."""
    try:
        asked = _asked(said)
    except msgspec.ValidationError:
        return None, "An amount is none. Write it like 4.95."
    try:
        outcome = await foreseeing.simulate(
            seat.house,
            seat.workspace_id,
            return_id,
            asked,
            actor=seat.actor,
            source=SOURCE,
        )
    except InvalidRequest as error:
        return None, " ".join(one.detail for one in error.errors)
    plan = view_of(outcome)
    return plan, why_not(outcome) if plan is None else None


async def _act(seat: Seat, fields: Form) -> Response[Any]:
    """Carry out what a button named, on the version that was shown."""
    return_id = seat.params["return_id"]
    try:
        plan, said = _plan(fields)
    except msgspec.ValidationError:
        return await _page(seat, wrong="An amount is none. Write it like 4.95.", kept=fields)
    if not plan:
        return await _page(seat, wrong="Nothing was asked for. Press a button.", kept=fields)
    at = {"outside": "reference", "elsewhere": f"reference-{fields.get('leg', '')}"}
    unsaid = at.get(fields.get("do", ""))
    if unsaid is not None and not fields.get(unsaid, "").strip():
        missing = "Say by which reference it is found where it was paid."
        return await _page(seat, wrong=missing, at=unsaid, kept=fields)
    version = number_in(fields.get("version", ""))
    try:
        outcome = await _done(seat, return_id, plan, version)
    except InvalidRequest as error:
        words = " ".join(one.detail for one in error.errors)
        return await _page(seat, wrong=words, kept=fields)
    wrong = why_not(outcome)
    if wrong is not None:
        return await _page(seat, wrong=wrong, kept=fields)
    kept = along.way_in(seat, seat.query.get("in"))
    return seat.go_on(seat.address(f"/returns/{return_id}/money", **kept), notice=said or None)


def _paid_outside(reference: str, note: str | None) -> Later:
    """Take all that was just promised as paid by other means; never before others have agreed."""

    def step(ret: Return) -> Sequence[Command] | Refusal:
        promised = ret.settlements[-1]
        if promised.approval is not None and promised.approval.status is ApprovalStatus.NEEDED:
            why = "Somebody else has to agree first. Ask for that, then note it as paid."
            return refuse(RefusalCode.APPROVAL_NEEDED, why)
        return [
            SettleElsewhere(leg=leg.id, reference=reference, note=note) for leg in promised.legs
        ]

    return step


async def _done(seat: Seat, return_id: str, plan: Sequence[Step], version: int | None) -> Outcome:
    """Carry it out; a no can be taken back for some seconds, money cannot."""
    if isinstance(plan[0], DeclineSettlement):
        return await holding.hold(
            seat.house, seat.workspace_id, return_id, plan[0], actor=seat.actor, version=version
        )
    return await carry_out(seat, return_id, plan, version=version)


def _plan(fields: Form) -> tuple[tuple[Step, ...], str]:
    """Give the commands behind a button, and what is said once they are done."""
    note = fields.get("note", "").strip()[:_NOTE_MAX] or None
    match fields.get("do", ""):
        case "pay":
            return (_asked(fields), ConfirmSettlement(), StartRefund()), "Paying began."
        case "outside":
            reference = fields.get("reference", "").strip()[:_NOTE_MAX]
            plan = (_asked(fields), ConfirmSettlement(), _paid_outside(reference, note))
            return plan, "Noted as paid elsewhere."
        case "promise":
            return (_asked(fields), ConfirmSettlement()), "Promised. Nothing has moved yet."
        case "confirm":
            return (ConfirmSettlement(), StartRefund()), "Paying began."
        case "start":
            return (StartRefund(),), "Paying began."
        case "approve":
            return (ApproveSettlement(note=note), StartRefund()), "Agreed. Paying began."
        case "decline":
            reason = fields.get("decline-reason", "").strip()[:_NOTE_MAX]
            return (DeclineSettlement(reason=reason or "Not agreed to."),), ""
        case "discard":
            return (DiscardSettlement(),), "Discarded. Nothing was paid by it."
        case _:
            return _on_leg(fields, note)


def _on_leg(fields: Form, note: str | None) -> tuple[tuple[Step, ...], str]:
    """Give the commands of a button about one way of paying; none where it is no such button."""
    leg = fields.get("leg", "")
    match fields.get("do", ""):
        case "retry":
            return (RetryRefund(leg=leg),), "It is tried again."
        case "elsewhere":
            reference = fields[f"reference-{leg}"].strip()[:_NOTE_MAX]
            paid = SettleElsewhere(leg=leg, reference=reference, note=note)
            return (paid,), "Noted as paid elsewhere."
        case _:
            return (), ""
