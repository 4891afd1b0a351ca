"""The numbered assumptions about undocumented behaviour."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ringocli
from ringocli.template.assumptions import ASSUMPTIONS, assumed_by, assumptions, number_list
from ringocli.testing import emulator
from tests.conftest import Command

PACKAGE = Path(ringocli.__file__).parent


def test_every_open_question_has_an_assumption() -> None:
    """The numbers are those of the 36 open questions, in order."""
    assert list(range(1, 37)) == list(ASSUMPTIONS)


def test_every_number_that_is_cited_can_be_explained() -> None:
    """No message or page cites an assumption that does not exist."""
    cited = set()
    for path in PACKAGE.rglob("*.py"):
        for match in re.finditer(r"(?:assumptions?|rows?) (\d{1,2})(?: to (\d{1,2}))?\b", path.read_text("utf-8")):
            cited |= {int(number) for number in match.groups() if number}
    assert 10 < len(cited)
    assert cited <= set(ASSUMPTIONS)


@given(st.sets(st.integers(1, 60)))
def test_a_list_of_numbers_names_them_all(numbers: set[int]) -> None:
    """Shortening runs of numbers loses none of them."""
    read: set[int] = set()
    for run in filter(None, number_list(numbers).split(", ")):
        first, _, last = run.partition("-")
        read |= set(range(int(first), int(last or first) + 1))
    assert numbers == read


@pytest.mark.parametrize(
    ("numbers", "text"),
    [((), ""), ((7,), "7"), ((1, 2), "1, 2"), ((1, 2, 3), "1-3"), ((1, 2, 3, 5, 8, 9, 10), "1-3, 5, 8-10")],
    ids=["none", "one", "two", "a run", "mixed"],
)
def test_runs_of_three_and_more_are_shortened(numbers: Iterable[int], text: str) -> None:
    """Two numbers are listed; three and more in a row become a range."""
    assert text == number_list(numbers)


def test_only_what_a_template_uses_is_assumed() -> None:
    """Arrays, queries and variables in URLs add the assumptions about them."""
    url = "https://api.example.com/messages"
    request = {"request_method": "POST", "request_url": url, "request_parameters": {"to": "$to$"}}
    plain = {"API": {"SendMessage": request}}
    query = {"API": {"SendMessage": request | {"request_method": "GET"}}}
    array = {"API": {"SendMessage": request | {"request_parameters": {"to": ["$to$"]}}}}
    address = {"API": {"SendMessage": request | {"request_url": url + "/$to$"}}}
    usual = assumed_by(plain)
    assert {13} == assumed_by(query) - usual
    assert {14} == usual - assumed_by(query)
    assert {9} == assumed_by(array) - usual
    assert {16} == assumed_by(address) - usual
    assert sorted(usual) == [entry["row"] for entry in assumptions(usual)]


@pytest.mark.parametrize("preset", ["telnyx", "generic-form", "voipms"])
def test_every_command_cites_the_same_assumptions(ringocli: Command, folder: Path, preset: str) -> None:
    """``init``, ``prove`` and the emulator's page list the same assumptions for a template."""
    made = ringocli("init", "--preset", preset, "--no-input", "made.json", "--format", "json").document
    proved = ringocli("prove", "made.json", "--cases", "1", "--format", "json").document
    assert made["assumptions"] == proved["assumptions"]
    with emulator("made.json") as running:
        about = json.loads(urllib.request.urlopen(f"{running.url}/api/about", timeout=10).read())
    assert made["assumptions"] == about["assumptions"]
