"""What a merchant says about the portal: its use cases, its reasons, and where to ask people.

Use cases and reasons are flat lists: what stands below another names it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta

from retour.desk.messages import is_address
from retour.desk.outcome import Done, Outcome, VersionDiffers
from retour.dialects.portal.icons import Icon
from retour.dialects.portal.languages import LANGUAGES
from retour.dialects.portal.use_case_words import USE_CASES
from retour.dialects.portal.words import EN
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body, Word
from retour.store.loading import LoadKey, load
from retour.store.portal import put_settings, settings_said, settings_version
from retour.store.telling import take_turn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

    from retour.desk.house import House
    from retour.store.database import Connection

_ENCODE: Final = msgspec.json.Encoder()
_LABEL: Final = Meta(min_length=1, max_length=200)
Label = Annotated[str, _LABEL]
Labels = Annotated[dict[Word, Label], Meta(min_length=1, max_length=20)]
"""Words for shoppers by language; who speaks none of them reads the English, or else the first."""
Happens = Literal["page", "message", "return", "question"]
LEVELS_MAX: Final = 3
"""Questions that stand below one another."""


class UseCase(Body):
    """What a shopper may come for, and what happens then.

    Args:
        outcome: Another page opens; a message is written to an inbox; a return begins; or a
            question is asked, whose answers are the use cases that name it as ``under``.
        under: The question that this one answers; the first page has those without.
        url: Of the page.
        to: The inbox for its messages, instead of those that templates of use_case_email lead to.
        policy: Under which the return is asked for; the default one unless said.
    """

    id: Word
    label: Labels
    outcome: Happens
    hint: Labels | None = None
    under: Word | None = None
    url: Annotated[str, Meta(max_length=2000, pattern=r"^https?://[^\s]+$")] | None = None
    to: Annotated[str, Meta(min_length=3, max_length=320)] | None = None
    policy: Word | None = None


class ReasonOffered(Body):
    """Why goods may come back.

    Args:
        code: By which policies know it.
        under: The group that it stands in; a group is no reason by itself.
        words_needed: Whether the shopper has to say more in words of their own.
        retired: Not offered any more; returns that were asked for by it keep its name.
        icon: The sign beside it; the one usual for its code or its group unless said.
    """

    code: Word
    text: Labels
    under: Word | None = None
    words_needed: bool = False
    retired: bool = False
    icon: Icon | None = None


class Contact(Body):
    """Where shoppers ask people, where the portal cannot help."""

    email: Annotated[str, Meta(min_length=3, max_length=320)] | None = None
    phone: Annotated[str, Meta(min_length=3, max_length=50, pattern=r"^[+0-9 ()./-]+$")] | None = (
        None
    )
    url: Annotated[str, Meta(max_length=2000, pattern=r"^https?://[^\s]+$")] | None = None


class PortalSettings(Body):
    """A merchant's word on the portal.

    Args:
        use_cases: In the order they are shown; without any the portal begins with the order.
        reasons: Instead of ours.
        gifts: Whether who received a gift may give it back without the buyer hearing of it.
        orders: How many orders may come back at once.
    """

    use_cases: Annotated[tuple[UseCase, ...], Meta(max_length=50)] = ()
    reasons: Annotated[tuple[ReasonOffered, ...], Meta(max_length=100)] = ()
    contact: Contact = Contact()
    gifts: bool = True
    orders: Annotated[int, Meta(ge=1, le=5)] = 5


_SETTINGS: Final = msgspec.json.Decoder(PortalSettings)


async def said_of(connection: Connection, workspace_id: int) -> PortalSettings:
    """Give what a workspace says about its portal."""
    text = await settings_said(connection, workspace_id)
    return PortalSettings() if text is None else _SETTINGS.decode(text)


def offered_now(reasons: Sequence[ReasonOffered]) -> tuple[ReasonOffered, ...]:
    """Give the reasons that are offered: without what is retired, and groups that lost all."""
    gone = {one.code for one in reasons if one.retired}
    left = [one for one in reasons if not one.retired and one.under not in gone]
    groups, filled = {one.under for one in reasons}, {one.under for one in left}
    return tuple(one for one in left if one.code not in groups or one.code in filled)


async def look_up(house: House, workspace_id: int) -> Outcome:
    """Give the settings; in version 0 nothing was ever said."""
    async with house.database.transaction(workspace_id) as connection:
        said = await said_of(connection, workspace_id)
        version = await settings_version(connection, workspace_id)
    return Done(status=200, body=_ENCODE.encode(said), version=version)


async def put(
    house: House, workspace_id: int, said: PortalSettings, seen: int | None = None
) -> Outcome:
    """Say anew how the portal is arranged; baskets on their way go on as they were.

    Args:
        seen: The version that is written over; any where it is None.

    Raises:
        InvalidRequest: Something that cannot be shown, each with its remedy.
    """
    wrong = [*_use_cases_wrong(said.use_cases), *_reasons_wrong(said.reasons)]
    wrong += [one async for one in _policies_wrong(house, workspace_id, said.use_cases)]
    if said.contact.email is not None and not is_address(said.contact.email):
        wrong.append(_wrong("/contact/email", "Give an address such as care@example.com."))
    if wrong:
        raise InvalidRequest(*wrong)
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        assert turn is not None, "whoever asks belongs to a workspace"
        current = await settings_version(connection, workspace_id)
        if seen not in (None, current):
            return VersionDiffers(current=current)
        await put_settings(connection, workspace_id, _ENCODE.encode(said).decode())
    return Done(status=200, body=_ENCODE.encode(said), version=current + 1)


async def defaults(house: House, workspace_id: int) -> Outcome:
    """Give use cases to begin with, and the reasons that shoppers choose from unless told."""
    del house, workspace_id
    reasons = [
        {
            "code": code,
            "text": {language: words.reasons[code] for language, words in LANGUAGES.items()},
            "under": None,
            "words_needed": False,
            "retired": False,
            "icon": None,
        }
        for code in EN.reasons
    ]
    return Done(status=200, body=_ENCODE.encode({"use_cases": list(USE_CASES), "reasons": reasons}))


# ---------------------------------------------------------------- what cannot be


def _use_cases_wrong(said: Sequence[UseCase]) -> Iterator[FieldError]:
    by_id = {one.id: one for one in said}
    asked = {one.under for one in said}
    seen = set[str]()
    for place, one in enumerate(said):
        at = f"/use_cases/{place}"
        if one.id in seen:
            yield _wrong(f"{at}/id", "Two use cases are called that. Give each its own id.")
        seen.add(one.id)
        yield from _outcome_wrong(at, one)
        above = None if one.under is None else by_id.get(one.under)
        if one.under is not None and (above is None or above.outcome != "question"):
            yield _wrong(f"{at}/under", "Name a use case here whose outcome is question.")
        elif _levels(one, by_id) > LEVELS_MAX:
            yield _wrong(f"{at}/under", f"Let at most {LEVELS_MAX} questions follow each other.")
        if one.outcome == "question" and one.id not in asked:
            yield _wrong(f"{at}/outcome", "A question needs answers: use cases under it.")


def _outcome_wrong(at: str, one: UseCase) -> Iterator[FieldError]:
    if (one.url is not None) is not (one.outcome == "page"):
        yield _wrong(f"{at}/url", "Give the address of a page where the outcome is page only.")
    if one.to is not None and (one.outcome != "message" or not is_address(one.to)):
        yield _wrong(f"{at}/to", "Give an inbox such as parts@example.com, for messages only.")
    if one.policy is not None and one.outcome != "return":
        yield _wrong(f"{at}/policy", "Name a policy where a return begins only.")


def _levels(one: UseCase, by_id: Mapping[str, UseCase]) -> int:
    """Count the questions above; more than there may be where they go in circles."""
    count = 0
    above = by_id.get(one.under or "")
    while above is not None and count <= LEVELS_MAX:
        count += 1
        above = by_id.get(above.under or "")
    return count


def _reasons_wrong(said: Sequence[ReasonOffered]) -> Iterator[FieldError]:
    groups = {one.under for one in said if one.under is not None}
    top = {one.code for one in said if one.under is None}
    seen = set[str]()
    for place, one in enumerate(said):
        if one.code in seen:
            yield _wrong(f"/reasons/{place}/code", "Two reasons have that code. Give each its own.")
        seen.add(one.code)
        if one.under is not None and one.under not in top:
            yield _wrong(f"/reasons/{place}/under", "Name a reason here that is under none.")
    if said and not any(one.code not in groups for one in offered_now(said)):
        yield _wrong("/reasons", "Offer at least one reason.")


async def _policies_wrong(
    house: House, workspace_id: int, said: Sequence[UseCase]
) -> AsyncIterator[FieldError]:
    pool = await house.database.pool()
    for place, one in enumerate(said):
        if one.policy is not None:
            key = LoadKey(workspace_id=workspace_id, order_number="", policy=one.policy)
            loaded = await load(pool, key)
            if loaded is None or loaded.policy is None:
                at = f"/use_cases/{place}/policy"
                yield _wrong(at, "There is no such policy. Put it first.")


def _wrong(pointer: str, detail: str) -> FieldError:
    return FieldError(pointer=pointer, code="bad_value", detail=detail)
