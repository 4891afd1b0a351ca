"""Explains learned events: a reason for each value, and the kinds that the samples do not distinguish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ringocli.importers.learn.discriminators import Pin
from ringocli.importers.learn.parties import digits
from ringocli.importers.learn.roles import RoleChoice
from ringocli.importers.learn.sample_leaves import leaves_of
from ringocli.importers.learn.url_credentials import without_secrets
from ringocli.importers.learn.value_shapes import encoding_of_text, is_phone
from ringocli.importers.learn.webhook_samples import DEFAULT_KEYS, EventDraft, LearnedEvents, WebhookSample
from ringocli.messaging.webhook import decoded_webhook, read_webhook
from ringocli.template.delivery_statuses import is_interim, means_delivered
from ringocli.template.field_vocabulary import Role
from ringocli.template.model import Template
from ringocli.template.scaffold import Decision
from ringocli.template.variables import EVENT_TYPES
from ringocli.text.pointer import Pointer, generalised


def explain(learned: LearnedEvents, samples: Sequence[WebhookSample], template: Template) -> None:
    """Add the decisions and limits of the learned events, which ``template`` consists of."""
    has_failed = any(sample.kind == "other" for sample in samples)
    for index, draft in enumerate(learned.drafts):
        learned.decisions += _decisions(index, draft)
        for role, choice in draft.choices.items():
            if role in (Role.FROM, Role.TO, Role.CONTENT) and not choice.is_explicit:
                _report_rival(learned, draft, choice)
        text = draft.choices.get(Role.CONTENT)
        if text is not None and (encoding := encoding_of_text(text.literal)):
            why = f'"{text.leaf.name}" is encoded ({encoding}), and Ringotel shows it unchanged'
            learned.add_limit("an encoded text", why, f"incoming texts will not be readable: {why}")
        is_first = decoded_webhook(draft.sample.incoming).documents > 1
        if text is not None and (is_first or draft.count(text, lambda leaf: leaf.text) > 1):
            why = "Ringotel takes one message from each webhook: the first is used"
            learned.add_limit(
                "several messages in one webhook",
                why,
                f"some incoming messages will be lost: {why}",
                is_solved_by_relay=True,
            )
        file = draft.choices.get(Role.URL)
        if file is not None and draft.count(file, lambda leaf: leaf.text) > 1:
            learned.add_limit("several files in one message", "Ringotel reads only one, here the first")
        message_id = draft.choices.get(Role.ID)
        if message_id is not None and (is_first or draft.count(message_id, lambda leaf: leaf.text) > 1):
            why = "Ringotel reads only one message id from each webhook, here the first"
            learned.add_limit(
                "several receipts in one webhook",
                why,
                f"some delivery receipts will be lost: {why}",
                is_solved_by_relay=True,
            )
        if draft.kind == "delivered" and not has_failed and not _names_success(draft):
            status = next((pin for pin in (draft.key, *draft.pins) if pin is not None and is_interim(pin.text)), None)
            why = (
                f'the "{status.pointer[-1]}" of {draft.sample.name} is "{status.text}", which does not mean delivered; use '
                "the receipt of a delivered message"
                if status is not None
                else "no value in the receipt means delivered, so failed receipts would match as well; add a failed "
                "receipt as other=FILE"
            )
            learned.add_limit("telling delivered from failed", why, f"failed messages may be shown as delivered: {why}")
    _report_mixed_up(learned, samples, template)


def _report_rival(learned: LearnedEvents, draft: EventDraft, choice: RoleChoice) -> None:
    """Report a different value that fits as well as the chosen one: the user has to say which is meant.

    Values deeper in the sample are ignored: they belong to something else, such as the message that was replied to.
    """
    others = {digits(other.literal) or other.literal for other in draft.choices.values()}
    rivals = [
        leaf
        for leaf in choice.rivals
        if len(leaf.pointer) <= len(choice.leaf.pointer)
        and (is_phone(leaf.value) or choice.role is Role.CONTENT)
        and (digits(leaf.text) or leaf.text) not in others
    ]
    if not rivals:
        return
    name = draft.variable(choice.role)
    why = f'"{choice.leaf.name}" is used, but "{rivals[0].name}" also fits'
    clause = f"${name}$ of {draft.sample.name} may be wrong: {why}; name it with --hint {choice.role.value}=VALUE"
    learned.add_limit(f"${name}$ of {draft.kind} from {draft.sample.name}", why, clause)


def _decisions(index: int, draft: EventDraft) -> list[Decision]:
    at: Pointer = ("Webhook", index, "request_parameters")
    found = []
    for role, choice in draft.choices.items():
        why = choice.why
        if choice.rivals:
            also = ", ".join(f'"{rival.name}"' for rival in choice.rivals[:3])
            why += f"; uncertain, {also} also fits"
        pointer = (*at, *draft.place(choice.leaf.pointer))
        value = without_secrets(choice.literal)
        found.append(Decision(pointer=pointer, variable=draft.variable(role), value=value, why=why))
    for pin, variable in ((draft.key, "event_key"), *((pin, None) for pin in draft.pins)):
        if pin is not None:
            pointer = (*at, *draft.place(pin.pointer))
            found.append(Decision(pointer=pointer, variable=variable, value=pin.text, why=pin.why))
    if draft.key is None:
        why = "no value names the event, so it is recognised by its fields alone"
        pointer = ("Webhook", index, "event_key")
        found.append(Decision(pointer=pointer, variable=None, value=DEFAULT_KEYS[draft.kind], why=why))
    return found


def _names_success(draft: EventDraft) -> bool:
    pins = [pin for pin in (draft.key, *draft.pins) if pin is not None]
    return any(means_delivered(pin.text) or pin.tells_success or _says_delivered(pin) for pin in pins)


def _says_delivered(pin: Pin) -> bool:
    """Whether a pin is a boolean under a name that means delivered: ``"delivered": true``."""
    return pin.text.lower() == "true" and isinstance(pin.pointer[-1], str) and means_delivered(pin.pointer[-1])


def _report_mixed_up(learned: LearnedEvents, samples: Sequence[WebhookSample], template: Template) -> None:
    for sample in samples:
        reading = read_webhook(template, sample.incoming)
        notes = [note for note in reading.notes if note not in decoded_webhook(sample.incoming).notes]
        learned.notes += [f"{sample.name}: {note}" for note in notes if reading.event is not None]
        what = f"{sample.kind} from {sample.name}"
        if sample.kind == "other":
            if reading.event is not None:
                why = f"the {reading.event.type} event matches it: nothing in the samples tells them apart"
                learned.add_limit(what, why, f"{sample.name} is read as {reading.event.type}: {why}")
        elif reading.event is None or reading.event.type != EVENT_TYPES[sample.kind]:
            got = "no event" if reading.event is None else f"the {reading.event.type} event"
            difference, is_text = _difference(learned, sample) if reading.event is None else ("", False)
            why = difference or f"{got} matches it: nothing in the samples tells them apart"
            is_read = f"{sample.name} is not read as {EVENT_TYPES[sample.kind]}: {why}"
            learned.add_limit(what, why, "" if is_text else is_read)
        else:
            _report_other_values(learned, sample, reading.variables)


NO_TEXT = "it has no text, and Ringotel takes no message without one; a message with a file is a sample of mms"


def _difference(learned: LearnedEvents, sample: WebhookSample) -> tuple[str, bool]:
    """Why the nearest event of its kind does not match a sample, as a clause, and whether only the text is missing."""
    leaves = list(leaves_of(sample.document))
    there = {generalised(leaf.pointer): leaf.text for leaf in leaves}
    found = []
    for draft in learned.drafts:
        if draft.kind != sample.kind:
            continue
        if draft.sample.incoming.method != sample.incoming.method:
            found.append(
                (99, f"it is a {sample.incoming.method} request, the event a {draft.sample.incoming.method}", False)
            )
            continue
        empty = [role for role, choice in draft.choices.items() if not there.get(generalised(choice.leaf.pointer))]
        pins = [pin for pin in (draft.key, *draft.pins) if pin is not None]
        other = [pin for pin in pins if there.get(generalised(pin.pointer)) != pin.text]
        if empty == [Role.CONTENT] and not other:
            found.append((1, NO_TEXT, True))
        elif empty:
            name = draft.choices[empty[0]].leaf.name
            found.append(
                (
                    len(empty) + len(other),
                    f'it has no value in "{name}", where the event reads ${draft.variable(empty[0])}$',
                    False,
                )
            )
        elif other:
            value = there.get(generalised(other[0].pointer))
            got = f'is "{value}"' if value is not None else "is missing"
            found.append(
                (len(other), f'its "{other[0].pointer[-1]}" {got}, and the event requires "{other[0].text}"', False)
            )
    return min(found)[1:] if found else ("", False)


def _report_other_values(learned: LearnedEvents, sample: WebhookSample, variables: Mapping[str, str]) -> None:
    """Report a variable whose value in the sample is not the recognised one, because a list's first element is read."""
    draft = next((one for one in learned.drafts if one.sample is sample), None)
    for role, choice in draft.choices.items() if draft is not None else ():
        name = draft.variable(role) if draft is not None else ""
        taken = variables.get(name)
        if choice.literal and taken is not None and taken != choice.literal:
            why = f'a pattern reads the first value of the list "{choice.leaf.name}", not the intended one'
            what = f"${name}$ of {sample.kind} from {sample.name}"
            learned.add_limit(what, why, f"${name}$ of {sample.name} is read wrongly: {why}")
