"""What can be ordered to happen at a practice ChannelEngine: every way that things go wrong."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta

from retour.sandbox.channelengine.answers import Invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retour.sandbox.channelengine.answers import JSON
    from retour.sandbox.channelengine.world import World

MARKETPLACES: Final = 3
PER_MINUTE: Final = 600
_STALE: Final = timedelta(days=18)
"""Some marketplaces cancel after 21 days what nobody handled."""

Name = Literal[
    "return",
    "unmatched_order",
    "unmatched_product",
    "order_arrives",
    "stale",
    "canceled",
    "whole_only",
    "rate_limit",
    "trouble",
    "trouble_after_booking",
    "timeout",
    "timeout_after_booking",
    "validation_error",
    "key_rotated",
]
FAULTS: Final[Mapping[str, str]] = {
    "rate_limit": "rate",
    "trouble": "trouble",
    "trouble_after_booking": "trouble_after",
    "timeout": "before",
    "timeout_after_booking": "after",
    "validation_error": "invalid",
}
"""Those that the next calls that write meet."""
_READING_TOO: Final = frozenset({"rate_limit", "trouble", "timeout"})


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall happen.

    Args:
        times: How many calls meet it, where it is about calls.
        return_id: ChannelEngine's id of the return it is about; the newest one in progress
            unless said.
    """

    scenario: Name
    times: Annotated[int, Meta(ge=1, le=1000)] = 1
    return_id: int | None = None


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """What was made to happen, and of which return and order there."""

    scenario: str
    return_id: int | None = None
    order_number: str | None = None


def begin(world: World) -> None:
    """Fill a new account: three marketplaces, orders, and a return of each."""
    world.keys = {new_key()}
    world.per_minute = PER_MINUTE
    for _ in range(MARKETPLACES):
        _declare(world)


def new_key() -> str:
    """Make an API key; no real one looks so."""
    return f"sandbox-{secrets.token_hex(12)}"


def happen(world: World, asked: Scenario) -> Happened:
    """Let it happen.

    Raises:
        Invalid: There is no such return, or no room for another.
    """
    name = asked.scenario
    if name in FAULTS:
        world.faults += [FAULTS[name]] * asked.times
        if name in _READING_TOO:
            world.reading += [FAULTS[name]] * asked.times
        return Happened(scenario=name)
    if name == "key_rotated":
        world.keys = {new_key()}
        return Happened(scenario=name)
    made = _of_a_return(world, asked)
    return Happened(scenario=name, return_id=made["Id"], order_number=made["MerchantOrderNo"])


def _of_a_return(world: World, asked: Scenario) -> JSON:
    match asked.scenario:
        case "unmatched_order":
            made = _declare(world)
            world.orders[-1]["IsHidden"] = True
            return made
        case "unmatched_product":
            made = _declare(world)
            made["Lines"][0]["MerchantProductNo"] += "-XL"
            return made
        case "order_arrives":
            made = _one(world, asked.return_id)
            for order in world.orders:
                if order["MerchantOrderNo"] == made["MerchantOrderNo"]:
                    order["IsHidden"] = False
            return made
        case "stale":
            made = _declare(world)
            made["CreatedAt"] = (world.now - _STALE).isoformat()
            return made
        case "canceled":
            made = _one(world, asked.return_id)
            world.cancel(made["Id"])
            return made
        case "whole_only":
            made = _one(world, asked.return_id)
            world.whole_only.add(made["ChannelId"])
            return made
        case _:
            return _declare(world)


def _declare(world: World) -> JSON:
    """Sell something at the next marketplace, and let it be sent back."""
    place = len(world.orders)
    number = f"CE-{1001 + place}"
    product = f"SKU-{1 + place % 5}"
    channel = 1 + place % MARKETPLACES
    world.order(number, (product, 2, "24.90"), ("SKU-6", 1, "9.95"), channel=channel)
    made = world.returned(number, (product, 2), reason="WRONG_SIZE", CustomerComment="Too small")
    return world.found(made)


def _one(world: World, return_id: int | None) -> JSON:
    open_there = [one for one in world.returned_there if one["Status"] == "IN_PROGRESS"]
    found = [one for one in open_there if return_id in (None, one["Id"])]
    if not found:
        raise Invalid(404, ReturnId="No such return is in progress.")
    return found[-1]
