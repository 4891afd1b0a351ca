"""``llms.txt`` (llmstxt.org, read 2026-11-29): what the site contains, one line per page, for language models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml


def llms_text(pages: dict[str, str], docs: Path) -> str:
    """The pages of the navigation with their first sentences; ``pages`` are the generated ones and ``mkdocs.yml``."""
    settings = yaml.safe_load(pages["../mkdocs.yml"])
    lines = [f"# {settings['site_name']}", "", f"> {settings['site_description']}"]
    for entry in settings["nav"]:
        ((title, content),) = entry.items()
        lines += ["", f"## {title}", ""]
        for page in _pages(content):
            text = pages.get(page) or (docs / page).read_text("utf-8")
            if included := re.match(r'--8<-- "(.+)"', text):
                text = (docs.parent / included.group(1)).read_text("utf-8")
            lines.append(f"- [{_title(text)}]({page.removesuffix('.md')}.html): {_first_sentence(text)}")
    return "\n".join(lines) + "\n"


def _pages(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        yield from (page for one in content.values() for page in _pages(one))
    else:
        yield from (page for one in content for page in _pages(one))


def _title(text: str) -> str:
    found = re.search(r"^# (.+)$", text, re.MULTILINE)
    assert found is not None, text[:80]
    return found.group(1).replace("`", "")


def _first_sentence(text: str) -> str:
    """The first sentence of the first paragraph below the title, without links and emphasis."""
    below = re.sub(r"<!--.*?-->", "", text.partition("\n# ")[2] or text, flags=re.DOTALL).partition("\n")[2]
    paragraphs = (part.strip() for part in below.split("\n\n"))
    first = next((part for part in paragraphs if part and not part.startswith(("```", "|", "#", "*", "!", "<"))), "")
    flat = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", " ".join(first.split()))
    return re.split(r"(?<=[.?!]) (?=[A-Z`])", flat)[0]
