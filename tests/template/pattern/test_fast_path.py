"""The fast paths of matching: the law that they never change how a webhook is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringocli.http.bodies import decode
from ringocli.http.exchange import IncomingRequest
from ringocli.messaging.webhook import read_webhook
from ringocli.template.model import Template, WebhookEvent
from ringocli.template.pattern.fast_path import misses
from ringocli.template.pattern.pattern import Pattern
from ringocli.template.reader import read_template
from ringocli.text.secret import Secret
from tests.strategies import NAMES, constants, keys, texts, trees

FORM = "application/x-www-form-urlencoded"
WORDS = ("in", "out", "true", "7", "", "null")
VARIABLES = ("$event_key$", "$from$", "$to$", "$content$", "$url$", "$messageid$", "to $to$")
LEAVES = (*VARIABLES, *VARIABLES, "in", 7, True, None, "")


def parameters(depth: int = 2) -> st.SearchStrategy[Any]:
    """A pattern: what an event takes, with its key anywhere or nowhere, arrays of one or more elements."""
    leaf = st.sampled_from(LEAVES)
    if depth == 0:
        return leaf
    below = parameters(depth - 1)
    return st.one_of(
        leaf, st.dictionaries(st.sampled_from("abc"), below, max_size=3), st.lists(below, min_size=1, max_size=2)
    )


events = st.fixed_dictionaries(
    {
        "event_type": st.sampled_from(("message", "mms", "messageDelivered")),
        "request_parameters": st.dictionaries(st.sampled_from("abc"), parameters(), min_size=1, max_size=3),
    },
    optional={"event_key": st.sampled_from(WORDS)},
)
templates = st.lists(events, min_size=1, max_size=4).map(
    lambda some: read_template({"id": "a", "name": "A", "class": "sms", "Webhook": some})
)


ODD = st.one_of(constants, st.sampled_from((*WORDS, [], {}, [None], True, 7)))
VALUES = st.sampled_from((*WORDS, "to x")) | texts
MOSTLY = st.sampled_from([True] * 9 + [False])
SOMETIMES = st.sampled_from([True] + [False] * 3)
LENGTHS = st.sampled_from((1, 1, 2, 3, 0))


def near(node: Any, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Any:
    """A document near a pattern, so that some fit and most nearly do."""
    if isinstance(node, str) and "$" in node:
        return draw(VALUES if draw(MOSTLY) else ODD)
    if not draw(MOSTLY):
        return draw(st.sampled_from(WORDS) if isinstance(node, str) else ODD)
    if isinstance(node, dict):
        lacks = draw(SOMETIMES)
        return {key: near(value, draw) for key, value in node.items() if not (lacks and draw(SOMETIMES))}
    if isinstance(node, list):
        return [near(draw(st.sampled_from(node)), draw) for _ in range(draw(LENGTHS))]
    return node


@st.composite
def templates_and_documents(draw: st.DrawFn) -> tuple[Template, dict[str, Any]]:
    """A template, and a document near one of its events, or like none."""
    template = draw(templates)
    like = draw(st.sampled_from((*template.events, *template.events, None)))
    document = draw(UNLIKE) if like is None else near(like.parameters, draw)
    return template, document if isinstance(document, dict) else {"a": document}


UNLIKE = st.dictionaries(keys, constants, max_size=2)


def key_of(event: WebhookEvent) -> dict[str, str]:
    return {"event_key": event.key} if event.key is not None else {}


def fits(event: WebhookEvent, document: Any) -> Any:
    """The full match, without the fast path."""
    return event.pattern.match_fully(document, key_of(event), event.required)


@given(templates_and_documents())
@settings(max_examples=300)
def test_the_fast_path_agrees_with_the_full_match(pair: tuple[Template, dict[str, Any]]) -> None:
    """The event, what else fits, and the values are those of matching every event in full."""
    template, document = pair
    matches = [(event, fits(event, document)) for event in template.events]
    wanted = sorted((pair for pair in matches if pair[1].fits), key=lambda pair: -pair[1].matched)
    reading = read_webhook(template, IncomingRequest(body=json.dumps(document).encode()))
    found = [reading.event, *reading.also] if reading.event is not None else []
    assert [event.pointer for event, _ in wanted] == [event.pointer for event in found]
    assert (dict(wanted[0][1].bindings) if wanted else {}) == dict(reading.variables)
    assert bool(wanted) == (reading.near_miss is None)
    for event, match in matches:
        assert not (misses(document, event.requirements) and match.fits)
        assert event.pattern.match(document, key_of(event), event.required) == match


@given(st.data())
def test_the_fast_path_reads_forms_like_the_full_match(data: st.DataObject) -> None:
    """In a form, every value is the list of values of its key, and a plain leaf takes the first."""
    template = data.draw(templates)
    pairs = data.draw(
        st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(("in", "true", "7", "x"))), max_size=5)
    )
    document = decode("&".join(f"{key}={value}" for key, value in pairs).encode(), FORM)
    for event in template.events:
        match = fits(event, document)
        assert not (misses(document, event.requirements) and match.fits)
        assert event.pattern.match(document, key_of(event), event.required) == match


@pytest.mark.parametrize(
    ("document", "lacking"),
    [
        ({"data": {"kind": "in", "to": ["1"]}}, False),
        ({"data": {"kind": "out", "to": ["1"]}}, True),
        ({"data": {"to": ["1"]}}, True),
        ({"data": {"kind": "in", "to": []}}, True),
        ({"data": "in"}, True),
    ],
)
def test_documents_that_the_fast_path_rejects(document: Any, lacking: bool) -> None:
    """Another literal, a missing key, an empty list and a text instead of an object are rejected before the full
    match.
    """
    event = {"event_key": "in", "event_type": "message",
             "request_parameters": {"data": {"kind": "$event_key$", "to": ["$to$"]}}}  # fmt: skip
    template = read_template({"id": "a", "name": "A", "class": "sms", "Webhook": [event]})
    assert lacking == misses(document, template.events[0].requirements)


GIVEN = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(WORDS).map(lambda word: word and Secret(word)))


@given(st.data(), GIVEN)
def test_the_exact_shape_is_matched_like_the_full_match(data: st.DataObject, given: dict[str, Any]) -> None:
    """Values read on the fast path, given and secret ones included, are those of the full match."""
    tree = data.draw(trees())
    pattern = Pattern.parse(tree)
    document = near(tree, data.draw)
    straight = pattern.fast_path.read(document, given) if pattern.fast_path is not None else None
    assert straight in (None, pattern.match_fully(document, given, ()))


@pytest.mark.parametrize(
    ("document", "is_straight"),
    [
        ({"from": "1", "to": ["2"], "kind": "in"}, True),
        ({"from": "1", "to": ["2", "3"], "kind": "in"}, False),
        ({"from": "1", "to": [], "kind": "in"}, False),
        ({"from": 1, "to": ["2"], "kind": "in"}, False),
        ({"from": "1", "to": "2", "kind": "in"}, False),
        ({"from": "1", "to": ["2"], "kind": "out"}, False),
    ],
)
def test_documents_that_have_the_exact_shape(document: Any, is_straight: bool) -> None:
    """The fast path needs a text at each leaf and one element in each array; everything else takes the full match."""
    pattern = Pattern.parse({"from": "$from$", "to": ["$to$"], "kind": "in"})
    assert pattern.fast_path is not None
    assert is_straight == (pattern.fast_path.read(document, {}) is not None)
