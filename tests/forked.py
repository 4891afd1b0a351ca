"""Runs ``ringocli`` in separate processes, forked from one that has imported everything.

Starting Python and importing the emulator would take half a second each time. Each process has its own streams,
signals, current directory and environment.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any, Self

from ringocli.cli import run

PRELOADED = ["ringocli.cli.emulate", "ringocli.emulator.server", "tests.forked"]


class Forked:
    """A running command, with the part of ``subprocess.Popen`` that tests need."""

    def __init__(self, words: list[str], environment: Mapping[str, str]) -> None:
        processes = multiprocessing.get_context("forkserver")
        processes.set_forkserver_preload(PRELOADED)
        pipes = [multiprocessing.Pipe(duplex=False) for _ in range(2)]
        writers = [writer for _, writer in pipes]
        self._process = processes.Process(
            target=_run, args=(words, Path.cwd(), dict(environment), *writers), daemon=True
        )
        self._process.start()
        for writer in writers:
            writer.close()
        self.stdout, self.stderr = (_reader(reader) for reader, _ in pipes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stdout.close()  # before waiting: a process that writes to a full pipe would otherwise not end
        self.stderr.close()
        self.wait()

    @property
    def returncode(self) -> int | None:
        """The exit code once it has ended."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send the process a signal."""
        assert self._process.pid is not None
        with contextlib.suppress(ProcessLookupError):  # it has just ended, and its exit code has not arrived yet
            if self._process.exitcode is None:
                os.kill(self._process.pid, number)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the process, without a chance to clean up."""
        self.send_signal(signal.SIGKILL)

    def wait(self) -> int | None:
        """Wait until the process has ended; returns its exit code."""
        self._process.join()
        return self.returncode

    def communicate(self) -> tuple[str, str]:
        """Wait until it has ended; returns the rest of stdout and stderr, neither of which may exceed the buffer of a
        pipe.
        """
        self.wait()
        return self.stdout.read(), self.stderr.read()


Started = Forked | subprocess.Popen[str]


def start(*words: str, **environment: str) -> Started:
    """Start a command; on Windows, which cannot fork, as any program."""
    whole = {**os.environ, **environment}
    if "forkserver" in multiprocessing.get_all_start_methods():
        return Forked(list(words), whole)
    command = [sys.executable, "-m", "ringocli", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=whole)


def _reader(connection: Connection[Any, Any]) -> IO[str]:
    """The reading end of a pipe as text."""
    with connection:
        return os.fdopen(os.dup(connection.fileno()), encoding="utf-8")


def _run(
    words: list[str], folder: Path, environment: dict[str, str], out: Connection[Any, Any], err: Connection[Any, Any]
) -> None:
    """Run a command as ``python -m ringocli`` does; called in the new process."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job inherits the setting "ignored"
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for number, stream in ((1, out), (2, err)):
        os.dup2(stream.fileno(), number)
        stream.close()
    sys.stdout = os.fdopen(1, "w", encoding="utf-8")
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1)
    sys.exit(run(words))
