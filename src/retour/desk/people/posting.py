"""Letters to people are asked for here, within the change that they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.desk.people.persons import SQL, mint
from retour.kernel.ids import workspace_text

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.store.database import Connection

LETTERS: Final = "sub_letter"
"""The house's own subscription, in whose lanes they wait."""
OF_HOUSE: Final = "house"
TRIAL: Final = "trial"


async def post(connection: Connection, about: str) -> None:
    """Queue a letter, within the transaction of what it is about."""
    await connection.execute(SQL["post_letter"], await mint(connection, "dlv"), about)


def about_invitation(workspace_id: int, invitation_id: str) -> str:
    """Name the letter that carries an invitation."""
    return f"{workspace_text(workspace_id)}/{invitation_id}"


def about_reset(reset_id: str) -> str:
    """Name the letter that carries a link for a new password."""
    return f"{OF_HOUSE}/{reset_id}"


def about_trial(person_id: str, once: str) -> str:
    """Name a letter that only tries whether mails arrive."""
    return f"{OF_HOUSE}/{TRIAL}-{person_id}-{once}"


def sends_mail(house: House) -> bool:
    """Say whether the operator has set up a relay; without one, links go from hand to hand."""
    return house.settings.smtp_url is not None
