"""What a route is: one row that says how it is served, guarded and documented.

The application, the OpenAPI document, the docs page and the tests of who may do what are all made
from the same rows, so none of them can forget one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from retour.api.asgi import Reply, problem_reply
from retour.api.limits import BODY_BYTES_MAX
from retour.api.problems import Problem

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.house import House
    from retour.desk.outcome import Outcome
    from retour.dialects.shapes import Shape

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
BASE: Final = "/v1/workspaces/{ws}"
WITH_BODIES: Final = frozenset({"POST", "PUT", "PATCH"})
"""Methods whose requests have bodies."""
Complain = Callable[[Problem, str], Reply]
"""Says a problem, with the request's id, in the form that callers of a route expect."""


LOOKS: Final = "It changes nothing, however often it is asked."
"""Why a POST that only looks keeps no answer under an Idempotency-Key."""
ENDED: Final = "Again, it stays as it was and is answered as it stands."
"""Why one that ends something does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A query parameter: its name, what it does, and the words it may be, if they are closed."""

    name: str
    about: str
    words: tuple[str, ...] = ()
    kind: Literal["string", "integer", "instant"] = "string"
    is_required: bool = False
    is_repeated: bool = False  # Each of several values stands alone, or with commas between.


LIMIT: Final = Parameter(
    name="limit", about="How many to answer at most: 1 to 200, 50 unless said.", kind="integer"
)
CURSOR: Final = Parameter(name="cursor", about="The page before's next_cursor, unchanged.")
AFTER: Final = Parameter(
    name="after",
    about="Where to go on: the page before's next_cursor, or the id of the last event read.",
)
PAGED: Final = (LIMIT, CURSOR)
FOLLOWED: Final = (LIMIT, AFTER, CURSOR)
"""For logs, which are read forwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One thing a key can ask for.

    Args:
        path: From the root, with ``{ws}`` and the other parameters in braces.
        name: Unique; the OpenAPI operation's id.
        scope: A key of ``desk.scopes.SCOPES``.
        noun: What is not found where the last parameter names nothing.
        answer: Carries it out.
        body: The request's Struct, where it has a body.
        result: What a success answers; ``None`` for no body.
        statuses: Of a success, the usual one first.
        creates: Whether what is made has its own address below this one.
        paged: Whether ``result`` is one item of a page.
        versioned: Whether the answer has an ETag.
        matched: Whether If-Match is honoured; where it is not, it is refused.
        at_facility: Whether a key bound to facilities is good for it, at those in ``code``.
        complain: How problems are said; another system's routes say them in its form.
        accepts: Types of a body that is taken as it is; empty where it is JSON.
        gives: The type of an answer that is no JSON.
        bytes_max: Of its body.
        problems: Statuses it can end in beside those that every route of its kind can.
        again: What the same request again does, where a POST keeps no answer under its
            Idempotency-Key: why it needs none.
    """

    method: Method
    path: str
    name: str
    tag: str
    summary: str
    scope: str
    noun: str
    answer: Callable[[Call], Awaitable[Outcome | Reply]]
    about: str = ""
    body: type[msgspec.Struct] | None = None
    query: tuple[Parameter, ...] = ()
    result: Shape | None = None
    statuses: tuple[int, ...] = (200,)
    creates: bool = False
    paged: bool = False
    versioned: bool = False
    matched: bool = False
    sandbox_only: bool = False
    at_facility: bool = False
    complain: Complain = problem_reply
    accepts: tuple[str, ...] = ()
    gives: str | None = None
    bytes_max: int = BODY_BYTES_MAX
    problems: tuple[int, ...] = ()
    again: str = ""

    @property
    def keeps(self) -> bool:
        """Whether its answer is kept under an Idempotency-Key."""
        return self.method == "POST" and not self.again

    @property
    def parameters(self) -> frozenset[str]:
        """The names its query may hold."""
        return frozenset(parameter.name for parameter in self.query)

    @property
    def repeated(self) -> frozenset[str]:
        """Those of them that may be given more than once."""
        return frozenset(parameter.name for parameter in self.query if parameter.is_repeated)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRoute:
    """One thing anybody can read, without a key."""

    path: str
    name: str
    tag: str
    summary: str
    answer: Callable[[House, Mapping[str, str]], Awaitable[Reply]]
    content_type: str = "application/json"
    noun: str = "document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooked:
    """What was sent with a token; nothing of it is believed yet."""

    params: Mapping[str, str]
    headers: Mapping[bytes, bytes]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRoute:
    """What is asked without a key: the token in its path is the proof that it may be.

    Args:
        accepts: Types of its body; any where none is named.
        bytes_max: Of its body.
        body: The Struct its JSON is read as, where it is JSON.
    """

    path: str
    name: str
    tag: str
    summary: str
    answer: Callable[[House, Hooked], Awaitable[Outcome | Reply]]
    about: str = ""
    accepts: tuple[str, ...] = ()
    bytes_max: int = BODY_BYTES_MAX
    body: type[msgspec.Struct] | None = None
    result: Shape | None = None
    gives: str = "application/json"
    noun: str = "hook"
    method: Literal["GET", "POST"] = "POST"
