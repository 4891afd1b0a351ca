"""``replay``: recorded webhooks, sent again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from ringocli.cli.command import command
from ringocli.cli.completion import complete_variables
from ringocli.cli.inputs import open_template
from ringocli.cli.options import ConnectionOptions, Live, TemplateArgument, TextOrJson
from ringocli.cli.output import print_json
from ringocli.cli.parameters import Argument, Option
from ringocli.errors import CheckFailed, NoReply, UsageError
from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.testing.replay import Replay

EXAMPLES = (
    "ringocli replay samples/telnyx.json samples/telnyx/message.http --url http://127.0.0.1:8025",
    "ringocli replay samples/telnyx.json samples/telnyx/message.http --url http://127.0.0.1:8025 --set content=Hello",
)
MORE = (
    "RECORDING is an export of the emulator (ringocli emulate, /api/export), a HAR file, or one webhook in any form. "
    "Requests that the template itself sends are left out; the header webhook-id stays as it was.\n\n"
    "Exit codes: 0 all delivered, 1 some were not, 2 usage error, 3 local error, 4 none got a response."
)
FREE_REPLAYS = 10
"""This many webhooks may be sent to another machine without ``--live``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOptions:
    """The options of ``replay``."""

    template: TemplateArgument
    recording: Annotated[str, Argument("RECORDING", "Recorded traffic, or - for stdin.")]
    url: Annotated[str | None, Option("Where to send the webhooks.", metavar="URL")] = None
    set: Annotated[
        tuple[str, ...],
        Option(
            "Replace this variable in each webhook that has it. Repeatable.",
            metavar="NAME=VALUE",
            complete=complete_variables,
        ),
    ] = ()
    live: Live = False
    format: TextOrJson = "text"
    connection: ConnectionOptions


@command("replay", "Send recorded webhooks again.", examples=EXAMPLES, more=MORE)
def replay(options: ReplayOptions) -> int:
    """Send the webhooks and print what became of each."""
    from ringocli.http.addresses import is_loopback, webhook_address
    from ringocli.http.transport import Sender
    from ringocli.template.settings import pair
    from ringocli.template.values import check_variable
    from ringocli.testing.replay import recorded_webhooks, replay_all
    from ringocli.text.files import read_bytes
    from ringocli.text.secret import Secret, sent
    from ringocli.text.url import split_url

    if options.url is None:
        raise UsageError("no URL to send to", "Use --url URL.")
    template = open_template(options.template).template
    edits = dict(pair("--set", entry) for entry in options.set)
    for name in edits:
        check_variable(name)
    webhooks = recorded_webhooks(template, read_bytes(options.recording))
    url = webhook_address(Secret(options.url))
    host = split_url(sent(url)).hostname
    if not is_loopback(host):
        console.complain(f"sending {len(webhooks):,} webhooks to {host}")
        if len(webhooks) > FREE_REPLAYS and not options.live:
            raise UsageError(
                f"sending {len(webhooks):,} webhooks to {host}, which is not this machine, needs --live",
                "Use --live if the receiver expects them.",
            )
    connection = options.connection
    with Sender(timeout_s=connection.timeout_s, ca_file=connection.ca_file) as sender:
        replays = replay_all(template, webhooks, url, edits, sender.send)
    _print(replays, host, options.format)
    if all(one.status is None for one in replays):
        return NoReply.code
    return CheckFailed.code if any(one.problem for one in replays) else 0


def _print(replays: Sequence[Replay], host: str, format_: str) -> None:
    failed = sum(bool(one.problem) for one in replays)
    if format_ == "json":
        print_json(
            {
                "schema_version": 1,
                "sent": len(replays),
                "delivered": len(replays) - failed,
                "failed": failed,
                "replays": [one.document for one in replays],
            }
        )
        return
    for one in replays:
        mark = console.styled(one.problem, "red") if one.problem else console.styled(f"{one.status}", "green")
        edited = f"  ({', '.join(one.edited)} replaced)" if one.edited else ""
        console.out(f"{one.number:>4}  {console.printable(one.event or 'no event'):<36} {mark}{edited}")
    console.out(f"{len(replays) - failed:,} of {len(replays):,} delivered to {host}")
