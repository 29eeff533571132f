"""Messages arrive, signed, in the order of their return, whatever the receiver answers."""

from __future__ import annotations

from standardwebhooks import Webhook

from retour.desk.house import House
from tests.support.delivering import World, engine_of
from tests.support.pg import *  # noqa: F403 - fixtures
from tests.support.pg import Workspace
from tests.support.receiver import receiving


async def test_messages_arrive_signed_and_in_order(house: House, workspace: Workspace) -> None:
    world = World(house=house, id=workspace.id)
    async with receiving() as receiver:
        subscribed = await world.subscribe(receiver.url())
        told = {ret: await world.tell(ret, [subscribed], count=20) for ret in ("ret_a", "ret_b")}
        async with engine_of(house):
            await receiver.until(lambda: len(receiver.taken) == 40)
            await world.until_empty()
    for ret, ids in told.items():
        mine = [one.id for one in receiver.got if one.id in ids]
        assert mine == ids, ret
    for one in receiver.got:
        Webhook(subscribed.secret).verify(one.body, dict(one.headers))
