"""The CLI reference: an index with what all commands share, and one page per command."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from generator.commands import SHARED_SECTIONS, Block, Command, Parameter, commands, shared
from generator.markdown import fenced, page, plain, table

EXIT_CODES = (
    ("0", "success"),
    ("1", "check failed: findings, no match, not proved, unexpected reply, event not delivered"),
    ("2", "usage error: syntax, a missing or unknown value, a missing `--live` or `--expose`"),
    ("3", "local error: a file, a port, invalid JSON"),
    ("4", "no response from the network"),
    ("70", "internal error; a redacted crash report is written, and its path is printed"),
    ("130", "interrupted (Ctrl-C)"),
)

OTHER_PROGRAMS = r"^pass show "
RUN_ELSEWHERE = """<!-- skip: next "tests/test_samples.py runs the examples of the help" -->\n\n"""


def index() -> str:
    """All commands, and what they have in common."""
    found = commands()
    groups = shared(found)
    return page(
        "# Command line",
        "Results go to stdout, everything else to stderr. `-` is stdin or stdout wherever a file is expected. With "
        '`--format json` a command prints one document with `"schema_version": 1`, even when it fails. No message leaves '
        "this machine without `--live`, and no file is overwritten without `--force`.",
        table(("command", "does"), ((f"[`{one.name}`]({_file(one)}.md)", one.summary) for one in found)),
        "## Exit codes",
        table(("code", "means"), EXIT_CODES),
        "## Global options",
        "Use these before or after the command. `NO_COLOR`, `FORCE_COLOR` and `TERM=dumb` are obeyed.",
        _options(groups["Global options"]),
        "## Values",
        "Commands that fill in a template accept these options. The order of precedence is: options, the environment "
        "(`RINGOCLI_FROM`, `RINGOCLI_PROPERTY_API_KEY`, `RINGOCLI_WEBHOOK_URL`), `--values`, the profile, and "
        "`$XDG_CONFIG_HOME/ringocli/config.toml`. `number` (the SMS number at Ringotel) and `contact` (the external party) "
        "become `from` and `to` in the direction of each message.",
        _options(groups["Values"]),
        "A file for `--values`, or a profile of `ringocli.toml`:",
        fenced(
            '[profiles.acme.variables]\nnumber = "+12025550100"\ncontact = "+13105550199"\n\n[profiles.acme.properties]\n'
            '"API key" = {env = "ACME_KEY"}      # or {file = "..."}, or {keyring = "..."} with ringocli[keyring]',
            "toml",
        ),
        "## Connection",
        "Commands that send accept these options. A URL of this machine can be short: `:8025` and `localhost:8025` mean "
        "`http://127.0.0.1:8025` and `http://localhost:8025`.",
        _options(groups["Connection"]),
    )


def pages() -> Iterator[tuple[str, str]]:
    """The file name and the content of each command's page."""
    for command in commands():
        yield _file(command), _page(command)


def _file(command: Command) -> str:
    return command.name.replace(" ", "-")


def _page(command: Command) -> str:
    parts = [f"# ringocli {command.name}", plain(command.summary), fenced(command.usage)]
    parts += [_described(block) for block in command.description]
    own = {section: found for section, found in command.sections().items() if section not in SHARED_SECTIONS}
    parts += [f"## {section}\n\n{_options(found)}" for section, found in own.items()]
    also = [
        f"[{section}](index.md#{section.lower().replace(' ', '-')})"
        for section in command.sections()
        if section not in own
    ]
    if also:
        parts.append(f"Also: {', '.join(also)}.")
    if command.examples:
        parts += ["## Examples", "Run these in a checkout of ringocli, which contains the folder `samples`:"]
        parts.append(RUN_ELSEWHERE + fenced("\n".join(command.examples), "sh"))
    return page(*parts)


def _described(block: Block) -> str:
    if not block.is_code:
        return plain(block.text)
    if block.text.startswith("["):
        return fenced(block.text, "toml")
    skipped = '<!-- skip: next "needs another program" -->\n\n' if re.search(OTHER_PROGRAMS, block.text) else ""
    return skipped + fenced(block.text, "sh")


def _options(parameters: Sequence[Parameter]) -> str:
    heading = "argument" if parameters[0].is_argument else "option"
    rows = ((f"`{one.written}`", plain(one.help)) for one in parameters)
    return table((heading, "meaning"), rows)
