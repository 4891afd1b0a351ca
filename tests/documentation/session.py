"""A reader's terminal while they follow one page: a folder of its own, commands that run, servers that keep running.

Commands of ringocli run in this process, because there are hundreds; whatever needs a shell (pipes, redirections,
variables) runs in bash with the real ``ringocli``. Ports that a page names are replaced by free ones, and hosts that are
not this machine by an emulator, so that nothing leaves it.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ringocli.cli import run
from tests.forked import start
from tests.loopback import unused_port

_PORT = re.compile(r"(?<=127\.0\.0\.1:)\d+|(?<=--port )\d+|(?<=PORT=)\d+")
_REMOTE = re.compile(r"^https://")
_BIN = Path(sys.executable).parent


class NotAsWritten(Exception):
    """A page describes something that does not happen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A command that ended: its exit code, and what a terminal would show, stdout and stderr in their order."""

    code: int
    shown: str
    out: str = ""
    """Stdout alone."""


class _Stream(io.BytesIO):
    """Stdout or stderr, which also appears on the screen."""

    def __init__(self, screen: io.BytesIO) -> None:
        super().__init__()
        self._screen = screen

    def write(self, content: Any) -> int:
        self._screen.write(content)
        return super().write(content)


class Session:
    """Runs the commands of one page in ``folder``."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, resources: ExitStack) -> None:
        self.folder = folder
        self._patch = monkeypatch
        self._resources = resources
        self._ports: dict[str, str] = {}
        self._emulators: dict[str, str] = {}
        monkeypatch.setenv("PATH", f"{_BIN}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setenv("XDG_STATE_HOME", str(folder / ".state"))
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # those of our own tests, which take seconds to load
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        for role in ("AUTHOR", "COMMITTER"):
            monkeypatch.setenv(f"GIT_{role}_NAME", "A reader")
            monkeypatch.setenv(f"GIT_{role}_EMAIL", "reader@acme.example")
        monkeypatch.chdir(folder)

    def commands(self, script: str) -> Iterator[str]:
        """The commands of a block, comments removed; lines that are continued or quoted are one command."""
        pending = ""
        for line in script.splitlines():
            pending += line
            if pending.endswith("\\"):
                pending = pending[:-1] + " "
                continue
            if (command := _without_comment(pending)) is None:
                pending += "\n"
                continue
            if command:
                yield command
            pending = ""
        if pending:
            raise NotAsWritten(f"an unfinished command: {pending}")

    def write(self, name: str, content: str) -> None:
        """Save a file that the page shows."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._local(content), "utf-8")

    def execute(self, command: str) -> Ran:
        """Run one command to its end; an emulator is started and left running."""
        words = shlex.split(command)
        if words[:2] == ["ringocli", "emulate"]:
            return self.serve(command)
        if words[0] == "export":
            name, _, value = self._local(words[1]).partition("=")
            self._patch.setenv(name, value)
            return Ran(code=0, shown="")
        if words[0] == "cd":
            self._patch.chdir(words[1])
            return Ran(code=0, shown="")
        local = self._local(command)
        inside = re.fullmatch(
            r"(?P<command>ringocli (?:'[^']*'|\"[^\"$`]*\"|[^'|<>&;$`*?])*)(?:> *(?P<file>\S+))?", local
        )
        if inside is not None:
            ran = self._inside(self._kept_here(shlex.split(inside["command"])))
            if inside["file"]:
                Path(inside["file"]).write_text(ran.out, "utf-8")
            return ran
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", local],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Ran(code=done.returncode, shown=self._as_written(done.stdout))

    def serve(self, command: str) -> Ran:
        """Start a command that runs until the end of the page, and wait until it accepts connections."""
        local = self._local(command)
        words = shlex.split(local)
        if words[:2] == ["ringocli", "emulate"]:
            words.append("--no-browser")
            if "--db" not in words:  # two of the same template cannot share a store
                words += ["--db", f".emulator-{time.monotonic_ns()}.db"]
        while words and "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            self._patch.setenv(name, value)
        if words[:2] == ["ringocli", "emulate"]:
            return Ran(code=0, shown=self._as_written(self._emulate(command, words[1:])))
        log = self._resources.enter_context((self.folder / f".{time.monotonic_ns()}.log").open("w"))
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._resources.callback(_stop, process)
        ports = [port for written, port in self._ports.items() if written in command] or list(self._ports.values())[-1:]
        _wait_for(int(ports[0]), process)
        return Ran(code=0, shown="")

    def _emulate(self, command: str, words: list[str]) -> str:
        """Start an emulator in a process of its own; the first line that it prints."""
        process = start(*words)
        self._resources.push(process)
        self._resources.callback(process.terminate)
        assert process.stdout is not None
        first = process.stdout.readline()
        if not first.startswith("listening on "):
            raise NotAsWritten(f"{command} did not start:\n{first}{''.join(process.communicate())}")
        return first

    def _inside(self, words: list[str]) -> Ran:
        screen = io.BytesIO()
        out, err = _Stream(screen), _Stream(screen)
        stdout, stderr = (io.TextIOWrapper(one, "utf-8", write_through=True) for one in (out, err))
        self._patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(), "utf-8"))
        with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
            code = run(words[1:])
        shown, printed = (self._as_written(one.getvalue().decode("utf-8")) for one in (screen, out))
        return Ran(code=code, shown=shown, out=printed)

    def _kept_here(self, words: list[str]) -> list[str]:
        """The command with every host that is not this machine replaced by an emulator."""
        kept = list(words)
        template = next((word for word in words[2:] if word.endswith(".json") and Path(word).is_file()), "")
        for index, word in enumerate(words[:-1]):
            if word in ("--url", "--webhook-url") and _REMOTE.match(words[index + 1]):
                kept[index + 1] = self._emulator(template) + "/webhook/" + Path(template).stem
        reaches_out = words[1] == "doctor" or (words[1] == "send-test" and "--live" in words)
        if reaches_out and "--url" not in words:
            kept += ["--url", self._emulator(template)]
            if "--listen" in kept:  # webhooks of the emulator's provider arrive at the emulator
                at = kept.index("--listen")
                kept[at : at + 2] = ["--emulator", self._emulator(template)]
        return kept

    def _emulator(self, template: str) -> str:
        """The URL of an emulator at which all contacts reply, as a real provider's would."""
        if template not in self._emulators:
            listening = self.serve(f"ringocli emulate {template} --auto-reply OK").shown
            self._emulators[template] = listening.removeprefix("listening on ").strip()
        return self._emulators[template]

    def _local(self, text: str) -> str:
        """A text with the ports of the page replaced by free ones."""

        def free(found: re.Match[str]) -> str:
            port = found.group()
            if port not in self._ports and port != "0":
                self._ports[port] = str(unused_port())
            return self._ports.get(port, port)

        return _PORT.sub(free, text)

    def _as_written(self, text: str) -> str:
        """Output with the ports that the page names."""
        for written, port in self._ports.items():
            text = text.replace(f":{port}", f":{written}")
        return text


def _without_comment(line: str) -> str | None:
    """A command without the comment after it; None if a quote is still open."""
    quote = ""
    for index, char in enumerate(line):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "#" and (index == 0 or line[index - 1].isspace()):
            return line[:index].strip()
    return None if quote else line.strip()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    with process:
        process.wait(20)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise NotAsWritten(f"the server does not listen; exit code {process.returncode}") from None
            time.sleep(0.05)
        else:
            return
