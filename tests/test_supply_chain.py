"""The checks of ``make audit`` report what they could not check, and fail if something is wrong."""

from __future__ import annotations

import json
import os
import runpy
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the stand-in for pip-audit is a shell script")


@pytest.fixture(scope="module")
def audit() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / ".ci" / "audit.py"))


def auditor(folder: Path, answer: str, code: int = 0) -> str:
    """A program that answers like pip-audit."""
    path = folder / "auditor"
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{answer}\nEND\nexit {code}\n")
    path.chmod(0o755)
    return str(path)


def test_packages_that_were_skipped_are_named_and_not_called_clean(
    audit: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The report names packages that pip-audit skipped, whatever it says about them."""
    used = audit["dependencies"]("ringocli", ())
    skipped = [{"name": name, "skip_reason": "not found"} for name in used]
    assert 0 == audit["check_vulnerabilities"](used, auditor(tmp_path, json.dumps({"dependencies": skipped})))
    out = capsys.readouterr().out
    assert f"{len(used)} packages NOT AUDITED" in out
    assert "httpx" in out
    assert "none known" not in out


@pytest.mark.parametrize("answer", ["", "cannot reach the service", "[]x", "{}"])
def test_a_missing_answer_does_not_count_as_clean(
    audit: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str], answer: str
) -> None:
    """Without a network or pip-audit the build continues with a note."""
    used = audit["dependencies"]("ringocli", ())
    assert 0 == audit["check_vulnerabilities"](used, auditor(tmp_path, answer, 1))
    assert 0 == audit["check_vulnerabilities"](used, str(tmp_path / "missing"))
    assert 2 == capsys.readouterr().out.count("NOT AUDITED")


def test_a_vulnerability_fails(audit: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The report names the version that fixes it."""
    used = audit["dependencies"]("ringocli", ())
    found = {"name": "httpx", "version": "0.28.0", "vulns": [{"id": "CVE-1", "fix_versions": ["9.9"]}]}
    clean = [{"name": name, "version": "1", "vulns": []} for name in used if name != "httpx"]
    answer = json.dumps({"dependencies": [found, *clean]})
    assert 1 == audit["check_vulnerabilities"](used, auditor(tmp_path, answer, 1))
    assert "httpx 0.28.0: CVE-1, fixed in 9.9" in capsys.readouterr().err


def test_a_licence_that_is_not_listed_fails(audit: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """The licences of the installed packages are compared with docs/licences.md."""
    used = audit["dependencies"]("ringocli", ())
    assert 0 == audit["check_licences"](used)
    assert 1 == audit["check_licences"]({"another": used["httpx"]})
    assert "run make licences" in capsys.readouterr().err
