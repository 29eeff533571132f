"""The grid of who is told of what: read, switched, and nothing anybody wrote lost by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.doors.client import Client

View = dict[str, Any]


async def _profile(shop: Client, **said: str) -> str:
    made = await shop.ask("POST", "/notification-profiles", {"name": "Ops", **said})
    return str(made["id"])


async def _mail(shop: Client, address: str) -> str:
    return await _profile(shop, type="email", address=address)


def _cell(grid: View, event: str, profile: str, type: str = "email") -> View:
    row = next(row for row in grid["rows"] if row["event"] == event)
    return next(one for one in row["cells"] if (one["profile"], one["type"]) == (profile, type))


async def _switch(shop: Client, event: str, profile: str, *, on: bool, type: str = "email") -> View:
    cell = {"event": event, "type": type, "profile": profile, "on": on}
    grid: View = await shop.ask("PATCH", "/notification-matrix", {"cells": [cell]})
    assert grid == await shop.ask("GET", "/notification-matrix", query=f"profile={profile}")
    return _cell(grid, event, profile, type)


async def _template(shop: Client, cell: View) -> View:
    there = f"/notification-templates/{cell['templates'][0]['id']}"
    return await shop.ask("GET", there)


async def test_a_column_per_profile_and_type(shop: Client) -> None:
    mail = await _mail(shop, "ops@example.com")
    hook = await _profile(shop, type="custom", url="http://127.0.0.1:9/hook")
    chat = await _profile(shop, type="chat", url="http://127.0.0.1:9/chat")
    grid = await shop.ask("GET", "/notification-matrix")
    columns = [(one["type"], one["profile"]) for one in grid["columns"]]
    assert columns == [("email", mail), ("json", hook), ("xml", hook), ("chat", chat)]
    assert len(grid["rows"]) == 18
    assert [row["class"] for row in grid["rows"]].count("primary") == 10
    assert not any(cell["on"] for row in grid["rows"] for cell in row["cells"])


async def test_switched_off_and_on_again_it_says_the_same(shop: Client) -> None:
    ops = await _mail(shop, "ops@example.com")
    on = await _switch(shop, "return_received", ops, on=True)
    assert on["on"]
    assert not on["own_words"]
    there = f"/notification-templates/{on['templates'][0]['id']}"
    await shop.ask("PATCH", there, {"body": "It came."})
    off = await _switch(shop, "return_received", ops, on=False)
    assert not off["on"]
    assert (await shop.ask("GET", there))["active"] is False
    again = await _switch(shop, "return_received", ops, on=True)
    assert (again["on"], again["own_words"]) == (True, True)
    assert (await shop.ask("GET", there))["body"] == "It came."


async def test_who_joins_says_the_others_words_and_leaves_alone(shop: Client) -> None:
    first, second = await _mail(shop, "a@example.com"), await _mail(shop, "b@example.com")
    on = await _switch(shop, "return_received", first, on=True)
    there = f"/notification-templates/{on['templates'][0]['id']}"
    joined = await _switch(shop, "return_received", second, on=True)
    assert joined["templates"] == on["templates"]
    await _switch(shop, "return_received", first, on=False)
    said = await shop.ask("GET", there)
    assert (said["profiles"], said["active"]) == ([second], True)


async def test_one_of_several_that_are_off_comes_on_alone(shop: Client) -> None:
    first, second = await _mail(shop, "a@example.com"), await _mail(shop, "b@example.com")
    body = {"event": "return_received", "type": "email", "body": "Ours", "active": False}
    await shop.ask("POST", "/notification-templates", {**body, "profiles": [first, second]})
    on = await _switch(shop, "return_received", second, on=True)
    assert (on["on"], on["own_words"]) == (True, True)
    grid = await shop.ask("GET", "/notification-matrix")
    assert not _cell(grid, "return_received", first)["on"]


async def test_customers_are_told_in_each_language_and_never_what_staff_is(shop: Client) -> None:
    await shop.ask("POST", "/notification-templates/defaults", {"languages": ["nl", "de"]})
    grid = await shop.ask("GET", "/notification-matrix")
    customer = grid["columns"][0]["profile"]
    assert grid["columns"][0]["to"] == "customer"
    ops = await _mail(shop, "ops@example.com")
    mine = await _switch(shop, "return_received", ops, on=True)
    assert len(mine["templates"]) == 1
    told = await _switch(shop, "return_shipped", customer, on=True)
    assert {one["language"] for one in told["templates"]} == {"nl", "de"}
    off = await _switch(shop, "return_received", customer, on=False)
    assert not off["on"]
    assert (await _template(shop, mine))["active"]


async def test_what_no_cell_can_be_is_named(shop: Client) -> None:
    ops = await _mail(shop, "ops@example.com")
    cells = [
        {"event": "return_recieved", "type": "email", "profile": ops, "on": True},
        {"event": "return_received", "type": "json", "profile": ops, "on": True},
        {"event": "return_received", "type": "email", "profile": "npr_none", "on": True},
    ]
    answer = await shop.call("PATCH", "/notification-matrix", {"cells": cells})
    assert answer.status == 422
    pointers = [one["pointer"] for one in answer.json["errors"]]
    assert pointers == ["/cells/0/event", "/cells/1/type", "/cells/2/profile"]
    grid = await shop.ask("GET", "/notification-matrix")
    assert not any(cell["on"] for row in grid["rows"] for cell in row["cells"])
