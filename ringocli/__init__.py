"""Build, check and test Ringotel SMS/MMS integrations.

The public Python API, in the order in which it is usually used::

    from ringocli import Document, Values, prove, read_template, read_webhook, render_request, validate

    document = Document.read("acme.json", text)
    findings = validate(document)                         # tuple of Finding
    template = read_template(document.value)
    request = render_request(template, template.requests[0], Values())
    reading = read_webhook(template, incoming)            # incoming: an IncomingRequest
    certificate = prove(template, text)

``ringocli.testing`` has the emulator for tests. Every name outside this list may change without notice.
"""

from ringocli.version import __version__ as __version__

TYPE_CHECKING = False  # as in typing, which takes longer to import than everything else that --version needs
if TYPE_CHECKING:
    from ringocli.errors import RingocliError
    from ringocli.http.exchange import IncomingRequest, RenderedRequest, Reply
    from ringocli.lint.engine import lint as validate
    from ringocli.lint.finding import Finding
    from ringocli.messaging.proof import prove
    from ringocli.messaging.request import render_event, render_request
    from ringocli.messaging.webhook import read_reply, read_webhook
    from ringocli.template.model import Template
    from ringocli.template.reader import read_template
    from ringocli.template.values import Layer, Values
    from ringocli.text.document import Document

__all__ = [
    "Document",
    "Finding",
    "IncomingRequest",
    "Layer",
    "RenderedRequest",
    "Reply",
    "RingocliError",
    "Template",
    "Values",
    "prove",
    "read_reply",
    "read_template",
    "read_webhook",
    "render_event",
    "render_request",
    "validate",
]

_SOURCES = {
    "Document": "text.document",
    "Finding": "lint.finding",
    "IncomingRequest": "http.exchange",
    "Layer": "template.values",
    "RenderedRequest": "http.exchange",
    "Reply": "http.exchange",
    "RingocliError": "errors",
    "Template": "template.model",
    "Values": "template.values",
    "prove": "messaging.proof",
    "read_reply": "messaging.webhook",
    "read_template": "template.reader",
    "read_webhook": "messaging.webhook",
    "render_event": "messaging.request",
    "render_request": "messaging.request",
    "validate": "lint.engine",
}
"""The module that defines each public name; it is imported on first use, so that ``--version`` imports nothing."""

_NAMES = {"validate": "lint"}
"""Public names that differ from the definition: ``ringocli.lint`` is the package."""


def __getattr__(name: str) -> object:
    """Import a public name from its module."""
    if name not in _SOURCES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_SOURCES[name]}"), _NAMES.get(name, name))


def __dir__() -> list[str]:
    """The public names, for completion in a shell."""
    return [*__all__, "__version__"]
