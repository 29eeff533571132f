"""What readers of a sound mail may stumble over is said before anybody reads it."""

from __future__ import annotations

import pytest

from retour.desk.notifications.linting import warnings
from retour.store.telling_notifications import TemplateBody


def codes(body: str, subject: str = "It came") -> list[str]:
    said = TemplateBody(
        event="return_received", type="email", profiles=(), subject=subject, body=body
    )
    return [one.code for one in warnings(said)]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('<a href="https://shop.example/">x</a><a href="mailto:a@b.example">y</a>', []),
        ('<a href="{{ return.url }}">x</a>', []),
        ('<a href="http://shop.example/">x</a><a href="/account">y</a>', ["bad_link"] * 2),
        ('<img src="https://shop.example/a.png" alt="">', []),
        ('<img src="a.png">', ["bad_image", "image_without_words"]),
        ("<script>alert(1)</script>", ["dropped_tag"]),
        ('<p style="color: #777777">x</p>', ["low_contrast"]),
        ('<p style="color:#767676">x</p>', []),
        ("<p style='color:#fff;background-color:#ffd400'>x</p>", ["low_contrast"]),
        ("<p style='color: Black; background: yellow'>x</p>", []),
        ("<p style='background:#000;color:white'>x</p>", []),
        ("<p style='color:#fff;background:url(x)'>x</p>", []),
        ("<p style='color:#fff;background:rebeccapurple'>x</p>", []),
        ("<p style='background-color:#eee'>x</p>", []),
    ],
)
def test_a_mail_s_words_are_looked_over(body: str, found: list[str]) -> None:
    assert codes(body) == found


def test_a_subject_is_as_long_as_programs_show() -> None:
    assert codes("", "x" * 78 + "{{ return.number }}") == []
    assert codes("", "x" * 79) == ["long_subject"]
