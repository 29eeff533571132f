"""The page e-mails sit on."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.gateways.layout import ACTION, Brand, mail_layout

BRAND = Brand(name="Bücher & Co <b>", color="#12aB90", footer="Bücher GmbH\nStraße 1 <i>")


class Page(HTMLParser):
    """The elements and the visible text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._hidden = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._hidden += tag in {"style", "title"}

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "title"}

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def test_the_body_stands_on_the_brands_page() -> None:
    """The merchant's markup as it is, every other text as text."""
    body = "<h1>Received</h1><p>We have <a href='https://x.example/'>it</a>.</p>"

    text = mail_layout("Hi <x>", body, BRAND, language="de", preview="Your & parcel")
    page = Page(text)

    assert body in text
    assert "Bücher & Co <b>" in page.text
    assert "Bücher GmbHStraße 1 <i>" in page.text
    assert "Your & parcel" in page.text
    assert "<title>Hi &lt;x&gt;</title>" in text
    assert "de" == page.of("html")[0]["lang"]
    assert "#12aB90" in text
    assert [] == page.of("b") == page.of("i") == page.of("x")


def test_the_page_calls_nobody() -> None:
    """No font, script, picture or style from elsewhere: opening a mail tells nobody."""
    page = Page(mail_layout("t", "b", BRAND))

    assert [] == page.of("script") == page.of("link") == page.of("img") == page.of("iframe")
    text = mail_layout("t", "b", BRAND)
    assert "url(" not in text
    assert "@import" not in text
    assert "http://" not in text.replace("http://www.w3.org/", "")


def test_the_page_is_fit_for_dark_screens_and_narrow_ones() -> None:
    """It says so, and brings colours for both."""
    text = mail_layout("t", "b", BRAND)
    names = {meta.get("name"): meta.get("content") for meta in Page(text).of("meta")}

    assert "light dark" == names["color-scheme"] == names["supported-color-schemes"]
    assert "width=device-width" in str(names["viewport"])
    assert "prefers-color-scheme: dark" in text


def test_a_logo_stands_for_the_name_and_says_it() -> None:
    """Those who load no pictures read the name."""
    brand = Brand(name='A "quoted" shop', logo_url="https://cdn.example/logo.png?a=1&b=2")

    (logo,) = Page(mail_layout("t", "b", brand)).of("img")

    assert ("https://cdn.example/logo.png?a=1&b=2", 'A "quoted" shop') == (logo["src"], logo["alt"])


@pytest.mark.parametrize(
    "color", ["red", "#fff", "#1234567", "#12345g", "#123456;x:y", "url(x)", ""]
)
def test_a_colour_is_six_digits(color: str) -> None:
    """It lands in a style, where anything longer could say more."""
    with pytest.raises(ValueError, match="#rrggbb"):
        Brand(name="x", color=color)


@pytest.mark.parametrize(
    "url", ["http://x.example/a.png", "javascript:alert(1)", "//x/a.png", "https://x/a b", 'https://"']
)  # fmt: skip
def test_a_logo_is_an_https_address(url: str) -> None:
    """Nothing else belongs into a picture's source."""
    with pytest.raises(ValueError, match="https"):
        Brand(name="x", logo_url=url)


@given(
    st.text(max_size=30) | st.sampled_from(["[[body]]", "[[title]]", "\\1", "<script>", '"><b>'])
)
def test_no_text_opens_a_slot_or_an_element(text: str) -> None:
    """All slots are filled in one pass, and filled with text."""
    plain = Page(mail_layout("x", "B0DY", Brand(name="x", footer="x"), preview="x"))
    brand = Brand(name=text, footer=text)

    page = Page(mail_layout(text, "B0DY", brand, language=text, preview=text))

    breaks = len(page.of("br"))
    assert [tag for tag, _ in plain.elements if tag != "br"] == [
        tag for tag, _ in page.elements if tag != "br"
    ]
    assert breaks == len(plain.of("br")) + max(0, len(text.splitlines()) - 1)
    assert 1 == page.text.count("B0DY")


@given(st.text(max_size=30) | st.sampled_from(['"><b>', "<!--action-->", "[[body]]"]))
def test_a_button_and_the_foot_are_text_too(text: str) -> None:
    """Whatever labels and addresses say, they are one link each."""
    brand = Brand(name="x", links=((text, f"https://x.example/{text}"),))

    page = Page(
        mail_layout("t", f"B0DY{ACTION}", brand, action=(text, f"https://y.example/{text}"))
    )

    button, foot = page.of("a")
    assert (button["href"], foot["href"]) == (
        f"https://y.example/{text}",
        f"https://x.example/{text}",
    )
    assert page.of("b") == []


def test_a_button_stands_once_and_only_where_there_is_one() -> None:
    body = f"<p>B0DY</p>{ACTION}{ACTION}"

    assert "<a" not in mail_layout("t", body, BRAND)
    assert ACTION not in mail_layout("t", f"B0DY{ACTION}", BRAND)
    assert (
        len(Page(mail_layout("t", body, BRAND, action=("Go", "https://x.example/"))).of("a")) == 1
    )


def test_a_button_is_readable_where_style_sheets_are_unknown() -> None:
    brand = Brand(name="x", ground="#FFD400", on_ground="#1C1C1A", edge="#868680", radius="2px")

    page = Page(mail_layout("t", ACTION, brand, action=("Go", "https://x.example/")))

    (link,) = page.of("a")
    (cell,) = [one for one in page.of("td") if one.get("bgcolor") == "#FFD400"]
    assert "color:#1C1C1A" in str(link["style"])
    assert "border:1px solid #868680" in str(cell["style"])
    assert "border-radius:2px" in str(cell["style"])
