"""The ledger of store credit raced for: nothing is given twice, and no balance falls below zero."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import asyncpg
import pytest

from retour.delivery.crediting import CreditLedger
from retour.desk import credit
from retour.desk.credit import CancelRedemption, RedeemCredit
from retour.desk.execute import RequestKey, execute
from retour.desk.house import House
from retour.desk.outcome import Done, Outcome, Refused
from retour.gateways.payments import ProcessorOutcome, RefundOrder
from retour.kernel.refusal import RefusalCode
from retour.lifecycle.commands import (
    ProposeSettlement,
    RecordRefundOutcome,
    RedirectLeg,
    SettleElsewhere,
)
from retour.store.credit import Credit, list_credits
from tests.support.money_ways import STARTED, kept, on, put_paid
from tests.support.pg import Workspace

TRIALS = 80
AT_ONCE = 8


def order_of(workspace: Workspace, ret: str, leg: str, amount: int) -> RefundOrder:
    return RefundOrder(
        workspace_id=workspace.id,
        intent=leg,
        payment="",
        amount=amount,
        currency="EUR",
        return_id=ret,
    )


async def a_return(house: House, workspace: Workspace, number: str = "1001") -> str:
    await put_paid(house, workspace.id, number)
    return await kept(house, workspace.id, number, ProposeSettlement())


async def account(house: House, workspace: Workspace) -> Credit:
    async with house.database.transaction(workspace.id) as connection:
        (found,) = await list_credits(connection, workspace.id, "crd_~", 10, None)
    return found


async def given(house: House, workspace: Workspace, amount: int) -> Credit:
    """Have somebody be given credit."""
    ret = await a_return(house, workspace)
    await CreditLedger(house.database).refund(order_of(workspace, ret, "leg_first", amount))
    return await account(house, workspace)


async def entries_add_up(house: House, workspace: Workspace) -> None:
    """Every movement left what its entry says, and all of them are the balance."""
    async with house.database.transaction(workspace.id) as connection:
        rows = await connection.fetch(
            "SELECT e.amount, e.balance, e.position FROM retour.store_credit_entry e"
            " WHERE e.workspace_id = $1 ORDER BY e.position",
            workspace.id,
        )
    balance = 0
    for place, row in enumerate(rows, 1):
        balance += row["amount"]
        assert (balance, place) == (row["balance"], row["position"])
        assert balance >= 0
    assert balance == (await account(house, workspace)).balance


async def redeem(
    house: House, workspace: Workspace, one: Credit, amount: str, reference: str
) -> Outcome:
    body = RedeemCredit(amount=amount, reference=reference)
    return await credit.redeem(house, workspace.id, one.credit_id, body, None)


async def test_a_leg_is_issued_once_however_often_and_by_however_many_it_is_asked(
    house: House, workspace: Workspace
) -> None:
    ret = await a_return(house, workspace)
    ledger = CreditLedger(house.database)
    assert None is await ledger.look_up(order_of(workspace, ret, "leg_0", 100))

    for trial in range(TRIALS // AT_ONCE):
        order = order_of(workspace, ret, f"leg_{trial}", 100)
        replies = await asyncio.gather(*(ledger.refund(order) for _ in range(AT_ONCE)))
        looked_up = await ledger.look_up(order)
        assert looked_up is not None
        assert {looked_up.reference} == {one.reference for one in replies}
        assert {ProcessorOutcome.SUCCEEDED} == {one.outcome for one in replies}

    assert TRIALS // AT_ONCE * 100 == (await account(house, workspace)).balance
    await entries_add_up(house, workspace)


async def test_a_return_that_is_not_there_is_given_nothing(
    house: House, workspace: Workspace
) -> None:
    reply = await CreditLedger(house.database).refund(order_of(workspace, "ret_0", "leg_0", 100))

    assert ProcessorOutcome.FAILED is reply.outcome
    assert reply.error


async def test_two_hundred_races_never_take_more_than_there_is(
    house: House, workspace: Workspace
) -> None:
    """Each race gives three pieces and eight ask for one: three get it, five are told why not."""
    one = await given(house, workspace, 1)
    await redeem(house, workspace, one, "0.01", "empty")
    ret = await a_return(house, workspace, "1002")
    ledger = CreditLedger(house.database)
    for trial in range(TRIALS):
        await ledger.refund(order_of(workspace, ret, f"leg_{trial}", 300))
        asked = (redeem(house, workspace, one, "1.00", f"{trial}-{n}") for n in range(AT_ONCE))

        said = Counter(type(outcome) for outcome in await asyncio.gather(*asked))

        assert {Done: 3, Refused: AT_ONCE - 3} == dict(said)
    assert 0 == (await account(house, workspace)).balance
    await entries_add_up(house, workspace)


async def test_one_purchase_takes_once_whoever_asks(house: House, workspace: Workspace) -> None:
    one = await given(house, workspace, 10_000)
    for trial in range(20):
        asked = (redeem(house, workspace, one, "1.00", f"o-{trial}") for _ in range(AT_ONCE))
        answers = await asyncio.gather(*asked)
        assert 1 == len({answer.body for answer in answers if isinstance(answer, Done)})
        assert all(isinstance(answer, Done) for answer in answers)
    assert 8000 == (await account(house, workspace)).balance


async def test_taking_and_giving_back_at_once_add_up(house: House, workspace: Workspace) -> None:
    one = await given(house, workspace, 500)
    chance = random.Random(7)
    for trial in range(40):
        asks = [redeem(house, workspace, one, "1.00", f"o-{trial}-{n}") for n in range(4)]
        earlier = f"o-{max(trial - 1, 0)}-{chance.randint(0, 3)}"
        back = CancelRedemption(reference=earlier)
        asks += [
            credit.cancel_redemption(house, workspace.id, one.credit_id, back, None)
            for _ in range(4)
        ]
        await asyncio.gather(*asks)
        await entries_add_up(house, workspace)


async def test_a_key_answers_again_and_a_key_of_another_body_is_refused(
    house: House, workspace: Workspace
) -> None:
    one = await given(house, workspace, 500)
    key = RequestKey(key_id="k", key="again", digest=b"1")
    body = RedeemCredit(amount="1.00", reference="o-1")

    first, *rest = await asyncio.gather(
        *(credit.redeem(house, workspace.id, one.credit_id, body, key) for _ in range(AT_ONCE))
    )

    assert isinstance(first, Done)
    assert {first.body} == {answer.body for answer in rest if isinstance(answer, Done)}
    assert 400 == (await account(house, workspace)).balance


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE retour.store_credit SET balance = -1 WHERE workspace_id = $1",
        "UPDATE retour.store_credit_entry SET amount = 0 WHERE workspace_id = $1",
        "UPDATE retour.store_credit_entry SET balance = -1 WHERE workspace_id = $1",
    ],
)
async def test_the_database_itself_says_no(
    house: House, workspace: Workspace, admin: asyncpg.Connection, statement: str
) -> None:
    await given(house, workspace, 500)

    with pytest.raises(asyncpg.CheckViolationError):
        await admin.execute(statement, workspace.id)


async def test_what_is_written_stays(house: House, workspace: Workspace) -> None:
    """The application may add movements; it can neither change nor remove one."""
    await given(house, workspace, 500)
    for statement in (
        "UPDATE retour.store_credit_entry SET amount = 1 WHERE workspace_id = $1",
        "DELETE FROM retour.store_credit_entry WHERE workspace_id = $1",
        "DELETE FROM retour.store_credit WHERE workspace_id = $1",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with house.database.transaction(workspace.id) as connection:
                await connection.execute(statement, workspace.id)


async def test_a_failed_leg_is_remedied_once_whoever_is_first(
    house: House, workspace: Workspace
) -> None:
    """Half of them pay it by other means, half turn it into credit: one of all of them does."""
    await put_paid(house, workspace.id, "1001", quantity=20, captured="1200.00")
    for _ in range(20):
        ret = await kept(house, workspace.id, "1001", *STARTED)
        (leg,) = await legs_of(house, workspace, ret)
        failed = RecordRefundOutcome(leg=leg, outcome="failed")
        assert isinstance(await execute(house, on(workspace.id, ret, (failed,))), Done)
        ways = (SettleElsewhere(leg=leg, reference="x"), RedirectLeg(leg=leg, to="store_credit"))

        said = await asyncio.gather(
            *(execute(house, on(workspace.id, ret, (way,))) for way in ways * 4)
        )

        assert Counter({Done: 1, Refused: 7}) == Counter(map(type, said))
        codes = {one.refusal.code for one in said if isinstance(one, Refused)}
        assert codes <= {RefusalCode.LEG_MOVING, RefusalCode.LEG_NOT_FAILED}


async def legs_of(house: House, workspace: Workspace, ret: str) -> list[str]:
    async with house.database.transaction(workspace.id) as connection:
        rows = await connection.fetch(
            "SELECT leg_id FROM retour.leg WHERE workspace_id = $1 AND return_id = $2",
            workspace.id,
            ret,
        )
    return [row["leg_id"] for row in rows]
