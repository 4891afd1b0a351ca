"""The steps of the tour: each does one thing, checks what came of it, and says so in a few lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringocli.errors import CheckFailed
from ringocli.lint.engine import lint
from ringocli.lint.rule import Severity
from ringocli.template.model import Template
from ringocli.template.presets import Preset, load
from ringocli.template.reader import read_template
from ringocli.template.scaffold import Answers, from_preset
from ringocli.template.variables import Place
from ringocli.testing.context import Emulator
from ringocli.text.document import Document

NUMBER, CONTACT = "+12025550100", "+13105550199"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tour:
    """What the steps work on: a preset, and the template that was made from it."""

    preset: Preset
    path: Path
    template: Template

    @classmethod
    def begin(cls, folder: Path, preset: str) -> Tour:
        """Write the template of a preset.

        Raises:
            UsageError: there is no such preset.
        """
        found = load(preset)
        document = from_preset(found, Answers()).template
        path = folder / f"{document['id']}.json"
        path.write_text(json.dumps(document, indent=2, ensure_ascii=False), "utf-8")
        return cls(preset=found, path=path, template=read_template(document))

    def takes(self, place: Place) -> bool:
        """Whether the template has an event of a kind."""
        return any(event.place is place for event in self.template.events)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step; ``run`` yields what it found, or raises ``CheckFailed``."""

    title: str
    run: Callable[[Tour, Emulator], Iterator[str]]
    command: Callable[[Tour], str] | None = None


def _check(holds: bool, what: str) -> None:
    if not holds:
        raise CheckFailed(f"the tour stopped: {what}", "Run it with another --preset, or report it.")


def _template(tour: Tour, ringotel: Emulator) -> Iterator[str]:
    requests, events = len(tour.template.requests), len(tour.template.events)
    yield f"{tour.path.name}: {requests} requests to {tour.preset.title}, {events} webhooks from it."
    yield "This one file is what Ringotel's support gets."


def _lint(tour: Tour, ringotel: Emulator) -> Iterator[str]:
    findings = lint(Document.read(tour.path.name, tour.path.read_text("utf-8")))
    errors = [one for one in findings if one.severity is Severity.ERROR]
    _check(not errors, f"{len(errors)} errors in the template")
    yield "no error. Every mistake would have its line, its reason and mostly its fix."


def _send(tour: Tour, ringotel: Emulator) -> Iterator[str]:
    sent = ringotel.send(CONTACT, "Hello from Ringotel!", from_=NUMBER)
    _check(sent["matched"] and sent["status"] in ("queued", "sent"), "the provider did not take the message")
    request = sent["request"]
    yield f"{request['method']} {request['url']}"
    yield _short(request["body"])
    yield f"{sent['reply']['status']}, and response_map found the id {sent['variables'].get('messageid', '(none)')}"


def _receipt(tour: Tour, ringotel: Emulator) -> Iterator[str]:
    if not tour.takes(Place.DELIVERED):
        yield f"{tour.preset.title} has no receipts that Ringotel could read: messages stay at 'sent'."
        return
    receipt = ringotel.wait(event_type="messageDelivered")
    _check(receipt["correlates"] is not None, "the receipt belongs to no message")
    yield _short(receipt["request"]["body"] or receipt["request"]["url"])
    yield "matches messageDelivered, and its id is the one of the message: two ticks."


def _answer(tour: Tour, ringotel: Emulator) -> Iterator[str]:
    taken = ringotel.reply(NUMBER, 'Thanks! Is "50 % off" still on?', from_=CONTACT)
    _check(taken["variables"].get("content") == 'Thanks! Is "50 % off" still on?', "the text came back changed")
    yield f"{taken['event_type']} from {taken['variables']['from']}: {taken['variables']['content']}"


def _send_file(tour: Tour, ringotel: Emulator) -> Iterator[str]:
    if not any(spec.name is Place.SEND_FILE for spec in tour.template.requests):
        yield "this template has no SendFile."
        return
    sent = ringotel.send(CONTACT, media_url=_picture(ringotel), from_=NUMBER)
    _check(sent["matched"], "the provider did not take the picture")
    yield _short(sent["request"]["body"] or sent["request"]["url"])
    yield "the provider fetches the picture from the address in it."


def _receive_file(tour: Tour, ringotel: Emulator) -> Iterator[str]:
    if not tour.takes(Place.MMS):
        yield f"{tour.preset.title} sends no pictures that Ringotel could read."
        return
    taken = ringotel.reply(NUMBER, "Look!", from_=CONTACT, media_url=_picture(ringotel))
    _check(taken["event_type"] == "mms", "the picture arrived as a text: the mistake that everybody makes once")
    yield f"mms from {taken['variables']['from']}: {taken['variables']['url']}"


def _miss(tour: Tour, ringotel: Emulator) -> Iterator[str]:
    sent = ringotel.send("+15005550002", "Will this arrive?", from_=NUMBER)
    if tour.takes(Place.DELIVERED) and (sent["variables"].get("messageid")):
        failed: dict[str, Any] = ringotel.wait(status="failed", timeout_s=5)
        _check(failed["id"] == sent["id"], "the failed message is another one")
    yield (
        "+1 500 555 0002 is a magic number: it takes the message and fails. Ringotel has no event for that, so the "
        "failed receipt matches nothing, and the message never shows two ticks."
    )


def _picture(ringotel: Emulator) -> str:
    return f"{ringotel.url}/files/sample/picture.png"


def _short(text: str | None) -> str:
    line = " ".join((text or "").split())
    return line if len(line) <= 74 else f"{line[:71]}..."


STEPS = (
    Step(title="A template", run=_template, command=lambda tour: f"ringocli init --preset {tour.preset.name}"),
    Step(title="What would break", run=_lint, command=lambda tour: f"ringocli validate {tour.path.name}"),
    Step(title="A message goes out", run=_send, command=lambda tour: f"ringocli emulate {tour.path.name}"),
    Step(title="The delivery receipt comes", run=_receipt),
    Step(title="The handset answers", run=_answer),
    Step(title="A picture goes out", run=_send_file),
    Step(title="A picture comes in", run=_receive_file),
    Step(title="A message fails", run=_miss),
)
"""The tour, in order."""
