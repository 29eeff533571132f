"""Templates: every promised name is filled, and nobody needs to write one to be told something."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from liquid import Environment, StrictUndefined
from msgspec.structs import replace

from retour.dialects.catalogue import flattened
from retour.dialects.example_message import use_case_example
from retour.dialects.notification import DIALECT, WORDS
from retour.dialects.notification.customer_words import CUSTOMER_LANGUAGES
from retour.dialects.notification.languages import LANGUAGES
from retour.dialects.notification.texts import action, sources
from retour.dialects.notification.variables import NAMES, unknown_variables, variables
from retour.gateways.template_child import render
from retour.kernel.subscription import Template
from retour.lifecycle.model import EventType
from tests.support import samples
from tests.support.notifying import foreseen_example, sample

STRICT = Environment(undefined=StrictUndefined)
LINKS = {
    "authorize": "https://retour.example/authorize/x",
    "agent": "https://retour.example/a",
    "customer": "https://retour.example/p",
}
SPOKEN = sorted(DIALECT.vocabulary, key=str)
LANGUAGE_CODES = sorted(LANGUAGES)


def template(event: str = "return_requested", type: str = "email", **given: str) -> Template:
    return Template(id="tpl_1", event=event, type=type, **given)


def rendered(source: str, event_type: EventType) -> str:
    """Render as strictly as Liquid can: a name that is not there is an error."""
    return STRICT.from_string(source).render(**variables(samples.event(event_type), LINKS))


def test_the_catalogue_and_the_values_have_the_same_names() -> None:
    settled = variables(
        samples.event(EventType.RETURN_SETTLED),
        LINKS,
        foreseen=foreseen_example(),
    )
    message = variables(use_case_example())["message"]

    assert list(NAMES) == list(flattened({**settled, "message": message}))


@pytest.mark.parametrize("event_type", list(EventType))
def test_values_are_never_outside_the_catalogue(event_type: EventType) -> None:
    values = flattened(variables(samples.event(event_type)))
    parts = {name.partition(".")[0] for name in NAMES}

    assert set(values) <= set(NAMES) | parts


def test_links_are_nil_where_nobody_knows_them() -> None:
    assert variables(samples.event(EventType.RETURN_SETTLED))["links"] == {
        "authorize": None,
        "agent": None,
        "customer": None,
        "withdraw": None,
    }


def test_an_erased_event_fills_templates_too() -> None:
    values = variables(samples.erased(samples.event(EventType.RETURN_SETTLED)))

    assert values["customer"]["email"] == "[erased]"
    assert values["customer"]["name"] is None
    assert {line["comment"] for line in values["return"]["lines"]} == {None}


def test_a_reference_is_the_rma_number_once_it_may_be_shown() -> None:
    asked = variables(samples.event(EventType.RETURN_REQUESTED))["return"]
    allowed = variables(samples.event(EventType.RETURN_AUTHORIZED))["return"]

    assert (asked["rma_number"], asked["reference"]) == (None, "1")
    assert allowed["reference"] == allowed["rma_number"] == "R00000018"


@pytest.mark.parametrize("name", NAMES)
def test_every_known_name_is_known(name: str) -> None:
    item = name.replace("[]", "[0]").replace("*", "colour")

    assert unknown_variables([item]) == {}
    assert unknown_variables([name.partition(".")[0]]) == {}


@pytest.mark.parametrize(
    "name",
    [
        "return.lines",
        "return.lines[0].sku",
        "return.lines[i].sku",
        "return.lines[-1].sku",
        "return.lines.first.sku",
        "return.lines.size",
        "return['lines'][0]['title']",
        'order["number"]',
        "return.attributes['my own key']",
        "order.attributes.colour",
        "return",
    ],
)
def test_names_may_be_written_as_liquid_allows(name: str) -> None:
    assert unknown_variables([name]) == {}


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("retrun.status", "return.status"),
        ("return.rma", "return.rma_number"),
        ("custmer.email", "customer.email"),
        ("order_number", "order.number"),
        ("return.lines[0].skuu", "return.lines[].sku"),
        ("total", "settlement.total"),
        ("zzzzzz", None),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(name: str, nearest: str | None) -> None:
    assert unknown_variables([name, "return.id"]) == {name: nearest}


@given(st.text(max_size=60))
def test_any_name_can_be_asked_about(name: str) -> None:
    found = unknown_variables([name])

    assert set(found) <= {name}
    assert set(found.values()) <= {*NAMES, None} | {
        name[:end] for name in NAMES for end in range(len(name))
    }


@pytest.mark.parametrize("language", LANGUAGE_CODES)
@pytest.mark.parametrize("event_type", SPOKEN)
def test_every_event_is_said_without_a_template(event_type: EventType, language: str) -> None:
    (name,) = DIALECT.vocabulary[event_type]

    parts = sources(template(name, language=language))
    said = {part: rendered(source, event_type) for part, source in parts.items()}

    assert set(said) == {"subject", "body_text", "body_html"}
    for text in said.values():
        assert not re.search(r"[\[\]{}]", text), "every place is filled"
    assert "\n" not in said["subject"]
    for text in (said["body_text"], said["body_html"]):
        for fact in ("000100042", "Alex Jansen", "Desk lamp, brass"):
            assert fact in text
    assert LINKS["authorize"] in said["body_text"]
    known = variables(samples.event(event_type), LINKS)
    decide = LANGUAGES[language].decide
    assert action(template(name, language=language), known) == (decide, LINKS["authorize"])
    assert "<" not in said["body_text"]
    assert said["body_html"].count("<tr>") == said["body_html"].count("</tr>") == 3


@pytest.mark.parametrize("word", WORDS)
def test_each_language_says_it_in_its_own_words(word: str) -> None:
    said = {
        tuple(sources(template(word, language=language)).items()) for language in LANGUAGE_CODES
    }

    assert {"en", "nl", "de"} <= set(LANGUAGE_CODES)
    assert len(said) == len(LANGUAGE_CODES)


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("language", LANGUAGE_CODES)
@pytest.mark.parametrize("type", ["email", "chat"])
def test_our_own_texts_use_known_names_only(word: str, language: str, type: str) -> None:
    for source in sources(template(word, type, language=language)).values():
        names = STRICT.from_string(source).global_variable_paths()
        assert unknown_variables(names) == {}


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("nl-BE", "nl"), ("de_AT", "de"), ("EN", "en"), ("sv", "en"), ("", "en")],
)
def test_a_language_is_found_without_its_region(asked: str, spoken: str) -> None:
    assert sources(template(language=asked)) == sources(template(language=spoken))


def test_amounts_are_named_once_there_is_a_settlement() -> None:
    paid = sources(template("return_settled"))["body_text"]
    come = sources(template("return_received"))["body_text"]

    assert "Amount: €101.17" in rendered(paid, EventType.RETURN_SETTLED)
    assert "€" not in rendered(come, EventType.RETURN_RECEIVED)


def test_reasons_are_told_where_there_are_any() -> None:
    rejected = rendered(
        sources(template("return_rejected"))["body_text"], EventType.RETURN_REJECTED
    )

    assert "was rejected: Worn for longer than the policy allows." in rejected


def test_the_page_for_agents_stands_where_nothing_is_to_be_decided() -> None:
    source = sources(template("return_settled"))["body_text"]
    settled = samples.event(EventType.RETURN_SETTLED)
    said = [
        STRICT.from_string(source).render(**variables(settled, links))
        for links in (LINKS, {"agent": LINKS["agent"]}, {})
    ]

    assert [text.count("https://") for text in said] == [2, 1, 0]
    assert f"Approve or reject: {LINKS['authorize']}" in said[0]
    assert f"Open this return: {LINKS['agent']}" in said[1]


@pytest.mark.parametrize("language", CUSTOMER_LANGUAGES)
@pytest.mark.parametrize("word", WORDS)
def test_customers_are_told_in_their_language(word: str, language: str) -> None:
    """Without what is the merchant's business: addresses, links that decide, stock numbers."""
    of = template(word, language=language)
    known = variables(sample(word), LINKS)
    said = {
        part: STRICT.from_string(source).render(**known)
        for part, source in sources(of, to_customer=True).items()
    }

    assert set(said) == {"subject", "body_text", "body_html"}
    for text in said.values():
        assert not re.search(r"[\[\]{}]", text), "every place is filled"
        assert LINKS["authorize"] not in text
        assert LINKS["agent"] not in text
        assert "alex.jansen@" not in text
    assert "\n" not in said["subject"]
    assert LINKS["customer"] in said["body_text"]
    for text in (said["body_text"], said["body_html"]):
        assert ("shade" if word == "use_case_email" else "Desk lamp, brass") in text


@pytest.mark.parametrize("language", CUSTOMER_LANGUAGES)
def test_a_mail_has_one_button(language: str) -> None:
    """It leads to the label while a parcel is to be handed over, and to the return otherwise."""
    words = CUSTOMER_LANGUAGES[language]
    found: dict[str, tuple[str, str] | None] = {}
    message = variables(use_case_example(), LINKS)
    said = template("use_case_email", language=language)
    assert action(said, message, to_customer=True) == (words.open, LINKS["customer"])
    for word in ("return_requested", "label_created", "return_received"):
        known = variables(sample(word), LINKS)
        of = template(word, language=language)
        found[word] = action(of, known, to_customer=True)
        body = sources(of, to_customer=True)["body_html"]
        assert body.count("<!--action-->") == 1
        html = STRICT.from_string(body).render(**known)
        assert html.count(LINKS["customer"]) == (word == "label_created")

    label = variables(sample("label_created"))["shipment"]["label_url"]
    assert label.startswith("https://")
    assert found["label_created"] == (words.print, label)
    for word in ("return_requested", "return_received"):
        assert found[word] == (words.open, LINKS["customer"])
    assert action(template("return_received"), variables(sample("return_received"))) is None


@pytest.mark.parametrize("language", CUSTOMER_LANGUAGES)
def test_a_parcel_that_is_ready_is_told_by_its_way(language: str) -> None:
    """No label to print where a code, a driver or the shop does; nothing to do with what comes."""
    words, of = CUSTOMER_LANGUAGES[language], template("label_created", language=language)
    known = variables(sample("label_created"), LINKS)
    parts = sources(of, to_customer=True)
    told: dict[str, tuple[str, str]] = {}
    for way in ("label", "own", *words.ways):
        ours = {"direction": "outbound"} if way == "outbound" else {"method": way}
        ready = known | {"shipment": known["shipment"] | ours}
        said = {part: STRICT.from_string(source).render(**ready) for part, source in parts.items()}
        told[way] = (said["subject"], said["body_text"].partition("\n")[0])
        assert not re.search(r"[\[\]{}]", "".join(told[way])), "every place is filled"
        assert all(one in said["body_html"] for one in told[way])
        label = known["shipment"]["label_url"]
        is_printed = way in {"label", "own"}
        assert (f"{words.label}: {label}" in said["body_text"]) is is_printed
        assert (LINKS["customer"] in said["body_html"]) is is_printed, "beside the button"
        assert action(of, ready, to_customer=True) == {
            "label": (words.print, label),
            "own": (words.print, label),
            "pickup": (words.open, LINKS["customer"]),
            "outbound": (words.open, LINKS["customer"]),
        }.get(way, (words.code, LINKS["customer"]))

    assert told["own"] == told["label"], "a label of the merchant's own is a label"
    assert len(set(told.values())) == len(told) - 1 == 5
    for part in parts.values():
        assert STRICT.from_string(part).render(**known | {"shipment": None}), "of any return"


def test_a_mail_is_about_the_parcel_of_its_event() -> None:
    event = sample("label_created")
    ret = event.snapshot.ret
    assert ret is not None
    other = replace(ret.parcels[-1], id="pcl_other", tracking_number="LATER")
    later = replace(event.snapshot, ret=replace(ret, parcels=(*ret.parcels, other)))

    assert event.snapshot.details["parcel"] == ret.parcels[-1].id
    about = variables(replace(event, snapshot=later))["shipment"]
    assert about["tracking_number"] == ret.parcels[-1].tracking_number
    elsewhere = replace(later, details={})
    latest = variables(replace(event, snapshot=elsewhere))["shipment"]
    assert latest["tracking_number"] == "LATER"


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_staff_is_told_what_goes_back_to_a_customer(language: str) -> None:
    known = variables(sample("label_created"), LINKS)
    sent = known | {"shipment": known["shipment"] | {"direction": "outbound"}}
    source = sources(template("label_created", language=language))["body_text"]
    said = [STRICT.from_string(source).render(**one).partition("\n")[0] for one in (known, sent)]

    assert said[0] != said[1]
    assert "Alex Jansen" in said[1]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://cdn.shop.example/lamp.jpg?w=96&h=96", 1),
        ("http://cdn.shop.example/lamp.jpg", 0),
        ("javascript:alert(1)", 0),
        ('https://x.example/"><script>alert(1)</script>', 1),
        (None, 0),
    ],
)
def test_items_have_their_pictures(address: str | None, shown: int) -> None:
    """As the merchant's order has them, by https alone, and as nothing but a picture's address."""
    known = variables(sample("return_received"), LINKS)
    known["return"]["lines"][0]["image_url"] = address
    body = sources(template("return_received"), to_customer=True)["body_html"]

    html = render("body_html", body, known)

    assert html.count("<img") == shown
    assert "<script" not in html
    assert html.count('alt=""') == shown, "the name stands beside it"


def test_amounts_are_written_as_the_reader_does() -> None:
    event = samples.event(EventType.RETURN_SETTLED)
    english, german = (variables(event, language=one)["settlement"] for one in ("en", "de"))

    assert (english["total"], english["total_written"]) == ("101.17", "€101.17")
    assert german["total_written"] == "101,17\N{NO-BREAK SPACE}€"
    assert [line["name"] for line in german["lines"]] == ["Desk lamp, brass", "Mug “Größe L”"]
    assert all(line["written"].endswith("€") for line in german["lines"])


@pytest.mark.parametrize("word", WORDS)
def test_each_language_speaks_to_customers_in_its_own_words(word: str) -> None:
    said = {
        tuple(sources(template(word, language=language), to_customer=True).items())
        for language in CUSTOMER_LANGUAGES
    }

    assert list(CUSTOMER_LANGUAGES) == ["en", "de", "nl", "fr", "es", "it", "pl"]
    assert len(said) == len(CUSTOMER_LANGUAGES)


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("language", CUSTOMER_LANGUAGES)
def test_words_to_customers_use_known_names_only(word: str, language: str) -> None:
    for source in sources(template(word, language=language), to_customer=True).values():
        names = STRICT.from_string(source).global_variable_paths()
        assert unknown_variables(names) == {}


def test_what_a_merchant_writes_is_said_to_customers_too() -> None:
    own = template(subject="S", body="Dear {{ customer.name }}")

    assert sources(own, to_customer=True) == sources(own)


def test_a_chat_gets_a_title_and_a_sentence() -> None:
    parts = sources(template("return_received", "chat"))

    assert {
        part: rendered(source, EventType.RETURN_RECEIVED) for part, source in parts.items()
    } == {
        "subject": "Return R00000018 received",
        "body_text": "Items of order 000100042 have arrived. They are to be inspected next.",
    }


def test_merchants_words_replace_ours() -> None:
    both = sources(template(subject="S {{ return.id }}", body="B {{ return.id }}"))
    chat = sources(template(type="chat", body="C"))

    assert both["subject"] == "S {{ return.id }}"
    assert both["body_text"] == "B {{ return.id }}"
    assert chat == {"body_text": "C", "body_slack": "C"}


@pytest.mark.parametrize("form", ["json", "xml"])
def test_alerts_are_sent_as_they_are_unless_a_body_is_written(form: str) -> None:
    assert sources(template(type=form)) == {}
    assert sources(template(type=form, body="{{ return.id }}")) == {
        f"body_{form}": "{{ return.id }}"
    }


def test_plain_words_become_html_too() -> None:
    parts = sources(template(body="Dear {{ customer.name }},\n5 < 6 & more"))

    assert parts["body_text"] == "Dear {{ customer.name }},\n5 < 6 & more"
    assert parts["body_html"] == "Dear {{ customer.name }},<br>\n5 &lt; 6 &amp; more"


def test_html_becomes_plain_words_too() -> None:
    body = "<p>Dear <b>{{ customer.name }}</b> &amp; all</p><p>Yours<br>A</p>"

    parts = sources(template(body=body))

    assert parts["body_html"] == body
    assert parts["body_text"] == "Dear {{ customer.name }} & all\nYours\nA\n"


def test_liquid_itself_is_never_rewritten() -> None:
    logic = "{% if return.quantity < 3 and order.number > '1' %}few{% endif %}"

    plain, html = sources(template(body=logic)), sources(template(body=f"<p>{logic}</p>"))

    assert plain["body_html"] == logic
    assert html["body_text"] == f"{logic}\n"


def test_tags_inside_liquid_are_neither_counted_nor_removed() -> None:
    tagged = "{{ customer.name | append: '<br>' }}"

    plain, html = (
        sources(template(body=f"{tagged} & co")),
        sources(template(body=f"<p>{tagged}</p>")),
    )

    assert plain["body_text"] == f"{tagged} & co"
    assert plain["body_html"] == f"{tagged} &amp; co"
    assert html["body_text"] == f"{tagged}\n"
