"""Memos and credit notes over HTTP: printed, numbered, printed again, and never markup."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from pypdf import PdfReader

from retour.store.statements import named
from tests.doors.client import Answer, Client, call
from tests.support.pictures import encoded, gradient
from tests.support.running import order_body

if TYPE_CHECKING:
    from retour.desk.house import House
    from tests.support.pg import Workspace

_WITHDRAWALS = named("withdrawals")
_HOSTILE = '#panic("x") *b* $1/0$ \\u{41} @x <y> `z` // "); #import "p"'


def words(answer: Answer) -> str:
    """Give the text of a PDF, its pages one after another, spaces made plain."""
    assert answer.status == 200, answer
    assert answer.headers["content-type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.body)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


async def settled(shop: Client, number: str = "1001", *, until: str = "", **order: Any) -> Any:  # noqa: ANN401 - JSON
    """Have one unit come back and be paid for, as far as ``until``; gives the return."""
    body = {**order_body(2, 1, processor="external"), **order}
    await shop.ask("PUT", f"/orders/{number}", body)
    lines = [{"line": "1", "quantity": 1, "reason": "broken"}]
    ret = await shop.ask("POST", "/returns", {"order_number": number, "lines": lines})
    piece = {"line": "1", "quantity": 1}
    for word, said in (
        ("authorize", {}),
        ("receive", {"units": [piece]}),
        ("inspect", {"units": [{**piece, "acceptance": "accepted"}]}),
        ("finish_receipt", {}),
        ("propose_settlement", {}),
        ("confirm_settlement", {}),
        ("start_refund", {}),
    ):
        ret = await shop.ask("POST", f"/returns/{ret['id']}/{word}", said)
        if word == until:
            return ret
    told = {"leg": ret["settlement"]["legs"][0]["id"], "outcome": "succeeded"}
    return await shop.ask("POST", f"/returns/{ret['id']}/record_refund_outcome", told)


async def test_a_draft_says_that_it_is_one_and_has_no_number(shop: Client) -> None:
    """What a settlement would say can be looked at before anybody promises it."""
    ret = await settled(shop, until="propose_settlement")
    path = f"/returns/{ret['id']}/settlements/{ret['settlement']['id']}/memo.pdf"
    said = words(await shop.call("GET", path))
    assert "Settlement memo Draft" in said
    assert "SM-" not in said
    missing = await shop.call("GET", f"/settlements/{ret['settlement']['id']}/memo.pdf")
    assert missing.status == 404


async def test_figures_are_those_of_the_return_and_of_its_event(shop: Client) -> None:
    """Every amount on paper stands in the API's answer and in the event; nothing is worked out."""
    ret = await settled(shop)
    settlement = ret["settlement"]
    assert settlement["memo_number"].startswith("SM-20")
    assert settlement["credit_note_number"].startswith("CN-20")
    for name, number in (("memo", "memo_number"), ("credit-note", "credit_note_number")):
        said = words(await shop.call("GET", f"/settlements/{settlement['id']}/{name}.pdf"))
        assert settlement[number] in said
        assert ret["rma_number"] in said
        assert ret["order_number"] in said
        for line in settlement["lines"]:
            assert line["amount"].replace("-", "\u2212") in said
            assert line["tax"] in said
        for leg in settlement["legs"]:
            assert leg["amount"] in said
        assert f"\u20ac{settlement['total']}" in said
    events = (await shop.ask("GET", f"/returns/{ret['id']}/events", query="limit=200"))["data"]
    told = {event["type"]: event["data"]["return"]["settlement"] for event in events}
    memo, paid = told["settlement_memo.completed"], told["settlement.settled"]
    assert memo["memo_number"] == settlement["memo_number"]
    assert paid["credit_note_number"] == settlement["credit_note_number"]
    for event in (memo, paid):
        assert event["lines"] == settlement["lines"]
        assert event["total"] == settlement["total"]


async def test_a_reprint_says_the_same_in_the_same_bytes(shop: Client) -> None:
    """Names and words may change; a document that was made does not, and its tag says so."""
    ret = await settled(shop)
    path = f"/settlements/{ret['settlement']['id']}/credit-note.pdf"
    first = await shop.call("GET", path)
    await shop.ask("PUT", "/paper-settings", {"name": "Another Name Ltd", "language": "nl"})
    order = order_body(2, 1, processor="external")
    renamed = [{**line, "title": "Renamed"} for line in order["lines"]]
    customer = {"email": "other@example.com", "name": "Somebody Else"}
    await shop.ask("PUT", "/orders/1001", {**order, "lines": renamed, "customer": customer})
    again = await shop.call("GET", path)
    assert again.body == first.body
    assert again.headers["etag"] == first.headers["etag"]
    known = await shop.call("GET", path, headers={"if-none-match": first.headers["etag"]})
    assert (known.status, known.body) == (304, b"")


async def test_whoever_is_erased_is_gone_from_reprints(
    shop: Client, house: House, workspace: Workspace
) -> None:
    """The figures stay, as books must; the person does not."""
    ret = await settled(shop)
    path = f"/settlements/{ret['settlement']['id']}/memo.pdf"
    before = words(await shop.call("GET", path))
    name = order_body(1)["customer"]["name"]
    assert name in before
    order = await shop.ask("GET", "/orders/1001")
    async with house.database.transaction(workspace.id) as connection:
        stream = await connection.fetchval(
            "SELECT order_id FROM retour.orders WHERE workspace_id = $1", workspace.id
        )
        await connection.execute(_WITHDRAWALS["erase_events"], workspace.id, stream)
    after = words(await shop.call("GET", path))
    assert name not in after
    assert "[erased]" in after
    assert ret["settlement"]["total"] in after
    assert order["currency"] in after


async def test_words_of_strangers_are_never_markup(shop: Client) -> None:
    """What a title or a name says is printed as it stands, whatever it looks like."""
    line = {**order_body(1)["lines"][0], "title": _HOSTILE}
    await shop.ask("PUT", "/paper-settings", {"name": _HOSTILE, "footer": _HOSTILE})
    customer = {"email": "x@example.com", "name": "#panic() ]] }} \u202eevil\u0001\n\u65e5\u672c"}
    ret = await settled(shop, lines=[line], customer=customer)
    said = words(await shop.call("GET", f"/settlements/{ret['settlement']['id']}/memo.pdf"))
    plain = "".join(said.split())
    assert "".join(_HOSTILE.split()) in plain
    assert "#panic()]]}}evil\u25a1\u25a1" in plain


async def test_who_sends_stands_on_it(shop: Client) -> None:
    """Name, address, tax number and picture are the workspace's own."""
    png, headers = encoded(gradient(64, 32), "PNG"), {"content-type": "image/png"}
    logo = await shop.ask("PUT", "/paper-settings/logo", png, headers=headers)
    assert len(logo["logo"]) == 64
    said = {"name": "Lampen GmbH", "address": ["Weg 1", "Berlin"], "vat_id": "DE999"}
    kept = await shop.ask("PUT", "/paper-settings", said)
    assert kept["logo"] == logo["logo"]
    ret = await settled(shop)
    answer = await shop.call("GET", f"/settlements/{ret['settlement']['id']}/memo.pdf")
    printed = words(answer)
    for one in ("Weg 1", "Berlin", "VAT ID DE999", "Lampen GmbH"):
        assert one in printed
    assert len(PdfReader(io.BytesIO(answer.body)).pages[0].images) == 1


async def test_patterns_that_would_repeat_a_number_are_refused(shop: Client) -> None:
    """In words that say what would happen."""
    for pattern, yearly in (
        ("CN", True),
        ("CN-{number}", True),
        ("{number}{number}", False),
        ("#{number}", False),
        ("{number}{month}", False),
    ):
        body = {"credit_note_numbers": {"pattern": pattern, "yearly": yearly}}
        refused = await shop.call("PUT", "/paper-settings", body)
        assert refused.pointers == {"/credit_note_numbers/pattern": "bad_value"}, pattern
    await settled(shop)
    later = {"memo_numbers": {"pattern": "M{number}", "yearly": False}}
    refused = await shop.call("PUT", "/paper-settings", later)
    assert "may have been given" in refused.json["errors"][0]["detail"]
    kept = await shop.ask("GET", "/paper-settings")
    assert kept["memo_numbers"]["pattern"] == "SM-{year}-{number:6}"
    assert kept["next"] == {"memo": 2, "credit_note": 2}


async def test_documents_are_listed_by_kind(shop: Client) -> None:
    """Newest settlements first, a page at a time."""
    numbers: list[str] = []
    for nth in range(3):
        ret = await settled(shop, f"20{nth}")
        numbers.append(ret["settlement"]["credit_note_number"])
    page = await shop.ask("GET", "/papers", query="limit=2")
    assert [one["number"] for one in page["data"]] == numbers[:0:-1]
    rest = await shop.ask("GET", "/papers", query=f"limit=2&cursor={page['next_cursor']}")
    assert [one["number"] for one in rest["data"]] == numbers[:1]
    assert rest["next_cursor"] is None
    memos = await shop.ask("GET", "/papers", query="kind=memo")
    assert [one["number"][:3] for one in memos["data"]] == ["SM-"] * 3


async def test_shoppers_print_it_by_their_own_link(shop: Client) -> None:
    """The link of the return is the right to its memo; before there is one there is nothing."""
    ret = await settled(shop, until="propose_settlement")
    link = await shop.ask("POST", f"/returns/{ret['id']}/shopper-link", {})
    path = f"/v1/shopper/{link['token']}/memo.pdf"
    early = await call(shop.app, "GET", path)
    assert (early.status, early.code) == (404, "not_found")
    ret = await shop.ask("POST", f"/returns/{ret['id']}/confirm_settlement")
    said = await call(shop.app, "GET", path)
    own = await shop.call("GET", f"/settlements/{ret['settlement']['id']}/memo.pdf")
    assert said.body == own.body
    assert ret["settlement"]["memo_number"] in words(said)
    forged = path[: -len("x/memo.pdf")] + "x/memo.pdf"
    assert (await call(shop.app, "GET", forged)).status == 404
