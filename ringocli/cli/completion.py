"""``completion``: prints or installs the script that completes ringocli's command lines in a shell."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, NamedTuple

from ringocli.cli.command import command
from ringocli.cli.completion_scripts import SCRIPTS, SHELLS
from ringocli.cli.parameters import Argument, Option, chosen
from ringocli.errors import LocalError, UsageError
from ringocli.text import console
from ringocli.text.files import new_folder, read_text, write_text

EXAMPLES = ("ringocli completion bash", "ringocli completion zsh")
MORE = (
    "With --install the script is stored where the shell looks for it and, if necessary, loaded from the shell's "
    "start file (.bashrc, .zshrc, PowerShell's profile). Open a new terminal afterwards.\n\n"
    "\b\n"
    "  ringocli completion zsh --install\n\n"
    "Exit codes: 0 success, 2 usage error, 3 a file cannot be written."
)


class CompletionOptions(NamedTuple):
    """The options of ``completion``."""

    shell: Annotated[
        str | None, Argument("[bash|zsh|fish|powershell]", "The shell. Default: from $SHELL.", choices=SHELLS)
    ] = None
    install: Annotated[bool, Option("Install the script instead of printing it.")] = False


@command("completion", "Complete commands and values in your shell.", examples=EXAMPLES, more=MORE)
def completion(options: CompletionOptions) -> int:
    """Print or install the script."""
    shell = (
        _own_shell(os.environ) if options.shell is None else {"pwsh": "powershell"}.get(options.shell, options.shell)
    )
    chosen("shell", shell, SHELLS)
    if not options.install:
        console.out(SCRIPTS[shell], end="")
        return 0
    for path in _install(shell, os.environ):
        console.note(f"wrote {path}")
    console.note(f"open a new terminal to use completion in {shell}")
    return 0


def as_command(arguments: list[str]) -> list[str]:
    """Translate ``--install-completion SHELL`` and ``--show-completion SHELL``, as in other tools, to
    ``completion``.
    """
    if arguments[:1] == ["--install-completion"]:
        return ["completion", *arguments[1:], "--install"]
    if arguments[:1] == ["--show-completion"]:
        return ["completion", *arguments[1:]]
    return arguments


def _own_shell(env: Mapping[str, str]) -> str:
    name = Path(env.get("SHELL", "powershell" if os.name == "nt" else "")).stem
    if name not in SHELLS:
        raise UsageError("cannot tell which shell you use", f"Choose from {', '.join(SHELLS)}.")
    return name


def _install(shell: str, env: Mapping[str, str]) -> list[Path]:
    """Write the script and the line that loads it; returns the files that were written."""
    home = Path.home()
    match shell:
        case "fish":
            folder = Path(env.get("XDG_CONFIG_HOME") or home / ".config")
            return [_write(folder / "fish" / "completions" / "ringocli.fish", SCRIPTS[shell])]
        case "zsh":
            folder = Path(env.get("ZDOTDIR") or home)
            script = _write(folder / ".zfunc" / "_ringocli", SCRIPTS[shell])
            loading = f"fpath=({_quoted(script.parent)} $fpath); autoload -Uz compinit && compinit"
            return [script, *_append(folder / ".zshrc", loading)]
        case "bash":
            data = Path(env.get("XDG_DATA_HOME") or home / ".local" / "share")
            script = _write(data / "ringocli" / "completion.bash", SCRIPTS[shell])
            return [script, *_append(home / ".bashrc", f"source {_quoted(script)}")]
    return _append(_powershell_profile(), SCRIPTS[shell].rstrip("\n"))


def _write(path: Path, text: str) -> Path:
    with new_folder(path.parent):
        write_text(path, text, force=True)
    return path


def _append(path: Path, addition: str) -> list[Path]:
    """Add lines to a start file, unless it has them."""
    text = read_text(str(path)) if os.path.exists(path) else ""
    if addition in text:
        return []
    separator = "" if not text or text.endswith("\n") else "\n"
    expected = text if os.path.exists(path) else None
    with new_folder(path.parent):
        write_text(path, f"{text}{separator}{addition}\n", force=True, expected=expected)
    return [path]


def _quoted(path: Path) -> str:
    """The path as one word of bash or zsh."""
    return "'" + str(path).replace("'", "'\\''") + "'"


def _powershell_profile() -> Path:
    program = shutil.which("pwsh") or shutil.which("powershell")
    if program is None:
        raise LocalError(
            "PowerShell was not found", "Add the output of ringocli completion powershell to your profile by hand."
        )
    done = subprocess.run([program, "-NoProfile", "-Command", "$PROFILE"], capture_output=True, text=True, check=False)
    if done.returncode or not done.stdout.strip():
        raise LocalError("PowerShell did not return the path of its profile", "Add the script to your profile by hand.")
    return Path(done.stdout.strip())
