"""How far the set-up of an account has come, step by step, so that it can be left and resumed.

Each step is done where what it is about is so, whoever did it and in whatever order: nothing is
kept of a walk through a wizard.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from retour.desk.channels import accounts
from retour.desk.channels.accounts import (
    MISSING,
    Facts,
    Opened,
    maybe_instant,
    missing_policies,
    open_account,
    ping_url,
)
from retour.desk.channels.calling import calling
from retour.desk.channels.hooks import unregister
from retour.desk.outcome import Done, Outcome
from retour.gateways.channelengine import Fault
from retour.store import channels as store

if TYPE_CHECKING:
    from datetime import datetime

    from retour.desk.house import House
    from retour.store.channels import ChannelAccount

StepName = Literal["credentials", "test", "policies", "dry_run", "live"]
WORDS: Final[dict[StepName, str]] = {
    "credentials": "Say which account it is, and give its API key.",
    "test": "Make a test call: it reads one page of returns, and changes nothing.",
    "policies": "Make the two policies: one for returns that marketplaces declare, one for yours.",
    "dry_run": "See what the last twenty returns would become. Nothing happens to them.",
    "live": "Go live: returns are looked for every twenty minutes, and when ChannelEngine pings.",
}
_ENCODE: Final = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: whether what it is about is so, since when, and whether it is the next."""

    name: StepName
    words: str
    is_done: bool
    at: datetime | None
    is_next: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """How an account stands; without an account the first step is the next.

    Args:
        trouble: Why the last look did not come to its end, or its key is refused; in words.
        waiting: How many channel returns wait for a person: ``unmatched`` and ``recalled``.
    """

    account: ChannelAccount | None
    facts: Facts
    steps: tuple[Step, ...]
    ping_url: str | None
    trouble: str | None
    waiting: dict[str, int]

    @property
    def next(self) -> StepName | None:
        """Name the step to take next; None where all are done."""
        return next((one.name for one in self.steps if one.is_next), None)


async def state(house: House, workspace_id: int) -> SetUp:
    """Say how far the workspace's account has come.

    Raises:
        InvalidRequest: The master key is not the one its key was sealed with.
    """
    opened = await open_account(house, workspace_id)
    async with house.database.transaction(workspace_id) as connection:
        waiting = await store.count_by_status(connection, workspace_id, ("unmatched", "recalled"))
    if opened is None:
        return SetUp(
            account=None,
            facts=Facts(),
            steps=_steps({}),
            ping_url=None,
            trouble=None,
            waiting=waiting,
        )
    account = opened.account
    is_made = not await missing_policies(house, opened)
    done: dict[StepName, datetime | None] = {
        "credentials": account.created_at,
        "test": account.tested_at,
        "policies": account.updated_at if is_made else None,
        "dry_run": account.rehearsed_at,
        "live": account.live_at if account.stage == "live" else None,
    }
    return SetUp(
        account=account,
        facts=opened.facts,
        steps=_steps(done),
        ping_url=ping_url(house, workspace_id, account.code),
        trouble=account.trouble,
        waiting=waiting,
    )


def _steps(done: dict[StepName, datetime | None]) -> tuple[Step, ...]:
    first = next((name for name in WORDS if done.get(name) is None), None)
    return tuple(
        Step(
            name=name,
            words=words,
            is_done=done.get(name) is not None,
            at=done.get(name),
            is_next=name == first,
        )
        for name, words in WORDS.items()
    )


async def look_up(house: House, workspace_id: int, code: str) -> Outcome:
    """Give how far an account's set-up has come."""
    found = await state(house, workspace_id)
    if found.account is None or found.account.code != code:
        return MISSING
    body = {
        "stage": found.account.stage,
        "next": found.next,
        "steps": [
            {
                "name": one.name,
                "words": one.words,
                "done": one.is_done,
                "at": maybe_instant(one.at),
            }
            for one in found.steps
        ],
        "trouble": found.trouble,
        "waiting": found.waiting,
    }
    return Done(status=200, body=_ENCODE.encode(body))


async def disconnect(house: House, workspace_id: int, code: str) -> Outcome:
    """Take our address off there, where that can be done, and forget the account.

    What was found stays, and what is being settled fails in words from now on.
    """
    account = await open_account(house, workspace_id, code)
    if account is None:
        return MISSING
    await _take_leave(house, account)
    return await accounts.drop(house, workspace_id, code)


async def _take_leave(house: House, account: Opened) -> None:
    """Remove our webhook; one that stays there pings an address that answers 404."""
    async with calling(house, account) as client:
        if not isinstance(client, Fault):
            await unregister(house, account, client)
