"""Reads commands of wget and HTTPie as the requests that they would send."""

from __future__ import annotations

import json
import re
from urllib.parse import quote_plus

from ringocli.errors import UsageError
from ringocli.http.content_types import FORM_TYPE, JSON_TYPE, MULTIPART_TYPE
from ringocli.importers.collection.common import request
from ringocli.importers.curl.commands import Command
from ringocli.importers.curl.shells import read_commands
from ringocli.importers.pasted_request import BasicAuth, BearerAuth, Part, Pasted

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")


def read_wget(name: str, text: str) -> list[Pasted]:
    """The requests of the wget commands in a text (GNU Wget 1.24 manual, read 2026-11-28).

    Raises:
        UsageError: there is no such command, or it has no URL.
    """
    return [_wget(name, command) for command in _commands(name, text, ("wget",))]


def _commands(name: str, text: str, programs: tuple[str, ...]) -> list[Command]:
    commands, _ = read_commands(text)
    found = [command for command in commands if command.words[0].rpartition("/")[2] in programs]
    if not found:
        raise UsageError(
            f"{name}: no curl command found", "Paste the cURL tab of the documentation, with the whole command."
        )
    return found


def _wget(name: str, command: Command) -> Pasted:
    options: dict[str, str] = {}
    headers: list[tuple[str, str]] = []
    urls: list[str] = []
    words = list(command.words[1:])
    while words:
        word = words.pop(0)
        given, equals, value = word.partition("=")
        if given in _WGET_VALUED and not equals:
            value = words.pop(0) if words else ""
        if given == "--header":
            header, _, content = value.partition(":")
            headers.append((header.strip(), content.strip()))
        elif given.startswith("-"):
            options[given.lstrip("-")] = value
        else:
            urls.append(word)
    if not urls:
        raise UsageError(f"{name}: the wget command has no URL", "Paste the whole command.")
    body = options.get("post-data") or options.get("body-data")
    user, password = options.get("user") or options.get("http-user"), options.get("password")
    auth = None
    if user is not None:
        auth = BasicAuth(username=user, password=password or options.get("http-password", ""), where="--user")
    method = options.get("method") or ("POST" if "post-data" in options or "post-file" in options else "GET")
    return request(
        method, urls[0], headers, body=body, kind=FORM_TYPE if body else None, auth=auth, declared=command.declared
    )


_WGET_VALUED = [
    "--header",
    "--post-data",
    "--body-data",
    "--method",
    "--user",
    "--password",
    "--http-user",
    "--http-password",
    "--post-file",
    "--body-file",
    "-O",
    "-o",
    "--output-document",
    "--timeout",
    "--user-agent",
    "-U",
    "--referer",
    "-t",
    "--tries",
]


def read_httpie(name: str, text: str) -> list[Pasted]:
    """The requests of the HTTPie commands in a text (httpie.io/docs/cli, read 2026-11-28).

    Raises:
        UsageError: there is no such command, or it has no URL.
    """
    return [_httpie(name, command) for command in _commands(name, text, ("http", "https"))]


_ITEM = re.compile(r"(?P<name>(?:[^:=@\\]|\\.)+?)(?P<sign>:=@|:=|==|=@|=|:|@)(?P<value>.*)", re.S)
_HTTPIE_VALUED = {"-a": "auth", "--auth": "auth", "-A": "auth-type", "--auth-type": "auth-type", "--raw": "raw",
                  "--timeout": "timeout", "-o": "output", "--output": "output", "--session": "session"}  # fmt: skip


def _httpie(name: str, command: Command) -> Pasted:
    options, flags, rest = _httpie_words(command)
    method = rest.pop(0) if rest and rest[0].upper() in _METHODS else None
    if not rest:
        raise UsageError(f"{name}: the HTTPie command has no URL", "Paste the whole command.")
    url, *items = rest
    url = f"http://localhost{url}" if url.startswith(":") else url if "://" in url else f"https://{url}"
    headers, query, fields = _httpie_items(items)
    if query:
        url += ("&" if "?" in url else "?") + "&".join(query)
    body, kind, parts = _httpie_body(options.get("raw") or command.stdin, fields, flags)
    has_body = body is not None or bool(parts)
    return request(
        method or ("POST" if has_body else "GET"),
        url,
        headers,
        body=body,
        kind=kind,
        parts=parts,
        auth=_httpie_auth(options),
        declared=command.declared,
    )


def _httpie_words(command: Command) -> tuple[dict[str, str], set[str], list[str]]:
    """The options with a value, the other options, and the remaining words."""
    options: dict[str, str] = {}
    flags: set[str] = set()
    rest: list[str] = []
    words = list(command.words[1:])
    while words:
        word = words.pop(0)
        given, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if given in _HTTPIE_VALUED:
            options[_HTTPIE_VALUED[given]] = value if equals else (words.pop(0) if words else "")
        elif word.startswith("-") and len(word) > 1:
            flags.add(word)
        else:
            rest.append(word)
    return options, flags, rest


def _httpie_items(items: list[str]) -> tuple[list[tuple[str, str]], list[str], list[tuple[str, object]]]:
    """The headers, the parts of the query string and the fields of the body."""
    headers: list[tuple[str, str]] = []
    query: list[str] = []
    fields: list[tuple[str, object]] = []
    for item in items:
        if (found := _ITEM.fullmatch(item)) is None:
            continue
        key, sign, value = found.group("name").replace("\\", ""), found.group("sign"), found.group("value")
        if sign == ":":
            headers.append((key, value))
        elif sign == "==":
            query.append(f"{quote_plus(key)}={quote_plus(value)}")
        elif sign == ":=":
            fields.append((key, _literal(value)))
        else:
            fields.append((key, value))
    return headers, query, fields


def _httpie_auth(options: dict[str, str]) -> BasicAuth | BearerAuth | None:
    if options.get("auth-type") == "bearer":
        return BearerAuth(token=options.get("auth", ""), where="--auth")
    if "auth" not in options:
        return None
    user, _, password = options["auth"].partition(":")
    return BasicAuth(username=user, password=password, where="--auth")


def _httpie_body(
    raw: str | None, fields: list[tuple[str, object]], flags: set[str]
) -> tuple[str | None, str | None, list[Part]]:
    if raw is not None and not fields:
        return raw, JSON_TYPE, []
    if not fields:
        return None, None, []
    if "--multipart" in flags:
        return None, MULTIPART_TYPE, [Part(name=key, value=str(value)) for key, value in fields]
    if flags & {"-f", "--form"}:
        return "&".join(f"{quote_plus(key)}={quote_plus(str(value))}" for key, value in fields), FORM_TYPE, []
    return json.dumps(dict(fields), ensure_ascii=False), JSON_TYPE, []


def _literal(value: str) -> object:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
