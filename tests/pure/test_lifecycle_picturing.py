"""Photos in a return's life: what they may show, which make a pair, how many there may be."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode
from retour.lifecycle.commands import (
    Amend,
    AttachPhoto,
    Authorize,
    Command,
    Comment,
    ErasePhoto,
    LineAsked,
    Request,
)
from retour.lifecycle.decide import decide
from retour.lifecycle.model import (
    Approval,
    Decision,
    Event,
    EventType,
    Policy,
    PolicyRule,
    ReturnStatus,
)
from retour.lifecycle.photos.photo import PhotoAbout, PhotoFacts, PhotoMoment
from retour.lifecycle.photos.picturing import PHOTOS_MAX, photos_missing
from retour.policy.model import Then
from tests.pure.test_lifecycle_conversing import journeys
from tests.support.returns import Journey, check_decision

UPLOADED = {
    f"pho_{n}": PhotoFacts(id=f"pho_{n}", width=9, height=9, digest="aa")
    for n in range(2 * PHOTOS_MAX)
}
TAKEN = PhotoFacts(id="pho_taken", width=9, height=9, digest="aa", of="ret_other")


def decided(journey: Journey, *plan: Command) -> Decision | Refusal:
    """Decide with photos at hand, one of them attached elsewhere."""
    context = replace(journey.context(plan=plan), photos={**UPLOADED, "pho_taken": TAKEN})
    return decide(journey.state, plan, context)


def shown(journey: Journey, *plan: Command) -> Sequence[Event]:
    """Carry a plan out."""
    decision = decided(journey, *plan)
    assert isinstance(decision, Decision), decision
    check_decision(journey.state, decision)
    journey.state = decision.state
    return decision.events


def refused(journey: Journey, command: Command) -> Refusal:
    """See a plan refused, with nothing changed."""
    refusal = decided(journey, command)
    assert isinstance(refusal, Refusal), refusal
    return refusal


def test_photos_are_attached_and_erased_in_every_status() -> None:
    found = journeys()

    for journey in found:
        status = journey.status
        events = shown(journey, AttachPhoto(photo="pho_1"), ErasePhoto(photo="pho_1"))
        assert [event.type for event in events] == [
            EventType.PHOTO_ATTACHED,
            EventType.PHOTO_ERASED,
        ]
        assert journey.status is status
        (photo,) = journey.ret.photos
        assert photo.erased_at is not None
        assert photo.digest == "aa", "what was there stays known"
    assert len(found) > 8


def test_a_photo_shows_one_thing_of_this_return() -> None:
    journey = Journey().requested()
    line = journey.ret.lines[0]
    shown(
        journey,
        AttachPhoto(photo="pho_1", line="a"),
        AttachPhoto(photo="pho_2", line=line.id),
        AttachPhoto(photo="pho_3", unit=line.units[0].id),
        AttachPhoto(photo="pho_4"),
    )

    assert [(photo.about, photo.of) for photo in journey.ret.photos] == [
        (PhotoAbout.LINE, line.id),
        (PhotoAbout.LINE, line.id),
        (PhotoAbout.UNIT, line.units[0].id),
        (PhotoAbout.RETURN, None),
    ]
    for command, code in (
        (AttachPhoto(photo="pho_5", line="zz"), RefusalCode.UNKNOWN_LINE),
        (AttachPhoto(photo="pho_5", unit="zz"), RefusalCode.UNKNOWN_UNIT),
        (AttachPhoto(photo="pho_5", receipt="zz"), RefusalCode.UNKNOWN_RECEIPT),
        (AttachPhoto(photo="pho_5", parcel="zz"), RefusalCode.UNKNOWN_PARCEL),
        (AttachPhoto(photo="pho_5", line="a", parcel="zz"), RefusalCode.PHOTO_OF_WHAT),
    ):
        assert refused(journey, command).code is code


def test_only_a_photo_that_is_there_and_free_is_attached() -> None:
    journey = Journey().requested()
    shown(journey, AttachPhoto(photo="pho_1", line="a"))

    assert shown(journey, AttachPhoto(photo="pho_1", line="a")) == ()
    assert refused(journey, AttachPhoto(photo="pho_none")).code is RefusalCode.UNKNOWN_PHOTO
    assert refused(journey, AttachPhoto(photo="pho_taken")).code is RefusalCode.PHOTO_TAKEN
    twice = Comment(text="Look", photos=("pho_2", "pho_2"))
    assert refused(journey, twice).code is RefusalCode.PHOTO_TAKEN


def test_a_pair_is_of_the_same_thing_before_and_after() -> None:
    journey = Journey().requested()
    before, after = PhotoMoment.BEFORE, PhotoMoment.AFTER
    shown(
        journey,
        AttachPhoto(photo="pho_1", line="a", moment=before),
        AttachPhoto(photo="pho_2", line="a", pair="pho_1"),
        AttachPhoto(photo="pho_3", line="a", moment=after),
        AttachPhoto(photo="pho_4", line="a", moment=before),
    )

    assert [photo.moment for photo in journey.ret.photos] == [before, after, after, before]
    assert [photo.pair for photo in journey.ret.photos] == [None, "pho_1", None, None]
    for wrong in (
        AttachPhoto(photo="pho_9", pair="pho_4"),  # Of something else.
        AttachPhoto(photo="pho_9", line="a", pair="pho_3"),  # Taken after itself.
        AttachPhoto(photo="pho_9", line="a", pair="pho_1"),  # Has a pair already.
        AttachPhoto(photo="pho_9", line="a", pair="pho_8"),  # Is not there.
        AttachPhoto(photo="pho_9", line="a", pair="pho_4", moment=before),
    ):
        refusal = refused(journey, wrong)
        assert (refusal.code, refusal.pointer) == (RefusalCode.PHOTO_OF_WHAT, "/pair")
    shown(journey, ErasePhoto(photo="pho_4"))
    gone = AttachPhoto(photo="pho_9", line="a", pair="pho_4")
    assert refused(journey, gone).code is RefusalCode.PHOTO_OF_WHAT


def test_a_return_keeps_so_many_photos_erased_ones_too() -> None:
    journey = Journey().requested()
    shown(journey, *(AttachPhoto(photo=f"pho_{n}") for n in range(PHOTOS_MAX)))

    one_more = AttachPhoto(photo=f"pho_{PHOTOS_MAX}")
    assert refused(journey, one_more).code is RefusalCode.TOO_MANY_PHOTOS
    shown(journey, ErasePhoto(photo="pho_1"))
    assert refused(journey, one_more).code is RefusalCode.TOO_MANY_PHOTOS


def test_erasing_is_done_once_and_of_its_own() -> None:
    journey = Journey().requested()
    shown(journey, AttachPhoto(photo="pho_1"), ErasePhoto(photo="pho_1"))

    assert shown(journey, ErasePhoto(photo="pho_1")) == ()
    assert refused(journey, ErasePhoto(photo="pho_2")).code is RefusalCode.UNKNOWN_PHOTO


def test_photos_of_a_message_come_with_it() -> None:
    journey = Journey().requested()
    (event,) = shown(journey, Comment(text="Look", photos=("pho_1", "pho_2")))

    details = event.snapshot.details
    assert (event.type, details["photos"]) == (EventType.MESSAGE_CREATED, "pho_1,pho_2")
    assert {(photo.about, photo.of) for photo in journey.ret.photos} == {
        (PhotoAbout.MESSAGE, details["message"])
    }


@pytest.mark.parametrize(("needed", "missing"), [(0, 0), (2, 0), (3, 1), (5, 3)])
def test_photos_of_a_line_and_its_units_are_counted(needed: int, missing: int) -> None:
    journey = Journey().requested()
    line = journey.ret.lines[0]
    shown(
        journey,
        AttachPhoto(photo="pho_1", line="a"),
        AttachPhoto(photo="pho_2", unit=line.units[0].id),
        AttachPhoto(photo="pho_3", line="a"),
        ErasePhoto(photo="pho_3"),
        AttachPhoto(photo="pho_4"),
        Comment(text="Look", photos=("pho_5",)),
    )

    assert photos_missing(journey.ret, line.id, needed) == missing
    assert photos_missing(journey.ret, journey.ret.lines[-1].id + "x", needed) == needed


def test_photos_come_with_the_lines_they_show() -> None:
    """Asked for, amended and asked again: each photo once, at its line."""
    journey = Journey()
    asked = LineAsked(line="a", quantity=1, photos=("pho_1", "pho_2"))
    shown(journey, Request(order_number=journey.state.order.order_number, lines=(asked,)))
    more = LineAsked(line="a", quantity=2, photos=("pho_1", "pho_2", "pho_3"))
    shown(journey, Amend(lines=(more, LineAsked(line="b", quantity=1, photos=("pho_4",)))))

    a, b = journey.ret.lines
    assert [(photo.id, photo.of) for photo in journey.ret.photos] == [
        ("pho_1", a.id),
        ("pho_2", a.id),
        ("pho_3", a.id),
        ("pho_4", b.id),
    ]
    gone = refused(journey, Amend(lines=(LineAsked(line="a", quantity=1, photos=("pho_x",)),)))
    assert (gone.code, gone.pointer) == (RefusalCode.UNKNOWN_PHOTO, "/lines/0/photos")
    assert photos_missing(journey.ret, a.id, 4) == 1


def test_where_photos_are_asked_for_approval_waits_for_them() -> None:
    """An agent may say yes without; the policy alone does not."""
    rule = PolicyRule(name="show", then=Then(photos_required=2))
    policy = Policy(approval=Approval.AUTO, rules=(rule,))
    asked = (LineAsked(line="a", quantity=1),)

    journey = Journey(policy=policy)
    events = shown(journey, Request(order_number="1001", lines=asked))
    assert EventType.RETURN_AUTHORIZED not in [event.type for event in events]
    shown(journey, AttachPhoto(photo="pho_1", line="a"))
    assert journey.status is ReturnStatus.REQUESTED
    events = shown(journey, AttachPhoto(photo="pho_2", line="a"))
    assert [event.type for event in events] == [
        EventType.PHOTO_ATTACHED,
        EventType.RETURN_AUTHORIZED,
    ]

    with_them = Journey(policy=policy)
    lines = (LineAsked(line="a", quantity=1, photos=("pho_1", "pho_2")),)
    shown(with_them, Request(order_number="1001", lines=lines))
    assert with_them.status is ReturnStatus.AUTHORIZED

    without = Journey(policy=policy)
    shown(without, Request(order_number="1001", lines=asked), Authorize())
    assert without.status is ReturnStatus.AUTHORIZED
