"""How ChannelEngine is called: its client loaded when first asked, its pace kept by account."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from retour.gateways.channelengine import PRACTICE, PRACTICE_URL, Fault, Trouble, Wire
from retour.gateways.channelengine.pace import Pace
from retour.gateways.egress import parse_allow
from retour.gateways.http import HttpClient
from retour.kernel.ids import workspace_text

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from retour.desk.channels.accounts import Opened
    from retour.desk.house import House
    from retour.gateways.channelengine.client import ChannelEngine

NOT_INSTALLED: Final = Fault(
    trouble=Trouble.LATER,
    words="ChannelEngine's client is not installed. Install retour[channelengine] and start again.",
    after_s=600,
)
NO_PRACTICE: Final = Fault(
    trouble=Trouble.LATER,
    words="There is no ChannelEngine to practise with here. Give the name of your own account.",
    after_s=600,
)


@asynccontextmanager
async def calling(house: House, account: Opened) -> AsyncGenerator[ChannelEngine | Fault]:
    """Give an account's client for a call or two that somebody waits for."""
    http = HttpClient(allow=parse_allow(house.settings.egress_allow))
    http.start()
    try:
        yield await Calls(house, http).client(account)
    finally:
        await http.close()


class Calls:
    """Gives each account's client; all that ask one account keep its pace together."""

    def __init__(self, house: House, http: Wire) -> None:
        self._house = house
        self._http = http
        self._paces: defaultdict[tuple[int, str], Pace] = defaultdict(Pace)

    async def client(self, account: Opened) -> ChannelEngine | Fault:
        """Give the client of an account, or why there is none."""

        def load() -> type[ChannelEngine] | None:
            try:
                from retour.gateways.channelengine.client import ChannelEngine
            except ModuleNotFoundError:
                return None
            return ChannelEngine

        made = await asyncio.to_thread(load)
        if made is None:
            return NOT_INSTALLED
        pace = self._paces[account.workspace_id, account.account.code]
        if account.account.tenant == PRACTICE:
            wire = self._house.practice
            if wire is None:
                return NO_PRACTICE
            name = workspace_text(account.workspace_id)
            return made(wire, f"{PRACTICE_URL}/{name}/api", account.api_key, pace)
        tenant = account.account.tenant
        api = self._house.settings.channelengine_url.replace("{tenant}", tenant)
        return made(self._http, api, account.api_key, pace)
