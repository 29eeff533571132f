"""The pages for people: complete, self-contained, and drawn from the tables."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from litestar import Litestar
from litestar.testing import TestClient
from lxml import etree

from retour.lifecycle.machine import TRANSITIONS
from retour.screens.directory import Listed, routes
from retour.screens.picture import lifecycle_svg, moves


def client() -> TestClient[Litestar]:
    """Serve the pages alone."""
    listed = [Listed(name="Ünder <b>& Co", workspace="ws_0000000000001")]
    day = datetime(2026, 11, 20, tzinfo=UTC)
    app = Litestar(
        routes("http://127.0.0.1:8700", delivered_at=f"{day:%Y-%m-%d}", merchants=listed),
        openapi_config=None,
    )
    return TestClient(app)


def test_the_front_page_fetches_nothing_from_elsewhere() -> None:
    """Every address on it is our own, and its policy allows no other."""
    with client() as asking:
        answer = asking.get("/")
        fetched = re.findall(r'<(?:link|script|img)[^>]*(?:href|src)="([^"]*)"', answer.text)

        assert 200 == answer.status_code
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert fetched
        assert all(one.startswith(("/", "data:")) for one in fetched)
        assert 200 == asking.get("/static/retour.css").status_code
        assert "Ünder &lt;b&gt;&amp; Co" in answer.text


def test_the_picture_shows_every_status_and_every_move() -> None:
    """A status or a move that is missing from the picture is missing from the tables."""
    drawn = etree.fromstring(lifecycle_svg())
    titles = [title.text or "" for title in drawn.iter("title")]

    assert len(TRANSITIONS) == sum(": " in one and "→" not in one for one in titles)
    assert len(moves()) == sum("→" in one for one in titles)
    assert any(one.startswith("requested → authorized") for one in titles)
