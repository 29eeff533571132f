"""A look at what marketplaces declared: page by page, each kept before the next is asked for.

Everything declared before the watermark has been seen.  It moves once all pages behind it are kept,
so a look that is cut off is made again from there, and what it finds again changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec
import structlog
from msgspec import structs
from prometheus_client import Counter

from retour.desk.channels.accounts import open_account
from retour.desk.channels.alarms import stop_refused
from retour.desk.channels.hooks import register
from retour.desk.channels.taking import acknowledge, close, set_aside, take
from retour.gateways.channelengine import Fault, Trouble
from retour.kernel.problems import InvalidRequest
from retour.store import channels as store
from retour.store.channels import Seen
from retour.store.failures import is_transient

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from retour.desk.channels.accounts import Opened
    from retour.desk.channels.calling import Calls
    from retour.desk.house import House
    from retour.gateways.channelengine.client import ChannelEngine
    from retour.gateways.channelengine.messages import ReturnRead
    from retour.store.channels import Found

PAUSE_S: Final = 20 * 60
"""Between two looks that nobody asked for."""
TROUBLE_S: Final = 5 * 60
PAGES_MAX: Final = 200
"""Twenty thousand returns in one look; the next goes on behind them."""
OVERLAP: Final = timedelta(minutes=10)
"""What is declared in the very moment of a look is seen by the next."""
CANCELED_WITHIN: Final = timedelta(days=90)
"""How long ago a return was declared that the marketplace may still cancel."""
HOOK_LOOK: Final = timedelta(days=1)
UNEXPECTED: Final = Counter(
    "retour_channel_looks_broken_total", "Looks at channels that broke off unexpectedly."
)
_START: Final = datetime.fromtimestamp(0, UTC)
_LOG: Final = structlog.get_logger()
_BATCH: Final = 100
_NAME_MAX: Final = 255
_ENCODE: Final = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class _Look:
    """One turn of an account."""

    house: House
    workspace_id: int
    account: Opened
    client: ChannelEngine
    until: datetime  # No return was declared later than this, whatever it says.

    @property
    def code(self) -> str:
        return self.account.account.code


async def poll(house: House, calls: Calls, workspace_id: int, code: str) -> bool:
    """Look once, where it is the account's turn; says whether it was."""
    async with house.database.transaction(workspace_id) as connection:
        taken_until = await store.take_account(connection, workspace_id, code)
    if taken_until is None:
        return False
    fault, watermark = await _survived(house, calls, workspace_id, code, until=taken_until)
    async with house.database.transaction(workspace_id) as connection:
        await store.end_turn(
            connection,
            workspace_id,
            code,
            taken_until=taken_until,
            pause_s=PAUSE_S if fault is None else fault.after_s or TROUBLE_S,
            watermark=watermark,
            trouble=None if fault is None else fault.words,
        )
    return True


async def _survived(
    house: House, calls: Calls, workspace_id: int, code: str, *, until: datetime
) -> tuple[Fault | None, datetime]:
    """Look; what nobody thought of ends this turn in words, and the next begins as usual."""
    try:
        return await _looked(house, calls, workspace_id, code, until=until)
    except Exception as error:
        if is_transient(error):
            raise  # The database is away: the turn falls due again by itself.
        _complain(workspace_id, code, error)
        words = (
            "The look broke off for a reason of our own, and is made again. Should it stay so, tell"
            f" us: {type(error).__name__}."
        )
        return Fault(trouble=Trouble.LOST, words=words), _START


def _complain(workspace_id: int, code: str, error: Exception) -> None:
    UNEXPECTED.inc()
    _LOG.error(
        "a look at a channel met a bug", workspace=workspace_id, account=code, exc_info=error
    )


async def _looked(
    house: House, calls: Calls, workspace_id: int, code: str, *, until: datetime
) -> tuple[Fault | None, datetime]:
    """Look, and say up to when everything has been seen."""
    start = _START
    try:
        account = await open_account(house, workspace_id, code)
    except InvalidRequest as error:
        return Fault(trouble=Trouble.REFUSED, words=str(error)), start
    if account is None:
        return None, start
    client = await calls.client(account)
    if isinstance(client, Fault):
        return client, start
    look = _Look(house, workspace_id, account, client, until)
    newest = await _keep_new(look)
    fault = newest if isinstance(newest, Fault) else None
    for step in (_follow_canceled, _take_found, _acknowledge, _be_pinged):
        if fault is None:
            fault = await step(look)
    if fault is not None and fault.trouble is Trouble.STRANGER:
        await stop_refused(house, account, fault)
    if fault is None and _is_first_with_its_key(account):
        await _wake_legs(house, workspace_id)
    return fault, start if isinstance(newest, Fault) else newest


def _is_first_with_its_key(account: Opened) -> bool:
    polled = account.account.polled_at
    return polled is None or polled < account.account.keyed_at


async def _wake_legs(house: House, workspace_id: int) -> None:
    """Have payments told that met the old key in the very moment in which the new one came."""
    async with house.database.transaction(workspace_id) as connection:
        woken = await store.wake_legs(connection, workspace_id)
    house.hints(workspace_id, woken)


async def _be_pinged(look: _Look) -> Fault | None:
    """Have our address among the webhooks there; looked at daily, for people change things."""
    seen, looked = look.account.account.hook_at, look.account.account.polled_at
    if seen is not None and looked is not None and looked - seen < HOOK_LOOK:
        return None
    fault = await register(look.house, look.account, look.client)
    # An address that it does not take, such as a loopback one, leaves us to the usual looks.
    return None if fault is not None and fault.trouble is Trouble.REFUSED else fault


async def _keep_new(look: _Look) -> datetime | Fault:
    """Keep all that was declared since the watermark; gives the newest instant seen."""
    newest = look.account.account.watermark
    since = newest - OVERLAP
    for page in range(1, PAGES_MAX + 1):
        told = await look.client.returns(since=since, page=page)
        if isinstance(told, Fault):
            return told
        await keep(look.house, look.workspace_id, look.code, told.content)
        seen = [_aware(one.created_at) for one in told.content if one.created_at]
        newest = max([newest, *(min(at, look.until) for at in seen)])
        if page * _BATCH >= told.total or not told.content:
            break
    return newest


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


async def keep(house: House, workspace_id: int, code: str, reads: Sequence[ReturnRead]) -> None:
    """Keep a page, without what was sold and for how much: orders say that."""
    slim = [
        structs.replace(
            one,
            lines=tuple(
                structs.replace(line, order_line=None, extra_data=None) for line in one.lines or ()
            ),
            extra_data=None,
        )
        for one in reads
    ]
    seen = [
        Seen(
            foreign_id=one.id,
            marketplace=_short(one.global_channel_name),
            merchant_order_no=_short(one.merchant_order_no),
            channel_order_no=_short(one.channel_order_no),
            body=_ENCODE.encode(one).decode(),
            declared_at=None if one.created_at is None else _aware(one.created_at),
        )
        for one in slim
    ]
    async with house.database.transaction(workspace_id) as connection:
        await store.keep_found(connection, workspace_id, code, seen)


def _short(text: str | None) -> str | None:
    """Give what a list is searched by; nothing that it has a name for is longer."""
    return text if text is None or len(text) <= _NAME_MAX else None


async def _follow_canceled(look: _Look) -> Fault | None:
    """Follow where marketplaces canceled what is open here."""
    since = look.account.account.watermark - CANCELED_WITHIN
    for page in range(1, PAGES_MAX + 1):
        told = await look.client.returns(since=since, page=page, statuses=("CANCELLED",))
        if isinstance(told, Fault):
            return told
        for read in told.content:
            async with look.house.database.transaction(look.workspace_id) as connection:
                found = await store.one_found(connection, look.workspace_id, look.code, read.id)
            if found is not None and found.status in ("open", "unmatched"):
                await close(look.house, look.workspace_id, found, read)
        if page * _BATCH >= told.total or not told.content:
            break
    return None


async def _take_found(look: _Look) -> Fault | None:
    """Make returns of what is kept and not tried yet, or tried before something of it was new."""
    async with look.house.database.transaction(look.workspace_id) as connection:
        await store.try_again(connection, look.workspace_id, look.code)
        await store.forget_comments(connection, look.workspace_id, look.code)

    async def one(found: Found) -> Fault | None:
        try:
            fault = await take(look.house, look.workspace_id, look.account, look.client, found)
        except Exception as error:
            if is_transient(error):
                raise
            _complain(look.workspace_id, look.code, error)
            why = f"It cannot be taken for a reason of our own ({type(error).__name__}). Tell us."
            await set_aside(look.house, look.workspace_id, found, why, "refused")
            return None
        if fault is not None and fault.trouble is Trouble.REFUSED:  # Of this one, not of us.
            await set_aside(look.house, look.workspace_id, found, fault.words, "refused")
            return None
        return fault

    async def page(after: int) -> list[Found]:
        async with look.house.database.transaction(look.workspace_id) as connection:
            return await store.in_status(connection, look.workspace_id, "found", after, _BATCH)

    return await _each(page, one)


async def _acknowledge(look: _Look) -> Fault | None:
    """Tell our numbers of returns that the channel does not know yet."""

    async def one(found: Found) -> Fault | None:
        fault = await acknowledge(look.house, look.workspace_id, look.client, found)
        is_refused = fault is not None and fault.trouble is Trouble.REFUSED
        return None if is_refused else fault  # One return's trouble; the next look says it again.

    async def page(after: int) -> list[Found]:
        async with look.house.database.transaction(look.workspace_id) as connection:
            return await store.unacknowledged(connection, look.workspace_id, after, _BATCH)

    return await _each(page, one)


async def _each(
    page: Callable[[int], Awaitable[list[Found]]],
    one: Callable[[Found], Awaitable[Fault | None]],
) -> Fault | None:
    """Go through a list page by page, until one of them cannot be asked about."""
    after = 0
    while rows := await page(after):
        for found in rows:
            fault = await one(found)
            if fault is not None:
                return fault
        after = rows[-1].foreign_id
    return None
