"""All rules by stage of linting. The modules of a stage are imported only when it is reached."""

from __future__ import annotations

from functools import cache
from typing import Literal, TypeAlias

from ringocli.lint.rule import REGISTRY, Rule

Stage: TypeAlias = Literal["syntax", "shape", "meaning"]
"""The stages of linting: the syntax of the text, the shape of the template, its meaning."""
_SHAPE = ("RT101", "RT102")


def rules() -> tuple[Rule, ...]:
    """All rules in the order of their codes."""
    return stage("syntax") + tuple(sorted(stage("shape") + stage("meaning")))


@cache
def stage(name: Stage) -> tuple[Rule, ...]:
    """The rules of one stage in the order of their codes."""
    if name == "syntax":
        _load_syntax()
    else:
        _load_meaning()
    return tuple(one for code, one in sorted(REGISTRY.items()) if _stage_of(code) == name)


def _stage_of(code: str) -> Stage:
    if code.startswith("RT0"):
        return "syntax"
    return "shape" if code in _SHAPE else "meaning"


def _load_syntax() -> None:
    """Import the rules about syntax, which only a text that is not valid JSON needs."""
    from ringocli.lint.rules import quotes, syntax

    assert quotes
    assert syntax


def _load_meaning() -> None:
    from ringocli.lint.rules import (
        advice,
        api,
        auth,
        encoding,
        identity,
        losses,
        patterns,
        placeholders,
        portability,
        properties,
        security,
        shape,
        urls,
        variables,
        webhook,
    )

    families = (advice, api, auth, encoding, identity, losses, patterns, placeholders, portability, properties)
    assert all((*families, security, shape, urls, variables, webhook))
