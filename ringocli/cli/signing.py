"""Signing schemes as options, and where their keys come from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ringocli.errors import UsageError

if TYPE_CHECKING:
    from ringocli.text.secret import Secret

SCHEMES = (
    "standard-webhooks",
    "hmac-sha256-hex",
    "hmac-sha256-base64",
    "hmac-sha256-timestamp-hex",
    "hmac-sha256-timestamp-base64",
    "twilio",
    "telnyx",
    "basic",
    "token",
)
"""The words of ``signatures.Scheme``, which is not imported here because starting has to be quick; a test compares."""


def read_key(option: str, variable: str | None, file: str | None) -> Secret:
    """The key from an environment variable or a file; never from the command line, where others could see it.

    Raises:
        UsageError: neither or both were given, or the variable is not set.
        LocalError: the file cannot be read.
    """
    from ringocli.text.files import read_text
    from ringocli.text.secret import Secret

    if (variable is None) == (file is None):
        raise UsageError(f"{option} needs a key", f"Use either {option}-key-env VAR or {option}-key-file FILE.")
    if file is not None:
        return Secret(read_text(file).strip())
    assert variable is not None
    key = os.environ.get(variable)
    if not key:
        raise UsageError(f"the environment variable {variable} is not set", "Set it to the key.")
    return Secret(key)
