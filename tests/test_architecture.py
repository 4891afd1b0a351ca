"""The shape of the code: imports go downward, starting is light, and few modules may reveal a secret."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "ringocli"

LAYERS = (
    ("errors", "content_types", "project", "secret", "suggest", "mistakes", "pointer", "console", "outcomes"),
    ("places", "traced", "lexer", "files", "failure", "hosts", "webhook_url"),
    ("strings", "notation"),
    ("brackets",),
    ("scanner",),
    ("matching", "rendering"),
    ("glance",),
    ("pattern",),
    ("variables", "codec", "assumptions", "exchange", "document", "segments", "packs"),
    ("uses",),
    ("template", "message", "corpus"),
    ("values", "schema", "subject", "reader"),
    ("apart",),
    ("request", "webhook", "lint", "settings", "scaffold", "expect", "words", "nearby", "backoff"),
    ("weather", "handset", "receipts", "reception", "sample_files"),
    ("importers",),
    ("rules", "proof", "sending", "simulate", "house_rules", "editing"),
    ("report", "transport"),
    ("har", "credentials", "lsp"),
    ("emulator",),
    ("testing",),
    ("tour", "pytest_plugin"),
    ("cli",),
    ("__main__",),
)
"""The rooms from the words up to the edges; a room imports only from rooms before it, or from its own folder."""

REVEALING = {
    "secret",
    "traced",
    "exchange",
    "request",
    "rendering",
    "transport",
    "settings",
    "proof",
    "har",
    "simulate",
    "credentials",
    "emulator",
}
"""Who may call ``reveal()``: what defines it, what encodes, and where bytes leave."""


def room(path: Path) -> str:
    """The room of a module: its name, or its folder's."""
    relative = path.relative_to(PACKAGE)
    return relative.parts[0].removesuffix(".py")


def modules() -> list[Path]:
    """Every module of the package but its root."""
    return [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]


def imported(path: Path) -> set[str]:
    """The rooms that a module imports from at its top; imports inside functions are the lazy ones."""
    found = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("ringocli"):
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_downward(path: Path) -> None:
    """No room knows the rooms above it or beside it."""
    level = {name: index for index, names in enumerate(LAYERS) for name in names}
    assert room(path) in level, "give the new room a place in LAYERS and in ARCHITECTURE.md"
    for name in imported(path) - {room(path), "__version__"}:
        assert level[name] < level[room(path)], f"{room(path)} imports {name}"


def test_starting_is_light() -> None:
    """Importing the command line loads none of the heavy libraries."""
    heavy = ("rich", "httpx", "jsonschema", "starlette", "uvicorn", "sqlite3", "asyncio", "phonenumbers")
    script = f"import sys, ringocli.cli; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()


def test_few_modules_reveal_secrets() -> None:
    """A secret is revealed where it is encoded and where bytes leave the process, nowhere else."""
    found = {room(path) for path in modules() if ".reveal(" in path.read_text("utf-8")}
    assert found <= REVEALING, found - REVEALING


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_everything_public_is_told(path: Path) -> None:
    """Every public module, class and function has a docstring, and no module outgrows one idea."""
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree), path
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_") and node in tree.body:
            assert ast.get_docstring(node), f"{path.name}: {node.name}"
    assert len(text.splitlines()) <= 420, f"{path.name} is too long: split it"


def test_architecture_page_names_every_room() -> None:
    """A newcomer finds each room on the page."""
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    for name in (name for names in LAYERS for name in names):
        assert name in page, name
