"""RT4, second part: texts that were meant to be a variable but are not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ringocli.lint.rule import Fix, Problem, ReplaceValue, Severity, rule
from ringocli.lint.rules.rewriting import joined, parts_of, replace_span, rewrite
from ringocli.lint.subject import MAX_EXAMINED, Subject
from ringocli.template.model import Templated
from ringocli.template.pattern.notation import Constant, Part, VariablePart
from ringocli.template.pattern.pattern import Pattern
from ringocli.template.variables import BY_NAME, NEEDED
from ringocli.text.pointer import Pointer
from ringocli.text.suggest import nearest

_INVISIBLE = "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
_HIDDEN = "[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]|" + _INVISIBLE
"""Invisible characters and Unicode spaces; neither belongs between dollar signs."""
_UNFINISHED = r"\$\s?[^\W\d_]|[^\W\d_]\$|\{\{|\$\{|\$\(|\uff04|<%"
_NAME = r"(?=[\s.-]*\w)([\w\s.-]+)"
"""A name with spaces around it. Three parts in a row that each match spaces would take cubic time."""
_FOREIGN = rf"[$#]\{{+{_NAME}\}}+|\{{\{{{_NAME}\}}\}}|<%=?{_NAME}%>"
_LOOSE = (
    r"%([A-Za-z_]\w*)%|<([A-Za-z_][\w .-]*)>|\{([A-Za-z_][\w .-]*)\}|\$\(([A-Za-z_][\w .-]*)\)|\$([A-Za-z_][\w .-]*)%"
)
"""Notations that may also be plain text; they count as placeholders only around the name of a variable."""
_MARKS = frozenset("#$%&:@<({[\uff04")
"""Every placeholder contains one of these."""
_WHOLE = r"\[\[?([A-Za-z_][\w .-]*)\]?\]|[:@#&]([A-Za-z_][\w .-]*)|\uff04([^\uff04$]+)[\uff04$]|\$([^\uff04$]+)\uff04"
"""Notations that count as placeholders only if they are the whole text, or a segment of a URL."""


def unfinished(pattern: Pattern, needed: frozenset[str] = frozenset()) -> bool:
    """Whether a text is a malformed variable: unclosed, in another notation, or with an extra character.

    That text has a finding of its own, so the variable that is missing because of it is not reported again.
    """
    for _, leaf in pattern.leaves:
        texts = [leaf.value] if isinstance(leaf, Constant) else leaf.parts
        for text in texts:
            if isinstance(text, str) and (re.search(_UNFINISHED, text) or text in needed or _named(text, needed)):
                return True
    return False


def _named(text: str, needed: frozenset[str]) -> bool:
    found = re.fullmatch(_WHOLE, text) or re.fullmatch(_LOOSE, text)
    return found is not None and next(group for group in found.groups() if group) in needed


@rule("RT409", Severity.WARNING)
def foreign_placeholder(subject: Subject) -> Iterator[Problem]:
    """A placeholder uses the notation of another tool.

    Ringotel's notation is `$name$`. Placeholders such as `${name}`, `{{name}}`, `%name%`, `{name}`, `<name>` and `:name`
    are sent unchanged.

    Bad:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "from": "$from$",
    >       "to": "{{to}}",
            "text": "$content$"
          },
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "from": "$from$",
            "to": "$to$",
            "text": "$content$"
          },
          "response_map": {"id": "$messageid$"}
        }
    Source: assumption 5
    """
    for one in subject.templated:
        if one.leaf.alone is not None or _MARKS.isdisjoint(one.residue.replace("://", "")):
            continue
        legal = subject.names_at(one.place)
        found = _placeholder(one, legal)
        if found is None:
            continue
        word = next(group for group in found.groups() if group).strip(" \t\r\n-")
        choice = nearest(word, sorted(legal), least=0.7) or word
        new = f"${choice}$"
        fix = replace_span(one, found.span(), new)
        yield Problem(one.pointer, f"{found.group()} is not a Ringotel variable; write {new}", new, fix)


def _placeholder(one: Templated, legal: frozenset[str]) -> re.Match[str] | None:
    """The first placeholder in another notation; braces always count, other notations only around a known name."""
    residue = one.residue[:MAX_EXAMINED]
    if found := re.search(_FOREIGN, residue):
        return found
    candidates = [] if "</" in residue else [*re.finditer(_LOOSE, residue)]
    if isinstance(one.leaf, Constant) and (whole := re.fullmatch(_WHOLE, residue)):
        candidates.append(whole)
    if "://" in residue:
        candidates += re.finditer(r"(?<=[/=]):([A-Za-z_]\w*)(?=[/&?]|$)", residue)
    for found in candidates:
        if next(group for group in found.groups() if group).strip() in legal:
            return found
    return None


@rule("RT410", Severity.WARNING)
def unclosed_variable(subject: Subject) -> Iterator[Problem]:
    """A variable lacks one or both of its dollar signs.

    It would be sent unchanged. A bare name is reported only where that variable is required and missing.

    Bad:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "from": "$from$",
    >       "to": "$to",
            "text": "$content$"
          },
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "from": "$from$",
            "to": "$to$",
            "text": "$content$"
          },
          "response_map": {"id": "$messageid$"}
        }
    Source: assumption 5
    """
    for one in subject.templated:
        if isinstance(one.leaf, Constant):
            text = one.leaf.value
            if text in BY_NAME and text in NEEDED[one.place] - subject.names_beside(one):
                new = f"${text}$"
                fix = rewrite(one, new, new)
                yield Problem(one.pointer, f"{text!r} would be sent unchanged (did you mean {new}?)", new, fix)
            elif "$" in text:
                yield from _unclosed(subject, one, text)
        elif one.leaf.alone is None:
            yield from _unclosed(subject, one, one.residue)


def _unclosed(subject: Subject, one: Templated, residue: str) -> Iterator[Problem]:
    if "$" not in residue or re.search(_HIDDEN, residue):
        return
    for name in sorted(subject.names_at(one.place), key=len, reverse=True):
        found = re.search(rf"\${re.escape(name)}(?![\w$%])|(?<![\w$]){re.escape(name)}\$", residue)
        if found:
            new = f"${name}$"
            fix = replace_span(one, found.span(), new)
            yield Problem(one.pointer, f"{found.group()} is not a variable (did you mean {new}?)", new, fix)
            return


@rule("RT411", Severity.WARNING)
def invisible_character(subject: Subject) -> Iterator[Problem]:
    """A variable, a key or an identifying value contains an invisible character or a no-break space.

    Such characters come with text copied from web pages. They make a name differ from the one it looks like.

    Bad:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "from": "$from$",
    >       "to": "$​to$",
            "text": "$content$"
          },
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "from": "$from$",
            "to": "$to$",
            "text": "$content$"
          },
          "response_map": {"id": "$messageid$"}
        }
    Source: assumption 5
    """
    text = subject.document.text
    for literal in () if text.isascii() and "\\u" not in text else subject.literals:
        if not literal.text.isascii() and (clean := _visible(subject, literal.pointer, literal.text)) != literal.text:
            fix = Fix(title="Remove the invisible character", changes=(ReplaceValue(literal.pointer, clean),))
            yield Problem(literal.pointer, "this string contains an invisible character", clean, fix)
        key = literal.pointer[-1]
        if isinstance(key, str) and not key.isascii() and re.search(_INVISIBLE, key):
            clean = re.sub(_INVISIBLE, "", key)
            yield Problem(literal.pointer, "this key contains an invisible character", clean, part="key")


def _visible(subject: Subject, pointer: Pointer, text: str) -> str:
    """The text without invisible characters, where they matter: in a variable or in an identifying value."""
    if "$" not in text and len(pointer) >= 4:
        return text
    place = subject.place_of(pointer)
    legal = sorted(subject.names_at(place)) if place is not None else []

    def clean(found: re.Match[str]) -> str:
        inner = found.group(1)
        if not re.search(_HIDDEN, inner):
            return found.group()
        spaced = re.sub(_HIDDEN, " ", inner).strip()
        return f"${spaced if spaced in legal else re.sub(_HIDDEN, '', inner)}$"

    return re.sub(_INVISIBLE, "", re.sub(r"\$([^$]*)\$", clean, text))


@rule("RT412", Severity.WARNING)
def variable_as_key(subject: Subject) -> Iterator[Problem]:
    """A key contains a variable.

    Ringotel documents variables in values only.

    Bad:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "to": "$to$",
            "text": "$content$",
    >       "$from$": "sender"
          },
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "from": "$from$",
            "to": "$to$",
            "text": "$content$"
          },
          "response_map": {"id": "$messageid$"}
        }
    Source: Ringotel's wiki page 2288910338
    """
    seen: set[Pointer] = set()
    for one in subject.templated if subject.stray_dollars else ():
        for depth, key in enumerate(one.pointer):
            if isinstance(key, str) and "$" in key and re.search(r"\$[^\W\d_][\w .\-]*\$", key):
                pointer = one.pointer[: depth + 1]
                if pointer not in seen:
                    seen.add(pointer)
                    yield Problem(pointer, "variables are documented for values only, not for keys", part="key")


@rule("RT413", Severity.WARNING)
def malformed_variable(subject: Subject) -> Iterator[Problem]:
    """A variable has spaces inside its dollar signs, or too many dollar signs.

    How Ringotel reads `$ to $` is not documented, and `$$to$$` would be sent with a dollar sign on either side.

    Bad:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "from": "$from$",
    >       "to": "$ to $",
            "text": "$content$"
          },
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "from": "$from$",
            "to": "$to$",
            "text": "$content$"
          },
          "response_map": {"id": "$messageid$"}
        }
    Source: assumption 5
    """
    doubled = "$$" in subject.document.text
    for one in subject.templated:
        if not isinstance(one.leaf, Constant) and (doubled or one.leaf.padded):
            found = next(_malformed(parts_of(one)), None)
            if found is not None:
                written, new, parts = found
                yield Problem(one.pointer, f"{written!r} should be {new}", new, rewrite(one, joined(parts), new))


def _malformed(parts: tuple[Part, ...]) -> Iterator[tuple[str, str, tuple[Part, ...]]]:
    """Variables with spaces or extra dollar signs: as written, as they should be, and the corrected parts."""
    literals = [part for part in parts if isinstance(part, str)]
    is_alone = len(parts) - len(literals) == 1 and not "".join(literals).strip("$")
    for index, part in enumerate(parts):
        if not isinstance(part, VariablePart):
            continue
        before = parts[index - 1] if index else ""
        after = parts[index + 1] if index + 1 < len(parts) else ""
        before, after = (text if isinstance(text, str) else "" for text in (before, after))
        leading, trailing = len(before) - len(before.rstrip("$")), len(after) - len(after.lstrip("$"))
        # A price may end or begin with a dollar sign. On both sides, or next to a variable without other text, it is a
        # mistake.
        if not (leading and trailing) and not (is_alone and (leading or trailing)):
            leading = trailing = 0
        if part.raw != part.name or leading or trailing:
            new = f"${part.name}$"
            written = "$" * leading + f"${part.raw}$" + "$" * trailing
            first: tuple[Part, ...] = (
                (*parts[: index - 1], before[: len(before) - leading]) if before else parts[:index]
            )
            last: tuple[Part, ...] = (after[trailing:], *parts[index + 2 :]) if after else parts[index + 1 :]
            yield written, new, (*first, new, *last)
