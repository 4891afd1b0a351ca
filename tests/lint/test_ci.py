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
    """A hook needs no file names, and accepts a folder with a space as an argument."""
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
    """The action's script runs with inputs as the CI system passes them."""
    script = next(step["run"] for step in ACTION["runs"]["steps"] if step.get("name") == "Validate")
    environment = {**os.environ, "INPUT_PATHS": paths, "INPUT_ARGUMENTS": arguments, "GITHUB_ACTIONS": "true"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script], cwd=repository, env=environment, capture_output=True, text=True
    )
    assert code == done.returncode, done.stdout + done.stderr


def committed(folder: Path) -> None:
    """Commit everything in the folder."""
    identity = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
    for words in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-qm", "x")):
        subprocess.run(["git", *words], cwd=folder, check=True)


@pytest.mark.skipif(shutil.which("bash") is None or sys.platform == "win32", reason="needs bash")
@pytest.mark.parametrize(
    ("old", "new", "code", "annotation"),
    [
        ('"text": "$content$"', '"body": "$content$"', 1, "::error "),
        ('"text": "$content$"', '"text": "$content$", "tag": "x"', 0, "::notice "),
    ],
    ids=["breaking", "compatible"],
)
def test_the_action_compares_with_a_revision(repository: Path, old: str, new: str, code: int, annotation: str) -> None:
    """Each changed template is annotated and summarised; a changed file that is not a template is skipped."""
    template = repository / "my templates" / "acme one.json"
    template.write_text(json.dumps(ACME, indent=2), "utf-8")
    committed(repository)
    template.write_text(template.read_text("utf-8").replace(old, new), "utf-8")
    (repository / "other.json").write_text('{"class": "business", "seats": 4}', "utf-8")
    (step,) = (step for step in ACTION["runs"]["steps"] if step.get("name") == "Compare")
    summary = repository / "summary.md"
    environment = {**os.environ, "INPUT_AGAINST": "HEAD", "GITHUB_STEP_SUMMARY": str(summary)}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", step["run"]], cwd=repository, env=environment, capture_output=True, text=True
    )
    assert code == done.returncode, done.stdout + done.stderr
    assert f"{annotation}file=my templates/acme one.json" in done.stdout
    assert "other.json" not in done.stdout + done.stderr
    assert "acme one.json" in summary.read_text("utf-8")
    assert "other.json" not in summary.read_text("utf-8")
