"""The return configuration: what may be chosen in ItemReturns, and whether they trigger refunds.

Versioned as a whole: who puts it names the version he has seen.  Until it was first put it is at
its defaults, in version 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.outcome import Done, Outcome, VersionDiffers
from retour.dialects.fulfillmenttools.parse import ConfigurationPut, whole
from retour.dialects.view import instant
from retour.store.item_returns import Configuration, configuration, put_configuration

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.store.database import Connection

_ENCODE: Final = msgspec.json.Encoder()
_DECODE: Final = msgspec.json.Decoder(ConfigurationPut)
_FIRST: Final = 1
_UNSAID: Final = _DECODE.decode(b'{"version": 1}')


async def read(connection: Connection, workspace_id: int) -> ConfigurationPut:
    """Give the configuration as it now is."""
    stored = await configuration(connection, workspace_id)
    return _UNSAID if stored is None else _DECODE.decode(stored.body)


async def look_up(house: House, workspace_id: int) -> Outcome:
    """Give the configuration with its version."""
    async with house.database.transaction(workspace_id) as connection:
        stored = await configuration(connection, workspace_id)
    return Done(status=200, body=_view(stored))


async def put(house: House, workspace_id: int, body: ConfigurationPut) -> Outcome:
    """Put the next version over the one that the body names.

    Raises:
        InvalidRequest: The version is no whole number.
    """
    seen = whole(body.version, "/version")
    async with house.database.transaction(workspace_id) as connection:
        before = await configuration(connection, workspace_id)
        current = _FIRST if before is None else before.version
        if seen != current:
            return VersionDiffers(current=current)
        text = _ENCODE.encode(body).decode()
        if not await put_configuration(connection, workspace_id, current, text):
            return VersionDiffers(current=current + 1)
        stored = await configuration(connection, workspace_id)
    return Done(status=200, body=_view(stored))


def _view(stored: Configuration | None) -> bytes:
    said = _UNSAID if stored is None else _DECODE.decode(stored.body)
    view = msgspec.to_builtins(said)
    view["version"] = _FIRST if stored is None else stored.version
    if stored is not None:
        view["lastModified"] = instant(stored.updated_at)
    return _ENCODE.encode(view)


def by_translation(offered: tuple[Mapping[str, str], ...]) -> dict[str, Mapping[str, str]]:
    """Find what is offered by the words of any of its translations."""
    return {words: localized for localized in offered for words in localized.values()}
