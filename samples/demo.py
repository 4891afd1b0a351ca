"""The whole workflow on this machine: init, validate, render, prove, then a conversation through the emulator.

Run it with ``make demo``. It needs no network and no account, and leaves no files. On a terminal the emulator runs until
Ctrl-C, so that its page can be opened; otherwise the demo ends by itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

WIDTH = 80
NUMBER, CONTACT = "+12025550100", "+13105550199"


def step(number: int, title: str) -> None:
    """Print the heading of a step."""
    print(f"\n--- {number}. {title} {'-' * (WIDTH - len(title) - 9)}", flush=True)


def fail(what: str) -> None:
    """Stop the demo with an error."""
    sys.exit(f"demo failed: {what}")


def ringocli(*arguments: str, expect: int = 0) -> None:
    """Run a command as a user would type it, and stop the demo if its exit code is not the expected one."""
    shown = " ".join(f'"{word}"' if " " in word else word for word in arguments)
    print(f"\n$ ringocli {shown}", flush=True)
    environment = {**os.environ, "ACME_KEY": "a-secret-that-is-never-printed"}
    done = subprocess.run([sys.executable, "-m", "ringocli", *arguments], env=environment, check=False)
    if done.returncode != expect:
        fail(f"exit code {done.returncode}, expected {expect}")


@contextmanager
def emulating(template: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """An emulator that runs during the block: its URL and its process."""
    print(f"\n$ ringocli emulate {template}", flush=True)
    command = [sys.executable, "-m", "ringocli", "--quiet", "emulate", template, "--no-browser", "--db", "demo.db"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline().strip()
            print(first, flush=True)
            if not first.startswith("listening on http"):
                fail("the emulator did not start")
            yield first.removeprefix("listening on "), process
        finally:
            process.terminate()


def ask(url: str, content: Any = None) -> Any:
    """Call the emulator's API once."""
    body = json.dumps(content).encode() if content is not None else None
    with urlopen(Request(url, data=body, headers={"Content-Type": "application/json"})) as response:
        return json.load(response)


def main() -> None:
    """Run the demo in a temporary folder."""
    home = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            write()
            with emulating("acme.json") as (base, process):
                talk(base)
                linger(base, process)
        finally:
            os.chdir(home)


def write() -> None:
    """Write a template and prove it."""
    step(1, "init: from a preset to a template")
    ringocli("init", "--preset", "telnyx", "acme.json")
    step(2, "validate: a typo, found and fixed")
    text = Path("acme.json").read_text("utf-8")
    Path("broken.json").write_text(text.replace('"$to$"', '"$ot$"', 1), "utf-8")
    ringocli("validate", "broken.json", expect=1)
    ringocli("validate", "acme.json")
    step(3, "render: the exact request, nothing sent")
    ringocli("render", "acme.json", "SendMessage", "--set", "content=Hi & welcome", "--set", f"contact={CONTACT}")
    step(4, "prove: everything that is rendered can be read back")
    ringocli("prove", "acme.json", "--cases", "50")


def talk(base: str) -> None:
    """A two-way conversation; the emulator plays Ringotel, the provider and the phone."""
    webhook = f"{base}/webhook/telnyx-custom"
    step(5, "send-test: one real request to the emulated provider, and its receipt")
    ringocli(
        "send-test", "acme.json", "--url", base, "--property-env", "API key=ACME_KEY",
        "--set", f"number={NUMBER}", "--set", f"contact={CONTACT}", "--set", "content=Hello from the demo",
    )  # fmt: skip
    receipt = ask(f"{base}/api/wait?event_type=messageDelivered")
    print(f"\ndelivered: the receipt {receipt['variables']['messageid']} belongs to exchange {receipt['correlates']}")
    step(6, "simulate-webhook: a reply and a picture, to the emulated Ringotel")
    ringocli("simulate-webhook", "acme.json", "--url", webhook, "--set", "content=Hi there")
    ringocli("--quiet", "simulate-webhook", "acme.json", "--url", webhook, "--event", "mms",
             "--set", f"url={base}/files/sample/picture.png")  # fmt: skip
    step(7, "match: what Ringotel reads from the webhook that the provider sent")
    Path("webhook.json").write_text(receipt["request"]["body"], "utf-8")
    ringocli("match", "acme.json", "webhook.json")
    seen = [exchange for exchange in ask(f"{base}/api/exchanges")["exchanges"] if exchange["matched"]]
    kinds = sorted(str(exchange["event_type"] or exchange["name"]) for exchange in seen)
    if kinds != ["SendMessage", "message", "messageDelivered", "mms"]:
        fail(f"the emulator saw {', '.join(kinds)}")


def linger(base: str, process: subprocess.Popen[str]) -> None:
    """Print the page's URL; on a terminal, wait so that it can be opened."""
    print(f"\nDone: a message, its receipt, a reply and a picture, all on this machine.\nThe page: {base}/")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return
    print("Open it to see the conversation; Ctrl-C ends the demo.", flush=True)
    try:
        process.wait()
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
