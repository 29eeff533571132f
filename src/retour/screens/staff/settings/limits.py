"""Limits of money: how much each role promises alone, what that means, and whom it is about.

Everybody who sees settings sees them; who is an owner sets them and takes them away, proved anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from retour.desk.control import approvals, limits, standing
from retour.desk.control.limits import CURRENCIES_MAX, ROLE, ROLES_MAX, LimitGiven, MoneyControlPut
from retour.desk.control.standing import Holders
from retour.desk.people import roster
from retour.kernel.money import EXPONENTS, format_amount, parse_amount
from retour.kernel.problems import InvalidRequest
from retour.lifecycle.money.control import OWNER, POLICY
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.said import body_of
from retour.screens.writing import money

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.control.standing import Worked
    from retour.desk.house import House

PATH: Final = "/settings/limits"
FOUR_EYES: Final = "four-eyes"
"""Stands where a role stands in an address; no role is written so."""
_ALWAYS: Final = (POLICY, "agent", OWNER)
_NAMES: Final[Mapping[str, str]] = {
    POLICY: "Rules",
    "agent": "Agents",
    "warehouse": "Warehouse",
    "developer": "Developers",
    OWNER: "Admins",
}
_ONE: Final[Mapping[str, str]] = {"agent": "an agent", OWNER: "an admin"}
_ABOUT: Final[Mapping[str, str]] = {
    POLICY: "What settles by itself, as a policy says.",
    "agent": "Members who are agents, and keys of the role agent.",
    "warehouse": "Members at the docks, and keys of the role warehouse.",
    "developer": "Members who are developers, and keys of the role developer.",
    OWNER: "Admins, and every key that was not given another role.",
}
_NO_ROLE: Final = "Give the word that keys have as their role, such as clerk: a to z, digits and _."
_TOO_MANY: Final = f"{ROLES_MAX} roles have limits already. Take one away first."
_NO_AMOUNT: Final = "Say up to how much one return gives. 0 lets nothing through alone."
_NO_CURRENCY: Final = "Choose the currency of this amount."
_TWICE: Final = "This currency stands above already. Say each once."
_NOT_EACH: Final = "Say it in each currency, or in none. 0 lets nothing be given freely."
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the form: a currency with its amounts, as they were typed or are kept."""

    currency: str = ""
    settlement: str = ""
    adjustment: str = ""


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the overview and of one role's page."""
    one = f"{PATH}/{{role:str}}"
    return [
        *place(house, PATH, "settings:read", _all),
        *place(
            house, one, "settings:read", _one, _take, take_scope="settings:write", take_proof=True
        ),
    ]


def name_of(role: str) -> str:
    """Name whom a role's limit holds for.

    >>> name_of("owner"), name_of("clerk")
    ('Admins', 'Keys of the role clerk')
    """
    return _NAMES.get(role) or f"Keys of the role {role}"


def amounts(said: Mapping[str, str] | None, language: str) -> str:
    """Write amounts by currency as people read them.

    >>> amounts({"EUR": "200.00", "JPY": "9000"}, "en")
    '€200.00 or ¥9,000'
    >>> amounts({}, "en")
    'nothing'
    """
    written = [money(text, currency, language=language) for currency, text in (said or {}).items()]
    return " or ".join(written) or "nothing"


def limit_words(said: MoneyControlPut, role: str, language: str) -> str:
    """Say a role's limit in a few words.

    >>> limit_words(MoneyControlPut(), "agent", "en")
    'any amount'
    """
    limit = said.limits.get(role)
    if limit is None:
        return "any amount"
    written = amounts(limit.settlement, language)
    return written if written == "nothing" else f"up to {written}"


def held_words(role: str, held: Holders) -> str:
    """Count whom a role's limit holds for, in words.

    >>> held_words("agent", Holders(people=1, keys=2)), held_words("owner", Holders())
    ('1 person and 2 keys', 'nobody yet')
    """
    if role == POLICY:
        return "every return that settles by itself"
    counted = ((held.people, "person", "people"), (held.keys, "key", "keys"))
    words = [f"{n} {one if n == 1 else many}" for n, one, many in counted if n]
    return " and ".join(words) or "nobody yet"


def sentence(role: str, one: Worked, language: str) -> Pair:
    """Say what becomes of an example, with the tone of it."""
    amount = money(format_amount(one.amount, one.currency), one.currency, language=language)
    if one.is_free:
        amount += " of goodwill"
    if not one.waits:
        return f"{amount}: {'paid' if role == POLICY else 'promised'} at once.", ""
    if not one.agree:
        why = "nobody’s limit reaches so far" if one.why else "no second person may agree"
        return f"{amount}: waits, and {why}. It can only be dropped.", "bad"
    agree = " or ".join(_ONE.get(each, f"a key of the role {each}") for each in one.agree)
    who = f"a second person agrees: {agree}" if one.is_eyes else f"{agree} agrees"
    return f"{amount}: waits until {who}.", "warn"


# ---------------------------------------------------------------- all of them


async def _all(seat: Seat, wrong: Mapping[str, str] | None = None) -> Response[Any]:
    """Show every role with its limit; a role that was asked for by its word has its own page."""
    asked = seat.query.get("role", "").strip()
    if asked and not wrong:
        if ROLE.fullmatch(asked):
            return seat.go_on(seat.address(f"{PATH}/{asked}"))
        wrong = {"role": _NO_ROLE}
    said = await limits.said_in(seat.house, seat.workspace_id)
    control, held = limits.rules_of_said(said), standing.holders(seat.config)
    roles = _roles(seat, said, held)
    waiting = body_of(await approvals.counted(seat.house, seat.workspace_id))
    return seat.page(
        "staff_settings_limits.html",
        422 if wrong else 200,
        rows=[
            {
                "role": role,
                "name": name_of(role),
                "about": _ABOUT.get(role, "Keys that were given this role."),
                "held": held_words(role, held.get(role, Holders())),
                "limit": limit,
                "up_to": amounts(limit.settlement, seat.language) if limit else "",
                "freely": amounts(limit.adjustment, seat.language)
                if limit and limit.adjustment is not None
                else "",
                "examples": [
                    sentence(role, one, seat.language)
                    for one in standing.worked(control, role, held)
                ],
            }
            for role in roles
            for limit in [said.limits.get(role)]
        ],
        said=said,
        eyes=[sentence("", one, seat.language) for one in standing.worked_eyes(control, held)],
        above=amounts(_eyes(said), seat.language),
        change=await _changed(seat),
        waiting=waiting,
        is_owner=_is_owner(seat),
        asked=asked,
        wrong=wrong or {},
    )


def _roles(seat: Seat, said: MoneyControlPut, held: Mapping[str, Holders]) -> list[str]:
    """List the roles whose limit can matter, admins last."""
    known = {*said.limits, *held, *_ALWAYS}
    shown = [one for one in known if one in said.limits or standing.may_promise(one, seat.config)]
    order = {POLICY: 0, "agent": 1, OWNER: 3}
    return sorted(shown, key=lambda one: (order.get(one, 2), one))


def _is_owner(seat: Seat) -> bool:
    return seat.principal.role == OWNER and seat.may("settings:write")


async def _changed(seat: Seat) -> dict[str, object] | None:
    """Say when limits were said last, and by whom."""
    change = await standing.last_change(seat.house, seat.workspace_id)
    if change is None:
        return None
    people = await roster.roster(seat.house, seat.workspace_id)
    names = {f"person:{one.person.id}": one.person.name for one in people}
    keys = {f"api_key:{one.id}": f"the API key {one.name}" for one in seat.config.keys.values()}
    by = {**names, **keys}.get(change.by)
    return {"at": change.at, "by": by or change.by, "act": change.act}


# ---------------------------------------------------------------- one of them


def _kept_rows(said: MoneyControlPut, role: str) -> list[Row]:
    if role == FOUR_EYES:
        return [Row(currency=one, settlement=text) for one, text in _eyes(said).items()]
    limit = said.limits.get(role)
    if limit is None:
        return []
    free = limit.adjustment or {}
    return [
        Row(
            currency=one,
            settlement=limit.settlement.get(one, "0"),
            adjustment=free.get(one, "" if limit.adjustment is None else "0"),
        )
        for one in dict.fromkeys((*limit.settlement, *free))
    ]


def _eyes(said: MoneyControlPut) -> Mapping[str, str]:
    return said.four_eyes_above or {}


def _has(said: MoneyControlPut, role: str) -> bool:
    return said.four_eyes_above is not None if role == FOUR_EYES else role in said.limits


async def _one(
    seat: Seat,
    wrong: Mapping[str, str] | None = None,
    typed: Iterable[Row] | None = None,
    status: int | None = None,
) -> Response[Any]:
    """Show a role's limit, to be said anew or taken away."""
    role = seat.params["role"]
    if role != FOUR_EYES and not ROLE.fullmatch(role):
        return seat.nowhere("role")
    said = await limits.said_in(seat.house, seat.workspace_id)
    held = standing.holders(seat.config)
    rows = _kept_rows(said, role) if typed is None else list(typed)
    if len(rows) < CURRENCIES_MAX:
        rows.append(Row(currency="" if rows else seat.config.currency))
    control = limits.rules_of_said(said)
    examples = (
        standing.worked_eyes(control, held)
        if role == FOUR_EYES
        else standing.worked(control, role, held)
    )
    return seat.page(
        "staff_settings_limit.html",
        status or (422 if wrong else 200),
        role=role,
        name="Four eyes" if role == FOUR_EYES else name_of(role),
        about=_ABOUT.get(role, "Keys that were given this role."),
        is_eyes=role == FOUR_EYES,
        is_policy=role == POLICY,
        held=held_words(role, held.get(role, Holders())),
        has=_has(said, role),
        rows=rows,
        currencies=[("", "–"), *((one, one) for one in _currencies(seat))],
        examples=[sentence(role, one, seat.language) for one in examples],
        seen=limits.mark_of(said),
        is_owner=_is_owner(seat),
        wrong=wrong or {},
    )


def _currencies(seat: Seat) -> list[str]:
    """List currencies, the workspace's own first."""
    return sorted(EXPONENTS, key=lambda one: (one != seat.config.currency, one))


def _typed(fields: Form) -> list[Row]:
    """Read the lines of the form; one without an amount is left out, or taken away."""
    rows = [
        Row(
            currency=fields.get(f"currency_{n}", "").strip(),
            settlement=fields.get(f"settlement_{n}", "").strip()[:32],
            adjustment=fields.get(f"adjustment_{n}", "").strip()[:32],
        )
        for n in range(CURRENCIES_MAX)
    ]
    return [one for one in rows if one.settlement or one.adjustment]


def _wrong(rows: list[Row]) -> dict[str, str]:
    """Say what is wrong with the lines, each beside its field."""
    wrong: dict[str, str] = {} if rows else {"settlement_0": _NO_AMOUNT}
    is_free = any(one.adjustment for one in rows)
    for n, one in enumerate(rows):
        if one.currency not in EXPONENTS:
            wrong[f"currency_{n}"] = _NO_CURRENCY
            continue
        if one.currency in {other.currency for other in rows[:n]}:
            wrong[f"currency_{n}"] = _TWICE
        if not one.settlement:
            wrong[f"settlement_{n}"] = _NO_AMOUNT
        elif (why := _misread(one.settlement, one.currency)) is not None:
            wrong[f"settlement_{n}"] = why
        if is_free and not one.adjustment:
            wrong[f"adjustment_{n}"] = _NOT_EACH
        elif is_free and (why := _misread(one.adjustment, one.currency)) is not None:
            wrong[f"adjustment_{n}"] = why
    return wrong


def _misread(text: str, currency: str) -> str | None:
    """Say why an amount cannot be read; more decimals than are paid may be thousands."""
    decimals = len(text.partition(".")[2])
    amount = parse_amount(text, currency)
    if amount is not None and amount >= 0 and decimals <= EXPONENTS[currency]:
        return None
    return f"Write it as it is paid, such as {format_amount(25000, currency)}, with no separators."


async def _take(seat: Seat, fields: Form) -> Response[Any]:
    """Say a role's limit anew, or take it away."""
    role = seat.params["role"]
    if role != FOUR_EYES and not ROLE.fullmatch(role):
        return seat.nowhere("role")
    said = await limits.said_in(seat.house, seat.workspace_id)
    if fields.get("act") == "drop":
        return await _put(seat, fields, _without(said, role))
    rows = _typed(fields)
    wrong = _wrong(rows)
    if len({*said.limits, role} - {FOUR_EYES}) > ROLES_MAX:
        wrong["settlement_0"] = _TOO_MANY
    if wrong:
        return await _one(seat, wrong, rows)
    return await _put(seat, fields, _with(said, role, rows), rows)


def _with(said: MoneyControlPut, role: str, rows: list[Row]) -> MoneyControlPut:
    given = {one.currency: one.settlement for one in rows}
    if role == FOUR_EYES:
        return replace(said, four_eyes_above=given)
    free = {one.currency: one.adjustment for one in rows} if rows[0].adjustment else None
    limit = LimitGiven(settlement=given, adjustment=free)
    return replace(said, limits={**said.limits, role: limit})


def _without(said: MoneyControlPut, role: str) -> MoneyControlPut:
    if role == FOUR_EYES:
        return replace(said, four_eyes_above=None)
    return replace(said, limits={one: limit for one, limit in said.limits.items() if one != role})


async def _put(
    seat: Seat, fields: Form, said: MoneyControlPut, typed: list[Row] | None = None
) -> Response[Any]:
    """Say all of it anew, unless somebody did since the form was made."""
    try:
        await limits.put(seat.house, seat.principal, said, fields.get("seen", ""))
    except InvalidRequest as error:
        words = error.errors[0].detail
        status = 409 if error.errors[0].code == limits.CHANGED else 422
        return await _one(seat, {"settlement_0": words}, typed, status)
    name = "Four eyes" if seat.params["role"] == FOUR_EYES else name_of(seat.params["role"])
    words = f"{name}: it holds for what is promised from now on."
    if typed is None:
        words = f"{name}: no limit from now on. What waits for agreement goes on waiting."
    return seat.go_on(seat.address(PATH), notice=words)
