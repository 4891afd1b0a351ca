"""The site is built without a warning, loads nothing from elsewhere, and can be searched from a folder, without a network."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Route, sync_playwright

from tests.conftest import ROOT
from tests.emulator.browser import CHROMIUM, QUIET


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_the_site_can_be_searched_offline(tmp_path: Path) -> None:
    """From the file system, with the network refused, the search finds a page by a symptom."""
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    for name in ("mkdocs.yml", "ARCHITECTURE.md"):
        shutil.copy(ROOT / name, tmp_path)
    zensical = Path(sys.executable).with_name("zensical")
    subprocess.run([zensical, "build", "--strict"], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([sys.executable, tmp_path / "docs" / "localize.py", tmp_path / "site"], check=True)
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page()
        page.route("http*://**", refuse)
        page.goto((tmp_path / "site" / "howto" / "ci.html").as_uri())
        page.get_by_role("button", name="Search").click()
        page.get_by_role("combobox").or_(page.get_by_placeholder("Search")).first.fill("receipt never matches")
        page.get_by_text("A receipt never matches").first.click()
        page.wait_for_url("**/troubleshooting.html**")
        browser.close()
    assert [] == asked
