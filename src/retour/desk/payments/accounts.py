"""Payment accounts: by whom a workspace's money goes back, one account at each processor.

What proves us at a processor is sealed by the master key for one workspace and one code, is never
answered again, and stays as it is where a later put leaves it out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta

from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, paged
from retour.desk.proving import Proofs
from retour.dialects.view import View, instant
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body
from retour.store.parcel_links import hook_token
from retour.store.payments import (
    Account,
    AccountPut,
    account_at,
    drop_account,
    list_accounts,
    one_account,
    put_account,
)
from retour.store.telling import bump_epoch

if TYPE_CHECKING:
    from retour.desk.house import House

STRIPE: Final = "stripe"
MISSING: Final = NotFound(what="payment account")
WEBHOOK_SECRETS_MAX: Final = 3
_ENCODE: Final = msgspec.json.Encoder()
_CODE: Final = re.compile(r"[a-z0-9_]{1,40}")
_KEY: Final = r"^(sk|rk)_(test|live)_[A-Za-z0-9_]{1,300}$"
_SIGNED_WITH: Final = r"^whsec_[A-Za-z0-9+/=_-]{1,300}$"

ApiKey = Annotated[str, Meta(pattern=_KEY)]
WebhookSecret = Annotated[str, Meta(pattern=_SIGNED_WITH)]


class PaymentAccountPut(Body):
    """What an account is.

    Args:
        api_key: A secret or restricted key; stays as it was where it is left out.
        webhook_secrets: What its messages are signed with; several while one is being replaced.
            They stay as they were where they are left out.
    """

    processor: Literal["stripe"]
    name: Annotated[str, Meta(min_length=1, max_length=255)]
    api_key: ApiKey | None = None
    webhook_secrets: (
        Annotated[tuple[WebhookSecret, ...], Meta(max_length=WEBHOOK_SECRETS_MAX)] | None
    ) = None


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What is sealed."""

    api_key: str
    webhook_secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An account with what proves us."""

    code: str
    processor: str
    credentials: Credentials


_PROOFS: Final = Proofs("payment_account")
_CREDENTIALS: Final = msgspec.json.Decoder(Credentials)


async def put(house: House, workspace_id: int, code: str, given: PaymentAccountPut) -> Outcome:
    """Make an account, or say anew what it is.

    Raises:
        InvalidRequest: Its code is none, a first key is missing, the key is of the other mode, or
            there is another account at the same processor.
    """
    if _CODE.fullmatch(code) is None:
        raise _wrong("/code", "bad_value", "Give a code of 1 to 40 small letters, digits and _.")
    config = await house.configs.recent(workspace_id)
    assert config is not None, "the key that asks belongs to it"
    if given.api_key is not None:
        _expect_mode(given.api_key, is_sandbox=config.is_sandbox)
    async with house.database.transaction(workspace_id) as connection:
        await bump_epoch(connection, workspace_id)  # First: two puts at once take turns here.
        before = await one_account(connection, workspace_id, code)
        other = await account_at(connection, workspace_id, given.processor)
        if other is not None and other.code != code:
            detail = f"Account {other.code!r} is at {given.processor} already. Put or delete that."
            raise _wrong("/processor", "bad_value", detail)
        known = None
        if before is not None and (given.api_key is None or given.webhook_secrets is None):
            known = _opened(house, workspace_id, before).credentials
        account = AccountPut(
            code=code,
            processor=given.processor,
            name=given.name,
            credentials=_PROOFS.seal(
                house, workspace_id, code, _ENCODE.encode(_merged(given, known))
            ),
        )
        await put_account(connection, workspace_id, account)
        kept = await one_account(connection, workspace_id, code)
    assert kept is not None, "it was put just now"
    house.configs.forget(workspace_id)
    status = 200 if before else 201
    return Done(status=status, body=_ENCODE.encode(_view(house, workspace_id, kept)))


def _merged(given: PaymentAccountPut, known: Credentials | None) -> Credentials:
    api_key = given.api_key or (known.api_key if known else None)
    if api_key is None:
        raise _wrong("/api_key", "required", "A new account needs its key. Give api_key.")
    secrets = given.webhook_secrets
    if secrets is None:
        secrets = known.webhook_secrets if known else ()
    return Credentials(api_key=api_key, webhook_secrets=secrets)


def _expect_mode(api_key: str, *, is_sandbox: bool) -> None:
    """Keep play money and money apart, whichever side the mistake is on."""
    if api_key.split("_")[1] == "test" and not is_sandbox:
        detail = "This workspace is live and the key is a test key. Give the live key."
        raise _wrong("/api_key", "bad_value", detail)
    if api_key.split("_")[1] == "live" and is_sandbox:
        detail = "This workspace is a sandbox and the key moves real money. Give the test key."
        raise _wrong("/api_key", "bad_value", detail)


def _wrong(pointer: str, code: str, detail: str) -> InvalidRequest:
    return InvalidRequest(FieldError(pointer=pointer, code=code, detail=detail))


async def look_up(house: House, workspace_id: int, code: str) -> Outcome:
    """Give one account."""
    async with house.database.transaction(workspace_id) as connection:
        account = await one_account(connection, workspace_id, code)
    if account is None:
        return MISSING
    return Done(status=200, body=_ENCODE.encode(_view(house, workspace_id, account)))


async def listing(house: House, workspace_id: int, page: Page) -> Outcome:
    """Give a page of accounts, by code."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await list_accounts(connection, workspace_id, page.after, page.limit + 1)
    return paged(rows, page, lambda one: _view(house, workspace_id, one), key=lambda one: one.code)


async def drop(house: House, workspace_id: int, code: str) -> Outcome:
    """Forget an account: no refund starts by it any more, and those under way fail in words."""
    async with house.database.transaction(workspace_id) as connection:
        gone = await drop_account(connection, workspace_id, code)
        if gone:
            await bump_epoch(connection, workspace_id)
    house.configs.forget(workspace_id)
    return Done(status=204, body=b"") if gone else MISSING


async def open_account(house: House, workspace_id: int, code: str) -> Opened | None:
    """Give an account with what proves us there.

    Raises:
        InvalidRequest: The master key is not the one it was sealed with.
    """
    async with house.database.transaction(workspace_id) as connection:
        account = await one_account(connection, workspace_id, code)
    return None if account is None else _opened(house, workspace_id, account)


async def open_account_at(house: House, workspace_id: int, processor: str) -> Opened | None:
    """Give the account at a processor with what proves us there.

    Raises:
        InvalidRequest: The master key is not the one it was sealed with.
    """
    async with house.database.transaction(workspace_id) as connection:
        account = await account_at(connection, workspace_id, processor)
    return None if account is None else _opened(house, workspace_id, account)


def _opened(house: House, workspace_id: int, account: Account) -> Opened:
    proof = _PROOFS.open(house, workspace_id, account.code, account.credentials)
    return Opened(
        code=account.code,
        processor=account.processor,
        credentials=_CREDENTIALS.decode(proof),
    )


def _view(house: House, workspace_id: int, account: Account) -> View:
    opened = _opened(house, workspace_id, account).credentials
    token = hook_token(house.vault, workspace_id, account.code)
    return {
        "code": account.code,
        "processor": account.processor,
        "name": account.name,
        "mode": opened.api_key.split("_")[1],
        "webhook_secrets": len(opened.webhook_secrets),
        "hook_url": f"{house.settings.public_base}/hooks/{account.processor}/{token}",
        "version": account.version,
        "created_at": instant(account.created_at),
        "updated_at": instant(account.updated_at),
    }
