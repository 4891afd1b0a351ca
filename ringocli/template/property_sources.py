"""Where a property's value is kept: in the settings themselves, the environment, a file, the keyring or a command.

Each is written as a string, or as a table of one key, such as ``{env = "ACME_KEY"}``.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ringocli.errors import LocalError, UsageError
from ringocli.text.command_line import command_line
from ringocli.text.files import read_text
from ringocli.text.json_numbers import number_text

if TYPE_CHECKING:
    from types import ModuleType

KEYRING_SERVICE = "ringocli"


class PropertySource(NamedTuple):
    """One property as it is written: ``kind`` is value, env, file, keyring or command; ``reference`` is what it names.

    ``folder`` is where relative paths of files start.
    """

    name: str
    kind: str
    reference: str
    folder: Path = Path()

    def __str__(self) -> str:
        """A description of where the value is: never the value itself or a command's arguments, which may contain it."""
        reference = {"value": "***", "command": _program(self.reference)}.get(self.kind, self.reference)
        return reference if self.kind == "value" else f"{self.kind} {reference}"

    def read(self, env: Mapping[str, str]) -> str:
        """The value.

        Raises:
            UsageError: the environment variable is not set, or the keyring has no such entry.
            LocalError: the file cannot be read, the keyring cannot be opened, or the command fails.
        """
        match self.kind:
            case "env":
                return _from_environment(self.name, self.reference, env)
            case "file":
                return read_text(str(self._path)).removeprefix("\ufeff").rstrip("\r\n")
            case "keyring":
                return _from_keyring(self.name, self.reference)
            case "command":
                return _from_command(self.name, self.reference)
        return self.reference

    def missing(self, env: Mapping[str, str]) -> str | None:
        """Why the value cannot be read, as far as that is known without opening a keyring or running a command."""
        if self.kind == "env" and self.reference not in env:
            return "not set"
        if self.kind == "file" and not os.path.isfile(self._path):
            return "no such file"
        return None

    @property
    def _path(self) -> Path:
        return self.folder / os.path.expanduser(self.reference)


def property_source(where: str, name: str, written: Any, folder: Path, *, commands: bool) -> PropertySource:
    """A property as written in a TOML or JSON file; ``where`` names the file in messages.

    ``commands`` is whether the file may name commands: true for the user's own files, false for a project's file, which
    comes with a checkout.

    Raises:
        UsageError: it has another type, or it names a command where none is allowed.
    """
    match written:
        case {"env": str(reference), **rest} if not rest:
            return PropertySource(name, "env", reference)
        case {"file": str(reference), **rest} if not rest:
            return PropertySource(name, "file", reference, folder)
        case {"keyring": str(reference), **rest} if not rest:
            return PropertySource(name, "keyring", reference)
        case {"command": str(reference), **rest} if not rest:
            if not commands:
                raise UsageError(
                    f"{where}: properties.{name} has a command, which is only run if it is in your own config.toml",
                    f'Use the option instead: --property-cmd "{name}=..."',
                )
            return PropertySource(name, "command", reference)
        case dict() | list() | bool() | None:
            pass
        case str() | int() | float():
            return PropertySource(name, "value", written if isinstance(written, str) else number_text(written))
    raise UsageError(
        f"{where}: properties.{name} must be a string, or a table with env, file, keyring or command",
        'Write {env = "VARIABLE"}, {file = "path"}, {keyring = "name"} or {command = "program arguments"}.',
    )


def open_keyring() -> ModuleType:
    """The ``keyring`` library, with a keyring that can be used.

    Raises:
        LocalError: it is not installed, this machine has no keyring, or the one in its settings cannot be loaded.
    """
    try:
        import keyring
        from keyring.backends import fail
    except ImportError:
        raise LocalError("keyring support is not installed", "Install ringocli[keyring].") from None
    try:
        backend = keyring.get_keyring()
    except Exception as error:  # whatever a backend raises that the user's settings name
        raise LocalError(
            f"the keyring cannot be loaded ({type(error).__name__})",
            "Check PYTHON_KEYRING_BACKEND and keyringrc.cfg, or use --property-env or --property-file instead.",
        ) from None
    if isinstance(backend, fail.Keyring):
        raise LocalError("this machine has no keyring", "Use --property-env or --property-file instead.")
    return keyring


def _from_environment(name: str, variable: str, env: Mapping[str, str]) -> str:
    if variable not in env:
        raise UsageError(
            f"the environment variable {variable} for the property {name!r} is not set",
            f"Set it: export {variable}=...",
        )
    return env[variable]


def _from_keyring(name: str, entry: str) -> str:
    try:
        keyring = open_keyring()
    except LocalError as error:
        raise LocalError(f"the property {name!r} is stored in the keyring, but {error.message}", error.hint) from None
    from keyring.errors import KeyringError

    try:
        value = keyring.get_password(KEYRING_SERVICE, entry)
    except KeyringError:
        raise LocalError("the keyring cannot be opened", "Use env or file instead.") from None
    if value is None:
        raise UsageError(f"the keyring has no entry {entry!r}", f"Store it: {command_line('secret', 'set', entry)}")
    return str(value)


def _from_command(name: str, command: str) -> str:
    """What the command prints on stdout, without the final line break. It may prompt the user on the terminal."""
    words: str | list[str] = command
    if os.name != "nt":  # Windows splits command lines itself
        try:
            words = shlex.split(command)
        except ValueError:
            words = []
        if not words:
            raise UsageError(f"the command for the property {name!r} cannot be parsed", "Check its quotes.")
    program = _program(command)
    import subprocess

    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, check=False)
    except OSError as error:
        reason = error.strerror or "it cannot be started"
        raise LocalError(
            f"the command for the property {name!r} did not start: {program}: {reason}", "Check its name."
        ) from None
    value = done.stdout.decode("utf-8", "replace").removeprefix("\ufeff").rstrip("\r\n")
    if done.returncode:
        raise LocalError(
            f"the command for the property {name!r} failed: {program} ended with exit code {done.returncode}",
            "Run it by hand to see why.",
        )
    if not value:
        raise LocalError(f"the command for the property {name!r} printed nothing: {program}", "Run it by hand.")
    return value


def _program(command: str) -> str:
    return command.split(maxsplit=1)[0] if command.split() else "(empty)"
