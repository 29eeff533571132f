"""The program of a template child: renders Liquid it does not trust, with nothing worth stealing.

Started by ``crew``, it imports nothing of ours but the walls (``cell``), is given an empty
environment, and may open neither file nor socket nor more memory or time than its share. It answers
each question, in JSON, once. Values are escaped where
they are put out, for the target of their part, so that no filter can undo it. Never here: secrets,
addresses, anything that would be missed if this process were killed, as it often is.
"""

from __future__ import annotations

import html
import json
import re
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Final, Literal, TextIO, TypedDict
from xml.parsers import (
    expat,
)  # tidy: allow(xml) only asks whether it parses, in a child that may die

import msgspec
from liquid import BoundTemplate, Environment, RenderContext
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.capture_tag import CaptureNode, CaptureTag
from liquid.builtin.tags.echo_tag import EchoTag
from liquid.exceptions import (
    LiquidError,
    LiquidSyntaxError,
    ResourceLimitError,
    UnknownFilterError,
)
from liquid.stringify import to_liquid_string

from retour.gateways.cell import serve

_LOOPS_MAX: Final = 10_000
_NAMESPACE_BYTES_MAX: Final = 1_000_000
_OUTPUT_BYTES_MAX: Final = 262_144
_PARSED_MAX: Final = 256
_MEMORY_BYTES: Final = 88 * 1024 * 1024
"""What one rendering may take; with the 35 MB of the child itself it stays below 128 MB."""

_TAGS_KEPT: Final = frozenset(
    (
        *("if", "unless", "case", "for", "break", "continue", "assign", "capture", "comment"),
        *("echo", "liquid", "doc", "#", "output", "content", "illegal"),
    )
)
"""What a message needs. Not: other files, counters, tables, which also write past the escaping."""
_FILTERS_DROPPED: Final = ("safe", "escapejs")

_BLOCKS: Final = frozenset({"if", "unless", "case", "for", "capture", "comment", "doc", "raw"})
_MARKUP: Final = re.compile(r"\{\{.*?\}\}|\{%-?\s*(?P<tag>\w+).*?%\}", re.DOTALL)
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_WARM_UP: Final = """{% assign a = "2026-01-15T12:00:00Z" | date: "%d.%m.%Y" | split: "." %}
{% for x in a %}{{ x | plus: 1 | times: 1.5 | round: 1 | escape | append: "<" }}{% endfor %}"""


class Problem(TypedDict):
    """Why a part cannot be had, and where in its source; line and column count from one."""

    code: str
    message: str
    part: str
    line: int | None
    column: int | None


class Question(msgspec.Struct, frozen=True):
    """What the parent asks about each named part."""

    op: Literal["render", "check"]
    parts: dict[str, str]
    variables: dict[str, object]


class Answer(TypedDict, total=False):
    """Either the rendered ``parts``, none for a check, or the first ``problem``."""

    parts: dict[str, str]
    problem: Problem


class Safe(str):
    """Text already fit for its target. Whatever a filter makes of it is plain text again."""

    __slots__ = ()


class NotWellFormed(Exception):
    """A JSON or XML part came out as something else."""


class TemplateEnvironment(Environment):
    """Liquid for one target: ``escape`` makes any text fit for it."""

    block_nesting_limit = 20
    loop_iteration_limit = _LOOPS_MAX
    local_namespace_limit = _NAMESPACE_BYTES_MAX
    output_stream_limit = _OUTPUT_BYTES_MAX

    def __init__(self, escape: Callable[[str], str], *, is_markup: bool, is_json: bool) -> None:
        self.escape = escape
        self.is_markup = is_markup
        self.is_json = is_json
        super().__init__()

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Keep the tags and filters that can be answered for."""
        super().setup_tags_and_filters(extra=extra)
        self.tags = {name: tag for name, tag in self.tags.items() if name in _TAGS_KEPT}
        for tag in (EscapedOutput, EscapedEcho, SafeCapture):
            self.add_tag(tag)
        for name in _FILTERS_DROPPED:
            del self.filters[name]
        if self.is_markup:
            self.filters |= {"escape": _escaped, "escape_once": _escaped_once}
            self.filters["newline_to_br"] = _broken_lines
        self.filters["json"] = _as_safe_json if self.is_json else _as_json


class EscapedNode(OutputNode):
    """Puts a value out, escaped unless it is ``Safe``."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the value to ``buffer``."""
        value = self.expression.evaluate(context)
        if isinstance(value, Safe):
            return buffer.write(value)
        environment = context.env
        assert isinstance(environment, TemplateEnvironment)
        return buffer.write(environment.escape(_text(value)))


class EscapedOutput(Output):
    """Reads ``{{ … }}`` and has its value escaped."""

    node_class = EscapedNode


class EscapedEcho(EchoTag):
    """Reads ``{% echo … %}`` and has its value escaped."""

    node_class = EscapedNode


class SafeCaptureNode(CaptureNode):
    """Remembers what was put out, which has been escaped on its way."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Render the block into a variable and nothing into ``buffer``."""
        captured = context.get_buffer(buffer)
        self.block.render(context, captured)
        context.assign(self.name, Safe(captured.getvalue()))
        return 0


class SafeCapture(CaptureTag):
    """Reads ``{% capture name %}`` and keeps what it gives as safe."""

    node_class = SafeCaptureNode


def _text(value: object) -> str:
    return to_liquid_string(value, autoescape=False)


def _as_json(value: object) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except TypeError:  # Undefined, and whatever else JSON has no word for.
        return "null"


def _as_safe_json(value: object) -> Safe:
    return Safe(_as_json(value))


def _escaped(value: object) -> Safe:
    return Safe(_escape_markup(_text(value)))


def _escaped_once(value: object) -> Safe:
    return Safe(_escape_markup(html.unescape(_text(value))))


def _broken_lines(value: object) -> Safe:
    ready = value if isinstance(value, Safe) else _escape_markup(_text(value))
    return Safe(_LINE_END.sub("<br />\n", ready))


def _escape_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _escape_markup(text: str) -> str:
    return _NOT_XML.sub("\ufffd", html.escape(text))


def _escape_xml(text: str) -> str:
    return _escape_markup(text).replace("\r", "&#13;")  # Else a reader takes it for a line end.


def _escape_slack(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_ENVIRONMENTS: Final = {
    "html": TemplateEnvironment(_escape_markup, is_markup=True, is_json=False),
    "xml": TemplateEnvironment(_escape_xml, is_markup=True, is_json=False),
    "json": TemplateEnvironment(_escape_json, is_markup=False, is_json=True),
    "slack": TemplateEnvironment(_escape_slack, is_markup=False, is_json=False),
    "text": TemplateEnvironment(str, is_markup=False, is_json=False),
    "line": TemplateEnvironment(str, is_markup=False, is_json=False),
}


def target_of(part: str) -> str:
    """Tell a part's target from its name: ``…html``, ``…xml``, ``…json``, ``…slack``, else text."""
    if part == "subject":
        return "line"
    ending = part.rpartition("_")[2]
    return ending if ending in _ENVIRONMENTS else "text"


@lru_cache(maxsize=_PARSED_MAX)
def _parse(target: str, source: str) -> BoundTemplate:
    return _ENVIRONMENTS[target].from_string(source)


def render(part: str, source: str, variables: dict[str, object]) -> str:
    """Render one part and see that it became what its name says."""
    target = target_of(part)
    text = _parse(target, source).render(variables)
    match target:
        case "line":
            return " ".join(text.split())
        case "json":
            _require_json(text)
        case "xml":
            _require_xml(text)
        case _:
            pass
    return text


def _require_json(text: str) -> None:
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise NotWellFormed(f"The result is not JSON: {error}") from error


def _require_xml(text: str) -> None:
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(text.encode(), True)  # noqa: FBT003 - expat takes it by position only
    except expat.ExpatError as error:
        words = expat.ErrorString(error.code)
        raise NotWellFormed(f"The result is not XML: {words} in line {error.lineno}") from error


def _refuse_doctype(*_: object) -> None:
    raise NotWellFormed("The result has a DOCTYPE. Remove it; documents here have none.")


def check(part: str, source: str) -> Problem | None:
    """Find what could not be rendered whatever the variables: syntax and unknown filters."""
    target = target_of(part)
    template = _parse(target, source)
    known = _ENVIRONMENTS[target].filters
    found = template.analyze(include_partials=False).filters
    unknown = [(spans[0].index, name) for name, spans in found.items() if name not in known]
    if not unknown:
        return None
    index, name = min(unknown)
    words = f"There is no filter {name!r}. Use one of: {', '.join(sorted(known))}."
    line, column = _position(source, index)
    return Problem(code="unknown_filter", message=words, part=part, line=line, column=column)


def answer(question: Question) -> Answer:
    """Answer for all parts, or with the first problem met."""
    rendered: dict[str, str] = {}
    for part, source in question.parts.items():
        try:
            if question.op == "check":
                problem = check(part, source)
                if problem is not None:
                    return Answer(problem=problem)
            else:
                rendered[part] = render(part, source, question.variables)
        except Exception as error:  # noqa: BLE001 - whatever a template does is its own problem
            return Answer(problem=_problem(part, source, error))
    return Answer(parts=rendered)


def _problem(part: str, source: str, error: Exception) -> Problem:
    cause = error.__cause__ if error.args == ("unexpected liquid parsing error",) else error
    line = column = None
    match cause:
        case MemoryError():
            raise cause
        case NotWellFormed():
            code, message = "not_well_formed", f"{cause}."
        case UnknownFilterError():
            code, message = "unknown_filter", f"{_words(cause)}."
        case LiquidSyntaxError():
            code, message = "syntax", f"{_words(cause)}."
        case ResourceLimitError():
            code, message = "too_much", f"{_words(cause)}. Loop less and put out less."
        case RecursionError():
            code, message = "too_much", "The template nests too deeply. Flatten it."
        case LiquidError():
            code, message = "render", f"{_words(cause)}."
        case _:
            code, message = "render", "The template cannot be computed. Simplify it."
    if isinstance(cause, LiquidError):
        line, column = _place(source, cause)
    return Problem(code=code, message=message, part=part, line=line, column=column)


def _words(error: LiquidError) -> str:
    words = str(error.message or "the template is not valid")
    return words[:1].upper() + words[1:300]


def _place(source: str, error: LiquidError) -> tuple[int | None, int | None]:
    """Find where ``error`` is; where the parser ran off an end, the markup it began with."""
    context = error.context()
    if context is not None:
        return context[0], context[1] + 1
    open_blocks: list[int] = []
    for match in _MARKUP.finditer(source):
        tag = match["tag"]
        if tag is None and not _is_markup(match[0]):
            return _position(source, match.start())
        if tag in _BLOCKS:
            open_blocks.append(match.start())
        elif tag is not None and tag.startswith("end") and open_blocks:
            open_blocks.pop()
    return _position(source, open_blocks[-1]) if open_blocks else (None, None)


def _is_markup(text: str) -> bool:
    try:
        _ENVIRONMENTS["text"].from_string(text)
    except LiquidError:
        return False
    return True


def _position(source: str, index: int) -> tuple[int, int]:
    before = source[:index]
    return before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1


def _said(question: bytes) -> bytes:
    return msgspec.json.encode(answer(msgspec.json.decode(question, type=Question)))


def main(cpu_s: float) -> None:
    """Answer questions until the parent hangs up; die of any that takes more than ``cpu_s``."""
    for environment in _ENVIRONMENTS.values():
        environment.from_string(_WARM_UP).render({})
    serve(_said, memory_bytes=_MEMORY_BYTES, cpu_s=cpu_s)


if __name__ == "__main__":
    main(float(sys.argv[1]))
