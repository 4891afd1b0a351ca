"""``bundle``: the evidence for Ringotel's review as one zip file, and its verification."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, NamedTuple

from ringocli.cli.command import command
from ringocli.cli.inputs import file_of, open_template
from ringocli.cli.options import TextOrJson
from ringocli.cli.output import progress
from ringocli.cli.parameters import Argument, Option
from ringocli.errors import CheckFailed, LocalError, UsageError
from ringocli.text import console

EXAMPLES = (
    "ringocli bundle samples/telnyx.json --output telnyx.zip",
    "ringocli bundle samples/twilio.json --output twilio.zip --format json",
)
MORE = (
    "The zip file contains the template, an HTML report, the findings, the proof, the test cases, sample exchanges "
    "(or those of --har), a draft of the email to Ringotel's support, and a manifest with the SHA-256 of each file. "
    "Nothing is written if the template has errors, its proof or a case fails, or a secret is found in a file. The "
    "same input produces the same bytes.\n\n"
    "\b\n"
    "  ringocli bundle verify telnyx.zip\n\n"
    "compares the hashes, then runs everything again and compares the results.\n\n"
    "Exit codes: 0 written or verified, 1 a check failed, 2 usage error, 3 a file cannot be read."
)


class BundleOptions(NamedTuple):
    """The options of ``bundle``."""

    template: Annotated[
        str, Argument("TEMPLATE|verify", "A template, or verify to check a bundle.", endings=(".json",))
    ]
    file: Annotated[str | None, Argument("[FILE]", "With verify: the bundle.", endings=(".zip",))] = None
    output: Annotated[str | None, Option("The zip file. Default: TEMPLATE with .zip.", metavar="FILE")] = None
    har: Annotated[
        str | None, Option("Use these recorded exchanges (send-test --har) instead of samples.", metavar="FILE")
    ] = None
    seed: Annotated[int, Option("The seed of the proof.")] = 0
    cases: Annotated[int, Option("How many values the proof tries for each part.", min=1, max=1_000_000)] = 200
    force: Annotated[bool, Option("Overwrite an existing file.")] = False
    format: TextOrJson = "text"


@command("bundle", "Bundle the evidence for Ringotel's review.", examples=EXAMPLES, more=MORE)
def bundle(options: BundleOptions) -> int:
    """Build a bundle, or verify one."""
    if options.template == "verify":
        if options.file is None:
            raise UsageError("verify needs a file", "For example: ringocli bundle verify acme.zip")
        return _verify(options.file, options)
    if options.file is not None:
        raise UsageError(f"unexpected argument {options.file!r}", "Specify the bundle's name with --output.")
    return _build(options)


def _build(options: BundleOptions) -> int:
    import hashlib

    from ringocli.testing.cases.discovery import find_cases
    from ringocli.testing.evidence.archive import zip_bytes
    from ringocli.testing.evidence.contents import EvidenceInput, build, collect_cases
    from ringocli.testing.evidence.leaks import leaks
    from ringocli.text.files import STDIN, read_text, write_bytes

    if options.template == STDIN and options.output is None:
        raise UsageError("a template from stdin needs --output", "For example: --output acme.zip")
    output = file_of("--output", options.output or f"{options.template.removesuffix('.json')}.zip")
    if os.path.exists(output) and not options.force:
        raise UsageError(f"{output} exists", "Use --force to overwrite it, or choose another name.")
    opened = open_template(options.template)
    files = find_cases([options.template]) if options.template != STDIN else []
    given = EvidenceInput(
        template=opened.text,
        cases=collect_cases(files, Path(options.template).absolute().parent),
        recorded=read_text(options.har) if options.har is not None else None,
        seed=options.seed,
        proof_cases=options.cases,
    )
    with progress("checking"):
        members = build(given)
    found = list(leaks(members))
    if found:
        places = "; ".join(f"{leak.member} line {leak.line}: {leak.why}" for leak in found[:5])
        raise CheckFailed(f"the bundle would contain a secret: {places}", "Remove it; nothing was written.")
    content = zip_bytes(members)
    write_bytes(output, content, force=options.force)
    digest = hashlib.sha256(content).hexdigest()
    if options.format == "json":
        document = {"schema_version": 1, "path": str(output), "sha256": digest, "members": sorted(members)}
        console.out_json(document)
    else:
        console.out(f"Wrote {output}: {len(members)} files\n  SHA-256 {digest}")
        sys.stdout.flush()
        console.note("Next: unzip it, read report.html, then send mail.txt with template.json and report.html.")
    return 0


def _verify(name: str, options: BundleOptions) -> int:
    from ringocli.testing.evidence.archive import verify
    from ringocli.text.files import read_bytes

    try:
        with progress("verifying"):
            problems = verify(read_bytes(name, max_bytes=50_000_000))
    except LocalError as error:
        raise LocalError(error.message if name in error.message else f"{name}: {error.message}", error.hint) from None
    if options.format == "json":
        listed = [{"member": one.member, "kind": one.kind, "message": one.message} for one in problems]
        console.out_json({"schema_version": 1, "ok": not problems, "problems": listed})
    elif problems:
        for one in problems:
            console.out(f"{one.member}: {one.message}", hang=2)
    else:
        console.out(f"{name}: verified. All hashes match, and a second run had the same results.", hang=2)
    return CheckFailed.code if problems else 0
