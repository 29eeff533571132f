"""Forgetting a person: what came in by any door, nothing of it is in the database after."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import pytest

from retour.desk.agents import holding
from retour.desk.customers import erasing, retaining
from tests.doors.client import Client, call
from tests.doors.dock_acts import kept
from tests.doors.test_conversation_mail import mailing
from tests.doors.test_photos import uploaded
from tests.support.letters import letter
from tests.support.ordering import order_body
from tests.support.receiver import Answer, Receiver, receiving

if TYPE_CHECKING:
    import asyncpg

    from retour.desk.house import House
    from tests.support.pg import Workspace

JSON = dict[str, Any]
EMAIL: Final = "xanthippe.quokka@example.com"
NAME: Final = "Xanthippe Quokkaberg"
PERSON: Final[JSON] = {
    "email": EMAIL,
    "name": NAME,
    "phone": "+4930901827",
    "country": "DE",
    "locale": "de-DE",
    "addresses": {
        "shipping": {
            "name": NAME,
            "street": "Kanarienweg 77",
            "postcode": "10115",
            "city": "Berlin",
            "country": "DE",
        },
        "billing": {"name": NAME, "street": "Kanarienallee 5", "city": "Bonn", "country": "DE"},
    },
}
WORDS: Final = ("xanthippe", "quokka", "kanarien", "901827", "canary")
"""What the person's data is known by, wherever it came in."""
_COLUMNS: Final = """
SELECT c.relname AS name, c.relispartition AS is_part
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'retour' AND c.relkind = 'r' ORDER BY c.relname
"""


async def found(
    admin: asyncpg.Connection, workspace: int, words: tuple[str, ...] = WORDS
) -> set[str]:
    """Give the tables in which a word stands in any row of a workspace, as text or as bytes."""
    places: set[str] = set()
    for table in await admin.fetch(_COLUMNS):
        rows = await admin.fetch(
            f"SELECT lower(t::text) AS row FROM retour.{table['name']} t WHERE t.workspace_id = $1",
            workspace,
        )
        for row in rows:
            # Bytes are written in hexadecimal; letters of both kinds are looked for.
            text = _plain(row["row"])
            places |= {f"{table['name']}: {word}" for word in words if word in text}
    return places


def _plain(text: str) -> str:
    """Add to a row what its bytes say."""
    said = [text]
    for piece in text.split("\\\\x")[1:]:
        digits = "".join(piece.split('"')[0].split(",")[0].split(")")[0])
        try:
            said.append(bytes.fromhex(digits).decode("utf-8", "replace").lower())
        except ValueError:
            continue
    return "\n".join(said)


def echo(_: object) -> Answer:
    """Answer as receivers do that say back what they were sent."""
    return Answer(status=200, body=f"canary-echo {NAME} {EMAIL}".encode())


async def moved(shop: Client, receiver: Receiver) -> JSON:
    """Let the person's data come in by every door there is; gives the return."""
    target = {"url": receiver.url(), "events": ["*"]}
    await shop.ask("POST", "/subscriptions", target)
    key = {"idempotency-key": "canary-order"}
    body = {**order_body(3), "customer": PERSON}
    await shop.ask("PUT", "/orders/7", body, headers=key)
    lines = [
        {"line": "1", "quantity": 1, "comment": "canary-comment", "photos": [await uploaded(shop)]}
    ]
    asked = {"order_number": "7", "lines": lines}
    key = {"idempotency-key": "asked"}
    ret: JSON = await shop.ask("POST", "/returns", asked, headers=key)
    held = {"decision": "authorize", "note": "canary-held"}
    await shop.ask("PUT", f"/returns/{ret['id']}/held-decision", held)
    await shop.ask("POST", f"/returns/{ret['id']}/authorize", {})
    await shop.ask("POST", f"/returns/{ret['id']}/create_label", {"carrier": "sandbox"})
    key = {"idempotency-key": "said"}
    await shop.ask("POST", f"/returns/{ret['id']}/comment", {"text": "canary-said"}, headers=key)
    await shop.ask(
        "POST", f"/returns/{ret['id']}/comment", {"text": "canary-inside", "internal": True}
    )
    photo = {"photo": await uploaded(shop)}
    await shop.ask("POST", f"/returns/{ret['id']}/attach_photo", photo)
    use_case = {
        "kind": "use_case",
        "customer": {"email": EMAIL, "name": NAME},
        "use_case": "A part is missing",
        "subject": "canary-subject",
        "body": "canary-use-case",
    }
    await shop.ask("POST", "/messages", use_case, headers={"idempotency-key": "use-case"})
    said = {"name": NAME, "email": EMAIL, "order_number": "7", "statement": "canary-statement"}
    await shop.ask("POST", "/withdrawals", said, headers={"idempotency-key": "withdrawn"})
    await shop.ask("POST", "/withdrawals", {**said, "order_number": "8"})
    token = str((await shop.ask("GET", "/mail-settings"))["hook"])
    mail = letter("returns@shop.example.com", "canary-mail", sender=EMAIL)
    path = urlsplit(token).path
    await call(shop.app, "POST", path, mail, {"content-type": "message/rfc822"})
    await kept(shop, email=EMAIL, name=NAME, note="canary-note")
    listed = {"list": "block", "kind": "email", "value": EMAIL, "reason": "Empty boxes"}
    await shop.ask("POST", "/list-entries", listed)
    return ret


async def settled(admin: asyncpg.Connection, workspace: int) -> None:
    """Wait until everything has been told, with what came back, or is being tried again."""
    async with asyncio.timeout(40):
        while await admin.fetchval(  # noqa: ASYNC110 - the database tells no other way
            "SELECT count(*) FROM retour.delivery d"
            "  JOIN retour.lane l USING (workspace_id, subscription_id, lane)"
            " WHERE d.workspace_id = $1 AND l.attempt = 0",
            workspace,
        ):
            await asyncio.sleep(0.1)


@pytest.mark.timeout(120)
async def test_nothing_of_a_person_is_found_after(
    shop: Client, house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    async with receiving() as receiver:
        receiver.judge = echo
        async with mailing(house):
            ret = await moved(shop, receiver)
            await settled(admin, workspace.id)
    await admin.execute(
        "UPDATE retour.held_decision SET due_at = now() WHERE workspace_id = $1", workspace.id
    )
    await holding.carry_out_due(house)
    before = {
        place.partition(": ")[0].partition("_2")[0] for place in await found(admin, workspace.id)
    }
    assert before >= {
        *("orders", "returns", "event", "rendering", "attempt", "incoming_mail", "idempotency"),
        *("withdrawal_content", "unmatched_parcel", "held_decision"),
    }, before
    figures = (await shop.ask("GET", f"/returns/{ret['id']}"))["version"]

    whom = {"email": EMAIL}
    seen = await shop.ask("POST", "/customers/survey", whom)
    done = await shop.ask("POST", "/customers/erase", {**whom, "withdrawals": True, "lists": True})

    assert await found(admin, workspace.id) == set()
    assert (seen["orders"], seen["returns"], seen["withdrawals"]) == (1, 1, 2)
    assert (done["status"], done["orders"], done["withdrawals"]) == ("done", 1, 2)
    told = await shop.ask("GET", f"/returns/{ret['id']}/held-decision")
    assert (told["status"], told["note"], "forgotten" in told["why"]) == ("failed", None, True)
    assert (await shop.ask("GET", f"/returns/{ret['id']}"))["version"] >= figures
    left = await shop.ask("POST", "/customers/survey", whom)
    assert (left["orders"], left["mails"], left["withdrawals"], left["list_entries"]) == (0,) * 4


async def test_a_restored_database_forgets_again(
    shop: Client, house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    await shop.ask("PUT", "/orders/7", {**order_body(1), "customer": PERSON})
    backup = [
        (
            table,
            await admin.fetch(
                f"SELECT t::text FROM retour.{table} t WHERE workspace_id = {workspace.id}"
            ),
        )
        for table in ("orders", "order_mark")
    ]
    done = await shop.ask("POST", "/customers/erase", {"order_number": "7"})
    stones = await erasing.stones_after(house, workspace.id, "")
    assert set(stones) == {done["id"]}
    assert "xanthippe" not in repr(stones).lower()

    for table, rows in (*backup, ("erasure", [])):
        await admin.execute(f"DELETE FROM retour.{table} WHERE workspace_id = $1", workspace.id)
        for row in rows:
            await admin.execute(
                f"INSERT INTO retour.{table}"
                f" SELECT (t).* FROM (SELECT $1::text::retour.{table} AS t) x",
                row[0],
            )
    assert await found(admin, workspace.id) != set()

    assert await erasing.forget_again(house, workspace.id, stones) == 1
    assert await found(admin, workspace.id) == set()
    assert await erasing.forget_again(house, workspace.id, stones) == 0


async def test_a_return_stands_for_whoever_bought_it_and_nobody_else(shop: Client) -> None:
    for number, customer in (("7", PERSON), ("8", {**PERSON, "email": "other@example.com"})):
        await shop.ask("PUT", f"/orders/{number}", {**order_body(1), "customer": customer})
    lines = [{"line": "1", "quantity": 1}]
    ret = await shop.ask("POST", "/returns", {"order_number": "7", "lines": lines})

    seen = await shop.ask("POST", "/customers/survey", {"return": ret["id"]})
    nobody = await shop.call("POST", "/customers/survey", {"order_number": "9"})
    await shop.ask("POST", "/customers/erase", {"return": ret["id"]})

    assert (seen["orders"], seen["open_returns"], nobody.pointers) == (
        1,
        1,
        {"/order_number": "unknown"},
    )
    left = await shop.ask("POST", "/customers/survey", {"email": "other@example.com"})
    assert left["orders"] == 1


async def test_what_its_time_is_over_for_goes_by_itself_and_nothing_else(
    shop: Client, house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    for number in ("7", "8"):
        await shop.ask("PUT", f"/orders/{number}", {**order_body(1), "customer": PERSON})
    photo = await uploaded(shop)
    for table, column in (("orders", "updated_at"), ("photo", "created_at")):
        await admin.execute(
            f"UPDATE retour.{table} SET {column} = {column} - interval '400 days'"
            " WHERE workspace_id = $1",
            workspace.id,
        )
    await shop.ask("PUT", "/orders/8", {**order_body(2), "customer": PERSON})
    days = {"customers": 365, "mails": None, "photos": 399}
    before = {
        one["subject"]: one for one in (await shop.ask("PUT", "/retention", days))["subjects"]
    }

    await retaining.run(house, workspace.id)

    after = {one["subject"]: one for one in (await shop.ask("GET", "/retention"))["subjects"]}
    left = await shop.ask("POST", "/customers/survey", {"email": EMAIL})
    assert (before["customers"]["due"], before["photos"]["due"]) == (1, 1)
    assert (after["customers"]["due"], after["customers"]["gone"]) == (0, 1)
    assert (after["photos"]["due"], after["photos"]["gone"]) == (0, 1)
    assert left["orders"] == 1
    assert (await shop.call("GET", f"/photos/{photo}/image")).status == 404
    wrong = await shop.call("PUT", "/retention", {**days, "mails": 3})
    assert (wrong.status, set(wrong.pointers)) == (422, {"/mails"})
