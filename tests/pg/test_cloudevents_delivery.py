"""A CloudEvent as it arrives: read by the project's own library, signed like our own messages."""

from __future__ import annotations

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http_event

from retour.desk.house import House
from retour.dialects.cloudevents import MODES
from retour.dialects.retour import event_view
from retour.lifecycle.model import EventType
from tests.support import samples
from tests.support.delivering import a_world, engine_of, verify
from tests.support.pg import Workspace
from tests.support.receiver import receiving

SAMPLE = samples.event(EventType.RETURN_RECEIVED)


@pytest.mark.parametrize("mode", MODES)
async def test_a_cloud_event_arrives_whole_and_signed(
    house: House, workspace: Workspace, mode: str
) -> None:
    async with a_world(house, workspace.id) as world, receiving() as receiver:
        subscribed = await world.subscribe(
            receiver.url(), dialect="cloudevents", dialect_settings={"mode": mode}
        )
        told = await world.tell("ret_a", [subscribed], sample=SAMPLE)
        async with engine_of(house):
            await world.until_empty()
    (one,) = receiver.taken

    found = from_http_event(HTTPMessage(headers=dict(one.headers), body=one.body))

    verify(subscribed.secret, one)
    assert found.get_id() == one.id == told[0]
    assert found.get_source() == f"/workspaces/{workspace.text}"
    assert found.get_type() == "retour.return.received"
    assert found.get_extension("sequence") == "0000000001"
    assert found.get_data() == event_view(SAMPLE)["data"]
