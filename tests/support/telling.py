"""Subscribers made by the desk, for tests that need one and care for little of it."""

from __future__ import annotations

import json

from retour.desk.house import House
from retour.desk.notifications import profiles as notification_profiles
from retour.desk.notifications import templates as notification_templates
from retour.desk.notifications.body import ProfileNew, TemplateNew
from retour.desk.outcome import Done
from retour.desk.telling import subscriptions
from retour.desk.telling.subscription_body import SubscriptionNew
from tests.support.pg import Workspace


async def subscribe_webhook(house: House, workspace: Workspace, url: str) -> str:
    """Have an endpoint told of everything; gives the subscription's id."""
    made = await subscriptions.create(house, workspace.id, SubscriptionNew(url=url, events=("*",)))
    assert isinstance(made, Done), made
    return str(json.loads(made.body)["id"])


async def subscribe_mail(house: House, workspace: Workspace) -> None:
    """Have an inbox told of each requested return."""
    made = await notification_profiles.create(
        house, workspace.id, ProfileNew(name="Inbox", type="email", address="team@example.com")
    )
    assert isinstance(made, Done), made
    template = TemplateNew(
        event="return_requested", type="email", profiles=(json.loads(made.body)["id"],)
    )
    told = await notification_templates.create(house, workspace.id, template)
    assert isinstance(told, Done), told
