"""What this door counts, and the page on which Prometheus reads what the whole process counts."""

from __future__ import annotations

from functools import cache
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest

from retour.api.asgi import Reply

_REQUESTS: Final = Counter(
    "retour_http_requests", "Requests answered.", ("route", "method", "status")
)
_SECONDS: Final = Histogram(
    "retour_http_request_seconds",
    "Time from a request's head to the end of its answer.",
    ("route",),
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Labels are kept for ever; a stranger may not invent them."""


@cache
def _counter(route: str, method: str, status: int) -> Counter:
    return _REQUESTS.labels(route, method, str(status))


@cache
def _histogram(route: str) -> Histogram:
    return _SECONDS.labels(route)


def count(route: str, method: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    _counter(route, method if method in METHODS else "other", status).inc()
    _histogram(route).observe(seconds)


def exposition() -> Reply:
    """Write everything this process counts, as Prometheus reads it."""
    return Reply(body=generate_latest(), content_type=CONTENT_TYPE_LATEST.encode())
