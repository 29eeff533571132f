"""What may go wrong with what shoppers do by themselves, and which test must notice."""

from __future__ import annotations

from typing import Final

from tests.support.mutants import wrong

_T: Final = "shopper::test_{}"
GUARDS: Final = {
    "not_sent": _T.format("what_is_on_its_way_cannot_be_changed"),
    "something_unresolved": _T.format("a_choice_says_where_the_goods_go"),
}
"""Guards of the tables, and the test that notices when each lets everything through."""

_G: Final = "lifecycle.shopper.guards"
_S: Final = "lifecycle.shopper.table"
_C: Final = "lifecycle.shopper.changing"
_R: Final = "lifecycle.shopper.resolving"

MUTANTS: Final = (
    wrong(
        _G, "    if sent_at(ret) is None and not handed_over:", "    if True:", GUARDS["not_sent"]
    ),
    wrong(
        _G,
        "    if sent_at(ret) is None and not handed_over:",
        "    if not handed_over:",
        _T.format("what_is_on_its_way_cannot_be_changed"),
    ),
    wrong(
        _G,
        "    if sent_at(ret) is None and not handed_over:",
        "    if sent_at(ret) is None:",
        _T.format("every_verb_in_every_status_is_done_or_refused_in_words"),
    ),
    wrong(
        _G,
        " and policy.shipped_when is not ShippedWhen.LABEL",
        "",
        _T.format("a_label_alone_is_nothing_on_its_way"),
    ),
    wrong(
        _G,
        "return min([*scanned, *(one.at for one in ret.drop_offs)], default=None)",
        "return min(scanned, default=None)",
        _T.format("a_proof_ships_the_return_and_counts_as_sending"),
    ),
    wrong(
        _G,
        "    if unresolved(ret):\n        return None\n",
        "    if True:\n        return None\n",
        GUARDS["something_unresolved"],
    ),
    wrong(
        _G,
        "        and unit.resolution is None\n",
        "",
        _T.format("a_choice_says_where_the_goods_go"),
    ),
    wrong(
        _G,
        "    if good < policy.shopper.labels:",
        "    if good <= policy.shopper.labels:",
        _T.format("shoppers_have_as_many_labels_as_the_policy_says"),
    ),
    wrong(
        _S,
        "fold.context.actor.kind is not ActorKind.CUSTOMER or verb is Verb.REQUEST",
        "True",
        _T.format("what_is_the_shops_is_not_the_shoppers"),
    ),
    wrong(
        _S,
        "    if theirs is None:",
        "    if theirs is None and False:",
        _T.format("what_is_the_shops_is_not_the_shoppers"),
    ),
    wrong(
        _S,
        "    if ret.status not in theirs.statuses:\n        return _too_late",
        "    if False:\n        return _too_late",
        _T.format("every_verb_in_every_status_is_done_or_refused_in_words"),
    ),
    wrong(
        _S,
        'if internal or author != "customer":',
        "if internal:",
        _T.format("a_shopper_writes_as_the_customer_and_for_all"),
    ),
    wrong(
        _S,
        'if internal or author != "customer":',
        'if author != "customer":',
        _T.format("a_shopper_writes_as_the_customer_and_for_all"),
    ),
    wrong(
        _S,
        "    if ret.status is not Status.AUTHORIZED or _is_less(ret, asked):",
        "    if True:",
        _T.format("what_an_agent_approved_may_only_become_less"),
    ),
    wrong(
        _S,
        "    return wanted <= left and all(",
        "    return all(",
        _T.format("what_an_agent_approved_may_only_become_less"),
    ),
    wrong(
        _S,
        "(one.line, reasons_given(one)) in reasons for one in asked",
        "True for one in asked",
        _T.format("what_an_agent_approved_may_only_become_less"),
    ),
    wrong(
        _S,
        "    if _is_policys(fold) and amended_verdict(fold, asked).eligible:",
        "    if amended_verdict(fold, asked).eligible:",
        _T.format("what_an_agent_approved_may_only_become_less"),
    ),
    wrong(
        _S,
        "    if _is_policys(fold) and amended_verdict(fold, asked).eligible:",
        "    if _is_policys(fold):",
        _T.format("what_the_policy_approves_alone_may_be_anything_it_would_approve"),
    ),
    wrong(
        _C,
        "    if any(_is_same(proof, one) for one in ret.drop_offs):",
        "    if False:",
        _T.format("a_proof_ships_the_return_and_counts_as_sending"),
    ),
    wrong(
        _C,
        "    if len(ret.drop_offs) >= DROP_OFFS_MAX:",
        "    if False:",
        _T.format("proofs_have_an_end"),
    ),
    wrong(
        _C,
        "    if not asked_at <= at <= fold.at:",
        "    if not at <= fold.at:",
        _T.format("a_proof_that_proves_nothing_is_refused"),
    ),
    wrong(
        _C,
        "    if not asked_at <= at <= fold.at:",
        "    if not asked_at <= at:",
        _T.format("a_proof_that_proves_nothing_is_refused"),
    ),
    wrong(
        _C,
        "is ReturnStatus.AUTHORIZED and not waits:",
        "is ReturnStatus.AUTHORIZED:",
        _T.format("what_is_on_its_way_cannot_be_changed"),
    ),
    wrong(
        _C,
        "        and not one.voiding\n",
        "",
        _T.format("another_method_takes_the_old_label_back"),
    ),
    wrong(
        _R,
        "    if choice not in offered:",
        "    if False:",
        _T.format("only_what_the_policy_offers_can_be_chosen_and_only_in_time"),
    ),
    wrong(
        _R,
        "    if until is not None and fold.at >= until:",
        "    if False:",
        _T.format("only_what_the_policy_offers_can_be_chosen_and_only_in_time"),
    ),
    wrong(
        _R,
        "        if name not in open_units:",
        "        if False:",
        _T.format("a_choice_is_about_units_that_wait_for_one"),
    ),
    wrong(
        _R,
        "    if terms.rejected_default is None or terms.rejected_options:",
        "    if terms.rejected_default is None:",
        _T.format("the_policy_chooses_where_it_asks_nobody"),
    ),
    wrong(
        _R,
        "    if all(unit.id in held for unit in owed_units(ret)):",
        "    if False:",
        _T.format("sending_back_costs_what_the_policy_says_while_money_is_left"),
    ),
    wrong(
        _R,
        "    if not back or fold.policy.label is not Approval.AUTO:",
        "    if not back:",
        _T.format("a_choice_says_where_the_goods_go"),
    ),
)
