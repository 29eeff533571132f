"""The portal as rows: what its merchant said, articles and their variants, returns in one parcel.

Typed callers of ``sql/portal.sql``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from retour.lifecycle.model import Return
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retour.store.database import Connection

_SQL: Final = named("portal")
_RETURN: Final = msgspec.json.Decoder(Return)
TOGETHER_MAX: Final = 20
"""Returns of one parcel that are shown together."""


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """One SKU of an article; its prices with tax, by currency."""

    sku: str
    title: str
    prices: dict[str, str] = {}


class ArticleBody(msgspec.Struct, frozen=True, kw_only=True):
    """An article as stored."""

    title: str
    variants: tuple[Variant, ...] = ()


_ARTICLE: Final = msgspec.json.Decoder(ArticleBody)
Named = tuple[str, ArticleBody]


async def settings_said(connection: Connection, workspace_id: int) -> str | None:
    """Give what a workspace has said about its portal."""
    return await connection.fetchval(_SQL["portal_settings"], workspace_id)


async def settings_version(connection: Connection, workspace_id: int) -> int:
    """Give which version stands; 0 where nothing was ever said."""
    version: int | None = await connection.fetchval(_SQL["portal_version"], workspace_id)
    return version or 0


async def put_settings(connection: Connection, workspace_id: int, body: str) -> None:
    """Say it anew."""
    await connection.execute(_SQL["put_portal_settings"], workspace_id, body)


async def put_article(
    connection: Connection, workspace_id: int, article: str, body: ArticleBody
) -> tuple[bool, tuple[str, ...]]:
    """Say what an article is; gives whether it is new, and the SKUs that are another's."""
    text = msgspec.json.encode(body).decode()
    is_new: bool = await connection.fetchval(_SQL["put_article"], workspace_id, article, text)
    await connection.execute(_SQL["drop_article_skus"], workspace_id, article)
    skus = [one.sku for one in body.variants]
    rows = await connection.fetch(_SQL["add_article_skus"], workspace_id, article, skus)
    given = {row["sku"] for row in rows}
    return is_new, tuple(sku for sku in skus if sku not in given)


async def one_article(connection: Connection, workspace_id: int, article: str) -> Named | None:
    """Give an article."""
    row = await connection.fetchrow(_SQL["one_article"], workspace_id, article)
    return None if row is None else (row["article"], _ARTICLE.decode(row["body"]))


async def list_articles(
    connection: Connection, workspace_id: int, after: str, limit: int
) -> list[Named]:
    """Give articles by name."""
    rows = await connection.fetch(_SQL["list_articles"], workspace_id, after, limit)
    return [(row["article"], _ARTICLE.decode(row["body"])) for row in rows]


async def delete_article(connection: Connection, workspace_id: int, article: str) -> bool:
    """Forget an article; says whether it was there."""
    return await connection.fetchval(_SQL["delete_article"], workspace_id, article) is not None


async def articles_of(
    connection: Connection, workspace_id: int, skus: Sequence[str]
) -> dict[str, ArticleBody]:
    """Give by SKU the article that it is a variant of, where it is one."""
    rows = await connection.fetch(_SQL["articles_of"], workspace_id, list(skus))
    return {row["sku"]: _ARTICLE.decode(row["body"]) for row in rows}


async def returns_together(
    connection: Connection, workspace_id: int, lead: str
) -> tuple[Return, ...]:
    """Give the returns that share a parcel, oldest first."""
    rows = await connection.fetch(_SQL["returns_together"], workspace_id, lead, TOGETHER_MAX)
    return tuple(_RETURN.decode(row["body"]) for row in rows)


async def return_known_as(connection: Connection, workspace_id: int, number: str) -> str | None:
    """Find the return that an RMA number or a parcel's tracking number names."""
    return await connection.fetchval(_SQL["return_known_as"], workspace_id, number)
