"""A proof as text and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ringocli.messaging.proof import Certificate, CounterExample
from ringocli.template.assumptions import assumptions
from ringocli.text.console import styled

_EXCERPT = 300


def as_document(certificate: Certificate) -> dict[str, Any]:
    """The JSON document of ``prove``."""
    found = certificate.counter_example
    return {
        "schema_version": 1,
        "proved": certificate.proved,
        "template_sha256": certificate.template_sha256,
        "seed": certificate.seed,
        "cases": certificate.cases,
        "parts": list(certificate.parts),
        "assumptions": assumptions(certificate.rows),
        "counter_example": None
        if found is None
        else {
            "where": found.where,
            "why": found.why,
            "first": dict(found.first),
            "second": dict(found.second),
            "bytes": found.sent,
        },
    }


def as_text(certificate: Certificate) -> str:
    """The certificate, or the counter-example, for people."""
    if certificate.counter_example is not None:
        return _counter_example(certificate.counter_example)
    lines = [f"{styled('Passed', 'green')}: every rendered value was read back unchanged.", ""]
    lines += [f"  {part}" for part in certificate.parts]
    lines += [
        "",
        f"  {certificate.cases} cases, seed {certificate.seed}",
        f"  template sha256 {certificate.template_sha256}",
        "",
        "Based on these assumptions about undocumented Ringotel behaviour:",
    ]
    lines += [f"  {entry['row']:>2}  {entry['text']}" for entry in assumptions(certificate.rows)]
    return "\n".join(_wrapped(line) for line in lines)


def _wrapped(line: str) -> str:
    import textwrap

    return textwrap.fill(line, 79, subsequent_indent="      ", break_long_words=False) if len(line) > 79 else line


def _counter_example(found: CounterExample) -> str:
    lines = [f"{styled('Failed', 'red', 'bold')}: {found.where}: {found.why}", "", "  rendered"]
    lines += _listed(found.first)
    lines.append("  read back")
    lines += _listed(found.second)
    excerpt = found.sent if len(found.sent) <= _EXCERPT else found.sent[:_EXCERPT] + "..."
    return "\n".join([*lines, "  bytes", f"    {excerpt}"])


def _listed(values: Mapping[str, str]) -> list[str]:
    return [f"    {name} = {value[:_EXCERPT]!r}" for name, value in values.items()] or ["    nothing"]
