"""What else events may say they are about: ids and words beside ``return`` and ``order``."""

from __future__ import annotations

from typing import Final

from retour.dialects.shapes import Amount, Boolean, Instant, Integer, Shape, Text, or_null
from retour.dialects.tree_parts import words
from retour.lifecycle.model import Fallback
from retour.lifecycle.photos.photo import PhotoAbout
from retour.lifecycle.talk.bodies import MessageWay
from retour.lifecycle.timers.timer import TimerCause
from retour.policy.shopper import RejectedChoice

TEXT: Final = Text()
MAYBE: Final = Text(nullable=True)

DETAILS: Final[dict[str, Shape]] = {
    "parcel": MAYBE,
    "code": or_null(TEXT, "What the carrier said."),
    "drop_off": Text(about="The id of the proof, in the return's drop_offs."),
    "choose_through": Text(
        about="The last day on which the shopper may choose what becomes of goods refused."
    ),
    "resolution": Text(about="The id of the choice, in the return's resolutions."),
    "choice": Text(
        words=tuple(choice.value for choice in RejectedChoice),
        about="What becomes of goods that were not accepted.",
    ),
    "fee": or_null(TEXT, "What sending them back costs; null where it is free."),
    "receipt": MAYBE,
    "facility": MAYBE,
    "corrects": or_null(TEXT, "The receipt line that was put right."),
    "units": or_null(TEXT, "Units' ids with commas between; null where they are too many."),
    "count": Integer(minimum=0, nullable=True, about="How many units it is about."),
    "goods": or_null(TEXT, "What becomes of goods already here."),
    "line": or_null(TEXT, "The return line that units are of."),
    "sku": Text(about="Of the units."),
    "disposition": or_null(TEXT, "Where units go."),
    "before": or_null(TEXT, "Where they would have gone."),
    "location": Text(about="Where they were put."),
    "lpn": or_null(TEXT, "The licence plate of the carrier they lie in."),
    "settlement": MAYBE,
    "memo_number": MAYBE,
    "leg": MAYBE,
    "attempt": Integer(minimum=0, nullable=True, about="How many there were by then."),
    "why": Text(about="Why goods do not go out."),
    "instead": or_null(words(Fallback), "What is given instead of them, where that is known."),
    "subscription": MAYBE,
    "reason": MAYBE,
    "eligible": Boolean(nullable=True, about="Whether the policy lets the request through."),
    "in_review": Boolean(about="Whether a person has to look at it first."),
    "by_policy": Text(about="The policy that acted alone, by its id and version."),
    "action": or_null(TEXT, "What was done to an order, in the word of whoever asked for it."),
    "changes": or_null(TEXT, "What was noted anew, with commas between."),
    "message": or_null(TEXT, "A message's id."),
    "author": or_null(TEXT, "customer, agent or system."),
    "author_id": MAYBE,
    "internal": Boolean(nullable=True, about="Whether a message is for agents only."),
    "way": Text(words=tuple(way.value for way in MessageWay), about="Which way a message goes."),
    "sender_known": Boolean(about="Whether a mail came from the customer's own address."),
    "automatic": Boolean(about="Whether a program wrote a mail, such as an absence notice."),
    "bounce": Boolean(about="Whether a mail says that ours could not be delivered."),
    "left_out": Integer(minimum=0, about="Attachments of a mail that are not kept."),
    "photos": Text(about="Ids of a message's photos, with commas between."),
    "photo": Text(about="A photo's id."),
    "about": Text(words=tuple(about.value for about in PhotoAbout), about="What a photo shows."),
    "of": or_null(TEXT, "The id of what a photo shows; null for the return as a whole."),
    "moment": or_null(TEXT, "before or after."),
    "pair": or_null(TEXT, "The photo of the same thing before."),
    "digest": Text(about="SHA-256 of a photo's large JPEG: keep it, and none can be swapped."),
    "kind": Text(
        words=("use_case", "resume"),
        about="Of a message from a use case of the portal, or with a link back to it; the latter is"
        " mailed to the customer and told to nobody else.",
    ),
    "use_case": Text(about="Which use case its writer chose."),
    "to": Text(about="The inbox of that use case, where it has one."),
    "timer": Text(about="The timer that fired."),
    "cause": Text(words=tuple(cause.value for cause in TimerCause), about="What is waited for."),
    "due_at": Instant(about="When the timer was due."),
    "deadline": or_null(Instant(), "When it is too late; null for reminders."),
    "through": or_null(TEXT, "The last day for it; null where nothing ends by itself."),
    "n": Integer(minimum=1, nullable=True, about="Which of several reminders."),
    "next": or_null(
        TEXT, "What follows: cancel, void_label, resolve_rejected, fall_back or agent."
    ),
    "withdrawal": Text(about="A withdrawal's id."),
    "order_number": or_null(TEXT, "As the consumer wrote it; null where it is not said."),
    "matched": Boolean(about="Whether the order is known that a withdrawal is about."),
    "refund_by": Instant(about="When the legal time to pay back ends."),
    "reference": Text(
        about="A withdrawal's, as people read it; a refund's or dispute's, as its processor does."
    ),
    "in_time": Boolean(nullable=True, about="Whether it was submitted in time; null: not known."),
    "submitted_at": Instant(about="When the consumer confirmed the withdrawal."),
    "zone": Text(about="The workspace's, in which its people read instants."),
    "hash": Text(about="Of a withdrawal's record: keep it, and the record cannot be rewritten."),
    "delivery": Text(about="The mail's delivery."),
    "relay": or_null(TEXT, "Which mail server was asked to take it."),
    "status_code": Integer(nullable=True, about="The mail server's answer: 250, it has the mail."),
    "answer": or_null(TEXT, "The same in its words."),
    "message_id": Text(about="Of the mail."),
    "mail_sha256": Text(about="Of the mail's bytes."),
    "is_final": Boolean(about="Whether it is not tried again."),
    "payment": Text(about="An order's payment."),
    "change": Text(
        words=(
            "disputed",
            "dispute_won",
            "dispute_lost",
            "refunded_elsewhere",
            "refund_failed_elsewhere",
        ),
        about="What others did to a payment.",
    ),
    "amount": Amount(about="Of the refund or dispute."),
    "currency": Text(about="ISO 4217."),
    "left": Amount(about="What can still be refunded of the payment."),
    "reconciliation": Text(about="A reconciliation's id."),
    "processor": TEXT,
    "found": Integer(minimum=0, about="Refunds, theirs and ours, that were compared."),
    "unexplained": Integer(minimum=0, about="How many of them nothing explains."),
    "channel_account": Text(about="Which account at a channel."),
    "channel_name": Text(about="How the workspace calls that account."),
    "waiting": Integer(minimum=0, about="Payments by marketplaces that wait; a thousand at most."),
    "percent": Text(about="How many are explained, of 100.00, rounded down."),
    "text": or_null(TEXT, "What a message or a withdrawal says; null once erased."),
    "subject": Text(about="What a message is headed, where it is."),
}
