"""What is published beside the routes: schemas, the page for people, health and metrics."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

from retour.api.problems import CATALOGUE
from retour.api.table import HOOK_ROUTES, OPEN_ROUTES, ROUTES
from retour.dialects.cloudevents import data_schema
from retour.dialects.schemas import json_schema
from retour.lifecycle.model import EventType
from tests.doors.client import call
from tests.support.schema_checking import json_problem

if TYPE_CHECKING:
    from litestar import Litestar


async def test_schemas_are_published_as_they_are(app: Litestar) -> None:
    """JSON Schema, XSD and a sample per event, its data alone, and 12Return's alert."""
    for event_type in EventType:
        schema = await call(app, "GET", f"/schemas/{event_type}.json")
        assert schema.headers["content-type"] == "application/schema+json"
        assert schema.json == json_schema(event_type)
        data = await call(app, "GET", f"/schemas/{event_type}.data.json")
        assert data.json == data_schema(event_type)
        xsd = await call(app, "GET", f"/schemas/{event_type}.xsd")
        assert b"<xs:schema" in xsd.body
        sample = await call(app, "GET", f"/schemas/{event_type}.example.json")
        assert json_problem(schema.json, sample.json) is None
    alert = await call(app, "GET", "/schemas/return_received.json")
    assert alert.status == 200


class Links(HTMLParser):
    """Collects what a page defines and where it points."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if one := given.get("id"):
            self.ids.append(one)
        if target := given.get("href"):
            (self.loaded if tag == "link" else self.targets).append(target)
        if source := given.get("src"):
            self.loaded.append(source)


async def test_the_page_for_people_is_whole(app: Litestar) -> None:
    """Every route, event, problem is there; every link leads somewhere; nothing comes from afar."""
    page = await call(app, "GET", "/docs")
    text = page.body.decode()
    assert "default-src 'none'" in page.headers["content-security-policy"]
    links = Links()
    links.feed(text)
    assert len(links.ids) == len(set(links.ids))
    assert {route.name for route in (*ROUTES, *HOOK_ROUTES, *OPEN_ROUTES)} <= set(links.ids)
    assert {f"problem-{code}" for code in CATALOGUE} <= set(links.ids)
    assert all(event_type.value in text for event_type in EventType)
    for target in {*links.targets, *links.loaded} - {"/"}:
        if target.startswith("#"):
            assert target[1:] in links.ids, target
        else:
            assert (await call(app, "GET", target)).status == 200, target
    assert links.loaded == ["/docs/style.css"]
    assert "http://" not in text
    assert "https://" not in text.replace("https://shop.example.com", "")
    assert "<script" not in text


async def test_health_and_metrics_tell(app: Litestar) -> None:
    """Alive, ready, and counted under the route's name."""
    assert (await call(app, "GET", "/livez")).json == {"status": "ok"}
    assert (await call(app, "GET", "/readyz")).json == {"status": "ok"}
    metrics = await call(app, "GET", "/metrics")
    assert b'retour_http_requests_total{method="GET",route="readyz",status="200"}' in metrics.body
