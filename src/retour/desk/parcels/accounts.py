"""Carrier accounts: whose labels a workspace can have, tried out by a button.

What proves us at a carrier is sealed by the master key for one workspace and one code, is never
answered again, and stays as it is where a later put leaves it out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta

from retour.desk.outcome import Done, NotFound, Outcome, VersionDiffers
from retour.desk.pages import Page, paged
from retour.desk.proving import Proofs
from retour.dialects.view import View, instant
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body
from retour.store.parcel_links import hook_token
from retour.store.parcels import (
    Account,
    AccountPut,
    drop_account,
    hanging_on,
    list_accounts,
    one_account,
    put_account,
)

if TYPE_CHECKING:
    from retour.desk.house import House

SANDBOX: Final = "sandbox"
_ENCODE: Final = msgspec.json.Encoder()
_MISSING: Final = NotFound(what="carrier account")
_KNOWN_MAX: Final = 100
"""Accounts that can be chosen from; a workspace has a few."""
CODE: Final = r"^[a-z0-9_]{1,40}$"
Secret = Annotated[str, Meta(min_length=1, max_length=500)]


class Parcelled(Body):
    """What a parcel weighs and measures where nobody says; carriers want to know."""

    weight_g: Annotated[int, Meta(ge=1, le=100_000)] = 1000
    length_mm: Annotated[int, Meta(ge=1, le=5000)] = 300
    width_mm: Annotated[int, Meta(ge=1, le=5000)] = 200
    height_mm: Annotated[int, Meta(ge=1, le=5000)] = 100


class CarrierAccountPut(Body):
    """What an account is.

    Args:
        api_key: What proves us there; stays as it was where it is left out.
        webhook_secret: What the carrier signs its messages with; likewise.
        carriers: Only of these carriers behind it, by their names; all where none is named.
        label_format: What its labels are asked as.
    """

    carrier: Literal["easypost"]
    name: Annotated[str, Meta(min_length=1, max_length=255)]
    api_key: Secret | None = None
    webhook_secret: Secret | None = None
    carriers: Annotated[tuple[Secret, ...], Meta(max_length=50)] = ()
    label_format: Literal["pdf", "png", "zpl"] = "pdf"
    parcel: Parcelled = Parcelled()


class Terms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An account's settings as stored, without what is sealed."""

    carriers: tuple[str, ...] = ()
    label_format: str = "pdf"
    parcel: Parcelled = Parcelled()


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What is sealed."""

    api_key: str
    webhook_secret: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An account with what proves us."""

    code: str
    carrier: str
    terms: Terms
    credentials: Credentials


_TERMS: Final = msgspec.json.Decoder(Terms)
_PROOFS: Final = Proofs("carrier_account")
_CREDENTIALS: Final = msgspec.json.Decoder(Credentials)


async def put(
    house: House, workspace_id: int, code: str, given: CarrierAccountPut, seen: int | None = None
) -> Outcome:
    """Make an account, or say anew what it is.

    Args:
        seen: The version that is written over; any where it is None, 0 where there is none yet.

    Raises:
        InvalidRequest: Its code is taken, or a first key is missing.
    """
    if code == SANDBOX or not _is_code(code):
        detail = "Give a code of 1 to 40 small letters, digits and _; 'sandbox' is taken."
        raise InvalidRequest(FieldError(pointer="/code", code="bad_value", detail=detail))
    async with house.database.transaction(workspace_id) as connection:
        before = await one_account(connection, workspace_id, code)
        current = 0 if before is None else before.version
        if seen not in (None, current):
            return VersionDiffers(current=current)
        known = None if before is None else _opened(house, workspace_id, before).credentials
        api_key = given.api_key or (known.api_key if known else None)
        if api_key is None:
            detail = "A new account needs its key. Give api_key."
            raise InvalidRequest(FieldError(pointer="/api_key", code="required", detail=detail))
        secret = given.webhook_secret or (known.webhook_secret if known else None)
        proof = _ENCODE.encode(Credentials(api_key=api_key, webhook_secret=secret))
        terms = Terms(carriers=given.carriers, label_format=given.label_format, parcel=given.parcel)
        account = AccountPut(
            code=code,
            carrier=given.carrier,
            name=given.name,
            body=_ENCODE.encode(terms).decode(),
            credentials=_PROOFS.seal(house, workspace_id, code, proof),
        )
        await put_account(connection, workspace_id, account)
        kept = await one_account(connection, workspace_id, code)
    assert kept is not None, "it was put just now"
    status = 200 if before else 201
    body = _ENCODE.encode(_view(house, workspace_id, kept))
    return Done(status=status, body=body, version=kept.version)


def _is_code(code: str) -> bool:
    return re.fullmatch(CODE, code) is not None


async def look_up(house: House, workspace_id: int, code: str) -> Outcome:
    """Give one account."""
    async with house.database.transaction(workspace_id) as connection:
        account = await one_account(connection, workspace_id, code)
    if account is None:
        return _MISSING
    body = _ENCODE.encode(_view(house, workspace_id, account))
    return Done(status=200, body=body, version=account.version)


async def uses(house: House, workspace_id: int, code: str) -> Outcome:
    """Say what hangs on an account: policies that label by it, and labels that it still owes."""
    async with house.database.transaction(workspace_id) as connection:
        if code != SANDBOX and await one_account(connection, workspace_id, code) is None:
            return _MISSING
        policies, labels = await hanging_on(connection, workspace_id, code)
    return Done(status=200, body=_ENCODE.encode({"policies": policies, "labels": labels}))


async def listing(house: House, workspace_id: int, page: Page) -> Outcome:
    """Give a page of accounts, by code."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await list_accounts(connection, workspace_id, page.after, page.limit + 1)
    return paged(rows, page, lambda one: _view(house, workspace_id, one), key=lambda one: one.code)


async def known_carriers(house: House, workspace_id: int) -> dict[str, str]:
    """Give what labels can be had by here, codes with names: the sandbox's only in a sandbox."""
    config = await house.configs.recent(workspace_id)
    async with house.database.transaction(workspace_id) as connection:
        rows = await list_accounts(connection, workspace_id, "", _KNOWN_MAX)
    play = {SANDBOX: "The sandbox\u2019s carrier"} if config and config.is_sandbox else {}
    return {**play, **{one.code: one.name for one in rows}}


async def drop(house: House, workspace_id: int, code: str) -> Outcome:
    """Forget an account; labels it made stay, nothing more is asked of it."""
    async with house.database.transaction(workspace_id) as connection:
        gone = await drop_account(connection, workspace_id, code)
    return Done(status=204, body=b"") if gone else _MISSING


async def open_account(house: House, workspace_id: int, code: str) -> Opened | None:
    """Give an account with what proves us there."""
    async with house.database.transaction(workspace_id) as connection:
        account = await one_account(connection, workspace_id, code)
    return None if account is None else _opened(house, workspace_id, account)


def _opened(house: House, workspace_id: int, account: Account) -> Opened:
    proof = _PROOFS.open(house, workspace_id, account.code, account.credentials)
    return Opened(
        code=account.code,
        carrier=account.carrier,
        terms=_TERMS.decode(account.body),
        credentials=_CREDENTIALS.decode(proof),
    )


def _view(house: House, workspace_id: int, account: Account) -> View:
    terms = _TERMS.decode(account.body)
    token = hook_token(house.vault, workspace_id, account.code)
    return {
        "code": account.code,
        "carrier": account.carrier,
        "name": account.name,
        "carriers": list(terms.carriers),
        "label_format": terms.label_format,
        "parcel": msgspec.to_builtins(terms.parcel),
        "has_webhook_secret": _opened(house, workspace_id, account).credentials.webhook_secret
        is not None,
        "hook_url": f"{house.settings.public_base}/hooks/{account.carrier}/{token}",
        "version": account.version,
        "created_at": instant(account.created_at),
        "updated_at": instant(account.updated_at),
    }
