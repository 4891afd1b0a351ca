"""Runs generated servers as processes, for tests: Python with this interpreter, PHP where it is installed."""

from __future__ import annotations

import importlib.util
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.loopback import unused_port

LANGUAGES = [
    "python",
    pytest.param("php", marks=pytest.mark.skipif(shutil.which("php") is None, reason="php is not installed")),
]


@contextmanager
def server(folder: Path, settings: Mapping[str, str], *, group: bool = True) -> Iterator[str]:
    """A generated server; its URL. It is killed at the end, without a chance to clean up.

    Without ``group``, the processes that it started live on.
    """
    port = int(settings.get("PORT") or unused_port())
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
                (os.killpg if group else os.kill)(process.pid, 9)
                process.wait()


@contextmanager
def quick_server(folder: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """A generated server, a Python one in a thread of this process, which starts sooner; its URL."""
    if not (folder / "app.py").exists():
        with server(folder, settings) as url:
            yield url
        return
    import uvicorn

    port = int(settings.get("PORT") or unused_port())
    handler = logging.FileHandler(folder / "server.log", encoding="utf-8")
    state = str(folder.resolve() / "relay.db")
    environment = {"PORT": str(port), "NO_PROXY": "127.0.0.1", "STATE_FILE": state, **settings}
    with environment_of(environment), imported(folder, "app") as module:
        module.log.addHandler(handler)
        module.log.setLevel(logging.INFO)
        config = uvicorn.Config(module.application(), host="127.0.0.1", port=port, log_level="critical")
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, daemon=True)
        thread.start()
        try:
            _wait_until_it_answers(f"http://127.0.0.1:{port}/healthz", folder / "server.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            running.should_exit = True
            thread.join(10)
            module.log.removeHandler(handler)
            handler.close()


@contextmanager
def imported(folder: Path, name: str) -> Iterator[ModuleType]:
    """A module of a generated folder, under its own name until the end."""
    specification = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    disabled = logging.root.manager.disable
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, name, module)
        specification.loader.exec_module(module)
        yield module
    logging.disable(disabled)  # a generated test switches warnings off


@contextmanager
def environment_of(settings: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for the block; all changes made in it are undone, too."""
    before = dict(os.environ)
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def run_own_test(folder: Path) -> None:
    """Run the test that a generated folder contains, and require that it passes and leaves no file behind."""
    if (folder / "app.py").exists():
        with environment_of({}), imported(folder, "app"), imported(folder, "test_app") as tests:
            result = unittest.TestResult()
            unittest.defaultTestLoader.loadTestsFromModule(tests).run(result)
        assert result.testsRun
        assert not result.failures + result.errors, (result.failures + result.errors)[0][1]
        return
    with tempfile.TemporaryDirectory() as temporary:
        done = subprocess.run(
            ["php", "test.php"], cwd=folder, env={**os.environ, "TMPDIR": temporary},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert [] == os.listdir(temporary)


def _wait_until_it_answers(url: str, log: Path) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.01)
    raise AssertionError(log.read_text("utf-8", "replace"))
