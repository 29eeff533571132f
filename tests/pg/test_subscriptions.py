"""Subscriptions: what is shown and kept, how they change, and how they end."""

from __future__ import annotations

import asyncio
import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import msgspec
import pytest

from retour.desk.house import House
from retour.desk.outcome import Done, KeyReused, NotFound, VersionDiffers
from retour.desk.pages import Page, read_page
from retour.desk.telling import subscriptions
from retour.desk.telling.signing_keys import open_keys
from retour.desk.telling.subscription_body import RotateBody, SubscriptionNew, SubscriptionPatch
from retour.kernel.problems import InvalidRequest
from tests.support.pg import Workspace, fresh_workspace
from tests.support.told import asked_with, put_order, read, shipped_return

URL = "http://127.0.0.1:9/hook"


def new(**fields: object) -> SubscriptionNew:
    return msgspec.convert({"url": URL, **fields}, SubscriptionNew)


def change(**fields: object) -> SubscriptionPatch:
    return msgspec.convert(fields, SubscriptionPatch)


async def made(house: House, workspace: Workspace, **fields: object) -> dict[str, Any]:
    return read(await subscriptions.create(house, workspace.id, new(**fields)), 201)


async def shown(house: House, workspace: Workspace, subscription_id: str) -> dict[str, Any]:
    return read(await subscriptions.look_up(house, workspace.id, subscription_id))


async def keys_of(house: House, workspace: Workspace, subscription_id: str) -> list[Any]:
    async with house.database.transaction(workspace.id) as connection:
        sealed = await connection.fetchval(
            "SELECT secrets FROM retour.subscription"
            " WHERE workspace_id = $1 AND subscription_id = $2",
            workspace.id,
            subscription_id,
        )
    return open_keys(house.vault, workspace.id, subscription_id, sealed)


async def count(house: House, workspace: Workspace, table: str, subscription_id: str) -> int:
    async with house.database.transaction(workspace.id) as connection:
        return await connection.fetchval(
            f"SELECT count(*) FROM retour.{table} WHERE workspace_id = $1 AND subscription_id = $2",
            workspace.id,
            subscription_id,
        )


async def epoch(house: House, workspace: Workspace) -> int:
    async with house.database.transaction(workspace.id) as connection:
        return await connection.fetchval(
            "SELECT epoch FROM retour.workspace WHERE workspace_id = $1", workspace.id
        )


async def test_a_secret_is_shown_once_and_kept_sealed(house: House, workspace: Workspace) -> None:
    first = await made(house, workspace)
    secret = first.pop("secret")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    kept = await keys_of(house, workspace, first["id"])

    assert secret.startswith("whsec_")
    assert len(key) == 32
    assert [base64.b64decode(one.key) for one in kept] == [key]
    assert kept[0].until is None
    assert await shown(house, workspace, first["id"]) == first
    assert secret not in str(read(await subscriptions.listing(house, workspace.id, Page())))


async def test_an_own_secret_is_taken_or_refused(house: House, workspace: Workspace) -> None:
    own = "whsec_" + base64.b64encode(b"k" * 24).decode()
    assert (await made(house, workspace, secret=own))["secret"] == own
    for bad in (
        "whsec_" + base64.b64encode(b"k" * 23).decode(),
        "whsec_" + base64.b64encode(b"k" * 65).decode(),
        base64.b64encode(b"k" * 32).decode(),
        "whsec_not base64!",
        "whsec_ü",
    ):
        with pytest.raises(InvalidRequest) as refused:
            await subscriptions.create(house, workspace.id, new(secret=bad))
        assert refused.value.errors[0].pointer == "/secret"


async def test_defaults_are_those_of_the_contract(house: House, workspace: Workspace) -> None:
    view = await made(house, workspace)
    view.pop("secret")
    created_at = view.pop("created_at")
    assert view.pop("id").startswith("sub_")
    assert view == {
        "url": URL,
        "events": ["*"],
        "dialect": "retour",
        "format": "json",
        "headers": {},
        "filter": {},
        "ordering": "return",
        "on_dead": "skip",
        "dialect_settings": {},
        "status": "active",
        "status_reason": None,
        "status_at": created_at,
        "failures": 0,
        "failing_since": None,
        "hold_until": None,
        "version": 1,
    }


BAD: list[tuple[dict[str, object], str, str]] = [
    ({"url": "http://169.254.169.254/latest"}, "/url", "address_blocked"),
    ({"url": "https://192.168.1.1/x"}, "/url", "address_blocked"),
    ({"url": "ftp://example.com/x"}, "/url", "address_blocked"),
    ({"url": "nonsense"}, "/url", "address_blocked"),
    ({"dialect": "edifact"}, "/dialect", "unsupported_dialect"),
    ({"events": ["return.recieved"]}, "/events/0", "unknown_event"),
    ({"filter": {"status": ["receved"]}}, "/filter/status/0", "unknown_value"),
    ({"filter": {"origin": ["portal", "phone"]}}, "/filter/origin/1", "unknown_value"),
    ({"dialect_settings": {"zone": "UTC"}}, "/dialect_settings/zone", "unknown_field"),
    (
        {"dialect": "kibo", "dialect_settings": {"zone": "Mars/Olympus"}},
        "/dialect_settings/zone",
        "unknown_value",
    ),
    (
        {"dialect": "cloudevents", "dialect_settings": {"mode": None}},
        "/dialect_settings/mode",
        "unknown_value",
    ),
    ({"dialect": "kibo", "format": "xml"}, "/format", "unsupported_format"),
    ({"dialect": "kibo", "events": ["retour.return.settled"]}, "/events/0", "unknown_event"),
    ({"headers": {"X-A": "a\r\nb: c"}}, "/headers/X-A", "bad_header"),
    ({"headers": {"X-A": "a\x00"}}, "/headers/X-A", "bad_header"),
    ({"headers": {"X-A": "ü"}}, "/headers/X-A", "bad_header"),
    ({"headers": {"X A": "a"}}, "/headers/X A", "bad_header"),
    ({"headers": {"X-A\r\nX-B": "a"}}, "/headers/X-A\r\nX-B", "bad_header"),
    ({"headers": {"Host": "a"}}, "/headers/Host", "bad_header"),
    ({"headers": {"content-LENGTH": "1"}}, "/headers/content-LENGTH", "bad_header"),
    ({"headers": {"Transfer-Encoding": "chunked"}}, "/headers/Transfer-Encoding", "bad_header"),
    ({"headers": {"Webhook-Id": "1"}}, "/headers/Webhook-Id", "bad_header"),
    ({"headers": {"x-a": "1", "X-A": "2"}}, "/headers/X-A", "bad_header"),
    ({"headers": {"X-A": "a" * 1025}}, "/headers/X-A", "bad_header"),
]


@pytest.mark.parametrize(("fields", "pointer", "code"), BAD)
async def test_what_cannot_be_is_named_and_nothing_is_written(
    house: House, workspace: Workspace, fields: dict[str, object], pointer: str, code: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await subscriptions.create(house, workspace.id, new(**fields))
    assert [(error.pointer, error.code) for error in refused.value.errors] == [(pointer, code)]
    assert read(await subscriptions.listing(house, workspace.id, Page()))["data"] == []


async def test_everything_wrong_is_named_at_once(house: House, workspace: Workspace) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await subscriptions.create(
            house,
            workspace.id,
            new(url="http://10.0.0.1", events=["x", "y"], headers={"Host": "z"}),
        )
    pointers = [error.pointer for error in refused.value.errors]
    assert pointers == ["/url", "/events/0", "/events/1", "/headers/Host"]


async def test_every_blocked_address_gets_the_same_words(
    house: House, workspace: Workspace
) -> None:
    words: set[str] = set()
    for url in ("http://10.0.0.1/", "https://[::1]/", "gopher://x", "https://[fd00::1]/"):
        with pytest.raises(InvalidRequest) as refused:
            await subscriptions.create(house, workspace.id, new(url=url))
        words.add(refused.value.errors[0].detail)
    assert len(words) == 1


async def test_a_change_is_a_version_and_the_same_again_is_none(
    house: House, workspace: Workspace
) -> None:
    first = await made(house, workspace)
    before = await epoch(house, workspace)
    asked = change(events=["return.received"], filter={"origin": ["api"]}, on_dead="block")
    second = await subscriptions.patch(house, workspace.id, first["id"], asked)
    again = await subscriptions.patch(house, workspace.id, first["id"], asked)

    assert isinstance(second, Done)
    assert second.version == 2
    assert read(again)["version"] == 2
    assert read(second)["events"] == ["return.received"]
    assert read(second)["filter"] == {"origin": ["api"]}
    assert read(second)["on_dead"] == "block"
    assert read(second)["url"] == URL
    assert await epoch(house, workspace) == before + 1
    assert await count(house, workspace, "subscription_version", first["id"]) == 2


async def test_a_patch_of_a_version_nobody_sees_is_refused(
    house: House, workspace: Workspace
) -> None:
    first = await made(house, workspace)
    asked = change(format="xml")
    await subscriptions.patch(house, workspace.id, first["id"], asked, if_match=1)
    stale = await subscriptions.patch(
        house, workspace.id, first["id"], change(format="json"), if_match=1
    )
    assert stale == VersionDiffers(current=2)


async def test_a_patch_is_checked_like_a_creation(house: House, workspace: Workspace) -> None:
    first = await made(house, workspace)
    for fields in ({"url": "http://10.0.0.1"}, {"dialect": "edifact"}, {"headers": {"te": "x"}}):
        with pytest.raises(InvalidRequest):
            await subscriptions.patch(house, workspace.id, first["id"], change(**fields))
    assert (await shown(house, workspace, first["id"]))["version"] == 1


async def test_commits_follow_a_change_at_once(house: House, workspace: Workspace) -> None:
    first = await made(house, workspace, events=["return.rejected"])
    await shipped_return(house, workspace.id, "A1")
    assert await count(house, workspace, "delivery", first["id"]) == 0

    await subscriptions.patch(house, workspace.id, first["id"], change(events=["*"]))
    await shipped_return(house, workspace.id, "A2")
    told = await count(house, workspace, "delivery", first["id"])
    assert told > 3

    await subscriptions.patch(house, workspace.id, first["id"], change(status="disabled"))
    await shipped_return(house, workspace.id, "A3")
    assert await count(house, workspace, "delivery", first["id"]) == told


async def test_paused_work_waits_and_becomes_due_when_resumed(
    house: House, workspace: Workspace
) -> None:
    first = await made(house, workspace)
    paused = read(
        await subscriptions.patch(house, workspace.id, first["id"], change(status="paused"))
    )
    await shipped_return(house, workspace.id, "A1")
    async with house.database.transaction(workspace.id) as connection:
        await connection.execute(
            "UPDATE retour.lane SET due_at = clock_timestamp() + interval '1 hour'"
            " WHERE workspace_id = $1 AND subscription_id = $2",
            workspace.id,
            first["id"],
        )
    resumed = read(await subscriptions.resume(house, workspace.id, first["id"]))
    async with house.database.transaction(workspace.id) as connection:
        latest = await connection.fetchval(
            "SELECT max(due_at) FROM retour.lane WHERE workspace_id = $1 AND subscription_id = $2",
            workspace.id,
            first["id"],
        )

    assert (paused["status"], paused["status_reason"]) == ("paused", "by request")
    assert (resumed["status"], resumed["status_reason"]) == ("active", None)
    assert latest < datetime.now(UTC) + timedelta(minutes=1)
    assert (await shown(house, workspace, first["id"]))["status"] == "active"


async def test_deleting_skips_what_waits_and_keeps_the_row(
    house: House, workspace: Workspace
) -> None:
    first, other = await made(house, workspace), await made(house, workspace)
    await shipped_return(house, workspace.id, "A1")
    waiting = await count(house, workspace, "delivery", first["id"])
    done = await subscriptions.delete(house, workspace.id, first["id"])

    assert waiting > 3
    assert isinstance(done, Done)
    assert done.status == 204
    assert await count(house, workspace, "delivery", first["id"]) == 0
    assert await count(house, workspace, "lane", first["id"]) == 0
    assert await count(house, workspace, "delivery_log", first["id"]) == waiting
    assert await count(house, workspace, "delivery", other["id"]) == waiting
    assert await count(house, workspace, "subscription", first["id"]) == 1
    gone = NotFound(what="subscription")
    assert await subscriptions.look_up(house, workspace.id, first["id"]) == gone
    assert await subscriptions.delete(house, workspace.id, first["id"]) == gone
    assert await subscriptions.patch(house, workspace.id, first["id"], change()) == gone
    listed = read(await subscriptions.listing(house, workspace.id, Page()))["data"]
    assert [item["id"] for item in listed] == [other["id"]]


async def test_a_commit_that_had_not_heard_leaves_nothing_at_a_deleted_subscription(
    house: House, workspace: Workspace
) -> None:
    """A commit passes the check of the epoch, then the subscription ends, then it commits."""
    first = await made(house, workspace)
    await put_order(house, workspace.id, "A1")
    straggler = await asyncpg.connect(house.database.dsn("retour_app"))
    try:
        await straggler.execute(f"BEGIN; SET LOCAL app.ws = '{workspace.id}'")
        await straggler.execute("SELECT pg_current_xact_id()")
        deleting = asyncio.create_task(subscriptions.delete(house, workspace.id, first["id"]))
        await asyncio.sleep(0.3)
        assert not deleting.done()
        await straggler.execute(
            "INSERT INTO retour.delivery VALUES ($1, $2, 'ret_x', 7, 'dlv_x', 'evt_x', 1, 'x')",
            workspace.id,
            first["id"],
        )
        await straggler.execute(
            "INSERT INTO retour.lane VALUES ($1, $2, 'ret_x', clock_timestamp(), 0, 0, 1)",
            workspace.id,
            first["id"],
        )
        await straggler.execute("COMMIT")
        await deleting
    finally:
        await straggler.close()
    assert await count(house, workspace, "delivery", first["id"]) == 0
    assert await count(house, workspace, "lane", first["id"]) == 0


async def test_a_rotated_secret_overlaps_with_the_old_one(
    house: House, workspace: Workspace
) -> None:
    first = await made(house, workspace)
    now = datetime.now(UTC)
    rotated = read(await subscriptions.rotate(house, workspace.id, first["id"], RotateBody()))
    kept = await keys_of(house, workspace, first["id"])

    assert ["whsec_" + key.key for key in kept] == [first["secret"], rotated["secret"]]
    assert abs(kept[0].until - now - timedelta(hours=24)) < timedelta(minutes=1)
    assert kept[1].until is None
    assert "secret" not in await shown(house, workspace, first["id"])


async def test_without_overlap_the_old_secret_ends_at_once(
    house: House, workspace: Workspace
) -> None:
    first = await made(house, workspace)
    body = RotateBody(overlap=timedelta(0))
    rotated = read(await subscriptions.rotate(house, workspace.id, first["id"], body))
    kept = await keys_of(house, workspace, first["id"])
    assert ["whsec_" + key.key for key in kept] == [rotated["secret"]]


async def test_no_more_than_five_secrets_sign(house: House, workspace: Workspace) -> None:
    first = await made(house, workspace)
    for _ in range(7):
        await subscriptions.rotate(house, workspace.id, first["id"], RotateBody())
    kept = await keys_of(house, workspace, first["id"])
    assert [key.until is None for key in kept] == [False] * 4 + [True]
    for overlap in (timedelta(seconds=-1), timedelta(days=31)):
        with pytest.raises(InvalidRequest):
            await subscriptions.rotate(
                house, workspace.id, first["id"], RotateBody(overlap=overlap)
            )


async def test_a_replay_is_the_same_but_for_the_secret(house: House, workspace: Workspace) -> None:
    key = asked_with("once")
    first = await subscriptions.create(house, workspace.id, new(), key)
    again = await subscriptions.create(house, workspace.id, new(), key)
    other = await subscriptions.create(house, workspace.id, new(), asked_with("once", "other"))

    assert isinstance(first, Done)
    assert isinstance(again, Done)
    assert again.replayed
    whole = read(first, 201)
    assert whole.pop("secret")
    assert read(again, 201) == whole
    assert other == KeyReused()
    assert len(read(await subscriptions.listing(house, workspace.id, Page()))["data"]) == 1


async def test_fifty_of_the_same_request_at_once_make_one(
    house: House, workspace: Workspace
) -> None:
    key = asked_with("at once")
    answers = await asyncio.gather(
        *(subscriptions.create(house, workspace.id, new(), key) for _ in range(50))
    )
    bodies = [read(answer, 201) for answer in answers]
    assert len({body["id"] for body in bodies}) == 1
    assert sum("secret" in body for body in bodies) == 1
    assert len(read(await subscriptions.listing(house, workspace.id, Page()))["data"]) == 1


async def test_pages_hold_each_once_newest_first(house: House, workspace: Workspace) -> None:
    ids = [(await made(house, workspace))["id"] for _ in range(5)]
    seen: list[str] = []
    page = Page(limit=2)
    while True:
        answer = read(await subscriptions.listing(house, workspace.id, page))
        seen += [item["id"] for item in answer["data"]]
        if answer["next_cursor"] is None:
            break
        page = read_page("2", answer["next_cursor"])
    assert sorted(seen) == sorted(ids)
    assert seen == sorted(seen, reverse=True)


async def test_another_workspace_sees_none_of_it(house: House, workspace: Workspace) -> None:
    first = await made(house, workspace)
    other = await fresh_workspace(house)
    gone = NotFound(what="subscription")
    assert await subscriptions.look_up(house, other.id, first["id"]) == gone
    assert await subscriptions.patch(house, other.id, first["id"], change()) == gone
    assert await subscriptions.rotate(house, other.id, first["id"], RotateBody()) == gone
    assert await subscriptions.resume(house, other.id, first["id"]) == gone
    assert await subscriptions.delete(house, other.id, first["id"]) == gone
    assert (await shown(house, workspace, first["id"]))["status"] == "active"


async def test_effects_are_no_webhooks(house: House, workspace: Workspace) -> None:
    gone = NotFound(what="subscription")
    assert await subscriptions.look_up(house, workspace.id, "sub_refund") == gone
    assert await subscriptions.delete(house, workspace.id, "sub_refund") == gone
    assert read(await subscriptions.listing(house, workspace.id, Page()))["data"] == []
