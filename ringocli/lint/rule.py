"""The parts of a rule: severity, problems and fixes as data, and the decorator that registers a rule.

A rule is one function from a ``Subject`` to ``Problem``s, which point into the document; ``engine.lint`` turns them
into findings. Named tuples are used here and in the modules that every run of ``validate`` loads, because importing
``dataclasses`` takes longer than linting a file.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ringocli.lint.subject import Subject
from ringocli.template.pattern.notation import Json
from ringocli.text.document import Part
from ringocli.text.pointer import Pointer

if TYPE_CHECKING:
    from ringocli.lint.rule_doc import RuleDoc
    from ringocli.text.edits import Edit


class Severity(StrEnum):
    """How serious a finding is: ``error`` breaks the integration, ``warning`` may break it, ``info`` is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class ReplaceValue(NamedTuple):
    """Replace the value at a pointer."""

    pointer: Pointer
    value: Json


class RenameKey(NamedTuple):
    """Rename the key of the member at a pointer."""

    pointer: Pointer
    key: str


class AppendItem(NamedTuple):
    """Append a value to the array at a pointer."""

    pointer: Pointer
    value: Json


Change: TypeAlias = "ReplaceValue | RenameKey | AppendItem | Edit"


class Fix(NamedTuple):
    """A fix as data; ``safe`` if it cannot change the meaning of anything that was already right."""

    title: str
    changes: tuple[Change, ...]
    safe: bool = True


class Problem(NamedTuple):
    """What a rule yields: a location in the document, one sentence, and how to fix it.

    ``part`` says what is wrong at the pointer: the value, its key, or the object that lacks a key. ``offsets`` replace
    the pointer where the text itself is not valid JSON. ``hide`` keeps the value out of every output, because it is a
    credential. ``severity`` replaces that of the rule, where one case is less serious.
    """

    pointer: Pointer
    message: str
    suggestion: str | None = None
    fix: Fix | None = None
    part: Part = "value"
    offsets: tuple[int, int] | None = None
    hide: bool = False
    severity: Severity | None = None


Check: TypeAlias = Callable[[Subject], Iterable[Problem]]


class Rule(NamedTuple):
    """A rule. Its code never changes and is never reused for another rule."""

    code: str
    severity: Severity
    slug: str
    check: Check

    @property
    def doc(self) -> "RuleDoc":
        """Its documentation, read from the docstring of the function."""
        from ringocli.lint.rule_doc import read_doc

        return read_doc(self.check.__doc__ or "")


REGISTRY: dict[str, Rule] = {}
"""The rules imported so far, by code; ``registry.rules()`` imports and returns all of them."""


def rule(code: str, severity: Severity) -> Callable[[Check], Check]:
    """Register a function as a rule; its slug is the function's name with hyphens."""

    def register(check: Check) -> Check:
        if code in REGISTRY:
            raise ValueError(f"{code} is already the code of {REGISTRY[code].slug}")
        slug = check.__name__.strip("_").replace("_", "-")
        REGISTRY[code] = Rule(code=code, severity=severity, slug=slug, check=check)
        return check

    return register
