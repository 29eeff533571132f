"""The slow reader beside the fast one: whatever comes, they agree, and the words name a place."""

from __future__ import annotations

import copy
import random
from typing import Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.api.json_body import BodyReader
from retour.api.problems import Problem, Stop
from retour.api.published.examples import REQUESTS
from retour.api.table import ROUTES
from retour.kernel.fields import Json, wrong_fields

BODIES: Final = {route.name: route.body for route in ROUTES if route.body is not None}
SHAPES: Final = {name: msgspec.inspect.type_info(body) for name, body in BODIES.items()}
READERS: Final = {name: BodyReader(body) for name, body in BODIES.items()}
"""Made once, as each route makes its own."""

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(min_value=-(10**20), max_value=10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["", "x" * 300, "2026-11-20T12:00:00", "P1D", "EUR", "accepted"])
)
ANYTHING = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def _places(tree: Json, way: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """List the way to everything in a tree, the tree itself first."""
    found = [way]
    if isinstance(tree, dict):
        for key, inner in tree.items():
            found += _places(inner, (*way, key))
    elif isinstance(tree, list):
        for index, inner in enumerate(tree):
            found += _places(inner, (*way, index))
    return found


def _changed(tree: Json, way: tuple[str | int, ...], value: Json, how: str) -> Json:
    """Put a value at a place, drop the place, or put a stranger beside it."""
    if not way:
        return value
    changed = copy.deepcopy(tree)
    parent: Json = changed
    for step in way[:-1]:
        parent = parent[step]  # pyright: ignore[reportArgumentType, reportCallIssue, reportIndexIssue, reportOptionalSubscript, reportUnknownVariableType]  # the way was taken from the tree
    last = way[-1]
    if isinstance(parent, dict):
        assert isinstance(last, str)
        if how == "drop":
            del parent[last]
        else:
            parent[last if how == "put" else f"{last}s"] = value
    elif isinstance(parent, list):
        assert isinstance(last, int)
        if how == "drop":
            del parent[last]
        else:
            parent[last] = value
    return changed


@pytest.mark.parametrize("name", BODIES)
@given(
    value=ANYTHING, how=st.sampled_from(["put", "put", "drop", "add"]), seed=st.integers(0, 2**32)
)
def test_a_body_with_one_thing_changed_is_read_or_explained(
    name: str, value: Json, how: str, seed: int
) -> None:
    """No third way: a value, or errors that name fields; none where the fast reader saw none."""
    body: Json = REQUESTS[name]
    places = _places(body)
    way = places[random.Random(seed).randrange(len(places))]
    changed = _changed(body, way, value, how)
    sent = msgspec.json.encode(changed)
    problem = _problem_of(name, sent)
    if problem is None:
        assert wrong_fields(changed, SHAPES[name]) == []
        return
    assert problem.code == "invalid_request"
    assert problem.errors
    assert msgspec.json.decode(problem.encode("req_1"))
    for error in problem.errors:
        assert error.pointer or error.code == "bad_text" or not isinstance(changed, dict), error
        assert not error.detail.startswith("Expected"), error


def _problem_of(name: str, body: bytes) -> Problem | None:
    try:
        READERS[name].read(body)
    except Stop as stop:
        return stop.problem
    return None


@given(st.binary(max_size=60))
def test_bytes_are_read_or_refused(body: bytes) -> None:
    """Whatever the bytes: a return to be asked for, or a problem."""
    problem = _problem_of("request_return", body)
    assert problem is not None
    assert problem.code in ("unreadable", "invalid_request")
