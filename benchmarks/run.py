"""Compares ringocli with its peers in one run: ``make bench``.

Every figure is the median of interleaved runs of whole processes: read the ratios, not the milliseconds. Peers that are
not installed are skipped with a message.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import delivery
import emulator

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
RUNS = 7


def once(command: Sequence[str]) -> tuple[float, float]:
    """Milliseconds and peak megabytes of one run."""
    started = time.perf_counter()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT, env=environment)
    _, _, usage = os.wait4(process.pid, 0)
    return (time.perf_counter() - started) * 1000, usage.ru_maxrss / 1024


def measure(commands: dict[str, Sequence[str]], runs: int = RUNS) -> dict[str, tuple[float, float]]:
    """Median milliseconds and peak megabytes of each command, run in turns after one warm-up."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    peaks: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            elapsed, peak = once(command)
            if turn:
                times[name].append(elapsed)
                peaks[name].append(peak)
    return {name: (statistics.median(times[name]), max(peaks[name])) for name in commands}


def table(title: str, figures: dict[str, tuple[float, float]], base: str) -> None:
    """Print the figures with their ratio to one of them."""
    print(f"\n{title}")
    for name, (elapsed, peak) in figures.items():
        print(f"  {name:<34}{elapsed:>9.0f} ms{peak:>8.0f} MB{elapsed / figures[base][0]:>9.2f} x {base}")


def many(folder: Path, count: int, *, alike: bool) -> None:
    """Write templates derived from the samples that differ in id and name only (``alike``), or in every part."""
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "samples").glob("*.json"))]
    samples = [text for text in texts if "$messageid$" in text]  # the others each have a warning
    folder.mkdir()
    for number in range(count):
        template = json.loads(samples[number % len(samples)])
        template |= {"id": f"acme-{number}", "name": f"Acme {number}"}
        if not alike:
            for request in template["API"].values():
                request["request_url"] = request["request_url"].replace("https://", f"https://s{number}.", 1)
                request["request_parameters"]["tag"] = f"n{number}"
            for event in template["Webhook"]:
                event["request_method"] = "POST"
                event["request_parameters"] = {"tag": f"n{number}", "body": event["request_parameters"]}
        (folder / f"{number:04}.json").write_text(json.dumps(template, indent=2), "utf-8")


def main() -> None:
    """Measure start-up, validation, and the emulator."""
    ringocli = str(BIN / "ringocli")
    python = [sys.executable, "-c", "pass"]
    starting = {"python -c pass": python, "--version": [ringocli, "--version"], "--help": [ringocli, "--help"]}
    table("start-up", measure(starting), "python -c pass")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        schema = folder / "schema.json"
        schema.write_text(subprocess.run([ringocli, "schema"], capture_output=True, text=True, check=True).stdout)
        alike, different = folder / "alike", folder / "different"
        many(alike, 1000, alike=True)
        many(different, 1000, alike=False)
        ajv = shutil.which("ajv")
        if ajv is None:
            print("\n(ajv is not installed: npm install --global ajv-cli)")
        for title, files, runs in (
            ("validate one file", [sorted(different.iterdir())[0]], RUNS),
            ("validate 1,000 files that differ in id and name", sorted(alike.iterdir()), 3),
            ("validate 1,000 files that differ in every part", sorted(different.iterdir()), 3),
        ):
            paths = [str(path) for path in files]
            commands: dict[str, Sequence[str]] = {
                "check-jsonschema": [str(BIN / "check-jsonschema"), "--schemafile", str(schema), *paths],
                "ringocli validate": [ringocli, "validate", *paths],
            }
            if ajv:
                data = paths[0] if len(paths) == 1 else f"{files[0].parent}/*.json"
                commands["ajv"] = [ajv, "validate", "--spec=draft2020", "--strict=false", "-s", str(schema), "-d", data]
            table(title, measure(commands, runs), "check-jsonschema")
    if shutil.which("nginx"):
        with delivery.nginx() as url:
            table("one webhook from the shell", measure(delivery.single_webhook(url)), "curl")
    delivery.report()
    emulator.main()


if __name__ == "__main__":
    main()
