"""Repairs commands that documentation pages break, before a shell's grammar reads them; each repair adds a note."""

from __future__ import annotations

import html
import re

from ringocli.importers.curl.option_names import FLAGS, LETTERS, VALUED

_CURLY = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'"})
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_ENTITY = re.compile(r"&(?:quot|apos|lt|gt|amp|#0*3[49]|#[xX]0*2[27]);")
_HIGHLIGHTED = re.compile(r"(?:(?!\bcurl\b).)*<(?:pre|code|span|div|p)\b[^<>]*>[\s$]*curl\b", re.I | re.S)
_TAG = re.compile(r"</?(?:pre|code|span|div|p)\b[^<>]*>", re.I)
_LINKED = re.compile(r"<(https?://[^\s<>|]+)(?:\|[^<>\n]*)?>|\[(https?://[^\s\[\]]+)\]\(https?://[^\s()]+\)")
"""A URL as chat programs (``<URL|label>``) and Markdown (``[URL](URL)``) write it."""
_NUMBERED = re.compile(r"[ \t]*(\d{1,4})(?:[ \t]*[|:.)])?(?:[ \t]|$)")
_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]")
_SHIELDED = {"<": "\ue010", ">": "\ue011", " ": "\ue012", "&": "\ue013", "(": "\ue014", ")": "\ue015", "#": "\ue016"}
_LONG_DASH = re.compile(r"(?<=\s)-*[–—][–—-]*(?=([\w-]+))")
_PROMPT = re.compile(
    r"^[ \t]*(?:PS +[A-Za-z]:[^\n'\"<>|]{0,60}> *"
    r"|(?:[A-Za-z]:[^\n'\"<>|]{0,60}> *|[^\n'\"<>|&;=]{0,60}[$%#❯➜»] +|> +)(?=(?:sudo +)?curl\b))"
)
_PROSE = re.compile(r"(?m)^[A-Z][\w’'-]*,?(?: [\w’',;:.()/-]+){2,}$\n?")
_OPENED = re.compile(f"[({_SHIELDED['(']}]")
_UNSHIELD = str.maketrans({private: char for char, private in _SHIELDED.items()})


def without_page_markup(text: str, notes: list[str]) -> str:
    """The text without what a web page adds: code fences, prompts, HTML entities, curly quotes, unusual spaces."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _INVISIBLE.search(text):
        text = _INVISIBLE.sub("", text)
        notes.append("invisible characters were removed")
    text = _SPACES.sub(" ", text)
    text = re.sub(r"(?m)^(?:```.*|\{(?:code|noformat)(?::[^{}\n]*)?\}[ \t]*)\n?", "", text)
    text = _without_line_numbers(text, notes)
    if _HIGHLIGHTED.match(text):
        text = _TAG.sub("", re.sub(r"<br\b[^<>]*>", "\n", text))
        notes.append("HTML tags were removed")
    if _ENTITY.search(text):
        text = html.unescape(text)
        notes.append("HTML entities such as &quot; were decoded")
    if re.search(r"(?m)(?:^|\s)[“”‘’]|[“”‘’](?:\s|$|\\)", text):
        text = re.sub(r"(?<!\w)[‘’‚]|[‘’‚](?!\w)|[“”„]", lambda curly: curly.group().translate(_CURLY), text)
        notes.append("curly quotes were read as straight quotes")
    for signs, quote in (("′´", "'"), ("″", '"')):
        if quote not in text and re.search(rf"(?<=[\s:={{,])[{signs}]", text):
            text = re.sub(f"[{signs}]", quote, text)
            notes.append("prime and accent signs were read as quotes")
    if (linked := _LINKED.sub(lambda link: link.group(1) or link.group(2), text)) != text:
        text = linked
        notes.append("the markup around a link was dropped")
    if _LONG_DASH.search(text):
        repaired = _LONG_DASH.sub(_dashes, text)
        if repaired != text:
            notes.append("a long dash before an option was read as - or --")
        text = repaired
    text = _without_prompts(_without_prose(text), notes)
    parted = re.sub(r"(?<=[\w}\]])(['\"])\\?(?=--[a-z][a-z-]+[ =])", r"\1 ", text)
    if parted != text:
        text = parted
        notes.append("a missing space before an option was added")
    repaired = re.sub(r"\\[ \t]+(?:#[^\n]*)?(?=\n)", r"\\", text)
    if repaired != text:
        notes.append("spaces or a comment after a \\ at the end of a line were dropped")
    return repaired


def _without_line_numbers(text: str, notes: list[str]) -> str:
    """The text without the numbers of an editor or a web page, if each line has one that follows the previous one."""
    lines = [line for line in text.split("\n") if line.strip()]
    numbers = [_NUMBERED.match(line) for line in lines]
    counted = [int(number.group(1)) for number in numbers if number is not None]
    if len(counted) < 2 or counted != list(range(counted[0], counted[0] + len(lines))):
        return text
    notes.append("line numbers were removed")
    return "\n".join(line[number.end() :] for line, number in zip(lines, numbers, strict=True) if number is not None)


def _dashes(found: re.Match[str]) -> str:
    """``-`` or ``--`` for a long dash that one of curl's options follows; any other dash unchanged."""
    name = found.group(1)
    if len(name) == 1:
        return "-" if name in LETTERS else found.group()
    return "--" if name in VALUED or name in FLAGS else found.group()


def _without_prose(text: str) -> str:
    """The text without the sentences before the command, whose apostrophes would open quotes."""
    start = re.search(r"\bcurl(?:\.exe)?\s+[-'\"h$]", text)
    before = text[: start.start()].rpartition("\n")[0] if start else ""
    return _PROSE.sub("", before) + text[len(before) :]


def _without_prompts(text: str, notes: list[str]) -> str:
    """The text without shell prompts, including the ``>`` of continuation lines."""
    lines, goes_on = [], False
    for line in text.split("\n"):
        bare = _PROMPT.sub("", line)
        if bare != line:
            goes_on = True
        elif goes_on and re.match(r"[ \t]*>(?: |$)", line):
            bare = re.sub(r"^[ \t]*> ?", "", line)
        else:
            goes_on = False
        lines.append(bare)
    repaired = "\n".join(lines)
    if repaired != text:
        notes.append("the prompt before the command was dropped")
    return repaired


def with_apostrophes(text: str, notes: list[str]) -> str:
    """The text with apostrophes inside single-quoted JSON escaped: ``'{"text": "It's"}'`` would end at the apostrophe."""

    def escaped(found: re.Match[str]) -> str:
        inside = found.group(1)
        if not re.search(r"\w'\w", inside) or "'\\''" in inside or "'\"'" in inside or "' " in inside:
            return found.group()
        notes.append("an apostrophe inside the quoted JSON was kept as text")
        return "'" + inside.replace("'", "'\\''") + "'"

    return re.sub(r"'(\s*[{\[].*?[}\]]\s*)'(?=\s|\\|$)", escaped, text, flags=re.S)


def shielded(text: str, notes: list[str]) -> str:
    """The text with characters that the page means literally replaced by private ones, so that no shell acts on them.

    They are those of an unquoted ``<name>`` or ``(name)``, and an unquoted ``&`` inside a URL.
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
        elif char == "#" and index == word:
            index = text.find("\n", index) if "\n" in text[index:] else len(text)
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
            found.append("an unquoted & in the URL was read as part of it; a shell would end the command there")
        elif char in "()" and "://" in text[word:index] and (char == "(" or _OPENED.search(text[word:index])):
            text = text[:index] + _SHIELDED[char] + text[index + 1 :]
        index += 1
    notes += dict.fromkeys(found)
    return text


def _is_inside_word(text: str, index: int) -> bool:
    before, after = text[index - 1 : index], text[index + 1 : index + 2]
    return bool(before.strip()) and bool(after.strip()) and before not in "&>" and after not in "&>|"


def unshielded(word: str) -> str:
    """A word with the characters that ``shielded`` replaced."""
    return word.translate(_UNSHIELD)
