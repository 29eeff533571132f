"""Search finds what agents look for, in pages, with a slip in it; queues hold what waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import asyncpg
import msgspec
import pytest

from retour.desk import queues, saved_views
from retour.desk.catching_up import catch_up
from retour.desk.customers import erasing
from retour.desk.customers.erasing import Erasure
from retour.desk.house import House
from retour.desk.outcome import Done, NotFound
from retour.desk.pages import Page, read_page
from retour.desk.queues import QUEUES, Place
from retour.desk.saved_views import SavedViewNew
from retour.desk.searching import own, search
from retour.desk.searching.asked import Wanted, read_chosen, read_query
from retour.desk.searching.words import fold, former_marks
from retour.kernel.problems import InvalidRequest
from retour.lifecycle.commands import Authorize, Cancel
from tests.support.customers import asked, done, sold
from tests.support.pg import Workspace, fresh_workspace

Seen = dict[str, Any]


def read(outcome: object) -> Seen:
    assert isinstance(outcome, Done), outcome
    shown: Seen = msgspec.json.decode(outcome.body)
    return shown


async def found(house: House, workspace: Workspace, text: str, page: Page | None = None) -> Seen:
    wanted = read_query(text)
    return read(await search(house, workspace.id, wanted, page or Page(), me="key_me"))


def ids(shown: Seen) -> list[str]:
    return [row["id"] for row in shown["data"]]


async def one_return(house: House, workspace: Workspace, number: str = "W-1001") -> Seen:
    await sold(
        house,
        workspace,
        number,
        2,
        email="mira.sand@example.com",
        phone="+49 30 901820",
        channel="Otto Market",
    )
    return await asked(house, workspace, number, 2)


@pytest.mark.parametrize(
    "text",
    [
        "W-1001",
        "w1001",
        "w 1001",
        "mira.sand@example.com",
        "MIRA.SAND@example.com",
        "+49 30 901820",
        "030 901820",
        "sku-1",
        "sku:SKU-1",
        'channel:"Otto Market" status:requested',
        "mira.sand@exmaple.com",
        "mira.snad@example.com",
        "030901280",
        "w-1010",
        "w-10o1",
        "v-1001",
        "1001",
        "W-1001 >19.99",
        "W-1001 >=20 <=20.00",
        "status:requested,authorized sku-1",
    ],
)
async def test_a_return_is_found_by(house: House, workspace: Workspace, text: str) -> None:
    ret = await one_return(house, workspace)
    elsewhere = await fresh_workspace(house)

    assert ids(await found(house, workspace, text)) == [ret["id"]]
    assert ids(await found(house, elsewhere, text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "W-9999",
        "lena@example.com",
        "W-1001 >20",
        "W-1001 <20",
        "status:received",
        "sku:SKU-1 channel:amazon",
        "owner:me",
        "W-1001 lena@example.com",
        "!?",
    ],
)
async def test_what_is_not_meant_stays_away(house: House, workspace: Workspace, text: str) -> None:
    await one_return(house, workspace)
    assert ids(await found(house, workspace, text)) == []


async def test_every_way_to_name_it(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """Its RMA number whole, begun and mistyped; that it was guessed is said."""
    ret = await one_return(house, workspace)
    rma = ret["rma_number"]
    slip = rma[:-2] + rma[-1] + rma[-2] if rma[-1] != rma[-2] else rma + "9"
    for text, is_guess in ((rma, False), (rma[:-1], False), (slip, True)):
        shown = await found(house, workspace, text)
        assert (ids(shown), shown["guessed"]) == ([ret["id"]], is_guess), text

    # A neighbour by which very much is found hides nothing.
    await admin.execute(
        "INSERT INTO retour.search_word SELECT $1, $2, 'ord_' || n, false"
        " FROM generate_series(1, 500) AS n",
        workspace.id,
        f"0{fold(slip)}",
    )
    assert ids(await found(house, workspace, slip)) == [ret["id"]]


async def test_an_order_without_returns_is_found(house: House, workspace: Workspace) -> None:
    await sold(house, workspace, "LONELY-7", 1)
    shown = await found(house, workspace, "lonely7")
    assert shown["data"] == []
    assert [one["order_number"] for one in shown["orders"]] == ["LONELY-7"]


async def test_pages_meet_without_gap_or_double(house: House, workspace: Workspace) -> None:
    made: list[str] = []
    for n in range(7):
        await sold(house, workspace, f"P-{n}", 1)
        made.append((await asked(house, workspace, f"P-{n}", 1))["id"])
    for text in ("sku-1", "status:requested", "", "mira.sand@example.com >1"):
        seen: list[str] = []
        page = Page(limit=3)
        for _ in range(3):
            shown = await found(house, workspace, text, page)
            seen += ids(shown)
            if shown["next_cursor"] is None:
                break
            page = read_page("3", shown["next_cursor"])
        assert seen == made[::-1], text


async def test_a_status_and_a_tag_are_found_at_once(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """However rare both are together: one list holds them, so one step of one finds the oldest."""
    made: list[str] = []
    for n in range(4):
        await sold(house, workspace, f"B-{n}", 1, channel="otto")
        made.append((await asked(house, workspace, f"B-{n}", 1))["id"])
    await done(house, workspace, [Authorize()], made[0])

    async def in_one_step() -> list[str]:
        wanted = read_query("status:authorized sku:SKU-1")
        return ids(read(await search(house, workspace.id, wanted, Page(), steps=(1,))))

    async def are_right() -> None:
        for tag in ("sku:SKU-1", "channel:otto", "origin:api", "sku:SKU-1 channel:otto"):
            assert ids(await found(house, workspace, f"status:authorized {tag}")) == made[:1]
            requested = await found(house, workspace, f"status:requested {tag}")
            assert ids(requested) == made[:0:-1], tag
            both = f"status:requested,authorized {tag}"
            assert ids(await found(house, workspace, both)) == made[::-1], both
        assert ids(await found(house, workspace, "status:authorized sku:SKU-1 B-1")) == []

    assert await in_one_step() == made[:1]
    await are_right()

    # Returns of before have no such words until they were gone through; all are found.
    gone = "DELETE FROM retour.search_word WHERE workspace_id = $1 AND word LIKE '=%'"
    behind = "INSERT INTO retour.catching_up (workspace_id, kind, below) VALUES ($1, 'return', '~')"
    await admin.execute(gone, workspace.id)
    await admin.execute(behind, workspace.id)
    await are_right()
    await caught_up(house, workspace, admin)
    assert await in_one_step() == made[:1]
    await are_right()


async def test_a_person_of_before_is_found(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """By marks as they were written before; a slip is found when the order was gone through."""
    ret = await one_return(house, workspace)
    order = await admin.fetchval(
        "SELECT order_id FROM retour.returns WHERE return_id = $1", ret["id"]
    )
    (former,) = former_marks(house.vault, workspace.id, ["mira.sand@example.com"])
    personal = "DELETE FROM retour.search_word WHERE workspace_id = $1 AND is_personal"
    await admin.execute(personal, workspace.id)
    await admin.execute(
        "INSERT INTO retour.search_word VALUES ($1, $2, $3, true)", workspace.id, former, order
    )
    behind = "INSERT INTO retour.catching_up (workspace_id, kind, below) VALUES ($1, 'order', '~')"
    await admin.execute(behind, workspace.id)
    assert ids(await found(house, workspace, "Mira.Sand@example.com")) == [ret["id"]]
    assert ids(await found(house, workspace, "mira.snad@example.com")) == []
    await caught_up(house, workspace, admin)
    assert ids(await found(house, workspace, "mira.snad@example.com")) == [ret["id"]]
    words = "SELECT word FROM retour.search_word WHERE workspace_id = $1"
    assert former not in {row["word"] for row in await admin.fetch(words, workspace.id)}


async def caught_up(house: House, workspace: Workspace, admin: asyncpg.Connection) -> None:
    left = "SELECT count(*) FROM retour.catching_up WHERE workspace_id = $1"
    while await admin.fetchval(left, workspace.id):
        await catch_up(house)


async def test_who_is_forgotten_is_found_no_more(house: House, workspace: Workspace) -> None:
    ret = await one_return(house, workspace)
    erased = await erasing.erase(house, workspace.id, Erasure(email="mira.sand@example.com"))
    assert isinstance(erased, Done)
    for text in ("mira.sand@example.com", "+49 30 901820", "mira.snad@example.com"):
        assert ids(await found(house, workspace, text)) == []
    assert ids(await found(house, workspace, "W-1001")) == [ret["id"]]


async def test_no_person_can_be_read_in_the_words(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    await one_return(house, workspace)
    rows = await admin.fetch(
        "SELECT word, is_personal FROM retour.search_word WHERE workspace_id = $1", workspace.id
    )
    words = {row["word"]: row["is_personal"] for row in rows}
    assert any(words.values())
    assert all(word.startswith("~") == is_personal for word, is_personal in words.items())
    assert not [word for word in words if "mira" in word or "901820" in word]


async def test_a_customer_put_anew_is_found_anew(house: House, workspace: Workspace) -> None:
    ret = await one_return(house, workspace)
    await sold(house, workspace, "W-1001", 2, email="nora@example.com")
    assert ids(await found(house, workspace, "nora@example.com")) == [ret["id"]]
    assert ids(await found(house, workspace, "mira.sand@example.com")) == []


@pytest.mark.parametrize("text", ["status:lost", "a " * 9, "x" * 201])
async def test_what_cannot_be_read_is_said(text: str) -> None:
    with pytest.raises(InvalidRequest):
        read_query(text)
    with pytest.raises(InvalidRequest) as caught:
        read_query("statu:requested boots")
    assert caught.value.errors[0].detail == "There is no token statu:; you may mean status:."
    assert read_query("note:x https://shop.example").words == ("note:x", "https://shop.example")


async def test_whoever_sees_to_it_is_found(house: House, workspace: Workspace) -> None:
    ret = await one_return(house, workspace)
    shown = read(await own(house, workspace.id, ret["id"], "key_me"))
    assert shown["owner"] == "key_me"
    assert ids(await found(house, workspace, "owner:me")) == [ret["id"]]
    assert ids(await found(house, workspace, "W-1001 owner:nobody")) == []
    read(await own(house, workspace.id, ret["id"], None))
    assert ids(await found(house, workspace, "W-1001 owner:nobody")) == [ret["id"]]
    assert isinstance(await own(house, workspace.id, "ret_none", "x"), NotFound)


async def test_a_span_of_days(house: House, workspace: Workspace) -> None:
    ret = await one_return(house, workspace)
    at = datetime.fromisoformat(ret["requested_at"])
    second = timedelta(seconds=1)
    for since, before, expected in (
        (at - second, at + second, 1),
        (at + second, None, 0),
        (None, at - second, 0),
        (at, None, 1),
    ):
        wanted = read_chosen({"sku": "SKU-1"}, since, before)
        shown = read(await search(house, workspace.id, wanted, Page()))
        assert len(shown["data"]) == expected, (since, before)


# ------------------------------------------------------------------------------------ queues


async def queue(
    house: House,
    workspace: Workspace,
    name: str,
    *,
    wanted: Wanted | None = None,
    page: Page | None = None,
    back: bool = False,
) -> Seen:
    place = Place(page=page or Page(), is_back=back)
    asked_for = wanted or Wanted()
    return read(await queues.listing(house, workspace.id, name, asked_for, place, me="key_me"))


async def counts(house: House, workspace: Workspace) -> dict[str, int]:
    shown = read(await queues.counted(house, workspace.id))
    assert [row["queue"] for row in shown["data"]] == [one.name for one in QUEUES]
    return {row["queue"]: row["count"] for row in shown["data"] if row["count"]}


async def test_a_request_waits_until_it_is_answered(house: House, workspace: Workspace) -> None:
    ret = await one_return(house, workspace)
    assert await counts(house, workspace) == {"authorize": 1}
    (row,) = (await queue(house, workspace, "authorize"))["data"]
    assert row["return"]["id"] == ret["id"]
    assert row["return"]["concerns"] == ["authorize"]

    await done(house, workspace, [Authorize()], ret["id"])

    assert await counts(house, workspace) == {}
    assert (await queue(house, workspace, "authorize"))["data"] == []


async def test_what_the_policy_doubts_waits_elsewhere(house: House, workspace: Workspace) -> None:
    await sold(house, workspace, "OLD", 1, delivered_at="2020-01-01T00:00:00Z")
    ret = await asked(house, workspace, "OLD", 1)
    assert await counts(house, workspace) == {"policy_exception": 1}
    (row,) = (await queue(house, workspace, "policy_exception"))["data"]
    assert row["return"]["verdict"]["rule"] == "window"
    await done(house, workspace, [Cancel(reason="never mind")], ret["id"])
    assert await counts(house, workspace) == {}


async def test_a_queue_is_walked_both_ways(house: House, workspace: Workspace) -> None:
    made: list[str] = []
    for n in range(7):
        await sold(house, workspace, f"Q-{n}", 1)
        made.append((await asked(house, workspace, f"Q-{n}", 1))["id"])

    def there(shown: Seen) -> list[str]:
        return [row["return"]["id"] for row in shown["data"]]

    one = await queue(house, workspace, "authorize", page=Page(limit=3))
    two = await queue(house, workspace, "authorize", page=read_page("3", one["next_cursor"]))
    three = await queue(house, workspace, "authorize", page=read_page("3", two["next_cursor"]))
    assert there(one) + there(two) + there(three) == made
    assert (one["previous_cursor"], three["next_cursor"]) == (None, None)
    back = await queue(
        house, workspace, "authorize", page=read_page("3", three["previous_cursor"]), back=True
    )
    assert there(back) == there(two)
    first = await queue(
        house, workspace, "authorize", page=read_page("3", back["previous_cursor"]), back=True
    )
    assert (there(first), first["previous_cursor"]) == (there(one), None)
    again = await queue(house, workspace, "authorize", page=read_page("3", first["next_cursor"]))
    assert there(again) == there(two)


async def test_a_queue_is_narrowed(house: House, workspace: Workspace) -> None:
    ret = await one_return(house, workspace)
    for chosen, expected in (
        ({"channel": "otto market"}, 1),
        ({"channel": "amazon"}, 0),
        ({"sku": "SKU-1", "min_value": "20"}, 1),
        ({"sku": "SKU-2"}, 0),
        ({"max_value": "19.99"}, 0),
        ({"owner": "nobody", "status": "requested"}, 1),
        ({"owner": "me"}, 0),
    ):
        wanted = read_chosen(chosen, None, None)
        shown = await queue(house, workspace, "authorize", wanted=wanted)
        assert [row["return"]["id"] for row in shown["data"]] == [ret["id"]] * expected, chosen
    with pytest.raises(InvalidRequest):
        await queue(house, workspace, "authorize", wanted=Wanted(words=("x",)))
    gone = await queues.listing(house, workspace.id, "nope", Wanted(), Place(page=Page()))
    assert isinstance(gone, NotFound)


@pytest.mark.parametrize("name", [one.name for one in QUEUES])
async def test_every_queue_can_be_read_both_ways(
    house: House, workspace: Workspace, name: str
) -> None:
    for back in (False, True):
        assert (await queue(house, workspace, name, back=back))["data"] == []


async def test_views_are_ones_own_or_everybodys(house: House, workspace: Workspace) -> None:
    mine = SavedViewNew(name="Mine", place="queue/authorize", query="channel=otto")
    ours = SavedViewNew(name="Ours", place="search", query="q=%3E50", shared=True)
    first = read(await saved_views.create(house, workspace.id, mine, me="a"))
    second = read(await saved_views.create(house, workspace.id, ours, me="a"))

    async def seen(me: str) -> list[str]:
        shown = read(await saved_views.listing(house, workspace.id, Page(), me=me))
        return [row["name"] for row in shown["data"]]

    assert (await seen("a"), await seen("b")) == (["Mine", "Ours"], ["Ours"])
    assert isinstance(await saved_views.remove(house, workspace.id, first["id"], me="b"), NotFound)
    for one in (first, second):
        assert isinstance(await saved_views.remove(house, workspace.id, one["id"], me="a"), Done)
    assert await seen("a") == []
