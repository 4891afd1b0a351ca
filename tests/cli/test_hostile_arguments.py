"""Arguments and servers that are not what a command expects are reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Command
from tests.loopback import Answer, serving

NOT_UTF8 = "a\udcff"
"""An argument with the byte 0xFF, as Python passes it to the program."""

VALUES = (
    "--url",
    "http://127.0.0.1:9",
    "--property",
    "API key=x",
    "--set",
    "from=1",
    "--set",
    "to=2",
    "--set",
    "content=x",
)


@pytest.mark.parametrize(
    "arguments",
    [
        ("init", "new.json", "--id", "x", "--name", NOT_UTF8, "--send-url", "https://a.example", "--no-input"),
        ("simulate-webhook", "acme.json", "--url", f"https://a.example/{NOT_UTF8}"),
        ("render", "acme.json", "--set", f"content={NOT_UTF8}"),
        ("explain", NOT_UTF8),
    ],
)
def test_an_argument_that_is_not_utf8_is_refused(ringocli: Command, acme: Path, arguments: tuple[str, ...]) -> None:
    """The error shows the start of the argument, without its value."""
    done = ringocli(*arguments)
    assert (2, True) == (done.code, "is not valid UTF-8" in done.err)


def test_a_file_may_have_any_name(ringocli: Command, acme: Path) -> None:
    """A name that is not UTF-8 is shown with replacement characters or percent escapes."""
    odd = acme.rename(acme.with_name(f"{NOT_UTF8}.json"))
    for form in ("text", "json", "jsonl", "sarif", "github", "junit", "markdown"):
        assert 0 == ringocli("validate", odd.name, "--format", form).code, form


@pytest.mark.parametrize("url", ["http://[::1", "http://a b/", "://", "", "http:/x", "http://x:0x50/", "http://x／y"])
def test_a_malformed_emulator_url_is_a_usage_error(ringocli: Command, acme: Path, url: str) -> None:
    """Nothing is sent."""
    done = ringocli("send-test", acme, "--await", "delivered", "--emulator", url, *VALUES)
    assert (2, True) == (done.code, "--emulator must be an http or https URL" in done.err)


@pytest.mark.parametrize(
    "body", ['{"a": 1}', "[]", "no", '{"exchanges": {}}', '{"exchanges": [1]}', '{"exchanges": [{}]}', "[" * 100_000]
)
def test_another_server_is_not_taken_for_an_emulator(ringocli: Command, acme: Path, body: str) -> None:
    """The error is the same whatever the other server answers."""
    with serving(Answer(body=body.encode())) as server:
        done = ringocli("send-test", acme, "--await", "delivered", "--emulator", server.url, *VALUES)
    assert (3, True) == (done.code, "is not a ringocli emulator" in done.err)
