"""A workspace's configuration as one document: read, compared, brought in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, LOOKS, Route
from retour.desk import configuration
from retour.desk.configuration import Asker, Configuration
from retour.dialects.shapes import ListOf, Text, Tree
from retour.dialects.tree_parts import COUNT, MAYBE, TEXT

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_PATH: Final = f"{BASE}/configuration"
_READER: Final = BodyReader(Configuration)
_TAG: Final = "Settings"
_BYTES_MAX: Final = 4 << 20

CONFIGURATION: Final = Tree(
    name="configuration",
    about="What a workspace settles, as it is put: the body of bringing it in, here or elsewhere."
    " Parts in which nothing was said are left out.",
    fields={},
    extras={
        name: Tree(name=f"configuration_{name}", fields={})
        for name in Configuration.__struct_fields__
    },
)
TOLD: Final = Tree(
    name="configuration_told",
    fields={
        "new": COUNT,
        "changed": COUNT,
        "same": COUNT,
        "refused": COUNT,
        "items": ListOf(
            item=Tree(
                name="configuration_item",
                fields={
                    "part": Text(about="Such as policies."),
                    "key": Text(about="Which one; empty where there is one."),
                    "change": Text(about="same, new, changed or refused."),
                    "fields": ListOf(item=TEXT, about="What differs from what is there."),
                    "detail": MAYBE,
                },
            )
        ),
    },
)


async def read_configuration(call: Call) -> Outcome:
    """Give it whole."""
    return await configuration.read(call.house, call.workspace_id, call.principal.scopes)


async def compare_configuration(call: Call) -> Outcome:
    """Say what bringing a document in would change."""
    said = _READER.read(call.body)
    return await configuration.compare(call.house, call.workspace_id, said)


async def put_configuration(call: Call) -> Outcome:
    """Bring a document in."""
    by = Asker(call.principal.scopes, call.actor)
    return await configuration.bring_in(call.house, call.workspace_id, _READER.read(call.body), by)


ROUTES: Final = (
    Route(
        method="GET",
        path=_PATH,
        name="read_configuration",
        tag=_TAG,
        summary="Read all that is settled, as one document",
        about="Facilities, grading, dispositions, grades, policies in force, routing, portal,"
        " withdrawals, brand, answers, and mails to customers where the key may read them. No"
        " secret, account, endpoint, person or picture. `retour config export` prints the same as"
        " YAML.",
        scope="settings:read",
        noun="workspace",
        answer=read_configuration,
        result=CONFIGURATION,
    ),
    Route(
        method="POST",
        path=f"{_PATH}/compare",
        name="compare_configuration",
        tag=_TAG,
        summary="Ask what a document would change",
        about="Thing by thing: new, changed with the fields that differ, or the same. Nothing is"
        " written; what is refused shows when it is brought in.",
        scope="settings:read",
        noun="workspace",
        answer=compare_configuration,
        body=Configuration,
        result=TOLD,
        bytes_max=_BYTES_MAX,
        again=LOOKS,
    ),
    Route(
        method="PUT",
        path=_PATH,
        name="put_configuration",
        tag=_TAG,
        summary="Bring a document in",
        about="Puts what is new or differs, each thing by itself; what it leaves out stays, and"
        " nothing is removed. What is refused says why and stops nothing else. Policies come into"
        " force at once, as their next versions. Mails need subscriptions:write as well.",
        scope="settings:write",
        noun="workspace",
        answer=put_configuration,
        body=Configuration,
        result=TOLD,
        bytes_max=_BYTES_MAX,
    ),
)
