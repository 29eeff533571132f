"""ChannelEngine: the official client through our way out, against a stateful stand-in."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

import pytest
from channelengine_merchant_api_client.api.return_api import ReturnApi
from channelengine_merchant_api_client.api_client import ApiClient
from channelengine_merchant_api_client.configuration import Configuration
from channelengine_merchant_api_client.models import (
    CollectionOfMerchantReturnResponse,
    CollectionOfMerchantSingleOrderReturnResponse,
)

from retour.gateways.channelengine import Declared, Fault, Judged, Told, Trouble
from retour.gateways.channelengine.client import ChannelEngine
from tests.gateways.clients import client_with
from tests.support.channelengine_server import (
    ENCODE,
    KEY,
    REASONS,
    STATUSES,
    ChannelEngineServer,
    channelengine_running,
)

DECLARED = Declared(
    order_number="M-1",
    rma_number="RMA-7",
    lines=(("SKU-1", 1),),
    reason="WRONG_SIZE",
    incl_vat=Decimal("19.99"),
    excl_vat=Decimal("16.52"),
)


@contextlib.asynccontextmanager
async def account(
    key: str = KEY,
) -> AsyncGenerator[tuple[ChannelEngineServer, ChannelEngine]]:
    async with channelengine_running() as market, client_with(allow="127.0.0.0/8") as http:
        market.order("M-1", ("SKU-1", 3, "19.99"), ("SKU-2", 1, "5.00"))
        yield market, ChannelEngine(http, market.url, key)


async def test_returns_are_read_page_by_page() -> None:
    async with account() as (market, ours):
        for _ in range(101):
            market.returned("M-1", ("SKU-1", 1))
        first = await ours.returns(since=market.now)
        second = await ours.returns(since=market.now, page=2)

        assert isinstance(first, Told)
        assert isinstance(second, Told)
        assert (len(first.content), len(second.content), first.total) == (100, 1, 101)
        assert first.content[0].channel_order_no == "C-M-1"


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("status", STATUSES)
async def test_every_word_and_every_null_is_read(reason: str, status: str) -> None:
    async with account() as (market, ours):
        made = market.returned("M-1", ("SKU-1", 0), reason=reason, Status=status)
        market.returned("M-1", ("SKU-2", 1), CustomerComment="x" * 4001, ExtraData={"a": "b"})
        found = await ours.returns()

        assert isinstance(found, Told)
        bare, full = found.content
        assert (bare.id, bare.reason, bare.status) == (made, reason, status)
        assert (bare.customer_comment, bare.acknowledged_date) == (None, None)
        assert (full.extra_data, len(full.customer_comment or "")) == ({"a": "b"}, 4001)
        assert full.lines is not None
        assert full.lines[0].order_line is not None
        assert full.lines[0].order_line.unit_price_incl_vat == Decimal("5.00")


async def test_a_return_is_acknowledged_judged_once_and_read_back() -> None:
    async with account() as (market, ours):
        made = market.returned("M-1", ("SKU-1", 3))
        judged = [Judged(product="SKU-1", accepted=2, rejected=1)]
        assert await ours.acknowledge(made, "RMA-1") == Told(None)
        assert await ours.judge(made, judged) == Told(None)
        again = await ours.judge(made, judged)
        found = await ours.returns_of("M-1")

        assert isinstance(again, Fault)
        assert again.trouble is Trouble.REFUSED
        assert "already been handled" in again.words
        assert len(market.puts) == 1
        assert isinstance(found, Told)
        (one,) = found.content
        assert one.lines is not None
        assert (one.status, one.merchant_return_no) == ("RECEIVED", "RMA-1")
        assert (one.lines[0].accepted_quantity, one.lines[0].rejected_quantity) == (2, 1)


async def test_a_return_of_ours_is_declared_with_its_amounts_as_they_are() -> None:
    async with account() as (market, ours):
        assert await ours.declare(DECLARED) == Told(None)
        found = await ours.returns_of("M-1")

        assert isinstance(found, Told)
        (one,) = found.content
        assert (one.refund_incl_vat, one.refund_excl_vat) == (Decimal("19.99"), Decimal("16.52"))
        assert (one.reason, one.merchant_return_no) == ("WRONG_SIZE", "RMA-7")
        assert len(market.posts) == 1


async def test_amounts_are_written_digit_by_digit() -> None:
    """The client's models hold money as floats, which know no more than some fifteen digits."""
    asked = replace(DECLARED, incl_vat=Decimal("9007199254740993.01"), excl_vat=Decimal("0.10"))
    async with account() as (market, ours):
        assert not isinstance(await ours.declare(asked), Fault)

    (post,) = market.posts
    assert (str(post["RefundInclVat"]), str(post["RefundExclVat"])) == (
        "9007199254740993.01",
        "0.10",
    )


@pytest.mark.parametrize(
    ("fault", "trouble", "booked"),
    [
        ("rate", Trouble.LATER, 0),
        ("trouble", Trouble.LOST, 0),
        ("trouble_after", Trouble.LOST, 1),
        ("before", Trouble.LOST, 0),
        ("after", Trouble.LOST, 1),
    ],
)
async def test_what_is_known_is_told_from_what_is_not(
    fault: str, trouble: Trouble, booked: int
) -> None:
    async with account() as (market, ours):
        market.faults.append(fault)
        said = await ours.declare(DECLARED)

        assert isinstance(said, Fault)
        assert said.trouble is trouble
        assert said.after_s == (1 if fault == "rate" else None)
        assert len(market.posts) == booked


async def test_an_order_is_read_with_its_amounts_as_they_are() -> None:
    async with account() as (_, ours):
        found = await ours.order("M-1")

        assert isinstance(found, Told)
        (one,) = found.content
        assert (one.merchant_order_no, one.total_incl_vat) == ("M-1", Decimal("64.97"))
        assert await ours.order("M-2") == Told((), 0)


async def test_a_wrong_key_is_told_without_saying_it() -> None:
    async with account("other-key") as (_, ours):
        said = await ours.returns()

        assert isinstance(said, Fault)
        assert said.trouble is Trouble.STRANGER
        assert "other-key" not in said.words


async def test_what_their_model_forbids_is_never_sent() -> None:
    async with account() as (market, ours):
        said = await ours.judge(5000, [Judged(product="x" * 65, accepted=1, rejected=0)])

        assert isinstance(said, Fault)
        assert said.trouble is Trouble.REFUSED
        assert market.asked == []


async def test_validation_errors_are_words() -> None:
    async with account() as (market, ours):
        market.whole_only.add(1)
        made = market.returned("M-1", ("SKU-1", 2))
        said = await ours.judge(made, [Judged(product="SKU-1", accepted=1, rejected=1)])

        words = "ChannelEngine says: Lines: This channel does not support partial acceptance."
        assert said == Fault(trouble=Trouble.REFUSED, words=words)


class _Preloaded:
    """Their own transport's answer, which today's urllib3 does not let it read any more."""

    def __init__(self, status: int, data: bytes) -> None:
        self.status = status
        self.data = data

    def getheader(self, name: str, default: str | None = None) -> str | None:
        return "application/json; charset=utf-8" if name == "content-type" else default


async def test_their_models_and_ours_read_the_same() -> None:
    """Each generated model of the returns API is filled by the stand-in, and read on both sides."""
    async with account() as (market, ours):
        market.returned("M-1", ("SKU-1", 2), CustomerComment="torn", ExtraData={"k": "v"})
        await ours.acknowledge(5000, "RMA-1")
        await ours.judge(5000, [Judged(product="SKU-1", accepted=1, rejected=1)])
        await ours.declare(DECLARED)
        listed, single = await ours.returns(), await ours.returns_of("M-1")
        assert isinstance(listed, Told)
        assert isinstance(single, Told)

        api = ReturnApi(ApiClient(Configuration(host=market.url, api_key={"apiKey": KEY})))
        for path, read, kind in (
            (
                "/v2/returns?creatorType=ONLY_FROM_CHANNEL",
                listed,
                CollectionOfMerchantReturnResponse,
            ),
            (
                "/v2/returns/merchant/M-1",
                single,
                CollectionOfMerchantSingleOrderReturnResponse,
            ),
        ):
            target = f"/api{path}{'&' if '?' in path else '?'}apikey={KEY}"
            answered = market.answer("GET", target, b"")
            assert answered is not None
            raw = ENCODE.encode(answered[1])
            theirs = api.api_client.deserialize(_Preloaded(200, raw), (kind,), _check_type=True)
            assert (theirs.status_code, theirs.success) == (200, True)
            for one, other in zip(theirs.content, read.content, strict=True):
                _alike(one, other)


def _alike(theirs: Any, ours: Any) -> None:  # noqa: ANN401 - models of two families
    """Compare field by field, models within models."""
    for name in theirs.attribute_map:
        if name not in theirs or not hasattr(ours, name):
            continue
        said: Any = theirs.get(name)
        read: Any = getattr(ours, name)
        if isinstance(said, list):
            for one, other in zip(cast("list[Any]", said), read, strict=True):
                _alike(one, other)
        elif hasattr(said, "attribute_map") and ("value",) not in said.allowed_values:
            _alike(said, read)
        else:
            plain = said.value if hasattr(said, "allowed_values") else said
            assert read == (Decimal(str(plain)) if isinstance(read, Decimal) else plain), name


async def test_a_declaration_is_said_once_on_a_kept_connection_that_dies() -> None:
    """A client would say it again by itself, and there is no key to make twice once."""
    async with account() as (market, ours):
        assert isinstance(await ours.returns(), Told)  # The connection is kept.
        market.faults.append("after")
        said = await ours.declare(DECLARED)

        assert isinstance(said, Fault)
        assert said.trouble is Trouble.LOST
        assert len(market.posts) == 1
