"""init as a user types it: presets, answers, questions, and nothing half-written."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from ringocli.template.preset import load
from ringocli.template.presets import names
from tests.conftest import Command

BARE = ("--id", "acme", "--name", "Acme", "--send-url", "https://sms.acme.example/v1/messages")
REQUIRED = {
    "twilio": ["Account SID", "Auth token"],
    "telnyx": ["API key"],
    "bandwidth": ["Username", "Password", "Account ID", "Application ID"],
    "flowroute": ["Access Key", "Secret Key"],
    "sinch": ["Service plan ID", "API token"],
    "clicksend": ["Username", "API key"],
}


def test_bare_answers_are_strict_clean_and_every_assumption_is_named(ringocli: Command, folder: Path) -> None:
    """Three answers give a template as on Ringotel's page; all assumptions are listed; --strict finds nothing."""
    done = ringocli("init", *BARE, "--no-input", "--format", "json")
    document = done.document
    assert (0, "acme.json") == (done.code, document["path"])
    assert document["template"] == json.loads((folder / "acme.json").read_text())
    assert {
        "schema_version",
        "path",
        "template",
        "complete",
        "blocking",
        "decisions",
        "not_expressible",
        "credentials",
        "constants",
        "assumptions",
        "notes",
    } == set(document)
    assumed = {one["pointer"] for one in document["decisions"] if one["why"].startswith("assumed")}
    assert {"/auth", "/API/SendFile/request_url", "/API/SendMessage/response_map/data/id", "/Webhook/0"} <= assumed
    assert "logo" not in document["template"]
    assert 0 == ringocli("validate", "acme.json", "--strict").code
    assert 0 == ringocli("prove", "acme.json", "--cases", "20").code


@pytest.mark.parametrize(
    "more",
    [
        ("--auth", "basic"),
        ("--auth", "basic", "--property", "SID", "--property", "Secret", "--property", "Account ID"),
        ("--auth", "oauth2", "--authorize-url", "https://a.example/x", "--token-url", "https://a.example/t"),
        ("--content-type", "application/x-www-form-urlencoded"),
        ("--method", "get"),
        ("--logo", "https://acme.example/logo.png", "--file-url", "https://sms.acme.example/$Account ID$/files"),
    ],
    ids=["basic", "properties", "oauth2", "form", "get", "address"],
)
def test_every_answer_makes_a_strict_clean_template(ringocli: Command, folder: Path, more: tuple[str, ...]) -> None:
    """Any answers give a template without findings that prove accepts."""
    assert 0 == ringocli("init", *BARE, *more, "--no-input").code
    assert 0 == ringocli("validate", "acme.json", "--strict").code


@pytest.mark.parametrize("preset", names())
def test_a_preset_is_written_without_errors(ringocli: Command, folder: Path, preset: str) -> None:
    """Each preset gives a template without errors that prove accepts; the summary says what to do next."""
    done = ringocli("init", "--preset", preset)
    assert 0 == done.code
    assert "Next:" in done.err
    assert 0 == ringocli("validate", f"{preset}-custom.json").code
    assert 0 == ringocli("prove", f"{preset}-custom.json", "--cases", "20").code


def test_the_presets_of_the_contract_exist() -> None:
    """The names and properties that scripts rely on do not change."""
    wanted = {*REQUIRED, "vonage", "plivo", "infobip", "clickatell", "generic-json", "generic-form"}
    assert wanted <= set(names())
    for name, properties in REQUIRED.items():
        assert properties == load(name).template["properties"]


@pytest.mark.parametrize("name", names())
def test_a_preset_is_complete(name: str) -> None:
    """A preset has sources, number format, console and limits, and samples for every property; its id is not one of Ringotel's own."""
    preset = load(name)
    assert preset.name == name
    assert preset.sources
    assert all(source["url"].startswith("https://") and source["what"] for source in preset.sources)
    assert preset.numbers["portal_setting"]
    assert preset.webhook_console
    assert all(entry.what and entry.why for entry in preset.not_expressible)
    assert set(preset.template["properties"]) == set(preset.sample_values)
    assert set(preset.public_properties) <= set(preset.template["properties"])


def test_presets_are_listed(ringocli: Command) -> None:
    """``--list-presets`` prints text or JSON."""
    assert "telnyx" in ringocli("init", "--list-presets").out
    listed = ringocli("init", "--list-presets", "--format", "json").document["presets"]
    assert names() == [preset["name"] for preset in listed]


def test_a_preset_accepts_another_id(ringocli: Command, folder: Path) -> None:
    """The id and the name are replaced, and the output goes to the given file or to stdout."""
    done = ringocli("init", "--preset", "sinch", "--id", "my-sinch", "--name", "Mine", "-")
    template = json.loads(done.out)
    assert ("my-sinch", "Mine") == (template["id"], template["name"])
    assert [] == os.listdir(folder)


def test_dry_run_writes_nothing(ringocli: Command, folder: Path) -> None:
    """The template is printed on stdout, and no file is written."""
    done = ringocli("init", *BARE, "--dry-run")
    assert "acme" == json.loads(done.out)["id"]
    assert [] == os.listdir(folder)


def test_an_existing_file_is_kept(ringocli: Command, folder: Path) -> None:
    """A file is replaced only with --force."""
    (folder / "acme.json").write_text("mine")
    assert 2 == ringocli("init", *BARE).code
    assert "mine" == (folder / "acme.json").read_text()
    assert 0 == ringocli("init", *BARE, "--force").code


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "missing --id, --name, --send-url"),
        (("--id", "x"), "missing --name, --send-url"),
        (("--preset", "twillio"), "did you mean twilio"),
        ((*BARE, "--auth", "barer"), "did you mean bearer"),
        ((*BARE, "--auth", "oauth2"), "--authorize-url"),
        (
            (*BARE, "--auth", "oauth2", "--authorize-url", "a.example", "--token-url", "https://a.example/t"),
            "--authorize-url must be an http or https URL",
        ),
        (
            (*BARE, "--auth", "oauth2", "--authorize-url", "https://a.example/x", "--token-url", "https://a b/"),
            "--token-url must be an http or https URL",
        ),
        ((*BARE, "--logo", "logo.png"), "--logo must be an http or https URL"),
        ((*BARE, "--auth", "basic", "--property", "SID"), "needs 2 properties"),
        (("--preset", "twilio", "--send-url", "https://x.example"), "cannot be combined with --preset"),
        ((*BARE[:4], "--send-url", "http://x.example/"), "RT501"),
        ((*BARE[:4], "--send-url", "nonsense"), "RT219"),
        (("--id", "Twilio", *BARE[2:]), "RT111"),
        ((*BARE, "--property", "to"), "RT406"),
        ((*BARE, "--method", "PSOT"), "RT210"),
        ((*BARE, "--format", "yaml"), "--format"),
    ],
)
def test_a_wrong_answer_writes_nothing(ringocli: Command, folder: Path, arguments: tuple[str, ...], words: str) -> None:
    """Missing answers are listed together, invalid ones are refused: exit 2, no file."""
    done = ringocli("init", *arguments, "--no-input")
    assert 2 == done.code
    assert words in done.err
    assert [] == os.listdir(folder)


def test_without_a_terminal_nothing_is_asked(ringocli: Command, folder: Path) -> None:
    """Without a terminal no command waits for an answer."""
    assert 2 == ringocli("init", "--id", "x").code


def answered(folder: Path, answers: list[str]) -> tuple[int, str]:
    """Run the wizard on a real terminal and answer each prompt as it comes."""
    primary, secondary = pty.openpty()
    environment = {**os.environ, "TERM": "dumb", "COLUMNS": "200"}
    process = subprocess.Popen(
        [sys.executable, "-m", "ringocli", "init"],
        stdin=secondary, stdout=subprocess.PIPE, stderr=secondary, cwd=folder, env=environment,
    )  # fmt: skip
    os.close(secondary)
    seen = b""
    waiting = list(answers)
    while True:
        try:
            chunk = os.read(primary, 4096)
        except OSError:  # the terminal is gone when the process is
            break
        if not chunk:
            break
        seen += chunk
        if waiting and seen.endswith(b": "):
            os.write(primary, waiting.pop(0).encode() + b"\n")
    code = process.wait()
    assert process.stdout is not None
    process.stdout.close()
    os.close(primary)
    return code, seen.decode()


def test_the_wizard_asks_for_what_is_missing(folder: Path) -> None:
    """On a terminal init asks for a preset, or a URL, an id, a name and the auth, and then prints the equivalent
    command.
    """
    code, seen = answered(folder, ["", "https://sms.acme.example/send", "acme", "Acme SMS", "basic"])
    assert 0 == code, seen
    assert "Basic" == json.loads((folder / "acme.json").read_text())["auth"]["type"]
    assert "--auth basic" in seen
    code, seen = answered(folder, ["telnyx"])
    assert 0 == code, seen
    assert (folder / "telnyx-custom.json").exists()


def test_vs_code_gets_the_schema_and_keeps_its_settings(ringocli: Command, folder: Path) -> None:
    """Comments and order of the settings are kept; running it again adds nothing."""
    (folder / ".vscode").mkdir()
    settings = folder / ".vscode" / "settings.json"
    settings.write_text(
        '{\n    // mine\n    "editor.tabSize": 2,\n    "json.schemas": [\n        {"url": "x"}\n    ]\n}\n'
    )
    assert 0 == ringocli("init", "--preset", "telnyx", "acme.json", "--editor", "vscode").code
    once = settings.read_text()
    assert "// mine" in once
    assert '"fileMatch": [' in once
    assert "/acme.json" in once
    schema = json.loads((folder / ".vscode" / "ringotel.schema.json").read_text())
    assert "https://json-schema.org/draft/2020-12/schema" == schema["$schema"]
    assert 0 == ringocli("init", "--editor", "vscode").code
    assert once == settings.read_text()
    assert (2, True) == ((done := ringocli("init", "--editor", "vscod")).code, "did you mean vscode" in done.err)
