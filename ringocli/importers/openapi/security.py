"""Reads the security schemes of an OpenAPI document, as far as a template can express them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from ringocli.http.content_types import FORM_TYPE
from ringocli.importers.openapi.document import Operation, Spec
from ringocli.importers.pasted_request import BasicAuth, BearerAuth, Pasted, cannot_authenticate
from ringocli.template.credential_names import is_secret_name
from ringocli.template.limit import Limit
from ringocli.text.name_key import name_key

_LOGINS = {"user", "username", "userid", "login", "account", "accountid"}
_SIGNATURES = {"sig", "signature", "hash", "pin"}


def with_security(spec: Spec, operation: Operation, pasted: Pasted) -> Pasted:
    """The request with the first security requirement that a template can express; else with limits that name them."""
    schemes, required = _schemes(spec), _required(spec, operation)
    limits: list[Limit] = []
    for requirement in required:
        done = pasted
        missed: list[Limit] = []
        for name in requirement if isinstance(requirement, Mapping) else ():
            done, entry = _with_scheme(spec.mapping(schemes.get(name)), done)
            missed += [entry] if entry is not None else []
        if done is not pasted and not missed:
            return done
        limits += missed
        if done is not pasted and len(required) == 1:
            pasted = done
        elif not pasted.headers:
            pasted = replace(pasted, headers=done.headers)  # a relay can send the headers of the first alternative
    return replace(pasted, limits=(*pasted.limits, *limits[:2]))


def is_secured(spec: Spec, operation: Operation) -> bool:
    """Whether the document declares how requests authenticate; if not, ordinary fields carry the credentials."""
    return any(requirement for requirement in _required(spec, operation))


def is_credential(name: str, names: Iterable[str]) -> bool:
    """Whether a field authenticates the request: a secret other than a signature, or the login next to one."""
    if name_key(name) in _LOGINS:
        return any(is_secret_name(other) for other in names)
    return is_secret_name(name) and name_key(name) not in _SIGNATURES


def _schemes(spec: Spec) -> Mapping[str, Any]:
    if spec.is_swagger:
        return spec.mapping(spec.document.get("securityDefinitions"))
    return spec.mapping(spec.mapping(spec.document.get("components")).get("securitySchemes"))


def _required(spec: Spec, operation: Operation) -> list[Any]:
    required = operation.body.get("security", spec.document.get("security"))
    if required is None:
        return [{name: []} for name in _schemes(spec)]
    return required if isinstance(required, list) else []


def _with_scheme(scheme: Mapping[str, Any], pasted: Pasted) -> tuple[Pasted, Limit | None]:
    kind, name = scheme.get("type"), str(scheme.get("name", ""))
    if kind == "basic" or (kind == "http" and str(scheme.get("scheme")).lower() == "basic"):
        return replace(pasted, auth=BasicAuth(username="", password="", where="HTTP Basic")), None
    if kind == "http" and str(scheme.get("scheme")).lower() == "bearer":
        return replace(pasted, auth=BearerAuth(token="", where="HTTP Bearer")), None
    if kind in ("oauth2", "openIdConnect"):
        entry = Limit(
            "fetching an OAuth2 token",
            "the token is sent as Bearer; OAuth2 in a template needs an interactive sign-in",
        )
        done = replace(pasted, auth=BearerAuth(token="", where="OAuth2"), token_request=_token_request(scheme))
        return done, entry if pasted.auth is None else None
    if kind == "apiKey" and scheme.get("in") == "query":
        sign = "&" if "?" in pasted.url else "?"
        fields = pasted.credential_fields | {name}
        return replace(pasted, url=f"{pasted.url}{sign}{quote(name)}={{{name}}}", credential_fields=fields), None
    if kind == "apiKey" and name.lower() == "authorization":
        if re.search(r"bearer", json.dumps(scheme, default=str), re.I):
            return replace(pasted, auth=BearerAuth(token="", where="Authorization header")), None
        return pasted, cannot_authenticate(
            "a bare token in the Authorization header", "Ringotel documents Bearer and Basic only"
        )
    if kind == "apiKey":
        why = "Ringotel documents no custom headers, so this credential cannot be sent"
        done = replace(pasted, headers=(*pasted.headers, (name, ""))) if scheme.get("in") == "header" else pasted
        return done, cannot_authenticate(f"{scheme.get('in', 'header')} {name}", why)
    return pasted, cannot_authenticate(f"security of type {kind}", "Ringotel documents Bearer, Basic and OAuth2 only")


def _token_request(scheme: Mapping[str, Any]) -> Pasted | None:
    """The request that fetches a token with client credentials, if the scheme has that flow (OpenAPI 3, Swagger 2)."""
    flows = scheme.get("flows")
    flow = flows.get("clientCredentials") if isinstance(flows, Mapping) else scheme
    url = flow.get("tokenUrl") if isinstance(flow, Mapping) else None
    if not isinstance(url, str) or (flow is scheme and scheme.get("flow") != "application"):
        return None
    body = "grant_type=client_credentials&client_id=CLIENT_ID&client_secret=CLIENT_SECRET"
    return Pasted(method="POST", url=url, content_type=FORM_TYPE, body=body)
