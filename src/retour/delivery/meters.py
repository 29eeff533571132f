"""What operators can watch of this process: counters and one histogram, in Prometheus' forms.

Numbers only; who serves them is not said here.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_BUCKETS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 45)


class Meters:
    """The meters of one delivery process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._attempts = Counter(
            "retour_attempts", "Attempts by their outcome.", ["outcome"], registry=self.registry
        )
        self._known: dict[str, Counter] = {}
        self.ended = Counter(
            "retour_deliveries_given_up", "Deliveries that ended dead.", registry=self.registry
        )
        self.seconds = Histogram(
            "retour_attempt_seconds",
            "Time of one exchange.",
            registry=self.registry,
            buckets=_BUCKETS_S,
        )
        self.busy = Gauge("retour_lanes_in_flight", "Lanes being sent.", registry=self.registry)
        self.unsettled = Gauge(
            "retour_results_unsettled", "Results not yet written.", registry=self.registry
        )

    def attempt(self, outcome: str, ms: int | None) -> None:
        """Count an attempt and the time its exchange took."""
        known = self._known.get(outcome)
        if known is None:
            known = self._known[outcome] = self._attempts.labels(outcome)
        known.inc()
        if ms is not None:
            self.seconds.observe(ms / 1000)
