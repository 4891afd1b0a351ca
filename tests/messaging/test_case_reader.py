"""Case files are read strictly, and each message names the step; written cases are read back unchanged."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringocli.errors import LocalError, UsageError
from ringocli.messaging.case_reader import (
    Anything,
    Case,
    CaseStep,
    Copies,
    Expectation,
    Reference,
    Schedule,
    read_case,
    seconds_of,
)
from ringocli.messaging.case_writer import as_toml
from ringocli.text.secret import sent

EXAMPLE = """
schema = 1
name = "code sent, delivered, answered, stopped"
seed = 7
[values]
number  = "+12135550100"
contact = "+13105550199"
[routes]
inbound = {env = "INBOUND_URL"}

[[step]]
id   = "out"
send = "SendMessage"
set  = {content = "Your code is 4711 👋"}
reply = {file = "reply.http"}
expect = {request = "out.http", variables = {messageid = {any = true}}}

[[step]]
id    = "receipt"
event = "messageDelivered"
set   = {messageid = {from = "out.messageid"}}
at    = {after = "out", min = "-50ms", max = "5s"}
expect = {status = "2xx", within = "2s"}

[[step]]
event = "message"
route = "inbound"
set   = {content = "STOP"}
at    = {after = "receipt", min = "30s"}
copies = {count = 2, id = "same"}

[[step]]
webhook = "failed.http"
expect  = {matched = false}
"""


def read(folder: Path, text: str) -> Case:
    path = folder / "case.toml"
    path.write_text(text, "utf-8")
    return read_case(path, {"INBOUND_URL": "http://127.0.0.1:9/hook"})


def test_the_documented_example_is_read(tmp_path: Path) -> None:
    """Every part of the format has its typed value."""
    case = read(tmp_path, EXAMPLE)
    out, receipt, stop, failed = case.steps
    assert (7, "+12135550100") == (case.seed, case.values.variables["number"])
    assert "http://127.0.0.1:9/hook" == sent(case.routes["inbound"])
    assert ("SendMessage", tmp_path / "reply.http", tmp_path / "out.http") == (out.send, out.reply, out.expect.request)
    assert {"messageid": Anything()} == out.expect.variables
    assert {"messageid": Reference("out", "messageid")} == receipt.set
    assert Schedule(after="out", min_s=-0.05, max_s=5.0) == receipt.at
    assert receipt.expect.status is not None
    assert (True, 2.0) == (204 in receipt.expect.status, receipt.expect.within_s)
    assert (Copies(count=2), "inbound", "step-3") == (stop.copies, stop.route, stop.id)
    assert (tmp_path / "failed.http", False) == (failed.webhook, failed.expect.matched)


STEP = 'schema = 1\n[[step]]\nid = "out"\nsend = "SendMessage"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[step]]\nevent = 'message'", "schema must be 1"),
        ("schema = 1", "there are no steps"),
        ("schema = 1\nsede = 3\n[[step]]\nevent = 'message'", "unknown key sede"),
        ("schema = 1\n[[step]]\n", "step 1: a step needs exactly one of send, event and webhook"),
        (STEP + "evnt = 'x'", "step 1: unknown key evnt"),
        (STEP + "set = {contnt = 'x'}", "contnt"),
        (STEP + "set = {content = {from = 'in.content'}}", "set.content refers to 'in', which is not an earlier step"),
        (STEP + "[[step]]\nid = 'out'\nevent = 'message'", "step 2 (out): another step has the same id"),
        (STEP + "[[step]]\nevent = 'message'\nat = {after = 'ot'}", "'ot', which is not an earlier step"),
        (STEP + "[[step]]\nevent = 'message'\nat = {min = 'soon'}", "at.min is not a duration: 'soon'"),
        (STEP + "[[step]]\nevent = 'message'\nat = {min = '5s', max = '1s'}", "at.max is smaller than at.min"),
        (STEP + "[[step]]\nevent = 'message'\ncopies = {count = 0}", "copies.count must be from 1"),
        (STEP + "[[step]]\nevent = 'message'\nreply = 'r.http'", "only a send step has a reply"),
        (STEP + "expect = {matched = 'no'}", "expect.matched must be true or false"),
        ("schema = 1\n[routes]\nin = {env = 'UNSET'}\n[[step]]\nevent = 'message'", "UNSET is not set"),
    ],
)  # fmt: skip
def test_a_wrong_case_names_the_step(tmp_path: Path, text: str, message: str) -> None:
    """The error is one sentence with the file, the step and what is wrong."""
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)
    assert message in caught.value.message
    assert caught.value.message.startswith(str(tmp_path / "case.toml"))


def test_invalid_toml_is_a_local_error(tmp_path: Path) -> None:
    """The message has the position that the TOML reader reports."""
    with pytest.raises(LocalError, match=r"invalid TOML"):
        read(tmp_path, "schema = 1\nname = ")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("50ms", 0.05),
        ("-2s", -2.0),
        ("1.5", 1.5),
        ("5m", 300.0),
        ("2h", 7200.0),
        (3, 3.0),
        ("soon", None),
        (True, None),
    ],
)
def test_durations(text: str | float, seconds: float | None) -> None:
    """A duration is a number with a unit; without one it is in seconds."""
    assert seconds == seconds_of(text)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(content=TEXT, name=TEXT, count=st.integers(1, 5), fresh=st.booleans(), seed=st.integers(0, 2**40))
def test_a_written_case_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, content: str, name: str, count: int, fresh: bool, seed: int
) -> None:
    """Any case without secrets survives being written and read."""
    path = tmp_path_factory.mktemp("case") / "case.toml"
    steps = (
        CaseStep(id="out", send="SendMessage", set={"content": content}, reply=path.parent / "reply.http"),
        CaseStep(
            id="in",
            event="message",
            set={"content": content, "from": Reference("out", "to")},
            at=Schedule(after="out", min_s=-0.25, max_s=2.5),
            copies=Copies(count=count, fresh=fresh),
            expect=Expectation(variables={"content": content, "from": Anything()}, within_s=2.0, matched=True),
        ),
    )
    path.write_text("schema = 1\n[[step]]\nsend = 'SendMessage'\n", "utf-8")
    values = read_case(path, {}).values
    case = Case(path=path, name=name, seed=seed, values=values, routes={}, steps=steps)
    path.write_text(as_toml(case), "utf-8")
    assert case == read_case(path, {})
