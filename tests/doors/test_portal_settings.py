"""The portal as its merchant arranges it: use cases, reasons, articles; what cannot be is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from retour.api.app import build
from tests.doors.client import Client, client

if TYPE_CHECKING:
    from retour.desk.house import House
    from tests.support.pg import Workspace

PATH = "/portal-settings"


@pytest_asyncio.fixture
async def shop(house: House, workspace: Workspace) -> Client:
    return client(build(house), workspace)


async def complaints(shop: Client, path: str, body: object) -> list[str]:
    """Put what cannot be; gives what is pointed at."""
    answer = await shop.call("PUT", path, body)
    assert answer.status == 422, answer.body
    return list(answer.pointers)


def case(name: str, outcome: str, **more: object) -> dict[str, Any]:
    return {"id": name, "label": {"en": name}, "outcome": outcome, **more}


async def test_what_begins_is_what_can_be_put(shop: Client) -> None:
    before = await shop.ask("GET", PATH)
    given = await shop.ask("GET", "/portal-defaults")
    put = await shop.ask("PUT", PATH, given)

    assert before["use_cases"] == before["reasons"] == []
    assert [one["id"] for one in put["use_cases"]][:2] == ["return", "broken"]
    assert {one["code"] for one in put["reasons"]} >= {"too_small", "broken"}
    assert await shop.ask("GET", PATH) == put


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"use_cases": [case("a", "page")]}, ["/use_cases/0/url"]),
        ({"use_cases": [case("a", "message", url="https://x.example/")]}, ["/use_cases/0/url"]),
        ({"use_cases": [case("a", "message", to="nobody at all")]}, ["/use_cases/0/to"]),
        ({"use_cases": [case("a", "question")]}, ["/use_cases/0/outcome"]),
        ({"use_cases": [case("a", "return", under="b")]}, ["/use_cases/0/under"]),
        ({"use_cases": [case("a", "return"), case("a", "return")]}, ["/use_cases/1/id"]),
        ({"use_cases": [case("a", "return", policy="none")]}, ["/use_cases/0/policy"]),
        (
            {"use_cases": [case("a", "question", under="b"), case("b", "question", under="a")]},
            ["/use_cases/0/under", "/use_cases/1/under"],
        ),
        ({"reasons": [{"code": "a", "text": {"en": "A"}, "under": "b"}]}, ["/reasons/0/under"]),
        ({"contact": {"email": "nobody"}}, ["/contact/email"]),
    ],
)
async def test_what_cannot_be_shown_is_pointed_at(
    shop: Client, body: object, pointers: list[str]
) -> None:
    assert await complaints(shop, PATH, body) == pointers


async def test_a_sku_is_a_variant_of_one_article(shop: Client) -> None:
    large = {"sku": "L", "title": "Large", "prices": {"EUR": "29.00"}}
    body = {"title": "Shirt", "variants": [large, {"sku": "M", "title": "Medium"}]}
    await shop.ask("PUT", "/articles/shirt", body)
    taken = await complaints(shop, "/articles/coat", {"title": "Coat", "variants": [large]})
    twice = {"title": "Coat", "variants": [{**large, "sku": "XL"}, {**large, "sku": "XL"}]}
    wrong = {"title": "Coat", "variants": [{**large, "sku": "XL", "prices": {"EUR": "-1.00"}}]}

    assert taken == ["/variants/0/sku"]
    assert await complaints(shop, "/articles/coat", twice) == ["/variants/1/sku"]
    assert await complaints(shop, "/articles/coat", wrong) == ["/variants/0/prices"]
    assert (await shop.call("GET", "/articles/coat")).status == 404

    await shop.ask("PUT", "/articles/shirt", {**body, "variants": [large]})
    await shop.ask("PUT", "/articles/coat", {"title": "Coat", "variants": body["variants"][1:]})
    names = [one["article"] for one in (await shop.ask("GET", "/articles"))["data"]]
    assert names == ["coat", "shirt"]
