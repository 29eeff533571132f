"""How receivers fared since the last settlement, subscription by subscription.

Only what the database needs to know leaves here: a success is news only where there were failures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from retour.delivery.limits import PROBE_PAUSES_S, PROBING_FAILURES, PROBING_S
from retour.delivery.lines import Line
from retour.dialects.dialect import DeliveryRules


@dataclass(slots=True)
class _News:
    rules: DeliveryRules
    succeeded: bool = False
    failures: int = 0
    hold_ms: int = 0
    gone: bool = False


class Health:
    """Collects news of subscriptions until they are judged."""

    def __init__(self) -> None:
        self._news: dict[Line, _News] = {}

    def succeeded(self, line: Line, rules: DeliveryRules) -> None:
        """Note that a receiver took something; failures before this count no more."""
        if line.failures or line.is_probed or line in self._news:
            news = self._news.setdefault(line, _News(rules))
            news.succeeded = True
            news.failures = 0

    def failed(
        self, line: Line, rules: DeliveryRules, *, hold_s: int = 0, gone: bool = False
    ) -> None:
        """Note that a receiver did not, and what it asked for instead."""
        news = self._news.setdefault(line, _News(rules))
        news.failures += 1
        news.hold_ms = max(news.hold_ms, hold_s * 1000)
        news.gone = news.gone or gone

    def take(self) -> list[tuple[list[Line], list[object]]]:
        """Give whom there is news of, and all of it as the arrays that ``judge`` takes.

        Those that are probed alike come together.
        """
        news, self._news = self._news, {}
        alike: dict[tuple[int, ...], dict[Line, _News]] = {}
        for line, one in news.items():
            alike.setdefault(_probe_pauses(one.rules), {})[line] = one
        return [(list(group), _columns(group, pauses)) for pauses, group in alike.items()]


def _probe_pauses(rules: DeliveryRules) -> tuple[int, ...]:
    """Give the pauses between probes: never longer than a producer promises between attempts."""
    longest = rules.schedule_s[-1] if rules.goes_on else PROBE_PAUSES_S[-1]
    return tuple(min(pause_s, longest) for pause_s in PROBE_PAUSES_S)


def _columns(news: Mapping[Line, _News], pauses: tuple[int, ...]) -> list[object]:
    return [
        [line.workspace_id for line in news],
        [line.subscription_id for line in news],
        [one.succeeded for one in news.values()],
        [one.failures for one in news.values()],
        [one.hold_ms for one in news.values()],
        [one.gone for one in news.values()],
        [one.rules.expiry_s for one in news.values()],
        PROBING_FAILURES,
        PROBING_S,
        list(pauses),
    ]
