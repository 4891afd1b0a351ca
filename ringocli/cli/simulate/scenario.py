"""Plays a scenario and prints the result of each step."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ringocli.cli.inputs import path_of
from ringocli.errors import CheckFailed, NoReply, UsageError
from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.cli.simulate.options import SimulateOptions
    from ringocli.messaging.case_reader import Case
    from ringocli.messaging.load.provider_data import ProviderData
    from ringocli.messaging.load.scenario import StepOutcome
    from ringocli.template.model import Template
    from ringocli.template.settings import Settings
    from ringocli.text.secret import Secret


def play_scenario(
    options: SimulateOptions, template: Template, settings: Settings, url: Secret | None, provider: ProviderData | None
) -> int:
    """Play the scenario that ``--scenario`` names; returns the exit code.

    Raises:
        UsageError: the scenario cannot be played, or needs ``--live``.
        LocalError: it cannot be read.
    """
    from ringocli.http.transport import Sender
    from ringocli.importers.samples import read_sample
    from ringocli.messaging.case_reader import read_case
    from ringocli.messaging.load.scenario import Stage, play
    from ringocli.text.files import read_bytes

    assert options.load.scenario is not None
    case = read_case(path_of(options.load.scenario), os.environ)
    _check_hosts(case, url, live=options.live)
    connection = options.connection
    with Sender(timeout_s=connection.timeout_s, ca_file=connection.ca_file) as sender:
        stage = Stage(
            template=template,
            values=settings.values,
            url=url,
            provider=provider,
            send=sender.send,
            read_reply_file=lambda path: read_sample(read_bytes(str(path))).as_reply(),
            read_webhook_file=lambda path: read_sample(read_bytes(str(path))).as_request(),
            time_scale=options.load.time_scale,
        )
        outcomes = play(case, stage)
    _print(case, outcomes, options.format)
    if all(one.status is None for one in outcomes):
        return NoReply.code
    return CheckFailed.code if any(one.problems for one in outcomes) else 0


def _check_hosts(case: Case, url: Secret | None, *, live: bool) -> None:
    """Name every host, and refuse to send to another machine without ``--live``.

    Raises:
        UsageError: ``--live`` is missing; nothing was sent.
    """
    from ringocli.http.addresses import is_loopback
    from ringocli.text.secret import sent
    from ringocli.text.url import split_url

    urls = [*case.routes.values(), *([url] if url is not None else [])]
    hosts = sorted({split_url(sent(one)).hostname for one in urls})
    far = [host for host in hosts if not is_loopback(host)]
    deliveries = sum(step.copies.count for step in case.steps)
    if far:
        console.complain(f"playing {deliveries} steps against {', '.join(hosts)}")
    if far and not live:
        raise UsageError(
            f"the scenario sends to {', '.join(far)}, which is not this machine, and needs --live",
            "Use --live if the receiver expects it.",
        )


def _print(case: Case, outcomes: list[StepOutcome], format_: str) -> None:
    if format_ == "jsonl":
        for one in outcomes:
            console.out_json({"schema_version": 1, **one.document}, indent=None)
        return
    good = sum(not one.problems for one in outcomes)
    if format_ == "json":
        console.out_json(
            {
                "schema_version": 1,
                "scenario": case.name,
                "seed": case.seed,
                "ok": good == len(outcomes),
                "steps": [one.document for one in outcomes],
            }
        )
        return
    console.out(f"{case.name} (seed {case.seed})")
    step_width = max((len(one.step) for one in outcomes), default=0)
    what_width = max((len(one.what) for one in outcomes), default=0)
    for one in outcomes:
        mark = console.styled("ok", "green") if not one.problems else console.styled("failed", "red")
        status = "no reply" if one.status is None else str(one.status)
        console.out(
            f"  {one.at_s:>9.2f} s  {one.step:<{step_width}}  {console.printable(one.what):<{what_width}}  {status:<8}  {mark}",
            hang=15,
        )
        for problem in one.problems:
            console.out(f"             {console.printable(problem)}", hang=15)
    console.out(f"{good} of {len(outcomes)} steps ok")
