"""Compares the emulator with a naive peer (``peer.py``) and with nginx, which answers without doing any work.

The emulator and the naive peer store every webhook before they answer it. All servers run at the same time, only one of
them under load; turns are interleaved. ``python benchmarks/emulator.py`` runs this part alone.

Instructions per webhook (uvloop, 16 in flight, 228 function calls each): reading it 36 % (decoding JSON 16, matching
three events 14, notes 3), the rest of the exchange 16, HTTP and access 13, JSON for the store 16, SQLite 19. System
calls, mostly one receive and one send, are not included. No part dominates, so a ratio to nginx well above 0.2 would
require work outside Python, or a second path that reads or stores less.
"""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from load import requests_per_s

ROOT = Path(__file__).parent.parent
TEMPLATE = ROOT / "samples" / "telnyx.json"
PATH = "/webhook/telnyx-custom"
ROUNDS = 5
SECONDS = 3.0
FEW, MANY = 10_000, 100_000


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def process(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A server that runs during the block; all its output but the first line is discarded."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT) as running:
        try:
            yield running
        finally:
            running.terminate()


def until_open(port: int) -> None:
    """Wait until the port accepts connections."""
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.01)
    raise RuntimeError(f"nothing listens on port {port}")


@contextmanager
def emulator(folder: Path, *options: str) -> Iterator[tuple[int, int]]:
    """The emulator: its port and its process id."""
    command = [str(Path(sys.executable).parent / "ringocli"), "--quiet", "emulate", str(TEMPLATE), "--no-browser"]
    with process([*command, "--db", str(folder / "emulator.db"), *options]) as running:
        assert running.stdout is not None
        port = int(running.stdout.readline().rsplit(":", 1)[1])
        yield port, running.pid


@contextmanager
def peer(folder: Path) -> Iterator[int]:
    """The naive peer: its port."""
    port = free_port()
    with process([sys.executable, str(ROOT / "benchmarks" / "peer.py"), str(port), str(folder / "peer.db")]):
        until_open(port)
        yield port


@contextmanager
def nginx(folder: Path) -> Iterator[int]:
    """nginx with ``return 200``: its port."""
    port = free_port()
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"worker_processes 1; daemon off; pid {folder}/pid; error_log /dev/null;"
        "events { worker_connections 1024; }"
        f"http {{ access_log off; {places} keepalive_requests 100000000;"
        f"server {{ listen 127.0.0.1:{port}; location / {{ return 200; }} }} }}",
        "utf-8",
    )
    with process([shutil.which("nginx") or "nginx", "-c", str(folder / "nginx.conf")]):
        until_open(port)
        yield port


def megabytes(pid: int, what: str) -> float:
    """``VmHWM`` (peak) or ``VmRSS`` (current) memory of a process; Linux only."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(what):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no {what} for {pid}")


def start_to_ready(folder: Path) -> float:
    """Milliseconds from starting the command to a 200 from ``/readyz``."""
    started = time.perf_counter()
    with emulator(folder) as (port, _):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/readyz")
        assert connection.getresponse().status == 200
        elapsed = time.perf_counter() - started
        connection.close()
    return elapsed * 1000


def in_turns(measures: dict[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, float]:
    """The median of each measurement, taken in turns after one warm-up."""
    found: dict[str, list[float]] = {name: [] for name in measures}
    for turn in range(rounds + 1):
        for name, measure in measures.items():
            value = measure()
            if turn:
                found[name].append(value)
    return {name: statistics.median(values) for name, values in found.items()}


def speed(folder: Path) -> None:
    """Requests per second of all servers, with their ratios."""
    with ExitStack() as servers:
        ports = {"ringocli emulate": servers.enter_context(emulator(folder))[0]}
        ports["starlette + uvicorn"] = servers.enter_context(peer(folder))
        if shutil.which("nginx"):
            ports["nginx return 200"] = servers.enter_context(nginx(folder))
        else:
            print("  (nginx is not installed: no ratio to it)")
        for in_flight in (16, 64):
            figures = in_turns(
                {
                    name: partial(requests_per_s, f"http://127.0.0.1:{port}{PATH}", in_flight, SECONDS)
                    for name, port in ports.items()
                }
            )
            ours = figures["ringocli emulate"]
            print(f"  {in_flight} in flight, by {'wrk' if shutil.which('wrk') else 'a client of our own'}")
            for name, value in figures.items():
                print(
                    f"    {name:<32}{value:>9.0f} req/s{'' if value == ours else f'{ours / value:>9.2f} = ours to it'}"
                )


def memory(folder: Path) -> None:
    """Peak and resident memory after 10,000 and after 100,000 stored events."""
    if not Path("/proc/self/status").exists():
        print("  (memory is read from /proc, which is not here)")
        return
    with emulator(folder) as (port, pid):
        url = f"http://127.0.0.1:{port}{PATH}"
        for wanted in (FEW, MANY):
            while newest(port) < wanted:
                requests_per_s(url, 16, 0.5)
            resident, peak = megabytes(pid, "VmRSS"), megabytes(pid, "VmHWM")
            print(f"    after {newest(port):>7} events{resident:>20.0f} MB resident{peak:>8.0f} MB at most")


def newest(port: int) -> int:
    """The id of the newest exchange, which is the number of stored exchanges."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/api/exchanges?limit=1&brief=1")
    exchanges = json.load(connection.getresponse())["exchanges"]
    connection.close()
    return int(exchanges[0]["id"]) if exchanges else 0


def main() -> None:
    """Measure start-up, throughput and memory."""
    try:
        import uvloop
    except ImportError:
        loop = "asyncio's own loop (pip install 'ringocli[load]' for uvloop)"
    else:
        loop = f"uvloop {uvloop.__version__}"
    print(f"\nemulator, stored before answered; {loop}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ready = in_turns({"start": lambda: start_to_ready(folder)})
        print(f"  start to readyz                  {ready['start']:>10.0f} ms")
        speed(folder)
    with tempfile.TemporaryDirectory() as name:
        memory(Path(name))


if __name__ == "__main__":
    main()
