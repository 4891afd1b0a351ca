"""RT4, third part: the list of properties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from ringocli.lint.rule import Problem, Severity, rule
from ringocli.lint.rules.security import credential_at
from ringocli.lint.rules.shape import AUTHS, meant
from ringocli.lint.subject import Subject
from ringocli.template.model import OtherAuth
from ringocli.template.pattern.notation import VARIABLE_NAME
from ringocli.template.variables import BY_NAME
from ringocli.text.suggest import nearest


@rule("RT405", Severity.WARNING)
def unused_property(subject: Subject) -> Iterator[Problem]:
    """A property is declared but not used.

    The portal would ask for a value that has no effect.

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
        return  # the variable that should use it has a finding of its own
    unknown = {use.name for use in subject.undefined}
    for index, name in enumerate(_listed(subject)):
        if isinstance(name, str) and name not in subject.used and not _explained(name, unknown):
            if name not in BY_NAME and VARIABLE_NAME.fullmatch(name):
                yield Problem(("properties", index), f"the property {name!r} is not used")


@rule("RT406", Severity.ERROR)
def property_shadows_variable(subject: Subject) -> Iterator[Problem]:
    """A property has the name of a built-in variable.

    Which of the two Ringotel would use is not known.

    Bad:
        "properties": [
          "API key",
    >     "domain"
        ]
    Good:
        "properties": [
          "API key"
        ]
    Source: assumption 6
    """
    for index, name in enumerate(_listed(subject)):
        if isinstance(name, str) and name in BY_NAME:
            yield Problem(("properties", index), f"{name!r} is a built-in variable; give the property another name")


@rule("RT407", Severity.WARNING)
def duplicate_property(subject: Subject) -> Iterator[Problem]:
    """A property is declared twice.

    The portal may ask for it twice.

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
def invalid_property_name(subject: Subject) -> Iterator[Problem]:
    """A property has a name that cannot be used as a variable.

    The name of a variable starts with a letter and contains only letters, digits, spaces and the characters `_ - .`.

    Bad:
        "properties": [
          "API key",
    >     "Key (new)"
        ]
    Good:
        "properties": [
          "API key"
        ]
    Source: assumption 5
    """
    for index, name in enumerate(_listed(subject)):
        if isinstance(name, str) and not VARIABLE_NAME.fullmatch(name):
            yield Problem(
                ("properties", index), f"{name!r} cannot be the name of a variable, so the property cannot be used"
            )


def _explained(name: str, unknown: set[str]) -> bool:
    """Whether an unknown variable is this property, misspelled; only that is then reported."""
    return any(nearest(other, [name], least=0.6) for other in islice(unknown, 50))


def _listed(subject: Subject) -> list[object]:
    value = subject.root.get("properties")
    return value if isinstance(value, list) else []
