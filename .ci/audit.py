"""Checks what ringocli depends on: known vulnerabilities (pip-audit) and licences (docs/licences.md).

Exit code 1 if a package has a known vulnerability, a licence that is not accepted, or one that the list does not have.
Packages that could not be audited, for example without a network, are named; they neither pass nor fail. With
``--write`` the list of licences is written instead; otherwise the argument is the Python that has pip-audit.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LIST = Path(__file__).parent.parent / "docs" / "licences.md"
EXTRAS = ("keyring", "load", "lsp", "sign")
ACCEPTED = re.compile(r"(?:0BSD|Apache|BSD|CNRI|HPND|ISC|MIT|MPL|Mozilla|PSF|Python|Unlicense|ZPL|Zope)", re.I)
REFUSED = re.compile(r"(?<![A-Za-z])A?L?GPL|unknown", re.I)


def main() -> int:
    """Run both checks, or write the list."""
    used = {**dependencies("ringocli", EXTRAS), **dependencies("ringocli", ())}
    if sys.argv[1:] == ["--write"]:
        LIST.write_text(table(used), "utf-8")
        return 0
    return max(check_licences(used), check_vulnerabilities(used, sys.argv[1] if len(sys.argv) > 1 else sys.executable))


def dependencies(name: str, extras: tuple[str, ...]) -> dict[str, Distribution]:
    """The installed packages that a package needs, directly or not, by their normalised names."""
    found: dict[str, Distribution] = {}
    pending = list(_needs(distribution(name), extras))
    while pending:
        needed, its_extras = pending.pop()
        if needed not in found:
            try:
                found[needed] = distribution(needed)
            except PackageNotFoundError:  # for another platform or Python
                continue
            pending += _needs(found[needed], its_extras)
    return dict(sorted(found.items()))


def _needs(package: Distribution, extras: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for one in map(Requirement, package.requires or ()):
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in (*extras, "")):
            yield canonicalize_name(one.name), tuple(one.extras)


def licence(package: Distribution) -> str:
    """The licence in a package's metadata: an SPDX expression, else its classifiers, else the first line of its text."""
    metadata = package.metadata
    classifiers = [
        line.rpartition(" :: ")[2] for line in metadata.get_all("Classifier", []) if line.startswith("License ::")
    ]
    texts = [*metadata.get_all("License-Expression", []), ", ".join(classifiers), *metadata.get_all("License", [])]
    return next(filter(None, texts), "unknown").strip().splitlines()[0][:60]


def table(used: Mapping[str, Distribution]) -> str:
    """The list of licences as Markdown."""
    base = dependencies("ringocli", ())
    rows = [f"| {name} | {licence(one)} | {'always' if name in base else 'an extra'} |" for name, one in used.items()]
    head = (
        "# Licences\n\nWhat ringocli depends on, directly or not, as the packages declare it. "
        "Written by `make licences`, checked by `make audit`.\n\n| package | licence | installed |\n|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


def check_licences(used: Mapping[str, Distribution]) -> int:
    """Compare the installed packages with the list."""
    listed = LIST.read_text("utf-8")
    code = 0
    for name, package in used.items():
        found = licence(package)
        if REFUSED.search(found) or not ACCEPTED.search(found):
            code = _complain(f"{name}: the licence {found!r} is not accepted")
        elif f"| {name} | {found} |" not in listed:
            code = _complain(f"{name}: {LIST.name} does not have its licence, {found!r}; run make licences")
    if not code:
        print(f"licences: {len(used)} packages, all accepted and listed")
    return code


def check_vulnerabilities(used: Mapping[str, Distribution], python: str) -> int:
    """Ask the advisory service about the installed versions."""
    lines = "".join(f"{name}=={package.version}\n" for name, package in used.items())
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "requirements.txt"
        requirements.write_text(lines, "utf-8")
        command = [python, "-m", "pip_audit", "--requirement", str(requirements), "--no-deps", "--disable-pip",
                   "--format", "json", "--progress-spinner", "off", "--timeout", "20"]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
            packages = json.loads(done.stdout)["dependencies"]
        except (OSError, subprocess.TimeoutExpired, ValueError, KeyError):
            print(
                f"vulnerabilities: NOT AUDITED, since pip-audit or its advisory service is missing ({len(used)} packages)"
            )
            return 0
    code = 0
    audited = {one["name"] for one in packages if "skip_reason" not in one}
    for one in packages:
        for found in one.get("vulns", ()):
            fixed = ", ".join(found["fix_versions"]) or "no version"
            code = _complain(f"{one['name']} {one['version']}: {found['id']}, fixed in {fixed}")
    skipped = sorted(used.keys() - audited)
    if audited and not code:
        print(f"vulnerabilities: none known in {len(audited)} packages")
    if skipped:
        print(
            f"vulnerabilities: {len(skipped)} packages NOT AUDITED, since the service does not know them: {', '.join(skipped)}"
        )
    return code


def _complain(text: str) -> int:
    print(f"error: {text}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
