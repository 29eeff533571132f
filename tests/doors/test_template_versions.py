"""The versions of a template: each kept with who and why, compared, and said again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.doors.client import Client

_NEW = {"event": "return_received", "type": "email", "subject": "It came", "body": "One\nTwo"}


async def _made(shop: Client) -> str:
    made = await shop.ask("POST", "/notification-templates", _NEW)
    return f"/notification-templates/{made['id']}"


async def test_every_change_is_a_version_with_who_and_why(shop: Client) -> None:
    at = await _made(shop)
    await shop.ask("PATCH", at, {"body": "One\n2", "note": " Digits "})
    await shop.ask("PATCH", at, {"active": False})
    await shop.ask("PATCH", at, {"active": False, "note": "nothing changed"})
    listed = (await shop.ask("GET", f"{at}/versions"))["data"]
    assert [one["version"] for one in listed] == [3, 2, 1]
    assert [one["changed"] for one in listed] == [["active"], ["body"], []]
    assert [one["note"] for one in listed] == ["", "Digits", ""]
    assert all(one["made_by"].startswith("api_key:") for one in listed)
    first = await shop.ask("GET", f"{at}/versions/1")
    assert (first["body"], first["active"]) == ("One\nTwo", True)


async def test_versions_come_in_pages(shop: Client) -> None:
    at = await _made(shop)
    for word in "abc":
        await shop.ask("PATCH", at, {"body": word})
    page = await shop.ask("GET", f"{at}/versions", query="limit=2")
    assert [one["changed"] for one in page["data"]] == [["body"], ["body"]]
    rest = await shop.ask("GET", f"{at}/versions", query=f"limit=2&cursor={page['next_cursor']}")
    assert [one["version"] for one in rest["data"]] == [2, 1]
    assert rest["next_cursor"] is None


async def test_two_versions_are_held_against_each_other(shop: Client) -> None:
    at = await _made(shop)
    await shop.ask("PATCH", at, {"body": "One\n2\nThree"})
    found = await shop.ask("GET", f"{at}/diff")
    assert (found["from"], found["to"], found["changed"]) == (1, 2, ["body"])
    assert found["subject"] == []
    rows = [(row["kind"], row["from"], row["to"]) for row in found["body"]]
    assert rows == [("same", "One", "One"), ("changed", "Two", "2"), ("added", None, "Three")]
    unknown = await shop.call("GET", f"{at}/diff", query="from=9")
    assert unknown.status == 422
    assert unknown.json["errors"][0]["pointer"] == "/from"


async def test_nobodys_words_are_compared_as_the_houses(shop: Client) -> None:
    at = await _made(shop)
    await shop.ask("PATCH", at, {"body": None, "subject": None})
    found = await shop.ask("GET", f"{at}/diff")
    assert "return.reference" in "".join(row["to"] or "" for row in found["body"])


async def test_a_version_is_said_again_as_the_next(shop: Client) -> None:
    at = await _made(shop)
    await shop.ask("PATCH", at, {"subject": None, "body": "Else", "active": False})
    again = await shop.ask("POST", f"{at}/versions/1/restore", {"note": "Better"})
    assert (again["version"], again["subject"], again["body"]) == (3, "It came", "One\nTwo")
    assert again["active"] is False, "whether it is on is not said again"
    newest = (await shop.ask("GET", f"{at}/versions"))["data"][0]
    assert (newest["restored"], newest["note"]) == (1, "Better")
    stale = await shop.call("POST", f"{at}/versions/2/restore", {}, headers={"if-match": '"2"'})
    assert stale.status == 412
    assert (await shop.call("POST", f"{at}/versions/44/restore", {})).status == 404
