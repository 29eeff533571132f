"""The account at ChannelEngine: set up, tried out, let live, and its key renewed.

What proves us there is sealed by the master key for one workspace and one code, is never answered
again, and stays as it is where a later put leaves it out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta

from retour.desk.channels.alarms import go_on
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, envelope
from retour.desk.policies import PhasesBody, PolicyPut
from retour.desk.policies import put as put_policy
from retour.desk.proving import Proofs
from retour.dialects.view import View, instant
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body, Word
from retour.lifecycle.model import Approval
from retour.policy.model import ConsumerLaw
from retour.store import channels as store
from retour.store.channels import ChannelAccount
from retour.store.parcel_links import hook_token, read_hook_token
from retour.store.statements import named
from retour.store.telling import bump_epoch

if TYPE_CHECKING:
    from retour.desk.house import House

MISSING: Final = NotFound(what="channel account")
_ENCODE: Final = msgspec.json.Encoder()
_CODE: Final = re.compile(r"[a-z0-9_]{1,30}")
_PLACES: Final = named("places")

Theirs = Literal[
    "PRODUCT_DEFECT",
    "PRODUCT_UNSATISFACTORY",
    "WRONG_PRODUCT",
    "TOO_MANY_PRODUCTS",
    "REFUSED",
    "REFUSED_DAMAGED",
    "WRONG_ADDRESS",
    "NOT_COLLECTED",
    "WRONG_SIZE",
    "OTHER",
]


class ChannelAccountPut(Body):
    """What an account is.

    Args:
        tenant: The first part of the address at ChannelEngine.
        api_key: A merchant API key; stays as it was where it is left out.
        since: Returns declared from then on are found; 30 days back unless said.
        reasons: What our codes of reasons are called there, beside the usual ones.
        fetch_orders: Orders that we do not have are fetched from there.
        whole_only: Marketplaces that take a return as a whole, by the names they have there.
    """

    tenant: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    name: Annotated[str, Meta(min_length=1, max_length=255)]
    api_key: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._~-]{8,255}$")] | None = None
    since: datetime | None = None
    reasons: Annotated[dict[str, Theirs], Meta(max_length=200)] = msgspec.field(
        default_factory=dict[str, Theirs]
    )
    fetch_orders: bool = True
    whole_only: Annotated[tuple[Word, ...], Meta(max_length=100)] = ()


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an account beside its key."""

    reasons: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    fetch_orders: bool = True
    whole_only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An account with what proves us."""

    workspace_id: int
    account: ChannelAccount
    facts: Facts
    api_key: str

    @property
    def channel_policy(self) -> str:
        """Name the policy of returns that marketplaces declare."""
        return f"{self.account.code}_channel"

    @property
    def merchant_policy(self) -> str:
        """Name the policy of returns that come from our portal."""
        return f"{self.account.code}_merchant"


_PROOFS: Final = Proofs("channel_account")
_FACTS: Final = msgspec.json.Decoder(Facts)


def opened(house: House, workspace_id: int, account: ChannelAccount) -> Opened:
    """Open what is sealed of an account.

    Raises:
        InvalidRequest: The master key is not the one it was sealed with.
    """
    key = _PROOFS.open(house, workspace_id, account.code, account.credentials)
    return Opened(
        workspace_id=workspace_id,
        account=account,
        facts=_FACTS.decode(account.facts),
        api_key=key.decode(),
    )


async def open_account(house: House, workspace_id: int, code: str | None = None) -> Opened | None:
    """Give an account, or the workspace's one, with what proves us there.

    Raises:
        InvalidRequest: The master key is not the one it was sealed with.
    """
    async with house.database.transaction(workspace_id) as connection:
        known = await store.list_accounts(connection, workspace_id)
    found = next((one for one in known if code in {None, one.code}), None)
    return None if found is None else opened(house, workspace_id, found)


async def put(house: House, workspace_id: int, code: str, given: ChannelAccountPut) -> Outcome:
    """Make an account, or say anew what it is; a new key is used from the next call on.

    Raises:
        InvalidRequest: Its code is none, a first key is missing, or there is another account.
    """
    if _CODE.fullmatch(code) is None:
        raise _wrong("/code", "bad_value", "Give a code of 1 to 30 small letters, digits and _.")
    if given.since is not None and given.since.tzinfo is None:
        raise _wrong("/since", "no_offset", "Give the instant with its offset.")
    async with house.database.transaction(workspace_id) as connection:
        await bump_epoch(connection, workspace_id)  # First: two puts at once take turns here.
        known = await store.list_accounts(connection, workspace_id)
        before = next((one for one in known if one.code == code), None)
        if known and before is None:
            detail = (
                f"Account {known[0].code!r} is there already, and one serves all marketplaces. Put"
                " or delete that."
            )
            raise _wrong("/code", "bad_value", detail)
        key = given.api_key
        if key is None and before is not None:
            key = opened(house, workspace_id, before).api_key
        if key is None:
            raise _wrong("/api_key", "required", "A new account needs its key. Give api_key.")
        is_elsewhere = before is None or before.tenant != given.tenant or given.api_key is not None
        facts = Facts(
            reasons={**given.reasons}, fetch_orders=given.fetch_orders, whole_only=given.whole_only
        )
        await store.put_account(
            connection,
            workspace_id,
            code,
            tenant=given.tenant,
            name=given.name,
            credentials=_PROOFS.seal(house, workspace_id, code, key.encode()),
            facts=_ENCODE.encode(facts).decode(),
            since=given.since,
            is_elsewhere=is_elsewhere,
            is_keyed=given.api_key is not None,
        )
        told = set[str]()
        if before is not None and is_elsewhere:
            told = await go_on(connection, workspace_id, before)
        kept = await store.one_account(connection, workspace_id, code)
    assert kept is not None, "it was put just now"
    house.configs.forget(workspace_id)
    house.hints(workspace_id, told)
    return Done(status=200 if before else 201, body=_body(house, workspace_id, kept))


def _wrong(pointer: str, code: str, detail: str) -> InvalidRequest:
    return InvalidRequest(FieldError(pointer=pointer, code=code, detail=detail))


async def look_up(house: House, workspace_id: int, code: str) -> Outcome:
    """Give one account."""
    async with house.database.transaction(workspace_id) as connection:
        account = await store.one_account(connection, workspace_id, code)
    if account is None:
        return MISSING
    return Done(status=200, body=_body(house, workspace_id, account))


async def listing(house: House, workspace_id: int, page: Page) -> Outcome:
    """Give the accounts: one, or none."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await store.list_accounts(connection, workspace_id, page.after, page.limit)
    return Done(status=200, body=envelope([_body(house, workspace_id, one) for one in rows], None))


async def drop(house: House, workspace_id: int, code: str) -> Outcome:
    """Forget an account: nothing is found or told by it any more."""
    async with house.database.transaction(workspace_id) as connection:
        gone = await store.drop_account(connection, workspace_id, code)
        if gone:
            await bump_epoch(connection, workspace_id)
    house.configs.forget(workspace_id)
    return Done(status=204, body=b"") if gone else MISSING


async def make_policies(house: House, workspace_id: int, code: str) -> Outcome:
    """Make the account's two policies where they are not there yet."""
    account = await open_account(house, workspace_id, code)
    if account is None:
        return MISSING
    made = await missing_policies(house, account)
    for policy_id in made:
        await put_policy(house, workspace_id, policy_id, dedicated())
    both = [account.channel_policy, account.merchant_policy]
    body = {"policies": both, "made": made}
    return Done(status=200, body=_ENCODE.encode(body))


async def missing_policies(house: House, account: Opened) -> list[str]:
    """Name the account's policies that are not there yet."""
    missing: list[str] = []
    async with house.database.transaction(account.workspace_id) as connection:
        for policy_id in (account.channel_policy, account.merchant_policy):
            known = await connection.fetchrow(
                _PLACES["latest_policy"], account.workspace_id, policy_id
            )
            if known is None:
                missing.append(policy_id)
    return missing


async def go_live(house: House, workspace_id: int, code: str) -> Outcome:
    """Make the two policies where they are not there yet, and let the account look for returns.

    Raises:
        InvalidRequest: No test call came well with the account as it stands.
    """
    account = await open_account(house, workspace_id, code)
    if account is None:
        return MISSING
    if account.account.tested_at is None:
        detail = "ChannelEngine has not let this account in yet. Make a test call, then go live."
        raise _wrong("/channel_account", "bad_value", detail)
    await make_policies(house, workspace_id, code)
    return await _enter(house, workspace_id, code, "live")


async def pause(house: House, workspace_id: int, code: str) -> Outcome:
    """Look for no returns; what is being settled is told all the same."""
    return await _enter(house, workspace_id, code, "paused")


async def look_now(house: House, workspace_id: int, code: str) -> Outcome:
    """Have a live account look for returns at once; one that rests goes on resting."""
    async with house.database.transaction(workspace_id) as connection:
        await store.wake_account(connection, workspace_id, code)
    return await look_up(house, workspace_id, code)


async def _enter(house: House, workspace_id: int, code: str, stage: str) -> Outcome:
    told = set[str]()
    async with house.database.transaction(workspace_id) as connection:
        await bump_epoch(connection, workspace_id)
        before = await store.one_account(connection, workspace_id, code)
        await store.set_stage(connection, workspace_id, code, stage)
        if before is not None and stage == "live":
            told = await go_on(connection, workspace_id, before)
    house.configs.forget(workspace_id)
    house.hints(workspace_id, told)
    return await look_up(house, workspace_id, code)


def dedicated() -> PolicyPut:
    """Give what both policies begin as: the marketplace owns request and label, we the goods."""
    return PolicyPut(
        approval=Approval.AUTO,
        settlement=Approval.AUTO,
        completion=Approval.AUTO,
        consumer_law=ConsumerLaw.OFF,  # The marketplace grants it.
        window_days=365,
        phases=PhasesBody(authorization=False, logistics=False),
    )


def _body(house: House, workspace_id: int, account: ChannelAccount) -> bytes:
    facts = _FACTS.decode(account.facts)
    view: View = {
        "code": account.code,
        "tenant": account.tenant,
        "name": account.name,
        "stage": account.stage,
        "reasons": facts.reasons,
        "fetch_orders": facts.fetch_orders,
        "whole_only": list(facts.whole_only),
        "channel_policy": f"{account.code}_channel",
        "merchant_policy": f"{account.code}_merchant",
        "ping_url": ping_url(house, workspace_id, account.code),
        "pinged_since": maybe_instant(account.hook_at),
        "seen_until": instant(account.watermark),
        "polled_at": maybe_instant(account.polled_at),
        "due_at": instant(account.due_at),
        "trouble": account.trouble,
        "refused_at": maybe_instant(account.refused_at),
        "version": account.version,
        "created_at": instant(account.created_at),
        "updated_at": instant(account.updated_at),
    }
    return _ENCODE.encode(view)


async def wake_by_ping(house: House, token: str) -> bool:
    """Have an account look at once, named by the token of its ping; False where it names none."""
    right = read_hook_token(house.vault, token)
    if right is None:
        return False
    async with house.database.transaction(right[0]) as connection:
        await store.wake_account(connection, *right)
    return True


def ping_url(house: House, workspace_id: int, code: str) -> str:
    """Give the address at which ChannelEngine says that there is something new."""
    token = hook_token(house.vault, workspace_id, code)
    return f"{house.settings.public_base}/hooks/channelengine/{token}"


def maybe_instant(at: datetime | None) -> str | None:
    """Write an instant, if it is one."""
    return None if at is None else instant(at)
