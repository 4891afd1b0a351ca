"""Detects the kind of a pasted text by parsing it; if it cannot be imported, the message names it and an alternative."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ringocli.errors import UsageError
from ringocli.http.received import starts_json
from ringocli.importers.raw_requests import raw_request
from ringocli.text.lenient_json import mapping

_CURL = re.compile(
    r"(?<![\w./\\'\"-])(?:[\w./\\-]*[/\\])?curl(?:\.exe)?(?=[ \t]+(?:\\?\r?\n|-|\^|`|[\"'$<{]|[\w.-]+[/.:]))",
    re.I,
)
_COMMAND_LINE = re.compile(
    r"(?m)^[ \t]*(?:[$#%>][ \t]+)?(?:sudo[ \t]+)?(curl(?:\.exe)?(?=\s)|wget(?=\s)"
    r"|https?(?=[ \t]+(?:-\S+[ \t]+)*(?:(?:GET|POST|PUT|PATCH|DELETE)[ \t]+)?[\"':\w]))"
)
"""The first line that is a command of one of these programs."""
_REQUEST_LINE = re.compile(r"(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)[ \t]+\S+")
_CLIENT_SYNTAX = re.compile(r"(?m)^(?:###|@[\w.-]+\s*=|[ \t]*(?:#|//)|[<>] ?\{%|<@? \S|>>!? |<> )|\{\{|\n[ \t]+[&?]")
"""Syntax that only files of HTTP clients have: separators, variables, comments, scripts, includes, folded queries."""
_PYTHON = re.compile(
    r"^[ \t]*(?:import|from)\s+(?:requests|httpx|http\.client|urllib3?|aiohttp)\b|\baiohttp\.\w+|\brequests\.(?:post|get|request)\s*\(",
    re.M,
)
_JIRA = re.compile(r"\A\{(?:code|noformat)(?::[^{}\n]*)?\}\s*")
"""How Jira and Confluence begin a block of code."""
_SNIPPETS = (
    ("a PowerShell command (Invoke-RestMethod)", re.compile(r"\bInvoke-(?:RestMethod|WebRequest)\b|^[ \t]*i[rw][mr]\s", re.I | re.M)),
    ("a PHP snippet", re.compile(r"<\?php|\bcurl_setopt(?:_array)?\s*\(|\bcurl_init\s*\(|new\s+\\?GuzzleHttp|\$client->(?:post|request)\(|\bwp_remote_\w+\s*\(")),
    ("a C program", re.compile(r"\bcurl_easy_\w+\s*\(")),
    ("a Google Apps Script", re.compile(r"\bUrlFetchApp\b")),
    ("a Lua script", re.compile(r"^[ \t]*local\s+\w+\s*=\s*require", re.M)),
    ("a Python snippet", _PYTHON),
    ("a JavaScript snippet", re.compile(r"\bfetch\s*\(|\baxios(?:\.\w+)?\s*[(.]|\bXMLHttpRequest\b|require\(['\"]|\$\.ajax\s*\(|\bconst\s+\w+\s*=")),
    ("a Java snippet", re.compile(r"\bHttpClient\.newHttpClient|OkHttpClient|HttpRequest\.newBuilder|import\s+java\.|HttpURLConnection|\bUnirest\.|\bnew HttpRequest\(")),
    ("a C# snippet", re.compile(r"new\s+(?:HttpClient|RestClient|HttpRequestMessage|WebClient)\b|using\s+System|\bWebRequest\.Create\(")),
    ("a Go snippet", re.compile(r"\bhttp\.(?:NewRequest|Post|PostForm|Get)\(|package\s+main")),
    ("a Ruby snippet", re.compile(r"Net::HTTP|require\s+['\"]net/http|\bFaraday\.|\bHTTParty\.|\bRestClient\.\w+\b")),
    ("a Swift snippet", re.compile(r"\bURLSession\b|\bURLRequest\(|\bNSMutableURLRequest\b")),
    ("a Rust snippet", re.compile(r"\breqwest::")),
    ("a Dart snippet", re.compile(r"\bhttp\.\w+\(Uri\.parse\(")),
    ("a Perl script", re.compile(r"\bLWP::UserAgent\b|^[ \t]*use\s+(?:strict|warnings|LWP|HTTP)\b", re.M)),
    ("an R script", re.compile(r"\blibrary\(httr2?\)|\bhttr2?::")),
    ("an Elixir snippet", re.compile(r"\b(?:HTTPoison|Tesla|Req)\.\w+\(")),
)  # fmt: skip
_MARKED = (
    ("a WSDL document", re.compile(r"<(?:\w+:)?definitions\b[^<>]*wsdl|schemas\.xmlsoap\.org/wsdl", re.I)),
    ("a WADL document", re.compile(r"<application\b[^<>]*wadl", re.I)),
    ("a SOAP message", re.compile(r"<(?:\w+:)?Envelope\b", re.I)),
    ("an HTML page", re.compile(r"\A\s*<(?:!doctype html|html)\b", re.I)),
    ("an XML document", re.compile(r"\A\s*<\?xml\b")),
    ("a RAML document", re.compile(r"\A\s*#%RAML")),
    ("an API Blueprint document", re.compile(r"\A\s*FORMAT:\s*1A")),
)


def detect(name: str, text: str) -> str:
    """The kind of a text: ``curl``, ``wget``, ``httpie``, ``python``, ``fetch``, ``http``, ``bru``, ``raw``, or that of a
    JSON or YAML document (see ``_kind_of_document``).

    ``http`` is a file of an HTTP client, ``raw`` a captured request in one of the forms of ``raw_requests``.

    Raises:
        UsageError: it is something that cannot be imported, which the message names.
    """
    stripped = _JIRA.sub("", text.lstrip("\ufeff \t\r\n"))
    document = parsed_document(stripped)
    if isinstance(document, Mapping | list):
        if (kind := _kind_of_document(document)) is not None:
            return kind
        raise _unknown_document(name, document)
    if (kind := kind_of_text(stripped)) is not None:
        return kind
    if what := unsupported_text(text):
        raise _unsupported(name, what)
    if re.match(r"[\w.\[\]-]+=[^\s=]*(?:&|$)", stripped):
        raise _without_request(name, "a form")
    return "curl"  # its reader repairs what the pattern above does not know


def kind_of_sample(text: str) -> str | None:
    """The kind of a text that is not a raw request, if it can be imported; None if it may be a bare body."""
    stripped = text.lstrip("\ufeff \t\r\n")
    if starts_json(stripped):
        document = (
            parsed_document(stripped) if re.search(r'"(?:entries|item|items|requests|resources)"', text) else None
        )
        kind = _kind_of_document(document) if isinstance(document, Mapping | list) else None
        return kind if kind not in ("openapi", "raw") else None
    if stripped[:1] == "<" or _is_form(stripped):
        return None
    kind = kind_of_text(stripped)
    return kind if kind != "raw" else None


def _is_form(text: str) -> bool:
    """Whether a text is one line of ``name=value&name=value``."""
    line = text.strip()
    return "\n" not in line and bool(re.match(r"[^\s=&]+=[^=&]*&", line))


def kind_of_text(text: str) -> str | None:
    """The kind of a text that is not a JSON or YAML document; None if it is not known."""
    if re.match(r"meta\s*\{", text) and re.search(r"(?m)^(?:get|post|put|patch|delete)\s*\{", text):
        return "bru"
    starts = re.match(r"###|@\w[\w.-]*\s*=", text) or _REQUEST_LINE.match(_first_line(text))
    if starts and _CLIENT_SYNTAX.search(text):
        return "http"
    first = _COMMAND_LINE.search(text)
    if first is not None and first.group(1) == "wget":
        return "wget"
    # In a program, curl may be a word of a comment; a curl command starts a line.
    if _CURL.search(text) and ((first is not None and first.group(1).startswith("curl")) or not unsupported_text(text)):
        return "curl"
    if starts or raw_request(text.encode("utf-8", "replace")) is not None:
        return "raw"
    if _PYTHON.search(text[:200_000]):
        return "python"
    if re.search(r"(?<!App\.)\bfetch\(\s*[\"'`](?:https?:)?//", text[:200_000]):
        return "fetch"
    if unsupported_text(text):
        return None
    return "httpie" if first is not None and first.group(1).startswith("http") else None


def unsupported_snippet(text: str) -> str:
    """The language of a snippet that cannot be imported, as messages name it; "" if the text may be a body."""
    if _is_form(text.lstrip()):
        return ""
    return next((what for what, pattern in _SNIPPETS if pattern.search(text[:200_000])), "")


def unsupported_text(text: str) -> str:
    """The kind of a document or snippet that cannot be imported, as messages name it; "" for anything else."""
    return next((what for what, pattern in (*_MARKED, *_SNIPPETS) if pattern.search(text[:200_000])), "")


def parsed_document(text: str) -> Any:
    """The document in a text of JSON or of YAML with a mapping at its top; None if it is neither."""
    if text[:1] in ("{", "["):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            from ringocli.text.document import Document

            found = Document.read("paste", text).value if len(text) < 2_000_000 else None
            return found if isinstance(found, dict | list) and found else None
    if re.match(r"(?:---\s*\n)?(?:\s*#[^\n]*\n)*[\"']?[A-Za-z][\w -]*[\"']?:(?:\s|$)", text):
        return _yaml(text)
    return None


def _yaml(text: str) -> Any:
    """A YAML mapping. Only its top level is needed here; the reader of its kind parses the document again."""
    top = dict(re.findall(r"(?m)^[\"']?([A-Za-z]\w*)[\"']?:[ \t]*([^\n]*)", text))
    if {"openapi", "swagger", "asyncapi", "opencollection"} & top.keys():
        return top
    if "collection.insomnia" in top.get("type", ""):
        return {"insomnia 5": top}
    return {"opencollection": top} if {"http", "info"} <= top.keys() else None


def _kind_of_document(document: Any) -> str | None:
    if isinstance(document, list):
        document = document[0] if document and isinstance(document[0], Mapping) else {}
    kinds = (
        ("openapi", "openapi" in document or "swagger" in document),
        ("har", isinstance(mapping(document.get("log")).get("entries"), list)),
        ("rendered", document.get("schema_version") == 1 and _has_requests(document, "direction")),
        ("raw", isinstance(document.get("request"), Mapping) and "direction" in document),
        ("postman", _is_postman(document) or _is_postman(mapping(document.get("collection")))),
        ("insomnia-5", "insomnia 5" in document or "collection.insomnia" in str(document.get("type", ""))),
        ("opencollection", "opencollection" in document),
        ("insomnia", isinstance(document.get("resources"), list) and document.get("_type") == "export"),
        ("hoppscotch", _has_requests(document, "endpoint")),
        ("postman-v1", _has_requests(document, "url") and ("order" in document or "folders" in document)),
        ("bruno", isinstance(document.get("items"), list) and "name" in document),
    )
    return next((kind for kind, fits in kinds if fits), None)


_NAMED_DOCUMENTS = (
    ("asyncapi", "an AsyncAPI document, which describes messages and not HTTP requests"),
    ("client", "a Thunder Client collection"),
    ("__schema", "a GraphQL schema"),
    ("$schema", "a JSON Schema"),
    ("values", "a Postman environment, which has no requests"),
)


def _unknown_document(name: str, document: Any) -> UsageError:
    if isinstance(document, list):
        document = document[0] if document and isinstance(document[0], Mapping) else {}
    what = next((what for key, what in _NAMED_DOCUMENTS if key in document), "")
    return _unsupported(name, what) if what else _without_request(name, "a JSON")


def _without_request(name: str, what: str) -> UsageError:
    return UsageError(
        f"{name}: {what} body without a request, so the URL is missing",
        "Paste the cURL command, or the whole HTTP request with its first line and Host header.",
    )


def _is_postman(document: Mapping[str, Any]) -> bool:
    info = mapping(document.get("info"))
    named = "_postman_id" in info or "getpostman.com" in str(info.get("schema", ""))
    return isinstance(document.get("item"), list) and (named or bool(info))


def _has_requests(document: Mapping[str, Any], key: str) -> bool:
    listed = document.get("requests")
    found = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    folders = document.get("folders")
    if not found and isinstance(folders, list):
        return any(_has_requests(folder, key) for folder in folders if isinstance(folder, Mapping))
    return bool(found) and all(key in one for one in found)


def _first_line(text: str) -> str:
    lines = (line for line in text.splitlines() if line.strip() and not re.match(r"\s*(?:#|//)", line))
    return next(lines, "").strip()


def _unsupported(name: str, what: str) -> UsageError:
    hint = "Paste the cURL tab of the documentation, or an OpenAPI document, a Postman collection, a HAR or .http file."
    return UsageError(f"{name}: this is {what}, which cannot be imported", hint)
