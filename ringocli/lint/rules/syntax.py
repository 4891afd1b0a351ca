"""RT0: is it JSON? One rule for each kind of mistake that people make by hand or paste from a page."""

from __future__ import annotations

from collections.abc import Iterator

from ringocli.lint.engine import Fix, Problem, Severity, rule
from ringocli.lint.subject import Subject


def _of_kind(subject: Subject, kind: str, title: str = "") -> Iterator[Problem]:
    """The reader's problems of one kind; its edits are safe, because each mends just its own mistake."""
    for found in subject.document.problems:
        if found.kind == kind:
            message = found.message
            if found.also:
                first = subject.document.range_of(*found.also[0]).start
                message += f"; the first is at line {first.line}, column {first.column}"
            fix = Fix(title=title or message, changes=found.edits) if found.edits else None
            written = found.edits[0].replacement if len(found.edits) == 1 else None
            yield Problem((), message, suggestion=written or None, fix=fix, offsets=(found.start, found.end))


@rule("RT001", Severity.ERROR)
def trailing_comma(subject: Subject) -> Iterator[Problem]:
    """A comma stands before a closing bracket.

    JSON does not allow it, and Ringotel's own page has some: it shows events cut out of a list.

    Bad: text {"id": "acme",}
    Good: text {}
    Source: RFC 8259
    """
    return _of_kind(subject, "trailing-comma", "Remove the comma")


@rule("RT002", Severity.ERROR)
def comment(subject: Subject) -> Iterator[Problem]:
    """The file has a comment.

    JSON has none. Ringotel's page shows `//model` lines inside its examples: leave them out.

    Bad: text {"id": "acme" // model
        }
    Source: RFC 8259
    """
    return _of_kind(subject, "comment", "Remove the comment")


@rule("RT003", Severity.ERROR)
def curly_quote(subject: Subject) -> Iterator[Problem]:
    """A text stands in curly quotes.

    Web pages and word processors turn straight quotes into curly ones. JSON knows only the straight double quote.

    Bad: text {“id”: "acme"}
    Source: RFC 8259
    """
    return _of_kind(subject, "curly-quote", "Use straight double quotes")


@rule("RT004", Severity.ERROR)
def single_quote(subject: Subject) -> Iterator[Problem]:
    """A text stands in single quotes.

    JavaScript and Python allow it, JSON does not.

    Bad: text {'id': "acme"}
    Source: RFC 8259
    """
    return _of_kind(subject, "single-quote", "Use straight double quotes")


@rule("RT005", Severity.ERROR)
def unterminated_string(subject: Subject) -> Iterator[Problem]:
    """A text or key lacks one of its quotes.

    Ringotel's page has `"from": "123,` with its closing quote lost.

    Bad: text {"id": "acme,
        "name": "Acme"}
    Source: RFC 8259
    """
    return _of_kind(subject, "unterminated-string", "Add the quote")


@rule("RT006", Severity.ERROR)
def duplicate_key(subject: Subject) -> Iterator[Problem]:
    """A key stands twice in one object.

    Readers of JSON keep the last one and drop the first in silence, so half of what was written is lost.

    Bad: text {"id": "acme", "id": "other"}
    Source: RFC 8259 section 4
    """
    return _of_kind(subject, "duplicate-key")


@rule("RT007", Severity.WARNING)
def byte_order_mark(subject: Subject) -> Iterator[Problem]:
    """The file starts with a byte order mark.

    Some Windows editors write it. JSON that is exchanged must not have one.

    Bad: text \ufeff{}
    Source: RFC 8259 section 8.1
    """
    return _of_kind(subject, "byte-order-mark", "Remove the byte order mark")


@rule("RT008", Severity.ERROR)
def missing_comma(subject: Subject) -> Iterator[Problem]:
    """Two values follow each other without a comma.

    The place is from the end of the first to the start of the second.

    Bad: text {"id": "acme" "name": "Acme"}
    Source: RFC 8259
    """
    return _of_kind(subject, "missing-comma", "Insert the comma")


@rule("RT009", Severity.ERROR)
def unclosed_bracket(subject: Subject) -> Iterator[Problem]:
    """A bracket is not closed.

    The place is the opening bracket; indentation decides which one is meant.

    Bad: text {"API": {"SendMessage": {}}
    Source: RFC 8259
    """
    return _of_kind(subject, "unclosed-bracket", "Insert the bracket")


@rule("RT010", Severity.ERROR)
def missing_colon(subject: Subject) -> Iterator[Problem]:
    """A key is not followed by a colon.

    Bad: text {"id" "acme"}
    Source: RFC 8259
    """
    return _of_kind(subject, "missing-colon", "Write a colon")


@rule("RT011", Severity.ERROR)
def missing_value(subject: Subject) -> Iterator[Problem]:
    """A key has no value.

    Bad: text {"id": , "name": "Acme"}
    Source: RFC 8259
    """
    return _of_kind(subject, "missing-value")


@rule("RT012", Severity.ERROR)
def unquoted_key(subject: Subject) -> Iterator[Problem]:
    """A key stands without quotes.

    Bad: text {id: "acme"}
    Source: RFC 8259
    """
    return _of_kind(subject, "unquoted-key", "Put the key in quotes")


@rule("RT013", Severity.ERROR)
def unknown_word(subject: Subject) -> Iterator[Problem]:
    """A bare word is no JSON value.

    Text and variables need quotes; `True` and `None` are Python's.

    Bad: text {"to": $to$}
    Source: RFC 8259
    """
    return _of_kind(subject, "unknown-word", "Write it as JSON")


@rule("RT014", Severity.ERROR)
def bad_number(subject: Subject) -> Iterator[Problem]:
    """A number is not written as JSON writes numbers.

    Phone numbers with a plus or a leading zero are text: put them in quotes.

    Bad: text {"from": +4930123456}
    Source: RFC 8259 section 6
    """
    return _of_kind(subject, "bad-number", "Write the number plainly")


@rule("RT015", Severity.ERROR)
def raw_control_character(subject: Subject) -> Iterator[Problem]:
    """A tab or another control character stands in a text as it is.

    Bad: text {"name": "Acme\x01SMS"}
    Source: RFC 8259 section 7
    """
    return _of_kind(subject, "raw-control-character", "Escape the character")


@rule("RT016", Severity.ERROR)
def bad_escape(subject: Subject) -> Iterator[Problem]:
    r"""A backslash starts no escape that JSON knows.

    Bad: text {"name": "C:\Acme"}
    Source: RFC 8259 section 7
    """
    return _of_kind(subject, "bad-escape", "Mend the escape")


@rule("RT017", Severity.ERROR)
def stray_character(subject: Subject) -> Iterator[Problem]:
    """A character has no meaning where it stands.

    Often a second comma, or a no-break space from a web page.

    Bad: text {"id": "acme",, "name": "Acme"}
    Source: RFC 8259
    """
    return _of_kind(subject, "stray-character", "Remove the character")


@rule("RT018", Severity.ERROR)
def extra_text(subject: Subject) -> Iterator[Problem]:
    """Something follows after the end of the JSON.

    Bad: text {"id": "acme"}}
    Source: RFC 8259
    """
    return _of_kind(subject, "extra-text", "Remove it")


@rule("RT019", Severity.ERROR)
def empty(subject: Subject) -> Iterator[Problem]:
    """The file is empty.

    Bad: text
    """
    return _of_kind(subject, "empty")


@rule("RT020", Severity.ERROR)
def too_deep(subject: Subject) -> Iterator[Problem]:
    """The JSON is nested more deeply than any template.

    Reading stops there, so nothing below is checked.

    Bad: text [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
    """
    return _of_kind(subject, "too-deep")


@rule("RT021", Severity.ERROR)
def unescaped_quote(subject: Subject) -> Iterator[Problem]:
    r"""A text has a quote inside that is not escaped.

    The first bare quote ends the text; what follows it makes no sense. Inside a text a quote is written `\"`.

    Bad: text {"name": "The "Acme" SMS"}
    Source: RFC 8259 section 7
    """
    return _of_kind(subject, "unescaped-quote", "Escape the quotes")


@rule("RT022", Severity.ERROR)
def written_quote(subject: Subject) -> Iterator[Problem]:
    r"""A quote is written as HTML writes it, or as a program writes it inside a string.

    Copied from a page's source, `&quot;` stands for a quote; copied from code or a log, `\"` does.

    Bad: text {&quot;id&quot;: "acme"}
    Source: RFC 8259
    """
    return _of_kind(subject, "written-quote", "Use straight double quotes")


@rule("RT023", Severity.ERROR)
def left_out(subject: Subject) -> Iterator[Problem]:
    """Dots stand for something that an example leaves out.

    Bad: text {"id": "acme", ...}
    Source: RFC 8259
    """
    return _of_kind(subject, "left-out")


@rule("RT024", Severity.ERROR)
def unopened_bracket(subject: Subject) -> Iterator[Problem]:
    """The opening brace of the whole is missing.

    It is easily left behind when the inside of an example is copied.

    Bad: text "id": "acme"}
    Source: RFC 8259
    """
    return _of_kind(subject, "unopened-bracket", "Insert the brace")
