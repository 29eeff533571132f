"""What a workspace says of money: how much which role promises alone, and when four eyes look."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta

from retour.desk.outcome import Done, Outcome
from retour.kernel.money import EXPONENTS, parse_amount
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Amount, Body
from retour.lifecycle.money.control import OWNER, MoneyControl, RoleLimit
from retour.store.control import control_said, say_control
from retour.store.telling import bump_epoch, take_turn

if TYPE_CHECKING:
    from retour.desk.config import Principal
    from retour.desk.house import House

ROLE: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
ROLES_MAX: Final = 50
CURRENCIES_MAX: Final = 20
CHANGED: Final = "changed_meanwhile"
_ENCODE: Final = msgspec.json.Encoder()

ByCurrency = Annotated[dict[str, Amount], Meta(max_length=CURRENCIES_MAX)]
"""Amounts by currency."""


class LimitGiven(Body):
    """Up to how much a role promises alone; of a currency that is missing, nothing.

    Args:
        settlement: Of what one return gives in all without anybody's agreement.
        adjustment: Of that, what is given freely; left out, it is limited no further.
    """

    settlement: ByCurrency
    adjustment: ByCurrency | None = None


class MoneyControlPut(Body):
    """How much whom may promise alone; what is missing has no limit.

    Args:
        limits: By role of a key; ``policy`` is what settles by itself.
        four_eyes_above: Above it another key than who proposed and promised has to agree.
        store_credit: Who keeps what customers have: Retour's own ledger, or another system that is
            told of each leg and reports.
    """

    limits: Annotated[dict[str, LimitGiven], Meta(max_length=ROLES_MAX)] = {}
    four_eyes_above: ByCurrency | None = None
    store_credit: Literal["own", "external"] = "own"


_SAID: Final = msgspec.json.Decoder(MoneyControlPut)


def rules_of(text: str | None) -> MoneyControl:
    """Read what was said, in minor units; without a word nothing is limited."""
    return rules_of_said(_said(text))


def mark_of(said: MoneyControlPut) -> str:
    """Give what a form made of this carries, to notice that it was changed meanwhile."""
    return hashlib.sha256(_ENCODE.encode(said)).hexdigest()[:16]


async def said_in(house: House, workspace_id: int) -> MoneyControlPut:
    """Give what is said."""
    async with house.database.transaction(workspace_id) as connection:
        return _said(await control_said(connection, workspace_id))


def _said(text: str | None) -> MoneyControlPut:
    return MoneyControlPut() if text is None else _SAID.decode(text)


async def look_up(house: House, workspace_id: int) -> Outcome:
    """Give what is said, as systems read it."""
    return Done(status=200, body=_ENCODE.encode(await said_in(house, workspace_id)))


async def put(
    house: House, asker: Principal, said: MoneyControlPut, seen: str | None = None
) -> Outcome:
    """Say it anew: what is promised from now on is compared with it.

    Args:
        seen: The mark of what it was changed from; given, nothing else may stand.

    Raises:
        InvalidRequest: The asker is no owner, an amount cannot be read, or it was changed since.
    """
    if asker.role != OWNER:
        detail = f"You ask as {asker.role}. Limits are set by an admin, or with an owner's key."
        raise InvalidRequest(FieldError(pointer="", code="not_the_owners", detail=detail))
    rules_of_said(said)
    workspace_id = asker.workspace_id
    async with house.database.transaction(workspace_id) as connection:
        await take_turn(connection, workspace_id)
        now = _said(await control_said(connection, workspace_id))
        if seen not in (None, mark_of(now)):
            detail = "The limits were changed since you looked. Look again, then say it anew."
            raise InvalidRequest(FieldError(pointer="", code=CHANGED, detail=detail))
        await say_control(connection, workspace_id, _ENCODE.encode(said).decode())
        await bump_epoch(connection, workspace_id)
    house.configs.forget(workspace_id)
    return Done(status=200, body=_ENCODE.encode(said))


def rules_of_said(said: MoneyControlPut) -> MoneyControl:
    """Read amounts in their currencies.

    Raises:
        InvalidRequest: Roles or amounts that cannot be read, each named.
    """
    errors: list[FieldError] = []
    limits: dict[str, RoleLimit] = {}
    for role, limit in said.limits.items():
        if not ROLE.fullmatch(role):
            detail = f"{role[:80]!r} is no role. Give lower case letters, digits and underscores."
            errors.append(FieldError(pointer="/limits", code="bad_role", detail=detail))
            continue
        settlement = _amounts(limit.settlement, f"/limits/{role}/settlement", errors)
        adjustment = _amounts(limit.adjustment, f"/limits/{role}/adjustment", errors)
        limits[role] = RoleLimit(settlement=settlement or {}, adjustment=adjustment)
    four_eyes = _amounts(said.four_eyes_above, "/four_eyes_above", errors)
    if errors:
        raise InvalidRequest(*errors)
    return MoneyControl(
        limits=limits, four_eyes_above=four_eyes, keeps_credit=said.store_credit == "own"
    )


def _amounts(
    said: dict[str, str] | None, pointer: str, errors: list[FieldError]
) -> dict[str, int] | None:
    """Read amounts by currency; what cannot be read is added to the errors."""
    if said is None:
        return None
    read: dict[str, int] = {}
    for currency, text in said.items():
        amount = parse_amount(text, currency) if currency in EXPONENTS else None
        if amount is None or amount < 0:
            detail = f"{text!r} is no amount of {currency[:80]!r}. Give 0 or more, as it is paid."
            errors.append(FieldError(pointer=pointer, code="bad_amount", detail=detail))
        else:
            read[currency] = amount
    return read
