"""The review of a draft on a terminal: it is shown, corrected and drafted again until it is accepted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ringocli.cli.output import progress
from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.importers.draft import Pastes
    from ringocli.template.scaffold import Answers, Draft

HELP = """VARIABLE=FIELD  puts a variable into a field, e.g. content=body (variables: from, to, content, url, messageid,
                extension, domain); use a dotted path if a name occurs twice: from=sender.number
none=FIELD      keeps the field constant
drop=FIELD      leaves the field out
Enter           accepts the draft"""
PROMPT = "\nEnter to accept, or VARIABLE=FIELD, none=FIELD, drop=FIELD (? for help): "


def drafted(pastes: Pastes, answers: Answers, *, review: bool) -> Draft:
    """The draft of the samples; with ``review``, the one that the user accepted."""
    from ringocli.importers.draft import from_pastes
    from ringocli.lint.rules.identity import BUILT_IN

    while True:
        with progress("learning from the samples"):
            draft = from_pastes(pastes, answers, BUILT_IN)
        if not review:
            return draft
        _show(draft, pastes)
        changed = _ask_for_correction(pastes)
        if changed is None:
            return draft
        pastes = changed


def _show(draft: Draft, pastes: Pastes) -> None:
    from ringocli.importers.review import as_legend, as_marked, preview

    for title, text in as_marked(draft, pastes):
        console.note(f"\n{title}, as pasted:", "bold")
        console.excerpt(text)
    console.note()
    for line in as_legend(draft):
        console.note(line)
    console.note("\nRingotel would send, with sample values:", "bold")
    console.excerpt(preview(draft))
    if draft.blocking:
        console.note("\nNot working yet:", "bold", "magenta")
        for blocker in draft.blocking:
            console.remark(console.printable(blocker.clause), "  ")


def _ask_for_correction(pastes: Pastes) -> Pastes | None:
    """The samples with one more correction; None if the draft is accepted."""
    while True:
        answer = console.ask(PROMPT).strip()
        if not answer:
            return None
        if answer in ("?", "help"):
            console.note(HELP)
        elif (corrected := corrected_by(answer, pastes)) is not None:
            return corrected


def corrected_by(answer: str, pastes: Pastes) -> Pastes | None:
    """The samples with the correction that an answer names; None, with an explanation on stderr, if it names none."""
    from ringocli.template.field_vocabulary import Role

    roles = [role.value for role in Role]
    role, separator, name = (part.strip().strip("$") for part in answer.partition("="))
    if not separator or not name:
        console.note(
            f"Type VARIABLE=FIELD, e.g. content=body (variables: {', '.join(roles)}), none=FIELD or drop=FIELD.",
            "magenta",
        )
        return None
    if role not in (*roles, "none", "drop"):
        console.note(f'"{console.printable(role)}" is not one of {", ".join(roles)}, none, drop.', "magenta")
        return None
    fields = pastes.fields
    outer = [replace(leaf, names=leaf.names[depth:]) for leaf in fields for depth in range(len(leaf.names))]
    if not any(leaf.is_called(name) for leaf in (outer if role == "drop" else fields)):
        known = ", ".join(dict.fromkeys(field.names[0] for field in fields if field.names))
        console.note(f'No field is called "{console.printable(name)}". Fields: {console.printable(known)}.', "magenta")
        return None
    if role == "drop":
        return replace(pastes, dropped=pastes.dropped | {name})
    return replace(pastes, named={**pastes.named, name: Role(role) if role != "none" else None})
