"""Completion: what the template at hand offers comes while one types."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import SAMPLES

TELNYX = str(SAMPLES / "telnyx.json")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["render", TELNYX, "--event", "message.f"], ["message.finalized"]),
        (["simulate-webhook", TELNYX, "--event", "mms"], ["mms:message.received"]),
        (["render", TELNYX, "--set", "con"], ["content=", "contact="]),
        (["init", "--preset", "tel"], ["telnyx"]),
        (["val"], ["validate"]),
    ],
)
def test_the_shell_is_offered_what_fits(words: list[str], expected: list[str]) -> None:
    """Events, variables, presets and commands, from a line as bash hands it over."""
    environment = {
        **os.environ,
        "_RINGOCLI_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(["ringocli", *words]),
        "COMP_CWORD": str(len(words)),
    }
    done = subprocess.run(
        [sys.executable, "-c", "from ringocli.cli import run; run([])"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert expected == done.stdout.split()
