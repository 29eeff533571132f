"""fulfillmenttools' own samples, brought about by real returns and compared field by field.

The samples are those of its article on returns with events.  Two are mended, for each lacks a
comma: the first update after its ItemReturn's id, the second after ``reasons``.  The samples leave
fields out and say so; so each field of theirs must be in ours, not the reverse.  Ids differ, but
name the same things: each of theirs stands for one of ours throughout an order, and for no other.
Versions differ too, for every event counts here: only their order is compared.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final, cast

from retour.lifecycle.commands import (
    Command,
    ConfirmSettlement,
    FinishReceipt,
    Inspect,
    Judgement,
    LineAsked,
    ProposeSettlement,
    ReasonGiven,
    Receive,
    Request,
    StartRefund,
    UnitsJudged,
    UnitsSeen,
)
from retour.lifecycle.model import Executor, OrderLine, Origin
from tests.support.job_story import JobStory, Json, an_order, sold

_SAMPLES: Final = Path(__file__).parents[1] / "support" / "item_return_jobs"
_NAMES: Final = frozenset(
    {"id", "processRef", "originFacilityRefs", "returnFacilityRef", "itemReturnJobLineItemRefs"}
)
_OURS: Final = frozenset({"version", "shortId", "eventId"})

DISLIKED: Final = ReasonGiven(
    text="Don't like product",
    localized={"de_DE": "Artikel gefällt nicht", "en_US": "Don't like product"},
)
WRONG: Final = ReasonGiven(
    text="Wrong delivery", localized={"de_DE": "Falsch geliefert", "en_US": "Wrong delivery"}
)
DAMAGED: Final = ReasonGiven(
    text="Damaged", localized={"de_DE": "Artikel beschädigt", "en_US": "Damaged"}
)


class Sameness:
    """Which of our names stands for which of theirs, within one order."""

    def __init__(self) -> None:
        self._ours: dict[str, str] = {}

    def check(self, name: str, ours: Json) -> None:
        """Compare a message with a sample, all of its fields."""
        text = (_SAMPLES / f"{name}.json").read_text()
        self._compare(name, json.loads(text, parse_float=Decimal), ours)
        assert len(set(self._ours.values())) == len(self._ours), "two of theirs are one of ours"

    def _compare(self, where: str, theirs: object, ours: object, key: str = "") -> None:
        match theirs:
            case dict():
                fields = cast("Json", theirs)
                assert fields.keys() <= cast("Json", ours).keys(), where
                for name, value in fields.items():
                    self._compare(f"{where}/{name}", value, cast("Json", ours)[name], name)
            case list():
                pairs = zip(cast("list[Json]", theirs), cast("list[Json]", ours), strict=True)
                for n, (value, other) in enumerate(pairs):
                    self._compare(f"{where}/{n}", value, other, key)
            case str() if key in _NAMES:
                assert self._ours.setdefault(theirs, str(ours)) == ours, where
            case _ if key not in _OURS:
                assert type(theirs) is type(ours), where
                assert theirs == ours, where
            case _:
                assert type(theirs) is type(ours), where


def article(sku: str, title: str, picture: str, price: int = 100) -> OrderLine:
    return sold(sku, 1, price, title=title, image_url=f"https://picsum.photos/id/{picture}")


def brought(
    sku: str, reason: ReasonGiven, acceptance: Judgement, condition: Mapping[str, str] | None = None
) -> tuple[Command, ...]:
    """Give what a shop does with one piece brought back by hand."""
    localized = dict(condition or {})
    judged = UnitsJudged(
        line=sku,
        quantity=1,
        acceptance=acceptance,
        condition=localized.get("en_US"),
        condition_localized=localized,
    )
    return (
        Request(
            order_number="any",
            origin=Origin.WAREHOUSE,
            lines=(LineAsked(line=sku, quantity=1, reasons=(reason,)),),
        ),
        Receive(units=(UnitsSeen(line=sku, quantity=1),)),
        Inspect(units=(judged,)),
        FinishReceipt(),
    )


def test_a_job_is_created_and_two_returns_come_to_two_facilities() -> None:
    story = JobStory(
        an_order(
            article("TG560052", "TechGlow Smartwatch Ultra", "0/5000/3333"),
            article("NT420074", "NovaTech Smartphone 2000 Pro", "20/3670/2462"),
            number="ORDER-1234",
        )
    )
    same = Sameness()
    same.check("created", story.told[0])
    assert story.told[0]["payload"]["version"] == 1

    story.act(*brought("TG560052", DISLIKED, "accepted"))
    same.check("first_return", story.told[-1])

    story.next_return()
    told = WRONG.__class__(text=WRONG.text, localized=WRONG.localized, comment="did not order this")
    story.act(*brought("NT420074", told, "accepted"), place="central")
    same.check("second_return", story.told[-1])

    versions = [one["payload"]["version"] for one in story.told]
    assert versions == sorted(set(versions))
    assert len({one["eventId"] for one in story.told}) == len(story.told)
    assert all(one["returnable"] == 0 for one in story.told[-1]["payload"]["returnableLineItems"])
    story.next_return()
    refusal = story.tried(brought("NT420074", told, "accepted")[:1], place="central")
    assert refusal is not None
    assert refusal.code == "over_return"


def test_a_quality_check_waits_and_rejects() -> None:
    line = article("CS0114141", "CyberSense Wireless Mouse", "63/5000/2813")
    story = JobStory(an_order(line, number="ORDER-2222", facility="hub"))
    same = Sameness()
    condition = {"de_DE": "Beschädigt", "en_US": "Damaged"}

    story.act(*brought("CS0114141", DAMAGED, "waiting_for_input", condition))
    same.check("quality_check", story.told[-1])

    unit = story.ret.lines[0].units[0].id
    story.act(Inspect(units=(UnitsJudged(unit=unit, acceptance="rejected"),)))
    same.check("rejected", story.told[-1])
    assert story.events[-1].type == "return.processed"


def test_a_refund_is_started_and_with_that_closed_where_the_merchant_pays() -> None:
    line = article("PP591833623", "PowerPro USB Stick 512 GB", "17/2500/1667", 4995)
    story = JobStory(an_order(line, number="ORDER-3333", executor=Executor.EXTERNAL))

    story.act(*brought("PP591833623", WRONG, "accepted"))
    story.act(ProposeSettlement(), ConfirmSettlement(), StartRefund())

    updated, triggered = story.told[-2:]
    Sameness().check("refund", updated)
    job, trigger = updated["payload"], triggered["payload"]
    (item_return,) = job["itemReturns"]
    assert triggered["event"] == "REFUND_TRIGGERED"
    assert trigger == {
        "created": job["lastModified"],
        "refundedLineItems": item_return["returnedLineItems"],
        "returnFacilityRef": item_return["returnFacilityRef"],
        "itemReturnRef": item_return["id"],
        "itemReturnJobRef": job["id"],
        "itemReturnJobVersion": job["version"],
        "tenantOrderId": "ORDER-3333",
    }
    assert triggered["eventId"] != updated["eventId"]
