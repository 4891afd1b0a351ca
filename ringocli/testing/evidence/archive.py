"""Evidence as a zip file: written byte for byte the same every time, and verified member by member."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ringocli.errors import LocalError, RingocliError
from ringocli.testing.evidence.contents import MANIFEST, RECORDED, TEMPLATE, EvidenceInput, build
from ringocli.version import __version__

DIRECTORY = "(zip directory)"
"""The name for the part of the file that belongs to no member."""

_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class EvidenceProblem:
    """What is wrong with an evidence file.

    ``kind`` is ``hash`` (a member is not what the manifest says), ``missing``, ``extra``, ``archive`` (the zip
    structure was changed), or ``rerun`` (built again from the same template and cases, the member differs).
    """

    member: str
    kind: str
    message: str


def zip_bytes(members: Mapping[str, bytes]) -> bytes:
    """The zip file: members sorted, uncompressed, with a fixed date, so that no library version matters."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(members.items()):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def verify(content: bytes) -> list[EvidenceProblem]:
    """Everything that is wrong: the hashes and the archive first; if they are right, the results of a second run.

    Raises:
        LocalError: it is not a zip file, or has no manifest.
    """
    try:
        members, damaged = _read(content)
    except LocalError:
        if not content.startswith(b"PK\x03\x04"):
            raise
        return [EvidenceProblem(DIRECTORY, "archive", "the directory of the zip file was changed or is incomplete")]
    if MANIFEST in damaged:
        return [EvidenceProblem(MANIFEST, "hash", "it was changed after the bundle was built")]
    manifest = _manifest(members)
    problems = [*_hash_problems(manifest, members, damaged), *_archive_problems(content, members, damaged)]
    return problems or list(_rerun_problems(manifest, members))


def _read(content: bytes) -> tuple[dict[str, bytes], set[str]]:
    """The members, and the names of those that the archive itself says are damaged."""
    members: dict[str, bytes] = {}
    damaged: set[str] = set()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                try:
                    members[entry.filename] = archive.read(entry)
                except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
                    members[entry.filename] = b""
                    damaged.add(entry.filename)
    except (zipfile.BadZipFile, ValueError, UnicodeDecodeError, NotImplementedError):
        hint = "Check that this is a bundle, or copy it again."
        raise LocalError("not a zip file, or its directory is damaged", hint) from None
    return members, damaged


def _manifest(members: Mapping[str, bytes]) -> Mapping[str, Any]:
    try:
        manifest = json.loads(members[MANIFEST])
        if isinstance(manifest, dict) and isinstance(manifest.get("members"), dict):
            return manifest
    except (KeyError, ValueError, RecursionError):
        pass
    raise LocalError(f"{MANIFEST} is missing or damaged", "This is not an evidence file, or it was changed.")


def _hash_problems(
    manifest: Mapping[str, Any], members: Mapping[str, bytes], damaged: set[str]
) -> Iterator[EvidenceProblem]:
    expected = manifest["members"]
    for name in sorted(expected):
        if name not in members:
            yield EvidenceProblem(name, "missing", "is in the manifest, but not in the file")
        elif name in damaged or hashlib.sha256(members[name]).hexdigest() != expected[name]:
            yield EvidenceProblem(name, "hash", "the hash is wrong: it was changed after the bundle was built")
    for name in sorted(members):
        if name not in expected and name != MANIFEST:
            yield EvidenceProblem(name, "extra", "is not in the manifest")


def _archive_problems(content: bytes, members: Mapping[str, bytes], damaged: set[str]) -> Iterator[EvidenceProblem]:
    """A change outside the members, such as in a date of the zip directory."""
    written = zip_bytes(members)
    if damaged or content == written:
        return
    offset = next(
        (index for index, pair in enumerate(zip(content, written, strict=False)) if pair[0] != pair[1]),
        min(len(content), len(written)),
    )
    yield EvidenceProblem(_member_at(written, offset), "archive", f"the zip file itself was changed, at byte {offset}")


def _member_at(content: bytes, offset: int) -> str:
    """The member whose header or content has this offset; the directory at the end belongs to the archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if offset >= archive.start_dir:
            return DIRECTORY
        starts = [(entry.header_offset, entry.filename) for entry in archive.infolist()]
    return max(((start, name) for start, name in starts if start <= offset), default=(0, DIRECTORY))[1]


def _rerun_problems(manifest: Mapping[str, Any], members: Mapping[str, bytes]) -> Iterator[EvidenceProblem]:
    recorded = RECORDED in manifest.get("recorded", ())
    version = manifest.get("versions", {}).get("ringocli")
    note = f" (built with ringocli {version}, this is {__version__})" if version != __version__ else ""
    try:
        again = build(
            EvidenceInput(
                template=members[TEMPLATE].decode(),
                cases={name: members[name] for name in manifest.get("cases", ())},
                recorded=members[RECORDED].decode() if recorded else None,
                seed=int(manifest["seeds"]["prove"]),
                proof_cases=int(manifest["proof_cases"]),
            )
        )
    except RingocliError as error:
        yield EvidenceProblem(TEMPLATE, "rerun", f"the checks fail when they are run again: {error.message}{note}")
        return
    except (KeyError, TypeError, ValueError):
        yield EvidenceProblem(
            MANIFEST, "rerun", "the manifest lacks the values that are needed to run the checks again"
        )
        return
    for name in sorted({*again, *members}):
        if again.get(name) != members.get(name):
            yield EvidenceProblem(name, "rerun", f"run again, it differs{note}")
