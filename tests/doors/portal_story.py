"""The portal's settings used once each, to hold what is answered to documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.doors.shopper_story import Uses


async def tell(story: Uses) -> None:
    """Use everything about the portal."""
    for name in ("read_portal_settings", "put_portal_settings", "read_portal_defaults"):
        await story.use(name)
    for name in ("put_article", "read_article", "delete_article"):
        await story.use(name, article="shirt")
    await story.use("put_article", article="shirt")
    await story.use("list_articles")
