"""A configuration is one document: given out, it makes another workspace the same, part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from retour.desk import brand, configuration, facilities, policies, routing
from retour.desk.configuration import Asker, Configuration
from retour.desk.conversation import replies
from retour.desk.conversation.replies import ReplyTemplatePut
from retour.desk.dock import dispositions, grades, grading_sets
from retour.desk.dock.dispositions import DispositionPut
from retour.desk.dock.grades import GradePut
from retour.desk.dock.grading_sets import GradingSetPut
from retour.desk.facilities import FacilityPut
from retour.desk.notifications import defaults, templates
from retour.desk.notifications.body import TemplatePatch
from retour.desk.notifications.defaults import DefaultsAsked
from retour.desk.policies import PolicyPut
from retour.desk.portal import settings as portal
from retour.desk.portal.settings import PortalSettings
from retour.desk.routing import RoutingPut
from retour.desk.withdrawals import settings as withdrawals
from retour.desk.withdrawals.settings import WithdrawalSettings
from retour.desk.workspaces import NewWorkspace, create_workspace
from retour.dialects.brand.brand import Brand
from retour.policy.dispositions import Stock
from tests.support.backtesting import read

if TYPE_CHECKING:
    from retour.desk.house import House
    from tests.support.pg import Workspace

OWNER = Asker(frozenset({"*"}))
GRADING: dict[str, Any] = {"checks": [{"id": "works", "ask": "Does it work?", "answers": ["yes"]}]}
HUB: dict[str, Any] = {"name": "Hub", "kind": "hub", "holidays": ["2026-12-25"]}
RULE: dict[str, Any] = {"id": "far", "then": {"destination": "hub"}}
REASONS: dict[str, Any] = {"reasons": [{"code": "late", "text": {"de": "Zu spät: nein"}}]}


async def settle(house: House, at: int) -> None:
    """Say something of every part."""
    hub = msgspec.convert(HUB, FacilityPut)
    await facilities.put(house, at, "hub", hub)
    await grading_sets.put(house, at, "lamps", msgspec.convert(GRADING, GradingSetPut))
    await dispositions.put(house, at, "gift", DispositionPut(name="Gift", stock=Stock.GONE))
    await grades.put(house, at, "B", GradePut(name={"en": "Worn"}))
    said = msgspec.convert({"window_days": 45, "rules": [RULE]}, PolicyPut)
    await policies.put(house, at, "default", said)
    await routing.put(house, at, RoutingPut(fallback="hub"))
    await portal.put(house, at, msgspec.convert(REASONS, PortalSettings))
    await withdrawals.put(house, at, WithdrawalSettings(days=30))
    await brand.put(house, at, Brand(color="#FFD400"))
    await replies.put(house, at, "photo", ReplyTemplatePut(name="Photo", text="A photo, please"))
    made = read(await defaults.set_up(house, at, DefaultsAsked(languages=("de",))))
    first = made["templates"][0]["id"]
    await templates.patch(house, at, first, TemplatePatch(subject="NO: {{ return.number }}"))


async def given(house: House, at: int) -> dict[str, Any]:
    return read(await configuration.read(house, at, OWNER.scopes))


async def test_a_document_makes_another_workspace_the_same(
    house: House, workspace: Workspace
) -> None:
    await settle(house, workspace.id)
    document = await given(house, workspace.id)
    assert set(document) == set(Configuration.__struct_fields__), "every part is given"
    said = configuration.read_text(configuration.as_yaml(document).encode())
    other = (await create_workspace(house, NewWorkspace(name="Other", sandbox=True))).number
    before = await given(house, other)

    told = read(await configuration.compare(house, other, said))
    same = [one["key"] for one in told["items"] if one["change"] == "same"]
    assert (same, told["refused"]) == (["main"], 0), "each workspace has a facility main"
    assert await given(house, other) == before, "comparing writes nothing"
    done = read(await configuration.bring_in(house, other, said, OWNER))
    assert done["items"] == told["items"], "what was said came true"
    assert await given(house, other) == document
    again = read(await configuration.bring_in(house, other, said, OWNER))
    assert again["same"] == len(again["items"]), "the same again changes nothing"


async def test_what_is_refused_says_why_and_stops_nothing_else(
    house: House, workspace: Workspace
) -> None:
    said = msgspec.convert(
        {
            "policies": {"default": {"window_days": 9}, "b": {"rules": [RULE]}},
            "routing": {"fallback": "nowhere"},
            "mails": {"return_requested/en": {}, "no_event/en": {}},
        },
        Configuration,
    )
    narrow = Asker(frozenset({"settings:write"}))
    done = read(await configuration.bring_in(house, workspace.id, said, narrow))
    by_key = {(one["part"], one["key"]): one for one in done["items"]}
    assert by_key["policies", "default"]["change"] == "changed"
    assert by_key["policies", "default"]["fields"] == ["window_days"]
    assert "hub" in by_key["policies", "b"]["detail"]
    assert "nowhere" in by_key["routing", ""]["detail"]
    assert "subscriptions:write" in by_key["mails", "return_requested/en"]["detail"]
    wide = read(await configuration.bring_in(house, workspace.id, said, OWNER))
    assert (wide["new"], wide["same"], wide["refused"]) == (1, 1, 3)
    assert "mails" not in read(await configuration.read(house, workspace.id, narrow.scopes))


async def test_what_waits_for_something_further_down_is_tried_once_more(
    house: House, workspace: Workspace
) -> None:
    await facilities.put(house, workspace.id, "hub", msgspec.convert(HUB, FacilityPut))
    await routing.put(house, workspace.id, RoutingPut(fallback="hub"))
    closed = {"facilities": {"hub": {**HUB, "active": False}}, "routing": {"fallback": "main"}}
    said = msgspec.convert(closed, Configuration)
    done = read(await configuration.bring_in(house, workspace.id, said, OWNER))
    assert (done["changed"], done["refused"]) == (2, 0), done
