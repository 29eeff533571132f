"""The widget: which of the shop's pages may frame the portal, and what it needs there."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from retour.desk.brand import keep_brand
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.withdrawals.settings import said_of
from retour.dialects.brand.brand import HOSTS_MAX
from retour.dialects.brand.tokens import DARK, LIGHT, tokens
from retour.dialects.brand.words import WIDGET
from retour.kernel.ids import workspace_number, workspace_text
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body

if TYPE_CHECKING:
    from retour.desk.config import WorkspaceConfig
    from retour.desk.house import House
    from retour.dialects.view import View

_ENCODE: Final = msgspec.json.Encoder()
_HOST: Final = re.compile(
    r"(https://[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|http://(localhost|127\.0\.0\.1))(:[0-9]{1,5})?"
)
_HOST_LENGTH_MAX: Final = 270
_CALM_BLUE: Final = "#1F5FBF"
_RADII: Final = {"sharp": "2px", "soft": "8px", "round": "999px"}
_Host = Annotated[str, Meta(min_length=1, max_length=_HOST_LENGTH_MAX)]


class WidgetSettings(Body):
    """Which pages may show the portal in a frame.

    Args:
        hosts: Their origins: scheme, host, and the port where it is not the usual one.
    """

    hosts: Annotated[tuple[_Host, ...], Meta(max_length=HOSTS_MAX)] = ()


async def look_up(house: House, workspace_id: int) -> Outcome:
    """Give the hosts, and what is to be written into the shop's pages."""
    config = await house.configs.recent(workspace_id)
    if config is None:
        return NotFound(what="workspace")
    shown = {"hosts": config.brand.hosts, "snippet": snippet(house, workspace_id)}
    return Done(status=200, body=_ENCODE.encode(shown))


async def put(house: House, workspace_id: int, said: WidgetSettings) -> Outcome:
    """Say anew which pages may frame ours.

    Raises:
        InvalidRequest: One of them is no origin.
    """
    detail = (
        "Give an origin in small letters, without a path: https://shop.example."
        " Plain http is for localhost alone."
    )
    errors = [
        FieldError(pointer=f"/hosts/{index}", code="bad_value", detail=detail)
        for index, host in enumerate(said.hosts)
        if not _HOST.fullmatch(host)
    ]
    if errors:
        raise InvalidRequest(*errors)
    hosts = tuple(dict.fromkeys(said.hosts))
    done = await keep_brand(house, workspace_id, lambda kept: replace(kept, hosts=hosts))
    return await look_up(house, workspace_id) if isinstance(done, Done) else done


def snippet(house: House, workspace_id: int) -> str:
    """Write what goes into the shop's pages; without scripts it is a link."""
    base, workspace = html.escape(house.settings.public_base), workspace_text(workspace_id)
    return (
        f'<script async src="{base}/widget.js?workspace={workspace}"></script>\n'
        f'<returns-widget><a href="{base}/p/{workspace}">{WIDGET["en"]["open"]}</a>'
        "</returns-widget>\n"
    )


async def shop_in_widget(house: House, workspace: str) -> View | None:
    """Give what the widget's script says of a shop; ``None`` where there is none."""
    workspace_id = workspace_number(workspace)
    config = None if workspace_id is None else await house.configs.recent(workspace_id)
    if config is None:
        return None
    async with house.database.transaction(config.id) as connection:
        withdrawals = await said_of(connection, config.id)
    return {
        "workspace": workspace,
        "base": house.settings.public_base,
        "hosts": config.brand.hosts,
        "words": {
            language: {**words, "withdraw": withdrawals.label(language).entry}
            for language, words in WIDGET.items()
        },
        **_look(config),
    }


def _look(config: WorkspaceConfig) -> View:
    said = config.brand.said
    colour = said.color or _CALM_BLUE
    return {
        "radius": _RADII[said.corners],
        **{
            scheme.name: {
                "ground": made.ground,
                "on_ground": made.on_ground,
                "edge": made.edge,
            }
            for scheme in (LIGHT, DARK)
            for made in (tokens(colour, scheme),)
        },
    }
