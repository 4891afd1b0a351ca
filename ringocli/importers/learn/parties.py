"""Finds the sender and the recipient in a list of numbers, by the value beside each number or by other samples."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from ringocli.importers.learn.sample_leaves import SampleLeaf
from ringocli.importers.learn.value_shapes import is_phone
from ringocli.template.field_vocabulary import Role, name_score
from ringocli.text.name_key import name_key
from ringocli.text.pointer import Pointer, generalised
from ringocli.text.words import word_set

_SIDE_FIELDS = word_set(
    "role type kind direction side party partytype partyrole relation usage tag label participanttype addresstype numbertype "
    "endpointtype position function"
)
_SENDER = word_set("from sender originator source src caller initiator author originating orig")
_RECIPIENT = word_set("to recipient receiver destination dest dst callee target terminating rcpt addressee")
_OWN = word_set("business own me self account company agent owner system internal local")
_CONTACT = word_set("customer contact client enduser consumer external guest subscriber remote lead patient")


def sides_beside(leaves: Sequence[SampleLeaf], *, incoming: bool) -> dict[Pointer, Role]:
    """The roles of numbers that a sibling names, as in ``{"role": "sender", "number": …}``, by their pointer."""
    words: dict[Pointer, Role] = {}
    for leaf in leaves:
        if leaf.names and name_key(leaf.names[0]) in _SIDE_FIELDS and (role := _role_of(leaf.text, incoming)):
            words.setdefault(leaf.pointer[:-1], role)
    return {
        leaf.pointer: words[leaf.pointer[:-1]] for leaf in leaves if leaf.pointer[:-1] in words and is_phone(leaf.value)
    }


def names_side(leaf: SampleLeaf) -> bool:
    """Whether a value says whose number the one beside it is."""
    return (
        bool(leaf.names) and name_key(leaf.names[0]) in _SIDE_FIELDS and _role_of(leaf.text, incoming=True) is not None
    )


def _role_of(word: str, incoming: bool) -> Role | None:
    bare = name_key(word)
    if bare in _SENDER:
        return Role.FROM
    if bare in _RECIPIENT:
        return Role.TO
    if bare in _OWN:
        return Role.TO if incoming else Role.FROM
    if bare in _CONTACT:
        return Role.FROM if incoming else Role.TO
    return None


def numbers_beside(leaf: SampleLeaf, leaves: Sequence[SampleLeaf]) -> list[SampleLeaf]:
    """The other numbers of the list that a number is in."""
    if not any(isinstance(step, int) for step in leaf.pointer):
        return []
    at = generalised(leaf.pointer)
    return [
        other
        for other in leaves
        if other.pointer != leaf.pointer
        and generalised(other.pointer) == at
        and other.names == leaf.names  # parameters of a query are counted like elements of a list
        and digits(other.text) != digits(leaf.text)
        and is_phone(other.value)
    ]


def names_recipients(leaf: SampleLeaf) -> bool:
    """Whether the name of a list says that its numbers are recipients."""
    return name_score(Role.TO, leaf.names) > 66


def own_in_lists(leaves: Sequence[SampleLeaf], own: Collection[str]) -> dict[Pointer, Role]:
    """The numbers in lists that are the account's own, as other samples show; ``own`` are their digits."""
    return {
        leaf.pointer: Role.FROM
        for leaf in leaves
        if is_phone(leaf.value) and digits(leaf.text) in own and numbers_beside(leaf, leaves)
    }


def digits(text: str) -> str:
    """The digits of a number."""
    return re.sub(r"\D", "", text).removeprefix("00")


def list_around(pointer: Pointer, other: Pointer) -> Pointer | None:
    """The list in which two values are in different elements; None if there is none."""
    for index, (step, theirs) in enumerate(zip(pointer, other, strict=False)):
        if step != theirs:
            is_list = (
                isinstance(step, int) and isinstance(theirs, int) and pointer[:index] not in (("query",), ("path",))
            )
            return pointer[:index] if is_list else None
    return None


def list_of_both(first: Pointer, second: Pointer) -> Pointer | None:
    """The list whose first two elements contain these two values, so that a pattern can tell them by position."""
    around = list_around(first, second)
    if around is None or {first[len(around)], second[len(around)]} != {0, 1}:
        return None
    return around
