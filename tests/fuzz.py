"""Fuzzing by atheris (``make fuzz``): no bytes, no JSON, no mutated template and no pasted command may raise.

The first byte chooses what the rest is; what the linter says is then printed in every form, and every fix is applied.
"""

from __future__ import annotations

import contextlib
import json
import sys

import atheris

with atheris.instrument_imports(include=["ringocli"]):
    from ringocli.errors import RingocliError
    from ringocli.http.exchange import IncomingRequest
    from ringocli.importers.curl.reader import read_curl
    from ringocli.importers.draft import Pastes, from_pastes
    from ringocli.lint.completion import completions, explanation, outline
    from ringocli.lint.engine import lint
    from ringocli.lint.fixing import fixed_text
    from ringocli.lint.formats import NAMES, STATISTICS, write
    from ringocli.lint.report import Linted, Report
    from ringocli.messaging.webhook import read_webhook
    from ringocli.template.reader import read_template
    from ringocli.template.scaffold import Answers
    from ringocli.text.document import Document

sys.path.insert(0, __file__.rsplit("/tests/", 1)[0])
from tests.conftest import ACME

GOOD = json.dumps(ACME, indent=1)


def check(text: str) -> None:
    """Lint, format, fix, complete and match."""
    document = Document.read("fuzzed", text)
    findings = lint(document)
    report = Report(files=(Linted(document=document, findings=findings),))
    for name in (*NAMES, STATISTICS):
        write(report, name)
    once, _ = fixed_text(document)
    assert fixed_text(Document.read("fuzzed", once))[0] == once
    for offset in {0, len(text) // 3, len(text) // 2, len(text)}:
        completions(document, offset)
        explanation(document, offset)
    outline(document)
    template = read_template(document.value)
    with contextlib.suppress(RingocliError):
        read_webhook(template, IncomingRequest(method="POST", body=text.encode("utf-8", "replace"), query=""))


def paste(text: str) -> None:
    """Parse the text as a pasted command and draft a template from it."""
    with contextlib.suppress(RingocliError):
        for pasted in read_curl("fuzzed", text):
            from_pastes(Pastes(send=pasted), Answers())


def one(content: bytes) -> None:
    """Run one fuzz input."""
    kind, rest = content[:1], content[1:]
    text = rest.decode("utf-8", "replace")
    if kind < b"\x40":
        check(text)
    elif kind < b"\x80":
        paste("curl https://sms.acme.example/send " + text)
    else:
        # A correct template with text inserted in the middle and a piece removed.
        at = int.from_bytes(rest[:2], "big") % len(GOOD)
        gone = rest[2] if len(rest) > 2 else 0
        check(GOOD[:at] + rest[3:].decode("utf-8", "replace") + GOOD[at + gone % 40 :])


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
