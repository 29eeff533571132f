"""What every route of tickets does with a request: its body as a tree, its key, its spelling."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from retour.api.asgi import Reply
from retour.api.json_body import read_tree
from retour.api.problems import Stop, invalid
from retour.api.routes import Method, Parameter, Route
from retour.api.tickets.problems import complain
from retour.dialects.tickets.view import Spelling, written
from retour.kernel.fields import unsendable_texts

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.execute import RequestKey
    from retour.desk.outcome import Outcome
    from retour.dialects.view import View

TAG: Final = "Tickets"
_DECODE: Final = msgspec.json.Decoder(float_hook=Decimal).decode
_THEIR_KEY: Final = b"x-idempotency-key"
_OUR_KEY: Final = b"idempotency-key"
Given = TypeVar("Given")


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """One of the two addresses under which tickets are served, and the names it answers in."""

    path: str
    prefix: str  # Of its routes' names, which are unique.
    spelling: Spelling

    def reply(self, tree: View | list[View], status: int = 200) -> Reply:
        """Answer with a tree or a bare list."""
        return Reply(status=status, body=written(tree, self.spelling))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that can be asked for under both addresses; ``path`` goes on from either."""

    method: Method
    path: str
    name: str
    summary: str
    scope: str
    noun: str
    answer: Callable[[Call, Base], Awaitable[Outcome | Reply]]
    about: str = ""
    query: tuple[Parameter, ...] = ()
    statuses: tuple[int, ...] = (200,)
    creates: bool = False
    versioned: bool = False


def routes(rows: Iterable[Row]) -> tuple[Route, ...]:
    """Serve every row under both addresses."""
    return tuple(_route(row, base) for base in BASES for row in rows)


def _route(row: Row, base: Base) -> Route:
    async def answer(call: Call) -> Outcome | Reply:
        return await row.answer(call, base)

    return Route(
        method=row.method,
        path=base.path + row.path,
        name=base.prefix + row.name,
        tag=TAG,
        summary=row.summary,
        about=row.about,
        scope=row.scope,
        noun=row.noun,
        answer=answer,
        query=row.query,
        statuses=row.statuses,
        creates=row.creates,
        versioned=row.versioned,
        complain=complain,
    )


WORKSPACES: Final = Base(path="/v1/workspaces/{ws}", prefix="", spelling=Spelling.SNAKE)
BRANDS: Final = Base(path="/v1/brands/{ws}", prefix="brand_", spelling=Spelling.CAMEL)
BASES: Final = (WORKSPACES, BRANDS)


def read(call: Call, reader: Callable[[object], Given]) -> Given:
    """Read the body, numbers with exactly the digits they were written in.

    Raises:
        Stop: It is no JSON (400), or holds what nothing can carry (422).
        InvalidRequest: A field is wrong or unknown.
    """
    body = call.body or b"{}"
    tree = read_tree(body)
    if errors := unsendable_texts(tree):
        raise Stop(invalid(*errors))
    return reader(_DECODE(body))


def key_of(call: Call) -> RequestKey | None:
    """Give the idempotency key, under its usual header or under the SDK's."""
    theirs = call.headers.get(_THEIR_KEY)
    if theirs is None or _OUR_KEY in call.headers:
        return call.key
    return replace(call, headers={**call.headers, _OUR_KEY: theirs}).key
