"""Tickets listed: both kinds in one order, narrowed, page by page; and their conversations."""

from __future__ import annotations

from datetime import timedelta

import pytest

from retour.desk import tickets
from retour.desk.house import House
from retour.desk.pages import Page
from retour.desk.tickets.listing import (
    Sort,
    TicketFilters,
    conversation,
    listing,
    status_shown,
)
from retour.dialects.tickets.parse import ChangeGiven
from retour.kernel.problems import InvalidRequest
from retour.lifecycle.commands import Comment
from tests.pg.test_tickets import asker, changed, created, given, read
from tests.support.ordering import put_order
from tests.support.pg import Workspace

PRIORITIES = ("low", "urgent", "normal", "high", "urgent", "normal")


async def a_mixture(house: House, workspace: Workspace) -> list[str]:
    """Make six tickets, every other one without a return; gives their ids, oldest first."""
    await put_order(house, workspace, "1234", 9)
    made: list[str] = []
    for place, priority in enumerate(PRIORITIES):
        order = "1234" if place % 2 == 0 else "unknown"
        told = given(order, priority=priority, subject=f"Number {place}")
        made.append(str(read(await tickets.create(house, told, asker(workspace)))["id"]))
    return made


async def walked(
    house: House, workspace: Workspace, filters: TicketFilters, limit: int = 2
) -> list[str]:
    """Read a whole list, page by page."""
    ids: list[str] = []
    after = ""
    while True:
        listed = await listing(house, workspace.id, filters, Page(limit=limit, after=after))
        ids += [source.id for source in listed.sources]
        assert len(listed.sources) <= limit
        if listed.next_key is None:
            return ids
        after = listed.next_key


async def test_both_kinds_stand_in_one_order(house: House, workspace: Workspace) -> None:
    made = await a_mixture(house, workspace)

    assert made[::-1] == await walked(house, workspace, TicketFilters())
    assert made == await walked(house, workspace, TicketFilters(rising=True))


async def test_a_matched_ticket_is_listed_once(house: House, workspace: Workspace) -> None:
    made = await a_mixture(house, workspace)
    await changed(house, workspace, made[1], order_id="1234")

    assert made[::-1] == await walked(house, workspace, TicketFilters(), 50)


async def test_the_latest_changed_comes_first(house: House, workspace: Workspace) -> None:
    made = await a_mixture(house, workspace)
    for ticket in (made[3], made[0]):
        note = ChangeGiven(subject="Touched")
        read(await tickets.patch(house, ticket, note, asker(workspace)))

    falling = await walked(house, workspace, TicketFilters(sort=Sort.UPDATED))
    rising = await walked(house, workspace, TicketFilters(sort=Sort.UPDATED, rising=True))

    assert [made[0], made[3], made[5], made[4], made[2], made[1]] == falling
    assert falling[::-1] == rising


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
async def test_the_most_urgent_comes_first(house: House, workspace: Workspace, limit: int) -> None:
    made = await a_mixture(house, workspace)

    found = await walked(house, workspace, TicketFilters(sort=Sort.PRIORITY), limit)

    assert [made[n] for n in (4, 1, 3, 5, 2, 0)] == found


async def test_each_filter_narrows(house: House, workspace: Workspace) -> None:
    made = await a_mixture(house, workspace)
    await changed(house, workspace, made[0], "approved")
    await tickets.patch(
        house, made[1], ChangeGiven(assignee_id="ada", tags=("vip",)), asker(workspace)
    )

    async def only(**narrowed: object) -> list[str]:
        return await walked(house, workspace, TicketFilters(**narrowed))  # pyright: ignore[reportArgumentType] - named by each case

    assert [made[0]] == await only(statuses=frozenset({"approved"}))
    assert [made[4], made[1]] == await only(priorities=frozenset({"urgent"}))
    assert [made[1]] == await only(assignee="ada")
    assert [made[1]] == await only(tags=frozenset({"vip", "other"}))
    assert [made[3]] == await only(search="number 3")
    assert made[::-1] == await only(search="ANN@example")
    assert [] == await only(sources=frozenset({"email"}))
    # The order's own customer, and those who wrote where there is no order.
    assert [made[5], made[3], made[1]] == await only(email="ann@example.test")


async def test_a_range_of_creation_narrows(house: House, workspace: Workspace) -> None:
    made = await a_mixture(house, workspace)
    third = await tickets.find(house, workspace.id, made[2])
    assert third is not None
    at = third.created_at

    for rising in (False, True):
        since = TicketFilters(created_after=at, rising=rising)
        until = TicketFilters(created_before=at, rising=rising)
        never = TicketFilters(created_before=at - timedelta(days=1), rising=rising)

        assert set(made[2:]) == set(await walked(house, workspace, since))
        assert set(made[:3]) == set(await walked(house, workspace, until))
        assert [] == await walked(house, workspace, never)


@pytest.mark.parametrize("sort", [Sort.UPDATED, Sort.PRIORITY])
async def test_another_list_s_cursor_is_refused(
    house: House, workspace: Workspace, sort: Sort
) -> None:
    with pytest.raises(InvalidRequest):
        await listing(house, workspace.id, TicketFilters(sort=sort), Page(after="01h"))


async def test_a_conversation_goes_on_after_the_match(house: House, workspace: Workspace) -> None:
    ticket = str(read(await tickets.create(house, given("unknown"), asker(workspace)))["id"])
    await put_order(house, workspace, "1234", 1)

    for text, match in (("Before", False), ("Between", True), ("After", False)):
        if match:
            await changed(house, workspace, ticket, order_id="1234")
        message = Comment(text=text)
        await tickets.comment(house, ticket, message, asker(workspace), lambda _: b"{}")
    found = await conversation(house, workspace.id, ticket)

    assert found is not None
    assert ["Before", "Between", "After"] == [event.message for event in found.events]
    assert 3 == found.source.facts.messages
    assert "return_requested" == status_shown(found.source)


async def test_no_ticket_has_no_conversation(house: House, workspace: Workspace) -> None:
    assert await conversation(house, workspace.id, "tkt_" + "0" * 26) is None


async def test_lists_stay_in_their_workspace(
    house: House, workspace: Workspace, live_workspace: Workspace
) -> None:
    await put_order(house, workspace, "1234", 1)
    await created(house, workspace)

    assert [] == await walked(house, live_workspace, TicketFilters())
