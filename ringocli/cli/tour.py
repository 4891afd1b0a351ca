"""``tour``: three minutes, offline, from nothing to a two-way conversation with a picture, each step checked."""

from __future__ import annotations

import tempfile
import textwrap
from pathlib import Path
from typing import Annotated

import typer

from ringocli.cli.options import help_text
from ringocli.text import console

TOUR_EXAMPLES = ("ringocli tour", "ringocli tour --preset twilio")
TOUR_MORE = "Nothing leaves this machine, and nothing is left behind. Exit codes: 0 all worked, 1 a step did not."


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("tour", help=help_text("From nothing to a two-way MMS conversation.", TOUR_EXAMPLES, TOUR_MORE))(tour)


def tour(
    preset: Annotated[str, typer.Option(metavar="NAME", help="The provider whose template is used.")] = "telnyx",
) -> None:
    """Walk, and tell every step."""
    from ringocli.cli.tour_steps import STEPS, Tour
    from ringocli.testing.context import emulator

    console.out("A tour: a template, a Ringotel, a provider and two phones, all on this machine.")
    with tempfile.TemporaryDirectory(prefix="ringocli-tour-") as folder:
        walk = Tour.begin(Path(folder), preset)
        with emulator(walk.path) as ringotel:
            for number, step in enumerate(STEPS, 1):
                console.out(f"\n{console.styled(f'{number}. {step.title}', 'bold')}")
                if step.command is not None:
                    console.out(f"   $ {step.command(walk)}")
                for line in step.run(walk, ringotel):
                    console.out(
                        textwrap.fill(console.printable(line), 79, initial_indent="   ", subsequent_indent="   ")
                    )
    console.out(f"\nAll {len(STEPS)} steps worked. To look at it yourself:\n")
    console.out(f"   ringocli init --preset {preset} mine.json")
    console.out("   ringocli emulate mine.json")
