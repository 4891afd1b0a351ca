"""Webhooks that arrive at a running emulator, read through its API; listening starts before the send."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from http.client import HTTPException
from time import monotonic
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from ringocli.errors import LocalError, NoReply
from ringocli.http.addresses import check_http_url
from ringocli.http.exchange import recorded_request
from ringocli.messaging.awaiting.arrival import Arrival
from ringocli.text.url import with_local_scheme

LONG_POLL_S = 20.0
PAGE = 1000
"""How many exchanges are read at once; the emulator gives the newest first."""


class EmulatorArrivals:
    """The incoming exchanges of an emulator that are newer than this object."""

    def __init__(self, url: str) -> None:
        """Start to listen.

        Raises:
            UsageError: the URL is malformed.
            NoReply, LocalError: no emulator answers there.
        """
        url = with_local_scheme(url)
        self._host = check_http_url("--emulator", url, "http://127.0.0.1:8025").hostname
        self._base = url.rstrip("/")
        self._opener = build_opener(ProxyHandler({}))
        newest, _ = self._page(limit="1")
        self._last = str(newest[0]["id"]) if newest else None
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
        has_more = True
        while has_more:
            exchanges, has_more = self._page(limit=str(PAGE), direction="incoming", **limits)
            new += exchanges
            limits["before"] = str(new[-1]["id"]) if new else ""
        if new:
            self._last = str(new[0]["id"])
            try:
                self._arrivals += [_arrival(exchange) for exchange in reversed(new)]
            except (LookupError, TypeError, ValueError, AttributeError):
                raise self._no_emulator() from None

    def _page(self, **query: str) -> tuple[list[Mapping[str, Any]], bool]:
        """Exchanges, newest first, and whether there are older ones."""
        page = self._get("/api/exchanges", **query)
        exchanges = page.get("exchanges")
        if not isinstance(exchanges, list) or not all(isinstance(one, dict) and "id" in one for one in exchanges):
            raise self._no_emulator()
        return exchanges, bool(exchanges and page.get("more"))

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
        except (URLError, OSError, HTTPException):
            raise NoReply(f"no emulator answers on {self._host}", "Start one with: ringocli emulate TEMPLATE") from None
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise self._no_emulator()
        return document

    def _no_emulator(self) -> LocalError:
        return LocalError(f"--emulator: {self._host} is not a ringocli emulator", "Use the URL that it printed.")


def _arrival(exchange: Mapping[str, Any]) -> Arrival:
    near_miss = exchange.get("near_miss") or {}
    differences = near_miss.get("differences") or ()
    request = exchange["request"]
    problem = f"expected {differences[0]['expected']}, found {differences[0]['found']}" if differences else ""
    return Arrival(
        at=datetime.fromisoformat(exchange["at"]).timestamp(),
        matched=bool(exchange["matched"]),
        event_key=exchange["event_key"],
        event_type=exchange["event_type"],
        variables=exchange["variables"],
        problem=problem or "matches no event",
        request=recorded_request(request["method"], request["url"], request["headers"], str(request["body"] or "")),
    )
