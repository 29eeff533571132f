"""A policy as it is in force or was: its rules as cards, its history, and the way back."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Final

from retour.desk import policies
from retour.desk.outcome import Done, NotFound
from retour.desk.pages import Page, read_page
from retour.desk.policies import drafts, versions
from retour.desk.policies.drafts import Rollback
from retour.desk.policies.yaml_form import write_yaml
from retour.kernel.problems import InvalidRequest
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.policies import comparing
from retour.screens.staff.settings.policies.words import (
    MOMENTS,
    ONE,
    PATH,
    READ,
    WRITE,
    as_policy,
    by_whom,
    cards,
    carriers_of,
    facts_of,
    local,
    names_of,
    settings_of,
    title_of,
)
from retour.screens.staff.settings.said import body_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

    View = dict[str, Any]

_VERSIONS: Final = f"{ONE}/versions"
_VERSION: Final = f"{_VERSIONS}/{{version:str}}"


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of a policy, its versions, and what changed between them."""
    return [
        *place(house, ONE, READ, _live, _edit, take_scope=WRITE),
        *place(house, _VERSIONS, READ, _history, _back, take_scope=WRITE),
        *place(house, _VERSION, READ, _one),
        *place(house, f"{_VERSION}/changes", READ, _changes),
    ]


async def view_of(seat: Seat, policy_id: str, version: str | None = None) -> View | None:
    """Give a policy as it is in force, or one version of it."""
    if version is None:
        done = await policies.look_up(seat.house, seat.workspace_id, policy_id)
    else:
        done = await versions.look_up(seat.house, seat.workspace_id, policy_id, version)
    return body_of(done) if isinstance(done, Done) else None


async def draft_of(seat: Seat, policy_id: str) -> View | None:
    """Give a policy's draft, where there is one."""
    done = await drafts.look_up(seat.house, seat.workspace_id, policy_id)
    return body_of(done) if isinstance(done, Done) else None


async def _live(seat: Seat) -> Response[Any]:
    """Show what is in force; of a policy that never was, its draft."""
    policy_id = seat.params["policy_id"]
    view, draft = await view_of(seat, policy_id), await draft_of(seat, policy_id)
    if view is None:
        at = seat.address(f"{PATH}/{policy_id}/draft")
        return seat.nowhere("policy") if draft is None else seat.go_on(at)
    return await _shown(seat, view, draft)


async def _one(seat: Seat) -> Response[Any]:
    """Show one version."""
    policy_id = seat.params["policy_id"]
    view = await view_of(seat, policy_id, seat.params["version"])
    if view is None:
        return seat.nowhere("version of a policy")
    return await _shown(seat, view, await draft_of(seat, policy_id))


async def _shown(seat: Seat, view: View, draft: View | None) -> Response[Any]:
    policy_id = view["id"]
    history = await _rows(seat, policy_id, Page(limit=1))
    newest = history[0] if history else None
    said = await _rows(seat, policy_id, Page(limit=1, after=str(view["version"] + 1)))
    policy = as_policy(view)
    return seat.page(
        "staff_policy.html",
        view=view,
        title=title_of(policy_id, view["name"]),
        base=f"{PATH}/{policy_id}",
        is_live=newest is None or newest["version"] == view["version"],
        newest=newest,
        since=said[0] if said else None,
        draft=draft,
        due=draft and local(seat, draft["publish_at"]),
        facts=facts_of(view),
        settings=settings_of(view, await carriers_of(seat)),
        groups_of=[(title, cards(policy.rules, at)) for title, at in MOMENTS],
        text=write_yaml(view),
    )


async def _edit(seat: Seat, fields: Form) -> Response[Any]:
    """Begin a draft of what is in force, or go on with the one there is."""
    del fields
    policy_id = seat.params["policy_id"]
    done = await drafts.begin(seat.house, seat.workspace_id, policy_id, actor=seat.actor)
    if isinstance(done, NotFound):
        return seat.nowhere("policy")
    return seat.go_on(seat.address(f"{PATH}/{policy_id}/draft"))


async def _rows(seat: Seat, policy_id: str, page: Page) -> list[View]:
    """Give versions with who brought them into force and when."""
    done = await versions.listing(seat.house, seat.workspace_id, policy_id, page)
    if not isinstance(done, Done):
        return []
    names = await names_of(seat)
    return [
        {**one, "by": by_whom(one["author"], names), "since": local(seat, one["created_at"])}
        for one in body_of(done)["data"]
    ]


async def _history(seat: Seat, why: str = "") -> Response[Any]:
    """Show every version: who, when, and the way back to it."""
    policy_id = seat.params["policy_id"]
    live = await view_of(seat, policy_id)
    if live is None:
        return seat.nowhere("policy")
    page = read_page("20", seat.query.get("cursor"))
    rows = await _rows(seat, policy_id, page)
    done = body_of(await versions.listing(seat.house, seat.workspace_id, policy_id, page))
    following = done["next_cursor"]
    return seat.page(
        "staff_policy_versions.html",
        422 if why else 200,
        live=live,
        title=title_of(policy_id, live["name"]),
        base=f"{PATH}/{policy_id}",
        rows=rows,
        why=why,
        later=seat.address(f"{PATH}/{policy_id}/versions", cursor=following) if following else "",
    )


async def _back(seat: Seat, fields: Form) -> Response[Any]:
    """Bring a version into force again."""
    policy_id, text = seat.params["policy_id"], fields.get("version", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004 - versions are 32 bits
    try:
        done = await drafts.roll_back(
            seat.house, seat.workspace_id, policy_id, Rollback(version=number), actor=seat.actor
        )
    except InvalidRequest as error:
        return await _history(seat, " ".join(one.detail for one in error.errors))
    if not isinstance(done, Done):
        return seat.nowhere("policy")
    words = f"Version {done.version} is in force; it says what version {number} said."
    return seat.go_on(seat.address(f"{PATH}/{policy_id}"), notice=words)


async def _changes(seat: Seat) -> Response[Any]:
    """Show what a version changed against another, the one before unless said."""
    policy_id, version = seat.params["policy_id"], seat.params["version"]
    now = await view_of(seat, policy_id, version)
    if now is None:
        return seat.nowhere("version of a policy")
    before = seat.query.get("from", "") or str(now["version"] - 1)
    was = await view_of(seat, policy_id, before)
    return seat.page(
        "staff_policy_changes.html",
        title=title_of(policy_id, now["name"]),
        heads=(f"Version {before}" if was else "Nothing", f"Version {now['version']}"),
        base=f"{PATH}/{policy_id}",
        back=f"{PATH}/{policy_id}/versions",
        **compared(was, now),
    )


def compared(was: Mapping[str, Any] | None, now: Mapping[str, Any]) -> dict[str, Any]:
    """Give what changed, rule by rule in words, and line by line as YAML."""
    before = [] if was is None else write_yaml(was).splitlines()
    after = write_yaml(now).splitlines()
    lines = difflib.unified_diff(before, after, "before", "after", n=2, lineterm="")
    return {
        "settings": comparing.settings(was, now),
        "rules": comparing.rules(was, now),
        "lines": [*lines][2:],
    }
