"""What may go wrong between us, a processor and its messages, and which play must notice."""

from __future__ import annotations

from typing import Final

from tests.support.mutants import wrong

_SENDER = "delivery.refunds"
_PAYING = "lifecycle.money.paying"
_ORDERS = "interleavings::test_all_720_orders_of_six_messages_around_one_intent"
_CHANCE = "histories::test_whatever_happens_to_an_orders_money_it_is_paid_once"

MUTANTS: Final = (
    wrong(
        _SENDER,
        "        if work.may_repeat or asked.leg.attempts:\n            known",
        "        if False:\n            known",
        _ORDERS,
    ),
    wrong(_SENDER, "failures=said.count(failed),", "failures=0,", _ORDERS),
    wrong(
        _SENDER,
        "failures=said.count(failed),",
        "failures=work.n,",
        _ORDERS,
    ),
    wrong(
        _SENDER,
        "if known is not None and not (is_over and asked.was_said(known)):",
        "if known is not None and not is_over:",
        _ORDERS,
    ),
    wrong(
        _SENDER,
        "            or leg.series != asked.leg.series\n",
        "",
        "histories::test_an_old_asking_leaves_a_retry_to_the_next_one",
    ),
    wrong(
        _SENDER,
        "if (work.may_repeat or work.n > 1) and await self._has_moved_on(work, asked):",
        "if False:",
        "histories::test_an_old_asking_ends_where_the_leg_is_given_another_way",
    ),
    wrong(
        _PAYING,
        "    if by_processor and _is_stale(leg, command):",
        "    if False:",
        _ORDERS,
    ),
    wrong(
        _PAYING,
        "    if said >= _WEIGHT[command.outcome]:",
        "    if said == _WEIGHT[command.outcome]:",
        _ORDERS,
    ),
    wrong(
        _PAYING,
        """    if by_processor and _is_stale(leg, command):
        return None  # Also where somebody else pays the leg by now.
    refusal = _not_yours(leg, command.outcome, by_processor=by_processor)
    if refusal is not None:
        return refusal
""",
        """    refusal = _not_yours(leg, command.outcome, by_processor=by_processor)
    if refusal is not None:
        return refusal
    if by_processor and _is_stale(leg, command):
        return None
""",
        "histories::test_an_old_word_of_a_refund_is_no_news_where_it_was_paid_elsewhere",
    ),
    wrong(
        _PAYING,
        "    release(fold, (reversed_leg,))\n",
        "",
        _CHANCE,
    ),
    wrong(
        _PAYING,
        "    _cover(fold, settlement, None)\n",
        "",
        _CHANCE,
    ),
)
