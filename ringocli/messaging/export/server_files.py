"""The parts that every generated server folder has: source with its data, settings, requirements."""

from __future__ import annotations

import json
import pprint
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

_FILES = Path(__file__).parent / "files"
REQUIREMENTS = "httpx>=0.28\nstarlette>=0.46\nuvicorn>=0.34\n"
PYTHON_IMPORTS = """\
from __future__ import annotations

import asyncio
import base64
import contextlib
import hmac
import json
import logging
import os
import re
import sqlite3
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit
from xml.etree import ElementTree

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

log = logging.getLogger(__name__)
"""


def variable_name(name: str) -> str:
    """The environment variable of a property: ``API key`` is ``API_KEY``."""
    return re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")


@cache
def source(path: Path) -> str:
    """A source file that is part of the package."""
    return path.read_text("utf-8")


def common(language: str) -> str:
    """The functions that all generated servers of a language share."""
    return source(_FILES / ("common.py.txt" if language == "python" else "common.php.txt"))


def python_app(docstring: str, names: Mapping[str, Any], own: str) -> str:
    """``app.py``: the docstring, the data by name, then the functions."""
    values = "\n\n".join(
        f"{name} = {pprint.pformat(value, width=100, sort_dicts=False)}" for name, value in names.items()
    )
    return f'"""{docstring}"""\n\n{PYTHON_IMPORTS}\n{values}\n\n\n{common("python")}\n\n{own}'


def php_app(comment: str, names: Mapping[str, Any], own: str) -> str:
    """``index.php``: the comment, the data by name, then the functions."""
    lines = "\n".join(f" * {line}".rstrip() for line in comment.strip().splitlines())
    values = "\n\n".join(
        f"${name.lower()} = json_decode(<<<'JSON'\n{_json(value)}\nJSON, true);" for name, value in names.items()
    )
    return f"<?php\n/*\n{lines}\n */\n\ndeclare(strict_types=1);\n\n{values}\n\n{common('php')}\n{own}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def settings_file(credentials: Sequence[str], defaults: Mapping[str, str]) -> str:
    """``.env.example``: credentials empty, everything else with its default."""
    lines = ["# Credentials"]
    lines += [f"{name}=" for name in dict.fromkeys(credentials)]
    lines += ["", "# Settings"]
    lines += [f"{name}={value}" for name, value in defaults.items()]
    return "\n".join(lines) + "\n"
