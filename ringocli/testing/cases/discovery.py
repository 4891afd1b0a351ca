"""Finds case files and the template that each belongs to.

Cases are TOML files in a folder ``cases`` beside the template. If several templates share the folder, a case belongs
to the template whose name its file or subfolder has: ``cases/acme/stop.toml`` and ``cases/acme-stop.toml`` belong to
``acme.json``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ringocli.errors import LocalError, UsageError
from ringocli.template.recognition import is_template
from ringocli.text.document import Document
from ringocli.text.files import read_text

FOLDER = "cases"
_SCHEMA = re.compile(r"^\ufeff?\s*schema\s*=", re.MULTILINE)


class CaseFile(NamedTuple):
    """A case file and its template's file."""

    path: Path
    template: Path


def find_cases(paths: Sequence[str], template: str | None = None) -> list[CaseFile]:
    """The cases of files and folders, in the order given; for a template, its own cases.

    ``template`` is used for every case, whatever its name.

    Raises:
        LocalError: a path does not exist.
        UsageError: it is not clear which template a case belongs to.
    """
    _templates_in.cache_clear()
    found: dict[Path, CaseFile] = {}
    for name in paths or ["."]:
        for case in _cases_of(Path(name)):
            owner = Path(template) if template is not None else template_of(case)
            if Path(name).suffix == ".json" and template is None and not _is_same(owner, Path(name)):
                continue
            found.setdefault(Path(os.path.realpath(case)), CaseFile(case, owner))
    return list(found.values())


def _cases_of(path: Path) -> Iterator[Path]:
    if os.path.isdir(path):
        yield from sorted(file for file in path.rglob("*.toml") if is_case_file(file))
    elif not os.path.exists(path):
        raise LocalError(f"{path}: no such file")
    elif path.suffix == ".json":
        folder = path.parent / FOLDER
        yield from sorted(folder.rglob("*.toml")) if os.path.isdir(folder) else ()
    else:
        yield path


def is_case_file(path: Path) -> bool:
    """Whether a TOML file is in a ``cases`` folder and starts like a case; hidden folders are skipped."""
    folders = path.parent.parts
    if FOLDER not in folders or any(name.startswith(".") and name not in (".", "..") for name in folders):
        return False
    try:
        return bool(_SCHEMA.search(read_text(str(path))))
    except LocalError:
        return True  # running it reports why it cannot be read


def template_of(case: Path) -> Path:
    """The template that a case belongs to.

    Raises:
        UsageError: there is none, or several and none by the case's name.
    """
    folder = case.absolute().parent
    while folder.name != FOLDER and folder != folder.parent:
        folder = folder.parent
    beside = folder.parent if folder.name == FOLDER else case.absolute().parent
    names = case.absolute().relative_to(folder).parts if folder.name == FOLDER else (case.name,)
    templates = _templates_in(beside)
    own = [template for template in templates if any(_belongs(name, template.stem) for name in names)]
    chosen = max(own, key=lambda template: len(template.stem), default=templates[0] if len(templates) == 1 else None)
    if chosen is None:
        problem = "there is no template next to it" if not templates else "there are several templates next to it"
        raise UsageError(f"{case}: {problem}", "Name it with --template FILE, or name the case after its template.")
    return _relative(chosen)


def _belongs(name: str, stem: str) -> bool:
    return name == stem or name.startswith((f"{stem}.", f"{stem}-", f"{stem}_"))


def _relative(path: Path) -> Path:
    working = Path.cwd()
    return path.relative_to(working) if path.is_relative_to(working) else path


@cache
def _templates_in(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*.json")) if _is_template(path)]


def _is_template(path: Path) -> bool:
    try:
        return is_template(Document.read(str(path), read_text(str(path))))
    except LocalError:
        return False


def _is_same(one: Path, two: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(two)


def selects(expression: str, names: Iterable[str]) -> bool:
    """Whether a ``-k`` expression selects a case: words that are part of a name, with ``and``, ``or`` and ``not``."""
    text = " ".join(names).lower()
    return any(
        all(
            (word[4:].strip() not in text) if word.startswith("not ") else word in text
            for word in (part.strip() for part in alternative.split(" and "))
        )
        for alternative in expression.lower().split(" or ")
    )
