"""Groups of options that several commands share."""

from typing import Annotated, NamedTuple, TypeAlias

from ringocli.cli.completion_values import (
    complete_profiles,
    complete_properties,
    complete_property_files,
    complete_property_names,
    complete_variable_files,
    complete_variables,
)
from ringocli.cli.parameters import Argument, Group, Option

TemplateArgument: TypeAlias = Annotated[
    str, Argument("TEMPLATE", "A template file, or - for stdin.", endings=(".json",))
]
TextOrJson: TypeAlias = Annotated[str, Option("Output format.", choices=("text", "json"))]
ContentType: TypeAlias = Annotated[
    str | None, Option("The Content-Type of a webhook, which a template does not specify.", metavar="TYPE")
]
Live: TypeAlias = Annotated[bool, Option("Allow sending to a host other than this machine.")]
Missing: TypeAlias = Annotated[
    str | None,
    Option("What to do about variables without a value.", choices=("error", "drop", "empty", "sample")),
]
NoInput: TypeAlias = Annotated[bool, Option("Never prompt.")]
ShowSecrets: TypeAlias = Annotated[bool, Option("Print secrets instead of ***, with a warning on stderr.")]

DAY_S = 86_400


class ValueOptions(NamedTuple):
    """Where variables and properties get their values."""

    set: Annotated[
        tuple[str, ...],
        Option(
            "A variable: from, to, content, extension, domain, text, url, messageid, or number and contact. "
            "Repeatable.",
            metavar="NAME=VALUE",
            complete=complete_variables,
        ),
    ] = ()
    set_file: Annotated[
        tuple[str, ...],
        Option(
            "A variable from a file (- is stdin). Repeatable.", metavar="NAME=PATH", complete=complete_variable_files
        ),
    ] = ()
    property_env: Annotated[
        tuple[str, ...],
        Option(
            "A property from an environment variable; use this or --property-file for secrets. Repeatable.",
            metavar="NAME=VAR",
            complete=complete_properties,
        ),
    ] = ()
    property_file: Annotated[
        tuple[str, ...],
        Option("A property from a file. Repeatable.", metavar="NAME=PATH", complete=complete_property_files),
    ] = ()
    property_cmd: Annotated[
        tuple[str, ...],
        Option(
            "A property from the output of a command, such as a password manager. Repeatable.",
            metavar="NAME=COMMAND",
            complete=complete_properties,
        ),
    ] = ()
    property: Annotated[
        tuple[str, ...],
        Option(
            'A property by its exact name, e.g. --property "API key=...". It is visible in the process list and in '
            "the shell's history. Repeatable.",
            metavar="NAME=VALUE",
            complete=complete_properties,
        ),
    ] = ()
    public_property: Annotated[
        tuple[str, ...],
        Option(
            "This property is not a secret and may be shown. Repeatable.",
            metavar="NAME",
            complete=complete_property_names,
        ),
    ] = ()
    values: Annotated[
        str | None,
        Option(
            "A TOML or JSON file with the tables [variables], [outgoing], [incoming], [properties].",
            metavar="FILE",
            endings=(".toml", ".json"),
        ),
    ] = None
    profile: Annotated[
        str | None,
        Option(
            "[profiles.NAME] in ringocli.toml, which is searched for up to the git root.",
            metavar="NAME",
            complete=complete_profiles,
        ),
    ] = None


class ConnectionOptions(NamedTuple):
    """How requests are sent."""

    # The default is that of ringocli.http, which the help must not import; a test compares them.
    timeout_s: Annotated[
        float,
        Option("How long to wait for a reply.", metavar="SECONDS", min=0.001, max=DAY_S, unit=" seconds"),
    ] = 10.0
    ca_file: Annotated[
        str | None, Option("Also trust the CA certificates in this PEM file.", metavar="FILE", endings=(".pem", ".crt"))
    ] = None


class ExpectStatusOptions(NamedTuple):
    """Which replies count as success."""

    expect_status: Annotated[
        str, Option("The statuses of a successful reply: 2xx, 200, 200-204 or 200,202.", metavar="STATUS")
    ] = "2xx"


ValueGroup: TypeAlias = Annotated[ValueOptions, Group("Values")]
ConnectionGroup: TypeAlias = Annotated[ConnectionOptions, Group("Connection")]
ExpectStatusGroup: TypeAlias = Annotated[ExpectStatusOptions, Group()]
