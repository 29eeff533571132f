"""Webhooks: a message becomes a signed request, a reply becomes an outcome.

The hot path: one request is put together per attempt, and nothing in it that could have been put
together before.  Never here: retries, lanes, or what is written where.
"""

from __future__ import annotations

from typing import Final

from retour.delivery.book import Spoken
from retour.delivery.clock import TickClock
from retour.delivery.ledger import Tried
from retour.delivery.limits import HEADERS_LENGTH_MAX
from retour.delivery.outcome import DELIVERED, Outcome, Retry, Unsent, judge_status
from retour.delivery.signing import LiveKey, live_secrets, signature
from retour.dialects.dialect import DeliveryRules
from retour.gateways.exchange import ErrorClass, HttpReply, HttpRequest
from retour.kernel.wire import WireMessage
from retour.store.delivery_queries import Leased

_UNSENT: Final = frozenset({ErrorClass.BUSY, ErrorClass.CANCELED})


def webhook_request(
    row: Leased,
    spoken: Spoken,
    wire: WireMessage,
    keys: tuple[LiveKey, ...],
    *,
    at_s: int,
    gap: str | None,
    timeout_s: int,
) -> HttpRequest:
    """Put a message into a request, signed as its dialect signs, for this very second.

    ``gap`` is the event before this one in its lane that was given up; it stands in
    ``webhook-previous``, so that a receiver knows what it has not got.
    """
    said = spoken.body
    headers = [("content-type", wire.content_type)]
    if spoken.is_standard:
        headers += (("webhook-id", row.event_id), ("webhook-timestamp", str(at_s)))
        if keys:
            headers.append(("webhook-signature", signature(keys, row.event_id, at_s, wire.body)))
    elif spoken.sign is not None:
        headers += spoken.sign(live_secrets(keys, at_s), wire.body)
    headers += wire.headers
    if gap is not None and spoken.is_standard:
        headers.append(("webhook-previous", gap))
    if said.headers:
        taken = {name for name, _ in headers}
        headers += [item for item in said.headers.items() if item[0].lower() not in taken]
    return HttpRequest(url=said.target, headers=tuple(headers), body=wire.body, timeout_s=timeout_s)


def webhook_outcome(reply: HttpReply, rules: DeliveryRules, clock: TickClock) -> Outcome:
    """Read what came of a request."""
    if reply.status is not None:
        if rules.succeeds(reply.status):
            return DELIVERED
        return judge_status(reply.status, rules, reply.header("retry-after"), clock.now())
    if reply.error in _UNSENT:
        return Unsent()
    return Retry(reply.detail)


def tried_of(request: HttpRequest, reply: HttpReply, outcome: Outcome) -> Tried:
    """Keep an exchange as the log shows it."""
    return Tried(
        outcome=outcome,
        status_code=reply.status,
        error=None if reply.error is None else reply.error.value,
        detail=reply.detail or getattr(outcome, "why", None),
        ms=reply.ms_total,
        ms_dns=reply.ms_dns,
        ms_connect=reply.ms_connect,
        ms_tls=reply.ms_tls,
        ms_first_byte=reply.ms_first_byte,
        peer=reply.peer,
        request_headers="\n".join([f"{name}: {value}" for name, value in request.headers]),
        response_headers=reply.head.decode("latin-1")[:HEADERS_LENGTH_MAX],
        response_body=reply.body or None,
    )
