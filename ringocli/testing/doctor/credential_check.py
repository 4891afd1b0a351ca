"""A request that checks a credential without sending anything: the read-only URL that a preset names."""

from __future__ import annotations

from ringocli.http.exchange import RenderedRequest
from ringocli.messaging.request import render_request
from ringocli.template.model import RequestSpec, Template
from ringocli.template.preset import Preset
from ringocli.template.values import Missing, Values
from ringocli.template.variables import Place


def credential_request(template: Template, values: Values, preset: Preset | None) -> RenderedRequest | None:
    """The request with the template's own credential; None if the preset has none, or its URL needs other properties."""
    if preset is None or preset.credential_check is None:
        return None
    url = preset.credential_check["url"]
    spec = RequestSpec(
        name=Place.SEND_MESSAGE,
        pointer=("API", "SendMessage"),
        method="GET",
        url=url,
        content_type=None,
        parameters={},
        response_map=None,
        properties=template.properties,
        has_parameters=False,
    )
    if any(not values.properties.get(name) for name in spec.url_pattern.variables):
        return None
    return render_request(template, spec, values, Missing.DROP)
