"""The log of what people and keys do: nobody can forget it, and nobody can change it unseen."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from retour.desk import auditing, policies
from retour.desk.auditing import Head
from retour.desk.customers import erasing
from retour.desk.customers.erasing import Erasure
from retour.desk.house import House
from retour.desk.outcome import Done
from retour.desk.pages import Page
from retour.desk.policies import PolicyPut
from retour.store.database import APP, acting_as
from retour.wiring.audit import say
from retour.wiring.keeping import FILE, note, read_noted
from tests.support.customers import asked, sold
from tests.support.pg import Workspace, fresh_workspace


async def log(house: House, workspace: Workspace, **by: str) -> list[dict[str, Any]]:
    outcome = await auditing.listing(house, workspace.id, Page(limit=200), **by)
    assert isinstance(outcome, Done)
    shown: list[dict[str, Any]] = msgspec.json.decode(outcome.body)["data"]
    return shown


async def busy(house: House, workspace: Workspace) -> None:
    """Write some settings, and some events that are sealed."""
    for days in (10, 20, 30):
        with acting_as("person:per_1"):
            await policies.put(house, workspace.id, "default", PolicyPut(window_days=days))
    for number in ("1", "2"):
        await sold(house, workspace, number, 1)
        await asked(house, workspace, number, 1)
    while await auditing.seal(house, workspace.id):
        pass


async def faults(house: House, workspace: Workspace, *noted: Head) -> str:
    return " ".join((await auditing.prove(house, workspace.id, noted)).faults)


async def test_what_is_written_says_who_and_what(house: House, workspace: Workspace) -> None:
    with acting_as("api_key:k1"):
        await policies.put(house, workspace.id, "default", PolicyPut(window_days=10))
    (row,) = await log(house, workspace, actor="api_key:k1")
    assert (row["act"], row["subject"]) == ("policy.insert", "default/2")
    assert row["details"]["new"] == {"policy_id": "default", "version": 2}
    assert "body" in row["details"]["changed"]
    assert {one["actor"] for one in await log(house, workspace, word="api_key.insert")} == {"house"}


async def test_no_secret_is_shown(house: House, workspace: Workspace) -> None:
    (made,) = await log(house, workspace, word="api_key.insert")
    assert "digest" in made["details"]["changed"]
    assert "digest" not in made["details"]["new"]
    assert made["details"]["new"]["name"] == "First key"


async def test_a_whole_log_is_whole(house: House, workspace: Workspace) -> None:
    await busy(house, workspace)
    proof = await auditing.prove(house, workspace.id)
    assert proof.faults == ()
    assert proof.head is not None
    assert proof.events >= 4
    assert await faults(house, workspace, proof.head) == ""


OF = "WHERE workspace_id = $1"
FIRST = f"(SELECT min(event_id) FROM retour.event {OF})"
EXCHANGE = [
    f"UPDATE retour.audit SET number = {becomes} {OF} AND number = {was}"
    for was, becomes in ((3, 1000000), (4, 3), (1000000, 4))
]
PUT_IN = (
    "INSERT INTO retour.event SELECT workspace_id, event_id || 'x', tx, type, stream,"
    " stream_sequence + 100, return_id, sequence, occurred_at, recorded_at, actor, source,"
    f" snapshot, personal FROM retour.event {OF} AND event_id = {FIRST}"
)
PUT_IN_A_ROW = ";".join(
    (
        f"UPDATE retour.audit SET number = number + 1000000 {OF} AND number >= 3",
        f"UPDATE retour.audit SET number = number - 999999 {OF} AND number > 1000000",
        (
            "INSERT INTO retour.audit SELECT workspace_id, 3, at, 'x', act, subject, details,"
            f" previous, sha256('x') FROM retour.audit {OF} AND number = 4"
        ),
        f"UPDATE retour.audit_head SET number = number + 1 {OF}",
    )
)
PUT_BEHIND = ";".join(
    (
        (
            "INSERT INTO retour.audit SELECT a.workspace_id, a.number + 1, a.at, a.actor, a.act,"
            " a.subject, a.details, a.hash, sha256('x') FROM retour.audit a JOIN"
            " retour.audit_head h USING (workspace_id, number) WHERE a.workspace_id = $1"
        ),
        f"UPDATE retour.audit_head SET number = number + 1, hash = sha256('x') {OF}",
    )
)
TAMPERINGS = {
    "edited": (f"UPDATE retour.audit SET actor = 'x' {OF} AND number = 3", "Row 3 is not"),
    "deleted": (f"DELETE FROM retour.audit {OF} AND number = 3", "Row 3 is gone"),
    "exchanged": (";".join(EXCHANGE), "Row 3 was row 4: rows were exchanged"),
    "put in": (PUT_IN_A_ROW, "Row 4 was row 3: rows were exchanged"),
    "put behind": (PUT_BEHIND, "is not as it was written: edited"),
    "cut": (
        f"DELETE FROM retour.audit {OF} AND number > 3",
        "the end was cut",
    ),
    "beheaded": (f"DELETE FROM retour.audit_head {OF}", "head is gone"),
    "an event edited": (
        f"UPDATE retour.event SET source = 'portal' {OF} AND event_id = {FIRST}",
        "is not as it was written: edited",
    ),
    "an event deleted": (
        f"DELETE FROM retour.event {OF} AND event_id = {FIRST}",
        "1 are gone: deleted",
    ),
    "an event put in": (PUT_IN, "came later: put in"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
async def test_tampering_is_named(
    house: House, workspace: Workspace, admin: asyncpg.Connection, name: str
) -> None:
    await busy(house, workspace)
    assert await faults(house, workspace) == ""
    statements, said = TAMPERINGS[name]
    for statement in statements.split(";"):
        await admin.execute(statement, workspace.id)
    assert said in await faults(house, workspace)


async def test_a_cut_with_its_head_shows_against_what_was_noted(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    await busy(house, workspace)
    noted = (await auditing.prove(house, workspace.id)).head
    assert noted is not None
    await admin.execute(
        "DELETE FROM retour.audit WHERE workspace_id = $1 AND number > 3", workspace.id
    )
    await admin.execute(
        "UPDATE retour.audit_head h SET number = a.number, hash = a.hash FROM retour.audit a"
        " WHERE a.workspace_id = h.workspace_id AND a.number = 3 AND h.workspace_id = $1",
        workspace.id,
    )
    assert await faults(house, workspace) == ""
    assert "the end was cut" in await faults(house, workspace, noted)


async def test_a_log_rewritten_whole_shows_against_what_was_noted(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """Who has the database can hash anew; not what was noted elsewhere."""
    await busy(house, workspace)
    noted = (await auditing.prove(house, workspace.id)).head
    assert noted is not None
    async with admin.transaction():
        await admin.execute(
            "CREATE TEMP TABLE kept ON COMMIT DROP AS"
            f" SELECT * FROM retour.audit WHERE workspace_id = {workspace.id} ORDER BY number"
        )
        await admin.execute("DELETE FROM retour.audit WHERE workspace_id = $1", workspace.id)
        await admin.execute("DELETE FROM retour.audit_head WHERE workspace_id = $1", workspace.id)
        await admin.execute(
            f"SELECT retour.audit_act({workspace.id}, act, subject, details) FROM kept"
        )
    assert await faults(house, workspace) == ""
    assert "rewritten" in await faults(house, workspace, noted)


async def test_nobody_of_ours_may_change_a_row(house: House, workspace: Workspace) -> None:
    pool = await house.database.pool(APP)
    for statement in (
        "UPDATE retour.audit SET actor = 'x' WHERE workspace_id = $1",
        "DELETE FROM retour.audit WHERE workspace_id = $1",
        "UPDATE retour.audit_head SET number = 0 WHERE workspace_id = $1",
        "INSERT INTO retour.audit_head (workspace_id, number, hash) VALUES ($1, 1, '')",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(statement, workspace.id)


NO_SETTINGS = {
    "numbering": "counts",
    "policy_example": "examples beside a policy",
    "orders": "events tell it",
    "order_line": "events tell it",
    "payment": "events tell it",
    "returns": "events tell it",
    "return_sku": "follows from returns",
    "event": "the log itself; sealed into this one",
    "subscription_version": "beside its subscription, which names the version",
    "queue_depth": "counts",
    "message_draft": "not said yet; what is sent, events tell",
    "lane": "work",
    "delivery": "work",
    "delivery_log": "work",
    "attempt": "work",
    "rendering": "work",
    "lane_gap": "work",
    "delivery_node": "work",
    "idempotency": "replies",
    "ticket": "events tell it",
    "withdrawal": "a chain of its own",
    "withdrawal_content": "a chain of its own",
    "withdrawal_act": "a chain of its own",
    "order_mark": "follows from orders",
    "return_tally": "follows from returns",
    "judgement": "follows from returns",
    "backtest": "tries, changes nothing",
    "backtest_change": "tries, changes nothing",
    "parcel": "events tell it",
    "parcel_document": "events tell it",
    "stray_parcel": "work",
    "timer": "events tell it",
    "scan_code": "follows from returns",
    "receipt_operation": "replies",
    "unmatched_parcel": "events tell it",
    "dock_case": "events tell it",
    "photo": "events tell it",
    "photo_image": "events tell it",
    "message": "events tell it",
    "incoming_mail": "events tell it",
    "payment_case": "events tell it",
    "store_credit": "entries tell it",
    "erasure": "an act tells it",
    "workspace_export": "acts tell it",
    "workspace_export_file": "acts tell it",
    "workspace_export_piece": "acts tell it",
    "retention_run": "work",
    "store_credit_entry": "never changed",
    "leg": "follows from returns",
    "processor_leg": "follows from returns",
    "approval": "events tell it",
    "epoch": "the house's, not a workspace's",
    "reconciliation": "compares, changes nothing",
    "reconciliation_sum": "compares, changes nothing",
    "reconciliation_item": "compares, changes nothing",
    "reconciliation_note": "says who explained",
    "paper_series": "counts",
    "paper": "never changed",
    "channel_return": "events tell it",
    "search_word": "follows from returns",
    "return_facet": "follows from returns",
    "concern": "follows from returns",
    "return_owner": "work",
    "return_lease": "work",
    "snooze": "work",
    "held_decision": "work; what comes of it, events tell",
    "held_form": "not sent yet",
    "api_key_use": "counts",
    "notification_template_version": "beside its template, and never changed",
    "counted": "follows from returns",
    "figure": "follows from returns",
    "figure_change": "follows from returns",
    "catching_up": "work",
    "audit": "the log",
    "audit_head": "the log",
    "audit_person": "the log",
    "article": "a catalogue, put in bulk",
    "article_sku": "a catalogue, put in bulk",
    "person_recovery": "beside its person",
    "person_reset": "beside its person",
    "person_try": "counts",
}
"""Tables whose writes are told elsewhere, or are nobody's doing, and where."""


async def test_every_table_is_audited_or_says_why_not(admin: asyncpg.Connection) -> None:
    """A setting in a new table cannot be written unseen: it has the trigger, or a reason here."""
    rows = await admin.fetch(
        "SELECT c.relname AS name, EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid"
        " AND t.tgname = 'audit' AND t.tgdeferrable AND t.tginitdeferred) AS is_audited"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'retour' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
    )
    audited = {row["name"] for row in rows if row["is_audited"]}
    others = {row["name"] for row in rows} - audited
    unsaid = {
        name for name in others if name not in NO_SETTINGS and not name.startswith("sandbox_")
    }
    assert (len(audited) >= 20, unsaid, audited & set(NO_SETTINGS)) == (True, set(), set())


async def test_two_who_write_at_once_make_one_chain(house: House, workspace: Workspace) -> None:
    await asyncio.gather(
        *(
            policies.put(house, workspace.id, f"p{n}", PolicyPut(window_days=n + 1))
            for n in range(8)
        )
    )
    assert await faults(house, workspace) == ""
    assert len(await log(house, workspace, word="policy.insert")) == 9


async def test_what_was_about_a_person_cannot_be_told_after_he_is_forgotten(
    house: House, workspace: Workspace
) -> None:
    form = "mira.sand@example.com"
    async with house.database.transaction(workspace.id) as connection:
        before = await auditing.person_mark(house, connection, workspace.id, form)
        await auditing.act(connection, workspace.id, "person.exported", before, {})
    async with house.database.transaction(workspace.id) as connection:
        again = await auditing.person_mark(house, connection, workspace.id, form)
        gone = await auditing.forget_person(house, connection, workspace.id, [form])
        after = await auditing.person_mark(house, connection, workspace.id, form)
    assert (before == again, gone, before == after) == (True, 1, False)
    assert await faults(house, workspace) == ""


async def test_logs_are_apart(house: House, workspace: Workspace) -> None:
    other = await fresh_workspace(house)
    await busy(house, workspace)
    assert {row["act"] for row in await log(house, other)} >= {"workspace.insert"}
    assert not await log(house, other, actor="person:per_1")


async def test_forgetting_somebody_is_logged_without_saying_whom(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    await sold(house, workspace, "1", 1)
    done = await erasing.erase(house, workspace.id, Erasure(email="mira.sand@example.com"))
    assert isinstance(done, Done)
    (row,) = await log(house, workspace, word="customer.erased")
    assert row["details"]["orders"] == 1
    assert "mira" not in str(row)
    kept = "SELECT count(*) FROM retour.audit_person WHERE workspace_id = $1"
    assert await admin.fetchval(kept, workspace.id) == 0


async def test_the_command_names_what_was_done(
    house: House,
    workspace: Workspace,
    admin: asyncpg.Connection,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """``retour audit verify`` says whole and 0, or what is wrong and 1."""
    await busy(house, workspace)
    proofs = {workspace.text: await auditing.prove(house, workspace.id)}
    assert (say(proofs, as_json=False), "whole" in capsys.readouterr().out) == (0, True)
    await admin.execute(TAMPERINGS["deleted"][0], workspace.id)
    proofs = {workspace.text: await auditing.prove(house, workspace.id)}
    assert say(proofs, as_json=False) == 1
    assert "Row 3 is gone: deleted." in capsys.readouterr().out
    assert say(proofs, as_json=True) == 1
    assert msgspec.json.decode(capsys.readouterr().out)[workspace.text]["whole"] is False


async def test_ends_are_noted_and_never_taken_back(
    house: House, workspace: Workspace, admin: asyncpg.Connection, tmp_path: Path
) -> None:
    """A shorter log does not overwrite where it once ended."""
    elsewhere = replace(house, settings=replace(house.settings, data=tmp_path))
    await busy(house, workspace)
    await note(elsewhere)
    seen = read_noted(tmp_path / FILE)[workspace.text]
    await admin.execute(
        "UPDATE retour.audit_head SET number = 1 WHERE workspace_id = $1", workspace.id
    )
    await note(elsewhere)
    assert read_noted(tmp_path / FILE)[workspace.text] == seen
