"""What a return's customer was mailed, and why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.routes import BASE, Route
from retour.desk.notifications import mailed
from retour.desk.notifications.mailed import NOT_SENT, WHY
from retour.desk.telling.deliveries import STATUSES
from retour.dialects.shapes import ListOf, Text, Tree, or_null
from retour.dialects.tree_parts import MOMENT, TEXT

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

MAILED: Final = Tree(
    name="customer_mails",
    about="The steps of a return that customers are mailed of, the newest first.",
    fields={
        "data": ListOf(
            item=Tree(
                name="customer_mail",
                fields={
                    "event": Text(about="The step, in the words of notifications."),
                    "title": Text(about="The same, as people read it."),
                    "occurred_at": MOMENT,
                    "status": Text(
                        words=(*STATUSES, NOT_SENT),
                        about="Its newest delivery's, or that none was made.",
                    ),
                    "why": or_null(
                        Text(words=tuple(WHY)), "Why it did not arrive; null where it did."
                    ),
                    "detail": or_null(TEXT, "The same in words, with what to do."),
                    "delivery": or_null(TEXT, "The newest delivery."),
                    "template": or_null(TEXT, "Whose words it has, or would have."),
                },
            )
        )
    },
)


async def list_customer_mails(call: Call) -> Outcome:
    """Say what the customer was mailed, and why not."""
    return await mailed.listing(call.house, call.workspace_id, call.params["return_id"])


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{BASE}/returns/{{return_id}}/customer-mails",
        name="list_customer_mails",
        tag="Deliveries",
        summary="See what a return's customer was mailed, and why not",
        about="Each step with what became of its mail; of one that was not sent or did not arrive,"
        " the reason and what to do. Of the 200 newest events.",
        scope="deliveries:read",
        noun="return",
        answer=list_customer_mails,
        result=MAILED,
    ),
)
