"""The house's one pool of template children, and what it says put into words for fields.

Nothing starts before the first template is checked.  ``close_templates`` ends what was started.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from retour.dialects.variables import unknown_variables
from retour.gateways.template_names import outside_names
from retour.gateways.templates import TemplateError, TemplatePool
from retour.kernel.problems import FieldError, InvalidRequest, Transient

if TYPE_CHECKING:
    from retour.desk.config import Configs
    from retour.desk.house import House

_POOLS: Final[WeakKeyDictionary[Configs, TemplatePool]] = WeakKeyDictionary()
"""One per house; a house is told by its configurations, which live as long as it does."""


class TemplatesBusy(Transient):
    """No template child answered this time."""


def template_pool(house: House) -> TemplatePool:
    """Give the house's pool; it costs nothing before its first question."""
    pool = _POOLS.get(house.configs)
    if pool is None:
        pool = _POOLS[house.configs] = TemplatePool()
    return pool


async def close_templates(house: House) -> None:
    """End the house's template children, if any were started."""
    pool = _POOLS.pop(house.configs, None)
    if pool is not None:
        await pool.close()


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
        error = await template_pool(house).check({part: text})
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
    rendered = await template_pool(house).render(source, variables)
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
