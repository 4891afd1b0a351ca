"""A Locust user that sends a template's events, for load from more than one machine (extra ``ringocli[load]``).

Locust distributes the users, ringocli makes the events: each worker has its own seed, so no two workers send the same
id. Locust imports pytest at run time, which is why the extra includes it.

::

    from ringocli.testing.locust import TemplateUser

    class AcmeUser(TemplateUser):
        template = "acme.json"
        events = ("message",)
"""

from __future__ import annotations

import itertools
import os
import socket
from time import perf_counter
from typing import Any, ClassVar

from locust import User, constant, task

from ringocli.errors import UsageError
from ringocli.http.exchange import DEFAULT_TIMEOUT_S
from ringocli.http.reply_parser import MalformedReply, ReplyParser
from ringocli.http.status_codes import SUCCESS
from ringocli.messaging.load.events import Event, EventFactory, Recipe, subject_name
from ringocli.messaging.load.provider_data import recognised
from ringocli.template.reader import read_template
from ringocli.template.values import Layer, Missing, Values
from ringocli.text.document import Document
from ringocli.text.files import read_text
from ringocli.text.secret import Secret
from ringocli.text.url import split_url

SEEDS_PER_WORKER = 1 << 32
"""The seed of worker ``i`` is the user's seed plus ``i`` times this, so that each worker has its own sequence of
ids."""


class _Events:
    """The events of one process, shared by its users."""

    def __init__(self, user: type[TemplateUser], url: str, worker: int) -> None:
        document = Document.read(user.template, read_text(user.template))
        template = read_template(document.value)
        names = user.events or (template.events[0].label,) if template.events else ()
        if not names:
            raise UsageError(f"{user.template}: the template has no events to send")
        recipe = Recipe(
            template=template,
            subjects=template.events_named(names),
            values=Values(layers=(Layer(variables=user.values),)),
            missing=Missing.SAMPLE,
            url=Secret(url),
            seed=user.seed + worker * SEEDS_PER_WORKER,
            provider=recognised(template),
        )
        self._factory = EventFactory(recipe)
        self._numbers = itertools.count()

    def take(self) -> tuple[Event, str]:
        """The next event and its name."""
        number = next(self._numbers)
        return self._factory.event(number), subject_name(self._factory.subject(number))


class TemplateUser(User):
    """One connection that sends one event after another; every one is reported to Locust exactly once.

    The webhook URL is Locust's ``--host`` or ``RINGOCLI_WEBHOOK_URL``. Use ``--stop-timeout``, so that events without
    an answer at the end of a run are counted, too.
    """

    abstract = True
    wait_time = constant(0)
    template: ClassVar[str] = ""
    events: ClassVar[tuple[str, ...]] = ()
    values: ClassVar[dict[str, str]] = {}
    seed: ClassVar[int] = 0
    _sources: ClassVar[dict[type, _Events]] = {}

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        url = self.host or os.environ.get("RINGOCLI_WEBHOOK_URL", "")
        parts = split_url(url)
        if parts.scheme != "http" or parts.problem is not None:
            raise UsageError("no http webhook URL", "Use --host http://127.0.0.1:8025/webhook/ID.")
        self._address = (parts.hostname, parts.wire_port)
        worker = getattr(environment.runner, "worker_index", 0) or 0
        if type(self) not in self._sources:
            self._sources[type(self)] = _Events(type(self), url, max(0, worker))
        self._events = self._sources[type(self)]
        self._socket: socket.socket | None = None

    @task
    def deliver(self) -> None:
        """Send one event and report it."""
        event, name = self._events.take()
        started = perf_counter()
        length, problem = 0, None
        try:
            length = self._exchange(event.payload)
        except (OSError, MalformedReply, _NotDelivered) as error:
            self._close()
            problem = error
        self.environment.events.request.fire(
            request_type="POST",
            name=name,
            response_time=(perf_counter() - started) * 1000,
            response_length=length,
            exception=problem,
            context={"webhook-id": event.id},
        )

    def on_stop(self) -> None:
        """Locust: the user ends."""
        self._close()

    def _exchange(self, payload: bytes) -> int:
        """Send the bytes on the open connection, or on a new one; returns the length of the reply's body."""
        if self._socket is None:
            self._socket = socket.create_connection(self._address, timeout=DEFAULT_TIMEOUT_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        parser = ReplyParser(head_only=payload.startswith(b"HEAD "))
        self._socket.sendall(payload)
        while not parser.done:
            received = self._socket.recv(65536)
            if received:
                parser.feed(received)
            elif not parser.finish():
                raise _NotDelivered("the connection was closed before the end of the reply")
        reply = parser.reply(0.0)
        if not parser.keep_alive:
            self._close()
        if reply.status not in SUCCESS:
            raise _NotDelivered(f"status {reply.status}")
        return len(reply.body)

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class _NotDelivered(Exception):
    """Why an event counts as failed in Locust's statistics."""
