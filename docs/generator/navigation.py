"""The generated parts of the navigation in ``mkdocs.yml``: one line per preset and per command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def filled(settings: str, folders: Mapping[str, Sequence[str]]) -> str:
    """The settings with the pages of each folder below the comment ``# generated: FOLDER``."""
    lines: list[str] = []
    for line in settings.splitlines():
        if not any(line.startswith(f"      - {folder}/") and not line.endswith("/index.md") for folder in folders):
            lines.append(line)
        if line.startswith("      # generated: "):
            folder = line.rpartition(" ")[2]
            lines += (f"      - {folder}/{name}.md" for name in folders[folder])
    return "\n".join(lines) + "\n"
