"""The steps that need no network: the file, its findings, the round-trip proof and the properties."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ringocli.errors import UsageError
from ringocli.lint.engine import lint
from ringocli.lint.rule import Severity
from ringocli.messaging.proof import prove
from ringocli.messaging.request import auth_texts, names_of
from ringocli.template.model import RequestSpec, Template
from ringocli.template.reader import read_template
from ringocli.template.values import ACCESS_TOKEN, Missing, Values, fill
from ringocli.testing.doctor.steps import StepFailed
from ringocli.text.command_line import command_line
from ringocli.text.document import Document
from ringocli.text.secret import Text, sent
from ringocli.text.url import split_url

PROOF_CASES = 50

_PLACEHOLDER = re.compile(
    r"<.*>|\{.*\}|\$\w+\$?|x{3,}|your[-_ ].*|change-?me|todo|placeholder|\.{3,}|\*{3,}|none|null|undefined",
    re.I,
)


def check_file(document: Document, name: str) -> Template:
    """The template in the file.

    Raises:
        StepFailed: it is not strict JSON, or not a template.
    """
    problem = document.broken or (document.problems[0] if document.problems else None)
    if problem is not None:
        start = document.range_of(problem.start, problem.end).start
        fix = f"Run: {command_line('validate', name, *(() if document.broken else ('--fix',)))}"
        raise StepFailed("parses", f"not JSON at line {start.line}, column {start.column}: {problem.message}", fix)
    if not isinstance(document.value, dict):
        raise StepFailed("parses", "not a template: a JSON object is needed", "Start with: ringocli init")
    return read_template(document.value)


def check_findings(document: Document, name: str) -> str:
    """The findings of the linter below error.

    Raises:
        StepFailed: it has errors.
    """
    findings = lint(document)
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        first = errors[0]
        raise StepFailed(
            "lints",
            f"{first.code} {first.message}{more}",
            f"Run: {command_line('validate', name)}, then {command_line('explain', first.code)}",
        )
    warnings = sum(finding.severity is Severity.WARNING for finding in findings)
    return f"0 errors, {warnings} warning{'s' * (warnings != 1)}"


def check_proof(template: Template, text: str, name: str) -> str:
    """The result of the round-trip proof.

    Raises:
        StepFailed: it has a counter-example.
    """
    certificate = prove(template, text, cases=PROOF_CASES)
    found = certificate.counter_example
    if found is not None:
        raise StepFailed("proves", f"{found.where}: {found.why}", f"Run: {command_line('prove', name)}")
    return f"{certificate.cases} values were read back unchanged"


def check_properties(template: Template, spec: RequestSpec, values: Values, *, live: bool) -> str:
    """Whether every value that the request needs is there and plausible.

    Raises:
        StepFailed: one is missing, or cannot be right.
    """
    needed = names_of(template, spec)
    try:
        given = fill(template, needed, spec.name, values, None if live else Missing.DROP)
    except UsageError as error:
        raise StepFailed("properties", error.message, error.hint) from None
    properties = [name for name in needed if name in template.properties or name == ACCESS_TOKEN]
    missing = [name for name in properties if not given.values.get(name)]
    if missing:
        ways = " ".join(f'--property-env "{name}=VARIABLE"' for name in missing)
        raise StepFailed(
            "properties", f"no value for {', '.join(missing)}", f"Add {ways}, or use --values or --profile."
        )
    for name, problem in _implausible(template, spec, {name: given.values[name] for name in properties}):
        raise StepFailed(
            "properties", f"property {name!r} {problem}", "Correct the value here and in Ringotel's portal."
        )
    return ", ".join(f"{name}: set" for name in properties) or "the request needs none"


def _implausible(template: Template, spec: RequestSpec, values: Mapping[str, Text]) -> Iterator[tuple[str, str]]:
    """Values that cannot be right, with the reason; the value itself is never repeated."""
    in_auth = set(auth_texts(template))
    for name, value in values.items():
        text = sent(value)
        if text != text.strip():
            yield name, "begins or ends with a space or a line break"
        elif any(ord(char) < 32 or ord(char) == 127 for char in text):
            yield name, "contains a control character or a line break"
        elif _PLACEHOLDER.fullmatch(text):
            yield name, "is a placeholder, not a value"
        elif text[0] == text[-1] and text[0] in "\"'" and len(text) > 1:
            yield name, "is in quotes; they would be sent"
        elif f"${name}$" in in_auth and re.match(r"(?:Bearer|Basic|Token)\s", text, re.I):
            yield name, f"begins with {text.split()[0]!r}, which the template adds itself"
        elif f"${name}$" in in_auth and not text.isascii():
            yield name, "contains characters that a header cannot carry"
        elif spec.url.startswith(f"${name}$") and (unusable := split_url(text).problem):
            yield name, f"is the base of the URL, but {unusable}"
