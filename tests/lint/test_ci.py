"""The pre-commit hooks and the GitHub action, run as their hosts run them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ACME, ROOT, Command

HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))


@pytest.fixture
def repository(folder: Path) -> Path:
    """A repository with a template in a folder whose name contains a space."""
    (folder / "my templates").mkdir()
    text = json.dumps(ACME, indent=2).replace('"$to$"', '"$too$"', 1)
    (folder / "my templates" / "acme one.json").write_text(text, "utf-8")
    (folder / "other.json").write_text('{"class": "economy", "seats": 4}', "utf-8")
    return folder


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_finds_the_templates(ringocli: Command, repository: Path, hook: dict[str, Any]) -> None:
    """It needs no file names, and takes a folder with a space as an argument."""
    entry = hook["entry"].split()
    assert "ringocli" == entry[0]
    template = Path("my templates") / "acme one.json"
    done = ringocli(*entry[1:], "my templates")
    assert str(template) in done.out + done.err
    if "--fix" not in entry:
        assert str(template) in ringocli(*entry[1:]).out


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
@pytest.mark.parametrize(
    ("changed", "runs"),
    [
        ("acme.json", True),
        ("my templates/acme one.json", True),
        ("ringocli.toml", True),
        ("sub/ringocli.toml", True),
        ("acme.suppressions.toml", True),
        (".ringocli-baseline.json", True),
        ("README.md", False),
        ("pyproject.toml", False),
    ],
)
def test_a_hook_runs_when_findings_may_change(hook: dict[str, Any], changed: str, runs: bool) -> None:
    """Templates, settings, suppressions and baselines; nothing else."""
    assert runs == bool(re.search(hook["files"], changed))


@pytest.mark.skipif(shutil.which("bash") is None or sys.platform == "win32", reason="needs bash")
@pytest.mark.parametrize(
    ("paths", "arguments", "code"),
    [
        (".", "", 1),
        ("my templates", "", 1),
        ("my templates/acme one.json\nother.json", "", 1),
        (".", '--ignore "unknown-variable" --fail-on error', 0),
        ("my templates\n", "--format json --select RT2", 0),
    ],
)
def test_the_action_takes_paths_with_spaces(repository: Path, paths: str, arguments: str, code: int) -> None:
    """The script of the action, with its inputs as the host passes them."""
    script = next(step["run"] for step in ACTION["runs"]["steps"] if step.get("name") == "Validate")
    environment = {**os.environ, "INPUT_PATHS": paths, "INPUT_ARGUMENTS": arguments, "GITHUB_ACTIONS": "true"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script], cwd=repository, env=environment, capture_output=True, text=True
    )
    assert code == done.returncode, done.stdout + done.stderr
