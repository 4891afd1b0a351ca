"""export: documents that validators accept, and receivers that hold a conversation with the emulator."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from jsonschema import Draft202012Validator

from ringocli.messaging.comparison.webhooks import failed_forms, plain_forms
from ringocli.messaging.export.json_schema import event_schema
from ringocli.template.preset import load
from ringocli.template.presets import names
from ringocli.template.reader import read_template
from ringocli.testing import emulator
from tests.conftest import ACME, SAMPLES, Command
from tests.loopback import unused_port
from tests.servers import LANGUAGES, quick_server, run_own_test, server


@pytest.mark.parametrize("name", names())
def test_openapi_is_valid(ringocli: Command, folder: Path, name: str) -> None:
    """Every preset is exported as OpenAPI 3.1, with its requests as paths and its events as webhooks."""
    from openapi_spec_validator import validate  # a quarter of a second, in each process that collects tests

    done = ringocli("export", SAMPLES / f"{name}.json", "--to", "openapi", "--output", "-")
    assert 0 == done.code, done.err
    document = done.document
    validate(document)
    template = read_template(load(name).template)
    operations = {operation["operationId"] for item in document["paths"].values() for operation in item.values()}
    assert {str(spec.name) for spec in template.requests} <= {word for one in operations for word in one.split("Or")}
    assert len({event.label for event in template.events}) == len(document["webhooks"])


@pytest.mark.parametrize("name", names())
def test_a_schema_accepts_its_own_event_and_no_failed_receipt(name: str) -> None:
    """The schema of an event and the matching of webhooks agree."""
    for event in read_template(load(name).template).events:
        validator = Draft202012Validator(event_schema(event))
        validator.check_schema(event_schema(event))
        assert all(validator.is_valid(tree) for tree in plain_forms(event))
        assert not any(validator.is_valid(tree) for tree in failed_forms(event))
        assert not validator.is_valid({})


def test_there_is_one_schema_file_per_event(ringocli: Command, acme: Path) -> None:
    """The folder is the id; nothing is overwritten without --force."""
    assert 0 == ringocli("export", acme, "--to", "json-schema").code
    written = sorted(path.name for path in Path("acme").iterdir())
    assert ["message-message.schema.json", "messageDelivered-delivered.schema.json", "mms-file.schema.json"] == written
    done = ringocli("export", acme, "--to", "json-schema")
    assert (2, True) == (done.code, "--force" in done.err)
    assert 0 == ringocli("export", acme, "--to", "json-schema", "--force").code


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receiver_has_a_conversation_with_the_emulator(ringocli: Command, acme: Path, language: str) -> None:
    """A message with its receipt, an echo, a received message and a received file are exchanged."""
    assert 0 == ringocli("export", acme, "--to", "receiver", "--lang", language, "--output", "server").code
    port = unused_port()
    properties = {"API key": "right-key-4711"}
    with emulator(acme, properties=properties, provider_url=f"http://127.0.0.1:{port}") as ringotel:
        settings = {"PORT": str(port), "RINGOTEL_WEBHOOK_URL": ringotel.webhook_url, "API_KEY": "right-key-4711"}
        with server(Path("server"), settings) as url:
            sent = ringotel.send("+13105550199", "Hi 👋", from_="+12025550100")
            out = ringotel.wait(direction="outgoing", content="Hi 👋", status="delivered")
            assert sent["id"] == out["id"]
            assert "Echo: Hi 👋" == ringotel.wait(event_key="message")["variables"]["content"]
            _post(f"{url}/incoming", {"from": "+13105550199", "to": "+12025550100", "content": "Hello back"})
            ringotel.wait(event_key="message", content="Hello back")
            _post(
                f"{url}/incoming",
                {"from": "+13105550199", "to": "+12025550100", "url": "https://files.example/cat.jpg"},
            )
            ringotel.wait(event_key="file", url="https://files.example/cat.jpg")
            ringotel.send("+13105550199", from_="+12025550100", media_url="https://files.example/dog.jpg")
            ringotel.wait(direction="outgoing", name="SendFile", status="delivered")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receiver_sends_each_webhook_with_its_method(ringocli: Command, folder: Path, language: str) -> None:
    """A receiver sends the values of events with GET in the query, after the query of the webhook URL."""
    template = copy.deepcopy(ACME)
    for event in template["Webhook"]:
        event["request_method"] = "GET"
        event["request_parameters"] = {"method": "$event_key$", **event["request_parameters"]["params"]}
    Path("acme.json").write_text(json.dumps(template), "utf-8")
    assert 0 == ringocli("export", "acme.json", "--to", "receiver", "--lang", language, "--output", "server").code
    port = unused_port()
    with emulator("acme.json", properties={"API key": "k-4711"}, provider_url=f"http://127.0.0.1:{port}") as ringotel:
        settings = {"PORT": str(port), "RINGOTEL_WEBHOOK_URL": ringotel.webhook_url, "API_KEY": "k-4711"}
        with quick_server(Path("server"), settings):
            ringotel.send("+13105550199", "Hi & 👋", from_="+12025550100")
            ringotel.wait(direction="outgoing", content="Hi & 👋", status="delivered")
            assert "Echo: Hi & 👋" == ringotel.wait(event_key="message")["variables"]["content"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receiver_refuses_a_wrong_credential(ringocli: Command, acme: Path, language: str) -> None:
    """The credential is compared with the property from the environment."""
    assert 0 == ringocli("export", acme, "--to", "receiver", "--lang", language, "--output", "server").code
    port = unused_port()
    with (
        server(Path("server"), {"PORT": str(port), "API_KEY": "right-key-4711"}) as url,
        emulator(acme, properties={"API key": "wrong-key-4711"}, provider_url=url) as ringotel,
    ):
        ringotel.send("+13105550199", "Hi", from_="+12025550100")
        assert 401 == ringotel.wait(direction="outgoing", status="refused")["reply"]["status"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", names())
def test_the_receivers_own_test_passes(ringocli: Command, folder: Path, name: str, language: str) -> None:
    """The generated test passes for every preset."""
    template = SAMPLES / f"{name}.json"
    assert 0 == ringocli("export", template, "--to", "receiver", "--lang", language, "--output", "server").code
    run_own_test(Path("server"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receiver_takes_only_whole_messages_from_its_owner(ringocli: Command, acme: Path, language: str) -> None:
    """Null counts as absent, also as the URL of a file; a message without its text is refused."""
    assert 0 == ringocli("export", acme, "--to", "receiver", "--lang", language, "--output", "server").code
    with emulator(acme) as ringotel:
        settings = {"RINGOTEL_WEBHOOK_URL": ringotel.webhook_url, "API_KEY": "right-key-4711"}
        with quick_server(Path("server"), settings) as url:
            numbers = {"from": "+13105550199", "to": "+12025550100"}
            for wrong in ({}, numbers, {**numbers, "content": None}, {**numbers, "content": {"a": 1}}):
                with pytest.raises(HTTPError, match="422"):
                    _post(f"{url}/incoming", wrong)
            _post(f"{url}/incoming", {**numbers, "content": "Hello", "url": None})
            assert "Hello" == ringotel.wait(event_type="message")["variables"]["content"]


def _post(url: str, document: Any) -> None:
    from urllib.request import ProxyHandler, Request, build_opener

    request = Request(url, data=json.dumps(document).encode(), headers={"Content-Type": "application/json"})
    with build_opener(ProxyHandler({})).open(request, timeout=10) as reply:
        assert 200 <= reply.status < 300
