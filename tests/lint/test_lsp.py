"""The language server over stdio, driven by a real client."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.client import LanguageClient

from tests.conftest import ACME, Command

TEXT = json.dumps(ACME, indent=2)


class Editor:
    """An editor with one open file."""

    def __init__(self, client: LanguageClient, uri: str) -> None:
        self.client = client
        self.uri = uri
        self.version = 0
        self.published: asyncio.Queue[list[lsp.Diagnostic]] = asyncio.Queue()

    @property
    def named(self) -> lsp.TextDocumentIdentifier:
        return lsp.TextDocumentIdentifier(uri=self.uri)

    async def open(self, text: str) -> list[lsp.Diagnostic]:
        item = lsp.TextDocumentItem(uri=self.uri, language_id="json", version=0, text=text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(text_document=item))
        return await asyncio.wait_for(self.published.get(), 20)

    async def type(self, text: str) -> list[lsp.Diagnostic]:
        self.version += 1
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                text_document=lsp.VersionedTextDocumentIdentifier(uri=self.uri, version=self.version),
                content_changes=[lsp.TextDocumentContentChangeWholeDocument(text=text)],
            )
        )
        return await asyncio.wait_for(self.published.get(), 20)


Work = Callable[[Editor], Awaitable[None]]
Edited = Callable[[Work], None]


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[asyncio.Runner, LanguageClient, dict[str, Editor]]]:
    """One server for all tests, and its editors by the URI of their file."""
    client = LanguageClient("test", "1")
    editors: dict[str, Editor] = {}

    @client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]
    def published(params: lsp.PublishDiagnosticsParams) -> None:
        editors[params.uri].published.put_nowait(list(params.diagnostics))

    async def start() -> None:
        await client.start_io(sys.executable, "-m", "ringocli", "lsp")
        await client.initialize_async(lsp.InitializeParams(capabilities=lsp.ClientCapabilities()))
        client.initialized(lsp.InitializedParams())

    async def stop() -> None:
        await client.shutdown_async(None)
        client.exit(None)
        await client.stop()  # type: ignore[no-untyped-call]

    with asyncio.Runner() as runner:
        runner.run(start())
        yield runner, client, editors
        runner.run(stop())


@pytest.fixture
def edited(server: tuple[asyncio.Runner, LanguageClient, dict[str, Editor]], tmp_path: Path) -> Edited:
    """Runs some work in an editor with a file of its own."""
    runner, client, editors = server
    editor = Editor(client, (tmp_path / "acme.json").as_uri())
    editors[editor.uri] = editor

    async def session(work: Work) -> None:
        await work(editor)

    return lambda work: runner.run(session(work))


def at(text: str, mark: str, skip: int = 0) -> lsp.Position:
    """The position behind a mark, in UTF-16 units as the protocol counts."""
    before = text[: text.index(mark) + len(mark) + skip]
    line = before.count("\n")
    return lsp.Position(line=line, character=len(before.rpartition("\n")[2].encode("utf-16-le")) // 2)


def labels(found: Any) -> list[str]:
    return [item.label for item in found.items]


def test_findings_follow_the_typing_and_can_be_fixed(edited: Edited) -> None:
    """Ranges count UTF-16 units, quick fixes are those of the linter, and a correct template has no findings."""

    async def work(editor: Editor) -> None:
        wrong = TEXT.replace('"name": "Acme SMS"', '"name": "😀 SMS", "nam": "x"').replace(
            '"to": "$to$"', '"to": "$too$"', 1
        )
        found = await editor.open(wrong)
        typo = next(one for one in found if one.code == "RT401")
        assert at(wrong, '"to": ') == typo.range.start
        key = next(one for one in found if one.code in ("RT104", "RT105"))
        assert at(wrong, '"😀 SMS", ') == key.range.start
        actions = await editor.client.text_document_code_action_async(
            lsp.CodeActionParams(
                text_document=editor.named, range=typo.range, context=lsp.CodeActionContext(diagnostics=[typo])
            )
        )
        assert actions
        quick = next(
            one for one in actions if isinstance(one, lsp.CodeAction) and one.kind == lsp.CodeActionKind.QuickFix
        )
        assert quick.edit is not None
        assert quick.edit.changes is not None
        assert "$to$" in quick.edit.changes[editor.uri][0].new_text
        assert any(isinstance(one, lsp.CodeAction) and one.kind == lsp.CodeActionKind.SourceFixAll for one in actions)
        assert [] == [one for one in await editor.type(TEXT) if one.severity != lsp.DiagnosticSeverity.Information]
        assert [] == await editor.type('{"not": "ours"}')

    edited(work)


@pytest.mark.parametrize(
    ("old", "new", "mark", "offered", "not_offered"),
    [
        ('"text": "$content$"', '"text": "$"', '"text": "$', ["$API key$", "$content$"], ["$url$", "$messageid$"]),
        ('"to": "$to$"', '"to": "$t$"', '"to": "$t', ["$to$"], ["$messageid$"]),
        ('"id": "$messageid$"', '"id": ""', '        "id": "', ["$messageid$"], ["$to$"]),
        ('"event_type": "message"', '"event_type": ""', '"event_type": "', ["message", "mms", "messageDelivered"], []),
        ('"type": "Bearer"', '"type": ""', '"type": "', ["Bearer", "Basic"], []),
        ('"class": "sms",', '"class": "sms", "",', '"sms", "', ["logo", "OAuth2"], ["class", "API"]),
        ('"request_method": "POST",', '"request_method": "POST", "",', '"POST", "', [], ["request_method"]),
    ],
)
def test_completion_offers_what_is_allowed_here(
    edited: Edited, old: str, new: str, mark: str, offered: list[str], not_offered: list[str]
) -> None:
    """Completion proposes the variables of the location, the missing keys, and documented values."""

    async def work(editor: Editor) -> None:
        text = TEXT.replace(old, new, 1)
        await editor.open(text)
        found = await editor.client.text_document_completion_async(
            lsp.CompletionParams(text_document=editor.named, position=at(text, mark))
        )
        assert set(offered) <= set(labels(found))
        assert not set(not_offered) & set(labels(found))

    edited(work)


def test_hover_and_outline(edited: Edited) -> None:
    """Hover describes keys and variables; the outline contains requests and events."""

    async def work(editor: Editor) -> None:
        await editor.open(TEXT)
        for mark, words in (
            ('"request_ur', "https URL"),
            ('"text": "$cont', "message"),
            ('"token": "$API', "property"),
        ):
            found = await editor.client.text_document_hover_async(
                lsp.HoverParams(text_document=editor.named, position=at(TEXT, mark))
            )
            assert found is not None, mark
            assert isinstance(found.contents, lsp.MarkupContent)
            assert words in found.contents.value
        symbols = await editor.client.text_document_document_symbol_async(
            lsp.DocumentSymbolParams(text_document=editor.named)
        )
        assert symbols
        outline = {one.name: [child.name for child in one.children or ()] for one in symbols}  # type: ignore[union-attr]
        assert ["SendMessage", "SendFile"] == outline["API"]
        assert ["message:message", "mms:file", "messageDelivered:delivered"] == outline["Webhook"]

    edited(work)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_positions_count_lines_as_the_protocol_does(edited: Edited, ending: str) -> None:
    """U+2028, a vertical tab or a form feed in a string is not a line break; characters are UTF-16 units."""

    async def work(editor: Editor) -> None:
        text = TEXT.replace('"name": "Acme SMS"', '"name": "😀\u2028\u2029\u0085 SMS"').replace("$to$", "$too$", 1)
        found = await editor.open(text.replace("\n", ending))
        (typo,) = [one for one in found if one.code == "RT401"]
        assert at(text, '"to": ') == typo.range.start
        hover = await editor.client.text_document_hover_async(
            lsp.HoverParams(text_document=editor.named, position=at(text, '"to": "$to'))
        )
        assert hover is not None
        assert "$too$" in str(hover.contents)
        await editor.type(text.replace("$too$", "$to$").replace("\n", ending))

    edited(work)


def test_all_safe_fixes_together_do_not_overlap(edited: Edited) -> None:
    """Editors refuse overlapping edits; two mistakes in one string are fixed one after the other."""

    async def work(editor: Editor) -> None:
        text = TEXT.replace('"to": "$to$"', '"to": "$too$ $fom$"', 1)
        found = await editor.open(text)
        actions = await editor.client.text_document_code_action_async(
            lsp.CodeActionParams(
                text_document=editor.named, range=found[0].range, context=lsp.CodeActionContext(diagnostics=[])
            )
        )
        fixes = [one for one in actions or () if isinstance(one, lsp.CodeAction)]
        (every,) = [one for one in fixes if one.kind == lsp.CodeActionKind.SourceFixAll]
        assert every.edit is not None
        assert every.edit.changes is not None
        ranges = sorted((one.range.start, one.range.end) for one in every.edit.changes[editor.uri])
        assert all(one[1] <= other[0] for one, other in itertools.pairwise(ranges))

    edited(work)


def test_a_property_is_renamed_in_all_its_uses(edited: Edited) -> None:
    """The editor shows the old name, gets all edits at once, and a reason if the new name is impossible."""

    async def work(editor: Editor) -> None:
        text = TEXT.replace("/v1/messages", "/v1/$API key$/😀/messages")
        await editor.open(text)
        cursor = at(text, '"token": "$API')
        prepared = await editor.client.text_document_prepare_rename_async(
            lsp.PrepareRenameParams(text_document=editor.named, position=cursor)
        )
        assert isinstance(prepared, lsp.PrepareRenamePlaceholder)
        assert "API key" == prepared.placeholder
        renamed = await editor.client.text_document_rename_async(
            lsp.RenameParams(text_document=editor.named, position=cursor, new_name="Token")
        )
        assert renamed is not None
        assert renamed.changes is not None
        assert text.count("API key") == len(renamed.changes[editor.uri])
        with pytest.raises(JsonRpcException, match="built-in variable"):
            await editor.client.text_document_rename_async(
                lsp.RenameParams(text_document=editor.named, position=cursor, new_name="domain")
            )

    edited(work)


def test_project_settings_and_suppressions_apply(tmp_path: Path, edited: Edited) -> None:
    """Findings that ringocli.toml ignores or a suppression covers are neither diagnostics nor quick fixes."""
    (tmp_path / "ringocli.toml").write_text('[validate]\nignore = ["RT702"]\n', "utf-8")
    suppression = '[[suppress]]\ncode = "RT401"\nreason = "on its way"\n'
    (tmp_path / "acme.suppressions.toml").write_text(suppression, "utf-8")

    async def work(editor: Editor) -> None:
        wrong = TEXT.replace('"to": "$to$"', '"to": "$too$"', 1).replace('"POST"', '"PSOT"', 1)
        assert ["RT210"] == [one.code for one in await editor.open(wrong)]

    edited(work)


def test_a_missing_extra_is_named(ringocli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code is 3, and the error says what to install."""
    for name in [*sys.modules]:
        if name == "ringocli.lint.lsp" or name.partition(".")[0] in ("pygls", "lsprotocol"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pygls", None)
    monkeypatch.setitem(sys.modules, "lsprotocol", None)
    done = ringocli("lsp")
    assert (3, True) == (done.code, "ringocli[lsp]" in done.err)
