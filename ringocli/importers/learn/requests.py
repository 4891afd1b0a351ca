"""Turns a pasted request into SendMessage or SendFile: variables for a message's parts, properties for an account's.

Everything else stays a constant, exactly as pasted. Each choice is a decision with its reason; what Ringotel's
framework cannot express is a limit, and a limit that keeps the template from working is a blocking one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ringocli.importers.learn.constants import constant_risk
from ringocli.importers.learn.credential_places import (
    is_callback,
)
from ringocli.importers.learn.packed import packed_leaves
from ringocli.importers.learn.placeholders import shown
from ringocli.importers.learn.properties import PropertyBook, auth_of
from ringocli.importers.learn.remaining_values import RemainingValues
from ringocli.importers.learn.request_outline import GONE, Outline
from ringocli.importers.learn.request_state import Guidance, LearnedRequest
from ringocli.importers.learn.role_placement import RolePlacement
from ringocli.importers.learn.roles import RoleChoice, assign
from ringocli.importers.learn.sample_leaves import SampleLeaf, leaves_of
from ringocli.importers.learn.substitution import Span, locate_literal, substituted
from ringocli.importers.learn.url_credentials import embedded_in, host_parts, is_key_of_query, segment_parts
from ringocli.importers.learn.value_shapes import is_phone, is_prose, is_url, phone_scheme
from ringocli.importers.model import Pasted, limit
from ringocli.template.pattern.notation import VariablePart, split
from ringocli.template.pattern.pattern import Several
from ringocli.template.scaffold import KeptConstant
from ringocli.template.variables import Place
from ringocli.template.vocabulary import Role
from ringocli.text.pointer import Pointer

_ROLES = (Role.URL, Role.TO, Role.FROM, Role.CONTENT, Role.EXTENSION, Role.DOMAIN)


def learn_request(pasted: Pasted, place: Place, book: PropertyBook, guidance: Guidance | None = None) -> LearnedRequest:
    """Recognise the parts of a message in a pasted request, and write it as a request of a template."""
    return _RequestLearner(pasted, place, book, guidance or Guidance()).learn()


class _RequestLearner(RolePlacement, RemainingValues):
    """Learns one request: the parts of the message first, then everything else."""

    def learn(self) -> LearnedRequest:
        """The request with its auth, decisions and constants."""
        self.place_keys()
        fields = [*leaves_of(self.tree, ("body",)), *self.target.query_leaves, *self._path_leaves()]
        self.texts = {leaf.pointer: leaf.text for leaf in fields}
        self.learned.texts = [leaf.text for leaf in fields]
        self._drop_fields(fields)
        leaves = list(self._unpacked([leaf for leaf in fields if not self.is_gone(leaf.pointer)]))
        choices, others = assign(leaves, _ROLES, self.guidance.hints, named=self.guidance.named)
        if self.place is Place.SEND_FILE and Role.URL not in choices:
            choices |= _any_url(leaves, choices)
        self.learned.choices = choices
        self.reject_half_read_text(choices)
        self.place_choices()
        for role, leaf in others:
            if leaf.inside is None and not self.is_gone(leaf.pointer):
                why = f"also contains the value of ${self.variable(role)}$; sent unchanged"
                self.decide(leaf, None, leaf.text, why)
        for leaf in leaves:
            if leaf.pointer not in self.put and not self.is_gone(leaf.pointer) and not self.is_edited(leaf):
                self.place_other(leaf)
        self.learned.auth = auth_of(self.pasted, self.book, self.guidance.auth_names)
        self.check_kept()
        self._write()
        return self.learned

    def _path_leaves(self) -> list[SampleLeaf]:
        """The variable path segments, and those that contain a hinted value."""
        found = self.target.path_leaves({*self.book.known, *self.account()})
        known = {leaf.pointer for leaf in found}
        for leaf in self.target.path_leaves(set(self.target.segments)):
            if leaf.pointer not in known and any(
                locate_literal(text, leaf.text) for text in self.guidance.hints.values() if len(text) > 1
            ):
                found.append(leaf)
        return found

    def _unpacked(self, fields: Sequence[SampleLeaf]) -> Iterator[SampleLeaf]:
        """The fields, and instead of a field with JSON or XML in it the values in that."""
        for leaf in fields:
            inner = packed_leaves(leaf) if leaf.pointer[0] != "path" else []
            yield from inner or [leaf]

    def _drop_fields(self, fields: Sequence[SampleLeaf]) -> None:
        """Leave out the fields that the user drops: values, or whole objects and lists."""
        for name in self.guidance.dropped:
            for leaf in fields:
                for depth in range(len(leaf.names)):
                    outer = replace(leaf, names=leaf.names[depth:])
                    if outer.is_called(name):
                        self.put[_holder(leaf.pointer, depth)] = GONE
                        break

    # -- roles ----------------------------------------------------------------------------------

    def _variable(self, role: Role) -> str:
        return "content" if role is Role.URL else role.value

    def _reject_half_read_text(self, choices: dict[Role, RoleChoice]) -> None:
        """Take a text back that contains the recipient's number: a command such as ``SEND +1555... Hello``."""
        text = choices.get(Role.CONTENT)
        if text is None or Role.TO in choices or text.span is not None or text.why.startswith("as you"):
            return
        if any(is_phone(word) for word in text.leaf.text.split()[:3]):
            del choices[Role.CONTENT]
            self.learned.blocking.append(
                f'"{text.leaf.name}" seems to contain both the recipient and the text; name them with --hint '
                "to=NUMBER --hint content=TEXT"
            )

    def _place_choices(self) -> None:
        choices = self.learned.choices
        file = choices.get(Role.URL)
        text = choices.get(Role.CONTENT)
        if self.place is Place.SEND_MESSAGE and file is not None:
            choices.pop(Role.URL)
            self._leave_out_file(file)
        if self.place is Place.SEND_FILE and text is not None:
            choices.pop(Role.CONTENT)
            self._leave_out_caption(text)
        for role, choice in choices.items():
            self._place_choice(role, choice)
        packed = {choice.leaf.inside.pointer for choice in choices.values() if choice.leaf.inside is not None}
        for pointer, edits in self.edits.items():
            if pointer in packed:
                self.put[pointer] = substituted(self.texts[pointer], edits)
                continue
            text_of_field = self.texts[pointer]
            where = ".".join(str(step) for step in pointer[1:])
            filled = substituted(text_of_field, edits, lambda gap, where=where: self.book.filled(gap, where))  # type: ignore[misc]
            self.put[pointer] = self._with_embedded(filled, where)
        self._report_missing(has_file=file is not None)

    def _report_missing(self, *, has_file: bool) -> None:
        needed = {Role.TO: "to", (Role.URL if self.place is Place.SEND_FILE else Role.CONTENT): "content"}
        for role, variable in needed.items():
            if role in self.learned.choices:
                continue
            meaning = {Role.TO: "recipient", Role.CONTENT: "text", Role.URL: "file's URL"}[role]
            clause = (
                f"{self.place.value} sends the same message every time: no value was recognised as the {meaning} "
                f"(${variable}$); name it with --hint {role.value}=VALUE"
            )
            if role is Role.CONTENT and has_file:
                clause = "the sample sends a file but no text: use it with --file-from-curl, next to one with a text"
            self.learned.blocking.append(clause)
        if Role.FROM not in self.learned.choices and self.place is Place.SEND_MESSAGE:
            self.learned.notes.append(
                "no value was recognised as the sender ($from$): the provider uses its default sender"
            )

    def _leave_out_file(self, file: RoleChoice) -> None:
        self._drop(file.leaf.pointer, Role.URL)
        self.learned.file_url = file.leaf.text
        why = (
            "Ringotel sends either a text or a file: SendMessage is written without the file, SendFile without the text"
        )
        self.learned.limits.append(limit("a text with a file in one request", why))

    def _leave_out_caption(self, text: RoleChoice) -> None:
        leaf = text.leaf
        is_caption = is_prose(leaf.value) or leaf.text in (self.guidance.content, self.guidance.hints.get("content"))
        if not (is_caption or has_placeholder(leaf.text)) or leaf.text == self.guidance.hints.get("url"):
            return
        self._drop(leaf.pointer, Role.CONTENT)
        why = "Ringotel sends a file without a text, so the field is left out; if the provider requires it, add a constant"
        self.learned.limits.append(limit(f"a text with a file ({leaf.name})", why))

    def _drop(self, pointer: Pointer, role: Role) -> None:
        """Leave a value out, and with it the entry or the object of that role that contains nothing else."""
        while len(pointer) > 2 and pointer[0] == "body":
            step, holder = pointer[-1], pointer[-2]
            is_part = isinstance(step, int) or isinstance(holder, int) or name_score(role, (str(holder),)) > 60
            if not is_part or self._contains_role(pointer[:-1]):
                break
            pointer = pointer[:-1]
        self.put[pointer] = GONE

    def _contains_role(self, pointer: Pointer) -> bool:
        return any(choice.leaf.pointer[: len(pointer)] == pointer for choice in self.learned.choices.values())

    def _place_choice(self, role: Role, choice: RoleChoice) -> None:
        leaf, variable = choice.leaf, self._variable(role)
        span = choice.span
        if span is None and role in (Role.FROM, Role.TO) and (scheme := phone_scheme(leaf.text)):
            span = (len(scheme), len(leaf.text))
        literal = leaf.text if span is None else leaf.text[slice(*span)]
        if leaf.inside is not None:
            if not self._place_packed(leaf, span, variable):
                return
        elif span is not None:
            self.edits.setdefault(leaf.pointer, []).append((span, f"${variable}$"))
        else:
            self.put[leaf.pointer] = f"${variable}$"
        if isinstance(leaf.value, int | float) and not isinstance(leaf.value, bool):
            why = "Ringotel sends text: the provider gets a string with the same digits"
            self.learned.limits.append(limit(f"a number without quotes ({leaf.name})", why))
        self._shrink(leaf.pointer if leaf.inside is None else leaf.inside.pointer)
        why = choice.why
        if choice.rivals:
            also = ", ".join(f'"{rival.names[0]}"' for rival in choice.rivals[:3] if rival.names)
            why += f"; uncertain, {also} also fits" if also else ""
        self._decide(leaf, variable, without_secrets(shown(literal)), why)

    def _place_packed(self, leaf: SampleLeaf, span: Span | None, variable: str) -> bool:
        """Put a variable into JSON or XML inside a field; whether its place in the text is clear."""
        assert leaf.inside is not None
        raw = raw_span(leaf, span)
        field_name = next((str(step) for step in reversed(leaf.inside.pointer) if isinstance(step, str)), "")
        notation = written_in(leaf)
        if raw is None:
            self.learned.blocking.append(f"{leaf.name} inside {field_name} stays as in the sample: its text is escaped")
            return False
        self.edits.setdefault(leaf.inside.pointer, []).append((raw, f"${variable}$"))
        if variable == "content":
            why = f"the text is inserted as it is: {_BREAKS[notation]} in a message would break that {notation}"
            self.learned.add_limit(f"{notation} inside a field ({field_name})", why)
        return True

    def _shrink(self, pointer: Pointer) -> None:
        """Keep only the variable's element of each list around it."""
        node, at = self.tree, 1
        while pointer[0] == "body" and at < len(pointer):
            step = pointer[at]
            if isinstance(node, list) and not isinstance(node, Several):
                others = [(*pointer[:at], index) for index in range(len(node)) if index != step]
                dropped = [other for other in others if not self._contains_role(other)]
                self.put |= dict.fromkeys(dropped, GONE)
                if dropped:
                    name = next((str(part) for part in reversed(pointer[:at]) if isinstance(part, str)), "list")
                    what = f"several entries in {name if name != 'body' else 'one request'}"
                    self.learned.add_limit(what, "Ringotel sends each message to one recipient: one entry is kept")
            node = node[step]
            at += 1
        if isinstance(node, Several) and len(node) > 1:
            what = f"several values of {pointer[-1]}"
            self.learned.add_limit(what, "Ringotel sends to one recipient: one value is kept")

    # -- properties and constants ---------------------------------------------------------------

    def _place_other(self, leaf: SampleLeaf) -> None:
        name = leaf.names[0] if leaf.names else ""
        where = self._where(leaf)
        if leaf.pointer[0] == "path":
            self._place_segment(leaf)
            return
        if is_computed(shown(leaf.text)) and not (belongs_to_account(name, leaf.value) and _is_plain_variable(leaf)):
            self._leave_out_computed(leaf)
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
        if why is None and isinstance(leaf.value, str) and (has_placeholder(leaf.text) or embedded_in(leaf.text)):
            self._replace(leaf, self._with_embedded(self.book.filled(leaf.text, where, name), where))
            self._decide(leaf, None, self.book.masked(shown(leaf.text)), "a placeholder in the sample")
            return
        if why is None:
            self._keep(leaf)
            return
        title = shared or self.book.name_for(leaf.text, where, [found.name if found is not None else name])
        if isinstance(leaf.value, int | float) and leaf.inside is None:
            self.learned.add_limit(
                f"a number without quotes ({name})", "Ringotel sends text: the provider gets a string"
            )
        if is_signature(name):
            self.learned.blocking.append(
                f'it cannot authenticate: "{name}" seems to be a signature, which Ringotel cannot compute'
            )
        self._replace(leaf, f"${title}$")
        self._decide(leaf, title, "***", why)

    def _with_embedded(self, text: str, where: str) -> str:
        """A text with the credentials inside it replaced by properties; its variables stay."""
        return self.book.literally(text, lambda piece: self._with_parts(piece, embedded_in(piece), where))

    def _with_parts(self, text: str, parts: Sequence[EmbeddedValue], where: str) -> str:
        written, at = [], 0
        for part in parts:
            title = self.book.name_for(text[part.start : part.end], where, [part.name])
            written += [text[at : part.start], f"${title}$"]
            at = part.end
        return "".join([*written, text[at:]])

    def _place_keys(self) -> None:
        """Names of fields that are credentials: in a query they become properties, in a body they cannot be sent."""
        for index, (key, value) in enumerate(self.target.query):
            if is_key_of_query(key, value):
                title = self.book.name_for(unquote_plus(key), "the query of the URL", ["API key"])
                self.put["key", index] = f"${title}$"
        for key in list(self.tree) if isinstance(self.tree, dict) else []:
            if resembles_key(str(key)) and ("body", key) not in self.put:
                self.put["body", key] = GONE
                self.book.hide([str(key)])
                why = "a template cannot have a property as the name of a field, so this credential cannot be sent"
                what = "a credential as the name of a field"
                self.learned.add_limit(what, why, "it cannot authenticate: a credential is the name of a field")

    def _replace(self, leaf: SampleLeaf, text: str) -> None:
        """Replace a whole value, or a packed one inside its field."""
        if leaf.inside is None:
            self.put[leaf.pointer] = text
            return
        edits = self.edits.setdefault(leaf.inside.pointer, [])
        edits.append(((leaf.inside.start, leaf.inside.end), text))
        self.put[leaf.inside.pointer] = substituted(leaf.inside.text, edits)

    def _leave_out_computed(self, leaf: SampleLeaf) -> None:
        """Leave out what a shell computes for each run: no property could be filled with it."""
        if leaf.inside is not None:
            self.learned.blocking.append(f"{leaf.name} is computed by the shell, which Ringotel cannot do")
            return
        self.put[leaf.pointer] = GONE
        why = (
            f"the sample computes it for each run ({shown(leaf.text)[:40]}); Ringotel cannot, so the field is left out"
        )
        self.learned.add_limit(f"a computed value ({leaf.name})", why, computed_risk(leaf))

    def _place_segment(self, leaf: SampleLeaf) -> None:
        name = leaf.names[0] if leaf.names else "id"
        text = leaf.text
        for role, choice in self.learned.choices.items():
            if choice.leaf.text == text and is_phone(text) and choice.leaf.pointer in self.put:
                self.put[leaf.pointer] = self.put[choice.leaf.pointer]
                number = text[len(phone_scheme(text)) :]
                self._decide(leaf, self._variable(role), number, "the same number as in the body")
                return
        if parts := segment_parts(text):
            self.put[leaf.pointer] = self._with_parts(text, parts, self._where(leaf))
        elif (placeholder := whole(text)) is None or placeholder.end - placeholder.start < len(text):
            self.put[leaf.pointer] = self.book.filled(text, self._where(leaf), name)
        if self.put.get(leaf.pointer, text) == text:
            self.put[leaf.pointer] = f"${self.book.name_for(text, self._where(leaf), [name])}$"
        self._decide(leaf, None, "***", "this part of the URL belongs to the account")

    def _keep(self, leaf: SampleLeaf) -> None:
        """A constant stays, unless the notation would read it otherwise or a secret is hidden in it."""
        if isinstance(leaf.value, str) and any(isinstance(part, VariablePart) for part in split(leaf.text, ())):
            self.put[leaf.pointer] = GONE
            why = "a literal $ cannot be written there: the value is left out"
            self.learned.limits.append(limit(f"a text with $...$ in it ({self._where(leaf)})", why))
            return
        if is_other_recipient(leaf) and leaf.inside is None and not self._repeats_a_role(leaf):
            self.put[leaf.pointer] = GONE
            self.learned.add_limit(f"a further recipient ({leaf.name})", "Ringotel sends each message to one recipient")
            return
        self.kept.append(leaf)
        if (
            leaf.names
            and isinstance(leaf.value, int)
            and len(leaf.text) > 3
            and belongs_to_account(leaf.name, leaf.text)
        ):
            why = "a number without quotes cannot be a variable, so the template contains the sample's number"
            self.learned.notes.append(f"replace {leaf.name} in the template with your own: {why}")

    def _repeats_a_role(self, leaf: SampleLeaf) -> bool:
        return any(leaf.text.lstrip("+") == choice.literal.lstrip("+") for choice in self.learned.choices.values())

    def _check_kept(self) -> None:
        """List the constants; copies of a message's own values among them are blocking."""
        clauses = repeated(self.learned.choices, self.kept)
        clauses += number_keys(self.tree)
        copied = {leaf.pointer for leaf, _ in clauses if leaf is not None}
        clauses += stray_numbers([leaf for leaf in self.kept if leaf.pointer not in copied])
        self.learned.blocking += [clause for _, clause in clauses]

    def _where(self, leaf: SampleLeaf) -> str:
        if leaf.pointer[0] == "path":
            return "URL path"
        return f"{'query' if leaf.pointer[0] == 'query' else 'body'}, {'.'.join(reversed(leaf.names)) or '?'}"

    def _is_gone(self, pointer: Pointer) -> bool:
        return any(self.put.get(pointer[:end]) is GONE for end in range(1, len(pointer) + 1))

    def _is_edited(self, leaf: SampleLeaf) -> bool:
        """Whether a packed value has been replaced inside its field."""
        if leaf.inside is None:
            return False
        edits = self.edits.get(leaf.inside.pointer, [])
        return any(start < leaf.inside.end and leaf.inside.start < end for (start, end), _ in edits)

    # -- writing --------------------------------------------------------------------------------

    def _write(self) -> None:
        if self.target.scheme != "https":
            why = "Ringotel asks for https, which is used here: check that the provider supports it"
            self.learned.add_limit(f"{self.target.scheme}://", why)
            self.target = replace(self.target, scheme="https")
        host = self.with_parts(self.target.host, host_parts(self.target.host, self.account()), "host name of the URL")
        self.put["host",] = self.book.filled(host, "host name of the URL", "Base URL")
        outline = Outline(
            method=self.method, target=self.target, tree=self.tree, content_type=self.content_type, put=self.put
        )
        self.learned.spec = outline.as_spec()
        at: Pointer = ("API", self.place.value)
        self.learned.decisions = [
            replace(decision, pointer=(*at, *location))
            for decision in self.learned.decisions
            if (location := outline.location_of(decision.pointer)) is not None
        ]
        self.learned.constants = [
            KeptConstant(pointer=(*at, *location), name=leaf.name, value=shown(leaf.text), risk=constant_risk(leaf))
            for leaf in self.kept
            if leaf.names
            and leaf.value not in ("", None)
            and (location := outline.location_of(leaf.pointer if leaf.inside is None else leaf.inside.pointer))
        ]


def _holder(pointer: Pointer, depth: int) -> Pointer:
    """The pointer of the object ``depth`` names above a value; list positions have no names."""
    while depth and len(pointer) > 1:
        if isinstance(pointer[-1], str):
            depth -= 1
        pointer = pointer[:-1]
    while len(pointer) > 2 and isinstance(pointer[-1], int) and pointer[0] == "body":
        pointer = pointer[:-1]
    return pointer


def _any_url(leaves: Sequence[SampleLeaf], taken: Mapping[Role, RoleChoice]) -> dict[Role, RoleChoice]:
    """The only URL of a request that sends a file, whatever its name, unless it is a callback."""
    used = {choice.leaf.pointer for role, choice in taken.items() if role is not Role.CONTENT}
    free = [
        leaf
        for leaf in leaves
        if is_url(leaf.value) and leaf.pointer not in used and not any(is_callback(name) for name in leaf.names[:2])
    ]
    if not free:
        return {}
    why = "the only URL in the sample" if len(free) == 1 else "the first URL in the sample"
    return {Role.URL: RoleChoice(role=Role.URL, leaf=free[0], why=why, rivals=tuple(free[1:]))}
