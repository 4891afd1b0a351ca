"""Default ids and names of a template, from the host name of the provider's API."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ringocli.importers.learn.placeholders import OPEN, whole_placeholder
from ringocli.importers.learn.property_labels import ABBREVIATIONS

_SERVICE_LABELS = {
    "api", "www", "rest", "sms", "gateway", "gw", "messaging", "http", "https", "secure", "app", "portal", "conversation",
    "web", "my", "v1", "v2", "us", "eu", "au", "us1", "eu1", "service", "services", "live", "platform", "dashboard", "panel",
    "restapi", "api2", "httpapi", "cpaas", "send", "msg", "messages", "co", "com", "net", "org", "api1", "cloud", "prod",
    "sandbox", "localhost", "json", "rest2", "connect", "voip", "ms", "global", "nexus", "developer", "developers",
}  # fmt: skip


def default_id(host: str, reserved: Sequence[str]) -> str:
    """An id from the API's host: ``api.acme.example`` → ``acme``."""
    label = host_label(host)
    return f"{label}-custom" if label in {name.lower() for name in reserved} else label


def host_label(host: str) -> str:
    """The label of a host that names its owner; ``my-sms`` if there is none."""
    bare = re.sub(r":\d+$", "", host.lower())
    labels = [label for label in bare.split(".") if label and not whole_placeholder(label) and OPEN not in label]
    if re.fullmatch(r"[\d.]+", bare) or not labels:
        return "my-sms"
    kept = labels[:-1] or labels
    named = [re.sub(r"[^a-z0-9-]", "", label).strip("-") for label in kept]
    named = [label for label in named if label and label not in _SERVICE_LABELS]
    plain = [label for label in named if re.fullmatch(r"[a-z0-9][a-z0-9-]*", label) and not re.search(r"\{|<|\[", host)]
    best = (plain or named or [re.sub(r"[^a-z0-9-]", "", kept[-1])])[-1]
    if best in _SERVICE_LABELS and len(labels) > 1:
        best = f"{best}-{labels[-1]}"  # voip.ms, sms.to: the label alone says nothing
    return best or "my-sms"


def default_name(template_id: str) -> str:
    """A name from an id: ``acme-sms`` → ``Acme SMS``."""
    words = re.split(r"[-_]+", template_id)
    return " ".join(word.upper() if word in ABBREVIATIONS else word.capitalize() for word in words)
