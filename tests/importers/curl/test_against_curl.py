"""Commands in many notations are read as the real curl sends them, byte for byte, or a note says why not.

curl sends everything to one proxy on loopback, whatever host a command names; the proxy's user is the case.
"""

from __future__ import annotations

import base64
import os
import re
import subprocess
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from ringocli.importers.curl.reader import read_curl
from ringocli.importers.pasted_request import BasicAuth, BearerAuth, Pasted
from tests.importers.curl.command_table import COMMANDS, ENVIRONMENT, FILES
from tests.loopback import Seen, serving
from tests.wire import HAS_CURL

PROGRAMS = {
    "sudo": 'while [[ "$1" == -* ]]; do shift; done; exec "$@"',
    "kubectl": 'while [ "$1" != "--" ]; do shift; done; shift; [[ "$1" == -* ]] && set -- curl "$@"; exec "$@"',
    "ssh": 'while [[ "$1" == -* ]]; do shift; done; shift; exec bash -c "$*"',
    "docker": (
        'while [[ "$1" != */curl* && "$1" != web ]]; do shift; done; [ "$1" = web ] && { shift; exec "$@"; }; '
        'shift; exec curl "$@"'
    ),
    "watch": 'while [[ "$1" == -* ]]; do shift 2; done; exec bash -c "$*"',
}
"""Stand-ins for programs that run the command in their arguments."""
_CURLS_OWN = {"user-agent", "accept", "accept-encoding", "content-length", "expect", "host", "connection", "te"}


def sent(folder: Path) -> dict[str, list[Seen]]:
    """The requests that curl sends for each command."""
    programs = folder / "bin"
    programs.mkdir()
    for name, script in PROGRAMS.items():
        (programs / name).write_text(f"#!/bin/bash\n{script}\n")
        (programs / name).chmod(0o755)
    work = folder / "work"
    work.mkdir()
    for name, content in FILES.items():
        (work / name).write_text(content, "utf-8")
    with serving() as server:
        scripts = folder / "scripts"
        scripts.mkdir()
        for name, text in COMMANDS.items():
            (scripts / name).write_text(text.replace("https://", "http://") + "\n", "utf-8")
        subprocess.run(
            ["bash", "-c", f'for case in *; do export http_proxy="http://$case:x@127.0.0.1:{server.port}"; '
                           f'(cd {work}; bash {scripts}/"$case"); done'],
            cwd=scripts,
            env={"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(folder), "no_proxy": "", "LC_ALL": "C.UTF-8", **ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )  # fmt: skip
        found: dict[str, list[Seen]] = {name: [] for name in COMMANDS}
        for seen in server.seen:
            user = base64.b64decode((seen.header("proxy-authorization") or "").partition(" ")[2]).decode()
            found[user.partition(":")[0]].append(seen)
        return found


def facts_of_wire(seen: Seen) -> dict[str, Any]:
    """The request that was sent, without the headers that curl adds to every request."""
    headers = {name.lower(): value.strip() for name, value in seen.headers if not name.lower().startswith("proxy-")}
    kind = headers.pop("content-type", None)
    return {
        "method": seen.method,
        "url": seen.target,
        "auth": re.sub("^bearer", "Bearer", auth) if (auth := headers.pop("authorization", None)) else None,
        "headers": {name: value for name, value in headers.items() if name not in _CURLS_OWN},
        **body_facts(seen.body, kind),
    }


def body_facts(body: bytes, kind: str | None) -> dict[str, Any]:
    """The body unchanged; a multipart body as its parts."""
    if kind is None or not kind.startswith("multipart/form-data"):
        return {"type": kind, "body": body}
    message = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    parts = [
        (part.get_param("name", header="content-disposition"), None if part.get_filename() else part.get_payload())
        for part in message.walk()
        if not part.is_multipart()
    ]
    return {"type": "multipart/form-data", "body": parts}


def facts_of(pasted: Pasted) -> dict[str, Any]:
    """The request that our reader finds in a command."""
    auth = None
    if isinstance(pasted.auth, BasicAuth):
        userinfo = filled(f"{pasted.auth.username}:{pasted.auth.password}")
        auth = "Basic " + base64.b64encode(userinfo.encode()).decode()
    elif isinstance(pasted.auth, BearerAuth):
        auth = f"Bearer {pasted.auth.token}"
    parts = [(part.name, None if part.is_file else filled(part.value)) for part in pasted.parts]
    return {
        "method": pasted.method,
        "url": re.sub(r"^(http://[^/?]*):80(?=[/?])", r"\1", filled(pasted.url).replace("https://", "http://")),
        "auth": filled(auth) if auth is not None else None,
        "headers": {
            name.lower(): filled(value)
            for name, value in pasted.headers
            if name.lower() not in {*_CURLS_OWN, "content-type", "authorization"}
        },
        "type": "multipart/form-data" if parts else filled(pasted.content_type) if pasted.content_type else None,
        "body": parts or filled(pasted.body or "").replace("https://", "http://").encode(),
    }


def filled(text: str) -> str:
    """A text with the variables of the environment, as the shell would have filled them in."""
    return re.sub("\ue000([A-Za-z_][A-Za-z0-9_]*)\ue001", lambda found: ENVIRONMENT.get(found[1], ""), text)


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Seen]]:
    return sent(tmp_path_factory.mktemp("curl"))


@pytest.mark.skipif(not HAS_CURL, reason="needs bash and curl")
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_read_as_curl_sends_it(wire: dict[str, list[Seen]], name: str, tmp_path: Path) -> None:
    """Method, URL with its query, credentials, headers, content type and body, of every request in its order."""
    for file, content in FILES.items():
        (tmp_path / file).write_text(content, "utf-8")
    read = [facts_of(pasted) for pasted in read_curl("paste", COMMANDS[name], allowed=tmp_path)]
    assert [facts_of_wire(seen) for seen in wire[name]] == read
