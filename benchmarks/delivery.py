"""Sends many webhooks to nginx with ringocli, wrk and hey in one run; each of ringocli's events has its own id."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import load

ROOT = Path(__file__).parent.parent
RINGOCLI = [sys.executable, "-m", "ringocli", "simulate-webhook", "samples/telnyx.json", "--format", "json", "--quiet"]
SECONDS = 4
CONF = """worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 1000000000; client_body_temp_path {folder}/body;
  server {{ listen 127.0.0.1:{port}; location / {{ return 200; }} }} }}
"""


@contextmanager
def nginx() -> Iterator[str]:
    """The URL of an nginx that answers everything with an empty 200."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as name:
        conf = Path(name) / "nginx.conf"
        conf.write_text(CONF.format(folder=name, port=port), "utf-8")
        process = subprocess.Popen(["nginx", "-c", str(conf)], stderr=subprocess.DEVNULL)
        try:
            for _ in range(100):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}/hook"
        finally:
            process.terminate()
            process.wait()


def by_hey(url: str, in_flight: int) -> float:
    """Requests per second with hey, which sends one fixed body."""
    command = [
        "hey",
        "-z",
        f"{SECONDS}s",
        "-c",
        str(in_flight),
        "-m",
        "POST",
        "-T",
        "application/json",
        "-d",
        load.body(),
        url,
    ]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", out)
    assert found is not None, out
    return float(found[1])


def by_ringocli(url: str, in_flight: int, *options: str) -> float:
    """Webhooks per second according to the summary, which excludes the start of the process."""
    command = [*RINGOCLI, "--url", url, "--concurrency", str(in_flight), "--duration", str(SECONDS), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return float(json.loads(done.stdout)["rate_per_s"])


def single_webhook(url: str) -> dict[str, list[str]]:
    """The commands that send one webhook from the shell."""
    document = load.body()
    commands = {
        "curl": ["curl", "-s", "-H", "Content-Type: application/json", "-d", document, url],
        "ringocli simulate-webhook": [*RINGOCLI, "--url", url],
        "ringocli send-test": [
            sys.executable, "-m", "ringocli", "send-test", "samples/telnyx.json", "--url", url, "--set", "content=Hello",
            "--set", "from=+12025550100", "--set", "to=+13105550199", "--property", "API key=none",
        ],
    }  # fmt: skip
    if shutil.which("http") is None:
        print("\n(httpie is not installed: pipx install httpie)")
    else:
        commands["httpie"] = ["http", "--ignore-stdin", "POST", url, "method=message"]
    return commands


def report() -> None:
    """Print the rates, interleaved, with their ratios to hey and wrk."""
    if shutil.which("nginx") is None:
        print("\nmany webhooks: nginx is not installed")
        return
    with nginx() as url, tempfile.TemporaryDirectory() as folder:
        for in_flight in (1, 16, 64):
            rates: dict[str, list[float]] = {}
            for turn in range(3):
                rates.setdefault("ringocli", []).append(by_ringocli(url, in_flight))
                journal = str(Path(folder) / f"{in_flight}-{turn}.db")
                rates.setdefault("ringocli --journal", []).append(by_ringocli(url, in_flight, "--journal", journal))
                if shutil.which("hey"):
                    rates.setdefault("hey", []).append(by_hey(url, in_flight))
                if shutil.which("wrk"):
                    rates.setdefault("wrk", []).append(load.requests_per_s(url, in_flight, SECONDS))
            print(f"\nmany webhooks against nginx, {in_flight} in flight, requests a second")
            middle = {name: sorted(found)[len(found) // 2] for name, found in rates.items()}
            for name, rate in middle.items():
                ratios = "".join(f"{rate / middle[peer]:>8.2f} x {peer}" for peer in ("hey", "wrk") if peer in middle)
                print(f"  {name:<22}{rate:>12,.0f}{ratios}")


if __name__ == "__main__":
    report()
