"""The state of a pasted request while it is turned into a request of a template."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ringocli.importers.learn.bodies import read_body
from ringocli.importers.learn.embedded_documents import raw_span
from ringocli.importers.learn.explanations import Explanations
from ringocli.importers.learn.headers import secrets_of_headers
from ringocli.importers.learn.properties import PropertyBook
from ringocli.importers.learn.request_outline import LEFT_OUT
from ringocli.importers.learn.roles import RoleChoice
from ringocli.importers.learn.sample_leaves import SampleLeaf
from ringocli.importers.learn.substitution import Span, substituted
from ringocli.importers.learn.url import Target
from ringocli.importers.learn.url_credentials import embedded_in
from ringocli.importers.pasted_request import BasicAuth, Pasted
from ringocli.template.field_vocabulary import Role, name_score
from ringocli.template.limit import Blocker, Limit
from ringocli.template.scaffold import Decision, KeptConstant
from ringocli.template.schema import METHODS
from ringocli.template.variables import Place
from ringocli.text.pointer import Pointer


@dataclass(slots=True, kw_only=True)
class LearnedRequest(Explanations):
    """One request of the template, and the explanations of how it was learned.

    ``sends_several`` if the sample has several recipients or messages, of which the template keeps one.
    """

    place: Place
    spec: dict[str, Any] = field(default_factory=dict)
    auth: dict[str, str] | None = None
    choices: dict[Role, RoleChoice] = field(default_factory=dict)
    constants: list[KeptConstant] = field(default_factory=list)
    blocking: list[Blocker] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    file_url: str | None = None
    sends_several: bool = False

    def block(self, clause: str, *, is_solved_by_relay: bool = False) -> None:
        """Add a clause that says why the template cannot work in its present form."""
        self.blocking.append(Blocker(clause, is_solved_by_relay))

    def add_several(self, what: str, why: str) -> None:
        """Add the limit that only one of several recipients or messages is kept."""
        self.sends_several = True
        self.add_limit(f"several {what}", why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guidance:
    """Knowledge about a request that does not come from its text.

    ``hints`` are sample values by role; ``named`` corrections (a field → its role, None for a constant); ``dropped``
    the fields to leave out; ``content`` the text of the message in the other sample, by which a caption is recognised;
    ``own`` the digits of the account's numbers in the webhooks; ``numbers`` the portal's format that the preset of this
    provider names, or "".
    """

    hints: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, Role | None] = field(default_factory=dict)
    dropped: Collection[str] = ()
    content: str | None = None
    own: frozenset[str] = frozenset()
    auth_names: tuple[str, ...] = ()
    numbers: str = ""


class RequestState:
    """One request while it is learned; the result is collected in ``learned``.

    ``put`` are replacements of whole values, ``edits`` of parts of a text, both by the pointer of the field.
    """

    def __init__(self, pasted: Pasted, place: Place, book: PropertyBook, guidance: Guidance) -> None:
        self.pasted = pasted
        self.place = place
        self.book = book
        self.guidance = guidance
        self.learned = LearnedRequest(place=place, limits=list(pasted.limits), notes=list(pasted.notes))
        self.target = Target.parse(pasted.url)
        self.put: dict[Pointer, Any] = {}
        self.edits: dict[Pointer, list[tuple[Span, str]]] = {}
        self.texts: dict[Pointer, str] = {}
        self.leaves: list[SampleLeaf] = []
        self.kept: list[SampleLeaf] = []
        self.method = self._supported_method()
        body = read_body(pasted, self.method)
        self.tree, self.content_type = body.tree, body.content_type
        self.learned.limits += body.limits
        self.learned.notes += body.notes
        self.put |= {("body", name): LEFT_OUT for name in body.files}
        book.declared |= pasted.declared
        book.hide(secrets_of_headers(pasted.headers))

    def _supported_method(self) -> str:
        method = self.pasted.method.upper()
        if method in METHODS:
            return method
        substitute = "GET" if method == "HEAD" else "POST"
        self.learned.limits.append(
            Limit(f"the method {method if method.isalpha() else '...'}", f"{substitute} is used instead")
        )
        return substitute

    def account(self) -> list[str]:
        """The user name of the credentials, which may be in the path as well."""
        auth = self.pasted.auth
        return [auth.username] if isinstance(auth, BasicAuth) and len(auth.username) > 3 else []

    def variable(self, role: Role) -> str:
        return "content" if role is Role.URL else role.value

    def contains_role(self, pointer: Pointer) -> bool:
        return any(choice.leaf.pointer[: len(pointer)] == pointer for choice in self.learned.choices.values())

    def drop_value(self, choice: RoleChoice) -> None:
        """Leave a value out; a part of a text, or one inside JSON or XML in a field, becomes empty."""
        leaf, span = choice.leaf, choice.span
        if leaf.inside is not None:
            raw = raw_span(leaf, span) or (leaf.inside.start, leaf.inside.end)
            self.edits.setdefault(leaf.inside.pointer, []).append((raw, ""))
        elif span is not None and any(other.leaf.pointer == leaf.pointer for other in self.learned.choices.values()):
            self.edits.setdefault(leaf.pointer, []).append((span, ""))
        else:
            self.drop(leaf.pointer, choice.role)

    def drop(self, pointer: Pointer, role: Role) -> None:
        """Leave a value out, and with it the entry or the object of that role that contains nothing else."""
        while len(pointer) > 2 and pointer[0] == "body":
            step, holder = pointer[-1], pointer[-2]
            is_part = isinstance(step, int) or isinstance(holder, int) or name_score(role, (str(holder),)) > 60
            if not is_part or self.contains_role(pointer[:-1]):
                break
            pointer = pointer[:-1]
        self.put[pointer] = LEFT_OUT

    def where(self, leaf: SampleLeaf) -> str:
        if leaf.pointer[0] == "path":
            return "URL path"
        return f"{'query' if leaf.pointer[0] == 'query' else 'body'}, {'.'.join(reversed(leaf.names)) or '?'}"

    def is_gone(self, pointer: Pointer) -> bool:
        return any(self.put.get(pointer[:end]) is LEFT_OUT for end in range(1, len(pointer) + 1))

    def is_edited(self, leaf: SampleLeaf) -> bool:
        """Whether a packed value has been replaced inside its field."""
        if leaf.inside is None:
            return False
        edits = self.edits.get(leaf.inside.pointer, [])
        return any(start < leaf.inside.end and leaf.inside.start < end for (start, end), _ in edits)

    def decide(self, leaf: SampleLeaf, variable: str | None, value: str, why: str) -> None:
        pointer = leaf.pointer if leaf.inside is None else leaf.inside.pointer
        label = {
            "path": "part of the URL's path",
            "query": f"the query parameter {leaf.name}",
        }.get(str(pointer[0]), "")
        self.learned.decisions.append(Decision(pointer=pointer, variable=variable, value=value, why=why, label=label))

    def with_embedded(self, text: str, where: str) -> str:
        """A text with the credentials inside it replaced by properties; its variables stay."""
        return self.book.literally(text, lambda piece: self.book.with_parts(piece, embedded_in(piece), where))

    def replace(self, leaf: SampleLeaf, text: str) -> None:
        """Replace a whole value, or a packed one inside its field."""
        if leaf.inside is None:
            self.put[leaf.pointer] = text
            return
        edits = self.edits.setdefault(leaf.inside.pointer, [])
        edits.append(((leaf.inside.start, leaf.inside.end), text))
        self.put[leaf.inside.pointer] = substituted(leaf.inside.text, edits)

    def repeats_a_role(self, leaf: SampleLeaf) -> bool:
        return any(leaf.text.lstrip("+") == choice.literal.lstrip("+") for choice in self.learned.choices.values())
