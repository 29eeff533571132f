"""Tickets by the desk: with a return behind them, waiting for one, and matched later."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from itertools import count

import asyncpg
import msgspec

from retour.desk import tickets
from retour.desk.execute import Asked, RequestKey, execute
from retour.desk.house import House
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.tickets.shown import Asker, TicketSource
from retour.dialects.tickets.parse import ChangeGiven, FieldsGiven, ItemGiven, TicketGiven
from retour.dialects.tickets.status import status_of, status_of_waiting
from retour.kernel.refusal import RefusalCode
from retour.lifecycle.commands import Comment, RecordRefundOutcome
from retour.lifecycle.model import Actor, ActorKind, Event
from tests.support.ordering import put_order
from tests.support.pg import Workspace

KEYS = count(1)


def shown(source: TicketSource) -> bytes:
    """Write what the tests look at."""
    if source.ret is not None:
        status = status_of(source.ret)
    else:
        assert source.ticket is not None
        status = status_of_waiting(source.ticket.status, asks_return=source.ticket.asks_return)
    return msgspec.json.encode(
        {
            "id": source.id,
            "number": source.number,
            "status": status,
            "subject": source.said.subject,
            "email": source.said.email,
            "priority": source.facts.priority,
            "fields": source.said.fields,
            "messages": source.facts.messages,
            "version": (source.ret or source.ticket).version,  # pyright: ignore[reportOptionalMemberAccess] - one is there
            "is_return": source.ret is not None,
            "events": None if source.ret is None else source.ret.sequence,
            "created_at": source.created_at,
            "updated_at": source.updated_at,
        }
    )


def asker(workspace: Workspace, key: str | None = None) -> Asker:
    return Asker(
        workspace_id=workspace.id,
        actor=Actor(kind=ActorKind.API_KEY),
        source="tickets",
        show=shown,
        key=None if key is None else RequestKey(key_id="key", key=key, digest=key.encode()),
    )


def given(order: str | None = "1234", *names: str, **more: object) -> TicketGiven:
    """Give the document's request, as it is parsed."""
    fields = FieldsGiven(
        order_id=order,
        return_reason="wrong_size",
        items=tuple(ItemGiven(name=name) for name in names or ("SKU-1",)),
        original_order_total=Decimal("10.00"),
    )
    body = {"subject": "Return Request - Order #1234", "customer_email": "ann@example.test"}
    return TicketGiven(**(body | {"fields": fields} | more))  # pyright: ignore[reportArgumentType] - made of parts


def read(outcome: Outcome) -> dict[str, object]:
    assert isinstance(outcome, Done), outcome
    return msgspec.json.decode(outcome.body)


async def created(house: House, workspace: Workspace, *names: str) -> str:
    return str(read(await tickets.create(house, given("1234", *names), asker(workspace)))["id"])


async def changed(
    house: House, workspace: Workspace, ticket: str, status: str | None = None, **fields: object
) -> dict[str, object]:
    return read(await change(house, workspace, ticket, status, **fields))


async def change(
    house: House, workspace: Workspace, ticket: str, status: str | None = None, **fields: object
) -> Outcome:
    told = FieldsGiven(**fields)  # pyright: ignore[reportArgumentType] - made of parts
    asked = ChangeGiven(fields=told) if status is None else ChangeGiven(status=status, fields=told)
    return await tickets.patch(house, ticket, asked, asker(workspace))


async def pay(house: House, workspace: Workspace, ticket: str) -> None:
    """Let the processor say yes to every leg."""
    source = await tickets.find(house, workspace.id, ticket)
    assert source is not None
    assert source.ret is not None
    for leg in source.ret.settlements[-1].legs:
        outcome = await execute(
            house,
            Asked(
                workspace_id=workspace.id,
                plan=(RecordRefundOutcome(leg=leg.id, outcome="succeeded"),),
                actor=Actor(kind=ActorKind.PROCESSOR),
                source="processor",
                return_id=source.ret.id,
            ),
        )
        assert isinstance(outcome, Done), outcome


async def events(admin: asyncpg.Connection, workspace: Workspace) -> list[tuple[str, str]]:
    rows = await admin.fetch(
        "SELECT type, stream FROM retour.event WHERE workspace_id = $1 ORDER BY tx,"
        " stream_sequence",
        workspace.id,
    )
    return [(row["type"], row["stream"][:3]) for row in rows]


# ---------------------------------------------------------------- with a return


async def test_a_known_order_makes_the_return_at_once(house: House, workspace: Workspace) -> None:
    await put_order(house, workspace, "1234", 2)

    outcome = await tickets.create(house, given(), asker(workspace))

    ticket = read(outcome)
    assert isinstance(outcome, Done)
    assert 201 == outcome.status
    assert "return_requested" == ticket["status"]
    assert "Return Request - Order #1234" == ticket["subject"]
    assert str(ticket["id"]).startswith("tkt_")
    found = await tickets.find(house, workspace.id, str(ticket["id"]))
    assert found is not None
    assert found.ret is not None
    assert found.ret.id[4:] == str(ticket["id"])[4:]
    assert found.ret.number == ticket["number"]
    assert "wrong_size" == found.ret.lines[0].reasons[0].text


async def test_the_six_steps(house: House, workspace: Workspace, admin: asyncpg.Connection) -> None:
    await put_order(house, workspace, "1234", 1)
    ticket = await created(house, workspace)

    steps = [
        (await changed(house, workspace, ticket, status, **fields))["status"]
        for status, fields in (
            ("eligibility_check", {}),
            ("approved", {}),
            ("label_sent", {"free": {"tracking_number": '"0042"'}}),
            ("item_received", {"condition": "good", "refund_amount": Decimal("10.00")}),
            ("refunded", {}),
        )
    ]
    await pay(house, workspace, ticket)
    end = await changed(house, workspace, ticket)
    closed = await changed(house, workspace, ticket, "closed")

    assert ["eligibility_check", "approved", "label_sent", "item_received", "item_received"] == (
        steps
    )
    assert "refunded" == end["status"]
    assert "closed" == closed["status"]
    assert ("return.processed", "ord") in await events(admin, workspace)


async def test_the_same_status_says_nothing(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    await put_order(house, workspace, "1234", 1)
    ticket = await created(house, workspace)
    before = await events(admin, workspace)

    again = await changed(house, workspace, ticket, "return_requested")

    assert 1 == again["version"]
    assert before == await events(admin, workspace)


async def test_a_jump_is_refused_with_what_is_possible(house: House, workspace: Workspace) -> None:
    await put_order(house, workspace, "1234", 1)
    ticket = await created(house, workspace)

    outcome = await change(house, workspace, ticket, "refunded")

    assert isinstance(outcome, Refused)
    assert RefusalCode.INVALID_TRANSITION is outcome.refusal.code
    assert "/status" == outcome.refusal.pointer
    assert "approved" in outcome.refusal.detail


async def test_the_merchant_s_own_payment_is_reported(house: House, workspace: Workspace) -> None:
    await put_order(house, workspace, "1234", 1, processor="external")
    ticket = await created(house, workspace)
    await changed(house, workspace, ticket, "approved")
    await changed(house, workspace, ticket, "item_received", condition="fair")

    paid = await changed(house, workspace, ticket, "refunded")

    assert "refunded" == paid["status"]


async def test_a_key_makes_one_ticket(house: House, workspace: Workspace) -> None:
    await put_order(house, workspace, "1234", 2)

    first = await tickets.create(house, given(), asker(workspace, "once"))
    second = await tickets.create(house, given(), asker(workspace, "once"))

    assert read(first) == read(second)
    assert isinstance(second, Done)
    assert second.replayed


async def test_goods_the_order_never_held_are_named(house: House, workspace: Workspace) -> None:
    await put_order(house, workspace, "1234", 1)

    outcome = await tickets.create(house, given("1234", "SKU-1", "SKU-9"), asker(workspace))

    assert isinstance(outcome, Refused)
    assert RefusalCode.UNKNOWN_LINE is outcome.refusal.code
    assert "/custom_fields/items_to_return/1" == outcome.refusal.pointer


# ---------------------------------------------------------------- waiting


async def test_an_unknown_order_waits(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    ticket = read(await tickets.create(house, given(), asker(workspace)))

    assert ("return_requested", False) == (ticket["status"], ticket["is_return"])
    assert [("ticket.opened", "tkt")] == await events(admin, workspace)
    looked_up = read(await tickets.look_up(house, asker(workspace), str(ticket["id"])))
    assert ticket == looked_up
    assert {
        "order_id": '"1234"',
        "return_reason": '"wrong_size"',
        "items_to_return": '["SKU-1"]',
        "original_order_total": "10.00",
    } == ticket["fields"]


async def test_a_waiting_ticket_is_matched_under_its_own_id(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    ticket = read(await tickets.create(house, given("unknown"), asker(workspace)))
    await put_order(house, workspace, "1234", 1)

    matched = await changed(house, workspace, str(ticket["id"]), order_id="1234")

    assert (ticket["id"], ticket["number"], True) == (
        matched["id"],
        matched["number"],
        matched["is_return"],
    )
    assert ticket["created_at"] == matched["created_at"]
    assert ticket["subject"] == matched["subject"]
    said = await events(admin, workspace)
    assert [("ticket.opened", "tkt")] == [one for one in said if one[1] == "tkt"]
    assert ("return.requested", "ord") in said
    looked_up = read(await tickets.look_up(house, asker(workspace), str(ticket["id"])))
    assert matched == looked_up


async def test_who_matches_second_finds_a_return(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    ticket = str(read(await tickets.create(house, given("unknown"), asker(workspace)))["id"])
    await put_order(house, workspace, "1234", 5)
    # Connections are opened at first use, one by one; a race needs them beforehand.
    await asyncio.gather(*(tickets.find(house, workspace.id, ticket) for _ in range(10)))

    outcomes = await asyncio.gather(
        *(change(house, workspace, ticket, "approved", order_id="1234") for _ in range(4)),
        *(change(house, workspace, ticket, free={f"n{n}": "1"}) for n in range(4)),
    )

    assert all(isinstance(outcome, Done) for outcome in outcomes), outcomes
    said = [one for one, _ in await events(admin, workspace)]
    assert 1 == said.count("return.requested") == said.count("return.authorized")
    found = await tickets.find(house, workspace.id, ticket)
    assert found is not None
    assert {"n0", "n1", "n2", "n3"} <= found.said.fields.keys()


async def test_an_order_still_unknown_is_noted(house: House, workspace: Workspace) -> None:
    ticket = read(await tickets.create(house, given("unknown"), asker(workspace)))

    after = await changed(house, workspace, str(ticket["id"]), order_id="nor this")

    assert not after["is_return"]
    assert {**ticket["fields"], "order_id": '"nor this"'} == after["fields"]  # pyright: ignore[reportGeneralTypeIssues] - JSON


async def test_a_match_that_is_refused_leaves_the_ticket_waiting(
    house: House, workspace: Workspace
) -> None:
    ticket = read(await tickets.create(house, given("unknown"), asker(workspace)))
    await put_order(house, workspace, "1234", 1)

    outcome = await change(
        house, workspace, str(ticket["id"]), "refunded", order_id="1234", condition="good"
    )

    assert isinstance(outcome, Refused)
    assert RefusalCode.INVALID_TRANSITION is outcome.refusal.code
    assert not read(await tickets.look_up(house, asker(workspace), str(ticket["id"])))["is_return"]


async def test_a_waiting_ticket_ends_without_a_return(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    ticket = str(read(await tickets.create(house, given(), asker(workspace)))["id"])

    refused = await change(house, workspace, ticket, "item_received")
    ended = read(await tickets.delete(house, ticket, asker(workspace)))
    again = read(await tickets.delete(house, ticket, asker(workspace)))

    assert isinstance(refused, Refused)
    assert RefusalCode.TICKET_UNMATCHED is refused.refusal.code
    assert "canceled" == ended["status"]
    assert ended == again
    assert [("ticket.opened", "tkt"), ("ticket.annotated", "tkt")] == await events(admin, workspace)


async def test_spam_is_marked_and_closed(house: House, workspace: Workspace) -> None:
    ticket = str(read(await tickets.create(house, given(), asker(workspace)))["id"])

    marked = read(await tickets.mark_spam(house, ticket, asker(workspace)))

    assert "closed" == marked["status"]


# ---------------------------------------------------------------- writing


async def test_both_kinds_can_be_written_in(house: House, workspace: Workspace) -> None:
    await put_order(house, workspace, "1234", 1)
    known = await created(house, workspace)
    waiting = str(read(await tickets.create(house, given("unknown"), asker(workspace)))["id"])

    def text(event: Event) -> bytes:
        return msgspec.json.encode(event.personal.messages)

    for ticket in (known, waiting):
        outcome = await tickets.comment(
            house, ticket, Comment(text="Where is it?"), asker(workspace), text
        )
        assert isinstance(outcome, Done)
        assert 201 == outcome.status
        assert ["Where is it?"] == list(read(outcome).values())
        found = await tickets.find(house, workspace.id, ticket)
        assert found is not None
        assert 1 == found.facts.messages


async def test_a_foreign_ticket_is_not_there(house: House, workspace: Workspace) -> None:
    unknown = "tkt_" + "0" * 26

    assert isinstance(await tickets.look_up(house, asker(workspace), unknown), NotFound)
    assert isinstance(await change(house, workspace, unknown, "approved"), NotFound)
    assert isinstance(await tickets.look_up(house, asker(workspace), "tkt_x"), NotFound)
