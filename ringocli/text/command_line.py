"""Commands of ringocli that messages suggest, written so that they can be pasted into a shell."""

from __future__ import annotations

import os


def command_line(*words: str) -> str:
    """``ringocli`` and these words; a word with spaces or special characters is quoted as the system's shell needs it."""
    if os.name == "nt":
        import subprocess

        return subprocess.list2cmdline(("ringocli", *words))
    import shlex

    return shlex.join(("ringocli", *words))
