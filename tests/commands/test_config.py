"""``retour config``: all that a workspace settles, out into a file and back in from it."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from tests.commands.test_command_line import data, retour

__all__ = ["data"]


def test_what_a_workspace_settles_goes_out_is_changed_and_comes_in(
    data: Path, tmp_path: Path
) -> None:
    """Looking changes nothing; who sends the same again is told so; what is wrong is named."""
    where, file = ("--data", str(data)), tmp_path / "retour.yaml"
    made = retour("workspace", "create", "Lamps", "--sandbox", "--json", *where)
    workspace = json.loads(made.stdout)["id"]

    written = yaml.safe_load(retour("config", "export", workspace, *where).stdout)
    written["policies"]["default"]["window_days"] = 47
    file.write_text(yaml.safe_dump(written))
    tried = retour("config", "import", workspace, str(file), "--dry-run", *where)
    done = retour("config", "import", workspace, str(file), "--json", *where)
    again = retour("config", "import", workspace, str(file), *where)
    kept = json.loads(retour("config", "export", workspace, "--json", *where).stdout)

    assert (tried.returncode, done.returncode, again.returncode) == (0, 0, 0)
    assert "changed  policies default window_days" in tried.stdout
    assert json.loads(done.stdout)["changed"] == 1
    assert "0 new, 0 changed" in again.stdout
    assert kept["policies"]["default"]["window_days"] == 47

    file.write_text("policies: {default: {window_days: soon}}")
    wrong = retour("config", "import", workspace, str(file), *where)
    nobody = retour("config", "export", "ws_00000000000zz", *where)
    assert (wrong.returncode, "window_days" in wrong.stderr) == (2, True)
    assert (nobody.returncode, nobody.stdout) == (2, "")
    assert "There is no workspace 'ws_00000000000zz' here." in nobody.stderr
