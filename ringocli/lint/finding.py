"""A finding: a problem together with its rule, its document and, on first use, its position in the text."""

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ringocli.lint.rule import Fix, Problem, Severity
from ringocli.text.document import Document
from ringocli.text.pointer import Pointer

if TYPE_CHECKING:
    from ringocli.text.edits import Edit
    from ringocli.text.positions import Range


class _FindingFields(NamedTuple):
    code: str
    slug: str
    severity: Severity
    problem: Problem
    document: Document


class Finding(_FindingFields):
    """A problem that a rule found. Its position is computed on first use, since that reads the text a second time."""

    @property
    def message(self) -> str:
        """One sentence: what is wrong and what to do."""
        return self.problem.message

    @property
    def pointer(self) -> Pointer:
        """Where it is in the JSON; the root if the text is not valid JSON."""
        return self.problem.pointer

    @property
    def suggestion(self) -> str | None:
        """What to write instead, if there is one answer."""
        return self.problem.suggestion

    @property
    def fix(self) -> Fix | None:
        """The fix, if there is one that can be applied."""
        return self.problem.fix

    @property
    def hide(self) -> bool:
        """Whether the value is a credential."""
        return self.problem.hide

    @cached_property
    def offsets(self) -> tuple[int, int]:
        """Where it is in the text, as character offsets."""
        return self.problem.offsets or self.document.locate_offsets(self.problem.pointer, self.problem.part)

    @cached_property
    def range(self) -> "Range":
        """Where it is in the text, in lines and columns."""
        return self.document.range_of(*self.offsets)

    @cached_property
    def edits(self) -> tuple["Edit", ...]:
        """The fix as edits of the text."""
        from ringocli.lint.fix_edits import edits_of

        return tuple(edits_of(self.document, self.problem.fix))


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in the order of their positions."""
    return sorted(findings, key=lambda finding: (finding.offsets, finding.code))
