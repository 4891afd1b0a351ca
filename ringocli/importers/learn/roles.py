"""Decides which value of a pasted request or webhook is the sender, the recipient, the text and so on.

Each value is scored for each role by its names, its shape (``role_score``) and its location; hints come first. Every
choice has a reason and a list of rivals.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ringocli.importers.learn.parties import digits, names_recipients, numbers_beside, own_in_lists, sides_beside
from ringocli.importers.learn.role_score import (
    MIN_SCORE,
    belongs_to_other,
    is_other_recipient,
    names_other_number,
    score,
)
from ringocli.importers.learn.sample_leaves import SampleLeaf
from ringocli.importers.learn.substitution import Span, locate_literal
from ringocli.importers.learn.value_shapes import (
    is_phone,
    is_sender,
    is_short_code,
)
from ringocli.template.credential_names import is_secret_name
from ringocli.template.field_vocabulary import LONE_NUMBERS, Role, name_score, tokens
from ringocli.text.name_key import name_key
from ringocli.text.pointer import Pointer

AMBIGUOUS_WITHIN = 8
"""Two scores closer than this are ambiguous."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChoice:
    """The leaf chosen for a role: the reason, other leaves that fit, and the part of its text (None: all of it).

    ``by_user``: the user named or hinted it. ``is_explicit``: the user, another sample or a sibling value says so, not
    only the value's name or position.
    """

    role: Role
    leaf: SampleLeaf
    why: str
    rivals: tuple[SampleLeaf, ...] = ()
    span: Span | None = None
    by_user: bool = False
    is_explicit: bool = False

    @property
    def literal(self) -> str:
        """The text of the sample that stands for the variable."""
        return self.leaf.text if self.span is None else self.leaf.text[slice(*self.span)]


def assign(
    leaves: Sequence[SampleLeaf],
    roles: Iterable[Role],
    hints: Mapping[str, str] | None = None,
    *,
    incoming: bool = False,
    named: Mapping[str, Role | None] | None = None,
    own: Collection[str] = (),
) -> tuple[dict[Role, RoleChoice], list[tuple[Role, SampleLeaf]]]:
    """The best leaf for each role, and the other places of hinted values.

    ``hints`` are literals by role name; ``named`` are corrections: what a leaf is called → its role, None for none.
    ``own`` are the digits of the account's own numbers, as far as other samples show them.
    """
    taken: dict[Role, RoleChoice] = {}
    others: list[tuple[Role, SampleLeaf]] = []
    wanted = tuple(roles)
    given = [(Role(name), text) for name, text in (hints or {}).items() if name in set(wanted) and text]
    for role, text in sorted(given, key=lambda pair: -len(pair[1])):
        found = [
            (leaf, span) for leaf in leaves if (span := locate_literal(text, leaf.text, _taken_spans(leaf, taken)))
        ]
        if not found:
            continue
        found.sort(key=lambda pair: (-name_score(role, pair[0].names), len(pair[0].pointer)))
        leaf, span = found[0]
        is_whole = span == (0, len(leaf.text))
        taken[role] = RoleChoice(
            role=role,
            leaf=leaf,
            why="as you hinted",
            span=None if is_whole else span,
            by_user=True,
            is_explicit=True,
        )
        others += [(role, other) for other, _ in found[1:]]
    sides = sides_beside(leaves, incoming=incoming)
    if not incoming:
        sides |= own_in_lists(leaves, own)
    for role in wanted:
        if role not in taken and (choice := _best(role, leaves, taken, incoming, named or {}, sides)):
            taken[role] = choice
    if not incoming:
        _settle_source(leaves, wanted, taken)
        _complete_list(leaves, wanted, taken)
        _leave_own_number(leaves, taken)
    constant = [
        leaf for leaf in leaves if any(to is None and leaf.is_called(name) for name, to in (named or {}).items())
    ]
    _settle_numbers([leaf for leaf in leaves if leaf not in constant], wanted, taken, incoming)
    if incoming:
        _settle_sender_id(taken)
    return taken, others


def _taken_spans(leaf: SampleLeaf, taken: Mapping[Role, RoleChoice]) -> list[Span]:
    """The parts of a leaf's text that already stand for a variable."""
    return [choice.span or (0, len(leaf.text)) for choice in taken.values() if choice.leaf.pointer == leaf.pointer]


def _best(
    role: Role,
    leaves: Sequence[SampleLeaf],
    taken: Mapping[Role, RoleChoice],
    incoming: bool,
    named: Mapping[str, Role | None],
    sides: Mapping[Pointer, Role],
) -> RoleChoice | None:
    used = {choice.leaf.pointer for choice in taken.values()}
    for leaf in leaves:
        if leaf.pointer not in used and any(to is role and leaf.is_called(name) for name, to in named.items()):
            return RoleChoice(role=role, leaf=leaf, why="as you specified", by_user=True, is_explicit=True)
    beside = [leaf for leaf in leaves if sides.get(leaf.pointer) is role and leaf.pointer not in used]
    if beside:
        why = (
            "the value next to it says whose number it is"
            if len(sides) > 1
            else "another sample shows it as your own number"
        )
        return RoleChoice(role=role, leaf=beside[0], why=why, is_explicit=True)
    scored = [
        (score(role, leaf, incoming=incoming) - (0 if incoming else 20 * _is_beside(leaf, taken)), leaf)
        for leaf in leaves
        if leaf.pointer not in used
        and not any(leaf.is_called(name) for name in named)
        and (leaf.pointer not in sides or role not in (Role.FROM, Role.TO))
    ]
    fitting = [(points, leaf) for points, leaf in scored if points >= MIN_SCORE]
    if not fitting:
        return None
    points, best = max(fitting, key=lambda pair: pair[0])
    rivals = tuple(
        leaf
        for other, leaf in fitting
        if leaf is not best
        and other > points - AMBIGUOUS_WITHIN
        and leaf.text != best.text
        and _without_positions(leaf) != _without_positions(best)
    )
    return RoleChoice(role=role, leaf=best, why=_reason(role, best), rivals=rivals)


def _settle_source(leaves: Sequence[SampleLeaf], wanted: Sequence[Role], taken: dict[Role, RoleChoice]) -> None:
    """Read a name in ``source`` as the sender if the recipient next to it is called ``destination``."""
    recipient = taken.get(Role.TO)
    if Role.FROM not in wanted or Role.FROM in taken or recipient is None or not recipient.leaf.names:
        return
    if not name_key(recipient.leaf.names[0]).startswith(("dest", "dst")):
        return
    for leaf in leaves:
        is_beside = leaf.pointer[:-1] == recipient.leaf.pointer[:-1]
        if is_beside and is_sender(leaf.value) and name_key(leaf.name) in ("source", "src", "origin", "orig"):
            why = f'"{leaf.name}" is next to "{recipient.leaf.name}"'
            taken[Role.FROM] = RoleChoice(role=Role.FROM, leaf=leaf, why=why)
            return


_NOT_THE_SENDER = "the first number of the list that is not the sender's"


def _complete_list(leaves: Sequence[SampleLeaf], wanted: Sequence[Role], taken: dict[Role, RoleChoice]) -> None:
    """Assign the other number of a list if it is known whose the first one is."""
    sender, recipient = taken.get(Role.FROM), taken.get(Role.TO)
    if sender is not None and sender.is_explicit and recipient is None and Role.TO in wanted:
        if others := numbers_beside(sender.leaf, leaves):
            taken[Role.TO] = RoleChoice(role=Role.TO, leaf=others[0], why=_NOT_THE_SENDER, is_explicit=True)
    elif recipient is not None and recipient.is_explicit and sender is None and Role.FROM in wanted:
        others = numbers_beside(recipient.leaf, leaves)
        if len(others) == 1 and not names_recipients(recipient.leaf):
            taken[Role.FROM] = RoleChoice(
                role=Role.FROM, leaf=others[0], why="the only other number of the list", is_explicit=True
            )


def _leave_own_number(leaves: Sequence[SampleLeaf], taken: dict[Role, RoleChoice]) -> None:
    """Choose another recipient from a list if the first number is the sender's."""
    sender, recipient = taken.get(Role.FROM), taken.get(Role.TO)
    if sender is None or recipient is None or recipient.by_user:
        return
    if digits(sender.literal) == digits(recipient.literal) and is_phone(sender.literal):
        others = numbers_beside(recipient.leaf, leaves)
        if others:
            taken[Role.TO] = replace(recipient, leaf=others[0], why=_NOT_THE_SENDER, is_explicit=True)


def _is_beside(leaf: SampleLeaf, taken: Mapping[Role, RoleChoice]) -> bool:
    """Whether the leaf is in another element of a list in which a role was found, and so usually of another message."""
    for choice in taken.values():
        steps = next((pair for pair in zip(leaf.pointer, choice.leaf.pointer, strict=False) if pair[0] != pair[1]), ())
        if steps and all(isinstance(step, int) for step in steps) and leaf.pointer[0] == "body":
            return True
    return False


def _without_positions(leaf: SampleLeaf) -> tuple[object, ...]:
    """The pointer without list positions, because elements of the same list are not rivals."""
    return tuple(step for step in leaf.pointer if not isinstance(step, int))


def _reason(role: Role, leaf: SampleLeaf) -> str:
    name = leaf.names[0] if leaf.names else ""
    if len(leaf.names) > 1 and not name_score(role, leaf.names[:1]):
        name = f"{leaf.names[1]}.{name}"
    shape = ""
    if role in (Role.FROM, Role.TO) and is_phone(leaf.value):
        shape = ", and the value is a phone number"
    elif role is Role.URL:
        shape = ", and the value is a URL"
    return f'named "{name}"{shape}'


_NO_PARTY = re.compile(r"reply|callback|call_?back|forward|support|notif|emergency|help|hotline|contact_?us", re.I)
"""Names of numbers that are neither the sender nor the recipient of the message."""


def _settle_numbers(
    leaves: Sequence[SampleLeaf], wanted: Sequence[Role], taken: dict[Role, RoleChoice], incoming: bool
) -> None:
    """Give a number without a telling name the role, sender or recipient, that is still free."""
    for role in (Role.TO, Role.FROM):
        if role not in wanted or role in taken:
            continue
        used = {choice.leaf.pointer for choice in taken.values()}
        free = [
            leaf
            for leaf in leaves
            if leaf.pointer not in used
            and not _is_beside(leaf, taken)
            and _is_plain_number(leaf, incoming)
            and not (role is Role.FROM and is_other_recipient(leaf))
            and not (leaf.names and _NO_PARTY.search(leaf.names[0]))
        ]
        if free and len({digits(leaf.text) for leaf in free}) == 1:
            taken[role] = RoleChoice(role=role, leaf=free[0], why="the only remaining phone number")


def _settle_sender_id(taken: dict[Role, RoleChoice]) -> None:
    """Swap the roles where a webhook has a bare number beside a sender id: the sender id is the account's own."""
    sender, recipient = taken.get(Role.FROM), taken.get(Role.TO)
    if sender is None or recipient is None or sender.by_user or recipient.by_user:
        return
    lone = bool(recipient.leaf.names) and name_key(recipient.leaf.names[0]) in LONE_NUMBERS
    if lone and name_key(sender.leaf.names[0]) == "senderid" and not belongs_to_other(Role.FROM, recipient.leaf):
        taken[Role.FROM] = replace(
            recipient, role=Role.FROM, why="the contact's number, next to the account's sender id"
        )
        taken[Role.TO] = replace(sender, role=Role.TO, why="the account's sender id, next to the contact's number")


def _is_plain_number(leaf: SampleLeaf, incoming: bool) -> bool:
    text = leaf.text.strip()
    if leaf.names and is_secret_name(leaf.names[0]):
        return False
    if not (is_phone(leaf.value) or is_short_code(leaf.value)) or isinstance(leaf.value, float):
        return False
    sure = text.startswith("+") or bool(re.fullmatch(r"[1-9]\d{9,13}", text))
    if incoming and is_short_code(leaf.value) and leaf.names and tokens(leaf.names[0])[-1:] == ["number"]:
        return True  # 2020 under justcall_number: a short code that is called a number
    sided = any(name_score(role, leaf.names[:1]) > 60 for role in (Role.FROM, Role.TO))
    return sure and (sided or not names_other_number(leaf))
