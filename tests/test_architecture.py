"""The shape of the code: imports go one way, starting is light, and few modules may reveal a secret."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

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
    "http.exchange",
    "template.pattern.rendering",
    "messaging.request",
    "messaging.proof",
    "messaging.delivery",
    "messaging.load.compiled",
    "messaging.load.provider_data",
    "messaging.load.sequential",
    "messaging.load.signatures",
    "importers.credentials_file",
    "importers.review",
    "testing.doctor.diagnose",
}
"""Who may call ``reveal()``: what defines it, what encodes, and where bytes leave the process."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Module:
    """A module of the package; ``nodes`` are those of its whole syntax tree."""

    name: str
    """Its dotted name without the ``ringocli.`` in front."""
    text: str
    tree: ast.Module
    nodes: list[ast.AST]


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the package, read and parsed once for all tests."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name:
            text = path.read_text("utf-8")
            tree = ast.parse(text)
            found.append(Module(name=name, text=text, tree=tree, nodes=list(ast.walk(tree))))
    return tuple(found)


def imports(module: Module) -> Iterator[str]:
    """The modules of the package that a module imports anywhere, inside functions included."""
    known = {one.name for one in modules()}
    for node in module.nodes:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "ringocli":
            base = node.module.partition(".")[2]
            for alias in node.names:
                full = f"{base}.{alias.name}".strip(".")
                yield full if full in known else base
        elif isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[2] for alias in node.names if alias.name.startswith("ringocli."))


def test_imports_go_downward() -> None:
    """No package imports the packages above it or beside it, not even inside a function."""
    level = {package: index for index, packages in enumerate(LAYERS) for package in packages}
    upward = []
    for module in modules():
        package = module.name.partition(".")[0]
        for imported in imports(module):
            target = imported.partition(".")[0]
            if package in level and target in level and target != package and level[target] >= level[package]:
                upward.append(f"{module.name} imports {imported}")
    assert not upward, "\n".join(upward)


def test_few_modules_reveal_a_secret() -> None:
    """A secret is revealed where it is encoded or signed and where bytes leave the process, nowhere else."""
    assert REVEALING == {module.name for module in modules() if ".reveal(" in module.text}


def test_starting_is_light() -> None:
    """Importing the command line loads none of the heavy libraries."""
    heavy = ("rich", "httpx", "jsonschema", "starlette", "uvicorn", "sqlite3", "asyncio", "phonenumbers")
    script = f"import sys, ringocli.cli; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()


def test_a_clean_file_is_validated_without_the_search_for_secrets() -> None:
    """Searching for secrets is not even imported where a command has read none."""
    script = (
        "import sys; from ringocli.cli import run; run(['validate', 'samples/telnyx.json']);"
        "sys.exit('ringocli.text.secret_search' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, cwd=ROOT)


def test_a_clean_file_is_validated_without_compiling_annotations() -> None:
    """Compiling the annotations of named tuples from text would take a tenth of the time of a run."""
    script = (
        "import gc, sys, typing; from ringocli.cli import run; run(['validate', 'samples/telnyx.json']);"
        "sys.exit(any(isinstance(one, typing.ForwardRef) for one in gc.get_objects()))"
    )
    subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, cwd=ROOT)


def test_everything_public_has_a_docstring() -> None:
    """Every public module, class and function has a docstring, and no module outgrows one idea."""
    wrong = []
    for module in modules():
        if not ast.get_docstring(module.tree):
            wrong.append(f"{module.name} has no docstring")
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
                if not ast.get_docstring(node):
                    wrong.append(f"{module.name}: {node.name} has no docstring")
        if len(module.text.splitlines()) > 400:
            wrong.append(f"{module.name} is too long: split it")
    assert not wrong, "\n".join(wrong)


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
    known = {module.name for module in modules()}
    left = {module.name: known.intersection(imports(module)) for module in modules()}
    while free := [name for name, needed in left.items() if not needed & left.keys() - {name}]:
        for name in free:
            del left[name]
    assert not left, f"in a circle, or importing one: {sorted(left)}"


def test_class_names_are_unique() -> None:
    """A class name means one thing in the whole package."""
    homes: dict[str, list[str]] = {}
    for module in modules():
        for node in module.nodes:
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, []).append(module.name)
    assert {} == {name: found for name, found in homes.items() if len(found) > 1}


def test_classes_are_short() -> None:
    """No class is longer than 200 lines."""
    long = [
        f"{module.name}: {node.name}"
        for module in modules()
        for node in module.nodes
        if isinstance(node, ast.ClassDef) and node.end_lineno is not None and node.end_lineno - node.lineno >= 200
    ]
    assert not long, "\n".join(long)


def test_functions_are_short() -> None:
    """No function body is longer than 50 lines. Docstrings do not count: a lint rule's docstring is its page."""
    long = []
    for module in modules():
        for node in module.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                start = node.body[1].lineno if ast.get_docstring(node) and len(node.body) > 1 else node.body[0].lineno
                if node.end_lineno - start >= 50:
                    long.append(f"{module.name}: {node.name}")
    assert not long, "\n".join(long)


def test_paths_are_examined_without_exceptions() -> None:
    """``Path.exists`` and the like raise for a name of 300 characters or a loop of links; ``os.path`` does not."""
    names = {"exists", "is_file", "is_dir", "is_symlink", "resolve", "expanduser", "mkdir"}
    # Not paths, or an OSError is expected there.
    allowed = {
        "cli.completion_values",
        "emulator.page_files",
        "emulator.store.lock",
        "emulator.store.schema",
        "testing.doctor.webhook_steps",
    }
    found = {
        module.name
        for module in modules()
        for node in module.nodes
        if isinstance(node, ast.Call)
        and not node.args
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in names
    }
    assert not found - allowed
