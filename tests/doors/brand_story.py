"""Brand and widget used once each, to hold what is answered to documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.fonts import woff2

if TYPE_CHECKING:
    from tests.doors.test_documents import Story


async def tell(story: Story) -> None:
    """Use everything about a brand."""
    font = {"content-type": "font/woff2"}
    story.answers["put_brand_font"] = await story.shop.call("PUT", "/brand/font", woff2(), font)
    for name in ("put_brand", "read_brand", "preview_brand", "delete_brand_font"):
        await story.use(name)
    for name in ("put_widget", "read_widget"):
        await story.use(name)
