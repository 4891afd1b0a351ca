"""RT2, second part: the requests that Ringotel sends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ringocli.lint.rule import Fix, Problem, RenameKey, ReplaceValue, Severity, rule
from ringocli.lint.rules.placeholders import unfinished
from ringocli.lint.subject import Subject
from ringocli.template.model import RequestSpec
from ringocli.template.schema import KEYS, METHODS
from ringocli.template.variables import Place
from ringocli.text.suggest import is_misspelled_in, nearest


@rule("RT210", Severity.ERROR)
def unknown_method(subject: Subject) -> Iterator[Problem]:
    """The request method is not an HTTP method.

    Ringotel's page shows POST. GET, PUT, PATCH and DELETE are accepted as well.

    Bad:
        "SendMessage": {
    >     "request_method": "PSOT",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Source: help.ringotel.co/en/articles/11193931, RFC 9110
    """
    callers = [(spec.pointer, spec.method) for spec in subject.template.requests]
    callers += [(event.pointer, event.method or "POST") for event in subject.template.events]
    for at, method in callers:
        if subject.at(at).get("request_method") == "":
            method = ""  # it is read as POST
        if method not in METHODS:
            pointer = (*at, "request_method")
            similar = nearest(method, METHODS, least=0.7)
            choice = similar or "POST"
            fix = Fix(title=f"Write {choice}", changes=(ReplaceValue(pointer, choice),), safe=similar is not None)
            yield Problem(pointer, f"{method!r} is not an HTTP method (did you mean {choice}?)", choice, fix)


@rule("RT224", Severity.WARNING)
def lowercase_method(subject: Subject) -> Iterator[Problem]:
    """The request method is not in upper case.

    HTTP methods are case-sensitive, and Ringotel's examples write POST.

    Bad:
        "SendMessage": {
    >     "request_method": "post",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Source: help.ringotel.co/en/articles/11193931, RFC 9110 section 9.1
    """
    for at in [
        *(spec.pointer for spec in subject.template.requests),
        *(event.pointer for event in subject.template.events),
    ]:
        method = subject.at(at).get("request_method")
        if isinstance(method, str) and method not in METHODS and (choice := method.upper()) in METHODS:
            pointer = (*at, "request_method")
            fix = Fix(title=f"Write {choice}", changes=(ReplaceValue(pointer, choice),))
            yield Problem(pointer, f"{method!r} is not in upper case; write {choice}", choice, fix)


@rule("RT215", Severity.WARNING)
def no_message_id(subject: Subject) -> Iterator[Problem]:
    """The message id in the reply is not used.

    A delivery receipt is matched to its message by the id that `response_map` took from the reply. Without
    `$messageid$` in `response_map`, no receipt can match.

    Bad:
    >   "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Source: inferred from Ringotel's examples; assumption 19
    """
    from ringocli.lint.rules.shape import meant

    receipts = any(event.place is Place.DELIVERED for event in subject.template.events)
    why = (
        "so the delivery receipts declared under Webhook can never match"
        if receipts
        else "so delivery receipts cannot be matched"
    )
    for spec in subject.template.requests:
        holder: dict[str, Any] = subject.root["API"][spec.name]
        if spec.response_map is None:
            if "response_map" not in holder and "response_map" not in meant(holder, "request").values():
                yield Problem(spec.pointer, f"{spec.name} has no response_map, {why}", "response_map", part="object")
        elif "messageid" not in spec.reply.variables and not _almost(spec):
            pointer = (*spec.pointer, "response_map")
            yield Problem(pointer, f"response_map does not contain $messageid$, {why}", "$messageid$", part="key")


def _almost(spec: RequestSpec) -> bool:
    """Whether there is a variable; a wrong one counts, too, because it has its own finding."""
    return bool(spec.reply.variables) or "$" in str(spec.response_map) or "messageid" in str(spec.response_map).lower()


@rule("RT216", Severity.WARNING)
def no_send_file(subject: Subject) -> Iterator[Problem]:
    """SendFile is missing, so users cannot send files.

    That is correct for a provider that accepts text only.

    Bad:
    >   "API": {
          "SendMessage": {
            "request_method": "POST",
            "request_url": "https://sms.acme.example/v1/messages",
            "request_content_type": "application/json",
            "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
            "response_map": {"id": "$messageid$"}
          }
        }
    Good:
        "API": {
          "SendMessage": {
            "request_method": "POST",
            "request_url": "https://sms.acme.example/v1/messages",
            "request_content_type": "application/json",
            "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
            "response_map": {"id": "$messageid$"}
          },
          "SendFile": {
            "request_method": "POST",
            "request_url": "https://sms.acme.example/v1/messages",
            "request_content_type": "application/json",
            "request_parameters": {"from": "$from$", "to": "$to$", "media": "$content$"},
            "response_map": {"id": "$messageid$"}
          }
        }
    Source: assumption 18
    """
    api = subject.root.get("API")
    if isinstance(api, dict) and "SendFile" not in api and "SendMessage" in api:
        if not is_misspelled_in((key for key in api if key not in KEYS["API"]), "SendFile"):
            yield Problem(("API",), "SendFile is missing, so users cannot send files", "SendFile", part="object")


@rule("RT217", Severity.ERROR)
def no_send_message(subject: Subject) -> Iterator[Problem]:
    """SendMessage is missing, so users cannot send text messages.

    Bad:
    >   "API": {
          "SendFile": {
            "request_method": "POST",
            "request_url": "https://sms.acme.example/v1/messages",
            "request_content_type": "application/json",
            "request_parameters": {"from": "$from$", "to": "$to$", "media": "$content$"},
            "response_map": {"id": "$messageid$"}
          }
        }
    Good:
        "API": {
          "SendMessage": {
            "request_method": "POST",
            "request_url": "https://sms.acme.example/v1/messages",
            "request_content_type": "application/json",
            "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
            "response_map": {"id": "$messageid$"}
          },
          "SendFile": {
            "request_method": "POST",
            "request_url": "https://sms.acme.example/v1/messages",
            "request_content_type": "application/json",
            "request_parameters": {"from": "$from$", "to": "$to$", "media": "$content$"},
            "response_map": {"id": "$messageid$"}
          }
        }
    Source: help.ringotel.co/en/articles/11193931
    """
    api = subject.root.get("API")
    if isinstance(api, dict) and "SendMessage" not in api:
        if not is_misspelled_in((key for key in api if key not in KEYS["API"]), "SendMessage"):
            yield Problem(
                ("API",), "SendMessage is missing, so users cannot send messages", "SendMessage", part="object"
            )


@rule("RT218", Severity.ERROR)
def unknown_api_method(subject: Subject) -> Iterator[Problem]:
    """API contains a request that Ringotel does not send.

    Only SendMessage and SendFile are documented.

    Bad:
        "API": {
          "SendMessage": {
            "request_method": "POST",
            "request_url": "https://sms.acme.example/v1/messages",
            "request_content_type": "application/json",
            "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
            "response_map": {"id": "$messageid$"}
          },
    >     "SendFiles": {
            "request_method": "POST",
            "request_url": "https://sms.acme.example/v1/messages",
            "request_content_type": "application/json",
            "request_parameters": {"from": "$from$", "to": "$to$", "media": "$content$"},
            "response_map": {"id": "$messageid$"}
          }
        }
    Good:
        "API": {
          "SendMessage": {
            "request_method": "POST",
            "request_url": "https://sms.acme.example/v1/messages",
            "request_content_type": "application/json",
            "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
            "response_map": {"id": "$messageid$"}
          },
          "SendFile": {
            "request_method": "POST",
            "request_url": "https://sms.acme.example/v1/messages",
            "request_content_type": "application/json",
            "request_parameters": {"from": "$from$", "to": "$to$", "media": "$content$"},
            "response_map": {"id": "$messageid$"}
          }
        }
    Source: help.ringotel.co/en/articles/11193931
    """
    api = subject.root.get("API")
    for key in api if isinstance(api, dict) and not subject.truncated else ():
        if key not in KEYS["API"]:
            choice = nearest(key, [name for name in KEYS["API"] if name not in api], least=0.75)
            fix = Fix(title=f"Rename to {choice}", changes=(RenameKey(("API", key), choice),)) if choice else None
            hint = f" (did you mean {choice}?)" if choice else "; only SendMessage and SendFile are documented"
            yield Problem(("API", key), f"{key!r} is not a request of messaging integrations{hint}", choice, fix, "key")


@rule("RT220", Severity.WARNING)
def content_not_sent(subject: Subject) -> Iterator[Problem]:
    """A request does not send the recipient or the content.

    A request must contain `$to$` and `$content$`. In SendFile, `$content$` is the URL of the file.

    Bad:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
    >     "request_parameters": {"from": "$from$", "to": "$to$", "text": "Hello"},
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Source: Ringotel's wiki page 2288910338
    """
    from ringocli.lint.rules.shape import meant

    for spec in subject.template.requests:
        holder: dict[str, Any] = subject.root["API"][spec.name]
        names = {*spec.body.variables, *spec.url_pattern.variables}
        if "request_parameters" not in holder and not names & {"to", "content"}:
            if "request_parameters" in meant(holder, "request").values():
                continue
            yield Problem(spec.pointer, f"{spec.name} has no request_parameters, so it sends neither recipient nor content",
                          "request_parameters", part="object")  # fmt: skip
            continue
        if not names <= {"from", "to", "content", "extension", "domain", *spec.properties}:
            continue  # an unknown name may be the one that is missing, and has a finding of its own
        missing = [name for name in ("to", "content") if name not in names]
        if missing and not unfinished(spec.body, frozenset(missing)):
            listed = " and ".join(f"${name}$" for name in missing)
            yield Problem((*spec.pointer, "request_parameters"), f"{spec.name} does not send {listed}",
                          f"${missing[0]}$", part="object")  # fmt: skip
