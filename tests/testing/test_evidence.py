"""bundle: the same bytes every time, every change named, no secret inside, nothing written that a check refuses."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ringocli.errors import LocalError
from ringocli.template.presets import names
from ringocli.testing.evidence.archive import DIRECTORY, verify, zip_bytes
from ringocli.testing.evidence.leaks import leaks
from ringocli.text.secret import Secret
from tests.conftest import SAMPLES, Command
from tests.loopback import Answer, serving

MEMBERS = {
    "template.json",
    "report.html",
    "manifest.json",
    "certificate.json",
    "lint.json",
    "exchanges.har",
    "mail.txt",
}


@pytest.fixture
def bundled(ringocli: Command, acme: Path) -> Path:
    """A bundle with a case in it."""
    assert 0 == ringocli("test", acme, "--record", "-", "--name", "receipt", stdin=RECEIPT).code
    done = ringocli("bundle", acme, "--output", "acme.zip", "--cases", "20")
    assert 0 == done.code, done.err
    return acme.parent / "acme.zip"


RECEIPT = '{"method":"delivered","params":{"messageid":"m-1"}}'


def members_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_two_builds_are_identical(ringocli: Command, bundled: Path) -> None:
    """The same input gives the same bytes, and an existing file is only replaced with --force."""
    first = bundled.read_bytes()
    assert 2 == ringocli("bundle", "acme.json", "--output", "acme.zip", "--cases", "20").code
    assert 0 == ringocli("bundle", "acme.json", "--output", "acme.zip", "--cases", "20", "--force").code
    assert first == bundled.read_bytes()


def test_the_members_are_those_of_the_manifest(ringocli: Command, bundled: Path) -> None:
    """Everything a reviewer needs, each with its hash; the template is byte for byte the file."""
    members = members_of(bundled)
    assert set(members) > MEMBERS
    manifest = json.loads(members["manifest.json"])
    assert manifest["members"] == {
        name: hashlib.sha256(content).hexdigest() for name, content in members.items() if name != "manifest.json"
    }
    assert Path("acme.json").read_bytes() == members["template.json"]
    assert "cases/acme-receipt.toml" in members
    assert json.loads(members["certificate.json"])["proved"] is True
    assert 0 == ringocli("bundle", "verify", "acme.zip").code


def test_the_report_needs_no_script_and_the_mail_names_the_portals_fields(bundled: Path) -> None:
    """The report is one HTML file that loads nothing, and the mail lists the steps in the portal."""
    members = members_of(bundled)
    html = members["report.html"].decode()
    assert not re.search(r"<script|<link|<img|@import|url\(| on\w+=", html)
    assert "Bearer ***" in html
    assert "Read from the reply: message id from /" in html
    assert re.search(r"Read from it: .*content = ", html)
    assert "1 test case passed." in html
    mail = members["mail.txt"].decode()
    assert "manifest.json" not in mail  # only template.json and report.html are sent with it
    assert "support@ringotel.co" in mail
    assert "Fill in the fields: API key." in mail


def test_one_flipped_byte_is_named(bundled: Path) -> None:
    """For any changed byte, the member that it belongs to is named."""
    content = bundled.read_bytes()
    with zipfile.ZipFile(bundled) as archive:
        starts = {entry.filename: (entry.header_offset, entry.file_size) for entry in archive.infolist()}
        directory = archive.start_dir
    for name, (start, size) in starts.items():
        for offset in {start + 12, start + 30 + len(name), start + 30 + len(name) + size // 2}:
            changed = bytearray(content)
            changed[offset] ^= 1
            assert [name] == [problem.member for problem in verify(bytes(changed))], (name, offset)
    for offset in range(directory, len(content)):
        changed = bytearray(content)
        changed[offset] ^= 1
        assert named(bytes(changed)), offset


def named(content: bytes) -> list[str]:
    """The members named by ``verify``, in its problems or in its error."""
    try:
        return [problem.member for problem in verify(content)]
    except LocalError as error:
        return [word for word in error.message.split() if word == "manifest.json"]


def forged(path: Path, name: str, content: bytes) -> bytes:
    """The bundle with another member and a manifest that agrees with it."""
    members = {**members_of(path), name: content}
    manifest: dict[str, Any] = json.loads(members["manifest.json"])
    manifest["members"][name] = hashlib.sha256(content).hexdigest()
    members["manifest.json"] = (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()
    return zip_bytes(members)


def test_a_forged_result_is_found_by_running_again(ringocli: Command, bundled: Path) -> None:
    """If the hashes agree, running the checks again reveals it."""
    certificate = members_of(bundled)["certificate.json"].replace(b'"cases": ', b'"cases": 9')
    bundled.write_bytes(forged(bundled, "certificate.json", certificate))
    done = ringocli("bundle", "verify", "acme.zip", "--format", "json")
    assert 1 == done.code
    assert [("certificate.json", "rerun")] == [
        (problem["member"], problem["kind"])
        for problem in done.document["problems"]
        if problem["member"] != "manifest.json"
    ]


def test_missing_and_extra_members_are_named(bundled: Path) -> None:
    """Members that only the manifest or only the file contains are reported."""
    members = members_of(bundled)
    del members["mail.txt"]
    members["extra.txt"] = b"x"
    assert {("mail.txt", "missing"), ("extra.txt", "extra")} == {
        (problem.member, problem.kind) for problem in verify(zip_bytes(members))
    }


def test_the_secrets_of_a_real_exchange_stay_out(ringocli: Command, acme: Path) -> None:
    """A recorded exchange is masked, and one with an unmasked secret is refused."""
    secret = "s3cret-key-4711-abcdef"
    with serving(Answer.json({"data": {"id": "m"}, "echo": secret})) as server:
        sent = ringocli(
            "send-test", acme, "--url", server.url, "--property", f"API key={secret}", "--har", "real.har",
            "--set", "number=+12025550100", "--set", "contact=+13105550199", "--set", "content=Hi",
        )  # fmt: skip
    assert 0 == sent.code, sent.err
    assert 0 == ringocli("bundle", acme, "--har", "real.har", "--cases", "5").code
    assert secret.encode() not in Path("acme.zip").read_bytes()
    Path("real.har").write_text(Path("real.har").read_text("utf-8").replace("Bearer ***", f"Bearer {secret}"), "utf-8")
    done = ringocli("bundle", acme, "--har", "real.har", "--cases", "5", "--force")
    assert (1, True) == (done.code, "exchanges.har line" in done.err)
    assert secret not in done.err


def test_a_known_secret_is_found_in_every_encoding() -> None:
    """Raw, base64, URL-encoded and escaped forms are found."""
    secret = 'k"ey/with+odd chars'
    assert Secret(secret)
    for text in ('k\\"ey/with+odd chars', "k%22ey%2Fwith%2Bodd%20chars", "ayJleS93aXRoK29kZCBjaGFycw=="):
        assert [("a.txt", 2)] == [(leak.member, leak.line) for leak in leaks({"a.txt": f"x\n{text}\n".encode()})]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"$messageid$"', '"$mesageid$"', "the template has"),
        ('"from": "$from$", "to": "$to$", "text"', '"x": "$from$$to$", "text"', "round-trip proof failed"),
        ('"delivered"', '"done"', "cases fail: cases/acme-receipt.toml"),
    ],
    ids=["lint", "proof", "case"],
)
def test_a_failing_template_is_not_bundled(ringocli: Command, bundled: Path, old: str, new: str, message: str) -> None:
    """Nothing is written, and the error names the check."""
    bundled.unlink()
    text = json.dumps(json.loads(Path("acme.json").read_text("utf-8")))
    assert old in text
    Path("acme.json").write_text(text.replace(old, new), "utf-8")
    done = ringocli("bundle", "acme.json")
    assert (1, True) == (done.code, message in done.err)
    assert not bundled.exists()


def test_property_values_in_a_case_are_refused(ringocli: Command, bundled: Path) -> None:
    """Property values are secrets of any length."""
    case = Path("cases/acme-receipt.toml")
    text = case.read_text("utf-8").replace("[[step]]", '[values.properties]\n"API key" = "short"\n[[step]]')
    case.write_text(text, "utf-8")
    done = ringocli("bundle", "acme.json", "--force")
    assert (2, True) == (done.code, "contains property values" in done.err)


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip", b"PK\x03\x04" + b"x" * 40])
def test_what_is_not_a_bundle_is_one_sentence(ringocli: Command, folder: Path, content: bytes) -> None:
    """Any content gives an error message without a traceback."""
    (folder / "x.zip").write_bytes(content)
    done = ringocli("bundle", "verify", "x.zip")
    assert done.code in (1, 3)
    assert "Traceback" not in done.err


@pytest.mark.parametrize("member", ["a", "manifest.json"])
def test_a_zip_without_a_manifest_is_not_a_bundle(ringocli: Command, folder: Path, member: str) -> None:
    """A zip file without a manifest, or with one that cannot be read, is a local error that names the manifest."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(member, "[" * 100_000)
    (folder / "x.zip").write_bytes(buffer.getvalue())
    done = ringocli("bundle", "verify", "x.zip")
    assert (3, True) == (done.code, "manifest.json is missing" in done.err)
    assert DIRECTORY not in done.err


@pytest.mark.parametrize("name", names())
def test_every_preset_can_be_bundled(ringocli: Command, folder: Path, name: str) -> None:
    """No preset has an error, or a value that resembles a secret."""
    template = SAMPLES / f"{name}.json"
    done = ringocli("bundle", template, "--output", "out.zip", "--cases", "3")
    assert 0 == done.code, done.err
