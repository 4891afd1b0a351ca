"""The Python API, from the docstrings of the public names."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from textwrap import dedent
from typing import Any

import ringocli
import ringocli.testing
from generator.markdown import fenced, page

ORDER = (
    ("Reading and checking a template", ("Document", "validate", "Finding", "read_template", "Template")),
    ("Requests and webhooks", ("render_request", "render_event", "RenderedRequest", "read_webhook", "IncomingRequest")),
    ("Replies", ("read_reply", "Reply")),
    ("Values", ("Values", "Layer")),
    ("Proof", ("prove",)),
    ("Errors", ("RingocliError",)),
)
"""The public names of ringocli in the order in which they are needed."""


EXAMPLE = """\
from pathlib import Path

from ringocli import Document, IncomingRequest, Layer, Values
from ringocli import read_template, read_webhook, render_request, validate

path = Path("telnyx-custom.json")
document = Document.read(path.name, path.read_text("utf-8"))
for finding in validate(document):
    print(finding.code, finding.message)

template = read_template(document.value)
values = Values(layers=(Layer(variables={"to": "+13105550199", "content": "Hello"}),))
request = render_request(template, template.requests[0], values)
print(request.method, request.url, request.body)

webhook = IncomingRequest(
    headers=(("Content-Type", "application/json"),),
    body=b'''{"data": {"event_type": "message.finalized",
                       "payload": {"id": "m1", "to": [{"status": "delivered"}]}}}''',
)
reading = read_webhook(template, webhook)
print(reading.matched, reading.variables["messageid"])
"""


def api_page() -> str:
    """The example, then every public name."""
    missing = set(ringocli.__all__) - {name for _, names in ORDER for name in names}
    assert not missing, f"not in the Python API page: {sorted(missing)}"
    parts = [
        "# Python API",
        "The commands as functions of values: they read no files, use no network and print nothing. Import every public "
        "name from `ringocli`, and the emulator from `ringocli.testing`; other modules may change without notice.",
        fenced("ringocli init --preset telnyx", "sh"),
        fenced(EXAMPLE, "python"),
        "A value that is a secret prints as `***`. What a webhook matches is decided under the "
        "[assumptions](assumptions.md); nothing here contacts Ringotel.",
    ]
    for title, names in ORDER:
        parts.append(f"## {title}")
        parts += [_entry(name, getattr(ringocli, name)) for name in names]
    parts.append("## The emulator in tests")
    parts.append(_entry("emulator", ringocli.testing.emulator))
    parts.append(_entry("Emulator", ringocli.testing.Emulator))
    return page(*parts)


def _entry(name: str, thing: Any) -> str:
    """One name: its signature, its docstring, and the public members of a class."""
    module = thing.__module__
    home = "ringocli.testing" if module.startswith("ringocli.testing") else "ringocli"
    lines = [f"### {name}", fenced(f"from {home} import {name}\n{_signature(name, thing)}", "text"), prose(thing)]
    if inspect.isclass(thing):
        lines += [f"* `{member}`: {prose(value, first_only=True)}" for member, value in _members(thing)]
        return "\n\n".join(lines[:3]) + ("\n\n" + "\n".join(lines[3:]) if lines[3:] else "")
    return "\n\n".join(lines)


def _members(thing: type) -> Iterator[tuple[str, Any]]:
    """The documented methods and properties that a class defines itself, with their signatures."""
    for name, value in vars(thing).items():
        function = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        if name.startswith("_") or not inspect.isfunction(function) or not function.__doc__:
            continue
        yield (name if isinstance(value, property) else " ".join(_signature(name, function).split())), function


def _signature(name: str, thing: Any) -> str:
    """The signature, without quotes around types and without ``self``; one parameter per line if it is long."""
    found = inspect.signature(thing)
    types = _written_types(thing)
    parameters = [_shown(one, types) for one in found.parameters.values() if one.name not in ("self", "cls")]
    for index, one in enumerate(one for one in found.parameters.values() if one.name not in ("self", "cls")):
        if one.kind is one.KEYWORD_ONLY and not inspect.isclass(thing):
            parameters.insert(index, "*")
            break
    result = types.get("return", "None")
    arrow = f" -> {result}" if result != "None" else ""
    line = f"{name}({', '.join(parameters)}){arrow}"
    return line if len(line) <= 100 else f"{name}(\n    " + ",\n    ".join(parameters) + f"\n){arrow}"


def _shown(parameter: inspect.Parameter, types: dict[str, str]) -> str:
    stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    text = f"{stars}{parameter.name}" + (f": {types[parameter.name]}" if parameter.name in types else "")
    if parameter.default is inspect.Parameter.empty:
        return text
    default = re.sub(r"<\w+\.(\w+): \w+>", r"\1", repr(parameter.default))
    return f"{text} = {'...' if default.startswith('<') or len(default) > 20 else default}"


def _written_types(thing: Any) -> dict[str, str]:
    """The types of the parameters, and of the ``return``, as they are written in the source."""
    if inspect.isclass(thing):
        own = [one for one in reversed(thing.__mro__) if one.__module__.startswith("ringocli")]
        parts = [part for one in own for part in _syntax_of(one).body]
        nodes = [part for part in parts if not isinstance(part, ast.FunctionDef) or part.name == "__init__"]
    else:
        nodes = [_syntax_of(thing)]
    found: dict[str, ast.expr | None] = {}
    for node in nodes:
        if isinstance(node, ast.AnnAssign):
            found[ast.unparse(node.target)] = node.annotation
        elif isinstance(node, ast.FunctionDef):
            arguments = node.args
            every = (*arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
            found |= {one.arg: one.annotation for one in every if one is not None} | {"return": node.returns}
    return {name: ast.unparse(type_).replace("'", "") for name, type_ in found.items() if type_ is not None}


def _syntax_of(thing: Any) -> Any:
    return ast.parse(dedent(inspect.getsource(thing))).body[0]


def prose(thing: Any, *, first_only: bool = False) -> str:
    """A docstring as Markdown: double backticks become single ones, ``Raises:`` a list."""
    text = re.sub(r"``([^`]+)``", r"`\1`", inspect.getdoc(thing) or "")
    text, _, raised = text.partition("\nRaises:\n")
    if first_only:
        return " ".join(text.split("\n\n")[0].split())
    entries = re.findall(r"^ *(\w+): (.+(?:\n {8,}.+)*)", inspect.cleandoc(raised), re.MULTILINE)
    listed = "\n".join(f"* `{name}`: {' '.join(why.split())}" for name, why in entries)
    return text.strip() + (f"\n\nRaises:\n\n{listed}" if listed else "")
