"""What a customer did before is found at each request, and by nobody else."""

from __future__ import annotations

from retour.desk.house import House
from retour.lifecycle.commands import Authorize, Cancel, Reject, WaiveReceipt
from retour.policy.history import CustomerFacts
from tests.support.customers import HOME, asked, done, grounds_of, sold
from tests.support.pg import Workspace, fresh_workspace


async def facts(house: House, workspace: Workspace, number: str) -> CustomerFacts:
    """Ask for a unit and give what was known of the customer."""
    made = await asked(house, workspace, number)
    known = (await grounds_of(house, workspace, made["id"])).occasion.customer
    assert known is not None
    return known


async def test_orders_and_returns_of_one_address_add_up(house: House, workspace: Workspace) -> None:
    await sold(house, workspace, "1", 4)
    await sold(house, workspace, "2", 6, email="Mira.Sand+shoes@Example.com")
    await asked(house, workspace, "1", 3)

    known = await facts(house, workspace, "2")

    assert (known.orders_placed, known.units_bought, known.value_bought) == (2, 10, 10_000)
    assert (known.returns_placed, known.units_returned, known.value_returned) == (1, 3, 3_000)
    assert known.returns_7_days == known.returns_30_days == known.returns_90_days == 1
    assert known.value_returned_30_days == known.value_returned_365_days == 3_000


async def test_a_phone_number_is_the_same_however_it_is_written(
    house: House, workspace: Workspace
) -> None:
    await sold(house, workspace, "1", 2, email="a@example.com", phone="030 901820")
    await sold(house, workspace, "2", 2, email="b@example.com", phone="+49 (30) 90 18 20")
    await asked(house, workspace, "1")

    known = await facts(house, workspace, "2")

    assert (known.orders_placed, known.returns_placed, known.linked_identities) == (2, 1, 1)


async def test_an_address_links_but_makes_nobody_the_same(
    house: House, workspace: Workspace
) -> None:
    """Who shares a house with others is not charged with what they return."""
    other = {**HOME, "street": "TORSTR. 12", "name": "Somebody else"}
    await sold(house, workspace, "1", 2, email="a@example.com", address=HOME)
    await sold(house, workspace, "2", 2, email="b@example.com", address=other)
    await asked(house, workspace, "1")

    known = await facts(house, workspace, "2")

    assert (known.orders_placed, known.returns_placed, known.linked_identities) == (1, 0, 1)


async def test_what_became_of_returns_is_counted(house: House, workspace: Workspace) -> None:
    await sold(house, workspace, "1", 9)
    await asked(house, workspace, "1")
    rejected = await asked(house, workspace, "1", 2)
    await done(house, workspace, [Reject(reason="No.")], rejected["id"])
    kept = await asked(house, workspace, "1", 3)
    await done(house, workspace, [Authorize(), WaiveReceipt()], kept["id"])
    canceled = await asked(house, workspace, "1")
    await done(house, workspace, [Cancel(reason="No more.")], canceled["id"])

    known = await facts(house, workspace, "1")

    assert (known.returns_placed, known.rejected_returns, known.kept_items) == (3, 1, 3)
    assert known.units_returned == 4, "what was rejected whole has not come back"


async def test_another_workspace_never_counts(house: House, workspace: Workspace) -> None:
    other = await fresh_workspace(house)
    for place in (workspace, other):
        await sold(house, place, "1", 4, phone="+493090182000", address=HOME)
    await sold(house, other, "2", 4, email="b@example.com", phone="+493090182000", address=HOME)
    await asked(house, other, "1")
    await asked(house, other, "2")

    known = await facts(house, workspace, "1")

    assert (known.orders_placed, known.returns_placed, known.linked_identities) == (1, 0, 0)


async def test_no_more_is_looked_at_than_the_newest_200(house: House, workspace: Workspace) -> None:
    """However long somebody has been a customer, a request takes no longer."""
    await sold(house, workspace, "1", 2)
    made = await asked(house, workspace, "1")
    async with house.database.transaction(workspace.id) as connection:
        await connection.execute(
            "INSERT INTO retour.order_mark"
            " (workspace_id, order_id, kind, digest, ordered_at, units, value, currency)"
            " SELECT m.workspace_id, 'ord_' || n, m.kind, m.digest,"
            "        m.ordered_at - n * interval '1 day', m.units, m.value, m.currency"
            "   FROM retour.order_mark m CROSS JOIN generate_series(1, 250) AS n"
            "  WHERE m.workspace_id = $1",
            workspace.id,
        )
        await connection.execute(
            "INSERT INTO retour.return_tally (workspace_id, order_id, return_id, asked_at, units,"
            "   value, currency, kept, missing_or_wrong, rejected, failed_payments)"
            " SELECT t.workspace_id, 'ord_' || n, 'ret_' || n || '_' || i,"
            "        t.asked_at - n * interval '1 day', 1, 1000, 'EUR', 0, 0, false, 0"
            "   FROM retour.return_tally t CROSS JOIN generate_series(1, 250) AS n"
            "  CROSS JOIN generate_series(1, 2) AS i"
            "  WHERE t.workspace_id = $1 AND t.return_id = $2",
            workspace.id,
            made["id"],
        )

    known = await facts(house, workspace, "1")

    assert (known.orders_placed, known.returns_placed) == (200, 200)
    assert known.returns_30_days == 1 + 2 * 29, "the newest count"
