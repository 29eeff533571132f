"""The page behind a shopper's link: this one return, where it stands and what is next.

Reading it changes nothing.  It knows nobody but the link: no login, no cookie.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from litestar import Response, get
from litestar.params import FromPath

from retour.desk import shopper
from retour.desk.outcome import Done
from retour.desk.shopper import Expired
from retour.desk.withdrawals.page import entry_of
from retour.screens.pages import private_page
from retour.store.links import FOLLOW, SHOPPER, read_token

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

_TEMPLATE: Final = "follow.html"
STEPS: Final = {
    "request": "Asked for",
    "eligibility": "Checked",
    "approval": "Approved",
    "label": "Label made",
    "receipt": "Arrived",
    "refund": "Refunded",
    "closing": "Completed",
}
"""The steps as the page calls them."""
NEXT: Final = {
    "requested": "The shop looks at your request. You have nothing to do.",
    "authorized": "Pack the items, put the label on the parcel and hand it in.",
    "shipped": "Your parcel is on its way. You have nothing to do.",
    "tracked": "Your parcel is on its way. You have nothing to do.",
    "received": "Your items are inspected. You have nothing to do.",
    "processed": "Your items are inspected; what is due to you is paid next.",
    "settled": "Everything is settled.",
    "completed": "Everything is done.",
    "rejected": "The shop has declined this return.",
    "canceled": "This return was canceled.",
}
"""What is next in each status, and who acts."""


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the page's handler."""

    @get(f"/{FOLLOW}/{{token:str}}")
    async def show(token: FromPath[str]) -> Response[str]:
        """Show the return, or why the link leads nowhere."""
        seen = await shopper.look(house, token)
        match seen:
            case Expired(until=until):
                return private_page(_TEMPLATE, 410, state="expired", until=until)
            case Done(body=body):
                ret = json.loads(body)
                right = read_token(house.vault, SHOPPER, token)
                assert right is not None, "what is seen was ours"
                return private_page(
                    _TEMPLATE,
                    state="seen",
                    ret=ret,
                    steps=STEPS,
                    next=NEXT[ret["status"]],
                    entry=await entry_of(house, right.workspace_id, "en"),
                )
            case _:
                return private_page(_TEMPLATE, 404, state="unknown")

    return [show]
