"""Kibo's article shows six messages; ours have their keys, types and nulls."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, cast

import pytest

from tests.support.kibo import Body
from tests.support.kibo_tales import (
    accepted,
    cleared,
    deleted,
    errored,
    of_word,
    plain,
    reopened,
)

_HEAD = "eventTypeID:s status:s source:s orderID:s shipmentID:s externalOrderID:s returnID:s"
_TAIL = "orderType:n data:n scope:{mfgID:s catalogID:s}"
_BARE = "{returnItemID:s itemID:s quantity:s status:s reason:s partNumber:s upc:n sku:n}"
_FULL = _BARE.replace("upc:n sku:n", "upc:s sku:s")
_NOWHERE = "returnLocationID:n externalStoreID:n returnLocationName:n"
_STORE = _NOWHERE.replace(":n", ":s")

EXAMPLES = {
    "return_created": (
        f"{_HEAD} manufacturerID:s catalogID:s retailerID:s {_NOWHERE}"
        f" createdTime:s acceptedTime:n clearedTime:n returnItems:[{_BARE}] {_TAIL}"
    ),
    "return_accepted": (
        f"{_HEAD} manufacturerID:s catalogID:s retailerID:s {_STORE}"
        f" createdTime:s acceptedTime:s clearedTime:n returnItems:[{_BARE}] {_TAIL}"
    ),
    "return_deleted": (
        f"{_HEAD} manufacturerID:s catalogID:s retailerID:n {_NOWHERE} returnTotal:#"
        f" createdTime:s acceptedTime:n clearedTime:n returnItems:[{_BARE}] {_TAIL}"
    ),
    "return_cleared": (
        f"{_HEAD} manufacturerID:s catalogID:s retailerID:s {_STORE}"
        f" createdTime:s acceptedTime:s clearedTime:s returnItems:[{_BARE}] {_TAIL}"
    ),
    "return_reopened": (
        f"{_HEAD} manufacturerID:s catalogID:s retailerID:s {_NOWHERE}"
        f" createdTime:s acceptedTime:n clearedTime:n returnItems:[{_FULL} {_FULL} {_FULL}] {_TAIL}"
    ),
    "return_errored": (
        f"{_HEAD} manufacturerID:s catalogID:s retailerID:s {_STORE} returnTotal:#"
        f" createdTime:s acceptedTime:s clearedTime:n returnItems:[{_FULL} {_FULL}]"
        " orderType:s data:n scope:{mfgID:s catalogID:s}"
    ),
}
"""Keys in their order, each with its type: string, null, # number, object, array."""


_LEAVES: Final[dict[type, str]] = {type(None): "n", str: "s", Decimal: "#"}


def shape(value: object) -> str:
    """Write a body's keys and types as the examples are written above."""
    if isinstance(value, list):
        return f"[{' '.join(map(shape, cast('list[object]', value)))}]"
    if isinstance(value, dict):
        return "{" + keys(cast("Body", value)) + "}"
    return _LEAVES[type(value)]


def keys(body: Body) -> str:
    """Write an object's keys in their order, each with its type."""
    return " ".join(f"{key}:{shape(value)}" for key, value in body.items())


TALES = {
    "return_created": plain,
    "return_accepted": accepted,
    "return_deleted": deleted,
    "return_cleared": cleared,
    "return_reopened": reopened,
    "return_errored": errored,
}


@pytest.mark.parametrize("word", list(EXAMPLES))
def test_a_message_has_the_keys_types_and_nulls_of_its_example(word: str) -> None:
    """Repaired in the examples, and nowhere else different from them.

    - ``return_created`` shows ``returnID`` without quotes, as ``01010101``, which no parser of JSON
      reads; it is a string like in the other five.
    - ``return_errored`` shows another ``scope.mfgID`` than ``manufacturerID``; they are one thing.
    - Four show ``sku`` as null.  An order line of ours always has a SKU, and it is told.
    """
    expected = EXAMPLES[word].replace("upc:n sku:n", "upc:n sku:s")

    body = of_word(TALES[word](), word)

    assert expected == keys(body)
    assert body["eventTypeID"] == word
    assert body["scope"]["mfgID"] == body["manufacturerID"]


def test_values_are_the_examples() -> None:
    created, taken, paid = (
        of_word(cleared(), word) for word in ("return_created", "return_accepted", "return_cleared")
    )
    no, again, failed = of_word(deleted(), "return_deleted"), reopened().last, errored()

    assert [one["status"] for one in (created, taken, paid, no, again)] == [
        "Open",
        "Accepted",
        "Cleared",
        "Deleted",
        "Open",
    ]
    assert of_word(failed, "return_errored")["status"] == "Accepted"
    assert (created["source"], again["source"]) == ("ADMIN", "CCUI")
    assert (created["orderID"], created["shipmentID"]) == ("012345", "543210")
    assert created["createdTime"] == "2018-07-23 14:34:30"
    assert taken["acceptedTime"] == "2018-07-23 14:34:41"
    assert paid["clearedTime"] == "2018-07-24 07:35:09"
    assert (paid["createdTime"], paid["acceptedTime"]) == (
        created["createdTime"],
        taken["acceptedTime"],
    )
    assert (taken["returnLocationID"], taken["externalStoreID"], taken["returnLocationName"]) == (
        "11111",
        "1",
        "ZZZ Store 1",
    )
    assert created["returnItems"][0]["quantity"] == "2.00"
    assert created["returnItems"][0]["partNumber"] == "TestProduct1"
    assert no["returnTotal"] == Decimal("899.99")
    assert of_word(failed, "return_errored")["returnTotal"] == Decimal("373.05")
    assert [item["status"] for item in again["returnItems"]] == ["pending"] * 3
    assert [item["partNumber"] for item in again["returnItems"]] == [
        "0123456789",
        "0987654321",
        "01020304",
    ]
    assert again["returnItems"][0]["sku"] == "3030303-0922"
