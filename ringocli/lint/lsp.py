"""``ringocli lsp``: the linter in an editor, over stdio (Language Server Protocol 3.17, by pygls).

Diagnostics while typing, quick fixes, completion, hover, an outline and the renaming of properties. This module only
converts positions and messages; the content comes from ``engine``, ``completion`` and ``rename``.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.workspace import TextDocument

from ringocli.errors import RingocliError
from ringocli.lint.completion import Completion, Symbol, completions, explanation, outline
from ringocli.lint.engine import lint
from ringocli.lint.finding import Finding
from ringocli.lint.project import read_suppressions, read_validate_settings, suppressed, suppression_file
from ringocli.lint.rename import property_at, rename_property, why_not
from ringocli.lint.rule import Severity
from ringocli.template.recognition import is_template
from ringocli.text.document import Document
from ringocli.text.edits import Edit
from ringocli.text.version import __version__

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

server = LanguageServer("ringocli", __version__)


def _read(uri: str) -> tuple[TextDocument, Document]:
    text = server.workspace.get_text_document(uri)
    return text, Document.read(uri, text.source)


def _range(text: TextDocument, start: int, end: int) -> lsp.Range:
    """A range of character offsets in the units of the client."""
    return lsp.Range(start=_position(text, start), end=_position(text, end))


def _position(text: TextDocument, offset: int) -> lsp.Position:
    before = text.source[:offset]
    line = before.count("\n")
    column = len(before) - (before.rfind("\n") + 1)
    return text.position_codec.position_to_client_units(text.lines, lsp.Position(line=line, character=column))


def _diagnostic(text: TextDocument, finding: Finding) -> lsp.Diagnostic:
    return lsp.Diagnostic(
        range=_range(text, *finding.offsets),
        message=finding.message,
        severity=_SEVERITIES[finding.severity],
        code=finding.code,
        source="ringocli",
        data={"slug": finding.slug},
    )


def _findings(text: TextDocument, document: Document) -> Sequence[Finding]:
    """The findings in a template, less those that ``ringocli.toml`` or the suppression file beside it exclude."""
    if not is_template(document):
        return ()
    path = Path(text.path or text.uri)
    try:
        chosen = read_validate_settings(path.parent)
        suppressions = read_suppressions(suppression_file(path))
    except RingocliError:  # `validate` reports what is wrong with these files; here every finding is shown
        return lint(document)
    found = lint(document, chosen.selection)
    return suppressed(str(path), found, suppressions, datetime.date.today())[0] if suppressions else found


def _publish(uri: str) -> None:
    text, document = _read(uri)
    found = _findings(text, document)
    server.text_document_publish_diagnostics(
        lsp.PublishDiagnosticsParams(
            uri=uri, version=text.version, diagnostics=[_diagnostic(text, finding) for finding in found]
        )
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
    uri = params.text_document.uri
    text, document = _read(uri)
    found = [finding for finding in _findings(text, document) if finding.fix and finding.edits]
    actions = []
    for finding in found:
        if _overlap(_range(text, *finding.offsets), params.range):
            actions.append(_action(uri, text, finding))
    safe = [finding for finding in found if finding.fix and finding.fix.safe]
    if safe:
        edits = [_edit(text, edit) for finding in safe for edit in finding.edits]
        actions.append(
            lsp.CodeAction(
                title="Apply all safe fixes",
                kind=lsp.CodeActionKind.SourceFixAll,
                edit=lsp.WorkspaceEdit(changes={uri: edits}),
            )
        )
    return actions


def _overlap(one: lsp.Range, other: lsp.Range) -> bool:
    def key(position: lsp.Position) -> tuple[int, int]:
        return position.line, position.character

    return key(one.start) <= key(other.end) and key(other.start) <= key(one.end)


def _edit(text: TextDocument, edit: Edit) -> lsp.TextEdit:
    return lsp.TextEdit(range=_range(text, edit.start, edit.end), new_text=edit.replacement)


def _action(uri: str, text: TextDocument, finding: Finding) -> lsp.CodeAction:
    assert finding.fix is not None
    return lsp.CodeAction(
        title=finding.fix.title + ("" if finding.fix.safe else " (may change the meaning)"),
        kind=lsp.CodeActionKind.QuickFix,
        diagnostics=[_diagnostic(text, finding)],
        edit=lsp.WorkspaceEdit(changes={uri: [_edit(text, edit) for edit in finding.edits]}),
        is_preferred=finding.fix.safe,
    )


@server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=["$", '"']))
def complete(params: lsp.CompletionParams) -> lsp.CompletionList:
    """Keys, variables, properties and values that can be written at the cursor."""
    text, document = _read(params.text_document.uri)
    found = completions(document, text.offset_at_position(params.position)) if is_template(document) else []
    return lsp.CompletionList(is_incomplete=False, items=[_item(text, one) for one in found])


def _item(text: TextDocument, one: Completion) -> lsp.CompletionItem:
    return lsp.CompletionItem(
        label=one.label,
        kind=_KINDS[one.kind],
        detail=one.detail,
        text_edit=lsp.TextEdit(range=_range(text, one.start, one.end), new_text=one.text),
    )


@server.feature(lsp.TEXT_DOCUMENT_HOVER)
def hover(params: lsp.HoverParams) -> lsp.Hover | None:
    """The description of the key or variable at the cursor, with its source."""
    text, document = _read(params.text_document.uri)
    found = explanation(document, text.offset_at_position(params.position)) if is_template(document) else None
    if found is None:
        return None
    markdown, start, end = found
    return lsp.Hover(
        contents=lsp.MarkupContent(kind=lsp.MarkupKind.Markdown, value=markdown), range=_range(text, start, end)
    )


@server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
def symbols(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
    """The outline: requests, events and properties."""
    text, document = _read(params.text_document.uri)
    return [_outlined(text, one) for one in outline(document)] if is_template(document) else []


def _outlined(text: TextDocument, one: Symbol) -> lsp.DocumentSymbol:
    return lsp.DocumentSymbol(
        name=one.name,
        detail=one.detail,
        kind=lsp.SymbolKind.Event if not one.children and one.detail else lsp.SymbolKind.Module,
        range=_range(text, one.start, one.end),
        selection_range=_range(text, one.key_start, one.key_end),
        children=[_outlined(text, child) for child in one.children],
    )


@server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
def prepare_rename(params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder | None:
    """The property at the cursor; nothing else can be renamed."""
    text, document = _read(params.text_document.uri)
    found = property_at(document, text.offset_at_position(params.position)) if is_template(document) else None
    if found is None:
        return None
    name, start, end = found
    return lsp.PrepareRenamePlaceholder(range=_range(text, start, end), placeholder=name)


@server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
def rename(params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
    """Rename a property where it is declared and in all its uses.

    Raises:
        JsonRpcInvalidParams: the new name cannot be the name of a property.
    """
    text, document = _read(params.text_document.uri)
    found = property_at(document, text.offset_at_position(params.position)) if is_template(document) else None
    if found is None:
        return None
    problem = why_not(document, params.new_name)
    if problem is not None:
        raise JsonRpcInvalidParams(problem)
    edits = rename_property(document, found[0], params.new_name)
    return lsp.WorkspaceEdit(changes={params.text_document.uri: [_edit(text, edit) for edit in edits]})


def serve() -> None:
    """Serve one editor on stdin and stdout until it sends ``exit``."""
    server.start_io()
