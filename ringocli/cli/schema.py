"""``schema``: the JSON Schema of templates."""

from __future__ import annotations

from typing import NamedTuple

from ringocli.cli.command import command
from ringocli.cli.output import print_json

EXAMPLES = ("ringocli schema",)


class SchemaOptions(NamedTuple):
    """``schema`` has no options."""


@command("schema", "Print the JSON Schema of templates (for editors).", examples=EXAMPLES)
def schema(options: SchemaOptions) -> int:
    """Print the schema."""
    from ringocli.template.schema import SCHEMA

    print_json(SCHEMA)
    return 0
