"""RT4: variables and properties."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from ringocli.lint.rule import AppendItem, Fix, Problem, Severity, rule
from ringocli.lint.rules.rewriting import replace_variable
from ringocli.lint.subject import Subject
from ringocli.template.model import Use
from ringocli.template.variables import BY_NAME, KNOWN_AT, NEEDED, REQUESTS, Place
from ringocli.text.name_key import name_key
from ringocli.text.suggest import nearest

SWAPPED = {(Place.MMS, "content"): "url", (Place.MESSAGE, "text"): "content", (Place.MESSAGE, "url"): "content"}
"""The right name for a variable of another event (assumption 30)."""

_SAME_ELSEWHERE = {"url": "content", "content": "text"}
_OUTGOING = {"text": "content", "url": "content"}
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
"""The most frequent other words for the built-in variables; a variable with one of these names meant the built-in one.

The vocabulary of providers' words has more, but takes longer to import than a file without findings takes to lint.
"""

_CRM = {"user_id", "firstname", "lastname", "email", "phone", "contact_id", "mobile", "company_name", "job_title"}
_LOOKALIKES = str.maketrans(
    "аеорсухіјһԁոѕɑορτιαενκϲΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТУХ", "aeopcyxijhdnsaoptiaevkcABEZHIKMNOPTYXABEKMHOPCTYX"
)
"""Cyrillic and Greek letters that look like Latin ones."""


def _looks_like_property(use: Use) -> bool:
    return use.place is Place.AUTH or " " in use.name or use.name != use.name.lower()


@rule("RT401", Severity.ERROR)
def unknown_variable(subject: Subject) -> Iterator[Problem]:
    """A variable is unknown.

    It is neither a built-in variable that is available here nor a property. Names are case-sensitive and may contain
    spaces.

    Bad:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "from": "$from$",
    >       "to": "$ot$",
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
    Source: Ringotel's wiki page 2288910338; assumption 5
    """
    for use in subject.undefined:
        choice = _choice(subject, use)
        if choice is None and _looks_like_property(use):
            continue
        fix = _replaced(subject, use, choice)
        hint = f" (did you mean ${choice}$?)" if choice else _available(subject, use)
        if use.name in _CRM and choice is None:
            hint = "; it is a variable of CRM integrations"
        yield Problem(use.pointer, f"unknown variable ${use.name}${hint}", f"${choice}$" if choice else None, fix)


def _replaced(subject: Subject, use: Use, choice: str | None, *, safe: bool = True) -> Fix | None:
    """A fix that writes another variable, if there is a choice."""
    if choice is None:
        return None
    return replace_variable(subject.string_at(use.pointer), use.name, f"${choice}$", safe=safe)


def _choice(subject: Subject, use: Use) -> str | None:
    """The name that was probably meant: a required one that is missing here, then an unused one, then any."""
    legal = subject.names_at(use.place)
    name_used = name_key(use.name)
    for name, words in _FIELD_WORDS.items():
        if name in legal and name_used in words.split():
            return name
    if not _looks_like_property(use) and (meant := _from_vocabulary(name_used, legal)):
        return meant
    latin = use.name.translate(_LOOKALIKES)
    if latin != use.name and latin in legal:
        return latin
    here = subject.names_beside(use)
    missing = sorted(NEEDED[use.place] - here)
    unused = sorted(legal - here - subject.used.intersection(subject.template.properties))
    return (
        nearest(use.name, missing, least=0.5)
        or nearest(use.name, unused, least=0.7)
        or nearest(use.name, sorted(legal), least=0.6)
        or _by_misspelled_word(use.name, missing)
    )


def _from_vocabulary(key: str, legal: Collection[str]) -> str | None:
    """The variable that a provider's word for a field means here: ``msgtext`` is $content$, in an mms $text$."""
    from ringocli.template.field_vocabulary import EXACT

    role = next((str(role) for role, words in EXACT.items() if key in words), "")
    return next((name for name in (role, _SAME_ELSEWHERE.get(role)) if name in legal), None)


def _by_misspelled_word(name: str, missing: Iterable[str]) -> str | None:
    """A required variable for which ``name`` is another word, misspelled."""
    words = {word: meant for meant in missing for word in _FIELD_WORDS.get(meant, "").split() if len(word) > 4}
    word = nearest(name, words, least=0.8)
    return words[word] if word is not None else None


def _available(subject: Subject, use: Use) -> str:
    names = sorted(subject.names_at(use.place))
    return f"; available here: {', '.join(f'${name}$' for name in names)}" if names else "; declare it in properties"


@rule("RT402", Severity.ERROR)
def undeclared_property(subject: Subject) -> Iterator[Problem]:
    """A property is used but not declared.

    The portal asks only for the properties listed in `properties`, so this one would have no value.

    Bad:
        "auth": {
          "type": "Basic",
    >     "username": "$Account SID$",
          "password": "$API key$"
        }
    Good:
        "properties": ["Account SID", "API key"],
        "auth": {
          "type": "Basic",
          "username": "$Account SID$",
          "password": "$API key$"
        }
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
    """A variable is used where it is not available.

    `$messageid$` is taken from a reply or a receipt and never sent. `$text$` and `$url$` belong to an incoming mms.
    `$extension$` and `$domain$` are available only when sending. In SendFile, the URL of the file is `$content$`.

    Bad:
        "SendFile": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "from": "$from$",
            "to": "$to$",
    >       "media": "$url$"
          },
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendFile": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "from": "$from$",
            "to": "$to$",
            "media": "$content$"
          },
          "response_map": {"id": "$messageid$"}
        }
    Source: Ringotel's wiki page 2288910338
    """
    for use in subject.uses:
        if use.name not in BY_NAME or use.name in KNOWN_AT[use.place] or use.name in subject.template.properties:
            continue
        if (use.place, use.name) in SWAPPED:
            continue
        if use.event is not None and use.event.place is None:
            continue
        choice = _instead(subject, use)
        fix = _replaced(subject, use, choice)
        places = ", ".join(BY_NAME[use.name].places)
        hint = f" (did you mean ${choice}$?)" if choice else f"; it is available in {places}"
        message = f"${use.name}$ is not available in {use.place}{hint}"
        yield Problem(use.pointer, message, f"${choice}$" if choice else None, fix)


def _instead(subject: Subject, use: Use) -> str | None:
    """The variable that was probably meant: the counterpart of the misplaced one, or the missing required one."""
    absent = sorted(NEEDED[use.place] - subject.names_beside(use))
    if use.place in REQUESTS and _OUTGOING.get(use.name) is not None:
        return _OUTGOING[use.name]
    if use.place in (Place.RESPONSE_MAP, Place.DELIVERED):
        return "messageid" if use.alone else None
    if len(absent) == 1 and use.alone:
        return absent[0]
    return None


@rule("RT404", Severity.WARNING)
def wrong_variable_for_event(subject: Subject) -> Iterator[Problem]:
    """An event uses a variable of another event type.

    The text of a message is `$content$`. An mms has `$text$` and `$url$` instead.

    Bad:
        "Webhook": [
          {
            "event_key": "file",
            "event_type": "mms",
            "request_method": "POST",
            "request_parameters": {
              "type": "$event_key$",
              "from": "$from$",
              "to": "$to$",
    >         "media": "$content$"
            }
          }
        ]
    Good:
        "Webhook": [
          {
            "event_key": "file",
            "event_type": "mms",
            "request_method": "POST",
            "request_parameters": {
              "type": "$event_key$",
              "from": "$from$",
              "to": "$to$",
              "media": "$url$"
            }
          }
        ]
    Source: Ringotel's wiki page 2288910338 and assumption 30
    """
    for use in subject.uses:
        choice = SWAPPED.get((use.place, use.name))
        if choice is None or use.name in subject.template.properties:
            continue
        if use.event is not None and choice in use.event.pattern.variables:
            choice = "text" if use.place is Place.MMS and "text" not in use.event.pattern.variables else choice
        fix = _replaced(subject, use, choice)
        yield Problem(use.pointer, f"{use.place} events use ${choice}$, not ${use.name}$", f"${choice}$", fix)


_ROLES = {
    **dict.fromkeys(
        [
            "from",
            "fromnumber",
            "sender",
            "senderid",
            "source",
            "src",
            "originator",
            "originating",
            "caller",
            "sourceaddress",
        ],
        "from",
    ),
    **dict.fromkeys(
        [
            "to",
            "tonumber",
            "recipient",
            "recipients",
            "receiver",
            "destination",
            "dest",
            "dst",
            "callee",
            "destinationaddress",
        ],
        "to",
    ),
}
"""Keys whose name says which of the two numbers they contain."""


@rule("RT414", Severity.WARNING)
def swapped_numbers(subject: Subject) -> Iterator[Problem]:
    """The numbers of sender and recipient are exchanged.

    `$from$` is always the sender: in API the SMS number, in Webhook the external contact. `$to$` is the recipient.

    Bad:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
    >       "from": "$to$",
    >       "to": "$from$",
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
    Source: Ringotel's wiki page 2288910338
    """
    exchanged: dict[object, list[tuple[Use, str, str]]] = {}
    for use in subject.uses:
        if use.name in ("from", "to") and use.alone and use.place is not Place.AUTH:
            key, role = _role(use)
            if role not in ("", use.name):
                exchanged.setdefault((use.place, id(use.event)), []).append((use, key, role))
    for found in exchanged.values():
        names = {use.name for use, *_ in found}
        for use, key, role in found:
            if len(names) == 2 or role not in subject.names_beside(use):
                fix = _replaced(subject, use, role, safe=False)
                yield Problem(
                    use.pointer, f"the value of {key!r} should be ${role}$, not ${use.name}$", f"${role}$", fix
                )


def _role(use: Use) -> tuple[str, str]:
    """The nearest key around a variable that names one of the numbers, and which; empty if there is none."""
    for step in reversed(use.pointer[2:]):
        if isinstance(step, str) and (role := _role_of(step)) is not None:
            return step, role
    return "", ""


@lru_cache(maxsize=1024)
def _role_of(key: str) -> str | None:
    return _ROLES.get(name_key(key))
