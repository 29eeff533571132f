"""A workspace's configuration as one document: given out, compared with, brought in again.

It holds what people settle (rules, places, words, looks) and nothing that is secret, somebody's or
happened: no key, account, endpoint, person, order or picture.  What a document leaves out stays as
it is; nothing is ever removed by one.  Each part is put by the use case that its own page calls.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, cast

import msgspec
from msgspec import Meta

from retour.desk import brand, facilities, policies, routing
from retour.desk.conversation import replies
from retour.desk.conversation.replies import ReplyTemplatePut
from retour.desk.dock import dispositions, grades, grading_sets
from retour.desk.dock.dispositions import DispositionPut
from retour.desk.dock.grades import GradeWords
from retour.desk.dock.grading_sets import GradingSetPut
from retour.desk.facilities import FacilityPut
from retour.desk.notifications import profiles, templates
from retour.desk.notifications.body import (
    ProfileNew,
    Source,
    Subject,
    TemplateNew,
    TemplatePatch,
)
from retour.desk.outcome import Done, Outcome, Refused
from retour.desk.pages import LIMIT_MAX, Page, read_page
from retour.desk.policies import PolicyPut
from retour.desk.policies.yaml_form import UnreadableYaml, read_yaml, write_document
from retour.desk.portal import settings as portal
from retour.desk.portal.settings import PortalSettings
from retour.desk.quality_body import Grade
from retour.desk.routing import RoutingPut
from retour.desk.scopes import holds
from retour.desk.withdrawals import settings as withdrawals
from retour.desk.withdrawals.settings import WithdrawalSettings
from retour.dialects.brand.brand import Brand, kept_brand
from retour.kernel.fields import wrong_fields
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.subscription import CUSTOMER
from retour.lifecycle.bodies import Body
from retour.store.brands import brand_said
from retour.store.portal import settings_said
from retour.store.telling_notifications import (
    StoredTemplate,
    customer_profile,
    mails_of_profile,
)
from retour.store.withdrawals import settings_said as withdrawals_said

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.kernel.fields import Json
    from retour.lifecycle.model import Actor

_ENCODE: Final = msgspec.json.Encoder()
MAILS_SCOPE: Final = "subscriptions:write"
"""What one must hold to bring mails in, beside what all else asks for."""
_MAILS_SEEN: Final = "subscriptions:read"
_NOTE: Final = "from a configuration"
_NOT_MAILS: Final = f"Whoever brings mails in needs {MAILS_SCOPE}."

Key = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[^/\x00]+$")]
MailKey = Annotated[
    str, Meta(max_length=80, pattern=r"^[a-z_]+/[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")
]


class MailSaid(Body):
    """A mail to customers; its words are ours where none are given."""

    subject: Subject | None = None
    body: Source | None = None
    active: bool = True


class Configuration(Body):
    """What a workspace settles; parts that are left out are not spoken of.

    Args:
        grades: Their words; what they look like stays.
        mails: To customers, by event and language, such as return_requested/en.
        answers: By their code; templates of replies.
    """

    facilities: dict[Key, FacilityPut] = {}
    grading_sets: dict[Key, GradingSetPut] = {}
    dispositions: dict[Key, DispositionPut] = {}
    grades: dict[Grade, GradeWords] = {}
    policies: dict[Key, PolicyPut] = {}
    routing: RoutingPut | None = None
    portal: PortalSettings | None = None
    withdrawals: WithdrawalSettings | None = None
    brand: Brand | None = None
    answers: dict[Key, ReplyTemplatePut] = {}
    mails: dict[MailKey, MailSaid] = {}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for it: what they may, and as whom versions name them."""

    scopes: frozenset[str]
    actor: Actor | None = None


class Item(Body):
    """One thing of a document, and what becomes of it.

    Args:
        fields: What differs, where it is there already.
        detail: Why it was refused.
    """

    part: str
    key: str
    change: Literal["same", "new", "changed", "refused"]
    fields: tuple[str, ...] = ()
    detail: str | None = None


Said = Mapping[str, Body]
Read = Callable[["House", int], Awaitable[Said]]
Put = Callable[["House", int, str, Any, "Actor | None"], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a configuration: how it is read, and how one thing of it is put."""

    read: Read
    put: Put
    is_one: bool = False


async def read(house: House, workspace_id: int, scopes: frozenset[str]) -> Outcome:
    """Give it whole, but for what was never said, and for mails where one may not see them."""
    return Done(status=200, body=_ENCODE.encode(await _whole(house, workspace_id, scopes)))


async def compare(house: House, workspace_id: int, said: Configuration) -> Outcome:
    """Say of each thing whether it is new, differs or is the same; nothing is written."""
    return _told([one async for one in _items(house, workspace_id, said)])


async def bring_in(house: House, workspace_id: int, said: Configuration, by: Asker) -> Outcome:
    """Put what is new or differs, each by itself; what is refused says why and stops nothing else.

    What hangs on something further down is tried once more at the end, so no order is asked for.
    """
    items = [one async for one in _items(house, workspace_id, said)]
    for waiting in (("new", "changed"), ("refused",)):
        for place, item in enumerate(items):
            if item.change in waiting:
                items[place] = await _brought(house, workspace_id, said, item, by)
    return _told(items)


async def _brought(
    house: House, workspace_id: int, said: Configuration, item: Item, by: Asker
) -> Item:
    """Put one thing; gives it as it came out."""
    if item.part == "mails" and not holds(by.scopes, MAILS_SCOPE):
        return msgspec.structs.replace(item, change="refused", detail=_NOT_MAILS)
    body = _said_of(said, item.part)[item.key]
    try:
        done = await _PARTS[item.part].put(house, workspace_id, item.key, body, by.actor)
    except InvalidRequest as error:
        words = "; ".join(f"{one.pointer}: {one.detail}".lstrip(": ") for one in error.errors)
        return msgspec.structs.replace(item, change="refused", detail=words)
    if isinstance(done, Refused):
        return msgspec.structs.replace(item, change="refused", detail=done.refusal.detail)
    assert isinstance(done, Done), "no version is named, and what is put need not be there"
    change: Literal["changed", "new"] = "changed" if item.fields else "new"
    return msgspec.structs.replace(item, change=change, detail=None)


async def _items(house: House, workspace_id: int, said: Configuration) -> AsyncIterator[Item]:
    """Hold each thing of a document beside what is there."""
    for name, part in _PARTS.items():
        if not (wanted := _said_of(said, name)):
            continue
        there = await part.read(house, workspace_id)
        for key, body in wanted.items():
            if (before := there.get(key)) is None:
                yield Item(part=name, key=key, change="new")
                continue
            old, new = msgspec.to_builtins(before), msgspec.to_builtins(body)
            fields = tuple(field for field in new if new[field] != old[field])
            yield Item(part=name, key=key, change="changed" if fields else "same", fields=fields)


def _told(items: list[Item]) -> Done:
    counts = {
        change: sum(one.change == change for one in items)
        for change in ("new", "changed", "same", "refused")
    }
    return Done(status=200, body=_ENCODE.encode({**counts, "items": items}))


def _said_of(said: Configuration, name: str) -> Said:
    """Give the things of a part by their keys; a part that is one thing has it under no name."""
    value = getattr(said, name)
    if not _PARTS[name].is_one:
        things: Said = value
        return things
    return {} if value is None else {"": value}


async def _whole(house: House, workspace_id: int, scopes: frozenset[str]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, part in _PARTS.items():
        if name == "mails" and not holds(scopes, _MAILS_SEEN):
            continue
        there = await part.read(house, workspace_id)
        if part.is_one and there:
            shown[name] = there[""]
        elif there:
            shown[name] = dict(there)
    return shown


# ---------------------------------------------------------------- as a file

_HEAD: Final = """\
# What a workspace of Retour settles. Bring it in with: retour config import WORKSPACE FILE
# What is left out stays as it is; nothing is removed. No secret, account, person or picture.
"""
FILE_BYTES_MAX: Final = 2 << 20
"""Of a file that is brought in."""
_SHAPE: Final = msgspec.inspect.type_info(Configuration)


def as_yaml(document: Mapping[str, object]) -> str:
    """Write it for people, and for files that are compared."""
    return write_document(document, _HEAD)


def read_text(text: bytes) -> Configuration:
    """Read it out of YAML or JSON.

    Raises:
        InvalidRequest: It is neither, or no configuration; names every field that is wrong.
    """
    try:
        tree = read_yaml(text, FILE_BYTES_MAX)
    except UnreadableYaml as error:
        fault = FieldError(pointer="", code="bad_value", detail=str(error))
        raise InvalidRequest(fault) from error
    try:
        return msgspec.convert({} if tree is None else tree, Configuration)
    except msgspec.ValidationError as error:
        errors = wrong_fields(cast("Json", tree), _SHAPE)
        fault = FieldError(pointer="", code="bad_value", detail=f"{error}.")
        raise InvalidRequest(*(errors or [fault])) from error


# ---------------------------------------------------------------- how each part is read


async def _rows(
    ask: Callable[[Page], Awaitable[Outcome]],
) -> AsyncIterator[dict[str, Any]]:
    """Go through a list, page by page."""
    page: Page | None = Page(limit=LIMIT_MAX)
    while page is not None:
        answered = await ask(page)
        assert isinstance(answered, Done), "a list is answered"
        listed = msgspec.json.decode(answered.body)
        for row in listed["data"]:
            yield row
        following = listed["next_cursor"]
        page = None if following is None else read_page(str(LIMIT_MAX), following)


def _as(said: type[Body], row: Mapping[str, Any]) -> Body:
    """Give what was put, of what is shown."""
    fields = said.__struct_fields__
    return msgspec.convert({name: row[name] for name in fields if name in row}, said)


async def _facilities(house: House, workspace_id: int) -> Said:
    rows = _rows(lambda page: facilities.listing(house, workspace_id, page))
    return {row["code"]: _as(FacilityPut, row) async for row in rows}


async def _grading_sets(house: House, workspace_id: int) -> Said:
    rows = _rows(lambda page: grading_sets.listing(house, workspace_id, page))
    return {row["id"]: _as(GradingSetPut, row) async for row in rows if not row["retired"]}


async def _dispositions(house: House, workspace_id: int) -> Said:
    rows = _rows(lambda _: dispositions.listing(house, workspace_id))
    return {row["code"]: _as(DispositionPut, row) async for row in rows if row["own"]}


async def _grades(house: House, workspace_id: int) -> Said:
    rows = _rows(lambda _: grades.listing(house, workspace_id))
    return {row["grade"]: _as(GradeWords, row) async for row in rows if row["own"]}


async def _policies(house: House, workspace_id: int) -> Said:
    rows = _rows(lambda page: policies.listing(house, workspace_id, page))
    return {row["id"]: _as(PolicyPut, row) async for row in rows}


async def _answers(house: House, workspace_id: int) -> Said:
    rows = _rows(lambda page: replies.listing(house, workspace_id, page))
    return {row["code"]: _as(ReplyTemplatePut, row) async for row in rows}


async def _routing(house: House, workspace_id: int) -> Said:
    found = await routing.look_up(house, workspace_id)
    assert isinstance(found, Done), "it is always answered"
    return {"": _as(RoutingPut, msgspec.json.decode(found.body))} if found.version else {}


async def _portal(house: House, workspace_id: int) -> Said:
    async with house.database.transaction(workspace_id) as connection:
        if await settings_said(connection, workspace_id) is None:
            return {}
        return {"": await portal.said_of(connection, workspace_id)}


async def _withdrawals(house: House, workspace_id: int) -> Said:
    async with house.database.transaction(workspace_id) as connection:
        if await withdrawals_said(connection, workspace_id) is None:
            return {}
        return {"": await withdrawals.said_of(connection, workspace_id)}


async def _brand(house: House, workspace_id: int) -> Said:
    async with house.database.transaction(workspace_id) as connection:
        text = await brand_said(connection, workspace_id)
    return {} if text is None else {"": kept_brand(text).said}


async def _mails(house: House, workspace_id: int) -> Said:
    async with house.database.transaction(workspace_id) as connection:
        profile = await customer_profile(connection, workspace_id)
        if profile is None:
            return {}
        there = await mails_of_profile(connection, workspace_id, profile.id)
    return {
        f"{one.body.event}/{one.body.language}": MailSaid(
            subject=one.body.subject, body=one.body.body, active=one.body.active
        )
        for one in there
    }


# ---------------------------------------------------------------- how each part is put


async def _put_policy(
    house: House, workspace_id: int, key: str, body: PolicyPut, actor: Actor | None
) -> Outcome:
    return await policies.put(house, workspace_id, key, body, actor=actor)


async def _put_mail(
    house: House, workspace_id: int, key: str, said: MailSaid, _actor: Actor | None
) -> Outcome:
    """Say a mail anew, or make it, with the profile that leads to customers."""
    event, _, language = key.partition("/")
    async with house.database.transaction(workspace_id) as connection:
        profile = await customer_profile(connection, workspace_id)
        known: Sequence[StoredTemplate] = ()
        if profile is not None:
            known = await mails_of_profile(connection, workspace_id, profile.id)
    for one in known:
        if (one.body.event, one.body.language) == (event, language):
            patch = TemplatePatch(
                subject=said.subject, body=said.body, active=said.active, note=_NOTE
            )
            return await templates.patch(house, workspace_id, one.id, patch)
    if profile is None:
        new = ProfileNew(name="Customer", type="email", address=CUSTOMER)
        made = await profiles.create(house, workspace_id, new)
        assert isinstance(made, Done), "a workspace whose configuration is put is there"
        profile_id: str = msgspec.json.decode(made.body)["id"]
    else:
        profile_id = profile.id
    template = TemplateNew(
        event=event,
        type="email",
        profiles=(profile_id,),
        language=language,
        subject=said.subject,
        body=said.body,
        active=said.active,
    )
    return await templates.create(house, workspace_id, template)


def _keyed(put: Callable[..., Awaitable[Outcome]]) -> Put:
    return lambda house, workspace_id, key, body, _: put(house, workspace_id, key, body)


def _alone(put: Callable[..., Awaitable[Outcome]]) -> Put:
    return lambda house, workspace_id, _key, body, _: put(house, workspace_id, body)


_PARTS: Final[Mapping[str, _Part]] = {
    "facilities": _Part(_facilities, _keyed(facilities.put)),
    "grading_sets": _Part(_grading_sets, _keyed(grading_sets.put)),
    "dispositions": _Part(_dispositions, _keyed(dispositions.put)),
    "grades": _Part(_grades, _keyed(grades.put_words)),
    "policies": _Part(_policies, _put_policy),
    "routing": _Part(_routing, _alone(routing.put), is_one=True),
    "portal": _Part(_portal, _alone(portal.put), is_one=True),
    "withdrawals": _Part(_withdrawals, _alone(withdrawals.put), is_one=True),
    "brand": _Part(_brand, _alone(brand.put), is_one=True),
    "answers": _Part(_answers, _keyed(replies.put)),
    "mails": _Part(_mails, _put_mail),
}
"""What a configuration consists of; each after what it names."""
