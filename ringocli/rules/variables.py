"""RT4: variables and properties."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ringocli.lint import AppendItem, Fix, Problem, ReplaceValue, Severity, rule
from ringocli.pattern import Constant, Pattern
from ringocli.pointer import Pointer, lookup
from ringocli.rules.security import credential_at
from ringocli.subject import Subject, Use
from ringocli.suggest import nearest
from ringocli.template import OtherAuth
from ringocli.variables import BY_NAME, KNOWN_AT, Place, known_at

SWAPPED = {(Place.MMS, "content"): "url", (Place.MESSAGE, "text"): "content", (Place.MESSAGE, "url"): "content"}
"""Names that are right in another event, with the documented one (format row 30)."""

_OUTGOING = {"text": "content", "url": "content", "messageid": None, "event_key": None}
_FIELD_WORDS = {
    "to": "recipient receiver destination dest dst msisdn phone phonenumber mobile target tonumber number",
    "from": "sender originator source src fromnumber senderid sendername caller",
    "content": "body message msg text sms payload messagetext messagebody media mediaurl file fileurl attachment image url",
    "url": "media mediaurl file fileurl attachment image picture link content",
    "text": "caption body message msg subject description",
    "messageid": "id msgid message smsid sid uuid reference messageuuid guid mid",
    "extension": "ext user userid agent",
    "domain": "org organization organisation tenant account",
    "event_key": "event type eventtype kind method key action status",
}
"""What the field calls these things; a variable by one of these names meant Ringotel's own."""

_CRM = {"user_id", "firstname", "lastname", "email", "phone", "contact_id", "mobile", "company_name", "job_title"}
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_NAME = re.compile(r"[^\W\d_][\w .\-]*")
_UNFINISHED = re.compile(r"\$\s?[^\W\d_]|[^\W\d_]\$|\{\{|\$\{")
_BRACES = re.compile(r"\$\{|\{\{")
_FOREIGN = re.compile(r"\$\{\s*([\w .-]+?)\s*\}|\{\{\s*([\w .-]+?)\s*\}\}")
_LOOSE = re.compile(r"%([A-Za-z_]\w*)%|<([A-Za-z_][\w .-]*)>|\{([A-Za-z_][\w .-]*)\}")
"""Placeholders that may be text as well: only the name of a variable makes them one."""
_PADDED = re.compile(r"\$\s|\s\$|\$\$")
_LOOKALIKES = str.maketrans(
    "аеорсухіјһԁոѕɑορτιαενκϲΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТУХ", "aeopcyxijhdnsaoptiaevkcABEZHIKMNOPTYXABEKMHOPCTYX"
)
"""Cyrillic and Greek letters that look like Latin ones."""


def unfinished(pattern: Pattern) -> bool:
    """Whether a text looks like a variable that is none: unclosed, in foreign braces, with a character too many.

    That text has its own finding, so nothing is said of a variable that is missing because of it.
    """
    for _, leaf in pattern.leaves:
        texts = [leaf.value] if isinstance(leaf, Constant) else leaf.parts
        if any(isinstance(text, str) and _UNFINISHED.search(text) for text in texts):
            return True
    return False


def in_string(subject: Subject, pointer: Pointer, old: str, new: str) -> Fix:
    """Replace a piece of a string; the rest of it stays."""
    text = lookup(subject.root, pointer)
    return Fix(title=f"Write {new}", changes=(ReplaceValue(pointer, text.replace(old, new)),))


def _looks_like_property(use: Use) -> bool:
    return use.place is Place.AUTH or " " in use.name or use.name != use.name.lower()


@rule("RT401", Severity.ERROR)
def unknown_variable(subject: Subject) -> Iterator[Problem]:
    """Nothing defines a variable.

    It is none of Ringotel's at this place and no property. Names differ by case and may hold blanks.

    Bad: {"API": {"SendMessage": {"request_parameters": {"from": "$from$", "to": "$ot$", "text": "$content$"}}}}
    Good: {}
    Source: Ringotel's wiki page 2288910338; a reading (format row 5)
    """
    for use in subject.undefined:
        choice = _choice(subject, use)
        if choice is None and _looks_like_property(use):
            continue
        fix = in_string(subject, use.pointer, _spelled(subject, use), f"${choice}$") if choice else None
        hint = f"did you mean ${choice}$?" if choice else _legal(subject, use)
        if use.name in _CRM and choice is None:
            hint = "it belongs to CRM integrations"
        yield Problem(use.pointer, f"nothing defines ${use.name}$; {hint}", f"${choice}$" if choice else None, fix)


def _spelled(subject: Subject, use: Use) -> str:
    """The variable as it is written, blanks inside the dollar signs included."""
    text = lookup(subject.root, use.pointer)
    found = re.search(rf"\$\s*{re.escape(use.name)}\s*\$", text)
    return found.group() if found else f"${use.name}$"


def _choice(subject: Subject, use: Use) -> str | None:
    """The name that was probably meant: legal ones here first, those not yet used there before the others."""
    legal = known_at(use.place, subject.template.properties)
    plain = "".join(char for char in use.name.lower() if char.isalnum())
    for name, words in _FIELD_WORDS.items():
        if name in legal and plain in words.split():
            return name
    latin = use.name.translate(_LOOKALIKES)
    if latin != use.name and latin in legal:
        return latin
    here = subject.names_beside(use)
    unused = sorted(legal - here)
    return nearest(use.name, unused, least=0.7) or nearest(use.name, sorted(legal), least=0.6)


def _legal(subject: Subject, use: Use) -> str:
    names = sorted(known_at(use.place, subject.template.properties))
    return f"here are {', '.join(f'${name}$' for name in names)}" if names else "declare it in properties"


@rule("RT402", Severity.ERROR)
def undeclared_property(subject: Subject) -> Iterator[Problem]:
    """A property is used that `properties` does not declare.

    The portal asks only for declared ones, so it would have no value.

    Bad: {"auth": {"type": "Basic", "username": "$Account SID$", "password": "$API key$", "token": null}}
    Good: {"properties": ["API key"]}
    Source: Ringotel's wiki page 2871001099
    """
    declared: set[str] = set()
    if not isinstance(subject.root.get("properties", []), list):
        return
    for use in subject.undefined:
        if not _looks_like_property(use) or _choice(subject, use) is not None:
            continue
        listed = isinstance(subject.root.get("properties"), list) and use.name not in declared
        fix = Fix(title=f"Declare {use.name}", changes=(AppendItem(("properties",), use.name),)) if listed else None
        declared.add(use.name)
        yield Problem(use.pointer, f"the property {use.name!r} is used but not declared in properties", use.name, fix)


@rule("RT403", Severity.ERROR)
def misplaced_variable(subject: Subject) -> Iterator[Problem]:
    """A variable stands where Ringotel does not know it.

    `$messageid$` comes from a reply or a receipt and is not sent; `$text$` and `$url$` belong to an incoming mms;
    `$extension$` and `$domain$` are known when sending only; in SendFile the file's address is `$content$`.

    Bad: {"API": {"SendFile": {"request_parameters": {"from": "$from$", "to": "$to$", "media": "$url$"}}}}
    Good: {}
    Source: Ringotel's wiki page 2288910338
    """
    for use in subject.uses:
        if use.name not in BY_NAME or use.name in KNOWN_AT[use.place] or use.name in subject.template.properties:
            continue
        if (use.place, use.name) in SWAPPED:
            continue
        if use.event is not None and use.event.place is None:
            continue
        choice = _instead(use)
        fix = in_string(subject, use.pointer, _spelled(subject, use), f"${choice}$") if choice else None
        places = ", ".join(BY_NAME[use.name].places)
        hint = f"did you mean ${choice}$?" if choice else f"it is known in {places}"
        message = f"${use.name}$ is not known in {use.place}; {hint}"
        yield Problem(use.pointer, message, f"${choice}$" if choice else None, fix)


def _instead(use: Use) -> str | None:
    if use.place in (Place.SEND_MESSAGE, Place.SEND_FILE):
        return _OUTGOING.get(use.name)
    if use.place in (Place.RESPONSE_MAP, Place.DELIVERED) and use.alone:
        return "messageid"
    return None


@rule("RT404", Severity.WARNING)
def other_events_name(subject: Subject) -> Iterator[Problem]:
    """An event uses the name that another kind of event has.

    A message has `$content$`; an mms has `$text$` and `$url$`.

    Bad: {"Webhook": [{"event_key": "file", "event_type": "mms", "request_method": "POST", "request_parameters":
        {"type": "$event_key$", "from": "$from$", "to": "$to$", "media": "$content$"}}]}
    Good: {}
    Source: Ringotel's wiki page 2288910338 (format row 30)
    """
    for use in subject.uses:
        choice = SWAPPED.get((use.place, use.name))
        if choice is None or use.name in subject.template.properties:
            continue
        if use.event is not None and choice in use.event.pattern.variables:
            choice = "text" if use.place is Place.MMS and "text" not in use.event.pattern.variables else choice
        fix = in_string(subject, use.pointer, _spelled(subject, use), f"${choice}$")
        yield Problem(use.pointer, f"a {use.place} event has ${choice}$, not ${use.name}$", f"${choice}$", fix)


@rule("RT405", Severity.WARNING)
def unused_property(subject: Subject) -> Iterator[Problem]:
    """A property is declared, but nothing uses it.

    The portal would ask for it in vain.

    Bad: {"properties": ["API key", "Region"]}
    Good: {"properties": ["API key"]}
    Source: Ringotel's wiki page 2871001099
    """
    if subject.used.issuperset(subject.template.properties):
        return
    if isinstance(subject.template.auth, OtherAuth) or any(
        credential_at(one.pointer, one.text) for one in subject.literals
    ):
        return  # what should use it is wrong itself, and has its own finding
    unknown = {use.name for use in subject.undefined}
    for index, name in enumerate(_listed(subject)):
        if isinstance(name, str) and name not in subject.used and not _explained(name, unknown):
            if name not in BY_NAME and _NAME.fullmatch(name):
                yield Problem(("properties", index), f"nothing uses the property {name!r}")


def _explained(name: str, unknown: set[str]) -> bool:
    """Whether an unknown variable is this property misspelled; then that is the one mistake."""
    return any(nearest(other, [name], least=0.6) for other in unknown)


def _listed(subject: Subject) -> list[object]:
    value = subject.root.get("properties")
    return value if isinstance(value, list) else []


@rule("RT406", Severity.ERROR)
def property_shadows_variable(subject: Subject) -> Iterator[Problem]:
    """A property has the name of one of Ringotel's variables.

    Which of the two would be put in is not known.

    Bad: {"properties": ["API key", "domain"]}
    Good: {"properties": ["API key"]}
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

    Bad: {"properties": ["API key", "API key"]}
    Good: {"properties": ["API key"]}
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

    Bad: {"properties": ["API key", "Key (new)"]}
    Good: {"properties": ["API key"]}
    Source: a reading (format row 5)
    """
    for index, name in enumerate(_listed(subject)):
        if isinstance(name, str) and not _NAME.fullmatch(name):
            yield Problem(("properties", index), f"no variable can be called {name!r}, so nothing can use it")


@rule("RT409", Severity.WARNING)
def foreign_placeholder(subject: Subject) -> Iterator[Problem]:
    """A placeholder is written as other tools write it.

    Ringotel writes `$name$`; `${name}`, `{{name}}`, `%name%`, `{name}` and `<name>` are sent as they stand.

    Bad: {"API": {"SendMessage": {"request_parameters": {"from": "$from$", "to": "{{to}}", "text": "$content$"}}}}
    Good: {}
    Source: a reading (format row 5)
    """
    for one in subject.templated:
        plain = isinstance(one.leaf, Constant) or one.leaf.alone is None
        legal = known_at(one.place, subject.template.properties)
        found = _FOREIGN.search(one.residue) if plain else None
        if found is None and plain and (found := _LOOSE.search(one.residue)) is not None:
            found = found if (found.group(1) or found.group(2) or found.group(3)) in legal else None
        if found is None:
            continue
        word = next(group for group in found.groups() if group)
        choice = nearest(word, sorted(legal), least=0.7) or word
        new = f"${choice}$"
        fix = in_string(subject, one.pointer, found.group(), new)
        yield Problem(one.pointer, f"{found.group()} is no variable of Ringotel's; write {new}", new, fix)


@rule("RT410", Severity.WARNING)
def unclosed_variable(subject: Subject) -> Iterator[Problem]:
    """A known variable lacks one of its dollar signs.

    It would be sent as it stands.

    Bad: {"API": {"SendMessage": {"request_parameters": {"from": "$from$", "to": "$to", "text": "$content$"}}}}
    Good: {}
    Source: a reading (format row 5)
    """
    for one in subject.templated if subject.stray_dollars else ():
        residue = one.residue
        if "$" not in residue or _INVISIBLE.search(residue):
            continue
        for name in sorted(known_at(one.place, subject.template.properties), key=len, reverse=True):
            found = re.search(rf"\${re.escape(name)}(?![\w$])|(?<![\w$]){re.escape(name)}\$", residue)
            if found:
                new = f"${name}$"
                fix = in_string(subject, one.pointer, found.group(), new)
                yield Problem(one.pointer, f"{found.group()} is no variable; did you mean {new}?", new, fix)
                break


@rule("RT411", Severity.WARNING)
def invisible_character(subject: Subject) -> Iterator[Problem]:
    """An invisible character stands in a variable, a key or an identifying value.

    It comes with text pasted from web pages, and makes a name differ from the one that it looks like.

    Bad: {"API": {"SendMessage": {"request_parameters": {"from": "$from$", "to": "$\u200bto$", "text": "$content$"}}}}
    Good: {}
    Source: a reading (format row 5)
    """
    text = subject.document.text
    for literal in () if text.isascii() and "\\u" not in text else subject.literals:
        if not literal.text.isascii() and _INVISIBLE.search(literal.text):
            clean = _INVISIBLE.sub("", literal.text)
            if "$" in literal.text or len(literal.pointer) < 4:
                fix = Fix(title="Remove it", changes=(ReplaceValue(literal.pointer, clean),))
                yield Problem(literal.pointer, "an invisible character stands in this text", clean, fix)
        key = literal.pointer[-1]
        if isinstance(key, str) and not key.isascii() and _INVISIBLE.search(key):
            clean = _INVISIBLE.sub("", key)
            yield Problem(literal.pointer, "an invisible character stands in this key", clean, part="key")


@rule("RT412", Severity.WARNING)
def variable_as_key(subject: Subject) -> Iterator[Problem]:
    """A variable stands in a key.

    Only values are documented to have variables.

    Bad: {"API": {"SendMessage": {"request_parameters": {"$from$": "x", "to": "$to$", "text": "$content$"}}}}
    Good: {}
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

    Bad: {"API": {"SendMessage": {"request_parameters": {"from": "$from$", "to": "$ to $", "text": "$content$"}}}}
    Good: {}
    Source: a reading (format row 5)
    """
    if not _PADDED.search(subject.document.text):
        return
    for one in subject.templated:
        if isinstance(one.leaf, Constant) or not one.leaf.names:
            continue
        text = lookup(subject.root, one.pointer)
        for name in one.leaf.names:
            found = re.search(rf"\$\s+{re.escape(name)}\s*\$|\$\s*{re.escape(name)}\s+\$", text)
            found = found or re.search(rf"\${{2,}}{re.escape(name)}\${{2,}}", text)
            if found:
                new = f"${name}$"
                fix = in_string(subject, one.pointer, found.group(), new)
                yield Problem(one.pointer, f"{found.group()!r} should be {new}", new, fix)
                break
