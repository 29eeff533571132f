"""What mails to a workspace's own people say: what happened, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.lifecycle.model import EventType

if TYPE_CHECKING:
    from retour.dialects.stored import StoredEvent

_CHANGES: Final = {
    "disputed": (
        "The bank has taken {amount} {currency} of payment {payment} back: dispute {reference}.",
        (
            "Answer it at the processor. Nothing more of that money is refunded meanwhile, and"
            " settlements that count on it wait."
        ),
    ),
    "dispute_won": (
        "Dispute {reference} over {amount} {currency} of payment {payment} is won.",
        "The money is there again. Start the refunds that have waited for it.",
    ),
    "dispute_lost": (
        "Dispute {reference} over {amount} {currency} of payment {payment} is lost.",
        "The customer has that money. Discard the settlements that count on it.",
    ),
    "refunded_elsewhere": (
        "{amount} {currency} of payment {payment} was refunded at the processor ({reference}).",
        (
            "It is counted: so much less can be refunded here. If it was made for a return, say so"
            " there, so that it is not paid again."
        ),
    ),
    "refund_failed_elsewhere": (
        "Refund {reference} of {amount} {currency}, made at the processor, has failed.",
        "The money is there again, and can be refunded here.",
    ),
}


def notice_words(event: StoredEvent, workspace: str) -> tuple[str, str]:
    """Write subject and text for an event that a workspace's own people are told of."""
    match event.type:
        case EventType.PAYMENT_CHANGED:
            return _payment(event, workspace)
        case EventType.RECONCILIATION_DIFFERS:
            return _reconciliation(event, workspace)
        case EventType.CHANNEL_REFUSED:
            return _refused(event, workspace)
        case EventType.CHANNEL_RESUMED:
            return _resumed(event, workspace)
        case EventType.SUBSCRIPTION_TEST:
            text = f"This is how {workspace} tells you of troubles. There is none now.\n"
            return f"A test of the notices of {workspace}", text
        case _:
            return _paused(event, workspace)


def _paused(event: StoredEvent, workspace: str) -> tuple[str, str]:
    details = event.snapshot.details
    text = (
        f"Deliveries of {workspace} to subscription {details.get('subscription')} are paused.\n\n"
        f"{details.get('reason')}\n\n"
        "Nothing is lost: what happens meanwhile waits, and is told in order once the"
        " subscription is resumed.\n"
    )
    return f"Deliveries of {workspace} are paused", text


def _refused(event: StoredEvent, workspace: str) -> tuple[str, str]:
    details = event.snapshot.details
    text = (
        f"{details['reason']}\n\n"
        f"{workspace} neither finds returns by account {details['channel_account']}"
        " nor tells what became"
        f" of them. {details['waiting']} payments by marketplaces wait.\n\n"
        "Nothing is lost: once the account has a key that is known, all of it is told by itself.\n"
    )
    return f"{details['channel_name']} refuses the key of {workspace}", text


def _resumed(event: StoredEvent, workspace: str) -> tuple[str, str]:
    details = event.snapshot.details
    text = (
        f"Account {details['channel_account']} of {workspace} looks for returns again."
        f" {details['waiting']} payments by marketplaces had waited, and are told now.\n\n"
        "There is nothing to do. Should the key be refused again, you hear of it.\n"
    )
    return f"{details['channel_name']} goes on for {workspace}", text


def _payment(event: StoredEvent, workspace: str) -> tuple[str, str]:
    details = event.snapshot.details
    order = event.snapshot.order
    assert order is not None, "a payment is an order's"
    happened, remedy = _CHANGES[str(details["change"])]
    said = happened.format_map(details)
    text = (
        f"{said}\n\nOrder {order.order_number} of {workspace}. {details['left']}"
        f" {details['currency']} of the payment can still be refunded.\n\n{remedy}\n"
    )
    return said, text


def _reconciliation(event: StoredEvent, workspace: str) -> tuple[str, str]:
    details = event.snapshot.details
    text = (
        f"Of {details['found']} refunds of {workspace} at {details['processor']},"
        f" {details['percent']} % are explained.\n\n"
        f"{details['unexplained']} are not. Look at reconciliation {details['reconciliation']}:"
        " each says what is wrong with it and what to do.\n"
    )
    subject = f"{details['unexplained']} refunds at {details['processor']} are not explained"
    return subject, text
