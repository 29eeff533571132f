"""Records: decisions and changes are written one way, so that they can be read and searched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tests.tidy.sources import Offence, Source, assert_none, markdown, sample

DECISION_LINES: Final = 60
DECISION_PARTS: Final = ("Context", "Decision", "Consequences", "Alternatives", "Enforced by")
CHANGE_PARTS: Final = ("Security", "Removed", "Deprecated", "Added", "Changed", "Fixed")

_RELEASE: Final = re.compile(r"\[Unreleased\]$|\[\d+\.\d+\.\d+\] [–-] \d{4}-\d{2}-\d{2}$")


def headings(source: Source, level: int) -> list[str]:
    """List the headings of one level, in order."""
    return re.findall(rf"^{'#' * level} (.+)$", source.text, re.MULTILINE)


def decisions() -> list[Source]:
    """List the decision records, by number."""
    return [s for s in markdown() if re.fullmatch(r"docs/decisions/\d{4}-[a-z0-9-]+\.md", s.path)]


def shapeless(source: Source) -> Iterator[Offence]:
    """Find decision records that miss a part, or whose decision cannot be quoted."""
    number = source.path.rpartition("/")[2][:4]
    if not re.match(rf"# {number} – \S", source.text):
        yield Offence(source.path, 1, f"begin with `# {number} – ` and the decision in words.")
    if tuple(headings(source, 2)) != DECISION_PARTS:
        yield Offence(source.path, 1, f"have exactly these parts: {', '.join(DECISION_PARTS)}.")
    if not re.search(r"^## Decision\n+> [^\n]+\n(?!>)", source.text, re.MULTILINE):
        yield Offence(source.path, 1, "say the decision in one line that can be quoted: `> …`.")
    if len(source.lines) > DECISION_LINES:
        yield Offence(source.path, DECISION_LINES, "a decision is one page.")


def disordered(source: Source) -> Iterator[Offence]:
    """Find a changelog whose releases or sections are out of shape."""
    releases = headings(source, 2)
    if not source.text.startswith("# Changelog\n") or not releases:
        yield Offence(source.path, 1, "begin with `# Changelog`, then `## [Unreleased]`.")
    for release in releases:
        if not _RELEASE.match(release):
            yield Offence(source.path, 1, f"write {release!r} as `[1.2.3] – 2026-01-31`.")
    for part in re.split(r"^## ", source.text, flags=re.MULTILINE)[1:]:
        sections = re.findall(r"^### (.+)$", part, re.MULTILINE)
        ordered = [name for name in CHANGE_PARTS if name in sections]
        if sections != ordered:
            yield Offence(source.path, 1, f"order the sections: {', '.join(CHANGE_PARTS)}.")
        if not sections:
            yield Offence(source.path, 1, "a release that changes nothing needs no heading.")


def test_decisions_have_one_shape() -> None:
    assert decisions()
    assert_none(offence for source in decisions() for offence in shapeless(source))


def test_decisions_are_numbered_without_gap() -> None:
    numbers = [int(source.path.rpartition("/")[2][:4]) for source in decisions()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_index_lists_every_decision() -> None:
    (index,) = [source for source in markdown() if source.path == "docs/decisions/README.md"]
    linked = re.findall(r"\((\d{4}-[a-z0-9-]+\.md)\)", index.text)
    assert linked == [source.path.rpartition("/")[2] for source in decisions()]


def test_the_changelog_has_its_shape() -> None:
    (changelog,) = [source for source in markdown() if source.path == "CHANGELOG.md"]
    assert_none(disordered(changelog))


def _decision(text: str) -> Source:
    return sample(text, "docs/decisions/0001-a.md")


def test_a_shapeless_decision_is_found() -> None:
    parts = dict.fromkeys(DECISION_PARTS, "Text.\n") | {"Decision": "> We do.\n"}

    def written(parts: dict[str, str], title: str = "# 0001 – Do it\n") -> Source:
        return _decision(title + "".join(f"\n## {name}\n\n{text}" for name, text in parts.items()))

    assert not [*shapeless(written(parts))]
    assert [*shapeless(written(parts, "# 0002 – Do it\n"))]
    assert [*shapeless(written(parts | {"Decision": "We do.\n"}))]
    assert [*shapeless(written(parts | {"Decision": "> We do.\n> And more.\n"}))]
    assert [*shapeless(written({k: v for k, v in parts.items() if k != "Context"}))]
    assert [*shapeless(written(parts | {"Context": "x\n" * DECISION_LINES}))]


def test_a_disordered_changelog_is_found() -> None:
    good = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A.\n\n### Fixed\n\n- B.\n"
    assert not [*disordered(sample(good, "CHANGELOG.md"))]
    for bad in (
        good.replace("Added", "News"),
        good.replace("### Added", "### Fixed").replace("### Fixed\n\n- B", "### Added\n\n- B"),
        good.replace("Unreleased", "1.2"),
        good.replace("# Changelog\n", "# Changes\n"),
        "# Changelog\n\n## [Unreleased]\n",
    ):
        assert [*disordered(sample(bad, "CHANGELOG.md"))], bad
