"""The wizard on a real terminal: samples are asked for, shown, corrected, and only then written."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import sys
from pathlib import Path

import pytest

from tests.ctrl_c import end_with_ctrl_c

pty = pytest.importorskip("pty")


class Terminal:
    """A program on a pseudo-terminal: ``expect`` reads until a text appears, ``type`` sends a line."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.seen = ""
        self.pid, self.handle = pty.fork()
        if self.pid == 0:  # pragma: no cover
            os.chdir(folder)
            signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job inherits the setting "ignored"
            os.environ |= {"TERM": "xterm", "COLUMNS": "80"}
            os.execv(sys.executable, [sys.executable, "-m", "ringocli", *words])

    def expect(self, text: str) -> str:
        """The output up to the text; fails after 30 s without output."""
        while text not in self.seen:
            ready, _, _ = select.select([self.handle], [], [], 30)
            assert ready, f"{text!r} not printed after:\n{self.seen}"
            try:
                self.seen += os.read(self.handle, 65536).decode("utf-8", "replace")
            except OSError:
                pytest.fail(f"ended before {text!r}:\n{self.seen}")
        before, _, self.seen = self.seen.partition(text)
        return before

    def type(self, line: str) -> None:
        os.write(self.handle, f"{line}\n".encode())

    def end(self) -> int:
        """The exit code."""
        while select.select([self.handle], [], [], 30)[0]:
            try:
                if not os.read(self.handle, 65536):
                    break
            except OSError:
                break
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def test_pastes_are_reviewed_before_anything_is_written(tmp_path: Path) -> None:
    """Each variable is highlighted in the paste, a role can be corrected by name, and the request is previewed."""
    terminal = Terminal(tmp_path, "init")
    terminal.expect("or Enter: ")
    terminal.type("paste")
    terminal.expect("sends a text message")
    for line in (
        "curl https://sms.acme.example/v1/send -u acme:s3cret-value \\",
        " -d to=15550002222 -d from=15550001111 -d 'text=Hello you' -d memo='second text here'",
        ".",
    ):
        terminal.type(line)
    terminal.expect("sends a file")
    terminal.type(".")
    terminal.expect("The provider's reply")
    terminal.type('{"id": "abc-123"}')
    terminal.type(".")
    for words in ("incoming text", "incoming file", "a delivered message", "a failed message"):
        terminal.expect(words)
        terminal.type(".")
    shown = terminal.expect("(? for help)")
    assert "\033[" in shown
    assert "Hello you\033[0m <= $content$" in shown
    assert "abc-123\033[0m <= $messageid$" in shown
    assert "s3cret-value" not in shown.partition("as pasted")[2]
    assert "POST /v1/send HTTP/1.1" in shown
    assert not list(tmp_path.iterdir())
    terminal.expect(": ")
    terminal.type("nonsense")
    terminal.expect("Type VARIABLE=FIELD")
    terminal.expect("(? for help)")
    terminal.type("to=nowhere")
    assert "to, from, text, memo, id" in terminal.expect("(? for help)")
    terminal.type("none=send.from")
    terminal.expect("No field is called")
    terminal.expect("(? for help)")
    terminal.type("none=from")
    assert "<= $from$" not in terminal.expect("(? for help)")
    terminal.type("from=from")
    assert "15550001111\033[0m <= $from$" in terminal.expect("(? for help)")
    terminal.type("content=memo")
    again = terminal.expect("(? for help)")
    assert "second text here\033[0m <= $content$" in again
    plain = re.sub(r"\033\[[\d;]*m", "", again)
    assert max(len(line) for line in plain.splitlines() if "memo=" not in line and "/v1/send" not in line) <= 82
    terminal.type("")
    terminal.expect("Wrote acme.json")
    assert 0 == terminal.end()
    parameters = json.loads((tmp_path / "acme.json").read_text())["API"]["SendMessage"]["request_parameters"]
    assert {"to": "$to$", "from": "$from$", "text": "Hello you", "memo": "$content$"} == parameters


def test_leaving_the_review_writes_nothing(tmp_path: Path) -> None:
    """Ctrl-C exits with code 130."""
    (tmp_path / "send.sh").write_text("curl https://x.example/s -d to=15550002222 -d text=hi")
    terminal = Terminal(tmp_path, "init", "--from-curl", "send.sh")
    terminal.expect("(? for help)")
    end_with_ctrl_c(terminal.handle)
    assert 130 == terminal.end()
    assert ["send.sh"] == [path.name for path in tmp_path.iterdir()]


def test_a_wrong_answer_is_asked_for_again(tmp_path: Path) -> None:
    """Each answer is checked at once, and the error uses the words of the question; ? explains it; earlier answers
    are kept.
    """
    (tmp_path / "acme.json").write_text("{}")
    terminal = Terminal(tmp_path, "init")
    for prompt, answers in (
        ("or Enter: ", (("telnix", "Did you mean telnyx?"), ("?", "A preset is a ready template"), ("", ""))),
        ("(https://...): ", (("sms.acme.example", "is not a URL"), ("https://a.example:99999/", "its port is not a number"), ("http://a.example/x", "requires https"),
                             ("https://joe:pw@a.example/x", "Leave the user name"),
                             ("?", "The URL of your provider's API"), ("https://sms.acme.example/v1", ""))),
        ("Webhook URL: ", (("acme sms", "is not an id"), ("twilio", "built-in integration"), ("acme", ""))),
        ("portal [acme]: ", (("", ""),)),
        ("[bearer]: ", (("clear", "is not one of bearer, basic, oauth2, none"), ("none", ""))),
        ("File to write instead: ", (("acme.json", "acme.json exists"), ("new.json", ""))),
    ):  # fmt: skip
        for answer, expected in answers:
            terminal.expect(prompt)
            terminal.type(answer)
            if expected:
                terminal.expect(expected)
    terminal.expect("Wrote new.json")
    assert 0 == terminal.end()
    assert "{}" == (tmp_path / "acme.json").read_text()
    template = json.loads((tmp_path / "new.json").read_text())
    assert ("acme", "https://sms.acme.example/v1") == (template["id"], template["API"]["SendMessage"]["request_url"])


def test_a_sample_that_cannot_be_read_is_asked_for_again(tmp_path: Path) -> None:
    """One bad sample does not lose the others; a field can be dropped in the review."""
    terminal = Terminal(tmp_path, "init")
    terminal.expect("or Enter: ")
    terminal.type("paste")
    terminal.expect("sends a text message")
    for line in ("curl https://sms.acme.example/s -d to=15550002222 -d text=hi -d test_mode=1", "."):
        terminal.type(line)
    terminal.expect("sends a file")
    for line in ("nothing like a command", "."):
        terminal.type(line)
    terminal.expect("cannot be read")
    terminal.expect("sends a file")
    terminal.type(".")
    terminal.expect("The provider's reply")
    terminal.type(".")
    terminal.expect("incoming text")
    for line in ("<sms><from>15550002222</from></sms>", "."):
        terminal.type(line)
    terminal.expect("It is XML; Ringotel reads only JSON and forms")
    for words in ("incoming file", "a delivered message", "a failed message"):
        terminal.expect(words)
        terminal.type(".")
    assert "incoming messages will not be received" in terminal.expect("(? for help)")
    terminal.type("?")
    terminal.expect("leaves the field out")
    terminal.expect("(? for help)")
    terminal.type("drop=test_mode")
    terminal.expect("(? for help)")
    terminal.type("")
    terminal.expect("Wrote acme.json")
    assert 0 == terminal.end()
    parameters = json.loads((tmp_path / "acme.json").read_text())["API"]["SendMessage"]["request_parameters"]
    assert {"to": "$to$", "text": "$content$"} == parameters


def test_a_webhook_alone_leads_to_the_questions(tmp_path: Path) -> None:
    """If only a webhook is pasted, init asks for the request's URL and the other values, and uses the webhook."""
    terminal = Terminal(tmp_path, "init")
    terminal.expect("or Enter: ")
    terminal.type("paste")
    for words in ("sends a text message", "sends a file", "The provider's reply"):
        terminal.expect(words)
        terminal.type(".")
    terminal.expect("incoming text")
    for line in ('{"sender": "+15550002222", "receiver": "+15550001111", "body": "Hi there"}', "."):
        terminal.type(line)
    for words in ("incoming file", "a delivered message", "a failed message"):
        terminal.expect(words)
        terminal.type(".")
    for prompt, answer in (("(https://...): ", "https://a.example/x"), ("Webhook URL: ", "acme"), ("[acme]: ", ""),
                           ("[bearer]: ", ""), ("(? for help)", "")):  # fmt: skip
        terminal.expect(prompt)
        terminal.type(answer)
    terminal.expect("Wrote acme.json")
    assert 0 == terminal.end()
    events = json.loads((tmp_path / "acme.json").read_text())["Webhook"]
    assert [{"sender": "$from$", "receiver": "$to$", "body": "$content$"}] == [
        event["request_parameters"] for event in events
    ]
