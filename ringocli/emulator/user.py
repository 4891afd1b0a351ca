"""The Ringotel user: what is typed or dropped goes out as the template's request, exactly as ``render`` shows it.

It goes to the built-in provider, or to a real address (``--provider-url``). A real one never gets an invented value.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ringocli.emulator.inboxes import Inbox
from ringocli.emulator.provider import Provider, ProviderAnswer
from ringocli.emulator.rendered import as_incoming, ids_in
from ringocli.emulator.store.exchange import Exchange, StoredExchange, now, shown_reply
from ringocli.emulator.store.ledger import Ledger
from ringocli.emulator.template_file import TemplateFile
from ringocli.errors import NoReply
from ringocli.http.exchange import RenderedRequest, Reply
from ringocli.http.statuses import SUCCESS
from ringocli.messaging.formats.requests import shown, spans_document
from ringocli.messaging.request import at_base, render_request
from ringocli.messaging.verdict import judge
from ringocli.template.model import RequestSpec
from ringocli.template.values import Layer, Missing, Values
from ringocli.text.pointer import as_text as pointer_text
from ringocli.text.secret import Text, redact, redact_values

Send = Callable[[RenderedRequest], Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """What became of a request; ``answer`` where the built-in provider took it."""

    reply: Reply | None
    error: str | None = None
    answer: ProviderAnswer | None = None


class User:
    """Sends messages and files by the template."""

    def __init__(
        self,
        template_file: TemplateFile,
        ledger: Ledger,
        provider: Provider,
        values: Values,
        *,
        send: Send | None = None,
        provider_url: str | None = None,
    ) -> None:
        self._template_file = template_file
        self._ledger = ledger
        self._provider = provider
        self._values = values
        self._send = send
        self._provider_url = provider_url

    async def send(
        self, inbox: Inbox, variables: Mapping[str, str], properties: Mapping[str, Text] | None = None, *, file: bool
    ) -> StoredExchange:
        """Fire ``SendMessage``, or ``SendFile`` with the file's address as ``content``.

        Raises:
            UsageError: the template has no such request, or a value is missing for a real provider.
            LocalError: it cannot be rendered, or not be stored.
        """
        spec = self._template_file.template.request("SendFile" if file else "SendMessage")
        layers = (Layer(variables=variables, properties=properties or {}), *self._values.layers)
        missing = Missing.SAMPLE if self._send is None else None
        rendered = render_request(self._template_file.template, spec, Values(layers=layers), missing)
        if self._provider_url is not None:
            rendered = at_base(rendered, self._provider_url)
        started = now()
        result = await self._sent(inbox, rendered)
        stored: StoredExchange = await self._ledger.add(self._exchange(inbox, started, spec, rendered, result))
        if result.answer is not None:
            self._provider.play(inbox, result.answer)
        return stored

    async def _sent(self, inbox: Inbox, rendered: RenderedRequest) -> _Result:
        if self._send is None:
            answer = await self._provider.answer(inbox, as_incoming(rendered))
            return _Result(reply=answer.reply, error=answer.error, answer=answer)
        try:
            return _Result(reply=await asyncio.to_thread(self._send, rendered))
        except NoReply as error:
            return _Result(reply=None, error=error.message)

    def _exchange(
        self, inbox: Inbox, at: datetime, spec: RequestSpec, rendered: RenderedRequest, result: _Result
    ) -> Exchange:
        answer, reply = result.answer, result.reply
        # A property prints as ***; one that somebody typed into the text is searched for, like in any foreign text.
        texts = {"url": shown(rendered.url, str), "body": shown(rendered.body, str)}
        blanked = redact_values(texts)
        taken = ids_in(spec, reply) if reply is not None and 200 <= reply.status < 300 else {}
        return Exchange(
            inbox=inbox.name,
            at=at,
            direction="outgoing",
            name=str(spec.name),
            request={
                "method": rendered.method,
                "url": blanked["url"],
                "headers": [[name, shown(value, str)] for name, value in rendered.headers],
                "body": blanked["body"] if rendered.body is not None else None,
            },
            reply=shown_reply(reply),
            matched=answer.received.fits if answer is not None else True,
            variables=redact_values({**{name: str(value) for name, value in rendered.variables.items()}, **taken}),
            status=answer.status if answer is not None else _status(reply),
            notes=(*rendered.notes, *_notes(spec, rendered, reply)),
            problems=answer.problems if answer is not None else (),
            error=redact(result.error) if result.error else None,
            chaos=answer.effect.description if answer is not None else None,
            message_id=taken.get("messageid"),
            spans={"request_url": spans_document(rendered.url), "request_body": spans_document(rendered.body)}
            if blanked == texts
            else {},
        )


def _status(reply: Reply | None) -> str:
    """A send has worked if the provider answers with a 2xx status (a reading, row 20)."""
    if reply is None:
        return "failed"
    return "sent" if 200 <= reply.status < 300 else "refused"


def _notes(spec: RequestSpec, rendered: RenderedRequest, reply: Reply | None) -> tuple[str, ...]:
    """What a reply lacks, in the words of ``send-test``."""
    if reply is None:
        return ()
    verdict = judge(spec, rendered, reply, SUCCESS)
    missed = (
        f"response_map found no $messageid$ in the reply at {pointer_text(one.pointer)}: "
        "the receipt will find no message"
        for one in verdict.differences
    )
    said = (f"the provider says: {verdict.words}",) if verdict.words else ()
    return (*said, *missed, *verdict.notes)
