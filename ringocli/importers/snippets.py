"""Reads requests from snippets whose values are all literals: Python (requests, httpx, urllib) and JavaScript's fetch.

Nothing is run. A value that the snippet computes becomes a placeholder, or the snippet is refused with its name.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from ringocli.errors import UsageError
from ringocli.http.content_types import FORM_TYPE, JSON_TYPE
from ringocli.importers.collection.common import request
from ringocli.importers.learn.placeholders import CLOSE, OPEN
from ringocli.importers.pasted_request import BasicAuth, Pasted

_METHODS = ("get", "post", "put", "patch", "delete")


def read_python(name: str, text: str) -> list[Pasted]:
    """The requests of a Python snippet, in their order.

    Raises:
        UsageError: it does not parse, or computes what is sent.
    """
    try:
        tree = ast.parse(text)
        scope: dict[str, Any] = {}
        found = []
        for node in _statements(tree.body):
            for call in (one for one in ast.walk(node) if isinstance(one, ast.Call)):
                if (pasted := _python_call(call, scope)) is not None:
                    found.append(pasted)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                scope[node.targets[0].id] = _assigned(node, scope)
    except (SyntaxError, _ComputedValue, RecursionError, TypeError, ValueError):
        found = []
    if not found:
        raise _refused(name, "a Python snippet")
    return found


class _ComputedValue(Exception):
    """A value that is not a literal."""


def _statements(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements of a module and of its blocks, in source order."""
    found: list[ast.stmt] = []
    for statement in body:
        inner = [*getattr(statement, "body", []), *getattr(statement, "orelse", [])]
        found += _statements(inner) if inner else [statement]
    return found


def _assigned(node: ast.Assign, scope: Mapping[str, Any]) -> Any:
    target = node.targets[0]
    assert isinstance(target, ast.Name)
    try:
        return _value(node.value, scope)
    except _ComputedValue:
        return f"{OPEN}{target.id}{CLOSE}"


def _python_call(call: ast.Call, scope: Mapping[str, Any]) -> Pasted | None:
    """The request of a call such as ``requests.post(...)``; None for any other call."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    options = {one.arg: one.value for one in call.keywords if one.arg}
    positions: tuple[str, ...]
    if called == "request":
        positions = ("method", "url")
    elif called == "Request":
        positions = ("url", "data", "headers")
    elif called in _METHODS and isinstance(call.func, ast.Attribute):
        positions = ("url", "data") if called != "get" else ("url", "params")
    else:
        return None
    options |= dict(zip(positions, call.args, strict=False))
    if "url" not in options:
        return None
    values = {key: _value(node, scope) for key, node in options.items() if key in _READ}
    if not isinstance(values["url"], str) or not re.match(rf"https?://|{OPEN}", values["url"]):
        return None
    default = called.upper() if called in _METHODS else "POST" if values.get("data") is not None else "GET"
    return _pasted(str(values.get("method") or default), values)


_READ = ("method", "url", "data", "json", "headers", "params", "auth", "content")


def _value(node: ast.expr, scope: Mapping[str, Any]) -> Any:
    """The value of a literal; a name that the snippet does not assign becomes a placeholder.

    Raises:
        _ComputedValue: it is computed in any other way.
    """
    match node:
        case ast.Constant(value=bytes(value)):
            return value.decode("utf-8", "replace")
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return scope.get(name, f"{OPEN}{name}{CLOSE}")
        case ast.Dict(keys=keys, values=values):
            if any(key is None for key in keys):
                raise _ComputedValue
            return {str(_value(key, scope)): _value(one, scope) for key, one in zip(keys, values, strict=True) if key}
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return [_value(one, scope) for one in elements]
        case ast.JoinedStr(values=parts):
            return "".join(
                _text(_value(one.value if isinstance(one, ast.FormattedValue) else one, scope)) for one in parts
            )
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(_value(left, scope)) + _text(_value(right, scope))
        case ast.Call(func=ast.Attribute(attr="encode", value=inner)):
            return _value(inner, scope)
        case ast.Call(func=ast.Attribute(attr="dumps"), args=[inner, *_]):
            return json.dumps(_value(inner, scope), ensure_ascii=False)
        case ast.Call(func=ast.Attribute(attr="urlencode"), args=[inner]):
            return _encoded(_value(inner, scope))
        case ast.Call(func=ast.Name(id="HTTPBasicAuth") | ast.Attribute(attr="HTTPBasicAuth"), args=arguments):
            return [_value(one, scope) for one in arguments]
        case ast.Subscript(value=ast.Attribute(attr="environ"), slice=ast.Constant(value=str(name))):
            return f"{OPEN}{name}{CLOSE}"
        case ast.Call(func=ast.Attribute(attr="getenv" | "get"), args=[ast.Constant(value=str(name)), *_]):
            return f"{OPEN}{name}{CLOSE}"
    raise _ComputedValue


def _text(value: Any) -> str:
    if not isinstance(value, str | int | float):
        raise _ComputedValue
    return str(value)


def read_fetch(name: str, text: str) -> list[Pasted]:
    """The requests of the ``fetch(url, {…})`` calls in a text, as browsers copy them.

    Raises:
        UsageError: there is none, or a call computes what is sent.
    """
    found = []
    for call in re.finditer(r"(?<!App\.)\bfetch\(\s*([\"'`])((?:https?:)?//[^\"'`\s]+)\1\s*(,)?\s*", text):
        values = _options(text[call.end() :]) if call.group(3) else {}
        if values is None or "${" in call.group(2):
            raise _refused(name, "a JavaScript snippet")
        body = values.get("body")
        values = {**values, "url": call.group(2), "data": body if isinstance(body, str) or body is None else None}
        if isinstance(body, dict | list):
            values["data"] = json.dumps(body, ensure_ascii=False)
        try:
            found.append(_pasted(str(values.get("method") or "GET"), values))
        except _ComputedValue:
            raise _refused(name, "a JavaScript snippet") from None
    if not found:
        raise _refused(name, "a JavaScript snippet")
    return found


_SMALL_MISTAKES = frozenset({"unquoted-key", "single-quote", "trailing-comma", "comment"})
"""Syntax that JavaScript objects may have and JSON may not; any other syntax may be code."""


def _options(text: str) -> dict[str, Any] | None:
    """The object at the beginning of a text; None if it contains code."""
    from ringocli.text.document import Document

    end = _end_of_object(text)
    source = re.sub(r"JSON\.stringify\(\s*([{\[].*?[}\]])\s*\)", r"\1", text[:end], flags=re.S)
    document = Document.read("options", source)
    if not isinstance(document.value, dict) or {one.kind for one in document.problems} - _SMALL_MISTAKES:
        return None
    return document.value


def _end_of_object(text: str) -> int:
    """The offset after the bracket that closes the one at the start of a text."""
    depth, quote, index = 0, "", 0
    while index < len(text):
        char = text[index]
        if char == "\\":
            index += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "\"'`":
            quote = char
        elif char in "{[(":
            depth += 1
        elif char in "}])":
            depth -= 1
            if depth <= 0:
                return index + 1
        index += 1
    return index


def _pasted(method: str, values: Mapping[str, Any]) -> Pasted:
    """A request from the arguments of a call."""
    headers = values.get("headers") or {}
    params, url = values.get("params"), str(values["url"])
    if not isinstance(headers, dict) or not isinstance(params, dict | str | None):
        raise _ComputedValue
    if params:
        url += ("&" if "?" in url else "?") + (params if isinstance(params, str) else _encoded(params))
    body, kind = values.get("data") if values.get("data") is not None else values.get("content"), None
    if values.get("json") is not None:
        body, kind = json.dumps(values["json"], ensure_ascii=False), JSON_TYPE
    elif isinstance(body, dict | list):
        body, kind = _encoded(body), FORM_TYPE
    auth = None
    if isinstance(credentials := values.get("auth"), list) and len(credentials) == 2:
        auth = BasicAuth(username=str(credentials[0]), password=str(credentials[1]), where="auth")
    pairs = [(str(key), str(value)) for key, value in headers.items()]
    return request(method, url, pairs, body=str(body) if body is not None else None, kind=kind, auth=auth)


def _encoded(fields: Any) -> str:
    """Fields as a form; placeholders stay as they are."""
    text = urlencode(fields, doseq=True)
    return text.replace(quote(OPEN), OPEN).replace(quote(CLOSE), CLOSE)


def _refused(name: str, what: str) -> UsageError:
    return UsageError(
        f"{name}: this is {what}, and its request is computed or cannot be found",
        "Paste the cURL tab of the documentation instead.",
    )
