"""The questions of ``init`` on a terminal. Each answer is checked at once, and asked for again until it is valid."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from ringocli.cli.init.options import AUTH_KINDS
from ringocli.cli.init.sources import readable, sample_in, webhook_of
from ringocli.cli.inputs import path_of
from ringocli.errors import RingocliError, UsageError
from ringocli.text import console
from ringocli.text.command_line import command_line

if TYPE_CHECKING:
    from ringocli.importers.draft import Pastes
    from ringocli.importers.learn.webhook_samples import WebhookSample
    from ringocli.template.scaffold import Answers

T = TypeVar("T")

_URL_HELP = (
    "The URL of your provider's API that sends a text message, such as https://sms.acme.example/v1/messages. Ringotel "
    "requires https."
)


def ask(answers: Answers, *, allowed: bool, samples_only: bool = False) -> tuple[str | None, Answers, Pastes | None]:
    """Ask for what is missing: a preset, the answers, or samples that make them unnecessary.

    Raises:
        UsageError: there is no terminal to ask on; everything that is missing is listed at once.
    """
    from ringocli.template.presets import names

    missing = [
        option
        for option, value in (("--id", answers.id), ("--name", answers.name), ("--send-url", answers.send_url))
        if not value
    ]
    if not allowed:
        hint = f"Or use --from-curl with a command, or --preset with one of: {', '.join(names())}."
        raise UsageError(f"missing {', '.join(missing)}", hint)
    if len(missing) == 3 and not samples_only:
        console.remark("Choose a preset, paste your provider's docs, or press Enter to answer a few questions.")
        console.remark(f"Presets: {', '.join(names())}.")
        preset = _question('Preset name, "paste", or Enter', _preset, default="", help_=_PRESET_HELP)
        if preset == "paste":
            return None, answers, pasted_in()
        if preset:
            return preset, answers, None
    return None, answered(answers), None


_PRESET_HELP = (
    "A preset is a ready template for a known provider. Answer paste to paste the commands, replies and webhooks "
    "from your provider's documentation. Press Enter to be asked for a URL, an id, a name and the kind of "
    "authentication."
)


def answered(answers: Answers) -> Answers:
    """The answers with those that are missing, each asked for until it is valid."""
    if answers.send_url is None:
        text = "URL Ringotel should POST text messages to (https://...)"
        answers = replace(answers, send_url=_question(text, _https_url, help_=_URL_HELP))
    if answers.id is None:
        text = "Id, unique at Ringotel and part of the Webhook URL"
        answers = replace(
            answers, id=_question(text, _template_id, help_="Letters, digits, - and _, such as acme-sms.")
        )
    if answers.name is None:
        text = "Name, as shown in Ringotel's portal"
        answers = replace(answers, name=_question(text, _nonempty, default=answers.id, help_="Any text."))
    if answers.auth is None:
        kinds = ", ".join(AUTH_KINDS)
        text = f"Authentication ({kinds})"
        answers = replace(answers, auth=_question(text, _auth_kind, default="bearer", help_=_AUTH_HELP))
    if answers.auth == "oauth2" and answers.authorize_url is None:
        answers = replace(
            answers, authorize_url=_question("OAuth2 authorization endpoint", _https_url, help_=_OAUTH_HELP)
        )
    if answers.auth == "oauth2" and answers.token_url is None:
        answers = replace(answers, token_url=_question("OAuth2 token endpoint", _https_url, help_=_OAUTH_HELP))
    return answers


_AUTH_HELP = (
    "bearer: a key in the Authorization header; basic: a user name and a password; oauth2: a sign-in at the provider; "
    "none: no authentication, or a key in the URL or the body."
)
_OAUTH_HELP = "It is in the provider's OAuth documentation and starts with https://."


def _preset(text: str) -> str:
    from ringocli.template.presets import names
    from ringocli.text.suggest import nearest

    if text in ("", "paste", *names()):
        return text
    known = nearest(text, ["paste", *names()])
    suggestion = f" Did you mean {known}?" if known else ""
    raise UsageError(f'"{console.printable(text)}" is not a preset.{suggestion}')


def _https_url(text: str) -> str:
    from ringocli.text.url import split_url

    parts = split_url(text)
    if parts.username is not None:
        raise UsageError(
            "Leave the user name and password out of the URL, and choose basic as the authentication below."
        )
    if parts.problem is not None:
        raise UsageError(f'"{console.printable(text)}" is not a URL: {parts.problem}.')
    if parts.scheme == "http":
        raise UsageError("Ringotel requires https. For local tests, use the real URL here and send-test --url later.")
    return text


def _template_id(text: str) -> str:
    from ringocli.lint.rules.identity import BUILT_IN

    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", text):
        raise UsageError(f'"{console.printable(text)}" is not an id: use letters, digits, - and _.')
    if text.lower() in {name.lower() for name in BUILT_IN}:
        raise UsageError(f'"{text}" is the id of a built-in integration of Ringotel; use another one.')
    return text


def _auth_kind(text: str) -> str:
    if text.lower() not in AUTH_KINDS:
        raise UsageError(f'"{console.printable(text)}" is not one of {", ".join(AUTH_KINDS)}.')
    return text.lower()


def _nonempty(text: str) -> str:
    if not text:
        raise UsageError("Please type an answer.")
    return text


def _question(text: str, check: Callable[[str], T], *, default: str | None = None, help_: str) -> T:
    """One question on stderr, so that stdout stays data. ``?`` explains it; an invalid answer is asked for again."""
    shown = f" [{default}]" if default else ""
    while True:
        answer = console.ask(f"{text}{shown}: ").strip()
        if answer == "?":
            console.remark(help_)
            continue
        if not answer and default is None:
            console.remark(help_)
            continue
        try:
            return check(answer or default or "")
        except UsageError as error:
            console.note(str(error), "magenta")


def equivalent_command(preset: str | None, answers: Answers, output: str | None) -> str:
    """The command line that gives the same answers without any question."""
    words = ["init"]
    if preset is not None:
        words += ["--preset", preset]
    for option, value in (
        ("--id", answers.id),
        ("--name", answers.name),
        ("--send-url", answers.send_url),
        ("--auth", answers.auth),
        ("--authorize-url", answers.authorize_url),
        ("--token-url", answers.token_url),
    ):
        if value:
            words += [option, value]
    return command_line(*words, *([output] if output else []))


def pasted_in() -> Pastes:
    """Ask for each sample in turn; one that cannot be read is asked for again, the others are kept."""
    from ringocli.importers.draft import Pastes
    from ringocli.importers.sources import request_in

    console.note('Paste each sample, then enter a line with just "." to finish. Enter "." alone to skip.')
    send = _sample(
        "The command that sends a text message (curl, or the text of an OpenAPI, Postman, HAR or .http file)",
        lambda text: request_in("the sample", text, None, None),
    )
    file = _sample(
        "The command that sends a file", lambda text: request_in("the sample", text, None, None, for_file=True)
    )
    reply = _sample(
        "The provider's reply, as the documentation shows it",
        lambda text: sample_in("the sample", text.encode(), is_reply=True).as_reply(),
    )
    samples = []
    for kind, title in (
        ("message", "The webhook of an incoming text"),
        ("mms", "The webhook of an incoming file"),
        ("delivered", "The webhook that reports a delivered message"),
        ("other", "The webhook that reports a failed message"),
    ):
        webhook = _sample(title, partial(_webhook_in, kind))
        samples += [webhook] if webhook is not None else []
    pastes = Pastes(send=send, file=file, reply=reply, samples=samples)
    if pastes.is_empty:
        console.note("Nothing was pasted.", "magenta")
        return pasted_in()
    return pastes


def _webhook_in(kind: str, text: str) -> WebhookSample:
    """A webhook; one in a notation that Ringotel does not read is kept, because asking again would not change it.

    Raises:
        LocalError: it is neither that, nor JSON or a form.
    """
    webhook = webhook_of(kind, f"the {kind} sample", sample_in(f"the {kind} sample", text.encode()))
    if "XML" not in webhook.problem and "multipart" not in webhook.problem:
        return readable(webhook)
    console.remark(f"{webhook.problem[:1].upper()}{webhook.problem[1:]}, so this event is left out of the template.")
    return webhook


def free_path(path: str) -> str:
    """The path of a file that does not exist yet: this one, or another that the user enters."""
    while os.path.exists(path_of(path)):
        console.note(f"{path} exists.", "magenta")
        path = _question("File to write instead", _nonempty, help_="A file name. To overwrite a file, use --force.")
    return path


def _sample(title: str, read: Callable[[str], T]) -> T | None:
    """Several lines from the terminal up to a line with a dot, read as a sample; None if it is skipped."""
    while True:
        text = _paragraph(title)
        if not text.strip():
            return None
        if text.strip() == "?":
            console.remark(
                'Copy it from the documentation, paste it here, and finish with a line that contains only ".".'
            )
            continue
        try:
            return read(text)
        except RingocliError as error:
            console.remark(f'This cannot be read: {console.printable(str(error))}. Paste it again, or "." to skip.')


def _paragraph(title: str) -> str:
    console.note(f"\n{title}:", "bold")
    lines: list[str] = []
    while (line := console.ask("")) != ".":
        lines.append(line)
        if lines == ["?"]:
            break
    return "\n".join(lines)
