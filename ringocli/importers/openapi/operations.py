"""Converts one operation of an OpenAPI document to a request, with its reply and its webhooks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from ringocli.http.content_types import FORM_TYPE, JSON_TYPE, MULTIPART_TYPE
from ringocli.importers.learn.bodies import read_body
from ringocli.importers.learn.role_score import MIN_SCORE, score
from ringocli.importers.learn.sample_leaves import leaves_of
from ringocli.importers.openapi.document import Operation, Spec
from ringocli.importers.openapi.examples import Examples, timeless
from ringocli.importers.openapi.media import best_type, example_of, judge_of, judge_reply, parameters_of, with_example
from ringocli.importers.openapi.schemas import Schemas
from ringocli.importers.openapi.security import is_credential, is_secured, with_security
from ringocli.importers.openapi.webhooks import webhooks_of
from ringocli.importers.pasted_request import Part, Pasted
from ringocli.template.field_vocabulary import Role, name_score
from ringocli.template.limit import Limit


def described(spec: Spec, operation: Operation, for_file: bool) -> Pasted:
    """The request of an operation, with its reply, its webhooks, and the same request with a file."""
    spec.elsewhere.clear()
    pasted = request_of(spec, operation, for_file)
    if missing := spec.missing():
        pasted = replace(pasted, limits=(*pasted.limits, Limit("a part of the document", missing)))
    other = None if for_file else request_of(spec, operation, for_file=True)
    return replace(
        pasted,
        reply=_reply(spec, operation),
        samples=webhooks_of(spec, operation),
        with_file=other if other is not None and _takes_file(other) else None,
    )


def request_of(spec: Spec, operation: Operation, for_file: bool) -> Pasted:
    """The request of an operation, filled with the document's examples, for a text or for a file."""
    body, kind, parts = _body(spec, operation, for_file)
    pasted = Pasted(
        method=operation.method.upper(),
        url=_server(spec, operation) + _path(spec, operation),
        content_type=kind,
        body=body,
        parts=parts,
    )
    return with_security(spec, operation, _with_parameters(spec, operation, pasted))


def _takes_file(pasted: Pasted) -> bool:
    """Whether the request has a field for the URL of a file."""
    leaves = list(leaves_of(read_body(pasted, pasted.method).tree))
    return any(score(Role.URL, leaf) >= MIN_SCORE for leaf in leaves)


def _server(spec: Spec, operation: Operation) -> str:
    """The server URL of an operation."""
    if spec.is_swagger:
        listed = spec.document.get("schemes")
        schemes = listed if isinstance(listed, list) and listed else ["https"]
        scheme = "https" if "https" in schemes else str(schemes[0])
        host = str(spec.document.get("host") or "{Base URL}")
        base = str(spec.document.get("basePath") or "").strip("/")
        return f"{scheme}://{host}" + (f"/{base}" if base else "")
    for holder in (operation.body, operation.item, spec.document):
        servers = holder.get("servers")
        if isinstance(servers, list) and servers:
            candidates = [_filled_server(spec, server) for server in servers]
            absolute = sorted((url for url in candidates if "://" in url), key=lambda url: not url.startswith("https"))
            return (absolute or [f"https://{{Base URL}}{candidates[0]}"])[0].rstrip("/")
    return "https://{Base URL}"


def _filled_server(spec: Spec, server: Any) -> str:
    found = spec.mapping(server)
    url = str(found.get("url", ""))
    for name, variable in spec.mapping(found.get("variables")).items():
        described = spec.mapping(variable)
        default = described.get("default")
        enum = described.get("enum")
        is_choice = isinstance(enum, list) and len(enum) > 1
        if default not in (None, "") and (is_choice or _names_part_of_api(str(name))):
            url = url.replace(f"{{{name}}}", str(default))
    return url if "://" in url or url.startswith("/") or not url else f"https://{url}"


def _names_part_of_api(name: str) -> bool:
    """Whether a server variable selects a part of the API, such as its version; any other belongs to the account."""
    return bool(
        re.search(r"version|^v$|port|protocol|scheme|base|path|environment|^env$|region|stage|server|host", name, re.I)
    )


def _path(spec: Spec, operation: Operation) -> str:
    """The path; a parameter with an enum is filled in, the others stay placeholders."""
    path = operation.path
    for parameter in parameters_of(spec, operation):
        values = spec.mapping(parameter.get("schema") or parameter).get("enum")
        if parameter.get("in") == "path" and isinstance(values, list) and values:
            value = "json" if "json" in values else str(values[0])
            path = path.replace(f"{{{parameter.get('name')}}}", value)
    return f"/{path.lstrip('/')}"


def _with_parameters(spec: Spec, operation: Operation, pasted: Pasted) -> Pasted:
    query, headers = [], []
    for parameter in parameters_of(spec, operation):
        name, place = str(parameter.get("name")), parameter.get("in")
        if place == "query" and _is_sent(spec, operation, parameter):
            value = example_of(spec, parameter)
            value = ",".join(map(str, value)) if isinstance(value, list) else value
            query.append(f"{quote(name, safe='[]')}={quote(_text(value), safe='{}+,:')}")
        elif place == "header" and parameter.get("required"):
            headers.append((name, "{" + name + "}"))
    url = pasted.url + ("?" + "&".join(query) if query else "")
    limits = [
        Limit(f"header {name}", "Ringotel documents no custom headers")
        for name, _ in headers
        if name.lower() not in ("authorization", "content-type", "accept")
    ]
    return replace(pasted, url=url, limits=(*pasted.limits, *limits))


def _is_sent(spec: Spec, operation: Operation, parameter: Mapping[str, Any]) -> bool:
    name = str(parameter.get("name"))
    if parameter.get("required") or any(
        name_score(role, (name,)) >= 100 for role in (Role.TO, Role.FROM, Role.CONTENT)
    ):
        return True
    names = [str(one.get("name")) for one in parameters_of(spec, operation)]
    return not is_secured(spec, operation) and is_credential(name, names)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _body(spec: Spec, operation: Operation, for_file: bool) -> tuple[str | None, str | None, tuple[Part, ...]]:
    skipped = Role.CONTENT if for_file else Role.URL
    kept = None if is_secured(spec, operation) else is_credential
    schemas = Schemas(spec.resolve, judge_of(spec, for_file))
    examples = Examples(schemas, lean=True, skipped=skipped, kept=kept)
    if spec.is_swagger:
        return _swagger_body(spec, operation, examples)
    content = spec.mapping(spec.mapping(operation.body.get("requestBody")).get("content"))
    kind = best_type(content)
    if kind is None:
        return None, None, ()
    media = spec.mapping(content[kind])
    return _written(timeless(examples.of(with_example(spec, schemas, media))), kind)


def _written(example: Any, kind: str) -> tuple[str | None, str | None, tuple[Part, ...]]:
    bare = kind.partition(";")[0].strip().lower()
    if bare == MULTIPART_TYPE and isinstance(example, Mapping):
        return None, kind, tuple(Part(name=str(key), value=_text(value)) for key, value in example.items())
    if bare == FORM_TYPE and isinstance(example, Mapping):
        pairs = []
        for key, value in example.items():
            pairs += [(key, _text(item)) for item in (value if isinstance(value, list) else [value])]
        return urlencode(pairs), kind, ()
    return json.dumps(example, ensure_ascii=False), JSON_TYPE if bare == "*/*" else kind, ()


def _swagger_body(
    spec: Spec, operation: Operation, examples: Examples
) -> tuple[str | None, str | None, tuple[Part, ...]]:
    listed = operation.body.get("consumes") or spec.document.get("consumes")
    consumes = [str(one) for one in listed] if isinstance(listed, list) else []
    parameters = parameters_of(spec, operation)
    whole = next((parameter for parameter in parameters if parameter.get("in") == "body"), None)
    if whole is not None:
        kind = next((one for one in consumes if "json" in one), JSON_TYPE)
        return _written(timeless(examples.of(whole.get("schema", {}))), kind)
    fields = [parameter for parameter in parameters if parameter.get("in") == "formData"]
    if not fields:
        return None, None, ()
    chosen = {str(field.get("name")): example_of(spec, field) for field in fields if _is_sent(spec, operation, field)}
    multipart = MULTIPART_TYPE in consumes and FORM_TYPE not in consumes
    return _written(chosen, MULTIPART_TYPE if multipart else FORM_TYPE)


def _reply(spec: Spec, operation: Operation) -> bytes | None:
    responses = spec.mapping(operation.body.get("responses"))
    codes = sorted(str(code) for code in responses if re.fullmatch(r"2\d\d|2XX|default", str(code), re.I))
    codes.sort(key=lambda code: code == "default")
    for code in codes:
        response = spec.mapping(next((value for key, value in responses.items() if str(key) == code), None))
        schemas = Schemas(spec.resolve, judge_reply(spec))
        examples = Examples(schemas, lean=False)
        if spec.is_swagger:
            given = spec.mapping(response.get("examples"))
            json_kind = next((value for key, value in given.items() if "json" in str(key)), None)
            if isinstance(json_kind, dict | list):
                return json.dumps(json_kind, default=str).encode()
            if response.get("schema"):
                return json.dumps(examples.of(response["schema"]), default=str).encode()
            continue
        content = spec.mapping(response.get("content"))
        kind = best_type(content)
        if kind is not None:
            media = spec.mapping(content[kind])
            return json.dumps(examples.of(with_example(spec, schemas, media)), default=str).encode()
    return None
