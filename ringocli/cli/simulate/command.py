"""``simulate-webhook``: the provider's webhooks, or the requests that Ringotel would send, one or many, to any URL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ringocli.cli.command import command
from ringocli.cli.inputs import OpenedTemplate, check_output, file_of, gather_values, missing_policy, open_template
from ringocli.cli.notices import announce_host, bounded_connections, print_notes
from ringocli.cli.output import print_http
from ringocli.cli.signing import read_key, scheme_of
from ringocli.cli.simulate.options import LoadOptions, SignOptions, SimulateOptions
from ringocli.cli.simulate.run import deliver_and_print
from ringocli.errors import UsageError
from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.http.exchange import RenderedRequest
    from ringocli.messaging.delivery import Delivery
    from ringocli.messaging.load.data_rows import DataRows
    from ringocli.messaging.load.event_chaos import EventChaos
    from ringocli.messaging.load.events import Recipe, Subject
    from ringocli.messaging.load.plan import LoadPlan
    from ringocli.messaging.load.provider_data import ProviderData
    from ringocli.messaging.load.require import Requirement
    from ringocli.messaging.load.retry_policy import RetryPolicy
    from ringocli.messaging.load.signatures import Signer
    from ringocli.template.model import Template
    from ringocli.template.settings import Settings
    from ringocli.text.secret import Secret

_TO_EMULATOR = "ringocli simulate-webhook samples/telnyx.json --url http://127.0.0.1:8025/webhook/telnyx-custom"
EXAMPLES = (
    _TO_EMULATOR,
    f"{_TO_EMULATOR} --set content='Hi there'",
    f"{_TO_EMULATOR} --event message --count 20 --rate 50",
    f"{_TO_EMULATOR} --count 5 --format jsonl",
    f"{_TO_EMULATOR} --count 50 --concurrency 8 --require 'p99<5s,failed=0'",
)
MORE = (
    "The examples send to ringocli emulate samples/telnyx.json --port 8025. "
    "The URL can be Ringotel's, as shown in its portal for the integration, or your own server's. Ringotel's URL is "
    "a secret: keep it in RINGOCLI_WEBHOOK_URL or in a profile. Variables without a value get sample values.\n\n"
    "Every event has a unique id, in the provider's body and in the header webhook-id; a retry repeats it. The same "
    "--seed generates the same events.\n\n"
    "Exit codes: 0 all delivered, 1 some were not, or a requirement was missed, 2 usage error, 3 local error, 4 no "
    "event got a response."
)


@command("simulate-webhook", "Play the provider: send webhooks to a URL.", examples=EXAMPLES, more=MORE)
def simulate_webhook(options: SimulateOptions) -> int:
    """Send the events and print the summary."""
    from ringocli.messaging.load.events import EventFactory

    opened = open_template(options.template)
    settings = gather_values(opened.template, options.values, url=options.url)
    if options.load.scenario is not None:
        return _play(options, opened.template, settings)
    required = _requirements(options)
    delivery = _delivery(options, opened, settings)
    factory = EventFactory(delivery.recipe)
    if options.load.data is not None and delivery.data is not None:
        delivery.data.check_first()
    # Render each event once before anything is sent, so that missing values and encoding errors are reported first.
    subjects = delivery.recipe.subjects
    requests = [factory.rendered(index) for index in range(min(len(subjects), delivery.total or len(subjects)))]
    print_notes(note for request in requests for note in request.notes)
    if options.dry_run:
        _print_unsent(requests, delivery, options.format)
        return 0
    _check_amount(delivery, live=options.live, profile=settings.profile)
    return deliver_and_print(delivery, factory, options, required)


def _play(options: SimulateOptions, template: Template, settings: Settings) -> int:
    """Play a scenario; most options of a load run make no sense with it.

    Raises:
        UsageError: one of them was given.
    """
    from ringocli.cli.simulate.scenario import play_scenario
    from ringocli.http.addresses import webhook_address

    load = options.load
    given = [
        flag
        for flag, value in (
            ("--count", load.total), ("--rate", load.rate), ("--duration", load.duration), ("--data", load.data),
            ("--journal", load.journal), ("--chaos", load.chaos), ("--as-provider", load.as_provider),
            ("--failover-url", load.failover_url),
            ("--report", load.report), ("--require", load.require), ("--send", options.send),
            ("--event", options.event or None), ("--sign", options.signing.sign),
            ("--concurrency", load.concurrency), ("--retry", load.retry or None), ("--shard", load.shard),
            ("--seed", options.seed), ("--dry-run", options.dry_run or None),
        )
        if value is not None
    ]  # fmt: skip
    if given:
        hint = "The scenario file specifies what is sent."
        raise UsageError(f"--scenario cannot be combined with {', '.join(given)}", hint)
    url = webhook_address(settings.webhook_url) if settings.webhook_url is not None else None
    return play_scenario(options, template, settings, url, _provider(options, template))


def _delivery(options: SimulateOptions, opened: OpenedTemplate, settings: Settings) -> Delivery:
    """The run as the options describe it."""
    from ringocli.messaging.delivery import Delivery
    from ringocli.messaging.load.event_order import Shard

    load = options.load
    data = None
    if load.data is not None:
        from ringocli.messaging.load.data_rows import DataRows

        data = DataRows.open(load.data, skips_bad_rows=load.on_bad_row == "skip")
    recipe = _recipe(options, opened.template, settings, data)
    journal = file_of("--journal", load.journal) if load.journal is not None else None
    total = load.total
    if total is None and load.duration is None and data is None:
        total = len(recipe.subjects)
    if load.report is not None:
        file_of("--report", load.report)
        check_output(load.report, force=options.force)
    return Delivery(
        recipe=recipe,
        plan=_plan(options),
        url=_url(options, opened.template, settings),
        total=total,
        data=data,
        shard=Shard.parse(load.shard) if load.shard is not None else Shard(),
        journal=journal,
        chaos=_chaos(options),
        template_sha256=opened.sha256 if journal is not None else "",
        timeout_s=_timeout_s(options),
        failover_url=_failover_url(load),
        ca_file=options.connection.ca_file,
    )


def _recipe(options: SimulateOptions, template: Template, settings: Settings, data: DataRows | None) -> Recipe:
    from ringocli.messaging.load.events import Recipe
    from ringocli.template.values import Missing as MissingPolicy

    if options.send is not None and (options.event or options.content_type or options.preset):
        raise UsageError("--send cannot be combined with --event, --content-type or --preset", "Leave one of them out.")
    provider = _provider(options, template) if options.send is None else None
    return Recipe(
        template=template,
        subjects=_subjects(template, options),
        values=settings.values,
        missing=missing_policy(options.missing, MissingPolicy.SAMPLE),
        url=_url(options, template, settings),
        seed=_seed(options),
        content_type=options.content_type,
        provider=provider,
        columns=data.columns if data is not None else (),
        signer=_signer(options.signing, provider),
    )


def _requirements(options: SimulateOptions) -> tuple[Requirement, ...]:
    if options.load.require is None:
        return ()
    from ringocli.messaging.load.require import parse_requirements

    return parse_requirements(options.load.require)


def _chaos(options: SimulateOptions) -> EventChaos | None:
    load = options.load
    if load.chaos is None:
        return None
    from ringocli.messaging.load.event_chaos import parse_chaos

    if load.journal is not None or options.send is not None:
        raise UsageError("--chaos cannot be combined with --journal or --send", "Leave one of them out.")
    return parse_chaos(load.chaos)


def _signer(options: SignOptions, provider: ProviderData | None) -> Signer | None:
    """The requested signature with its key; a key alone requests the provider's own scheme.

    Raises:
        UsageError: the key is missing, or has another form; or the provider's scheme is not known.
    """
    if options.sign is None and options.sign_key_env is None and options.sign_key_file is None:
        return None
    from ringocli.messaging.load.signatures import signer

    scheme = scheme_of("--sign", options.sign, provider)
    return signer(scheme, read_key("--sign", options.sign_key_env, options.sign_key_file))


def _seed(options: SimulateOptions) -> int:
    """The seed: as given, else that of the journal, else a random one."""
    from ringocli.messaging.delivery import random_seed

    if options.seed is not None:
        return options.seed
    if options.load.journal is not None:
        from ringocli.messaging.load.journal import Journal

        known = Journal.seed_of(file_of("--journal", options.load.journal))
        if known is not None:
            return known
    return random_seed()


def _provider(options: SimulateOptions, template: Template) -> ProviderData | None:
    from ringocli.messaging.load.provider_data import NO_PRESET, provider_data, recognised

    if options.preset == NO_PRESET:
        return None
    return provider_data(options.preset) if options.preset is not None else recognised(template)


def _subjects(template: Template, options: SimulateOptions) -> tuple[Subject, ...]:
    if options.send is not None:
        return (template.request(options.send),)
    if not template.events:
        raise UsageError("the template has no events to send", "Run ringocli validate to see what is missing.")
    return template.events_named(options.event) or template.events[:1]


def _plan(options: SimulateOptions) -> LoadPlan:
    from ringocli.http.status_codes import Statuses
    from ringocli.messaging.delivery import rate_of
    from ringocli.messaging.load.plan import LoadPlan
    from ringocli.messaging.load.retry_policy import Verdicts

    load = options.load
    rate = rate_of(load.rate) if load.rate is not None else None
    return LoadPlan(
        concurrency=bounded_connections(load.concurrency or (1 if rate is None else MAX_CONNECTIONS)),
        rate_per_s=rate,
        duration_s=load.duration,
        retry=_retry_policy(load),
        verdicts=Verdicts(
            expected=Statuses.parse(options.status.expect_status), body_contains=options.expect_body_contains
        ),
    )


def _retry_policy(load: LoadOptions) -> RetryPolicy:
    from ringocli.messaging.load.retry_policy import RetryPolicy

    if load.as_provider is None:
        return RetryPolicy(retries=load.retry, max_retry_after_s=load.max_retry_after_s)
    from ringocli.messaging.load.provider_behaviour import ProviderRetryPolicy, behaviour

    if load.retry:
        raise UsageError("--as-provider sets the retry schedule", "Leave out --retry.")
    data = behaviour(load.as_provider)
    for note in (*data.notes, f"sources: {', '.join(data.sources)}"):
        console.note(f"note: {data.title}: {note}", "dim")
    return ProviderRetryPolicy(data, time_scale=load.time_scale)


def _failover_url(load: LoadOptions) -> Secret | None:
    """The URL for events that the first URL did not accept.

    Raises:
        UsageError: the provider documents no second URL, or the option cannot be used with another.
    """
    if load.failover_url is None:
        return None
    from ringocli.http.addresses import webhook_address
    from ringocli.messaging.load.provider_behaviour import behaviour
    from ringocli.text.secret import Secret

    if load.as_provider is None or behaviour(load.as_provider).failover is None:
        raise UsageError("--failover-url needs a provider with failover", "Use --as-provider telnyx, or twilio.")
    if load.journal is not None or load.chaos is not None:
        raise UsageError("--failover-url cannot be combined with --journal or --chaos", "Leave one of them out.")
    return webhook_address(Secret(load.failover_url))


def _timeout_s(options: SimulateOptions) -> float:
    """How long to wait for a reply: as long as the provider waits."""
    if options.load.as_provider is None:
        return options.connection.timeout_s
    from ringocli.messaging.load.provider_behaviour import behaviour

    timeout_s = behaviour(options.load.as_provider).timeout_s
    return timeout_s if timeout_s is not None else options.connection.timeout_s


MAX_CONNECTIONS = 256
"""How many connections a rate may need while the receiver is slow."""


def _url(options: SimulateOptions, template: Template, settings: Settings) -> Secret:
    """The URL to send to: the webhook URL, or with ``--send`` the user's own server.

    Raises:
        UsageError: there is none; every way to set it is named.
    """
    from ringocli.http.addresses import webhook_address
    from ringocli.text.secret import Secret

    if options.send is not None:
        if options.url is None:
            raise UsageError(
                "--send needs --url",
                "Name your own server, for example --url http://127.0.0.1:8080. Path and query are kept.",
            )
        return Secret(options.url, options.url, remembered=False)
    if settings.webhook_url is None:
        raise UsageError(
            "no webhook URL to send to",
            "Use --url URL, set RINGOCLI_WEBHOOK_URL, or put webhook_url into a profile of ringocli.toml and use "
            "--profile. Ringotel's portal shows the URL in the integration's settings.",
        )
    return webhook_address(settings.webhook_url)


def _check_amount(delivery: Delivery, *, live: bool, profile: str | None) -> None:
    """Announce host and total, and refuse to send much to another machine without ``--live``.

    Raises:
        UsageError: ``--live`` is missing; nothing was sent.
    """
    from ringocli.http.addresses import is_loopback

    host, amount = delivery.host, delivery.amount
    announce_host(host, profile)
    if not is_loopback(host):
        console.complain(f"sending {amount} to {host}")
    elif delivery.total != 1:
        console.note(f"note: sending {amount} to {host}, seed {delivery.recipe.seed}", "dim")
    if delivery.needs_live and not live:
        raise UsageError(
            f"sending {amount} to {host}, which is not this machine, needs --live",
            "Use --live if the receiver expects it, or send at most 10 events.",
        )


def _print_unsent(requests: Sequence[RenderedRequest], delivery: Delivery, format_: str) -> None:
    from ringocli.messaging.formats.requests import as_document

    if format_ == "text":
        for index, request in enumerate(requests):
            if index:
                console.out()
            print_http(request)
        console.note(f"note: not sent; {delivery.amount} would go to {requests[0].host}", "dim")
    elif format_ == "json":
        documents = [as_document(request) for request in requests]
        console.out_json({"schema_version": 1, "dry_run": True, "planned": delivery.total, "requests": documents})
    else:
        for request in requests:
            console.out_json({"schema_version": 1, "dry_run": True, **as_document(request)}, indent=None)
