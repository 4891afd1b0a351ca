"""``clean``: removes what the emulator stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from ringocli.cli.command import command
from ringocli.cli.parameters import Option
from ringocli.text import console

EXAMPLES = ("ringocli clean", "ringocli clean --dry-run")


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanOptions:
    """The options of ``clean``."""

    dry_run: Annotated[bool, Option("List what would be removed, and remove nothing.")] = False


@command("clean", "Delete stored emulator exchanges.", examples=EXAMPLES)
def clean(options: CleanOptions) -> int:
    """Remove the stores that no emulator is using."""
    from ringocli.emulator.store.paths import folder, removable, remove

    stores = removable()
    if not stores:
        console.out(f"nothing is stored in {folder()}")
    for path in stores:
        removed = options.dry_run or remove(path)
        console.out(f"{'would remove' if options.dry_run else 'removed' if removed else 'in use, kept:'} {path}")
    return 0
