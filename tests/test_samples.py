"""Samples and examples: every preset has them, they match, and every line of help runs."""

from __future__ import annotations

import json
import os
import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest

from ringocli.cli.commands import COMMANDS
from ringocli.importers.samples import read_sample
from ringocli.messaging.request import render_event, render_request
from ringocli.messaging.webhook import read_reply, read_webhook
from ringocli.template.preset import load
from ringocli.template.presets import names
from ringocli.template.reader import read_template
from ringocli.template.values import Missing, Values
from ringocli.text.files import read_bytes
from tests.conftest import ROOT, SAMPLES, Command
from tests.loopback import Answer, serving

KINDS = {"message": "message", "mms": "mms", "delivered": "messageDelivered", "failed": None}
BODIES = [path for name in names() for path in sorted((SAMPLES / name).glob("*.http"))]


@pytest.mark.parametrize("name", names())
def test_a_sample_is_its_presets_template(name: str) -> None:
    """A sample template is exactly what init writes for its preset."""
    assert load(name).template == json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("name", names())
def test_a_sample_renders(name: str) -> None:
    """Every request and every event renders with sample values."""
    template = read_template(load(name).template)
    for spec in template.requests:
        assert render_request(template, spec, Values(), Missing.SAMPLE).host
    for event in template.events:
        assert render_event(template, event, Values(), Missing.SAMPLE).variables


@pytest.mark.parametrize("path", BODIES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_an_inbound_sample_matches_its_event(path: Path) -> None:
    """Messages, files and receipts match their own event; a failed receipt matches none; replies give the id."""
    template = read_template(load(path.parent.name).template)
    sample = read_sample(read_bytes(str(path)))
    if path.stem == "reply":
        spec = template.request("SendMessage")
        if spec.response_map is not None:
            assert read_reply(spec, sample.as_reply(None)).bindings["messageid"]
        return
    reading = read_webhook(template, sample.as_request(method=None, content_type=None, query=None))
    assert KINDS[path.stem] == (reading.event.type if reading.event else None)
    if path.stem in ("message", "mms"):
        assert {"2135550100", "3105550199"} == {reading.variables[key][-10:] for key in ("from", "to")}


RUNNING_UNTIL_STOPPED = ("emulate",)
EXAMPLES = [
    example
    for name, path in COMMANDS.items()
    if name not in RUNNING_UNTIL_STOPPED
    for example in import_module(f"ringocli.cli.{path}").EXAMPLES
]


@pytest.mark.usefixtures("ring")
@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_the_help_runs(
    ringocli: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, example: str
) -> None:
    """Every command in the help works as written, against a server on the port it names."""
    monkeypatch.chdir(tmp_path)
    os.symlink(SAMPLES, tmp_path / "samples")
    monkeypatch.setenv("TELNYX_KEY", "sample-key")
    assert 0 == ringocli("secret", "set", "acme", stdin="sample-key").code
    with serving(Answer.json({"data": {"id": "m1"}})) as server:
        line = re.sub(r"127\.0\.0\.1:\d+", f"127.0.0.1:{server.port}", example)
        done = ringocli(*shlex.split(line)[1:], stdin="typed\n")
    assert 0 == done.code, done.err


def test_readme_names_every_command() -> None:
    """The README names every command."""
    readme = (ROOT / "README.md").read_text("utf-8")
    for command in set(COMMANDS) - {"clean", "schema", "lsp"}:
        assert f"ringocli {command}" in readme
    assert "@@" not in readme
