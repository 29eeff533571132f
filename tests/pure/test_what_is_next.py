"""What a return's page says comes next fits the facts: by way to send it, status and language."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from retour.dialects.portal.languages import FOLLOWING, LANGUAGES
from retour.dialects.portal.next_words import NEXTS, next_of, next_said
from retour.dialects.shopper_view import shopper_view
from retour.lifecycle.commands import (
    Authorize,
    Command,
    FinishReceipt,
    WaiveReceipt,
)
from retour.lifecycle.model import (
    Approval,
    Outcome,
    ParcelMethod,
    Policy,
    RejectedChoice,
    ReturnStatus,
)
from retour.lifecycle.parcels.bodies import CreateLabel, RecordLabel, Ship, Track
from retour.policy.shopper import ShopperTerms
from tests.support.returns import NOON, UTC, Journey, accept, judge, receive

if TYPE_CHECKING:
    from collections.abc import Sequence

LABEL = {
    "en": "label",
    "de": "Etikett",
    "nl": "label",
    "fr": "étiquette",
    "pl": "etykiet",
    "es": "etiqueta",
    "it": "etichetta",
}
"""How each language calls a label; a sentence without it asks for none."""
SPEAKS_OF_LABELS = {
    "authorized",
    "label_wanted",
    "label_coming",
    "label_later",
    "drop_off",  # Where none is needed.
    "virtual",
}
NEEDS_NONE = {"own", "pickup", "locker", "together", "kept", "choose", "nothing_due", "photos"}
SENT = {
    None: "own",
    ParcelMethod.LABEL: "label_later",
    ParcelMethod.OWN: "own",
    ParcelMethod.DROP_OFF: "drop_off",
    ParcelMethod.LOCKER: "locker",
    ParcelMethod.PICKUP: "pickup",
    ParcelMethod.VIRTUAL: "virtual",
}
"""What is said of each way, while it is the shopper's turn and no label can be asked for."""
CHOICES = tuple(RejectedChoice)
S = ReturnStatus


def begun(method: ParcelMethod | None, *plan: Command, labels: int = 0) -> Journey:
    """Begin a return that comes back in some way, and do a plan to it."""
    terms = ShopperTerms(rejected_options=CHOICES, labels=labels)
    policy = Policy(shopper=terms, keep_item=True, approval=Approval.MANUAL)
    journey = Journey(policy=policy).requested(a=2)
    journey.state = replace(journey.state, ret=replace(journey.ret, method=method))
    for one in plan:
        journey.do(one)
    return journey


def seen(journey: Journey) -> dict[str, Any]:
    """Show it as its shopper sees it."""
    until = NOON + timedelta(days=90)
    return shopper_view(journey.state, merchant="Lamps", expires_at=until, at=NOON, zone=UTC)


def walk(status: ReturnStatus) -> Sequence[Command]:
    """Give the way to a status, as the shop goes it."""
    way: dict[ReturnStatus, tuple[Command, ...]] = {
        S.AUTHORIZED: (Authorize(),),
        S.SHIPPED: (Ship(),),
        S.TRACKED: (Track(code="in_transit"),),
        S.RECEIVED: (receive(a=2),),
        S.PROCESSED: (accept("a", 2), FinishReceipt()),
    }
    plan: list[Command] = []
    for reached, steps in way.items():
        plan += steps
        if reached is status:
            return plan
    return ()


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("status", [S.REQUESTED, S.AUTHORIZED, S.SHIPPED, S.RECEIVED, S.PROCESSED])
@pytest.mark.parametrize("method", SENT)
def test_each_way_says_what_is_to_be_done(
    method: ParcelMethod | None, status: ReturnStatus, language: str
) -> None:
    ret = seen(begun(method, *walk(status)))
    assert ret["status"] == status.value

    name = next_of(ret)
    said = next_said(name, language)

    assert name == (SENT[method] if status is S.AUTHORIZED else status.value)
    asks = LABEL[language].casefold() in said.casefold()
    assert asks == (name in SPEAKS_OF_LABELS), said


@pytest.mark.parametrize("language", sorted(NEXTS))
def test_every_language_has_every_sentence(language: str) -> None:
    words = NEXTS[language]

    assert set(words) == set(NEXTS["en"])
    assert len(set(words.values())) == len(words)
    assert not set(words) & set(FOLLOWING[language].nexts)
    said = {name for name, text in words.items() if LABEL[language] in text.casefold()}
    said |= {name for name, text in words.items() if LABEL[language] in text}
    assert said == SPEAKS_OF_LABELS & set(words)
    assert not said & NEEDS_NONE


def test_a_label_is_spoken_of_as_far_as_it_is() -> None:
    told = list[str]()
    journey = begun(ParcelMethod.LABEL, Authorize(), labels=2)
    told.append(next_of(seen(journey)))
    journey.do(CreateLabel())
    told.append(next_of(seen(journey)))
    (parcel,) = seen(journey)["parcels"]
    journey.do(RecordLabel(parcel=parcel["id"], outcome="created", tracking_number="T1"))
    told.append(next_of(seen(journey)))

    assert told == ["label_wanted", "label_coming", "authorized"]


def test_goods_in_the_parcel_of_another_return_need_no_label() -> None:
    ret = seen(begun(ParcelMethod.LABEL, Authorize(), labels=2))

    assert next_of(ret, is_beside=True) == "together"


def test_what_was_judged_is_said_with_what_follows() -> None:
    kept = begun(None, Authorize(), WaiveReceipt())
    refused = begun(None, Authorize(), receive(a=2), judge("a", 2, "rejected"), FinishReceipt())
    instead = begun(None, *walk(S.PROCESSED))
    wished = replace(instead.ret, outcome=Outcome.EXCHANGE)
    instead.state = replace(instead.state, ret=wished)

    assert [next_of(seen(one)) for one in (kept, refused, instead)] == [
        "kept",
        "choose",
        "exchange",
    ]
    told = {**seen(refused), "rejected": None}
    assert next_of(told) == "nothing_due"
