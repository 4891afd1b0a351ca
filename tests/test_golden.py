"""Golden files: the whole output of every command, in ``tests/golden``; ``make golden`` writes them anew."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ringocli.cli.commands import COMMANDS
from ringocli.version import __version__
from tests.conftest import ACME, ROOT, SAMPLES, Command, Result
from tests.loopback import Answer, serving, unused_port

if TYPE_CHECKING:
    from tests.keyrings import Keyring

GOLDEN = ROOT / "tests" / "golden"
WRITE = os.environ.get("RINGOCLI_GOLDEN") == "write"

BROKEN = {**ACME, "auth": {"type": "Bearer", "token": "$Api key$"}, "Webhook": [{"event_key": "x"}]}
NEAR = {"method": "message", "params": {"sender": "1", "to": "2", "content": "Hi"}}
DOCS = "samples/docs"
VALUES = "--set number=+12025550100 --set contact=+13105550199 --set content='Hi there'"

CASES = {
    "validate-text": "validate broken.json",
    "validate-json": "validate broken.json --format json",
    "validate-concise": "validate broken.json samples/telnyx.json --format concise",
    "validate-jsonl": "validate broken.json --format jsonl",
    "validate-github": "validate broken.json --format github",
    "validate-junit": "validate broken.json --format junit",
    "validate-markdown": "validate broken.json --format markdown",
    "validate-statistics": "validate broken.json --statistics",
    "validate-diff": "validate comma.json --fix --diff",
    "validate-clean": "validate acme.json",
    "explain-text": "explain RT401",
    "explain-json": "explain RT401 --format json",
    "explain-all": "explain --all",
    "explain-assumption": "explain 7",
    "explain-assumption-json": "explain 35 --format json",
    "explain-assumptions": "explain assumptions",
    "render-http": f"render acme.json SendMessage {VALUES}",
    "render-curl": f"render acme.json SendMessage {VALUES} --format curl",
    "render-httpie": f"render acme.json SendMessage {VALUES} --format httpie",
    "render-python": f"render acme.json SendMessage {VALUES} --format python",
    "render-har": f"render acme.json SendMessage {VALUES} --format har",
    "render-json": f"render acme.json SendMessage {VALUES} --format json",
    "render-template-view": "render acme.json --template-view --event all",
    "render-unicode": "render acme.json SendMessage --corpus unicode",
    "match-text": "match samples/telnyx.json samples/telnyx/message.http",
    "match-json": "match samples/telnyx.json samples/telnyx/message.http --format json",
    "match-reply": "match samples/telnyx.json samples/telnyx/reply.http --response SendMessage",
    "match-near-miss-text": "match acme.json near.json",
    "match-near-miss-json": "match acme.json near.json --format json",
    "prove-text": "prove acme.json --cases 20",
    "prove-json": "prove acme.json --cases 20 --format json",
    "prove-counter-example": "prove ambiguous.json --cases 20",
    "diff-text": "diff acme.json other.json",
    "diff-json": "diff acme.json other.json --format json",
    "diff-markdown": "diff acme.json other.json --format markdown",
    "diff-none": "diff acme.json acme.json",
    "test-text": "test samples/telnyx.json",
    "test-json": "test samples/telnyx.json --format json",
    "test-failed": "test samples/cases/telnyx-conversation.toml --template acme.json",
    "test-failed-json": "test samples/cases/telnyx-conversation.toml --template acme.json --format json",
    "test-none": "test acme.json",
    "doctor-text": "doctor acme.json",
    "doctor-json": "doctor acme.json --format json",
    "doctor-refused": "doctor acme.json --url NOBODY --property 'API key=s3cret-key'",
    "bundle-refused": "bundle broken.json",
    "bundle": "bundle acme.json",
    "bundle-json": "bundle acme.json --format json",
    "export-receiver": "export acme.json --to receiver",
    "export-relay": f"export --to relay --from-curl {DOCS}/send.sh --sample-webhook message={DOCS}/message.json",
    "export-openapi": "export acme.json --to openapi --output -",
    "export-json-schema": "export acme.json --to json-schema --output -",
    "export-receiver-json": "export acme.json --to receiver --format json",
    "init-preset": "init --preset telnyx --no-input",
    "init-preset-json": "init --preset generic-json --no-input --dry-run --format json",
    "init-paste": "init --no-input --from-curl samples/docs/send.sh --sample-webhook message=samples/docs/message.json pasted.json",
    "init-answers": "init --no-input --id acme --name Acme --send-url https://sms.acme.example/v1/messages new.json",
    "init-list-presets": "init --list-presets",
    "init-list-presets-json": "init --list-presets --format json",
    "init-missing": "init --no-input",
    "send-test": f"send-test acme.json --url URL --property 'API key=s3cret-key' {VALUES}",
    "send-test-json": f"send-test acme.json --url URL --property 'API key=s3cret-key' {VALUES} --format json",
    "send-test-dry-run": f"send-test acme.json --dry-run --missing sample {VALUES}",
    "send-test-no-id": f"send-test other.json --url URL --missing sample {VALUES}",
    "send-test-refused": f"send-test acme.json --url NOBODY --missing sample {VALUES}",
    "send-test-needs-live": f"send-test acme.json --missing sample {VALUES} --no-input",
    "send-test-missing": "send-test acme.json --url URL",
    "simulate-webhook": f"simulate-webhook acme.json --url URL {VALUES}",
    "simulate-webhook-many": "simulate-webhook acme.json --url URL --count 3 --seed 7 --format json",
    "simulate-webhook-dry-run": f"simulate-webhook acme.json --url URL --dry-run {VALUES}",
    "simulate-webhook-no-url": "simulate-webhook acme.json",
    "simulate-webhook-jsonl": f"simulate-webhook acme.json --url URL --seed 7 --format jsonl {VALUES}",
    "clean": "clean --dry-run",
    "clean-json": "clean --dry-run --format json",
    "tour": "tour",
    "schema": "schema",
    "validate-sarif": "validate acme.json --format sarif",
    "replay": "replay samples/telnyx.json samples/telnyx/message.http --url URL",
    "replay-json": "replay samples/telnyx.json samples/telnyx/message.http --url URL --format json",
    "config-text": "config show acme.json --property-env 'API key=ACME_KEY' --set content=Hi",
    "config-json": "config show acme.json --property-env 'API key=ACME_KEY' --set content=Hi --format json",
    "completion": "completion bash",
    "secret-list": "secret list",
    "secret-list-json": "secret list --format json",
    "secret-unnamed": "secret set",
    "locustfile": "locustfile samples/telnyx.json --output -",
    "init-paste-json": "init --no-input --dry-run --format json --from-curl samples/docs/send.sh pasted.json",
    "emulate-no-file": "emulate missing.json --no-browser",
    "error-no-file": "render missing.json",
    "error-no-file-json": "render missing.json --format json",
    "error-not-json": "render not.json",
    "error-command": "rendr acme.json",
    "error-option": "render acme.json --fromat json",
    "error-choice": "render acme.json --format jsn",
    "error-variable": "render acme.json --set form=1",
    "error-property": "render acme.json --property 'API kye=1'",
    "error-event": "render acme.json --event delivred",
    "error-profile": "render acme.json --profile prod",
    "error-range": "prove acme.json --cases 0",
    "error-number": "prove acme.json --seed x",
    "error-answer": "init --no-input --id a --name A --send-url x new.json",
    "help": "--help",
    **{f"help-{name}": f"{name} --help" for name in COMMANDS},
}
"""The command line of each golden file; URL is a server on this machine, NOBODY a port that nobody listens on."""

MASKS = (
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    (r"\bport( \(?)\d+", r"port\1PORT"),
    (r"(in|after) [\d.]+ m?s\b( \([\d.]+/s\))?", r"\1 TIME"),
    (r'("(?:elapsed_ms|at_ms|elapsed_s|rate_per_s|p50|p90|p99|max|p999)": )[\d.]+', r"\1TIME"),
    (r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT", "DATE"),
    (r"Python/[\d.]+", "Python/VERSION"),
    (r"BaseHTTP/[\d.]+", "BaseHTTP/VERSION"),
    (re.escape(__version__), "VERSION"),
    (r"(SHA-256|\"sha256\":) (\"?)[0-9a-f]{64}", r"\1 \2HASH"),
    (r"message id from response_map: [0-9a-f-]{36}", "message id from response_map: ID"),
    (r'"id":"[0-9a-f-]+\.\.\.', '"id":"ID...'),
)
"""What differs from run to run."""


@pytest.fixture
def workspace(folder: Path, ring: Keyring, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the command lines name; the keyring has no secrets."""
    os.symlink(SAMPLES, folder / "samples")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    ambiguous = json.loads(json.dumps(ACME))
    ambiguous["API"]["SendMessage"]["request_parameters"] = {"x": "$from$$to$", "text": "$content$"}
    other = json.loads(json.dumps(ACME))
    other["API"]["SendMessage"]["response_map"] = {"message": {"ref": "$messageid$"}}
    for name, document in {
        "acme": ACME,
        "broken": BROKEN,
        "near": NEAR,
        "ambiguous": ambiguous,
        "other": other,
    }.items():
        (folder / f"{name}.json").write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    (folder / "comma.json").write_text(json.dumps(ACME, indent=2).replace('"sms",', '"sms",,', 1) + "\n", "utf-8")
    (folder / "not.json").write_text("{", "utf-8")
    return folder


def transcript(line: str, done: Result, workspace: Path) -> str:
    """A command line with its exit code and both of its streams, masked."""
    text = f"$ ringocli {line}\n[exit code {done.code}]\n"
    for name, stream in (("stdout", done.out), ("stderr", done.err)):
        if stream:
            text += f"--- {name}\n{stream}" + ("" if stream.endswith("\n") else "\n")
    text = text.replace(str(workspace), "FOLDER")
    for pattern, replacement in MASKS:
        text = re.sub(pattern, replacement, text)
    return text


@pytest.mark.parametrize(("name", "line"), CASES.items(), ids=CASES)
def test_output_is_as_recorded(ringocli: Command, workspace: Path, name: str, line: str) -> None:
    """The exit code, stdout and stderr of the command are those of its golden file."""
    with serving(Answer.json({"data": {"id": "m1"}})) as server:
        words = {"URL": server.url, "NOBODY": f"http://127.0.0.1:{unused_port()}"}
        done = ringocli(*(words.get(word, word) for word in shlex.split(line)))
    check_golden(name, line, done, workspace)


def check_golden(name: str, line: str, done: Result, workspace: Path) -> None:
    """Compare with the golden file, or write it."""
    actual = transcript(line, done, workspace)
    path = GOLDEN / f"{name}.txt"
    if WRITE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(actual, "utf-8")
    assert path.read_text("utf-8") == actual, "if this is intended: make golden, and read the diff"


def test_the_start_of_the_emulator_is_as_recorded(workspace: Path) -> None:
    """The first line of stdout, and the notes on stderr until the emulator is ready."""
    line = "emulate acme.json --no-browser"
    command = [sys.executable, "-m", "ringocli", *line.split()]
    with subprocess.Popen(command, cwd=workspace, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        out = process.stdout.readline()
        err = ""
        while "under About" not in err:
            said = process.stderr.readline()
            assert said, err
            err += said
        process.terminate()
    check_golden("emulate-start", line, Result(code=0, out=out, err=err), workspace)


def test_every_golden_file_has_its_case() -> None:
    """No file is left over from a case that was removed."""
    assert {*CASES, "emulate-start"} == {path.stem for path in GOLDEN.glob("*.txt")}
