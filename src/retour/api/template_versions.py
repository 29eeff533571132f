"""The words of notification templates looked over, and their versions: compared, said again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, LOOKS, PAGED, Parameter, Route
from retour.api.shapes import TEMPLATE
from retour.desk.notifications import linting, versions
from retour.desk.notifications.body import LintBody, RestoreBody
from retour.desk.notifications.comparing import KINDS
from retour.desk.people.masking import sight_of
from retour.dialects.shapes import Boolean, Integer, ListOf, Text, Tree
from retour.dialects.tree_parts import COUNT, MAYBE, MOMENT, TEXT

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_RESTORE: Final = BodyReader(RestoreBody)
_LINT: Final = BodyReader(LintBody)
_ONE: Final = f"{BASE}/notification-templates/{{template_id}}"
_PARTS: Final = ListOf(
    item=Text(words=("subject", "body", "language", "name", "profiles", "active"))
)
_BRIEF: Final = {
    "version": COUNT,
    "made_by": Text(about="As the audit log names who did something: person:…, api_key:…, house."),
    "note": Text(about="Why, as whoever made it wrote."),
    "restored": Integer(nullable=True, about="The version whose words it says again."),
    "changed": _PARTS,
    "created_at": MOMENT,
}
VERSION: Final = Tree(name="template_version", fields=_BRIEF)
VERSION_WHOLE: Final = Tree(
    name="template_version_whole",
    fields={
        **_BRIEF,
        "subject": MAYBE,
        "body": MAYBE,
        "language": TEXT,
        "name": TEXT,
        "profiles": ListOf(item=TEXT),
        "active": Boolean(),
    },
)
_ROWS: Final = ListOf(
    item=Tree(
        name="compared_row",
        fields={
            "kind": Text(words=KINDS),
            "from": MAYBE,
            "to": MAYBE,
            "older_line": Integer(nullable=True),
            "newer_line": Integer(nullable=True),
            "count": Integer(nullable=True, about="Of lines left out: the same in both."),
        },
    ),
    about="Line by line; empty where nothing changed. Our own words where nobody wrote any.",
)
FINDINGS: Final = Tree(
    name="template_findings",
    fields={
        "findings": ListOf(
            item=Tree(
                name="template_finding",
                fields={
                    "part": Text(words=("subject", "body")),
                    "severity": Text(
                        words=("error", "warning"),
                        about="With an error a template is not saved.",
                    ),
                    "code": TEXT,
                    "detail": TEXT,
                    "line": Integer(nullable=True),
                    "column": Integer(nullable=True),
                },
            ),
            about="Errors first, then in the order of the text; 100 at most.",
        ),
        "html_bytes": Integer(
            nullable=True,
            about="How large the mail is of the return it was tried of; above 102 000 Gmail hides"
            " its end. Null for what is no mail, or cannot be filled in.",
        ),
    },
)
DIFFERENCE: Final = Tree(
    name="template_difference",
    fields={
        "id": TEXT,
        "from": COUNT,
        "to": COUNT,
        "changed": _PARTS,
        "subject": _ROWS,
        "body": _ROWS,
    },
)


async def lint_template(call: Call) -> Outcome:
    """Look a template's words over."""
    body = _LINT.read(call.body)
    sight = sight_of(call.principal)
    return await linting.lint(call.house, call.workspace_id, _template(call), body, sight=sight)


async def list_versions(call: Call) -> Outcome:
    """Give a page of a template's versions, newest first."""
    return await versions.listing(call.house, call.workspace_id, _template(call), call.page)


async def read_version(call: Call) -> Outcome:
    """Give one version of a template."""
    version = call.params["template_version"]
    return await versions.look_up(call.house, call.workspace_id, _template(call), version)


async def compare_versions(call: Call) -> Outcome:
    """Say what changed between two versions."""
    return await versions.compare(call.house, call.workspace_id, _template(call), call.query)


async def restore_version(call: Call) -> Outcome:
    """Say again what a template said at a version."""
    body = _RESTORE.read(call.body)
    version = call.params["template_version"]
    return await versions.restore(
        call.house, call.workspace_id, _template(call), version, body, if_match=call.if_match
    )


def _template(call: Call) -> str:
    return call.params["template_id"]


ROUTES: Final = (
    Route(
        method="POST",
        path=f"{_ONE}/lint",
        name="lint_notification_template",
        tag="Notifications",
        summary="Look a template's words over",
        about="Or subject and body given here: Liquid that does not stand, variables that nobody"
        " fills, links that lead nowhere, pictures that a mail does not show, colours that are hard"
        " to read; by line and column. A mail is tried as a preview is, and measured.",
        scope="subscriptions:read",
        noun="notification template",
        answer=lint_template,
        body=LintBody,
        result=FINDINGS,
        again=LOOKS,
    ),
    Route(
        method="GET",
        path=f"{_ONE}/versions",
        name="list_notification_template_versions",
        tag="Notifications",
        summary="List a template's versions, newest first",
        scope="subscriptions:read",
        noun="notification template",
        answer=list_versions,
        query=PAGED,
        result=VERSION,
        paged=True,
    ),
    Route(
        method="GET",
        path=f"{_ONE}/versions/{{template_version}}",
        name="read_notification_template_version",
        tag="Notifications",
        summary="Read what a template said at a version",
        scope="subscriptions:read",
        noun="template version",
        answer=read_version,
        result=VERSION_WHOLE,
    ),
    Route(
        method="GET",
        path=f"{_ONE}/diff",
        name="compare_notification_template_versions",
        tag="Notifications",
        summary="Say what changed between two versions of a template",
        scope="subscriptions:read",
        noun="notification template",
        answer=compare_versions,
        query=(
            Parameter(name="from", about="The one before `to` unless said.", kind="integer"),
            Parameter(name="to", about="The newest unless said.", kind="integer"),
        ),
        result=DIFFERENCE,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/versions/{{template_version}}/restore",
        name="restore_notification_template_version",
        tag="Notifications",
        summary="Say again what a template said at a version",
        about="Its subject and body, as the next version; where they go to stays as it is. For our"
        " own words again, change subject and body to null.",
        scope="subscriptions:write",
        noun="template version",
        answer=restore_version,
        body=RestoreBody,
        result=TEMPLATE,
        versioned=True,
        matched=True,
        again="Words that it says already make no version.",
    ),
)
