"""API keys that end by themselves, are good from some networks, and hand over to their like."""

from __future__ import annotations

import asyncio
import re
import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from retour.settings import BadSetting, load
from retour.wiring.serving import listening
from tests.doors.apps import app_of
from tests.doors.staff_story import member, somebody, words

if TYPE_CHECKING:
    import asyncpg
    from litestar import Litestar

    from retour.desk.house import House
    from tests.doors.client import Client
    from tests.support.pg import Workspace

_SCOPES = ["orders:read", "keys:read"]


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return app_of(house, staff.routes)


async def test_a_key_ends_by_itself(
    shop: Client, house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """Within a second of its end nobody is let in by it, and it is shown as ended."""
    late = {"name": "Late", "scopes": _SCOPES, "ends_at": "2020-01-01T00:00:00Z"}
    refused = await shop.call("POST", "/api-keys", late)
    assert refused.status == 422
    assert refused.json["errors"][0]["pointer"] == "/ends_at"
    both = {"name": "K", "scopes": _SCOPES, "ends_at": "2999-01-01T00:00:00Z", "life_days": 30}
    made = await shop.ask("POST", "/api-keys", both)
    assert made["ends_at"] < "2998"
    key = replace(shop, token=made["token"])
    assert (await key.call("GET", "/orders/none")).status == 404
    await admin.execute(
        "UPDATE retour.api_key SET ends_at = clock_timestamp() WHERE key_id = $1", made["id"]
    )
    house.configs.forget(workspace.id)
    assert (await key.call("GET", "/orders/none")).status == 401
    assert (await shop.ask("GET", f"/api-keys/{made['id']}"))["is_good"] is False
    assert (await shop.call("POST", f"/api-keys/{made['id']}/rotate", {})).status == 422


async def test_a_key_is_good_from_its_networks_alone(shop: Client) -> None:
    """What comes from elsewhere is refused by the same key, whatever a header says."""
    wrong = {"name": "K", "scopes": _SCOPES, "networks": ["10.0.0.0/8", "nowhere"]}
    refused = await shop.call("POST", "/api-keys", wrong)
    assert refused.json["errors"][0]["pointer"] == "/networks/1"
    for networks, status in ((["203.0.113.7"], 403), (["127.0.0.0/8", "2001:db8::/32"], 404)):
        said = {"name": "K", "scopes": _SCOPES, "networks": networks}
        made = await shop.ask("POST", "/api-keys", said)
        key = replace(shop, token=made["token"])
        answer = await key.call("GET", "/orders/none")
        assert answer.status == status, answer
        if status == 403:
            assert answer.code == "network_refused"
            told = {"x-forwarded-for": "203.0.113.7"}
            assert (await key.call("GET", "/orders/none", headers=told)).status == 403, "no proxy's"


@pytest.mark.parametrize(
    ("said", "told", "seen"),
    [
        (None, "203.0.113.7", "203.0.113.7"),
        (None, "198.51.100.9, 203.0.113.7, 10.0.0.4", "203.0.113.7"),
        ("192.0.2.0/24", "203.0.113.7", "127.0.0.1"),
        ("none", "203.0.113.7", "127.0.0.1"),
    ],
)
async def test_whose_word_counts_for_who_asks(said: str | None, told: str, seen: str) -> None:
    """What a proxy of ours says, up to what a stranger said to it; nobody else's header."""

    async def app(scope: Any, _: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own
        who = f"<{scope['client'][0]}>".encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": who, "more_body": False})

    settings = load({} if said is None else {"RETOUR_PROXIES": said})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        async with listening(app, taken, proxies=settings.proxies):
            reader, writer = await asyncio.open_connection(*taken.getsockname())
            head = f"GET / HTTP/1.1\r\nhost: x\r\nx-forwarded-for: {told}\r\nconnection: close\r\n"
            writer.write(f"{head}\r\n".encode())
            answer = await reader.read()
            writer.close()
    assert f"<{seen}>" in answer.decode()
    with pytest.raises(BadSetting, match="give networks such as"):
        load({"RETOUR_PROXIES": "10.0.0.0/8,nowhere"})


async def test_it_is_noted_when_a_key_is_used(shop: Client) -> None:
    made = await shop.ask("POST", "/api-keys", {"name": "K", "scopes": _SCOPES})
    before = await shop.ask("GET", f"/api-keys/{made['id']}")
    assert before["used_at"] is None
    await replace(shop, token=made["token"]).call("GET", "/orders/none")
    after = await shop.ask("GET", f"/api-keys/{made['id']}")
    assert after["used_at"] is not None


async def test_a_rotated_key_stays_good_for_a_while(shop: Client, house: House) -> None:
    """Its successor may the same, and no more than who asks may give; a replay gives no token."""
    said = {"name": "Dock", "scopes": _SCOPES, "networks": ["127.0.0.1"], "life_days": 3}
    old = await shop.ask("POST", "/api-keys", said)
    path = f"/api-keys/{old['id']}/rotate"
    once = {"idempotency-key": "rotate-once"}
    first = await shop.call("POST", path, {"overlap_s": 3600}, headers=once)
    again = await shop.call("POST", path, {"overlap_s": 3600}, headers=once)
    made = first.json
    assert again.json == {name: one for name, one in made.items() if name != "token"}
    assert (made["name"], made["scopes"]) == ("Dock", sorted(_SCOPES))
    assert made["networks"] == ["127.0.0.1/32"]
    kept = await shop.ask("GET", f"/api-keys/{old['id']}")
    assert kept["is_good"]
    assert kept["ends_at"] < old["ends_at"]
    for token in (old["token"], made["token"]):
        assert (await replace(shop, token=token).call("GET", "/orders/none")).status == 404
    await shop.ask("POST", f"/api-keys/{made['id']}/rotate", {"overlap_s": 0})
    assert (await replace(shop, token=made["token"]).call("GET", "/orders/none")).status == 401
    weak = await shop.ask("POST", "/api-keys", {"name": "W", "scopes": ["keys:write"]})
    beyond = await replace(shop, token=weak["token"]).call("POST", path, {})
    assert (beyond.status, beyond.json["errors"][0]["code"]) == (422, "scope_missing")
    assert house is not None


async def test_keys_are_made_and_rotated_on_pages(
    app: Litestar, house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """The token is shown once; what was ticked to begin with is what a role may."""
    browser = await member(app, house, workspace.id, email=somebody())
    keys = f"/w/{workspace.text}/settings/keys"
    begun = (await browser.open(f"{keys}/new?start=warehouse")).body.decode()
    assert set(re.findall(r'value="([\w:]+)" checked', begun)) == {
        "receiving:read",
        "receiving:write",
    }
    said = {"name": "Shop", "scopes": "orders:read", "life": "90", "networks": "10.0.0.0/8 nowhere"}
    wrong = await browser.press(f"{keys}/new", **said)
    assert wrong.status == 422
    assert "'nowhere' is no network" in words(wrong)
    made = await browser.press(f"{keys}/new", **{**said, "networks": "10.0.0.0/8"})
    (first,) = set(re.findall(r"rk_test_\w+", words(made)))
    listed = words(await browser.open(keys))
    assert "from 10.0.0.0/8" in listed
    assert first not in listed
    key_id = first.split("_")[2]
    page = f"{keys}/{key_id}/rotate"
    await admin.execute(
        "UPDATE retour.person_session SET proved_at = proved_at - interval '6 minutes'"
    )
    assert (await browser.open(page)).headers["location"].startswith("/prove?")
    await admin.execute("UPDATE retour.person_session SET proved_at = clock_timestamp()")
    rotated = await browser.press(page, overlap="3600")
    assert rotated.status == 201
    assert first not in words(rotated)
    assert f"{key_id} , is good until" in words(rotated)
    assert (await browser.open(f"{keys}/none/rotate")).status == 404


async def test_a_developer_keeps_keys_in_a_sandbox_alone(
    app: Litestar, house: House, workspace: Workspace, live_workspace: Workspace
) -> None:
    for where, status in ((workspace, 200), (live_workspace, 403)):
        browser = await member(app, house, where.id, MemberRole.DEVELOPER, email=somebody())
        assert (await browser.open(f"/w/{where.text}/settings/keys/new")).status == status
