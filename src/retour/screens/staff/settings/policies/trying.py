"""The simulator: a request tried on a policy, of an order that is here or of one made up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import msgspec

from retour.desk import orders
from retour.desk.agents.snoozing import now_of
from retour.desk.outcome import Done, NotFound, Refused
from retour.desk.policies import read_body, simulating
from retour.desk.policies.simulating import SimulationBody
from retour.kernel.fields import wrong_fields
from retour.kernel.problems import FieldError, InvalidRequest
from retour.policy.model import METHODS, Outcome
from retour.policy.wording import CONDITION_WORDS
from retour.screens.staff.seat import Seat, place
from retour.screens.staff.settings.policies.reading import draft_of, view_of
from retour.screens.staff.settings.policies.words import ONE, PATH, READ, local, title_of
from retour.screens.staff.settings.said import body_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

    View = dict[str, Any]

_TRY: Final = f"{ONE}/try"
_SHAPE: Final = msgspec.inspect.type_info(SimulationBody)
_ASKED: Final = ("at", "outcome", "method", "grade")
_MADE_UP: Final = (
    ("sku", "LAMP-1"),
    ("group", ""),
    ("price", "50.00"),
    ("currency", ""),
    ("quantity", "1"),
    ("reason", ""),
    ("country", "DE"),
    ("channel", ""),
    ("delivered", "3"),
)
"""What a made-up case asks, with what it begins with."""
_LENGTH_MAX: Final = 200
_DAYS_MAX: Final = 4000
ANSWERS: Final[Mapping[str, tuple[str, str]]] = {
    "requested": ("A person decides", "warn"),
    "authorized": ("Approved at once", "ok"),
    "rejected": ("Rejected", "bad"),
}
_LINE_WORDS: Final[Mapping[str, str]] = {
    "eligible": "Eligible",
    "ineligible": "Not eligible",
    "review": "A person looks",
    "overruled": "Overruled by law",
}


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the simulator's handler."""
    return place(house, _TRY, READ, _try)


async def _try(seat: Seat) -> Response[Any]:
    """Show what is asked, and what would be said."""
    policy_id = seat.params["policy_id"]
    live, draft = await view_of(seat, policy_id), await draft_of(seat, policy_id)
    if live is None and draft is None:
        return seat.nowhere("policy")
    on = _on(seat, live, draft)
    asked = {name: text[:_LENGTH_MAX] for name, text in seat.query.items()}
    number, is_made_up = asked.get("order", "").strip(), asked.get("case") == "made-up"
    wrong, order, said = dict[str, str](), None, None
    if number and not is_made_up:
        found = await orders.look_up(seat.house, seat.workspace_id, number)
        order = body_of(found) if isinstance(found, Done) else None
        if order is None:
            wrong["order"] = f"There is no order {number}. Check the number, or make a case up."
    if asked.get("go") and not wrong:
        said = await _said(seat, (on, draft), asked, order, wrong)
    shown = (draft or {})["policy"] if on == "draft" else live
    return seat.page(
        "staff_policy_try.html",
        422 if wrong else 200,
        title=title_of(policy_id, (shown or {}).get("name")),
        base=f"{PATH}/{policy_id}",
        live=live,
        draft=draft,
        on=on,
        number=number,
        order=order,
        is_made_up=is_made_up,
        case={name: asked.get(name, first) for name, first in _MADE_UP},
        asked={name: asked.get(name, "") for name in _ASKED},
        lines={name: text for name, text in asked.items() if name[:2] in ("q.", "r.")},
        currency=seat.config.currency,
        outcomes=_options("What is offered first", *(one.value for one in Outcome)),
        methods=_options("Whatever is offered", *METHODS),
        zone=seat.config.zone,
        said=said,
        wrong=wrong,
    )


def _options(none: str, *words: str) -> list[tuple[str, str]]:
    return [("", none), *((one, one.replace("_", " ")) for one in words)]


def _on(seat: Seat, live: View | None, draft: View | None) -> str:
    """Say whether the draft is tried, or what is in force."""
    wanted = seat.query.get("on", "draft")
    if live is None:
        return "draft"
    return "draft" if draft is not None and wanted != "live" else "live"


async def _said(
    seat: Seat,
    tried: tuple[str, View | None],
    asked: Mapping[str, str],
    order: View | None,
    wrong: dict[str, str],
) -> View | None:
    """Have the desk decide; what is in the way goes into ``wrong``."""
    on, draft = tried
    is_made_up = asked.get("case") == "made-up"
    try:
        body = await _made_up(seat, asked) if is_made_up else _of_order(asked, order)
        body |= _circumstances(seat, asked)
        if on == "draft" and draft is not None:
            body["policy"] = {
                name: value
                for name, value in draft["policy"].items()
                if name not in ("id", "version")
            }
        done = await simulating.simulate(
            seat.house,
            seat.workspace_id,
            seat.params["policy_id"],
            _body(body),
            actor=seat.actor,
        )
    except InvalidRequest as error:
        wrong |= {_field(one, is_made_up=is_made_up): one.detail for one in error.errors}
        return None
    match done:
        case Refused(refusal=refusal):
            wrong["lines" if not is_made_up else "sku"] = refusal.detail
        case NotFound(what=what):
            wrong["order"] = f"There is no such {what}."
        case Done():
            return _shown(seat, body_of(done))
        case _:
            pass
    return None


def _body(tree: Mapping[str, Any]) -> SimulationBody:
    """Read what is asked.

    Raises:
        InvalidRequest: Naming every field that is wrong.
    """
    if "policy" in tree:
        read_body(tree["policy"])
    try:
        return msgspec.convert(tree, SimulationBody)
    except msgspec.ValidationError as error:
        errors = wrong_fields(dict(tree), _SHAPE)
        fault = FieldError(pointer="", code="bad_value", detail=f"{error}.")
        raise InvalidRequest(*(errors or [fault])) from error


def _of_order(asked: Mapping[str, str], order: View | None) -> View:
    """Give the lines of an order that are ticked by their quantity."""
    lines = [
        {
            "line": line["id"],
            "quantity": _number(asked[f"q.{line['id']}"]),
            "reason": asked.get(f"r.{line['id']}", "").strip() or None,
        }
        for line in (order or {}).get("lines", ())
        if asked.get(f"q.{line['id']}", "").strip() not in ("", "0")
    ]
    if not lines:
        detail = "Say how many of which item come back."
        raise InvalidRequest(FieldError(pointer="/lines", code="missing", detail=detail))
    return {"order_number": asked["order"].strip(), "lines": lines}


async def _made_up(seat: Seat, asked: Mapping[str, str]) -> View:
    """Describe an order of one line, delivered so many days before."""
    case = {name: asked.get(name, first).strip() for name, first in _MADE_UP}
    days, at = _number(case["delivered"]), _at(seat, asked)
    if not isinstance(days, int) or days > _DAYS_MAX:
        detail = f"Give a number of days, at most {_DAYS_MAX}."
        raise InvalidRequest(FieldError(pointer="/delivered", code="bad_value", detail=detail))
    if at is None:
        at = await now_of(seat.house, seat.workspace_id)
    delivered = (at - timedelta(days=days)).isoformat()
    line = {
        "id": "1",
        "sku": case["sku"],
        "title": case["sku"] or "Made up",
        "quantity": _number(case["quantity"]),
        "unit_price": case["price"],
        **({"group": case["group"]} if case["group"] else {}),
    }
    country = {"country": case["country"].upper()} if case["country"] else {}
    order = {
        "currency": case["currency"] or seat.config.currency,
        "customer": {"email": "somebody@example.com", **country},
        "ordered_at": delivered,
        "delivered_at": delivered,
        "channel": case["channel"] or None,
        "lines": [line],
    }
    wanted = {"line": "1", "quantity": line["quantity"], "reason": case["reason"] or None}
    return {"order": order, "lines": [wanted]}


def _number(text: str) -> int | str:
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else text  # noqa: PLR2004 - more are no quantities


def _at(seat: Seat, asked: Mapping[str, str]) -> datetime | None:
    """Read when it is asked, by the clocks on the merchant's walls."""
    text = asked.get("at", "").strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(seat.config.zone))
    except ValueError as error:
        detail = "Choose a day and a time, or leave it empty for now."
        raise InvalidRequest(FieldError(pointer="/at", code="bad_value", detail=detail)) from error


def _circumstances(seat: Seat, asked: Mapping[str, str]) -> View:
    at = _at(seat, asked)
    wished = {name: asked[name] for name in ("outcome", "method") if asked.get(name)}
    return {**wished, **({} if at is None else {"at": at.isoformat()})}


def _field(error: FieldError, *, is_made_up: bool) -> str:
    """Say beside which field a fault stands."""
    steps = error.pointer.strip("/").split("/")
    last = {"unit_price": "price", "product_group": "group"}.get(steps[-1], steps[-1])
    if last in _ASKED or (is_made_up and last in dict(_MADE_UP)):
        return last
    if steps[0] in ("policy", "rules"):
        return "on"
    return "sku" if is_made_up else "lines"


# ---------------------------------------------------------------- said in words


def _shown(seat: Seat, said: View) -> View:
    """Put what the desk says into words."""
    words, tone = ANSWERS.get(said["status"], (str(said["status"]).replace("_", " "), ""))
    return {
        **said,
        "answer": words,
        "tone": tone,
        "asked_at": local(seat, said["at"]),
        "steps": [
            {**one, "words": _LINE_WORDS.get(one["verdict"], one["verdict"])}
            for one in said["trace"]
        ],
        "by_line": [{**line, "rules": _rules(line["rules"])} for line in said["lines"]],
    }


def _rules(rules: Sequence[View]) -> list[View]:
    """Give each rule with what it asked, found and made of it."""
    return [
        {
            **one,
            "verdict": ("decides", "ok")
            if one["speaks_of"]
            else ("passes, too late", "")
            if one["matches"]
            else ("does not match", ""),
            "inputs": [
                {**finding, "asks": CONDITION_WORDS.get(finding["condition"], finding["condition"])}
                for finding in one["findings"]
            ],
        }
        for one in rules
    ]
