"""Runs generated servers as processes, for tests: Python with this interpreter, PHP where it is installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

LANGUAGES = [
    "python",
    pytest.param("php", marks=pytest.mark.skipif(shutil.which("php") is None, reason="php is not installed")),
]


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port: int = reserved.getsockname()[1]
        return port


@contextmanager
def server(folder: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """A generated server; its URL. It is killed at the end, without a chance to clean up."""
    port = int(settings.get("PORT") or free_port())
    environment = {**os.environ, "PORT": str(port), "NO_PROXY": "127.0.0.1", **settings}
    if (folder / "app.py").exists():
        commands = [[sys.executable, "app.py"]]
    else:
        commands = [["php", "-S", f"127.0.0.1:{port}", "index.php"]]
    with (folder / "server.log").open("ab") as log:
        running = [
            subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)
            for command in commands
        ]
        try:
            _wait_until_it_answers(f"http://127.0.0.1:{port}/healthz", folder / "server.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            for process in running:
                os.killpg(process.pid, 9)
                process.wait()


def _wait_until_it_answers(url: str, log: Path) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(log.read_text("utf-8", "replace"))
