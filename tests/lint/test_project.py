"""Project settings, suppressions, statistics, --watch and --against."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ACME, Command

TODAY = datetime.date.today()


@pytest.fixture
def text_only(folder: Path) -> Path:
    """A template with one warning, because it has no SendFile."""
    document = json.loads(json.dumps(ACME))
    del document["API"]["SendFile"]
    path = folder / "acme.json"
    path.write_text(json.dumps(document, indent=2), "utf-8")
    return path


def codes(ringocli: Command, *words: str | Path) -> list[tuple[str, str]]:
    done = ringocli("validate", *words, "--format", "json")
    return [(found["code"], found["severity"]) for found in done.document["findings"] if found["severity"] != "info"]


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ("", [("RT216", "warning")]),
        ('ignore = ["RT216"]', []),
        ('select = ["RT4"]', []),
        ('[validate.severity]\nRT216 = "error"', [("RT216", "error")]),
        ('[validate.severity]\nno-send-file = "off"', []),
        ('[validate.severity]\nRT2 = "info"\nRT216 = "error"', [("RT216", "error")]),
    ],
)
def test_settings_of_the_project_apply(
    ringocli: Command, text_only: Path, table: str, found: list[tuple[str, str]]
) -> None:
    """``[validate]`` in the nearest ringocli.toml selects, ignores and sets severities; the longest name decides."""
    (text_only.parent / "ringocli.toml").write_text(f"[validate]\n{table}\n")
    assert found == codes(ringocli, text_only)


def test_an_option_overrides_the_settings(ringocli: Command, text_only: Path) -> None:
    """An option replaces the key of the same name."""
    (text_only.parent / "ringocli.toml").write_text('[validate]\nignore = ["RT216"]\nfail-on = "warning"\n')
    assert [("RT216", "warning")] == codes(ringocli, text_only, "--ignore", "RT4")
    assert 1 == ringocli("validate", text_only, "--ignore", "RT4").code
    assert 0 == ringocli("validate", text_only, "--ignore", "RT4", "--fail-on", "error").code


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("ignor = []", "did you mean ignore"),
        ('ignore = ["RT999"]', "unknown rule"),
        ("ignore = 3", "must be a list"),
        ('severity = "x"', "must be a table"),
        ('[validate.severity]\nRT216 = "eror"', "did you mean error"),
        ('strict = "yes"', "strict must be true or false"),
        ('fail-on = "all"', "invalid value 'all'"),
        ("= 3", "invalid TOML at line 2, column 1"),
        ("[validat]", "ringocli.toml: unknown table 'validat' (did you mean validate?)"),
        ("[profile.acme]", "ringocli.toml: unknown table 'profile' (did you mean profiles?)"),
        ("[[rule]]", "unknown table 'rule'"),
        (f"strict = {'9' * 5000}", "a number has thousands of digits"),
    ],
)
def test_invalid_settings_are_reported(ringocli: Command, text_only: Path, table: str, said: str) -> None:
    """Invalid settings end the run with one sentence; they are not findings."""
    (text_only.parent / "ringocli.toml").write_text(f"[validate]\n{table}\n")
    done = ringocli("validate", text_only)
    assert (True, True) == (done.code in (2, 3), said in done.err), done.err


@pytest.mark.parametrize(
    ("entry", "left", "stale"),
    [
        ('code = "RT216"\npointer = "/API"\nreason = "texts only"', [], None),
        ('code = "no-send-file"\npointer = ""\nreason = "texts only"', [], None),
        (f'code = "RT216"\npointer = "/API"\nreason = "x"\nuntil = {TODAY}', [], None),
        (f'code = "RT216"\npointer = "/API"\nreason = "x"\nuntil = {TODAY}T12:00:00', [], None),
        (f'code = "RT216"\npointer = "/API"\nreason = "x"\nuntil = "{TODAY}"', [], None),
        ('code = "RT216"\npointer = "/API"\nreason = "x"\nuntil = 2020-01-01', ["RT216"], "expired"),
        ('code = "RT216"\npointer = "/Webhook"\nreason = "x"', ["RT216"], "no such finding"),
        ('code = "RT401"\npointer = "/API"\nreason = "x"', ["RT216"], "no such finding"),
    ],
)
def test_a_suppression_has_a_pointer_a_reason_and_a_date(
    ringocli: Command, text_only: Path, entry: str, left: list[str], stale: str | None
) -> None:
    """Findings that a suppression covers are hidden, and an unused suppression is reported."""
    (text_only.parent / "acme.suppressions.toml").write_text(f"[[suppress]]\n{entry}\n")
    done = ringocli("validate", text_only, "--format", "json")
    assert left == [one["code"] for one in done.document["findings"] if one["severity"] != "info"]
    assert (stale is not None) == ("stale_suppressions" in done.document)
    if stale is not None:
        assert stale in done.err
        assert "acme.suppressions.toml:1" in done.err
        assert 1 == ringocli("validate", text_only, "--strict", "--ignore", "RT216").code


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('code = "RT216"', "needs a code and a reason"),
        ('code = "RT999"\nreason = "x"', "unknown rule"),
        ('code = "RT216"\nreason = "x"\nuntill = 2027-01-01', "did you mean until"),
        ('code = "RT216"\nreason = "x"\nuntil = "soon"', "must be a date"),
    ],
)
def test_an_invalid_suppression_is_reported(ringocli: Command, text_only: Path, entry: str, said: str) -> None:
    """The error names the file and the line."""
    (text_only.parent / "acme.suppressions.toml").write_text(f"[[suppress]]\n{entry}\n")
    done = ringocli("validate", text_only)
    assert (2, True) == (done.code, said in done.err and "acme.suppressions.toml:1" in done.err), done.err


def test_a_misspelled_table_of_suppressions_is_reported(ringocli: Command, text_only: Path) -> None:
    """A table that nothing reads is an error, not a file without suppressions."""
    (text_only.parent / "acme.suppressions.toml").write_text('[[suppression]]\ncode = "RT216"\nreason = "x"\n')
    done = ringocli("validate", text_only)
    assert (2, True) == (done.code, "unknown table 'suppression' (did you mean suppress?)" in done.err), done.err


def test_an_invalid_suppression_after_a_byte_order_mark_has_its_line(ringocli: Command, text_only: Path) -> None:
    """A file written on Windows is read, and its lines are counted like those of any other."""
    entries = '[[suppress]]\ncode = "RT216"\nreason = "x"\n[[suppress]]\ncode = "RT999"\nreason = "x"\n'
    windows = f"\ufeff{entries}".replace("\n", "\r\n")
    (text_only.parent / "acme.suppressions.toml").write_bytes(windows.encode())
    assert "acme.suppressions.toml:4: unknown rule 'RT999'" in ringocli("validate", text_only).err


def test_statistics_count_rules(ringocli: Command, text_only: Path) -> None:
    """The most frequent rule comes first, with the number of files."""
    (text_only.parent / "b.json").write_text(text_only.read_text().replace('"to": "$to$"', '"to": "$too$"'))
    done = ringocli("validate", ".", "--statistics")
    assert 1 == done.code
    assert "     2  RT216  warning  no-send-file (2 files)" in done.out
    assert "RT401" in done.out


def test_unsafe_fixes_need_an_option(ringocli: Command, text_only: Path) -> None:
    """--fix alone keeps http; with --unsafe-fixes nothing fixable remains, and fixing again changes nothing."""
    text_only.write_text(text_only.read_text().replace("https://sms", "http://sms"))
    assert 1 == ringocli("validate", text_only, "--fix").code
    assert "http://sms" in text_only.read_text()
    assert 2 == ringocli("validate", text_only, "--unsafe-fixes").code
    assert 0 == ringocli("validate", text_only, "--fix", "--unsafe-fixes").code
    once = text_only.read_text()
    assert "https://sms" in once
    ringocli("validate", text_only, "--fix", "--unsafe-fixes")
    assert once == text_only.read_text()


def test_watching_lints_again_when_the_file_changes(text_only: Path) -> None:
    """The second round reports the new finding; Ctrl-C ends it."""
    done = subprocess.Popen(
        [sys.executable, "-m", "ringocli", "validate", text_only.name, "--watch", "--format", "concise"],
        cwd=text_only.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert done.stdout is not None
    assert done.stderr is not None
    try:
        while "RT216" not in done.stdout.readline():
            pass
        while "watching" not in done.stderr.readline():
            pass
        text_only.write_text(text_only.read_text().replace('"to": "$to$"', '"to": "$too$"', 1))
        while "RT401" not in done.stdout.readline():
            pass
    finally:
        done.kill()
        done.communicate()


def test_a_changed_id_is_reported(ringocli: Command, folder: Path) -> None:
    """The earlier id comes from a file, a folder, a git revision or the baseline; an unchanged id is not a finding."""
    path = folder / "acme.json"
    path.write_text(json.dumps(ACME, indent=2), "utf-8")
    (folder / "old").mkdir()
    (folder / "old" / "acme.json").write_text(path.read_text("utf-8"), "utf-8")
    for words in (
        ["init", "-q"],
        ["add", "acme.json"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)
    assert 0 == ringocli("validate", path.name, "--baseline", "write").code
    ways = [("--against", "old"), ("--against", "old/acme.json"), ("--against", "HEAD")]
    ways.append(("--baseline", ".ringocli-baseline.json"))
    for way in ways:
        assert [] == codes(ringocli, "acme.json", *way)
    path.write_text(json.dumps({**ACME, "id": "acme2"}, indent=2), "utf-8")
    for way in ways:
        assert [("RT114", "warning")] == codes(ringocli, "acme.json", *way)
    done = ringocli("validate", "acme.json", "--against", "nowhere")
    assert (2, True) == (done.code, "git revision" in done.err)


def test_a_revision_is_looked_up_in_the_folder_of_the_call(
    ringocli: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two repositories checked in one process each have their own ``HEAD``, and it is read anew after a commit."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        for id_ in (name, f"{name}-new"):
            Path("acme.json").write_text(json.dumps({**ACME, "id": id_}), "utf-8")
            commit = ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]
            for words in (["init", "-q"], ["add", "acme.json"], commit):
                subprocess.run(["git", *words], check=True)
            assert [] == codes(ringocli, "acme.json", "--against", "HEAD")
        assert [("RT114", "warning")] == codes(ringocli, "acme.json", "--against", "HEAD~1")


def test_withheld_fixes_are_noted(ringocli: Command, folder: Path) -> None:
    """The file is unchanged, and a note says why."""
    (folder / "bad.json").write_text('{"id": "acme"')
    done = ringocli("validate", "bad.json", "--fix")
    assert (1, True) == (done.code, "some fixes were not applied" in done.err)
    assert '{"id": "acme"' == (folder / "bad.json").read_text()


def test_two_templates_with_one_id_are_reported(ringocli: Command, folder: Path) -> None:
    """Each file's finding names the other file; a suppression or --ignore hides it; one file alone has none."""
    (folder / "my templates").mkdir()
    text = json.dumps(ACME, indent=2)
    (folder / "my templates" / "a.json").write_text(text, "utf-8")
    (folder / "b.json").write_text(text, "utf-8")
    (folder / "c.json").write_text(text.replace('"acme"', '"other"', 1), "utf-8")
    document = ringocli("validate", "--format", "json").document
    found = {one["file"]: one["message"] for one in document["findings"] if one["code"] == "RT115"}
    assert {"b.json", str(Path("my templates/a.json"))} == set(found)
    assert "b.json" in found[str(Path("my templates/a.json"))]
    assert [] == codes(ringocli, "b.json")
    assert [] == codes(ringocli, "b.json", "./b.json")
    assert [] == codes(ringocli, ".", "--ignore", "duplicate-id")
    entry = '[[suppress]]\ncode = "RT115"\npointer = "/id"\nreason = "the version in production"\n'
    (folder / "b.suppressions.toml").write_text(entry, "utf-8")
    done = ringocli("validate", ".", "--format", "json")
    assert [str(Path("my templates/a.json"))] == [
        one["file"] for one in done.document["findings"] if one["code"] == "RT115"
    ]
    assert "unused" not in done.err


def test_each_suppression_is_counted_by_itself(ringocli: Command, text_only: Path) -> None:
    """An inline array has no header lines; the unused entry is reported although the other one is used."""
    entries = '{code = "RT216", reason = "texts only"}, {code = "RT401", reason = "gone"}'
    (text_only.parent / "acme.suppressions.toml").write_text(f"suppress = [{entries}]\n")
    done = ringocli("validate", text_only)
    assert "unused suppression: RT401" in done.err
    assert "unused suppression: RT216" not in done.err
