"""How the house fares, and what a workspace has set up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, Route
from retour.desk import setting_up, system
from retour.desk.setting_up import SetupPut
from retour.dialects.shapes import Boolean, ListOf, Text, Tree, or_null
from retour.dialects.tree_parts import COUNT, MAYBE_MOMENT, MOMENT, TEXT

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_PUT: Final = BodyReader(SetupPut)
_SETUP: Final = f"{BASE}/setup"

SYSTEM: Final = Tree(
    name="system",
    about="How the house fares; `retour doctor` says the same of it.",
    fields={
        "version": TEXT,
        "good": Boolean(about="Whether nothing is to be mended."),
        "findings": ListOf(
            item=Tree(
                name="finding",
                fields={
                    "what": TEXT,
                    "good": Boolean(),
                    "words": Text(about="What was seen, and what mends it."),
                },
            )
        ),
        "lanes": ListOf(
            item=Tree(
                name="waiting_lanes",
                about="What waits to be delivered, by kind.",
                fields={
                    "kind": TEXT,
                    "lanes": COUNT,
                    "deliveries": COUNT,
                    "blocked": COUNT,
                    "oldest_at": MAYBE_MOMENT,
                },
            )
        ),
        "jobs": ListOf(
            item=Tree(
                name="background_job",
                about="What works in the background, by kind.",
                fields={
                    "what": Text(
                        about="backtests, reconciliations, exports, erasures, scheduled drafts."
                    ),
                    "count": COUNT,
                    "at": or_null(
                        MOMENT, "Since when the oldest runs; of drafts, when the next is due."
                    ),
                },
            )
        ),
        "hours": ListOf(
            item=Tree(
                name="hour_of_deliveries",
                about="Deliveries that ended in an hour of the last day.",
                fields={"hour": MOMENT, "ended": COUNT, "dead": COUNT},
            )
        ),
    },
)
SETUP: Final = Tree(
    name="setup",
    about="What a workspace needs before it goes live, told from its data.",
    fields={
        "steps": ListOf(
            item=Tree(
                name="setup_step",
                fields={
                    "id": TEXT,
                    "title": TEXT,
                    "done": Boolean(),
                    "words": TEXT,
                    "at": or_null(MOMENT, "When the last order came; null of other steps."),
                },
            )
        ),
        "done": COUNT,
        "of": COUNT,
        "aside_at": MAYBE_MOMENT,
    },
)


async def read_system(call: Call) -> Outcome:
    """Tell how the house fares."""
    return await system.look_up(call.house, call.workspace_id)


async def read_setup(call: Call) -> Outcome:
    """Tell what is set up."""
    return await setting_up.look_up(call.house, call.workspace_id)


async def put_setup(call: Call) -> Outcome:
    """Put the list aside, or have it back."""
    return await setting_up.put(call.house, call.workspace_id, _PUT.read(call.body))


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{BASE}/system",
        name="read_system",
        tag="Settings",
        summary="Read how the house fares",
        about="Database, disk, clock, mails; what waits to be delivered here, what was given up.",
        scope="audit:read",
        noun="system",
        answer=read_system,
        result=SYSTEM,
    ),
    Route(
        method="GET",
        path=_SETUP,
        name="read_setup",
        tag="Settings",
        summary="Read what is set up",
        scope="settings:read",
        noun="setup",
        answer=read_setup,
        result=SETUP,
    ),
    Route(
        method="PUT",
        path=_SETUP,
        name="put_setup",
        tag="Settings",
        summary="Put the list of what is to be set up aside",
        about="Or have it back; what is set up stays as it is.",
        scope="settings:write",
        noun="setup",
        answer=put_setup,
        body=SetupPut,
        result=SETUP,
    ),
)
