"""``clean``: removes what the emulator stored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

from ringocli.cli.command import command
from ringocli.cli.options import TextOrJson
from ringocli.cli.parameters import Option
from ringocli.text import console

EXAMPLES = ("ringocli clean", "ringocli clean --dry-run --format json")


class CleanOptions(NamedTuple):
    """The options of ``clean``."""

    dry_run: Annotated[bool, Option("Only list what would be removed.")] = False
    format: TextOrJson = "text"


@command("clean", "Delete stored emulator exchanges.", examples=EXAMPLES)
def clean(options: CleanOptions) -> int:
    """Remove the stores that no emulator is using."""
    from ringocli.emulator.store.paths import folder, removable

    results = {path: "would remove" if options.dry_run else _removed(path) for path in removable()}
    if options.format == "json":
        stores = [{"path": str(path), "result": result} for path, result in results.items()]
        console.out_json({"schema_version": 1, "folder": str(folder()), "stores": stores})
        return 0
    if not results:
        console.out(f"nothing is stored in {folder()}", hang=2)
    for path, result in results.items():
        console.out(f"{result}: {path}")
    return 0


def _removed(path: Path) -> str:
    from ringocli.emulator.store.paths import remove

    return "removed" if remove(path) else "in use, kept"
