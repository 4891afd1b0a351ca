"""A secret is passed through every command in every format and appears in no output, in any encoding."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.conftest import ACME, Command
from tests.loopback import Answer, Seen, serving
from tests.text.test_secret_search import ENCODINGS

CANARY = "k3y/with+odd=chars&<more>\"and'quotes"
PROPERTY = ("--property", f"API key={CANARY}")
SENT = ("--set", "from=1", "--set", "to=2", "--set", "content=x")

FACES = {name: encode(CANARY) for name, encode in ENCODINGS.items()} | {
    "basic": base64.b64encode(f"user:{CANARY}".encode()).decode(),
    "cut at the end": CANARY[:-8],
    "cut at the start": CANARY[8:],
    "cut at both ends, encoded": quote(CANARY[:-8], safe=""),
}


def leaks(text: str) -> list[str]:
    """The encodings in which a text contains the canary."""
    return [name for name, face in FACES.items() if face in text]


def echo(seen: Seen) -> Answer:
    """A server that repeats the request in its reply, in every encoding."""
    return Answer.json({"data": {"id": CANARY}, "error": {"message": " ".join(FACES.values())}})


@pytest.fixture
def places(folder: Path) -> Path:
    """A template that uses its property in every part of a request."""
    document = json.loads(json.dumps(ACME))
    document["auth"] = {"type": "Basic", "username": "user", "password": "$API key$"}
    send = document["API"]["SendMessage"]
    send["request_url"] += "/$API key$/x?key=$API key$"
    send["request_parameters"] |= {"key": "$API key$", "mixed": "Key $API key$!", "deep": {"list": ["$API key$"]}}
    path = folder / "acme.json"
    path.write_text(json.dumps(document))
    return path


@pytest.mark.parametrize("form", ["http", "curl", "json", "httpie", "python", "har"])
def test_render_shows_no_secret(ringocli: Command, places: Path, form: str) -> None:
    """URL, headers, query and body are masked in every output format."""
    done = ringocli("-v", "render", places, "SendMessage", "--format", form, *PROPERTY)
    assert 0 == done.code
    assert [] == leaks(done.out + done.err)
    assert "***" in done.out


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_send_test_shows_no_secret(
    ringocli: Command, places: Path, folder: Path, form: str, more: tuple[str, ...]
) -> None:
    """Nothing leaks when the provider repeats the secret in its reply, nor into the HAR file."""
    with serving(echo) as server:
        har = () if more else ("--har", "out.har")
        done = ringocli("-v", "send-test", places, "--url", server.url, "--format", form, *PROPERTY, *SENT, *more, *har)
        if not more:
            assert quote(CANARY, safe="") in server.seen[0].target
    written = (folder / "out.har").read_text() if har else ""
    assert [] == leaks(done.out + done.err + written)


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_simulate_webhook_shows_no_secret(ringocli: Command, places: Path, form: str) -> None:
    """The webhook URL is a secret beyond its host."""
    with serving(echo) as server:
        url = f"{server.url}/hook/{quote(CANARY, safe='')}"
        done = ringocli("-v", "simulate-webhook", places, "--url", url, "--format", form)
        assert quote(CANARY, safe="") in server.seen[0].target
    assert [] == leaks(done.out + done.err)


@pytest.mark.parametrize("form", ["text", "json"])
def test_other_commands_show_no_secret(ringocli: Command, places: Path, form: str) -> None:
    """match with a property, prove, and a refused connection leak nothing."""
    for arguments in (
        ("match", places, "-", "--format", form, *PROPERTY),
        ("prove", places, "--cases", "5", "--format", form),
        ("send-test", places, "--url", "http://127.0.0.1:9", "--format", form, *PROPERTY, *SENT),
        ("simulate-webhook", places, "--url", f"http://127.0.0.1:9/{quote(CANARY, safe='')}", "--format", form),
    ):
        done = ringocli("-v", *arguments, stdin='{"method": "x"}')
        assert [] == leaks(done.out + done.err), arguments


@pytest.mark.parametrize(
    "arguments",
    [("--property", CANARY), ("--set", CANARY), ("--property-env", CANARY), ("--property", f"API kye={CANARY}")],
)
def test_a_mistyped_option_does_not_repeat_a_secret(
    ringocli: Command, places: Path, arguments: tuple[str, ...]
) -> None:
    """An option without its = does not put the value into the error message."""
    done = ringocli("render", places, *arguments, "--format", "json")
    assert 2 == done.code
    assert "raw" not in leaks(done.out + done.err)


PLAIN = "k3y-canary-0123456789"


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "page", ["{}", "<html><title>no {}</title>", "<p>no <b>{}</b></p>", '{{"error": {{"message": "no {}"}}}}']
)
@pytest.mark.parametrize(
    "face", [PLAIN, PLAIN.replace("-", "&#x2D;"), PLAIN.replace("-", "&#45;"), PLAIN.replace("-", "%2d")]
)
def test_an_error_that_repeats_the_key_is_masked_when_it_is_read(
    ringocli: Command, places: Path, form: str, page: str, face: str
) -> None:
    """HTML references are decoded before masking, even if the header's name repeats the key."""
    answer = Answer(
        status=401, body=page.format(face).encode(), headers=((f"X-{PLAIN}", face), ("Content-Type", "text/html"))
    )
    with serving(answer) as server:
        done = ringocli(
            "-v", "send-test", places, "--url", server.url, *SENT, "--property", f"API key={PLAIN}", "--format", form
        )
    assert 1 == done.code
    assert face not in done.out + done.err
    assert PLAIN not in done.out + done.err
