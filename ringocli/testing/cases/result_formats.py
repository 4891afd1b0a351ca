"""The results of case files as text, JSON and JUnit XML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

from ringocli.testing.cases.outcome import CaseOutcome
from ringocli.testing.cases.run import StepFailure
from ringocli.text.console import printable, styled
from ringocli.text.xml_characters import xml_text

_COLOURS = {"+": "green", "-": "red"}


def as_document(outcomes: Sequence[CaseOutcome]) -> dict[str, Any]:
    """The JSON document of ``test``."""
    failed = sum(not outcome.passed for outcome in outcomes)
    return {
        "schema_version": 1,
        "passed": len(outcomes) - failed,
        "failed": failed,
        "cases": [
            {
                "path": outcome.path.as_posix(),
                "template": outcome.template.as_posix(),
                "name": outcome.name,
                "passed": outcome.passed,
                "error": outcome.error,
                "failures": [
                    {"step": failure.step, "message": failure.message, "diff": list(failure.diff)}
                    for failure in outcome.failures
                ],
                "notes": [{"step": step, "text": text} for step, text in outcome.notes],
            }
            for outcome in outcomes
        ],
    }


def as_text(outcomes: Sequence[CaseOutcome]) -> str:
    """One line per case; below it, each failure with its diff. The last line is the summary."""
    lines: list[str] = []
    for outcome in outcomes:
        mark = styled("passed", "green") if outcome.passed else styled("FAILED", "red", "bold")
        lines.append(f"{mark}  {outcome.path.as_posix()}: {printable(outcome.name)}")
        lines += [f"  {line}" for line in failure_lines(outcome)]
        lines += [printable(f"  note: step {step}: {text}") for step, text in outcome.notes]
    failed = sum(not outcome.passed for outcome in outcomes)
    noun = "case" if len(outcomes) == 1 else "cases"
    lines.append(f"{len(outcomes)} {noun}: {len(outcomes) - failed} passed, {failed} failed")
    return "\n".join(lines)


def failure_lines(outcome: CaseOutcome) -> list[str]:
    """Each failure as a sentence and its diff, in colour if the terminal supports it."""
    lines = [printable(outcome.error)] if outcome.error is not None else []
    for failure in outcome.failures:
        lines += _failure_lines(failure)
    return lines


def _failure_lines(failure: StepFailure) -> list[str]:
    found = [printable(f"step {failure.step}: {failure.message}")]
    for line in failure.diff:
        colour = _COLOURS.get(line[:1])
        found.append("  " + (styled(printable(line), colour) if colour else printable(line)))
    return found


def as_junit(outcomes: Sequence[CaseOutcome]) -> str:
    """JUnit XML: one suite per template, one test case per file."""
    root = ElementTree.Element("testsuites", name="ringocli test")
    for template in dict.fromkeys(outcome.template for outcome in outcomes):
        own = [outcome for outcome in outcomes if outcome.template == template]
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=template.as_posix(),
            tests=str(len(own)),
            failures=str(sum(not outcome.passed and outcome.error is None for outcome in own)),
            errors=str(sum(outcome.error is not None for outcome in own)),
            time=f"{sum(outcome.elapsed_s for outcome in own):.3f}",
        )
        for outcome in own:
            case = ElementTree.SubElement(
                suite,
                "testcase",
                classname=template.stem,
                name=xml_text(outcome.name),
                file=outcome.path.as_posix(),
                time=f"{outcome.elapsed_s:.3f}",
            )
            if outcome.error is not None:
                ElementTree.SubElement(case, "error", message=xml_text(outcome.error))
            for failure in outcome.failures:
                message = xml_text(f"step {failure.step}: {failure.message}")
                ElementTree.SubElement(case, "failure", message=message).text = xml_text("\n".join(failure.diff))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"
