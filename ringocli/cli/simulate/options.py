"""The options of ``simulate-webhook``."""

from typing import Annotated, NamedTuple

from ringocli.cli.completion_values import complete_events, complete_providers
from ringocli.cli.options import (
    DAY_S,
    ConnectionGroup,
    ConnectionOptions,
    ContentType,
    ExpectStatusGroup,
    ExpectStatusOptions,
    Live,
    Missing,
    TemplateArgument,
    ValueGroup,
    ValueOptions,
)
from ringocli.cli.parameters import Group, Option
from ringocli.cli.signing import CHOICES, SCHEMES


class LoadOptions(NamedTuple):
    """How many events are sent, and how fast."""

    total: Annotated[
        int | None,
        Option("How many events to send. Default: each --event once.", flags=("--count",), min=1, max=100_000_000),
    ] = None
    rate: Annotated[
        str | None,
        Option(
            "Events per second, independent of how fast the receiver answers. Default: as fast as replies arrive.",
            metavar="R/s",
        ),
    ] = None
    concurrency: Annotated[
        int | None,
        Option(
            "How many events may be in flight at once. Default: 1, or with --rate as many as needed.", min=1, max=256
        ),
    ] = None
    duration: Annotated[
        float | None,
        Option("Stop after this time, even before --count.", metavar="SECONDS", min=0.001, max=DAY_S, unit=" seconds"),
    ] = None
    retry: Annotated[int, Option("Retries after no reply, 429 or 5xx; Retry-After is obeyed.", min=0, max=100)] = 0
    max_retry_after_s: Annotated[
        float,
        Option(
            "The longest Retry-After to wait for; an event fails at once if it is longer.",
            min=0,
            max=DAY_S,
            unit=" seconds",
        ),
    ] = 300.0
    data: Annotated[
        str | None,
        Option(
            "One event per row of a CSV or JSON Lines file (- is stdin); columns are variables.",
            metavar="FILE",
            endings=(".csv", ".jsonl"),
        ),
    ] = None
    on_bad_row: Annotated[str, Option("What to do about a row that cannot be used.", choices=("fail", "skip"))] = "fail"
    shard: Annotated[str | None, Option("Send only the I-th of N parts of the events.", metavar="I/N")] = None
    scenario: Annotated[
        str | None,
        Option(
            "Play the steps of a case file, with its clock and expectations.", metavar="FILE.toml", endings=(".toml",)
        ),
    ] = None
    journal: Annotated[
        str | None,
        Option("Record delivered events in FILE; running the same command again sends only the rest.", metavar="FILE"),
    ] = None
    as_provider: Annotated[
        str | None,
        Option(
            "Wait and retry as this provider documents it: telnyx, bandwidth, sinch or twilio.",
            metavar="NAME",
            complete=complete_providers,
        ),
    ] = None
    failover_url: Annotated[
        str | None,
        Option("With --as-provider telnyx or twilio: the URL for events that --url did not accept.", metavar="URL"),
    ] = None
    time_scale: Annotated[
        float,
        Option(
            "Multiply the pauses of a provider or scenario by this, for example 0.001.",
            metavar="FACTOR",
            min=0,
            max=1000,
        ),
    ] = 1.0
    chaos: Annotated[
        str | None,
        Option(
            "Faults to inject: early-receipt, per-part, dup-same=5%, dup-fresh=1%, reorder=3, late=2h, lost=1%, "
            "batch-array=10, corrupt=0.1%.",
            metavar="SPEC",
        ),
    ] = None
    require: Annotated[
        str | None,
        Option("Conditions for exit code 0, such as 'p99<2s,failed=0,rate>=50/s'.", metavar="CONDITIONS"),
    ] = None
    report: Annotated[str | None, Option("Write an HTML report.", metavar="FILE")] = None


class SignOptions(NamedTuple):
    """How webhooks are signed for a receiver of your own."""

    sign: Annotated[
        str | None,
        Option(
            "Sign each webhook: preset for the provider's own scheme, which is the default if a key is given, or one of "
            f"{', '.join(SCHEMES)}.",
            choices=CHOICES,
            metavar="SCHEME",
        ),
    ] = None
    sign_key_env: Annotated[
        str | None, Option("The environment variable with the key; for basic USER:PASSWORD.", metavar="VAR")
    ] = None
    sign_key_file: Annotated[str | None, Option("The file with the key.", metavar="FILE")] = None


class SimulateOptions(NamedTuple):
    """The options of ``simulate-webhook``."""

    template: TemplateArgument
    event: Annotated[
        tuple[str, ...],
        Option(
            "The event to send; several are sent in turn. Default: the first. Repeatable.",
            metavar="EVENT|all",
            complete=complete_events,
        ),
    ] = ()
    send: Annotated[
        str | None,
        Option(
            "Send the requests that Ringotel would send, to your own server.",
            choices=("SendMessage", "SendFile"),
        ),
    ] = None
    url: Annotated[
        str | None, Option("The webhook URL; to keep it secret, set RINGOCLI_WEBHOOK_URL.", metavar="URL")
    ] = None
    preset: Annotated[
        str | None,
        Option(
            "The provider whose webhook bodies to send; none sends the template's own. Default: recognised from the "
            "template.",
            metavar="NAME",
        ),
    ] = None
    seed: Annotated[int | None, Option("The same seed generates the same events. Default: random.", metavar="N")] = None
    missing: Missing = None
    content_type: ContentType = None
    status: ExpectStatusGroup = ExpectStatusOptions()
    expect_body_contains: Annotated[str | None, Option("A text that every reply must contain.", metavar="TEXT")] = None
    live: Live = False
    dry_run: Annotated[bool, Option("Show the webhooks and send nothing.")] = False
    force: Annotated[bool, Option("Overwrite an existing report.")] = False
    format: Annotated[str, Option("Output format.", choices=("text", "json", "jsonl"))] = "text"
    load: Annotated[LoadOptions, Group("Load")] = LoadOptions()
    signing: Annotated[SignOptions, Group("Signature")] = SignOptions()
    values: ValueGroup = ValueOptions()
    connection: ConnectionGroup = ConnectionOptions()
