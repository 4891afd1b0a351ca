"""The language server in a real editor: headless Neovim (0.7 or newer)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lint.examples import GOOD

SCRIPT = Path(__file__).with_name("neovim.lua")


@pytest.mark.skipif(shutil.which("nvim") is None, reason="Neovim is not installed")
def test_neovim_shows_fixes_and_renames(tmp_path: Path) -> None:
    """Diagnostics, quick fix, hover, completion and rename, each as the editor applies it."""
    template = tmp_path / "acme.json"
    template.write_text(json.dumps(GOOD, indent=2).replace('"$to$"', '"$too$"', 1), "utf-8")
    result = tmp_path / "result.json"
    environment = {
        **os.environ,
        "RINGOCLI_LSP": json.dumps([sys.executable, "-m", "ringocli", "lsp"]),
        "RINGOCLI_FILE": str(template),
        "RINGOCLI_RESULT": str(result),
        "XDG_STATE_HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path),
    }
    command = ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", f"luafile {SCRIPT}"]
    subprocess.run(command, env=environment, capture_output=True, check=True, timeout=90)
    seen = json.loads(result.read_text("utf-8"))
    assert "problem" not in seen, seen
    assert ["RT401"] == [one.split()[0] for one in seen["opened"]]
    assert "Write $to$" in seen["actions"]
    assert "Apply all safe fixes" in seen["actions"]
    assert "$too$" in seen["hover"]
    assert [] == seen["fixed"]
    assert {"$to$", "$content$", "$API key$"} <= set(seen["completion"])
    assert json.loads(json.dumps(GOOD).replace("API key", "Token")) == json.loads(seen["text"])
