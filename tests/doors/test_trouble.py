"""When the world is down or we are wrong: a problem that says which, and nothing of our insides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import asyncpg
import pytest
from litestar import get
from litestar.params import FromPath

from retour.api.app import build
from retour.api.door import Door
from retour.api.routes import BASE, Route
from retour.desk.config import Configs
from retour.desk.execute import Busy
from retour.desk.house import House
from retour.settings import Settings
from retour.store.database import Database
from retour.store.failures import is_transient
from retour.store.secrets import Vault
from tests.doors.client import Answer, call

if TYPE_CHECKING:
    from retour.api.call import Call
    from tests.support.pg import Workspace

_NOWHERE = "postgresql://nobody@127.0.0.1:9/nothing"


async def test_a_database_that_is_down_is_a_503(
    settings: Settings, vault: Vault, workspace: Workspace
) -> None:
    """With Retry-After; the process itself is alive, and says that it is not ready."""
    database = Database(_NOWHERE, vault)
    app = build(House(settings=settings, database=database, vault=vault, configs=Configs(database)))
    path = f"/v1/workspaces/{workspace.text}/policies/default"
    answer = await call(app, "GET", path, headers=_bearer(workspace))
    assert (answer.status, answer.code) == (503, "unavailable")
    assert answer.headers["retry-after"] == "1"
    ready = await call(app, "GET", "/readyz")
    assert (ready.status, ready.code) == (503, "unavailable")
    assert (await call(app, "GET", "/livez")).status == 200


def _bearer(workspace: Workspace) -> dict[str, str]:
    return {"authorization": f"Bearer {workspace.api_key}"}


class Table:
    """A table of one route that ends as it is told."""

    def __init__(self, house: House, error: Exception) -> None:
        self._error = error
        route = Route(
            method="GET",
            path=f"{BASE}/trouble",
            name="trouble",
            tag="Trouble",
            summary="Ends badly",
            scope="returns:read",
            noun="trouble",
            answer=self._fail,
        )
        self._door = Door(house, [route], body_timeout_s=1)

    async def _fail(self, call: Call) -> NoReturn:
        del call
        raise self._error

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        await self._door.serve(scope, receive, send)


async def _trouble(house: House, workspace: Workspace, error: Exception) -> Answer:
    app: Any = Table(house, error)
    headers = {**_bearer(workspace), "x-request-id": "mine-1"}
    return await call(app, "GET", f"/v1/workspaces/{workspace.text}/trouble", headers=headers)


async def test_a_bug_is_a_500_that_tells_only_where_to_look(
    house: House, workspace: Workspace
) -> None:
    """No text of the exception, no trace: the request's own id, for the log."""
    answer = await _trouble(house, workspace, ValueError("secret of /etc/retour"))
    assert (answer.status, answer.code) == (500, "internal_error")
    assert answer.headers["x-request-id"] == "mine-1"
    assert b"secret" not in answer.body


@pytest.mark.parametrize(
    "error",
    [
        Busy("This order is being changed by many at once. Try again in a moment."),
        TimeoutError(),
        ConnectionResetError(),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError("no result and no error"),
        asyncpg.ConnectionDoesNotExistError("gone"),
        asyncpg.QueryCanceledError("too slow"),
        asyncpg.LockNotAvailableError("lock"),
        asyncpg.AdminShutdownError("going down"),
        asyncpg.TooManyConnectionsError("full"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_may_succeed_later_is_a_503(
    house: House, workspace: Workspace, error: Exception
) -> None:
    """Whatever the database was busy with; our own words are kept, its are not."""
    answer = await _trouble(house, workspace, error)
    assert (answer.status, answer.code) == (503, "unavailable")
    assert answer.headers["retry-after"] == "1"
    assert (str(error) in answer.json["detail"]) == isinstance(error, Busy) or not str(error)


def test_a_mistake_of_ours_is_not_the_worlds() -> None:
    """What would fail again the same way is no reason to ask for the same again."""
    for error in (
        ValueError(),
        asyncpg.DataError("bad argument"),
        asyncpg.UndefinedTableError("no such table"),
        asyncpg.CheckViolationError("check"),
    ):
        assert not is_transient(error)


async def test_other_doors_join_and_fail_in_the_same_form(house: House) -> None:
    """A handler that is handed in is served; its bugs and its unknown paths are problems too."""

    @get("/other/{name:str}", sync_to_thread=False)
    def other(name: FromPath[str]) -> str:
        if name == "bug":
            message = "secret"
            raise LookupError(message)
        return name

    app = build(house, extra=[other])
    assert (await call(app, "GET", "/other/one")).body == b"one"
    bug = await call(app, "GET", "/other/bug", headers={"x-request-id": "mine-2"})
    assert (bug.status, bug.code) == (500, "internal_error")
    assert (b"secret" in bug.body, bug.headers["x-request-id"]) == (False, "mine-2")
    for path, status, code in (
        ("/nothing", 404, "not_found"),
        ("/v1", 404, "not_found"),
        ("/v1/workspaces", 404, "not_found"),
    ):
        answer = await call(app, "GET", path)
        assert (answer.status, answer.code) == (status, code), path
    wrong = await call(app, "POST", "/other/one")
    assert (wrong.status, wrong.code) == (405, "method_not_allowed")
    assert "GET" in wrong.headers["allow"]


@pytest.mark.parametrize("given", ["", "x" * 129, "a b", "a\nb", "ü", "a;b"])
async def test_a_request_id_of_ours_replaces_one_that_is_no_word(house: House, given: str) -> None:
    """What goes into logs and headers is never an attacker's text."""
    app = build(house)
    answer = await call(app, "GET", "/livez", headers={"x-request-id": given})
    assert answer.headers["x-request-id"].startswith("req_")
    kept = await call(app, "GET", "/livez", headers={"x-request-id": "shop-7.a_B"})
    assert kept.headers["x-request-id"] == "shop-7.a_B"
