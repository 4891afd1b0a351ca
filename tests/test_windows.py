"""Tests of Windows support that run on other systems: no unguarded call that it lacks, its code page, its paths."""

from __future__ import annotations

import ast
import io
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path, PureWindowsPath

import pytest

from ringocli.cli import run
from ringocli.cli.commands import COMMANDS
from ringocli.template.settings import pair
from ringocli.text.git_revisions import split_revision
from tests.conftest import ACME, ROOT, SAMPLES

PACKAGE = ROOT / "ringocli"

MODULES = {"crypt", "curses", "fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty"}
"""Modules of the standard library that Windows does not have (the documentation says "Availability: Unix")."""

ATTRIBUTES = {
    "os": {
        "O_CLOEXEC", "O_DIRECTORY", "O_NOCTTY", "O_NOFOLLOW", "O_NONBLOCK", "O_SYNC", "WNOHANG", "chown", "chroot",
        "confstr", "fchdir", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid", "getgid", "getgroups",
        "getloadavg", "getpgid", "getpgrp", "getuid", "killpg", "lchown", "link", "mkfifo", "mknod", "nice", "openpty",
        "posix_spawn", "pread", "pwrite", "sched_getaffinity", "sendfile", "setegid", "seteuid", "setgid", "setsid",
        "setuid", "statvfs", "sync", "sysconf", "uname", "wait", "wait3",
    },
    "signal": {
        "SIGALRM", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGSTOP", "SIGTSTP", "SIGUSR1",
        "SIGUSR2", "SIGWINCH", "alarm", "pause", "pthread_sigmask", "setitimer", "sigwait",
    },
    "socket": {"AF_UNIX", "SO_REUSEPORT", "fromfd", "socketpair"},
    "asyncio": {"open_unix_connection", "start_unix_server"},
}  # fmt: skip
"""Attributes that Windows lacks, or that mean something else there."""

METHODS = {"add_signal_handler", "remove_signal_handler"}
GUARDS = (
    "os.name",
    "sys.platform",
    "hasattr(",
    "getattr(",
    "except ImportError",
    "except AttributeError",
    "NotImplementedError",
)


def uses(nodes: list[ast.AST]) -> Iterator[ast.AST]:
    """The places that use something Windows lacks."""
    for node in nodes:
        match node:
            case ast.Import(names=names) if MODULES & {one.name for one in names}:
                yield node
            case ast.ImportFrom(module=str(module), names=names) if module in MODULES or (
                ATTRIBUTES.get(module, set()) & {one.name for one in names}
            ):
                yield node
            case ast.Attribute(value=ast.Name(id=module), attr=name) if name in ATTRIBUTES.get(module, ()):
                yield node
            case ast.Attribute(attr=name) if name in METHODS:
                yield node


def unguarded(text: str) -> list[int]:
    """The lines of a module that use something Windows lacks, in a function or at module level, without a check."""
    tree = ast.parse(text)
    nodes = list(ast.walk(tree))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    found = []
    for node in uses(nodes):
        line: int = node.lineno  # type: ignore[attr-defined]
        around = [one for one in functions if one.lineno <= line <= (one.end_lineno or 0)]
        innermost = max(around, key=lambda one: one.lineno, default=tree)
        source = ast.get_source_segment(text, innermost) if innermost is not tree else text
        if not any(guard in (source or "") for guard in GUARDS):
            found.append(line)
    return found


def test_nothing_is_called_that_windows_lacks() -> None:
    """Each such call is in a function that tests for it first or handles its absence."""
    found = {
        path.relative_to(PACKAGE).as_posix(): lines
        for path in PACKAGE.rglob("*.py")
        if (lines := unguarded(path.read_text("utf-8")))
    }
    assert not found, found


@pytest.mark.parametrize(
    "text",
    ["import fcntl", "import os\nos.chown('a', 1, 1)", "def f():\n    import os\n    return os.getuid()",
     "from os import fork", "def f(loop):\n    loop.add_signal_handler(2, f)", "import signal\nsignal.SIGHUP"],
)  # fmt: skip
def test_the_check_can_fail(text: str) -> None:
    """Without a guard, each kind of call is reported."""
    assert unguarded(text)


EXAMPLES = [
    example
    for name, path in COMMANDS.items()
    if name not in ("emulate", "tour", "lsp")
    for example in import_module(f"ringocli.cli.{path}").EXAMPLES[:1]
]


@pytest.mark.usefixtures("ring")
@pytest.mark.parametrize("words", [*([f"ringocli {name} --help"] for name in COMMANDS), *([one] for one in EXAMPLES)])
def test_every_command_prints_on_a_windows_code_page(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arrows, emoji and CJK, which cp1252 lacks, are escaped and never cause an error."""
    monkeypatch.chdir(tmp_path)
    os.symlink(SAMPLES, tmp_path / "samples")
    streams = {name: io.TextIOWrapper(io.BytesIO(), "cp1252", errors="strict") for name in ("stdout", "stderr")}
    for name, stream in streams.items():
        monkeypatch.setattr(sys, name, stream)
    monkeypatch.setattr(sys, "stdin", io.StringIO("日本 👋\n"))
    code = run(shlex.split(words[0])[1:])
    for stream in streams.values():
        stream.flush()
    assert code in (0, 1, 2, 3, 4)
    written = [stream.buffer.getvalue().decode("cp1252") for stream in streams.values()]
    assert any(written)
    assert not any("internal error" in text for text in written)


def test_texts_that_the_code_page_lacks_are_escaped(tmp_path: Path) -> None:
    """A process whose streams use cp1252, as under cmd.exe, escapes the other characters."""
    template = {**ACME, "name": "日本 👋"}
    (tmp_path / "acme.json").write_text(json.dumps(template), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "ringocli", "render", "acme.json", "SendMessage", "--set", "content=日本 – 👋"],
        env={**os.environ, "PYTHONIOENCODING": "cp1252:strict", "PYTHONUTF8": "0"},
        cwd=tmp_path, capture_output=True, check=True,
    )  # fmt: skip
    assert r"\u65e5\u672c – \U0001f44b" in done.stdout.decode("cp1252")


def test_windows_paths_are_not_taken_apart() -> None:
    """A drive letter is not a revision, and everything after the first ``=`` is the path, backslashes included."""
    path = str(PureWindowsPath("C:/Users/Zoë/my templates/acme=1.json"))
    assert ("content", path) == pair("--set-file", f"content={path}")
    assert ("HEAD~1", "my folder\\acme.json") == split_revision("HEAD~1:my folder\\acme.json")


def test_a_drive_is_not_a_revision(monkeypatch: pytest.MonkeyPatch) -> None:
    """``C:\\acme.json`` is a file, not a git revision."""
    monkeypatch.setattr("ringocli.text.git_revisions.os.name", "nt")
    assert split_revision("C:\\acme.json") is None
    assert ("main", "acme.json") == split_revision("main:acme.json")
