"""diff as a user types it: files, git revisions, formats, exit codes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ACME, Command


@pytest.fixture
def history(acme: Path) -> Path:
    """A git repository: the template as committed, and an edited one in the working folder."""
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    for words in (("init", "-q"), ("add", "acme.json"), (*identity, "commit", "-qm", "first")):
        subprocess.run(["git", *words], cwd=acme.parent, check=True)
    edited = json.loads(json.dumps(ACME).replace('"text": "$content$"', '"body": "$content$"'))
    edited["name"] = "Acme | <b>"
    acme.write_text(json.dumps(edited, indent=2), "utf-8")
    return acme


@pytest.mark.parametrize("old", ["HEAD:acme.json", "HEAD"])
def test_a_git_revision_is_a_version(ringocli: Command, history: Path, old: str) -> None:
    """A file at a revision, or the other file at a revision."""
    done = ringocli("diff", old, "acme.json", "--format", "json")
    assert (1, "breaking") == (done.code, done.document["verdict"])
    kinds = {change["kind"]: change for change in done.document["changes"]}
    assert {"name", "parameter-renamed"} == set(kinds)
    change = kinds["parameter-renamed"]
    assert ["P accepts both", "R", "P drops the old"] == change["order"]
    assert '"text":' in change["witness"]["before"]
    assert '"body":' in change["witness"]["after"]
    assert {"pointer", "kind", "what", "verdict", "order", "witness", "rests_on"} == set(change)


def test_the_same_file_has_no_changes(ringocli: Command, acme: Path) -> None:
    """The exit code is 0 and stdout says so."""
    done = ringocli("diff", acme, acme)
    assert (0, "No change in behaviour.\n", "") == (done.code, done.out, done.err)
    assert "no change" in ringocli("diff", acme, acme, "--format", "markdown").out.splitlines()[0]


def test_the_text_explains_the_letters_of_the_order(ringocli: Command, history: Path) -> None:
    """Breaking changes come first, with the order of deployment and its legend."""
    out = ringocli("diff", "HEAD", "acme.json").out
    assert out.index("breaking    SendMessage") < out.index("compatible  name")
    assert "order: P accepts both -> R -> P drops the old" in out
    assert "R = Ringotel's review, which puts the new template live" in out


def test_the_markdown_cannot_be_broken_by_a_name(ringocli: Command, history: Path) -> None:
    """Pipes and tags of the template are escaped."""
    out = ringocli("diff", "HEAD", "acme.json", "--format", "markdown").out
    row = next(line for line in out.splitlines() if "name '" in line and line.startswith("|"))
    assert "Acme \\| &lt;b>" in row


def test_github_actions_gets_annotations_and_a_summary(
    ringocli: Command, history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each change is a workflow command with its line, and the Markdown goes to the summary page."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(history.parent / "summary.md"))
    out = ringocli("diff", "HEAD", "acme.json", "--format", "github").out
    (error,) = [line for line in out.splitlines() if line.startswith("::error ")]
    number = int(error.partition("line=")[2].partition(",")[0])
    assert '"body"' in history.read_text("utf-8").splitlines()[number - 1]
    assert (history.parent / "summary.md").read_text("utf-8").startswith("### `acme.json`: breaking")


@pytest.mark.parametrize(
    ("old", "message"),
    [
        ("missing.json", "missing.json: no such file, and not a git revision"),
        ("HEAD:missing.json", "missing.json: no such file at HEAD"),
        ("other.json", "other.json: not a template"),
        ("broken.json", "broken.json:1:"),
    ],
)
def test_without_both_versions_there_is_no_verdict(ringocli: Command, history: Path, old: str, message: str) -> None:
    """A version that cannot be read is a local error."""
    (history.parent / "other.json").write_text('{"class": "economy", "seats": 4}', "utf-8")
    (history.parent / "broken.json").write_text('{"id": ', "utf-8")
    done = ringocli("diff", old, "acme.json", "--format", "json")
    assert (3, 3) == (done.code, done.document["error"]["code"])
    assert message in done.err


def test_validate_against_finds_what_breaks(ringocli: Command, history: Path) -> None:
    """Each breaking change is a finding of RT116 at its location, with the order of deployment; a changed id is one of RT114."""
    history.write_text(history.read_text("utf-8").replace('"id": "acme"', '"id": "acme2"'), "utf-8")
    done = ringocli("validate", "acme.json", "--against", "HEAD", "--select", "RT11", "--format", "json")
    first, second = done.document["findings"]
    assert ("RT114", "/id") == (first["code"], first["pointer"])
    assert ("RT116", "/API/SendMessage/request_parameters/body") == (second["code"], second["pointer"])
    assert "parameter /text becomes /body; order: P accepts both -> R -> P drops the old" in second["message"]
    assert (0, 1) == (done.code, ringocli("validate", "acme.json", "--against", "HEAD", "--strict").code)
