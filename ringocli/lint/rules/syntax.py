"""RT0: is it JSON? One rule for each kind of mistake that people make by hand or paste from a page."""

from __future__ import annotations

from collections.abc import Iterator

from ringocli.lint.rule import Fix, Problem, Severity, rule
from ringocli.lint.subject import Subject


def of_kind(subject: Subject, kind: str, title: str = "") -> Iterator[Problem]:
    """The reader's problems of one kind. Their edits are safe, because each fixes only its own mistake."""
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
    """There is a comma before a closing bracket.

    JSON does not allow it. Ringotel's page has trailing commas because it shows list items without the list.

    Bad:
        {
          "name": "Acme SMS",
          "class": "sms",
    >     "id": "acme",
        }
    Good:
        {
          "name": "Acme SMS",
          "class": "sms",
          "id": "acme"
        }
    Source: RFC 8259
    """
    return of_kind(subject, "trailing-comma", "Remove the comma")


@rule("RT002", Severity.ERROR)
def comment(subject: Subject) -> Iterator[Problem]:
    """The file contains a comment.

    JSON has no comments. Ringotel's page shows `//model` lines inside its examples; remove them.

    Bad:
        {
          "name": "Acme SMS",
          "class": "sms",
    >     "id": "acme" // model
        }
    Good:
        {
          "name": "Acme SMS",
          "class": "sms",
          "id": "acme"
        }
    Source: RFC 8259
    """
    return of_kind(subject, "comment", "Remove the comment")


@rule("RT006", Severity.ERROR)
def duplicate_key(subject: Subject) -> Iterator[Problem]:
    """A key occurs twice in one object.

    JSON parsers keep the last value and silently ignore the first, so part of the file has no effect.

    Bad:
        {
          "name": "Acme SMS",
          "class": "sms",
          "id": "acme",
    >     "id": "other"
        }
    Good:
        {
          "name": "Acme SMS",
          "class": "sms",
          "id": "acme"
        }
    Source: RFC 8259 section 4
    """
    return of_kind(subject, "duplicate-key")


@rule("RT007", Severity.WARNING)
def byte_order_mark(subject: Subject) -> Iterator[Problem]:
    """The file starts with a byte order mark.

    Some Windows editors add it. JSON that is exchanged between systems must not have one.

    Bad:
    >   \ufeff{
          "id": "acme"
        }
    Good:
        {
          "id": "acme"
        }
    Source: RFC 8259 section 8.1
    """
    return of_kind(subject, "byte-order-mark", "Remove the byte order mark")


@rule("RT008", Severity.ERROR)
def missing_comma(subject: Subject) -> Iterator[Problem]:
    """There is no comma between two values.

    The finding covers the space from the end of the first value to the start of the second.

    Bad:
        {
          "class": "sms",
    >     "id": "acme"
          "name": "Acme"
        }
    Good:
        {
          "class": "sms",
          "id": "acme",
          "name": "Acme"
        }
    Source: RFC 8259
    """
    return of_kind(subject, "missing-comma", "Insert the comma")


@rule("RT009", Severity.ERROR)
def unclosed_bracket(subject: Subject) -> Iterator[Problem]:
    """A bracket is never closed.

    The finding points at the opening bracket, which is found by its indentation.

    Bad:
        {
    >     "auth": {
            "type": "Bearer",
            "token": "$API key$"
        }
    Good:
        {
          "auth": {
            "type": "Bearer",
            "token": "$API key$"
          }
        }
    Source: RFC 8259
    """
    return of_kind(subject, "unclosed-bracket", "Insert the bracket")


@rule("RT010", Severity.ERROR)
def missing_colon(subject: Subject) -> Iterator[Problem]:
    """There is no colon between a key and its value.

    Bad:
        {
          "name": "Acme SMS",
          "class": "sms",
    >     "id" "acme"
        }
    Good:
        {
          "name": "Acme SMS",
          "class": "sms",
          "id": "acme"
        }
    Source: RFC 8259
    """
    return of_kind(subject, "missing-colon", "Write a colon")


@rule("RT011", Severity.ERROR)
def missing_value(subject: Subject) -> Iterator[Problem]:
    """A key has no value.

    Bad:
        {
          "class": "sms",
    >     "id": ,
          "name": "Acme"
        }
    Good:
        {
          "class": "sms",
          "id": "acme",
          "name": "Acme"
        }
    Source: RFC 8259
    """
    return of_kind(subject, "missing-value")


@rule("RT013", Severity.ERROR)
def bare_word(subject: Subject) -> Iterator[Problem]:
    """A value is a bare word, which JSON does not allow.

    Strings and variables need quotes. `True` and `None` are Python; JSON writes `true` and `null`.

    Bad:
        {
          "name": "Acme SMS",
          "class": "sms",
    >     "to": $to$
        }
    Good:
        {
          "name": "Acme SMS",
          "class": "sms",
          "to": "$to$"
        }
    Source: RFC 8259
    """
    return of_kind(subject, "unknown-word", "Write a valid JSON value")


@rule("RT014", Severity.ERROR)
def bad_number(subject: Subject) -> Iterator[Problem]:
    """A number is not written as JSON requires.

    A phone number with a plus sign or a leading zero is a string: put it in quotes.

    Bad:
        {
          "name": "Acme SMS",
          "class": "sms",
    >     "from": +4930123456
        }
    Good:
        {
          "name": "Acme SMS",
          "class": "sms",
          "from": "+4930123456"
        }
    Source: RFC 8259 section 6
    """
    return of_kind(subject, "bad-number", "Write the number as JSON")


@rule("RT017", Severity.ERROR)
def stray_character(subject: Subject) -> Iterator[Problem]:
    """A character is not allowed where it occurs.

    It is often a second comma, or a no-break space copied from a web page.

    Bad:
        {
          "class": "sms",
    >     "id": "acme",,
          "name": "Acme"
        }
    Good:
        {
          "class": "sms",
          "id": "acme",
          "name": "Acme"
        }
    Source: RFC 8259
    """
    return of_kind(subject, "stray-character", "Remove the character")


@rule("RT018", Severity.ERROR)
def extra_text(subject: Subject) -> Iterator[Problem]:
    """There is text before or after the JSON.

    Bad:
        {
          "name": "Acme SMS",
          "class": "sms",
          "id": "acme"
    >   }}
    Good:
        {
          "name": "Acme SMS",
          "class": "sms",
          "id": "acme"
        }
    Source: RFC 8259
    """
    return of_kind(subject, "extra-text", "Remove the text")


@rule("RT019", Severity.ERROR)
def empty_file(subject: Subject) -> Iterator[Problem]:
    """The file is empty.

    Bad:
    >
    Good:
        {
          "id": "acme"
        }
    Source: RFC 8259
    """
    return of_kind(subject, "empty")


@rule("RT020", Severity.ERROR)
def too_deep(subject: Subject) -> Iterator[Problem]:
    """The JSON is nested more deeply than any template.

    Parsing stops at 64 levels; deeper values are not checked.

    Bad:
    >   [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["deep"]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
    Good:
        {
          "API": {
            "SendMessage": {
              "request_parameters": {"message": {"to": ["$to$"]}}
            }
          }
        }
    Source: a limit of ringocli
    """
    return of_kind(subject, "too-deep")


@rule("RT023", Severity.ERROR)
def ellipsis(subject: Subject) -> Iterator[Problem]:
    """An ellipsis stands for something that an example leaves out.

    Replace the dots with the keys that belong there, or remove them.

    Bad:
        {
          "class": "sms",
          "id": "acme",
    >     ...
        }
    Good:
        {
          "class": "sms",
          "id": "acme",
          "name": "Acme SMS"
        }
    Source: RFC 8259
    """
    return of_kind(subject, "left-out")


@rule("RT024", Severity.ERROR)
def missing_opening_brace(subject: Subject) -> Iterator[Problem]:
    """The opening brace of the file is missing.

    This happens when only the inside of an example is copied.

    Bad:
    >   "id": "acme",
        "name": "Acme SMS"
        }
    Good:
        {
          "id": "acme",
          "name": "Acme SMS"
        }
    Source: RFC 8259
    """
    return of_kind(subject, "unopened-bracket", "Insert the brace")
