"""``retour doctor``: look at everything Retour needs, and say what is amiss and what mends it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from retour.desk.system import Finding, findings
from retour.gateways.egress import parse_allow
from retour.store.database import APP, DELIVERY
from retour.wiring.base import open_base, open_house
from retour.wiring.running import FAILED, carry_out

if TYPE_CHECKING:
    from pathlib import Path

    from retour.desk.house import House
    from retour.settings import Settings


def run(*, data: Path | None, database_url: str | None, as_json: bool) -> int:
    """Look, report, and answer 1 where something is amiss."""

    async def use(settings: Settings) -> int:
        async with open_base(settings) as base, open_house(base) as house:
            seen = [*await findings(house), *await _roles(house), _egress(settings)]
        if as_json:
            rows = [{"what": one.what, "good": one.good, "words": one.words} for one in seen]
            sys.stdout.write(json.dumps(rows) + "\n")
        else:
            for one in seen:
                mark = "ok  " if one.good else "MEND"
                sys.stdout.write(f"{mark}  {one.what:<20} {one.words}\n")
        return 0 if all(one.good for one in seen) else FAILED

    return carry_out(use, data=data, database_url=database_url)


async def _roles(house: House) -> list[Finding]:
    """Log in as each role and make sure that it is nobody special."""
    found: list[Finding] = []
    for role in (APP, DELIVERY):
        pool = await house.database.pool(role)
        special: bool = await pool.fetchval(
            "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        words = "logs in, is neither superuser nor past the walls"
        if special:
            words = f"looks past row-level security. ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS"
        found.append(Finding(what=f"role {role}", good=not special, words=words))
    return found


def _egress(settings: Settings) -> Finding:
    try:
        allowed = parse_allow(settings.egress_allow)
    except ValueError as error:
        return Finding(what="egress", good=False, words=f"RETOUR_EGRESS_ALLOW: {error}")
    words = f"{len(allowed)} exemptions" if allowed else "public addresses only"
    return Finding(what="egress", good=True, words=words)
