"""Data of persons: found, counted, given out, forgotten; requests; what columns hold."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar import Response

from retour.desk.customers import erasing, exporting, requests, retaining
from retour.desk.customers.erasing import Erasure
from retour.desk.customers.exporting import HOURLY, TooSoon
from retour.desk.customers.requests import DataRequestAnswer, DataRequestNew
from retour.desk.customers.retaining import Retention
from retour.desk.customers.whom import Whom
from retour.desk.outcome import Done
from retour.desk.pages import read_page
from retour.kernel.problems import InvalidRequest
from retour.screens.staff import guard
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.said import body_of
from retour.store.columns import CLASSES, tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

PATH: Final = "/settings/data"
_SCOPE: Final = "customers:erase"
WAYS: Final = (
    ("email", "E-mail address"),
    ("phone", "Telephone number"),
    ("order_number", "Order number"),
    ("return", "Return id"),
)
"""By what a person is found on the page."""
_TYPED: Final = "forget"
_LENGTH_MAX: Final = 320
_PERSONS_MAX: Final = 10
_DAYS_MIN: Final = 30
_DAYS_MAX: Final = 36_500
_DAYS_DIGITS: Final = 5


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers: the page, a person found on it, what columns hold."""
    return [
        *place(house, PATH, _SCOPE, _shown, _ask, take_proof=True),
        *place(house, f"{PATH}/person", _SCOPE, _blank, _person, proof=True),
        *place(house, f"{PATH}/columns", _SCOPE, _columns),
    ]


async def _shown(seat: Seat, wrong: Mapping[str, str] | None = None) -> Response[Any]:
    """Show what is due, and who was forgotten."""
    page = read_page(None, seat.query.get("cursor"))
    due = body_of(await requests.listing(seat.house, seat.workspace_id, page, is_open=True))
    few = read_page(str(_PERSONS_MAX), None)
    gone = body_of(await erasing.listing(seat.house, seat.workspace_id, few))
    following = due["next_cursor"]
    kept = body_of(await retaining.look_up(seat.house, seat.workspace_id))
    return seat.page(
        "staff_settings_data.html",
        422 if wrong else 200,
        ways=WAYS,
        due=due["data"],
        gone=gone["data"],
        kept=kept["subjects"],
        later=seat.address(PATH, cursor=following) if following else "",
        filled=seat.form,
        once=token_hex(8),
        wrong=wrong or {},
    )


async def _ask(seat: Seat, fields: Form) -> Response[Any]:
    """Keep somebody's request, or say what became of one."""
    if fields.get("act") == "answer":
        status = "declined" if fields.get("status") == "declined" else "done"
        note = fields.get("note", "").strip()[:1000] or None
        told = DataRequestAnswer(status=status, note=note)
        asked = fields.get("request", "")[:100]
        by = f"person:{seat.session.person_id}"
        done = await requests.close(seat.house, seat.workspace_id, asked, told, by=by)
        if not isinstance(done, Done):
            return seat.go_on(seat.address(PATH), notice="It was answered before.", tone="warn")
        return seat.go_on(seat.address(PATH), notice="Answered. Who asked is not kept any more.")
    if fields.get("act") == "keep":
        return await _keep(seat, fields)
    kind = "erase" if fields.get("kind") == "erase" else "export"
    try:
        new = msgspec.convert({**_named(fields), "kind": kind}, DataRequestNew)
        await requests.create(seat.house, seat.workspace_id, new, key=seat.once())
    except (InvalidRequest, msgspec.ValidationError) as error:
        return await _shown(seat, {"value": _words(error)})
    return seat.go_on(seat.address(PATH), notice="Kept. The law gives a month to answer.")


async def _keep(seat: Seat, fields: Form) -> Response[Any]:
    """Say for how long what is kept; an empty field keeps it."""
    said: dict[str, int | None] = {}
    wrong: dict[str, str] = {}
    for name in Retention.__struct_fields__:
        given = fields.get(name, "").strip()
        is_number = given.isdecimal() and len(given) <= _DAYS_DIGITS
        said[name] = int(given) if is_number else None
        if given and (not is_number or not _DAYS_MIN <= int(given) <= _DAYS_MAX):
            wrong[name] = f"Give days from {_DAYS_MIN} to {_DAYS_MAX}, or nothing to keep it."
    if wrong:
        return await _shown(seat, wrong)
    await retaining.put(seat.house, seat.workspace_id, msgspec.convert(said, Retention))
    return seat.go_on(seat.address(PATH), notice="Kept so from now on.")


def _named(fields: Form) -> dict[str, str]:
    way, value = fields.get("way", "email"), fields.get("value", "").strip()[:_LENGTH_MAX]
    known = way if way in dict(WAYS) else "email"
    return {known: value} if value else {}


def _words(error: InvalidRequest | msgspec.ValidationError) -> str:
    if isinstance(error, InvalidRequest):
        return " ".join(one.detail for one in error.errors)
    return "This cannot be read. Give it as an order has it."


async def _blank(seat: Seat) -> Response[Any]:
    """Ask whom to look for; a request that is due brings its person along."""
    who = await requests.whom(seat.house, seat.workspace_id, seat.query.get("request", ""))
    if who is None:
        return _found(seat, {}, None, {})
    named = {k: str(v) for k, v in msgspec.to_builtins(who).items() if k in dict(WAYS) and v}
    way, value = next(iter(named.items()), ("email", ""))
    return await _counted(seat, {"way": way, "value": value})


async def _counted(
    seat: Seat, said: dict[str, str], wrong: Mapping[str, str] | None = None
) -> Response[Any]:
    """Show by count what there is of somebody."""
    try:
        body = msgspec.convert(_named(Form(list(said.items()))), Whom)
        seen = body_of(await erasing.survey(seat.house, seat.workspace_id, body))
    except (InvalidRequest, msgspec.ValidationError) as error:
        return _found(seat, said, None, {"value": _words(error)})
    return _found(seat, said, seen, wrong or {})


def _found(
    seat: Seat, said: Mapping[str, str], seen: dict[str, Any] | None, wrong: Mapping[str, str]
) -> Response[Any]:
    return seat.page(
        "staff_settings_person_data.html",
        422 if wrong else 200,
        ways=WAYS,
        said=said,
        seen=seen,
        typed=_TYPED,
        hourly=HOURLY,
        once=token_hex(8),
        wrong=wrong,
    )


async def _person(seat: Seat, fields: Form) -> Response[Any]:
    """Look somebody up, write down what there is of them, or forget them."""
    said = {one: fields.get(one, "")[:_LENGTH_MAX] for one in ("way", "value")}
    match fields.get("act"):
        case "export":
            return await _given(seat, said, fields)
        case "erase":
            return await _forgotten(seat, said, fields)
        case _:
            return await _counted(seat, said)


async def _given(seat: Seat, said: dict[str, str], fields: Form) -> Response[Any]:
    try:
        body = msgspec.convert(_named(fields), Whom)
        made = await exporting.export(
            seat.house, seat.workspace_id, body, by=seat.session.person_id
        )
    except (InvalidRequest, msgspec.ValidationError) as error:
        return _found(seat, said, None, {"value": _words(error)})
    if isinstance(made, TooSoon):
        minutes = made.wait_s // 60 + 1
        words = f"{HOURLY} files may be made in an hour. Try again in {minutes} minutes."
        return await _counted(seat, said, {"export": words})
    headers = {
        **guard.headers_for(seat.house),
        "content-disposition": f'attachment; filename="{made.name}"',
    }
    return Response(made.body, status_code=200, media_type="application/zip", headers=headers)


async def _forgotten(seat: Seat, said: dict[str, str], fields: Form) -> Response[Any]:
    """Forget somebody whose name, or the word, was typed."""
    if fields.get("typed", "").strip().casefold() not in {_TYPED, said["value"].strip().casefold()}:
        words = f"Nothing was changed. Type {_TYPED}, or again who it is, to forget them."
        return await _counted(seat, said, {"typed": words})
    try:
        named = {**_named(fields), "lists": "lists" in fields, "withdrawals": "evidence" in fields}
        body = msgspec.convert(named, Erasure)
        done = await erasing.erase(
            seat.house, seat.workspace_id, body, actor=seat.actor, key=seat.once()
        )
    except (InvalidRequest, msgspec.ValidationError) as error:
        return _found(seat, said, None, {"value": _words(error)})
    told = body_of(done) if isinstance(done, Done) else {"status": "running"}
    if told["status"] == "running":
        return seat.go_on(seat.address(PATH), notice="They are being forgotten; look again soon.")
    orders, returns = told["orders"], told["returns"]
    return seat.go_on(
        seat.address(PATH), notice=f"Forgotten: {orders} orders and {returns} returns name nobody."
    )


async def _columns(seat: Seat) -> Response[Any]:
    """Show what every table holds, by class."""
    wanted = seat.query.get("class", "pii")
    shown = wanted if wanted in (*CLASSES, "all") else "pii"
    found = [one for one in tables() if shown == "all" or shown in one.columns]
    counts = {one: sum(len(table.columns.get(one, ())) for table in tables()) for one in CLASSES}
    return seat.page(
        "staff_settings_columns.html", tables=found, shown=shown, classes=CLASSES, counts=counts
    )
