"""``render``, ``match`` and ``prove``: what goes out, what comes in, and whether both agree. Nothing is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any

import typer

from ringocli import __version__
from ringocli.cli.options import (
    MissingOption,
    ProfileOption,
    PropertyEnvOption,
    PropertyFileOption,
    PropertyOption,
    PublicPropertyOption,
    SetFileOption,
    SetOption,
    ShowSecretsOption,
    TemplateArgument,
    ValuesOption,
    chosen,
    complete_events,
    gathered,
    help_text,
    missing_of,
    open_template,
    warn_of_secrets,
)
from ringocli.errors import UsageError
from ringocli.text import console

RENDER_EXAMPLES = (
    "ringocli render samples/telnyx.json",
    "ringocli render samples/telnyx.json SendFile --set url=https://files.example/cat.jpg",
    "ringocli render samples/telnyx.json --event message --set content='Hi there'",
    "ringocli render samples/twilio.json --format curl",
    "ringocli render samples/telnyx.json --format json --corpus unicode",
)
MATCH_EXAMPLES = (
    "ringocli match samples/telnyx.json samples/telnyx/message.http",
    "ringocli match samples/telnyx.json samples/telnyx/reply.http --response SendMessage",
    "ringocli match samples/twilio.json samples/twilio/delivered.http --format json",
)
PROVE_EXAMPLES = (
    "ringocli prove samples/telnyx.json",
    "ringocli prove samples/twilio.json --seed 7 --cases 50 --format json",
)
RENDER_FORMATS = ("http", "curl", "json", "httpie", "python", "har")


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.command(
        "render",
        help=help_text("Show the exact requests of a template; nothing is sent.", RENDER_EXAMPLES),
    )(render)
    app.command(
        "match",
        help=help_text("Say which event a webhook is, and what Ringotel would take from it.", MATCH_EXAMPLES),
    )(match)
    app.command(
        "prove",
        help=help_text(
            "Prove that everything the template renders can be read back, or show what cannot.", PROVE_EXAMPLES
        ),
    )(prove)


def render(
    template: TemplateArgument,
    requests: Annotated[
        list[str] | None, typer.Argument(metavar="[SendMessage|SendFile]...", help="Default: both.")
    ] = None,
    event: Annotated[
        list[str] | None,
        typer.Option("--event", metavar="EVENT|all", help="A webhook instead.", autocompletion=complete_events),
    ] = None,
    set_: SetOption = None,
    set_file: SetFileOption = None,
    property_env: PropertyEnvOption = None,
    property_file: PropertyFileOption = None,
    property_: PropertyOption = None,
    public_property: PublicPropertyOption = None,
    values: ValuesOption = None,
    profile: ProfileOption = None,
    missing: MissingOption = None,
    template_view: Annotated[bool, typer.Option("--template-view", help="Leave the variables in.")] = False,
    corpus: Annotated[
        str | None, typer.Option(metavar="basic|unicode|long|hostile", help="Render once for each sample text.")
    ] = None,
    number_format: Annotated[
        str | None,
        typer.Option(metavar="e164|international|national", help="How the portal hands numbers over (outboundFormat)."),
    ] = None,
    content_type: Annotated[
        str | None, typer.Option("--content-type", help="What a webhook is sent as; a template does not say it.")
    ] = None,
    format_: Annotated[str, typer.Option("--format", metavar="|".join(RENDER_FORMATS))] = "http",
    show_secrets: ShowSecretsOption = False,
) -> None:
    """Render requests or webhooks and print them."""
    from ringocli.messaging.corpus import CORPORA, NUMBER_FORMATS

    form = chosen("--format", format_, RENDER_FORMATS)
    if corpus is not None:
        chosen("--corpus", corpus, tuple(CORPORA))
    if number_format is not None:
        chosen("--number-format", number_format, NUMBER_FORMATS)
    policy = missing_of(missing, _sample_policy())
    opened = open_template(template)
    settings = gathered(
        opened.template,
        set_=set_,
        set_file=set_file,
        property_=property_,
        property_env=property_env,
        property_file=property_file,
        public=public_property,
        values=values,
        profile=profile,
    )
    variants = list(_variants(settings.values, corpus))
    plan = _plan(opened.template, requests, event, policy, content_type)
    rendered = []
    for variant in variants:
        source = _template_values(opened.template) if template_view else variant
        for call in plan:
            request = call(_formatted(source, number_format) if not template_view else source)
            rendered.append(_unquoted(opened.template, request) if template_view else request)
    _print_requests(rendered, form, show_secrets, count=not template_view)


def _sample_policy() -> Any:
    from ringocli.template.values import Missing

    return Missing.SAMPLE


def _variants(values: Any, corpus: str | None) -> Iterator[Any]:
    """The values once, or once for each text of a corpus."""
    from ringocli.messaging.corpus import CORPORA
    from ringocli.template.values import Layer, Values

    if corpus is None:
        yield values
        return
    for text in CORPORA[corpus]:
        yield Values(layers=(*values.layers, Layer(variables={"content": text, "text": text})))


def _formatted(values: Any, number_format: str | None) -> Any:
    """The same values with numbers as the portal would hand them over; outgoing only, since only those pass it."""
    from ringocli.messaging.corpus import number_as
    from ringocli.template.values import Layer, Values
    from ringocli.template.variables import Place, sample

    if number_format is None:
        return values
    known = values.at(Place.SEND_MESSAGE)
    numbers = {
        name: number_as(known.get(name) or sample(name, Place.SEND_MESSAGE), number_format) for name in ("from", "to")
    }
    return Values(layers=(Layer(outgoing=numbers), *values.layers))


def _plan(
    template: Any, requests: list[str] | None, events: list[str] | None, policy: Any, content_type: str | None
) -> list[Callable[[Any], Any]]:
    """What to render, each as a function of the values.

    Raises:
        UsageError: a request or event that the template does not have, or none at all.
    """
    from ringocli.messaging.request import render_event, render_request

    def sending(spec: Any) -> Callable[[Any], Any]:
        return lambda values: render_request(template, spec, values, policy)

    def taking(event: Any) -> Callable[[Any], Any]:
        return lambda values: render_event(template, event, values, policy, content_type=content_type)

    plan: list[Callable[[Any], Any]] = []
    if requests or not events:
        plan += [sending(spec) for spec in [template.request(name) for name in requests or ()] or template.requests]
    plan += [taking(event) for event in _events(template, events or ())]
    if not plan:
        raise UsageError("the template has nothing to render", "Run ringocli validate to see what is missing.")
    return plan


def _events(template: Any, names: Sequence[str]) -> list[Any]:
    if "all" in names:
        return list(template.events)
    return [template.event(name) for name in names]


def _template_values(template: Any) -> Any:
    """Values that put each variable's own spelling in its place."""
    from ringocli.template.values import Layer, Values
    from ringocli.template.variables import SETTABLE

    names = {name: f"${name}$" for name in SETTABLE}
    properties = {name: f"${name}$" for name in template.properties}
    return Values(layers=(Layer(variables=names, properties=properties),))


def _unquoted(template: Any, request: Any) -> Any:
    """A template view with readable variables where an address or a form would quote the dollar signs."""
    from ringocli.text.traced import Piece, Traced

    def readable(traced: Any) -> Any:
        return Traced(tuple(Piece(f"${p.variable}$" if p.variable else p.text, p.variable) for p in traced.pieces))

    body = readable(request.body) if request.body is not None else None
    return replace(request, url=readable(request.url), headers=_readable_headers(template, request), body=body)


def _readable_headers(template: Any, request: Any) -> Any:
    """Headers of a template view: Basic credentials as what they are made of, not as base64 of it."""
    from ringocli.template.model import Basic
    from ringocli.text.traced import Traced

    if not isinstance(template.auth, Basic):
        return request.headers
    pair = f"Basic base64({template.auth.username}:{template.auth.password})"
    return tuple((name, Traced.plain(pair) if name == "Authorization" else value) for name, value in request.headers)


def _print_requests(requests: list[Any], form: str, show_secrets: bool, *, count: bool) -> None:
    from ringocli.messaging.formats import requests as forms
    from ringocli.text.secret import sent

    show = sent if show_secrets else str
    warn_of_secrets(show_secrets)
    for remark in dict.fromkeys(remark for request in requests for remark in request.notes):
        console.note(f"note: {remark}", "dim")
    if form == "json":
        documents = [forms.as_document(request, show) for request in requests]
        console.out_json({"schema_version": 1, "requests": documents})
        return
    if form == "har":
        console.out(forms.as_har(requests, show, __version__))
        return
    for index, request in enumerate(requests):
        if index:
            console.out()
        if len(requests) > 1:
            console.out(console.styled(f"### {request.name}", "bold"))
        if form == "http":
            console.out(_coloured_http(request, show))
        else:
            console.out(forms.FORMATS[form](request, show))
        if count:
            _note_segments(request)


def _coloured_http(request: Any, show: Callable[[Any], str]) -> str:
    """The request with each variable's text in its own colour; plain where there is no terminal."""
    import sys

    from ringocli.messaging.formats.requests import as_http
    from ringocli.text.traced import Piece, Traced

    if not console.coloured(sys.stdout):
        return as_http(request, show)
    palette = ("cyan", "magenta", "yellow", "green", "blue")
    names = list(dict.fromkeys(p.variable for p in (request.body or Traced()).pieces if p.variable))

    def paint(traced: Any) -> Any:
        return Traced(
            tuple(
                Piece(console.styled(console.printable(show(p.text)), palette[names.index(p.variable) % len(palette)]))
                if p.variable in names
                else Piece(show(p.text))
                for p in traced.pieces
            )
        )

    return as_http(replace(request, body=paint(request.body) if request.body is not None else None), show)


def _note_segments(request: Any) -> None:
    from ringocli.messaging.segments import count_segments

    text = request.variables.get("content") if request.name == "SendMessage" else None
    if text is None:
        return
    counted = count_segments(str(text))
    remark = f"{counted.segments} SMS segment{'s' * (counted.segments != 1)}, {counted.encoding}"
    if counted.forced_by is not None:
        remark += f" because of {counted.forced_by.character!a} ({counted.forced_by.name})"
        remark += f" at character {counted.forced_by.index + 1}"
    console.note(f"note: {request.name}: {remark}", "dim")


def match(
    template: TemplateArgument,
    file: Annotated[
        str, typer.Argument(metavar="[FILE|-]", help="A sample: a bare body or a whole HTTP message.")
    ] = "-",
    method: Annotated[str | None, typer.Option(help="The method of a bare body (POST).")] = None,
    content_type: Annotated[str | None, typer.Option("--content-type", help="The type of a bare body.")] = None,
    query: Annotated[str | None, typer.Option(metavar="STRING", help="The query of the webhook's address.")] = None,
    response: Annotated[
        str | None, typer.Option(metavar="SendMessage|SendFile", help="Match a reply against response_map instead.")
    ] = None,
    set_: SetOption = None,
    set_file: SetFileOption = None,
    property_env: PropertyEnvOption = None,
    property_file: PropertyFileOption = None,
    property_: PropertyOption = None,
    public_property: PublicPropertyOption = None,
    values: ValuesOption = None,
    profile: ProfileOption = None,
    format_: Annotated[str, typer.Option("--format", metavar="text|json")] = "text",
) -> None:
    """Match a sample and print what it is."""
    from ringocli.importers.samples import read_sample
    from ringocli.messaging.formats.webhook import as_document, as_text, of_reply
    from ringocli.messaging.webhook import read_webhook
    from ringocli.text.files import read_bytes

    chosen("--format", format_, ("text", "json"))
    if template == "-" and file == "-":
        raise UsageError("template and sample cannot both come from stdin", "Name a file for one of them.")
    opened = open_template(template)
    settings = gathered(
        opened.template,
        set_=set_,
        set_file=set_file,
        property_=property_,
        property_env=property_env,
        property_file=property_file,
        public=public_property,
        values=values,
        profile=profile,
    )
    sample = read_sample(read_bytes(file))
    outcome: Any
    if response is not None:
        spec = opened.template.request(response)
        if spec.response_map is None:
            raise UsageError(f"API.{response} has no response_map", "Add one, or match a webhook instead.")
        outcome = of_reply(spec, sample.as_reply(content_type))
    else:
        incoming = sample.as_request(method=method, content_type=content_type, query=query)
        outcome = read_webhook(opened.template, incoming, settings.values.properties)
    if format_ == "json":
        console.out_json(as_document(outcome))
    else:
        console.out(as_text(outcome))
    for remark in outcome.notes:
        console.note(f"note: {remark}", "dim")
    if outcome.event is None and not getattr(outcome, "matched", False):
        raise typer.Exit(1)


def prove(
    template: TemplateArgument,
    seed: Annotated[int, typer.Option(help="The same seed tries the same values.")] = 0,
    cases: Annotated[int, typer.Option(min=1, max=1_000_000, help="Values tried for each part.")] = 200,
    format_: Annotated[str, typer.Option("--format", metavar="text|json")] = "text",
) -> None:
    """Put a template under the laws and print the certificate or the counter-example."""
    from ringocli.messaging.formats.proof import as_document, as_text
    from ringocli.messaging.proof import prove as put_under_the_laws

    chosen("--format", format_, ("text", "json"))
    opened = open_template(template)
    certificate = put_under_the_laws(opened.template, opened.text, seed=seed, cases=cases)
    if not certificate.parts:
        raise UsageError("the template has nothing to prove", "Run ringocli validate to see what is missing.")
    if format_ == "json":
        console.out_json(as_document(certificate))
    else:
        console.out(as_text(certificate))
    if not certificate.proved:
        raise typer.Exit(1)
