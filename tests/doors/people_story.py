"""A workspace's people, kept by a program: invited, given another role, removed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from retour.api.app import build
from retour.kernel.ids import workspace_number
from tests.doors.client import client
from tests.doors.staff_story import admitted
from tests.support.pg import fresh_workspace

if TYPE_CHECKING:
    from retour.desk.house import House
    from tests.doors.test_documents import Story


async def tell(story: Story, house: House) -> None:
    """Use every route about people."""
    invited = await story.use("create_invitation")
    await story.use("list_invitations")
    await story.use("read_invitation", invitation_id=invited["id"])
    mailing = replace(house, settings=replace(house.settings, smtp_url="smtp://127.0.0.1:1"))
    shop = story.shop
    story.shop = replace(shop, app=build(mailing))
    await story.use("mail_invitation", invitation_id=invited["id"])
    story.shop = shop
    await story.use("withdraw_invitation", invitation_id=invited["id"])
    late = await shop.ask("POST", "/invitations", {"email": "la@te.example", "role": "agent"})
    renewing = f"/invitations/{late['id']}/renew"
    assert (await shop.call("POST", renewing)).status == 422, "it is good still"
    number = workspace_number(shop.workspace)
    assert number is not None
    async with house.database.transaction(number) as connection:
        await connection.execute("UPDATE retour.invitation SET until = clock_timestamp()")
    ended = await shop.ask("GET", "/invitations", query="state=ended")
    assert [one["id"] for one in ended["data"]] == [late["id"]]
    again = await story.use("renew_invitation", invitation_id=late["id"])
    assert (again["email"], again["id"] != late["id"]) == (late["email"], True)
    assert (await shop.call("POST", renewing)).status == 404, "another took its place"
    live = await fresh_workspace(house, sandbox=False)
    story.shop = client(shop.app, live)
    await story.use("create_sandbox")
    story.shop = shop
    person = await admitted(house, story.shop.workspace)
    await story.use("list_people")
    await story.use("read_person", person_id=person)
    await story.use("change_person", person_id=person)
    await story.use("remove_person", person_id=person)
