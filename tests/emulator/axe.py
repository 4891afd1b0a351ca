"""axe-core, which finds what makes a page hard to use for some people, in whichever browser a test drives."""

from __future__ import annotations

from typing import Any

import pytest

ALL_RULES: dict[str, Any] = {"resultTypes": ["violations"]}
COLOUR_RULES = {**ALL_RULES, "runOnly": ["color-contrast", "link-in-text-block"]}

VIOLATIONS = """async (options) => (await axe.run(options)).violations
    .flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)}`))"""
"""A JavaScript function: what is wrong with the page by these rules."""


def axe_script() -> str:
    """axe-core itself; without it the test is skipped."""
    base = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed")
    return str(base.AXE_SCRIPT)
