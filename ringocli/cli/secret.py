"""``secret``: stores credentials in the system's keyring, for profiles that name them with ``{keyring = "..."}``."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, NamedTuple

from ringocli.cli.command import command
from ringocli.cli.options import TextOrJson
from ringocli.cli.output import print_json
from ringocli.cli.parameters import Argument, chosen
from ringocli.errors import LocalError, UsageError
from ringocli.template.property_sources import KEYRING_SERVICE, open_keyring
from ringocli.text import console
from ringocli.text.suggest import did_you_mean

if TYPE_CHECKING:
    from types import ModuleType

ACTIONS = ("set", "list", "rm")
EXAMPLES = ("ringocli secret set acme", "ringocli secret list", "ringocli secret rm acme")
MORE = (
    "set asks for the value without showing it, or reads it from stdin:\n\n"
    "\b\n"
    "  pass show acme | ringocli secret set acme\n\n"
    "A profile in ringocli.toml then names it:\n\n"
    "\b\n"
    "  [profiles.acme.properties]\n"
    '  "API key" = {keyring = "acme"}\n\n'
    "Needs ringocli[keyring]. list shows names, never values.\n\n"
    "Exit codes: 0 success, 2 no such name or an empty value, 3 there is no keyring."
)
_INDEX = "names of ringocli's secrets"
"""The entry with the names of all secrets as JSON, because a keyring cannot be listed."""


class SecretOptions(NamedTuple):
    """The options of ``secret``."""

    action: Annotated[str, Argument("set|list|rm", "What to do.", choices=ACTIONS)]
    name: Annotated[str | None, Argument("[NAME]", "The name of the secret.")] = None
    format: TextOrJson = "text"


@command("secret", "Store credentials in the system's keyring.", examples=EXAMPLES, more=MORE)
def secret(options: SecretOptions) -> int:
    """Set, list or remove secrets."""
    action = chosen("action", options.action, ACTIONS)
    if action == "list":
        if options.name is not None:
            raise UsageError("list takes no name", "For example: ringocli secret list")
        return _list(open_keyring(), options)
    if options.name is None:
        raise UsageError(f"{action} needs a name", f"For example: ringocli secret {action} acme")
    if options.name == _INDEX:
        raise UsageError(f"the name {_INDEX!r} is reserved", "Choose another one.")
    return (_set if action == "set" else _remove)(open_keyring(), options.name)


def _set(keyring: ModuleType, name: str) -> int:
    value = _read_value(name)
    if not value:
        raise UsageError("the value is empty", "Nothing was stored.")
    names = _names(keyring)
    _store(keyring, name, value)
    if _read(keyring, name) != value:
        raise LocalError(
            "the keyring did not keep the secret", "Use another keyring, --property-env or --property-file."
        )
    if name not in names:
        _store(keyring, _INDEX, json.dumps(sorted([*names, name])))
    console.note(f"stored {name!r} in the keyring; to use it in a profile, write {{keyring = {json.dumps(name)}}}")
    return 0


def _read_value(name: str) -> str:
    """The value from a hidden prompt, or the whole of stdin without the line break at its end."""
    if not console.is_interactive():
        return sys.stdin.read().removeprefix("\ufeff").rstrip("\r\n")
    from getpass import getpass

    try:
        return getpass(f"Value of {name} (not shown): ", stream=sys.stderr)
    except EOFError:
        raise KeyboardInterrupt from None


def _list(keyring: ModuleType, options: SecretOptions) -> int:
    names = _names(keyring)
    if options.format == "json":
        print_json({"schema_version": 1, "secrets": names})
    elif names:
        console.out("\n".join(names))
    else:
        console.note("no secrets are stored; ringocli secret set NAME stores one")
    return 0


def _remove(keyring: ModuleType, name: str) -> int:
    names = _names(keyring)
    if _read(keyring, name) is None:
        raise UsageError(f"the keyring has no secret {name!r}{did_you_mean(name, names)}", "See: ringocli secret list")
    from keyring.errors import KeyringError

    try:
        keyring.delete_password(KEYRING_SERVICE, name)
    except KeyringError:
        raise LocalError(_CLOSED, _TRY) from None
    _store(keyring, _INDEX, json.dumps([one for one in names if one != name]))
    console.note(f"removed {name!r} from the keyring")
    return 0


def _names(keyring: ModuleType) -> list[str]:
    """The names stored so far; a damaged index counts as empty, because it does not affect the secrets themselves."""
    try:
        found = json.loads(_read(keyring, _INDEX) or "[]")
    except ValueError:
        return []
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []


def _read(keyring: ModuleType, name: str) -> str | None:
    from keyring.errors import KeyringError

    try:
        found: str | None = keyring.get_password(KEYRING_SERVICE, name)
    except KeyringError:
        raise LocalError(_CLOSED, _TRY) from None
    return found


def _store(keyring: ModuleType, name: str, value: str) -> None:
    from keyring.errors import KeyringError

    try:
        keyring.set_password(KEYRING_SERVICE, name, value)
    except KeyringError:
        raise LocalError(_CLOSED, _TRY) from None


_CLOSED = "the keyring cannot be opened"
_TRY = "Unlock it, or use --property-env or --property-file instead."
