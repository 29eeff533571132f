"""The account at ChannelEngine: put, tried out, let live; and the ping it gives us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from retour.api.json_body import BodyReader
from retour.api.problems import Stop, not_found
from retour.api.routes import BASE, PAGED, Hooked, HookRoute, Route
from retour.desk.channels import accounts, setup, trials
from retour.desk.channels.accounts import ChannelAccountPut
from retour.desk.once import once
from retour.desk.outcome import Done
from retour.dialects.shapes import Boolean, Instant, Integer, ListOf, StringMap, Text, Tree, or_null
from retour.dialects.tree_parts import COUNT, MOMENT, TEXT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from retour.api.call import Call
    from retour.desk.house import House
    from retour.desk.outcome import Outcome

_ACCOUNTS: Final = f"{BASE}/channel-accounts"
_ONE: Final = f"{_ACCOUNTS}/{{channel_account}}"
_PUT: Final = BodyReader(ChannelAccountPut)
_ENCODE: Final = msgspec.json.Encoder()

ACCOUNT: Final = Tree(
    name="channel_account",
    about="By whom marketplaces are asked and told; what proves us there is never shown.",
    fields={
        "code": TEXT,
        "tenant": TEXT,
        "name": TEXT,
        "stage": Text(
            words=("setup", "live", "paused", "refused"),
            about="Live ones look for returns; refused ones wait for another key.",
        ),
        "reasons": StringMap(about="What our codes of reasons are called there."),
        "fetch_orders": Boolean(about="Orders that we do not have are fetched from there."),
        "whole_only": ListOf(item=TEXT, about="Marketplaces that take a return as a whole."),
        "channel_policy": Text(about="Of returns that marketplaces declare."),
        "merchant_policy": Text(about="Of returns that are asked for here."),
        "ping_url": Text(about="Where ChannelEngine shall say that there is something new."),
        "pinged_since": or_null(MOMENT, "When that address was last seen among its webhooks."),
        "seen_until": Instant(about="All that was declared before it has been seen."),
        "polled_at": or_null(MOMENT, "When it was last looked at."),
        "due_at": MOMENT,
        "trouble": or_null(TEXT, "Why the last look did not come to its end."),
        "refused_at": or_null(MOMENT, "Since when its key is refused."),
        "version": Integer(minimum=1),
        "created_at": MOMENT,
        "updated_at": MOMENT,
    },
)
PRODUCT: Final = Tree(
    name="channel_product", fields={"product": TEXT, "quantity": Integer(minimum=1)}
)
TRIAL: Final = Tree(
    name="channel_trial",
    fields={
        "ok": Boolean(about="It let us in."),
        "error": or_null(TEXT, "What it said instead."),
        "returns": or_null(COUNT, "How many returns marketplaces declared there."),
    },
)
DRY_RUN: Final = Tree(
    name="channel_dry_run",
    fields={
        "ok": Boolean(),
        "error": or_null(TEXT, "Why nothing could be read."),
        "returns": ListOf(
            item=Tree(
                name="channel_dry_run_return",
                fields={
                    "channel_return_no": or_null(TEXT),
                    "marketplace": or_null(TEXT),
                    "order_number": or_null(TEXT),
                    "outcome": Text(
                        words=("opened", "fetched", "unmatched", "left"),
                        about="What would become of it.",
                    ),
                    "why": or_null(TEXT),
                    "products": ListOf(item=PRODUCT),
                },
            )
        ),
    },
)
SET_UP: Final = Tree(
    name="channel_set_up",
    about="How far the set-up has come; a step is done where what it is about is so.",
    fields={
        "stage": TEXT,
        "next": or_null(TEXT, "The step to take next; null where all are done."),
        "steps": ListOf(
            item=Tree(
                name="channel_set_up_step",
                fields={
                    "name": Text(words=tuple(setup.WORDS)),
                    "words": TEXT,
                    "done": Boolean(),
                    "at": or_null(MOMENT),
                },
            )
        ),
        "trouble": or_null(TEXT),
        "waiting": Tree(
            name="channel_waiting",
            about="Channel returns that wait for a person; a thousand are a thousand or more.",
            fields={"unmatched": COUNT, "recalled": COUNT},
        ),
    },
)
POLICIES: Final = Tree(
    name="channel_policies",
    fields={
        "policies": ListOf(item=TEXT, about="The two that the account goes by."),
        "made": ListOf(item=TEXT, about="Those of them that were not there yet."),
    },
)
PINGED: Final = Tree(
    name="channel_pinged", fields={"ok": Boolean(about="The account looks within a second or two.")}
)


async def put_channel_account(call: Call) -> Outcome:
    """Make the account, or bring it up to date."""
    body = _PUT.read(call.body)
    return await accounts.put(call.house, call.workspace_id, _code(call), body)


async def read_channel_account(call: Call) -> Outcome:
    """Give the account."""
    return await accounts.look_up(call.house, call.workspace_id, _code(call))


async def list_channel_accounts(call: Call) -> Outcome:
    """Give the account as a page."""
    return await accounts.listing(call.house, call.workspace_id, call.page)


async def delete_channel_account(call: Call) -> Outcome:
    """Take our address off there and forget the account."""
    return await setup.disconnect(call.house, call.workspace_id, _code(call))


async def read_channel_set_up(call: Call) -> Outcome:
    """Say how far the set-up has come."""
    return await setup.look_up(call.house, call.workspace_id, _code(call))


def _once(
    act: Callable[[House, int, str], Awaitable[Outcome]],
) -> Callable[[Call], Awaitable[Outcome]]:
    """Answer a key that comes again with the first answer."""

    async def answer(call: Call) -> Outcome:
        async def do() -> Outcome:
            return await act(call.house, call.workspace_id, _code(call))

        return await once(call.house, call.workspace_id, call.key, do)

    return answer


def _code(call: Call) -> str:
    return call.params["channel_account"]


def _act(
    word: str,
    act: Callable[[House, int, str], Awaitable[Outcome]],
    *,
    summary: str,
    about: str,
    result: Tree = ACCOUNT,
) -> Route:
    return Route(
        method="POST",
        path=f"{_ONE}/{word}",
        name=f"{word}_channel_account",
        tag="Channels",
        summary=summary,
        about=about,
        scope="settings:write",
        noun="channel account",
        answer=_once(act),
        result=result,
    )


async def take_ping(house: House, asked: Hooked) -> Outcome:
    """Have the account look at once; what the ping says beside is not believed."""
    if not await accounts.wake_by_ping(house, asked.params["token"]):
        raise Stop(not_found("hook"))
    return Done(status=200, body=_ENCODE.encode({"ok": True}))


ROUTES: Final = (
    Route(
        method="PUT",
        path=_ONE,
        name="put_channel_account",
        tag="Channels",
        summary="Put the account at ChannelEngine",
        about="A workspace has one; it serves all its marketplaces. A key that is left out stays as"
        " it was, a new one is used from the next call on.",
        scope="settings:write",
        noun="channel account",
        answer=put_channel_account,
        body=ChannelAccountPut,
        result=ACCOUNT,
        statuses=(200, 201),
    ),
    Route(
        method="GET",
        path=_ONE,
        name="read_channel_account",
        tag="Channels",
        summary="Read a channel account, without its key",
        scope="settings:read",
        noun="channel account",
        answer=read_channel_account,
        result=ACCOUNT,
    ),
    Route(
        method="GET",
        path=_ACCOUNTS,
        name="list_channel_accounts",
        tag="Channels",
        summary="List channel accounts",
        scope="settings:read",
        noun="channel account",
        answer=list_channel_accounts,
        query=PAGED,
        result=ACCOUNT,
        paged=True,
    ),
    Route(
        method="DELETE",
        path=_ONE,
        name="delete_channel_account",
        tag="Channels",
        summary="Forget a channel account",
        about="Nothing is found by it any more, and no marketplace is told; our webhook is taken"
        " off there.",
        scope="settings:write",
        noun="channel account",
        answer=delete_channel_account,
        statuses=(204,),
    ),
    Route(
        method="GET",
        path=f"{_ONE}/set_up",
        name="read_channel_set_up",
        tag="Channels",
        summary="Read how far a channel account's set-up has come",
        scope="settings:read",
        noun="channel account",
        answer=read_channel_set_up,
        result=SET_UP,
    ),
    _act(
        "policies",
        accounts.make_policies,
        summary="Make the two policies of a channel account",
        about="Those that are there already stay as they are.",
        result=POLICIES,
    ),
    _act(
        "test",
        trials.try_account,
        summary="Try a channel account out",
        about="Reads one page of returns there; nothing is changed. An account goes live once this"
        " came well.",
        result=TRIAL,
    ),
    _act(
        "dry_run",
        trials.dry_run,
        summary="Say what the last twenty returns would become",
        about="Nothing is made here, and nothing is told there.",
        result=DRY_RUN,
    ),
    _act(
        "go_live",
        accounts.go_live,
        summary="Let a channel account live",
        about="Makes its two policies where they are not there yet, and looks for returns from now"
        " on, every twenty minutes and when it is pinged; our address is put among its webhooks.",
    ),
    _act(
        "look",
        accounts.look_now,
        summary="Have a live channel account look for returns at once",
        about="Sooner than its twenty minutes; one that rests goes on resting.",
    ),
    _act(
        "pause",
        accounts.pause,
        summary="Let a channel account rest",
        about="No returns are looked for; what is being settled is told all the same.",
    ),
)


def _hooked(method: Literal["GET", "POST"], name: str) -> HookRoute:
    return HookRoute(
        path="/hooks/channelengine/{token}",
        name=name,
        tag="Channels",
        summary="Hear that ChannelEngine has something new",
        about="The address stands in the channel account. What it is about is asked for there.",
        answer=take_ping,
        bytes_max=65_536,
        result=PINGED,
        method=method,
    )


HOOK_ROUTES: Final = (
    _hooked("POST", "take_channelengine_ping"),
    _hooked("GET", "follow_channelengine_ping"),
)
