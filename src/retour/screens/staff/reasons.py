"""Reasons in words: lists and reports hold the codes by which policies know them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from retour.desk.outcome import Done
from retour.desk.portal import settings
from retour.desk.portal.settings import PortalSettings
from retour.dialects.portal.languages import LANGUAGES
from retour.lifecycle.figures import UNSAID

if TYPE_CHECKING:
    from retour.screens.staff.seat import Seat


async def reasons_of(seat: Seat) -> dict[str, str]:
    """Give what each code says: the merchant's words, ours where they have none."""
    done = await settings.look_up(seat.house, seat.workspace_id)
    assert isinstance(done, Done), "what was never said has defaults"
    said = msgspec.json.decode(done.body, type=PortalSettings)
    own = {
        one.code: one.text.get("en") or next(iter(one.text.values()), one.code)
        for one in said.reasons
    }
    return {**LANGUAGES["en"].reasons, UNSAID: "None given", **own}
