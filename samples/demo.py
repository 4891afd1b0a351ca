"""The whole way once, against servers on this machine: init, validate, render, send-test, simulate-webhook, prove.

Run it with ``make demo``. It needs no network and no account, and leaves nothing behind.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

WIDTH = 80


class Provider(BaseHTTPRequestHandler):
    """Stands for the SMS provider and for Ringotel's webhook address: takes everything, remembers it, answers."""

    received: ClassVar[list[tuple[str, str]]] = []

    def do_POST(self) -> None:
        """Answer a send as the provider would, and a webhook with an empty 200."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.received.append((self.path, body))
        reply = b"" if self.path == "/webhook" else json.dumps({"data": {"id": "demo-message-1"}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *args: object) -> None:
        """Keep the demo's own output readable."""


def step(number: int, title: str) -> None:
    """Announce a step."""
    print(f"\n--- {number}. {title} {'-' * (WIDTH - len(title) - 9)}", flush=True)


def ringocli(*arguments: str, expect: int = 0) -> None:
    """Run a command as a user would type it, and stop the demo if it ends otherwise than expected."""
    shown = " ".join(f'"{word}"' if " " in word else word for word in arguments)
    print(f"\n$ ringocli {shown}", flush=True)
    environment = {**os.environ, "ACME_KEY": "a-secret-that-is-never-printed"}
    done = subprocess.run([sys.executable, "-m", "ringocli", *arguments], env=environment, check=False)
    if done.returncode != expect:
        sys.exit(f"demo failed: exit code {done.returncode}, expected {expect}")


def main() -> None:
    """Go the whole way in a folder of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        walk(base)
        os.chdir("/")
    server.shutdown()
    sends = [path for path, _ in Provider.received if path != "/webhook"]
    webhooks = [body for path, body in Provider.received if path == "/webhook"]
    if len(sends) != 1 or len(webhooks) != 4:
        sys.exit(f"demo failed: the servers saw {len(sends)} sends and {len(webhooks)} webhooks, expected 1 and 4")
    print(f"\nDone: {len(sends)} message sent, {len(webhooks)} webhooks delivered, all on this machine.")


def walk(base: str) -> None:
    """The seven steps."""
    step(1, "init: from a preset to a template")
    ringocli("init", "--preset", "telnyx", "acme.json")
    step(2, "validate: a typo, found and mended")
    text = Path("acme.json").read_text("utf-8")
    Path("broken.json").write_text(text.replace('"$to$"', '"$ot$"', 1), "utf-8")
    ringocli("validate", "broken.json", expect=1)
    ringocli("validate", "acme.json")
    step(3, "render: the exact request, nothing sent")
    ringocli("render", "acme.json", "SendMessage", "--set", "content=Hi & welcome", "--set", "contact=+13105550199")
    step(4, "send-test: one real request, the id taken from the reply")
    ringocli(
        "send-test", "acme.json", "--url", base, "--property-env", "API key=ACME_KEY",
        "--set", "number=+12025550100", "--set", "contact=+13105550199", "--set", "content=Hello from the demo",
    )  # fmt: skip
    step(5, "simulate-webhook: a reply, a picture, a receipt")
    ringocli("simulate-webhook", "acme.json", "--url", f"{base}/webhook", "--set", "content=Hi there")
    ringocli("--quiet", "simulate-webhook", "acme.json", "--url", f"{base}/webhook",
             "--event", "message", "--event", "mms", "--event", "messageDelivered", "--count", "3")  # fmt: skip
    step(6, "match: what Ringotel would take from a webhook")
    webhook = Provider.received[-1][1]
    Path("webhook.json").write_text(webhook, "utf-8")
    ringocli("match", "acme.json", "webhook.json")
    step(7, "prove: everything that is rendered can be read back")
    ringocli("prove", "acme.json", "--cases", "50")


if __name__ == "__main__":
    main()
