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
from ringocli.importers.learn.remaining_values import check_kept, place_keys, place_other
from ringocli.importers.learn.request_outline import LEFT_OUT, Outline
from ringocli.importers.learn.request_state import Guidance, LearnedRequest, RequestState
from ringocli.importers.learn.role_placement import check_list, place_choices, reject_half_read_text
from ringocli.importers.learn.roles import RoleChoice, assign
from ringocli.importers.learn.sample_leaves import SampleLeaf, leaves_of, with_given_names
from ringocli.importers.learn.substitution import locate_literal
from ringocli.importers.learn.url_credentials import host_parts, is_word_of_api
from ringocli.importers.learn.value_shapes import is_url
from ringocli.importers.pasted_request import Pasted
from ringocli.template.field_vocabulary import Role
from ringocli.template.scaffold import HOST, PATH, KeptConstant
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
    return _learned(RequestState(pasted, place, book, guidance or Guidance()))


_MEDIA = re.compile(r"\.(?:jpe?g|png|gif|mp4|3gp|mp3|pdf|webp|vcf)(?:$|[?#])", re.I)
_DECORATION = re.compile(r"logo|icon|avatar|thumb|brand|banner|background", re.I)
"""Names of pictures that belong to the sender, not to the message."""


def _learned(state: RequestState) -> LearnedRequest:
    """Recognise the parts of the message first, then decide about everything else."""
    place_keys(state)
    fields = [*leaves_of(state.tree, ("body",)), *state.target.query_leaves, *_path_leaves(state)]
    if len(fields) > MAX_FIELDS:
        raise UsageError(
            f"the pasted request has more than {MAX_FIELDS:,} fields", "Paste one that sends a single message."
        )
    state.texts = {leaf.pointer: leaf.text for leaf in fields}
    state.learned.texts = [leaf.text for leaf in fields]
    _drop_fields(state, fields)
    leaves = list(with_given_names(_unpacked([leaf for leaf in fields if not state.is_gone(leaf.pointer)])))
    state.leaves = leaves
    choices, others = assign(leaves, _ROLES, state.guidance.hints, named=state.guidance.named, own=state.guidance.own)
    if state.place is Place.SEND_FILE and Role.URL not in choices:
        choices |= _any_url(leaves, choices)
    if state.place is Place.SEND_MESSAGE and Role.URL not in choices:
        files = [leaf for leaf in leaves if _MEDIA.search(leaf.text) and not _DECORATION.search(leaf.name)]
        choices |= _any_url(files, choices)
    state.learned.choices = choices
    reject_half_read_text(state, choices)
    check_list(state, leaves, choices)
    place_choices(state)
    for role, leaf in others:
        if leaf.inside is None and not state.is_gone(leaf.pointer):
            why = f"also contains the value of ${state.variable(role)}$; sent unchanged"
            state.decide(leaf, None, leaf.text, why)
    for leaf in leaves:
        if leaf.pointer not in state.put and not state.is_gone(leaf.pointer) and not state.is_edited(leaf):
            place_other(state, leaf)
    state.learned.auth = auth_of(state.pasted, state.book, state.guidance.auth_names)
    check_kept(state)
    _write(state)
    return state.learned


def _path_leaves(state: RequestState) -> list[SampleLeaf]:
    """The variable path segments, and those that contain a hinted value."""
    found = state.target.path_leaves({*state.book.known, *state.account()})
    known = {leaf.pointer for leaf in found}
    for leaf in state.target.path_leaves(set(state.target.segments)):
        if leaf.pointer not in known and any(
            locate_literal(text, leaf.text) for text in state.guidance.hints.values() if len(text) > 1
        ):
            found.append(leaf)
    return found


def _unpacked(fields: Sequence[SampleLeaf]) -> Iterator[SampleLeaf]:
    """The fields; a field that contains JSON or XML is replaced by the values in it."""
    for leaf in fields:
        inner = packed_leaves(leaf) if leaf.pointer[0] != "path" else []
        yield from inner or [leaf]


def _drop_fields(state: RequestState, fields: Sequence[SampleLeaf]) -> None:
    """Leave out the fields that the user drops: values, or whole objects and lists."""
    for name in state.guidance.dropped:
        for leaf in fields:
            for depth in range(len(leaf.names)):
                outer = replace(leaf, names=leaf.names[depth:])
                if outer.is_called(name):
                    state.put[_holder(leaf.pointer, depth)] = LEFT_OUT
                    break


def _use_https(state: RequestState) -> None:
    """Use https for a public host; the URL of a test server stays as it is, and the template is incomplete."""
    if state.target.scheme.lower() == "https":
        return
    host = state.target.host
    is_known = not has_placeholder(host) or bool(re.search(r":\d+$", host))
    if state.target.scheme.lower() == "http" and is_known and is_test_host(host):
        why = (
            "a URL with a port, an IP address or a bare host name is a test server: put the provider's https "
            "URL into request_url; for local tests use send-test --url"
        )
        clause = f"its URL uses http, and Ringotel requires https: {why}"
        state.learned.add_limit("http://", why, clause)
        if has_placeholder(host):  # a property: its host is known only once it is filled in
            state.target = replace(state.target, scheme="https")
        return
    why = "Ringotel requires https, which is used instead: check that the provider supports it"
    state.learned.add_limit(f"{state.target.scheme}://", why)
    state.target = replace(state.target, scheme="https")


def _write(state: RequestState) -> None:
    _use_https(state)
    host = state.book.with_parts(
        state.target.host, host_parts(state.target.host, state.account()), "host name of the URL"
    )
    state.put["host",] = state.book.filled(host, "host name of the URL", "Base URL")
    outline = Outline(
        method=state.method, target=state.target, tree=state.tree, content_type=state.content_type, put=state.put
    )
    state.learned.spec = outline.as_spec()
    at: Pointer = ("API", state.place.value)
    state.learned.decisions = [
        replace(decision, pointer=(*at, *location))
        for decision in state.learned.decisions
        if (location := outline.location_of(decision.pointer)) is not None
    ]
    state.learned.constants = [*_kept_segments(state), *_kept_values(state, outline), *_kept_around(state, outline)]


def _kept_segments(state: RequestState) -> Iterator[KeptConstant]:
    """A sandbox, and the path segments that are not usual words of an API; before such a word they may name an account.

    A segment before a property says what the property is, as in ``account/$Account ID$``.
    """
    pointer: Pointer = ("API", state.place.value, "request_url")
    usual = [is_word_of_api(unquote(segment)) for segment in state.target.segments]
    if not _SANDBOX.isdisjoint(state.target.host.lower().split(".")[:-2]):
        yield KeptConstant(pointer=pointer, name=HOST, value=str(state.put["host",]), risk=SANDBOX)
    for index, segment in enumerate(state.target.segments):
        if segment.lower() == "sandbox":
            yield KeptConstant(pointer=pointer, name=PATH, value=segment, risk=SANDBOX)
        if segment and not usual[index] and ("path", index) not in state.put:
            risk = (
                "it may identify the sample's account: if so, use a property instead"
                if any(usual[index + 1 :]) and ("path", index + 1) not in state.put
                else None
            )
            yield KeptConstant(pointer=pointer, name=PATH, value=shown(segment), risk=risk)


_SANDBOX = frozenset({"sandbox", "staging", "test", "uat"})
SANDBOX = "a sandbox: messages may not be delivered"


def _kept_around(state: RequestState, outline: Outline) -> Iterator[KeptConstant]:
    """The constant text around variables inside a value, such as a command of the provider."""
    for pointer in state.edits:
        written = str(state.put.get(pointer, ""))
        words = re.findall(r"(?<![:@.\w])[^\W_]{3,}\b(?![:.])", re.sub(r"\$[^$]+\$", " ", written))
        location = outline.location_of(pointer)
        packed = any(leaf.inside is not None and leaf.inside.pointer == pointer for leaf in state.leaves)
        if words and location is not None and pointer[0] != "path" and not packed:
            risk = "it may contain a login" if len(words) > 1 else None
            at = ("API", state.place.value, *location)
            yield KeptConstant(pointer=at, name=str(location[-1]), value=written, risk=risk)


def _kept_values(state: RequestState, outline: Outline) -> list[KeptConstant]:
    at: Pointer = ("API", state.place.value)
    return [
        KeptConstant(pointer=(*at, *location), name=leaf.name, value=_as_written(state, leaf), risk=constant_risk(leaf))
        for leaf in state.kept
        if leaf.names
        and leaf.value not in ("", None)
        and (location := outline.location_of(leaf.pointer if leaf.inside is None else leaf.inside.pointer))
    ]


def _as_written(state: RequestState, leaf: SampleLeaf) -> str:
    """A kept value as the template contains it: a callback URL may have properties in it."""
    written = state.put.get(leaf.pointer) if leaf.inside is None else None
    return shown(written if isinstance(written, str) else leaf.text)


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
