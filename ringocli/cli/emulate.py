"""``emulate`` and ``clean``: a local Ringotel and a local provider, and what they leave behind."""

from __future__ import annotations

import math
import os
import re
import sys
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

import typer

from ringocli.cli.options import (
    ProfileOption,
    PropertyEnvOption,
    PropertyFileOption,
    PropertyOption,
    PublicPropertyOption,
    SetFileOption,
    SetOption,
    TemplateArgument,
    ValuesOption,
    gathered,
    help_text,
    open_template,
    path_of,
)
from ringocli.cli.wire import CaFileOption, TimeoutOption, check_seconds, say_where
from ringocli.errors import UsageError
from ringocli.text import console

EMULATE_EXAMPLES = (
    "ringocli emulate samples/telnyx.json",
    "ringocli emulate samples/telnyx.json --port 8025 --no-browser",
    "ringocli emulate samples/telnyx.json --chaos provider:status=500,probability=0.1 --seed 42",
    "ringocli emulate samples/telnyx.json --public-url https://something.trycloudflare.com",
)
EMULATE_MORE = (
    "The page shows the Ringotel user on the left, a handset on the right, and the wire between them. The built-in "
    "provider needs no account and no properties. Exchanges are stored in the state folder; `ringocli clean` removes "
    "them.\n\n"
    "The first line of stdout is the address; it stays the only one. Exit codes: 0 stopped, 2 asked wrongly, 3 the "
    "port is taken or the store cannot be used."
)
CLEAN_EXAMPLES = ("ringocli clean", "ringocli clean --dry-run")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        "emulate", help=help_text("A Ringotel, a provider and two phones on one page.", EMULATE_EXAMPLES, EMULATE_MORE)
    )(emulate)
    app.command("clean", help=help_text("Remove what the emulator has stored.", CLEAN_EXAMPLES))(clean)


def emulate(
    template: TemplateArgument,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where to listen; others than loopback need --expose.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
    expose: Annotated[
        bool, typer.Option("--expose", help="Yes, listen beyond this machine; the page then needs an access token.")
    ] = False,
    db: Annotated[str | None, typer.Option(metavar="FILE", help="Where to keep exchanges.")] = None,
    keep: Annotated[int, typer.Option("--keep", min=1, help="How many exchanges are stored.")] = 100_000,
    keep_days: Annotated[
        float, typer.Option("--keep-days", min=0.01, max=36_500, help="How long they are stored.")
    ] = 30.0,
    provider_url: Annotated[
        str,
        typer.Option(
            "--provider-url",
            metavar="URL|builtin",
            help="Send to this host instead; needs --live if it is not this machine.",
        ),
    ] = "builtin",
    public_url: Annotated[
        str | None,
        typer.Option(
            "--public-url",
            metavar="URL",
            help="The address of a tunnel to here: opens /webhook, /provider and /files to it.",
        ),
    ] = None,
    forward_to: Annotated[
        str | None,
        typer.Option(
            "--forward-to",
            metavar="URL",
            help="Pass webhooks on to the real Ringotel (or set "
            "RINGOCLI_WEBHOOK_URL and give 'webhook'); needs --live.",
        ),
    ] = None,
    listen_as_provider: Annotated[
        bool,
        typer.Option(
            "--listen-as-provider", help="Capture what a real Ringotel sends to /provider; nothing is played back."
        ),
    ] = False,
    chaos: Annotated[
        list[str] | None,
        typer.Option(
            "--chaos",
            metavar="SIDE:KEY=VALUE,...",
            help="ChaosSettings on a side (ringotel, provider): status "
            "fault probability delay_ms jitter_ms rate_per_s burst. Repeatable.",
        ),
    ] = None,
    auto_reply: Annotated[
        str | None, typer.Option("--auto-reply", metavar="TEXT", help="What contacts answer to every message.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same weather.")] = 0,
    set_: SetOption = None,
    set_file: SetFileOption = None,
    property_env: PropertyEnvOption = None,
    property_file: PropertyFileOption = None,
    property_: PropertyOption = None,
    public_property: PublicPropertyOption = None,
    values: ValuesOption = None,
    profile: ProfileOption = None,
    timeout_s: TimeoutOption = 10.0,
    ca_file: CaFileOption = None,
    live: Annotated[bool, typer.Option("--live", help="Yes, send to a host that is not this machine.")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the page.")] = False,
) -> None:
    """Gather, access, serve."""
    from ringocli.emulator.config import EmulatorConfig
    from ringocli.messaging.chaos import read_option

    check_seconds("--timeout-s", timeout_s)
    if math.isnan(keep_days):
        raise UsageError("--keep-days takes a number of days", "For instance --keep-days 30")
    host = host.strip("[]")
    opened = open_template(template)
    _check_template(opened.template)
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
        url=forward_to if forward_to not in (None, "webhook") else None,
    )
    forward = _forward_url(forward_to, settings)
    provider = None if provider_url == "builtin" else provider_url
    _check_targets(provider, forward, settings.profile, live=live)
    _check_public(public_url)
    config = EmulatorConfig(
        name=opened.name,
        text=opened.text,
        host=host,
        port=port,
        db=path_of(db) if db is not None else _own_store(opened),
        max_exchanges=keep,
        max_days=keep_days,
        values=settings.values,
        provider_url=provider,
        public_url=public_url,
        forward_to=forward,
        listen_as_provider=listen_as_provider,
        send=_sender(timeout_s, ca_file) if provider is not None or forward is not None else None,
        chaos=dict(read_option(entry) for entry in chaos or ()),
        seed=seed,
        auto_reply=auto_reply,
        access_token=_access_token(host, expose=expose),
        log=_log(),
    )
    _serve(config, opens=not no_browser)


def _check_template(template: Any) -> None:
    if not template.id:
        raise UsageError("the template has no id, so its webhook has no address", "Give it an id; run validate.")
    if not template.requests and not template.events:
        raise UsageError("the template makes no request and takes no event", "Run ringocli validate.")


def _forward_url(asked: str | None, settings: Any) -> Any:
    """Where webhooks are passed on to; a profile's or the environment's address is used only when it is asked for."""
    from ringocli.http.webhook_url import address_of

    if asked is None:
        return None
    if settings.webhook_url is None:
        raise UsageError("there is no webhook URL to forward to", "Set RINGOCLI_WEBHOOK_URL, or a profile's.")
    return address_of(settings.webhook_url) and settings.webhook_url


def _check_targets(provider: str | None, forward: Any, profile: str | None, *, live: bool) -> None:
    """Name every real host, and let none be reached without ``--live``.

    Raises:
        UsageError: an address is none, or ``--live`` is missing.
    """
    from ringocli.http.addresses import is_loopback
    from ringocli.text.secret import sent

    for option, url in (("--provider-url", provider), ("--forward-to", sent(forward) if forward else None)):
        if url is None:
            continue
        parts = _address(url)
        host = parts.hostname if parts is not None else None
        if host is None:
            raise UsageError(f"{option} takes an http or https address", f"For instance {option} https://api.x.com")
        say_where(host, profile)
        if not is_loopback(host):
            console.complain(f"{option} sends to {host}")
            if not live:
                raise UsageError(f"{option} to {host}, which is not this machine, needs --live", "Nothing was sent.")


def _address(url: str) -> SplitResult | None:
    """The parts of an http or https address with a host; None if it is none, or its port is 0."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None


def _check_public(url: str | None) -> None:
    if url is None:
        return
    parts = _address(url)
    if parts is None or parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise UsageError(
            "--public-url takes the address of a tunnel: scheme and host alone", "As the tunnel printed it."
        )


def _access_token(host: str, *, expose: bool) -> str | None:
    """None on loopback. Elsewhere ``RINGOCLI_EMULATOR_TOKEN``, or a fresh one.

    Raises:
        UsageError: the address is not loopback, and nobody said that it may be.
    """
    import secrets

    from ringocli.http.addresses import is_loopback

    if is_loopback(host):
        return None
    if not expose:
        raise UsageError(
            f"--host {host} lets other machines in, which needs --expose",
            "For a provider that has to call back, --public-url with a tunnel is safer.",
        )
    token = os.environ.get("RINGOCLI_EMULATOR_TOKEN")
    if token is not None and not re.fullmatch(r"[A-Za-z0-9._~-]{16,}", token):
        raise UsageError(
            "RINGOCLI_EMULATOR_TOKEN takes 16 or more letters, digits, - . _ and ~", "Leave it out for a fresh one."
        )
    return token or secrets.token_urlsafe(24)


def _own_store(opened: Any) -> Path:
    from ringocli.emulator.store.paths import store_of

    return store_of(opened.name, opened.template.id)


def _sender(timeout_s: float, ca_file: str | None) -> Any:
    from ringocli.http.transport import Sender

    return Sender(timeout_s=timeout_s, ca_file=ca_file, connections=32).send


def _log() -> Any:
    """A line for each exchange on stderr, unless ``--quiet``; written by a thread, so a full pipe holds up nobody."""
    from ringocli.emulator.log import Log

    if console.is_quiet():
        return None
    return Log(lambda lines: console.note("\n".join(map(console.printable, lines)), "dim")).write


def _serve(config: Any, *, opens: bool) -> None:
    import webbrowser

    from ringocli.emulator.server import run

    def tell(runtime: Any) -> None:
        console.out(f"listening on {runtime.url}")
        sys.stdout.flush()
        token = f"?token={config.access_token}" if config.access_token else ""
        console.note(f"page       {runtime.url}/{token}")
        console.note(f"webhook    {runtime.url}{runtime.template_file.webhook_path}")
        console.note(f"provider   {runtime.url}/provider")
        if config.public_url:
            console.note(f"public     {config.public_url}: /webhook, /provider and /files")
        console.note(
            "How Ringotel itself behaves is read from its documentation; the page lists these readings.", "dim"
        )
        if opens and sys.stdout.isatty():
            webbrowser.open(f"{runtime.url}/{token}")

    run(config, tell)


def clean(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be removed, and leave it.")] = False,
) -> None:
    """Remove the stores that no emulator is using."""
    from ringocli.emulator.store.paths import folder, removable, remove

    stores = removable()
    if not stores:
        console.out(f"nothing is stored in {folder()}")
        return
    for path in stores:
        removed = dry_run or remove(path)
        console.out(f"{'would remove' if dry_run else 'removed' if removed else 'in use, stored:'} {path}")
