"""The shape of the code: imports go one way, starting is light, and few modules may reveal a secret."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "ringocli"

LAYERS = (
    ("errors",),
    ("text",),
    ("template",),
    ("http",),
    ("lint", "messaging"),
    ("importers",),
    ("emulator",),
    ("testing",),
    ("pytest_plugin",),
    ("cli",),
    ("__main__",),
)
"""The packages, lowest first. A package imports from the layers before its own, and from itself."""

REVEALING = {
    "text.secret",
    "text.traced",
    "http.exchange",
    "http.outgoing",
    "template.pattern.rendering",
    "template.settings",
    "messaging.request",
    "messaging.proof",
    "messaging.delivery",
    "messaging.load.compiled",
    "messaging.formats.har",
    "importers.credentials_file",
    "emulator",
}
"""Who may call ``reveal()``: what defines it, what encodes, and where bytes leave the process."""


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name, without the ``ringocli.`` in front."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return {name: path for name, path in found.items() if name}


def imports(path: Path, known: set[str]) -> Iterator[str]:
    """The modules of the package that a module imports anywhere, inside functions included."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "ringocli":
            base = node.module.partition(".")[2]
            for alias in node.names:
                full = f"{base}.{alias.name}".strip(".")
                yield full if full in known else base
        elif isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[2] for alias in node.names if alias.name.startswith("ringocli."))


@pytest.mark.parametrize(("name", "path"), modules().items(), ids=str)
def test_imports_go_downward(name: str, path: Path) -> None:
    """No package knows the packages above it or beside it, not even inside a function."""
    level = {package: index for index, packages in enumerate(LAYERS) for package in packages}
    package = name.partition(".")[0]
    for imported in imports(path, set(modules())):
        target = imported.partition(".")[0]
        if package in level and target in level and target != package:
            assert level[target] < level[package], f"{name} imports {imported}"


def test_starting_is_light() -> None:
    """Importing the command line loads none of the heavy libraries."""
    heavy = ("rich", "httpx", "jsonschema", "starlette", "uvicorn", "sqlite3", "asyncio", "phonenumbers")
    script = f"import sys, ringocli.cli; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()


def test_a_clean_file_is_validated_without_the_masking() -> None:
    """Searching for secrets is not even imported where a command has read none."""
    script = (
        "import sys; from ringocli.cli import run; run(['validate', 'samples/telnyx.json']);"
        "sys.exit('ringocli.text.masking' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, cwd=ROOT)


@pytest.mark.parametrize(("name", "path"), modules().items(), ids=str)
def test_everything_public_has_a_docstring(name: str, path: Path) -> None:
    """Every public module, class and function has a docstring, and no module outgrows one idea."""
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree), path
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{name}: {node.name}"
    assert len(text.splitlines()) <= 400, f"{name} is too long: split it"


def test_the_architecture_page_names_existing_files() -> None:
    """Every path in the "where a change goes" table exists, and every package has its row."""
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    for path in re.findall(r"`(ringocli/[a-z_/.]+)`", page):
        assert (ROOT / path).exists(), path
    for names in LAYERS:
        for name in names:
            assert f"`{name}`" in page or name in ("__main__", "pytest_plugin"), name


def test_no_modules_import_each_other_in_a_circle() -> None:
    """There is no import cycle, imports inside functions and for types included."""
    known = modules()
    left = {name: {other for other in imports(path, set(known)) if other in known} for name, path in known.items()}
    while free := [name for name, needed in left.items() if not needed & left.keys() - {name}]:
        for name in free:
            del left[name]
    assert not left, f"in a circle, or importing one: {sorted(left)}"


def test_class_names_are_unique() -> None:
    """A class name means one thing in the whole package."""
    homes: dict[str, list[str]] = {}
    for name, path in modules().items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, []).append(name)
    assert {} == {name: found for name, found in homes.items() if len(found) > 1}


@pytest.mark.parametrize(("name", "path"), modules().items(), ids=str)
def test_functions_are_short(name: str, path: Path) -> None:
    """No function body is longer than 60 lines."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            start = node.body[1].lineno if ast.get_docstring(node) and len(node.body) > 1 else node.body[0].lineno
            assert node.end_lineno - start < 60, f"{name}: {node.name}"
