"""``match``: the event that a webhook matches, or the variables of a reply."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, NamedTuple

from ringocli.cli.command import command
from ringocli.cli.inputs import gather_values, open_template
from ringocli.cli.notices import print_notes
from ringocli.cli.options import TemplateArgument, TextOrJson, ValueGroup, ValueOptions
from ringocli.cli.output import print_json, print_table
from ringocli.cli.parameters import Argument, Group, Option
from ringocli.cli.signing import CHOICES, read_key, scheme_of
from ringocli.errors import CheckFailed, LocalError, UsageError
from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.importers.samples import Sample
    from ringocli.messaging.formats.webhook import ReplyReading
    from ringocli.messaging.webhook import WebhookReading
    from ringocli.template.model import Template
    from ringocli.text.pointer import Pointer

EXAMPLES = (
    "ringocli match samples/telnyx.json samples/telnyx/message.http",
    "ringocli match samples/telnyx.json samples/telnyx/reply.http --response SendMessage",
    "ringocli match samples/twilio.json samples/twilio/delivered.http --format json",
)


class VerifyOptions(NamedTuple):
    """The check of a webhook's signature."""

    verify: Annotated[
        str | None,
        Option(
            "Also check the webhook's signature: the name of a scheme, or preset for the provider's own.",
            choices=CHOICES,
            metavar="SCHEME",
        ),
    ] = None
    verify_key_env: Annotated[
        str | None, Option("The environment variable with the key; for telnyx the public key.", metavar="VAR")
    ] = None
    verify_key_file: Annotated[str | None, Option("The file with the key.", metavar="FILE")] = None
    verify_url: Annotated[
        str | None, Option("The URL that the webhook was sent to, which twilio signs.", metavar="URL")
    ] = None


class MatchOptions(NamedTuple):
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
    pair: Annotated[
        tuple[str, ...],
        Option(
            "If nothing matches: read this missing value from this received field (JSON pointers). Repeatable.",
            metavar="MISSING=RECEIVED",
        ),
    ] = ()
    format: TextOrJson = "text"
    verification: Annotated[VerifyOptions, Group("Signature")] = VerifyOptions()
    values: ValueGroup = ValueOptions()


@command("match", "Show which event a webhook matches.", examples=EXAMPLES)
def match(options: MatchOptions) -> int:
    """Match a sample and print the event and its variables."""
    from ringocli.importers.samples import read_sample
    from ringocli.messaging.formats.webhook import as_document, as_text
    from ringocli.text.files import read_bytes

    if options.template == "-" and options.file == "-":
        raise UsageError("template and sample cannot both be read from stdin", "Use a file for one of them.")
    opened = open_template(options.template)
    console.announce_stdin(options.file, "a webhook")
    content = read_bytes(options.file)
    if not content.strip() and options.query is None:
        raise LocalError(f"{'stdin' if options.file == '-' else options.file}: empty", "Provide a webhook or a reply.")
    sample = read_sample(content, options.file)
    reading = _reading(opened.template, sample, options)
    signature = _signature(opened.template, sample, options)
    if options.format == "json":
        print_json({**as_document(reading), **({"signature": signature} if signature is not None else {})})
    elif console.draws(sys.stdout):
        _draw(reading)
    else:
        console.out(as_text(reading))
    print_notes(reading.notes)
    if signature is not None and options.format == "text":
        console.out(f"signature: {signature['problem'] or 'valid'}", hang=2)
    is_signed = signature is None or bool(signature["ok"])
    return 0 if reading.matched and is_signed else CheckFailed.code


def _signature(template: Template, sample: Sample, options: MatchOptions) -> dict[str, object] | None:
    """Whether the webhook is signed with the key; None without ``--verify``.

    A recorded webhook may be of any age, so its timestamp is part of what is signed and is not compared with now.

    Raises:
        UsageError: the key or the URL is missing, or the sample is a bare body.
    """
    wanted = options.verification
    if wanted.verify is None:
        if wanted.verify_key_env or wanted.verify_key_file or wanted.verify_url:
            raise UsageError("--verify-key-env, --verify-key-file and --verify-url need --verify")
        return None
    from ringocli.messaging.load.provider_data import recognised
    from ringocli.messaging.load.signatures import Scheme, Signer

    if options.response is not None:
        raise UsageError("--verify checks webhooks, not replies", "Omit --response.")
    scheme = Scheme(scheme_of("--verify", wanted.verify, recognised(template)))
    if scheme is Scheme.TWILIO and wanted.verify_url is None:
        raise UsageError("--verify twilio needs --verify-url", "Twilio signs the URL exactly as it was configured.")
    incoming = sample.as_request(method=options.method, content_type=options.content_type, query=options.query)
    signer = Signer(scheme=scheme, key=read_key("--verify", wanted.verify_key_env, wanted.verify_key_file))
    url = wanted.verify_url or f"{incoming.path}?{incoming.query}"
    problem = signer.problem(url, dict(incoming.headers), incoming.body, 0.0, tolerance_s=float("inf"))
    return {"scheme": str(scheme), "ok": problem is None, "problem": problem}


def _reading(template: Template, sample: Sample, options: MatchOptions) -> WebhookReading | ReplyReading:
    from ringocli.messaging.formats.webhook import of_reply
    from ringocli.messaging.webhook import read_webhook

    values = gather_values(template, options.values).values
    if options.response is None:
        incoming = sample.as_request(method=options.method, content_type=options.content_type, query=options.query)
        return read_webhook(template, incoming, values.properties, _pairs(options.pair))
    if options.pair:
        raise UsageError("--pair chooses the fields of a webhook, not of a reply", "Omit --response or --pair.")
    spec = template.request(options.response)
    if spec.response_map is None:
        raise UsageError(f"API.{options.response} has no response_map", "Add one, or match a webhook instead.")
    return of_reply(spec, sample.as_reply(options.content_type))


def _pairs(given: tuple[str, ...]) -> dict[Pointer, Pointer]:
    """The pairs that the user made.

    Raises:
        UsageError: one is not two JSON pointers.
    """
    from ringocli.text.pointer import parse_indexed

    found: dict[Pointer, Pointer] = {}
    for entry in given:
        missing, _, received = entry.partition("=")
        if not missing.startswith("/") or not received.startswith("/"):
            raise UsageError(
                f"--pair {entry}: not two JSON pointers", "For example --pair /params/from=/params/sender."
            )
        found[parse_indexed(missing)] = parse_indexed(received)
    return found


def _draw(reading: WebhookReading | ReplyReading) -> None:
    """Draw the text format with a table of variables or a coloured diff."""
    from ringocli.messaging.formats.webhook import also_lines, headline, patch_lines
    from ringocli.text import drawing
    from ringocli.text.pointer import as_text as pointer_text

    console.out(console.styled(headline(reading), "green" if reading.matched else "red", "bold"))
    if reading.matched and reading.variables:
        sources = {name: pointer_text(pointer) for name, pointer in reading.sources.items()}
        rows = [(name, value, sources.get(name, "")) for name, value in reading.variables.items()]
        print_table(("variable", "value", "from"), rows)
    for line in also_lines(reading):
        console.out(line, hang=2)
    if reading.near_miss is not None:
        differences = reading.near_miss.differences
        drawing.print_diff((pointer_text(one.pointer) or "(root)", one.expected, one.found) for one in differences)
        for line in patch_lines(reading.near_miss):
            console.out(line, hang=2)
