"""How receivers fared since the last settlement, subscription by subscription.

Only what the database needs to know leaves here: a success is news only where there were failures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from retour.delivery.limits import PROBE_PAUSES_S, PROBING_FAILURES, PROBING_S
from retour.delivery.lines import Line


@dataclass(slots=True)
class _News:
    expiry_s: int
    succeeded: bool = False
    failures: int = 0
    hold_ms: int = 0
    gone: bool = False


_BOUNDS: Final = (PROBING_FAILURES, PROBING_S, list(PROBE_PAUSES_S))


class Health:
    """Collects news of subscriptions until they are judged."""

    def __init__(self) -> None:
        self._news: dict[Line, _News] = {}

    def succeeded(self, line: Line, expiry_s: int) -> None:
        """Note that a receiver took something; failures before this count no more."""
        if line.failures or line.is_probed or line in self._news:
            news = self._news.setdefault(line, _News(expiry_s))
            news.succeeded = True
            news.failures = 0

    def failed(self, line: Line, expiry_s: int, *, hold_s: int = 0, gone: bool = False) -> None:
        """Note that a receiver did not, and what it asked for instead."""
        news = self._news.setdefault(line, _News(expiry_s))
        news.failures += 1
        news.hold_ms = max(news.hold_ms, hold_s * 1000)
        news.gone = news.gone or gone

    def take(self) -> tuple[list[Line], list[object]]:
        """Give whom there is news of, and all of it as the arrays that ``judge`` takes."""
        news, self._news = self._news, {}
        return list(news), [
            [line.workspace_id for line in news],
            [line.subscription_id for line in news],
            [one.succeeded for one in news.values()],
            [one.failures for one in news.values()],
            [one.hold_ms for one in news.values()],
            [one.gone for one in news.values()],
            [one.expiry_s for one in news.values()],
            *_BOUNDS,
        ]
