"""Sources of values: their precedence, and the errors if one is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringocli.errors import LocalError, UsageError
from ringocli.lint.project import read_validate_settings
from ringocli.template.settings import ValueArguments, environment_name, gather, profiles, project_file
from ringocli.template.variables import Place
from ringocli.text.secret import Secret, sent


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder inside a repository, and an empty home."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def env(folder: Path, **more: str) -> dict[str, str]:
    """An environment whose user file lies in the folder."""
    return {"XDG_CONFIG_HOME": str(folder / "xdg"), **more}


PROJECT = """
[profiles.acme]
webhook_url = "https://hooks.example/profile"
public = ["Account ID"]
[profiles.acme.variables]
number = "+1profile"
content = "profile"
[profiles.acme.incoming]
content = "profile-in"
[profiles.acme.properties]
"API key" = {env = "ACME_KEY"}
"Account ID" = 42
Password = {file = "secret.txt"}
"""


@pytest.mark.parametrize("written", ["1.10", "42", "12345678901234567890123", "0.10000000000000000001"])
@pytest.mark.parametrize(
    "form",
    [
        "[properties]\nPIN = {}\n[variables]\ncontent = {}",
        '{{"properties": {{"PIN": {}}}, "variables": {{"content": {}}}}}',
    ],
)
def test_a_number_keeps_its_digits(folder: Path, form: str, written: str) -> None:
    """A PIN or an account number that is written as a number is sent as it is written."""
    (folder / "values").write_text(form.format(written, written))
    values = gather(ValueArguments(values="values"), ("PIN",), env(folder)).values
    assert (written, written) == (values.at(Place.SEND_MESSAGE)["content"], sent(values.properties["PIN"]))


def test_precedence_is_option_environment_values_profile_user(folder: Path) -> None:
    """Each source wins over the ones after it, and only over those."""
    (folder / "ringocli.toml").write_text(PROJECT)
    (folder / "secret.txt").write_text("from-file\n")
    (folder / "values.json").write_text('{"variables": {"content": "values", "domain": "values"}}')
    (folder / "xdg/ringocli").mkdir(parents=True)
    (folder / "xdg/ringocli/config.toml").write_text(
        '[variables]\nextension = "user"\ndomain = "user"\ncontent = "user"'
    )
    environ = env(folder, ACME_KEY="k", RINGOCLI_CONTENT="env", RINGOCLI_TO="env")
    options = ValueArguments(set=["to=option"], values="values.json", profile="acme")
    variables = gather(options, (), environ).values.at(Place.SEND_MESSAGE)
    assert {
        "to": "option",
        "content": "env",
        "domain": "values",
        "from": "+1profile",
        "extension": "user",
    } == variables


def test_an_alias_on_the_command_line_beats_a_name_in_a_profile(folder: Path) -> None:
    """``--set number`` wins over a weaker source's ``from``."""
    (folder / "v.toml").write_text('[variables]\nfrom = "file"\nto = "file"')
    settings = gather(ValueArguments(set=["number=option"], values="v.toml"), (), env(folder))
    assert {"from": "option", "to": "file"} == settings.values.at(Place.SEND_FILE)


def test_direction_tables_win_over_variables(folder: Path) -> None:
    """``[incoming]`` overrides ``[variables]`` for webhooks only."""
    (folder / "ringocli.toml").write_text(PROJECT)
    (folder / "secret.txt").write_text("x")
    values = gather(ValueArguments(profile="acme"), (), env(folder, ACME_KEY="k")).values
    assert "profile-in" == values.at(Place.MESSAGE)["content"]
    assert "profile" == values.at(Place.SEND_MESSAGE)["content"]


def test_properties_are_secrets_unless_public(folder: Path) -> None:
    """Wherever a property comes from, it is masked; a public one is plain text."""
    (folder / "ringocli.toml").write_text(PROJECT)
    (folder / "secret.txt").write_text("from-file\r\n")
    (folder / "key.txt").write_text("\ufefffile-option\n")
    environ = env(folder, ACME_KEY="env-key", OTHER="o", RINGOCLI_PROPERTY_MY_KEY="named")
    options = ValueArguments(
        property=["A=a=b"], property_env=["B=OTHER"], property_file=["C=key.txt"], public=["A"], profile="acme"
    )
    settings = gather(options, ["My key"], environ)
    properties = settings.values.properties
    assert {"A": "a=b", "B": "o", "C": "file-option", "API key": "env-key", "Account ID": "42",
            "Password": "from-file", "My key": "named"} == {k: sent(v) for k, v in properties.items()}  # fmt: skip
    assert {"A", "Account ID"} == {name for name, value in properties.items() if not isinstance(value, Secret)}


def test_the_webhook_url_is_a_secret_with_its_own_precedence(folder: Path) -> None:
    """The option wins over the environment, and the environment over the profile."""
    (folder / "ringocli.toml").write_text('[profiles.a]\nwebhook_url = "https://p.example/x"')
    for options, environ, expected in (
        (ValueArguments(url="u", profile="a"), env(folder, RINGOCLI_WEBHOOK_URL="e"), "u"),
        (ValueArguments(profile="a"), env(folder, RINGOCLI_WEBHOOK_URL="e"), "e"),
        (ValueArguments(), env(folder, RINGOCLI_PROFILE="a"), "https://p.example/x"),
    ):
        url = gather(options, (), environ).webhook_url
        assert url is not None
        assert (expected, "***") == (url.reveal(), str(url))


def test_the_project_file_is_looked_for_up_to_the_git_root(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file above the repository is never read."""
    inner = folder / "a" / "b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert project_file() is None
    (folder / "ringocli.toml").write_text("[profiles.x]\n[profiles.y]")
    assert folder / "ringocli.toml" == project_file()
    assert ["x", "y"] == profiles()
    (folder / "a" / ".git").mkdir()
    assert project_file() is None


def test_files_are_read_without_interpretation(folder: Path) -> None:
    """A value from a file keeps its line breaks."""
    (folder / "text.txt").write_bytes(b"two\r\nlines\n")
    values = gather(ValueArguments(set_file=["content=text.txt"]), (), env(folder)).values
    assert "two\r\nlines\n" == values.at(Place.MESSAGE)["content"]


@pytest.mark.parametrize(
    ("options", "files", "error", "words"),
    [
        (ValueArguments(set=["form=1"]), {}, UsageError, "did you mean from"),
        (ValueArguments(set=["nonsense"]), {}, UsageError, "--set needs NAME=VALUE"),
        (ValueArguments(property=["s3cret"]), {}, UsageError, "--property needs NAME=VALUE"),
        (ValueArguments(property_env=["A=UNSET"]), {}, UsageError, "UNSET .* is not set"),
        (ValueArguments(property_file=["A=missing.txt"]), {}, LocalError, "no such file"),
        (ValueArguments(values="missing.toml"), {}, LocalError, "no such file"),
        (ValueArguments(values="v"), {"v": "a = = 1"}, LocalError, "invalid TOML at line 1, column 5"),
        (ValueArguments(values="v"), {"v": "{" * 100_000}, LocalError, "invalid JSON at line 1, column 2"),
        (ValueArguments(values="v"), {"v": "[variable]\nto = '1'"}, UsageError, "did you mean variables"),
        (ValueArguments(values="v"), {"v": "variables = 5"}, UsageError, "must be a table"),
        (ValueArguments(values="v"), {"v": "[variables]\nto = []"}, UsageError, "must be a string"),
        (ValueArguments(values="v"), {"v": "[variables]\nfrmo = '1'"}, UsageError, "did you mean from"),
        (ValueArguments(values="v"), {"v": "public = 'x'"}, UsageError, "must be a list of names"),
        (ValueArguments(values="v"), {"v": "webhook_url = 5"}, UsageError, "webhook_url must be a string"),
        (
            ValueArguments(values="v"),
            {"v": "[properties]\na = {vault = 'x'}"},
            UsageError,
            "env, file, keyring or command",
        ),
        (
            ValueArguments(values="v"),
            {"v": "[properties]\na = {keyring = 'x'}"},
            LocalError,
            "ringocli\\[keyring\\]|keyring",
        ),
        (ValueArguments(profile="a"), {}, UsageError, "no ringocli.toml"),
        (ValueArguments(profile="acem"), {"ringocli.toml": "[profiles.acme]"}, UsageError, "did you mean acme"),
        (ValueArguments(profile="a"), {"ringocli.toml": "= 's3cret'"}, LocalError, "invalid TOML at line 1, column 1"),
        (ValueArguments(profile="a"), {"ringocli.toml": "profiles.a = 5"}, UsageError, "must be a table"),
        (ValueArguments(profile="a"), {"ringocli.toml": "profiles = 4"}, UsageError, "toml: profiles must be a table"),
        (ValueArguments(profile="a"), {"ringocli.toml": "[profile.a]"}, UsageError, "did you mean profiles"),
        (
            ValueArguments(profile="a"),
            {"ringocli.toml": "[profiles.a.variabels]"},
            UsageError,
            "did you mean variables",
        ),
        (
            ValueArguments(profile="a"),
            {"ringocli.toml": "[profiles.a.variables]\nfoo = '1'"},
            UsageError,
            r"ringocli.toml \[profiles.a\]: unknown variable 'foo'",
        ),
        (ValueArguments(values="v"), {"v": "webhook_ulr = 'x'"}, UsageError, "unknown key .*did you mean webhook_url"),
        (ValueArguments(values="v"), {"v": f"public = {'9' * 5000}"}, LocalError, "thousands of digits"),
        (
            ValueArguments(values="v"),
            {"v": f'{{"public": {"9" * 5000}}}'},
            LocalError,
            "invalid JSON at line 1, column 12",
        ),
    ],
)
def test_a_wrong_source_is_one_sentence(
    folder: Path, options: ValueArguments, files: dict[str, str], error: type[Exception], words: str
) -> None:
    """Each mistake names its source and what to do; a secret in it is not repeated."""
    for name, text in files.items():
        (folder / name).write_text(text)
    with pytest.raises(error, match=words) as caught:
        gather(options, (), env(folder))
    assert "s3cret" not in str(caught.value)


def test_a_missing_home_folder_is_tolerated(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container without HOME still works."""
    monkeypatch.delenv("HOME", raising=False)
    assert gather(ValueArguments(), (), {}).webhook_url is None


def test_property_names_become_environment_names() -> None:
    """Spaces and punctuation become underscores."""
    assert "RINGOCLI_PROPERTY_API_KEY" == environment_name("API key")


@pytest.mark.parametrize("start", ["", "\ufeff"], ids=["plain", "byte order mark"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_project_file_is_read_the_same_way_everywhere(folder: Path, start: str, line_break: str) -> None:
    """Profiles, their names and the [validate] table accept a byte order mark and either kind of line break."""
    lines = ["[validate]", 'ignore = ["RT216"]', "[profiles.acme]", 'webhook_url = "https://p.example/x"', ""]
    (folder / "ringocli.toml").write_bytes((start + line_break.join(lines)).encode())
    (folder / "values.toml").write_bytes((start + line_break.join(["[variables]", 'to = "1"', ""])).encode())
    assert ["acme"] == profiles()
    settings = gather(ValueArguments(profile="acme", values="values.toml"), (), env(folder))
    assert "https://p.example/x" == (settings.webhook_url and settings.webhook_url.reveal())
    assert "1" == settings.values.at(Place.SEND_MESSAGE)["to"]
    assert ("RT216",) == read_validate_settings().ignore
