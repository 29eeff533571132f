"""What a workspace says about withdrawals: whose right it is, how long, in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta

from retour.desk.outcome import Done, Outcome
from retour.dialects.withdrawal.labels import LABELS, Label
from retour.kernel.ids import workspace_text
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body
from retour.policy.consumer_law import (
    DAYS,
    DOORSTEP_DAYS,
    LONGER_AT_THE_DOOR,
    REFUND_DAYS,
    Terms,
)
from retour.policy.legal_floor import COUNTRIES, GROUNDS
from retour.policy.model import ConsumerLaw
from retour.store.withdrawals import put_settings, settings_said

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.dialects.view import View
    from retour.store.database import Connection

_ENCODE: Final = msgspec.json.Encoder()
_KEEP_DAYS: Final = 3 * 365
_DAYS_MAX: Final = 3650
_LABEL_LENGTH_MAX: Final = 80


class LabelsGiven(Body):
    """A merchant's own labels in one language."""

    entry: Annotated[str, Meta(min_length=1, max_length=_LABEL_LENGTH_MAX)]
    confirm: Annotated[str, Meta(min_length=1, max_length=_LABEL_LENGTH_MAX)]


class WithdrawalSettings(Body):
    """A merchant's word on withdrawals.

    Args:
        who: Consumers in the countries of the directive, everyone, or nobody.
        days: The merchant's own period; the law's counts where it is longer.
        informed: Whether consumers are told of their right before they buy.
        returns: Whether a return follows by itself where order and lines are known.
        keep_days: How long what was said is kept before it may be erased.
        labels: In place of ours, by language.
    """

    who: ConsumerLaw = ConsumerLaw.EU
    days: Annotated[int, Meta(ge=1, le=_DAYS_MAX)] | None = None
    informed: bool = True
    returns: Literal["manual", "auto"] = "manual"
    keep_days: Annotated[int, Meta(ge=30, le=_DAYS_MAX * 3)] = _KEEP_DAYS
    labels: Annotated[dict[str, LabelsGiven], Meta(max_length=50)] = {}

    @property
    def terms(self) -> Terms:
        """What of it a judgement asks."""
        return Terms(protected=self.who, days=self.days, is_informed=self.informed)

    def label(self, language: str) -> Label:
        """Give the labels in a language: the merchant's, or ours."""
        own = self.labels.get(language)
        return LABELS[language] if own is None else Label(own.entry, own.confirm)


_SETTINGS: Final = msgspec.json.Decoder(WithdrawalSettings)


async def said_of(connection: Connection, workspace_id: int) -> WithdrawalSettings:
    """Give what a workspace says; the law's own where it has said nothing."""
    text = await settings_said(connection, workspace_id)
    return WithdrawalSettings() if text is None else _SETTINGS.decode(text)


async def look_up(house: House, workspace_id: int) -> Outcome:
    """Give the settings."""
    async with house.database.transaction(workspace_id) as connection:
        said = await said_of(connection, workspace_id)
    return Done(status=200, body=_ENCODE.encode(said))


async def put(house: House, workspace_id: int, said: WithdrawalSettings) -> Outcome:
    """Say anew how withdrawals are taken; what was judged before stays as it was.

    Raises:
        InvalidRequest: A language that no label can be in.
    """
    for language, given in said.labels.items():
        if language not in LABELS:
            _refuse(language, f"No labels are kept in {language!r}. Give one of: {_spoken()}.")
        if "\x00" in given.entry + given.confirm or given.entry.isspace():
            _refuse(language, "A label is what consumers read on a button. Give words.")
    async with house.database.transaction(workspace_id) as connection:
        await put_settings(connection, workspace_id, _ENCODE.encode(said).decode())
    return Done(status=200, body=_ENCODE.encode(said))


def _spoken() -> str:
    return ", ".join(sorted(LABELS))


def _refuse(language: str, detail: str) -> None:
    pointer = "/labels/" + language.replace("~", "~0").replace("/", "~1")[:80]
    raise InvalidRequest(FieldError(pointer=pointer, code="bad_value", detail=detail))


async def rules(house: House, workspace_id: int) -> Outcome:
    """Give the page's address, its labels as this workspace shows them, periods and grounds."""
    async with house.database.transaction(workspace_id) as connection:
        said = await said_of(connection, workspace_id)
    labels = {language: said.label(language) for language in LABELS}
    shown: View = {
        "page": f"{house.settings.public_base}/p/{workspace_text(workspace_id)}/withdraw",
        "labels": [
            {
                "language": language,
                "entry": label.entry,
                "confirm": label.confirm,
                "official": label.is_official,
            }
            for language, label in labels.items()
        ],
        "periods": [
            {
                "country": country,
                "days": max(DAYS, said.days or 0),
                "doorstep_days": DOORSTEP_DAYS if country in LONGER_AT_THE_DOOR else DAYS,
                "refund_days": REFUND_DAYS,
            }
            for country in sorted(COUNTRIES)
        ],
        "exceptions": [
            {"ground": str(ground), "about": about} for ground, about in GROUNDS.items()
        ],
    }
    return Done(status=200, body=_ENCODE.encode(shown))
