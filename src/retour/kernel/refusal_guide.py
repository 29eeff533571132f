"""The page ``docs/refusals.md``, and where it is read from: what each refusal means and what to do.

Written by ``python -m retour.kernel.refusal_guide``; a test finds a code without words.  The detail
of a refusal says more, about the very thing that was refused.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Final, NamedTuple

from retour.kernel.refusal import Refusal
from retour.kernel.refusal import RefusalCode as Code


class Meaning(NamedTuple):
    """The fact a code stands for, and the way out."""

    fact: str
    remedy: str


MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.NOT_ALLOWED_IN_STATUS: Meaning(
        "The return's status has no such command.", "Choose one of `allowed_commands`."
    ),
    Code.OVER_RETURN: Meaning(
        "More units are asked back than were handed over and are not in a return yet.",
        "Ask for at most `returnable` of the line.",
    ),
    Code.LINE_IN_RETURN: Meaning(
        "The order would have less of a line than is in returns.",
        "Put at least as much as is requested, or end those returns first.",
    ),
    Code.NOTHING_LEFT: Meaning(
        "Every unit of the return would be refused.", "Reject the return, or leave a unit in it."
    ),
    Code.NOTHING_EXPECTED: Meaning(
        "No unit is expected, so that none can be waived.", "Reopen the return first."
    ),
    Code.ALREADY_RECEIVED: Meaning(
        "Goods have been received.", "Correct the receipt instead of amending the return."
    ),
    Code.UNITS_PENDING: Meaning(
        "Units are undecided or still expected.", "Inspect them, or say what is missing."
    ),
    Code.UNITS_COVERED: Meaning(
        "The units have been decided and settled.", "Settle the difference as an adjustment."
    ),
    Code.UNITS_FROZEN: Meaning(
        "A marketplace has been told of the units.", "Nothing about them can change any more."
    ),
    Code.UNITS_SETTLING: Meaning(
        "A confirmed settlement pays for the units.", "Discard it, or wait until it is settled."
    ),
    Code.NOT_ENOUGH_UNITS: Meaning(
        "Fewer units than named are there for this.", "Name at most as many as there are."
    ),
    Code.NO_GOODS: Meaning(
        "Nothing of the return lies in a facility.", "Receive it before it goes anywhere."
    ),
    Code.SAME_JUDGE: Meaning(
        "Whoever judged a unit first cannot be its second pair of eyes.",
        "Have somebody else judge it, with a key of their own.",
    ),
    Code.ALREADY_MATCHED: Meaning(
        "The parcel has found its return, or was closed.", "Undo the match first."
    ),
    Code.NOT_MATCHED: Meaning("The parcel has no return.", "Match it, or leave it as it is."),
    Code.ALREADY_RESOLVED: Meaning(
        "Somebody has resolved the exception, or what it was about was corrected.",
        "Read it to see how.",
    ),
    Code.OPERATION_REUSED: Meaning(
        "The operation id stands for other goods at this facility.",
        "Give each operation an id of its own, and repeat it unchanged.",
    ),
    Code.NO_OPEN_RECEIPT: Meaning(
        "No receipt is open, or several are and none is named.",
        "Name an open receipt, or receive goods to open one.",
    ),
    Code.PARCEL_NOT_READY: Meaning(
        "The parcel is not where this needs it: its label has not failed, is not there yet, or is"
        " another return's.",
        "Look at its status; name another parcel, or take the step before.",
    ),
    Code.LABEL_USED: Meaning(
        "A carrier has seen the parcel, so its label cannot be taken back.",
        "Let the parcel come, and decide on what is in it.",
    ),
    Code.TOO_MANY_PARCELS: Meaning(
        "The return has as many parcels as are kept.", "Use one of them, or ask for a new return."
    ),
    Code.NOTHING_TO_SEND_BACK: Meaning(
        "Nothing lies here that was rejected and is not on its way back.",
        "Reject units first, or name those that are.",
    ),
    Code.KEEP_NOT_ALLOWED: Meaning("The policy wants the goods back.", "Have an agent waive them."),
    Code.GOODS_UNDECIDED: Meaning(
        "Goods of the return lie in a facility.",
        "Say in `goods`: send_back, keep or return_to_stock.",
    ),
    Code.MONEY_MOVING: Meaning(
        "A payment is promised, under way or made.",
        "Discard the settlement if it has not been started; otherwise wait for the outcome.",
    ),
    Code.UNITS_ACCEPTED: Meaning(
        "Units are accepted.", "Reject every unit before rejecting the return."
    ),
    Code.SETTLEMENT_OPEN: Meaning(
        "A settlement is promised and not yet paid.", "Discard it, or wait until it is settled."
    ),
    Code.SETTLEMENT_TOO_EARLY: Meaning(
        "The policy settles from a later status on.", "Take the return there first."
    ),
    Code.WHOLE_ONLY: Meaning(
        "The marketplace takes a return as a whole, and some of it is accepted, some rejected.",
        "Accept every unit, or reject every unit, then propose again.",
    ),
    Code.NO_EXCHANGE: Meaning(
        "No exchange of the return could still be given up.",
        "Look at its settlements; what has been ordered stays ordered.",
    ),
    Code.NO_SETTLEMENT: Meaning(
        "There is no settlement in the state the command needs.",
        "Propose, then confirm, then start.",
    ),
    Code.APPROVAL_NEEDED: Meaning(
        "What is promised is above a limit, and nobody has agreed to it yet.",
        "Have it approved or declined; both are commands.",
    ),
    Code.NO_APPROVAL_ASKED: Meaning(
        "No settlement waits for anybody's agreement.", "Confirm one; most need none."
    ),
    Code.ABOVE_LIMIT: Meaning(
        "The limit of the key's role does not reach so far.",
        "Have somebody approve it whose limit does.",
    ),
    Code.SAME_EYES: Meaning(
        "Whoever proposed or promised so much cannot approve it as well.",
        "Have it approved with another key.",
    ),
    Code.NOTHING_OWED: Meaning(
        "No unit is owed for and no adjustment is asked.",
        "Accept units, add an adjustment, or propose kind none.",
    ),
    Code.STILL_OWED: Meaning(
        "Accepted units or a promised payment are not settled.", "Settle them, then complete."
    ),
    Code.CAP_EXCEEDED: Meaning(
        "More would be given back than was paid, or than refunds hold already.",
        "Lower the amount, or put the order with what was captured since.",
    ),
    Code.CREDIT_NOT_AGREED: Meaning(
        "Who withdraws from a contract gets store credit only where they have expressly agreed.",
        "Ask them and say so, or refund to the payment.",
    ),
    Code.NOT_ENOUGH_CREDIT: Meaning(
        "More store credit was asked for than is left.", "Take at most what is left."
    ),
    Code.REFERENCE_USED: Meaning(
        "The reference has moved another amount, or another store credit.",
        "Use a reference of its own for each purchase.",
    ),
    Code.LEG_MOVING: Meaning(
        "The leg is under way, or its outcome is not known.",
        "Wait for its outcome; what failed can be paid in another way.",
    ),
    Code.PAYMENT_TAKEN: Meaning(
        "A dispute, or a refund at the processor, took what the settlement was to be paid of.",
        "Wait until it has come back, or discard the settlement.",
    ),
    Code.LEG_NOT_FAILED: Meaning("The leg has not failed.", "Retry only failed or reversed legs."),
    Code.LEG_NOT_WAITING: Meaning(
        "The leg waits for no outcome.", "Start or retry it, then report."
    ),
    Code.NOT_YOUR_LEG: Meaning(
        "Another executor pays the leg and reports its outcome.",
        "Report only legs whose executor is external, as succeeded or failed.",
    ),
    Code.EXECUTOR_UNAVAILABLE: Meaning(
        "The workspace cannot call the leg's processor.",
        "Connect it, or discard the settlement.",
    ),
    Code.BACKWARDS: Meaning(
        "A parcel does not go back on its way.", "Name the parcel the scan is about."
    ),
    Code.RECEIPT_LINE_SUPERSEDED: Meaning(
        "The receipt line was corrected, or the return reopened since.",
        "Correct the newest line about the goods.",
    ),
    Code.CURRENCY_CHANGED: Meaning(
        "An order keeps its currency.", "Put it under another order number."
    ),
    Code.INVALID_TRANSITION: Meaning(
        "The ticket cannot go from its status to the one asked for.",
        "Choose one of the statuses named in the answer.",
    ),
    Code.TICKET_UNMATCHED: Meaning(
        "The ticket has no return yet, for its order is not known.",
        "Give an `order_id` that is there and what shall come back.",
    ),
    Code.REFUND_DIFFERS: Meaning(
        "The refund named is not what is owed.",
        "Leave the amount out, or give at most what the answer says.",
    ),
    Code.ALREADY_LISTED: Meaning(
        "The value stands on a list already.", "Change that entry, or remove it first."
    ),
    Code.LEASED: Meaning(
        "Somebody else has the return open to act on it.",
        "Wait until they are done, or take it over with `over`.",
    ),
    Code.DECISION_HELD: Meaning(
        "Somebody has decided the return; that can still be taken back, so nobody is told yet.",
        "Wait some seconds and look again.",
    ),
    Code.NOTHING_HELD: Meaning(
        "There is no decision left to take back: it has been carried out.",
        "Reopen the return, or write to the customer.",
    ),
    Code.ALREADY_RECONCILING: Meaning(
        "A reconciliation with the same processor is running.", "Wait for it, or cancel it."
    ),
    Code.TOO_MANY_BACKTESTS: Meaning(
        "Enough backtests of the workspace are running.", "Wait for one, or cancel it."
    ),
    Code.POLICY_MOVED_ON: Meaning(
        "Another version came into force after the draft was begun.",
        "Compare the two, then publish and name the version that is replaced in over.",
    ),
    Code.POLICY_SCHEDULED: Meaning(
        "The draft comes into force by itself at an instant.",
        "Take that back first, or wait for it.",
    ),
    Code.POLICY_UNCHANGED: Meaning(
        "The draft says exactly what is in force.", "Change it first, or discard it."
    ),
    Code.TOO_MANY_FIELDS: Meaning(
        "A ticket would keep too many free fields.", "Take some away first, by null."
    ),
    Code.TOO_MANY_PHOTOS: Meaning(
        "A return would keep too many photos.", "Leave some out; erased ones count as well."
    ),
    Code.PHOTO_TAKEN: Meaning(
        "The photo is attached already.", "Upload it again to use it a second time."
    ),
    Code.ALREADY_SENT: Meaning(
        "The goods are on their way; how they are sent cannot be changed now.",
        "Write to the shop, or wait until they have arrived.",
    ),
    Code.NOT_THE_SHOPPERS: Meaning(
        "Shoppers may not do this with their own return.", "Let the shop do it."
    ),
    Code.NEEDS_ANSWER: Meaning(
        "The shop has answered what was asked; this is something else.",
        "Ask for less, or cancel and ask anew.",
    ),
    Code.NO_LABEL_LEFT: Meaning(
        "The policy lets a shopper have no more labels for this return.",
        "Use one of those there are, or let the shop make another.",
    ),
    Code.TOO_MANY_PROOFS: Meaning(
        "The return keeps no more proofs that it was handed in.", "Write a message instead."
    ),
    Code.NOTHING_TO_CHOOSE: Meaning(
        "No rejected unit waits for somebody to say what becomes of it.", "Nothing is to be done."
    ),
    Code.NOT_YOURS_TO_CHOOSE: Meaning(
        "The policy does not offer this choice to the shopper.",
        "Choose one of those that the answer names.",
    ),
    Code.TOO_LATE_TO_CHOOSE: Meaning(
        "The time in which the shopper could choose is over.", "Ask the shop what it has decided."
    ),
    Code.FEE_ON_WITHDRAWAL: Meaning(
        "A withdrawal from the contract costs the consumer no fee.",
        "Leave the fee out; say in an adjustment's label why something is kept back.",
    ),
    Code.PHASE_OFF: Meaning(
        "The return's policy has no such phase.",
        "Leave the step out, or put a policy with the phase for the next return.",
    ),
    Code.OUTCOME_NOT_OFFERED: Meaning(
        "The policy does not offer this for what is asked back.",
        "Ask for one of the outcomes that the detail names.",
    ),
    Code.METHOD_NOT_OFFERED: Meaning(
        "The policy does not offer this way to send back what is asked for.",
        "Ask for one of the methods that the detail names.",
    ),
    Code.KEPT_AS_EVIDENCE: Meaning(
        "It has to be kept as evidence for a while yet.",
        "Wait until then, or give force and a reason.",
    ),
    Code.UNKNOWN_ORDER: Meaning("There is no such order.", "Put the order before its returns."),
    Code.UNKNOWN_LINE: Meaning("There is no such line.", "Name a line by its id in the order."),
    Code.UNKNOWN_UNIT: Meaning("There is no such unit.", "Take the ids from the return's lines."),
    Code.UNKNOWN_RECEIPT: Meaning(
        "There is no such receipt or receipt line.", "Take the ids from the return's receipts."
    ),
    Code.UNKNOWN_PARCEL: Meaning(
        "There is no such parcel.", "Name it by id or tracking number, or leave the field out."
    ),
    Code.UNKNOWN_LEG: Meaning(
        "There is no such leg.", "Take the ids from the return's settlements."
    ),
    Code.UNKNOWN_REFERENCE: Meaning(
        "Nothing of the store credit was taken under this reference.",
        "Take the reference from its entries.",
    ),
    Code.UNKNOWN_PHOTO: Meaning(
        "There is no such photo here, or it is erased.", "Upload it first, and name it by its id."
    ),
    Code.PHOTO_OF_WHAT: Meaning(
        "A photo is said to show two things, or to be the pair of one that does not fit.",
        "Name one thing, and as its pair a photo of the same taken before.",
    ),
    Code.UNKNOWN_FACILITY: Meaning("There is no such facility.", "Put it first, or name another."),
    Code.UNKNOWN_POLICY: Meaning(
        "There is no such policy.", "Put it first, or leave the field out."
    ),
    Code.UNKNOWN_WITHDRAWAL: Meaning(
        "There is no such withdrawal to refer to.",
        "Name another of this workspace, one that repeats none itself.",
    ),
    Code.AMBIGUOUS_ITEM: Meaning(
        "What is named fits several lines, or contradicts itself.", "Name the order line."
    ),
    Code.BAD_AMOUNT: Meaning(
        "The amount cannot be read, or does not fit.",
        "Give a decimal string in the order's currency; fees take at most what is owed.",
    ),
    Code.BAD_GOODS: Meaning(
        "The goods of an exchange are missing, or are not worth one thing.",
        "Name goods with kind exchange only, all of them with a price or none.",
    ),
    Code.UNSUPPORTED_KIND: Meaning(
        "A settlement of that kind cannot be paid.", "Propose a refund, or kind none."
    ),
    Code.UNNAMED_ITEM: Meaning(
        "Nothing says which item is meant.", "Give a line, a SKU or a barcode; a unit, or a line."
    ),
    Code.TOO_MANY_UNITS: Meaning(
        "A return holds at most 10 000 units.", "Ask for several returns."
    ),
    Code.BAD_RECEPTION: Meaning(
        "What lies on the dock cannot be expected, missing or waived.",
        "Say received, unexpected or wrong_item, or leave the field out.",
    ),
    Code.BAD_ANSWER: Meaning(
        "Answers are missing, or are none of a check's.",
        "Answer every check of the set as it asks to be answered.",
    ),
    Code.NO_GRADING_SET: Meaning(
        "There are answers, but no grading set for the item.",
        "Put one for its SKU, its group or everything, or judge without answers.",
    ),
    Code.NO_ACCEPTANCE: Meaning(
        "Nothing says whether a unit is accepted.",
        "Give `acceptance`, or answers to a grading set that suggests one.",
    ),
    Code.UNKNOWN_DISPOSITION: Meaning(
        "The workspace has no such disposition.", "Take one of `/dispositions`, or put it first."
    ),
    Code.UNKNOWN_REMEDY: Meaning(
        "Nothing of that name helps with this cause.", "Take one of the exception's `remedies`."
    ),
    Code.UNKNOWN_RETURN: Meaning(
        "No return is called so.", "Name it by id, RMA number or tracking number."
    ),
    Code.BAD_FIELD: Meaning(
        "A free field is no JSON.", "Give it as JSON text; a text stands in double quotes."
    ),
}
"""Every code's words; every code is a key."""

_HEAD = """\
# Refusals

A command the domain says no to changes nothing and is answered with a problem whose `code` is one
of these: 409 where the same command may be right at another time, 422 where no state makes it so.
Written by `python -m retour.kernel.refusal_guide`.

| code | status | what it means | what to do |
| --- | --- | --- | --- |
"""


def guide() -> str:
    """Give the whole page as Markdown, ending in a line feed."""
    rows = [
        f"| `{code}` | {_status(code)} | {meaning.fact} | {meaning.remedy} |"
        for code, meaning in ((code, MEANINGS[code]) for code in Code)
    ]
    return _HEAD + "\n".join(rows) + "\n"


def _status(code: Code) -> int:
    return 422 if Refusal(code=code, detail="").is_malformed else 409


if __name__ == "__main__":
    sys.stdout.write(guide())
