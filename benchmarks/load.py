"""Sends many webhooks at once: with wrk where it is installed, otherwise with a small asyncio client.

Each request is a Telnyx message with its own id. The client is an ``asyncio.Protocol`` on uvloop where that is
installed; it reports how many requests per second were answered with 200.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

SAMPLE = Path(__file__).parent.parent / "samples" / "telnyx" / "message.http"
TOKEN = "NUMBER"


def body() -> str:
    """The sample's body as providers send it, with ``NUMBER`` in its ids and its text."""
    document = json.loads(SAMPLE.read_text("utf-8").partition("\n\n")[2])
    payload = document["data"]["payload"]
    document["data"]["id"] = payload["id"] = f"84cca175-9755-4859-b67f-{TOKEN}"
    payload["text"] = f"This is message {TOKEN}."
    return json.dumps(document, separators=(",", ":"))


_LUA = """local body, pieces, number = %s, {}, 0
init = function()
  local own = body:gsub("NUMBER", "<12 digits>>")
  local text = wrk.format("POST", wrk.path, {["Content-Type"] = "application/json"}, own) .. "<12 digits>>"
  for piece in text:gmatch("(.-)<12 digits>>") do pieces[#pieces + 1] = piece end
end
request = function()
  number = number + 1
  return table.concat(pieces, string.format("%%012d", number))
end
"""
"""The request is split at its numbers once, because client and server share the machine."""


def requests_per_s(url: str, in_flight: int, seconds: float) -> float:
    """How many webhooks per second a URL answers with 200.

    Raises:
        RuntimeError: The server answers with another status, or not at all.
    """
    if shutil.which("wrk"):
        return _by_wrk(url, in_flight, seconds)
    return _by_client(url, in_flight, seconds)


def _by_wrk(url: str, in_flight: int, seconds: float) -> float:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "post.lua"
        script.write_text(_LUA % json.dumps(body()), "utf-8")
        command = ["wrk", "-t1", f"-c{in_flight}", f"-d{max(1, round(seconds))}s", "-s", str(script), url]
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        raise RuntimeError(f"{url} does not take the webhook")
    found = re.search(r"Requests/sec:\s+([\d.]+)", out)
    assert found is not None, out
    return float(found[1])


class _Client(asyncio.Protocol):
    """One connection that sends the next request after each complete reply."""

    def __init__(self, host: str, path: str, numbers: Iterator[int]) -> None:
        self._before, self._after = body().encode().split(TOKEN.encode(), 1)
        length = len(body()) + body().count(TOKEN) * (12 - len(TOKEN))
        self._head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        ).encode()
        self._numbers = numbers
        self._heard = b""
        self.answered = 0
        self.refused = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        number = b"%012d" % next(self._numbers)
        self._transport.write(self._head + self._before + number + self._after.replace(TOKEN.encode(), number))

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, separator, rest = self._heard.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        if not separator or len(rest) < int(length[1] if length else 0):
            return
        self._heard = b""
        if head.startswith(b"HTTP/1.1 200"):
            self.answered += 1
        else:
            self.refused += 1
        self._ask()


def _by_client(url: str, in_flight: int, seconds: float) -> float:
    parts = urlsplit(url)

    async def load() -> float:
        numbers = count()
        clients = [_Client(parts.netloc, parts.path, numbers) for _ in range(in_flight)]
        loop = asyncio.get_running_loop()
        made = [await loop.create_connection(lambda one=one: one, parts.hostname, parts.port) for one in clients]
        started = time.perf_counter()
        await asyncio.sleep(seconds)
        answered = sum(client.answered for client in clients) / (time.perf_counter() - started)
        for transport, _ in made:
            transport.abort()
        if not answered or any(client.refused for client in clients):
            raise RuntimeError(f"{url} does not take the webhook")
        return answered

    try:
        import uvloop
    except ImportError:
        return asyncio.run(load())
    return uvloop.run(load())
