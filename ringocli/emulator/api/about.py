"""The document of ``/api/about``: template, provider, URLs, magic numbers, and the assumptions in use."""

from __future__ import annotations

from typing import Any

from ringocli.emulator.api.play import variables_of
from ringocli.emulator.runtime import Runtime
from ringocli.emulator.template_file import TemplateFile
from ringocli.messaging.chaos import FAULTS
from ringocli.messaging.handset import MAGIC_NUMBERS
from ringocli.template.assumptions import assumed_by, assumptions
from ringocli.template.model import RequestSpec
from ringocli.template.preset import Preset
from ringocli.template.variables import EVENTS, Place, sample
from ringocli.text.pointer import as_text as pointer_text
from ringocli.text.secret import sent
from ringocli.text.url import split_url
from ringocli.version import __version__


def about(runtime: Runtime, inbox: str) -> dict[str, Any]:
    """The JSON document of ``/api/about``."""
    config = runtime.config
    root = f"{runtime.url}/i/{inbox}" if inbox else runtime.url
    set_values = config.values.at(Place.SEND_MESSAGE)
    return {
        "schema_version": 1,
        "version": __version__,
        "instance": runtime.instance,
        "inbox": inbox,
        "warnings": list(runtime.warnings),
        "template": _template_document(runtime.template_file),
        "provider": _provider_document(config.provider_url, runtime.template_file.preset),
        "numbers": {
            "number": set_values.get("from") or sample("from", Place.SEND_MESSAGE),
            "contact": set_values.get("to") or sample("to", Place.SEND_MESSAGE),
        },
        "webhook_url": root + runtime.template_file.webhook_path,
        "provider_url": f"{root}/provider",
        "public_url": runtime.public_url,
        "forward_to": split_url(sent(config.forward_to)).hostname if config.forward_to is not None else None,
        "listens_as_provider": config.listen_as_provider,
        "assumptions": assumptions(assumed_by(runtime.template_file.template.root)),
        "magic_numbers": [{"number": magic.number, "does": magic.does} for magic in MAGIC_NUMBERS],
        "faults": [{"fault": str(fault), "does": description} for fault, description in FAULTS.items()],
        "sample_files": runtime.files.samples,
    }


def _template_document(file: TemplateFile) -> dict[str, Any]:
    """What the template can do, beside the state of its file."""
    template = file.template
    places = {event.place for event in template.events}
    names = {spec.name for spec in template.requests}
    return {
        **file.state,
        "id": template.id,
        "name": template.name,
        "sends_text": Place.SEND_MESSAGE in names,
        "sends_files": Place.SEND_FILE in names,
        "requests": [{"name": spec.name, "method": spec.method, "host": _host(spec)} for spec in template.requests],
        "events": [
            {
                "event_key": event.key,
                "event_type": event.type,
                "pointer": pointer_text(event.pointer),
                "label": event.label,
                "variables": {name: sample(name, event.place or Place.MESSAGE) for name in variables_of(event)},
            }
            for event in template.events
        ],
        "receives": {str(place): place in places for place in EVENTS},
    }


def _provider_document(provider_url: str | None, preset: Preset | None) -> dict[str, str | None]:
    return {
        "kind": "builtin" if provider_url is None else "external",
        "host": split_url(provider_url).hostname if provider_url else None,
        "preset": preset.name if preset is not None else None,
        "title": preset.title if preset is not None else "Provider",
    }


def _host(spec: RequestSpec) -> str:
    """The host of a request as written in the template, variables included."""
    return spec.url.partition("://")[2].partition("/")[0]
