"""``emulate``: a local Ringotel and a local provider."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, NamedTuple

from ringocli.cli.command import command
from ringocli.cli.inputs import file_of, gather_values, open_template
from ringocli.cli.notices import announce_host
from ringocli.cli.options import ConnectionGroup, ConnectionOptions, Live, TemplateArgument, ValueGroup, ValueOptions
from ringocli.cli.parameters import Group, Option
from ringocli.errors import UsageError
from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.emulator.config import EmulatorConfig
    from ringocli.emulator.runtime import Runtime
    from ringocli.http.exchange import RenderedRequest, Reply
    from ringocli.template.model import Template
    from ringocli.template.settings import Settings
    from ringocli.text.secret import Secret

EXAMPLES = (
    "ringocli emulate samples/telnyx.json",
    "ringocli emulate samples/telnyx.json --port 8025 --no-browser",
    "ringocli emulate samples/telnyx.json --chaos provider:status=500,probability=0.1 --seed 42",
    "ringocli emulate samples/telnyx.json --public-url https://something.trycloudflare.com",
)
MORE = (
    "The page shows the Ringotel user on the left, a phone on the right, and the HTTP exchanges between them. The "
    "built-in provider needs no account and no properties. Exchanges are stored in the state folder until you run "
    "`ringocli clean`.\n\n"
    'The first line of stdout is "listening on URL"; everything else goes to stderr. '
    "Exit codes: 2 usage error, 3 the port is taken or the store cannot be used, 130 stopped by Ctrl-C."
)


class ListenOptions(NamedTuple):
    """Where the emulator listens."""

    host: Annotated[
        str, Option("The IP address to listen on; anything but loopback needs --expose.", metavar="ADDRESS")
    ] = "127.0.0.1"
    port: Annotated[int, Option("The port to listen on; 0 picks a free one.", min=0, max=65535)] = 0
    expose: Annotated[
        bool, Option("Allow listening on a non-loopback address; the page then needs an access token.")
    ] = False
    public_url: Annotated[
        str | None,
        Option("The URL of a tunnel to this emulator; opens /webhook, /provider and /files to it.", metavar="URL"),
    ] = None
    no_browser: Annotated[bool, Option("Do not open the page in a browser.")] = False


class StoreOptions(NamedTuple):
    """The exchanges that the emulator keeps, and the file for them."""

    # The defaults of the two limits are those of the store, which the help must not import; a test compares them.
    db: Annotated[str | None, Option("Where to store exchanges.", metavar="FILE")] = None
    keep: Annotated[int, Option("How many exchanges to keep.", min=1, max=1_000_000_000)] = 100_000
    keep_days: Annotated[float, Option("How many days to keep them.", min=0.01, max=36_500, unit=" days")] = 30.0


class PartnerOptions(NamedTuple):
    """Real hosts that replace an emulated side."""

    provider_url: Annotated[
        str,
        Option("The provider to send to; a URL on another machine needs --live.", metavar="URL|builtin"),
    ] = "builtin"
    forward_to: Annotated[
        str | None,
        Option(
            "Forward webhooks to the real Ringotel; needs --live. 'webhook' takes the URL from RINGOCLI_WEBHOOK_URL "
            "or the profile.",
            metavar="URL|webhook",
        ),
    ] = None
    listen_as_provider: Annotated[
        bool, Option("Only record what a real Ringotel sends to /provider; no receipts or replies are sent.")
    ] = False
    live: Live = False


class EmulateOptions(NamedTuple):
    """The options of ``emulate``."""

    template: TemplateArgument
    chaos: Annotated[
        tuple[str, ...],
        Option(
            "Inject faults on a side (ringotel or provider): status, fault, probability, delay_ms, jitter_ms, "
            "rate_per_s, burst. Repeatable.",
            metavar="SIDE:KEY=VALUE,...",
        ),
    ] = ()
    seed: Annotated[int, Option("The same seed injects the same faults.")] = 0
    auto_reply: Annotated[str | None, Option("The reply that contacts send to every message.", metavar="TEXT")] = None
    listen: Annotated[ListenOptions, Group("Server")] = ListenOptions()
    store: Annotated[StoreOptions, Group("Storage")] = StoreOptions()
    partners: Annotated[PartnerOptions, Group("Real hosts")] = PartnerOptions()
    values: ValueGroup = ValueOptions()
    connection: ConnectionGroup = ConnectionOptions()


@command("emulate", "Run a local Ringotel and provider with a web page.", examples=EXAMPLES, more=MORE)
def emulate(options: EmulateOptions) -> int:
    """Check the options and serve until stopped."""
    from ringocli.emulator.config import EmulatorConfig
    from ringocli.emulator.store.paths import store_of
    from ringocli.messaging.chaos import read_option

    opened = open_template(options.template)
    _check_template(opened.template)
    listen, store, partners = options.listen, options.store, options.partners
    host = listen.host.strip("[]")
    forward_url = partners.forward_to if partners.forward_to != "webhook" else None
    settings = gather_values(opened.template, options.values, url=forward_url)
    forward = _forward_url(partners.forward_to, settings)
    provider = None if partners.provider_url == "builtin" else partners.provider_url
    _check_targets(provider, forward, settings.profile, live=partners.live)
    _check_public(listen.public_url)
    config = EmulatorConfig(
        name=opened.name,
        text=opened.text,
        host=host,
        port=listen.port,
        db=file_of("--db", store.db) if store.db is not None else store_of(opened.name, opened.template.id),
        max_exchanges=store.keep,
        max_days=store.keep_days,
        values=settings.values,
        provider_url=provider,
        public_url=listen.public_url,
        forward_to=forward,
        listen_as_provider=partners.listen_as_provider,
        send=_sender(options.connection) if provider is not None or forward is not None else None,
        chaos=dict(read_option(entry) for entry in options.chaos),
        seed=options.seed,
        auto_reply=options.auto_reply,
        access_token=_access_token(host, expose=listen.expose),
    )
    with _logged(config) as logged:
        _serve(logged, opens_page=not listen.no_browser)
    return 0


def _check_template(template: Template) -> None:
    if not template.id:
        raise UsageError("the template has no id, which is part of its webhook URL", "Add an id.")
    if not template.requests and not template.events:
        raise UsageError("the template has no requests and no events", "Run ringocli validate to see what is missing.")


def _forward_url(given: str | None, settings: Settings) -> Secret | None:
    """Where webhooks are forwarded; a URL of the profile or the environment is used only with ``--forward-to``."""
    from ringocli.http.addresses import webhook_address

    if given is None:
        return None
    if settings.webhook_url is None:
        raise UsageError("no webhook URL to forward to", "Set RINGOCLI_WEBHOOK_URL, or webhook_url in a profile.")
    webhook_address(settings.webhook_url)  # refuses what is not a URL
    return settings.webhook_url


def _check_targets(provider: str | None, forward: Secret | None, profile: str | None, *, live: bool) -> None:
    """Announce every real host, and refuse to reach it without ``--live``.

    Raises:
        UsageError: not a URL, or ``--live`` is missing.
    """
    from ringocli.http.addresses import check_http_url, is_loopback
    from ringocli.text.secret import sent

    for option, url in (("--provider-url", provider), ("--forward-to", sent(forward) if forward else None)):
        if url is None:
            continue
        parts = check_http_url(option, url, "https://api.example.com")
        host = parts.hostname
        announce_host(host, profile)
        if not is_loopback(host):
            console.complain(f"{option} sends to {host}")
            if not live:
                raise UsageError(f"{option} to {host}, which is not this machine, needs --live", "Nothing was sent.")


def _check_public(url: str | None) -> None:
    if url is None:
        return
    from ringocli.http.addresses import check_http_url

    parts = check_http_url("--public-url", url)
    if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise UsageError(
            "--public-url must be the scheme and host of a tunnel, without a path",
            "For example: --public-url https://something.trycloudflare.com",
        )


def _access_token(host: str, *, expose: bool) -> str | None:
    """None on loopback; elsewhere ``RINGOCLI_EMULATOR_TOKEN``, or a new one.

    Raises:
        UsageError: the address is not loopback and ``--expose`` is missing, or the token is too weak.
    """
    from ringocli.http.addresses import is_loopback

    if is_loopback(host):
        return None
    if not expose:
        raise UsageError(
            f"--host {host} is reachable from other machines, which needs --expose",
            "If a provider has to call back, a tunnel with --public-url is safer.",
        )
    token = os.environ.get("RINGOCLI_EMULATOR_TOKEN")
    if token is not None and not re.fullmatch(r"[A-Za-z0-9._~-]{16,}", token):
        raise UsageError(
            "RINGOCLI_EMULATOR_TOKEN must be at least 16 letters, digits, or - . _ ~",
            "Unset it to get a new token.",
        )
    import secrets

    return token or secrets.token_urlsafe(24)


def _sender(connection: ConnectionOptions) -> Callable[[RenderedRequest], Reply]:
    from ringocli.http.transport import Sender

    return Sender(timeout_s=connection.timeout_s, ca_file=connection.ca_file, connections=32).send


@contextmanager
def _logged(config: EmulatorConfig) -> Iterator[EmulatorConfig]:
    """Write a line for each exchange to stderr, in its own thread, so that a full pipe does not block the emulator."""
    from ringocli.emulator.log import Log

    if console.is_quiet():
        yield config
        return
    log = Log(lambda lines: console.note("\n".join(map(console.printable, lines)), "dim"))
    try:
        yield replace(config, log=log.write)
    finally:
        if not log.close():
            sys.stderr = None  # the blocked thread has its lock, for which even the end of the process would wait


def _serve(config: EmulatorConfig, *, opens_page: bool) -> None:
    import webbrowser

    from ringocli.emulator.server import run

    def announce(runtime: Runtime) -> None:
        console.out(f"listening on {runtime.url}")
        sys.stdout.flush()
        token = f"?token={config.access_token}" if config.access_token else ""
        console.note(f"page       {runtime.url}/{token}")
        console.note(f"webhook    {runtime.url}{runtime.template_file.webhook_path}")
        console.note(f"provider   {runtime.url}/provider")
        if config.public_url:
            console.note(f"public     {config.public_url}: /webhook, /provider and /files")
        console.note(
            "Ringotel's side is emulated from its documentation; assumptions are listed on the page under About.", "dim"
        )
        if opens_page and sys.stdout.isatty():
            webbrowser.open(f"{runtime.url}/{token}")

    run(config, announce)
