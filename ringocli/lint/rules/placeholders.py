"""RT4, second half: texts that were meant to be a variable and are none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ringocli.lint.rule import Fix, Problem, ReplaceValue, Severity, rule
from ringocli.lint.rules.variables import in_string
from ringocli.lint.subject import MAX_LOOKED_AT, Subject
from ringocli.template.model import Templated
from ringocli.template.pattern.pattern import Constant, Pattern
from ringocli.template.variables import BY_NAME, NEEDED, known_at
from ringocli.text.pointer import Pointer, lookup
from ringocli.text.suggest import nearest

_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_HIDDEN = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]|" + _INVISIBLE.pattern)
"""What nobody sees, and blanks that are none: between dollar signs neither belongs."""
_UNFINISHED = re.compile(r"\$\s?[^\W\d_]|[^\W\d_]\$|\{\{|\$\{|\$\(|\uff04")
_FOREIGN = re.compile(r"[$#]\{+\s*([\w .-]+?)\s*\}+|\{\{\s*([\w .-]+?)\s*\}\}")
_LOOSE = re.compile(
    r"%([A-Za-z_]\w*)%|<([A-Za-z_][\w .-]*)>|\{([A-Za-z_][\w .-]*)\}|\$\(([A-Za-z_][\w .-]*)\)|\$([A-Za-z_][\w .-]*)%"
)
"""Placeholders that may be text as well: only the name of a variable makes them one."""
_MARKS = re.compile("[#$%&:@<({\\[\uff04]")
"""One of these is in every placeholder."""
_WHOLE = re.compile(
    r"\[([A-Za-z_][\w .-]*)\]|[:@#&]([A-Za-z_][\w .-]*)|\uff04([^\uff04$]+)[\uff04$]|\$([^\uff04$]+)\uff04"
)
"""Placeholders only where they are the whole text, or a step of an address."""


def unfinished(pattern: Pattern, needed: frozenset[str] = frozenset()) -> bool:
    """Whether a text looks like a variable that is none: unclosed, in foreign braces, with a character too many.

    That text has its own finding, so nothing is said of a variable that is missing because of it.
    """
    for _, leaf in pattern.leaves:
        texts = [leaf.value] if isinstance(leaf, Constant) else leaf.parts
        for text in texts:
            if isinstance(text, str) and (_UNFINISHED.search(text) or text in needed or _named(text, needed)):
                return True
    return False


def _named(text: str, needed: frozenset[str]) -> bool:
    found = _WHOLE.fullmatch(text) or _LOOSE.fullmatch(text)
    return found is not None and next(group for group in found.groups() if group) in needed


@rule("RT409", Severity.WARNING)
def foreign_placeholder(subject: Subject) -> Iterator[Problem]:
    """A placeholder is written as other tools write it.

    Ringotel writes `$name$`; `${name}`, `{{name}}`, `%name%`, `{name}`, `<name>`, `:name` and the like are sent as they
    stand.

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
    Source: a reading (format row 5)
    """
    for one in subject.templated:
        if one.leaf.alone is not None or not _MARKS.search(one.residue):
            continue
        legal = known_at(one.place, subject.template.properties)
        found = _placeholder(one, legal)
        if found is None:
            continue
        word = next(group for group in found.groups() if group)
        choice = nearest(word, sorted(legal), least=0.7) or word
        new = f"${choice}$"
        fix = in_string(subject, one.pointer, found.group(), new)
        yield Problem(one.pointer, f"{found.group()} is no variable of Ringotel's; write {new}", new, fix)


def _placeholder(one: Templated, legal: frozenset[str]) -> re.Match[str] | None:
    """The first placeholder of another notation in a text; braces are one by themselves, others by a legal name."""
    residue = one.residue[:MAX_LOOKED_AT]
    if found := _FOREIGN.search(residue):
        return found
    candidates = [] if "</" in residue else [*_LOOSE.finditer(residue)]
    if isinstance(one.leaf, Constant) and (whole := _WHOLE.fullmatch(residue)):
        candidates.append(whole)
    if "://" in residue:
        candidates += re.finditer(r"(?<=[/=]):([A-Za-z_]\w*)(?=[/&?]|$)", residue)
    for found in candidates:
        if next(group for group in found.groups() if group).strip() in legal:
            return found
    return None


@rule("RT410", Severity.WARNING)
def unclosed_variable(subject: Subject) -> Iterator[Problem]:
    """A known variable lacks one of its dollar signs, or both.

    It would be sent as it stands. A bare name is taken for a variable only where that variable is needed and absent.

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
    Source: a reading (format row 5)
    """
    for one in subject.templated:
        if isinstance(one.leaf, Constant):
            text = one.leaf.value
            if text in BY_NAME and text in NEEDED[one.place] - subject.names_beside(one):
                new = f"${text}$"
                fix = in_string(subject, one.pointer, text, new)
                yield Problem(one.pointer, f"{text!r} would be sent as it stands; did you mean {new}?", new, fix)
            elif "$" in text:
                yield from _unclosed(subject, one, text)
        elif one.leaf.alone is None:
            yield from _unclosed(subject, one, one.residue)


def _unclosed(subject: Subject, one: Templated, residue: str) -> Iterator[Problem]:
    if "$" not in residue or _HIDDEN.search(residue):
        return
    for name in sorted(known_at(one.place, subject.template.properties), key=len, reverse=True):
        found = re.search(rf"\${re.escape(name)}(?![\w$%])|(?<![\w$]){re.escape(name)}\$", residue)
        if found:
            new = f"${name}$"
            fix = in_string(subject, one.pointer, found.group(), new)
            yield Problem(one.pointer, f"{found.group()} is no variable; did you mean {new}?", new, fix)
            return


@rule("RT411", Severity.WARNING)
def invisible_character(subject: Subject) -> Iterator[Problem]:
    """An invisible character, or a blank that is none, stands in a variable, a key or an identifying value.

    It comes with text pasted from web pages, and makes a name differ from the one that it looks like.

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
    Source: a reading (format row 5)
    """
    text = subject.document.text
    for literal in () if text.isascii() and "\\u" not in text else subject.literals:
        if not literal.text.isascii() and (clean := _visible(subject, literal.pointer, literal.text)) != literal.text:
            fix = Fix(title="Remove it", changes=(ReplaceValue(literal.pointer, clean),))
            yield Problem(literal.pointer, "an invisible character stands in this text", clean, fix)
        key = literal.pointer[-1]
        if isinstance(key, str) and not key.isascii() and _INVISIBLE.search(key):
            clean = _INVISIBLE.sub("", key)
            yield Problem(literal.pointer, "an invisible character stands in this key", clean, part="key")


def _visible(subject: Subject, pointer: Pointer, text: str) -> str:
    """The text without what nobody sees, where that matters: in a variable, or in a value that identifies something."""
    if "$" not in text and len(pointer) >= 4:
        return text
    place = subject.place_of(pointer)
    legal = sorted(known_at(place, subject.template.properties)) if place is not None else []

    def clean(found: re.Match[str]) -> str:
        inner = found.group(1)
        if not _HIDDEN.search(inner):
            return found.group()
        blank = _HIDDEN.sub(" ", inner).strip()
        return f"${blank if blank in legal else _HIDDEN.sub('', inner)}$"

    return _INVISIBLE.sub("", re.sub(r"\$([^$]*)\$", clean, text))


@rule("RT412", Severity.WARNING)
def variable_as_key(subject: Subject) -> Iterator[Problem]:
    """A variable stands in a key.

    Only values are documented to have variables.

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
                    yield Problem(pointer, "variables are documented in values only, not in keys", part="key")


@rule("RT413", Severity.WARNING)
def padded_variable(subject: Subject) -> Iterator[Problem]:
    """A variable has blanks inside its dollar signs, or a dollar sign too many.

    How Ringotel reads `$ to $` is not published, and `$$to$$` would be sent with a dollar sign on either side.

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
    Source: a reading (format row 5)
    """
    doubled = "$$" in subject.document.text
    for one in subject.templated:
        if isinstance(one.leaf, Constant) or not (doubled or one.leaf.padded):
            continue
        text = lookup(subject.root, one.pointer)
        for name in one.leaf.names:
            found = re.search(rf"\$\s+{re.escape(name)}\s*\$|\$\s*{re.escape(name)}\s+\$", text)
            found = found or re.search(rf"\${{2,}}{re.escape(name)}\${{2,}}", text)
            # A price may well end or begin with the sign; alone with a variable it is one too many.
            found = found or re.fullmatch(rf"\$+{re.escape(name)}\$+", text if text.count("$") > 2 else "")
            if found:
                new = f"${name}$"
                fix = in_string(subject, one.pointer, found.group(), new)
                yield Problem(one.pointer, f"{found.group()!r} should be {new}", new, fix)
                break
