"""What a person sees on a terminal of 80 columns, through a real pseudo-terminal."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SAMPLES
from tests.loopback import Answer, serving

pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals")

TELNYX = str(SAMPLES / "telnyx.json")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def shown(*arguments: str, typed: str = "", **environment: str) -> tuple[int, str]:
    """The exit code, and what the command writes to a terminal, on which ``typed`` was typed."""
    pid, terminal = pty.fork()
    if pid == 0:  # the child process, in which no code of pytest may run
        os.environ.update({"TERM": "xterm", "COLUMNS": "80", **environment})
        os.execv(sys.executable, [sys.executable, "-m", "ringocli", *arguments])
    os.write(terminal, typed.encode())
    output = b""
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # the child has closed its end
            break
        if not chunk:
            break
        output += chunk
    os.close(terminal)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return code, output.decode().replace("\r\n", "\n")


COMMANDS = {
    "render": (0, ("-q", "render", TELNYX, "SendMessage")),
    "match": (0, ("match", TELNYX, str(SAMPLES / "telnyx" / "message.http"))),
    "near miss": (1, ("match", TELNYX, str(SAMPLES / "twilio" / "message.http"))),
    "json": (0, ("schema",)),
    "proof": (0, ("prove", TELNYX, "--cases", "1")),
    "diff": (1, ("diff", TELNYX, str(SAMPLES / "twilio.json"))),
    "findings": (0, ("validate", "-v", str(SAMPLES / "siptrunk.json"))),
}


@pytest.mark.parametrize(("code", "arguments"), COMMANDS.values(), ids=COMMANDS)
def test_a_terminal_shows_colours_of_its_own_palette(code: int, arguments: tuple[str, ...]) -> None:
    """Colours are used, but neither bright ones nor black, white, blue or yellow, which vanish on some backgrounds."""
    exit_code, output = shown(*arguments)
    assert code == exit_code, output
    codes = {code for escape in re.findall(r"\x1b\[([0-9;]*)m", output) for code in escape.split(";")}
    assert codes & {"31", "32", "35", "36"}
    assert not codes & {"30", "33", "34", "37", *map(str, range(90, 108)), *map(str, range(40, 48))}


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["NO_COLOR", "dumb"])
@pytest.mark.parametrize(("code", "arguments"), COMMANDS.values(), ids=COMMANDS)
def test_no_colour_where_it_is_unwanted(code: int, arguments: tuple[str, ...], variables: dict[str, str]) -> None:
    """No colour is used with ``NO_COLOR`` or ``TERM=dumb``."""
    exit_code, output = shown(*arguments, **variables)
    assert (code, False) == (exit_code, re.search(r"\x1b\[[0-9;]*3[0-9]", output) is not None)


def test_highlighting_does_not_change_the_text() -> None:
    """JSON and requests have the same text on a terminal as in a pipe, apart from colour."""
    _, schema = shown("schema")
    assert "https://json-schema.org/draft/2020-12/schema" == json.loads(ESCAPE.sub("", schema))["$schema"]
    command = ["-q", "render", TELNYX, "SendMessage"]
    _, request = shown(*command)
    piped = subprocess.run([sys.executable, "-m", "ringocli", *command], capture_output=True, text=True, check=True)
    assert piped.stdout == ESCAPE.sub("", request)


def test_a_table_fits_80_columns() -> None:
    """The variables of a webhook are a table, wrapped inside its columns."""
    _, output = shown("match", TELNYX, str(SAMPLES / "telnyx" / "message.http"))
    lines = ESCAPE.sub("", output).splitlines()
    assert ["variable", "value", "from"] == lines[1].split()
    assert all(len(line) <= 80 for line in lines)


LONG = {
    "error": ("simulate-webhook", TELNYX),
    "near miss": ("match", TELNYX, str(SAMPLES / "telnyx" / "reply.http")),
    "doctor": ("doctor", TELNYX),
    "findings": ("validate", "-v", TELNYX),
    "rules": ("explain", "--all"),
    "cases": ("test", str(SAMPLES)),
}


@pytest.mark.parametrize("color", ["never", "always"])
@pytest.mark.parametrize("arguments", LONG.values(), ids=LONG)
def test_prose_is_wrapped_at_80_columns(arguments: tuple[str, ...], color: str) -> None:
    """No sentence is cut at the edge of the terminal; only commands to copy may be longer than a line."""
    _, output = shown(*arguments, "--color", color)
    for line in ESCAPE.sub("", output).splitlines():
        assert len(line) <= 80 or "ringocli " in line.strip()[:10], line


def test_wrapping_keeps_the_words() -> None:
    """On a terminal an error has the same words as in a pipe."""
    _, output = shown("simulate-webhook", TELNYX, "--color", "never")
    command = [sys.executable, "-m", "ringocli", "simulate-webhook", TELNYX]
    piped = subprocess.run(command, capture_output=True, text=True, check=False)
    assert piped.stderr.split() == output.split()
    assert len(output.splitlines()) > len(piped.stderr.splitlines())


def test_waiting_for_a_webhook_is_shown() -> None:
    """The display says what is awaited, and disappears at the end."""
    with serving(Answer(body=b'{"data": {"id": "m1"}}')) as server:
        words = ("--listen", "127.0.0.1:0", "--await", "message", "--await-timeout-s", "1.5", "--missing", "sample")
        code, output = shown("send-test", TELNYX, "--url", server.url, *words)
    assert (1, True) == (code, "waiting for message" in output), output
    assert "did not arrive within 1.5 s" in output.rpartition("\x1b[2K")[2]


def test_the_name_of_an_event_is_not_read_as_markup(tmp_path: Path) -> None:
    """An event key with brackets is shown as it is."""
    template = tmp_path / "telnyx.json"
    template.write_text(Path(TELNYX).read_text("utf-8").replace('"message.received"', '"mo[/sms]"', 1), "utf-8")
    with serving(Answer(body=b'{"data": {"id": "m1"}}')) as server:
        words = ("--listen", "127.0.0.1:0", "--await", "mo[/sms]", "--await-timeout-s", "1.5", "--missing", "sample")
        code, output = shown("send-test", str(template), "--url", server.url, *words)
    assert (1, True, False) == (code, "waiting for mo[/sms]" in output, "Traceback" in output), output


def test_rich_is_not_imported_for_a_pipe(tmp_path: Path) -> None:
    """rich is not imported if the output is not a terminal."""
    script = (
        "import sys; from ringocli.cli import run; code = run(sys.argv[1:]);"
        "print([name for name in ('rich', 'pygments') if name in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    for _, arguments in COMMANDS.values():
        done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False)
        assert "[]" == done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "code", "what", "result"),
    [
        (("match", str(SAMPLES / "telnyx.json")), 1, "a webhook", "no match"),
        (("validate", "-"), 1, "a template", "RT1"),
        (("prove", "-"), 2, "a template", "the template has nothing to prove"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
def test_a_command_says_that_it_waits_for_a_paste(
    arguments: tuple[str, ...], code: int, what: str, result: str
) -> None:
    """On a terminal, the command explains what to paste and how to end the input, and then reads the pasted text."""
    pasted = '{"from": "+13105550199", "to": "+12135550100", "text": "Hi"}\n'
    ended, output = shown(*arguments, typed=pasted + "\x04")
    assert code == ended, output
    assert f"Paste {what}, then press Ctrl-D." in output
    assert result in output
