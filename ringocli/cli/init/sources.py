"""Reads the samples that the options of ``init`` name, in the form that the importers take."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ringocli.cli.init.options import LearnOptions
from ringocli.cli.parameters import chosen
from ringocli.errors import LocalError, UsageError

if TYPE_CHECKING:
    from ringocli.http.exchange import Reply
    from ringocli.importers.draft import Pastes
    from ringocli.importers.learn.webhook_samples import WebhookSample
    from ringocli.importers.pasted_request import Pasted
    from ringocli.importers.samples import Sample

HINTS = ("from", "to", "content", "url", "messageid", "extension", "domain", "number", "contact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The sample options: of a request, the format (None: auto-detected) and the file."""

    send: tuple[str | None, str] | None = None
    file: tuple[str | None, str] | None = None
    reply: str | None = None
    webhooks: Sequence[str] = ()
    hints: Sequence[str] = ()
    dropped: Sequence[str] = ()
    allowed: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no sample was given."""
        return not (self.send or self.file or self.reply or self.webhooks)


def sources_of(options: LearnOptions) -> Sources:
    """The samples that the options name.

    Raises:
        UsageError: several options name the same one.
    """
    return Sources(
        send=one_source(
            {"--from-curl": options.from_curl, "--from-openapi": options.from_openapi, "--from": options.from_}
        ),
        file=one_source(
            {
                "--file-from-curl": options.file_from_curl,
                "--file-from-openapi": options.file_from_openapi,
                "--file-from": options.file_from,
            }
        ),
        reply=options.sample_response,
        webhooks=options.sample_webhook,
        hints=options.hint,
        dropped=options.drop,
        allowed=options.allow_files,
    )


def one_source(options: Mapping[str, str | None]) -> tuple[str | None, str] | None:
    """The format and the value of the given option, such as ``--from-curl``; the format is the last word of its name.

    Raises:
        UsageError: several were given.
    """
    given = [(option, value) for option, value in options.items() if value is not None]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(option for option, _ in given)} cannot be combined", "Use one of them.")
    if not given:
        return None
    option, value = given[0]
    kind = option.rpartition("-")[2]
    return (None if kind in ("from", "--from") else kind), str(value)


def read_pastes(sources: Sources, *, for_relay: bool = False) -> Pastes:
    """Read all samples.

    A webhook that is neither JSON nor a form is reported with the template; a relay reads XML and refuses all others.

    Raises:
        UsageError: an option is malformed, or a sample contains nothing of its kind.
        LocalError: a file cannot be read.
    """
    from ringocli.http.exchange import Reply
    from ringocli.importers.draft import Pastes
    from ringocli.importers.sources import read_source

    names = [name for _, name in (sources.send or (None, ""), sources.file or (None, ""))]
    names += [sources.reply or "", *(pair.partition("=")[2] for pair in sources.webhooks)]
    if names.count("-") > 1:
        raise UsageError("stdin can be read only once", "Put the other samples into files.")
    allowed = folder_of(sources.allowed)
    send = read_source(sources.send[1], sources.send[0], allowed=allowed) if sources.send else None
    file = read_source(sources.file[1], sources.file[0], for_file=True, allowed=allowed) if sources.file else None
    reply = _reply(sources.reply) if sources.reply else None
    own = send or file
    if reply is None and own is not None and own.reply is not None:
        reply = Reply(status=200, body=own.reply)
    samples = [_webhook(pair, for_relay=for_relay) for pair in sources.webhooks]
    if own is not None:
        samples += _described_webhooks(own, {sample.kind for sample in samples})
    return Pastes(
        send=send,
        file=file,
        reply=reply,
        samples=samples,
        hints=read_hints(sources.hints),
        dropped=frozenset(sources.dropped),
    )


def folder_of(named: str | None) -> Path | None:
    """The folder below which an ``@file`` may be read.

    Raises:
        LocalError: the folder does not exist.
    """
    folder = Path(named) if named else None
    if folder is not None and not os.path.isdir(folder):
        raise LocalError(f"{folder}: no such folder", "Name the folder that contains the files.")
    return folder


def read_hints(hints: Sequence[str]) -> dict[str, str]:
    """``NAME=VALUE`` pairs.

    Raises:
        UsageError: a pair has no ``=``, or its name is not a variable.
    """
    found: dict[str, str] = {}
    for pair in hints:
        name, separator, value = pair.partition("=")
        if not separator or not value:
            raise UsageError(f"--hint {pair}: has no value", "Write --hint NAME=VALUE, as in --hint to=+15550001111.")
        found[chosen("--hint", name.strip("$"), HINTS)] = value
    return found


def _described_webhooks(pasted: Pasted, given: set[str]) -> Iterable[WebhookSample]:
    """The webhooks in an OpenAPI document, of the kinds for which no file was given."""
    from ringocli.importers.learn.webhook_samples import WebhookSample

    return [
        WebhookSample(kind=kind, name="the document", incoming=incoming)
        for kind, found in pasted.samples.items()
        if kind not in given
        for incoming in found
    ]


def _sample(path: str, *, is_reply: bool = False) -> Sample:
    from ringocli.text.files import read_bytes

    return sample_in(path, read_bytes(path), is_reply=is_reply)


def sample_in(path: str, content: bytes, *, is_reply: bool = False) -> Sample:
    """A sample; ``path`` names it in messages. Only a reply may be without a body.

    Raises:
        LocalError: it is empty, or cannot be read.
    """
    from ringocli.importers.samples import read_sample

    sample = read_sample(content, path)
    if sample.is_empty and not is_reply:
        raise LocalError(f"{path}: no body and no query", "Paste the example that the documentation shows.")
    return sample


def _reply(path: str) -> Reply:
    return _sample(path, is_reply=True).as_reply()


def _webhook(pair: str, *, for_relay: bool) -> WebhookSample:
    """One ``KIND=FILE``.

    Raises:
        UsageError: the kind is unknown.
        LocalError: the file cannot be read.
    """
    from ringocli.importers.learn.webhook_samples import KINDS
    from ringocli.importers.relay.xml_text import is_xml
    from ringocli.template.variables import sample_kind

    kind, separator, path = pair.partition("=")
    if not separator or not path:
        hint = "Write --sample-webhook KIND=FILE; kinds: message, mms, delivered, other."
        raise UsageError(f"--sample-webhook {pair}: the kind is missing", hint)
    kind = chosen("--sample-webhook", sample_kind(kind), KINDS)
    webhook = webhook_of(kind, path, _sample(path))
    return readable(webhook) if for_relay and not is_xml(webhook.incoming.body) else webhook


def webhook_of(kind: str, path: str, sample: Sample) -> WebhookSample:
    """A sample as a webhook; one that is neither JSON nor a form is reported with the template.

    Raises:
        LocalError: it is a reply.
    """
    from ringocli.importers.learn.webhook_samples import WebhookSample

    if sample.status is not None:
        raise LocalError(f"{path}: this is a reply, not a webhook", "Use it with --sample-response.")
    return WebhookSample(kind=kind, name=path, incoming=sample.as_request())


def readable(webhook: WebhookSample) -> WebhookSample:
    """The webhook, if a template can describe it.

    Raises:
        LocalError: it is neither JSON nor a form.
    """
    if webhook.problem:
        raise LocalError(f"{webhook.name}: {webhook.problem}", "Paste the body that the documentation shows.")
    return webhook
