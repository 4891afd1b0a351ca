"""``diff``: how an edit of a template changes its behaviour, and in which order to deploy it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, NamedTuple

from ringocli.cli.command import command
from ringocli.cli.completion_values import complete_files
from ringocli.cli.inputs import OpenedTemplate, open_template, parse_template
from ringocli.cli.output import progress
from ringocli.cli.parameters import Argument, Option
from ringocli.errors import CheckFailed, LocalError
from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.messaging.comparison.change import TemplateComparison

EXAMPLES = (
    "ringocli diff samples/telnyx.json samples/telnyx.json",
    "ringocli diff samples/telnyx.json samples/telnyx.json --format markdown",
)
MORE = (
    "Both versions render the same messages and read the same webhooks and replies; a change is any difference in "
    "the results. Each change has a verdict, the order in which to deploy it, and an example: the request before "
    "and after, or a webhook that is now read differently.\n\n"
    "A version is a file, - for stdin, or a file at a git revision (HEAD~1:acme.json). A revision alone (HEAD~1) "
    "means the other file at that revision.\n\n"
    "--format markdown writes a comment for a pull request, --format github annotates the file in GitHub "
    "Actions.\n\n"
    "Exit codes: 0 none or compatible, 1 breaking, 3 a version cannot be read."
)
FORMATS = ("text", "json", "markdown", "github")


class DiffOptions(NamedTuple):
    """The options of ``diff``."""

    old: Annotated[str, Argument("OLD", "The earlier version.", complete=complete_files((".json",)))]
    new: Annotated[str, Argument("NEW", "The later version.", complete=complete_files((".json",)))]
    format: Annotated[str, Option("Output format.", choices=FORMATS)] = "text"


@command("diff", "Show what an edit changes, and how to deploy it.", examples=EXAMPLES, more=MORE)
def diff(options: DiffOptions) -> int:
    """Compare two versions and print the changes."""
    from ringocli.messaging.comparison.change import Impact
    from ringocli.messaging.comparison.compare import compare

    old = open_version(options.old, options.new)
    new = open_version(options.new, options.old)
    with progress("comparing"):
        comparison = compare(old.template, new.template)
    _print(comparison, old, new, options.format)
    return CheckFailed.code if comparison.impact is Impact.BREAKING else 0


def _print(comparison: TemplateComparison, old: OpenedTemplate, new: OpenedTemplate, format_: str) -> None:
    from ringocli.messaging.formats import comparison as forms
    from ringocli.text.document import Document

    if format_ == "json":
        console.out_json(forms.as_document(comparison))
    elif format_ == "markdown":
        console.out(forms.as_markdown(comparison, new.name))
    elif format_ == "github":
        lines = forms.line_numbers(comparison, Document.read(new.name, new.text))
        console.out(forms.as_github(comparison, new.name, lines))
        _write_step_summary(forms.as_markdown(comparison, new.name))
        return
    else:
        console.out(forms.as_text(comparison), hang=2)
    for warning in comparison.warnings:
        console.complain(f"warning: {warning}", "magenta")


def _write_step_summary(markdown: str) -> None:
    """Append the Markdown to the summary page of the GitHub Actions job, if there is one."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(markdown + "\n")


def open_version(name: str, other: str) -> OpenedTemplate:
    """A template from a file, from stdin or from git; ``other`` names the file for a revision without a path.

    Raises:
        LocalError: it cannot be read, or is not a template.
    """
    from ringocli.template.recognition import has_template_keys
    from ringocli.text.files import STDIN
    from ringocli.text.git_revisions import revision_of, split_revision, text_at

    if name == STDIN or os.path.exists(name):
        opened = open_template(name)
    else:
        revision, path = split_revision(name) or (name, (split_revision(other) or ("", other))[1])
        if revision_of(revision) is None:
            raise LocalError(f"{name}: no such file, and not a git revision")
        text = text_at(revision, path)
        if text is None:
            raise LocalError(f"{path}: no such file at {revision}", f"Run: git ls-tree -r --name-only {revision}")
        opened = parse_template(f"{revision}:{path}", text)
    if not has_template_keys(opened.template.root):
        raise LocalError(f"{opened.name}: not a template", "A template is a JSON object with id, API and Webhook.")
    return opened
