"""Articles: what is sold in variants, so that one can be had for another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, paged
from retour.kernel.money import EXPONENTS, parse_amount
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Amount, Body, Word
from retour.store.portal import (
    ArticleBody,
    Named,
    Variant,
    delete_article,
    list_articles,
    one_article,
    put_article,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from retour.desk.house import House

VARIANTS_MAX: Final = 100
_ENCODE: Final = msgspec.json.Encoder()
_MISSING: Final = NotFound(what="article")


class VariantPut(Body):
    """One SKU: what it is called beside its siblings, and what it costs with tax, by currency."""

    sku: Word
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    prices: Annotated[dict[Word, Amount], Meta(max_length=50)] = {}


class ArticlePut(Body):
    """What an article is: any of its variants can be had in exchange for any other."""

    title: Annotated[str, Meta(min_length=1, max_length=200)]
    variants: Annotated[tuple[VariantPut, ...], Meta(min_length=1, max_length=VARIANTS_MAX)]


async def put(house: House, workspace_id: int, article: str, said: ArticlePut) -> Outcome:
    """Make the article, or say anew what it is.

    Raises:
        InvalidRequest: A SKU of another article, or twice; an amount that is none.
    """
    if wrong := [*_wrong(said.variants)]:
        raise InvalidRequest(*wrong)
    body = ArticleBody(
        title=said.title,
        variants=tuple(
            Variant(sku=one.sku, title=one.title, prices=dict(one.prices)) for one in said.variants
        ),
    )
    async with house.database.transaction(workspace_id) as connection:
        is_new, taken = await put_article(connection, workspace_id, article, body)
        if taken:
            detail = "Another article has this SKU. Take it out there first."
            places = {one.sku: place for place, one in enumerate(said.variants)}
            raise InvalidRequest(*(_error(places[sku], "sku", detail) for sku in taken))
    return Done(status=201 if is_new else 200, body=_view((article, body)))


async def look_up(house: House, workspace_id: int, article: str) -> Outcome:
    """Give one article."""
    async with house.database.transaction(workspace_id) as connection:
        found = await one_article(connection, workspace_id, article)
    return _MISSING if found is None else Done(status=200, body=_view(found))


async def listing(house: House, workspace_id: int, page: Page) -> Outcome:
    """Give a page of articles, by name."""
    async with house.database.transaction(workspace_id) as connection:
        found = await list_articles(connection, workspace_id, page.after, page.limit + 1)
    return paged(found, page, _view, key=lambda one: one[0])


async def delete(house: House, workspace_id: int, article: str) -> Outcome:
    """Forget an article; what was wished for already stays so."""
    async with house.database.transaction(workspace_id) as connection:
        was_there = await delete_article(connection, workspace_id, article)
    return Done(status=204, body=b"") if was_there else _MISSING


def _view(found: Named) -> bytes:
    name, body = found
    variants = [
        {"sku": one.sku, "title": one.title, "prices": dict(one.prices)} for one in body.variants
    ]
    return _ENCODE.encode({"article": name, "title": body.title, "variants": variants})


def _wrong(variants: Sequence[VariantPut]) -> Iterator[FieldError]:
    seen = set[str]()
    for place, one in enumerate(variants):
        if one.sku in seen:
            yield _error(place, "sku", "Two variants have this SKU. Give each its own.")
        seen.add(one.sku)
        for currency, text in one.prices.items():
            price = parse_amount(text, currency) if currency in EXPONENTS else None
            if price is None or price < 0:
                detail = "Give prices as decimal strings by ISO 4217 currency, zero or more."
                yield _error(place, "prices", detail)


def _error(place: int, name: str, detail: str) -> FieldError:
    return FieldError(pointer=f"/variants/{place}/{name}", code="bad_value", detail=detail)
