"""``locustfile``: a file for Locust that sends a template's events from any number of machines."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from ringocli.cli.command import command
from ringocli.cli.completion_values import complete_events
from ringocli.cli.inputs import open_template, path_of
from ringocli.cli.options import TemplateArgument
from ringocli.cli.parameters import Option
from ringocli.errors import LocalError
from ringocli.text import console

EXAMPLES = (
    "ringocli locustfile samples/telnyx.json --output -",
    "ringocli locustfile samples/telnyx.json --event message --output -",
)
MORE = (
    "Locust needs the extra: pip install 'ringocli[load]'. Run the file with locust on one machine, or as one master and "
    "any number of workers; the comment at its top shows how.\n\n"
    "Exit codes: 0 written, 2 usage error, 3 local error."
)


class LocustfileOptions(NamedTuple):
    """The options of ``locustfile``."""

    template: TemplateArgument
    event: Annotated[
        tuple[str, ...],
        Option("The event to send. Default: the first. Repeatable.", metavar="EVENT|all", complete=complete_events),
    ] = ()
    seed: Annotated[int, Option("The same seed generates the same events.", metavar="N")] = 0
    output: Annotated[str, Option("The file to write (- is stdout).", metavar="FILE")] = "locustfile.py"
    force: Annotated[bool, Option("Overwrite an existing file.")] = False


@command("locustfile", "Write a Locust file for a template.", examples=EXAMPLES, more=MORE)
def locustfile(options: LocustfileOptions) -> int:
    """Write the file."""
    from importlib.util import find_spec

    from ringocli.messaging.load.locustfile import locustfile_text
    from ringocli.text.files import STDIN, write_text

    template = open_template(options.template).template
    if options.template == STDIN:
        raise LocalError("the template must be a file, because Locust's workers read it", "Save it first.")
    events = tuple(event.label for event in template.events_named(options.event))
    if find_spec("locust") is None:
        raise LocalError("Locust is not installed", "Install it: pip install 'ringocli[load]'")
    text = locustfile_text(options.template, events, options.seed)
    if options.output == "-":
        console.out(text, end="")
        return 0
    write_text(path_of(options.output), text, force=options.force)
    console.out(f"Wrote {options.output}. Run: locust -f {options.output} --host URL --stop-timeout 10", hang=2)
    return 0
