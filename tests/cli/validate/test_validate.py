"""validate, explain and schema as a user types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from ringocli.lint.registry import rules
from tests.conftest import ACME, ROOT, SAMPLES, Command

SECRET = "abcdef0123456789"


def spoiled(**header: Any) -> str:
    """The template with two mistakes, and a header of its own."""
    text = json.dumps({**ACME, **header}, indent=2)
    return text.replace('"$to$"', '"$ot$"', 1).replace('"POST"', '"PSOT"', 1)


def test_a_clean_file_is_one_line(ringocli: Command, acme: Path) -> None:
    """For a file without findings, the output is one line and the exit code 0."""
    done = ringocli("validate", acme)
    assert 0 == done.code
    assert 1 == len(done.out.splitlines())
    assert "" == ringocli("--quiet", "validate", acme).out


def test_text_has_frames_and_carets(ringocli: Command, folder: Path) -> None:
    """File, line, column, code, message, the line itself and a caret below the mistake."""
    (folder / "bad.json").write_text(spoiled())
    done = ringocli("validate", "bad.json")
    assert 1 == done.code
    assert "bad.json:19:15: error RT401 unknown variable $ot$ (did you mean $to$?)" in done.out
    assert '19 |         "to": "$ot$",' in done.out
    assert "^^^^^^ $to$" in done.out
    assert all(len(line) <= 100 for line in done.out.splitlines())


def test_infos_are_counted_and_shown_on_request(ringocli: Command, acme: Path) -> None:
    """Infos are only counted, unless -v is given."""
    assert "RT702" not in ringocli("validate", acme).out
    assert "RT702" in ringocli("-v", "validate", acme).out
    assert "RT702" in ringocli("validate", acme, "--fail-on", "info").out


def test_json_has_its_final_form(ringocli: Command, folder: Path) -> None:
    """Every field of the contract; lines and columns count from 1."""
    (folder / "bad.json").write_text(spoiled())
    document = ringocli("validate", "bad.json", "--format", "json").document
    assert {"schema_version", "files", "skipped", "findings", "summary"} == set(document)
    assert {"error": 2, "warning": 0, "info": 1} == document["summary"]
    (finding,) = [one for one in document["findings"] if one["code"] == "RT401"]
    assert {
        "file": "bad.json",
        "code": "RT401",
        "slug": "unknown-variable",
        "severity": "error",
        "message": "unknown variable $ot$ (did you mean $to$?)",
        "pointer": "/API/SendMessage/request_parameters/to",
        "range": {"start": {"line": 19, "column": 15}, "end": {"line": 19, "column": 21}},
        "suggestion": "$to$",
        "fix": {
            "title": "Write $to$",
            "safe": True,
            "edits": [
                {"range": {"start": {"line": 19, "column": 15}, "end": {"line": 19, "column": 21}}, "text": '"$to$"'}
            ],
        },
    } == finding


def test_every_format_contains_the_finding(ringocli: Command, folder: Path) -> None:
    """concise, jsonl, sarif, github, junit and markdown contain the code and the location."""
    (folder / "bad.json").write_text(spoiled())
    assert "bad.json:19:15: error RT401 " in ringocli("validate", "bad.json", "--format", "concise").out
    lines = [json.loads(line) for line in ringocli("validate", "bad.json", "--format", "jsonl").out.splitlines()]
    assert {1} == {line["schema_version"] for line in lines}
    github = ringocli("validate", "bad.json", "--format", "github").out
    assert (
        "::error file=bad.json,line=19,endLine=19,col=15,endColumn=21,title=RT401 unknown-variable::unknown" in github
    )
    suite = ElementTree.fromstring(ringocli("validate", "bad.json", "--format", "junit").out)
    assert 2 == len(suite.findall(".//failure"))
    assert "| error | RT401 | `bad.json:19:15` |" in ringocli("validate", "bad.json", "--format", "markdown").out


def test_sarif_has_rules_locations_and_fixes(ringocli: Command, folder: Path) -> None:
    """SARIF 2.1.0: results point at rules, regions count from 1, fixes replace just their region."""
    (folder / "bad.json").write_text(spoiled())
    log = ringocli("validate", "bad.json", "--format", "sarif").document
    (run,) = log["runs"]
    assert ("2.1.0", "unicodeCodePoints") == (log["version"], run["columnKind"])
    for result in run["results"]:
        assert result["ruleId"] == run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert min(region.values()) >= 1
    fixes = [result["fixes"][0] for result in run["results"] if "fixes" in result]
    texts = {fix["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"] for fix in fixes}
    assert {'"$to$"', '"POST"'} == texts
    assert {rule.code for rule in rules()} == {rule["id"] for rule in run["tool"]["driver"]["rules"]}


def test_github_actions_are_noticed(ringocli: Command, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In GitHub Actions, annotations are the default format."""
    (folder / "bad.json").write_text(spoiled())
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert ringocli("validate", "bad.json").out.startswith("::")


@pytest.mark.parametrize("form", ["text", "concise", "json", "jsonl", "sarif", "github", "junit", "markdown"])
@pytest.mark.parametrize("more", [(), ("--ignore", "RT502"), ("--select", "RT4"), ("--fix", "--diff")])
def test_a_credential_in_a_template_is_in_no_output(
    ringocli: Command, folder: Path, form: str, more: tuple[str, ...]
) -> None:
    """The credential is not repeated in a message, a frame, a fix or a diff, even if its rule is ignored."""
    text = spoiled(auth={"type": "Bearer", "token": SECRET}).replace('"token": ', '"token":', 1)
    (folder / "bad.json").write_text(text.replace("\n  ", " "))
    done = ringocli("validate", "bad.json", "--format", form, *more)
    assert SECRET not in done.out + done.err


def test_folders_take_templates_and_count_the_rest(ringocli: Command, folder: Path) -> None:
    """In a folder only templates are linted, and hidden folders are skipped; a file that is named is always linted."""
    (folder / "a").mkdir()
    (folder / ".hidden").mkdir()
    (folder / "a" / "one.json").write_text(json.dumps(ACME))
    (folder / "a" / "other.json").write_text('{"name": "no template"}')
    (folder / "a" / "list.json").write_text("[]")
    (folder / ".hidden" / "two.json").write_text(spoiled())
    done = ringocli("validate", ".", "--format", "json")
    assert (0, 1, 2) == (done.code, done.document["files"], done.document["skipped"])
    assert 1 == ringocli("validate", "a/other.json").code


def test_stdin_has_the_given_name(ringocli: Command) -> None:
    """``-`` reads stdin; findings carry the name that was given for it."""
    done = ringocli("validate", "-", "--stdin-filename", "editor.json", "--format", "concise", stdin=spoiled())
    assert done.out.startswith("editor.json:")


def test_broken_json_is_a_finding(ringocli: Command) -> None:
    """validate reports a syntax error as a finding, not as an error of the command."""
    done = ringocli("validate", "-", "--format", "json", stdin="{")
    assert (1, "RT009") == (done.code, done.document["findings"][0]["code"])


@pytest.mark.parametrize(
    ("option", "code"), [("error", 0), ("warning", 1), ("info", 1)], ids=["error", "warning", "info"]
)
def test_fail_on_sets_the_threshold(ringocli: Command, option: str, code: int) -> None:
    """Findings below the threshold do not fail the check; --strict is the same as the threshold warning."""
    text = json.dumps({**ACME, "properties": ["API key", "Region"]})
    assert code == ringocli("validate", "-", "--fail-on", option, stdin=text).code
    assert 1 == ringocli("validate", "-", "--strict", stdin=text).code


def test_fix_writes_and_diff_only_shows(ringocli: Command, folder: Path) -> None:
    """--diff writes nothing; --fix changes only what is wrong, and afterwards nothing is left to fix."""
    path = folder / "bad.json"
    path.write_text(spoiled())
    shown = ringocli("validate", "bad.json", "--fix", "--diff")
    assert '-          "to": "$ot$",'.replace("          ", "        ") in shown.out
    assert "not applied" not in shown.err
    assert spoiled() == path.read_text()
    done = ringocli("validate", "bad.json", "--fix")
    assert (0, json.dumps(ACME, indent=2)) == (done.code, path.read_text())
    assert 2 == ringocli("validate", "-", "--fix", stdin=spoiled()).code


def test_a_baseline_hides_what_is_known(ringocli: Command, folder: Path) -> None:
    """Known findings are recorded once; afterwards only new ones are reported."""
    path = folder / "bad.json"
    path.write_text(spoiled())
    assert 0 == ringocli("validate", "bad.json", "--baseline", "write").code
    assert 0 == ringocli("validate", "bad.json", "--baseline", ".ringocli-baseline.json").code
    path.write_text(spoiled(**{"class": "SMS"}))
    done = ringocli("validate", "bad.json", "--baseline", ".ringocli-baseline.json", "--format", "json")
    assert (1, ["RT110"]) == (done.code, [finding["code"] for finding in done.document["findings"]])
    (folder / "wrong.json").write_text("[]")
    assert 3 == ringocli("validate", "bad.json", "--baseline", "wrong.json").code


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("validate", "missing.json"), 3, "no such file"),
        (("validate", "missing.json", "gone.json"), 3, "gone.json"),
        (("validate", "acme.json", "missing.json"), 3, "missing.json"),
        (("validate", "empty"), 3, "no *.json files"),
        (("validate", "binary.json"), 3, "not valid UTF-8"),
        (("validate", "huge.json"), 3, "larger than 5 MB"),
        (("validate", "--fial-on", "error"), 2, "--fail-on"),
        (("validate", "acme.json", "--format", "sarfi"), 2, "did you mean sarif"),
        (("validate", "acme.json", "--select", "RT999"), 2, "unknown rule"),
        (("validate", "acme.json", "--ignore", "unkown-variable"), 2, "did you mean unknown-variable"),
        (("validate", "acme.json", "--fail-on", "errors"), 2, "did you mean error"),
        (("explain",), 2, "explain needs a topic"),
        (("explain", "RT4O1"), 2, "did you mean RT401"),
    ],
)
def test_a_usage_error_is_one_sentence(
    ringocli: Command, acme: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    """For missing, binary and huge files and for unknown options and codes, the error is one sentence with the
    documented exit code.
    """
    (acme.parent / "empty").mkdir()
    (acme.parent / "binary.json").write_bytes(b"\xff\xfe\x00")
    (acme.parent / "huge.json").write_bytes(b" " * 5_000_001)
    done = ringocli(*arguments)
    assert code == done.code
    assert words in done.err
    assert "Traceback" not in done.err


def test_explain_describes_a_rule(ringocli: Command) -> None:
    """A rule is named by its code, in any case, or by its slug; all rules are listed as text or JSON."""
    for name in ("RT401", "rt401", "unknown-variable"):
        assert "A variable is unknown." in ringocli("explain", name).out
    assert len(rules()) == len(ringocli("explain", "--all").out.splitlines())
    assert len(rules()) == len(ringocli("explain", "--all", "--format", "json").document["rules"])


def test_the_schema_is_printed(ringocli: Command) -> None:
    """The schema for editors, with descriptions."""
    schema = ringocli("schema").document
    assert "2020-12" in schema["$schema"]
    assert schema["properties"]["id"]["description"]


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_samples_validate(ringocli: Command, path: Path) -> None:
    """Every sample is free of errors."""
    assert 0 == ringocli("validate", path).code


def test_the_hooks_run_what_exists(ringocli: Command, acme: Path) -> None:
    """The hooks that other repositories use run existing commands."""
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text()
    for line in hooks.splitlines():
        if line.strip().startswith("entry:"):
            assert 0 == ringocli(*line.split()[2:], acme).code


def test_copies_of_a_template_have_the_findings_of_each_file(ringocli: Command, folder: Path) -> None:
    """The same text under several names is reported under each of them."""
    for name in ("a.json", "b.json", "c.json"):
        (folder / name).write_text(spoiled())
    document = ringocli("validate", ".", "--format", "json").document
    by_file = {name: [(f["code"], f["range"]) for f in document["findings"] if f["file"].endswith(name)]
               for name in ("a.json", "b.json", "c.json")}  # fmt: skip
    assert 3 == document["files"]
    assert by_file["a.json"]
    assert by_file["a.json"] == by_file["b.json"] == by_file["c.json"]


def test_very_many_files_have_the_findings_that_each_has_alone(
    ringocli: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Worker processes give the same findings in the same order, and the same skipped and unreadable files."""
    from ringocli.cli.validate import parallel, run

    for number in range(60):
        text = spoiled(id=f"acme{number}") if number % 3 else json.dumps({**ACME, "id": f"acme{number}"})
        (folder / f"{number:02}.json").write_text(text if number % 7 else '{"other": 1}')
    (folder / "10.json").write_bytes(json.dumps(ACME).encode("utf-16"))
    (folder / "11.json").write_text('{"class": "sms", // broken')
    alone = ringocli("validate", ".", "--format", "json")
    monkeypatch.setattr(run, "PROGRESS_FROM", 60)
    monkeypatch.setattr(parallel, "PARALLEL_FROM", 60)
    shared = ringocli("validate", ".", "--format", "json")
    assert (alone.code, alone.document, alone.err) == (shared.code, shared.document, shared.err)
    assert (3, True) == (shared.code, "10.json: not valid UTF-8" in shared.err)
    assert 60 == shared.document["files"] + shared.document["skipped"] + 1


def test_an_unrelated_class_in_a_folder_is_skipped(ringocli: Command, folder: Path) -> None:
    """A JSON file with a ``class`` of its own is not a template."""
    (folder / "seats.json").write_text('{"class": "economy", "seats": 4}')
    (folder / "acme.json").write_text(json.dumps(ACME))
    done = ringocli("validate", "--format", "json", ".")
    assert (0, 1, 1) == (done.code, done.document["files"], done.document["skipped"])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"name": "caf\xe9"}', 0),
        ('{"name": "x"}'.encode("utf-16"), 0),
        (b"[" + b" " * 5_000_000 + b"]", 0),
        (json.dumps(ACME).encode("utf-16"), 3),
        (json.dumps(ACME).replace("Acme", "Acm\xe9").encode("latin-1"), 3),
        (json.dumps(ACME).encode() + b" " * 5_000_000, 3),
    ],
    ids=["latin-1", "utf-16", "large", "template in utf-16", "template in latin-1", "large template"],
)
def test_an_unreadable_file_in_a_folder_is_an_error_if_it_is_a_template(
    ringocli: Command, folder: Path, content: bytes, code: int
) -> None:
    """Data in another encoding, or over 5 MB, is skipped like any other JSON file; named, it is an error."""
    (folder / "other.json").write_bytes(content)
    (folder / "acme.json").write_text(json.dumps(ACME))
    done = ringocli("validate", "--format", "json", ".")
    assert (code, 1, int(code == 0)) == (done.code, done.document["files"], done.document["skipped"])
    assert 3 == ringocli("validate", "other.json").code


def test_junit_has_one_test_case_per_finding(ringocli: Command, folder: Path) -> None:
    """Names are unique, each has a body, and the failures are the findings that make the exit code 1."""
    (folder / "bad.json").write_text(spoiled(Webhook=[]))
    (folder / "good.json").write_text(json.dumps({**ACME, "id": "good", "logo": "https://acme.example/logo.png"}))
    for option, failures in (("error", 2), ("warning", 3), ("info", 4)):
        suites = ElementTree.fromstring(ringocli("validate", "--format", "junit", "--fail-on", option).out)
        cases = suites.findall(".//testcase")
        names = [(case.get("classname"), case.get("name")) for case in cases]
        assert len(names) == len(set(names))
        assert ("good.json", "no findings") in names
        assert failures == len(suites.findall(".//failure")) == int(suites.get("failures", ""))
        assert all(outcome.text for case in cases for outcome in case)
