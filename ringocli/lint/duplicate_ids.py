"""Finds templates with the same id among the files of one run."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ringocli.lint.engine import Selection, lint
from ringocli.lint.report import Linted
from ringocli.template.recognition import is_template

CODE = "RT115"
"""The rule that reports them."""


def with_duplicate_ids(linted: Sequence[Linted], selection: Selection) -> list[Linted]:
    """The files with their findings, to which those about duplicate ids are added."""
    names: dict[str, dict[str, str]] = {}
    for one in linted:
        found = _id_of(one)
        if found is not None:
            names.setdefault(found, {})[os.path.normpath(one.document.name)] = one.document.name
    return [_with_others(one, names.get(_id_of(one) or "", {}), selection) for one in linted]


def _id_of(one: Linted) -> str | None:
    value = one.document.value
    found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, str) and found and is_template(one.document) else None


def _with_others(one: Linted, names: dict[str, str], selection: Selection) -> Linted:
    own = os.path.normpath(one.document.name)
    others = tuple(sorted(name for path, name in names.items() if path != own))
    if not others or own not in names:
        return one
    found = lint(one.document, selection, same_id=others)
    return one._replace(findings=(*one.findings, *(finding for finding in found if finding.code == CODE)))
