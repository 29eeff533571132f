"""A return as calls of the API, for those who connect systems: each works as it stands."""

from __future__ import annotations

import html
import json
import re
import shlex
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import pytest_asyncio

from retour.api.json_body import BodyReader
from retour.api.table import ROUTES
from retour.desk.agents.by_api import sample
from retour.desk.people.roles import MemberRole
from retour.lifecycle.machine import GOODS, SAID_BY_MACHINES, TRANSITIONS
from retour.screens.staff import all as staff
from tests.doors.apps import app_of
from tests.doors.staff_story import member, words
from tests.support.running import order_body

if TYPE_CHECKING:
    from collections.abc import Iterator

    from litestar import Litestar

    from retour.desk.house import House
    from tests.doors.client import Client
    from tests.support.pg import Workspace

_BY_NAME = {route.name: route for route in ROUTES}
_VERBS = {verb for row in TRANSITIONS.values() for verb in row} | set(GOODS)
_OFFERED = sorted(verb.value for verb in _VERBS - SAID_BY_MACHINES)
_CHOICE = re.compile("<([^<>]+)>")


def _chosen(body: str) -> Iterator[str]:
    """Fill a body in as a person does: each option of its choices once, instants for times."""
    text = re.sub("<(earliest|latest)>", "2026-11-22T10:00:00Z", body)
    most = max((len(one.split(" | ")) for one in _CHOICE.findall(text)), default=1)
    for nth in range(most):
        yield _CHOICE.sub(
            lambda found, nth=nth: (options := found[1].split(" | "))[min(nth, len(options) - 1)],
            text,
        )


@pytest.mark.parametrize("verb", _OFFERED)
def test_whatever_may_be_offered_has_a_call_that_the_api_understands(verb: str) -> None:
    route = _BY_NAME[verb]
    assert (route.method, route.matched) == ("POST", True), "If-Match is in every call"
    assert route.path.endswith(f"/returns/{{return_id}}/{verb}")
    assert route.body is not None
    reader = BodyReader(route.body)
    for body in _chosen(sample(verb, {"line": "1", "unit": "unit_1"})):
        reader.read(body.encode())


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return app_of(house, staff.routes)


async def test_calls_are_carried_out_as_they_stand_on_the_page(
    app: Litestar, shop: Client, house: House, workspace: Workspace
) -> None:
    email = f"{uuid4().hex}@example.com"
    admin = await member(app, house, workspace.id, MemberRole.ADMIN, email=email)
    await shop.ask("PUT", "/orders/7001", order_body(9))
    body = {"order_number": "7001", "lines": [{"line": "1", "quantity": 2, "reason": "Torn"}]}
    made = await shop.ask("POST", "/returns", body)
    page = f"/w/{shop.workspace}/returns/{made['id']}"

    assert f'href="{page}/calls"' in (await admin.open(page)).body.decode()
    for verb in ("authorize", "receive"):
        shown = (await admin.open(f"{page}/calls")).body.decode()
        address, headers, sent = _typed(shown, verb)
        assert headers["Authorization"] == "Bearer $KEY", "no key stands on a page"
        path = address.partition(f"/workspaces/{shop.workspace}")[2]
        stood = {"If-Match": headers["If-Match"]}
        answer = await shop.ask("POST", path, json.loads(sent), headers=stood)
    assert answer["status"] == "received"
    assert "/authorize" not in words(await admin.open(f"{page}/calls"))


def _typed(page: str, verb: str) -> tuple[str, dict[str, str], str]:
    """Read a call as a shell does: its address, headers and body."""
    found = next(
        shlex.split(html.unescape(one).replace("\\\n", " "))
        for one in re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)
        if f"/{verb} " in one.replace("\n", " ")
    )
    assert found[:3] == ["curl", "-X", "POST"], found
    headers = [found[nth + 1] for nth, one in enumerate(found) if one == "-H"]
    said = dict(one.split(": ", 1) for one in headers)
    return found[3], said, found[found.index("--data") + 1]
