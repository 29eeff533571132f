"""A real mail server and the real engine, for mails to who has withdrawn."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiosmtpd.smtp import SMTP, Envelope, Session

from retour.delivery.effects import ACKNOWLEDGEMENT_PATIENCE, Patience
from retour.delivery.worker import Equipment, delivering
from retour.gateways.mail import SmtpSettings
from retour.store.database import DELIVERY
from retour.wiring.working import Acknowledger, Reporter

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from retour.delivery.protocols import Acknowledge
    from retour.desk.house import House


class Relay:
    """An SMTP server that keeps mails by their reader and answers each as it is told."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, bytes]] = []
        self.words: list[str] = ["250 2.0.0 Kept as Q1"]
        self.port = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's word
        del server, session
        self.mails.append((envelope.rcpt_tos[0], envelope.original_content or b""))
        return self.words.pop(0) if len(self.words) > 1 else self.words[0]

    def to(self, reader: str) -> list[bytes]:
        """Give the mails of a reader; other workspaces' are not ours to count."""
        return [content for to, content in self.mails if to == reader]


@asynccontextmanager
async def sending(
    house: House,
    patience: Patience = ACKNOWLEDGEMENT_PATIENCE,
    *,
    acknowledge: Acknowledge | None = None,
) -> AsyncGenerator[Relay]:
    """Deliver to a relay for as long as the block lasts."""
    relay = Relay()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(relay, loop=loop), "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    reporter = Reporter(house)
    equipment = Equipment(
        execute=reporter,
        acknowledge=acknowledge or Acknowledger(reporter),
        patience=patience,
        smtp=SmtpSettings.parse(f"smtp://127.0.0.1:{relay.port}"),
        mail_from="Shop <returns@example.com>",
    )
    pool = await house.database.pool(DELIVERY)
    try:
        async with delivering(pool, house.vault, equipment):
            yield relay
    finally:
        server.close()
