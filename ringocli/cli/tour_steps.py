"""The steps of the tour: each does one thing, checks the result, and describes it in a few lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ringocli.errors import CheckFailed
from ringocli.lint.engine import lint
from ringocli.lint.rule import Severity
from ringocli.template.model import Template
from ringocli.template.preset import Preset, load
from ringocli.template.reader import read_template
from ringocli.template.scaffold import Answers, from_preset
from ringocli.template.variables import Place
from ringocli.testing.context import Emulator
from ringocli.text.document import Document
from ringocli.text.files import write_text

NUMBER, CONTACT = "+12025550100", "+13105550199"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tour:
    """The input of all steps: a preset, and the template made from it."""

    preset: Preset
    path: Path
    template: Template

    @classmethod
    def begin(cls, folder: Path, preset: str) -> Tour:
        """Write the template of a preset.

        Raises:
            UsageError: the preset is unknown.
        """
        found = load(preset)
        document = from_preset(found, Answers()).template
        path = folder / f"{document['id']}.json"
        write_text(path, json.dumps(document, indent=2, ensure_ascii=False), force=True)
        return cls(preset=found, path=path, template=read_template(document))

    def has_event(self, place: Place) -> bool:
        """Whether the template has an event of a kind."""
        return any(event.place is place for event in self.template.events)


@dataclass(frozen=True, slots=True, kw_only=True)
class TourStep:
    """One step; ``run`` yields lines of text, or raises ``CheckFailed``."""

    title: str
    run: Callable[[Tour, Emulator], Iterator[str]]
    command: Callable[[Tour], str] | None = None


def _check(condition: bool, problem: str) -> None:
    if not condition:
        raise CheckFailed(f"the tour failed: {problem}", "Try another --preset, or report this as a bug.")


def _template(tour: Tour, ringotel: Emulator) -> Iterator[str]:
    requests, events = len(tour.template.requests), len(tour.template.events)
    yield f"{tour.path.name}: {requests} requests to {tour.preset.title}, {events} webhooks from it."
    yield "This file is all that you send to Ringotel's support."


def _lint(tour: Tour, ringotel: Emulator) -> Iterator[str]:
    findings = lint(Document.read(tour.path.name, tour.path.read_text("utf-8")))
    errors = [one for one in findings if one.severity is Severity.ERROR]
    _check(not errors, f"{len(errors)} errors in the template")
    yield "No errors. Each finding would show its line, its reason and usually a fix."


def _send(tour: Tour, ringotel: Emulator) -> Iterator[str]:
    sent = ringotel.send(CONTACT, "Hello from Ringotel!", from_=NUMBER)
    _check(sent["matched"] and sent["status"] in ("queued", "sent"), "the provider did not accept the message")
    request = sent["request"]
    yield f"{request['method']} {request['url']}"
    yield _short(request["body"])
    yield f"{sent['reply']['status']}; message id from response_map: {sent['variables'].get('messageid', '(none)')}"


def _receipt(tour: Tour, ringotel: Emulator) -> Iterator[str]:
    if not tour.has_event(Place.DELIVERED):
        yield f"{tour.preset.title} has no receipts that Ringotel can read, so messages stay at 'sent'."
        return
    receipt = ringotel.wait(event_type="messageDelivered")
    _check(receipt["correlates"] is not None, "the receipt does not belong to a message")
    yield _short(receipt["request"]["body"] or receipt["request"]["url"])
    yield "It matches messageDelivered and has the message's id, so the message now shows two ticks."


def _answer(tour: Tour, ringotel: Emulator) -> Iterator[str]:
    received = ringotel.reply(NUMBER, 'Thanks! Is "50 % off" still on?', from_=CONTACT)
    _check(
        received["variables"].get("content") == 'Thanks! Is "50 % off" still on?',
        "the received text differs from the one sent",
    )
    yield f"{received['event_type']} from {received['variables']['from']}: {received['variables']['content']}"


def _send_file(tour: Tour, ringotel: Emulator) -> Iterator[str]:
    if not any(spec.name is Place.SEND_FILE for spec in tour.template.requests):
        yield "This template has no SendFile."
        return
    sent = ringotel.send(CONTACT, media_url=_picture(ringotel), from_=NUMBER)
    _check(sent["matched"], "the provider did not accept the picture")
    yield _short(sent["request"]["body"] or sent["request"]["url"])
    yield "The provider downloads the picture from the URL in the request."


def _receive_file(tour: Tour, ringotel: Emulator) -> Iterator[str]:
    if not tour.has_event(Place.MMS):
        yield f"{tour.preset.title} sends no pictures that Ringotel can read."
        return
    received = ringotel.reply(NUMBER, "Look!", from_=CONTACT, media_url=_picture(ringotel))
    _check(received["event_type"] == "mms", "the picture was received as a text message")
    yield f"mms from {received['variables']['from']}: {received['variables']['url']}"


def _failure(tour: Tour, ringotel: Emulator) -> Iterator[str]:
    sent = ringotel.send("+15005550002", "Will this arrive?", from_=NUMBER)
    if tour.has_event(Place.DELIVERED) and (sent["variables"].get("messageid")):
        failed = ringotel.wait(status="failed", timeout_s=5)
        _check(failed["id"] == sent["id"], "the failed receipt does not belong to the message")
    yield (
        "+1 500 555 0002 is a magic number: the message is accepted, then fails. Ringotel has no event for failures, "
        "so the failed receipt matches nothing, and the message never shows two ticks."
    )


def _picture(ringotel: Emulator) -> str:
    return f"{ringotel.url}/files/sample/picture.png"


def _short(text: str | None) -> str:
    line = " ".join((text or "").split())
    return line if len(line) <= 74 else f"{line[:71]}..."


STEPS = (
    TourStep(title="A template", run=_template, command=lambda tour: f"ringocli init --preset {tour.preset.name}"),
    TourStep(title="Find mistakes", run=_lint, command=lambda tour: f"ringocli validate {tour.path.name}"),
    TourStep(title="Send a message", run=_send, command=lambda tour: f"ringocli emulate {tour.path.name}"),
    TourStep(title="Receive the delivery receipt", run=_receipt),
    TourStep(title="Receive an answer", run=_answer),
    TourStep(title="Send a picture", run=_send_file),
    TourStep(title="Receive a picture", run=_receive_file),
    TourStep(title="Send a message that fails", run=_failure),
)
"""The tour, in order."""
