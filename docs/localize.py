"""Run after the build: makes sure that the site loads nothing from other hosts, so that it works offline."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

REMOTE_WORKER = re.compile(r'<script src="?https://unpkg\.com/iframe-worker/shim"?[^>]*>')
REMOTE = re.compile(r'<(?:script|img|iframe|link rel="?(?:stylesheet|preconnect)"?)[^>]+(?:src|href)="?https?://[^>]*>')


def main() -> None:
    """Replace the one remote script by a local one; fail if there is any other."""
    site = Path(sys.argv[1])
    for page in site.rglob("*.html"):
        worker = os.path.relpath(site / "assets" / "worker.js", page.parent).replace(os.sep, "/")
        text = page.read_text("utf-8")
        local = REMOTE_WORKER.sub(f'<script src="{worker}">', text)
        if found := REMOTE.search(local):
            sys.exit(f"{page}: loads from another host: {found.group()}")
        page.write_text(local, "utf-8")


if __name__ == "__main__":
    main()
