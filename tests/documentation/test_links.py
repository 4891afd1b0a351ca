"""Every link in the documentation leads somewhere, and every page is in the navigation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from markdown.extensions.toc import slugify, unique

from tests.conftest import ROOT

DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
CODE = re.compile(r"^(```+).*?^\1|<!--.*?-->|`[^`\n]+`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!\\)\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)\)")


def prose(path: Path) -> str:
    """A page without its code; headings keep the text of theirs."""
    return CODE.sub(
        lambda found: found.group().strip("`") if found.group()[:3].count("`") == 1 else "", path.read_text("utf-8")
    )


@cache
def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as the site has them."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE):
        unique(slugify(re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", heading), "-"), found)
    return found


def entries(nav: Any) -> Iterator[str]:
    """The pages of a navigation."""
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, dict):
        yield from (page for below in nav.values() for page in entries(below))
    else:
        yield from (page for below in nav for page in entries(below))


def test_links_lead_somewhere() -> None:
    """Each relative link names a file that exists and, after a #, one of its headings."""
    wrong = []
    for page in PAGES:
        for target in LINK.findall(prose(page)):
            if re.match(r"https?://|mailto:", target):
                continue
            name, _, anchor = target.partition("#")
            path = (page.parent / name).resolve() if name else page
            if not path.is_file() or (anchor and anchor not in anchors(path)):
                wrong.append(f"{page.name}: {target}")
            elif page.is_relative_to(DOCS) and not path.is_relative_to(DOCS):
                wrong.append(f"{page.name}: {target} is not on the site")
    assert not wrong, "\n".join(wrong)


def test_every_page_is_in_the_navigation() -> None:
    """The navigation lists each page once, except for the pages of rules, which the rules' index links."""
    listed = list(entries(yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"]))
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if path.parent.name != "rules"}
    assert pages == set(listed)
    assert len(listed) == len(set(listed))
