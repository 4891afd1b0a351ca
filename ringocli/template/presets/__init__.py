"""Provider presets: one JSON file for each provider, data only.

A preset contains the template, the required number format, where to enter the webhook URL in the provider's console,
what the framework cannot express, whether Ringotel has a built-in integration, and the sources of these facts.
"""

from __future__ import annotations

import os

from ringocli.errors import UsageError
from ringocli.text.suggest import did_you_mean

_FOLDER = os.path.dirname(__file__)  # importing importlib.resources would take longer than linting


def names() -> list[str]:
    """The names of all presets, in alphabetical order."""
    return sorted(entry.removesuffix(".json") for entry in os.listdir(_FOLDER) if entry.endswith(".json"))


def preset_text(name: str) -> str:
    """The file of the preset with this name, which is faster to search than to parse.

    Raises:
        UsageError: unknown name, with a suggestion.
    """
    known = names()
    if name not in known:
        raise UsageError(f"unknown preset {name!r}{did_you_mean(name, known)}", f"Presets: {', '.join(known)}.")
    with open(os.path.join(_FOLDER, f"{name}.json"), encoding="utf-8") as file:
        return file.read()
