"""RT2, fourth part: the URLs of requests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ringocli.lint.rule import Fix, Problem, ReplaceValue, Severity, rule
from ringocli.lint.subject import MAX_EXAMINED, Subject
from ringocli.template.pattern.pattern import split
from ringocli.text.suggest import nearest

if TYPE_CHECKING:
    from ringocli.text.url import Url

_ABSOLUTE_URL = re.compile(
    r"https://[a-zA-Z0-9_$][a-zA-Z0-9_$-]*(\.[a-zA-Z0-9_$-]+)*(:[1-9]\d{0,3})?(/[\w$./~:@!,;=&?%+-]*)?"
)
"""URLs that are valid without further checks. They contain no space, not even in the name of a property."""


@rule("RT219", Severity.ERROR)
def invalid_url(subject: Subject) -> Iterator[Problem]:
    """request_url is not an absolute URL, or is malformed.

    CRM integrations use relative paths, messaging integrations use absolute URLs.

    Bad:
        "SendMessage": {
          "request_method": "POST",
    >     "request_url": "/v1/messages",
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
    Source: help.ringotel.co/en/articles/11193931
    """
    for spec in subject.template.requests:
        pointer = (*spec.pointer, "request_url")
        url = spec.url
        if url.startswith("$") or pointer in subject.template.misfits or _ABSOLUTE_URL.fullmatch(url):
            continue
        from ringocli.text.url import split_url  # most URLs do not need this slow import

        parts = split_url(url)
        if url != url.strip():
            fix = Fix(title="Remove the spaces", changes=(ReplaceValue(pointer, url.strip()),))
            yield Problem(pointer, "the URL starts or ends with a space; remove it", url.strip(), fix)
        elif re.search(r"\s", "".join(part for part in split(url, spec.properties) if isinstance(part, str))):
            tidy = re.sub(r"(?<=[^$\s])\s+(?=/)|(?<=/)\s+", "", url)
            message = "the URL contains a space; write %20 or remove it"
            yield Problem(pointer, message, tidy if tidy != url else None)
        elif twice := re.match(r"https?://(?=https?:/)", url, re.I):
            rest = url[twice.end() :]
            yield Problem(pointer, f"the URL starts with two schemes (did you mean {rest}?)", rest)
        elif parts.scheme not in ("http", "https") or not parts.netloc:
            better = _absolute(url)
            hint = f" (did you mean {better}?)" if better else ""
            yield Problem(pointer, f"{url!r} is not an absolute https URL{hint}", better)
        elif problem := _filled(url, spec.properties).problem:
            yield Problem(pointer, f"the URL cannot be requested: {problem}")


def _filled(url: str, properties: Sequence[str]) -> Url:
    """The URL with a digit in place of each variable, which is valid in a host, a port and a path alike."""
    from ringocli.text.url import split_url

    return split_url("".join(part if isinstance(part, str) else "1" for part in split(url, properties)))


_SCHEME = r"(?i)([a-z]{3,6})?[:;]?/*(?=[\w$-])"
_HOST = r"[\w$-][\w $-]*(\.[\w $-]+)+(:\d+)?(/|$|\?)"


def _absolute(url: str) -> str | None:
    """The absolute URL that was probably meant, if the scheme is missing, misspelled or lacks its punctuation."""
    slashed = url.replace("\\", "/")
    lead = re.match(_SCHEME, slashed)
    word = (lead.group(1) or "") if lead else ""
    marked = lead is not None and lead.group() != word
    if lead is None or (word and not (marked and nearest(word, ("https", "http"), least=0.6))):
        rest = slashed
    else:
        rest = slashed[lead.end() :]
    bare = rest.lstrip("/:")
    return f"https://{bare}" if re.match(_HOST, bare) and not url.startswith(("/v", "./")) else None


_RAW_PLUS = r"[?&][^=&#]*=\+(?=[\d$])"
"""A plus sign at the start of a query value, before a number or a variable."""


@rule("RT225", Severity.WARNING)
def raw_plus_in_query(subject: Subject) -> Iterator[Problem]:
    """A number in a query string starts with a raw plus sign.

    In a query string a plus sign means a space, so the provider would receive a space before the number. Write `%2B`, or
    use the variable alone: values of variables are encoded automatically.

    Bad:
        "SendMessage": {
          "request_method": "GET",
    >     "request_url": "https://sms.acme.example/send?to=+$to$&text=$content$",
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "GET",
          "request_url": "https://sms.acme.example/send?to=$to$&text=$content$",
          "response_map": {"id": "$messageid$"}
        }
    Source: WHATWG URL Standard, section 5
    """
    for spec in subject.template.requests:
        url = spec.url[:MAX_EXAMINED]
        if "+" in url and re.search(_RAW_PLUS, url):
            pointer = (*spec.pointer, "request_url")
            better = re.sub(_RAW_PLUS, lambda found: f"{found.group()[:-1]}%2B", spec.url)
            fix = Fix(title="Write %2B", changes=(ReplaceValue(pointer, better),), safe=False)
            yield Problem(pointer, "a + in a query string is read as a space; write %2B or remove it", better, fix)


_ENCODED_TWICE = r"%25([0-9A-Fa-f]{2})"


@rule("RT226", Severity.WARNING)
def double_encoding(subject: Subject) -> Iterator[Problem]:
    """A URL is percent-encoded twice.

    `%25` is an encoded percent sign, so the provider would receive `%2B` instead of a plus sign. This happens when a
    URL that is already encoded is encoded again.

    Bad:
        "SendMessage": {
          "request_method": "GET",
    >     "request_url": "https://sms.acme.example/send?from=%252B15550001111&to=$to$&text=$content$",
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "GET",
          "request_url": "https://sms.acme.example/send?from=%2B15550001111&to=$to$&text=$content$",
          "response_map": {"id": "$messageid$"}
        }
    Source: RFC 3986 section 2.4
    """
    for spec in subject.template.requests:
        url = spec.url[:MAX_EXAMINED]
        if "%25" in url and (found := re.search(_ENCODED_TWICE, url)):
            pointer = (*spec.pointer, "request_url")
            better = re.sub(_ENCODED_TWICE, r"%\1", spec.url)
            fix = Fix(title="Encode once", changes=(ReplaceValue(pointer, better),), safe=False)
            message = f"{found.group()} is percent-encoded twice; write %{found.group(1)}"
            yield Problem(pointer, message, better, fix)
