"""``ringocli lsp``: the linter in an editor, over stdio (Language Server Protocol 3.17, by pygls).

Diagnostics while typing, quick fixes, completion, hover, an outline and the renaming of properties. This module only
converts positions and messages; the content comes from ``engine``, ``completion`` and ``rename``.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.workspace import PositionCodec

from ringocli.errors import RingocliError
from ringocli.lint.completion import Completion, Symbol, completions, explanation, outline
from ringocli.lint.engine import lint
from ringocli.lint.finding import Finding
from ringocli.lint.project import read_validate_settings
from ringocli.lint.rename import name_problem, property_at, rename_property
from ringocli.lint.rule import Severity
from ringocli.lint.suppressions import read_suppressions, suppressed, suppression_file
from ringocli.template.recognition import is_template
from ringocli.text.document import Document
from ringocli.text.edits import Edit
from ringocli.version import __version__

_SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.INFO: lsp.DiagnosticSeverity.Information,
}
_KINDS = {
    "key": lsp.CompletionItemKind.Property,
    "variable": lsp.CompletionItemKind.Variable,
    "property": lsp.CompletionItemKind.Field,
    "value": lsp.CompletionItemKind.EnumMember,
}

# The client sends whole texts, because pygls splits partial changes at Python's line breaks, some of which are allowed
# in JSON strings.
server = LanguageServer("ringocli", __version__, text_document_sync_kind=lsp.TextDocumentSyncKind.Full)


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file in the editor, and the conversion between its offsets and the client's positions."""

    uri: str
    path: Path
    version: int | None
    document: Document
    codec: PositionCodec

    @classmethod
    def at(cls, uri: str) -> OpenFile:
        """The file that the editor has open under a URI, as it is at the moment."""
        text = server.workspace.get_text_document(uri)
        document = Document.read(uri, text.source)
        return cls(uri, Path(text.path or uri), text.version, document, text.position_codec)

    @property
    def is_template(self) -> bool:
        """Whether the file is a template; other JSON files are left alone."""
        return is_template(self.document)

    def range(self, start: int, end: int) -> lsp.Range:
        """The range between two character offsets, in the client's units."""
        return lsp.Range(start=self._position(start), end=self._position(end))

    def _position(self, offset: int) -> lsp.Position:
        lines = self.document.lines
        line = lines.number(offset)
        before = self.document.text[lines.starts[line - 1] : offset]
        return lsp.Position(line=line - 1, character=self.codec.client_num_units(before))

    def offset(self, position: lsp.Position) -> int:
        """The character offset of a position; the nearest one if the position is outside the text."""
        starts = self.document.lines.starts
        if position.line >= len(starts):
            return len(self.document.text)
        start = starts[position.line]
        end = starts[position.line + 1] if position.line + 1 < len(starts) else len(self.document.text)
        line = self.document.text[start:end].rstrip("\r\n")
        units = 0
        for length, char in enumerate(line):
            if units >= position.character:
                return start + length
            units += self.codec.client_num_units(char)
        return start + len(line)

    def findings(self) -> Sequence[Finding]:
        """The findings, without those that ``ringocli.toml`` or the suppression file beside the template exclude."""
        if not self.is_template:
            return ()
        try:
            settings = read_validate_settings(self.path.parent)
            suppressions = read_suppressions(suppression_file(self.path))
        except RingocliError:  # `validate` reports what is wrong with these files; here every finding is shown
            return lint(self.document)
        found = lint(self.document, settings.selection)
        return suppressed(str(self.path), found, suppressions, datetime.date.today())[0] if suppressions else found

    def diagnostic(self, finding: Finding) -> lsp.Diagnostic:
        """A finding as a diagnostic."""
        return lsp.Diagnostic(
            range=self.range(*finding.offsets),
            message=finding.message,
            severity=_SEVERITIES[finding.severity],
            code=finding.code,
            source="ringocli",
            data={"slug": finding.slug},
        )

    def changes(self, edits: Iterable[Edit]) -> lsp.WorkspaceEdit:
        """Edits of this file."""
        changes = [lsp.TextEdit(range=self.range(edit.start, edit.end), new_text=edit.replacement) for edit in edits]
        return lsp.WorkspaceEdit(changes={self.uri: changes})


def _publish(uri: str) -> None:
    file = OpenFile.at(uri)
    diagnostics = [file.diagnostic(finding) for finding in file.findings()]
    server.text_document_publish_diagnostics(
        lsp.PublishDiagnosticsParams(uri=uri, version=file.version, diagnostics=diagnostics)
    )


@server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
def opened(params: lsp.DidOpenTextDocumentParams) -> None:
    """Publish the findings of an opened file."""
    _publish(params.text_document.uri)


@server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
def changed(params: lsp.DidChangeTextDocumentParams) -> None:
    """Publish the findings after each change."""
    _publish(params.text_document.uri)


@server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
def closed(params: lsp.DidCloseTextDocumentParams) -> None:
    """Clear the findings of a closed file."""
    server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri=params.text_document.uri, diagnostics=[]))


@server.feature(
    lsp.TEXT_DOCUMENT_CODE_ACTION,
    lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix, lsp.CodeActionKind.SourceFixAll]),
)
def fixes(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """The fixes of the findings in a range, and one action that applies all safe fixes."""
    file = OpenFile.at(params.text_document.uri)
    found = [finding for finding in file.findings() if finding.fix and finding.edits]
    actions = [_action(file, one) for one in found if _overlap(file.range(*one.offsets), params.range)]
    safe = [finding for finding in found if finding.fix and finding.fix.safe]
    if safe:
        changes = file.changes(_without_overlaps(edit for finding in safe for edit in finding.edits))
        actions.append(lsp.CodeAction(title="Apply all safe fixes", kind=lsp.CodeActionKind.SourceFixAll, edit=changes))
    return actions


def _overlap(one: lsp.Range, other: lsp.Range) -> bool:
    def key(position: lsp.Position) -> tuple[int, int]:
        return position.line, position.character

    return key(one.start) <= key(other.end) and key(other.start) <= key(one.end)


def _without_overlaps(edits: Iterable[Edit]) -> list[Edit]:
    """Edits that an editor accepts together: if two overlap or are equal, only the first."""
    kept: list[Edit] = []
    for edit in sorted(set(edits), key=lambda edit: (edit.start, edit.end)):
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return kept


def _action(file: OpenFile, finding: Finding) -> lsp.CodeAction:
    assert finding.fix is not None
    return lsp.CodeAction(
        title=finding.fix.title + ("" if finding.fix.safe else " (may change the meaning)"),
        kind=lsp.CodeActionKind.QuickFix,
        diagnostics=[file.diagnostic(finding)],
        edit=file.changes(finding.edits),
        is_preferred=finding.fix.safe,
    )


@server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=["$", '"']))
def complete(params: lsp.CompletionParams) -> lsp.CompletionList:
    """Keys, variables, properties and values that can be written at the cursor."""
    file = OpenFile.at(params.text_document.uri)
    found = completions(file.document, file.offset(params.position)) if file.is_template else []
    return lsp.CompletionList(is_incomplete=False, items=[_item(file, one) for one in found])


def _item(file: OpenFile, one: Completion) -> lsp.CompletionItem:
    return lsp.CompletionItem(
        label=one.label,
        kind=_KINDS[one.kind],
        detail=one.detail,
        text_edit=lsp.TextEdit(range=file.range(one.start, one.end), new_text=one.text),
    )


@server.feature(lsp.TEXT_DOCUMENT_HOVER)
def hover(params: lsp.HoverParams) -> lsp.Hover | None:
    """The description of the key or variable at the cursor, with its source."""
    file = OpenFile.at(params.text_document.uri)
    found = explanation(file.document, file.offset(params.position)) if file.is_template else None
    if found is None:
        return None
    markdown, start, end = found
    return lsp.Hover(
        contents=lsp.MarkupContent(kind=lsp.MarkupKind.Markdown, value=markdown), range=file.range(start, end)
    )


@server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
def symbols(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
    """The outline: requests, events and properties."""
    file = OpenFile.at(params.text_document.uri)
    return [_symbol(file, one) for one in outline(file.document)] if file.is_template else []


def _symbol(file: OpenFile, one: Symbol) -> lsp.DocumentSymbol:
    return lsp.DocumentSymbol(
        name=one.name,
        detail=one.detail,
        kind=lsp.SymbolKind.Event if not one.children and one.detail else lsp.SymbolKind.Module,
        range=file.range(one.start, one.end),
        selection_range=file.range(one.key_start, one.key_end),
        children=[_symbol(file, child) for child in one.children],
    )


@server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
def prepare_rename(params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder | None:
    """The property at the cursor; nothing else can be renamed."""
    file = OpenFile.at(params.text_document.uri)
    found = property_at(file.document, file.offset(params.position)) if file.is_template else None
    if found is None:
        return None
    name, start, end = found
    return lsp.PrepareRenamePlaceholder(range=file.range(start, end), placeholder=name)


@server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
def rename(params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
    """Rename a property where it is declared and in all its uses.

    Raises:
        JsonRpcInvalidParams: the new name cannot be the name of a property.
    """
    file = OpenFile.at(params.text_document.uri)
    found = property_at(file.document, file.offset(params.position)) if file.is_template else None
    if found is None:
        return None
    problem = name_problem(file.document, params.new_name)
    if problem is not None:
        raise JsonRpcInvalidParams(problem)
    return file.changes(rename_property(file.document, found[0], params.new_name))


def serve() -> None:
    """Serve one editor on stdin and stdout until it sends ``exit``."""
    server.start_io()
