"""Where staff can go: one table, from which the navigation is made for whoever looks.

A place stands here when its page is there, never before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retour.desk.scopes import holds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retour.desk.config import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page that the navigation leads to.

    Args:
        name: What the link says.
        path: Below ``/w/{workspace}``, with a slash before it; empty for the first page.
        scope: What one must hold to see it; None shows it to every member.
        group: The heading it stands under.
        at_facility: Whether members bound to facilities may go there.
        also: Where else its pages are, as those on which one of its things is made.
    """

    name: str
    path: str
    scope: str | None = None
    group: str = ""
    at_facility: bool = False
    also: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Say whether a page is this place or below it; the first page holds itself alone.

        >>> carriers = Place(name="Carriers", path="/carriers", also=("/new-carrier",))
        >>> [carriers.holds(one) for one in ("/carriers/post", "/new-carrier", "/carriers-old")]
        [True, True, False]
        """
        if not self.path:
            return not path
        return any(path == one or path.startswith(f"{one}/") for one in (self.path, *self.also))


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Places under one heading, which may be empty."""

    name: str
    places: tuple[Place, ...]

    def holds(self, path: str) -> bool:
        """Say whether a page is one of these or below one of them."""
        return any(one.holds(path) for one in self.places)


PLACES: Final[tuple[Place, ...]] = (
    Place(name="Home", path="", at_facility=True),
    Place(name="Returns", path="/returns", scope="returns:read"),
    Place(name="Refunds by law", path="/refunds-due", scope="returns:read"),
    Place(name="New return", path="/new", scope="returns:write"),
    Place(name="Marketplace returns", path="/channel-returns", scope="returns:read"),
    Place(name="Reports", path="/reports", scope="reports:read"),
    Place(name="Set-up", path="/settings/setup", scope="settings:read", group="Rules"),
    Place(
        name="Policies",
        path="/settings/policies",
        scope="settings:read",
        group="Rules",
        also=("/settings/policies-new",),
    ),
    Place(name="Channels", path="/settings/channels", scope="settings:read", group="Rules"),
    Place(
        name="Facilities",
        path="/settings/facilities",
        scope="settings:read",
        group="Rules",
        also=("/settings/new-facility",),
    ),
    Place(
        name="Where goods go",
        path="/settings/routing",
        scope="settings:read",
        group="Rules",
        also=("/settings/new-routing-rule",),
    ),
    Place(
        name="Carriers",
        path="/settings/carriers",
        scope="settings:read",
        group="Rules",
        also=("/settings/new-carrier",),
    ),
    Place(name="Payment", path="/settings/payment", scope="settings:read", group="Rules"),
    Place(name="Limits", path="/settings/limits", scope="settings:read", group="Rules"),
    Place(
        name="Reasons",
        path="/settings/reasons",
        scope="settings:read",
        group="Rules",
        also=("/settings/new-reason",),
    ),
    Place(
        name="Grades",
        path="/settings/grades",
        scope="settings:read",
        group="Rules",
        also=("/settings/new-grading-set", "/settings/dispositions"),
    ),
    Place(name="Brand", path="/settings/brand", scope="settings:read", group="Looks and words"),
    Place(name="Portal", path="/settings/portal", scope="settings:read", group="Looks and words"),
    Place(
        name="Notifications",
        path="/settings/notifications",
        scope="subscriptions:read",
        group="Looks and words",
        also=("/settings/templates",),
    ),
    Place(
        name="Mails", path="/settings/mails", scope="subscriptions:read", group="Looks and words"
    ),
    Place(name="Answers", path="/settings/replies", scope="settings:read", group="Looks and words"),
    Place(
        name="Endpoints",
        path="/settings/endpoints",
        scope="subscriptions:read",
        group="Looks and words",
    ),
    Place(name="People", path="/settings/people", scope="people:read", group="Team and data"),
    Place(name="Workspaces", path="/settings/workspaces", group="Team and data", at_facility=True),
    Place(name="API keys", path="/settings/keys", scope="keys:read", group="Team and data"),
    Place(
        name="Configuration",
        path="/settings/configuration",
        scope="settings:read",
        group="Team and data",
    ),
    Place(name="Data", path="/settings/data", scope="customers:erase", group="Team and data"),
    Place(name="System", path="/settings/system", scope="audit:read", group="Team and data"),
    Place(name="Audit log", path="/settings/audit", scope="audit:read", group="Team and data"),
)
"""Every place, in the order of the navigation."""


def may_enter(principal: Principal, scope: str | None, *, at_facility: bool) -> bool:
    """Say whether somebody may see a page; who is bound to facilities sees those of docks alone."""
    if principal.facilities is not None and not at_facility:
        return False
    return scope is None or holds(principal.scopes, scope)


def groups_for(principal: Principal, places: Sequence[Place] = PLACES) -> list[Group]:
    """Give the navigation of somebody: what they may see, by heading."""
    names: dict[str, list[Place]] = {}
    for one in places:
        if may_enter(principal, one.scope, at_facility=one.at_facility):
            names.setdefault(one.group, []).append(one)
    return [Group(name=name, places=tuple(found)) for name, found in names.items()]
