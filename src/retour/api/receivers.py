"""How receivers fare, and their secrets: webhooks and profiles alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, Route
from retour.api.shapes import PROFILE
from retour.desk.notifications import profiles
from retour.desk.telling import health
from retour.desk.telling.health import HOURS
from retour.desk.telling.revealing import HOOK, Reveal, reveal
from retour.desk.telling.subscription_body import RotateBody
from retour.dialects.shapes import Integer, ListOf, Tree
from retour.dialects.tree_parts import COUNT, MAYBE_MOMENT, MOMENT, TEXT

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_ROTATE: Final = BodyReader(RotateBody)
_REVEAL: Final = BodyReader(Reveal)
_PROFILE: Final = f"{BASE}/notification-profiles/{{profile_id}}"
_MS: Final = Integer(nullable=True, about="Milliseconds; null where nothing was sent.")
_COUNTS: Final = {"attempts": COUNT, "delivered": COUNT, "p50": _MS, "p95": _MS}
HEALTH: Final = Tree(
    name="receiver_health",
    fields={
        **_COUNTS,
        "hours": ListOf(
            item=Tree(name="receiver_hour", fields={"at": MOMENT, **_COUNTS}),
            about=f"The last {HOURS}, oldest first.",
        ),
    },
)
SECRETS: Final = Tree(
    name="revealed_secrets",
    about="By what a receiver checks that messages are ours, the newest first.",
    fields={
        "id": TEXT,
        "secrets": ListOf(
            item=Tree(name="revealed_secret", fields={"secret": TEXT, "signs_until": MAYBE_MOMENT})
        ),
    },
)


async def read_subscription_health(call: Call) -> Outcome:
    """Give how a webhook fared."""
    wanted = call.params["subscription_id"]
    return await health.of_subscription(call.house, call.workspace_id, wanted)


async def read_profile_health(call: Call) -> Outcome:
    """Give how a profile fared."""
    return await health.of_profile(call.house, call.workspace_id, call.params["profile_id"])


async def reveal_secret(call: Call) -> Outcome:
    """Show the secrets of a webhook again."""
    wanted = call.params["subscription_id"]
    body = _REVEAL.read(call.body)
    return await reveal(call.house, call.workspace_id, wanted, body, what=HOOK, key=call.key)


async def reveal_profile_secret(call: Call) -> Outcome:
    """Show the secrets of a profile again."""
    wanted = call.params["profile_id"]
    body = _REVEAL.read(call.body)
    return await reveal(call.house, call.workspace_id, wanted, body, key=call.key)


async def rotate_profile_secret(call: Call) -> Outcome:
    """Put a new secret of a profile in force."""
    body = _ROTATE.read(call.body)
    wanted = call.params["profile_id"]
    return await profiles.rotate(call.house, call.workspace_id, wanted, body, call.key)


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{BASE}/subscriptions/{{subscription_id}}/health",
        name="read_subscription_health",
        tag="Subscriptions",
        summary="See how a receiver fared in the last 24 hours",
        about="Attempts hour by hour: how many arrived, and how fast.",
        scope="subscriptions:read",
        noun="subscription",
        answer=read_subscription_health,
        result=HEALTH,
    ),
    Route(
        method="GET",
        path=f"{_PROFILE}/health",
        name="read_notification_profile_health",
        tag="Notifications",
        summary="See how a profile fared in the last 24 hours",
        about="All its templates and tests together, attempts hour by hour.",
        scope="subscriptions:read",
        noun="notification profile",
        answer=read_profile_health,
        result=HEALTH,
    ),
    Route(
        method="POST",
        path=f"{_PROFILE}/rotate",
        name="rotate_profile_secret",
        tag="Notifications",
        summary="Put a new secret of a profile in force",
        about="Shown in this answer only. The old one signs beside it for the overlap, a day unless"
        " said.",
        scope="subscriptions:write",
        noun="notification profile",
        answer=rotate_profile_secret,
        body=RotateBody,
        result=PROFILE,
    ),
    Route(
        method="POST",
        path=f"{BASE}/subscriptions/{{subscription_id}}/reveal",
        name="reveal_secret",
        tag="Subscriptions",
        summary="Show the secrets of a webhook again",
        about="For a reason, which the audit log keeps with who asked: once under the same"
        " Idempotency-Key, while the secrets are the same. No answer is kept. Where it may have"
        " been seen by others, rotate it instead.",
        scope="secrets:reveal",
        noun="subscription",
        answer=reveal_secret,
        body=Reveal,
        result=SECRETS,
    ),
    Route(
        method="POST",
        path=f"{_PROFILE}/reveal",
        name="reveal_profile_secret",
        tag="Notifications",
        summary="Show the secrets of a profile again",
        about="For a reason, which the audit log keeps with who asked: once under the same"
        " Idempotency-Key, while the secrets are the same. No answer is kept. Where it may have"
        " been seen by others, rotate it instead.",
        scope="secrets:reveal",
        noun="notification profile",
        answer=reveal_profile_secret,
        body=Reveal,
        result=SECRETS,
    ),
)
