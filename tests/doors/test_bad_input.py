"""Bodies that are no requests: each a problem that names what is wrong, and nothing written."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from retour.api.limits import BODY_BYTES_MAX
from retour.kernel.fields import ERRORS_MAX
from tests.doors.client import Answer, Client, call
from tests.support.running import order_body

if TYPE_CHECKING:
    from retour.desk.house import House
    from tests.support.pg import Workspace

TABLES = (
    "workspace",
    "api_key",
    "policy",
    "facility",
    "orders",
    "order_line",
    "payment",
    "returns",
    "event",
    "subscription",
    "subscription_version",
    "delivery",
    "idempotency",
    "sandbox_fault",
)


@pytest_asyncio.fixture
async def untouched(house: House, workspace: Workspace) -> AsyncIterator[None]:
    """Hold the test to it: not one row more, fewer or other when it ends."""
    before = await _rows(house, workspace)
    yield
    assert await _rows(house, workspace) == before


async def _rows(house: House, workspace: Workspace) -> Mapping[str, object]:
    async with house.database.transaction(workspace.id) as connection:
        return {
            table: await connection.fetchval(
                f"SELECT array_agg(md5(t::text) ORDER BY md5(t::text)) FROM retour.{table} t"
            )
            for table in TABLES
        }


UNREADABLE = {
    "half": b'{"order_number": "1',
    "no JSON": b"order_number=1",
    "nothing but space": b"  ",
    "trailing": b'{"order_number": "1"} {}',
    "trailing comma": b'{"order_number": "1",}',
    "single quotes": b"{'order_number': '1'}",
    "comment": b'{"order_number": "1"} // one',
    "leading zero": b'{"order_number": 01}',
    "control character": b'{"order_number": "\x01"}',
    "not UTF-8": b'{"order_number": "\xff\xfe"}',
    "UTF-16": '{"order_number": "1"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"order_number": "1"}',
    "NaN": b'{"order_number": "1", "lines": [{"line": "1", "quantity": NaN}]}',
    "Infinity": b'{"order_number": "1", "lines": [{"line": "1", "quantity": -Infinity}]}',
    "deep lists": b"[" * 100_000,
    "deep lists, closed": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "deep in a known field": b'{"lines": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep in an unknown field": b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep, but not absurdly": b'{"x": ' + b"[" * 200 + b"]" * 200 + b"}",
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
@pytest.mark.usefixtures("untouched")
async def test_what_is_no_json_is_unreadable(shop: Client, body: bytes) -> None:
    """400, in words, for a return and for an order alike."""
    for method, path in (("POST", "/returns"), ("PUT", "/orders/1")):
        answer = await shop.call(method, path, body)
        assert (answer.status, answer.code) == (400, "unreadable"), answer


async def test_what_a_parser_says_badly_is_said_well(shop: Client) -> None:
    """The words name the depth and the mark, not an exception."""
    answer = await shop.call("POST", "/returns", UNREADABLE["deep in an unknown field"])
    assert "nested too deeply" in answer.json["detail"]
    marked = await shop.call("POST", "/returns", UNREADABLE["byte order mark"])
    assert "byte order mark" in marked.json["detail"]


WRONG: dict[str, tuple[bytes, dict[str, str]]] = {
    "a list": (b"[]", {"": "wrong_type"}),
    "a string": (b'"order"', {"": "wrong_type"}),
    "null": (b"null", {"": "wrong_type"}),
    "nothing": (b"", {"/order_number": "missing", "/lines": "missing"}),
    "empty": (b"{}", {"/order_number": "missing", "/lines": "missing"}),
    "everything at once": (
        (
            b'{"order_number": 7, "origin": "moon", "wings": 2,'
            b' "lines": [{"quantity": 0}, {"line": "", "quantity": "2", "reason": 1}, 5]}'
        ),
        {
            "/order_number": "wrong_type",
            "/origin": "bad_value",
            "/wings": "unknown_field",
            "/lines/0/line": "missing",
            "/lines/0/quantity": "out_of_range",
            "/lines/1/line": "too_short",
            "/lines/1/quantity": "wrong_type",
            "/lines/1/reason": "wrong_type",
            "/lines/2": "wrong_type",
        },
    ),
    "no lines": (b'{"order_number": "1", "lines": []}', {"/lines": "too_short"}),
    "an unknown name with a slash": (
        b'{"order_number": "1", "lines": [{"line": "1", "quantity": 1}], "a/b~c": 1}',
        {"/a~1b~0c": "unknown_field"},
    ),
    "too long a word": (
        json.dumps({"order_number": "1" * 256, "lines": [{"line": "1", "quantity": 1}]}).encode(),
        {"/order_number": "too_long"},
    ),
    "too many lines": (
        json.dumps({"order_number": "1", "lines": [{"line": "1", "quantity": 1}] * 501}).encode(),
        {"/lines": "too_long"},
    ),
    "attributes that are no strings": (
        b'{"order_number": "1", "lines": [{"line": "1", "quantity": 1}], "attributes": {"a": 1}}',
        {"/attributes/a": "wrong_type"},
    ),
}


@pytest.mark.parametrize(("body", "pointers"), WRONG.values(), ids=WRONG.keys())
@pytest.mark.usefixtures("untouched")
async def test_every_wrong_field_is_named_at_once(
    shop: Client, body: bytes, pointers: dict[str, str]
) -> None:
    """422 with a pointer, a code and words for each."""
    answer = await shop.call("POST", "/returns", body)
    assert (answer.status, answer.code) == (422, "invalid_request")
    assert answer.pointers == pointers
    assert all(error["detail"] for error in answer.json["errors"])


QUANTITIES = {
    "negative": (b"-1", "out_of_range"),
    "zero": (b"0", "out_of_range"),
    "fractional": (b"1.5", "wrong_type"),
    "a whole fraction": (b"1.0", "wrong_type"),
    "an exponent": (b"1e0", "wrong_type"),
    "10^400": (b"1e400", "wrong_type"),
    "minus 10^400": (b"-1e400", "wrong_type"),
    "400 digits": (b"9" * 400, "wrong_type"),
    "5000 digits": (b"9" * 5000, "wrong_type"),
    "20 digits": (b"9" * 20, "out_of_range"),
    "one too many": (b"100001", "out_of_range"),
    "a string": (b'"1"', "wrong_type"),
    "true": (b"true", "wrong_type"),
    "null": (b"null", "wrong_type"),
    "a list": (b"[1]", "wrong_type"),
}


@pytest.mark.parametrize(("quantity", "code"), QUANTITIES.values(), ids=QUANTITIES.keys())
@pytest.mark.usefixtures("untouched")
async def test_a_quantity_is_a_sensible_integer(shop: Client, quantity: bytes, code: str) -> None:
    """Nothing is rounded, nothing is guessed."""
    body = b'{"order_number": "1", "lines": [{"line": "1", "quantity": %b}]}' % quantity
    answer = await shop.call("POST", "/returns", body)
    assert answer.status == 422
    assert answer.pointers == {"/lines/0/quantity": code}


TEXTS = {
    "NUL": b"a\\u0000b",
    "a high surrogate": b"\\ud800",
    "a low surrogate": b"\\uDC00",
    "surrogates the wrong way round": b"\\udc00\\ud800",
    "a surrogate before a letter": b"\\ud83dx",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.usefixtures("untouched")
async def test_text_that_nothing_can_carry_is_named(shop: Client, text: bytes) -> None:
    """In a value and in a name, wherever it stands."""
    lines = b'"lines": [{"line": "1", "quantity": 1, "reason": "%b"}]' % text
    body = b'{"order_number": "%b", %b}' % (text, lines)
    answer = await shop.call("POST", "/returns", body)
    assert answer.status == 422
    assert answer.pointers == {"/order_number": "bad_text", "/lines/0/reason": "bad_text"}
    order = json.dumps({**order_body(1), "attributes": {"NAME": "x"}}).encode()
    named = await shop.call("PUT", "/orders/1", order.replace(b"NAME", text))
    assert named.status == 422
    assert named.pointers == {"/attributes": "bad_text"}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.usefixtures("untouched")
async def test_an_unknown_name_that_nothing_can_carry_is_shown_mended(
    shop: Client, text: bytes
) -> None:
    """The answer itself stays text that can be sent."""
    answer = await shop.call("POST", "/returns", b'{"%b": 1}' % text)
    assert answer.status == 422
    assert "unknown_field" in answer.pointers.values()
    assert any("\ufffd" in pointer for pointer in answer.pointers)


async def test_escaped_text_that_is_well_formed_is_taken(shop: Client) -> None:
    """A surrogate pair is one character; a backslash before u0000 is only a backslash."""
    body = order_body(1)
    body["lines"][0]["title"] = "TITLE"
    sent = json.dumps(body).encode().replace(b"TITLE", b"\\ud83d\\ude00 \\\\u0000 \\\\ud800")
    order = await shop.ask("PUT", "/orders/1", sent)
    assert order["lines"][0]["title"] == "\U0001f600 \\u0000 \\ud800"


INSTANTS = {
    "no offset": ("2026-11-20T12:00:00", "no_offset"),
    "no time": ("2026-11-20", "bad_value"),
    "no day": ("2026-02-30T12:00:00Z", "bad_value"),
    "words": ("yesterday", "bad_value"),
    "the first year": ("0001-01-01T00:00:00+14:00", "out_of_range"),
    "the last year": ("9999-12-31T23:59:59-14:00", "out_of_range"),
    "a number": (1_700_000_000, "wrong_type"),
}


@pytest.mark.parametrize(("at", "code"), INSTANTS.values(), ids=INSTANTS.keys())
@pytest.mark.usefixtures("untouched")
async def test_an_instant_has_an_offset_and_a_sensible_year(
    shop: Client, at: object, code: str
) -> None:
    """Named where it stands, alone or beside another mistake."""
    answer = await shop.call("PUT", "/orders/1", {**order_body(1), "delivered_at": at})
    assert (answer.status, answer.pointers) == (422, {"/delivered_at": code})
    both = await shop.call("PUT", "/orders/1", {**order_body(1), "delivered_at": at, "x": 1})
    assert both.pointers == {"/delivered_at": code, "/x": "unknown_field"}


@pytest.mark.usefixtures("untouched")
async def test_every_amount_and_reference_of_an_order_is_checked(shop: Client) -> None:
    """What types cannot know is named the same way."""
    body: Any = order_body(1)
    body["lines"][0] |= {"unit_price": "1e400", "discount": "-1", "tax_rate": "NaN"}
    body["payments"][0]["captured"] = "9" * 32
    body["shipments"] = [{"id": "s", "lines": [{"line": "nine", "quantity": 1}]}]
    answer = await shop.call("PUT", "/orders/1", body)
    assert answer.status == 422
    assert answer.pointers == {
        "/lines/0/unit_price": "bad_amount",
        "/lines/0/discount": "bad_amount",
        "/lines/0/tax_rate": "bad_tax_rate",
        "/payments/0/captured": "bad_amount",
        "/shipments/0/lines/0/line": "unknown_line",
    }


async def test_over_return_is_refused(shop: Client, house: House, workspace: Workspace) -> None:
    """409 over_return, by one line twice as by two requests; nothing is written."""
    await shop.ask("PUT", "/orders/1", order_body(2))
    piece = {"line": "1", "quantity": 1, "reason": "x"}
    before = await _rows(house, workspace)
    for lines in ([{**piece, "quantity": 3}], [piece, piece, piece]):
        answer = await shop.call("POST", "/returns", {"order_number": "1", "lines": lines})
        assert (answer.status, answer.code) == (409, "over_return"), answer
    assert await _rows(house, workspace) == before
    await shop.ask("POST", "/returns", {"order_number": "1", "lines": [piece, piece]})
    again = await shop.call("POST", "/returns", {"order_number": "1", "lines": [piece]})
    assert (again.status, again.code) == (409, "over_return")


@pytest.mark.usefixtures("untouched")
async def test_unknown_orders_lines_and_policies_are_named(shop: Client) -> None:
    """422: no state of this order makes the request right."""
    piece = {"line": "1", "quantity": 1}
    answer = await shop.call("POST", "/returns", {"order_number": "none", "lines": [piece]})
    assert (answer.status, answer.code) == (422, "unknown_order")
    assert answer.pointers == {"/order_number": "unknown_order"}
    policy = {"order_number": "none", "policy": "none", "lines": [piece]}
    assert (await shop.call("POST", "/returns", policy)).code == "unknown_policy"


@pytest.mark.usefixtures("untouched")
async def test_a_body_is_json_in_utf_8_or_refused(shop: Client) -> None:
    """415 for any other type; +json and a missing type are fine."""
    body = b'{"order_number": "none", "lines": [{"line": "1", "quantity": 1}]}'
    for content_type in (
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "json",
    ):
        answer = await shop.call("POST", "/returns", body, {"content-type": content_type})
        assert (answer.status, answer.code) == (415, "unsupported_media_type"), content_type
    for content_type in (
        "application/json; charset=UTF-8",
        "Application/JSON",
        "application/vnd.shop+json",
        'application/json;charset="utf-8"',
    ):
        answer = await shop.call("POST", "/returns", body, {"content-type": content_type})
        assert answer.code == "unknown_order", content_type
    bare = {"authorization": f"Bearer {shop.token}"}
    answer = await call(shop.app, "POST", shop.path("/returns"), body, bare)
    assert answer.code == "unknown_order"


@pytest.mark.usefixtures("untouched")
async def test_a_body_in_parts_is_limited_too(shop: Client) -> None:
    """A megabyte is taken (and here unreadable); one byte more is not."""
    key = {"authorization": f"Bearer {shop.token}"}
    part = b" " * (1 << 16)
    full = [part] * (BODY_BYTES_MAX // len(part))
    answer = await call(shop.app, "POST", shop.path("/returns"), full, key)
    assert answer.code == "unreadable"
    answer = await call(shop.app, "POST", shop.path("/returns"), [*full, b" "], key)
    assert (answer.status, answer.code) == (413, "body_too_large")
    answer = await call(shop.app, "POST", shop.path("/returns"), b" " * 5_000_000, key)
    assert (answer.status, answer.code) == (413, "body_too_large")


@pytest.mark.usefixtures("untouched")
async def test_a_flood_of_wrong_fields_is_answered_in_bounds(shop: Client) -> None:
    """A hundred thousand mistakes: the first hundred are named, in little time and space."""
    many = {f"wing{index}": index for index in range(40_000)}
    answer = await shop.call("POST", "/returns", many)
    assert answer.status == 422
    assert len(answer.json["errors"]) == ERRORS_MAX
    assert len(answer.body) < 50_000


@pytest.mark.usefixtures("untouched")
async def test_long_values_are_not_echoed_whole(shop: Client) -> None:
    """A problem never carries the request back."""
    answer = await shop.call("POST", "/returns", {"origin": "x" * 100_000, "y" * 100_000: 1})
    assert answer.status == 422
    assert _longest_detail(answer) < 300


def _longest_detail(answer: Answer) -> int:
    return max(len(error["detail"]) for error in answer.json["errors"])


@pytest.mark.usefixtures("untouched")
async def test_query_parameters_are_refused_by_name(shop: Client) -> None:
    """A filter with a typing error is never everything."""
    for query, pointers in (
        ("stats=requested", {"/stats": "unknown_parameter"}),
        ("status=requested&status=settled", {"/status": "duplicate"}),
        ("status=flying", {"/status": "bad_value"}),
        ("sku=%00", {"/sku": "bad_text"}),
        ("sku=%ff", {"": "bad_value"}),
        ("q=" + "x" * 9000, {"": "bad_value"}),
        ("limit=0", {"/limit": "out_of_range"}),
        ("limit=201", {"/limit": "out_of_range"}),
        ("limit=1000000000", {"/limit": "out_of_range"}),
        ("limit=000000001999999", {"/limit": "out_of_range"}),
        ("limit=000000001" + "9" * 5000, {"/limit": "out_of_range"}),
        ("limit=%D9%A1", {"/limit": "out_of_range"}),
        ("cursor=%21", {"/cursor": "bad_cursor"}),
        ("updated_since=yesterday", {"/updated_since": "bad_value"}),
        ("updated_since=2026-11-20T12:00:00", {"/updated_since": "no_offset"}),
    ):
        answer = await shop.call("GET", "/returns", query=query)
        assert (answer.status, answer.pointers) == (422, pointers), query
