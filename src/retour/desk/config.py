"""What every request of a workspace depends on: its clock, its keys, its subscribers.

Kept in memory by epoch: every load answers the workspace's current epoch, every commit re-checks
it, so a cached subscriber or key is never used after it was changed.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.control.limits import rules_of
from retour.desk.memos.settings import KeptSettings, PaperSettings, kept_settings
from retour.desk.people.roles import ROLES, Member, MemberRole
from retour.dialects.brand.brand import BrandKept, kept_brand
from retour.dialects.portal.grade_words import GradeKept
from retour.kernel.ids import workspace_number
from retour.kernel.subscription import SubscriptionBody
from retour.lifecycle.model import Actor, Executor
from retour.lifecycle.money.control import OWNER, POLICY, MoneyControl
from retour.policy.dispositions import DISPOSITIONS
from retour.policy.grading import GradingSet
from retour.policy.routing import Routing
from retour.store.brands import brand_said
from retour.store.control import control_said
from retour.store.dock import SQL as DOCK
from retour.store.grades import grades_said
from retour.store.papers import settings_said as papers_said
from retour.store.payments import processors_of
from retour.store.routing import routing_of
from retour.store.statements import named

if TYPE_CHECKING:
    import asyncpg

    from retour.store.database import Database

_SQL: Final = named("workspaces")
_PEOPLE: Final = named("people")
_BODY: Final = msgspec.json.Decoder(SubscriptionBody)
_GRADING_SET: Final = msgspec.json.Decoder(GradingSet)
_GRADE: Final = msgspec.json.Decoder(GradeKept)
_CACHED_MAX: Final = 10_000
"""Workspaces whose configuration one process keeps."""
GRADING_SETS_MAX: Final = 200
DISPOSITIONS_MAX: Final = 200
MEMBERS_MAX: Final = 500
_NOTED_S: Final = 60.0
"""How often it is noted that a key is in use."""
_TRUSTED_S: Final = 1.0
"""How long a configuration serves reads without being looked at again; commands always check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Somebody whom a commit may have to tell."""

    id: str
    version: int
    body: SubscriptionBody


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A good API key, by its digest."""

    id: str
    name: str
    digest: bytes
    scopes: frozenset[str]
    facilities: frozenset[str] | None = None
    role: str = OWNER
    networks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceConfig:
    """One workspace as of one epoch."""

    id: int
    name: str
    mode: str
    zone: str
    currency: str
    epoch: int
    clock_offset: timedelta
    """How far a sandbox's business time is ahead; at most a second old, as all of it."""
    keys: dict[str, Key]
    subscribers: tuple[Subscriber, ...]
    grading_sets: tuple[GradingSet, ...] = ()
    dispositions: frozenset[str] = frozenset(DISPOSITIONS)
    processors: frozenset[str] = frozenset()
    control: MoneyControl = field(default_factory=MoneyControl)
    documents: KeptSettings = field(default_factory=KeptSettings)
    brand: BrandKept = field(default_factory=BrandKept)
    members: dict[str, Member] = field(default_factory=dict[str, Member])
    routing: Routing = field(default_factory=Routing)
    grades: dict[str, GradeKept] = field(default_factory=dict[str, GradeKept])

    @property
    def papers(self) -> PaperSettings:
        """What the workspace says of its memos and credit notes."""
        return self.documents.said

    @property
    def logo(self) -> str | None:
        """The digest of the picture on them."""
        return self.documents.logo

    @property
    def executors(self) -> frozenset[Executor]:
        """Who can move money here: play money in sandboxes only, processors with an account."""
        always = {Executor.EXTERNAL}
        if self.control.keeps_credit:
            always.add(Executor.CREDIT)
        if self.is_sandbox:
            always.add(Executor.SANDBOX)
        return frozenset({*always, *(Executor(one) for one in self.processors)})

    def role_of(self, actor: Actor) -> str:
        """Say whose limits hold for what somebody does: a key's, a member's or the policy's."""
        if actor.id is None:
            return POLICY
        if (member := self.members.get(actor.id)) is not None:
            return ROLES[member.role].limits
        key = self.keys.get(actor.id)
        return POLICY if key is None else key.role

    @property
    def is_sandbox(self) -> bool:
        """True where time can be advanced and money is play money."""
        return self.mode == "sandbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks: an API key of one workspace, or a member; ``facilities``: where, None all over.

    ``key_id`` is the key's id, or the person's; ``networks``: whence alone, none for anywhere.
    """

    workspace_id: int
    key_id: str
    scopes: frozenset[str]
    facilities: frozenset[str] | None = None
    role: str = OWNER
    networks: tuple[str, ...] = ()


class Configs:
    """The configurations one process knows."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[int, tuple[float, WorkspaceConfig]] = OrderedDict()
        self._used: OrderedDict[str, float] = OrderedDict()

    async def at(self, workspace_id: int, epoch: int) -> WorkspaceConfig:
        """Give the configuration as of ``epoch`` or later."""
        entry = self._known.get(workspace_id)
        if entry is not None and entry[1].epoch >= epoch:
            return entry[1]
        config = await self._load(workspace_id)
        assert config is not None, "a workspace that was just loaded exists"
        return config

    async def recent(self, workspace_id: int) -> WorkspaceConfig | None:
        """Give a configuration at most a second old; ``None`` where there is no such workspace."""
        entry = self._known.get(workspace_id)
        if entry is not None and time.monotonic() - entry[0] < _TRUSTED_S:
            return entry[1]
        return await self._load(workspace_id)

    def forget(self, workspace_id: int) -> None:
        """Drop what is known of a workspace, after changing it."""
        self._known.pop(workspace_id, None)

    def is_first_in_a_minute(self, key_id: str) -> bool:
        """Say whether a key is used here for the first time in a minute."""
        now = time.monotonic()
        if now - self._used.get(key_id, -_NOTED_S) < _NOTED_S:
            return False
        self._used[key_id] = now
        self._used.move_to_end(key_id)
        if len(self._used) > _CACHED_MAX:
            self._used.popitem(last=False)
        return True

    async def _load(self, workspace_id: int) -> WorkspaceConfig | None:
        asked_at = time.monotonic()
        async with self._database.transaction(workspace_id) as connection:
            # The workspace first: should the rest change meanwhile, the epoch looks old, not new.
            row = await connection.fetchrow(_SQL["workspace_config"], workspace_id)
            if row is None:
                return None
            keys = await connection.fetch(_SQL["workspace_keys"], workspace_id)
            subscribers = await connection.fetch(_SQL["workspace_subscribers"], workspace_id)
            grading = await connection.fetch(
                DOCK["workspace_grading_sets"], workspace_id, GRADING_SETS_MAX
            )
            own = await connection.fetch(
                DOCK["workspace_dispositions"], workspace_id, DISPOSITIONS_MAX
            )
            processors = await processors_of(connection, workspace_id)
            control = rules_of(await control_said(connection, workspace_id))
            documents = kept_settings(await papers_said(connection, workspace_id))
            brand = kept_brand(await brand_said(connection, workspace_id))
            routing = await routing_of(connection, workspace_id)
            grades = await grades_said(connection, workspace_id)
            members = await connection.fetch(
                _PEOPLE["workspace_members"], workspace_id, MEMBERS_MAX
            )
        config = WorkspaceConfig(
            id=workspace_id,
            name=row["name"],
            mode=row["mode"],
            zone=row["zone"],
            currency=row["currency"],
            epoch=row["epoch"],
            clock_offset=timedelta(microseconds=row["clock_offset_us"]),
            keys={
                key["key_id"]: Key(
                    id=key["key_id"],
                    name=key["name"],
                    digest=key["digest"],
                    scopes=frozenset(key["scopes"]),
                    facilities=None if key["facilities"] is None else frozenset(key["facilities"]),
                    role=key["role"],
                    networks=tuple(key["networks"] or ()),
                )
                for key in keys
            },
            subscribers=tuple(
                Subscriber(
                    id=item["subscription_id"],
                    version=item["version"],
                    body=_BODY.decode(item["body"]),
                )
                for item in subscribers
            ),
            grading_sets=tuple(_GRADING_SET.decode(item["body"]) for item in grading),
            dispositions=frozenset((*DISPOSITIONS, *(item["code"] for item in own))),
            processors=processors,
            documents=documents,
            brand=brand,
            control=control,
            routing=routing,
            grades={grade: _GRADE.decode(row.body) for grade, row in grades.items()},
            members={one["person_id"]: _member(one) for one in members},
        )
        self._known[workspace_id] = (asked_at, config)
        self._known.move_to_end(workspace_id)
        if len(self._known) > _CACHED_MAX:
            self._known.popitem(last=False)
        return config


def _member(row: asyncpg.Record) -> Member:
    return Member(
        person_id=row["person_id"],
        role=MemberRole(row["role"]),
        facilities=None if row["facilities"] is None else frozenset(row["facilities"]),
        since=row["since"],
    )


def parse_token(token: str) -> tuple[int, str, bytes] | None:
    """Read ``rk_<live|test>_<key id>_<secret>``: workspace, key id, digest of the secret."""
    parts = token.split("_")
    if len(parts) != 4 or parts[0] != "rk" or parts[1] not in ("live", "test"):  # noqa: PLR2004 - its four parts
        return None
    workspace_id = workspace_number("ws_" + parts[2][:13])
    if workspace_id is None:
        return None
    return workspace_id, parts[2], hashlib.sha256(parts[3].encode()).digest()


async def authenticate(configs: Configs, token: str) -> Principal | None:
    """Say whose token this is, or ``None``; equal work whether the key or its secret is wrong."""
    parsed = parse_token(token)
    if parsed is None:
        return None
    workspace_id, key_id, digest = parsed
    config = await configs.recent(workspace_id)
    key = None if config is None else config.keys.get(key_id)
    matches = hmac.compare_digest(digest, key.digest if key else bytes(32))
    if key is None or not matches:
        return None
    return Principal(
        workspace_id=workspace_id,
        key_id=key.id,
        scopes=key.scopes,
        facilities=key.facilities,
        role=key.role,
        networks=key.networks,
    )
