"""Case files as tests: what passes, what fails and how it reads, updating, recording, JUnit and pytest."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from ringocli.errors import UsageError
from ringocli.testing import emulator
from ringocli.testing.cases.discovery import selects
from ringocli.testing.cases.request_text import difference
from tests.conftest import ACME, Command
from tests.loopback import Answer, serving

CASE = """\
schema = 1
name = "conversation"   # a comment that stays
[values]
number = "+12135550100"
contact = "+13105550199"
[routes]
inbound = {env = "NOT_SET_IN_TESTS"}

[[step]]
id = "out"
send = "SendMessage"
set = {content = "Your code is 4711 👋"}
reply = {file = "reply.http"}
expect = {request = "out.http", variables = {messageid = {any = true}}}

[[step]]
id = "receipt"
event = "messageDelivered"
set = {messageid = {from = "out.messageid"}}
expect = {status = "2xx", within = "2s", variables = {messageid = "m-1"}}

[[step]]
webhook = "failed.http"
expect = {matched = false}
"""


@pytest.fixture
def conversation(acme: Path) -> Path:
    """A case beside the template, with its files; it passes."""
    cases = acme.parent / "cases"
    cases.mkdir()
    (cases / "conversation.toml").write_text(CASE, "utf-8")
    (cases / "reply.http").write_text(
        'HTTP/1.1 200 OK\nContent-Type: application/json\n\n{"data":{"id":"m-1"}}', "utf-8"
    )
    (cases / "failed.http").write_text('POST / HTTP/1.1\n\n{"method":"failed","params":{"messageid":"m-1"}}', "utf-8")
    (cases / "out.http").write_text(
        "POST /v1/messages HTTP/1.1\nHost: sms.acme.example\nAuthorization: Bearer ***\n"
        'content-type: application/json\n\n{"to": "+13105550199", "from": "+12135550100",\n "text": "Your code is 4711 👋"}\n',
        "utf-8",
    )
    return cases / "conversation.toml"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_case_passes_whatever_the_order_of_keys_and_headers(ringocli: Command, conversation: Path) -> None:
    """Requests are compared by meaning; routes, status and within need no network and no environment."""
    done = ringocli("test")
    assert (0, "") == (done.code, done.err)
    assert "passed  cases/conversation.toml: conversation\n1 case: 1 passed, 0 failed\n" == done.out


def test_a_changed_request_is_shown_as_a_diff(ringocli: Command, conversation: Path) -> None:
    """The diff has one line for the parameter that differs, before and after."""
    edit(conversation.parent.parent / "acme.json", '"text": "$content$"', '"body": "$content$"')
    done = ringocli("test", conversation)
    assert 1 == done.code
    assert "step out: the request differs from out.http" in done.out
    assert '-  "text": "Your code is 4711 👋"' in done.out
    assert '+  "body": "Your code is 4711 👋"' in done.out
    assert 1 == sum(line.strip().startswith("- ") for line in done.out.splitlines())


def test_a_failed_receipt_that_matches_is_a_failure(ringocli: Command, conversation: Path) -> None:
    """A webhook that must match nothing is named with the event that takes it."""
    edit(conversation.parent / "failed.http", '"failed"', '"delivered"')
    done = ringocli("test", "--format", "json")
    (case,) = done.document["cases"]
    assert [("step-3", "matches messageDelivered:delivered, but nothing should match")] == [
        (failure["step"], failure["message"]) for failure in case["failures"]
    ]


def test_a_webhook_that_matches_nothing_shows_the_nearest_event(ringocli: Command, conversation: Path) -> None:
    """Each difference is shown with its pointer, the expected and the found value."""
    edit(conversation, "\nexpect = {matched = false}", "")
    edit(conversation.parent / "failed.http", '"method":"failed"', '"type":"delivered"')
    out = ringocli("test").out
    assert "step step-3: matches no event" in out
    assert "- /method = " in out


def test_variables_that_differ_are_shown(ringocli: Command, conversation: Path) -> None:
    """The output has the expected and the found value of each variable."""
    edit(conversation, 'variables = {messageid = "m-1"}', 'variables = {messageid = "m-2"}')
    out = ringocli("test").out
    assert "- messageid = 'm-2'" in out
    assert "+ messageid = 'm-1'" in out


def test_update_keeps_everything_else(ringocli: Command, conversation: Path) -> None:
    """--update writes the expected request and variables; comments, references and ``any`` stay."""
    edit(conversation.parent.parent / "acme.json", '"text": "$content$"', '"body": "$content$"')
    edit(conversation, 'variables = {messageid = "m-1"}', 'variables = {messageid = "m-2"}')
    done = ringocli("test", "--update")
    assert (0, 2) == (done.code, done.err.count("updated "))
    assert CASE == conversation.read_text("utf-8")
    assert '"body"' in (conversation.parent / "out.http").read_text("utf-8")
    assert (0, "") == (ringocli("test", "--update").code, ringocli("test").err)


def test_a_case_with_a_byte_order_mark_is_found_and_updated(ringocli: Command, conversation: Path) -> None:
    """A case written on Windows is found in its folder; --update keeps its byte order mark and line breaks."""
    windows = f"\ufeff{CASE}".replace("\n", "\r\n").encode()
    conversation.write_bytes(windows.replace(b'messageid = "m-1"', b'messageid = "m-0"'))
    assert (1, True) == ((done := ringocli("test")).code, "- messageid = 'm-0'" in done.out)
    assert 0 == ringocli("test", "--update").code
    assert windows == conversation.read_bytes()


def test_update_names_a_request_after_a_step_with_any_id(ringocli: Command, acme: Path) -> None:
    """Characters that a file's name cannot have are replaced; the file is in the folder of the case."""
    cases = acme.parent / "cases"
    cases.mkdir()
    step = 'id = "../out/1: first"\nsend = "SendMessage"\nset = {from = "1", to = "2", content = "x"}'
    (cases / "a.toml").write_text(f"schema = 1\n[[step]]\n{step}\n", "utf-8")
    assert 0 == ringocli("test", "--update").code
    assert ["a...-out-1- first.http", "a.toml"] == sorted(path.name for path in cases.iterdir())
    assert 0 == ringocli("test").code


def test_junit_has_one_test_per_case(ringocli: Command, conversation: Path) -> None:
    """A failed case is a failure with its diff, a case that cannot be read an error."""
    edit(conversation.parent.parent / "acme.json", '"text": "$content$"', '"body": "$content$"')
    (conversation.parent / "broken.toml").write_text("schema = 1\nname =", "utf-8")
    assert 1 == ringocli("test", "--junit", "report.xml").code
    root = ElementTree.parse("report.xml").getroot()
    cases = {case.get("name"): case for case in root.iter("testcase")}
    assert {"conversation", "broken"} == set(cases)
    failure = cases["conversation"].find("failure")
    assert failure is not None
    assert "body" in str(failure.text)
    assert cases["broken"].find("error") is not None
    assert ("2", "1", "1") == tuple(root.find("testsuite").get(key) for key in ("tests", "failures", "errors"))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("expression", "selected"),
    [("conv", True), ("not conv", False), ("nope or CONV", True), ("conv and nope", False), ("cases and not x", True)],
)
def test_cases_are_selected_by_words(expression: str, selected: bool) -> None:
    """-k takes parts of names with and, or, not."""
    assert selected is selects(expression, ("cases/conversation.toml", "Conversation"))


def test_a_case_belongs_to_the_template_it_is_named_after(ringocli: Command, conversation: Path) -> None:
    """With several templates in the folder, the name of the case decides; if it names none, the error suggests --template."""
    folder = conversation.parent.parent
    other = json.loads(json.dumps(ACME).replace('"text"', '"body"'))
    (folder / "other.json").write_text(json.dumps(other), "utf-8")
    done = ringocli("test")
    assert (2, True) == (done.code, "--template" in done.err)
    assert 0 == ringocli("test", "--template", "acme.json").code
    conversation.rename(conversation.with_name("acme-conversation.toml"))
    assert 0 == ringocli("test").code
    assert 0 == ringocli("test", "acme.json").code
    assert (3, True) == ((done := ringocli("test", "other.json")).code, "no cases found" in done.err)


def exchanges(path: Path) -> list[dict[str, Any]]:
    """The export of a conversation from a real emulator."""
    with emulator(path, properties={"API key": "k"}) as ringotel:
        ringotel.send("+13105550199", "Hi there", from_="+12135550100")
        ringotel.wait(event_key="delivered")
        ringotel.reply("+12135550100", "Hello back", from_="+13105550199")
        return [ringotel._call("GET", f"/api/exchanges/{brief['id']}") for brief in reversed(ringotel.exchanges())]


def test_an_export_of_the_emulator_becomes_a_case(ringocli: Command, acme: Path) -> None:
    """Sends, receipts and answers are recorded in order, without credentials, and the case passes."""
    lines = "\n".join(json.dumps(exchange) for exchange in exchanges(acme))
    (acme.parent / "export.jsonl").write_text(lines, "utf-8")
    done = ringocli("test", "acme.json", "--record", "export.jsonl", "--name", "talk")
    assert 0 == done.code, done.err
    text = (acme.parent / "cases" / "acme-talk.toml").read_text("utf-8")
    assert ['send = "SendMessage"'] == [line for line in text.splitlines() if line.startswith("send")]
    assert 2 == text.count("webhook = ")
    assert 0 == ringocli("test").code
    written = "".join(path.read_text("utf-8") for path in (acme.parent / "cases").iterdir())
    assert "Bearer ***" in written
    assert (2, True) == (
        (again := ringocli("test", "acme.json", "--record", "export.jsonl", "--name", "talk")).code,
        "--force" in again.err,
    )


def test_a_har_entry_becomes_a_case(ringocli: Command, acme: Path) -> None:
    """An entry of send-test --har becomes a send step with the recorded reply."""
    with serving(Answer.json({"data": {"id": "m-7"}})) as server:
        sent = ringocli("send-test", "acme.json", "--url", server.url, "--missing", "sample", "--har", "out.har")
    assert 0 == sent.code
    assert 0 == ringocli("test", "acme.json", "--record", "out.har").code
    assert "m-7" in (acme.parent / "cases" / "acme-out.send-1.reply.http").read_text("utf-8")
    assert 0 == ringocli("test").code


def test_a_webhook_in_any_form_becomes_a_case(ringocli: Command, acme: Path) -> None:
    """A bare body on stdin becomes a webhook step; for one that matches no event, the case expects no match."""
    bodies = {"ok": '{"method":"delivered","params":{"messageid":"m"}}', "bad": '{"method":"bounced"}'}
    for name, body in bodies.items():
        assert 0 == ringocli("test", "acme.json", "--record", "-", "--name", name, stdin=body).code
    assert "matched = false" in (acme.parent / "cases" / "acme-bad.toml").read_text("utf-8")
    assert 0 == ringocli("test").code


@pytest.mark.parametrize("name", ["a\nb", "a\tb", "\x1b[31m", "a/b", ".."])
def test_a_case_has_a_name_that_can_be_printed(ringocli: Command, acme: Path, name: str) -> None:
    """Other names are refused, and nothing is written."""
    done = ringocli("test", acme, "--record", "-", "--name", name, stdin='{"method": "delivered"}')
    assert (2, []) == (done.code, list(acme.parent.glob("**/*.toml"))), done.err


def test_pytest_collects_case_files(conversation: Path) -> None:
    """Each case is one test; a failure is a diff without a traceback."""
    edit(conversation.parent.parent / "acme.json", '"text": "$content$"', '"body": "$content$"')
    (conversation.parent / "receipt.toml").write_text('schema = 1\n[[step]]\nevent = "delivered"\n', "utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "ringocli.testing.plugin",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir=.",
    ]
    done = subprocess.run(command, cwd=conversation.parent.parent, capture_output=True, text=True, check=False)
    assert 1 == done.returncode, done.stdout + done.stderr
    assert "1 failed, 1 passed" in done.stdout
    assert '+  "body": "Your code is 4711' in done.stdout
    assert "Traceback" not in done.stdout
    assert "def runtest" not in done.stdout


def test_a_case_that_names_a_missing_file_fails_at_its_step(ringocli: Command, conversation: Path) -> None:
    """The other steps still run."""
    (conversation.parent / "reply.http").unlink()
    (case,) = ringocli("test", "--format", "json").document["cases"]
    assert ["out", "receipt"] == [failure["step"] for failure in case["failures"]]


def test_the_diff_of_a_form_has_one_field_per_line() -> None:
    """The order of fields does not count."""
    form = "POST /x HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\n\n"
    assert [] == difference(form + "a=1&b=2", form + "b=2&a=1")
    assert ["-b=2", "+b=3"] == [line for line in difference(form + "a=1&b=2", form + "a=1&b=3") if line[0] in "+-"]


def test_an_unusable_provider_url_is_refused(acme: Path) -> None:
    """The URL is checked like any other, before the emulator starts."""
    with pytest.raises(UsageError, match="it has no host"), emulator(acme, provider_url="http://"):
        pass


def test_the_emulator_sends_to_your_own_server(acme: Path) -> None:
    """With provider_url, the messages of the Ringotel user are sent to that server, including the credential."""
    with serving(Answer.json({"data": {"id": "m-9"}})) as server:
        with emulator(acme, properties={"API key": "my-key-12345"}, provider_url=server.url) as ringotel:
            ringotel.send("+13105550199", "Hi", from_="+12135550100")
            ringotel.wait(direction="outgoing", messageid="m-9")
        (seen,) = server.seen
    assert ("/v1/messages", "Bearer my-key-12345") == (seen.target, seen.header("Authorization"))
