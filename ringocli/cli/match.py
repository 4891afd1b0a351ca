"""``match``: the event that a webhook is, or the variables of a reply."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from ringocli.cli.command import command
from ringocli.cli.inputs import gather_values, open_template
from ringocli.cli.notices import print_notes
from ringocli.cli.options import TemplateArgument, TextOrJson, ValueOptions
from ringocli.cli.output import print_json, print_table
from ringocli.cli.parameters import Argument, Option
from ringocli.errors import CheckFailed, UsageError
from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.importers.samples import Sample
    from ringocli.messaging.formats.webhook import ReplyReading
    from ringocli.messaging.webhook import WebhookReading
    from ringocli.template.model import Template

EXAMPLES = (
    "ringocli match samples/telnyx.json samples/telnyx/message.http",
    "ringocli match samples/telnyx.json samples/telnyx/reply.http --response SendMessage",
    "ringocli match samples/twilio.json samples/twilio/delivered.http --format json",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchOptions:
    """The options of ``match``."""

    template: TemplateArgument
    file: Annotated[str, Argument("[FILE|-]", "A sample: a request, a curl command, a log line or a bare body.")] = "-"
    method: Annotated[str | None, Option("The method of a bare body. Default: POST.", metavar="METHOD")] = None
    content_type: Annotated[str | None, Option("The Content-Type of a bare body.", metavar="TYPE")] = None
    query: Annotated[str | None, Option("The query string of the webhook's URL.", metavar="STRING")] = None
    response: Annotated[
        str | None,
        Option("Match a reply to this request against its response_map instead.", metavar="SendMessage|SendFile"),
    ] = None
    format: TextOrJson = "text"
    values: ValueOptions


@command("match", "Show which event a webhook matches.", examples=EXAMPLES)
def match(options: MatchOptions) -> int:
    """Match a sample and print the event and its variables."""
    from ringocli.importers.samples import read_sample
    from ringocli.messaging.formats.webhook import as_document, as_text
    from ringocli.text.files import read_bytes

    if options.template == "-" and options.file == "-":
        raise UsageError("template and sample cannot both be read from stdin", "Name a file for one of them.")
    opened = open_template(options.template)
    reading = _reading(opened.template, read_sample(read_bytes(options.file), options.file), options)
    if options.format == "json":
        print_json(as_document(reading))
    elif console.draws(sys.stdout):
        _draw(reading)
    else:
        console.out(as_text(reading))
    print_notes(reading.notes)
    return 0 if reading.matched else CheckFailed.code


def _reading(template: Template, sample: Sample, options: MatchOptions) -> WebhookReading | ReplyReading:
    from ringocli.messaging.formats.webhook import of_reply
    from ringocli.messaging.webhook import read_webhook

    values = gather_values(template, options.values).values
    if options.response is None:
        incoming = sample.as_request(method=options.method, content_type=options.content_type, query=options.query)
        return read_webhook(template, incoming, values.properties)
    spec = template.request(options.response)
    if spec.response_map is None:
        raise UsageError(f"API.{options.response} has no response_map", "Add one, or match a webhook instead.")
    return of_reply(spec, sample.as_reply(options.content_type))


def _draw(reading: WebhookReading | ReplyReading) -> None:
    """The same as the text format, with a table of variables or a coloured diff."""
    from ringocli.messaging.formats.webhook import headline, patch_lines
    from ringocli.text import terminal
    from ringocli.text.pointer import as_text as pointer_text

    console.out(console.styled(headline(reading), "green" if reading.matched else "red", "bold"))
    if reading.matched and reading.variables:
        sources = {name: pointer_text(pointer) for name, pointer in reading.sources.items()}
        rows = [(name, value, sources.get(name, "")) for name, value in reading.variables.items()]
        print_table(("variable", "value", "from"), rows)
    for event in reading.also:
        console.out(f"  also matches, less specifically: {event.label}")
    if reading.near_miss is not None:
        differences = reading.near_miss.differences
        terminal.print_diff((pointer_text(one.pointer) or "(root)", one.expected, one.found) for one in differences)
        for line in patch_lines(reading.near_miss):
            console.out(line)
