"""Sends the requests of ``send-test``, waits for the awaited webhooks, and prints the results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ringocli.cli.inputs import path_of
from ringocli.cli.output import print_json, progress
from ringocli.errors import CheckFailed, NoReply
from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.cli.send.options import SendOptions
    from ringocli.http.exchange import RenderedRequest, Reply
    from ringocli.http.status_codes import Statuses
    from ringocli.messaging.awaiting.arrival import Arrival, ArrivalSource
    from ringocli.messaging.awaiting.sends import SendPlan, SendResult
    from ringocli.messaging.formats.har import Sent
    from ringocli.template.model import RequestSpec, Template


def send_and_print(
    options: SendOptions,
    template: Template,
    spec: RequestSpec,
    requests: Sequence[RenderedRequest],
    expected: Statuses,
) -> int:
    """Send the requests, wait for the awaited webhooks, and print the results; returns the exit code.

    Raises:
        NoReply: the only request got no reply.
    """
    from ringocli.http.transport import Sender, send_when_connected
    from ringocli.messaging.awaiting.arrival import awaited_events
    from ringocli.messaging.awaiting.sends import SendPlan, send_all

    rate_per_s = None
    if options.rate is not None:
        from ringocli.messaging.delivery import rate_of

        rate_per_s = rate_of(options.rate)
    plan = SendPlan(
        spec=spec,
        expected=expected,
        events=awaited_events(template, spec, options.await_),
        timeout_s=options.await_timeout_s,
        rate_per_s=rate_per_s,
    )
    connection, awaited = options.connection, ", ".join(options.await_)
    with _source(options, template) as source:
        with Sender(timeout_s=connection.timeout_s, ca_file=connection.ca_file) as sender:

            def send(request: RenderedRequest) -> Reply:
                return send_when_connected(request, sender.send, retries=options.retry_connect, on_retry=_note_retry)

            with progress(f"waiting for {console.printable(awaited)}" if awaited else "sending"):
                results = send_all(plan, requests, send, source)
        arrivals = source.wait(0, 0.0) if source is not None else ()
    _keep(options, template, results, arrivals)
    if options.data is not None:
        return _print_many(options, plan, requests, results, arrivals)
    return _print_one(options, results[0], arrivals)


@contextmanager
def _source(options: SendOptions, template: Template) -> Iterator[ArrivalSource | None]:
    """Where the awaited webhooks arrive; it listens before anything is sent."""
    if not options.await_:
        yield None
    elif options.emulator is not None:
        from ringocli.messaging.awaiting.emulator import EmulatorArrivals

        yield EmulatorArrivals(options.emulator)
    else:
        from ringocli.messaging.awaiting.listener import WebhookListener

        assert options.listen is not None
        with WebhookListener(template, options.listen) as listener:
            console.note(f"note: listening for webhooks on port {listener.port}", "dim")
            yield listener


def _note_retry(error: NoReply, wait_s: float) -> None:
    console.note(f"note: {error.message}; retrying in {wait_s:g} s", "dim")


def _keep(options: SendOptions, template: Template, results: Sequence[SendResult], arrivals: Sequence[Arrival]) -> None:
    """Write the HAR file and the case of a single send."""
    result = results[0]
    reply = result.verdict.reply if result.verdict is not None else None
    if options.har is not None:
        from datetime import UTC, datetime

        from ringocli.messaging.formats.har import Sent

        failure = result.failure.message if result.failure is not None else ""
        at = datetime.fromtimestamp(result.sent_at, UTC)
        _write_har(Sent(at=at, request=result.request, reply=reply, failure=failure), options)
    if options.record is not None and reply is not None:
        from ringocli.http.exchange import as_incoming
        from ringocli.testing.cases.recorded import RecordedExchange, write_case

        exchanges = [RecordedExchange(request=as_incoming(result.request), reply=reply)]
        exchanges += [RecordedExchange(request=one.request) for one in arrivals if one.request is not None]
        written = write_case(template, exchanges, path_of(options.record), force=options.force)
        console.note(f"note: wrote {', '.join(path.name for path in written)}", "dim")


def _write_har(exchange: Sent, options: SendOptions) -> None:
    from ringocli.messaging.formats.har import har_text
    from ringocli.text.files import write_text

    if options.har == "-":
        console.out(har_text([exchange]), end="")
    elif options.har is not None:
        write_text(path_of(options.har), har_text([exchange]), force=options.force, mode=0o600)
        console.note(f"note: wrote the exchange to {options.har}", "dim")


def _print_one(options: SendOptions, result: SendResult, arrivals: Sequence[Arrival]) -> int:
    """Print one send with its timeline.

    Raises:
        NoReply: there was no reply.
    """
    from ringocli.messaging.awaiting.sends import timeline, unexpected_arrivals
    from ringocli.messaging.formats.sends import timeline_text
    from ringocli.messaging.formats.verdict import as_document, as_text

    if result.failure is not None:
        raise result.failure
    assert result.verdict is not None
    entries = timeline(result, arrivals)
    if options.format == "json":
        missing = [event.label for event in result.missing]
        document = {**as_document(result.verdict), "ok": result.ok, "timeline": entries, "missing": missing}
        print_json(document)
    else:
        text = as_text(result.verdict) + (f"\n\n{timeline_text(entries)}" if options.await_ else "")
        console.complain(text) if options.har == "-" else console.out(text, hang=4)
    if result.missing and options.format == "text":
        names = ", ".join(event.label for event in result.missing)
        found = list(unexpected_arrivals(arrivals, [result]))
        console.error(
            f"{names} did not arrive within {options.await_timeout_s:g} s",
            f"Arrived instead: {'; '.join(found[:3])}" if found else "Nothing else arrived either.",
        )
    return 0 if result.ok else CheckFailed.code


def _print_many(
    options: SendOptions,
    plan: SendPlan,
    requests: Sequence[RenderedRequest],
    results: Sequence[SendResult],
    arrivals: Sequence[Arrival],
) -> int:
    """Print a line, a document or a test case for each send."""
    from ringocli.messaging.awaiting.sends import campaign_document, estimate, unexpected_arrivals
    from ringocli.messaging.formats.sends import as_junit, sends_text

    if options.format == "json":
        print_json(campaign_document(results, arrivals, estimate(requests, options.price)))
    elif options.format == "junit":
        console.out(as_junit(results, f"send-test {plan.spec.name}"))
        *lines, total = sends_text(results)
        for line in [line for line, result in zip(lines, results, strict=True) if not result.ok]:
            console.note(line)
        console.note(total)
    else:
        for line in sends_text(results):
            console.out(line, hang=9)
        for line in list(unexpected_arrivals(arrivals, results))[:5]:
            console.note(f"note: also arrived: {line}", "dim")
    if all(result.ok for result in results):
        return 0
    no_reply = all(result.failure is not None for result in results)
    return NoReply.code if no_reply else CheckFailed.code
