"""Many webhooks at once: by wrk where it is installed, else by a small client of our own.

Each request is a Telnyx message with an id of its own. The client is an ``asyncio.Protocol`` on uvloop where that is
installed; it says requests answered with 200 a second.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

SAMPLE = Path(__file__).parent.parent / "samples" / "telnyx" / "message.json"
TOKEN = "{number}"


def body_with(token: str) -> str:
    """The webhook's body with a token where its number goes."""
    document = {
        "data": {
            "event_type": "message.received",
            "id": f"b301ed3f-1490-491f-995f-{token}",
            "occurred_at": "2026-11-23T20:08:46.000+00:00",
            "payload": {
                "cc": [],
                "direction": "inbound",
                "encoding": "GSM-7",
                "errors": [],
                "from": {"carrier": "T-Mobile USA", "line_type": "long_code", "phone_number": "+13125550001"},
                "id": f"84cca175-9755-4859-b67f-{token}",
                "media": [],
                "messaging_profile_id": "740572b6-099c-44a1-89b9-6c92163bc68d",
                "organization_id": "47a530f8-4362-4526-829b-bcee17fd9f7a",
                "parts": 1,
                "received_at": "2026-11-23T20:08:45.000+00:00",
                "record_type": "message",
                "tags": [],
                "text": f"Hello, this is message {token}",
                "to": [{"carrier": "Telnyx", "line_type": "Wireless", "phone_number": "+17735550002"}],
                "type": "SMS",
                "webhook_url": "https://acme.example/ringotel",
            },
            "record_type": "event",
        },
        "meta": {"attempt": 1, "delivered_to": "https://acme.example/ringotel"},
    }
    return json.dumps(document, separators=(",", ":"))


_LUA = """local number = 0
local before, between, after = %s, %s, %s
request = function()
  number = number + 1
  local id = string.format("%%012d", number)
  return wrk.format("POST", wrk.path, {["Content-Type"] = "application/json"}, before .. id .. between .. id .. after)
end
"""


def requests_per_s(url: str, in_flight: int, seconds: float) -> float:
    """How many webhooks a second an address answers with 200.

    Raises:
        RuntimeError: it answers with something else.
    """
    if shutil.which("wrk"):
        return _by_wrk(url, in_flight, seconds)
    return _by_client(url, in_flight, seconds)


def _by_wrk(url: str, in_flight: int, seconds: float) -> float:
    parts = body_with(TOKEN).split(TOKEN)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "post.lua"
        before, *between, after = parts
        script.write_text(_LUA % tuple(json.dumps(part) for part in (before, "|".join(between), after)), "utf-8")
        command = ["wrk", "-t1", f"-c{in_flight}", f"-d{seconds:g}s", "-s", str(script), url]
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        raise RuntimeError(f"{url} does not take the webhook")
    found = re.search(r"Requests/sec:\s+([\d.]+)", out)
    assert found is not None, out
    return float(found[1])
