"""Test sends and what arrived after them: text for the terminal, and JUnit for a schedule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ringocli.messaging.awaiting.sends import SendResult
from ringocli.text.console import printable, styled
from ringocli.text.layout import milliseconds
from ringocli.text.xml_characters import xml_text


def timeline_text(entries: Sequence[dict[str, Any]]) -> str:
    """The timeline of one send, one line per event."""
    return "\n".join(
        f"  {_offset(entry['at_ms']):>10}  {printable(str(entry['what']))}"
        + (f"  {styled('awaited', 'green')}" if entry["matched"] else "")
        for entry in entries
    )


def _offset(at_ms: float) -> str:
    return f"{'-' if at_ms < 0 else '+'}{milliseconds(abs(at_ms))}"


def sends_text(results: Sequence[SendResult]) -> Iterator[str]:
    """A line for each send, then how many are ok."""
    for result in results:
        mark = styled("ok", "green") if result.ok else styled("failed", "red")
        problem = f"  {printable(result.problem)}" if result.problem else ""
        yield f"row {result.number:>3}  {printable(result.message.recipient):<16}  {mark}{problem}"
    good = sum(result.ok for result in results)
    yield f"{good} of {len(results)} ok"


def as_junit(results: Sequence[SendResult], name: str) -> str:
    """A test case for each send, named by its recipient."""
    from xml.etree import ElementTree

    failed = sum(not result.ok for result in results)
    suite = ElementTree.Element(
        "testsuite", name=name, tests=str(len(results)), failures=str(failed), errors="0", skipped="0"
    )
    for result in results:
        elapsed_s = result.verdict.reply.elapsed_ms / 1000 if result.verdict is not None else 0.0
        arrived = [one.arrival.at - result.sent_at for one in result.awaited if one.arrival is not None]
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=name,
            name=f"row {result.number}: {xml_text(result.message.recipient)}",
            time=f"{max([elapsed_s, *arrived]):.3f}",
        )
        if not result.ok:
            ElementTree.SubElement(case, "failure", message=xml_text(result.problem))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode")
