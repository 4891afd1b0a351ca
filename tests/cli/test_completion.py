"""Completion: what fits at the cursor, in the form of each shell, tried in the shells themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ringocli.cli.commands import COMMANDS
from ringocli.cli.completion_scripts import SCRIPTS, answer, read_line
from tests.conftest import SAMPLES, Command


@pytest.fixture
def project(folder: Path) -> Path:
    """A folder with a template, a profile, and files that do not fit."""
    shutil.copy(SAMPLES / "telnyx.json", folder / "telnyx.json")
    (folder / "ringocli.toml").write_text("[profiles.acme]\n[profiles.other]\n")
    (folder / "rows.csv").write_text("to\n")
    (folder / "notes.txt").write_text("")
    (folder / "my folder").mkdir()
    (folder / "my folder" / "second.json").write_text("{}")
    return folder


def proposed(line: str, shell: str = "bash") -> list[str]:
    return answer({"_RINGOCLI_COMPLETE": shell, "_RINGOCLI_LINE": line}).splitlines()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ringocli val", ["validate"]),
        ("ringocli render telnyx.json --event message.f", ["message.finalized"]),
        ("ringocli simulate-webhook telnyx.json --event mms", ["mms:message.received"]),
        ("ringocli render telnyx.json --event mms:me", ["message.received"]),
        ("ringocli render telnyx.json --set con", ["content=", "contact="]),
        ("ringocli render --set con", ["content=", "contact="]),
        ("ringocli init --preset tel", ["telnyx"]),
        ("ringocli init --sample-webhook de", ["delivered="]),
        ("ringocli init --sample-webhook delivered=no", ["notes.txt"]),
        ("ringocli send-test telnyx.json --property-env A", ["API\\ key="]),
        ('ringocli send-test telnyx.json --property-env "A', ["API key="]),
        ("ringocli send-test telnyx.json --property-env 'A", ["API key="]),
        ("ringocli send-test telnyx.json --property-env API\\ k", ["API\\ key="]),
        ("ringocli send-test telnyx.json --property-file API\\ key=n", ["notes.txt"]),
        ("ringocli send-test telnyx.json --public-property A", ["API\\ key"]),
        ("ringocli send-test telnyx.json --data ", ["my\\ folder/", "rows.csv"]),
        ("ringocli render my", ["my\\ folder/"]),
        ("ringocli render my\\ folder/", ["my\\ folder/second.json"]),
        ("ringocli render 'my folder/s", ["my folder/second.json"]),
        ("ringocli render telnyx.json --profile ", ["acme", "other"]),
        ("ringocli validate --format=j", ["json", "jsonl", "junit"]),
        ("ringocli validate --format j", ["json", "jsonl", "junit"]),
        ("ringocli validate --ignore RT401,RT21", ["RT401,RT210", "RT401,RT211", "RT401,RT212"]),
        ("ringocli validate --select ", [f"RT{family}" for family in range(8)]),
        ("ringocli explain unknown-v", ["unknown-variable"]),
        ("ringocli explain as", ["assumptions"]),
        ("ringocli config ", ["show"]),
        ("ringocli secret ", ["set", "list", "rm"]),
        ("ringocli render telnyx.json Send", ["SendMessage", "SendFile"]),
        ("ringocli simulate-webhook telnyx.json --as-provider t", ["telnyx", "twilio"]),
        ("ringocli -v expl", ["explain"]),
        ("ringocli --color a", ["auto", "always"]),
        ("ringocli render nothere.json --event ", []),
        ("ringocli render notes.txt --event ", ["all"]),
    ],
)
def test_the_shell_is_offered_matching_words(project: Path, line: str, expected: list[str]) -> None:
    """Commands, option values and files with the right suffix are offered, quoted where necessary."""
    found = proposed(line)
    assert expected == (found[: len(expected)] if expected else found)


def test_every_option_with_choices_or_a_file_proposes(project: Path) -> None:
    """Each option whose help lists words proposes them; none of the commands fails on an empty word."""
    for name in COMMANDS:
        assert any(one.startswith("--color\t") for one in proposed(f"ringocli {name} --co", "zsh"))
        proposed(f"ringocli {name} ")


def test_each_shell_has_its_own_form(project: Path) -> None:
    """zsh and fish quote by themselves and show what a word does; PowerShell needs quotes and three columns."""
    line = "ringocli send-test telnyx.json --property-env A"
    assert ["API key=\t"] == proposed(line, "zsh") == proposed(line, "fish")
    assert ["'API key='\tAPI key=\tAPI key="] == proposed(line, "powershell")
    assert ["explain\tExplain a rule or an assumption"] == proposed("ringocli expl", "fish")
    assert ["--format=json\t"] == proposed("ringocli render --format=js", "zsh")
    assert ["json"] == proposed("ringocli render --format=js", "bash")


@pytest.mark.parametrize(
    ("text", "words", "last"),
    [
        ("r a b", ("a",), "b"),
        ("r a b ", ("a", "b"), ""),
        ("r 'a b' \"c", ("a b",), "c"),
        ("r a\\ b", (), "a b"),
        ("r it\\'s 'x", ("it's",), "x"),
    ],
)
def test_lines_are_read_up_to_the_cursor(text: str, words: tuple[str, ...], last: str) -> None:
    """The last word may be empty, or within quotes that are still open."""
    line = read_line(text)
    assert (words, last) == (line.words, line.last)


def test_backslashes_are_part_of_paths_in_powershell() -> None:
    """``C:\\a`` is a path there, not an escaped letter."""
    assert "C:\\templates\\a" == read_line("r C:\\templates\\a", escape="").last


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_bash_and_zsh_complete(project: Path, tmp_path_factory: pytest.TempPathFactory, shell: str) -> None:
    """After ``--install-completion SHELL``, a new shell completes an event with a colon and a property with a space."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    import pexpect

    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "HOME": str(tmp_path_factory.mktemp("home")), "TERM": "dumb", "PATH": path}
    subprocess.run(["ringocli", "--install-completion", shell], env=environment, check=True, capture_output=True)
    child = pexpect.spawn(
        shell, ["-i"], env=environment, cwd=project, encoding="utf-8", timeout=60, dimensions=(24, 200)
    )
    child.sendline("PS1='ready''> '")
    child.expect_exact("ready> ")
    child.send("ringocli render telnyx.json --event mms:m\t")
    child.expect_exact("essage.received")
    child.send(" --property-env A\t")
    child.expect_exact("PI\\ key=")
    child.close(force=True)


def test_fish_completes(project: Path, tmp_path: Path) -> None:
    """fish loads the installed script automatically."""
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    environment = {
        **os.environ,
        "HOME": str(tmp_path / "home"),
        "XDG_CONFIG_HOME": str(tmp_path / "home" / ".config"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    (tmp_path / "home").mkdir()
    subprocess.run(["ringocli", "completion", "fish", "--install"], env=environment, check=True, capture_output=True)
    line = "ringocli render telnyx.json --property-env A"
    done = subprocess.run(
        ["fish", "-c", f"complete --do-complete '{line}'"],
        env=environment, cwd=project, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ["API key="] == done.stdout.split("\t")[0].splitlines()


def test_installing_twice_changes_nothing(ringocli: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The start file keeps its content, and one line is added only once."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    (tmp_path / ".bashrc").write_text("alias ll='ls -l'")
    for _ in range(2):
        assert 0 == ringocli("completion", "bash", "--install").code
        first, second = (tmp_path / ".bashrc").read_text().splitlines()
        assert ("alias ll='ls -l'", True) == (first, second.startswith("source '"))


def test_the_shell_is_that_of_the_environment(ringocli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """$SHELL decides; an unknown one has to be named, and a misspelt one is corrected."""
    monkeypatch.setenv("SHELL", "/usr/bin/zsh")
    assert SCRIPTS["zsh"] == ringocli("completion").out == ringocli("--show-completion", "zsh").out
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    assert (2, True) == ((done := ringocli("completion")).code, "Choose from bash" in done.err)
    assert "did you mean bash?" in ringocli("completion", "bsh").err


def test_the_script_of_powershell_calls_ringocli() -> None:
    """The script registers a native completer, which passes the line up to the cursor and then removes its
    variables.
    """
    script = SCRIPTS["powershell"]
    for part in ("Register-ArgumentCompleter -Native", "_RINGOCLI_LINE", "Substring(0, $end)", "Remove-Item Env:"):
        assert part in script
    assert script.count("{") == script.count("}")
    assert script.count("(") == script.count(")")
