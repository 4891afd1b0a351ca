"""An emulator for tests: it runs in the test's own process, on a free port, and stores nothing permanently.

::

    from ringocli.testing import emulator

    def test_otp_is_sent():
        with emulator("acme.json") as ringotel:
            sign_up(provider=ringotel.provider_url, phone="+13105550199")
            sent = ringotel.wait(direction="outgoing", to="+13105550199")
            assert "code" in sent["variables"]["content"]

With pytest, the fixture ``ringotel_emulator`` does the same (``ringotel = ringotel_emulator("acme.json")``) if
``conftest.py`` contains ``pytest_plugins = ["ringocli.testing.plugin"]``.
Exchanges are dicts as described in ``/openapi.json``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import ProxyHandler, Request, build_opener

from ringocli.emulator.limits import DEFAULT_WAIT_S
from ringocli.errors import CheckFailed, UsageError
from ringocli.http.content_types import JSON_TYPE
from ringocli.http.exchange import DEFAULT_TIMEOUT_S
from ringocli.messaging.chaos import SIDES, ChaosSettings
from ringocli.template.values import Layer, Values, secret_properties
from ringocli.text.files import read_text
from ringocli.text.secret import Text


class Emulator:
    """A running emulator for use in a test. Each inbox is isolated from all others."""

    def __init__(self, base: str, template_id: str, inbox: str = "") -> None:
        self._base = base
        self._template_id = template_id
        self.inbox_name = inbox
        self.url = f"{base}/i/{inbox}" if inbox else base
        self._opener = build_opener(ProxyHandler({}))

    @property
    def webhook_url(self) -> str:
        """The URL of Ringotel's side, to which a provider sends its webhooks."""
        return f"{self.url}/webhook/{quote(self._template_id, safe='')}"

    @property
    def provider_url(self) -> str:
        """The base URL that replaces the scheme and host of the provider's API."""
        return f"{self.url}/provider"

    def inbox(self, name: str) -> Emulator:
        """The same emulator with another inbox."""
        return Emulator(self._base, self._template_id, name)

    def send(self, to: str, content: str = "", *, from_: str, media_url: str | None = None) -> dict[str, Any]:
        """Send a message, or with ``media_url`` a file, as the Ringotel user; returns the exchange.

        Raises:
            UsageError: the template has no such request, or a value is invalid.
        """
        return self._send_as("/api/send", from_, to, content, media_url)

    def reply(self, to: str, content: str = "", *, from_: str, media_url: str | None = None) -> dict[str, Any]:
        """Send a message or a file as the contact to an SMS number at Ringotel; returns the exchange.

        Raises:
            UsageError: the template has no event for it.
        """
        return self._send_as("/api/reply", from_, to, content, media_url)

    def _send_as(self, path: str, from_: str, to: str, content: str, media_url: str | None) -> dict[str, Any]:
        message = {"from": from_, "to": to, "content": content, "media_url": media_url}
        return self._call("POST", path, {name: value for name, value in message.items() if value})

    def wait(self, *, timeout_s: float = DEFAULT_WAIT_S, after: str | None = None, **criteria: str) -> dict[str, Any]:
        """The newest exchange that fits, at once or as soon as it is stored; ``from_`` means ``from``.

        Criteria are the values of variables, ``event_key``, ``event_type``, ``direction``, ``status`` and so on, and
        ``contains`` (a part of the text), ``matches`` (a regular expression) and ``q`` (a search of the page).
        ``after`` is the id of an exchange: only newer ones count.

        Raises:
            CheckFailed: there was none in time; the message contains the criteria.
            UsageError: an unknown criterion.
        """
        query = {name.rstrip("_"): value for name, value in criteria.items()}
        query |= {"timeout_s": f"{timeout_s:g}", **({"after": after} if after else {})}
        return self._call("GET", f"/api/wait?{urlencode(query)}", timeout_s=timeout_s + 10)

    def wait_for(
        self, count: int, *, timeout_s: float = DEFAULT_WAIT_S, after: str | None = None, **criteria: str
    ) -> list[Any]:
        """The newest ``count`` exchanges that fit, as soon as there are that many; see ``wait``.

        Raises:
            CheckFailed: there were fewer in time; the message says how many, and the hint what was received.
        """
        found = self.wait(timeout_s=timeout_s, after=after, count=str(count), **criteria)
        exchanges: list[Any] = found["exchanges"]
        return exchanges

    def expect_none(self, *, timeout_s: float = 1.0, after: str | None = None, **criteria: str) -> None:
        """Check that no exchange fits, now or within ``timeout_s``; see ``wait``.

        Raises:
            CheckFailed: there is one; the hint says which.
        """
        self.wait(timeout_s=timeout_s, after=after, none="true", **criteria)

    def exchanges(self, query: str = "", *, limit: int = 1000) -> list[dict[str, Any]]:
        """Exchanges, newest first; ``query`` is in the search language of the page."""
        found: list[dict[str, Any]] = self._call("GET", f"/api/exchanges?{urlencode({'q': query, 'limit': limit})}")[
            "exchanges"
        ]
        return found

    def set_chaos(self, *, seed: int = 0, **sides: Mapping[str, Any]) -> None:
        """Set chaos for ``ringotel=`` and ``provider=``, such as ``{"status": 500}``; a side that is omitted has none."""
        self._call("POST", "/api/chaos", {**sides, "seed": seed})

    def clear(self) -> None:
        """Delete all exchanges of this inbox."""
        self._call("DELETE", "/api/exchanges")

    def _call(
        self, method: str, path: str, content: Mapping[str, Any] | None = None, *, timeout_s: float = 60.0
    ) -> dict[str, Any]:
        body = json.dumps(content).encode() if content is not None else None
        request = Request(self.url + path, data=body, method=method, headers={"Content-Type": JSON_TYPE})
        try:
            with self._opener.open(request, timeout=timeout_s) as response:
                document: dict[str, Any] = json.load(response)
                return document
        except HTTPError as error:
            with error:
                failure = _failure(error.read(), error.code)
            kind = CheckFailed if error.code in (408, 409) else UsageError
            raise kind(failure["message"] or "", failure["hint"] or "") from None


def _failure(body: bytes, status: int) -> Mapping[str, str | None]:
    """The error in a reply; the HTTP server's own errors, such as for an endless URL, are plain text."""
    try:
        failure: Mapping[str, str | None] = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError):
        return {"message": f"the emulator answered {status}", "hint": body[:200].decode("utf-8", "replace")}
    return failure


async def _no_delay(seconds: float) -> None:
    await asyncio.sleep(0)


@contextmanager
def emulator(
    template: str | Path | Mapping[str, Any],
    *,
    properties: Mapping[str, str] | None = None,
    db: Path | None = None,
    chaos: Mapping[str, Mapping[str, Any]] | None = None,
    seed: int = 0,
    provider_url: str | None = None,
    timeout_s: float = DEFAULT_TIMEOUT_S,
    instant: bool = False,
) -> Iterator[Emulator]:
    """Run an emulator for the duration of the block; ``template`` is the path of a file, or the document itself.

    With ``instant``, receipts and replies of the handset arrive in the same order, but without its delays of a second
    or two.

    With ``provider_url``, messages of the Ringotel user are sent there instead of to the built-in provider: to your own
    server, whose scheme, host and port replace those of ``request_url``. It then needs the ``properties``.

    Raises:
        LocalError: the template cannot be read, or is not a template.
        UsageError: ``provider_url`` is not an http or https URL.
    """
    from ringocli.emulator.config import EmulatorConfig
    from ringocli.emulator.server import in_thread
    from ringocli.http.addresses import check_http_url
    from ringocli.http.transport import Sender

    if provider_url is not None:
        check_http_url("provider_url", provider_url, "http://127.0.0.1:8080")
    secrets: dict[str, Text] = secret_properties(properties or {})
    is_document = isinstance(template, Mapping)
    sender = Sender(timeout_s=timeout_s, connections=8)
    config = EmulatorConfig(
        name="-" if is_document else str(template),
        text=json.dumps(template, indent=2) if isinstance(template, Mapping) else read_text(str(template)),
        db=db,
        values=Values(layers=(Layer(properties=secrets),)),
        chaos={side: ChaosSettings.read(side, (chaos or {}).get(side, {})) for side in SIDES},
        seed=seed,
        provider_url=provider_url,
        send=sender.send if provider_url is not None else None,
        sleep=_no_delay if instant else asyncio.sleep,
    )
    with sender, in_thread(config) as running:
        assert running.runtime is not None
        yield Emulator(running.runtime.url, running.runtime.template_file.template.id)
