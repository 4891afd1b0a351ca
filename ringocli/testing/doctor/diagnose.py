"""Goes through the steps in order and stops at the first that fails; nothing is sent to a provider without ``live``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ringocli.errors import NoReply, RingocliError
from ringocli.http.certificates import trusted
from ringocli.http.exchange import DEFAULT_TIMEOUT_S, RenderedRequest, Reply
from ringocli.http.failure import PROXY_HINT
from ringocli.http.transport import Sender
from ringocli.messaging.awaiting.arrival import SentMessage
from ringocli.messaging.request import at_base, names_of, render_request
from ringocli.template.model import RequestSpec, Template
from ringocli.template.preset import Preset, of_host
from ringocli.template.values import Missing, Values
from ringocli.testing.doctor import reply_steps, template_steps, webhook_steps
from ringocli.testing.doctor.credential_check import credential_request
from ringocli.testing.doctor.network_steps import ProviderConnection
from ringocli.testing.doctor.steps import REPLY_RUNGS, RUNGS, Diagnosis, Rung, RungResult, StepFailed
from ringocli.text.command_line import command_line
from ringocli.text.document import Document
from ringocli.text.secret import Secret, redact
from ringocli.text.url import split_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What to examine, and what may be sent. ``base`` replaces scheme, host and port of the provider.

    ``options`` are the given options, which the suggested command repeats; secrets are masked.
    """

    name: str
    document: Document
    values: Values
    base: str | None = None
    webhook_url: Secret | None = None
    live: bool = False
    from_rung: str = RUNGS[0]
    timeout_s: float = DEFAULT_TIMEOUT_S
    receipt_wait_s: float = 30.0
    ca_file: str | None = None
    options: tuple[str, ...] = ()


def diagnose(given: Examination) -> Diagnosis:
    """Examine an integration.

    Raises:
        UsageError: a value is malformed.
        LocalError: a file that is needed cannot be read.
    """
    return _Doctor(given).run()


class _Doctor:
    """One examination: the steps so far, and the results that later steps need."""

    def __init__(self, given: Examination) -> None:
        self._given = given
        self._rungs: list[Rung] = []
        self._warnings: list[str] = []
        self._message: SentMessage | None = None
        self._proxied = False

    def run(self) -> Diagnosis:
        try:
            self._run()
        except StepFailed as error:
            fix = error.fix
            if self._proxied and error.rung in ("http", "auth") and PROXY_HINT not in fix:
                fix += f" Or the proxy answered instead of the provider: {PROXY_HINT[0].lower()}{PROXY_HINT[1:]}"
            self._add(error.rung, RungResult.FAILED, error.detail, fix)
        done = {rung.name for rung in self._rungs}
        self._skip([name for name in RUNGS if name not in done], "not reached")
        return Diagnosis(rungs=tuple(self._rungs), warnings=tuple(dict.fromkeys(self._warnings)))

    def _add(self, name: str, result: RungResult, detail: str, fix: str = "") -> None:
        resume = self._resume(name) if result in (RungResult.FAILED, RungResult.ASKED) else ""
        self._rungs.append(
            Rung(name=name, result=result, detail=redact(detail), fix=redact(fix), resume=redact(resume))
        )

    def _skip(self, names: Iterable[str], why: str) -> None:
        for name in names:
            self._add(name, RungResult.SKIPPED, why)

    def _resume(self, name: str) -> str:
        """The command that continues at a step."""
        return command_line("doctor", self._given.name, "--from-rung", name, *self._given.options)

    def _step(self, name: str, check: Callable[[], str]) -> None:
        """Run a step, unless the examination starts later."""
        if RUNGS.index(name) < RUNGS.index(self._given.from_rung):
            self._add(name, RungResult.SKIPPED, f"started at {self._given.from_rung}")
        else:
            self._add(name, RungResult.OK, check())

    def _run(self) -> None:
        given = self._given
        template = template_steps.check_file(given.document, given.name)
        self._step("parses", lambda: "valid JSON with the structure of a template")
        self._step("lints", lambda: template_steps.check_findings(given.document, given.name))
        self._step("proves", lambda: template_steps.check_proof(template, given.document.text, given.name))
        if not template.requests:
            raise StepFailed("properties", "the template has no API.SendMessage", "Add one, then start again.")
        spec = template.requests[0]
        values = given.values
        self._step("properties", lambda: template_steps.check_properties(template, spec, values, live=given.live))
        unused = [name for name in template.properties if not values.properties.get(name)]
        self._warnings += [f"property {name!r} has no value" for name in unused]
        request = self._rendered(template, spec, values)
        preset = of_host(split_url(spec.url).hostname or "")
        with Sender(timeout_s=given.timeout_s, ca_file=given.ca_file) as sender:
            self._connect(request)
            arrivals = webhook_steps.arrivals_at(given.webhook_url) if given.live else None
            self._send(template, spec, values, request, preset, sender)
            self._webhook(template, values, preset, sender)
            wait_s = given.receipt_wait_s
            self._add("receipt", *webhook_steps.check_receipt(template, spec, arrivals, self._message, wait_s))

    def _rendered(self, template: Template, spec: RequestSpec, values: Values) -> RenderedRequest:
        try:
            request = render_request(template, spec, values, None if self._given.live else Missing.SAMPLE)
        except RingocliError as error:
            raise StepFailed("properties", error.message, error.hint) from None
        return request if self._given.base is None else at_base(request, self._given.base)

    def _connect(self, request: RenderedRequest) -> None:
        parts = split_url(request.url.reveal())
        port = parts.wire_port
        connection = ProviderConnection(
            parts.scheme,
            parts.wire_host,
            port,
            timeout_s=self._given.timeout_s,
            trust=trusted(self._given.ca_file),
        )
        self._proxied = connection.proxied
        if connection.proxied:
            self._skip(("dns", "tcp", "tls"), "connections go through a proxy")
            return
        self._step("dns", connection.resolve)
        self._step("tcp", connection.connect)
        if parts.scheme == "https":
            self._step("tls", connection.handshake)
        else:
            connection.warn_of_plain_http()
            self._add("tls", RungResult.SKIPPED, "plain http")
        self._warnings += connection.warnings

    def _send(
        self,
        template: Template,
        spec: RequestSpec,
        values: Values,
        request: RenderedRequest,
        preset: Preset | None,
        sender: Sender,
    ) -> None:
        properties = tuple(name for name in names_of(template, spec) if name in template.properties)
        if RUNGS.index(self._given.from_rung) > RUNGS.index("response_map"):
            self._skip(REPLY_RUNGS, f"started at {self._given.from_rung}")
            return
        if not self._given.live:
            self._check_credential(template, values, preset, sender, properties)
            return
        reply = self._reply(request, sender)
        self._add("http", RungResult.OK, reply_steps.check_http(reply))
        self._add("auth", RungResult.OK, reply_steps.check_auth(request, reply, properties))
        numbers = preset.numbers["portal_setting"] if preset is not None else ""
        accepted = reply_steps.check_body(spec, request, reply, self._given.name, properties, numbers)
        self._add("body", RungResult.OK, accepted)
        detail, message_id = reply_steps.check_response_map(spec, request, reply)
        self._add("response_map", RungResult.OK, detail)
        sender_number, recipient = (str(request.variables.get(name, "")) for name in ("from", "to"))
        self._message = SentMessage(message_id=message_id, sender=sender_number, recipient=recipient)

    def _check_credential(
        self,
        template: Template,
        values: Values,
        preset: Preset | None,
        sender: Sender,
        properties: tuple[str, ...],
    ) -> None:
        """Request the preset's read-only URL, if it has one; sending itself needs ``live``."""
        request = credential_request(template, values, preset)
        if request is None:
            self._skip(REPLY_RUNGS, "sending needs --live")
            return
        reply = self._reply(request if self._given.base is None else at_base(request, self._given.base), sender)
        if reply.status in (404, 405):
            self._skip(REPLY_RUNGS, f"the read-only URL returned {reply.status}; sending needs --live")
            return
        self._add("http", RungResult.OK, f"{reply_steps.check_http(reply)} (read-only URL)")
        self._add("auth", RungResult.OK, reply_steps.check_auth(request, reply, properties))
        self._skip(("body", "response_map"), "sending needs --live")

    def _reply(self, request: RenderedRequest, sender: Sender) -> Reply:
        try:
            return sender.send(request)
        except NoReply as error:
            raise StepFailed("http", error.message, error.hint) from None

    def _webhook(self, template: Template, values: Values, preset: Preset | None, sender: Sender) -> None:
        given = self._given
        result, detail, fix, target = webhook_steps.check_webhook_url(
            template,
            preset,
            given.webhook_url,
            live=given.live,
            timeout_s=given.timeout_s,
            trust=trusted(given.ca_file),
        )
        self._add("webhook_url", result, detail, fix)
        if target is None:
            self._add("event", RungResult.SKIPPED, "no --webhook-url to send an event to")
        else:
            result, detail, fix = webhook_steps.check_event(template, values, target, sender, live=given.live)
            self._add("event", result, detail, fix)
