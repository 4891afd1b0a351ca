"""For tests: an emulator inside the test's own process, on a free port, forgotten at the end.

::

    from ringocli.testing import emulator

    def test_otp_is_sent():
        with emulator("acme.json") as ringotel:
            sign_up(provider=ringotel.provider_url, phone="+13105550199")
            sent = ringotel.wait(direction="outgoing", to="+13105550199")
            assert "code" in sent["variables"]["content"]

With pytest the fixture ``ringotel_emulator`` does the same (``ringotel = ringotel_emulator("acme.json")``), once
``conftest.py`` says ``pytest_plugins = ["ringocli.testing.plugin"]``.
Exchanges are dicts, as ``/openapi.json`` describes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import ProxyHandler, Request, build_opener

from ringocli.errors import CheckFailed, UsageError
from ringocli.messaging.chaos import SIDES, ChaosSettings
from ringocli.template.values import Layer, Values, secret_properties
from ringocli.text.files import read_text
from ringocli.text.secret import Text


class Emulator:
    """A running emulator, seen from a test. ``inbox`` isolates one user of it from all others."""

    def __init__(self, base: str, template_id: str, inbox: str = "") -> None:
        self._base = base
        self._template_id = template_id
        self.inbox_name = inbox
        self.url = f"{base}/i/{inbox}" if inbox else base
        self._opener = build_opener(ProxyHandler({}))

    @property
    def webhook_url(self) -> str:
        """Where a provider sends its webhooks: Ringotel's side."""
        return f"{self.url}/webhook/{quote(self._template_id, safe='')}"

    @property
    def provider_url(self) -> str:
        """What stands for the scheme and host of the provider's API."""
        return f"{self.url}/provider"

    def inbox(self, name: str) -> Emulator:
        """The same emulator with an inbox of its own."""
        return Emulator(self._base, self._template_id, name)

    def send(self, to: str, content: str = "", *, from_: str, media_url: str | None = None) -> dict[str, Any]:
        """The Ringotel user sends a message, or with ``media_url`` a file; the exchange.

        Raises:
            UsageError: the template cannot do that, or a value is wrong.
        """
        return self._say("/api/send", from_, to, content, media_url)

    def reply(self, to: str, content: str = "", *, from_: str, media_url: str | None = None) -> dict[str, Any]:
        """The contact writes, or sends a file, to an SMS number at Ringotel; the exchange.

        Raises:
            UsageError: the template has no event for it.
        """
        return self._say("/api/reply", from_, to, content, media_url)

    def _say(self, path: str, from_: str, to: str, content: str, media_url: str | None) -> dict[str, Any]:
        said = {"from": from_, "to": to, "content": content, "media_url": media_url}
        return self._call("POST", path, {name: value for name, value in said.items() if value})

    def wait(self, *, timeout_s: float = 10.0, after: str | None = None, **wanted: str) -> dict[str, Any]:
        """The newest exchange that fits, at once or as soon as it comes; ``from_`` stands for ``from``.

        Raises:
            CheckFailed: none came in time; the message says what was waited for.
            UsageError: there is nothing of that name to wait for.
        """
        query = {name.rstrip("_"): value for name, value in wanted.items()}
        query |= {"timeout_s": f"{timeout_s:g}", **({"after": after} if after else {})}
        return self._call("GET", f"/api/wait?{urlencode(query)}", timeout_s=timeout_s + 10)

    def exchanges(self, query: str = "", *, limit: int = 1000) -> list[dict[str, Any]]:
        """What was seen, newest first; ``query`` is the page's search language."""
        found: list[dict[str, Any]] = self._call("GET", f"/api/exchanges?{urlencode({'q': query, 'limit': limit})}")[
            "exchanges"
        ]
        return found

    def set_chaos(self, *, seed: int = 0, **sides: Mapping[str, Any]) -> None:
        """ChaosSettings for ``ringotel=`` and ``provider=``, such as ``{"status": 500}``; a side that is left out is calm."""
        self._call("POST", "/api/chaos", {**sides, "seed": seed})

    def clear(self) -> None:
        """Forget everything that was seen in this inbox."""
        self._call("DELETE", "/api/exchanges")

    def _call(
        self, method: str, path: str, content: Mapping[str, Any] | None = None, *, timeout_s: float = 60.0
    ) -> dict[str, Any]:
        body = json.dumps(content).encode() if content is not None else None
        request = Request(self.url + path, data=body, method=method, headers={"Content-Type": "application/json"})
        try:
            with self._opener.open(request, timeout=timeout_s) as response:
                document: dict[str, Any] = json.load(response)
                return document
        except HTTPError as error:
            with error:
                failure = _failure(error.read(), error.code)
            kind = CheckFailed if error.code == 408 else UsageError
            raise kind(failure["message"] or "", failure["hint"] or "") from None


def _failure(body: bytes, status: int) -> Mapping[str, str | None]:
    """The error in a reply; what the server itself refuses, such as an address without end, is plain text."""
    try:
        failure: Mapping[str, str | None] = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError):
        return {"message": f"the emulator result {status}", "hint": body[:200].decode("utf-8", "replace")}
    return failure


@contextmanager
def emulator(
    template: str | Path | Mapping[str, Any],
    *,
    properties: Mapping[str, str] | None = None,
    db: Path | None = None,
    chaos: Mapping[str, Mapping[str, Any]] | None = None,
    seed: int = 0,
    provider_url: str | None = None,
    timeout_s: float = 10.0,
) -> Iterator[Emulator]:
    """Run an emulator for as long as the block lasts; ``template`` is a file's path or the document itself.

    With ``provider_url``, messages of the Ringotel user are sent there instead of to the built-in provider: to your own
    server, whose scheme, host and port replace those of ``request_url``. It then needs the ``properties``.

    Raises:
        LocalError: the template cannot be read, or is not one.
        UsageError: ``provider_url`` is not an http or https URL.
    """
    from ringocli.emulator.config import EmulatorConfig
    from ringocli.emulator.server import in_thread
    from ringocli.http.transport import Sender

    if provider_url is not None and not provider_url.startswith(("http://", "https://")):
        raise UsageError("provider_url must be an http or https URL", "For example http://127.0.0.1:8080")
    given: dict[str, Text] = secret_properties(properties or {})
    is_document = isinstance(template, Mapping)
    sender = Sender(timeout_s=timeout_s, connections=8)
    config = EmulatorConfig(
        name="-" if is_document else str(template),
        text=json.dumps(template, indent=2) if isinstance(template, Mapping) else read_text(str(template)),
        db=db,
        values=Values(layers=(Layer(properties=given),)),
        chaos={side: ChaosSettings.read(side, (chaos or {}).get(side, {})) for side in SIDES},
        seed=seed,
        provider_url=provider_url,
        send=sender.send if provider_url is not None else None,
    )
    with sender, in_thread(config) as running:
        assert running.runtime is not None
        yield Emulator(running.runtime.url, running.runtime.template_file.template.id)
