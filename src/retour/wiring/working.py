"""Delivery joined together: the engine with everything it reaches the world with.

What an effect comes to goes through the front door: the adapter here hands it to the desk as a
command, keyed by (effect, attempt), so that a repetition after a crash changes nothing.
"""

from __future__ import annotations

import hashlib
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import msgspec

from retour.delivery.crash import arm
from retour.delivery.crediting import CreditLedger
from retour.delivery.protocols import NotRecorded, Recorded
from retour.delivery.worker import Equipment
from retour.delivery.worker import delivering as engine_delivering
from retour.desk.channels.calling import Calls
from retour.desk.channels.processors import ChannelEngineAccounts
from retour.desk.execute import Asked, RequestKey, execute
from retour.desk.foreseeing import Foresight
from retour.desk.memos.printing import Memos
from retour.desk.outcome import Done, KeyReused, NotFound, Refused
from retour.desk.parcels.carriers import AccountCarriers
from retour.desk.parcels.papers import Papers
from retour.desk.parcels.sharing import follow
from retour.desk.payments.accounts import STRIPE
from retour.desk.payments.processors import StripeAccounts
from retour.desk.people.letters import HouseLetters
from retour.desk.withdrawals.acknowledging import record
from retour.desk.withdrawals.returning import follow_by_itself
from retour.gateways.egress import parse_allow
from retour.gateways.http import HttpClient
from retour.gateways.mail import SmtpSettings
from retour.lifecycle.commands import (
    FireTimers,
    RecordLabel,
    RecordPickup,
    RecordVoid,
    Track,
)
from retour.lifecycle.model import Actor, ActorKind
from retour.sandbox.carrier import SandboxCarrier
from retour.sandbox.processor import SandboxProcessor
from retour.sandbox.stock import SandboxStock
from retour.store.database import DELIVERY
from retour.wiring.backtesting import backtesting
from retour.wiring.deciding import deciding
from retour.wiring.exporting import exporting
from retour.wiring.holding import remembering
from retour.wiring.keeping import keeping
from retour.wiring.polling import LOOK_S, polling
from retour.wiring.publishing import publishing
from retour.wiring.reconciling import reconciling

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from retour.delivery.engine import Engine
    from retour.desk.house import House
    from retour.lifecycle.commands import Command
    from retour.lifecycle.withdrawals.acts import Details

_ENCODE: Final = msgspec.json.Encoder(order="deterministic")
_EFFECT_KEY: Final = "effect"
_ACTORS: Final[Mapping[type[Command], ActorKind]] = {
    RecordLabel: ActorKind.CARRIER,
    RecordVoid: ActorKind.CARRIER,
    RecordPickup: ActorKind.CARRIER,
    Track: ActorKind.CARRIER,
    FireTimers: ActorKind.SYSTEM,
}
"""Who says what an effect came to; all else is a processor's word."""


class Reporter:
    """Tells the desk what effects came to; the house is known once the engine runs."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def __call__(
        self,
        workspace_id: int,
        return_id: str,
        command: Command,
        *,
        effect_id: str,
        attempt: int,
    ) -> Recorded | NotRecorded:
        """Carry the command out, once per (effect, attempt) and outcome.

        Raises:
            Busy: The order is being changed by many at once; tell it again.
        """
        kind = _ACTORS.get(type(command), ActorKind.PROCESSOR)
        outcome = await execute(
            self.house,
            Asked(
                workspace_id=workspace_id,
                return_id=return_id,
                plan=[command],
                actor=Actor(kind=kind),
                source=kind.value,
                key=RequestKey(
                    key_id=_EFFECT_KEY,
                    key=f"{effect_id}/{attempt}",
                    digest=hashlib.sha256(_ENCODE.encode(command)).digest(),
                ),
            ),
        )
        match outcome:
            case Done():
                await follow(self.house, workspace_id, return_id, command)
                return Recorded(outcome.body)
            case Refused(refusal=refusal):
                return NotRecorded(refusal.detail)
            case NotFound():
                return NotRecorded("The return is not there any more.")
            case KeyReused():
                return NotRecorded("This attempt was recorded with another outcome before.")
            case _:
                message = "no version was named"
                raise AssertionError(message)


class Acknowledger:
    """Tells the desk what became of a mail to somebody who has withdrawn."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter

    async def __call__(
        self, workspace_id: int, withdrawal_id: str, *, is_sent: bool, proof: Details
    ) -> None:
        """Record it, and let the return follow where the merchant wants that by itself."""
        house = self._reporter.house
        await record(house, workspace_id, withdrawal_id, is_sent=is_sent, proof=proof)
        await follow_by_itself(house, workspace_id, withdrawal_id)


@asynccontextmanager
async def delivering(house: House, *, look_s: float = LOOK_S) -> AsyncGenerator[Engine]:
    """Deliver for as long as the block lasts; what is in flight is finished at its end.

    Args:
        look_s: How often it is looked up which channel accounts are due.

    Raises:
        UnknownCrashPoint: RETOUR_CRASH_AT names none.
        ValueError: RETOUR_EGRESS_ALLOW or RETOUR_SMTP_URL cannot be understood.
    """
    settings = house.settings
    arm(settings.crash_at, testing=settings.testing)
    reporter = Reporter(house)
    http = HttpClient(allow=parse_allow(settings.egress_allow))
    http.start()
    calls = Calls(house, http)
    equipment = Equipment(
        execute=reporter,
        acknowledge=Acknowledger(reporter),
        allow=parse_allow(settings.egress_allow),
        smtp=SmtpSettings.parse(settings.smtp_url) if settings.smtp_url else None,
        mail_from=settings.mail_from,
        reply_domain=settings.reply_domain,
        public_base=settings.public_base,
        processors={
            "sandbox": SandboxProcessor(house.database),
            STRIPE: StripeAccounts(house, http),
            "channelengine": ChannelEngineAccounts(house, calls),
            "credit": CreditLedger(house.database),
        },
        stocks={"sandbox": SandboxStock(house.database)},
        carriers=AccountCarriers(house, http, SandboxCarrier(house.database)),
        parcels=Papers(house),
        attach=Memos(house),
        foresee=Foresight(house),
        letters=HouseLetters(house),
    )
    pool = await house.database.pool(DELIVERY)
    try:
        async with (
            backtesting(house),
            exporting(house),
            publishing(house),
            reconciling(house, http),
            remembering(house),
            keeping(house),
            engine_delivering(pool, house.vault, equipment) as engine,
        ):
            reporter.house = replace(house, hints=engine.hint)
            async with polling(reporter.house, calls, look_s), deciding(reporter.house):
                yield engine
    finally:
        await http.close()
