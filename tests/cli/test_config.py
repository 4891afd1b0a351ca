"""``config show``: which value wins and where it comes from, without reading a secret."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.conftest import Command

PROJECT = """
[validate]
ignore = ["RT216"]
[profiles.acme]
webhook_url = "https://hooks.example/hidden-path"
public = ["Account ID"]
[profiles.acme.variables]
number = "+12025550100"
[profiles.acme.properties]
"API key" = {env = "ACME_KEY"}
"Account ID" = 42
Password = {file = "nowhere.txt"}
Token = "plain-token-in-the-file"
Other = {keyring = "other"}
"""


@pytest.fixture
def project(acme: Path) -> Path:
    """A folder with a template and a profile."""
    (acme.parent / "ringocli.toml").write_text(PROJECT)
    return acme


def test_every_value_has_its_origin(ringocli: Command, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An option overrides the environment, which overrides the profile; overridden sources are named."""
    monkeypatch.setenv("RINGOCLI_NUMBER", "+1environment")
    monkeypatch.setenv("RINGOCLI_PROPERTY_API_KEY", "a-secret-in-the-environment")
    done = ringocli(
        "config", "show", project, "--profile", "acme", "--set", "number=+1option", "--origin", "--format", "json"
    )
    found = {f"{one['table']}.{one['name']}": one for one in done.document["settings"]}
    profile = "ringocli.toml [profiles.acme]"
    assert ("+1option", "options", ["environment", profile]) == (
        found["variables.number"]["value"],
        found["variables.number"]["origin"],
        found["variables.number"]["overrides"],
    )
    assert ("environment", [profile]) == (
        found["properties.API key"]["origin"],
        found["properties.API key"]["overrides"],
    )
    assert "https://hooks.example/***" == found["connection.webhook_url"]["value"]
    assert ["42", "***", "file nowhere.txt (no such file)", "keyring other"] == [
        found[f"properties.{name}"]["value"] for name in ("Account ID", "Token", "Password", "Other")
    ]
    assert "RT216" == found["validate.ignore"]["value"]
    for secret in ("hidden-path", "plain-token", "a-secret"):
        assert secret not in done.out + done.err


def test_unset_variables_and_unused_profiles_are_reported(ringocli: Command, project: Path) -> None:
    """An unset variable of a profile is not an error here; without --profile the profiles are listed."""
    assert "env ACME_KEY (not set)" in ringocli("config", "show", "--profile", "acme").out
    done = ringocli("config", "show")
    assert ("validate.ignore  RT216\n", True) == (done.out, "acme (--profile)" in done.err)


def test_a_property_comes_from_a_command(ringocli: Command, acme: Path) -> None:
    """The output of the program is the value, without the final line break."""
    (acme.parent / "tell.py").write_text("print('value-of-the-manager')")
    command = f'API key="{sys.executable}" tell.py'
    done = ringocli("render", "acme.json", "SendMessage", "--property-cmd", command, "--show-secrets")
    assert "Authorization: Bearer value-of-the-manager\n" in done.out
    assert "value-of-the-manager" not in ringocli("render", "acme.json", "--property-cmd", command).out


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("no-such-program-here --token hidden", 3, "did not start: no-such-program-here"),
        (f'"{sys.executable}" -c "raise SystemExit(4)" hidden', 3, "exit code 4"),
        (f'"{sys.executable}" -c "" hidden', 3, "printed nothing"),
        ("'unclosed hidden", 2, "cannot be parsed"),
        ("", 2, "cannot be parsed"),
    ],
)
def test_a_failing_command_is_one_sentence(ringocli: Command, acme: Path, command: str, code: int, words: str) -> None:
    """The message names the program but not its arguments, which may contain a secret."""
    done = ringocli("render", acme, "--property-cmd", f"API key={command}")
    assert (code, True, False) == (done.code, words in done.err, "hidden" in done.err)


def test_only_the_user_s_own_file_may_name_a_command(
    ringocli: Command, acme: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkout must not be able to run a program; the user's config.toml may."""
    table = f"""[{{table}}properties]\n"API key" = {{{{command = '"{sys.executable}" -c "print(123456789)"'}}}}\n"""
    (acme.parent / "ringocli.toml").write_text(table.format(table="profiles.acme."))
    done = ringocli("render", acme, "--profile", "acme")
    assert (2, True) == (done.code, "only run if it is in your own config.toml" in done.err)
    (acme.parent / "xdg" / "ringocli").mkdir(parents=True)
    (acme.parent / "xdg" / "ringocli" / "config.toml").write_text(table.format(table=""))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(acme.parent / "xdg"))
    assert "Bearer 123456789" in ringocli("render", acme, "SendMessage", "--show-secrets").out
