"""Notifications in 12Return's words: profiles say where to, templates what to say and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.published import messages
from retour.api.routes import BASE, LOOKS, PAGED, Route
from retour.api.shapes import (
    DEFAULT_TEMPLATES,
    PREVIEW,
    PROFILE,
    PROFILE_TEST,
    TEMPLATE,
    TEMPLATE_TEST,
)
from retour.desk.notifications import defaults, profile_trial, profiles, templates, trial
from retour.desk.notifications.body import (
    PreviewBody,
    ProfileNew,
    ProfilePatch,
    ProfileTestBody,
    TemplateNew,
    TemplatePatch,
    TemplateTestBody,
)
from retour.desk.notifications.defaults import DefaultsAsked
from retour.desk.people.masking import sight_of

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_PROFILE_NEW: Final = BodyReader(ProfileNew)
_PROFILE_PATCH: Final = BodyReader(ProfilePatch)
_TEMPLATE_NEW: Final = BodyReader(TemplateNew)
_TEMPLATE_PATCH: Final = BodyReader(TemplatePatch)
_PREVIEW: Final = BodyReader(PreviewBody)
_TEMPLATE_TEST: Final = BodyReader(TemplateTestBody)
_PROFILE_TEST: Final = BodyReader(ProfileTestBody)
_DEFAULTS: Final = BodyReader(DefaultsAsked)
_PROFILES: Final = f"{BASE}/notification-profiles"
_TEMPLATES: Final = f"{BASE}/notification-templates"


async def create_profile(call: Call) -> Outcome:
    """Make a profile; a custom one's secret is in this answer only."""
    body = _PROFILE_NEW.read(call.body)
    return await profiles.create(call.house, call.workspace_id, body, call.key)


async def list_profiles(call: Call) -> Outcome:
    """Give a page of profiles, newest first."""
    return await profiles.listing(call.house, call.workspace_id, call.page)


async def read_profile(call: Call) -> Outcome:
    """Give one profile; never its secret."""
    return await profiles.look_up(call.house, call.workspace_id, call.params["profile_id"])


async def change_profile(call: Call) -> Outcome:
    """Change what the body names."""
    body = _PROFILE_PATCH.read(call.body)
    return await profiles.patch(call.house, call.workspace_id, call.params["profile_id"], body)


async def delete_profile(call: Call) -> Outcome:
    """End a profile."""
    return await profiles.delete(call.house, call.workspace_id, call.params["profile_id"])


async def test_profile(call: Call) -> Outcome:
    """Send our sample through a profile, by the real path."""
    return await profile_trial.send_test(
        call.house,
        call.workspace_id,
        call.params["profile_id"],
        actor=call.actor,
        body=_PROFILE_TEST.read(call.body),
        key=call.key,
    )


async def create_template(call: Call) -> Outcome:
    """Make a template; its Liquid is checked now."""
    body = _TEMPLATE_NEW.read(call.body)
    return await templates.create(call.house, call.workspace_id, body, call.key)


async def set_up_defaults(call: Call) -> Outcome:
    """Have the workflow's own mails to customers."""
    asked = _DEFAULTS.read(call.body)
    return await defaults.set_up(call.house, call.workspace_id, asked, call.key)


async def list_templates(call: Call) -> Outcome:
    """Give a page of templates, newest first."""
    return await templates.listing(call.house, call.workspace_id, call.page)


async def read_template(call: Call) -> Outcome:
    """Give one template."""
    return await templates.look_up(call.house, call.workspace_id, _template(call))


async def change_template(call: Call) -> Outcome:
    """Change what the body names."""
    body = _TEMPLATE_PATCH.read(call.body)
    return await templates.patch(
        call.house, call.workspace_id, _template(call), body, call.if_match
    )


async def delete_template(call: Call) -> Outcome:
    """End a template."""
    return await templates.delete(call.house, call.workspace_id, _template(call))


async def preview_template(call: Call) -> Outcome:
    """Show what a template says; nothing is sent."""
    body = _PREVIEW.read(call.body)
    sight = sight_of(call.principal)
    return await trial.preview(call.house, call.workspace_id, _template(call), body, sight=sight)


async def test_template(call: Call) -> Outcome:
    """Send what a preview shows, by the real path."""
    body = _TEMPLATE_TEST.read(call.body)
    return await trial.send_test(
        call.house,
        call.workspace_id,
        _template(call),
        body,
        actor=call.actor,
        address=body.address,
        key=call.key,
        sight=sight_of(call.principal),
    )


def _template(call: Call) -> str:
    return call.params["template_id"]


ROUTES: Final = (
    Route(
        method="GET",
        path=_PROFILES,
        name="list_notification_profiles",
        tag="Notifications",
        summary="List profiles, newest first",
        scope="subscriptions:read",
        noun="notification profile",
        answer=list_profiles,
        query=PAGED,
        result=PROFILE,
        paged=True,
    ),
    Route(
        method="POST",
        path=_PROFILES,
        name="create_notification_profile",
        tag="Notifications",
        summary="Say where notifications go",
        about="An address for email (or customer, for whoever the return is of), a URL for chat and"
        " custom. inbox says that a support tool reads the address: its mails make one ticket per"
        " return. A custom one signs what it is sent; its secret is shown in this answer only.",
        scope="subscriptions:write",
        noun="notification profile",
        answer=create_profile,
        body=ProfileNew,
        result=PROFILE,
        statuses=(201,),
        creates=True,
    ),
    Route(
        method="GET",
        path=f"{_PROFILES}/{{profile_id}}",
        name="read_notification_profile",
        tag="Notifications",
        summary="Read a profile",
        scope="subscriptions:read",
        noun="notification profile",
        answer=read_profile,
        result=PROFILE,
    ),
    Route(
        method="PATCH",
        path=f"{_PROFILES}/{{profile_id}}",
        name="change_notification_profile",
        tag="Notifications",
        summary="Change a profile",
        scope="subscriptions:write",
        noun="notification profile",
        answer=change_profile,
        body=ProfilePatch,
        result=PROFILE,
    ),
    Route(
        method="DELETE",
        path=f"{_PROFILES}/{{profile_id}}",
        name="delete_notification_profile",
        tag="Notifications",
        summary="End a profile",
        about="Templates no longer go through it; what was still to go is listed as skipped.",
        scope="subscriptions:write",
        noun="notification profile",
        answer=delete_profile,
        statuses=(204,),
    ),
    Route(
        method="POST",
        path=f"{_PROFILES}/{{profile_id}}/test",
        name="test_notification_profile",
        tag="Notifications",
        summary="Send our sample through a profile",
        about="By the real path, whatever templates there are, marked as a test. One that leads to"
        " the customer needs an address of your own, or test a template instead.",
        scope="subscriptions:write",
        noun="notification profile",
        answer=test_profile,
        body=ProfileTestBody,
        result=PROFILE_TEST,
        statuses=(202,),
    ),
    Route(
        method="GET",
        path=_TEMPLATES,
        name="list_notification_templates",
        tag="Notifications",
        summary="List templates, newest first",
        scope="subscriptions:read",
        noun="notification template",
        answer=list_templates,
        query=PAGED,
        result=TEMPLATE,
        paged=True,
    ),
    Route(
        method="POST",
        path=_TEMPLATES,
        name="create_notification_template",
        tag="Notifications",
        summary="Say what is told on an event",
        about="Subject and body are Liquid; without them a template says our default words. Of"
        " active templates of one event and type that lead to the same place, the one in the"
        " customer's language speaks, else the one made first. Each template and profile together"
        " are a subscription underneath.",
        scope="subscriptions:write",
        noun="notification template",
        answer=create_template,
        body=TemplateNew,
        result=TEMPLATE,
        statuses=(201,),
        creates=True,
        versioned=True,
    ),
    Route(
        method="POST",
        path=f"{_TEMPLATES}/defaults",
        name="set_up_default_templates",
        tag="Notifications",
        summary="Have customers told of every step",
        about="Makes a profile to the customer and an email template per step and language, saying"
        " our own words, where there is none yet; asked again, it makes nothing twice and leaves"
        " what was changed. Customers who speak none of the languages are told in the first.",
        scope="subscriptions:write",
        noun="workspace",
        answer=set_up_defaults,
        body=DefaultsAsked,
        result=DEFAULT_TEMPLATES,
    ),
    Route(
        method="GET",
        path=f"{_TEMPLATES}/{{template_id}}",
        name="read_notification_template",
        tag="Notifications",
        summary="Read a template with its process and class",
        scope="subscriptions:read",
        noun="notification template",
        answer=read_template,
        result=TEMPLATE,
        versioned=True,
    ),
    Route(
        method="PATCH",
        path=f"{_TEMPLATES}/{{template_id}}",
        name="change_notification_template",
        tag="Notifications",
        summary="Change a template",
        scope="subscriptions:write",
        noun="notification template",
        answer=change_template,
        body=TemplatePatch,
        result=TEMPLATE,
        versioned=True,
        matched=True,
    ),
    Route(
        method="DELETE",
        path=f"{_TEMPLATES}/{{template_id}}",
        name="delete_notification_template",
        tag="Notifications",
        summary="End a template",
        scope="subscriptions:write",
        noun="notification template",
        answer=delete_template,
        statuses=(204,),
    ),
    Route(
        method="POST",
        path=f"{_TEMPLATES}/{{template_id}}/preview",
        name="preview_notification_template",
        tag="Notifications",
        summary="See what a template says of any return",
        about="Of the return or event named, else of the newest that fits, else of our sample. With"
        " subject or body, as if it said those.",
        scope="subscriptions:read",
        noun="notification template",
        answer=preview_template,
        body=PreviewBody,
        result=PREVIEW,
        again=LOOKS,
    ),
    Route(
        method="POST",
        path=f"{_TEMPLATES}/{{template_id}}/test",
        name="test_notification_template",
        tag="Notifications",
        summary="Send what a preview shows",
        about="Through every profile of the template, by the real path. With an address of yours, a"
        " mail goes there alone, marked as a test, and may say words that are not kept.",
        scope="subscriptions:write",
        noun="notification template",
        answer=test_template,
        body=TemplateTestBody,
        result=TEMPLATE_TEST,
        statuses=(202,),
    ),
    *messages.ROUTES,
)
