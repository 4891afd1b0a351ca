"""The report as one HTML file without script, which is readable without its style sheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import TYPE_CHECKING

from ringocli.template.assumptions import assumptions
from ringocli.text.console import printable
from ringocli.version import __version__

if TYPE_CHECKING:
    from ringocli.testing.evidence.facts import EvidenceFacts

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
pre { background: #f4f4f4; color: #111; padding: .75rem; overflow-wrap: anywhere; white-space: pre-wrap; }
table { border-collapse: collapse; } td, th { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; }
th { white-space: nowrap; } td, p, li, h1, h3 { overflow-wrap: anywhere; }
@media (max-width: 40rem) { th, td { display: block; } th { padding-bottom: 0; } td { padding-left: 1rem; } }
@media print { body { font-size: 10pt; margin: 0; } pre, tr, li { break-inside: avoid; } h2, h3 { break-after: avoid; } }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee; } pre { background: #222; color: #eee; } }
"""


def report_html(facts: EvidenceFacts) -> str:
    """The whole page: the verdict, what the template does, what was checked, and the assumptions."""
    return "\n".join(_lines(facts)) + "\n"


def _lines(facts: EvidenceFacts) -> Iterator[str]:
    template = facts.template
    title = f"{template.name} ({template.id}): evidence"
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>"
    yield f"<h1>{_text(template.name)}</h1>"
    passed = f"{_counted(len(facts.outcomes), 'test case')} passed" if facts.outcomes else "no test cases"
    yield (
        f"<p><strong>No errors, round-trip proof passed, {passed}.</strong> The results apply under the assumptions "
        "listed at the end; they do not mean that Ringotel accepts the file.</p>"
    )
    yield "<h2>The template</h2>"
    yield from _table(_identity(facts))
    yield "<h2>What it sends and reads</h2>"
    yield "<p>Rendered with sample values; credentials are shown as ***.</p>"
    for one in facts.exchanges:
        yield f"<h3>{_text(one.title)}</h3>\n<pre>{_text(one.text)}</pre>\n<p>{_text(one.reads)}</p>"
    if facts.preset is not None and facts.preset.not_expressible:
        yield "<h2>What Ringotel cannot do for this provider</h2>"
        yield from _table((entry.what, entry.why) for entry in facts.preset.not_expressible)
    yield "<h2>What was checked</h2>"
    yield from _table(_checks(facts))
    if facts.findings:
        yield "<h3>Findings below error</h3>\n<ul>"
        yield from (f"<li>{_text(finding)}</li>" for finding in facts.findings)
        yield "</ul>"
    if facts.outcomes:
        yield "<h3>Test cases</h3>\n<ul>"
        yield from (f"<li>{_text(one.path.as_posix())}: {_text(one.name)}</li>" for one in facts.outcomes)
        yield "</ul>"
    yield "<h2>Assumptions about undocumented behaviour</h2>"
    yield from _table((str(entry["row"]), str(entry["text"])) for entry in assumptions(facts.numbers))
    yield "<h2>Check it yourself</h2>"
    yield "<pre>ringocli bundle verify FILE</pre>"
    yield "<p>compares the SHA-256 of every file with manifest.json, then lints, proves and tests the template again and"
    yield f"compares the results. Built with ringocli {__version__}.</p>"
    yield "</body>\n</html>"


def _identity(facts: EvidenceFacts) -> Iterator[tuple[str, str]]:
    template = facts.template
    yield "id", template.id
    yield "SHA-256", facts.sha256
    yield "fields in the portal", ", ".join(template.properties) or "none"
    yield "requests", ", ".join(f"{spec.name} ({spec.method} {spec.url})" for spec in template.requests) or "none"
    yield "events", ", ".join(event.label for event in template.events) or "none"
    if facts.preset is not None:
        yield "number format", facts.preset.numbers["portal_setting"]
        yield "webhook URL", facts.preset.webhook_console


def _checks(facts: EvidenceFacts) -> Iterator[tuple[str, str]]:
    certificate = facts.certificate
    yield "validate", f"0 errors, {_counted(len(facts.findings), 'other finding')}"
    yield (
        "prove",
        f"{certificate.cases} cases in {_counted(len(certificate.parts), 'part')}, seed {certificate.seed}: passed",
    )
    yield "test", f"{_counted(len(facts.outcomes), 'case')} passed"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _table(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield "<table>"
    yield from (f"<tr><th>{_text(name)}</th><td>{_text(value)}</td></tr>" for name, value in rows)
    yield "</table>"


def _text(text: str) -> str:
    return escape(printable(text))
