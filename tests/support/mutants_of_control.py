"""What may go wrong with limits, agreement and the witness, and which test must notice."""

from __future__ import annotations

from typing import Final

from tests.support.mutants import wrong

_T: Final = "money_control::test_{}"
_W: Final = "witness::test_{}"
GUARDS: Final = {
    "no_approval_missing": _T.format("nothing_is_paid_before_somebody_has_agreed"),
    "an_approval_missing": _T.format("agreed_once_is_agreed"),
}
"""Guards of the tables, and the test that notices when each lets everything through."""

_G: Final = "lifecycle.guards"
_C: Final = "lifecycle.money.control"
_A: Final = "lifecycle.money.approving"
_S: Final = "lifecycle.money.settling"
_F: Final = "wiring.witness"

MUTANTS: Final = (
    wrong(
        _G,
        "    waiting = next((one for one in ret.settlements if awaits_approval(one)), None)",
        "    waiting = None",
        GUARDS["no_approval_missing"],
    ),
    wrong(
        _G,
        "    if any(awaits_approval(settlement) for settlement in ret.settlements):",
        "    if ret.settlements:",
        GUARDS["an_approval_missing"],
    ),
    wrong(
        _C,
        "    if amount <= limit:",
        "    if amount < limit:",
        _T.format("a_role_promises_up_to_its_limit_alone"),
    ),
    wrong(
        _C,
        "    if limit is None:\n        return f",
        "    if limit is None:\n        return None\n        return f",
        _T.format("a_role_promises_up_to_its_limit_alone"),
    ),
    wrong(
        _C,
        "    limit = control.limits.get(role)",
        "    limit = next(iter(control.limits.values()), None)",
        _T.format("a_role_promises_up_to_its_limit_alone"),
    ),
    wrong(
        _C,
        "        if one.id != settlement.id and one.status in _STANDING and not has_approval(one)",
        "        if False",
        _T.format("an_amount_cannot_be_cut_into_slices"),
    ),
    wrong(
        _C,
        " and one.status in _STANDING and not has_approval(one)",
        " and one.status in _STANDING",
        _T.format("what_was_agreed_to_counts_no_more"),
    ),
    wrong(
        _C,
        "    return approval.amount == settlement.total",
        "    return True",
        _T.format("another_total_is_another_question"),
    ),
    wrong(
        _C,
        "            if line.kind in FREELY_GIVEN and line.amount > 0",
        "            if False",
        _T.format("what_is_given_freely_has_a_limit_of_its_own"),
    ),
    wrong(
        _A,
        "    why = beyond(control, role, asked)\n    if why is not None:",
        "    why = beyond(control, role, asked)\n    if False:",
        _T.format("who_agrees_has_a_limit_too"),
    ),
    wrong(
        _A,
        "_same_eyes(fold.by, settlement.proposed_by, approval.asked_by)",
        "_same_eyes(fold.by, approval.asked_by)",
        _T.format("who_proposed_is_not_who_agrees"),
    ),
    wrong(
        _A,
        "_same_eyes(fold.by, settlement.proposed_by, approval.asked_by)",
        "_same_eyes(fold.by, settlement.proposed_by)",
        _T.format("who_proposed_is_not_who_agrees"),
    ),
    wrong(
        _A,
        "    if approval.asked_by.kind is ActorKind.POLICY:",
        "    if False:",
        _T.format("what_the_policy_promised_it_pays_once_agreed"),
    ),
    wrong(
        "lifecycle.money.asking",
        "beyond(control, fold.role, asked) or needs_four_eyes(control, asked)",
        "beyond(control, fold.role, asked)",
        _T.format("above_the_threshold_another_has_to_agree"),
    ),
    wrong(
        "lifecycle.fold",
        "        return POLICY if self.is_policy else self.context.role",
        "        return self.context.role",
        _T.format("the_policy_has_a_limit_of_its_own"),
    ),
    wrong(
        _S,
        "    if confirmed.approval is None:\n        complete_memo(fold, confirmed)",
        "    if confirmed:\n        complete_memo(fold, confirmed)",
        _T.format("a_role_promises_up_to_its_limit_alone"),
    ),
    wrong(
        _S,
        "approval is not None and approval.status is ApprovalStatus.NEEDED",
        "False",
        _T.format("who_drops_the_promise_withdraws_the_question"),
    ),
    wrong(
        _F,
        "    if seen.files and files and seen.files != files:",
        "    if False:",
        _W.format("a_copied_folder_knows_that_it_is_one"),
    ),
    wrong(
        _F,
        "now.reached < seen.reached:",
        "now.reached <= seen.reached:",
        _W.format("what_does_not_fit_is_said"),
    ),
    wrong(
        _F,
        "    if seen.number > now.number:",
        "    if False:",
        _W.format("what_does_not_fit_is_said"),
    ),
    wrong(
        _F,
        "            and before.reached >= now.reached\n",
        "            and before.reached == now.reached\n",
        _W.format("the_witness_forgets_nothing_of_one_life"),
    ),
)
