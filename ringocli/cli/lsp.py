"""``lsp``: the linter in an editor."""

from __future__ import annotations

import typer

from ringocli.cli.options import help_text
from ringocli.errors import LocalError

EXAMPLES = ("ringocli lsp --help",)


def register(app: typer.Typer) -> None:
    """Add the command."""
    more = "The editor starts it and talks to it on stdin and stdout. It needs the extra ringocli[lsp]."
    app.command("lsp", help=help_text("Serve an editor: findings, fixes, completion, hover.", EXAMPLES, more))(lsp)


def lsp() -> None:
    """Serve one editor until it ends."""
    try:
        from ringocli.lint.lsp import serve
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise LocalError("ringocli lsp needs an extra that is not installed", "Install ringocli[lsp].") from None
    serve()
