"""Distinct events: event ``i`` of a run is a function of the template, the values, the seed and ``i`` (or a data row).

The same seed gives the same bytes in the same order, whatever the concurrency, ``PYTHONHASHSEED`` or Python version.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from time import time
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ringocli.errors import UsageError
from ringocli.http.exchange import RenderedRequest
from ringocli.messaging.load.compiled import CompiledRequest, Encode, Filler, Part, Pieces, Row, compiled
from ringocli.messaging.load.identifiers import COPIES_FROM, Number, identifier, key_of
from ringocli.messaging.load.provider_data import Base, ProviderData, base_for
from ringocli.messaging.load.sample_overlay import ID_MARK, completer, without
from ringocli.messaging.request import at_base, render_event, render_request
from ringocli.template.model import RequestSpec, Template, WebhookEvent
from ringocli.template.values import Layer, Missing, Values
from ringocli.template.variables import ALIASES, REQUESTS, Kind, Place, kind_at, sample
from ringocli.text.pointer import Pointer
from ringocli.text.secret import Secret, sent
from ringocli.text.traced import Piece, Traced
from ringocli.text.url import split_url

if TYPE_CHECKING:
    from ringocli.messaging.load.signatures import Signer

Subject: TypeAlias = WebhookEvent | RequestSpec
"""What is sent: an event of the provider, or a request that Ringotel would send."""

NO_ROW: Row = {}


class Event(NamedTuple):
    """One event, ready to be sent; ``number`` counts from 0, ``payload`` is the whole HTTP request, the same on every try.

    ``delay_s`` is how long after its due time it is sent; ``damaged`` events should be refused.
    """

    number: int
    id: str
    payload: bytes
    delay_s: float = 0.0
    damaged: bool = False
    row: Row = NO_ROW


class Recipe(NamedTuple):
    """Everything that decides the bytes of a run's events.

    ``url`` is the whole webhook URL, or for requests the scheme, host and port that replace the template's
    (None: as in the template). ``columns`` are the variables that data rows set. ``missing`` is as in ``fill``.
    """

    template: Template
    subjects: tuple[Subject, ...]
    values: Values
    missing: Missing | None
    url: Secret | None
    seed: int
    content_type: str | None = None
    provider: ProviderData | None = None
    columns: tuple[str, ...] = ()
    signer: Signer | None = None


class _Shape(NamedTuple):
    """A subject compiled for one set of columns that have a value."""

    request: CompiledRequest
    fillers: Mapping[str, Filler]
    content_type: str


class EventFactory:
    """Makes the events of a recipe, in any order."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        words = [recipe.template.id, *(subject_name(subject) for subject in recipe.subjects)]
        self._key = key_of(str(recipe.seed), *words)
        self.run_id = self._key.hex()[:12]
        self._bases: dict[Pointer, Base | None] = {}
        self._shapes: dict[tuple[int, bool, tuple[str, ...]], _Shape] = {}
        self._id_start = f"evt_{self.run_id}_"
        self._plays_provider = not isinstance(recipe.subjects[0], RequestSpec)
        self._check_columns()
        # Saves a lookup for each event if all events but the first have the same shape.
        is_uniform = len(recipe.subjects) == 1 and not recipe.columns
        self._usual: _Shape | None = self._shape(1, NO_ROW) if is_uniform else None

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """The events and requests from which each event is made."""
        return self._recipe.subjects

    def copy(self, index: int, row: Row, number: int) -> Event:
        """The same event under other ids, as some providers deliver an event twice."""
        return self.event(index + number * COPIES_FROM, row)

    def rendered(self, index: int = 0, row: Row = NO_ROW) -> RenderedRequest:
        """The request as it is shown: with its notes, and with secrets masked.

        Raises:
            UsageError, LocalError: as ``render_event`` and ``render_request``.
        """
        texts = {name: _text(filler, index, row) for name, filler in self._shape(index, row).fillers.items()}
        values = {name: text for name, text in texts.items() if not name.startswith(ID_MARK)}
        unset = frozenset(name for name, filler in self._shape(index, row).fillers.items() if filler is _empty_filler)
        marked = values | dict.fromkeys(unset, "0")
        request = _with_texts(self._render(self._subject(index), marked, unset), texts)
        invented = [name for name in ("content", "text") if name in values and name not in self._recipe.columns]
        return request._replace(notes=_with_invented(request, invented))

    def event(self, index: int, row: Row = NO_ROW) -> Event:
        """The event with that index.

        Raises:
            UsageError: a value of the row cannot be sent, or one that has to be set is missing.
        """
        shape = self._usual if self._usual is not None and index % COPIES_FROM else self._shape(index, row)
        request = shape.request
        try:
            body = request.body.filled(index, row) if request.body is not None else b""
        except UnicodeEncodeError:
            raise UsageError("a value contains a lone surrogate, which UTF-8 cannot encode", "Fix the data.") from None
        event_id = f"{self._id_start}{index}" if index < COPIES_FROM else self._copy_id(index)
        extra = f"webhook-id: {event_id}\r\n".encode("ascii") if self._plays_provider else b""
        if self._recipe.signer is None:
            return Event(index, event_id, request.payload(body, extra, index, row), row=row)
        target = request.target.filled(index, row).decode("ascii")
        target, lines = self._signed(target, event_id, body, shape.content_type)
        return Event(index, event_id, request.payload_to(target.encode("ascii"), body, extra + lines), row=row)

    def payloads(self, indexes: Sequence[int]) -> list[bytes]:
        """The payloads of many events without rows, each as ``event`` makes it, but in a quarter of the time.

        Raises:
            UsageError: the same as for ``event``.
        """
        request = self._usual.request if self._usual is not None else None
        body = request.body if request is not None else None
        is_plain = self._recipe.signer is None and indexes[0] > 0 and indexes[-1] < COPIES_FROM
        if is_plain and request is not None and request.start and body is not None and body.format:
            # Numbers only get longer, so if the first and the last have the same length, all numbers have it.
            length = len(body.filled(indexes[0], NO_ROW))
            if length == len(body.filled(indexes[-1], NO_ROW)):
                event_id = f"webhook-id: {self._id_start}%d\r\n".encode("ascii") if self._plays_provider else b""
                start = request.start.replace(b"%", b"%%") + b"Content-Length: %d\r\n" % length
                columns = body.columns(indexes)
                values = zip(indexes, *columns, strict=True) if event_id else zip(*columns, strict=True)
                return list(map((start + event_id + b"\r\n" + body.format).__mod__, values))
        return [self.event(index).payload for index in indexes]

    def event_of(self, index: int, payload: bytes) -> Event:
        """The event whose payload was made before."""
        return Event(index, f"{self._id_start}{index}", payload)

    def _copy_id(self, index: int) -> str:
        """The id of a copy: outside the sequence of the events, in which a receiver looks for gaps."""
        return f"{self._id_start}{index % COPIES_FROM}copy{index // COPIES_FROM}"

    def _signed(self, target: str, event_id: str, body: bytes, content_type: str) -> tuple[str, bytes]:
        """Path and query, and the header lines that sign a body now: receivers refuse old timestamps."""
        signer, url = self._recipe.signer, self._recipe.url
        assert signer is not None
        target = signer.target(target, body, content_type)
        made = signer.headers(
            event_id, (split_url(sent(url)).origin if url is not None else "") + target, body, content_type, int(time())
        )
        return target, b"".join(f"{name}: {value}\r\n".encode("ascii") for name, value in made.items())

    def variables(self, index: int, row: Row = NO_ROW) -> dict[str, str]:
        """The variables of an event as they are shown."""
        return {name: str(value) for name, value in self.rendered(index, row).variables.items()}

    def subject(self, index: int) -> Subject:
        """The subject of an event: the subjects take turns."""
        return self._subject(index)

    def _subject(self, index: int) -> Subject:
        return self._recipe.subjects[index % COPIES_FROM % len(self._recipe.subjects)]

    def _shape(self, index: int, row: Row) -> _Shape:
        number = index % COPIES_FROM
        turn = number % len(self._recipe.subjects)
        present = tuple([name for name in self._recipe.columns if row.get(name)]) if row else ()
        key = turn, not number, present
        shape = self._shapes.get(key)
        if shape is None:
            shape = self._shapes[key] = self._compiled(self._recipe.subjects[turn], present, is_first=not number)
        return shape

    def _compiled(self, subject: Subject, present: tuple[str, ...], *, is_first: bool) -> _Shape:
        empty = tuple(name for name in self._recipe.columns if name not in present)
        fillers = {**self._own_fillers(subject, is_first=is_first), **_row_fillers(subject, present)}
        unset = dict.fromkeys(_row_fillers(subject, empty), _empty_filler)
        rendered = self._render(subject, dict.fromkeys(fillers | unset, "0"), frozenset(unset))
        fillers |= unset
        names = {piece.variable for piece in (*rendered.url.pieces, *(rendered.body.pieces if rendered.body else ()))}
        marks = sorted(name for name in names if name is not None and name.startswith(ID_MARK))
        fillers |= {name: self._id_filler(name[2:], name) for name in marks}
        return _Shape(compiled(rendered, fillers), fillers, rendered.content_type)

    def _render(self, subject: Subject, values: Mapping[str, str], unset: frozenset[str]) -> RenderedRequest:
        """Render with these values; keys whose value is one variable in ``unset`` are dropped, as Ringotel does."""
        recipe = self._recipe
        layer = Layer(outgoing=values) if isinstance(subject, RequestSpec) else Layer(incoming=values)
        layered = Values(layers=(layer, *recipe.values.layers))
        if isinstance(subject, RequestSpec):
            rendered = render_request(
                recipe.template, subject, layered, recipe.missing, complete=lambda tree: without(tree, unset)
            )
            return at_base(rendered, sent(recipe.url)) if recipe.url is not None else rendered
        base = self._base(subject)
        fill_in = completer(subject, base) if base is not None else lambda tree: tree
        return render_event(
            recipe.template,
            subject,
            layered,
            recipe.missing,
            url=recipe.url,
            content_type=recipe.content_type or (base.sample.content_type if base is not None else None),
            complete=lambda tree: fill_in(without(tree, unset)),
        )

    def _base(self, subject: WebhookEvent) -> Base | None:
        """The provider's sample webhook for an event, looked for once."""
        if subject.pointer not in self._bases:
            provider = self._recipe.provider
            found = base_for(self._recipe.template, subject, provider) if provider is not None else None
            self._bases[subject.pointer] = found
        return self._bases[subject.pointer]

    def uses(self, name: str) -> bool:
        """Whether any of the events uses a variable; ``name`` may be an alias."""
        return any(variable_of(name, place_of(one)) in variables_of(one) for one in self._recipe.subjects)

    def _own_fillers(self, subject: Subject, *, is_first: bool) -> dict[str, Filler]:
        """Variables that differ from event to event without any data: the message id, and an invented text."""
        place = place_of(subject)
        known = {**self._recipe.values.at(place), **dict.fromkeys(_row_fillers(subject, self._recipe.columns), "set")}
        fillers: dict[str, Filler] = {}
        if not known.get("messageid"):
            pattern = self._recipe.provider.message_id if self._recipe.provider is not None else "{uuid}"
            fillers["messageid"] = self._id_filler(pattern, "messageid", is_shared=True)
        if self._recipe.missing is Missing.SAMPLE:
            for name in ("content", "text"):
                if not known.get(name) and kind_at(name, place) is Kind.TEXT:
                    fillers[name] = _sample_text(sample(name, place), is_first=is_first)
        used = variables_of(subject)
        return {name: filler for name, filler in fillers.items() if name in used}

    def _id_filler(self, pattern: str, name: str, *, is_shared: bool = False) -> Filler:
        """An identifier of letters, digits and hyphens, which no encoding changes."""
        parts = identifier(pattern, key_of(self._key.hex(), name), is_shared=is_shared)
        return lambda encode: parts

    def _check_columns(self) -> None:
        for subject in self._recipe.subjects:
            place = place_of(subject)
            set_twice = [name for name in self._recipe.columns if name in _option_names(self._recipe.values)]
            if set_twice:
                raise UsageError(
                    f"{', '.join(set_twice)} is set by an option and is a column of the data ({place})",
                    "Remove one of the two.",
                )


def _option_names(values: Values) -> set[str]:
    return {*values.layers[0].variables} if values.layers else set()


def place_of(subject: Subject) -> Place:
    """The ``Place`` of a request or event, which decides what its variables mean."""
    return subject.name if isinstance(subject, RequestSpec) else subject.place or Place.MESSAGE


def variables_of(subject: Subject) -> Collection[str]:
    """The variables in the body of a request or event."""
    return subject.body.variables if isinstance(subject, RequestSpec) else subject.pattern.variables


def subject_name(subject: Subject) -> str:
    """The name of a request or event."""
    return str(subject.name) if isinstance(subject, RequestSpec) else subject.label


def _row_fillers(subject: Subject, present: tuple[str, ...]) -> dict[str, Filler]:
    """The variable that each column sets."""
    place = place_of(subject)
    fillers: dict[str, Filler] = {}
    for column in present:
        fillers[variable_of(column, place)] = _column(column)
    return fillers


def variable_of(name: str, place: Place) -> str:
    """The variable that a column or option sets: ``number`` and ``contact`` are ``from`` or ``to``."""
    name = ALIASES[name][0 if place in REQUESTS else 1] if name in ALIASES else name
    return "content" if name == "url" and place is Place.SEND_FILE else name


def _column(name: str) -> Filler:
    return lambda encode: (lambda row: encode(row[name]),)


def _empty_filler(encode: Encode) -> Sequence[Part]:
    """The filler of a column without a value in this row."""
    return ()


def _sample_text(text: str, *, is_first: bool) -> Filler:
    """A sample text, numbered from the second event on, so that no two events are the same."""
    number = Number("%d", 1, 1, COPIES_FROM, is_shared=True)
    return lambda encode: (encode(text),) if is_first else (encode(f"{text} "), number)


def _text(filler: Filler, index: int, row: Row) -> str:
    """The text that a filler inserts for one event, not encoded."""
    return Pieces(filler(str)).filled(index, row).decode("utf-8")


def _with_invented(request: RenderedRequest, names: Sequence[str]) -> tuple[str, ...]:
    """The notes; the one about sample values also names the texts that were invented here."""
    if not names:
        return request.notes
    start = f"{request.name}: using sample values for "
    others = [note for note in request.notes if not note.startswith(start)]
    known = [note.removeprefix(start) for note in request.notes if note.startswith(start)]
    return (start + ", ".join((*known, *names)), *others)


def _with_texts(request: RenderedRequest, texts: Mapping[str, str]) -> RenderedRequest:
    """The rendered request with its placeholders for ids filled in."""
    if request.body is None:
        return request
    pieces = [
        Piece(texts[piece.variable]) if piece.variable is not None and piece.variable.startswith(ID_MARK) else piece
        for piece in request.body.pieces
    ]
    return request._replace(body=Traced(tuple(pieces)))
