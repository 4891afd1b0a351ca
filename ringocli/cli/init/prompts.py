"""The questions of ``init`` on a terminal, each of which is an option as well."""

from __future__ import annotations

import shlex
from typing import Any

from ringocli.cli.init.sources import pasted_in
from ringocli.cli.parameters import chosen
from ringocli.errors import UsageError
from ringocli.text import console


def ask(answers: Any, *, allowed: bool, samples_only: bool = False) -> tuple[str | None, Any, Any]:
    """Ask for what is missing: a preset, the answers, or the pastes that make them needless.

    Raises:
        UsageError: nobody is there to answer; everything that is missing is listed at once.
    """
    from dataclasses import replace

    from ringocli.template.presets import names
    from ringocli.template.scaffold import AUTH_KINDS

    missing = [
        option
        for option, value in (("--id", answers.id), ("--name", answers.name), ("--send-url", answers.send_url))
        if not value
    ]
    if not allowed:
        hint = f"Or paste a command with --from-curl, or take --preset: {', '.join(names())}."
        raise UsageError(f"missing {', '.join(missing)}", hint)
    if len(missing) == 3 and not samples_only:
        console.remark("A preset knows a provider. The documentation of any other can be pasted. Without either, "
                       "three answers make a template after Ringotel's page.")  # fmt: skip
        console.remark(f"Presets: {', '.join(names())}.")
        preset = _question("A preset's name, paste, or empty", default="")
        if preset == "paste":
            return None, answers, pasted_in()
        if preset:
            return chosen("--preset", preset, names()), answers, None
    if answers.send_url is None:
        answers = replace(answers, send_url=_question("Address that takes a text message (request_url)"))
    if answers.id is None:
        answers = replace(answers, id=_question("Id, unique at Ringotel and part of the Webhook URL"))
    if answers.name is None:
        answers = replace(answers, name=_question("Name, as shown in the portal", default=answers.id))
    if answers.auth is None:
        kind = _question(f"Auth ({', '.join(AUTH_KINDS)})", default="bearer")
        answers = replace(answers, auth=chosen("--auth", kind, AUTH_KINDS))
    if answers.auth == "oauth2" and answers.authorize_url is None:
        answers = replace(answers, authorize_url=_question("OAuth2 authorization endpoint"))
        answers = replace(answers, token_url=_question("OAuth2 token endpoint"))
    return None, answers, None


def _question(text: str, default: str | None = None) -> str:
    """One question on stderr, so that stdout stays data; an empty answer takes the default, or asks again."""
    shown = f" [{default}]" if default else ""
    while True:
        answer = console.ask(f"{text}{shown}: ").strip()
        if answer or default is not None:
            return answer or default or ""


def command_line(preset: str | None, answers: Any, output: str | None) -> str:
    """The command that does without the questions."""
    words = ["ringocli", "init"]
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
    return shlex.join([*words, *([output] if output else [])])
