"""Finds copies of the sample message's values in constants, which would be sent with every other message as well."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from ringocli.importers.learn.role_score import TYPE_WORDS, names_other_number
from ringocli.importers.learn.roles import RoleChoice
from ringocli.importers.learn.sample_leaves import SampleLeaf
from ringocli.importers.learn.substitution import locate_literal
from ringocli.importers.learn.value_shapes import is_phone, is_prose, is_url
from ringocli.template.field_vocabulary import Role, name_score

Clauses: TypeAlias = list[tuple[SampleLeaf | None, str]]
"""The constants concerned, each with a clause that says what does not work."""

MEANINGS = {Role.TO: "recipient", Role.FROM: "sender", Role.CONTENT: "text", Role.URL: "file's URL"}


def repeated_values(choices: Mapping[Role, RoleChoice], kept: Iterable[SampleLeaf]) -> Clauses:
    """The constants that contain a second copy of the value of a variable."""
    found: Clauses = []
    for leaf in kept:
        for role, choice in choices.items():
            if role in MEANINGS and _contains(leaf, choice.literal) and not _is_own_word(role, choice.literal, leaf):
                clause = (
                    f"the sample's {MEANINGS[role]} is also in {_name(leaf)}, which is sent unchanged in every message; "
                    f"leave it out with --drop {_name(leaf)}"
                )
                found.append((leaf, clause))
                break
    return found


def _is_own_word(role: Role, literal: str, leaf: SampleLeaf) -> bool:
    """Whether a constant equals the sample's value only by coincidence: ``"text": "test", "mode": "test"``.

    A sender that is a name, such as the brand's, may be the value of other fields as well.
    """
    is_name = role is Role.FROM and not is_phone(literal)
    is_kind = literal.lower() in (*TYPE_WORDS, "test", "demo")
    return (is_name or is_kind) and not name_score(role, leaf.names)


def _contains(leaf: SampleLeaf, literal: str) -> bool:
    if leaf.text == literal and len(literal) > 1:
        return True
    if is_phone(literal):
        digits = re.sub(r"\D", "", literal)
        return (len(digits) >= 7 and re.sub(r"\D", "", leaf.text) == digits) or bool(locate_literal(literal, leaf.text))
    return (is_prose(literal) or is_url(literal) or len(literal) > 7) and bool(locate_literal(literal, leaf.text))


def number_keys(tree: Any) -> Clauses:
    """The keys of a body that are phone numbers, which no variable can replace."""
    found: Clauses = []
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            if is_phone(key):
                clause = "a phone number is a key of the body, and keys cannot be variables: every message goes to it"
                found.append((None, clause))
            found += number_keys(value)
    elif isinstance(tree, list):
        for item in tree:
            found += number_keys(item)
    return found[:1]


def stray_numbers(kept: Sequence[SampleLeaf]) -> Clauses:
    """The constants that are phone numbers: a recipient or sender that was not recognised, or another person's number."""
    return [
        (
            leaf,
            f"the phone number in {_name(leaf)} is sent unchanged in every message; name it with --hint to=, --hint "
            f"from=, or leave it out with --drop {_name(leaf)}",
        )
        for leaf in kept
        if isinstance(leaf.value, str)
        and is_phone(leaf.value)
        and (leaf.text.strip().startswith("+") or sum(char.isdigit() for char in leaf.text) >= 10)
        and not names_other_number(leaf)
    ]


def _name(leaf: SampleLeaf) -> str:
    return ".".join(reversed(leaf.names)) or "the body"
