"""Locust drives a template's events: one master, two workers, and totals that agree with the receiver to the event."""

from __future__ import annotations

import json
import subprocess
import sys
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


def test_two_workers_and_a_master_agree_with_the_receiver(folder: Path, ringocli: Command) -> None:
    """Every event that the receiver got is in Locust's totals, with an id of its own; failures are counted as failures."""
    write_file(ringocli)
    port = unused_port()
    with receiver(lambda name, times: BROKEN if name.endswith("7") else OK) as receiving:
        workers = [
            subprocess.Popen(
                [*LOCUST, "--worker", "--master-port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
            for _ in range(2)
        ]
        try:
            master = subprocess.run(
                [
                    *LOCUST, "--master", "--master-bind-port", str(port), "--expect-workers", "2", "--headless",
                    "-u", "4", "-r", "4", "-t", "1s", "--stop-timeout", "10", "--host", receiving.url, "--json",
                ],
                capture_output=True,
                text=True,
                timeout=90,
                check=False,
            )  # fmt: skip
        finally:
            for worker in workers:
                worker.wait(30)
                worker.stderr.close()  # type: ignore[union-attr]
    totals = json.loads(master.stdout)[0]
    assert len(receiving.log) == totals["num_requests"] > 10
    assert sum(not one.accepted for one in receiving.log) == totals["num_failures"] > 0
    assert len(receiving.log) == len({one.id for one in receiving.log})
    assert 2 == len({one.id.rpartition("_")[0] for one in receiving.log})


def test_the_file_is_not_overwritten(folder: Path, ringocli: Command) -> None:
    """An existing file is kept without --force; an unknown event is refused."""
    write_file(ringocli)
    assert 2 == ringocli("locustfile", "telnyx.json").code
    assert 2 == ringocli("locustfile", "telnyx.json", "--event", "mesage", "--force").code
    assert "messageDelivered:message.finalized" in Path("locustfile.py").read_text("utf-8")
