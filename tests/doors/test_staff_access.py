"""Who sees which page and presses what: every page against every role, own, foreign and missing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from retour.desk.people.roles import ROLES, MemberRole, scopes_of
from retour.desk.scopes import SCOPES, holds
from retour.screens.staff import all as staff
from retour.screens.staff.places import PLACES
from retour.screens.staff.seat import RULES
from tests.doors.apps import app_of
from tests.doors.staff_story import Browser, member, somebody

if TYPE_CHECKING:
    import asyncpg
    from litestar import Litestar

    from retour.desk.house import House
    from retour.screens.staff.seat import Rule
    from tests.support.pg import Workspace

_PARAMETER = re.compile(r"\{(\w+):\w+\}")
_OUTSIDE = {
    "/sign-in",
    "/sign-in/code",
    "/sign-in/forgot",
    "/sign-in/passkey",
    "/sign-out",
    "/welcome/{token:str}",
    "/reset/{token:str}",
    "/prove",
    "/held/{held_id:str}",
    "/me",
    "/me/passkey",
    "/me/passkey/remove",
    "/w",
}
"""Pages of nobody's workspace; each finds out by itself who asks, and its own tests show it."""


PROVEN = {
    "/returns/{return_id:str}/money": "money is given",
    "/settings/carriers/{account:str}": "a secret of ours is taken",
    "/settings/channels/key": "a secret of ours is taken",
    "/settings/channels/leave": "an account with its secret ends",
    "/settings/data": "what is kept is said, and with that what goes",
    "/settings/data/exports": "everything is written into a file",
    "/settings/data/exports/{export_id:str}/file": "everything is given out",
    "/settings/data/person": "a person's data is given out, and forgotten",
    "/settings/endpoints/new": "a secret is made and shown",
    "/settings/endpoints/{endpoint_id:str}/reveal": "a secret is shown",
    "/settings/endpoints/{endpoint_id:str}/secret": "a secret is made and shown",
    "/settings/keys/new": "a key is made and shown",
    "/settings/keys/{key_id:str}": "a key ends",
    "/settings/keys/{key_id:str}/rotate": "a key is made and shown",
    "/settings/limits/{role:str}": "somebody may promise more",
    "/settings/new-carrier": "a secret of ours is taken",
    "/settings/payment": "a secret of ours is taken",
    "/settings/people": "somebody is let in",
    "/settings/people/{person_id:str}": "somebody may do more, or no longer anything",
    "/settings/workspaces": "a workspace is made",
}
"""Pages that ask for a proof of the last five minutes, each with what one could do there."""
PROVEN_SCOPES = {"customers:erase", "data:export", "keys:write", "people:write", "secrets:reveal"}
"""What asks for these asks for a proof, wherever it is."""


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return app_of(house, staff.routes)


def there(rule: Rule, workspace: str) -> str:
    """Give a page's address; what it names in the workspace is missing."""
    path = rule.path.replace("{workspace:str}", workspace)
    return _PARAMETER.sub(lambda found: "main" if found[1] == "code" else "missing", path)


def declared(role: MemberRole, rule: Rule, method: str, *, is_bound: bool = False) -> bool:
    """Say whether the table lets a role in a sandbox do it."""
    if is_bound and not rule.at_facility:
        return False
    scope = rule.scope if method == "GET" else rule.take_scope
    return scope is None or holds(scopes_of(role, is_sandbox=True), scope)


def test_every_page_declares_what_it_asks_for(app: Litestar) -> None:
    """A handler under /w is made by ``place``; a scope it names is one; navigation agrees."""
    made = {rule.path for rule in RULES.values()}
    for route in app.routes:
        path = route.path_format
        if path.startswith("/static/") or path in _without_kinds(_OUTSIDE):
            continue
        if path.startswith("/w"):
            assert path in _without_kinds(made), f"{path} is not made by place"
    for rule in RULES.values():
        for scope in (rule.scope, rule.take_scope):
            assert scope is None or scope in SCOPES, rule
    by_path = {rule.path.removeprefix("/w/{workspace:str}"): rule for rule in RULES.values()}
    for one in PLACES:
        rule = by_path[one.path]
        assert (one.scope, one.at_facility) == (rule.scope, rule.at_facility), one


def _without_kinds(paths: set[str]) -> set[str]:
    return {_PARAMETER.sub(lambda found: "{" + found[1] + "}", path) for path in paths}


@pytest.mark.parametrize("role", list(MemberRole))
async def test_each_role_meets_what_the_table_says(
    app: Litestar, house: House, workspace: Workspace, live_workspace: Workspace, role: MemberRole
) -> None:
    """403 where the table says no, anything else where it says yes; 404 in others' workspaces."""
    at = ("main",) if ROLES[role].has_places else None
    browser = await member(app, house, workspace.id, role, email=somebody(), facilities=at)
    form = (await browser.open(f"/w/{workspace.text}")).body.decode()
    mark = form.split('name="form" value="')[1].split('"')[0]
    stranger, browser.is_strict = Browser(app), False  # Of what is said, other tests speak.
    for rule in RULES.values():
        for method in rule.methods:
            own, cell = there(rule, workspace.text), (role, method, rule.path)

            async def ask(who: Browser, address: str, method: str = method) -> int:
                if method == "GET":
                    return (await who.open(address)).status
                return (await who.send(address, {"form": mark})).status

            status = await ask(browser, own)
            may = declared(role, rule, method, is_bound=at is not None)
            assert (status == 403) is not may, (cell, status)
            assert status < 500, cell
            assert await ask(browser, there(rule, live_workspace.text)) == 404, cell
            assert await ask(browser, there(rule, "ws_zzzzzzzzzzzzz")) == 404, cell
            assert await ask(stranger, own) == 303, cell


def _below(rule: Rule) -> str:
    return rule.path.removeprefix("/w/{workspace:str}")


async def test_what_exports_erases_reveals_or_changes_who_may_asks_for_a_proof(
    app: Litestar, house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """The table is whole; none of its pages does anything for whoever proved it six minutes ago."""
    rules = [rule for rule in RULES.values() if rule.take_proof]
    assert {_below(rule) for rule in rules} == set(PROVEN)
    lax = {
        _below(rule)
        for rule in RULES.values()
        if not rule.take_proof and "POST" in rule.methods and rule.take_scope in PROVEN_SCOPES
    }
    assert lax == set()
    browser = await member(app, house, workspace.id, MemberRole.ADMIN, email=somebody())
    form = (await browser.open(f"/w/{workspace.text}")).body.decode()
    mark, browser.is_strict = form.split('name="form" value="')[1].split('"')[0], False
    await admin.execute(
        "UPDATE retour.person_session SET proved_at = proved_at - interval '6 minutes'"
    )
    for rule in rules:
        for method in rule.methods:
            own = there(rule, workspace.text)
            if method == "GET":
                answer = await browser.open(own)
                asks = rule.proof
            else:
                answer, asks = await browser.send(own, {"form": mark}), True
            asked = answer.status == 303 and answer.headers["location"].startswith("/prove?")
            assert asked is asks, (method, rule.path, answer.status)
