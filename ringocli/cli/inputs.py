"""Reads the inputs that most commands have in common: the template, the values, and output paths."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ringocli.errors import LocalError, UsageError
from ringocli.text import console
from ringocli.text.command_line import command_line

if TYPE_CHECKING:
    from ringocli.cli.options import ValueOptions
    from ringocli.template.model import Template
    from ringocli.template.settings import Settings, ValueArguments
    from ringocli.template.values import Missing


class OpenedTemplate(NamedTuple):
    """A template and the text it was read from."""

    name: str
    text: str
    template: Template

    @property
    def sha256(self) -> str:
        """The hash of the text, which ties a journal to the template."""
        import hashlib

        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


def open_template(name: str) -> OpenedTemplate:
    """Read a template; comments, trailing commas and the like are accepted with a note.

    Raises:
        LocalError: it cannot be read, is not JSON, or is not an object.
    """
    from ringocli.text.files import read_text

    console.announce_stdin(name, "a template")
    return parse_template(name, read_text(name))


def parse_template(name: str, text: str) -> OpenedTemplate:
    """A template from its text; ``name`` is used in messages.

    Raises:
        LocalError: it is not JSON, or not an object.
    """
    from ringocli.template.reader import read_template
    from ringocli.text.document import Document

    document = Document.read(name, text)
    shown = "stdin" if name == "-" else name
    if document.broken is not None:
        start = document.range_of(document.broken.start, document.broken.end).start
        raise LocalError(
            f"{shown}:{start.line}:{start.column}: {document.broken.message}",
            f"Run: {command_line('validate', name)}",
        )
    if not isinstance(document.value, dict):
        raise LocalError(f"{shown}: not a template", "A template is a JSON object with id, API and Webhook.")
    if document.problems:
        fix = command_line("validate", "--fix", *(("--diff",) if name == "-" else ()), name)
        kinds = ", ".join(dict.fromkeys(problem.kind for problem in document.problems))
        console.note(f"note: {shown} is not strict JSON ({kinds}). To fix it, run: {fix}")
    template = read_template(document.value)
    if template.misfits:
        console.note(
            f"note: {shown} is incomplete or has parts of the wrong type. Run: {command_line('validate', name)}"
        )
    if template.container not in ("array", "none"):
        console.note(f"note: Webhook is a {template.container}; it is read as a list of events (assumption 1)")
    return OpenedTemplate(name=name, text=text, template=template)


def gather_values(template: Template, options: ValueOptions, *, url: str | None = None) -> Settings:
    """All values for a template, from options, environment, files and profile; ``url`` is the webhook URL option.

    Raises:
        UsageError: an unknown or malformed name, or a property that the template does not declare.
        LocalError: a file cannot be read.
    """
    from ringocli.template.settings import gather, pair
    from ringocli.template.values import check_property

    for option, entries in (
        ("--property", options.property),
        ("--property-env", options.property_env),
        ("--property-file", options.property_file),
        ("--property-cmd", options.property_cmd),
    ):
        for entry in entries:
            check_property(template, pair(option, entry)[0])
    for name in options.public_property:
        check_property(template, name)
    return gather(value_arguments(options, url=url), template.properties)


def value_arguments(options: ValueOptions, *, url: str | None = None) -> ValueArguments:
    """The options that set values; ``url`` is the webhook URL option."""
    from ringocli.template.settings import ValueArguments

    return ValueArguments(
        set=options.set,
        set_file=options.set_file,
        property=options.property,
        property_env=options.property_env,
        property_file=options.property_file,
        property_cmd=options.property_cmd,
        public=options.public_property,
        values=options.values,
        profile=options.profile,
        url=url,
    )


def missing_policy(value: str | None, default: Missing | None) -> Missing | None:
    """``--missing`` as a policy."""
    from ringocli.template.values import Missing

    return default if value is None else Missing(value)


def path_of(name: str) -> Path:
    """A path as the user gave it."""
    return Path(os.path.expanduser(name))


def file_of(option: str, name: str) -> Path:
    """The path of an option that needs a file of its own, because stdout has the command's results.

    Raises:
        UsageError: it is ``-``.
    """
    if name == "-":
        raise UsageError(f"{option} needs a file", "Its content cannot be written to stdout.")
    return path_of(name)


def check_output(name: str, *, force: bool) -> None:
    """Refuse a file that cannot be written before anything is sent, not after."""
    from ringocli.text.files import check_writable

    path = path_of(name)
    if name == "-":
        return
    if os.path.exists(path) and not force:
        raise UsageError(f"{name} exists", "Use --force to overwrite it, or choose another name. Nothing was sent.")
    try:
        check_writable(path)
    except LocalError as error:
        raise LocalError(error.message, "Check that the folder exists and is writable. Nothing was sent.") from None
