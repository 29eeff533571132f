"""A delivery process: the engine with all it needs, its housekeeping, and its being kept alive.

``delivering`` is for who has an event loop of his own, ``run`` is the whole of a process.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import structlog

from retour.delivery.acknowledging import AcknowledgementSender
from retour.delivery.effects import ACKNOWLEDGEMENT_PATIENCE, Patience
from retour.delivery.engine import Bounds, Engine, Outside
from retour.delivery.house_letters import LetterSender
from retour.delivery.labels import Desk, LabelSender, NoDesk
from retour.delivery.limits import (
    MAINTENANCE_S,
    PARTITIONS_AHEAD_DAYS,
    REPLIES_DAYS,
    RETENTION_DAYS,
)
from retour.delivery.mails import MailSender
from retour.delivery.parcels import TrackingSender
from retour.delivery.protocols import Acknowledge, Attach, Execute, Foresee, Letters, Sender
from retour.delivery.refunds import RefundSender
from retour.delivery.settling import AWAY
from retour.delivery.stocks import LegSender, StockSender
from retour.delivery.templating import TemplateMaker
from retour.delivery.timers import TimerSender
from retour.gateways.carriers import Carriers, NoCarriers
from retour.gateways.egress import Allowed
from retour.gateways.http import HttpClient
from retour.gateways.mail import SmtpSettings
from retour.gateways.payments import Processor
from retour.gateways.stock import Stock
from retour.gateways.templates import TemplatePool
from retour.kernel.subscription import SubscriptionKind
from retour.store.delivery_queries import drop_partitions, forget_replies, make_partitions
from retour.store.links import Links
from retour.store.replies import Replies

if TYPE_CHECKING:
    import asyncpg

    from retour.store.secrets import Vault

_LOG: Final = structlog.get_logger()
_GC_THRESHOLD: Final = 50_000
"""Results are garbage by the thousand and in no cycles; looking for those each 700 is dear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """Everything a delivery process reaches the world with.

    Args:
        allow: Addresses exempt from the egress guard.
        own_hosts: This platform's own names, which tenants may not call.
        smtp: The relay; ``None`` lets mail wait.
        public_base: Where people reach our pages; ``None`` leaves links to them out.
        execute: Carries out the commands that effects come to.
        processors: By the executor's name, such as ``sandbox``.
        stocks: By the executor's name too.
        carriers: By the codes of a workspace's accounts.
        parcels: What is kept of parcels beside their returns.
        acknowledge: Records what became of mails to who has withdrawn; without it they wait.
        patience: How long such mails are tried.
        attach: Prints what mails about settlements carry; without it they carry nothing.
        foresee: Says what a requested return would come to; without it mails say nothing of it.
        letters: Writes the house's letters to people; without it they wait.
    """

    execute: Execute
    allow: tuple[Allowed, ...] = ()
    own_hosts: frozenset[str] = frozenset()
    smtp: SmtpSettings | None = None
    mail_from: str = "returns@localhost"
    public_base: str | None = None
    processors: Mapping[str, Processor] = field(default_factory=dict[str, Processor])
    stocks: Mapping[str, Stock] = field(default_factory=dict[str, Stock])
    carriers: Carriers = field(default_factory=NoCarriers)
    parcels: Desk = field(default_factory=NoDesk)
    reply_domain: str | None = None
    acknowledge: Acknowledge | None = None
    patience: Patience = ACKNOWLEDGEMENT_PATIENCE
    attach: Attach | None = None
    foresee: Foresee | None = None
    letters: Letters | None = None


@asynccontextmanager
async def delivering(
    pool: asyncpg.Pool, vault: Vault, equipment: Equipment, bounds: Bounds | None = None
) -> AsyncGenerator[Engine]:
    """Deliver for as long as the block lasts; what is in flight is finished at its end.

    The block is cancelled where the engine breaks.
    """
    http = HttpClient(allow=equipment.allow, own_hosts=equipment.own_hosts)
    http.start()
    templates = TemplatePool()
    mails = MailSender(equipment.smtp)
    links = None if equipment.public_base is None else Links(vault, equipment.public_base)
    domain = equipment.reply_domain
    replies = None if domain is None else Replies(vault, domain)
    acknowledging: dict[SubscriptionKind, Sender] = {}
    if equipment.acknowledge is not None:
        sender = AcknowledgementSender(mails, equipment.acknowledge, equipment.patience)
        acknowledging[SubscriptionKind.ACKNOWLEDGEMENT] = sender
    letters = None
    if equipment.letters is not None:
        letters = LetterSender(equipment.smtp, equipment.letters)
    outside = Outside(
        http=http,
        maker=TemplateMaker(
            pool,
            templates,
            equipment.mail_from,
            links,
            replies,
            attach=equipment.attach,
            foresee=equipment.foresee,
        ),
        senders={
            SubscriptionKind.EMAIL: mails,
            SubscriptionKind.NOTICE: mails,
            SubscriptionKind.MESSAGE: mails,
            SubscriptionKind.REFUND: LegSender(
                RefundSender(pool, equipment.execute, equipment.processors),
                StockSender(equipment.execute, equipment.stocks),
            ),
            SubscriptionKind.LABEL: LabelSender(
                equipment.execute, equipment.carriers, equipment.parcels
            ),
            SubscriptionKind.TRACKING: TrackingSender(
                equipment.execute, equipment.carriers, equipment.parcels
            ),
            SubscriptionKind.TIMER: TimerSender(equipment.execute),
            **acknowledging,
        },
        letters=letters,
    )
    engine = Engine(pool, vault, outside, bounds)
    try:
        async with asyncio.TaskGroup() as group:
            running = group.create_task(engine.run(), name="delivery")
            keeping = group.create_task(_keep_house(pool), name="housekeeping")
            try:
                yield engine
            finally:
                engine.stop()
                keeping.cancel()
                await asyncio.wait((running,))
    finally:
        await http.close()
        await templates.close()


async def run(
    pool: asyncpg.Pool,
    vault: Vault,
    equipment: Equipment,
    *,
    bounds: Bounds | None = None,
    until: asyncio.Event,
    on_start: Callable[[Engine], None] | None = None,
) -> None:
    """Deliver until told otherwise; ``on_start`` gets the engine, to give it hints."""
    tune_memory()
    async with delivering(pool, vault, equipment, bounds) as engine:
        if on_start is not None:
            on_start(engine)
        await until.wait()


def tune_memory() -> None:
    """Look for cyclic garbage less often, and never again in what is loaded by now."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD, 20, 20)


async def _keep_house(pool: asyncpg.Pool) -> None:
    """Have partitions ahead, let old ones go; each hour, whichever process comes first."""
    while True:
        try:
            made = await make_partitions(pool, PARTITIONS_AHEAD_DAYS)
            dropped = await drop_partitions(pool, RETENTION_DAYS)
            await forget_replies(pool, REPLIES_DAYS)
            if made or dropped:
                _LOG.info("partitions", made=made, dropped=dropped)
        except AWAY as error:
            _LOG.warning("housekeeping waits", why=repr(error))
        await asyncio.sleep(MAINTENANCE_S)
