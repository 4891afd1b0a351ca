"""RT0, second part: mistakes in strings and their quotes."""

from __future__ import annotations

from collections.abc import Iterator

from ringocli.lint.rule import Problem, Severity, rule
from ringocli.lint.rules.syntax import of_kind
from ringocli.lint.subject import Subject


@rule("RT003", Severity.ERROR)
def curly_quote(subject: Subject) -> Iterator[Problem]:
    """A string or key is written in curly quotes.

    Web pages and word processors replace straight quotes with curly ones. JSON accepts only the straight double quote.

    Bad:
        {
          "name": "Acme SMS",
          "class": "sms",
    >     “id”: "acme"
        }
    Good:
        {
          "name": "Acme SMS",
          "class": "sms",
          "id": "acme"
        }
    Source: RFC 8259
    """
    return of_kind(subject, "curly-quote", "Use straight double quotes")


@rule("RT004", Severity.ERROR)
def single_quote(subject: Subject) -> Iterator[Problem]:
    """A string or key is written in single quotes.

    JavaScript and Python allow single quotes, JSON does not.

    Bad:
        {
          "name": "Acme SMS",
          "class": "sms",
    >     'id': "acme"
        }
    Good:
        {
          "name": "Acme SMS",
          "class": "sms",
          "id": "acme"
        }
    Source: RFC 8259
    """
    return of_kind(subject, "single-quote", "Use straight double quotes")


@rule("RT005", Severity.ERROR)
def unterminated_string(subject: Subject) -> Iterator[Problem]:
    """A string or key lacks its opening or closing quote.

    Ringotel's page shows `"from": "123,` without the closing quote.

    Bad:
        {
          "class": "sms",
    >     "id": "acme,
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
    return of_kind(subject, "unterminated-string", "Add the quote")


@rule("RT012", Severity.ERROR)
def unquoted_key(subject: Subject) -> Iterator[Problem]:
    """A key is written without quotes.

    JavaScript allows it, JSON does not.

    Bad:
        {
          "name": "Acme SMS",
          "class": "sms",
    >     id: "acme"
        }
    Good:
        {
          "name": "Acme SMS",
          "class": "sms",
          "id": "acme"
        }
    Source: RFC 8259
    """
    return of_kind(subject, "unquoted-key", "Put the key in quotes")


@rule("RT015", Severity.ERROR)
def raw_control_character(subject: Subject) -> Iterator[Problem]:
    """A string contains a tab or another control character that is not escaped.

    Bad:
        {
          "class": "sms",
    >     "name": "Acme\x01SMS"
        }
    Good:
        {
          "class": "sms",
          "name": "Acme SMS"
        }
    Source: RFC 8259 section 7
    """
    return of_kind(subject, "raw-control-character", "Escape the character")


@rule("RT016", Severity.ERROR)
def bad_escape(subject: Subject) -> Iterator[Problem]:
    r"""A backslash starts an escape sequence that JSON does not have.

    A backslash in a string is written `\\`.

    Bad:
        {
          "class": "sms",
    >     "name": "C:\Acme"
        }
    Good:
        {
          "class": "sms",
          "name": "C:\\Acme"
        }
    Source: RFC 8259 section 7
    """
    return of_kind(subject, "bad-escape", "Correct the escape sequence")


@rule("RT021", Severity.ERROR)
def unescaped_quote(subject: Subject) -> Iterator[Problem]:
    r"""A string contains a quote that is not escaped.

    The first bare quote ends the string, and the rest is not valid JSON. Inside a string, write a quote as `\"`.

    Bad:
        {
          "class": "sms",
    >     "name": "The "Acme" SMS"
        }
    Good:
        {
          "class": "sms",
          "name": "The \"Acme\" SMS"
        }
    Source: RFC 8259 section 7
    """
    return of_kind(subject, "unescaped-quote", "Escape the quotes")


@rule("RT022", Severity.ERROR)
def encoded_quote(subject: Subject) -> Iterator[Problem]:
    r"""A quote is HTML-encoded, or escaped as if it were inside a string.

    JSON copied from the source of a web page has `&quot;` instead of quotes; copied from code or a log, it has `\"`.

    Bad:
        {
          "name": "Acme SMS",
          "class": "sms",
    >     &quot;id&quot;: "acme"
        }
    Good:
        {
          "name": "Acme SMS",
          "class": "sms",
          "id": "acme"
        }
    Source: RFC 8259
    """
    return of_kind(subject, "written-quote", "Use straight double quotes")
