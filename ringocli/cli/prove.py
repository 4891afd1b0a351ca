"""``prove``: a round-trip test of everything that a template renders."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from ringocli.cli.command import command
from ringocli.cli.inputs import open_template
from ringocli.cli.options import TemplateArgument, TextOrJson
from ringocli.cli.output import print_json, progress
from ringocli.cli.parameters import Option
from ringocli.errors import CheckFailed, UsageError
from ringocli.text import console

EXAMPLES = (
    "ringocli prove samples/telnyx.json",
    "ringocli prove samples/twilio.json --seed 7 --cases 50 --format json",
)
MORE = (
    "Renders every request, reply and event with generated values and reads it back. The proof depends on the "
    "numbered assumptions about Ringotel that are listed. Exit codes: 0 passed, 1 a counter-example was found."
)


class ProveOptions(NamedTuple):
    """The options of ``prove``."""

    template: TemplateArgument
    seed: Annotated[int, Option("The same seed generates the same values.")] = 0
    cases: Annotated[int, Option("How many values to try for each part.", min=1, max=1_000_000)] = 200
    format: TextOrJson = "text"


@command("prove", "Round-trip test the template.", examples=EXAMPLES, more=MORE)
def prove(options: ProveOptions) -> int:
    """Print the certificate or the counter-example."""
    from ringocli.messaging import proof
    from ringocli.messaging.formats.proof import as_document, as_text

    opened = open_template(options.template)
    with progress("proving"):
        certificate = proof.prove(opened.template, opened.text, seed=options.seed, cases=options.cases)
    if not certificate.parts:
        raise UsageError("the template has nothing to prove", "Run ringocli validate to see what is missing.")
    if options.format == "json":
        print_json(as_document(certificate))
    else:
        console.out(as_text(certificate))
    return 0 if certificate.proved else CheckFailed.code
