"""Memos and credit notes used once each, to hold what is answered to documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.pictures import encoded, gradient
from tests.support.running import order_body

if TYPE_CHECKING:
    from tests.doors.client import Client
    from tests.doors.test_documents import Story

_PIECE = {"line": "1", "quantity": 1}


async def paid(shop: Client, number: str, **order: object) -> tuple[str, str]:
    """Have a return paid for elsewhere; gives its id and its settlement's."""
    await shop.ask("PUT", f"/orders/{number}", {**order_body(2, 1, processor="external"), **order})
    asked = {"order_number": number, "lines": [{**_PIECE, "reason": "Torn"}]}
    ret = await shop.ask("POST", "/returns", asked)
    for word, said in (
        ("authorize", {}),
        ("receive", {"units": [_PIECE]}),
        ("inspect", {"units": [{**_PIECE, "acceptance": "accepted"}]}),
        ("finish_receipt", {}),
        ("propose_settlement", {}),
        ("confirm_settlement", {}),
        ("start_refund", {}),
    ):
        ret = await shop.ask("POST", f"/returns/{ret['id']}/{word}", said)
    told = {"leg": ret["settlement"]["legs"][0]["id"], "outcome": "succeeded"}
    await shop.ask("POST", f"/returns/{ret['id']}/record_refund_outcome", told)
    return ret["id"], ret["settlement"]["id"]


async def tell(story: Story) -> None:
    """Use everything about documents."""
    await story.use("put_paper_settings")
    await story.use("read_paper_settings")
    picture, png = encoded(gradient(64, 32), "PNG"), {"content-type": "image/png"}
    logo = await story.shop.call("PUT", "/paper-settings/logo", picture, png)
    story.answers["put_paper_logo"] = logo
    one, settlement = await paid(story.shop, "8100")
    base = f"/settlements/{settlement}"
    for name, paper in (("read_memo", "memo.pdf"), ("read_credit_note", "credit-note.pdf")):
        story.answers[name] = await story.shop.call("GET", f"{base}/{paper}")
        where = f"/returns/{one}{base}/{paper}"
        story.answers[f"{name}_of_return"] = await story.shop.call("GET", where)
    await story.use("list_papers")
    await story.use("delete_paper_logo")
    kept = {"logo": logo.json["logo"]}
    assert (await story.use("restore_paper_logo", kept))["logo"] == kept["logo"]
