"""What may go wrong with photos and words, one thing at a time, and which test must notice."""

from __future__ import annotations

from typing import Final

from tests.support.mutants import wrong

_P: Final = "lifecycle.photos.picturing"
_C: Final = "lifecycle.talk.conversing"
_Q: Final = "gateways.quoting"
_T: Final = "lifecycle_picturing::test_{}"
_N: Final = "internal_notes::test_{}"

MUTANTS: Final = (
    wrong(
        "lifecycle.requests.requesting",
        "        or lacks_photos(ret)\n",
        "",
        _T.format("where_photos_are_asked_for_approval_waits_for_them"),
    ),
    wrong(
        _P,
        "len(ret.photos) + len(ids) > PHOTOS_MAX",
        "len(ret.photos) > PHOTOS_MAX",
        _T.format("a_return_keeps_so_many_photos_erased_ones_too"),
    ),
    wrong(
        _P,
        "        if facts.of is not None:",
        "        if False:",
        _T.format("only_a_photo_that_is_there_and_free_is_attached"),
    ),
    wrong(
        _P,
        "    if len(set(ids)) < len(ids):",
        "    if False:",
        _T.format("only_a_photo_that_is_there_and_free_is_attached"),
    ),
    wrong(
        _P,
        "    if len(given) > 1:",
        "    if False:",
        _T.format("a_photo_shows_one_thing_of_this_return"),
    ),
    wrong(
        _P,
        "        and (before.about, before.of) == shown\n",
        "",
        _T.format("a_pair_is_of_the_same_thing_before_and_after"),
    ),
    wrong(
        _P,
        "        and before.moment is PhotoMoment.BEFORE\n",
        "",
        _T.format("a_pair_is_of_the_same_thing_before_and_after"),
    ),
    wrong(
        _P,
        "        and all(one.pair != before.id for one in ret.photos if one.erased_at is None)\n",
        "",
        _T.format("a_pair_is_of_the_same_thing_before_and_after"),
    ),
    wrong(
        _P,
        "    if kept.erased_at is not None:\n        return None",
        "    if False:\n        return None",
        _T.format("erasing_is_done_once_and_of_its_own"),
    ),
    wrong(
        _P,
        "        photo.erased_at is None\n        and (",
        "        True\n        and (",
        _T.format("photos_of_a_line_and_its_units_are_counted"),
    ),
    wrong(
        _C,
        '    if is_internal or author == "system":',
        '    if author == "system":',
        _N.format("only_an_agents_public_words_are_mailed_to_the_customer"),
    ),
    wrong(
        _C,
        "(MessageWay.INSIDE if is_bounce else MessageWay.IN)",
        "(MessageWay.OUT if is_bounce else MessageWay.IN)",
        _N.format("only_an_agents_public_words_are_mailed_to_the_customer"),
    ),
    wrong(
        "desk.fanout",
        "if not (_goes_out(event) if is_mail else _is_told(event)):",
        "if not (is_mail or _is_told(event)):",
        _N.format("only_an_agents_public_words_are_mailed_to_the_customer"),
    ),
    wrong(
        _Q,
        "    return _joined(answer) or _joined(lines)",
        "    return _joined(answer)",
        "quoting::test_nothing_is_invented_and_never_is_all_lost",
    ),
    wrong(
        _Q,
        "    return sum(_BESIDE.match(line) is not None for line in beside) > 1",
        "    return True",
        "quoting::test_what_only_looks_like_a_quote_stays",
    ),
)
