"""What the house's template children say, put into words for the fields of a request.

Here: checking and rendering a merchant's Liquid. Never here: the children themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from retour.dialects.notification.variables import unknown_variables
from retour.gateways.template_names import outside_names
from retour.gateways.templates import TemplateError
from retour.kernel.problems import FieldError, InvalidRequest, Transient

if TYPE_CHECKING:
    from retour.desk.house import House


class TemplatesBusy(Transient):
    """No template child answered this time."""


def place(error: TemplateError) -> str:
    """Say where an error is, as the end of a sentence."""
    if error.line is None:
        return ""
    return f" (line {error.line}, column {error.column})"


async def check_source(house: House, source: Mapping[str, tuple[str, str]]) -> list[FieldError]:
    """Say what is wrong with Liquid sources, each given as ``part: (pointer, text)``.

    Raises:
        TemplatesBusy: Nobody could look at them.
    """
    errors: list[FieldError] = []
    for part, (pointer, text) in source.items():
        error = await house.templates.check({part: text})
        if error is not None:
            errors.append(_field_error(error, pointer))
        else:
            errors += await _unknown_names(text, pointer)
    return errors


async def _unknown_names(text: str, pointer: str) -> list[FieldError]:
    """Name what nobody would fill, with what may have been meant."""
    names = {name.path: name for name in await outside_names(text)}
    return [
        FieldError(
            pointer=pointer,
            code="unknown_variable",
            detail=f"There is no variable {path} "
            f"(line {names[path].line}, column {names[path].column}). "
            + (f"Did you mean {near}?" if near else "Leave it out."),
        )
        for path, near in unknown_variables(names).items()
    ]


async def render_source(
    house: House, source: Mapping[str, str], variables: Mapping[str, object]
) -> dict[str, str]:
    """Render Liquid sources.

    Raises:
        InvalidRequest: The templates cannot be rendered with these variables.
        TemplatesBusy: Nobody could render them.
    """
    rendered = await house.templates.render(source, variables)
    if isinstance(rendered, TemplateError):
        pointer = "/subject" if rendered.part == "subject" else "/body"
        raise InvalidRequest(_field_error(rendered, pointer))
    return rendered


def _field_error(error: TemplateError, pointer: str) -> FieldError:
    if error.code == "crashed":
        raise TemplatesBusy(error.message)
    return FieldError(
        pointer=pointer, code=f"template_{error.code}", detail=f"{error.message}{place(error)}"
    )
