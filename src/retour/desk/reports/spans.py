"""The days of a report, as they were asked for; in the workspace's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from retour.dialects.view import instant
from retour.kernel.problems import FieldError, InvalidRequest
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retour.desk.house import House

_CLOCK: Final = named("searching")
DAYS: Final = 30
"""Days of a report that names none, today among them."""
DAYS_MAX: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days of a workspace, the first and the last among them, and what else narrows a report."""

    since: date
    until: date
    zone: str
    channel: str | None = None
    sku: str | None = None

    @property
    def start(self) -> datetime:
        """When the first day begins."""
        return datetime.combine(self.since, time(), ZoneInfo(self.zone)).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """When the last day is over."""
        after = self.until + timedelta(days=1)
        return datetime.combine(after, time(), ZoneInfo(self.zone)).astimezone(UTC)

    def explained_by(self, **chosen: str) -> str:
        """Write the query of the list of returns behind a number."""
        span = {"since": instant(self.start), "before": instant(self.end)}
        return urlencode({**chosen, **({"channel": self.channel} if self.channel else {}), **span})


async def read_span(
    house: House, workspace_id: int, query: Mapping[str, str], *, today: date | None = None
) -> Span:
    """Read from which day to which; the last thirty where nothing is said.

    Raises:
        InvalidRequest: One is no day, the last is before the first, or they are too far apart.
    """
    config = await house.configs.recent(workspace_id)
    assert config is not None, "whoever asks has a key of the workspace"
    last = today or await _today(house, workspace_id, config.zone)
    until = _day(query, "until") or last
    since = _day(query, "since") or until - timedelta(days=DAYS - 1)
    if since > until:
        raise _wrong("since", "The first day (since) is after the last (until); exchange them.")
    if (until - since).days >= DAYS_MAX:
        raise _wrong("since", f"These are more than {DAYS_MAX} days; ask for fewer.")
    return Span(
        since=since,
        until=until,
        zone=config.zone,
        channel=query.get("channel") or None,
        sku=query.get("sku") or None,
    )


async def _today(house: House, workspace_id: int, zone: str) -> date:
    async with house.database.transaction(workspace_id) as connection:
        now: datetime = await connection.fetchval(_CLOCK["business_now"], workspace_id)
    return now.astimezone(ZoneInfo(zone)).date()


def _day(query: Mapping[str, str], name: str) -> date | None:
    text = query.get(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        detail = f"{name} is no day; give one such as 2026-05-04."
        raise _wrong(name, detail) from error


def _wrong(name: str, detail: str) -> InvalidRequest:
    return InvalidRequest(FieldError(pointer=f"/{name}", code="bad_value", detail=detail))
