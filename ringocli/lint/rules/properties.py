"""RT4, third part: the list of properties."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from ringocli.lint.rule import Problem, Severity, rule
from ringocli.lint.rules.security import credential_at
from ringocli.lint.rules.shape import AUTHS, meant
from ringocli.lint.subject import Subject
from ringocli.template.model import OtherAuth
from ringocli.template.variables import BY_NAME
from ringocli.text.suggest import nearest

_USABLE_NAME = re.compile(r"[^\W\d_][\w .\-]*")
"""A name that a variable can have."""


@rule("RT405", Severity.WARNING)
def unused_property(subject: Subject) -> Iterator[Problem]:
    """A property is declared, but nothing uses it.

    The portal would ask for it in vain.

    Bad:
        "properties": [
          "API key",
    >     "Region"
        ]
    Good:
        "properties": [
          "API key"
        ]
    Source: Ringotel's wiki page 2871001099
    """
    if subject.used.issuperset(subject.template.properties):
        return

    if (
        isinstance(subject.template.auth, OtherAuth)
        or AUTHS & {*meant(dict(subject.root), "template").values()}
        or any(
            credential_at(one.pointer, one.text) or (not one.text.isascii() and "$" in one.text)
            for one in subject.literals
        )
    ):
        return  # what should use it is wrong itself, and has its own finding
    unknown = {use.name for use in subject.undefined}
    for index, name in enumerate(_listed(subject)):
        if isinstance(name, str) and name not in subject.used and not _explained(name, unknown):
            if name not in BY_NAME and _USABLE_NAME.fullmatch(name):
                yield Problem(("properties", index), f"nothing uses the property {name!r}")


@rule("RT406", Severity.ERROR)
def property_shadows_variable(subject: Subject) -> Iterator[Problem]:
    """A property has the name of one of Ringotel's variables.

    Which of the two would be put in is not known.

    Bad:
        "properties": [
          "API key",
    >     "domain"
        ]
    Good:
        "properties": [
          "API key"
        ]
    Source: a reading (format row 6)
    """
    for index, name in enumerate(_listed(subject)):
        if isinstance(name, str) and name in BY_NAME:
            yield Problem(
                ("properties", index), f"{name!r} is a variable of Ringotel's; give the property another name"
            )


@rule("RT407", Severity.WARNING)
def property_twice(subject: Subject) -> Iterator[Problem]:
    """A property is declared twice.

    Bad:
        "properties": [
          "API key",
    >     "API key"
        ]
    Good:
        "properties": [
          "API key"
        ]
    """
    listed = _listed(subject)
    counted = Counter(name for name in listed if isinstance(name, str))
    for index, name in enumerate(listed):
        if isinstance(name, str) and counted[name] > 1 and name in listed[:index]:
            yield Problem(("properties", index), f"the property {name!r} is declared twice")


@rule("RT408", Severity.WARNING)
def odd_property_name(subject: Subject) -> Iterator[Problem]:
    """A property has a name that no variable can have.

    A variable starts with a letter and holds letters, digits, blanks and `_ - .`.

    Bad:
        "properties": [
          "API key",
    >     "Key (new)"
        ]
    Good:
        "properties": [
          "API key"
        ]
    Source: a reading (format row 5)
    """
    for index, name in enumerate(_listed(subject)):
        if isinstance(name, str) and not _USABLE_NAME.fullmatch(name):
            yield Problem(("properties", index), f"no variable can be called {name!r}, so nothing can use it")


def _explained(name: str, unknown: set[str]) -> bool:
    """Whether an unknown variable is this property misspelled; then that is the one mistake."""
    return any(nearest(other, [name], least=0.6) for other in islice(unknown, 50))


def _listed(subject: Subject) -> list[object]:
    value = subject.root.get("properties")
    return value if isinstance(value, list) else []
