"""Photos over HTTP: taken in, attached, paired, shown, linked to, erased."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from retour.desk.photos.links import links
from tests.doors.client import Answer, Client, call
from tests.support import pictures
from tests.support.ordering import order_body

if TYPE_CHECKING:
    import asyncpg
    from litestar import Litestar

    from retour.desk.house import House

JSON = dict[str, Any]
JPEG = {"content-type": "image/jpeg"}
GONE = "pho_01kagz4v1e8qj0m2h3n4p5r6s7"
_NUMBERS = count(1)


def fresh() -> bytes:
    """A photo nobody has sent before, with a place in it."""
    said = f"photo {next(_NUMBERS)}"
    image = pictures.gradient(64, 48)
    return pictures.encoded(image, "JPEG", exif=pictures.exif(), comment=said)


def link(photo: JSON, size: str) -> str:
    """Where a link leads, without the house it is in front of."""
    return urlsplit(str(photo["links"][size])).path


async def upload(
    shop: Client, data: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    sent = fresh() if data is None else data
    return await shop.call("POST", "/photos", sent, {**JPEG, **(headers or {})})


async def uploaded(shop: Client) -> str:
    answer = await upload(shop)
    assert answer.status == 201, answer
    return str(answer.json["id"])


async def asked(shop: Client, number: str = "7") -> JSON:
    """A return of two units."""
    await shop.ask("PUT", f"/orders/{number}", order_body(2))
    body = {"order_number": number, "lines": [{"line": "1", "quantity": 2}]}
    ret: JSON = await shop.ask("POST", "/returns", body)
    return ret


async def attach(shop: Client, ret: JSON, photo: str, **body: str) -> Answer:
    return await shop.call("POST", f"/returns/{ret['id']}/attach_photo", {"photo": photo, **body})


async def test_a_photo_is_taken_in_and_shown_as_pixels_alone(shop: Client) -> None:
    sent = fresh()
    taken = await upload(shop, sent)

    assert taken.status == 201
    photo = taken.json
    assert taken.headers["location"].endswith(f"/photos/{photo['id']}")
    assert (photo["width"], photo["height"], photo["return"]) == (64, 48, None)
    assert photo["created_by"]["kind"] == "api_key"
    shown = await shop.call("GET", f"/photos/{photo['id']}/image", query="size=full")
    assert (shown.status, shown.headers["content-type"]) == (200, "image/jpeg")
    assert len(shown.body) == photo["bytes"]
    assert pictures.PLACE in sent
    assert pictures.PLACE not in shown.body
    assert (await shop.ask("GET", f"/photos/{photo['id']}"))["digest"] == photo["digest"]


async def test_a_photo_is_a_picture_and_nothing_else_to_a_browser(
    shop: Client, app: Litestar
) -> None:
    photo = (await upload(shop)).json
    by_key = await shop.call("GET", f"/photos/{photo['id']}/image", query="size=thumb")
    by_link = await call(app, "GET", link(photo, "thumb"))

    assert by_key.body == by_link.body
    for shown in (by_key, by_link):
        assert shown.headers["content-type"] == "image/jpeg"
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert shown.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert shown.headers["content-disposition"].startswith("inline; filename=")
        assert shown.headers["cache-control"].startswith("private, max-age=")
    assert "immutable" in by_key.headers["cache-control"]
    again = await shop.call(
        "GET",
        f"/photos/{photo['id']}/image",
        headers={"if-none-match": by_key.headers["etag"]},
        query="size=thumb",
    )
    assert (again.status, again.body) == (304, b"")
    other = await shop.call(
        "GET", f"/photos/{photo['id']}/image", headers={"if-none-match": by_key.headers["etag"]}
    )
    assert other.status == 200


async def test_only_our_own_link_leads_anywhere_and_not_for_long(
    shop: Client, app: Litestar, house: House, admin: asyncpg.Connection
) -> None:
    photo = (await upload(shop)).json
    path = link(photo, "full")
    base, _, mark = path.rpartition("-")
    stem, _, until = base.rpartition("-")
    forged = [
        f"{base}-{'0' * 32}",
        f"{stem}-{int(until, 16) + 3600:08x}-{mark}",
        base.replace("-f-", "-t-") + f"-{mark}",
        "/photos/..%2f..%2fetc%2fpasswd",
        "/photos/x",
    ]

    assert (await call(app, "GET", path)).status == 200
    for one in forged:
        assert (await call(app, "GET", one)).code == "not_found", one

    find = "SELECT workspace_id FROM retour.photo WHERE photo_id = $1"
    workspace = int(await admin.fetchval(find, photo["id"]))
    past = await admin.fetchval("SELECT clock_timestamp() - interval '1 hour'")
    old = links(house, workspace, photo["id"], past)
    assert (await call(app, "GET", link({"links": old}, "full"))).code == "not_found"


async def test_the_same_upload_again_is_the_same_photo_until_it_is_attached(shop: Client) -> None:
    sent = fresh()
    first, second = await upload(shop, sent), await upload(shop, sent)

    assert (first.status, second.status) == (201, 200)
    assert first.json["id"] == second.json["id"]
    ret = await asked(shop)
    await attach(shop, ret, first.json["id"])
    third = await upload(shop, sent)
    assert third.status == 201
    assert third.json["duplicate_of"] == first.json["id"]
    assert third.json["duplicate_return"] == ret["id"]


async def test_a_key_sends_a_photo_once(shop: Client) -> None:
    sent, key = fresh(), {"idempotency-key": "photo-1"}
    first = await upload(shop, sent, headers=key)
    await attach(shop, await asked(shop), first.json["id"])
    second = await upload(shop, sent, headers=key)
    other = await upload(shop, fresh(), headers=key)

    assert second.json["id"] == first.json["id"]
    assert second.headers["idempotent-replayed"] == "true"
    assert other.code == "idempotency_key_reused"


async def test_photos_are_attached_to_what_they_show_by_whoever_did_it(shop: Client) -> None:
    ret = await asked(shop)
    unit = ret["lines"][0]["units"][0]["id"]
    before, after, whole = [await uploaded(shop) for _ in range(3)]

    await attach(shop, ret, before, unit=unit, moment="before")
    await attach(shop, ret, after, unit=unit, pair=before)
    answer = await attach(shop, ret, whole)

    assert answer.status == 200, answer
    shown = {photo["id"]: photo for photo in answer.json["photos"]}
    assert [(shown[one]["about"], shown[one]["of"]) for one in (before, after, whole)] == [
        ("unit", unit),
        ("unit", unit),
        ("return", None),
    ]
    assert (shown[before]["moment"], shown[after]["moment"]) == ("before", "after")
    assert (shown[after]["pair"], shown[before]["pair"]) == (before, None)
    assert {photo["by"]["kind"] for photo in shown.values()} == {"api_key"}
    events = await shop.ask("GET", f"/returns/{ret['id']}/events")
    told = [event for event in events["data"] if event["type"] == "photo.attached"]
    assert [event["data"]["photo"] for event in told] == [before, after, whole]
    assert told[0]["data"]["digest"] == shown[before]["digest"]
    listed = await shop.ask("GET", f"/returns/{ret['id']}/photos", query="limit=2")
    assert [photo["id"] for photo in listed["data"]] == [whole, after]
    rest = await shop.ask(
        "GET", f"/returns/{ret['id']}/photos", query=f"cursor={listed['next_cursor']}"
    )
    assert [photo["id"] for photo in rest["data"]] == [before]


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"line": "99"}, "unknown_line", "/line"),
        ({"unit": "u"}, "unknown_unit", "/unit"),
        ({"receipt": "r"}, "unknown_receipt", "/receipt"),
        ({"parcel": "p"}, "unknown_parcel", "/parcel"),
        ({"line": "1", "unit": "u"}, "photo_of_what", "/unit"),
        ({"photo": GONE}, "unknown_photo", "/photo"),
        ({"line": "1", "pair": GONE}, "photo_of_what", "/pair"),
    ],
)
async def test_what_a_photo_cannot_show_is_refused(
    shop: Client, body: JSON, code: str, pointer: str
) -> None:
    ret = await asked(shop)
    given = {"photo": await uploaded(shop), **body}
    answer = await shop.call("POST", f"/returns/{ret['id']}/attach_photo", given)

    assert (answer.status, answer.code) == (422, code)
    assert pointer in answer.pointers
    assert (await shop.ask("GET", f"/returns/{ret['id']}"))["photos"] == []


async def test_a_photo_is_attached_once_whoever_asks(shop: Client) -> None:
    """Ten at the same time, to ten returns: one of them has it."""
    photo = await uploaded(shop)
    returns = [await asked(shop, f"o{n}") for n in range(5)]
    answers = await asyncio.gather(*(attach(shop, ret, photo) for ret in returns))

    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409, 409]
    assert {answer.code for answer in answers if answer.status == 409} == {"photo_taken"}
    have = [len((await shop.ask("GET", f"/returns/{ret['id']}"))["photos"]) for ret in returns]
    assert sum(have) == 1
    winner = returns[[answer.status for answer in answers].index(200)]
    again = await attach(shop, winner, photo)
    assert (again.status, len(again.json["photos"])) == (200, 1)


async def test_an_erased_photo_leaves_a_stone_and_no_bytes(
    shop: Client, app: Litestar, admin: asyncpg.Connection
) -> None:
    ret, photo = await asked(shop), (await upload(shop)).json
    await attach(shop, ret, photo["id"], line="1")
    erased = await shop.call("DELETE", f"/photos/{photo['id']}")
    twice = await shop.call("DELETE", f"/photos/{photo['id']}")

    assert (erased.status, twice.status) == (204, 204)
    left = await shop.ask("GET", f"/photos/{photo['id']}")
    assert (left["links"], left["erased_at"] is not None) == (None, True)
    assert (await shop.call("GET", f"/photos/{photo['id']}/image")).code == "not_found"
    assert (await call(app, "GET", link(photo, "full"))).code == "not_found"
    count = "SELECT count(*) FROM retour.photo_image WHERE photo_id = $1"
    assert await admin.fetchval(count, photo["id"]) == 0
    stone = (await shop.ask("GET", f"/returns/{ret['id']}"))["photos"][0]
    assert stone["erased_by"]["kind"] == "api_key"
    events = await shop.ask("GET", f"/returns/{ret['id']}/events")
    assert [event["type"] for event in events["data"]].count("photo.erased") == 1


async def test_a_photo_that_waits_can_be_erased_too(shop: Client) -> None:
    photo = await uploaded(shop)

    assert (await shop.call("DELETE", f"/photos/{photo}")).status == 204
    assert (await attach(shop, await asked(shop), photo)).code == "unknown_photo"
    assert (await shop.call("DELETE", f"/photos/{GONE}")).code == "not_found"


async def test_uploads_that_nobody_attaches_go_with_time(
    shop: Client, admin: asyncpg.Connection
) -> None:
    old, used = await uploaded(shop), await uploaded(shop)
    await attach(shop, await asked(shop), used)
    age = (
        "UPDATE retour.photo SET created_at = created_at - interval '8 days'"
        " WHERE photo_id = ANY ($1)"
    )
    await admin.execute(age, [old, used])
    await uploaded(shop)

    assert (await shop.ask("GET", f"/photos/{old}"))["erased_at"] is not None
    assert (await shop.ask("GET", f"/photos/{used}"))["erased_at"] is None


@pytest.mark.parametrize(
    "name", ["nothing", "html", "heic", "half a jpeg", "png bomb", "too large"]
)
async def test_what_is_no_photo_is_refused_over_http(shop: Client, name: str) -> None:
    case = pictures.hostile()[name]
    answer = await upload(shop, case.data)

    if name == "too large":
        assert (answer.status, answer.code) == (413, "body_too_large")
    else:
        assert answer.status == 422
        assert set(answer.pointers.values()) <= case.codes


async def test_another_type_is_refused_unread(shop: Client) -> None:
    answer = await shop.call("POST", "/photos", fresh(), {"content-type": "image/svg+xml"})

    assert (answer.status, answer.code) == (415, "unsupported_media_type")
