"""Command lines as bash reads them, by its grammar (tree-sitter-bash): quoting, here-documents, pipes, assignments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ringocli.importers.command import Command, is_curl, rejoined
from ringocli.importers.placeholders import CLOSE, OPEN

_SHIELDED = {"<": "\ue010", ">": "\ue011", " ": "\ue012", "&": "\ue013", "(": "\ue014", ")": "\ue015", "#": "\ue016"}
_UNSHIELD = str.maketrans({private: char for char, private in _SHIELDED.items()})


@dataclass(slots=True)
class _Script:
    """What was found so far, in the order of the text."""

    commands: list[Command] = field(default_factory=list)
    assigned: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def bash_commands(text: str, notes: list[str]) -> list[Command]:
    """Every command of a text, in order; what was mended goes to ``notes``."""
    # The grammar's scanner looks what follows a brace up in a table that ends before these: it would crash.
    text = re.sub("(?<=[{.0-9])[\U00030000-\U0010ffff]+", "", text)
    script = _Script(notes=notes)
    text = _shielded(_with_apostrophes(text, script.notes), script.notes)
    source, root = _parsed(text)
    if source != text:
        script.notes.append("a quote that was never closed was closed at the end")
    _visit(root, source, script, None)
    return [
        replace(command, words=tuple(word.translate(_UNSHIELD) for word in command.words))
        for command in rejoined(script.commands, script.notes)
    ]


def _parsed(text: str) -> tuple[str, Any]:
    """The text and its syntax tree; with a quote added at the end where that alone makes it whole."""
    import tree_sitter
    import tree_sitter_bash

    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))
    trees = []
    for ending in ("", "'", '"'):
        source = text.rstrip() + ending + "\n" if ending else text
        tree = parser.parse(source.encode())
        if not tree.root_node.has_error:
            return source, tree.root_node
        trees.append((source, tree.root_node))
    return trees[0]


def _with_apostrophes(text: str, notes: list[str]) -> str:
    """JSON between single quotes with an apostrophe in it (``'{"text": "It's"}'``), which a shell would cut."""

    def escaped(found: re.Match[str]) -> str:
        inside = found.group(1)
        if not re.search(r"\w'\w", inside) or "'\\''" in inside or "'\"'" in inside or "' " in inside:
            return found.group()
        notes.append("an apostrophe inside the quoted JSON was kept as text")
        return "'" + inside.replace("'", "'\\''") + "'"

    return re.sub(r"'(\s*[{\[].*?[}\]]\s*)'(?=\s|\\|$)", escaped, text, flags=re.S)


def _shielded(text: str, notes: list[str]) -> str:
    """Characters that a shell would act on, but that a page means as they stand, behind private ones.

    They are an unquoted ``<name>`` or ``(name)``, and an unquoted ``&`` in the middle of an address.
    """
    found: list[str] = []
    quote, index, word = "", 0, 0
    placeholder = re.compile(r"<[A-Za-z_][^<>|;\n'\"`]{0,60}[\w)]>|<[A-Za-z_]>")
    while index < len(text):
        char = text[index]
        if quote:
            if char == "\\" and quote == '"':
                index += 1
            elif char == quote:
                quote = ""
        elif char == "\\":
            index += 1
        elif char in "'\"":
            quote = char
        elif char.isspace():
            word = index + 1
        elif text.startswith("<<", index):
            break  # a here-document: what follows is text
        elif char == "<" and (match := placeholder.match(text, index)):
            shield = "".join(_SHIELDED.get(inner, inner) for inner in match.group())
            text = text[:index] + shield + text[match.end() :]
            index = match.end()
            found.append("an unquoted <placeholder> was read as text")
            continue
        elif char == "&" and _is_inside_word(text, index) and re.search(r"[?=]", text[word:index]):
            text = text[:index] + _SHIELDED["&"] + text[index + 1 :]
            found.append(
                "an unquoted & in the address was read as part of it; a shell would have cut the command there"
            )
        elif char in "()" and re.search(r"://", text[word:index]):
            text = text[:index] + _SHIELDED[char] + text[index + 1 :]
        index += 1
    notes += dict.fromkeys(found)
    return text


def _is_inside_word(text: str, index: int) -> bool:
    before, after = text[index - 1 : index], text[index + 1 : index + 2]
    return bool(before.strip()) and bool(after.strip()) and before not in "&>" and after not in "&>|"


def _visit(node: Any, source: str, script: _Script, stdin: str | None) -> None:
    """Collect the commands below a node."""
    if node.type == "command":
        _take_command(node, source, script, stdin)
    elif node.type == "variable_assignment":
        _take_assignment(node, source, script)
    elif node.type == "redirected_statement":
        _take_redirected(node, source, script, stdin)
    elif node.type == "pipeline":
        _take_pipeline(node, source, script, stdin)
    else:
        for child in node.children:
            _visit(child, source, script, stdin)


def _take_assignment(node: Any, source: str, script: _Script) -> None:
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if name is None:
        return
    for child in _descendants(node, "command_substitution"):
        _visit_inner(child, source, script)
    text = _text(value, source, script) if value is not None else ""
    if OPEN not in text:
        script.assigned[_raw(name)] = text


def _take_command(node: Any, source: str, script: _Script, stdin: str | None) -> None:
    words: list[str] = []
    for child in node.children:
        if child.type == "command_name":
            words.append(_text(child, source, script))
        elif child.type == "variable_assignment":
            _take_assignment(child, source, script)
        elif child.type == "herestring_redirect":
            stdin = _text(child.named_children[0], source, script) + "\n" if child.named_children else None
        elif child.type == "file_redirect":
            words += _after_redirect(child, source, script)
        elif child.is_named and child.type != "comment":
            words.append(_text(child, source, script))
    if words and not is_curl(words):
        for child in _descendants(node, "command_substitution"):
            _visit_inner(child, source, script)
    if words:
        script.commands.append(Command(words=tuple(words), stdin=stdin))


def _visit_inner(node: Any, source: str, script: _Script) -> None:
    """The commands inside ``$(...)``, where only a curl command is of interest."""
    inner = _Script(assigned=script.assigned, notes=script.notes)
    for child in node.children:
        _visit(child, source, inner, None)
    script.commands += [command for command in inner.commands if is_curl(command.words)]


def _after_redirect(node: Any, source: str, script: _Script) -> list[str]:
    """Words behind a redirection's target, which the grammar counts to it."""
    targets = [child for child in node.named_children if child.type != "file_descriptor"]
    return [_text(child, source, script) for child in targets[1:]]


def _take_redirected(node: Any, source: str, script: _Script, stdin: str | None) -> None:
    extra: list[str] = []
    for child in node.children_by_field_name("redirect"):
        if child.type == "heredoc_redirect":
            body = next((part for part in child.children if part.type == "heredoc_body"), None)
            stdin = _heredoc(child, body, source, script) if body is not None else ""
            extra += [_text(part, source, script) for part in child.children_by_field_name("argument")]
        elif child.type == "herestring_redirect" and child.named_children:
            stdin = _text(child.named_children[0], source, script) + "\n"
        elif child.type == "file_redirect":
            extra += _after_redirect(child, source, script)
            if any(part.type == "<" for part in child.children):
                stdin = None
    body = node.child_by_field_name("body")
    if body is None:
        return
    before = len(script.commands)
    _visit(body, source, script, stdin)
    if extra and len(script.commands) > before:
        last = script.commands[-1]
        script.commands[-1] = replace(last, words=(*last.words, *extra))


def _heredoc(redirect: Any, body: Any, source: str, script: _Script) -> str:
    start = next((part for part in redirect.children if part.type == "heredoc_start"), None)
    raw = _raw(body)
    quoted = start is not None and any(mark in _raw(start) for mark in "'\"\\")
    text = raw if quoted else _with_expansions(body, body.start_byte, body.end_byte, source, script, _heredoc_plain)
    if any(part.type == "<<-" for part in redirect.children):
        text = re.sub(r"(?m)^\t+", "", text)
    return text


def _heredoc_plain(text: str) -> str:
    return re.sub(r"\\([$`\\])", r"\1", text.replace("\\\n", ""))


def _take_pipeline(node: Any, source: str, script: _Script, stdin: str | None) -> None:
    for child in node.named_children:
        before = len(script.commands)
        _visit(child, source, script, stdin)
        taken = script.commands[before:]
        stdin = _printed(taken[-1]) if taken else None


def _printed(command: Command) -> str | None:
    """What a command before a pipe prints, where the paste shows it: ``echo``, ``printf '%s'``, ``cat <<EOF``."""
    name, *words = command.words
    if name == "cat" and not words:
        return command.stdin
    if name == "echo":
        options = [word for word in words if re.fullmatch(r"-[neE]+", word)]
        end = "" if any("n" in option for option in options) else "\n"
        return " ".join(word for word in words if word not in options) + end
    if name == "printf" and words:
        return words[1] if len(words) == 2 and words[0] in ("%s", "%s\\n") else words[0] if len(words) == 1 else None
    return None


def _substituted(node: Any, source: str, script: _Script) -> str | None:
    """What ``$(cat <<EOF ...)`` or ``$(echo '...')`` stands for, since the text is all there; None for all else."""
    inner = _Script(assigned=dict(script.assigned))
    for child in node.children:
        _visit(child, source, inner, None)
    piped = any(child.type == "pipeline" for child in node.children)
    printed = _printed(inner.commands[0]) if len(inner.commands) == 1 and not piped else None
    return printed.rstrip("\n") if printed is not None else None


def _raw(node: Any) -> str:
    return str(node.text.decode())


def _descendants(node: Any, kind: str) -> Iterator[Any]:
    for child in node.children:
        if child.type == kind:
            yield child
        else:
            yield from _descendants(child, kind)


def _text(node: Any, source: str, script: _Script) -> str:
    """A word as the shell would pass it, expansions marked."""
    if node.type == "raw_string":
        return _raw(node)[1:-1]
    if node.type == "ansi_c_string":
        return _ansi_c(_raw(node)[2:-1])
    if node.type in ("string", "translated_string"):
        start = node.start_byte + (2 if _raw(node).startswith("$") else 1)
        end = node.end_byte - 1 if _raw(node).endswith('"') else node.end_byte
        return _with_expansions(node, start, end, source, script, _double_quoted)
    if node.type in ("simple_expansion", "expansion"):
        return _expansion(node, script)
    if node.type == "command_substitution":
        if (printed := _substituted(node, source, script)) is not None:
            return printed
        return f"{OPEN}({_raw(node).strip().strip('$`').removeprefix('(').removesuffix(')')}){CLOSE}"
    if node.type in ("concatenation", "command_name") or (node.children and node.type != "word"):
        return _with_expansions(node, node.start_byte, node.end_byte, source, script, _unquoted)
    return _unquoted(_raw(node))


def _with_expansions(node: Any, start: int, end: int, source: str, script: _Script, plain: Any) -> str:
    """The text between two bytes: children by their own rule, the rest by ``plain``."""
    content = source.encode()
    parts, at = [], start
    for child in node.children:
        if not child.is_named or child.type in ("string_content", "heredoc_content", "word", "number"):
            continue
        if child.start_byte < at or child.end_byte > end:
            continue
        # Inside quotes the grammar counts blanks before an expansion to the expansion. Only the shell's own blanks,
        # a byte each: offsets are bytes, and others (U+0085, U+00A0) take more.
        blanks = len(_raw(child)) - len(_raw(child).lstrip(" \t\r\n")) if child.type != "string" else 0
        parts += [plain(content[at : child.start_byte + blanks].decode()), _text(child, source, script)]
        at = child.end_byte
    parts.append(plain(content[at:end].decode()))
    return "".join(parts)


def _expansion(node: Any, script: _Script) -> str:
    name = next(
        (_raw(child) for child in node.children if child.type in ("variable_name", "special_variable_name")), ""
    )
    if name in script.assigned:
        return script.assigned[name]
    return f"{OPEN}{name or _raw(node).strip('${}')}{CLOSE}"


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text.replace("\\\n", ""), flags=re.S)


def _double_quoted(text: str) -> str:
    return re.sub(r"\\([$`\"\\])", r"\1", text.replace("\\\n", ""))


_ANSI = {"a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def _ansi_c(text: str) -> str:
    r"""``$'...'``: the escapes of C, with ``\xHH`` and ``\NNN`` as bytes of UTF-8."""

    def character(found: re.Match[str]) -> str:
        code = found.group(1)
        if code[0] in "uU" and len(code) > 1:
            number = int(code[1:], 16)
            return chr(number) if number < 0x110000 else "\ufffd"
        if code[0] == "x" and len(code) > 1:
            return chr(int(code[1:], 16))
        if code[0] in "01234567":
            return chr(int(code, 8) & 0xFF)
        return _ANSI.get(code, code if code in "\\'\"?" else "\\" + code)

    escape = r"\\(u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)"
    runs = re.compile(r"(?:\\x[0-9a-fA-F]{1,2}|\\[0-7]{1,3})+")

    def octets(found: re.Match[str]) -> str:
        plain = re.sub(escape, character, found.group())
        return plain.encode("latin-1").decode("utf-8", "replace").replace("\\", "\\\\")

    return re.sub(escape, character, runs.sub(octets, text), flags=re.S)
