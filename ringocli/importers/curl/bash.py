"""Splits bash scripts into commands with tree-sitter-bash: quoting, here-documents, pipes, assignments."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from ringocli.errors import LocalError
from ringocli.importers.curl.commands import Command, Expansions, is_curl, rejoined
from ringocli.importers.curl.output import predicted_output
from ringocli.importers.curl.quoting import ansi_c, double_quoted, heredoc_plain, unquoted
from ringocli.importers.curl.repair import shielded, unshielded, with_apostrophes
from ringocli.importers.learn.credential_places import declares_credential
from ringocli.importers.learn.placeholders import CLOSE, OPEN

MAX_PARSE_S = 3.0
"""How long the grammar may take; a real command takes milliseconds, a page of nothing but operators minutes."""

_OPERATORS = re.compile(r"[|<>&;]{200}")
"""A row of operators: the grammar takes quadratic time for it, and cannot be interrupted."""


@dataclass(slots=True)
class _Script:
    """A script, and what has been found in it so far, in source order."""

    source: str
    commands: list[Command] = field(default_factory=list)
    assigned: dict[str, str] = field(default_factory=dict)
    arrays: dict[str, list[str]] = field(default_factory=dict)
    functions: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    expansions: Expansions = field(default_factory=Expansions)

    def within(self) -> _Script:
        """A copy with the same variables and functions but no commands, for the inside of a substitution."""
        return replace(self, commands=[], notes=[])

    def raw(self, node: Any) -> str:
        """The source text of a node; ``_in_ascii`` makes byte offsets equal character offsets."""
        return self.source[node.start_byte : node.end_byte]


def bash_commands(text: str, notes: list[str]) -> list[Command]:
    """Every command of a script, in order; repairs are reported in ``notes``.

    Raises:
        LocalError: it is too complex.
    """
    text = shielded(with_apostrophes(text, notes), notes)
    source, root = _parsed(text)
    script = _Script(source=source, notes=notes)
    if source != text:
        notes.append("an unclosed quote was closed at the end")
    try:
        _visit(root, script, None)
    except RecursionError:
        raise _too_complex() from None
    declared = {name: value for name, value in script.assigned.items() if declares_credential(name, value)}
    return [
        replace(command, words=tuple(unshielded(word) for word in command.words), declared=declared)
        for command in rejoined(script.commands, script.notes)
    ]


def _parsed(text: str) -> tuple[str, Any]:
    """The text and its syntax tree; a closing quote is added at the end if that alone makes the script valid.

    Raises:
        LocalError: the grammar needs too long.
    """
    import tree_sitter
    import tree_sitter_bash

    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))
    trees = []
    if _OPERATORS.search(text):
        raise _too_complex()
    ends = time.monotonic() + MAX_PARSE_S
    for ending in ("", "'", '"'):
        source = text.rstrip() + ending + "\n" if ending else text
        octets = _in_ascii(source)
        try:
            tree = parser.parse(
                partial(_piece, octets),
                progress_callback=lambda offset, has_error: time.monotonic() > ends,
            )
        except ValueError:  # stopped
            raise _too_complex() from None
        if not tree.root_node.has_error:
            return source, tree.root_node
        trees.append((source, tree.root_node))
    return trees[0]


def _piece(octets: bytes, start: int, point: object) -> bytes:
    """Some bytes from an offset on: the grammar reports its progress only if it reads pieces."""
    return octets[start : start + 65_536]


def _too_complex() -> LocalError:
    return LocalError("the shell command is too complex to be read", "Paste only the curl command.")


def _in_ascii(text: str) -> bytes:
    """The text with "." in place of each non-ASCII character, so that byte offsets equal character offsets.

    The grammar's scanner indexes C library tables that end at 255 and crashes or misreads beyond them.
    """
    return re.sub(r"[^\t\n\x20-\x7e]", ".", text).encode()


def _visit(node: Any, script: _Script, stdin: str | None) -> None:
    """Collect the commands below a node."""
    if node.type == "command":
        _take_command(node, script, stdin)
    elif node.type == "variable_assignment":
        _take_assignment(node, script)
    elif node.type == "function_definition":
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is not None and body is not None:
            script.functions[script.raw(name)] = body
            _visit(body, script, None)
    elif node.type == "redirected_statement":
        _take_redirected(node, script, stdin)
    elif node.type == "pipeline":
        _take_pipeline(node, script, stdin)
    else:
        for child in node.children:
            _visit(child, script, stdin)


def _take_assignment(node: Any, script: _Script) -> None:
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if name is None:
        return
    for child in _descendants(node, "command_substitution"):
        _visit_inner(child, script)
    if value is not None and value.type == "array":
        added = any(child.type == "+=" for child in node.children)
        before = script.arrays.get(script.raw(name), []) if added else []
        script.arrays[script.raw(name)] = before + [_text(child, script) for child in value.named_children]
        return
    text = _text(value, script) if value is not None else ""
    if any(child.type == "+=" for child in node.children):
        text = script.assigned.get(script.raw(name), "") + text
    if OPEN not in text:
        script.assigned[script.raw(name)] = text


def _take_command(node: Any, script: _Script, stdin: str | None) -> None:
    words: list[str] = []
    end = None
    for child in node.children:
        is_continued, end = child.start_byte == end, child.end_byte
        if child.type == "command_name":
            words.append(_text(child, script))
        elif child.type == "variable_assignment":
            _take_assignment(child, script)
        elif child.type == "herestring_redirect":
            stdin = _text(child.named_children[0], script) + "\n" if child.named_children else None
        elif child.type == "file_redirect":
            words += _after_redirect(child, script)
        elif child.type == "process_substitution" and words and words[-1].endswith("@"):
            words[-1] += "-"
            stdin = _known_output(child, script)
        elif (elements := _array_words(child, script)) is not None:
            words += elements
        elif is_continued and words and words[-1].endswith("$"):
            words[-1] = words[-1][:-1] + _after_dollar(child, script)
        elif child.is_named and child.type != "comment":
            words.append(_text(child, script))
    if words and not is_curl(words):
        for child in _descendants(node, "command_substitution"):
            _visit_inner(child, script)
    if words[:1] == ["read"] and stdin is not None:
        script.assigned[words[-1]] = stdin.rstrip("\n")
    elif words:
        script.commands.append(Command(words=tuple(words), stdin=stdin, files=script.files))


def _after_dollar(node: Any, script: _Script) -> str:
    """A variable's name and the rest of its word: the grammar ends ``$HOST/$PATH/sms`` after the second ``$``."""
    name = re.match(r"\w*", script.raw(node)).group()  # type: ignore[union-attr]  # it matches anywhere
    rest = _with_expansions(node, node.start_byte + len(name), node.end_byte, script, unquoted)
    return _expanded(name, script) + rest if name else f"${rest}"


def _visit_inner(node: Any, script: _Script) -> None:
    """Collect the curl commands inside ``$(...)``; other commands there are ignored."""
    inner = script.within()
    for child in node.children:
        _visit(child, inner, None)
    script.commands += [command for command in inner.commands if is_curl(command.words)]


def _array_words(node: Any, script: _Script) -> list[str] | None:
    """The words of an array that the paste itself assigns, for ``"${ARGS[@]}"``; None for anything else."""
    found = re.fullmatch(r'"?\$\{(\w+)\[[@*]\]\}"?', script.raw(node))
    return script.arrays.get(found.group(1)) if found else None


def _after_redirect(node: Any, script: _Script) -> list[str]:
    """Words after a redirection's target, which the grammar attaches to the redirection.

    A target with a substitution in it (``log-$(date).txt``) is several nodes without a space between them.
    """
    words: list[str] = []
    end = None
    for child in node.named_children:
        if child.type == "file_descriptor":
            continue
        if end is None or child.start_byte > end:
            words.append(_text(child, script))
        else:
            words[-1] += _text(child, script)
        end = child.end_byte
    return words[1:]


def _take_redirected(node: Any, script: _Script, stdin: str | None) -> None:
    extra: list[str] = []
    for child in node.children_by_field_name("redirect"):
        if child.type == "heredoc_redirect":
            body = next((part for part in child.children if part.type == "heredoc_body"), None)
            stdin = _heredoc(child, body, script) if body is not None else ""
            extra += [_text(part, script) for part in child.children_by_field_name("argument")]
        elif child.type == "herestring_redirect" and child.named_children:
            stdin = _text(child.named_children[0], script) + "\n"
        elif child.type == "file_redirect":
            extra += _after_redirect(child, script)
            if any(part.type == "<" for part in child.children):
                stdin = None
    body = node.child_by_field_name("body")
    if body is None:
        return
    before = len(script.commands)
    _visit(body, script, stdin)
    if extra and len(script.commands) > before:
        last = script.commands[-1]
        script.commands[-1] = replace(last, words=(*last.words, *extra))
    if len(script.commands) > before and (text := predicted_output(script.commands[-1])) is not None:
        script.files |= dict.fromkeys(_redirect_targets(node, script), text)
    for child in _descendants(node, "pipeline") if len(script.commands) > before else ():
        _take_pipeline(child, script, predicted_output(script.commands[-1]))


def _redirect_targets(node: Any, script: _Script) -> list[str]:
    """The files that a command's output is redirected to."""
    redirects = [child for child in node.children_by_field_name("redirect") if child.type == "file_redirect"]
    return [
        _text(redirect.named_children[0], script)
        for redirect in redirects
        if redirect.named_children and redirect.children[0].type in (">", ">|")
    ]


def _heredoc(redirect: Any, body: Any, script: _Script) -> str:
    start = next((part for part in redirect.children if part.type == "heredoc_start"), None)
    raw = script.raw(body)
    quoted = start is not None and any(mark in script.raw(start) for mark in "'\"\\")
    text = raw if quoted else _with_expansions(body, body.start_byte, body.end_byte, script, heredoc_plain)
    if any(part.type == "<<-" for part in redirect.children):
        text = re.sub(r"(?m)^\t+", "", text)
    return text


def _take_pipeline(node: Any, script: _Script, stdin: str | None) -> None:
    for child in node.named_children:
        before = len(script.commands)
        _visit(child, script, stdin)
        taken = script.commands[before:]
        stdin = predicted_output(taken[-1]) if taken else None


def _known_output(node: Any, script: _Script) -> str | None:
    """The output of ``$(cat <<EOF ...)``, ``$(echo ... | base64)`` or a function of the paste; None if unknown."""
    inner = script.within()
    statements = [child for child in node.named_children if child.type != "comment"]
    if len(statements) != 1:
        return None
    _visit(statements[0], inner, None)
    if len(inner.commands) == 1 and (body := script.functions.get(inner.commands[0].words[0])) is not None:
        inner = replace(inner.within(), functions={})
        _visit(body, inner, None)
        if len(inner.commands) != 1:
            return None
    return predicted_output(inner.commands[-1]) if inner.commands else None


def _descendants(node: Any, kind: str) -> Iterator[Any]:
    for child in node.children:
        if child.type == kind:
            yield child
        else:
            yield from _descendants(child, kind)


def _text(node: Any, script: _Script) -> str:
    """A word as the shell would pass it, with expansions marked."""
    if node.type == "raw_string":
        return script.raw(node)[1:-1]
    if node.type == "ansi_c_string":
        return ansi_c(script.raw(node)[2:-1])
    if node.type in ("string", "translated_string"):
        start = node.start_byte + (2 if script.raw(node).startswith("$") else 1)
        end = node.end_byte - 1 if script.raw(node).endswith('"') else node.end_byte
        return _with_expansions(node, start, end, script, double_quoted)
    if node.type in ("simple_expansion", "expansion"):
        return _expanded(script.raw(node).strip().strip("${}"), script)
    if node.type == "command_substitution":
        if (output := _known_output(node, script)) is not None:
            return output.rstrip("\n")
        return f"{OPEN}({script.raw(node).strip().strip('$`').removeprefix('(').removesuffix(')')}){CLOSE}"
    if node.type == "arithmetic_expansion":
        return f"{OPEN}({script.raw(node).removeprefix('$((').removesuffix('))')}){CLOSE}"
    if _BRACES.search(re.sub(_QUOTED, "", script.raw(node))):
        script.notes.append("an unquoted {…,…} was read as written; a shell would make a word of each part")
    if node.type in ("concatenation", "command_name") or (node.children and node.type != "word"):
        text = _with_expansions(node, node.start_byte, node.end_byte, script, unquoted)
    else:
        text = unquoted(script.raw(node))
    return _at_home(script.raw(node), text)


_QUOTED = r"""\\.|'[^']*'|"(?:\\.|[^"\\])*"|\$\{[^}]*\}"""
_BRACES = re.compile(r"\{[^{}\s]*(?:,|\.\.)[^{}\s]*\}")


def _at_home(raw: str, text: str) -> str:
    """A word with the ``~`` at its beginning, or after its first ``=``, as the variable ``$HOME``."""
    if "~" not in raw:
        return text
    return (
        re.sub(r"(?<![^=])~(?=/|$)", f"{OPEN}HOME{CLOSE}", text, count=1)
        if re.match(r"(?:[\w-]*=)?~(?:/|$)", raw)
        else text
    )


def _with_expansions(node: Any, start: int, end: int, script: _Script, plain: Any) -> str:
    """The text between two offsets: expansions by their own rules, everything else unescaped by ``plain``."""
    parts, at = [], start
    for child in node.children:
        if not child.is_named or child.type in ("string_content", "heredoc_content", "word", "number"):
            continue
        if child.start_byte < at or child.end_byte > end:
            continue
        # Inside quotes the grammar includes the spaces before an expansion in the expansion.
        spaces = len(script.raw(child)) - len(script.raw(child).lstrip(" \t\r\n")) if child.type != "string" else 0
        parts += [plain(script.source[at : child.start_byte + spaces]), _text(child, script)]
        at = child.end_byte
    parts.append(plain(script.source[at:end]))
    return "".join(parts)


def _expanded(inside: str, script: _Script) -> str:
    """The value of a variable, or the marked text between ``${`` and ``}``."""
    named = re.fullmatch(
        r"!?([A-Za-z_]\w*)(?:\[(\d+)\]|:?[-=?].*|##?(?P<prefix>[^*?\[]+)|%%?(?P<suffix>[^*?\[]+))?", inside, re.S
    )
    if named is None:
        # $1 and $# are set by the shell, not by the user; ${TO:2} is computed from a variable
        return f"{OPEN}({inside}){CLOSE}"
    name, index = named.groups()[:2]
    if index is not None:
        elements = script.arrays.get(name, [])
        return elements[int(index)] if int(index) < len(elements) else f"{OPEN}{name}{CLOSE}"
    value = script.assigned.get(name)
    if value is None or declares_credential(name, value):
        return f"{OPEN}{name}{CLOSE}"
    return script.expansions.counted(value.removeprefix(named["prefix"] or "").removesuffix(named["suffix"] or ""))
