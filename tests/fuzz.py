"""Fuzzing by atheris (``make fuzz``): no input may raise, hang, leak a secret or be answered with a 500.

The first byte chooses the target; the variable ``FUZZ_TARGET`` chooses one for a whole run.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import atheris

# The folder of this file would hide the standard library's http behind tests/http.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

with atheris.instrument_imports(include=["ringocli"]):
    from ringocli.emulator.config import EmulatorConfig
    from ringocli.emulator.server import in_thread
    from ringocli.errors import RingocliError
    from ringocli.http.error_text import provider_message
    from ringocli.http.exchange import IncomingRequest, Reply
    from ringocli.http.outgoing import host_header
    from ringocli.http.reply_parser import MalformedReply, ReplyParser
    from ringocli.importers.curl.reader import read_curl
    from ringocli.importers.draft import Pastes, from_pastes
    from ringocli.importers.learn.webhook_samples import WebhookSample
    from ringocli.importers.samples import read_sample
    from ringocli.importers.sources import request_in
    from ringocli.lint.completion import completions, explanation, outline
    from ringocli.lint.engine import lint
    from ringocli.lint.fixing import fixed_text
    from ringocli.lint.formats import NAMES, STATISTICS, write
    from ringocli.lint.report import Linted, Report
    from ringocli.messaging.case_reader import read_case
    from ringocli.messaging.comparison.compare import compare
    from ringocli.messaging.request import render_event, render_request
    from ringocli.messaging.webhook import read_reply, read_webhook
    from ringocli.template.preset import load
    from ringocli.template.presets import names
    from ringocli.template.reader import read_template
    from ringocli.template.scaffold import Answers
    from ringocli.template.values import Missing, Values
    from ringocli.text.document import Document
    from ringocli.text.secret_search import Masker
    from ringocli.text.url import split_target, split_url
    from tests.conftest import ACME
    from tests.text.test_secret_search import ENCODINGS

GOOD = json.dumps(ACME, indent=1)
CORRECT = read_template(ACME)
TEMPLATES = [CORRECT, *(read_template(dict(load(name).template)) for name in names())]
TYPES = [
    None,
    "application/json",
    "application/x-www-form-urlencoded",
    "application/vnd.api+json; charset=utf-16",
    "application/x-www-form-urlencoded; charset=shift_jis",
    "text/xml",
    "text/plain; charset=utf-7",
]
CASE = Path(tempfile.mkdtemp()) / "case.toml"
SECRET = "k3y/with+odd=chars&<more>\"and'quotes"


def check(text: str) -> None:
    """Lint, format, fix, complete and match."""
    document = Document.read("fuzzed", text)
    findings = lint(document)
    report = Report(files=(Linted(document=document, findings=findings),))
    for name in (*NAMES, STATISTICS):
        write(report, name)
    once, _ = fixed_text(document)
    assert fixed_text(Document.read("fuzzed", once))[0] == once
    assert once == text or len(lint(Document.read("fuzzed", once))) < len(findings)
    for offset in {0, len(text) // 3, len(text) // 2, len(text)}:
        completions(document, offset)
        explanation(document, offset)
    outline(document)
    template = read_template(document.value)
    with contextlib.suppress(RingocliError):
        read_webhook(template, IncomingRequest(method="POST", body=text.encode("utf-8", "replace"), query=""))
    use(template)


def use(template: Any) -> None:
    """Render everything, as commands do with a template that has errors."""
    for spec in template.requests:
        with contextlib.suppress(RingocliError):
            render_request(template, spec, Values(layers=()), Missing.SAMPLE)
    for event in template.events:
        with contextlib.suppress(RingocliError):
            render_event(template, event, Values(layers=()), Missing.SAMPLE)


def diff(rest: bytes) -> None:
    """A mutated template, compared with the correct one in both directions."""
    template = read_template(Document.read("fuzzed", mutant(rest)).value)
    compare(CORRECT, template)
    compare(template, CORRECT)


def lint_text(rest: bytes) -> None:
    """Any text as a template."""
    check(rest.decode("utf-8", "replace"))


def lint_mutant(rest: bytes) -> None:
    """A correct template with text inserted in the middle and a piece removed."""
    check(mutant(rest))


def mutant(rest: bytes) -> str:
    """A correct template with a change."""
    at = int.from_bytes(rest[:2], "big") % len(GOOD)
    gone = rest[2] if len(rest) > 2 else 0
    return GOOD[:at] + rest[3:].decode("utf-8", "replace") + GOOD[at + gone % 40 :]


def paste_curl(rest: bytes) -> None:
    """A pasted command, and the template that is drafted from it."""
    with contextlib.suppress(RingocliError):
        for pasted in read_curl("fuzzed", "curl https://sms.acme.example/send " + rest.decode("utf-8", "replace")):
            from_pastes(Pastes(send=pasted), Answers())


def paste_any(rest: bytes) -> None:
    """Anything that may be pasted as a request, with webhooks and a reply beside it."""
    kind, _, content = rest.partition(b"\0")
    pieces = content.split(b"\0", 3)
    with contextlib.suppress(RingocliError):
        pasted = request_in("fuzzed", pieces[0].decode("utf-8", "replace"), None, None)
        samples = []
        for name, piece in zip(("message", "delivered"), pieces[1:3], strict=False):
            incoming = read_sample(piece, name).as_request()
            samples.append(WebhookSample(kind=name, name=name, incoming=incoming))
        reply = read_sample(pieces[3], "reply").as_reply() if len(pieces) > 3 else None
        hints = {"content": kind.decode("utf-8", "replace")} if kind else {}
        from_pastes(Pastes(send=pasted, samples=samples, reply=reply, hints=hints), Answers())


def match(rest: bytes) -> None:
    """A webhook against a template of some provider."""
    template = TEMPLATES[rest[0] % len(TEMPLATES)] if rest else CORRECT
    kind = TYPES[rest[1] % len(TYPES)] if len(rest) > 1 else None
    query, _, body = rest[2:].partition(b"\n")
    headers = (("Content-Type", kind),) if kind else ()
    method = ("POST", "GET", "PUT")[len(query) % 3]
    incoming = IncomingRequest(method=method, query=query.decode("latin-1"), headers=headers, body=body)
    with contextlib.suppress(RingocliError):
        read_webhook(template, incoming)
    with contextlib.suppress(RingocliError):
        read_webhook(template, read_sample(rest[2:]).as_request())


def transport(rest: bytes) -> None:
    """A reply in two pieces, and the parsed result."""
    parser = ReplyParser()
    at = rest[0] if rest else 0
    try:
        parser.feed(rest[1 : 1 + at])
        parser.feed(rest[1 + at :])
        parser.finish()
    except MalformedReply:
        return
    if parser.started:
        understand(parser.reply(0.0))
    headers, _, body = rest.partition(b"\n")
    kind = TYPES[headers[0] % len(TYPES)] if headers else None
    understand(Reply(status=400, headers=(("Content-Type", kind),) if kind else (), body=body))


def understand(reply: Reply) -> None:
    """Read a reply as every command does."""
    provider_message(reply)
    provider_message(reply, errors_only=True)
    for template in TEMPLATES:
        for spec in template.requests:
            with contextlib.suppress(RingocliError):
                read_reply(spec, reply)


def urls(rest: bytes) -> None:
    """Any text as a URL; one that can be requested has a host and a port in range."""
    text = rest.decode("utf-8", "replace")
    split_target(text)
    for url in (text, f"https://{text}", f"http://user@{text}:8080/"):
        parts = split_url(url)
        if parts.problem is None:
            host_header(parts).encode("ascii")


def masking(rest: bytes) -> None:
    """A secret in any encoding inside any text is masked."""
    names = list(ENCODINGS)
    face = ENCODINGS[names[rest[0] % len(names)]](SECRET) if rest else SECRET
    at = rest[1] if len(rest) > 1 else 0
    text = rest[2:].decode("utf-8", "replace")
    shown = Masker((SECRET,)).mask(text[:at] + face + text[at:])
    assert face not in shown


def cases(rest: bytes) -> None:
    """A case file."""
    CASE.write_bytes(rest)
    with contextlib.suppress(RingocliError):
        read_case(CASE, {})


class RunningEmulator:
    """An emulator in a thread; requests are bytes on a new connection."""

    port = 0

    def start(self) -> None:
        """Start it, once."""
        ready = threading.Event()

        def serve() -> None:
            with in_thread(EmulatorConfig(name="-", text=GOOD, max_exchanges=200)) as running:
                self.port = running.port
                ready.set()
                threading.Event().wait()

        threading.Thread(target=serve, daemon=True).start()
        ready.wait()

    def exchange(self, content: bytes) -> bytes:
        """The whole response to some bytes."""
        if not self.port:
            self.start()
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as client:
            client.sendall(content)
            client.shutdown(socket.SHUT_WR)
            received = b""
            with contextlib.suppress(ConnectionError):
                while chunk := client.recv(65536):
                    received += chunk
                    if b"text/event-stream" in received:  # it never ends
                        break
            return received


EMULATOR = RunningEmulator()
PATHS = ["/webhook/acme", "/provider/v1/messages", "/api/exchanges", "/api/send", "/api/reply", "/api/paste",
         "/api/play", "/api/wait?timeout_s=0", "/api/chaos", "/api/export?format=har", "/api/files", "/files/a/b"]  # fmt: skip


def emulator(rest: bytes) -> None:
    """Raw bytes, and a well-formed request with any path, header and body, at a running emulator."""
    choice = rest[0] if rest else 0
    if choice < 64:
        content = rest[1:]
    else:
        path, _, more = rest[1:].partition(b"\n")
        header, _, body = more.partition(b"\n")
        target = PATHS[choice % len(PATHS)].encode() + quote(path, safe="/?&=%").encode()
        method = b"GET" if choice % 4 == 0 else b"POST"
        content = b"%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n" % (method, target, len(body))
        content += header.replace(b"\r", b"") + b"\r\n\r\n" + body if b":" in header else b"\r\n" + body
    received = EMULATOR.exchange(content)
    assert b" 500 " not in received.partition(b"\r\n")[0], received[:400]


TARGETS: dict[str, Callable[[bytes], None]] = {
    one.__name__: one
    for one in (lint_text, lint_mutant, diff, paste_curl, paste_any, match, transport, urls, masking, cases, emulator)
}


def one(content: bytes) -> None:
    """Run one fuzz input."""
    chosen = os.environ.get("FUZZ_TARGET")
    names = list(TARGETS)
    TARGETS[chosen or names[content[0] % len(names) if content else 0]](content[1:])


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
