"""Locks: what is installed is what was reviewed, byte for byte."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Final

from tests.tidy.sources import ROOT

_PIN: Final = re.compile(r"^(?P<name>[a-z0-9._-]+)==(?P<version>\S+)(?P<rest>.*)$", re.MULTILINE)


def pins(text: str) -> dict[str, set[str]]:
    """Read a lock as package → versions; a package may have one per Python."""
    found: dict[str, set[str]] = {}
    for pin in _PIN.finditer(text):
        found.setdefault(pin["name"], set()).add(pin["version"])
    return found


def unhashed(text: str) -> list[str]:
    """List what a lock would install unchecked."""
    entries = re.split(r"\n(?=\S)", text.strip())
    return [entry for entry in entries if not (_PIN.match(entry) and "--hash=sha256:" in entry)]


def missing(wanted: Mapping[str, set[str]], held: Mapping[str, set[str]]) -> list[str]:
    """List the pins of one lock that another does not hold alike."""
    return sorted(
        name for name, versions in wanted.items() if not versions <= held.get(name, set())
    )


def lock(name: str) -> str:
    """Read one of our locks."""
    return (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8")


def normal(requirement: str) -> str:
    """Bring a requirement down to the name a lock knows it by."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match is not None, requirement
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def test_dev_holds_what_run_holds() -> None:
    """Both are installed into one environment, so they must agree."""
    assert missing(pins(lock("run")), pins(lock("dev"))) == []


def test_everything_is_hashed() -> None:
    assert unhashed(lock("run")) == []
    assert unhashed(lock("dev")) == []
    assert unhashed(lock("source")) == []


def test_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = {normal(text) for text in project["project"]["dependencies"]}
    tools = {normal(text) for text in project["dependency-groups"]["dev"]}
    assert needed - set(pins(lock("run"))) == set()
    assert (needed | tools) - set(pins(lock("dev"))) == set()


def test_a_loose_lock_is_found() -> None:
    assert unhashed("a==1 \\\n    --hash=sha256:00\nb==2\n") == ["b==2"]
    assert unhashed("a @ https://example.test/a.whl\n") != []
    assert missing({"a": {"1"}}, {"a": {"2"}}) == ["a"]
    assert missing({"a": {"1"}}, {"a": {"1", "2"}}) == []
