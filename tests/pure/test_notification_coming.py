"""Goods that are to come are spoken of by the way they come: sent, brought, fetched, kept."""

from __future__ import annotations

import re

import pytest
from liquid import Environment, StrictUndefined
from msgspec.structs import replace

from retour.dialects.notification.coming import COMING
from retour.dialects.notification.customer_words import CUSTOMER_LANGUAGES
from retour.dialects.notification.languages import LANGUAGES
from retour.dialects.notification.texts import action, sources
from retour.dialects.notification.variables import variables
from retour.lifecycle.model import Direction, ParcelMethod, ParcelStatus, Reception, Return
from tests.support import samples
from tests.support.notifying import sample, template, told_by_way

STRICT = Environment(undefined=StrictUndefined)
LINKS = {"customer": "https://retour.example/p"}
SEND = {
    "en": r"\bsend\b",
    "de": r"\b(einzu)?senden\b",
    "nl": r"\bstuur|\bsturen\b",
    "fr": r"\benvoy",
    "es": r"\benv[ií]",
    "it": r"\bspedi",
    "pl": r"\bwyśl|\bwysłanie|\bnada",
}
BRING = {
    "en": r"\bbring\b",
    "de": r"\bbringen\b",
    "nl": r"\bbreng",
    "fr": r"\bapporte",
    "es": r"\btr[aá](ig|er|i)",
    "it": r"\bporta",
    "pl": r"\bprzynie[sś]",
}


@pytest.mark.parametrize("language", CUSTOMER_LANGUAGES)
def test_goods_are_asked_for_by_the_way_they_come(language: str) -> None:
    """Nobody is told to send what they bring, what is fetched, or what they keep."""
    coming = CUSTOMER_LANGUAGES[language].coming
    assert set(coming["return_authorized"]) == set(COMING)
    for word in ("return_authorized", "return_reminder", "return_expiring"):
        told = {way: told_by_way(word, language, way)[1:-2] for way in ("label", *coming[word])}
        assert len(set(told.values())) == len(told)
        for way in coming[word]:
            opening, *last = (line.lower() for line in told[way])
            assert bool(re.search(SEND[language], opening)) is (way == "own"), opening
            for line in (opening, *last):
                assert bool(re.search(BRING[language], line)) is (way == "virtual"), line
    inspected = told_by_way("return_processed", language, "here")
    kept = told_by_way("return_processed", language, "kept")
    assert inspected == told_by_way("return_processed", language, "label")
    assert all(one != other for one, other in zip(kept[:2], inspected[:2], strict=True))


def test_the_way_goods_come_is_known_by_parcel_wish_or_offer() -> None:
    """The newest parcel that lives says it, then what was asked for; kept and here come first."""
    asked = samples.ret_of(sample("return_authorized"))
    with_parcel = samples.ret_of(sample("label_created"))
    (parcel,) = with_parcel.parcels

    def of(ret: Return, *, reception: Reception | None = None, **said: object) -> str | None:
        lines = tuple(
            replace(line, units=tuple(replace(unit, reception=reception) for unit in line.units))
            for line in ret.lines
        )
        event = samples.with_return(
            sample("return_authorized"),
            replace(ret, **said, **({} if reception is None else {"lines": lines})),
        )
        way: str | None = variables(event)["return"]["way"]
        return way

    assert of(asked) is None
    assert [of(asked, method=one) for one in ParcelMethod] == [one.value for one in ParcelMethod]
    own = replace(parcel, method=ParcelMethod.OWN)
    assert of(asked, method=ParcelMethod.VIRTUAL, parcels=(parcel,)) == "label"
    assert of(asked, parcels=(own,)) == "label", "with a label of the merchant's own"
    assert of(asked, parcels=(replace(own, label_url=None),)) == "own"
    back = replace(parcel, direction=Direction.OUTBOUND)
    void = replace(parcel, status=ParcelStatus.VOIDED)
    assert of(asked, method=ParcelMethod.VIRTUAL, parcels=(back, void)) == "virtual"
    assert of(with_parcel, reception=Reception.WAIVED) == "kept"
    assert of(with_parcel, reception=Reception.RECEIVED) == "here"


def test_nobody_is_led_to_the_label_of_goods_they_keep() -> None:
    known = variables(sample("label_created"), LINKS)
    said = template("return_authorized")
    source = sources(said, to_customer=True)["body_text"]
    labels: list[tuple[bool, tuple[str, str] | None]] = []
    for way in ("label", "kept"):
        values = known | {"return": known["return"] | {"way": way}}
        text = STRICT.from_string(source).render(**values)
        labels.append(("Label: https://" in text, action(said, values, to_customer=True)))

    assert labels[0] == (True, ("Get your label", known["shipment"]["label_url"]))
    assert labels[1] == (False, ("Follow the return", LINKS["customer"]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_staff_is_told_by_the_way_goods_come(language: str) -> None:
    known = variables(sample("return_authorized"), LINKS)
    for word in LANGUAGES[language].coming:
        source = sources(template(word, "chat", language=language))["body_text"]
        told = {
            way: STRICT.from_string(source).render(
                **known | {"return": known["return"] | {"way": way}}
            )
            for way in (None, *LANGUAGES[language].coming[word])
        }
        assert len(set(told.values())) == len(told) > 1
