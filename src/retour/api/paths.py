"""Finds the routes of a path as it was sent: percent-encoded, so that an id may hold a slash.

Litestar gives ASGI applications no parameters in their paths, and unfolds what is encoded before it
takes a path apart; this is the little that both leave to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from retour.api.routes import HookRoute, OpenRoute, Route

AnyRoute = Route | OpenRoute | HookRoute
_ANY: Final = "{}"
"""Stands for a parameter in the tree; no segment of a template can be called that."""


class Found(NamedTuple):
    """What is served at one path: its routes by method, its parameters as they were sent."""

    routes: Mapping[str, AnyRoute]
    parameters: Mapping[str, str]


class _Node:
    """One step of the tree: where each next segment leads, and what ends here."""

    __slots__ = ("following", "parameters", "routes")

    def __init__(self) -> None:
        self.following: dict[str, _Node] = {}
        self.routes: dict[str, AnyRoute] = {}
        self.parameters: tuple[tuple[int, str], ...] = ()


class Paths:
    """The tree of all path templates; a fixed word goes before a parameter."""

    def __init__(self, routes: Iterable[AnyRoute]) -> None:
        self._root = _Node()
        for route in routes:
            self._add(route)

    def _add(self, route: AnyRoute) -> None:
        node, parameters = self._root, list[tuple[int, str]]()
        for position, segment in enumerate(route.path.split("/")):
            is_parameter = segment.startswith("{")
            if is_parameter:
                parameters.append((position, segment[1:-1]))
            node = node.following.setdefault(_ANY if is_parameter else segment, _Node())
        method = "GET" if isinstance(route, OpenRoute) else route.method
        assert method not in node.routes, f"{method} {route.path} stands in the table twice"
        assert node.parameters in ((), tuple(parameters)), f"{route.path} names parameters anew"
        node.routes[method] = route
        node.parameters = tuple(parameters)

    def find(self, path: str) -> Found | None:
        """Give what is served at ``path``, and its parameters as they were sent."""
        segments = path.split("/")
        node = self._root
        for segment in segments:
            following = node.following
            found = following.get(segment) or (following.get(_ANY) if segment else None)
            if found is None:
                return None
            node = found
        if not node.routes:
            return None
        parameters = {name: segments[position] for position, name in node.parameters}
        return Found(node.routes, parameters)
