"""Who is told what: the log, feeds, subscriptions and deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.problems import Stop, invalid
from retour.api.routes import BASE, FOLLOWED, PAGED, Parameter, Route
from retour.api.shapes import (
    DELIVERY,
    DELIVERY_WHOLE,
    EVENT,
    FEED_ITEM,
    RECOVERY,
    SUBSCRIPTION,
    TEST_SENT,
)
from retour.desk import events
from retour.desk.events import read_log_page
from retour.desk.telling import deliveries, recover, subscriptions, testing
from retour.desk.telling import feed as feeds
from retour.desk.telling.deliveries import STATUSES
from retour.desk.telling.subscription_body import (
    RecoverBody,
    RotateBody,
    SubscriptionNew,
    SubscriptionPatch,
)
from retour.kernel.problems import FieldError
from retour.store.telling_deliveries import Wanted

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome
    from retour.desk.pages import Page

_NEW: Final = BodyReader(SubscriptionNew)
_PATCH: Final = BodyReader(SubscriptionPatch)
_ROTATE: Final = BodyReader(RotateBody)
_RECOVER: Final = BodyReader(RecoverBody)
_ONE: Final = f"{BASE}/subscriptions/{{subscription_id}}"


def _log_page(call: Call) -> Page:
    """Read where a log is to go on; ``cursor`` says it as lists do."""
    after = call.query.get("after") or call.query.get("cursor")
    return read_log_page(call.query.get("limit"), after)


async def list_events(call: Call) -> Outcome:
    """Give a page of the log, oldest first."""
    return await events.log(call.house, call.workspace_id, _log_page(call))


async def list_return_events(call: Call) -> Outcome:
    """Give a page of a return's events, by their sequence."""
    return_id = call.params["return_id"]
    return await events.of_return(call.house, call.workspace_id, return_id, _log_page(call))


async def list_order_events(call: Call) -> Outcome:
    """Give a page of an order's events, its returns' among them."""
    number = call.params["order_number"]
    return await events.of_order(call.house, call.workspace_id, number, _log_page(call))


async def read_feed(call: Call) -> Outcome:
    """Give a page of what a subscription is told."""
    subscription_id = call.query.get("subscription")
    if subscription_id is None:
        detail = "The feed of which subscription? Give ?subscription=sub_…"
        missing = FieldError(pointer="/subscription", code="missing", detail=detail)
        raise Stop(invalid(missing))
    return await feeds.feed(call.house, call.workspace_id, subscription_id, _log_page(call))


async def create_subscription(call: Call) -> Outcome:
    """Make a subscription; its secret is in this answer only."""
    body = _NEW.read(call.body)
    return await subscriptions.create(call.house, call.workspace_id, body, call.key)


async def list_subscriptions(call: Call) -> Outcome:
    """Give a page of subscriptions, newest first."""
    return await subscriptions.listing(call.house, call.workspace_id, call.page)


async def read_subscription(call: Call) -> Outcome:
    """Give one subscription; never its secret."""
    return await subscriptions.look_up(call.house, call.workspace_id, _subscription(call))


async def change_subscription(call: Call) -> Outcome:
    """Change what the body names."""
    body = _PATCH.read(call.body)
    return await subscriptions.patch(
        call.house, call.workspace_id, _subscription(call), body, call.if_match
    )


async def delete_subscription(call: Call) -> Outcome:
    """End a subscription."""
    return await subscriptions.delete(call.house, call.workspace_id, _subscription(call))


async def test_subscription(call: Call) -> Outcome:
    """Send a sample event by the real path."""
    return await testing.send_test(
        call.house, call.workspace_id, _subscription(call), call.actor, call.key
    )


async def rotate_secret(call: Call) -> Outcome:
    """Put a new secret in force beside the old one."""
    body = _ROTATE.read(call.body)
    return await subscriptions.rotate(
        call.house, call.workspace_id, _subscription(call), body, call.key
    )


async def recover_subscription(call: Call) -> Outcome:
    """Tell again everything since an instant."""
    body = _RECOVER.read(call.body)
    return await recover.recover(call.house, call.workspace_id, _subscription(call), body, call.key)


async def resume_subscription(call: Call) -> Outcome:
    """Serve a subscription again from where it stopped."""
    return await subscriptions.resume(call.house, call.workspace_id, _subscription(call), call.key)


def _subscription(call: Call) -> str:
    return call.params["subscription_id"]


async def list_deliveries(call: Call) -> Outcome:
    """Give a page of deliveries, newest first."""
    wanted = Wanted(
        subscription_id=call.query.get("subscription"),
        status=call.choice("status", frozenset(STATUSES)),
        event_id=call.query.get("event"),
        type=call.query.get("type"),
        return_id=call.query.get("return"),
    )
    return await deliveries.listing(call.house, call.workspace_id, wanted, call.page)


async def read_delivery(call: Call) -> Outcome:
    """Give a delivery with every attempt."""
    return await deliveries.look_up(call.house, call.workspace_id, call.params["delivery_id"])


async def resend_delivery(call: Call) -> Outcome:
    """Tell it again with the same bytes."""
    delivery_id = call.params["delivery_id"]
    return await deliveries.resend(call.house, call.workspace_id, delivery_id, call.key)


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{BASE}/events",
        name="list_events",
        tag="Events",
        summary="Read the log, oldest first",
        about="Complete: an event that commits late is never skipped by who follows the cursor.",
        scope="events:read",
        noun="event",
        answer=list_events,
        query=FOLLOWED,
        result=EVENT,
        paged=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/returns/{{return_id}}/events",
        name="list_return_events",
        tag="Events",
        summary="Read a return's events, by their sequence",
        scope="events:read",
        noun="return",
        answer=list_return_events,
        query=FOLLOWED,
        result=EVENT,
        paged=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/orders/{{order_number}}/events",
        name="list_order_events",
        tag="Events",
        summary="Read an order's events, its returns' among them",
        scope="events:read",
        noun="order",
        answer=list_order_events,
        query=FOLLOWED,
        result=EVENT,
        paged=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/feed",
        name="read_feed",
        tag="Events",
        summary="Ask instead of being told",
        about="The same bytes in the same order as the subscription's deliveries.",
        scope="events:read",
        noun="subscription",
        answer=read_feed,
        query=(Parameter(name="subscription", about="Whose feed.", is_required=True), *FOLLOWED),
        result=FEED_ITEM,
        paged=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/subscriptions",
        name="list_subscriptions",
        tag="Subscriptions",
        summary="List subscriptions, newest first",
        scope="subscriptions:read",
        noun="subscription",
        answer=list_subscriptions,
        query=PAGED,
        result=SUBSCRIPTION,
        paged=True,
    ),
    Route(
        method="POST",
        path=f"{BASE}/subscriptions",
        name="create_subscription",
        tag="Subscriptions",
        summary="Be told of events",
        about="The secret that signs is shown in this answer only; a replay comes without it."
        " A url of mailto: and an address asks for plain mails about troubles: disputes, refunds"
        " that are not explained, deliveries that were paused. They have no secret.",
        scope="subscriptions:write",
        noun="subscription",
        answer=create_subscription,
        body=SubscriptionNew,
        result=SUBSCRIPTION,
        statuses=(201,),
        creates=True,
        versioned=True,
    ),
    Route(
        method="GET",
        path=_ONE,
        name="read_subscription",
        tag="Subscriptions",
        summary="Read a subscription and how its endpoint fares",
        scope="subscriptions:read",
        noun="subscription",
        answer=read_subscription,
        result=SUBSCRIPTION,
        versioned=True,
    ),
    Route(
        method="PATCH",
        path=_ONE,
        name="change_subscription",
        tag="Subscriptions",
        summary="Change a subscription",
        about="Only what is named changes. What was committed before is told as it was then.",
        scope="subscriptions:write",
        noun="subscription",
        answer=change_subscription,
        body=SubscriptionPatch,
        result=SUBSCRIPTION,
        versioned=True,
        matched=True,
    ),
    Route(
        method="DELETE",
        path=_ONE,
        name="delete_subscription",
        tag="Subscriptions",
        summary="End a subscription",
        about="What was still to be sent is listed as skipped.",
        scope="subscriptions:write",
        noun="subscription",
        answer=delete_subscription,
        statuses=(204,),
    ),
    Route(
        method="POST",
        path=f"{_ONE}/test",
        name="test_subscription",
        tag="Subscriptions",
        summary="Send a sample event",
        about="By the real path: signed, logged and retried like any other.",
        scope="subscriptions:write",
        noun="subscription",
        answer=test_subscription,
        result=TEST_SENT,
        statuses=(202,),
    ),
    Route(
        method="POST",
        path=f"{_ONE}/rotate",
        name="rotate_secret",
        tag="Subscriptions",
        summary="Put a new secret in force",
        about="The old one signs beside it for the overlap, 24 hours unless said.",
        scope="subscriptions:write",
        noun="subscription",
        answer=rotate_secret,
        body=RotateBody,
        result=SUBSCRIPTION,
        versioned=True,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/recover",
        name="recover_subscription",
        tag="Subscriptions",
        summary="Tell again everything since an instant",
        scope="subscriptions:write",
        noun="subscription",
        answer=recover_subscription,
        body=RecoverBody,
        result=RECOVERY,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/resume",
        name="resume_subscription",
        tag="Subscriptions",
        summary="Serve a paused subscription again from where it stopped",
        scope="subscriptions:write",
        noun="subscription",
        answer=resume_subscription,
        result=SUBSCRIPTION,
        versioned=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/deliveries",
        name="list_deliveries",
        tag="Deliveries",
        summary="List deliveries, newest first",
        scope="deliveries:read",
        noun="delivery",
        answer=list_deliveries,
        query=(
            Parameter(name="subscription", about="To this subscription."),
            Parameter(name="status", about="In this status now.", words=STATUSES),
            Parameter(name="event", about="Of this event."),
            Parameter(name="type", about="Of events of this type."),
            Parameter(name="return", about="Of events of this return."),
            *PAGED,
        ),
        result=DELIVERY,
        paged=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/deliveries/{{delivery_id}}",
        name="read_delivery",
        tag="Deliveries",
        summary="Read a delivery with every attempt",
        scope="deliveries:read",
        noun="delivery",
        answer=read_delivery,
        result=DELIVERY_WHOLE,
    ),
    Route(
        method="POST",
        path=f"{BASE}/deliveries/{{delivery_id}}/resend",
        name="resend_delivery",
        tag="Deliveries",
        summary="Tell it again",
        about="A new delivery with the same bytes and the same webhook-id (201); the head of a"
        " blocked lane is itself tried again (200).",
        scope="deliveries:write",
        noun="delivery",
        answer=resend_delivery,
        result=DELIVERY,
        statuses=(201, 200),
    ),
)
