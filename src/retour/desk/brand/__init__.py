"""A merchant's brand: said, tried, kept, and given to pages.

The logo is that of the merchant's documents: one picture for paper, pages and mail.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from retour.desk.outcome import Done, NotFound, Outcome
from retour.dialects.brand.brand import Brand, BrandKept, BrandLinks, kept_brand
from retour.dialects.brand.stylesheet import stylesheet, tag
from retour.dialects.brand.tokens import DARK, LIGHT, tokens, verdict
from retour.kernel.ids import workspace_text
from retour.store.brands import brand_said, put_brand
from retour.store.telling import bump_epoch, take_turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from retour.desk.config import WorkspaceConfig
    from retour.desk.house import House
    from retour.dialects.view import View

_ENCODE: Final = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What pages show of a merchant: addresses on this server, or ``None`` where there is none."""

    style: str | None = None
    logo: str | None = None
    links: BrandLinks = field(default_factory=BrandLinks)
    hosts: tuple[str, ...] = ()


def face_of(config: WorkspaceConfig) -> Face:
    """Give what pages show of a workspace's merchant."""
    kept, base = config.brand, brand_path(config.id)
    text = stylesheet(kept)
    return Face(
        style=None if text is None else f"{base}/{tag(text)}.css",
        logo=None if config.logo is None else f"{base}/{config.logo}.jpg",
        links=kept.said.links,
        hosts=kept.hosts,
    )


def accent_of(config: WorkspaceConfig) -> str | None:
    """Give a merchant's colour as ink on white: a shade of it that can be read."""
    color = config.brand.said.color
    return None if color is None else tokens(color, LIGHT).ink


def brand_path(workspace_id: int) -> str:
    """Give the path below which a workspace's style, font and logo are found."""
    return f"/p/{workspace_text(workspace_id)}/brand"


async def look_up(house: House, workspace_id: int) -> Outcome:
    """Give a workspace's brand, and what pages make of it."""
    config = await house.configs.recent(workspace_id)
    if config is None:
        return NotFound(what="workspace")
    return Done(status=200, body=_ENCODE.encode(shown(house, config, config.brand)))


async def preview(house: House, workspace_id: int, said: Brand) -> Outcome:
    """Give what pages would make of a brand; nothing is kept.

    Raises:
        InvalidRequest: It cannot be one.
    """
    said.check()
    config = await house.configs.recent(workspace_id)
    if config is None:
        return NotFound(what="workspace")
    kept = replace(config.brand, said=said)
    return Done(status=200, body=_ENCODE.encode(shown(house, config, kept)))


async def put(house: House, workspace_id: int, said: Brand) -> Outcome:
    """Say anew how the merchant looks.

    Raises:
        InvalidRequest: It cannot be a brand.
    """
    said.check()
    return await keep_brand(house, workspace_id, lambda kept: replace(kept, said=said))


async def keep_brand(
    house: House, workspace_id: int, change: Callable[[BrandKept], BrandKept]
) -> Outcome:
    """Change what is kept of a brand, in the workspace's turn; gives it as it then is."""
    async with house.database.transaction(workspace_id) as connection:
        if await take_turn(connection, workspace_id) is None:
            return NotFound(what="workspace")
        kept = change(kept_brand(await brand_said(connection, workspace_id)))
        await put_brand(connection, workspace_id, _ENCODE.encode(kept).decode())
        await bump_epoch(connection, workspace_id)
    house.configs.forget(workspace_id)
    return await look_up(house, workspace_id)


def shown(house: House, config: WorkspaceConfig, kept: BrandKept) -> View:
    """Show a brand with its tokens and the verdict on its colour."""
    base = house.settings.public_base + brand_path(config.id)
    text, colour = stylesheet(kept), kept.said.color
    return {
        **msgspec.to_builtins(kept.said),
        "own_font": None if kept.font is None else f"{base}/{kept.font}.woff2",
        "logo": None if config.logo is None else f"{base}/{config.logo}.jpg",
        "style": None if text is None else f"{base}/{tag(text)}.css",
        "tokens": None
        if colour is None
        else {
            scheme.name: {
                "ground": made.ground,
                "on_ground": made.on_ground,
                "edge": made.edge,
                "ink": made.ink,
            }
            for scheme in (LIGHT, DARK)
            for made in (tokens(colour, scheme),)
        },
        "verdict": []
        if colour is None
        else [
            {"about": one.about, "changed": one.is_changed, "words": one.words}
            for one in verdict(colour)
        ],
    }
