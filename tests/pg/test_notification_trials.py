"""Previews and tests of notification templates: what is shown, who is told."""

from __future__ import annotations

import msgspec
import pytest

from retour.desk.events import log
from retour.desk.house import House
from retour.desk.notifications.body import (
    PreviewBody,
)
from retour.desk.notifications.trial import preview, send_test
from retour.desk.outcome import Refused
from retour.desk.pages import Page
from retour.kernel.problems import InvalidRequest
from tests.support.alerts import profile, rows, template
from tests.support.pg import Workspace
from tests.support.told import (
    ACTOR,
    ask_return,
    asked_with,
    read,
    reject,
    shipped_return,
)


async def test_a_preview_shows_the_newest_return_that_fits(
    house: House, workspace: Workspace
) -> None:
    made = await template(
        house,
        workspace,
        "return_shipped",
        "email",
        subject="{{ return.order_number }} <{{ event.title }}>",
        body="Dear {{ customer.name }},\n{{ return.lines[0].reason }}",
    )
    sample = read(await preview(house, workspace.id, made["id"], PreviewBody()))
    first = await shipped_return(house, workspace.id, "A1")
    await shipped_return(house, workspace.id, "A2")
    newest = read(await preview(house, workspace.id, made["id"], PreviewBody()))
    chosen = read(await preview(house, workspace.id, made["id"], PreviewBody(return_id=first)))
    rejected = await ask_return(house, workspace.id, "A2")
    await reject(house, workspace.id, rejected)
    any_return = read(
        await preview(house, workspace.id, made["id"], PreviewBody(return_id=rejected))
    )

    assert (sample["sample"], sample["event"]) == (True, None)
    assert newest["sample"] is False
    assert newest["subject"] == "A2 <Return shipped>"
    assert newest["text"] == "Dear Ada,\nBroken"
    assert "Dear Ada,<br" in newest["html"]
    assert newest["html"].lower().startswith("<!doctype html>")
    assert chosen["subject"] == "A1 <Return shipped>"
    assert any_return["subject"] == "A2 <Return shipped>"
    by_event = read(
        await preview(house, workspace.id, made["id"], PreviewBody(event_id=chosen["event"]))
    )
    assert by_event == chosen
    assert await rows(house, workspace) == []
    for body in (PreviewBody(return_id="ret_x"), PreviewBody(event_id="evt_x")):
        with pytest.raises(InvalidRequest):
            await preview(house, workspace.id, made["id"], body)


async def test_an_alert_without_a_body_is_previewed_as_it_is(
    house: House, workspace: Workspace
) -> None:
    await shipped_return(house, workspace.id, "A1")
    as_json = await template(house, workspace, "return_shipped", "json")
    as_xml = await template(house, workspace, "return_shipped", "xml")
    own = await template(
        house, workspace, "return_shipped", "json", body='{"rma": "{{ return.rma_number }}"}'
    )
    shown = read(await preview(house, workspace.id, as_json["id"], PreviewBody()))
    alert = msgspec.json.decode(shown["body"])
    xml = read(await preview(house, workspace.id, as_xml["id"], PreviewBody()))
    ours = read(await preview(house, workspace.id, own["id"], PreviewBody()))
    assert shown["content_type"] == "application/json"
    assert (alert["event"], alert["process"], alert["class"]) == (
        "return_shipped",
        "logistics",
        "primary",
    )
    assert "<returnAlert" in xml["body"]
    rma_number = alert["return"]["rmaNumber"]
    assert msgspec.json.decode(ours["body"]) == {"rma": rma_number}


async def test_a_test_is_told_to_every_profile_as_the_event_it_is_for(
    house: House, workspace: Workspace
) -> None:
    mail, other = await profile(house, workspace, "email"), await profile(house, workspace, "email")
    made = await template(house, workspace, "return_shipped", "email", mail["id"], other["id"])
    sample = read(await send_test(house, workspace.id, made["id"], PreviewBody(), actor=ACTOR), 202)
    told = await rows(house, workspace)
    logged = read(await log(house, workspace.id, Page()))["data"]

    assert sample["sample"] is True
    assert {row["delivery_id"] for row in told} == {one["delivery"] for one in sample["deliveries"]}
    assert {row["profile_id"] for row in told} == {mail["id"], other["id"]}
    assert {row["type"] for row in told} == {"return.shipped"}
    assert {row["lane"] for row in told} == {row["delivery_id"] for row in told}
    assert {event["type"] for event in logged} == {"subscription.test"}
    assert {event["stream"] for event in logged} == {row["subscription_id"] for row in told}
    assert all(event["data"]["return"]["status"] == "shipped" for event in logged)


async def test_a_test_of_a_real_return_tells_its_event_again(
    house: House, workspace: Workspace
) -> None:
    return_id = await shipped_return(house, workspace.id, "A1")
    mail = await profile(house, workspace, "email")
    made = await template(house, workspace, "return_shipped", "email", mail["id"])
    body = PreviewBody(return_id=return_id)
    key = asked_with("test")
    answers = [
        read(await send_test(house, workspace.id, made["id"], body, actor=ACTOR, key=key), 202)
        for _ in range(2)
    ]
    told = await rows(house, workspace)
    logged = read(await log(house, workspace.id, Page()))["data"]
    assert answers[0] == answers[1]
    assert [(row["type"], row["return_id"]) for row in told] == [("return.shipped", return_id)]
    assert told[0]["event_id"] == next(
        event["id"] for event in logged if event["type"] == "return.shipped"
    )
    assert told[0]["position"] > 0


async def test_a_template_that_reaches_nobody_is_not_tested(
    house: House, workspace: Workspace
) -> None:
    mail = await profile(house, workspace, "email")
    bare = await template(house, workspace, "return_shipped", "email")
    idle = await template(house, workspace, "return_shipped", "email", mail["id"], active=False)
    for made, word in ((bare, "profile"), (idle, "inactive")):
        outcome = await send_test(house, workspace.id, made["id"], PreviewBody(), actor=ACTOR)
        assert isinstance(outcome, Refused)
        assert word in outcome.refusal.detail
