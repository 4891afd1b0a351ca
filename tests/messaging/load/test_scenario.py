"""Scenarios: case files played with a clock, at an emulator and at a receiver of your own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ringocli.messaging.case_reader import read_case
from ringocli.messaging.load.scenario import schedule
from ringocli.testing import emulator
from tests.conftest import SAMPLES, Command
from tests.hostile import BROKEN, OK, receiver

SCENARIOS = sorted(SAMPLES.glob("*/scenarios/*.toml"))
FAST = ["--time-scale", "0.001", "--format", "json"]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_each_scenario_of_the_samples_passes(path: Path, ringocli: Command) -> None:
    """At an emulator of the same template every step is as expected."""
    template = SAMPLES / f"{path.parent.parent.name}.json"
    with emulator(str(template)) as ringotel:
        result = ringocli("simulate-webhook", template, "--url", ringotel.webhook_url, "--scenario", path, *FAST)
    assert 0 == result.code, result.out + result.err
    assert result.document["ok"]


def test_providers_with_receipts_have_three() -> None:
    """A conversation, duplicates, and a receipt before the reply."""
    for folder in {path.parent for path in SCENARIOS}:
        has_receipt = (folder.parent / "delivered.http").is_file()
        assert len(list(folder.iterdir())) >= (3 if has_receipt else 2), folder


HEAD = 'schema = 1\nseed = 7\n[values]\nnumber = "+12025550100"\ncontact = "+13105550199"\n'
REPLY = 'HTTP/1.1 200 OK\nContent-Type: application/json\n\n{"data": {"id": "m-1"}}'


def play(ringocli: Command, template: Path, url: str, steps: str, *options: str) -> tuple[int, dict[str, object], str]:
    Path("reply.http").write_text(REPLY, "utf-8")
    Path("case.toml").write_text(HEAD + steps, "utf-8")
    result = ringocli("simulate-webhook", template, "--url", url, "--scenario", "case.toml", *FAST, *options)
    return result.code, result.document if result.out.startswith("{") else {}, result.err


@pytest.mark.parametrize(
    "option", [("--dry-run",), ("--shard", "1/2"), ("--count", "2"), ("--retry", "3"), ("--concurrency", "2")]
)
def test_an_option_that_a_scenario_does_not_use_is_refused(
    acme: Path, ringocli: Command, option: tuple[str, ...]
) -> None:
    """Nothing is sent: a dry run of a scenario does not exist, and its file specifies the rest."""
    with receiver() as receiving:
        code, _, err = play(ringocli, acme, receiving.url, '[[step]]\nevent = "message"\n', *option)
    assert (2, True, []) == (code, f"--scenario cannot be combined with {option[0]}" in err, receiving.log)


def test_values_are_carried_and_times_are_drawn(acme: Path, ringocli: Command) -> None:
    """The receipt has the reply's id and is sent before the reply; copies have the same or fresh ids."""
    steps = """
[[step]]
id = "out"
send = "SendMessage"
set = {content = "hi"}
reply = {file = "reply.http"}
at = {min = "10s"}
[[step]]
event = "delivered"
set = {messageid = {from = "out.messageid"}}
at = {after = "out", min = "-5s", max = "-1s"}
[[step]]
id = "twice"
event = "message"
copies = {count = 2}
[[step]]
id = "fresh"
event = "message"
copies = {count = 2, id = "fresh"}
"""
    with receiver() as receiving:
        code, document, err = play(ringocli, acme, receiving.url, steps)
        again = play(ringocli, acme, receiving.url, steps)[1]
    assert 0 == code, err
    bodies = [json.loads(one.payload.partition(b"\r\n\r\n")[2]) for one in receiving.log[:5]]
    assert {"method": "delivered", "params": {"messageid": "m-1"}} == bodies[0]
    assert 4 == len({one.id for one in receiving.log[:5]})
    steps_of = [[(one["step"], one["at_ms"]) for one in run["steps"]] for run in (document, again)]  # type: ignore[attr-defined]
    assert steps_of[0] == steps_of[1]
    assert "step-2" == steps_of[0][0][0]


def test_expectations_are_checked(acme: Path, ringocli: Command) -> None:
    """Status, time and matching are checked; a failed step does not stop the others."""
    steps = """
[[step]]
event = "message"
expect = {status = "2xx"}
[[step]]
event = "message"
expect = {matched = false}
[[step]]
event = "message"
set = {content = "x"}
expect = {variables = {content = "y"}}
"""
    with receiver(lambda name, times: BROKEN if name.endswith("_0") else OK) as receiving:
        code, document, _ = play(ringocli, acme, receiving.url, steps)
    problems = [one["problems"] for one in document["steps"]]  # type: ignore[attr-defined]
    assert 1 == code
    assert [
        ["status 500, expected 2xx"],
        ["it matches message:message"],
        ["$content$ is 'x', expected 'y'"],
    ] == problems


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ('[[step]]\nsend = "SendMessage"\n', "a send step needs a reply, or a route to a provider"),
        ('[[step]]\nevent = "message"\nroute = "other"\n', "there is no route 'other'"),
        ('[[step]]\nevent = "mesage"\n', "mesage"),
        (
            '[routes]\nprovider = "http://127.0.0.1:1"\n[[step]]\nid = "out"\nsend = "SendMessage"\n'
            '[[step]]\nevent = "message"\nat = {after = "out", min = "-1s", max = "0s"}\n',
            "may arrive before the reply to out",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_played_is_refused_first(acme: Path, ringocli: Command, steps: str, message: str) -> None:
    """The exit code is 2, and nothing is sent."""
    with receiver() as receiving:
        code, _, err = play(ringocli, acme, receiving.url, steps)
    assert (2, []) == (code, receiving.log)
    assert message in err


def test_a_provider_route_is_really_asked(acme: Path, ringocli: Command) -> None:
    """Without a recorded reply the request is sent to the route, and the id of its reply is used."""
    reply = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 23\r\n\r\n{"data": {"id": "m-9"}}'
    with receiver(lambda name, times: OK if name else reply) as receiving:
        base = receiving.url.removesuffix("/hook")
        steps = f"""
[routes]
provider = "{base}"
[[step]]
id = "out"
send = "SendMessage"
set = {{content = "hi"}}
[[step]]
event = "delivered"
set = {{messageid = {{from = "out.messageid"}}}}
"""
        code, _, err = play(ringocli, acme, receiving.url, steps, "--property", "API key=k")
    assert 0 == code, err
    assert b"POST /v1/messages" in receiving.log[0].payload
    assert b"m-9" in receiving.log[1].payload


def test_windows_are_kept(tmp_path: Path) -> None:
    """Each time is inside its window with every seed."""
    for seed in range(50):
        path = tmp_path / "case.toml"
        path.write_text(
            f'schema = 1\nseed = {seed}\n[[step]]\nid = "a"\nevent = "message"\n'
            '[[step]]\nid = "b"\nevent = "message"\nat = {after = "a", min = "1s", max = "3s"}\n',
            "utf-8",
        )
        times = {step.id: at_s for at_s, step in schedule(read_case(path, {}))}
        assert 1 <= times["b"] - times["a"] <= 3
