"""``tour``: an offline demonstration of a two-way conversation with a picture, in checked steps."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated, NamedTuple

from ringocli.cli.command import command
from ringocli.cli.completion_values import complete_presets
from ringocli.cli.parameters import Option
from ringocli.text import console

EXAMPLES = ("ringocli tour", "ringocli tour --preset twilio")
MORE = "Everything runs on this machine and is removed at the end. Exit codes: 0 all steps worked, 1 a step failed."


class TourOptions(NamedTuple):
    """The options of ``tour``."""

    preset: Annotated[str, Option("The provider to use.", metavar="NAME", complete=complete_presets)] = "telnyx"


@command("tour", "See a two-way MMS conversation, step by step.", examples=EXAMPLES, more=MORE)
def tour(options: TourOptions) -> int:
    """Run and narrate every step."""
    from ringocli.cli.tour_steps import STEPS, Tour
    from ringocli.testing.context import emulator
    from ringocli.text.files import temporary_folder

    console.out("A tour: a template, Ringotel, a provider and two phones, all on this machine.")
    with temporary_folder() as folder:
        state = Tour.begin(Path(folder), options.preset)
        with emulator(state.path) as ringotel:
            for number, step in enumerate(STEPS, 1):
                console.out(f"\n{console.styled(f'{number}. {step.title}', 'bold')}")
                if step.command is not None:
                    console.out(f"   $ {step.command(state)}")
                for line in step.run(state, ringotel):
                    text = console.printable(line)
                    console.out(textwrap.fill(text, 79, initial_indent="   ", subsequent_indent="   "))
    console.out(f"\nAll {len(STEPS)} steps worked. To try it yourself:\n")
    console.out(f"   ringocli init --preset {options.preset} mine.json")
    console.out("   ringocli emulate mine.json")
    return 0
