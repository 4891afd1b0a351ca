"""The files of the page, and two bundles made of them: all modules in one script, all style sheets in one file.

The page then loads with few requests and without a build step: the modules are joined when the page is first loaded.
Each becomes a function, after those that it imports from::

    const modules = {};
    modules["feed.js"] = (() => { ...the module...  return { EMPTY, find, merge }; })();
    modules["stream.js"] = (() => { const { merge } = modules["feed.js"]; ... })();
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

SCRIPT, STYLE = "all.js", "all.css"
"""The names of the bundles."""

ENTRY = "app.js"
STYLES = ("tokens", "frame", "chat", "composer", "wire", "detail", "menus", "dialogs")
"""The style sheets, in the order in which they apply."""

_IMPORT = re.compile(r'^import\s*(?P<names>[^;"]+?)\s*from\s*"(?P<path>[^"]+)";?', re.MULTILINE)
_DECLARATION = re.compile(r"^export (?=(?:async )?(?:const|let|function|class)\*? (?P<name>\w+))", re.MULTILINE)
_LIST = re.compile(r"(?:^|(?<=[;}]))export\s*\{(?P<names>[^}]*)\};?", re.MULTILINE)
_DEFAULT = re.compile(r"(?:^|(?<=[;}]))export default ", re.MULTILINE)


def page_file(name: str) -> bytes | None:
    """A file of the page; None if there is none, or the name leaves the page's folder."""
    if name == SCRIPT:
        return script().encode()
    if name == STYLE:
        return style().encode()
    parts = name.split("/")
    if any(part in ("", ".", "..") or "\\" in part or ":" in part or "\x00" in part for part in parts):
        return None
    file = resources.files("ringocli.emulator").joinpath("page", *parts)
    return file.read_bytes() if file.is_file() else None


@cache
def version() -> str:
    """A hash of the script and the style sheet, which is part of their URLs, so that a browser may cache them."""
    return hashlib.sha256((script() + style()).encode()).hexdigest()[:12]


@cache
def style() -> str:
    """All style sheets."""
    return "\n".join(_text(f"style/{name}.css") for name in STYLES)


@cache
def script() -> str:
    """All modules, each after those that it imports from."""
    found: dict[str, str] = {}
    _collect(ENTRY, found)
    functions = (f'modules["{name}"] = (() => {{\n{text}}})();\n' for name, text in found.items())
    return "const modules = {};\n" + "\n".join(functions)


def _collect(name: str, found: dict[str, str]) -> None:
    """Add a module to ``found``, after those that it imports from."""
    text = _text(name)
    for match in _IMPORT.finditer(text):
        imported = _resolved(name, match["path"])
        if imported not in found:
            _collect(imported, found)
    found[name] = _as_function(name, text)


def _as_function(name: str, text: str) -> str:
    """The body of a function that does what the module does, and returns what it exports."""
    exported = [match["name"] for match in _DECLARATION.finditer(text)]
    exported += [one for match in _LIST.finditer(text) for one in _renamed(match["names"], "{1}: {0}")]
    text = _IMPORT.sub(lambda match: _as_constant(match["names"], _resolved(name, match["path"])), text)
    text = _LIST.sub("", _DECLARATION.sub("", text))
    if _DEFAULT.search(text):
        text = _DEFAULT.sub("const byDefault = ", text)
        exported.append("default: byDefault")
    return f"{text.rstrip()}\nreturn {{ {', '.join(exported)} }};\n"


def _as_constant(names: str, imported: str) -> str:
    if names.startswith("*"):
        pattern = names.partition(" as ")[2]
    elif names.startswith("{"):
        pattern = f"{{ {', '.join(_renamed(names.strip('{}'), '{0}: {1}'))} }}"
    else:
        pattern = f"{{ default: {names} }}"
    return f'const {pattern} = modules["{imported}"];'


def _renamed(names: str, form: str) -> Iterator[str]:
    """The names of an import or export list, those with ``as`` in the given form."""
    for one in names.split(","):
        first, _, second = one.strip().partition(" as ")
        if first:
            yield form.format(first, second) if second else first


def _resolved(name: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))


def _text(name: str) -> str:
    content = page_file(name)
    assert content is not None, name
    return content.decode("utf-8")
