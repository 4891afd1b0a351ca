"""Turns a pasted request into SendMessage or SendFile: variables for a message's parts, properties for an account's.

Everything else stays a constant, exactly as pasted. Each choice is a decision with its reason; what Ringotel's
framework cannot express is a limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote_plus

from ringocli.importers.learn.bodies import read_body
from ringocli.importers.learn.credential_places import (
    EmbeddedValue,
    account_value,
    belongs_to_account,
    is_callback,
    resembles_key,
    without_secrets,
)
from ringocli.importers.learn.headers import secrets_of_headers
from ringocli.importers.learn.pattern_tree import general
from ringocli.importers.learn.placeholders import has_placeholder, shown, whole
from ringocli.importers.learn.properties import PropertyBook, auth_of
from ringocli.importers.learn.request_outline import GONE, Outline
from ringocli.importers.learn.roles import RoleChoice, SampleLeaf, assign, leaves_of
from ringocli.importers.learn.url import Target
from ringocli.importers.learn.url_credentials import embedded_in, host_parts, is_key_of_query, segment_parts
from ringocli.importers.learn.value_shapes import is_phone, is_prose, is_url, phone_scheme
from ringocli.importers.model import BasicAuth, Limit, Pasted, limit
from ringocli.template.pattern.notation import VariablePart, split
from ringocli.template.pattern.pattern import Several
from ringocli.template.scaffold import Decision
from ringocli.template.schema import METHODS
from ringocli.template.variables import Place
from ringocli.template.vocabulary import Role, name_score
from ringocli.text.document import Document
from ringocli.text.pointer import Pointer


@dataclass(slots=True)
class Learned:
    """One request of the template, and all that is to be said of how it came about."""

    place: Place
    spec: dict[str, Any] = field(default_factory=dict)
    auth: dict[str, str] | None = None
    choices: dict[Role, RoleChoice] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    file_url: str | None = None


def learn_request(
    pasted: Pasted,
    place: Place,
    book: PropertyBook,
    *,
    hints: Mapping[str, str] | None = None,
    named: Mapping[str, Role | None] | None = None,
    content: str | None = None,
    auth_names: tuple[str, ...] = (),
) -> Learned:
    """Find the roles in a pasted request and write it as a request of a template.

    ``content`` is the text of the message in the other paste, by which a caption is known.
    """
    return _Reader(pasted, place, book, dict(hints or {}), dict(named or {}), content, auth_names).read()


class _Reader:
    """Reads one paste; what was found is collected in ``learned``."""

    def __init__(
        self,
        pasted: Pasted,
        place: Place,
        book: PropertyBook,
        hints: dict[str, str],
        named: dict[str, Role | None],
        content: str | None,
        auth_names: tuple[str, ...],
    ) -> None:
        self.pasted = pasted
        self.place = place
        self.book = book
        self.hints = hints
        self.named = named
        self.content = content
        self.auth_names = auth_names
        self.learned = Learned(place=place, limits=list(pasted.limits), notes=list(pasted.notes))
        self.target = Target.parse(pasted.url)
        self.put: dict[Pointer, Any] = {}
        self.method = self._method()
        body = read_body(pasted, self.method)
        self.tree, self.content_type = body.tree, body.content_type
        self.learned.limits += body.limits
        self.learned.notes += body.notes
        self.put |= {("body", name): GONE for name in body.files}
        book.declared |= pasted.declared
        book.hide(secrets_of_headers(pasted.headers))

    def read(self) -> Learned:
        """The request, its auth, its decisions."""
        leaves = [*leaves_of(self.tree, ("body",)), *self.target.query_leaves]
        leaves += self.target.path_leaves({*self.book.known, *self._account()})
        roles = (Role.URL, Role.TO, Role.FROM, Role.CONTENT, Role.EXTENSION, Role.DOMAIN)
        choices, others = assign(leaves, roles, self.hints, named=self.named)
        if self.place is Place.SEND_FILE and Role.URL not in choices:
            choices |= _any_address(leaves, choices)
        self.learned.choices = choices
        self._place_choices()
        for role, leaf in others:
            self._decide(
                leaf.pointer, None, leaf.text, f"also holds the value of ${self._variable(role)}$; kept as it is"
            )
        self._place_keys()
        for leaf in leaves:
            if leaf.pointer not in self.put and not self._is_gone(leaf.pointer):
                self._place_other(leaf)
        self.learned.auth = auth_of(self.pasted, self.book, self.auth_names)
        self._write()
        return self.learned

    # -- what is pasted -------------------------------------------------------------------------

    def _method(self) -> str:
        method = self.pasted.method.upper()
        if method in METHODS:
            return method
        instead = "GET" if method == "HEAD" else "POST"
        self.learned.limits.append(
            limit(f"the method {method if method.isalpha() else '...'}", f"{instead} is written in its place")
        )
        return instead

    # -- roles ----------------------------------------------------------------------------------

    def _variable(self, role: Role) -> str:
        if role is Role.URL:
            return "content"
        return role.value

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
        if Role.CONTENT in choices:
            choices[Role.CONTENT] = self._inside_json(choices[Role.CONTENT])
        for role, choice in choices.items():
            self._place_choice(role, choice)
        self._say_what_is_missing(has_file=file is not None)

    def _say_what_is_missing(self, *, has_file: bool) -> None:
        wanted = {Role.TO: "to", (Role.URL if self.place is Place.SEND_FILE else Role.CONTENT): "content"}
        for role, variable in wanted.items():
            if role in self.learned.choices:
                continue
            note = f"nothing in the paste was read as ${variable}$: --hint {role.value}=LITERAL says what stands for it"
            if role is Role.CONTENT and has_file:
                note = "the paste sends a file and no text: it is one for --file-from-curl, beside one for --from-curl"
            self.learned.notes.append(note)

    def _inside_json(self, choice: RoleChoice) -> RoleChoice:
        """The text itself, where a field holds JSON as text."""
        leaf = choice.leaf
        if choice.part is not None or leaf.text.lstrip()[:1] not in ("{", "["):
            return choice
        inner, _ = assign(list(leaves_of(Document.read("field", leaf.text).value)), (Role.CONTENT,))
        part = inner[Role.CONTENT].leaf.text if Role.CONTENT in inner else ""
        if not part or part not in leaf.text:
            return choice
        why = "the text goes in as it is: a quote or a line break in it would break that JSON"
        self._limit_once(f"JSON inside a field ({leaf.name})", why)
        return replace(choice, part=part, why=f"{inner[Role.CONTENT].why}, inside the JSON of {leaf.name!r}")

    def _leave_out_file(self, file: RoleChoice) -> None:
        self._drop(file.leaf.pointer, Role.URL)
        self.learned.file_url = file.leaf.text
        why = "Ringotel sends a message or a file: SendMessage is written without the file, SendFile without the text"
        self.learned.limits.append(limit("a text with a file in one request", why))

    def _leave_out_caption(self, text: RoleChoice) -> None:
        leaf = text.leaf
        is_caption = is_prose(leaf.value) or leaf.text in (self.content, self.hints.get("content"))
        if not (is_caption or has_placeholder(leaf.text)) or leaf.text == self.hints.get("url"):
            return
        self._drop(leaf.pointer, Role.CONTENT)
        why = "Ringotel sends a file without a text: the field is left out; if the provider insists on it, put a word there"
        self.learned.limits.append(limit(f"a text with a file ({leaf.name})", why))

    def _drop(self, pointer: Pointer, role: Role) -> None:
        """Leave a value out, and with it the entry or the object of that role that is about nothing else."""
        while len(pointer) > 2 and pointer[0] == "body":
            step, holder = pointer[-1], pointer[-2]
            is_part = isinstance(step, int) or isinstance(holder, int) or name_score(role, (str(holder),)) > 60
            if not is_part or self._holds_role(pointer[:-1]):
                break
            pointer = pointer[:-1]
        self.put[pointer] = GONE

    def _holds_role(self, pointer: Pointer) -> bool:
        return any(choice.leaf.pointer[: len(pointer)] == pointer for choice in self.learned.choices.values())

    def _place_choice(self, role: Role, choice: RoleChoice) -> None:
        leaf, variable = choice.leaf, self._variable(role)
        text, literal = f"${variable}$", choice.part or choice.leaf.text
        if choice.part is not None:
            at = leaf.text.find(choice.part)
            text = leaf.text[:at] + text + leaf.text[at + len(choice.part) :]
            text = self._with_embedded(self.book.filled(text, self._where(leaf)), self._where(leaf))
        elif role in (Role.FROM, Role.TO) and (scheme := phone_scheme(leaf.text)):
            text, literal = scheme + text, leaf.text[len(scheme) :]
        if isinstance(leaf.value, int | float) and not isinstance(leaf.value, bool):
            why = "Ringotel writes text: the provider gets a string of the same digits"
            self.learned.limits.append(limit(f"a number without quotes ({leaf.name})", why))
        self._shrink(leaf.pointer)
        self.put[leaf.pointer] = text
        why = choice.why
        if choice.rivals:
            also = ", ".join(repr(rival.names[0]) for rival in choice.rivals[:3] if rival.names)
            why += f"; doubtful, {also} fits too"
        self._decide(general(leaf.pointer), variable, without_secrets(shown(literal)), why)

    def _shrink(self, pointer: Pointer) -> None:
        """A list around a variable keeps the variable's element alone."""
        node, at = self.tree, 1
        while pointer[0] == "body" and at < len(pointer):
            step = pointer[at]
            if isinstance(node, list) and not isinstance(node, Several):
                others = [(*pointer[:at], index) for index in range(len(node)) if index != step]
                dropped = [other for other in others if not self._holds_role(other)]
                self.put |= dict.fromkeys(dropped, GONE)
                if dropped:
                    name = next((str(part) for part in reversed(pointer[:at]) if isinstance(part, str)), "list")
                    what = f"several entries in {name if name != 'body' else 'one request'}"
                    self._limit_once(what, "Ringotel sends each message to one recipient: one entry is kept")
            node = node[step]
            at += 1
        if isinstance(node, Several) and len(node) > 1:
            self._limit_once(f"several values of {pointer[-1]}", "Ringotel sends to one recipient: one value is kept")

    def _limit_once(self, what: str, why: str) -> None:
        if all(entry["what"] != what for entry in self.learned.limits):
            self.learned.limits.append(limit(what, why))

    # -- properties and constants ---------------------------------------------------------------

    def _place_other(self, leaf: SampleLeaf) -> None:
        name = leaf.names[0] if leaf.names else ""
        where = self._where(leaf)
        if leaf.pointer[0] == "path":
            self._place_segment(leaf)
            return
        found = account_value(
            self.tree,
            leaf.pointer,
            leaf.names,
            leaf.value,
            beside=[unquote_plus(key) for key, _ in self.target.query] if leaf.pointer[0] == "query" else (),
            declared=self.pasted.credential_fields,
        )
        shared = self.book.shared(leaf.text) if found is None else None
        why = found.why if found is not None else "the same value is a property already" if shared else None
        if why is None and leaf.text in self.book.known:
            why = "the preset of this provider has it as a property"
        if why is None and isinstance(leaf.value, str) and (has_placeholder(leaf.text) or embedded_in(leaf.text)):
            self.put[leaf.pointer] = self._with_embedded(self.book.filled(leaf.text, where, name), where)
            self._decide(leaf.pointer, None, self.book.masked(shown(leaf.text)), "the paste leaves this to you")
            return
        if why is None:
            self._keep(leaf)
            return
        title = shared or self.book.name_for(leaf.text, where, [found.name if found is not None else name])
        if isinstance(leaf.value, int | float):
            self._limit_once(f"a number without quotes ({name})", "Ringotel writes text: the provider gets a string")
        self.put[leaf.pointer] = f"${title}$"
        self._decide(leaf.pointer, title, "***", why)

    def _place_segment(self, leaf: SampleLeaf) -> None:
        name = leaf.names[0] if leaf.names else "id"
        text = leaf.text
        for role, choice in self.learned.choices.items():
            if choice.leaf.text == text and is_phone(text):
                self.put[leaf.pointer] = self.put[choice.leaf.pointer]
                number = text[len(phone_scheme(text)) :]
                self._decide(leaf.pointer, self._variable(role), number, "the same number stands in the body")
                return
        if parts := segment_parts(text):
            self.put[leaf.pointer] = self._with_parts(text, parts, self._where(leaf))
        elif (placeholder := whole(text)) is None or placeholder.end - placeholder.start < len(text):
            self.put[leaf.pointer] = self.book.filled(text, self._where(leaf), name)
        if self.put.get(leaf.pointer, text) == text:
            self.put[leaf.pointer] = f"${self.book.name_for(text, self._where(leaf), [name])}$"
        self._decide(leaf.pointer, None, "***", "this part of the address is the account's own")

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
                self.put["key", index] = (
                    f"${self.book.name_for(unquote_plus(key), 'the query of the URL', ['API key'])}$"
                )
        for key in list(self.tree) if isinstance(self.tree, dict) else []:
            if resembles_key(str(key)) and ("body", key) not in self.put:
                self.put["body", key] = GONE
                self.book.hide([str(key)])
                why = "a template cannot have a property as the name of a field, so this credential cannot be sent"
                self._limit_once("a credential as the name of a field", why)

    def _keep(self, leaf: SampleLeaf) -> None:
        """A constant stays, unless the notation would read it otherwise or a secret is hidden in it."""
        if isinstance(leaf.value, str) and any(isinstance(part, VariablePart) for part in split(leaf.text, ())):
            self.put[leaf.pointer] = GONE
            why = "there is no notation for a $ that is no variable: the value is left out"
            self.learned.limits.append(limit(f"a text with $...$ in it ({self._where(leaf)})", why))
        elif leaf.names and leaf.value not in ("", None):
            self._decide(leaf.pointer, None, leaf.text, "kept as in the sample")
            if isinstance(leaf.value, int) and len(leaf.text) > 3 and belongs_to_account(leaf.names[0], leaf.text):
                why = "it has no quotes, and a variable always has: the pasted number stands in the template"
                self.learned.notes.append(f"put your own {leaf.names[0]} into the template by hand: {why}")

    def _where(self, leaf: SampleLeaf) -> str:
        if leaf.pointer[0] == "path":
            return "the path of the address"
        return f"{'query' if leaf.pointer[0] == 'query' else 'body'}, {'.'.join(reversed(leaf.names)) or '?'}"

    def _is_gone(self, pointer: Pointer) -> bool:
        return any(self.put.get(pointer[:end]) is GONE for end in range(1, len(pointer) + 1))

    def _account(self) -> list[str]:
        """The user name of the credentials, which may stand in the path as well."""
        auth = self.pasted.auth
        return [auth.username] if isinstance(auth, BasicAuth) and len(auth.username) > 3 else []

    # -- writing --------------------------------------------------------------------------------

    def _write(self) -> None:
        if self.target.scheme != "https":
            why = "Ringotel asks for https, which is written here: look whether the provider offers it"
            self._limit_once(f"{self.target.scheme}://", why)
            self.target = replace(self.target, scheme="https")
        host = self._with_parts(self.target.host, host_parts(self.target.host, self._account()), "the host of the URL")
        self.put["host",] = self.book.filled(host, "the host of the URL", "Base URL")
        outline = Outline(
            method=self.method, target=self.target, tree=self.tree, content_type=self.content_type, put=self.put
        )
        self.learned.spec = outline.as_spec()
        self.learned.decisions = [
            replace(decision, pointer=("API", self.place.value, *outline.place_of(decision.pointer)))
            for decision in self.learned.decisions
        ]

    def _decide(self, pointer: Pointer, variable: str | None, value: str, why: str) -> None:
        self.learned.decisions.append(Decision(pointer=pointer, variable=variable, value=value, why=why))


def _any_address(leaves: Sequence[SampleLeaf], taken: Mapping[Role, RoleChoice]) -> dict[Role, RoleChoice]:
    """The only web address of a request that sends a file, whatever its name, unless it is called back."""
    used = {choice.leaf.pointer for role, choice in taken.items() if role is not Role.CONTENT}
    free = [
        leaf
        for leaf in leaves
        if is_url(leaf.value) and leaf.pointer not in used and not any(is_callback(name) for name in leaf.names[:2])
    ]
    if not free:
        return {}
    return {Role.URL: RoleChoice(role=Role.URL, leaf=free[0], why="the only web address", rivals=tuple(free[1:]))}
