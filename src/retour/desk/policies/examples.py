"""Policies to begin with, kept as files beside this one: listed, shown, given as they are."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import envelope
from retour.desk.parcels.accounts import known_carriers
from retour.desk.policies import PolicyPut, policy_view, read_draft
from retour.desk.policies.yaml_form import read_yaml

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.lifecycle.model import Policy

_FOLDER: Final = files("retour.desk.policies") / "shipped"
_ENCODE: Final = msgspec.json.Encoder()
_SUFFIX: Final = ".yaml"
_VERSION: Final = 1


@cache
def texts() -> dict[str, str]:
    """Give every example's file by its name, in order."""
    found = {
        place.name.removesuffix(_SUFFIX): place.read_text("utf-8")
        for place in _FOLDER.iterdir()
        if place.name.endswith(_SUFFIX)
    }
    return dict(sorted(found.items()))


@cache
def example(name: str) -> Policy:
    """Give an example as the policy it would be; the name is one of ``texts``."""
    body = json.dumps(read_yaml(texts()[name].encode()))
    return read_draft(name, _VERSION, msgspec.json.decode(body, type=PolicyPut))


async def fitted(house: House, workspace_id: int, name: str) -> Policy:
    """Give an example as a workspace would have it: with labels by a carrier that it has."""
    policy = example(name)
    known = await known_carriers(house, workspace_id)
    return replace(policy, carrier=next(iter(known), policy.carrier))


def said_of(name: str) -> tuple[str, str]:
    """Give what an example's first comment says: a title, then what it is for."""
    lines: list[str] = []
    for line in texts()[name].splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.removeprefix("#").strip())
    return lines[0], " ".join(lines[1:]).strip()


def listing() -> Outcome:
    """Give every example with its title, by name."""
    views = [
        _ENCODE.encode(
            {
                "name": name,
                "title": said_of(name)[0],
                "about": said_of(name)[1],
                "rules": len(example(name).rules),
            }
        )
        for name in texts()
    ]
    return Done(status=200, body=envelope(views, None))


def text_of(name: str) -> str | None:
    """Give an example's file, comments and all."""
    return texts().get(name)


async def look_up(house: House, workspace_id: int, name: str) -> Outcome:
    """Give an example as it would be in force."""
    if name not in texts():
        return NotFound(what="policy example")
    return Done(status=200, body=policy_view(await fitted(house, workspace_id, name)))
