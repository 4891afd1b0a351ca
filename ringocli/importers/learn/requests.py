"""Turns a pasted request into SendMessage or SendFile: variables for a message's parts, properties for an account's.

Everything else stays a constant, exactly as pasted. Each choice is a decision with its reason; what Ringotel's
framework cannot express is a limit, and a limit that keeps the template from working is a blocking one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import unquote

from ringocli.errors import UsageError
from ringocli.http.addresses import is_test_host
from ringocli.importers.learn.constants import constant_risk
from ringocli.importers.learn.credential_places import is_callback
from ringocli.importers.learn.embedded_documents import packed_leaves
from ringocli.importers.learn.placeholders import has_placeholder, shown
from ringocli.importers.learn.properties import PropertyBook, auth_of
from ringocli.importers.learn.remaining_values import RemainingValues
from ringocli.importers.learn.request_outline import LEFT_OUT, Outline
from ringocli.importers.learn.request_state import Guidance, LearnedRequest
from ringocli.importers.learn.role_placement import RolePlacement
from ringocli.importers.learn.roles import RoleChoice, assign
from ringocli.importers.learn.sample_leaves import SampleLeaf, leaves_of, with_given_names
from ringocli.importers.learn.substitution import locate_literal
from ringocli.importers.learn.url_credentials import host_parts, is_word_of_api
from ringocli.importers.learn.value_shapes import is_url
from ringocli.importers.pasted_request import Pasted
from ringocli.template.field_vocabulary import Role
from ringocli.template.scaffold import PATH, KeptConstant
from ringocli.template.variables import Place
from ringocli.text.pointer import Pointer

MAX_FIELDS = 2_000
"""More fields are not compared with each other; a request for one message has a few dozen."""

_ROLES = (Role.URL, Role.TO, Role.FROM, Role.CONTENT, Role.EXTENSION, Role.DOMAIN)


def learn_request(pasted: Pasted, place: Place, book: PropertyBook, guidance: Guidance | None = None) -> LearnedRequest:
    """Recognise the parts of a message in a pasted request, and write it as a request of a template.

    Raises:
        UsageError: the request has too many fields.
    """
    return _RequestLearner(pasted, place, book, guidance or Guidance()).learn()


class _RequestLearner(RolePlacement, RemainingValues):
    """Learns one request: the parts of the message first, then everything else."""

    def learn(self) -> LearnedRequest:
        """The request with its auth, decisions and constants."""
        self.place_keys()
        fields = [*leaves_of(self.tree, ("body",)), *self.target.query_leaves, *self._path_leaves()]
        if len(fields) > MAX_FIELDS:
            raise UsageError(
                f"the pasted request has more than {MAX_FIELDS:,} fields", "Paste one that sends a single message."
            )
        self.texts = {leaf.pointer: leaf.text for leaf in fields}
        self.learned.texts = [leaf.text for leaf in fields]
        self._drop_fields(fields)
        leaves = list(with_given_names(self._unpacked([leaf for leaf in fields if not self.is_gone(leaf.pointer)])))
        self.leaves = leaves
        choices, others = assign(leaves, _ROLES, self.guidance.hints, named=self.guidance.named, own=self.guidance.own)
        if self.place is Place.SEND_FILE and Role.URL not in choices:
            choices |= _any_url(leaves, choices)
        self.learned.choices = choices
        self.reject_half_read_text(choices)
        self.check_list(leaves, choices)
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
        """The fields; a field that contains JSON or XML is replaced by the values in it."""
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
                        self.put[_holder(leaf.pointer, depth)] = LEFT_OUT
                        break

    def _use_https(self) -> None:
        """Use https for a public host; the URL of a test server stays as it is, and the template is incomplete."""
        if self.target.scheme.lower() == "https":
            return
        host = self.target.host
        is_known = not has_placeholder(host) or bool(re.search(r":\d+$", host))
        if self.target.scheme.lower() == "http" and is_known and is_test_host(host):
            why = (
                "a URL with a port, an IP address or a bare host name is a test server: put the provider's https "
                "URL into request_url; for local tests use send-test --url"
            )
            clause = f"its URL uses http, and Ringotel requires https: {why}"
            self.learned.add_limit("http://", why, clause)
            if has_placeholder(host):  # a property: whose host it is shows only when it is filled in
                self.target = replace(self.target, scheme="https")
            return
        why = "Ringotel requires https, which is used instead: check that the provider supports it"
        self.learned.add_limit(f"{self.target.scheme}://", why)
        self.target = replace(self.target, scheme="https")

    def _write(self) -> None:
        self._use_https()
        host = self.book.with_parts(
            self.target.host, host_parts(self.target.host, self.account()), "host name of the URL"
        )
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
        self.learned.constants = [*self._kept_segments(), *self._kept_values(outline), *self._kept_around(outline)]

    def _kept_segments(self) -> Iterator[KeptConstant]:
        """The path segments that are not usual words of an API; before such a word they may name an account."""
        usual = [is_word_of_api(unquote(segment)) for segment in self.target.segments]
        for index, segment in enumerate(self.target.segments):
            if segment and not usual[index] and ("path", index) not in self.put:
                risk = (
                    "it may identify the sample's account: if so, use a property instead"
                    if any(usual[index + 1 :])
                    else None
                )
                pointer = ("API", self.place.value, "request_url")
                yield KeptConstant(pointer=pointer, name=PATH, value=shown(segment), risk=risk)

    def _kept_around(self, outline: Outline) -> Iterator[KeptConstant]:
        """What stays around the variables inside a text, such as a command of the provider."""
        for pointer in self.edits:
            written = str(self.put.get(pointer, ""))
            words = re.findall(r"(?<![:@.\w])[^\W_]{3,}\b(?![:.])", re.sub(r"\$[^$]+\$", " ", written))
            location = outline.location_of(pointer)
            packed = any(leaf.inside is not None and leaf.inside.pointer == pointer for leaf in self.leaves)
            if words and location is not None and pointer[0] != "path" and not packed:
                risk = "it may contain a login" if len(words) > 1 else None
                at = ("API", self.place.value, *location)
                yield KeptConstant(pointer=at, name=str(location[-1]), value=written, risk=risk)

    def _kept_values(self, outline: Outline) -> list[KeptConstant]:
        at: Pointer = ("API", self.place.value)
        return [
            KeptConstant(pointer=(*at, *location), name=leaf.name, value=shown(leaf.text), risk=constant_risk(leaf))
            for leaf in self.kept
            if leaf.names
            and leaf.value not in ("", None)
            and (location := outline.location_of(leaf.pointer if leaf.inside is None else leaf.inside.pointer))
        ]


def _holder(pointer: Pointer, depth: int) -> Pointer:
    """The pointer of the object that is ``depth`` keys above a value; list positions are not counted."""
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
