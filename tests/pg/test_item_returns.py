"""Jobs and the return configuration as rows: what only the database can promise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retour.dialects.fulfillmenttools.ids import job_id, order_id
from retour.store.item_returns import (
    configuration,
    count_jobs,
    job_ids_after,
    jobs_by_ids,
    put_configuration,
)
from tests.support.ordering import put_order
from tests.support.pg import fresh_workspace

if TYPE_CHECKING:
    from retour.desk.house import House
    from tests.support.pg import Workspace


async def test_a_configuration_is_put_over_one_version_once(
    house: House, workspace: Workspace
) -> None:
    """Who comes second with the same version writes nothing, the very first time too."""
    async with house.database.transaction(workspace.id) as connection:
        assert await put_configuration(connection, workspace.id, 1, '{"n": 1}')
        assert not await put_configuration(connection, workspace.id, 1, '{"n": 2}')
        assert await put_configuration(connection, workspace.id, 2, '{"n": 3}')
        stored = await configuration(connection, workspace.id)

    assert stored is not None
    assert (stored.version, stored.body) == (3, '{"n": 3}')


async def test_a_job_is_found_by_its_id_in_its_own_workspace_only(
    house: House, workspace: Workspace
) -> None:
    """The id alone says which order it is; another workspace has none of that id."""
    await put_order(house, workspace, "N-1", 2, 1)
    other = await fresh_workspace(house)
    async with house.database.transaction(workspace.id) as connection:
        (own,) = await job_ids_after(connection, workspace.id, "", 10)
        (job,) = await jobs_by_ids(connection, workspace.id, [own])
        assert await count_jobs(connection, workspace.id) == 1
    async with house.database.transaction(other.id) as connection:
        assert await jobs_by_ids(connection, other.id, [own]) == []
        assert await count_jobs(connection, other.id) == 0

    assert order_id(job_id(own)) == own
    assert (job.version, [line.counters.delivered for line in job.order.lines]) == (1, [2, 1])
