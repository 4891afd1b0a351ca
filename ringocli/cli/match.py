"""``match``: the event that a webhook is, or the variables of a reply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from ringocli.cli.command import command
from ringocli.cli.inputs import gather_values, open_template
from ringocli.cli.notices import print_notes
from ringocli.cli.options import TemplateArgument, TextOrJson, ValueOptions
from ringocli.cli.parameters import Argument, Option
from ringocli.errors import CheckFailed, UsageError
from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.importers.samples import Sample
    from ringocli.messaging.formats.webhook import ReplyReading
    from ringocli.messaging.webhook import Reading
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
    reading = _reading(opened.template, read_sample(read_bytes(options.file)), options)
    if options.format == "json":
        console.out_json(as_document(reading))
    else:
        console.out(as_text(reading))
    print_notes(reading.notes)
    return 0 if reading.matched else CheckFailed.code


def _reading(template: Template, sample: Sample, options: MatchOptions) -> Reading | ReplyReading:
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
