"""A naive peer of the emulator: the same work, with one commit per webhook.

A minimal implementation: Starlette on uvicorn parses the body, recognises the event by one word, reads its values and
stores them in SQLite with the emulator's pragmas. ``python peer.py PORT FILE``.
"""

from __future__ import annotations

import sqlite3
import sys
import time

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def application(path: str) -> Starlette:
    """The peer application, with its database file."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute(
        "CREATE TABLE events (id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL, kind TEXT, sender TEXT, recipient TEXT,"
        " content TEXT, body TEXT)"
    )

    async def take(request: Request) -> Response:
        event = (await request.json())["data"]
        if event["event_type"] != "message.received":
            return Response(status_code=422)
        payload = event["payload"]
        row = (
            time.time(), event["event_type"], payload["from"]["phone_number"], payload["to"][0]["phone_number"],
            payload["text"], (await request.body()).decode(),
        )  # fmt: skip
        database.execute("BEGIN IMMEDIATE")
        database.execute(
            "INSERT INTO events (at, kind, sender, recipient, content, body) VALUES (?, ?, ?, ?, ?, ?)", row
        )
        database.execute("COMMIT")
        return Response()

    return Starlette(routes=[Route("/webhook/{template}", take, methods=["POST"])])


if __name__ == "__main__":
    uvicorn.run(application(sys.argv[2]), port=int(sys.argv[1]), log_level="critical", access_log=False)
