"""``retour doctor``: look at everything Retour needs, and say what is amiss and what mends it."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retour.desk.control.epoch import why_held
from retour.gateways.egress import parse_allow
from retour.gateways.mail import SmtpSettings
from retour.store.database import APP, DELIVERY
from retour.store.embedded import advisory
from retour.store.epoch import epoch_now
from retour.wiring.base import open_base, open_house
from retour.wiring.running import FAILED, carry_out

if TYPE_CHECKING:
    from pathlib import Path

    from retour.settings import Settings
    from retour.wiring.base import Base

_SPACE_MIN: Final = 1 << 30
"""Below this much free disk space we warn."""
_CONNECT_S: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at: good, or not, and then what mends it."""

    what: str
    good: bool
    words: str


def run(*, data: Path | None, database_url: str | None, as_json: bool) -> int:
    """Look, report, and answer 1 where something is amiss."""

    async def use(settings: Settings) -> int:
        async with open_base(settings) as base:
            findings = [
                await _database(base),
                *await _roles(base),
                await _epoch(base),
                _space(settings),
                _egress(settings),
                await _mail(settings),
            ]
        if as_json:
            rows = [{"what": one.what, "good": one.good, "words": one.words} for one in findings]
            sys.stdout.write(json.dumps(rows) + "\n")
        else:
            for one in findings:
                mark = "ok  " if one.good else "MEND"
                sys.stdout.write(f"{mark}  {one.what:<20} {one.words}\n")
        return 0 if all(one.good for one in findings) else FAILED

    return carry_out(use, data=data, database_url=database_url)


async def _database(base: Base) -> Finding:
    """Say which PostgreSQL serves us, and whether its minor version is known to be unsafe."""
    if base.server is None:
        return Finding(what="database", good=True, words="the operator's server; migrated")
    warning = advisory(base.server.version)
    return Finding(
        what="database",
        good=warning is None,
        words=warning or f"embedded PostgreSQL {base.server.version}; migrated",
    )


async def _roles(base: Base) -> list[Finding]:
    """Log in as each role and make sure that it is nobody special."""
    findings: list[Finding] = []
    async with open_house(base) as house:
        for role in (APP, DELIVERY):
            pool = await house.database.pool(role)
            special: bool = await pool.fetchval(
                "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
            )
            words = "logs in, is neither superuser nor past the walls"
            if special:
                words = f"looks past row-level security. ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS"
            findings.append(Finding(what=f"role {role}", good=not special, words=words))
    return findings


async def _epoch(base: Base) -> Finding:
    """Say whether anything is sent and paid, or held since a restore."""
    async with open_house(base) as house:
        now = await epoch_now(await house.database.pool(DELIVERY))
    why = why_held(now)
    return Finding(
        what="epoch", good=why is None, words=why or f"life {now.number} of this database"
    )


def _space(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.data).free
    words = f"{free >> 20} MiB free below {settings.data}"
    if free < _SPACE_MIN:
        words += "; free some, or choose another folder with RETOUR_DATA"
    return Finding(what="disk", good=free >= _SPACE_MIN, words=words)


def _egress(settings: Settings) -> Finding:
    try:
        allowed = parse_allow(settings.egress_allow)
    except ValueError as error:
        return Finding(what="egress", good=False, words=f"RETOUR_EGRESS_ALLOW: {error}")
    words = f"{len(allowed)} exemptions" if allowed else "public addresses only"
    return Finding(what="egress", good=True, words=words)


async def _mail(settings: Settings) -> Finding:
    """Connect to the relay, where there is one."""
    if settings.smtp_url is None:
        return Finding(what="mail", good=True, words="no relay; mails wait (RETOUR_SMTP_URL)")
    try:
        smtp = SmtpSettings.parse(settings.smtp_url)
        async with asyncio.timeout(_CONNECT_S):
            _, writer = await asyncio.open_connection(smtp.host, smtp.port)
        writer.close()
    except (ValueError, OSError, TimeoutError) as error:
        words = f"RETOUR_SMTP_URL cannot be reached ({error!r}); start the relay or mend the URL"
        return Finding(what="mail", good=False, words=words)
    return Finding(what="mail", good=True, words=f"{smtp.host}:{smtp.port} answers")
