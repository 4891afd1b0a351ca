"""Makes cases from recorded traffic: an emulator's export, a HAR file, or one request or reply in any form."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringocli.errors import LocalError, RingocliError, UsageError
from ringocli.http.exchange import IncomingRequest, Reply, recorded_request
from ringocli.http.status_codes import SUCCESS
from ringocli.importers.captures import text_of_capture
from ringocli.importers.samples import read_sample
from ringocli.messaging.case_reader import Anything, Case, CaseStep, Expectation
from ringocli.messaging.case_writer import as_toml
from ringocli.messaging.formats.har import HarEntry, read_entries
from ringocli.messaging.provider import receive
from ringocli.messaging.request import names_of
from ringocli.messaging.webhook import read_reply, read_webhook
from ringocli.template.credential_names import is_secret_name
from ringocli.template.model import Template
from ringocli.template.values import Layer
from ringocli.template.variables import BY_NAME
from ringocli.testing.cases.run import run_case
from ringocli.text.files import write_texts
from ringocli.text.secret import redact

_OF_THE_CONNECTION = frozenset(
    {
        "host",
        "content-length",
        "connection",
        "accept",
        "accept-encoding",
        "transfer-encoding",
        "user-agent",
        "date",
        "server",
    }
)
_CREDENTIALS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedExchange:
    """A request with its reply, as it was recorded; a reply alone has no request."""

    request: IncomingRequest | None
    reply: Reply | None = None


def read_recording(content: bytes) -> list[RecordedExchange]:
    """The exchanges of a recording, oldest first.

    Raises:
        UsageError: it contains none.
        LocalError: a part of it cannot be read.
    """
    plain, _ = text_of_capture(content)
    if not plain.strip():
        raise UsageError("the recording is empty", "Provide an emulator export, a HAR file, or a request.")
    found = list(_exchanges(plain.decode("utf-8", "replace")))
    if found:
        return found
    sample = read_sample(content)
    if sample.status is not None:
        return [RecordedExchange(request=None, reply=sample.as_reply())]
    return [RecordedExchange(request=sample.as_request())]


def _exchanges(text: str) -> Iterator[RecordedExchange]:
    """The exchanges of an emulator export (JSON lines, or a page of the API) or of a HAR file; none for other text."""
    try:
        document = json.loads(text)
        documents = document if isinstance(document, list) else [document]
    except (ValueError, RecursionError):
        documents = _json_lines(text)
    for document in documents:
        if not isinstance(document, Mapping):
            continue
        if isinstance(document.get("log"), Mapping):
            yield from map(_of_har, read_entries(document))
        elif isinstance(document.get("exchanges"), list):
            yield from (_of_export(exchange) for exchange in reversed(document["exchanges"]))
        elif _is_exported(document):
            yield _of_export(document)


def _json_lines(text: str) -> list[Any]:
    """The documents of a text with one per line; none for other text.

    Raises:
        LocalError: a line of an export is not valid JSON, as the last one if the file was cut off.
    """
    documents: list[Any] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            documents.append(json.loads(line))
        except (ValueError, RecursionError):
            if any(map(_is_exported, documents)):
                raise LocalError(
                    f"line {number} of the recording is not valid JSON", "Export it again; the file may be incomplete."
                ) from None
            return []
    return documents


def _is_exported(document: Any) -> bool:
    """Whether a document is one exchange of an emulator's export."""
    return isinstance(document, Mapping) and isinstance(document.get("request"), Mapping) and "direction" in document


def _of_export(exchange: Mapping[str, Any]) -> RecordedExchange:
    request, reply = exchange["request"], exchange.get("reply")
    return RecordedExchange(
        request=recorded_request(
            request["method"], request["url"], request.get("headers", ()), str(request.get("body") or "")
        ),
        reply=_reply(reply["status"], reply.get("headers", ()), str(reply.get("body") or "").encode())
        if reply
        else None,
    )


def _of_har(entry: HarEntry) -> RecordedExchange:
    headers = list(entry.headers)
    if entry.media_type and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", entry.media_type))
    return RecordedExchange(
        request=recorded_request(entry.method, entry.url, headers, entry.body or ""),
        reply=_reply(entry.status, (), entry.reply) if entry.status else None,
    )


def _reply(status: int, headers: Any, body: bytes) -> Reply:
    return Reply(status=status, headers=tuple((str(name), str(value)) for name, value in headers), body=body)


def write_case(template: Template, exchanges: list[RecordedExchange], path: Path, *, force: bool) -> list[Path]:
    """Write recorded traffic as a case and its files; returns the written files, the case last.

    Each request that the template makes becomes a ``send`` step with the recorded reply, anything else a webhook. The
    case expects the present results of the template, so check it before you commit it.

    Raises:
        UsageError: the case exists, and ``force`` is not given.
    """
    files: dict[Path, str] = {}
    steps = [_step(template, exchange, number, path, files) for number, exchange in enumerate(exchanges, 1)]
    if os.path.exists(path) and not force:
        raise UsageError(f"{path} exists", "Use --force to overwrite it, or choose another name.")
    return write_steps(template, steps, files, path, path.stem.replace("-", " "))


def write_steps(
    template: Template, steps: Sequence[CaseStep], files: Mapping[Path, str], path: Path, name: str
) -> list[Path]:
    """Write a case with its files, and the requests that its steps make; the written files, the case last.

    Raises:
        LocalError: a file cannot be written.
    """
    case = Case(path=path, name=name, seed=0, values=Layer(), routes={}, steps=tuple(steps))
    new = [file for file in (*files, path) if not os.path.lexists(file)]
    try:
        write_texts({**files, path: as_toml(case)}, force=True)
        results = zip(steps, run_case(template, case).steps, strict=True)
        requests = {
            step.expect.request: result.request
            for step, result in results
            if result.request is not None and step.expect.request is not None
        }
        write_texts(requests, force=True)
    except BaseException:
        for file in new:
            with suppress(OSError):
                os.unlink(file)
        raise
    return [*dict.fromkeys([*files, *requests]), path]


def _step(template: Template, exchange: RecordedExchange, number: int, path: Path, files: dict[Path, str]) -> CaseStep:
    if exchange.request is None:
        spec = template.requests[0] if template.requests else None
        if spec is None:
            raise UsageError("the template has no request that this could be a reply to")
        return send_step(template, str(spec.name), {}, exchange.reply, f"send-{number}", path, files)
    received = receive(template, exchange.request)
    if received.spec is not None and received.fits:
        omitted = {name: "" for name in names_of(template, received.spec) if name in BY_NAME}
        return send_step(
            template,
            str(received.spec.name),
            omitted | dict(received.variables),
            exchange.reply,
            f"send-{number}",
            path,
            files,
        )
    return webhook_step(template, exchange.request, f"webhook-{number}", path, files)


def webhook_step(
    template: Template, request: IncomingRequest, name: str, path: Path, files: dict[Path, str]
) -> CaseStep:
    """A step with a webhook as it was received, which expects the present reading; its file is added to ``files``."""
    webhook = path.with_name(f"{path.stem}.{name}.http")
    files[webhook] = _as_http(request)
    try:
        reading = read_webhook(template, request)
    except RingocliError:
        return CaseStep(id=name, webhook=webhook, expect=Expectation(matched=False))
    if reading.event is None:
        return CaseStep(id=name, webhook=webhook, expect=Expectation(matched=False))
    variables = {key: value for key, value in reading.variables.items() if key in BY_NAME and key != "event_key"}
    return CaseStep(
        id=name, webhook=webhook, expect=Expectation(variables=variables, event=template.name_of(reading.event))
    )


def send_step(
    template: Template,
    request: str,
    variables: Mapping[str, str],
    reply: Reply | None,
    name: str,
    path: Path,
    files: dict[Path, str],
) -> CaseStep:
    """A step that sends these variables, with the recorded reply; the reply's file is added to ``files``.

    An empty text stands for a variable that the request omits.
    """
    expected: dict[str, Any] = {}
    recorded = None
    read = _read(template, request, reply) if reply is not None else None
    if reply is not None and read is not None:
        recorded = path.with_name(f"{path.stem}.{name}.reply.http")
        files[recorded] = _reply_as_http(reply)
        if read.get("messageid"):
            expected["messageid"] = Anything()
    given = {key: value for key, value in variables.items() if value != "***"}
    return CaseStep(
        id=name,
        send=request,
        set=given,
        reply=recorded,
        expect=Expectation(request=path.with_name(f"{path.stem}.{name}.request.http"), variables=expected),
    )


def _read(template: Template, request: str, reply: Reply) -> Mapping[str, Any] | None:
    """What the template takes from a successful reply; None if a template cannot describe its body."""
    if reply.status not in SUCCESS or not reply.body.strip():
        return None
    try:
        return read_reply(template.request(request), reply).bindings
    except LocalError:
        return None


def _as_http(request: IncomingRequest) -> str:
    # The path is a secret, and no event needs it.
    target = f"/webhook?{redact(request.query)}" if request.query else "/webhook"
    lines = [f"{request.method} {target} HTTP/1.1", *_header_lines(request.headers)]
    return "\n".join(lines) + "\n\n" + redact(request.body.decode("utf-8", "replace"))


def _reply_as_http(reply: Reply) -> str:
    return "\n".join([f"HTTP/1.1 {reply.status}", *_header_lines(reply.headers)]) + "\n\n" + redact(reply.text)


def _header_lines(headers: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for name, value in headers:
        if name.lower() not in _OF_THE_CONNECTION:
            yield f"{name}: {'***' if name.lower() in _CREDENTIALS or is_secret_name(name) else redact(value)}"
