"""What the commands about policies share: reading files, naming workspaces, saying refusals."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.problems import Stop
from retour.desk.outcome import NotFound, Outcome, Refused
from retour.desk.policies import PolicyPut
from retour.desk.policies.yaml_form import UnreadableYaml, read_yaml
from retour.kernel.ids import workspace_number, workspace_text
from retour.kernel.problems import FieldError, InvalidRequest
from retour.settings import BadSetting
from retour.wiring.running import FAILED, REFUSED, complain

if TYPE_CHECKING:
    from pathlib import Path

    from retour.desk.house import House

_READER: Final = BodyReader(PolicyPut)


def read_policy(path: Path) -> PolicyPut:
    """Read a policy from a file, YAML or JSON.

    Raises:
        BadSetting: It cannot be read; says each place that is wrong.
        OSError: There is no such file.
    """
    try:
        tree = read_yaml(path.read_bytes())
        return _READER.read(json.dumps({} if tree is None else tree).encode())
    except UnreadableYaml as error:
        message = f"{path}: {error}"
        raise BadSetting(message) from error
    except Stop as stop:
        message = f"{path}: {stop.problem.detail}\n{_places(stop.problem.errors)}"
        raise BadSetting(message) from stop


def _places(errors: Iterable[FieldError]) -> str:
    return "\n".join(f"{one.pointer}: {one.detail}".removeprefix(": ") for one in errors)


@contextmanager
def naming_places() -> Generator[None]:
    """Say each place of a policy that cannot be carried out.

    Raises:
        BadSetting: In place of ``InvalidRequest``, whose words name no place.
    """
    try:
        yield
    except InvalidRequest as error:
        raise BadSetting(_places(error.errors)) from error


def numbered(workspace: str) -> int:
    """Read a workspace's id.

    Raises:
        BadSetting: It is none.
    """
    number = workspace_number(workspace)
    if number is None:
        message = f"{workspace!r} is no workspace. Give its id, such as ws_0000000000001."
        raise BadSetting(message)
    return number


async def expect_workspace(house: House, number: int) -> None:
    """Hold a word to a workspace that is there.

    Raises:
        BadSetting: There is none of this number.
    """
    if await house.configs.recent(number) is None:
        message = f"There is no workspace {workspace_text(number)!r} here. Give the id of one."
        raise BadSetting(message)


def refused(outcome: Outcome, workspace: str) -> int:
    """Say why nothing came of it; answers the exit code."""
    match outcome:
        case Refused(refusal=refusal):
            complain(refusal.detail)
            return REFUSED
        case NotFound(what=what):
            complain(f"There is no such {what} in workspace {workspace}.")
            return FAILED
        case _:
            message = "no version and no key was named"
            raise AssertionError(message)
