"""How the house fares: database, disk, clock, mails, what waits and what was given up.

``retour doctor`` says the same of the house; a workspace sees its own deliveries beside it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from retour import __version__
from retour.desk.control.epoch import why_held
from retour.desk.outcome import Done, Outcome
from retour.desk.people.posting import about_trial, post
from retour.dialects.view import instant
from retour.gateways.mail import SmtpSettings
from retour.kernel.ids import Mint
from retour.store.database import DELIVERY
from retour.store.embedded import advisory
from retour.store.epoch import Backups, backups, epoch_now
from retour.store.statements import named

if TYPE_CHECKING:
    from retour.desk.house import House

_SQL: Final = named("system")
_ENCODE: Final = msgspec.json.Encoder()
SPACE_MIN: Final = 1 << 30
"""Below this much free disk space we warn."""
_CONNECT_S: Final = 3.0
_LATE: Final = timedelta(minutes=5)
"""What is due for longer than this waits too long."""
_BACKUP_OLD: Final = timedelta(hours=26)
"""A backup each day is older than that at no time."""
_SPANS: Final = (("day", 1440), ("hour", 60), ("minute", 1))
_SKEW_S: Final = 5.0
_HOURS: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at: good, or not, and then what mends it."""

    what: str
    good: bool
    words: str


async def findings(house: House) -> list[Finding]:
    """Look at everything the house stands on."""
    pool = await house.database.pool()
    row = await pool.fetchrow(_SQL["server"])
    assert row is not None, "a server answers"
    here = datetime.now(UTC)  # tidy: allow(clock) the machine's clock is what is looked at
    skew = abs((row["tick"] - here).total_seconds())
    warning = advisory(row["version"])
    delivery = await house.database.pool(DELIVERY)
    epoch = await epoch_now(delivery)
    held = why_held(epoch)
    left = row["connections_max"] - row["connections"]
    return [
        Finding(what="version", good=True, words=f"Retour {__version__}"),
        Finding(
            what="database",
            good=warning is None,
            words=warning or f"PostgreSQL {row['version'].split()[0]}, {_size(row['size'])}",
        ),
        Finding(
            what="connections",
            good=left > row["connections_max"] // 10,
            words=f"{row['connections']} of {row['connections_max']} connections are taken",
        ),
        Finding(
            what="clock",
            good=skew < _SKEW_S,
            words=f"{skew:.1f} seconds apart from the database's"
            + ("" if skew < _SKEW_S else "; set the machine's clock (NTP)"),
        ),
        Finding(
            what="epoch",
            good=held is None,
            words=held or f"life {epoch.number} of this database; everything is sent and paid",
        ),
        space(house),
        await mail(house),
        backup(await backups(delivery)),
    ]


def backup(known: Backups) -> Finding:
    """Say how old the last backup is that somebody told of, or what the server archives."""
    if known.backed_up_at is not None:
        age = known.tick - known.backed_up_at
        words = f"the last one is {_age(age)} old"
        if age > _BACKUP_OLD:
            words += "; make one, then run retour backup done"
        return Finding(what="backup", good=age <= _BACKUP_OLD, words=words)
    if not known.is_archiving:
        words = (
            f"none is known{'' if known.is_live else ', and nothing here is live yet'}: back up the"
            " database and the data folder each day, and end each backup with retour backup done"
        )
        return Finding(what="backup", good=not known.is_live, words=words)
    at, failed = known.archived_at, known.failed_at
    if at is None or (failed is not None and failed > at):
        words = "the server cannot archive its log; see what its archive_command says"
        return Finding(what="backup", good=False, words=words)
    words = f"the server archived its log {_age(known.tick - at)} ago; no whole backup is known"
    return Finding(what="backup", good=True, words=words)


def _age(span: timedelta) -> str:
    """Write how long ago something was.

    >>> _age(timedelta(minutes=1)), _age(timedelta(hours=30)), _age(timedelta(days=9))
    ('1 minute', '30 hours', '9 days')
    """
    minutes = max(int(span.total_seconds()) // 60, 0)
    name, size = next(one for one in _SPANS if minutes >= 2 * one[1] or one[1] == 1)
    count = minutes // size
    return f"{count} {name}{'' if count == 1 else 's'}"


def space(house: House) -> Finding:
    """Say how much room the data folder's disk has left."""
    folder = house.settings.data
    free = shutil.disk_usage(folder).free
    words = f"{_size(free)} free below {folder}"
    if free < SPACE_MIN:
        words += "; free some, or choose another folder with RETOUR_DATA"
    return Finding(what="disk", good=free >= SPACE_MIN, words=words)


async def mail(house: House) -> Finding:
    """Connect to the relay, where there is one."""
    url = house.settings.smtp_url
    if url is None:
        return Finding(what="mail", good=True, words="no relay; mails wait (RETOUR_SMTP_URL)")
    try:
        smtp = SmtpSettings.parse(url)
        async with asyncio.timeout(_CONNECT_S):
            _, writer = await asyncio.open_connection(smtp.host, smtp.port)
        writer.close()
    except (ValueError, OSError, TimeoutError) as error:
        words = f"RETOUR_SMTP_URL cannot be reached ({error!r}); start the relay or mend the URL"
        return Finding(what="mail", good=False, words=words)
    return Finding(what="mail", good=True, words=f"{smtp.host}:{smtp.port} answers")


def _size(count: int) -> str:
    """Write bytes as people read them.

    >>> _size(5 << 20)
    '5 MiB'
    """
    return f"{count >> 30} GiB" if count >= 10 << 30 else f"{count >> 20} MiB"


def _waiting(count: int) -> str:
    """Say how many wait.

    >>> _waiting(0), _waiting(1), _waiting(12)
    ('nothing waits', '1 waits', '12 wait')
    """
    return f"{count} {'waits' if count == 1 else 'wait'}" if count else "nothing waits"


async def look_up(house: House, workspace_id: int) -> Outcome:
    """Tell how the house fares, and what waits and was given up in this workspace."""
    found = await findings(house)
    async with house.database.transaction(workspace_id) as connection:
        server = await connection.fetchrow(_SQL["server"])
        assert server is not None, "a server answers"
        tick: datetime = server["tick"]
        lanes = await connection.fetch(_SQL["lanes"], workspace_id)
        jobs = await connection.fetch(_SQL["jobs"], workspace_id)
        first = Mint(tick - timedelta(hours=_HOURS), bytes(16))("dlv")
        hours = await connection.fetch(_SQL["ended_by_hour"], workspace_id, first)
    waits = [row["oldest_at"] for row in lanes if row["oldest_at"] is not None]
    oldest = min(waits, default=None)
    is_late = oldest is not None and tick - oldest > _LATE
    dead = sum(row["dead"] for row in hours)
    found += [
        Finding(
            what="deliveries",
            good=not is_late,
            words=f"due since {instant(oldest)}: is `retour work` running?"
            if is_late and oldest is not None
            else _waiting(sum(row["deliveries"] for row in lanes)),
        ),
        Finding(
            what="given up",
            good=not dead,
            words=f"{dead} in the last day; see the deliveries, mend and send again"
            if dead
            else "nothing in the last day",
        ),
    ]
    shown = {
        "version": __version__,
        "good": all(one.good for one in found),
        "findings": [{"what": one.what, "good": one.good, "words": one.words} for one in found],
        "lanes": [
            {
                "kind": row["kind"],
                "lanes": row["lanes"],
                "deliveries": row["deliveries"],
                "blocked": row["blocked"],
                "oldest_at": None if row["oldest_at"] is None else instant(row["oldest_at"]),
            }
            for row in lanes
        ],
        "jobs": [
            {
                "what": row["what"],
                "count": row["count"],
                "at": None if row["at"] is None else instant(row["at"]),
            }
            for row in jobs
        ],
        "hours": [
            {"hour": instant(row["hour"]), "ended": row["ended"], "dead": row["dead"]}
            for row in hours
        ],
    }
    return Done(status=200, body=_ENCODE.encode(shown))


async def waiting_for(house: House, workspace_id: int, receiver: str) -> int:
    """Count what waits for a subscription or a profile by its id, or of a kind such as refund."""
    async with house.database.transaction(workspace_id) as connection:
        count: int = await connection.fetchval(_SQL["waiting_for"], workspace_id, receiver)
    return count


async def try_mail(house: House, person_id: str) -> bool:
    """Send a mail to oneself by the engine; says whether there is a relay at all."""
    if house.settings.smtp_url is None:
        return False
    async with house.database.transaction(0) as connection:
        await post(connection, about_trial(person_id, os.urandom(4).hex()))
    return True
