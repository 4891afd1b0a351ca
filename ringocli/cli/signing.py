"""Options for signing schemes and their keys."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ringocli.errors import UsageError

if TYPE_CHECKING:
    from ringocli.messaging.load.provider_data import ProviderData
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
"""The values of ``signatures.Scheme``, which is not imported here, to start quickly; a test compares both."""

PRESET = "preset"
"""The word for the scheme that the template's provider uses."""

CHOICES = (PRESET, *SCHEMES)


def scheme_of(option: str, wanted: str | None, provider: ProviderData | None) -> str:
    """The scheme that was named, or that of the provider where only a key or ``preset`` was given.

    Raises:
        UsageError: the provider is not recognised, or no scheme of it is known.
    """
    if wanted not in (None, PRESET):
        return str(wanted)
    if provider is None:
        raise UsageError(
            f"{option}: the template's provider is not recognised", f"Name the scheme: {', '.join(SCHEMES)}."
        )
    if provider.signature is None:
        raise UsageError(
            f"{option}: it is not known how {provider.name} signs webhooks", f"Name a scheme: {', '.join(SCHEMES)}."
        )
    return provider.signature


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
