"""Merchants' Liquid templates, rendered in children that may be killed at any moment.

``TemplatePool`` bounds what goes in and says what came out, in words for who writes templates.
Rendering itself is ``template_child``'s, which shares nothing with this process but a pipe. Never
here: what the variables mean, or who is told of an error.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from retour.gateways.crew import Crew, Lost, Overtaxed
from retour.gateways.limits import (
    TEMPLATE_CHILDREN,
    TEMPLATE_CPU_S,
    TEMPLATE_IDLE_S,
    TEMPLATE_QUARANTINE_S,
    TEMPLATE_SOURCE_BYTES_MAX,
    TEMPLATE_VARIABLES_BYTES_MAX,
    TEMPLATE_WALL_S,
)

_CHILD: Final = "retour.gateways.template_child"
_QUARANTINED_MAX: Final = 1000


class TemplateError(msgspec.Struct, frozen=True, kw_only=True):
    """Why a template gave nothing, for the person who writes it.

    ``code`` is stable: ``syntax``, ``unknown_filter``, ``render``, ``not_well_formed``,
    ``too_much`` (a counted limit), ``too_large`` (source or variables), ``killed`` (time or
    memory), ``crashed`` (the child went away by itself; the only one worth another attempt).
    ``line`` and ``column`` count from one and are ``None`` where no place can be blamed.
    """

    code: Literal[
        "syntax",
        "unknown_filter",
        "render",
        "not_well_formed",
        "too_much",
        "too_large",
        "killed",
        "crashed",
    ]
    message: str
    part: str | None = None
    line: int | None = None
    column: int | None = None


class _Answer(msgspec.Struct, frozen=True):
    parts: dict[str, str] = {}
    problem: TemplateError | None = None


_KILLED: Final = TemplateError(
    code="killed", message="The template took too much time or memory. Loop less and build less."
)
_CRASHED: Final = TemplateError(
    code="crashed", message="The template could not be rendered this time. Try again."
)


class TemplatePool:
    """Renders templates, at most ``children`` at once; costs nothing before the first.

    Belongs to one event loop. A part's name says what it becomes and so how values are escaped in
    it: ``html`` or ``…_html``, likewise ``slack`` and ``xml`` and ``json`` (whose results are
    checked to be that), ``subject`` (one line), anything else plain text.
    """

    def __init__(
        self,
        *,
        children: int = TEMPLATE_CHILDREN,
        cpu_s: float = TEMPLATE_CPU_S,
        wall_s: float = TEMPLATE_WALL_S,
        idle_s: float = TEMPLATE_IDLE_S,
    ) -> None:
        self._crew = Crew(_CHILD, places=children, cpu_s=cpu_s, wall_s=wall_s, idle_s=idle_s)
        self._quarantine: OrderedDict[bytes, float] = OrderedDict()

    async def render(
        self, source: Mapping[str, str], variables: Mapping[str, object]
    ) -> dict[str, str] | TemplateError:
        """Render every part of ``source`` with ``variables``, or give the first error.

        ``variables`` is anything JSON can say. What is not in it renders as nothing.
        """
        return await self._ask("render", source, variables)

    async def check(self, source: Mapping[str, str]) -> TemplateError | None:
        """Find the first error that needs no variables to be one."""
        answer = await self._ask("check", source, {})
        return answer if isinstance(answer, TemplateError) else None

    async def close(self) -> None:
        """End every child. Whoever still waits is answered ``crashed``."""
        await self._crew.close()

    async def _ask(
        self, op: str, source: Mapping[str, str], variables: Mapping[str, object]
    ) -> dict[str, str] | TemplateError:
        for part, text in source.items():
            if len(text.encode(errors="replace")) > TEMPLATE_SOURCE_BYTES_MAX:
                words = "The template is longer than 32 kB. Shorten it."
                return TemplateError(code="too_large", message=words, part=part)
        question = msgspec.json.encode({"op": op, "parts": source, "variables": variables})
        if len(question) > TEMPLATE_VARIABLES_BYTES_MAX:
            return TemplateError(code="too_large", message="The data is larger than 2 MB.")
        name = hashlib.sha256(msgspec.json.encode(source)).digest()
        if self._quarantine.get(name, 0.0) > time.monotonic():
            return _KILLED
        try:
            answer = msgspec.json.decode(await self._crew.ask(question), type=_Answer)
        except Overtaxed:
            self._remember_killed(name)
            return _KILLED
        except Lost:
            return _CRASHED
        return answer.problem or answer.parts

    def _remember_killed(self, name: bytes) -> None:
        self._quarantine[name] = time.monotonic() + TEMPLATE_QUARANTINE_S
        if len(self._quarantine) > _QUARANTINED_MAX:
            self._quarantine.popitem(last=False)
