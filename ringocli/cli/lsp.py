"""``lsp``: the language server."""

from __future__ import annotations

from typing import NamedTuple

from ringocli.cli.command import command
from ringocli.errors import LocalError

EXAMPLES = ("ringocli lsp --help",)
MORE = "The editor starts it and talks to it over stdin and stdout. Needs the extra: pip install 'ringocli[lsp]'."


class LspOptions(NamedTuple):
    """``lsp`` has no options."""


@command("lsp", "Start the language server (for editors).", examples=EXAMPLES, more=MORE)
def lsp(options: LspOptions) -> int:
    """Serve one editor until it disconnects."""
    try:
        from ringocli.lint.lsp import serve
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise LocalError("the extra 'lsp' is not installed", "Run: pip install 'ringocli[lsp]'") from None
    serve()
    return 0
