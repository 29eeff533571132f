"""``retour policy simulate``: what a policy would say, beside a running server on the same data."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from retour.desk.outcome import Done
from retour.desk.policies import simulating
from retour.desk.policies.simulating import SimulationBody
from retour.lifecycle.commands import LineAsked
from retour.lifecycle.model import Actor, ActorKind
from retour.settings import BadSetting
from retour.wiring.base import open_base, open_house
from retour.wiring.policy_files import naming_places, numbered, read_policy, refused
from retour.wiring.running import carry_out

if TYPE_CHECKING:
    from pathlib import Path

    from retour.settings import Settings


def run(
    *,
    workspace: str,
    policy: str,
    order: str | None,
    lines: Sequence[str],
    return_id: str | None,
    draft: Path | None,
    at: str | None,
    data: Path | None,
    database_url: str | None,
    as_json: bool,
) -> int:
    """Try the request and print what would be said of it."""

    async def use(settings: Settings) -> int:
        number = numbered(workspace)
        body = SimulationBody(
            order_number=order,
            lines=tuple(_line(text) for text in lines),
            return_id=return_id,
            policy=None if draft is None else read_policy(draft),
            at=None if at is None else _instant(at),
        )
        async with open_base(settings) as base, open_house(base) as house:
            with naming_places():
                tried = await simulating.simulate(
                    house, number, policy, body, actor=Actor(kind=ActorKind.SYSTEM)
                )
        if not isinstance(tried, Done):
            return refused(tried, workspace)
        if as_json:
            sys.stdout.buffer.write(tried.body + b"\n")
        else:
            sys.stdout.write("\n".join(_told(json.loads(tried.body))) + "\n")
        return 0

    return carry_out(use, data=data, database_url=database_url)


def _line(text: str) -> LineAsked:
    """Read a line as ``LINE``, ``LINE:QUANTITY`` or ``LINE:QUANTITY:REASON``."""
    name, _, rest = text.partition(":")
    quantity, _, reason = rest.partition(":")
    try:
        body = {"line": name, "quantity": int(quantity or "1"), "reason": reason or None}
        return msgspec.convert(body, LineAsked)
    except ValueError as error:
        message = f"{text!r} is no line. Give LINE, LINE:QUANTITY or LINE:QUANTITY:REASON."
        raise BadSetting(message) from error


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is no instant. Give one such as 2026-11-20T12:00:00Z."
        raise BadSetting(message) from error
    if at.tzinfo is None:
        message = f"{text!r} has no offset. Add one, or Z."
        raise BadSetting(message)
    return at


def _told(tried: Mapping[str, Any]) -> Iterator[str]:
    """Say the answer, what is offered, and why."""
    policy = tried["policy"]
    answer = "eligible" if tried["eligible"] else "not eligible"
    yield f"{tried['status']}, {answer}, by {policy['id']} version {policy['version']}"
    if tried["reject_reason"]:
        yield f"to the shopper: {tried['reject_reason']}"
    terms = tried["terms"]
    if terms is not None:
        yield f"offered: {', '.join(terms['outcomes'])}; money from {terms['settle_at']} on"
    for step in tried["trace"]:
        yield f"  line {step['line']}  {step['rule']}: {step['verdict']}. {step['detail']}"
