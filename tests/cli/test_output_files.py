"""Every option that names a file to write reports a place that cannot be written to, and leaves nothing
half-written.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.loopback import Answer, serving

posix_only = pytest.mark.skipif(os.name != "posix", reason="FIFOs and limits are POSIX")

SEND = ("send-test", "acme.json", "--url", "URL", "--missing", "sample", "--property", "API key=x", "--force")
SIMULATE = ("simulate-webhook", "acme.json", "--url", "URL")
CURL = 'curl https://sms.acme.example/send -H "Authorization: Bearer abcdefgh12345678" -d to=2 -d from=1 -d text=x\n'
WRITING: dict[str, tuple[str, ...]] = {
    "init": ("init", "--preset", "telnyx", "--no-input", "FILE"),
    "init --save-credentials": ("init", "new.json", "--no-input", "--from-curl", "a.sh", "--save-credentials", "FILE"),
    "simulate-webhook --report": (*SIMULATE, "--report", "FILE"),
    "simulate-webhook --journal": (*SIMULATE, "--journal", "FILE"),
    "send-test --har": (*SEND, "--har", "FILE"),
    "send-test --record": (*SEND, "--record", "FILE"),
    "test --junit": ("test", ".", "--junit", "FILE"),
    "test --record --name": ("test", "acme.json", "--record", "a.http", "--name", "FILE"),
    "emulate --db": ("emulate", "acme.json", "--no-browser", "--db", "FILE"),
    "export openapi": ("export", "acme.json", "--to", "openapi", "--output", "FILE"),
    "export receiver": ("export", "acme.json", "--to", "receiver", "--output", "FILE"),
    "bundle": ("bundle", "acme.json", "--cases", "5", "--output", "FILE"),
    "locustfile": ("locustfile", "acme.json", "--output", "FILE"),
    "validate --fix": ("validate", "--fix", "FILE"),
}


def _obstacle(kind: str) -> str:
    """A name that cannot be written to."""
    match kind:
        case "a long name":
            return "x" * 300
        case "a long path":
            return "/".join(["d" * 200] * 30)
        case "below a file":
            return "a.sh/x.json"
        case "a FIFO":
            os.mkfifo("fifo.json")
            return "fifo.json"
        case "a link to itself":
            os.symlink("loop.json", "loop.json")
            return "loop.json"
    return "/dev/full"


OBSTACLES = ("a long name", "a long path", "below a file", "a FIFO", "a link to itself", "a device")


CASES = [
    (option, obstacle)
    for option in WRITING
    for obstacle in OBSTACLES
    # The name of a case is not a path.
    if option != "test --record --name" or obstacle not in ("a FIFO", "a link to itself")
]


@posix_only
@pytest.mark.parametrize(("option", "obstacle"), CASES)
def test_what_cannot_be_written_is_one_sentence(
    ringocli: Command, acme: Path, folder: Path, option: str, obstacle: str
) -> None:
    """A usage or local error; no file is left, neither a temporary one nor one of several."""
    Path("a.sh").write_text(CURL)
    Path("a.http").write_text("POST /webhook HTTP/1.1\n\n{}")
    Path("cases").mkdir()
    Path("cases/a.toml").write_text('template = "../acme.json"\n[[step]]\nsend = "SendMessage"\n')
    name = _obstacle(obstacle)
    before = sorted(folder.rglob("*"))
    with serving(Answer.json({"data": {"id": "1"}})) as server:
        arguments = [{"FILE": name, "URL": server.url}.get(word, word) for word in WRITING[option]]
        done = ringocli(*arguments)
    assert done.code in (2, 3), done.err
    assert "Traceback" not in done.err
    assert before == sorted(folder.rglob("*"))


def test_the_folder_of_an_unknown_user_is_a_name(ringocli: Command, acme: Path) -> None:
    """``~unknown`` is an ordinary name, as in a shell."""
    done = ringocli("init", "--preset", "telnyx", "--no-input", "~nobody-has-this-name/x.json")
    assert (3, True) == (done.code, "cannot be written" in done.err)


@pytest.mark.parametrize("option", [name for name in WRITING if name.startswith(("sim", "test --j", "emu", "bundle"))])
def test_a_file_that_has_to_be_a_file_is_not_stdout(ringocli: Command, acme: Path, option: str) -> None:
    """``-`` is refused where stdout has the results, instead of writing a file of that name."""
    done = ringocli(*({"FILE": "-", "URL": "http://127.0.0.1:9"}.get(word, word) for word in WRITING[option]))
    assert (2, True) == (done.code, "needs a file" in done.err)
    assert not Path("-").exists()


@posix_only
@pytest.mark.parametrize("target", ["receiver", "openapi"])
def test_an_export_that_fails_leaves_no_folder(acme: Path, folder: Path, target: str) -> None:
    """All files of an export are complete before any is renamed; a limit on the size of files acts like a full disk."""
    script = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)); from ringocli.cli import run; sys.exit(run(sys.argv[1:]))"
    )
    arguments = ["export", "acme.json", "--to", target, "--output", "new/deep"]
    done = subprocess.run([sys.executable, "-B", "-c", script, *arguments], capture_output=True, text=True, timeout=60)
    assert (3, True) == (done.returncode, "cannot be written: file too large" in done.stderr), done.stderr
    assert ["acme.json"] == [path.name for path in folder.iterdir()]


@posix_only
def test_reading_our_own_output_is_refused(acme: Path) -> None:
    """``/dev/stdout`` is a pipe from which the command would wait for its own output."""
    command = [sys.executable, "-m", "ringocli", "validate", "--fix", "/dev/stdout"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (3, True) == (done.returncode, "not a regular file" in done.stderr)


def test_no_temporary_folder_is_reported(ringocli: Command, acme: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without a temporary folder, such as a read-only one, is reported."""
    monkeypatch.setattr(tempfile, "tempdir", str(acme / "none"))
    for command in (("tour",), ("bundle", acme)):
        done = ringocli(*command)
        assert (3, True) == (done.code, "no temporary folder" in done.err), done.err
