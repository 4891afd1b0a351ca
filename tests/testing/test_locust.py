"""Locust drives a template's events: one master, two workers, and totals that agree with the receiver to the event."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import SAMPLES, Command
from tests.hostile import BROKEN, OK, receiver
from tests.loopback import unused_port

if find_spec("locust") is None:  # not imported here: it replaces the standard library's sockets
    pytest.skip("Locust is not installed", allow_module_level=True)

LOCUST = [sys.executable, "-m", "locust", "-f", "locustfile.py"]


def write_file(ringocli: Command) -> None:
    Path("telnyx.json").write_text((SAMPLES / "telnyx.json").read_text("utf-8"), "utf-8")
    result = ringocli("locustfile", "telnyx.json", "--event", "messageDelivered")
    assert 0 == result.code, result.err


@pytest.mark.skipif(os.name == "nt", reason="stops Locust with a signal")
def test_two_workers_and_a_master_agree_with_the_receiver(folder: Path, ringocli: Command) -> None:
    """Every event that the receiver got is in Locust's totals, with an id of its own; failures are counted as failures."""
    write_file(ringocli)
    port = unused_port()
    failures_of: Counter[str] = Counter()
    enough = threading.Event()

    def decide(name: str, times: int) -> bytes:
        worker, _, number = name.rpartition("_")
        if not number.endswith("7"):
            return OK
        failures_of[worker] += 1
        if len(failures_of) == 2 and min(failures_of.values()) > 1:
            enough.set()
        return BROKEN

    with receiver(decide) as receiving, ExitStack() as processes:

        def start(*options: str) -> subprocess.Popen[str]:
            command = [*LOCUST, *options]
            return processes.enter_context(
                subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            )

        master = start(
            "--master", "--master-bind-port", str(port), "--expect-workers", "2", "--headless", "-u", "4", "-r", "4",
            "-t", "60s", "--stop-timeout", "10", "--host", receiving.url, "--json",
        )  # fmt: skip
        for _ in range(2):
            start("--worker", "--master-port", str(port))
        enough.wait(60)
        master.terminate()
        [totals] = json.loads(master.communicate()[0])
    assert enough.is_set()
    assert len(receiving.log) == totals["num_requests"]
    assert sum(not one.accepted for one in receiving.log) == totals["num_failures"]
    assert len(receiving.log) == len({one.id for one in receiving.log})


def test_the_file_is_not_overwritten(folder: Path, ringocli: Command) -> None:
    """An existing file is kept without --force; an unknown event is refused."""
    write_file(ringocli)
    assert 2 == ringocli("locustfile", "telnyx.json").code
    assert 2 == ringocli("locustfile", "telnyx.json", "--event", "mesage", "--force").code
    assert "messageDelivered:message.finalized" in Path("locustfile.py").read_text("utf-8")
