"""What readers of a sound mail may stumble over is said before anybody reads it."""

from __future__ import annotations

import pytest

from retour.desk.notifications.linting import warnings
from retour.desk.notifications.mail_lints import HTML_SHOWN, of_page
from retour.store.telling_notifications import TemplateBody


def codes(body: str, subject: str = "It came") -> list[str]:
    said = TemplateBody(
        event="return_received", type="email", profiles=(), subject=subject, body=body
    )
    return [one.code for one in warnings(said)]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('<a href="https://lamps.shop/">x</a><a href="mailto:a@lamps.shop">y</a>', []),
        (
            '<a href="https://shop.example/">x</a><a href="mailto:a@b.example">y</a>',
            ["bad_link"] * 2,
        ),
        ('<a href="https://www.example.com/?a=1">x</a><a href="https://">y</a>', ["bad_link"] * 2),
        ('<a href="https://[/">x</a><a href="#">y</a><a href=" ">z</a>', ["bad_link"] * 3),
        ("<a class='b' href='javascript:go()'>x</a>", ["bad_link"]),
        ('<a href="https://{{ order.channel }}.example/">x</a>', []),
        ('<a href="{{ return.url }}">x</a>', []),
        ('<a href="http://shop.example/">x</a><a href="/account">y</a>', ["bad_link"] * 2),
        ('<img src="https://shop.example/a.png" alt="">', []),
        ('<img src="a.png">', ["bad_image", "image_without_words"]),
        ("<script>alert(1)</script>", ["dropped_tag"]),
        ('<p style="color: #777777">x</p>', ["low_contrast"]),
        ('<p style="color:#767676">x</p>', []),
        ("<p style='color:#fff;background-color:#ffd400'>x</p>", ["low_contrast"]),
        ("<p style='color: Black; background: yellow'>x</p>", ["low_contrast_dark"]),
        ("<span style='color: Black; background: yellow'>x</span>", []),
        ("<span style='color:#5c5c57'>x</span>", ["low_contrast_dark"]),
        ("<span style='color:#7d7d77'>x</span>", ["low_contrast"]),
        ("<p style='color:#5c5c57'>x</p>", []),
        ("<p style='background:#000'>x</p>", ["low_contrast"]),
        ("<p style='background:#000;color:white'>x</p>", []),
        ("<p style='color:#fff;background:url(x)'>x</p>", []),
        ("<p style='color:#fff;background:rebeccapurple'>x</p>", []),
        ("<p style='background-color:#eee'>x</p>", ["low_contrast_dark"]),
    ],
)
def test_a_mail_s_words_are_looked_over(body: str, found: list[str]) -> None:
    assert codes(body) == found


def test_a_subject_is_as_long_as_programs_show() -> None:
    assert codes("", "x" * 78 + "{{ return.number }}") == []
    assert codes("", "x" * 79) == ["long_subject"]


def test_a_page_is_as_large_as_programs_show() -> None:
    assert list(of_page("é" * (HTML_SHOWN // 2), "", "https://retour.example")) == []
    (found,) = of_page("é" * (HTML_SHOWN // 2 + 300), "", "https://retour.example")

    assert (found.code, found.line) == ("large_mail", None)
    assert "has 103 kB of HTML" in found.detail


def test_a_link_that_comes_out_badly_is_told_where_it_is_written() -> None:
    """Once, however often it is shown; the house's own addresses are good wherever it runs."""
    body = """<a href="http://a.shop">Old</a>
<p><a class="x" href="{{ shipment.label_url }}">Your
<b>label</b></a></p>"""
    shown = '<a href="">Your <b>label</b></a><a href="http://a.shop">Old</a><a href="/x">Ours</a>'

    label, ours = of_page(
        f"{shown}{shown}<a href='http://localhost:8080/p'>.</a>", body, "http://lo"
    )

    assert (label.line, label.column) == (2, 23)
    assert "“Your label” comes out empty" in label.detail
    assert (ours.line, "“Ours” comes out as '/x'" in ours.detail) == (None, True)
