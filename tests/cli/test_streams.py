"""A full or closed stdout or stderr ends a command with exit code 3 or silently, never with a traceback."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from ringocli.cli import run
from tests.conftest import ACME, SAMPLES

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")

COMMANDS = {
    "version": ("--version",),
    "help": ("--help",),
    "help of a command": ("render", "--help"),
    "validate": ("validate", "acme.json"),
    "validate as JSON": ("validate", "--format", "json", "acme.json"),
    "render": ("render", "acme.json"),
    "explain": ("explain", "--all"),
    "presets": ("init", "--list-presets"),
    "completion": ("--show-completion", "bash"),
    "a usage error": ("nonsense",),
    "a missing file": ("validate", "missing.json"),
}


def started(folder: Path, words: tuple[str, ...], redirection: str) -> subprocess.CompletedProcess[str]:
    (folder / "acme.json").write_text(json.dumps(ACME))
    line = f'"$0" -m ringocli "$@" {redirection}'
    return subprocess.run(
        ["sh", "-c", line, sys.executable, *words], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("redirection", [">/dev/full", "2>/dev/full", ">/dev/full 2>/dev/full", ">&-", "2>&-"])
@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS.keys())
def test_a_stream_that_cannot_be_written(tmp_path: Path, words: tuple[str, ...], redirection: str) -> None:
    """The exit code is that of the command or 3, and the message names the stream."""
    done = started(tmp_path, words, redirection)
    assert done.returncode in (0, 1, 2, 3)
    assert "Traceback" not in done.stdout + done.stderr
    assert "internal error" not in done.stderr
    if (
        redirection == ">/dev/full"
        and words[0] not in ("nonsense", "--show-completion")
        and "missing.json" not in words
    ):
        assert (3, "error: stdout cannot be written: no space left on device\n") == (
            done.returncode,
            done.stderr[done.stderr.find("error:") :],
        )


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS.keys())
def test_the_end_of_a_pipe_is_silent(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Piped into ``true``, a command prints only its notes."""
    done = started(tmp_path, words, "| true")
    assert 0 == done.returncode
    assert "Traceback" not in done.stderr
    assert "Broken pipe" not in done.stderr


class FailingInput(io.StringIO):
    """A standard input that fails in a way that no code expects."""

    def __init__(self, secret: str) -> None:
        super().__init__()
        self.secret = secret

    @property
    def buffer(self) -> NoReturn:
        raise RuntimeError(f"{self.secret} in a message") from KeyError(self.secret)


def test_a_crash_report_contains_no_values(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Types, code locations and versions are written, but neither messages nor arguments."""
    secret = "s3cret-value-of-the-user"
    monkeypatch.setattr("sys.stdin", FailingInput(secret))
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    code = run(["render", "-", "--set", f"content={secret}", "--property", f"API key={secret}"])
    shown = capsys.readouterr()
    (path,) = (name for name in os.listdir(folder) if name.startswith("ringocli-crash-"))
    report = (folder / path).read_text()
    assert (70, "", 1) == (code, shown.out, shown.err.count("internal error (RuntimeError)"))
    assert "Traceback" not in shown.err
    assert secret not in report + shown.err
    assert "command: render" in report
    assert "builtins.KeyError" in report
    assert "test_streams.py:" in report


def test_unbuffered_output_keeps_its_order() -> None:
    """With PYTHONUNBUFFERED, which images of containers set, a note on stderr follows the line before it."""
    done = subprocess.run(
        [sys.executable, "-m", "ringocli", "render", str(SAMPLES / "telnyx.json"), "SendMessage"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    request, note = done.stdout.index("POST /v2/messages"), done.stdout.index("1 SMS segment")
    assert request < note
