"""The first case of a new template: the pasted samples that the template reads as what they were pasted for."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

from ringocli.errors import RingocliError
from ringocli.http.exchange import IncomingRequest
from ringocli.http.received import decode_query
from ringocli.importers.draft import Pastes
from ringocli.importers.learn.sample_leaves import leaves_of
from ringocli.importers.learn.url_credentials import secret_parts
from ringocli.importers.learn.value_shapes import is_phone, is_url
from ringocli.importers.learn.webhook_samples import WebhookSample
from ringocli.importers.samples import read_sample
from ringocli.messaging.case_reader import CaseStep
from ringocli.messaging.webhook import document_of, read_webhook, taken_by
from ringocli.template.credential_names import is_secret_name
from ringocli.template.model import Template
from ringocli.template.scaffold import Draft
from ringocli.template.variables import BY_NAME, event_type_named
from ringocli.testing.cases.discovery import FOLDER
from ringocli.testing.cases.recorded import send_step, webhook_step, write_steps
from ringocli.text.files import new_folder
from ringocli.text.mask import MASK, MIN_SEARCHED_LENGTH
from ringocli.text.secret import Secret, redact_tree

LEAST_WORD = 4
"""A shorter secret is masked only behind its name: elsewhere, the same characters often mean something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCase:
    """The files that were written, the case last; ``left_out`` says which samples are not in it, and why."""

    files: tuple[Path, ...] = ()
    left_out: tuple[str, ...] = ()


def write_first_case(template: Template, draft: Draft, pastes: Pastes, beside: Path, *, force: bool) -> FirstCase:
    """Write the case into the folder ``cases`` beside the template; an existing one is kept unless ``force`` is given.

    It contains no credentials: those of the pasted requests are masked, and so are values with a name such as ``token``
    in replies and webhooks.

    Raises:
        LocalError: a file cannot be written.
    """
    path = beside.parent / FOLDER / f"{beside.stem}-samples.toml"
    if os.path.exists(path) and not force:
        return FirstCase(left_out=(f"{path} exists and was kept",))
    _hide_credentials(draft, pastes)
    files: dict[Path, str] = {}
    steps = [
        send_step(
            template, str(spec.name), _values(draft, str(spec.name)), pastes.reply, _IDS[str(spec.name)], path, files
        )
        for spec in template.requests
        if (pastes.send if spec.name == "SendMessage" else pastes.file) is not None
    ]
    left_out: list[str] = []
    for sample in pastes.samples:
        step = _webhook(template, sample, len(steps) + 1, path, files)
        if step is None:
            left_out.append(f"{sample.name}: the template does not read it as {sample.kind}")
        else:
            steps.append(step)
    if pastes.reply is not None:
        named = _named_secrets(IncomingRequest(headers=pastes.reply.headers, body=pastes.reply.body))
        replies = {step.reply for step in steps}
        files = {file: _without_short(text, named) if file in replies else text for file, text in files.items()}
    if not steps:
        return FirstCase(left_out=tuple(left_out))
    name = f"the samples that {draft.template['name']} was learned from"
    with new_folder(path.parent):
        return FirstCase(files=tuple(write_steps(template, steps, files, path, name)), left_out=tuple(left_out))


_IDS = {"SendMessage": "text", "SendFile": "file"}


def _values(draft: Draft, request: str) -> dict[str, str]:
    """The variables of the pasted request with their values in it."""
    return {
        decision.variable: decision.value
        for decision in draft.decisions
        if decision.pointer[:2] == ("API", request)
        and decision.variable in BY_NAME
        and decision.variable != "messageid"
        and "***" not in decision.value
        and not decision.is_assumed
    }


def _webhook(
    template: Template, sample: WebhookSample, number: int, path: Path, files: dict[Path, str]
) -> CaseStep | None:
    """The step of a sample; None if the template reads it as another kind than it was pasted as."""
    try:
        reading = read_webhook(template, sample.incoming)
    except RingocliError:
        return None
    found = reading.event.type if reading.event is not None else None
    if found != event_type_named(sample.kind):
        return None
    kept = dict(files)
    name = f"{sample.kind}-{number}"
    step = webhook_step(template, sample.incoming, name, path, kept)
    assert step.webhook is not None
    text = kept[step.webhook]
    named = _named_secrets(sample.incoming)
    for written in (_without_short(text, named), _without_named(text, named), text):
        masked = read_sample(written.encode()).as_request()
        if redact_tree(taken_by(template, masked)) == redact_tree(taken_by(template, sample.incoming)):
            return webhook_step(template, masked, name, path, files)
    return None  # its event is recognised by a value that is masked as a credential


def _hide_credentials(draft: Draft, pastes: Pastes) -> None:
    """Register every pasted credential as a secret, so that it is masked in every file."""
    for value in draft.saved.values():
        if isinstance(value, str):
            Secret(value)
    for sample in pastes.samples:
        _hide_named(sample.incoming)
    if pastes.reply is not None:
        _hide_named(IncomingRequest(headers=pastes.reply.headers, body=pastes.reply.body))


def _hide_named(incoming: IncomingRequest) -> None:
    """Make the values with the names of secrets, and those in URLs, secrets."""
    for _, value in _named_secrets(incoming):
        Secret(value)


def _named_secrets(incoming: IncomingRequest) -> list[tuple[str, str]]:
    """The values with the names of secrets, and those in URLs, each with the name of its field."""
    found = [(name, value) for name, value in incoming.headers if is_secret_name(name)]
    try:
        document = document_of(incoming._replace(method=incoming.method or "POST"))
    except RingocliError:
        return found
    for leaf in [*leaves_of(document), *leaves_of(decode_query(incoming.query).tree)]:
        if any(is_secret_name(name) for name in leaf.names[:3]) and not is_phone(leaf.value) and " " not in leaf.text:
            found.append((leaf.name, leaf.text))
        for part in secret_parts(leaf.text) if is_url(leaf.value) else ():
            found.append((leaf.name, leaf.text[part.start : part.end]))
    return found


def _without_short(text: str, named: Iterable[tuple[str, str]]) -> str:
    """A message with the secrets masked that are too short to be searched for everywhere.

    One that is not behind its name, such as the second of a list or a part of a URL, is masked where it is a whole word,
    unless that is the name of a field.
    """
    for name, value in named:
        without = _without_named(text, [(name, value)])
        if without == text and LEAST_WORD <= len(value) < MIN_SEARCHED_LENGTH:
            without = re.sub(
                rf"(?<![\w$])(?P<bare>(?<=[\[:,\s]))?(?:{_spelled(value)})(?![\w$=]|\"\s*:)(?P<end>(?=\s*[\]}},]))?",
                lambda found: MASK if found["bare"] is None or found["end"] is None else f'"{MASK}"',
                text,
            )
        text = without
    return text


def _without_named(text: str, named: Iterable[tuple[str, str]]) -> str:
    """A message with the secrets masked that are too short to be searched for; each is looked for behind its name."""
    for name, value in named:
        if 0 < len(value) < MIN_SEARCHED_LENGTH:
            text = re.sub(
                rf'(?<![\w-])(?P<before>"?{re.escape(name)}"?\s*(?P<sign>[:=])\s*(?P<quote>"?))(?:{_spelled(value)})'
                r"(?=(?P=quote)(?:[&,;}\]\s]|$))",
                lambda found: (
                    f"{found['before']}{MASK}"
                    if found["sign"] == "=" or found["quote"]
                    else f'{found["before"]}"{MASK}"'
                ),
                text,
            )
    return text


def _spelled(value: str) -> str:
    """A pattern of a value as JSON, a form and a URL contain it."""
    spellings = (value, quote_plus(value), quote(value), json.dumps(value)[1:-1])
    return "|".join(dict.fromkeys(map(re.escape, spellings)))
