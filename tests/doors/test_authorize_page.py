"""The page behind the link of a "return requested" mail: looking is free, answering is once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

import pytest
import pytest_asyncio
from litestar import Litestar

from retour.desk.house import House
from retour.desk.notifications.deep_links import sample_link
from retour.lifecycle.commands import Amend, LineAsked
from retour.screens import authorize
from retour.store.links import AUTHORIZE, LIFE, Links, Right, read_token, token
from retour.store.secrets import Vault
from tests.doors.apps import app_of
from tests.doors.client import Answer, call
from tests.support.pg import Workspace, fresh_workspace
from tests.support.told import ask_return, give, put_order

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest_asyncio.fixture
async def pages(house: House) -> Litestar:
    """The application with this page."""
    return app_of(house, authorize.routes)


async def asked(house: House, workspace: Workspace, number: str = "A1") -> tuple[str, str]:
    """Ask for a return; gives its id and the path of its link."""
    await put_order(house, workspace.id, number)
    return_id = await ask_return(house, workspace.id, number)
    return return_id, path_to(house, workspace, return_id)


def path_to(
    house: House, workspace: Workspace, return_id: str, age: timedelta = timedelta()
) -> str:
    link = Links(house.vault, house.settings.public_base).authorize(
        workspace.text, return_id, datetime.now(UTC) - age
    )
    assert link.startswith("http://127.0.0.1:8700/authorize/")
    return urlsplit(link).path


async def said(app: Litestar, path: str, **form: object) -> Answer:
    body = "&".join(f"{name}={quote(str(value))}" for name, value in form.items()).encode()
    return await call(app, "POST", path, body, FORM)


async def events(house: House, workspace: Workspace, return_id: str) -> list[tuple[str, str]]:
    async with house.database.transaction(workspace.id) as connection:
        rows = await connection.fetch(
            "SELECT type, actor->>'kind' || ' ' || coalesce(actor->>'id', '') AS actor"
            " FROM retour.event WHERE workspace_id = $1 AND return_id = $2 ORDER BY sequence",
            workspace.id,
            return_id,
        )
    return [(row["type"], row["actor"]) for row in rows]


async def test_looking_shows_the_return_and_changes_nothing(
    pages: Litestar, house: House, workspace: Workspace
) -> None:
    """Mail scanners open every link, more than once."""
    return_id, path = await asked(house, workspace)
    before = await events(house, workspace, return_id)
    shown = [await call(pages, method, path) for method in ("GET", "GET", "HEAD")]
    page = shown[0].body.decode()

    assert [one.status for one in shown[:2]] == [200, 200]
    assert shown[0].body == shown[1].body
    for fact in ("A1", "ada@example.com", "Ada", "1 × Mug", "007", "Broken", "Approve", "Reject"):
        assert fact in page
    assert "<script" not in page
    assert shown[0].headers["cache-control"] == "no-store"
    assert shown[0].headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in shown[0].headers["content-security-policy"]
    assert await events(house, workspace, return_id) == before


async def test_approving_is_an_agents_command_and_said_ever_after(
    pages: Litestar, house: House, workspace: Workspace
) -> None:
    return_id, path = await asked(house, workspace)
    done = await said(pages, path, answer="approve", version=1)
    after = await call(pages, "GET", path)
    again = await said(pages, path, answer="reject", reason="Too late", version=1)

    assert (done.status, done.headers["location"]) == (303, path)
    assert after.status == 200
    assert "This return has its answer" in after.body.decode()
    assert "authorized" in after.body.decode()
    assert "<form" not in after.body.decode()
    assert again.status == 303
    assert (await events(house, workspace, return_id))[-1] == ("return.authorized", "agent link")


async def test_rejecting_needs_a_reason(
    pages: Litestar, house: House, workspace: Workspace
) -> None:
    return_id, path = await asked(house, workspace)
    for reason in ("", "  \n ", "x" * 1001):
        refused = await said(pages, path, answer="reject", reason=reason, version=1)
        assert refused.status == 422
        assert "Your answer was not taken" in refused.body.decode()
    done = await said(pages, path, answer="reject", reason="Worn <b>twice</b>", version=1)
    page = (await call(pages, "GET", path)).body.decode()

    assert done.status == 303
    assert "Worn &lt;b&gt;twice&lt;/b&gt;" in page
    assert (await events(house, workspace, return_id))[-1] == ("return.rejected", "agent link")


async def test_what_was_changed_meanwhile_is_shown_first(
    pages: Litestar, house: House, workspace: Workspace
) -> None:
    """Nobody approves what they have not seen."""
    return_id, path = await asked(house, workspace)
    await give(
        house,
        workspace.id,
        return_id,
        Amend(lines=(LineAsked(line="1", quantity=4, reason="Worse"),)),
    )
    stale = await said(pages, path, answer="approve", version=1)

    assert stale.status == 422
    assert "changed after this page was opened" in stale.body.decode()
    assert "4 × Mug" in stale.body.decode()
    assert (await said(pages, path, answer="approve", version=2)).status == 303


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"answer": "approve"},
        {"answer": "approve", "version": "x"},
        {"answer": "approve", "version": "9" * 30},
        {"answer": "maybe", "version": 1},
        {"answer": "reject", "version": 1, "reason": "a\x00b"},
    ],
)
async def test_an_answer_that_is_none_is_not_taken(
    pages: Litestar, house: House, workspace: Workspace, form: dict[str, object]
) -> None:
    return_id, path = await asked(house, workspace)
    before = await events(house, workspace, return_id)
    for answer in (await said(pages, path, **form), await call(pages, "POST", path, b"\xff=%zz")):
        assert answer.status == 422
        assert "did not arrive whole" in answer.body.decode()
    assert await events(house, workspace, return_id) == before


async def test_an_expired_link_opens_nothing(
    pages: Litestar, house: House, workspace: Workspace
) -> None:
    return_id, _ = await asked(house, workspace)
    good = path_to(house, workspace, return_id, LIFE - timedelta(minutes=5))
    late = path_to(house, workspace, return_id, LIFE + timedelta(seconds=5))
    before = await events(house, workspace, return_id)

    assert (await call(pages, "GET", good)).status == 200
    for answer in (
        await call(pages, "GET", late),
        await said(pages, late, answer="approve", version=1),
    ):
        assert answer.status == 410
        assert "has expired" in answer.body.decode()
        assert "Ada" not in answer.body.decode()
    assert await events(house, workspace, return_id) == before


async def test_a_forged_link_opens_nothing(
    pages: Litestar, house: House, workspace: Workspace
) -> None:
    """Neither another return, workspace, date or purpose, nor another house's key."""
    return_id, path = await asked(house, workspace)
    other = await fresh_workspace(house)
    right = Right(
        workspace_id=workspace.id, return_id=return_id, until=datetime.now(UTC) + timedelta(days=1)
    )
    good = token(house.vault, AUTHORIZE, right)
    moved = good.replace(workspace.text.removeprefix("ws_"), other.text.removeprefix("ws_"))
    _, ret, until, mark = good.split("-")
    later = good.replace(until, f"{int(until, 16) + 1:08x}")
    forged = [
        moved,
        later,
        good.replace(ret, ret[:-1] + ("0" if ret[-1] != "0" else "1")),
        good.replace(mark, mark[:-1] + ("0" if mark[-1] != "0" else "1")),
        token(house.vault, "track", right),
        token(Vault(b"x" * 32), AUTHORIZE, right),
        sample_link("").rpartition("/")[2],
        "x",
        good.upper(),
    ]

    assert read_token(house.vault, AUTHORIZE, good) is not None
    for text in forged:
        for answer in (
            await call(pages, "GET", f"/authorize/{text}"),
            await said(pages, f"/authorize/{text}", answer="approve", version=1),
        ):
            assert answer.status == 404
            assert "leads nowhere" in answer.body.decode()
    assert (await call(pages, "GET", path)).status == 200


async def test_a_sandbox_that_moves_its_clock_outlives_its_links(
    pages: Litestar, house: House, workspace: Workspace
) -> None:
    _, path = await asked(house, workspace)
    async with house.database.transaction(workspace.id) as connection:
        await connection.execute(
            "UPDATE retour.workspace SET clock_offset_us = $2 WHERE workspace_id = $1",
            workspace.id,
            15 * 86_400_000_000,
        )

    assert (await call(pages, "GET", path)).status == 410
