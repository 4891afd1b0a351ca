"""``validate``: finds mistakes in templates."""

from __future__ import annotations

from ringocli.cli.command import command
from ringocli.cli.validate.options import ValidateOptions

EXAMPLES = (
    "ringocli validate samples/telnyx.json",
    "ringocli validate samples --format concise",
    "ringocli validate samples --format sarif",
    "ringocli validate samples/telnyx.json --fix --diff",
    "ringocli validate samples --statistics",
)
MORE = "Exit codes: 0 no finding at or above --fail-on, 1 some findings, 2 usage error, 3 a file could not be read."


@command("validate", "Find mistakes in templates.", examples=EXAMPLES, more=MORE)
def validate(options: ValidateOptions) -> int:
    """Lint templates."""
    from ringocli.cli.validate import run

    return run.validate(options)
