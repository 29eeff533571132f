"""Notifications in 12Return's words: what fits, what lies underneath, what is told."""

from __future__ import annotations

import base64

import msgspec
import pytest

from retour.desk.house import House
from retour.desk.notifications import profiles, templates
from retour.desk.notifications.body import (
    PreviewBody,
    ProfileNew,
    ProfilePatch,
    TemplatePatch,
)
from retour.desk.notifications.trial import preview, send_test
from retour.desk.outcome import NotFound, VersionDiffers
from retour.desk.pages import Page
from retour.desk.telling.signing_keys import open_keys
from retour.dialects.notification import WORDS
from retour.dialects.notification.variables import NAMES
from retour.kernel.problems import InvalidRequest
from retour.store.telling import Subscription
from tests.support.alerts import JSON, URL, asked, pairs, profile, rows, template
from tests.support.pg import Workspace, fresh_workspace
from tests.support.told import (
    ACTOR,
    asked_with,
    put_order,
    read,
    shipped_return,
)


@pytest.mark.parametrize(
    ("event", "process", "kind"),
    [
        ("return_requested", "authorization", "primary"),
        ("return_rejected", "authorization", "primary"),
        ("return_authorized", "authorization", "primary"),
        ("return_shipped", "logistics", "primary"),
        ("return_tracked", "logistics", "primary"),
        ("return_received", "processing", "primary"),
        ("return_processed", "processing", "primary"),
        ("return_settled", "settlement", "primary"),
        ("return_completed", "settlement", "primary"),
        ("return_canceled", None, "primary"),
        ("settlement_memo", "settlement", "secondary"),
        ("use_case_email", "initiate", "secondary"),
    ],
)
async def test_a_template_answers_its_process_and_class(
    house: House, workspace: Workspace, event: str, process: str | None, kind: str
) -> None:
    one = await profile(house, workspace, "email")
    made = await template(house, workspace, event, "email", one["id"])
    shown = read(await templates.look_up(house, workspace.id, made["id"]))
    assert (made["process"], made["class"], made["active"]) == (process, kind, True)
    assert process is None or made["processes"] == [process]
    assert shown == made
    pair = (await pairs(house, workspace, made["id"]))[0]
    assert pair.body.events == (WORDS[event].type,)


@pytest.mark.parametrize("type", ["email", "chat", "json", "xml"])
@pytest.mark.parametrize("through", ["email", "chat", "custom"])
async def test_types_must_fit(house: House, workspace: Workspace, type: str, through: str) -> None:
    one = await profile(house, workspace, through)
    body = asked("return_received", type, [one["id"]])
    fits = {"email": "email", "chat": "chat", "json": "custom", "xml": "custom"}[type] == through
    if fits:
        made = read(await templates.create(house, workspace.id, body), 201)
        pair = (await pairs(house, workspace, made["id"]))[0]
        kinds = {"email": "email", "chat": "chat", "json": "webhook", "xml": "webhook"}
        assert pair.kind == kinds[type]
        assert pair.body.dialect == "notification"
        assert pair.body.target == ("desk@example.com" if through == "email" else URL)
        assert pair.body.format == ("xml" if type == "xml" else "json")
        assert pair.body.template is not None
        assert (pair.body.template.id, pair.body.template.type) == (made["id"], type)
    else:
        with pytest.raises(InvalidRequest) as refused:
            await templates.create(house, workspace.id, body)
        error = refused.value.errors[0]
        assert (error.pointer, error.code) == ("/profiles/0", "type_differs")
        assert read(await templates.listing(house, workspace.id, Page()))["data"] == []


BAD_PROFILES: list[tuple[JSON, str]] = [
    ({"type": "email"}, "/address"),
    ({"type": "email", "address": "no address"}, "/address"),
    ({"type": "email", "address": "a@b.c\r\nBcc: d@e.f"}, "/address"),
    ({"type": "email", "address": "a@b.c,d@e.f"}, "/address"),
    ({"type": "email", "address": "Ada <a@b.c>"}, "/address"),
    ({"type": "email", "address": "a@b.c", "url": URL}, "/url"),
    ({"type": "email", "address": "a@b.c", "headers": {"X-A": "b"}}, "/headers"),
    ({"type": "chat"}, "/url"),
    ({"type": "chat", "url": "http://10.0.0.1"}, "/url"),
    ({"type": "custom", "url": URL, "address": "a@b.c"}, "/address"),
    ({"type": "custom", "url": "https://169.254.169.254/"}, "/url"),
    ({"type": "custom", "url": URL, "headers": {"Host": "x"}}, "/headers/Host"),
]


@pytest.mark.parametrize(("fields", "pointer"), BAD_PROFILES)
async def test_a_profile_that_leads_nowhere_is_refused(
    house: House, workspace: Workspace, fields: JSON, pointer: str
) -> None:
    body = msgspec.convert({"name": "Desk", **fields}, ProfileNew)
    with pytest.raises(InvalidRequest) as refused:
        await profiles.create(house, workspace.id, body)
    assert [error.pointer for error in refused.value.errors] == [pointer]
    assert read(await profiles.listing(house, workspace.id, Page()))["data"] == []


async def test_a_custom_profile_signs_with_a_secret_shown_once(
    house: House, workspace: Workspace
) -> None:
    key = asked_with("profile")
    body = msgspec.convert({"name": "ERP", "type": "custom", "url": URL}, ProfileNew)
    one = read(await profiles.create(house, workspace.id, body, key), 201)
    again = read(await profiles.create(house, workspace.id, body, key), 201)
    secret = one.pop("secret")
    made = [
        await template(house, workspace, event, "json", one["id"])
        for event in ("return_requested", "return_shipped")
    ]
    assert again == one
    assert read(await profiles.look_up(house, workspace.id, one["id"])) == one
    for item in made:
        pair = (await pairs(house, workspace, item["id"]))[0]
        keys = open_keys(house.vault, workspace.id, pair.id, pair.secrets)
        assert ["whsec_" + key.key for key in keys] == [secret]
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert "secret" not in await profile(house, workspace, "email")
    assert "secret" not in await profile(house, workspace, "chat")


async def test_every_pair_is_told_of_its_event_and_no_other(
    house: House, workspace: Workspace
) -> None:
    mail, other = await profile(house, workspace, "email"), await profile(house, workspace, "email")
    erp = await profile(house, workspace, "custom")
    shipped = await template(house, workspace, "return_shipped", "email", mail["id"], other["id"])
    requested = await template(house, workspace, "return_requested", "xml", erp["id"])
    idle = await template(house, workspace, "return_requested", "email", mail["id"], active=False)
    return_id = await shipped_return(house, workspace.id, "A1")
    told = await rows(house, workspace)

    assert idle["active"] is False
    assert [
        (row["template_id"], row["profile_id"], row["type"], row["return_id"]) for row in told
    ] == [
        (requested["id"], erp["id"], "return.requested", return_id),
        *(
            (shipped["id"], one, "return.shipped", return_id)
            for one in [row["profile_id"] for row in told[1:]]
        ),
    ]
    assert {row["profile_id"] for row in told[1:]} == {mail["id"], other["id"]}


async def test_an_edit_is_the_next_version_and_inactive_is_disabled(
    house: House, workspace: Workspace
) -> None:
    mail = await profile(house, workspace, "email")
    made = await template(house, workspace, "return_requested", "email", mail["id"])

    async def edited(**fields: object) -> tuple[JSON, Subscription]:
        body = msgspec.convert(fields, TemplatePatch)
        answer = read(await templates.patch(house, workspace.id, made["id"], body))
        return answer, (await pairs(house, workspace, made["id"]))[0]

    answer, pair = await edited(subject="Back: {{ return.reference }}", language="nl")
    assert (answer["version"], pair.version, pair.state) == (2, 2, "active")
    assert pair.body.template is not None
    assert pair.body.template.subject == "Back: {{ return.reference }}"
    assert pair.body.template.language == "nl"
    answer, pair = await edited(active=False)
    assert (answer["version"], pair.version, pair.state) == (3, 2, "disabled")
    await shipped_return(house, workspace.id, "A1")
    assert await rows(house, workspace) == []
    answer, pair = await edited(active=True)
    assert (pair.version, pair.state) == (2, "active")
    answer, pair = await edited(active=True)
    assert answer["version"] == 4
    await shipped_return(house, workspace.id, "A2")
    assert [row["subscription_version"] for row in await rows(house, workspace)] == [2]
    stale = await templates.patch(
        house, workspace.id, made["id"], msgspec.convert({}, TemplatePatch), if_match=1
    )
    assert stale == VersionDiffers(current=4)


async def test_what_waits_follows_a_profile_that_moves(house: House, workspace: Workspace) -> None:
    mail = await profile(house, workspace, "email")
    made = await template(house, workspace, "return_requested", "email", mail["id"])
    await shipped_return(house, workspace.id, "A1")
    body = msgspec.convert({"address": "new@example.com"}, ProfilePatch)
    moved = read(await profiles.patch(house, workspace.id, mail["id"], body))
    pair = (await pairs(house, workspace, made["id"]))[0]

    assert moved["address"] == "new@example.com"
    assert (pair.version, pair.body.target) == (2, "new@example.com")
    assert [row["subscription_version"] for row in await rows(house, workspace)] == [2]
    for bad in ({"url": URL}, {"address": "xyz"}, {"headers": {"X-A": "b"}}):
        with pytest.raises(InvalidRequest):
            await profiles.patch(
                house, workspace.id, mail["id"], msgspec.convert(bad, ProfilePatch)
            )


async def test_what_is_deleted_tells_no_more_and_skips_what_waits(
    house: House, workspace: Workspace
) -> None:
    mail, other = await profile(house, workspace, "email"), await profile(house, workspace, "email")
    first = await template(house, workspace, "return_requested", "email", mail["id"], other["id"])
    second = await template(house, workspace, "return_shipped", "email", mail["id"])
    await shipped_return(house, workspace.id, "A1")
    await profiles.delete(house, workspace.id, mail["id"])
    left = read(await templates.look_up(house, workspace.id, first["id"]))
    none = read(await templates.look_up(house, workspace.id, second["id"]))
    waiting = [row["profile_id"] for row in await rows(house, workspace)]
    await templates.delete(house, workspace.id, first["id"])
    async with house.database.transaction(workspace.id) as connection:
        skipped = await connection.fetchval(
            "SELECT count(*) FROM retour.delivery_log WHERE workspace_id = $1"
            " AND status = 'skipped'",
            workspace.id,
        )

    assert (left["profiles"], left["version"]) == ([other["id"]], 2)
    assert none["profiles"] == []
    assert waiting == [other["id"]]
    assert await rows(house, workspace) == []
    assert skipped == 3
    gone, lost = NotFound(what="notification template"), NotFound(what="notification profile")
    assert await templates.look_up(house, workspace.id, first["id"]) == gone
    assert await templates.delete(house, workspace.id, first["id"]) == gone
    assert await profiles.look_up(house, workspace.id, mail["id"]) == lost
    assert await profiles.delete(house, workspace.id, mail["id"]) == lost
    with pytest.raises(InvalidRequest):
        await template(house, workspace, "return_shipped", "email", mail["id"])
    await shipped_return(house, workspace.id, "A2")
    assert await rows(house, workspace) == []


async def test_a_profile_taken_out_and_put_back_is_a_pair_again(
    house: House, workspace: Workspace
) -> None:
    erp = await profile(house, workspace, "custom")
    made = await template(house, workspace, "return_requested", "json", erp["id"])
    first = (await pairs(house, workspace, made["id"]))[0]
    for ids in ([], [erp["id"]]):
        body = msgspec.convert({"profiles": ids}, TemplatePatch)
        read(await templates.patch(house, workspace.id, made["id"], body))
    second = (await pairs(house, workspace, made["id"]))[0]
    assert second.id != first.id
    assert open_keys(house.vault, workspace.id, second.id, second.secrets) == open_keys(
        house.vault, workspace.id, first.id, first.secrets
    )


@pytest.mark.parametrize(
    ("type", "fields", "place"),
    [
        ("email", {"subject": "{{ return.reference"}, "line 1, column 1"),
        ("email", {"body": "Hello\n  {% if return %}"}, "line 2, column 3"),
        ("email", {"body": "a\nb {{ return.id | shout }}"}, "line 2"),
        ("json", {"body": '{"a": {% for %}'}, "line 1"),
        ("chat", {"body": "{% include 'x' %}"}, "line 1"),
    ],
)
async def test_bad_liquid_is_refused_by_line_and_column(
    house: House, workspace: Workspace, type: str, fields: JSON, place: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await templates.create(house, workspace.id, asked("return_received", type, [], **fields))
    error = refused.value.errors[0]
    assert error.pointer == f"/{next(iter(fields))}"
    assert place in error.detail
    made = await template(house, workspace, "return_received", type)
    with pytest.raises(InvalidRequest):
        await templates.patch(
            house, workspace.id, made["id"], msgspec.convert(fields, TemplatePatch)
        )
    assert read(await templates.look_up(house, workspace.id, made["id"])) == made


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Hi\n {{ return.rma_nubmer }}", ("return.rma_nubmer", "line 2, column 5", "rma_number")),
        ("{{ custmer.name }}", ("custmer.name", "line 1, column 4", "customer.name")),
        ("{% if order.numbr %}x{% endif %}", ("order.numbr", "line 1, column 7", "order.number")),
        ("{{ return.lines[0].skuu | upcase }}", ("return.lines[0].skuu", "column 4", "sku")),
    ],
)
async def test_a_variable_nobody_fills_is_refused_where_it_stands(
    house: House, workspace: Workspace, body: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await templates.create(
            house, workspace.id, asked("return_received", "email", [], body=body)
        )
    (error,) = refused.value.errors
    assert (error.pointer, error.code) == ("/body", "unknown_variable")
    assert all(word in error.detail for word in words)


async def test_every_name_of_the_catalogue_and_own_ones_may_be_used(
    house: House, workspace: Workspace
) -> None:
    names = [name.replace("[]", "[0]").replace(".*", ".own-key") for name in NAMES]
    body = (
        "".join("{{ " + name + " }}\n" for name in names)
        + "{% assign mine = order.number %}{{ mine }}"
        + "{% for line in return.lines %}{{ forloop.index }} {{ line.anything }}{% endfor %}"
        + "{{ return.lines.first.sku }}{{ return.lines.size }}{{ return.attributes['a b'] }}"
    )
    made = await template(house, workspace, "return_received", "email", body=body)
    assert made["body"] == body


async def test_what_no_template_can_be_is_named(house: House, workspace: Workspace) -> None:
    body = asked("return_recieved", "json", [], subject="x")
    with pytest.raises(InvalidRequest) as refused:
        await templates.create(house, workspace.id, body)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [
        ("/event", "unknown_event"),
        ("/subject", "not_applicable"),
    ]
    assert "return_received" in refused.value.errors[0].detail


async def test_another_workspace_sees_none_of_it(house: House, workspace: Workspace) -> None:
    await put_order(house, workspace.id, "A1")
    mail = await profile(house, workspace, "email")
    made = await template(house, workspace, "return_shipped", "email", mail["id"])
    other = await fresh_workspace(house)
    gone, lost = NotFound(what="notification template"), NotFound(what="notification profile")
    change = msgspec.convert({"name": "x"}, TemplatePatch)
    assert await templates.look_up(house, other.id, made["id"]) == gone
    assert await templates.patch(house, other.id, made["id"], change) == gone
    assert await templates.delete(house, other.id, made["id"]) == gone
    assert await preview(house, other.id, made["id"], PreviewBody()) == gone
    assert await send_test(house, other.id, made["id"], PreviewBody(), actor=ACTOR) == gone
    assert await profiles.look_up(house, other.id, mail["id"]) == lost
    assert await profiles.delete(house, other.id, mail["id"]) == lost
    with pytest.raises(InvalidRequest) as refused:
        await template(house, other, "return_shipped", "email", mail["id"])
    assert refused.value.errors[0].code == "unknown_profile"
