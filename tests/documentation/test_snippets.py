"""Every command, file and program in the documentation works as written, page by page from top to bottom.

A block with a title is a file, which is written. ``console`` blocks show output, which is compared with all of it
or with stdout: ``...`` is any text, on a line of its own any lines. Comments before a block say what is different about it:

* ``<!-- skip: next "reason" -->``: it cannot run here;
* ``<!-- exit: 1 -->``: its last command ends with this code, or one of these;
* ``<!-- serve: next -->``: its last command runs until the end of the page;
* ``<!-- invisible-code-block: sh ... -->``: commands that the page presupposes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tomllib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from unittest import SkipTest

import pytest
import yaml
from sybil import Document, Example, Region
from sybil.parsers.markdown import SkipParser
from sybil.parsers.markdown.lexers import DirectiveInHTMLCommentLexer, RawFencedCodeBlockLexer
from sybil.typing import Parser

from ringocli.cli import run
from tests.conftest import ACME, ROOT, SAMPLES
from tests.documentation.session import NotAsWritten, Ran, Session

PAGES = [
    ROOT / "README.md",
    *sorted(path for path in (ROOT / "docs").rglob("*.md") if path.parent.name != "rules"),
]
CHECKOUT = {"delivering.md", "emulating.md", "linting.md", "pasting.md"}
"""Pages for readers who have a template of their own, or the checkout with its samples."""

INFO = re.compile(r"""(?P<language>\w+)(?:[ ]title="(?P<title>[^"]+)")?[ ]*\n""")
PARSERS: dict[str, Callable[[str], object]] = {"json": json.loads, "toml": tomllib.loads, "yaml": yaml.safe_load}
SHOWN_ONLY = {"text", "http", "ini", "lua", "diff", "jsonl", "csv", "xml"}
"""Languages of blocks that are read by people, unless they have a title."""


class PageRun:
    """Executes the blocks of one page in order."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.executed = 0
        self._exit: tuple[int, ...] = (0,)
        self._serves = False

    def parsers(self) -> list[Parser]:
        """The parsers with which Sybil finds the blocks of a page."""
        return [SkipParser(), self._fenced, self._hidden, self._directives]

    def _fenced(self, document: Document) -> list[Region]:
        return [
            Region(found.start, found.end, found.lexemes, self._evaluate)
            for found in RawFencedCodeBlockLexer(INFO)(document)
        ]

    def _hidden(self, document: Document) -> list[Region]:
        lexer = DirectiveInHTMLCommentLexer("invisible-code-block", "sh")
        return [
            Region(found.start, found.end, {"language": "sh", "source": found.lexemes["source"]}, self._evaluate)
            for found in lexer(document)
        ]

    def _directives(self, document: Document) -> list[Region]:
        lexer = DirectiveInHTMLCommentLexer("exit|serve")
        return [Region(found.start, found.end, found.lexemes, self._prepare) for found in lexer(document)]

    def _prepare(self, example: Example) -> None:
        if example.parsed["directive"] == "exit":
            self._exit = tuple(map(int, example.parsed["arguments"].split()))
        else:
            self._serves = True

    def _evaluate(self, example: Example) -> None:
        language, source = example.parsed["language"], str(example.parsed["source"])
        title = example.parsed.get("title")
        exit_codes, self._exit = self._exit, (0,)
        serves, self._serves = self._serves, False
        if language in PARSERS:
            PARSERS[language](source)
        if title:
            self.session.write(title, source)
        elif language == "sh":
            self._run(list(self.session.commands(source)), exit_codes, serves)
        elif language == "console":
            self._compare(source, exit_codes)
        elif language == "python":
            exec(compile(source, example.path, "exec"), example.namespace)
        else:
            if language not in SHOWN_ONLY and language not in PARSERS:
                raise NotAsWritten(f"a block in {language!r} is neither run nor checked")
            return
        self.executed += 1

    def _run(self, commands: list[str], exit_codes: tuple[int, ...], serves: bool) -> None:
        for command in commands:
            last = command is commands[-1]
            done = self.session.serve(command) if serves and last else self.session.execute(command)
            _expect(command, done, exit_codes if last else (0,))

    def _compare(self, source: str, exit_codes: tuple[int, ...]) -> None:
        parts = re.split(r"^\$ ", source, flags=re.MULTILINE)
        if parts[0]:
            raise NotAsWritten("a console block starts with a command")
        for part in parts[1:]:
            lines = part.splitlines()
            end = next(index for index, line in enumerate(lines) if not line.endswith("\\"))
            (command,) = self.session.commands("\n".join(lines[: end + 1]))
            done = self.session.execute(command)
            _expect(command, done, exit_codes if part is parts[-1] else (0,))
            expected = "\n".join(lines[end + 1 :])
            if not _fits(expected, done.shown) and not _fits(expected, done.out):
                raise NotAsWritten(f"$ {command}\n{done.shown}\n--- is not ---\n{expected}")


def _expect(command: str, done: Ran, codes: tuple[int, ...]) -> None:
    if done.code not in codes:
        raise NotAsWritten(f"exit code {done.code}, not {codes}:\n$ {command}\n{done.shown}")


def _fits(expected: str, shown: str) -> bool:
    """Whether an output is the expected one; ``...`` is any text, on a line of its own any lines."""
    pattern = ""
    for line in expected.strip().splitlines():
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*?".join(re.escape(part.rstrip()) for part in line.split("...")) + r"[ \t]*\n"
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in shown.strip().splitlines())) is not None


def prepare(folder: Path, page: Path) -> None:
    """What a page presupposes: nothing, the samples of a checkout, or the reader's own template and data."""
    if page.name in CHECKOUT or page.parent.name == "cli":
        shutil.copytree(ROOT / "samples", folder / "samples")
    if page.parent.name == "cli":
        (folder / "acme.json").write_text(json.dumps(ACME), "utf-8")
        (folder / "numbers.csv").write_text("to,from,content\n+13105550199,+12025550100,Test\n", "utf-8")
        shutil.copy(SAMPLES / "telnyx" / "message.http", folder / "export.jsonl")
    if page.name == "bundle.md":
        assert 0 == run(["bundle", "samples/telnyx.json", "--output", "telnyx.zip"])


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_page_works_as_written(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands of a page, run in order, print the output that the page shows."""
    monkeypatch.chdir(tmp_path)
    prepare(tmp_path, page)
    for name in ("ACME_KEY", "TELNYX_KEY", "OWN_KEY"):
        monkeypatch.setenv(name, "sample-key")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("HOME", os.fspath(tmp_path))
    with ExitStack() as resources:
        follow = PageRun(Session(tmp_path, monkeypatch, resources))
        document = Document.parse(os.fspath(page), *follow.parsers())
        for example in document.examples():
            try:
                example.evaluate()
            except SkipTest:
                continue
            except (NotAsWritten, ValueError) as error:
                pytest.fail(f"{page.relative_to(ROOT)}:{example.line}: {error}", pytrace=False)
