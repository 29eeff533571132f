"""Every generated model of the returns API, filled by chance, reads the same in our mapping.

What is filled in comes from the models themselves: their types, enums, nulls and limits, so a model
that gains a word gains it here as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import msgspec
from channelengine_merchant_api_client.api_client import ApiClient
from channelengine_merchant_api_client.configuration import Configuration
from channelengine_merchant_api_client.models import (
    CollectionOfMerchantReturnResponse,
    CollectionOfMerchantSingleOrderReturnResponse,
    MerchantReturnAcknowledgeRequest,
    MerchantReturnRequest,
    MerchantReturnUpdateRequest,
    ReturnReason,
    ReturnStatus,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from retour.gateways.channelengine import Declared, Judged, Told
from retour.gateways.channelengine.client import ChannelEngine
from retour.gateways.channelengine.messages import Collection, ReturnRead
from retour.gateways.exchange import HttpReply, HttpRequest
from retour.sandbox.channelengine.answers import REASONS, STATUSES

_THEIRS = ApiClient(Configuration(host="http://127.0.0.1/api", api_key={"apiKey": "key"}))
_OURS = msgspec.json.Decoder(Collection[ReturnRead])
_ENCODE = msgspec.json.Encoder(decimal_format="number")
_NEEDED = frozenset({"id", "quantity"})
"""Without these nobody could say which return it is, or how much."""
_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)
_AT = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001 - made aware
    lambda at: at.replace(tzinfo=UTC).isoformat()
)
_AMOUNT = st.decimals(0, 999_999_999, places=2)
_PLAIN: Mapping[object, st.SearchStrategy[Any]] = {
    str: _TEXT,
    bool: st.booleans(),
    int: st.integers(0, 2**31 - 1),
    float: _AMOUNT,
    datetime: _AT,
    type(None): st.none(),
}


def _values(model: Any, name: str, types: tuple[Any, ...]) -> st.SearchStrategy[Any]:  # noqa: ANN401 - generated models have no types
    """Give what a field may be, with its limits."""
    limits = model.validations.get((name,), {})
    kinds: list[st.SearchStrategy[Any]] = []
    for one in types:
        if one is str and "max_length" in limits:
            long = st.sampled_from(["", "x" * limits["max_length"]])
            kinds.append(long | st.text("ab ü€", max_size=limits["max_length"]))
        elif isinstance(one, list):
            kinds.append(st.lists(_filled(cast("Any", one[0])), max_size=3))
        elif isinstance(one, dict):
            kinds.append(st.dictionaries(_TEXT, _TEXT, max_size=3))
        elif one in _PLAIN:
            kinds.append(_PLAIN[one])
        else:
            kinds.append(_filled(one))
    return st.one_of(kinds)


def _later(model: Any, name: str, types: tuple[Any, ...]) -> st.SearchStrategy[Any]:  # noqa: ANN401 - as above
    """Give the same when it is asked for: models hold models."""
    return st.deferred(lambda: _values(model, name, types))


def _filled(model: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - as above
    """Fill a model: what may be null may also be left out."""
    words = model.allowed_values.get(("value",))
    if words is not None:
        return st.sampled_from(sorted(words.values()))
    needed: dict[str, st.SearchStrategy[Any]] = {}
    loose: dict[str, st.SearchStrategy[Any]] = {}
    for name, kinds in _types(model).items():
        said = model.attribute_map[name]
        is_loose = type(None) in kinds and name not in _NEEDED
        (loose if is_loose else needed)[said] = _later(model, name, kinds)
    return st.fixed_dictionaries(needed, optional=loose)


def _types(model: Any) -> dict[str, tuple[Any, ...]]:  # noqa: ANN401 - as above
    types: Any = model.openapi_types
    return cast("dict[str, tuple[Any, ...]]", types() if callable(types) else types)


def _item(collection: Any) -> Any:  # noqa: ANN401 - as above
    return _types(collection)["content"][0][0]


class _Answered:
    """Their own transport's answer, as its decoder takes it."""

    status = 200

    def __init__(self, data: bytes) -> None:
        self.data = data

    def getheader(self, name: str, default: str | None = None) -> str | None:
        return "application/json; charset=utf-8" if name == "content-type" else default


def _read_alike(collection: Any, filled: list[dict[str, Any]]) -> None:  # noqa: ANN401 - as above
    raw = _ENCODE.encode(
        {"StatusCode": 200, "Success": True, "Content": filled, "TotalCount": len(filled)}
    )
    theirs = _THEIRS.deserialize(_Answered(raw), (collection,), _check_type=True)
    ours = _OURS.decode(raw)
    assert (theirs.total_count, theirs.success) == (ours.total_count, ours.success)
    for one, other in zip(theirs.content, ours.content or (), strict=True):
        _alike(one, other)


def _alike(theirs: Any, ours: Any) -> int:  # noqa: ANN401 - models of two families
    """Compare field by field, models within models; gives how many were compared."""
    seen = 0
    for name in theirs.attribute_map:
        if name not in theirs or not hasattr(ours, name):
            continue
        said: Any = theirs.get(name)
        read: Any = getattr(ours, name)
        seen += 1
        if isinstance(said, list):
            for one, other in zip(cast("list[Any]", said), read, strict=True):
                assert one.value == other if _is_word(one) else _alike(one, other)
        elif hasattr(said, "attribute_map") and not _is_word(said):
            assert _alike(said, read)
        else:
            plain = said.value if _is_word(said) else said
            assert read == (Decimal(str(plain)) if isinstance(read, Decimal) else plain), name
    return seen


def _is_word(said: object) -> bool:
    return ("value",) in getattr(said, "allowed_values", ())


@settings(max_examples=25, deadline=None)
@given(st.lists(_filled(_item(CollectionOfMerchantReturnResponse)), max_size=3))
def test_what_is_listed_reads_the_same(filled: list[dict[str, Any]]) -> None:
    _read_alike(CollectionOfMerchantReturnResponse, filled)


@settings(max_examples=25, deadline=None)
@given(st.lists(_filled(_item(CollectionOfMerchantSingleOrderReturnResponse)), max_size=3))
def test_what_an_order_has_reads_the_same(filled: list[dict[str, Any]]) -> None:
    _read_alike(CollectionOfMerchantSingleOrderReturnResponse, filled)


def test_their_words_are_the_ones_we_know() -> None:
    """A word that a later client knows is to be looked at, not stumbled over."""
    for model, words in ((ReturnReason, REASONS), (ReturnStatus, STATUSES)):
        known = cast("Any", model).allowed_values["value",]
        assert set(words) == set(known.values())


# -------------------------------------------------------------------- what we say


class _Kept:
    """A wire that keeps what would have left, and says yes."""

    def __init__(self) -> None:
        self.sent: list[HttpRequest] = []

    async def send(self, request: HttpRequest) -> HttpReply:
        """Keep it."""
        self.sent.append(request)
        return HttpReply(status=200, body=b'{"StatusCode":200,"Success":true}')


def _said(model: Any, kept: _Kept) -> Any:  # noqa: ANN401 - as above
    """Read what we said by their model, which checks its limits."""
    (sent,) = kept.sent
    return _THEIRS.deserialize(_Answered(sent.body), (model,), _check_type=True)


_NUMBER = st.text("AB-01", min_size=1, max_size=50)
_PRODUCT = st.text("ab ü€", min_size=1, max_size=64)
_COUNT = st.integers(0, 2**31 - 1)


@settings(max_examples=25, deadline=None)
@given(
    st.builds(
        Declared,
        order_number=_NUMBER,
        rma_number=_NUMBER,
        lines=st.lists(st.tuples(_PRODUCT, _COUNT), min_size=1, max_size=4).map(tuple),
        reason=st.sampled_from(REASONS),
        incl_vat=_AMOUNT,
        excl_vat=_AMOUNT,
    )
)
def test_a_declaration_is_what_their_model_reads(asked: Declared) -> None:
    kept = _Kept()
    assert asyncio.run(ChannelEngine(kept, "http://h/api", "key").declare(asked)) == Told(None)
    said = _said(MerchantReturnRequest, kept)
    assert (said.merchant_order_no, said.merchant_return_no) == (
        asked.order_number,
        asked.rma_number,
    )
    assert tuple((one.merchant_product_no, one.quantity) for one in said.lines) == asked.lines
    assert said.reason.value == asked.reason
    written = msgspec.json.decode(kept.sent[0].body, type=dict[str, Any], strict=False)
    assert Decimal(str(written["RefundInclVat"])) == asked.incl_vat
    assert Decimal(str(written["RefundExclVat"])) == asked.excl_vat


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 2**31 - 1),
    st.lists(
        st.builds(Judged, product=_PRODUCT, accepted=_COUNT, rejected=_COUNT),
        min_size=1,
        max_size=4,
    ),
)
def test_a_judgement_is_what_their_model_reads(return_id: int, judged: list[Judged]) -> None:
    kept = _Kept()
    told = asyncio.run(ChannelEngine(kept, "http://h/api", "key").judge(return_id, judged))
    assert told == Told(None)
    said = _said(MerchantReturnUpdateRequest, kept)
    assert said.return_id == return_id
    assert judged == [
        Judged(
            product=one.merchant_product_no,
            accepted=one.accepted_quantity,
            rejected=one.rejected_quantity,
        )
        for one in said.lines
    ]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31 - 1), _NUMBER)
def test_an_acknowledgement_is_what_their_model_reads(return_id: int, number: str) -> None:
    kept = _Kept()
    told = asyncio.run(ChannelEngine(kept, "http://h/api", "key").acknowledge(return_id, number))
    assert told == Told(None)
    said = _said(MerchantReturnAcknowledgeRequest, kept)
    assert (said.return_id, said.merchant_return_no) == (return_id, number)
