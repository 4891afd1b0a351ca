"""``render``: the exact requests of a template."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple

from ringocli.cli.command import command
from ringocli.cli.completion_values import complete_events
from ringocli.cli.inputs import gather_values, missing_policy, open_template
from ringocli.cli.notices import print_notes, warn_of_secrets
from ringocli.cli.options import ContentType, Missing, ShowSecrets, TemplateArgument, ValueGroup, ValueOptions
from ringocli.cli.output import print_http, print_json
from ringocli.cli.parameters import Argument, Option
from ringocli.errors import UsageError
from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.http.exchange import RenderedRequest
    from ringocli.http.request_formats import Show
    from ringocli.template.model import RequestSpec, Template, WebhookEvent
    from ringocli.template.values import Missing as MissingPolicy
    from ringocli.template.values import Values

EXAMPLES = (
    "ringocli render samples/telnyx.json",
    "ringocli render samples/telnyx.json SendFile --set url=https://files.example/cat.jpg",
    "ringocli render samples/telnyx.json --event message --set content='Hi there'",
    "ringocli render samples/twilio.json --format curl",
    "ringocli render samples/telnyx.json --format json --corpus unicode",
)
FORMATS = ("http", "curl", "json", "httpie", "python", "har")
CORPORA = ("basic", "unicode", "long", "hostile")
NUMBER_FORMATS = ("e164", "international", "national")

Render = Callable[["Values"], "RenderedRequest"]


class RenderOptions(NamedTuple):
    """The options of ``render``."""

    template: TemplateArgument
    requests: Annotated[
        tuple[str, ...],
        Argument("[SendMessage|SendFile]...", "The requests to render.", choices=("SendMessage", "SendFile")),
    ] = ()
    event: Annotated[
        tuple[str, ...],
        Option("Render this webhook instead. Repeatable.", metavar="EVENT|all", complete=complete_events),
    ] = ()
    format: Annotated[str, Option("Output format.", choices=FORMATS)] = "http"
    template_view: Annotated[bool, Option("Show the variables instead of their values.")] = False
    corpus: Annotated[str | None, Option("Render once for each text of this set.", choices=CORPORA)] = None
    number_format: Annotated[
        str | None,
        Option("How Ringotel passes on numbers (the portal's outboundFormat).", choices=NUMBER_FORMATS),
    ] = None
    content_type: ContentType = None
    missing: Missing = None
    show_secrets: ShowSecrets = False
    values: ValueGroup = ValueOptions()


@command("render", "Show the exact HTTP requests; nothing is sent.", examples=EXAMPLES)
def render(options: RenderOptions) -> int:
    """Render requests or webhooks and print them."""
    from ringocli.template.values import Missing as MissingPolicy

    opened = open_template(options.template)
    policy = missing_policy(options.missing, MissingPolicy.SAMPLE)
    values = gather_values(opened.template, options.values).values
    renders = _renders(opened.template, options, policy)
    if options.template_view:
        from ringocli.messaging.template_view import variables_as_values, with_readable_variables

        unfilled = variables_as_values(opened.template)
        requests = [with_readable_variables(opened.template, one(unfilled)) for one in renders]
    else:
        requests = [one(variant) for variant in _variants(values, options) for one in renders]
    warn_of_secrets(options.show_secrets)
    print_notes(note for request in requests for note in request.notes)
    _print(requests, options)
    return 0


def _variants(values: Values, options: RenderOptions) -> Iterator[Values]:
    """The values once, or once for each text of the corpus."""
    from ringocli.messaging.corpus import with_number_format, with_texts

    if options.number_format is not None:
        values = with_number_format(values, options.number_format)
    return with_texts(values, options.corpus) if options.corpus is not None else iter([values])


def _renders(template: Template, options: RenderOptions, policy: MissingPolicy | None) -> list[Render]:
    """One function of the values for each request or event to render.

    Raises:
        UsageError: the template has no such request or event, or none at all.
    """
    from ringocli.messaging.request import render_event, render_request

    def of_request(spec: RequestSpec) -> Render:
        return lambda values: render_request(template, spec, values, policy)

    def of_event(event: WebhookEvent) -> Render:
        return lambda values: render_event(template, event, values, policy, content_type=options.content_type)

    renders: list[Render] = []
    if options.requests or not options.event:
        specs = [template.request(name) for name in options.requests] or list(template.requests)
        renders += map(of_request, specs)
    renders += map(of_event, template.events_named(options.event))
    if not renders:
        raise UsageError("the template has nothing to render", "Run ringocli validate to see what is missing.")
    return renders


def _print(requests: Sequence[RenderedRequest], options: RenderOptions) -> None:
    from ringocli.http.request_formats import FORMATS as WRITERS
    from ringocli.messaging.formats.requests import as_document
    from ringocli.text.secret import sent

    show: Show = sent if options.show_secrets else str
    if options.format == "json":
        documents = [as_document(request, show) for request in requests]
        print_json({"schema_version": 1, "requests": documents})
        return
    if options.format == "har":
        from ringocli.messaging.formats.har import unsent_har_text

        console.out(unsent_har_text(requests, show))
        return
    for index, request in enumerate(requests):
        if index:
            console.out()
        if len(requests) > 1:
            console.out(console.styled(f"### {request.name}", "bold"))
        if options.format == "http":
            print_http(request, show, exact=True)
        else:
            console.out(WRITERS[options.format](request, show))
        if not options.template_view:
            _note_segments(request)


def _note_segments(request: RenderedRequest) -> None:
    from ringocli.messaging.segments import count_segments

    text = request.variables.get("content") if request.name == "SendMessage" else None
    if text is not None:
        console.note(f"note: {request.name}: {count_segments(str(text)).summary}", "dim")
