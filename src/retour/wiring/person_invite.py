"""``retour person invite``: a link by which somebody becomes a member; works beside a server."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from retour.desk.people import invitations, persons
from retour.desk.people.roles import MemberRole
from retour.kernel.ids import workspace_number
from retour.wiring.base import open_base, open_house
from retour.wiring.running import FAILED, carry_out, complain

if TYPE_CHECKING:
    from pathlib import Path

    from retour.settings import Settings


def run(
    *,
    workspace: str,
    email: str | None,
    role: str,
    data: Path | None,
    database_url: str | None,
    as_json: bool,
) -> int:
    """Invite somebody and print the link."""

    async def use(settings: Settings) -> int:
        number = workspace_number(workspace)
        known = set(MemberRole)
        if role not in known:
            complain(f"There is no role {role!r}. Give one of {', '.join(sorted(known))}.")
            return FAILED
        if email is not None and not persons.is_email(email):
            complain(f"{email!r} is no e-mail address. Give one such as ann@example.com.")
            return FAILED
        async with open_base(settings) as base, open_house(base) as house:
            made = None
            if number is not None:
                made = await invitations.invite(house, number, email=email, role=MemberRole(role))
            if made is None:
                complain(f"There is no workspace {workspace}. `retour workspace create` makes one.")
                return FAILED
            link = invitations.link_of(house, made.workspace_id, made.id)
        until = made.until.isoformat()
        if as_json:
            sys.stdout.write(json.dumps({"link": link, "until": until}) + "\n")
        else:
            sys.stdout.write(f"{link}\nGood once, until {until}. Send it to nobody else.\n")
        return 0

    return carry_out(use, data=data, database_url=database_url)
