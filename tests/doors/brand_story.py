"""Brand and widget used once each, to hold what is answered to documents."""

from __future__ import annotations

import hashlib
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
    digest = hashlib.sha256(woff2()).hexdigest()
    back = await story.use("restore_brand_font", {"font": digest})
    assert (back["font"], digest in back["own_font"]) == ("own", True)
    for name in ("put_widget", "read_widget"):
        await story.use(name)
