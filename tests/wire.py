"""Captures what the real curl sends: bash runs a command against a TLS server on loopback, for any host in the command."""

from __future__ import annotations

import os
import re
import shutil
import ssl
import subprocess
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import trustme

from ringocli.http.bodies import Encoding, decode_pairs, encoding_of
from ringocli.text.document import Document
from tests.loopback import Seen, serving

HAS_CURL = shutil.which("curl") is not None and shutil.which("bash") is not None
_WRAPPER = """
set +e
curl() {
  command curl --silent --insecure --globoff --noproxy '*' --max-time 10 --output /dev/null \\
    --connect-to "::127.0.0.1:$LOOPBACK_PORT" "$@"
}
"""


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("loopback.example").configure_cert(context)
    return context


def environment_of(command: str) -> dict[str, str]:
    """A value for each shell variable in a command."""
    names = {
        name for pair in re.findall(r"\$\{?([A-Z][A-Z0-9_]+)|%([A-Z][A-Z0-9_]{2,})%", command) for name in pair if name
    }
    return {name: f"value-of-{name.lower().replace('_', '-')}-{len(name)}9" for name in names}


def sent_by_curl(command: str, folder: Path) -> list[Seen]:
    """The requests that curl makes when bash runs the command in a folder; ``http:`` is turned into ``https:``."""
    with serving(tls=_tls()) as server:
        script = _WRAPPER + re.sub(r"\bhttp://", "https://", command)
        subprocess.run(
            ["bash", "-c", script],
            env={"PATH": os.environ["PATH"], "LOOPBACK_PORT": str(server.port), **environment_of(command)},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=30,
            check=False,
        )
        return list(server.seen)


def as_facts(method: str, url: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """The parts of a request that are compared: method, URL, query, content type, authorization, parsed body."""
    parts = urlsplit(url)
    kind = headers.get("content-type")
    return {
        "method": method,
        "host": parts.netloc,
        "path": unquote(parts.path) or "/",
        "query": parse_qsl(parts.query, keep_blank_values=True),
        "type": kind,
        "auth": headers.get("authorization"),
        "body": _parsed(body, kind),
    }


def _parsed(body: bytes, kind: str | None) -> Any:
    text = body.decode("utf-8", "replace")
    if not text:
        return None
    if kind is not None and encoding_of(kind) is Encoding.FORM:
        return {key: list(values) for key, values in decode_pairs(text).items()}
    return Document.read("body", text).value


def facts_of(seen: Seen) -> dict[str, Any]:
    """The comparable parts of a captured request."""
    headers = {name.lower(): value for name, value in seen.headers}
    return as_facts(seen.method, f"https://{headers.get('host', '')}{seen.target}", headers, seen.body)
