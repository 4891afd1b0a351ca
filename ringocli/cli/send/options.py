"""The options of ``send-test``."""

from typing import Annotated, NamedTuple

from ringocli.cli.completion_values import complete_events
from ringocli.cli.options import (
    DAY_S,
    ConnectionGroup,
    ConnectionOptions,
    ExpectStatusGroup,
    ExpectStatusOptions,
    Live,
    Missing,
    NoInput,
    TemplateArgument,
    ValueGroup,
    ValueOptions,
)
from ringocli.cli.parameters import Argument, Option


class SendOptions(NamedTuple):
    """The options of ``send-test``."""

    template: TemplateArgument
    request: Annotated[
        str, Argument("[SendMessage|SendFile]", "The request to send.", choices=("SendMessage", "SendFile"))
    ] = "SendMessage"
    url: Annotated[str | None, Option("Send to this host instead: replaces scheme, host and port.", metavar="URL")] = (
        None
    )
    dry_run: Annotated[bool, Option("Show the request and send nothing.")] = False
    live: Live = False
    missing: Missing = None
    status: ExpectStatusGroup = ExpectStatusOptions()
    retry_connect: Annotated[int, Option("Retries, only if no connection was made.", min=0, max=20)] = 0
    await_: Annotated[
        tuple[str, ...],
        Option(
            "Wait for the webhook that belongs to this message: delivered, message, or any event. Repeatable.",
            flags=("--await",),
            metavar="EVENT",
            complete=complete_events,
        ),
    ] = ()
    await_timeout_s: Annotated[
        float,
        Option(
            "How long to wait for the webhook of --await.", metavar="SECONDS", min=0.001, max=DAY_S, unit=" seconds"
        ),
    ] = 60.0
    emulator: Annotated[
        str | None, Option("With --await: the emulator at which the webhooks arrive.", metavar="URL")
    ] = None
    listen: Annotated[
        str | None, Option("With --await: receive webhooks on this address, behind your tunnel.", metavar="HOST:PORT")
    ] = None
    data: Annotated[
        str | None,
        Option(
            "Send once per row of a CSV or JSON Lines file (- is stdin).", metavar="FILE", endings=(".csv", ".jsonl")
        ),
    ] = None
    rate: Annotated[str | None, Option("With --data: the maximum rate of messages.", metavar="R/s")] = None
    max_sends: Annotated[
        int | None,
        Option("With --data: refuse to send more messages than this. Default: 10 with --live.", min=1, max=1_000_000),
    ] = None
    allow: Annotated[
        tuple[str, ...], Option("Only send to this number or prefix. Repeatable.", metavar="NUMBER|PREFIX")
    ] = ()
    price: Annotated[
        float | None,
        Option("The price of a segment, to estimate the cost before the first message is sent.", min=0, max=1_000_000),
    ] = None
    record: Annotated[
        str | None, Option("Write the exchange as a case for ringocli test.", metavar="FILE.toml", endings=(".toml",))
    ] = None
    har: Annotated[str | None, Option("Write the exchange as HAR, with secrets masked.", metavar="FILE")] = None
    force: Annotated[bool, Option("Overwrite existing files.")] = False
    no_input: NoInput = False
    format: Annotated[str, Option("Output format.", choices=("text", "json", "junit"))] = "text"
    values: ValueGroup = ValueOptions()
    connection: ConnectionGroup = ConnectionOptions()
