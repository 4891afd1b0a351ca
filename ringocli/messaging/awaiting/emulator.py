"""Webhooks that arrive at a running emulator, read through its API; listening starts before the send."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from time import monotonic
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from ringocli.errors import LocalError, NoReply
from ringocli.http.exchange import IncomingRequest
from ringocli.messaging.awaiting.arrival import Arrival
from ringocli.text.url import split_url

LONG_POLL_S = 20.0
PAGE = 1000
"""How many exchanges are read at once; the emulator gives the newest first."""


class EmulatorArrivals:
    """The incoming exchanges of an emulator that are newer than this object."""

    def __init__(self, url: str) -> None:
        self._base = url.rstrip("/")
        self._host = split_url(url).hostname
        self._opener = build_opener(ProxyHandler({}))
        newest = self._get("/api/exchanges", limit="1")["exchanges"]
        self._last = newest[0]["id"] if newest else None
        self._arrivals: list[Arrival] = []

    def wait(self, known: int, timeout_s: float) -> Sequence[Arrival]:
        """All arrivals so far, as soon as there are more than ``known``, or after the time-out."""
        ends = monotonic() + timeout_s
        self._fetch()
        while len(self._arrivals) <= known and (left_s := ends - monotonic()) > 0:
            after = {"after": self._last} if self._last is not None else {}
            try:
                self._get("/api/wait", direction="incoming", timeout_s=f"{min(left_s, LONG_POLL_S):.3f}", **after)
            except TimeoutError:
                continue
            self._fetch()
        return tuple(self._arrivals)

    def _fetch(self) -> None:
        limits = {"after": self._last} if self._last is not None else {}
        new: list[Mapping[str, Any]] = []
        while True:
            page = self._get("/api/exchanges", limit=str(PAGE), direction="incoming", **limits)
            new += page["exchanges"]
            if not (page["exchanges"] and page.get("more")):
                break
            limits["before"] = new[-1]["id"]
        if new:
            self._last = new[0]["id"]
            self._arrivals += [_arrival(exchange) for exchange in reversed(new)]

    def _get(self, path: str, **query: str) -> dict[str, Any]:
        """A document of the API; ``TimeoutError`` if nothing arrived within the requested time."""
        request = Request(f"{self._base}{path}?{urlencode(query)}")
        try:
            with self._opener.open(request, timeout=LONG_POLL_S + 10) as response:
                document = json.load(response)
        except HTTPError as error:
            with error:
                if error.code == 408:
                    raise TimeoutError from None
                raise LocalError(
                    f"--emulator: {self._host} answered {error.code}", "Use the URL that ringocli emulate printed."
                ) from None
        except (URLError, OSError):
            raise NoReply(f"no emulator answers on {self._host}", "Start one with: ringocli emulate TEMPLATE") from None
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise LocalError(f"--emulator: {self._host} is not a ringocli emulator", "Use the URL that it printed.")
        return document


def _arrival(exchange: Mapping[str, Any]) -> Arrival:
    near_miss = exchange.get("near_miss") or {}
    differences = near_miss.get("differences") or ()
    problem = f"expected {differences[0]['expected']}, found {differences[0]['found']}" if differences else ""
    return Arrival(
        at=datetime.fromisoformat(exchange["at"]).timestamp(),
        matched=bool(exchange["matched"]),
        event_key=exchange["event_key"],
        event_type=exchange["event_type"],
        variables=exchange["variables"],
        problem=problem or "matches no event",
        request=_request(exchange["request"]),
    )


def _request(request: Mapping[str, Any]) -> IncomingRequest:
    parts = split_url(request["url"])
    return IncomingRequest(
        method=request["method"],
        path=parts.path or "/",
        query=parts.query,
        headers=tuple((str(name), str(value)) for name, value in request["headers"]),
        body=str(request["body"] or "").encode("utf-8", "replace"),
    )
