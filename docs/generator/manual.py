"""Man pages in roff, one per command, as ``man ringocli-validate`` shows them."""

from __future__ import annotations

from collections.abc import Iterator

from generator.commands import Block, Command, commands, global_command
from ringocli.version import __version__


def pages() -> Iterator[tuple[str, str]]:
    """The file name and the content of each page."""
    found = commands()
    overview = global_command()
    yield (
        "ringocli.1",
        _page(overview, [*_heading("COMMANDS"), *_terms((one.name, one.summary) for one in found)], found),
    )
    for command in found:
        yield f"ringocli-{command.name.replace(' ', '-')}.1", _page(command, [], [])


def _page(command: Command, more: list[str], others: list[Command]) -> str:
    title = "ringocli" if command.name == "ringocli" else f"ringocli-{command.name.replace(' ', '-')}"
    lines = [
        '.\\" written by docs/generate.py; edit the code instead',
        f'.TH "{title.upper()}" "1" "" "ringocli {__version__}" "ringocli manual"',
        *_heading("NAME"),
        f"{_text(title)} \\- {_text(command.summary.rstrip('.'))}",
        *_heading("SYNOPSIS"),
        f".B {_text(command.usage)}",
    ]
    if command.description:
        lines += _heading("DESCRIPTION")
        for block in command.description:
            lines += _block(block)
    lines += more
    for section, parameters in command.sections().items():
        lines += [*_heading(section.upper()), *_terms((one.written, one.help) for one in parameters)]
    if command.examples:
        lines += [*_heading("EXAMPLES"), *_block(Block(text="\n".join(command.examples), is_code=True))]
    names = [f"ringocli-{one.name.replace(' ', '-')}" for one in others] or ["ringocli"]
    lines += [*_heading("SEE ALSO"), ",\n".join(f".BR {_text(name)} (1)" for name in names).replace(",\n", ",\n")]
    return "\n".join(lines) + "\n"


def _heading(title: str) -> list[str]:
    return [f".SH {_text(title)}"]


def _terms(pairs: Iterator[tuple[str, str]]) -> list[str]:
    return [line for term, text in pairs for line in (".TP", f".B {_text(term)}", _text(text) or "\\&")]


def _block(block: Block) -> list[str]:
    if not block.is_code:
        return [".PP", _text(block.text)]
    return [".PP", ".nf", *(_text(line) for line in block.text.splitlines()), ".fi"]


def _text(text: str) -> str:
    """A text that roff prints as it is: hyphens can be copied, and no line is read as a request."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
