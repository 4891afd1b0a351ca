"""Decides about the values of a pasted request that are not part of the message: properties and constants."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

from ringocli.importers.learn.constants import (
    COMPUTED_VARIABLES,
    computed_risk,
    is_callback_url,
    is_computed,
    is_country_code,
    is_graphql,
    is_signature,
)
from ringocli.importers.learn.copies import number_keys, repeated_values, stray_numbers
from ringocli.importers.learn.credential_places import (
    account_value,
    belongs_to_account,
    resembles_key,
)
from ringocli.importers.learn.placeholders import has_placeholder, placeholders, shown, whole_placeholder
from ringocli.importers.learn.request_outline import LEFT_OUT
from ringocli.importers.learn.request_state import RequestState
from ringocli.importers.learn.role_score import is_other_recipient
from ringocli.importers.learn.sample_leaves import SampleLeaf
from ringocli.importers.learn.url_credentials import embedded_in, is_key_of_query, segment_parts
from ringocli.importers.learn.value_shapes import is_phone, phone_scheme
from ringocli.template.field_vocabulary import Role
from ringocli.template.idempotency_keys import names_message_reference
from ringocli.template.limit import Blocker, Limit
from ringocli.template.pattern.notation import VariablePart, split


def place_other(state: RequestState, leaf: SampleLeaf) -> None:
    """Turn an account's value into a property, keep a constant, or leave out what Ringotel cannot send."""
    name = leaf.names[0] if leaf.names else ""
    where = state.where(leaf)
    if leaf.pointer[0] == "path":
        _place_segment(state, leaf)
        return
    if leaf.pointer[0] == "query" and ("key", leaf.pointer[1]) in state.put:
        return
    if is_graphql(leaf.text) and not embedded_in(leaf.text):
        _keep(state, leaf)
        return
    if is_computed(shown(leaf.text)) and not (belongs_to_account(name, leaf.value) and _is_plain_variable(leaf)):
        _leave_out_computed(state, leaf)
        return
    found = account_value(
        state.tree if leaf.inside is None else {},
        leaf.pointer,
        leaf.names,
        leaf.value,
        beside=[unquote_plus(key) for key, _ in state.target.query] if leaf.pointer[0] == "query" else (),
        declared=state.pasted.credential_fields,
    )
    shared = state.book.shared(leaf.text) if found is None else None
    why = found.why if found is not None else "the same value is already a property" if shared else None
    if why is None and leaf.text in state.book.known:
        why = "a property of this provider's preset"
    if why is None and names_message_reference(name) and _may_be_a_value(leaf.text):
        _keep(state, leaf)
        return
    if why is None and isinstance(leaf.value, str) and (has_placeholder(leaf.text) or embedded_in(leaf.text)):
        if is_callback_url(leaf):
            _keep(state, leaf)  # listed with its risk, whatever parts of it become properties
            if not embedded_in(leaf.text) and not any(one.is_sure for one in placeholders(leaf.text)):
                return  # "myserver.com" is just a sample
        state.replace(leaf, state.with_embedded(state.book.filled(leaf.text, where, name), where))
        state.decide(leaf, None, state.book.masked(shown(leaf.text)), "a placeholder in the sample")
        return
    if why is None:
        _keep(state, leaf)
        return
    title = shared or state.book.name_for(leaf.text, where, [found.name if found is not None else name])
    if isinstance(leaf.value, int | float) and leaf.inside is None:
        state.learned.add_limit(f"a number without quotes ({name})", "Ringotel sends text: the provider gets a string")
    if is_signature(name, leaf.text, [other.name for other in state.leaves if other is not leaf]):
        clause = f'it cannot authenticate: "{name}" seems to be a signature, which Ringotel cannot compute'
        state.learned.add_limit(f"a signature ({name})", "it depends on the message", clause, is_solved_by_relay=True)
    state.replace(leaf, f"${title}$")
    state.decide(leaf, title, "***", why)


def _leave_out_computed(state: RequestState, leaf: SampleLeaf) -> None:
    """Leave out a value that a shell computes for each run, because no property can contain it."""
    if leaf.inside is not None:
        state.learned.block(f"{leaf.name} is computed by the shell, which Ringotel cannot do")
        return
    state.put[leaf.pointer] = LEFT_OUT
    why = f"the sample computes it for each run ({shown(leaf.text)[:40]}); Ringotel cannot, so the field is left out"
    state.learned.add_limit(f"a computed value ({leaf.name})", why, computed_risk(leaf))


def _place_segment(state: RequestState, leaf: SampleLeaf) -> None:
    name = leaf.names[0] if leaf.names else "id"
    text = leaf.text
    for role, choice in state.learned.choices.items():
        if choice.leaf.text == text and is_phone(text) and choice.leaf.pointer in state.put:
            state.put[leaf.pointer] = state.put[choice.leaf.pointer]
            number = text[len(phone_scheme(text)) :]
            state.decide(leaf, state.variable(role), number, "the same number as in the body")
            return
        if is_phone(text) and choice.literal.lstrip("+") == text.lstrip("+"):
            state.learned.block(
                f"the URL contains the number of ${state.variable(role)}$ in another format ({text}), so it "
                "becomes a property: it works for one number only"
            )
    if parts := segment_parts(text):
        state.put[leaf.pointer] = state.book.with_parts(text, parts, state.where(leaf))
    elif (placeholder := whole_placeholder(text)) is None or placeholder.end - placeholder.start < len(text):
        state.put[leaf.pointer] = state.book.filled(text, state.where(leaf), name)
    if state.put.get(leaf.pointer, text) == text:
        state.put[leaf.pointer] = f"${state.book.name_for(text, state.where(leaf), [name])}$"
    state.decide(leaf, None, "***", "this part of the URL belongs to the account")


def _keep(state: RequestState, leaf: SampleLeaf) -> None:
    """Keep a constant, unless the pattern language would read a variable in it."""
    if isinstance(leaf.value, str) and any(isinstance(part, VariablePart) for part in split(leaf.text, ())):
        if leaf.inside is not None:
            state.learned.block(f"{leaf.name} contains $...$, which Ringotel reads as a variable")
            return
        state.put[leaf.pointer] = LEFT_OUT
        why = "a literal $ cannot be written there: the value is left out"
        state.learned.limits.append(Limit(f"a text with $...$ in it ({state.where(leaf)})", why))
        return
    if is_other_recipient(leaf) and leaf.inside is None and not state.repeats_a_role(leaf):
        _drop_entry(state, leaf)
        state.learned.add_limit(f"another recipient ({leaf.name})", "Ringotel sends each message to one recipient")
        return
    state.kept.append(leaf)


def _drop_entry(state: RequestState, leaf: SampleLeaf) -> None:
    """Leave out a further recipient; for ``messages[1][to]``, also all other keys that start with ``messages[1]``."""
    state.put[leaf.pointer] = LEFT_OUT
    indexed = re.match(r"(.*\[\d+\])\[", str(leaf.pointer[-1]))
    if indexed is None or not isinstance(state.tree, dict):
        return
    entry = [key for key in state.tree if str(key).startswith(indexed[1])]
    if not any(choice.leaf.pointer[:2] == ("body", key) for choice in state.learned.choices.values() for key in entry):
        state.put |= {("body", key): LEFT_OUT for key in entry}
        state.kept = [other for other in state.kept if other.pointer[:2] not in {("body", key) for key in entry}]


def check_kept(state: RequestState) -> None:
    """List the constants; copies of a message's own values among them are blocking."""
    clauses = repeated_values(state.learned.choices, state.kept)
    clauses += number_keys(state.tree)
    copied = {leaf.pointer for leaf, _ in clauses if leaf is not None}
    clauses += stray_numbers([leaf for leaf in state.kept if leaf.pointer not in copied])
    state.learned.blocking += [
        Blocker(clause, constant=leaf.name if leaf is not None else "") for leaf, clause in clauses
    ]
    codes = [leaf for leaf in state.kept if is_country_code(leaf)]
    if codes and Role.TO in state.learned.choices and not state.learned.choices[Role.TO].literal.startswith("+"):
        state.learned.block(
            f"the country code is a constant in {codes[0].name}: this works only with the portal's number format "
            "national, and only for numbers of that country"
        )


def place_keys(state: RequestState) -> None:
    """Names of fields that are credentials: in a query they become properties, in a body they cannot be sent."""
    for index, (key, value) in enumerate(state.target.query):
        if is_key_of_query(key, value):
            title = state.book.name_for(unquote_plus(key), "the query of the URL", ["API key"])
            state.put["key", index] = f"${title}$"
    for key in list(state.tree) if isinstance(state.tree, dict) else []:
        if resembles_key(str(key)) and ("body", key) not in state.put:
            state.put["body", key] = LEFT_OUT
            state.book.hide([str(key)])
            why = "a template cannot have a property as the name of a field, so this credential cannot be sent"
            what = "a credential as the name of a field"
            clause = "it cannot authenticate: a credential is the name of a field"
            state.learned.add_limit(what, why, clause, is_solved_by_relay=True)


def _may_be_a_value(text: str) -> bool:
    """Whether a text that reads like a placeholder, such as ``my_ref_1``, may be the reader's own reference instead."""
    placeholder = whole_placeholder(text)
    return placeholder is not None and not placeholder.is_sure and not re.match(r"(?i)your|[x*.]{3}", text)


def _is_plain_variable(leaf: SampleLeaf) -> bool:
    """Whether a value is one shell variable, which may be a credential: ``$TOKEN``."""
    placeholder = whole_placeholder(leaf.text)
    return placeholder is not None and placeholder.of_shell and placeholder.name not in COMPUTED_VARIABLES
