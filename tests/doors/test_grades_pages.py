"""Grades on a page: checks typed line by line come to the same set; nothing saved over unseen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest_asyncio

from retour.api.published.examples import REQUESTS
from retour.desk.dock.grades import PICTURES_MAX
from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from retour.screens.staff.goods.lines import read_answers, read_bounds, written
from retour.store.statements import named
from tests.doors.apps import app_of
from tests.doors.staff_story import Browser, form_of, member, somebody, words
from tests.support.pictures import encoded, gradient

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.doors.client import Answer, Client
    from tests.support.pg import Workspace

LAMPS = {
    "name": "Lamps",
    "groups": "lamps, shades",
    "instructions": "Unpack over the mat.",
    "ask_0": "Does it light up?",
    "lines_0": "yes\nno = d: Does not light up",
    "ask_1": "How long is the longest scratch?",
    "unit_1": "mm",
    "optional_1": "1",
    "lines_1": "1 to 19 = B: Light scratches\nfrom 20 = C",
    "acceptance_A": "accepted",
    "disposition_A": "restock",
    "condition_A": "As new",
    "twice_D": "1",
    "sample": "5",
}


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return app_of(house, staff.routes)


@pytest_asyncio.fixture
async def admin(app: Litestar, house: House, workspace: Workspace) -> Browser:
    """An admin at a browser."""
    return await member(app, house, workspace.id, MemberRole.ADMIN, email=somebody())


async def test_a_set_is_made_read_back_and_retired(shop: Client, admin: Browser) -> None:
    base = f"/w/{shop.workspace}/settings"
    made = await admin.press(f"{base}/new-grading-set", code="lamps", **LAMPS)
    assert "Lamps is in force." in words(await admin.follow(made))
    kept = await shop.ask("GET", "/grading-sets/lamps")
    first, second = kept["checks"]
    assert (first["id"], first["answers"]) == ("does_it_light_up", ["yes", "no"])
    assert [(one["grade"], one["words"]) for one in first["outcomes"]] == [
        ("D", "Does not light up")
    ]
    assert [(one["at_least"], one["at_most"]) for one in second["outcomes"]] == [
        (1, 19),
        (20, None),
    ]
    assert second["optional"] is True
    assert kept["results"][0]["disposition"] == "restock"
    assert (kept["quality_check"]["grades"], kept["quality_check"]["sample_percent"]) == (["D"], 5)

    at = f"{base}/grades/lamps"
    shown = (await admin.open(at)).body.decode()
    assert "no = D: Does not light up" in shown
    ids = {"id_0": "does_it_light_up", "id_1": "how_long_is_the_longest_scratch"}
    same = await admin.press(at, seen="1", **LAMPS, **ids)
    assert same.status == 303
    assert (await shop.ask("GET", "/grading-sets/lamps"))["version"] == 1, "the same again"
    changed = await admin.press(at, seen="1", **{**LAMPS, **ids, "ask_1": ""})
    assert changed.status == 303
    assert len((await shop.ask("GET", "/grading-sets/lamps"))["checks"]) == 1
    late = await admin.press(at, seen="1", **{**LAMPS, "instructions": "On the table."})
    assert late.status == 409
    assert "Instructions Unpack over the mat. On the table." in words(late)
    stale = await shop.call(
        "PUT", "/grading-sets/lamps", REQUESTS["put_grading_set"], headers={"if-match": '"1"'}
    )
    assert stale.status == 412

    gone = await admin.press(at, act="retire")
    assert "It applies to nothing any more" in words(await admin.follow(gone))
    assert (await shop.ask("GET", "/grading-sets/lamps"))["retired"] is True


async def test_what_cannot_be_asked_is_said_at_its_field(shop: Client, admin: Browser) -> None:
    at = f"/w/{shop.workspace}/settings/new-grading-set"
    for wrong, field in (
        ({"code": "la mps"}, "code"),
        ({"lines_0": "no = E: worse"}, "lines_0"),
        ({"lines_0": ""}, "lines_0"),
        ({"lines_1": "a little = B"}, "lines_1"),
        ({"lines_1": "19 to 1 = B"}, "lines_1"),
        ({"sample": "101"}, "sample"),
    ):
        answer = await admin.press(at, **{"code": "lamps", **LAMPS, **wrong})
        assert answer.status == 422, wrong
        assert f'id="{field}-wrong"' in answer.body.decode(), (wrong, words(answer))


def test_what_is_written_is_read_back() -> None:
    for check in REQUESTS["put_grading_set"]["checks"]:
        plain: dict[str, Any] = {"answers": [], "unit": None, **check}
        bounds: dict[str, Any] = {"at_least": None, "at_most": None, "words": None, "answers": []}
        plain["outcomes"] = [{**bounds, **one} for one in check["outcomes"]]
        read = read_bounds if plain["unit"] else read_answers
        said, unread = read(written(plain))
        assert unread == []
        assert said["answers"] == plain["answers"]
        again = [{**bounds, **one} for one in said["outcomes"]]
        assert again == plain["outcomes"]


def _photo(shade: int) -> bytes:
    return encoded(gradient(64 + shade, 48), "JPEG")


async def test_a_grade_is_said_and_shown(
    shop: Client, admin: Browser, house: House, workspace: Workspace
) -> None:
    """Words in languages, photos by the page and by the API; what is taken away is erased."""
    base = f"/w/{shop.workspace}/settings"
    at = f"{base}/grades/words/B"
    assert "B: Light traces our words" in words(await admin.open(f"{base}/grades"))
    long = await admin.press(at, seen="0", name_en="x" * 61, text_en="Worn.")
    assert (long.status, 'id="name_en-wrong"' in long.body.decode()) == (422, True)
    saved = await admin.press(at, seen="0", name_en="Worn", name_de="Getragen", text_en="Once.")
    assert "Grade B is saved" in words(await admin.follow(saved))
    kept = await shop.ask("GET", "/grades/B")
    assert (kept["name"], kept["text"]) == ({"en": "Worn", "de": "Getragen"}, {"en": "Once."})
    late = await admin.press(at, seen="0", name_en="Old", text_en="Once.")
    assert (late.status, "Name, English Worn Old" in words(late)) == (409, True)
    assert "B: Worn Once. 0 6 missing" in words(await admin.open(f"{base}/grades"))

    for fields, field in (({}, "photo"), ({"photo": b"no photo"}, "photo")):
        wrong = await _send(admin, at, shows="A heel", **fields)
        assert (wrong.status, f'id="{field}-wrong"' in wrong.body.decode()) == (422, True)
    unsaid = await _send(admin, at, shows=" ", photo=_photo(0))
    assert (unsaid.status, 'id="shows-wrong"' in unsaid.body.decode()) == (422, True)
    for n in range(PICTURES_MAX):
        await admin.follow(await _send(admin, at, shows=f"Heel {n}", photo=_photo(n)))
    shown = (await shop.ask("GET", "/grades/B"))["pictures"]
    assert [one["text"] for one in shown] == [f"Heel {n}" for n in range(PICTURES_MAX)]
    assert "6 photos are the most." in words(await admin.open(at))
    first = shown[0]["photo"]
    refused = await shop.call("DELETE", f"/photos/{first}")
    assert (refused.status, "Take it off the grade" in refused.body.decode()) == (422, True)
    async with house.database.transaction(workspace.id) as connection:
        old = named("privacy")["old_photos"]
        far = datetime(2100, 1, 1, tzinfo=UTC)
        waiting = await connection.fetch(old, workspace.id, far, 100)
    assert not {row["photo_id"] for row in waiting} & {one["photo"] for one in shown}

    gone = {f"gone_{first}": "1", f"said_{shown[1]['photo']}": "Sole"}
    fields = {"name_en": "Worn", "name_de": "Getragen", "text_en": "Once."}
    seen = str((await shop.ask("GET", "/grades/B"))["version"])
    assert (await admin.press(at, seen=seen, **fields, **gone)).status == 303
    after = (await shop.ask("GET", "/grades/B"))["pictures"]
    assert [one["text"] for one in after] == ["Sole", *(f"Heel {n}" for n in range(2, 6))]
    assert (await shop.ask("GET", f"/photos/{first}"))["erased_at"] is not None
    theirs = {"pictures": [{"photo": first, "text": "Gone"}]}
    twice = {"pictures": [{"photo": after[0]["photo"], "text": "Twice"}] * 2}
    for wrong, place in ((theirs, 0), (twice, 1)):
        answer = await shop.call("PUT", "/grades/B", wrong)
        assert answer.status == 422
        assert answer.json["errors"][0]["pointer"] == f"/pictures/{place}/photo"


async def _send(browser: Browser, address: str, *, shows: str, photo: bytes = b"") -> Answer:
    """Send a photo of a grade as browsers do."""
    mark = form_of((await browser.open(address)).body.decode())
    parts = [("form", b"", mark.encode()), ("act", b"", b"picture"), ("shows", b"", shows.encode())]
    parts.append(("photo", b'; filename="it"', photo))
    made = b"".join(
        b'--edge\r\ncontent-disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
        % (name.encode(), more, value)
        for name, more, value in parts
    )
    kind = {"content-type": "multipart/form-data; boundary=edge"}
    return await browser.ask("POST", address, made + b"--edge--\r\n", kind)


async def test_a_disposition_is_named_in_languages(shop: Client, admin: Browser) -> None:
    base = f"/w/{shop.workspace}/settings"
    at = f"{base}/dispositions/restock"
    refused = await admin.press(at, name="", stock="sellable")
    assert refused.status == 422
    kept = await admin.press(at, name="Back on the shelf", stock="sellable", name_de="Ins Regal")
    assert kept.status == 303
    known = {one["code"]: one for one in (await shop.ask("GET", "/dispositions"))["data"]}
    assert known["restock"]["name"] == "Back on the shelf"
    assert known["restock"]["localized"] == {"de": "Ins Regal"}
    assert "Back on the shelf restock can be sold again 5 missing" in words(
        await admin.open(f"{base}/grades")
    )
