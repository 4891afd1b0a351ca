"""The requests that a relay sends to the provider: pasted requests as data with variables, and what fills these."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from ringocli.errors import UsageError
from ringocli.http.bodies import Encoding, encoding_of
from ringocli.http.content_types import FORM_TYPE, JSON_TYPE
from ringocli.importers.learn.constants import CALLBACK, FRESH_ID, POINT_IN_TIME, REFERENCE, SAMPLE_TIME, is_signature
from ringocli.importers.learn.placeholders import CLOSE, OPEN, placeholders
from ringocli.importers.learn.property_labels import humanised
from ringocli.importers.pasted_request import BasicAuth, Pasted
from ringocli.importers.relay.recipes import SigningRecipe
from ringocli.importers.relay.signatures import is_signature_header, is_stamp
from ringocli.importers.relay.xml_text import XmlText, is_xml
from ringocli.template.credential_names import is_secret_name
from ringocli.template.idempotency_keys import is_idempotency_header
from ringocli.template.scaffold import KeptConstant
from ringocli.text.lenient_json import mapping
from ringocli.text.pointer import Pointer, lookup

OPTION = "--sign-requests"
SIGNATURE, TIMESTAMP, REQUEST_ID = "$signature$", "$timestamp$", "$request id$"
_SENT_ANYWAY = frozenset(
    {"content-type", "content-length", "host", "connection", "expect", "accept-encoding", "user-agent"}
)
_ACCOUNT = re.compile(r"key|token|secret|auth|account|user|sid|password|client-?id|app-?id")
_DIGEST = re.compile(r"[0-9a-fA-F]{32,}|(?=[A-Za-z0-9+/]*\d)[A-Za-z0-9+/]{26,}={0,2}")
_SIGNED_SCHEME = re.compile(r"hmac|sign|mac$", re.I)
_VARIABLE = re.compile(r"\$([^\W\d_][\w .\-]*)\$")
_TOKEN_CONSTANTS = ("grant_type", "granttype", "scope", "audience", "resource")
_FORMATS = {
    "seconds": re.compile(r"1\d{9}"),
    "milliseconds": re.compile(r"1\d{12}"),
    "iso": re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*"),
    "compact": re.compile(r"20\d{12}"),
    "http_date": re.compile(r"[A-Z][a-z]{2}, \d\d? [A-Z][a-z]{2} \d{4} .*"),
}
"""Forms of a point in time."""


@dataclass(slots=True)
class RequestReader:
    """Reads the requests of one provider; ``properties``, ``timestamp`` and ``todo`` collect what they need."""

    properties: list[str]
    constants: Iterable[KeptConstant] = ()
    recipe: SigningRecipe | None = None
    timestamp: str = ""
    todo: list[str] = field(default_factory=list)

    def read(self, name: str, written: Mapping[str, Any], pasted: Pasted) -> dict[str, Any]:
        """A request as data; ``written`` is the request in the form of a template.

        Raises:
            UsageError: its body is neither JSON nor XML nor a form nor multipart, or the signature cannot be made.
        """
        parameters = self._fresh(written.get("request_parameters", {}), name)
        spec: dict[str, Any] = {"method": written["request_method"], "url": written["request_url"]}
        spec["headers"] = [list(pair) for pair in self._headers(pasted)]
        self._sign_fields(parameters)
        spec |= self._body(name, written, pasted, parameters)
        spec["url"], query = self._query(spec["url"])
        if query:
            spec["query"] = {**query, **spec.get("query", {})}
        if self.recipe is not None:
            self._sign(spec, self.recipe)
        return spec

    def read_token_request(self, pasted: Pasted) -> dict[str, Any]:
        """The request that fetches an access token, with its credentials as properties.

        Raises:
            UsageError: its body is not valid JSON.
        """
        body = _token_body(pasted)
        fields = body["parameters"]
        for key in fields:
            if key.lower() not in _TOKEN_CONSTANTS:
                fields[key] = self._property(humanised(key) or key)
        headers = []
        if isinstance(pasted.auth, BasicAuth):
            headers.append(["Authorization", "Basic $basic$"])
            self._property("Client ID")
            self._property("Client secret")
        return {"method": pasted.method, "url": pasted.url, "headers": headers, **body}

    def _property(self, name: str) -> str:
        """The variable of a property; the property is declared if it is new."""
        if name not in self.properties:
            self.properties.append(name)
        return f"${name}$"

    def _fresh(self, parameters: Any, name: str) -> Any:
        """The parameters with the sample's ids, points in time and callback URLs replaced by the relay's own."""
        for constant in self.constants:
            if constant.pointer[:3] != ("API", name, "request_parameters"):
                continue
            pointer = constant.pointer[3:]
            if constant.risk in (FRESH_ID, REFERENCE):
                parameters = _with(parameters, pointer, REQUEST_ID)
            elif constant.risk == CALLBACK:
                parameters = _with(parameters, pointer, self._property("Callback URL"))
            elif constant.risk in (POINT_IN_TIME, SAMPLE_TIME):
                value = lookup(parameters, pointer)
                if self._knows_time(str(value)):
                    is_text = isinstance(value, str) and value.isdigit()
                    parameters = _with(parameters, pointer, "$timestamp text$" if is_text else TIMESTAMP)
        return parameters

    def _knows_time(self, text: str) -> bool:
        """Whether a text is a point in time, in the one form that this provider's requests use."""
        form = next((form for form, pattern in _FORMATS.items() if pattern.fullmatch(text)), "")
        self.timestamp = self.timestamp or form
        return bool(form) and form == self.timestamp

    def _headers(self, pasted: Pasted) -> Iterable[tuple[str, str]]:
        """The headers of the documentation; a credential becomes a property that is named after its header."""
        for name, value in pasted.headers:
            key = name.lower()
            if key in _SENT_ANYWAY:
                continue
            if is_signature_header(name) or (key == "authorization" and _is_signed(value)):
                if self.recipe is not None and self.recipe.name.lower() in ("", key):
                    yield name, self._with_signature(value)
                elif self.recipe is None:
                    self.todo.append(_unsigned(name))
            elif is_stamp(name) and (self._knows_time(value) or _is_computed(value)):
                self.timestamp = self.timestamp or "seconds"
                yield name, TIMESTAMP
            elif is_idempotency_header(name):
                yield name, REQUEST_ID
            elif key == "authorization":
                scheme, space, _ = value.strip().partition(" ")
                yield name, f"{scheme} {self._property('API key')}" if space else self._property("API key")
            elif is_secret_name(name) or _ACCOUNT.search(key):
                yield name, self._property(name)
            else:
                yield name, value

    def _with_signature(self, value: str) -> str:
        """A header's sample value with the signature, the time and the key id in it as variables."""
        named = [one for one in placeholders(value) if _SIGNED_SCHEME.search(one.name) or OPEN in value]
        digest = max(_DIGEST.finditer(value), key=lambda found: len(found[0]), default=None)
        if digest is not None:
            text = value[: digest.start()] + SIGNATURE + value[digest.end() :]
        elif named and len(named) == 1:
            text = value[: named[0].start] + SIGNATURE + value[named[0].end :]
        else:
            return SIGNATURE
        if time := re.search(r"\b1\d{9}(?:\d{3})?\b", text):
            self.timestamp = "milliseconds" if len(time[0]) == 13 else "seconds"
            text = text.replace(time[0], TIMESTAMP)
        return re.sub(r"(?<= )[\w.-]+(?=:\$signature\$)", lambda found: self._property("Access key"), text)

    def _sign_fields(self, parameters: Any) -> None:
        """Put the signature into the field that has it in the sample, or that the recipe names."""
        if not isinstance(parameters, dict):
            return
        for key, value in parameters.items():
            own = self.recipe.name if self.recipe is not None else ""
            variable = _VARIABLE.fullmatch(str(value))
            is_sample = variable is not None and is_signature(key, "0" * 32, [*parameters, "timestamp"]) and not own
            if key == own or (is_sample and variable is not None and variable[1] in self.properties):
                if variable is not None and variable[1] in self.properties:
                    self.properties.remove(variable[1])
                if self.recipe is None:
                    self.todo.append(_unsigned(key))
                parameters[key] = SIGNATURE

    def _sign(self, spec: dict[str, Any], recipe: SigningRecipe) -> None:
        """The signature's place, and the text that is signed.

        Raises:
            UsageError: a part of the text does not exist in the request.
        """
        fields = {**spec.get("query", {}), **mapping(spec.get("parameters"))}
        in_field = SIGNATURE in fields.values()
        if not in_field and not any(SIGNATURE in text for _, text in spec["headers"]):
            if not recipe.name:
                raise UsageError(
                    f"{OPTION}: no header or field of the sample has a signature", "Write NAME: before the algorithm."
                )
            spec["headers"].append([recipe.name, SIGNATURE])
        headers = {name.lower(): text for name, text in spec["headers"]}
        parts = () if in_field else ("body", "body-sha256", "method", "url", "path", "query")

        def meaning(name: str) -> str | None:
            if name in parts or name == "fields":
                return f"${name}$"
            if name == "timestamp":
                self.timestamp = self.timestamp or "seconds"
                return TIMESTAMP
            if name in ("nonce", "request id"):
                return REQUEST_ID
            if name == "secret":
                return self._property("Signing secret")
            found = headers.get(name.lower(), fields.get(name))
            if name in self.properties:
                found = f"${name}$"
            return str(found) if isinstance(found, str | int | float) else None

        known = [*parts, "fields", "timestamp", "nonce", "secret", *(name for name, _ in spec["headers"]), *fields]
        spec["signed"] = recipe.resolved(meaning, [*known, *self.properties], OPTION)
        if spec.get("encoding") == "multipart" and "$body" in spec["signed"]:
            raise UsageError(f"{OPTION}: the body is multipart, which cannot be signed", "Sign its fields instead.")

    def _query(self, url: str) -> tuple[str, dict[str, Any]]:
        """The URL without its query, and the query, where it has a time or a signature; else the URL as it is."""
        bare, _, text = url.partition("?")
        pairs = dict(parse_qsl(text.replace("+", "%2B"), keep_blank_values=True))
        query: dict[str, Any] = {
            key: TIMESTAMP if is_stamp(key) and self._knows_time(value) else value for key, value in pairs.items()
        }
        if query == pairs and not any(is_signature(key, "0" * 32, ["timestamp"]) for key in query):
            return url, {}
        self._sign_fields(query)
        return bare, query

    def _body(self, name: str, written: Mapping[str, Any], pasted: Pasted, parameters: Any) -> dict[str, Any]:
        if is_xml((pasted.body or "").encode()):
            text = XmlText(pasted.body or "", f"the body of {name}").rewritten(parameters)
            body = _VARIABLE.sub(lambda found: f"$xml {found[1]}$", text)
            return {"encoding": "xml", "content_type": pasted.content_type or "text/xml", "body": body}
        if not parameters and (pasted.body or "").strip():
            kind = (pasted.content_type or "of an unknown type").partition(";")[0]
            raise UsageError(
                f"the body of {name} is {kind}, which a relay cannot write", "Look for a JSON, XML or form variant."
            )
        parameters = _packed(parameters)
        if pasted.parts:
            return _multipart(name, pasted, parameters)
        if written["request_method"] in ("GET", "DELETE", "HEAD"):
            return {"encoding": "query", "query": parameters}
        kind = written.get("request_content_type", JSON_TYPE)
        encoding = "form" if encoding_of(kind) is Encoding.FORM else "json"
        return {"encoding": encoding, "content_type": kind, "parameters": parameters}


def _token_body(pasted: Pasted) -> dict[str, Any]:
    """The body of a request for an access token, as data."""
    text = pasted.body or "&".join(f"{part.name}={part.value}" for part in pasted.parts)
    if not text.lstrip().startswith("{"):
        fields = dict(parse_qsl(text, keep_blank_values=True))
        return {"encoding": "form", "content_type": FORM_TYPE, "parameters": fields}
    try:
        return {"encoding": "json", "content_type": JSON_TYPE, "parameters": json.loads(text)}
    except (ValueError, RecursionError):
        raise UsageError(
            "the body of the request for the access token is not valid JSON", "Correct it, and paste it again."
        ) from None


def _multipart(name: str, pasted: Pasted, parameters: Any) -> dict[str, Any]:
    files = [part.name for part in pasted.parts if part.is_file]
    uploads = name == "SendFile" and bool(files)
    kept = {
        key: value
        for key, value in parameters.items()
        if key not in files and not (uploads and "$content$" in (value if isinstance(value, list) else [value]))
    }
    types = {part.name: part.content_type for part in pasted.parts if part.content_type and part.name in kept}
    spec: dict[str, Any] = {"encoding": "multipart", "parameters": kept}
    return spec | ({"part_types": types} if types else {}) | ({"files": files} if uploads else {})


def _packed(tree: Any) -> Any:
    """The parameters, with variables escaped in texts that are themselves JSON or XML."""
    if isinstance(tree, dict):
        return {key: _packed(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_packed(item) for item in tree]
    if isinstance(tree, str) and re.match(r"\s*[{\[<]", tree) and _VARIABLE.search(tree):
        kind = "xml" if tree.lstrip().startswith("<") else "json"
        return _VARIABLE.sub(lambda found: f"${kind} {found[1]}$", tree)
    return tree


def _with(tree: Any, pointer: Pointer, value: Any) -> Any:
    """A copy of a tree with another value at a pointer that exists."""
    if not pointer:
        return value
    step, *rest = pointer
    copy: Any = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[step] = _with(copy[step], tuple(rest), value)
    return copy


def _is_signed(value: str) -> bool:
    """Whether an Authorization header has a signature of the request: ``HMAC key:signature``."""
    scheme, _, rest = value.strip().partition(" ")
    return bool(rest) and (_SIGNED_SCHEME.search(scheme) is not None or "signature" in rest.lower())


def _is_computed(value: str) -> bool:
    return OPEN in value or CLOSE in value or value.startswith(("$", "<", "{"))


def _unsigned(name: str) -> str:
    return (
        f"requests are signed ({name}), and no sample shows how: specify it with {OPTION}, as in {OPTION} "
        "'hmac-sha256-hex {timestamp}.{body}'"
    )
