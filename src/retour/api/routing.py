"""Where goods go: the table, and goods tried on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, LOOKS, Route
from retour.desk import facilities, routing
from retour.desk.routing import RoutingPut, WhereBody
from retour.dialects.shapes import Boolean, Integer, ListOf, Text, Tree
from retour.dialects.tree_parts import COUNT, MAYBE, TEXT

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_ROUTING: Final = f"{BASE}/routing"
_PUT: Final = BodyReader(RoutingPut)
_WHERE: Final = BodyReader(WhereBody)
_TAG: Final = "Settings"

TABLE: Final = Tree(
    name="routing",
    about="Where goods go that their policy sends nowhere: by the first rule that matches.",
    fields={
        "version": Integer(minimum=0, about="0 until something was said."),
        "rules": ListOf(
            item=Tree(
                name="routing_rule",
                fields={
                    "id": TEXT,
                    "facility": TEXT,
                    "when": Tree(name="routing_when", fields={}, about="What must be so at once."),
                },
            )
        ),
        "fallback": Text(about="Where all else goes; it takes everything."),
    },
)
WHERE: Final = Tree(
    name="way_of_goods",
    fields={
        "facility": Text(about="Where the return goes."),
        "why": Text(about="What decided, in words."),
        "lines": ListOf(
            item=Tree(
                name="way_of_line",
                fields={
                    "line": TEXT,
                    "sku": MAYBE,
                    "facility": TEXT,
                    "why": TEXT,
                    "stops": ListOf(
                        item=Tree(
                            name="stop_on_the_way",
                            fields={
                                "by": Text(about="policy, a rule's id, or fallback."),
                                "facility": TEXT,
                                "matches": Boolean(about="It speaks of the line."),
                                "taken": Boolean(about="The line goes there."),
                                "why": TEXT,
                            },
                        )
                    ),
                },
            )
        ),
    },
)
USES: Final = Tree(
    name="facility_uses",
    fields={
        "returns": Integer(minimum=0, about="Still to come there, counted up to a thousand."),
        "more_returns": Boolean(about="There are more of them."),
        "policies": ListOf(item=TEXT, about="With a rule that sends goods there."),
        "routing_rules": ListOf(item=TEXT, about="That send goods there."),
        "is_fallback": Boolean(about="All that nothing else catches goes there."),
        "people": COUNT,
        "keys": COUNT,
    },
)


async def read_routing(call: Call) -> Outcome:
    """Give the table."""
    return await routing.look_up(call.house, call.workspace_id)


async def put_routing(call: Call) -> Outcome:
    """Bring a table into force."""
    body = _PUT.read(call.body)
    return await routing.put(call.house, call.workspace_id, body, call.if_match)


async def try_routing(call: Call) -> Outcome:
    """Say where goods would go."""
    body = _WHERE.read(call.body)
    return await routing.where(call.house, call.workspace_id, body, actor=call.actor)


async def read_facility_uses(call: Call) -> Outcome:
    """Count what hangs on a facility."""
    return await facilities.uses(call.house, call.workspace_id, call.params["code"])


ROUTES: Final = (
    Route(
        method="GET",
        path=_ROUTING,
        name="read_routing",
        tag=_TAG,
        summary="Read where goods go",
        scope="settings:read",
        noun="workspace",
        answer=read_routing,
        result=TABLE,
        versioned=True,
    ),
    Route(
        method="PUT",
        path=_ROUTING,
        name="put_routing",
        tag=_TAG,
        summary="Say where goods go",
        about="Asked after the policy's rules. A facility that is closed or does not take such"
        " goods is passed over. Returns that were asked for before go where they were sent.",
        scope="settings:write",
        noun="workspace",
        answer=put_routing,
        body=RoutingPut,
        result=TABLE,
        versioned=True,
        matched=True,
    ),
    Route(
        method="POST",
        path=f"{_ROUTING}/test",
        name="try_routing",
        tag=_TAG,
        summary="Ask where goods would go",
        about="By the code that sends real ones; nothing is written. routing tries another table.",
        scope="settings:read",
        noun="policy",
        answer=try_routing,
        body=WhereBody,
        result=WHERE,
        again=LOOKS,
    ),
    Route(
        method="GET",
        path=f"{BASE}/facilities/{{code}}/uses",
        name="read_facility_uses",
        tag=_TAG,
        summary="Count what hangs on a facility",
        about="What would still come there if it were closed, and who sends goods there.",
        scope="settings:read",
        noun="facility",
        answer=read_facility_uses,
        result=USES,
    ),
)
