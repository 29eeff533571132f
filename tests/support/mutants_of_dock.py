"""What may go wrong at the dock, and which test must notice."""

from __future__ import annotations

from typing import Final

from tests.support.mutants import wrong

_J: Final = "lifecycle.dock.judging"
_R: Final = "lifecycle.dock.receiving"
_S: Final = "lifecycle.dock.stocking"
_D: Final = "lifecycle.dock.waiting"
_G: Final = "policy.grading"
_TWICE: Final = "dock::test_a_first_judgement_waits_for_another_actor"
_ALIKE: Final = "dock_goods::test_pieces_of_one_item_are_alike"
_OPENED: Final = "dock::test_what_waits_is_opened_once_and_closed_once"

_JUDGED: Final = (
    wrong(_J, "    if (first.kind, first.id) == (actor.kind, actor.id):", "    if False:", _TWICE),
    wrong(
        _J,
        "    if unit.asks is not None:\n        return _second(",
        "    if False:\n        return _second(",
        _TWICE,
    ),
    wrong(_J, "            acceptance=Acceptance.WAITING_FOR_INPUT,\n", "", _TWICE),
    wrong(_J, "or any(one.asks for one in unit.judgements)", "", _TWICE),
    wrong(
        _J,
        "    if after.acceptance in UNDECIDED:",
        "    if False:",
        "dock::test_who_is_not_sure_leaves_the_check_open",
    ),
    wrong(
        _J,
        "if asks is not None and after.acceptance not in UNDECIDED:",
        "if asks is not None:",
        "dock::test_a_unit_that_waits_for_input_anyway_asks_nobody_twice",
    ),
    wrong(
        _J,
        "        fold.policy.quality_check,\n",
        "",
        "dock::test_the_policy_too_wants_to_look_twice",
    ),
    wrong(
        _J,
        "grade=judged.grade or grading.grade",
        "grade=grading.grade",
        "dock::test_what_is_said_beside_answers_stands",
    ),
)
_GRADED: Final = (
    wrong(
        _G,
        "return max(grades, key=GRADES.index",
        "return min(grades, key=GRADES.index",
        "grading::test_the_worst_answer_makes_the_grade",
    ),
    wrong(
        _G,
        "answer >= outcome.at_least",
        "answer > outcome.at_least",
        "grading::test_the_worst_answer_makes_the_grade",
    ),
    wrong(
        _G,
        "            if not check.optional:",
        "            if False:",
        "grading::test_bad_answers_are_named",
    ),
    wrong(_G, "if not one.retired)", ")", "grading::test_a_retired_set_applies_to_nothing"),
    wrong(
        _G,
        "chain(by_sku, by_group, general)",
        "chain(general, by_group, by_sku)",
        "grading::test_the_nearest_set_applies",
    ),
    wrong(
        _G,
        "price >= least",
        "price > least",
        "grading::test_somebody_looks_twice_at_what_is_dear_or_bad",
    ),
    wrong(
        _G,
        "or over.currency != currency",
        "",
        "grading::test_somebody_looks_twice_at_what_is_dear_or_bad",
    ),
    wrong(
        _G,
        "return place < percent",
        "return place <= percent",
        "grading::test_a_sample_is_as_large_as_it_says",
    ),
)
_COUNTED: Final = (
    wrong(_R, "for one in (line, *_alike(fold.order, line)):", "for one in (line,):", _ALIKE),
    wrong(_R, "    for lines in (named, alike):", "    for lines in (named,):", _ALIKE),
    wrong(
        _R,
        'if fold.policy.foreign_serial != "wrong_item" or not sold:',
        "if True:",
        "dock::test_a_foreign_serial_is_another_s_where_the_policy_says_so",
    ),
    wrong(
        _R,
        'if fold.policy.foreign_serial != "wrong_item" or not sold:',
        'if fold.policy.foreign_serial != "wrong_item":',
        "dock::test_where_no_serial_was_noted_none_is_foreign",
    ),
    wrong(
        _R,
        "    if len(seen.serials) > seen.quantity:",
        "    if False:",
        "dock::test_more_serials_than_pieces_are_refused",
    ),
)
_MOVED: Final = (
    wrong(
        _S,
        "if known is not None and command.disposition not in known:",
        "if False:",
        "dock_goods::test_a_disposition_is_one_of_the_workspace_s",
    ),
    wrong(
        _S,
        "setdefault((line.id, unit.facility, what(unit)), [])",
        "setdefault((line.id, None, what(unit)), [])",
        "dock_goods::test_a_change_of_disposition_is_told_by_line_and_facility",
    ),
    wrong(
        _S,
        "if unit.reception in SEEN and unit.id not in taken",
        "if unit.reception in SEEN",
        "dock_goods::test_only_what_lies_here_is_moved",
    ),
    wrong(
        _S,
        "        if units[0].reception not in SEEN:",
        "        if False:",
        "dock_goods::test_only_what_lies_here_is_moved",
    ),
    wrong(
        _S,
        "    moved = [unit for unit in chosen if not is_there(unit)]",
        "    moved = chosen",
        "dock_goods::test_goods_are_put_away_with_their_licence_plate",
    ),
    wrong(
        "lifecycle.carrying",
        "        step = GOODS.get(verb)",
        "        step = None",
        "dock_goods::test_goods_of_a_rejected_return_still_go_somewhere",
    ),
)
_WAITING: Final = (
    wrong(
        _D,
        "opened=tuple(one for key, one in now.items() if key not in was)",
        "opened=tuple(now.values())",
        _OPENED,
    ),
    wrong(_D, "closed=tuple(key for key in was if key not in now)", "closed=()", _OPENED),
    wrong(_D, "    yield from _missing(ret.lines)\n", "", _OPENED),
    wrong(
        _D,
        "return unit.reception in SEEN and unit.acceptance in UNDECIDED",
        "return unit.reception in SEEN",
        _OPENED,
    ),
    wrong(
        _D,
        "if unit.serial in seen and _waits(unit):",
        "if False:",
        "dock::test_a_serial_twice_is_an_exception",
    ),
    wrong(
        _D,
        'if policy.foreign_serial != "ignore":',
        "if True:",
        "dock::test_a_foreign_serial_is_taken_and_perhaps_flagged",
    ),
    wrong(
        _D,
        "or ReturnStatus.AUTHORIZED.value not in ret.status_at",
        "",
        "dock::test_a_return_is_its_facility_s_from_the_moment_it_may_be_sent",
    ),
)

MUTANTS: Final = (*_JUDGED, *_GRADED, *_COUNTED, *_MOVED, *_WAITING)
