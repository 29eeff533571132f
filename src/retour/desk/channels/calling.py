"""How ChannelEngine is called: its client loaded when first asked, its pace kept by account."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from retour.gateways.channelengine import PRACTICE, PRACTICE_URL, Fault, Trouble, Wire
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
    """Gives each account's client; an account that has had enough is left alone until it says."""

    def __init__(self, house: House, http: Wire) -> None:
        self._house = house
        self._http = http
        self._held: dict[tuple[int, str], float] = {}

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
        if account.account.tenant == PRACTICE:
            wire = self._house.practice
            if wire is None:
                return NO_PRACTICE
            name = workspace_text(account.workspace_id)
            return made(wire, f"{PRACTICE_URL}/{name}/api", account.api_key)
        tenant = account.account.tenant
        api = self._house.settings.channelengine_url.replace("{tenant}", tenant)
        return made(self._http, api, account.api_key)

    def held(self, workspace_id: int, code: str) -> Fault | None:
        """Say whether the account asked to be left alone, and for how long still."""
        left = self._held.get((workspace_id, code), 0.0) - time.monotonic()
        if left <= 0:
            return None
        words = "ChannelEngine asked to be left alone for a while."
        return Fault(trouble=Trouble.LATER, words=words, after_s=int(left) + 1)

    def hold(self, workspace_id: int, code: str, fault: Fault) -> Fault:
        """Remember that an account has had enough of us."""
        if fault.trouble is Trouble.LATER and fault.after_s is not None:
            self._held[workspace_id, code] = time.monotonic() + fault.after_s
        return fault
