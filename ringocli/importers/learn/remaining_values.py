"""Decides about the values of a pasted request that are not part of the message: properties and constants."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

from ringocli.importers.learn.constants import (
    COMPUTED_VARIABLES,
    computed_risk,
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
from ringocli.importers.learn.placeholders import has_placeholder, shown, whole_placeholder
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


class RemainingValues(RequestState):
    """Turns an account's values into properties and keeps the others as constants."""

    def place_other(self, leaf: SampleLeaf) -> None:
        name = leaf.names[0] if leaf.names else ""
        where = self.where(leaf)
        if leaf.pointer[0] == "path":
            self.place_segment(leaf)
            return
        if leaf.pointer[0] == "query" and ("key", leaf.pointer[1]) in self.put:
            return
        if is_graphql(leaf.text) and not embedded_in(leaf.text):
            self.keep(leaf)
            return
        if is_computed(shown(leaf.text)) and not (belongs_to_account(name, leaf.value) and _is_plain_variable(leaf)):
            self.leave_out_computed(leaf)
            return
        found = account_value(
            self.tree if leaf.inside is None else {},
            leaf.pointer,
            leaf.names,
            leaf.value,
            beside=[unquote_plus(key) for key, _ in self.target.query] if leaf.pointer[0] == "query" else (),
            declared=self.pasted.credential_fields,
        )
        shared = self.book.shared(leaf.text) if found is None else None
        why = found.why if found is not None else "the same value is already a property" if shared else None
        if why is None and leaf.text in self.book.known:
            why = "a property of this provider's preset"
        if why is None and names_message_reference(name) and _may_be_a_value(leaf.text):
            self.keep(leaf)
            return
        if why is None and isinstance(leaf.value, str) and (has_placeholder(leaf.text) or embedded_in(leaf.text)):
            self.replace(leaf, self.with_embedded(self.book.filled(leaf.text, where, name), where))
            self.decide(leaf, None, self.book.masked(shown(leaf.text)), "a placeholder in the sample")
            return
        if why is None:
            self.keep(leaf)
            return
        title = shared or self.book.name_for(leaf.text, where, [found.name if found is not None else name])
        if isinstance(leaf.value, int | float) and leaf.inside is None:
            self.learned.add_limit(
                f"a number without quotes ({name})", "Ringotel sends text: the provider gets a string"
            )
        if is_signature(name, leaf.text, [other.name for other in self.leaves if other is not leaf]):
            clause = f'it cannot authenticate: "{name}" seems to be a signature, which Ringotel cannot compute'
            self.learned.add_limit(
                f"a signature ({name})", "it depends on the message", clause, is_solved_by_relay=True
            )
        self.replace(leaf, f"${title}$")
        self.decide(leaf, title, "***", why)

    def leave_out_computed(self, leaf: SampleLeaf) -> None:
        """Leave out a value that a shell computes for each run, because no property can contain it."""
        if leaf.inside is not None:
            self.learned.block(f"{leaf.name} is computed by the shell, which Ringotel cannot do")
            return
        self.put[leaf.pointer] = LEFT_OUT
        why = (
            f"the sample computes it for each run ({shown(leaf.text)[:40]}); Ringotel cannot, so the field is left out"
        )
        self.learned.add_limit(f"a computed value ({leaf.name})", why, computed_risk(leaf))

    def place_segment(self, leaf: SampleLeaf) -> None:
        name = leaf.names[0] if leaf.names else "id"
        text = leaf.text
        for role, choice in self.learned.choices.items():
            if choice.leaf.text == text and is_phone(text) and choice.leaf.pointer in self.put:
                self.put[leaf.pointer] = self.put[choice.leaf.pointer]
                number = text[len(phone_scheme(text)) :]
                self.decide(leaf, self.variable(role), number, "the same number as in the body")
                return
            if is_phone(text) and choice.literal.lstrip("+") == text.lstrip("+"):
                self.learned.block(
                    f"the URL contains the number of ${self.variable(role)}$ in another format ({text}), so it "
                    "becomes a property: it works for one number only"
                )
        if parts := segment_parts(text):
            self.put[leaf.pointer] = self.book.with_parts(text, parts, self.where(leaf))
        elif (placeholder := whole_placeholder(text)) is None or placeholder.end - placeholder.start < len(text):
            self.put[leaf.pointer] = self.book.filled(text, self.where(leaf), name)
        if self.put.get(leaf.pointer, text) == text:
            self.put[leaf.pointer] = f"${self.book.name_for(text, self.where(leaf), [name])}$"
        self.decide(leaf, None, "***", "this part of the URL belongs to the account")

    def keep(self, leaf: SampleLeaf) -> None:
        """Keep a constant, unless the pattern language would read a variable in it."""
        if isinstance(leaf.value, str) and any(isinstance(part, VariablePart) for part in split(leaf.text, ())):
            if leaf.inside is not None:
                self.learned.block(f"{leaf.name} contains $...$, which Ringotel reads as a variable")
                return
            self.put[leaf.pointer] = LEFT_OUT
            why = "a literal $ cannot be written there: the value is left out"
            self.learned.limits.append(Limit(f"a text with $...$ in it ({self.where(leaf)})", why))
            return
        if is_other_recipient(leaf) and leaf.inside is None and not self.repeats_a_role(leaf):
            self._drop_entry(leaf)
            self.learned.add_limit(f"another recipient ({leaf.name})", "Ringotel sends each message to one recipient")
            return
        self.kept.append(leaf)

    def _drop_entry(self, leaf: SampleLeaf) -> None:
        """Leave out a further recipient; for ``messages[1][to]``, also all other keys that start with ``messages[1]``."""
        self.put[leaf.pointer] = LEFT_OUT
        indexed = re.match(r"(.*\[\d+\])\[", str(leaf.pointer[-1]))
        if indexed is None or not isinstance(self.tree, dict):
            return
        entry = [key for key in self.tree if str(key).startswith(indexed[1])]
        if not any(
            choice.leaf.pointer[:2] == ("body", key) for choice in self.learned.choices.values() for key in entry
        ):
            self.put |= {("body", key): LEFT_OUT for key in entry}
            self.kept = [other for other in self.kept if other.pointer[:2] not in {("body", key) for key in entry}]

    def check_kept(self) -> None:
        """List the constants; copies of a message's own values among them are blocking."""
        clauses = repeated_values(self.learned.choices, self.kept)
        clauses += number_keys(self.tree)
        copied = {leaf.pointer for leaf, _ in clauses if leaf is not None}
        clauses += stray_numbers([leaf for leaf in self.kept if leaf.pointer not in copied])
        self.learned.blocking += [
            Blocker(clause, constant=leaf.name if leaf is not None else "") for leaf, clause in clauses
        ]
        codes = [leaf for leaf in self.kept if is_country_code(leaf)]
        if codes and Role.TO in self.learned.choices and not self.learned.choices[Role.TO].literal.startswith("+"):
            self.learned.block(
                f"the country code is a constant in {codes[0].name}: this works only with the portal's number format "
                "national, and only for numbers of that country"
            )

    def place_keys(self) -> None:
        """Names of fields that are credentials: in a query they become properties, in a body they cannot be sent."""
        for index, (key, value) in enumerate(self.target.query):
            if is_key_of_query(key, value):
                title = self.book.name_for(unquote_plus(key), "the query of the URL", ["API key"])
                self.put["key", index] = f"${title}$"
        for key in list(self.tree) if isinstance(self.tree, dict) else []:
            if resembles_key(str(key)) and ("body", key) not in self.put:
                self.put["body", key] = LEFT_OUT
                self.book.hide([str(key)])
                why = "a template cannot have a property as the name of a field, so this credential cannot be sent"
                what = "a credential as the name of a field"
                clause = "it cannot authenticate: a credential is the name of a field"
                self.learned.add_limit(what, why, clause, is_solved_by_relay=True)


def _may_be_a_value(text: str) -> bool:
    """Whether a text that reads like a placeholder, such as ``my_ref_1``, may be somebody's own reference instead."""
    placeholder = whole_placeholder(text)
    return placeholder is not None and not placeholder.is_sure and not re.match(r"(?i)your|[x*.]{3}", text)


def _is_plain_variable(leaf: SampleLeaf) -> bool:
    """Whether a value is one shell variable, which may be a credential: ``$TOKEN``."""
    placeholder = whole_placeholder(leaf.text)
    return placeholder is not None and placeholder.of_shell and placeholder.name not in COMPUTED_VARIABLES
