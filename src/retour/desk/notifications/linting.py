"""What is wrong with a template's words, or may be: by part, line and column, before anybody reads.

Errors keep a template from being saved; warnings only say what readers will meet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.notifications import trial
from retour.desk.notifications.body import LintBody, TemplatePatch, patched_template
from retour.desk.notifications.mail_lints import (
    ERROR,
    WARNING,
    Finding,
    of_page,
    of_subject,
    of_words,
)
from retour.desk.notifications.templates import MISSING, PARTS
from retour.desk.notifications.templating import TemplatesBusy
from retour.desk.outcome import Done, Outcome
from retour.desk.people.masking import Sight
from retour.dialects.notification.variables import unknown_variables
from retour.gateways.template_names import outside_names
from retour.kernel.problems import InvalidRequest
from retour.store.telling_notifications import TemplateBody, one_template

if TYPE_CHECKING:
    from retour.desk.house import House

_ENCODE: Final = msgspec.json.Encoder()
_FINDINGS_MAX: Final = 100
_OF_WORDS: Final = frozenset({"/subject", "/body"})


async def lint(
    house: House,
    workspace_id: int,
    template_id: str,
    body: LintBody,
    *,
    sight: Sight = Sight.ALL,
) -> Outcome:
    """Look a template's words over, or others that it might say, and what comes of them.

    Args:
        sight: What of persons its reader sees; who does not see all is told of our sample.

    Raises:
        InvalidRequest: There is no such return or event.
        TemplatesBusy: Nobody could look at them this time.
    """
    async with house.database.transaction(workspace_id) as connection:
        template = await one_template(connection, workspace_id, template_id)
    if template is None:
        return MISSING
    said = patched_template(template.body, TemplatePatch(subject=body.subject, body=body.body))
    found = await findings(house, said)
    size = None
    if said.type == "email" and not any(one.severity == ERROR for one in found):
        try:
            tried = await trial.tried(house, workspace_id, template_id, body, sight=sight)
        except InvalidRequest as error:
            found += _failed(error)
        else:
            page = str(tried.get("html", ""))
            size = len(page.encode())
            found += of_page(page, said.body or "", house.settings.public_base)
    answer = {"findings": _sorted(found), "html_bytes": size}
    return Done(status=200, body=_ENCODE.encode(answer))


def _failed(error: InvalidRequest) -> list[Finding]:
    """Say that sound words cannot be filled in of this very return."""
    if any(one.pointer not in _OF_WORDS for one in error.errors):
        raise error
    return [
        Finding(
            part=one.pointer.removeprefix("/"),
            severity=WARNING,
            code=one.code,
            detail=f"Of this return it cannot be said: {one.detail}",
        )
        for one in error.errors
    ]


def _sorted(found: list[Finding]) -> list[Finding]:
    """Put the worst first, then in the order of the text; what has no place goes before."""
    found.sort(key=lambda one: (one.severity, one.part == "body", one.line or 0, one.column or 0))
    return found[:_FINDINGS_MAX]


async def findings(house: House, said: TemplateBody) -> list[Finding]:
    """List what is wrong with words or may be, as they are written.

    Raises:
        TemplatesBusy: Nobody could look at them this time.
    """
    found: list[Finding] = []
    for part, source, text in (
        ("subject", "subject", said.subject),
        ("body", PARTS[said.type], said.body),
    ):
        if text:
            found += await _errors(house, part, source, text)
    return found + warnings(said)


async def _errors(house: House, part: str, source: str, text: str) -> list[Finding]:
    error = await house.templates.check({source: text})
    if error is None:
        return await _unknown(part, text)
    if error.code == "crashed":
        raise TemplatesBusy(error.message)
    return [
        Finding(
            part=part,
            severity=ERROR,
            code=f"template_{error.code}",
            detail=error.message,
            line=error.line,
            column=error.column,
        )
    ]


async def _unknown(part: str, text: str) -> list[Finding]:
    names = {name.path: name for name in await outside_names(text)}
    return [
        Finding(
            part=part,
            severity=ERROR,
            code="unknown_variable",
            detail=f"There is no variable {path}. "
            + (f"Did you mean {near}?" if near else "Leave it out."),
            line=names[path].line,
            column=names[path].column,
        )
        for path, near in unknown_variables(names).items()
    ]


def warnings(said: TemplateBody) -> list[Finding]:
    """List what readers of a sound template may stumble over. Pure."""
    found = list(of_subject(said.subject or ""))
    if said.body and said.type == "email":
        found += of_words(said.body)
    return found
