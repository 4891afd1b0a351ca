"""RT5: credentials in the wrong place, and unencrypted or unreachable URLs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ringocli.lint.rule import Fix, Problem, ReplaceValue, Severity, rule
from ringocli.lint.subject import MAX_EXAMINED, Subject
from ringocli.template.schema import KEYS
from ringocli.text.pointer import Pointer

_SHAPES = (
    r"\b(AC|SK)[0-9a-fA-F]{32}\b|\bKEY[0-9A-F]{16,}_?\w*|\b(sk|pk|rk)_(live|test)_\w{10,}|\b(live|test)_[A-Za-z0-9]{20,}"
    r"|\bA(KI|SI)A[0-9A-Z]{16}\b|\beyJ[\w-]{10,}\.[\w-]{5,}\.[\w-]*|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}"
    r"|\bglpat-[\w-]{20,}|\bxox[abeoprs]-[\w-]{10,}|\bSG\.[\w-]{16,}\.[\w-]{16,}|\bAIza[\w-]{30,}|\bkey-[0-9a-z]{32}\b"
    r"|\bnpm_[A-Za-z0-9]{30,}|\bdop_v1_[0-9a-f]{32,}|\bshp(at|ca|pa|ss)_[0-9a-fA-F]{32}|\bya29\.[\w-]{20,}"
    r"|\b(Bearer|Basic|App|Token|Key|AccessKey|ApiKey)\s+(?=\S*\d)[A-Za-z0-9+/=._~-]{16,}"
    r"|\b(Bearer|Basic)\s+[A-Za-z0-9+/=._~-]{8,}|-----BEGIN"
)
"""Credentials with a known format: Twilio, Telnyx, Stripe, AWS, JWT, GitHub, GitLab, Slack, SendGrid, Google, Mailgun,
npm, DigitalOcean, Shopify, and values after the name of an authentication scheme."""
_ID_LIKE = r"(?i)id$|uuid|guid|sid$|ref|profile|campaign|template|sender|service|hash|checksum|version"
_PLACEHOLDER = r"(?i)^<.*>$|^\[.*\]$|^\{+[\w .-]+\}+$|^%[\w .-]+%$|your|example|xxx|\*\*\*|changeme|placeholder|\$"


@rule("RT501", Severity.ERROR)
def plain_http(subject: Subject) -> Iterator[Problem]:
    """A URL uses http, so credentials and messages are sent unencrypted.

    For a test on your own machine, keep https in the template and use `--url http://127.0.0.1:8080`. If the URL has a
    port, an IP address or a host name without a dot, this is a warning, because it is probably a test server.

    Bad:
    >   "logo": "http://acme.example/logo.png"
    Good:
        "logo": "https://acme.example/logo.png"
    Source: HTTPS is a prerequisite of Ringotel's CRM and SSO integrations; assumption 25
    """
    for pointer, url in _urls(subject):
        if url[:7].lower() != "http://":
            continue
        from ringocli.http.addresses import is_test_host

        if is_test_host(re.split(r"[/?#]", url[7:], maxsplit=1)[0]):
            message = "http sends credentials and messages unencrypted; use the provider's https URL before you go live"
            yield Problem(pointer, message, severity=Severity.WARNING)
        else:
            better = "https://" + url[7:]
            fix = Fix(title="Use https", changes=(ReplaceValue(pointer, better),), safe=False)
            yield Problem(pointer, "http sends credentials and messages unencrypted; use https", better, fix)


def _urls(subject: Subject) -> Iterator[tuple[Pointer, str]]:
    root = subject.root
    if isinstance(root.get("logo"), str):
        yield ("logo",), root["logo"]
    section = root.get("OAuth2")
    if isinstance(section, dict):
        for key in ("authorization_endpoint", "token_endpoint"):
            if isinstance(section.get(key), str):
                yield ("OAuth2", key), section[key]
    for spec in subject.template.requests:
        yield (*spec.pointer, "request_url"), spec.url


@rule("RT502", Severity.ERROR)
def credential_in_template(subject: Subject) -> Iterator[Problem]:
    """The template contains a credential.

    The file is sent by e-mail, reviewed and stored. Declare a property and use it as a variable instead; the portal then
    asks each organization for its own value.

    Bad:
        "auth": {
          "type": "Bearer",
    >     "token": "k3y-0f-s0me-acc0unt"
        }
    Good:
        "auth": {
          "type": "Bearer",
          "token": "$API key$"
        }
    Source: Ringotel's wiki page 2871001099
    """
    for literal in subject.literals:
        pointer, text = literal.pointer, literal.text
        if text[:1] == "$":
            continue
        if _is_password(pointer) and len(text) > 2 and not re.search(_PLACEHOLDER, text):
            where: str | None = f"{pointer[-1]!r} contains a password"
        elif _ORDINARY.fullmatch(text) and pointer[0] not in ("auth", "OAuth2"):
            continue
        else:
            where = credential_at(pointer, text)
        if where:
            name = _property_for(subject, text)
            hint = "use the property" if name in subject.template.properties else "declare a property and use it:"
            yield Problem(pointer, f"{where}; {hint} ${name}$", f"${name}$", hide=True)


_PASSWORDS = frozenset({"password", "passwd", "passphrase", "pwd"})
"""Keys of parameters whose value is a credential, however short and plain it is."""


def _is_password(pointer: Pointer) -> bool:
    return pointer[2:3] == ("request_parameters",) and pointer[0] == "API" and str(pointer[-1]).lower() in _PASSWORDS


_ORDINARY = re.compile(r"(?!-----)[A-Za-z._ /-]{0,15}|application/[a-z.+-]+|[A-Za-z0-9._-]{0,7}")
"""Most strings of a template: too short for a credential, or without digits."""


def _property_for(subject: Subject, text: str) -> str:
    """The property to use instead of a credential: one of that name, one that is not used yet, or a new one."""
    names = subject.template.properties
    bare = text.strip("[](){}<>:@#&%$ ")
    idle = [name for name in names if name not in subject.used]
    return bare if bare in names else idle[0] if idle else names[0] if len(names) == 1 else "API key"


def credential_at(pointer: Pointer, text: str) -> str | None:
    """Why a literal value is taken for a credential; None if it is not."""
    section, text = pointer[0], text[:MAX_EXAMINED]
    if not text or text[0] == text[-1] == "$" or (len(text) < 8 and section not in ("auth", "OAuth2")):
        return None
    name = next((str(step) for step in reversed(pointer) if isinstance(step, str)), "")
    if pointer[0] == "auth" and name in ("token", "password") and text and "$" not in text:
        return f"the template contains the {name} itself"
    if pointer[0] == "OAuth2" and name == "client_secret" and text and "$" not in text:
        return "the template contains the client secret itself"
    if "://" in text:
        return _in_url(text)
    if pointer[0] == "Webhook":
        return "this value has the format of a credential" if "event" not in name and _has_known_format(text) else None
    if _has_known_format(text):
        return "this value has the format of a credential"
    if pointer[0] != "properties" and name not in _OWN_KEYS and _random(text) and _names_secret(name):
        return f"{name!r} probably contains a credential"
    return None


_OWN_KEYS = frozenset(key for keys in KEYS.values() for key in keys if key not in ("token", "password"))


_RUN = re.compile(r"[\w-]{14}|\s")
"""Part of every credential format."""


def _in_url(url: str) -> str | None:
    has_user_or_query = "@" in url or "?" in url
    if has_user_or_query:
        from urllib.parse import parse_qsl

        from ringocli.text.url import split_url

        parts = split_url(url)
        userinfo = parts.netloc.rpartition("@")[0]
        if ":" in userinfo and "$" not in userinfo.split(":", 1)[1]:
            return "the URL contains a user name and password"
        for key, value in parse_qsl(parts.query):
            if _random(value) and _names_secret(key):
                return f"the URL contains a credential in {key!r}"
    if (has_user_or_query or _RUN.search(url)) and _has_known_format(url):
        return "the URL contains a value with the format of a credential"
    return None


def _has_known_format(text: str) -> bool:
    return len(text) >= len("-----BEGIN") and re.search(_SHAPES, text) is not None


def _names_secret(name: str) -> bool:
    from ringocli.template.credential_names import is_secret_name  # most templates have no value that needs it

    return is_secret_name(name)


def _random(text: str) -> bool:
    """Whether a text is long and varied enough to be a key, and not a placeholder or a variable."""
    if len(text) < 8 or re.search(_PLACEHOLDER, text) or " " in text or text.isdigit():
        return False
    return (any(char.isdigit() for char in text) and any(char.isalpha() for char in text)) or len(text) >= 20


@rule("RT506", Severity.WARNING)
def possible_secret(subject: Subject) -> Iterator[Problem]:
    """A URL or a parameter contains a long random string.

    It may be a token. If it is a secret, declare a property and use it instead. If it identifies an account, a property
    is still better, because every organization has its own.

    Bad:
        "SendMessage": {
          "request_method": "POST",
    >     "request_url": "https://sms.acme.example/q83vEjRWeJCrze8SNFZ4kKvN/messages",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "properties": ["API key", "Account"],
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/$Account$/messages",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Source: OWASP, use of hard-coded credentials
    """
    for literal in subject.literals:
        pointer, text = literal.pointer, literal.text
        if len(text) < 20 or pointer[0] != "API" or not _LONG.search(text):
            continue
        if pointer[-1] == "request_url":
            found = any(_is_random(piece) for piece in re.split(r"[/?&=.]", text.partition("://")[2]))
        else:
            name = next((str(step) for step in reversed(pointer) if isinstance(step, str)), "")
            found = pointer[2:3] == ("request_parameters",) and not re.search(_ID_LIKE, name) and _is_random(text)
        if found and not credential_at(pointer, text):
            yield Problem(pointer, "this contains a long random string; if it is a secret, use a property instead")


_LONG = re.compile(r"[A-Za-z0-9+_=~-]{20}")


def _is_random(text: str) -> bool:
    """Whether a text is random: long, without separators, and with nearly evenly distributed characters."""
    if not 20 <= len(text) <= 256 or not re.fullmatch(r"[A-Za-z0-9+/_=~:-]+", text):
        return False
    from ringocli.text.uuids import is_uuid  # few files contain such a text

    if is_uuid(text):
        return False
    if re.fullmatch(r"(?=.*\d)(?=.*[a-f])[0-9a-f]{32,}|(?=.*\d)(?=.*[A-F])[0-9A-F]{32,}", text):
        return True
    kinds = sum(bool(re.search(kind, text)) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    changes = len(re.findall(r"[A-Za-z](?=[0-9])|[0-9](?=[A-Za-z])|[a-z](?=[A-Z])", text))
    return _bits(text) > 3.5 and ((kinds == 3 and changes >= 4) or (kinds == 2 and changes >= len(text) / 4))


def _bits(text: str) -> float:
    """The Shannon entropy of a text, in bits per character."""
    from math import log2

    shares = [text.count(char) / len(text) for char in set(text)]
    return -sum(share * log2(share) for share in shares)


_AUTHORITY = re.compile(r"://(?:[^/?#@]*@)?(\[[^\]/]*\]|[^/?#:]*)")


@rule("RT503", Severity.WARNING)
def private_host(subject: Subject) -> Iterator[Problem]:
    """A request is sent to a host that is only reachable in a private network.

    Ringotel's servers cannot reach loopback addresses, private addresses or host names without a dot.

    Bad:
        "SendMessage": {
          "request_method": "POST",
    >     "request_url": "https://192.168.1.20/sms",
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
    Source: RFC 1918, RFC 6761
    """
    for spec in subject.template.requests:
        found = _AUTHORITY.search(spec.url)
        if found is None or spec.url.startswith(":/", found.end()):
            continue  # a second scheme, which invalid-url reports
        host = found.group(1).strip("[]")
        if host and "$" not in host and _is_private(host):
            pointer = (*spec.pointer, "request_url")
            yield Problem(pointer, f"Ringotel cannot reach {host}; for local tests use --url")


def _is_private(host: str) -> bool:
    # A host name is not parsed as an IP address, which would take longer than the rest of the rule.
    if not host[-1].isdigit() and ":" not in host:
        return "." not in host or host.endswith((".local", ".localhost", ".internal", ".lan"))
    import ipaddress

    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return not address.is_global


@rule("RT504", Severity.WARNING)
def secret_in_url(subject: Subject) -> Iterator[Problem]:
    """A key or token is sent in the URL.

    URLs are written to the logs of every server on the way. Use auth or a body parameter if the provider accepts it
    there.

    Bad:
        "SendMessage": {
          "request_method": "POST",
    >     "request_url": "https://sms.acme.example/send?api_key=$API key$",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/send",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Source: RFC 6750 section 5.3
    """
    for spec in subject.template.requests:
        query = spec.url[:MAX_EXAMINED].partition("?")[2]
        for pair in query.split("&"):
            key, _, value = pair.partition("=")
            if "$" in value and _names_secret(key):
                pointer = (*spec.pointer, "request_url")
                yield Problem(pointer, f"{key!r} sends a secret in the URL, which servers write to their logs")


@rule("RT505", Severity.INFO)
def variable_host(subject: Subject) -> Iterator[Problem]:
    """The host of a URL is a variable.

    Whoever fills in the form in the portal decides where messages and credentials are sent. If the provider gives each
    account its own host, keep the provider's part of the host name in the template.

    Bad:
        "properties": ["API key", "Base URL"],
        "SendMessage": {
          "request_method": "POST",
    >     "request_url": "$Base URL$/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "properties": ["API key", "Space"],
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://$Space$.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Source: OWASP, server-side request forgery; assumption 16
    """
    for spec in subject.template.requests:
        bare = spec.url.partition("://")[2] if "://" in spec.url else spec.url
        host = bare.partition("/")[0]
        parts = spec.url_pattern.variables
        if parts and re.fullmatch(r"\$[^$]+\$(?::\d+)?", host):
            yield Problem(
                (*spec.pointer, "request_url"),
                "the host is a variable, so whoever fills in the portal's form decides where requests are sent",
            )
