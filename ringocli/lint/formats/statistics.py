"""``--statistics``: the number of findings per rule."""

from __future__ import annotations

from collections import Counter

from ringocli.lint.report import Report


def write(report: Report) -> str:
    """One line per rule with the number of files, the most frequent rule first."""
    counts: Counter[tuple[str, str, str]] = Counter()
    files: dict[str, set[str]] = {}
    for linted in report.files:
        for found in linted.findings:
            counts[(found.code, found.severity.value, found.slug)] += 1
            files.setdefault(found.code, set()).add(linted.document.name)
    lines = [
        f"{number:>6}  {code}  {severity:<8} {slug} ({len(files[code])} file{'s' * (len(files[code]) != 1)})"
        for (code, severity, slug), number in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    return "\n".join([*lines, report.summary])
