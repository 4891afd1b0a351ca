"""One page per preset, and their index."""

from __future__ import annotations

import json
from collections.abc import Iterator

from generator.markdown import fenced, page, table
from ringocli import Layer, Template, Values, read_template, render_request
from ringocli.http.request_formats import as_http
from ringocli.template.pattern.notation import Leaf, leaves, parse
from ringocli.template.pattern.pattern import Json
from ringocli.template.preset import Preset, load
from ringocli.template.presets import names
from ringocli.text.pointer import as_text

NUMBERS = {
    "number": "+12025550100",
    "contact": "+13105550199",
    "content": "Hello",
    "domain": "example",
    "extension": "101",
}


def index() -> str:
    """All presets in one table."""
    rows = [
        (
            f"[{preset.title}](presets/{preset.name}.md)",
            f"`{preset.name}`",
            "yes" if preset.ringotel_builtin else "",
            ", ".join(f"`{name}`" for name in preset.template["properties"]),
        )
        for preset in map(load, names())
    ]
    return page(
        "# Presets",
        "A preset is a finished template for one provider: what to send, how to read its replies and webhooks, and where to "
        "enter the webhook URL. `ringocli init --preset NAME` writes it to a file that you can then edit.",
        "If Ringotel has a built-in integration for your provider, use that one unless you need something it lacks. For a "
        "provider that is not in this list, see [A provider from its documentation](howto/provider.md).",
        table(("provider", "preset", "built into Ringotel", "properties"), rows),
    )


def pages() -> Iterator[tuple[str, str]]:
    """The name and the content of each preset's page."""
    for preset in map(load, names()):
        yield preset.name, preset_page(preset)


def preset_page(preset: Preset) -> str:
    """What is known about one provider, in the order in which it is needed."""
    template = read_template(preset.template)
    file = f"{preset.template['id']}.json"
    builtin = (
        f"Ringotel has a built-in integration for it, `{preset.ringotel_builtin}`: use that one unless you need something "
        "it lacks. This preset has a different id, so you can have both."
        if preset.ringotel_builtin
        else ""
    )
    return page(
        f"# {preset.title}",
        f"{preset.summary} {builtin}".strip(),
        fenced(f"ringocli init --preset {preset.name}      # writes {file}", "sh"),
        "## What to enter where",
        _settings(preset),
        "## What Ringotel sends",
        *_sent(preset, template),
        "## What Ringotel reads",
        _read(template),
        "## What Ringotel cannot do for this provider",
        "\n".join(f"* {entry.what}: {entry.why}" for entry in preset.not_expressible) or "No limits are known.",
        "## The template",
        fenced(json.dumps(preset.template, indent=2, ensure_ascii=False), "json"),
        "## Sources",
        "\n".join(f"* {source['what']}: <{source['url']}>" for source in preset.sources),
        f"Read on {preset.read}. Providers change: compare with the provider's documentation, and send one real message "
        "([how](../howto/real-number.md)).",
    )


def _settings(preset: Preset) -> str:
    public = set(preset.public_properties)
    properties = ", ".join(
        f"`{name}`" + (" (not a secret)" if name in public else "") for name in preset.template["properties"]
    )
    rows = [
        ("properties of the integration", "Ringotel's portal", properties or "none"),
        ("format of the numbers", "Ringotel's portal, for each number", preset.numbers["portal_setting"]),
        ("webhook URL", f"{preset.title}'s console", preset.webhook_console),
    ]
    return table(("what", "where", "value"), rows)


def _sent(preset: Preset, template: Template) -> Iterator[str]:
    values = Values(layers=(Layer(variables=NUMBERS, properties=preset.sample_values),))
    file = Values(
        layers=(Layer(variables={**NUMBERS, "url": "https://files.example/cat.jpg"}, properties=preset.sample_values),)
    )
    for spec in template.requests:
        request = render_request(template, spec, file if spec.name == "SendFile" else values)
        what = "A file:" if spec.name == "SendFile" else "A text message:"
        yield f"{what}\n\n{fenced(as_http(request), 'http')}"
    if len(template.requests) < 2:
        yield "There is no request for files."


def _read(template: Template) -> str:
    """Which webhook becomes which event, and where each value is read from."""
    rows: list[tuple[str, str, str, str]] = []
    for event in template.events:
        taken = list(_variables_in(event.parameters))
        places = [place for place, name in taken if name == "event_key"]
        chosen_by = f"`{places[0]}` is `{event.key}`" if places else "the shape of the body"
        first = (f"`{event.type}`", chosen_by)
        for place, name in taken:
            if name != "event_key":
                rows.append((*first, f"`{place}`", f"`${name}$`"))
                first = ("", "")
    for spec in template.requests[:1]:
        rows += [
            (f"reply to {spec.name}", "", f"`{place}`", f"`${name}$`")
            for place, name in _variables_in(spec.response_map)
        ]
    return table(("event", "selected by", "value in the body", "variable"), rows)


def _variables_in(pattern: Json) -> Iterator[tuple[str, str]]:
    """The place and the name of each variable in a pattern; the place of a query or form field is its name."""
    for pointer, leaf in leaves(parse(pattern)):
        if isinstance(leaf, Leaf):
            yield from ((as_text(pointer), name) for name in leaf.names)
