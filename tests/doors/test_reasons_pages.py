"""Reasons on a page: made one's own, ordered, said in languages, retired; what shoppers see."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest_asyncio
from msgspec.structs import replace

from retour.desk.people.roles import MemberRole
from retour.desk.portal.asking import grouped_in, icons_in
from retour.desk.portal.basket import Basket, Wanted
from retour.desk.portal.settings import ReasonOffered, offered_now
from retour.dialects.portal.icons import ICONS
from retour.dialects.portal.languages import LANGUAGES
from retour.screens.portal.filling import explained
from retour.screens.staff import all as staff
from tests.doors.apps import app_of
from tests.doors.staff_story import Browser, member, somebody, words

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.doors.client import Client
    from tests.support.pg import Workspace


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return app_of(house, staff.routes)


@pytest_asyncio.fixture
async def admin(app: Litestar, house: House, workspace: Workspace) -> Browser:
    """An admin at a browser."""
    return await member(app, house, workspace.id, MemberRole.ADMIN, email=somebody())


async def codes(shop: Client) -> list[str]:
    return [one["code"] for one in (await shop.ask("GET", "/portal-settings"))["reasons"]]


async def test_ours_become_the_merchants_own_and_are_ordered(shop: Client, admin: Browser) -> None:
    at = f"/w/{shop.workspace}/settings/reasons"
    assert "Make them your own" in words(await admin.open(at))
    contact = {"email": "care@lamps.example"}
    await shop.ask("PUT", "/portal-settings", {"contact": contact, "gifts": False})
    await admin.press(at, act="ours", seen="1")
    ours = await codes(shop)
    assert ours == list(LANGUAGES["en"].reasons)
    kept = await shop.ask("GET", "/portal-settings")
    assert (kept["contact"]["email"], kept["gifts"]) == (contact["email"], False)
    assert set(kept["reasons"][0]["text"]) == set(LANGUAGES)

    await admin.press(at, act="down", reason=ours[0], seen="2")
    assert (await codes(shop))[:2] == [ours[1], ours[0]]
    await admin.press(at, act="up", reason=ours[0], seen="3")
    assert await codes(shop) == ours
    late = await admin.press(at, act="up", reason=ours[3], seen="3")
    assert "Somebody changed the reasons meanwhile" in words(await admin.follow(late))
    assert await codes(shop) == ours


async def test_a_reason_is_made_changed_and_retired(shop: Client, admin: Browser) -> None:
    base = f"/w/{shop.workspace}/settings"
    for fields in ({"code": "Too Small", "text_en": "x"}, {"code": "ok", "text_en": ""}):
        assert (await admin.press(f"{base}/new-reason", **fields)).status == 422
    for code, more in (("fit", {}), ("tight", {"under": "fit"}), ("wide", {"under": "fit"})):
        said = {"text_en": code.title(), "text_de": f"{code} de", **more}
        made = await admin.press(f"{base}/new-reason", code=code, words_needed="1", **said)
        assert made.status == 303, words(made)
    assert (await admin.press(f"{base}/new-reason", code="fit", text_en="x")).status == 422
    page = words(await admin.open(f"{base}/reasons?lang=de"))
    assert "5 languages missing" in page
    assert "fit de tight de wide de" in page

    seen = "3"
    said = {"text_en": "Too tight", "text_fr": "Trop serré", "under": "fit", "icon": "drop"}
    assert (await admin.press(f"{base}/reasons/tight", seen=seen, **said)).status == 303
    late = await admin.press(f"{base}/reasons/tight", seen=seen, **{**said, "text_en": "Snug"})
    assert late.status == 409
    assert "English Too tight Snug" in words(late)
    by_code = {one["code"]: one for one in (await shop.ask("GET", "/portal-settings"))["reasons"]}
    assert by_code["tight"]["text"] == {"en": "Too tight", "fr": "Trop serré"}
    assert by_code["tight"]["words_needed"] is False
    assert by_code["wide"]["words_needed"] is True
    assert [by_code[one]["icon"] for one in ("tight", "wide")] == ["drop", None]

    await admin.press(f"{base}/reasons", act="retire", reason="tight", seen="4")
    preview = words(await admin.open(f"{base}/reasons")).partition("As shoppers see it")[2]
    assert "Wide" in preview
    assert "Too tight" not in preview
    offered = {one["code"]: one for one in (await shop.ask("GET", "/portal-settings"))["reasons"]}
    assert offered["tight"]["retired"] is True
    assert "Too tight retired" in words(await admin.open(f"{base}/reasons"))
    await admin.press(f"{base}/reasons", act="revive", reason="tight", seen="5")
    lost = await admin.press(f"{base}/reasons/nothing", text_en="x")
    assert lost.status == 404


async def test_what_policies_make_of_a_reason_stands_beside_it(
    shop: Client, admin: Browser
) -> None:
    when = {"request": {"reasons": ["broken"]}}
    then = {"approve": True, "waive_fee": True, "photos_required": 1}
    rule = {"id": "faulty", "when": when, "then": then}
    await shop.ask("PUT", "/policies/default", {"rules": [rule]})
    page = words(await admin.open(f"/w/{shop.workspace}/settings/reasons"))
    assert "default: faulty approves, asks no fee, asks for 1 photo" in page


async def test_marketplaces_are_told_by_their_own_word(shop: Client, admin: Browser) -> None:
    account = {"tenant": "lamps", "name": "Lamps", "api_key": "key-12345678"}
    reasons = {"flicker": "PRODUCT_DEFECT"}
    await shop.ask("PUT", "/channel-accounts/ce", {**account, "reasons": reasons})
    made = await admin.press(
        f"/w/{shop.workspace}/settings/new-reason", code="dim", text_en="Too dim", at_ce="OTHER"
    )
    assert made.status == 303
    kept = await shop.ask("GET", "/channel-accounts/ce")
    assert kept["reasons"] == {"flicker": "PRODUCT_DEFECT", "dim": "OTHER"}
    at = f"/w/{shop.workspace}/settings/reasons/dim"
    await admin.press(at, text_en="Too dim", at_ce="")
    assert (await shop.ask("GET", "/channel-accounts/ce"))["reasons"] == reasons


def reason(code: str, under: str | None = None, *, retired: bool = False) -> ReasonOffered:
    return ReasonOffered(code=code, text={"en": code}, under=under, retired=retired)


def test_nothing_retired_is_offered_and_no_group_stands_empty() -> None:
    said = (
        reason("fit"),
        reason("tight", "fit"),
        reason("look", retired=True),
        reason("pale", "look"),
        reason("empty"),
        reason("gone", "empty", retired=True),
        reason("other"),
    )
    assert [one.code for one in offered_now(said)] == ["fit", "tight", "other"]
    assert grouped_in(said, "en") == [("fit", [("tight", "tight")]), (None, [("other", "other")])]


def test_a_sign_is_chosen_usual_or_the_group_s() -> None:
    """By code; a reason of which nothing is known has its group's, or none."""
    snug, odd = reason("snug", "fit"), reason("odd")
    own = replace(reason("late"), icon="clock")
    drawn = icons_in((reason("fit"), snug, reason("tight", "fit"), own, odd))
    assert drawn == {
        "fit": ICONS["ruler"],
        "snug": ICONS["ruler"],
        "tight": ICONS["smaller"],
        "late": ICONS["clock"],
    }
    assert icons_in((reason("gift"),)) == {"gift": ICONS["gift"]}
    assert set(icons_in(())) == set(LANGUAGES["en"].reasons), "each of ours has one"


def test_a_reason_may_need_words() -> None:
    wanted = (Wanted(line="1", quantity=1),)
    basket = Basket(nonce="b", at=datetime(2026, 5, 1, tzinfo=UTC), orders=("1",), wanted=wanted)
    offered = {"fit": "Fit", "other": "Other"}
    english = LANGUAGES["en"]

    def wrong(**fields: str) -> dict[str, str]:
        given = {f"{name}_0": text for name, text in fields.items()}
        return dict(explained(basket, ["Lamp"], given, english, offered, wordy={"other"}).wrong)

    assert wrong(reason="fit") == {}
    assert wrong(reason="other", comment="Too dim.") == {}
    assert wrong(reason="other", comment=" ") == {
        "comment_0": "Say a few words about Lamp: this reason needs them."
    }
