"""Puts the variables of a message into a pasted request."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ringocli.importers.learn.copies import MEANINGS
from ringocli.importers.learn.embedded_documents import raw_span, written_in
from ringocli.importers.learn.likeness import uploads_first
from ringocli.importers.learn.parties import digits, list_around, names_recipients, numbers_beside
from ringocli.importers.learn.placeholders import has_placeholder, shown
from ringocli.importers.learn.request_outline import LEFT_OUT
from ringocli.importers.learn.request_state import RequestState
from ringocli.importers.learn.roles import RoleChoice
from ringocli.importers.learn.sample_leaves import SampleLeaf
from ringocli.importers.learn.substitution import Span, substituted
from ringocli.importers.learn.url_credentials import secret_parts, without_secrets
from ringocli.importers.learn.value_shapes import (
    encoding_of_text,
    is_fill_in,
    is_phone,
    is_phone_list,
    is_prose,
    is_short_code,
    is_url,
    number_span,
    phone_scheme,
)
from ringocli.template.field_vocabulary import Role
from ringocli.template.limit import Limit
from ringocli.template.pattern.pattern import Several
from ringocli.template.variables import Place
from ringocli.text.pointer import Pointer

_FILE_ID = re.compile(r"(media|file|attachment|image|asset|upload)[_-]?(id|sid|uuid|key|handle)s?", re.I)
_TYPE_NAMES = ("type", "channel", "kind")
_BREAKS = {"JSON": "a quote or a line break", "XML": "a < or &"}


def reject_half_read_text(state: RequestState, choices: dict[Role, RoleChoice]) -> None:
    """Reject a text that contains the recipient's number: it is a command such as ``SEND +1555... Hello``."""
    text = choices.get(Role.CONTENT)
    if text is None or Role.TO in choices or text.span is not None or text.by_user:
        return
    if any(is_phone(word) for word in re.split(r"[\s|,;:]+", text.leaf.text)[:3]):
        del choices[Role.CONTENT]
        state.learned.block(
            f'"{text.leaf.name}" seems to contain both the recipient and the text; specify them with '
            "--hint to=NUMBER --hint content=TEXT"
        )


def check_list(state: RequestState, leaves: Sequence[SampleLeaf], choices: Mapping[Role, RoleChoice]) -> None:
    """Report a list of numbers of which one may be the account's own, if nothing says which."""
    recipient, sender = choices.get(Role.TO), choices.get(Role.FROM)
    if recipient is None or recipient.is_explicit or names_recipients(recipient.leaf):
        return
    apart = sender is not None and list_around(sender.leaf.pointer, recipient.leaf.pointer) is None
    settled = sender is not None and (apart or sender.is_explicit)
    if numbers_beside(recipient.leaf, leaves) and not settled:
        state.learned.block(
            f'"{recipient.leaf.name}" has several numbers, and nothing says which is the sender or the recipient: '
            "specify them with --hint to=NUMBER --hint from=NUMBER"
        )


def place_choices(state: RequestState) -> None:
    """Put a variable at each value that was recognised; a text beside a file, or the reverse, is left out."""
    choices = state.learned.choices
    file = choices.get(Role.URL)
    text = choices.get(Role.CONTENT)
    if state.place is Place.SEND_MESSAGE and file is not None:
        choices.pop(Role.URL)
        _leave_out_file(state, file)
    if state.place is Place.SEND_FILE and text is not None:
        choices.pop(Role.CONTENT)
        _leave_out_caption(state, text)
    for role, choice in choices.items():
        _place_choice(state, role, choice)
    every = [choice for choice in (*choices.values(), file, text) if choice is not None]
    packed = {choice.leaf.inside.pointer for choice in every if choice.leaf.inside is not None}
    for pointer, edits in state.edits.items():
        if pointer in packed:
            state.put[pointer] = substituted(state.texts[pointer], edits)
            continue
        where = ".".join(str(step) for step in pointer[1:])
        filled = substituted(state.texts[pointer], edits, partial(state.book.filled, where=where))
        state.put[pointer] = state.with_embedded(filled, where)
    _report_missing(state, has_file=file is not None)


def _report_missing(state: RequestState, *, has_file: bool) -> None:
    if state.tree is None and state.pasted.body and any(entry.blocker for entry in state.learned.limits):
        return  # the body could not be read, which is reported already
    needed = {Role.TO: "to", (Role.URL if state.place is Place.SEND_FILE else Role.CONTENT): "content"}
    for role, variable in needed.items():
        if role in state.learned.choices:
            continue
        clause = (
            f"{state.place.value} sends the same message every time: no value was recognised as the {MEANINGS[role]} "
            f"(${variable}$); name it with --hint {role.value}=VALUE"
        )
        if role is Role.CONTENT and has_file:
            clause = "the sample sends a file but no text: use it with --file-from-curl, next to one with a text"
        if role is Role.URL and uploads_first(state.pasted):
            continue  # reported with the upload
        if role is Role.URL and (name := _name_of_uploaded_file(state)):
            clause = (
                f'{state.place.value} sends the same file every time: "{name}" names a file that was uploaded before, '
                "and Ringotel sends a URL ($content$): look for a field that takes the file's URL"
            )
        is_upload = state.place is Place.SEND_FILE and any(part.is_file for part in state.pasted.parts)
        state.learned.block(clause, is_solved_by_relay=is_upload)
    if Role.FROM not in state.learned.choices and state.place is Place.SEND_MESSAGE:
        state.learned.notes.append(
            "no value was recognised as the sender ($from$): the provider uses its default sender"
        )


def _name_of_uploaded_file(state: RequestState) -> str:
    """The name of a field with the id of a file that the provider already has; "" if there is none."""
    return next((leaf.name for leaf in state.leaves if _FILE_ID.fullmatch(leaf.name)), "")


def _leave_out_file(state: RequestState, file: RoleChoice) -> None:
    state.drop_value(file)
    state.learned.file_url = file.leaf.text
    why = "Ringotel sends either a text or a file: SendMessage is written without the file, SendFile without the text"
    state.learned.limits.append(Limit("a text with a file in one request", why))


def _leave_out_caption(state: RequestState, text: RoleChoice) -> None:
    leaf = text.leaf
    is_caption = is_prose(leaf.value) or leaf.text in (state.guidance.content, state.guidance.hints.get("content"))
    is_caption = is_caption or has_placeholder(leaf.text) or "caption" in leaf.name.lower()
    if not is_caption or leaf.text == state.guidance.hints.get("url"):
        return  # a word that the provider requires: it stays
    state.drop_value(text)
    why = "Ringotel sends a file without a text, so the field is left out; if the provider requires it, add a constant"
    state.learned.limits.append(Limit(f"a text with a file ({leaf.name})", why))


def _place_choice(state: RequestState, role: Role, choice: RoleChoice) -> None:
    leaf, variable = choice.leaf, state.variable(role)
    span = choice.span
    if span is None and role in (Role.FROM, Role.TO):
        span = number_span(leaf.text) or _after_double_zero(leaf.text)
    literal = leaf.text if span is None else leaf.text[slice(*span)]
    if leaf.inside is not None:
        if not _place_packed(state, leaf, span, variable):
            return
    elif span is not None:
        state.edits.setdefault(leaf.pointer, []).append((span, f"${variable}$"))
    else:
        state.put[leaf.pointer] = f"${variable}$"
    if isinstance(leaf.value, int | float) and not isinstance(leaf.value, bool):
        why = "Ringotel sends text: the provider gets a string with the same digits"
        state.learned.limits.append(Limit(f"a number without quotes ({leaf.name})", why))
    if variable == "content" and role is Role.CONTENT and (encoding := encoding_of_text(literal)):
        state.learned.block(
            f'the text in "{leaf.name}" is encoded ({encoding}): Ringotel sends plain text, which the provider would '
            "not understand"
        )
    if role is Role.TO and (portal := _portal_format(literal)):
        advised = state.guidance.numbers
        state.learned.notes.append(
            f"numbers in the sample look like {shown(leaf.text if leaf.text.startswith('00') else literal)}"
            + (
                f", the portal's number format {portal}, but the preset of this provider names {advised}: check which "
                "the provider needs"
                if advised not in ("", portal)
                else f": set the portal's number format to {portal}"
            )
        )
    if role is Role.TO and is_phone_list(literal):
        state.learned.add_several(f"numbers in {leaf.name}", "Ringotel sends each message to one recipient")
    if role is Role.TO:
        _compare_with_sender(state, literal)
        _keep_own_number(state, leaf)
    _shrink(state, leaf.pointer if leaf.inside is None else leaf.inside.pointer)
    why = choice.why
    if choice.rivals:
        also = ", ".join(f'"{rival.names[0]}"' for rival in choice.rivals[:3] if rival.names)
        why += f"; uncertain, {also} also fits" if also else ""
    if role is Role.URL:
        state.book.hide(literal[part.start : part.end] for part in secret_parts(literal))
    state.decide(leaf, variable, without_secrets(shown(literal)), why)


def _compare_with_sender(state: RequestState, recipient: str) -> None:
    """Report a sample with a plus before one number only; the portal writes both numbers in one format."""
    choice = state.learned.choices.get(Role.FROM)
    sender = choice.literal[len(phone_scheme(choice.literal)) :] if choice is not None else ""
    if not is_phone(sender) or not is_phone(recipient):
        return
    if sender.startswith("+") != recipient.startswith("+") and not sender.startswith("00"):
        plus, bare = ("sender", "recipient") if sender.startswith("+") else ("recipient", "sender")
        state.learned.notes.append(
            f"the sample has a plus before the {plus}'s number and none before the {bare}'s, but the portal writes both "
            "in one format: check which the provider needs"
        )


def _place_packed(state: RequestState, leaf: SampleLeaf, span: Span | None, variable: str) -> bool:
    """Put a variable into JSON or XML inside a field; returns False if its position in the text is unclear."""
    assert leaf.inside is not None
    raw = raw_span(leaf, span)
    field_name = next((str(step) for step in reversed(leaf.inside.pointer) if isinstance(step, str)), "")
    notation = written_in(leaf)
    if raw is None:
        state.learned.block(f"{leaf.name} inside {field_name} is kept as in the sample: its text is escaped")
        return False
    state.edits.setdefault(leaf.inside.pointer, []).append((raw, f"${variable}$"))
    if variable == "content":
        why = f"the text is inserted unchanged: {_BREAKS[notation]} in a message would break that {notation}"
        state.learned.add_limit(f"{notation} inside a field ({field_name})", why)
    return True


def _keep_own_number(state: RequestState, recipient: SampleLeaf) -> None:
    """Put the sender beside the recipient into a list of all participants of a conversation."""
    sender = state.learned.choices.get(Role.FROM)
    if sender is None or names_recipients(recipient):
        return
    for leaf in numbers_beside(recipient, state.leaves):
        if digits(leaf.text) == digits(sender.literal) and leaf.pointer not in state.put and leaf.inside is None:
            state.put[leaf.pointer] = "$from$"
            state.decide(leaf, "from", leaf.text, "the same number as that of the sender")


def _is_alike(state: RequestState, pointer: Pointer, at: int, index: int) -> bool:
    """Whether another element of a list has a value of that name and kind as well: a further recipient or text."""
    one = next((leaf for leaf in state.leaves if leaf.pointer == pointer), None)
    there = (*pointer[:at], index, *pointer[at + 1 :])
    other = next((leaf for leaf in state.leaves if leaf.pointer == there and index != pointer[at]), None)
    if one is None or other is None or one.names != other.names:
        return False
    if is_fill_in(one.value) and is_fill_in(other.value):
        return re.sub(r"[\W\d_]+", "", one.text) == re.sub(r"[\W\d_]+", "", other.text)
    kinds = (_is_address, is_short_code) if _differs_in_type(state, one, other) else _KINDS
    return any(is_kind(one.value) and (is_kind(other.value) or is_fill_in(other.value)) for is_kind in kinds)


def _differs_in_type(state: RequestState, one: SampleLeaf, other: SampleLeaf) -> bool:
    """Whether a word beside two values says that they are for different channels, such as WhatsApp and SMS."""
    words = [
        {leaf.text for leaf in state.leaves if leaf.pointer[:-1] == value.pointer[:-1] and leaf.name in _TYPE_NAMES}
        for value in (one, other)
    ]
    return words[0] != words[1]


def _shrink(state: RequestState, pointer: Pointer) -> None:
    """In each list around a variable, drop the other elements of its kind; elements of another kind are kept."""
    node, at = state.tree, 1
    while pointer[0] == "body" and at < len(pointer):
        step = pointer[at]
        if isinstance(node, list) and not isinstance(node, Several):
            others = [(*pointer[:at], index) for index in range(len(node)) if _is_alike(state, pointer, at, index)]
            dropped = [other for other in others if not state.contains_role(other) and other not in state.put]
            state.put |= dict.fromkeys(dropped, LEFT_OUT)
            if dropped:
                name = next((str(part) for part in reversed(pointer[:at]) if isinstance(part, str)), "list")
                what = f"entries in {name if name != 'body' else 'one request'}"
                state.learned.add_several(what, "Ringotel sends each message to one recipient: one entry is kept")
        node = node[step]
        at += 1
    if isinstance(node, Several) and len(node) > 1:
        state.learned.add_several(f"values of {pointer[-1]}", "Ringotel sends to one recipient: one value is kept")


def _is_address(value: Any) -> bool:
    """A phone number, or an email address where a number may be as well."""
    return is_phone(value) or is_phone_list(value) or bool(re.fullmatch(r"[^@\s]+@[^@\s]+\.\w+", str(value)))


_KINDS = (_is_address, is_short_code, is_url, is_prose)


def _after_double_zero(text: str) -> Span | None:
    """The number after ``00`` for the plus sign, which no number format of the portal starts with."""
    return (2, len(text)) if re.fullmatch(r"00[1-9]\d{7,13}", text) else None


def _portal_format(number: str) -> str:
    """The portal's number format (assumption 34) that gives numbers like this one; "" for numbers with a plus."""
    digits = "".join(char for char in number if char.isdigit())
    # In a form without percent-encoding, a space stands for the plus.
    if number.startswith(("+", " ")) or not is_phone(number):
        return ""
    return "national" if len(digits) <= 10 or digits.startswith("0") else "international"
