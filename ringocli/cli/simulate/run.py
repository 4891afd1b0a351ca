"""Runs a delivery with a live display, and prints its result."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from ringocli.cli.inputs import path_of
from ringocli.errors import CheckFailed, NoReply
from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.cli.simulate.options import SimulateOptions
    from ringocli.messaging.delivery import Delivery
    from ringocli.messaging.load.attempt import EventOutcome
    from ringocli.messaging.load.counters import LoadSummary, RunCounters
    from ringocli.messaging.load.events import EventFactory
    from ringocli.messaging.load.require import Requirement


def deliver_and_print(
    delivery: Delivery, factory: EventFactory, options: SimulateOptions, required: Sequence[Requirement]
) -> int:
    """Deliver the events and print the outcome; returns the exit code.

    Raises:
        KeyboardInterrupt: the run was interrupted; its summary is printed nevertheless.
    """
    from ringocli.messaging.delivery import deliver
    from ringocli.messaging.formats.delivery import as_line

    only: list[EventOutcome] = []

    def print_line(outcome: EventOutcome) -> None:
        number = outcome.event.number
        variables = factory.variables(number, outcome.event.row)
        console.out_json(as_line(outcome, factory.subject(number), variables), indent=None)

    is_only = delivery.total == 1 and delivery.data is None
    report = print_line if options.format == "jsonl" else only.append if is_only else None
    summary = deliver(delivery, factory, report=report, display=None if only else _display(delivery, options))
    if not is_only and options.send is None:
        from ringocli.messaging.load.receiver_counts import receiver_account
        from ringocli.text.secret import sent

        summary = summary._replace(account=receiver_account(sent(delivery.url)))
    if options.load.as_provider is not None:
        from ringocli.messaging.load.provider_behaviour import behaviour, findings

        summary = summary._replace(findings=findings(behaviour(options.load.as_provider), summary))
    return _finish(delivery, factory, options, summary, only, required)


def _display(
    delivery: Delivery, options: SimulateOptions
) -> Callable[[RunCounters], AbstractContextManager[None]] | None:
    """The live display of a longer run, if stderr is a terminal."""
    if options.format == "jsonl" or console.is_quiet() or not console.is_terminal(sys.stderr):
        return None

    @contextmanager
    def shown(counters: RunCounters) -> Iterator[None]:
        from ringocli.cli.simulate.live import live_counters

        with live_counters(counters, delivery):
            yield

    return shown


def _finish(
    delivery: Delivery,
    factory: EventFactory,
    options: SimulateOptions,
    summary: LoadSummary,
    only: Sequence[EventOutcome],
    required: Sequence[Requirement],
) -> int:
    """Print the summary, write the report, and choose the exit code."""
    checked: list[dict[str, object]] = []
    if required:
        from ringocli.messaging.load.require import results

        checked = results(required, summary)
    _print_summary(delivery, factory, options, summary, only, checked)
    if options.load.report is not None:
        from ringocli.messaging.load.report import as_html
        from ringocli.text.files import write_text

        html = as_html(summary, checked, delivery.host, delivery.recipe.seed, sys.argv[1:])
        write_text(path_of(options.load.report), html, force=options.force)
        console.note(f"note: wrote the report to {options.load.report}", "dim")
    if summary.interrupted:
        raise KeyboardInterrupt
    if summary.failed and not summary.replied:
        return NoReply.code
    missed = any(not one["ok"] for one in checked)
    may_fail = any(one.what in ("delivered", "failed") for one in required)
    return CheckFailed.code if missed or (summary.failed and not may_fail) else 0


def _print_summary(
    delivery: Delivery,
    factory: EventFactory,
    options: SimulateOptions,
    summary: LoadSummary,
    only: Sequence[EventOutcome],
    required: list[dict[str, object]],
) -> None:
    """Print the only event in full, or the summary of many; failures without a reply go to stderr."""
    from ringocli.messaging.formats.delivery import as_text, one_event
    from ringocli.messaging.load.events import subject_name

    host = delivery.host
    if options.format == "text":
        name = subject_name(factory.subject(0))
        console.out(one_event(only[0], name, host) if only else as_text(summary, host, required), hang=13)
    else:
        console.out_json({**summary.document, "required": required}, indent=2 if options.format == "json" else None)
    for outcome in only:
        if outcome.failure is not None:
            console.error(outcome.failure.message, outcome.failure.hint)
    if options.format == "json" and not only:
        for reason, times in summary.reasons:
            console.complain(f"{times:,} x {console.printable(reason)}")
