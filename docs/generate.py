"""Generate the pages that repeat facts from the code; with ``--check``, only say which are out of date."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from generator import cli, facts, llms, manual, navigation, presets, python_api

from ringocli.lint.registry import rules

HERE = Path(__file__).parent


def pages() -> Iterator[tuple[str, str]]:
    """Each generated file, relative to this folder, with its content."""
    yield "assumptions.md", facts.assumptions_page()
    yield "variables.md", facts.variables_page()
    yield "magic-numbers.md", facts.magic_page()
    yield "rules.md", facts.rules_page()
    for rule in rules():
        yield f"rules/{rule.code}.md", facts.rule_page(rule)
    yield "format.md", facts.filled((HERE / "format.md").read_text("utf-8"))
    yield "presets.md", presets.index()
    for name, content in presets.pages():
        yield f"presets/{name}.md", content
    yield "cli/index.md", cli.index()
    for name, content in cli.pages():
        yield f"cli/{name}.md", content
    for name, content in manual.pages():
        yield f"man/{name}", content
    yield "python-api.md", python_api.api_page()


def main() -> None:
    """Write the pages, or say which are out of date."""
    generated = dict(pages())
    generated["../mkdocs.yml"] = navigation.filled(
        (HERE.parent / "mkdocs.yml").read_text("utf-8"),
        {"presets": [name for name, _ in presets.pages()], "cli": [name for name, _ in cli.pages()]},
    )
    generated["llms.txt"] = llms.llms_text(generated, HERE)
    stale = []
    for name, content in generated.items():
        path = HERE / name
        if "--check" not in sys.argv:
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, "utf-8")
        elif not path.is_file() or path.read_text("utf-8") != content:
            stale.append(name)
    if stale:
        sys.exit(f"out of date: {', '.join(stale)}; run make docs")


if __name__ == "__main__":
    main()
