"""The parts that every generated server folder has: source with its data, settings, requirements."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from shlex import quote
from typing import Any, NamedTuple

_FILES = Path(__file__).parent / "files"
REQUIREMENTS = "# Python 3.11 or later.\nhttpx>=0.28\nstarlette>=0.46\nuvicorn>=0.34\n"
PYTHON_IMPORTS = """\
from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import itertools
import json
import logging
import os
import re
import sqlite3
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timezone
from email.utils import formatdate
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

log = logging.getLogger(__name__)
"""
"""What generated servers may import; each has the lines that it uses."""


class Commands(NamedTuple):
    """What the README of a generated server tells people to run; ``worker`` is a paragraph, or empty."""

    start: str
    test: str
    worker: str = ""


COMMANDS = {
    "python": Commands(
        start="python -m venv .venv\n.venv/bin/pip install -r requirements.txt\nset -a; . ./.env; set +a\n.venv/bin/python app.py",
        test="python -m unittest test_app.py",
    ),
    "php": Commands(
        start="set -a; . ./.env; set +a\nPHP_CLI_SERVER_WORKERS=4 php -S ${HOST:-127.0.0.1}:${PORT:-8080} index.php",
        test="php test.php",
        worker="\n`php -S` delivers waiting events from the first request after a restart on, such as one to `/healthz`. To deliver them\n"
        "at once, and with any other server, keep `php index.php work` running as well.\n",
    ),
}


def variable_name(name: str) -> str:
    """The environment variable of a property: ``API key`` is ``API_KEY``."""
    return re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")


@cache
def source_text(path: Path) -> str:
    """A source file that is part of the package."""
    return path.read_text("utf-8")


def common_functions(language: str) -> str:
    """The functions that all generated servers of a language share."""
    return source_text(_FILES / ("common.py.txt" if language == "python" else "common.php.txt"))


def pattern_facts(patterns: Any) -> set[str]:
    """What the patterns that a server reads contain: ``lists``, and texts that are not just a variable (``mixed``)."""
    text = json.dumps(patterns, ensure_ascii=False)
    facts = {"lists"} if any(_has_list(pattern) for pattern in patterns) else set()
    variables = re.findall(r'"(?:[^"\\]|\\.)*"', text)
    return facts | ({"mixed"} if any(re.search(r"^\"(?!\$[^$]+\$\"$).*\$", one) for one in variables) else set())


def _has_list(pattern: Any) -> bool:
    return isinstance(pattern, list) or (
        isinstance(pattern, dict) and any(_has_list(item) for item in pattern.values())
    )


def assembled(text: str, facts: Collection[str], inserts: Mapping[str, str] | None = None) -> str:
    """A source file without the blocks that a server does not need, and with its own values for ``@@NAME@@``.

    A block is between the lines ``@if NAME ...`` (one of these facts is true; ``@if not NAME``: the fact is false) and
    ``@end``.
    """
    for name, value in (inserts or {}).items():
        text = text.replace(f"@@{name}@@", value)
    lines: list[str] = []
    open_blocks: list[bool] = []
    for line in text.splitlines():
        if line.startswith("@if not "):
            open_blocks.append(line.removeprefix("@if not ") not in facts)
        elif line.startswith("@if "):
            open_blocks.append(not set(line.split()[1:]).isdisjoint(facts))
        elif line == "@end":
            open_blocks.pop()
        elif all(open_blocks):
            lines.append(line)
    return "\n".join(lines) + "\n"


def python_app(docstring: str, names: Mapping[str, Any], functions: str) -> str:
    """``app.py``: the docstring, the imports, the data by name, then the functions."""
    values = "\n\n".join(f"{name} = {_literal(value)}" for name, value in names.items())
    return f'"""{docstring}"""\n\n{_imports_for(functions)}\n{values}\n\n\n{functions}'


def _literal(value: Any, indent: str = "") -> str:
    """A value as Python source: on one line if it is short, else one entry per line."""
    if not isinstance(value, (dict, list)) or not value:
        is_text = isinstance(value, str)
        return json.dumps(value, ensure_ascii=False) if is_text else repr(value)
    deeper = f"{indent}    "
    if isinstance(value, dict):
        entries = [f"{json.dumps(key, ensure_ascii=False)}: {_literal(item, deeper)}" for key, item in value.items()]
    else:
        entries = [_literal(item, deeper) for item in value]
    start, end = "{}" if isinstance(value, dict) else "[]"
    short = f"{start}{', '.join(entries)}{end}"
    if "\n" not in short and len(indent) + len(short) <= 100:
        return short
    return "\n".join([start, *(f"{deeper}{entry}," for entry in entries), f"{indent}{end}"])


def _imports_for(functions: str) -> str:
    """The import lines with the names that are used."""
    lines = []
    for line in PYTHON_IMPORTS.splitlines():
        head, keyword, names = line.partition("import ")
        if keyword and head != "from __future__ ":
            used = [name for name in names.split(", ") if re.search(rf"(?<![.\w]){name}\b", functions)]
            if not used:
                continue
            line = f"{head}import {', '.join(used)}"
        lines.append(line)
    return "\n".join(lines) + "\n"


def php_app(comment: str, names: Mapping[str, Any], functions: str) -> str:
    """``index.php``: the comment, the data by name, then the functions."""
    lines = "\n".join(f" * {line}".rstrip() for line in comment.strip().splitlines())
    values = "\n\n".join(
        f"${name.lower()} = json_decode(<<<'JSON'\n{_json(value)}\nJSON, true);" for name, value in names.items()
    )
    return f"<?php\n/*\n{lines}\n */\n\ndeclare(strict_types=1);\n\n{values}\n\n{functions}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def settings_file(credentials: Sequence[str], defaults: Mapping[str, str]) -> str:
    """``.env.example``: credentials empty, everything else with its default."""
    lines = ["# Credentials"]
    lines += [f"{name}=" for name in dict.fromkeys(credentials)]
    lines += ["", "# Settings"]
    lines += [f"{name}={quote(value) if value else ''}" for name, value in defaults.items()]
    return "\n".join(lines) + "\n"
