"""A sandbox beside a live workspace: its rules and places, none of its customers, money or secrets.

Taken over are policies, grades with their words and pictures, dispositions, facilities, the portal,
the return configuration and how withdrawals are taken; not orders, returns, people, keys, accounts
or subscriptions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk import facilities
from retour.desk.facilities import FacilityPut
from retour.desk.outcome import Done, Outcome
from retour.desk.pages import Page
from retour.desk.people.members import put
from retour.desk.people.persons import HOUSE
from retour.desk.people.roles import MemberRole
from retour.desk.workspaces import MadeWorkspace, NewWorkspace, create_workspace
from retour.kernel.ids import is_id, workspace_text
from retour.kernel.problems import FieldError, InvalidRequest
from retour.store.grades import GRADE_PICTURES
from retour.store.photos import add_photo, claim_photos, owned_photos
from retour.store.statements import named
from retour.store.telling import take_turn

if TYPE_CHECKING:
    from retour.desk.config import Principal
    from retour.desk.house import House

_SQL: Final = named("beside")
_ENCODE: Final = msgspec.json.Encoder()
_NAME_MAX: Final = 190
_FACILITIES_MAX: Final = 200
_TAKEN: Final = (
    "policy",
    "grading_set",
    "grade",
    "disposition",
    "portal",
    "workflow",
    "withdrawals",
)
_SANDBOX_OF_ONE: Final = "This is a sandbox already. Make one beside a live workspace."


async def sandbox_of(house: House, workspace_id: int) -> str | None:
    """Name the sandbox that stands beside a workspace."""
    async with house.database.transaction(HOUSE) as connection:
        row = await connection.fetchrow(_SQL["sandbox_beside"], workspace_id)
    return None if row is None else workspace_text(row["workspace_id"])


async def make_sandbox(house: House, asker: Principal) -> Outcome:
    """Make the sandbox beside a live workspace; who asks is its admin where they are a person.

    Raises:
        InvalidRequest: It is a sandbox itself, or has one.
    """
    workspace_id = asker.workspace_id
    config = await house.configs.recent(workspace_id)
    assert config is not None, "who asks belongs to a workspace"
    if config.is_sandbox:
        raise InvalidRequest(FieldError(pointer="", code="sandbox_already", detail=_SANDBOX_OF_ONE))
    async with house.turns.take(workspace_id, "sandbox"):
        if (known := await sandbox_of(house, workspace_id)) is not None:
            detail = f"{known} stands beside this workspace. Use it."
            raise InvalidRequest(FieldError(pointer="", code="sandbox_already", detail=detail))
        name = f"{config.name[:_NAME_MAX]} sandbox"
        new = NewWorkspace(name=name, sandbox=True, zone=config.zone, currency=config.currency)
        made = await create_workspace(house, new)
        await _take_over(house, workspace_id, made.number)
    house.configs.forget(made.number)
    if is_id(asker.key_id, "psn"):
        await put(house, made.number, asker.key_id, role=MemberRole.ADMIN)
    return Done(status=201, body=_ENCODE.encode(_view(name, made)))


def _view(name: str, made: MadeWorkspace) -> dict[str, object]:
    return {"id": made.id, "name": name, "mode": "sandbox", "api_key": made.api_key}


async def _take_over(house: House, live: int, sandbox: int) -> None:
    page = Page(limit=_FACILITIES_MAX)
    listed = await facilities.listing(house, live, page)
    assert isinstance(listed, Done), "a list is answered"
    for one in msgspec.json.decode(listed.body)["data"]:
        said = {name: one[name] for name in FacilityPut.__struct_fields__ if name in one}
        await facilities.put(house, sandbox, one["code"], msgspec.convert(said, FacilityPut))
    async with house.database.transaction(live) as connection:
        await take_turn(connection, live)  # No picture goes between its grade and itself.
        rows = await connection.fetch(_SQL["settings_taken_over"], live)
        pictures = await owned_photos(connection, live, GRADE_PICTURES)
    async with house.database.transaction(sandbox) as connection:
        for row in rows:
            assert row["name"] in _TAKEN, "each has its statement"
            statement = _SQL[f"take_{row['name']}"]
            key, version, body = row["key"], row["version"], row["body"]
            await connection.execute(statement, sandbox, key, version, body)
        for picture in pictures:
            await add_photo(connection, sandbox, picture)
        await claim_photos(connection, sandbox, [one.id for one in pictures], GRADE_PICTURES)
        await connection.execute(_SQL["set_beside"], sandbox, live)
