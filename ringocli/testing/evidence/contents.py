"""Builds the members of an evidence file from a template and its cases; the same input gives the same bytes."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from ringocli.errors import CheckFailed, UsageError
from ringocli.http.content_types import JSON_TYPE
from ringocli.http.exchange import json_reply
from ringocli.lint.engine import lint
from ringocli.lint.formats import write as write_findings
from ringocli.lint.report import Linted, Report
from ringocli.lint.rule import Severity
from ringocli.messaging.case_reader import read_case
from ringocli.messaging.formats.har import entry_object, rendered_object, response_object
from ringocli.messaging.formats.proof import as_document as proof_document
from ringocli.messaging.proof import DEFAULT_CASES, prove
from ringocli.messaging.provider import accepted_reply
from ringocli.messaging.request import render_event, render_request
from ringocli.template.assumptions import assumptions
from ringocli.template.model import Template
from ringocli.template.pattern.pattern import Constant, Leaf
from ringocli.template.preset import Preset, of_host
from ringocli.template.reader import read_template
from ringocli.template.values import Layer, Missing, Values
from ringocli.template.variables import Place, sample
from ringocli.testing.cases.discovery import CaseFile
from ringocli.testing.cases.outcome import CaseOutcome, run_case_file
from ringocli.testing.cases.run import case_files_of
from ringocli.testing.evidence.facts import EvidenceFacts, ShownExchange
from ringocli.testing.evidence.mail import mail_text
from ringocli.testing.evidence.report import report_html
from ringocli.text.document import Document
from ringocli.text.files import new_folder, read_bytes, temporary_folder, write_bytes, write_text
from ringocli.text.pointer import as_text as pointer_text
from ringocli.text.secret import Secret
from ringocli.text.url import split_url
from ringocli.version import __version__

TEMPLATE, MANIFEST, RECORDED = "template.json", "manifest.json", "exchanges.har"
_DATE = "1980-01-01T00:00:00.000Z"
"""Rendered exchanges have no date; HAR needs one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceInput:
    """The input that evidence is built from. ``cases`` are the case files and the files they name, by member path.

    ``recorded`` is a HAR file of real exchanges, already masked; without it, sample exchanges are rendered.
    """

    template: str
    cases: Mapping[str, bytes] = field(default_factory=dict)
    recorded: str | None = None
    seed: int = 0
    proof_cases: int = DEFAULT_CASES


def collect_cases(files: list[CaseFile], folder: Path) -> dict[str, bytes]:
    """Case files and the files they name, by their paths below the template's folder.

    Raises:
        UsageError: a case names a file outside that folder, or contains property values.
    """
    found: dict[str, bytes] = {}
    for file in files:
        case = read_case(file.path, None)
        if case.values.properties:
            raise UsageError(
                f"{file.path}: contains property values, which are secrets",
                "Remove [values.properties]; test fills properties with ***.",
            )
        for path in (file.path, *case_files_of(case)):
            found[_member(path, folder)] = read_bytes(str(path))
    return found


def _member(path: Path, folder: Path) -> str:
    resolved, root = Path(os.path.realpath(path)), os.path.realpath(folder)
    if not resolved.is_relative_to(root):
        raise UsageError(f"{path} is outside of {folder}", "Move it into the template's folder.")
    return PurePosixPath(*resolved.relative_to(root).parts).as_posix()


def build(given: EvidenceInput) -> dict[str, bytes]:
    """All members by name, the manifest last.

    Raises:
        CheckFailed: the template has errors, a counter-example, or a case that fails.
    """
    document = Document.read(TEMPLATE, given.template)
    if document.broken is not None or not isinstance(document.value, dict):
        raise CheckFailed("the template is not a JSON object", "Run ringocli validate to see what is wrong.")
    template = read_template(document.value)
    linted = Linted(document, lint(document))
    errors = sum(finding.severity is Severity.ERROR for finding in linted.findings)
    if errors:
        raise CheckFailed(f"the template has {errors} error{'s' * (errors != 1)}", "Run ringocli validate to see them.")
    certificate = prove(template, given.template, seed=given.seed, cases=given.proof_cases)
    if not certificate.proved:
        raise CheckFailed("the round-trip proof failed", "Run ringocli prove to see the counter-example.")
    outcomes = _run_cases(given)
    failed = [outcome for outcome in outcomes if not outcome.passed]
    if failed:
        names = ", ".join(outcome.path.as_posix() for outcome in failed)
        raise CheckFailed(f"cases fail: {names}", "Run ringocli test to see the differences.")
    preset = _preset_of(template)
    facts = EvidenceFacts(
        template=template,
        preset=preset,
        sha256=hashlib.sha256(given.template.encode()).hexdigest(),
        findings=tuple(f"{finding.severity.value} {finding.code} {finding.message}" for finding in linted.findings),
        certificate=certificate,
        outcomes=outcomes,
        numbers=certificate.rows,
        exchanges=_shown_exchanges(template),
    )
    members = {
        TEMPLATE: given.template.encode(),
        "lint.json": _text(write_findings(Report(files=[linted]), "json")),
        "certificate.json": _json(proof_document(certificate)),
        "tests.json": _json(_tests_document(outcomes)),
        RECORDED: _text(given.recorded if given.recorded is not None else _rendered_har(template, preset)),
        "report.html": _text(report_html(facts)),
        "mail.txt": _text(mail_text(template, preset)),
        **given.cases,
    }
    return {**members, MANIFEST: _json(_manifest(given, facts, members))}


def _text(text: str) -> bytes:
    return (text if text.endswith("\n") else text + "\n").encode("utf-8", "replace")


def _json(document: Any) -> bytes:
    return _text(json.dumps(document, ensure_ascii=False, indent=2))


def _manifest(given: EvidenceInput, facts: EvidenceFacts, members: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "versions": {"ringocli": __version__, "case_format": 1},
        "template": {"id": facts.template.id, "name": facts.template.name, "sha256": facts.sha256},
        "seeds": {"prove": given.seed},
        "proof_cases": given.proof_cases,
        "recorded": [RECORDED] if given.recorded is not None else [],
        "cases": sorted(given.cases),
        "assumptions": assumptions(facts.numbers),
        "members": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(members.items())},
    }


def _preset_of(template: Template) -> Preset | None:
    for spec in template.requests:
        preset = of_host(split_url(spec.url).hostname or "")
        if preset is not None:
            return preset
    return None


def _run_cases(given: EvidenceInput) -> tuple[CaseOutcome, ...]:
    """Run the cases in a temporary folder, so that nothing but the evidence is used."""
    outcomes = []
    with temporary_folder() as name:
        folder = Path(name)
        write_text(folder / TEMPLATE, given.template, force=True)
        for member, content in given.cases.items():
            path = folder / member
            with new_folder(path.parent):
                write_bytes(path, content, force=True)
        for member in sorted(given.cases):
            if member.endswith(".toml"):
                outcome = run_case_file(CaseFile(folder / member, folder / TEMPLATE))
                outcomes.append(outcome.named(Path(member), Path(TEMPLATE)))
    return tuple(outcomes)


def _tests_document(outcomes: tuple[CaseOutcome, ...]) -> dict[str, Any]:
    cases = [{"path": one.path.as_posix(), "name": one.name, "passed": one.passed} for one in outcomes]
    return {"schema_version": 1, "passed": sum(one.passed for one in outcomes), "cases": cases}


def _masked_values(template: Template) -> Values:
    """Samples for all variables, and properties that are shown as ``***``."""
    secrets = {name: Secret(f"sample-{number}", remembered=False) for number, name in enumerate(template.properties)}
    hosts = {name: "https://sample.example" for name in template.properties if _starts_a_url(template, name)}
    return Values(layers=(Layer(properties={**secrets, **hosts}),))


def _starts_a_url(template: Template, name: str) -> bool:
    return any(spec.url.startswith(f"${name}$") for spec in template.requests)


def _shown_exchanges(template: Template) -> tuple[ShownExchange, ...]:
    """Each request and event with sample values, and what Ringotel reads."""
    from ringocli.http.exchange import as_incoming
    from ringocli.http.request_formats import as_http
    from ringocli.messaging.webhook import read_webhook

    values = _masked_values(template)
    found = []
    for spec in template.requests:
        request = render_request(template, spec, values, Missing.SAMPLE)
        places = [pointer_text(pointer) for pointer, leaf in spec.reply.leaves if _is_message_id(leaf)]
        reads = f"message id from {places[0] or 'the whole reply'}" if places else "no message id"
        found.append(
            ShownExchange(title=f"API.{spec.name}", text=as_http(request), reads=f"Read from the reply: {reads}")
        )
    for event in template.events:
        request = render_event(template, event, values)
        variables = read_webhook(template, as_incoming(request)).variables
        pairs = ", ".join(f"{name} = {value}" for name, value in variables.items() if name != "event_key")
        found.append(
            ShownExchange(title=f"Webhook {event.label}", text=as_http(request), reads=f"Read from it: {pairs}")
        )
    return tuple(found)


def _is_message_id(leaf: Leaf | Constant) -> bool:
    return isinstance(leaf, Leaf) and "messageid" in leaf.names


def _rendered_har(template: Template, preset: Preset | None) -> str:
    """Sample exchanges: each request with the reply that response_map reads, each event with an empty 200."""
    values = _masked_values(template)
    entries = []
    for spec in template.requests:
        reply = accepted_reply(spec, sample("messageid", Place.RESPONSE_MAP), preset)
        response = response_object(reply.status, reply.headers, reply.text, JSON_TYPE, body_bytes=len(reply.body))
        request = rendered_object(render_request(template, spec, values, Missing.SAMPLE))
        entries.append(entry_object(_DATE, request, response, comment=f"{spec.name}: rendered, not sent"))
    for event in template.events:
        reply = json_reply(200, {})
        request = rendered_object(render_event(template, event, values))
        response = response_object(200, (), "", "", body_bytes=0)
        entries.append(entry_object(_DATE, request, response, comment=f"{event.label}: rendered, not sent"))
    log = {"version": "1.2", "creator": {"name": "ringocli", "version": __version__}, "entries": entries}
    return json.dumps({"log": log}, ensure_ascii=False, indent=2)
