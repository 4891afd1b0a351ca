"""Plays a case file against a receiver, with a clock: events as the provider, sends as the Ringotel user.

When each step happens is drawn from the case's seed before anything is sent, so that a scenario can be repeated
exactly. Steps are sent one after another, in the order of their times.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic, sleep
from typing import Any

from ringocli.errors import LocalError, NoReply, UsageError
from ringocli.http.exchange import IncomingRequest, RenderedRequest, Reply, as_incoming
from ringocli.messaging.case_reader import Anything, Case, CaseStep, Reference
from ringocli.messaging.load.events import EventFactory, Recipe
from ringocli.messaging.load.provider_data import ProviderData
from ringocli.messaging.request import at_base, render_request
from ringocli.messaging.webhook import read_reply, read_webhook
from ringocli.template.model import Template
from ringocli.template.values import Layer, Missing, Values
from ringocli.text.secret import Secret, Text, redact, sent
from ringocli.text.traced import Piece, Traced

PROVIDER_ROUTE = "provider"
"""The route to which ``send`` steps without a recorded reply go."""

DEFAULT_ROUTE = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The inputs of a scenario. ``read_reply_file`` and ``read_webhook_file`` read recorded messages."""

    template: Template
    values: Values
    url: Secret | None
    provider: ProviderData | None
    send: Callable[[RenderedRequest], Reply]
    read_reply_file: Callable[[Path], Reply]
    read_webhook_file: Callable[[Path], IncomingRequest]
    time_scale: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOutcome:
    """The result of one delivery of a step; ``at_s`` is the scenario's time, before ``time_scale``."""

    step: str
    what: str
    at_s: float
    status: int | None
    elapsed_ms: float | None
    problems: tuple[str, ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        """The outcome as a JSON object."""
        return {
            "step": self.step,
            "what": self.what,
            "at_ms": round(self.at_s * 1000, 1),
            "status": self.status,
            "elapsed_ms": round(self.elapsed_ms, 3) if self.elapsed_ms is not None else None,
            "ok": not self.problems,
            "problems": list(self.problems),
        }


@dataclass(frozen=True, slots=True)
class _Timed:
    at_s: float
    order: int
    step: CaseStep


def schedule(case: Case) -> list[tuple[float, CaseStep]]:
    """Every step with its time in seconds, in the order in which they happen."""
    random = Random(case.seed)
    times: dict[str, float] = {}
    timed = []
    last = 0.0
    for order, step in enumerate(case.steps):
        draw = random.random()  # drawn for each step, so that one window does not shift the others
        base = last if step.at is None or step.at.after is None else times[step.at.after]
        offset = step.at.min_s + draw * (step.at.max_s - step.at.min_s) if step.at is not None else 0.0
        last = times[step.id] = max(0.0, base + offset)
        timed.append(_Timed(last, order, step))
    return [(one.at_s, one.step) for one in sorted(timed, key=lambda one: (one.at_s, one.order))]


def play(case: Case, stage: Stage, *, pause: Callable[[float], object] = sleep) -> list[StepOutcome]:
    """Play the scenario to its end; a step that fails does not stop the later ones.

    Raises:
        UsageError: a step cannot be played: a route or a reply is missing, or an event is unknown.
        LocalError: a file that the case names cannot be read.
    """
    player = _Player(case, stage)
    player.check()
    started = monotonic()
    outcomes: list[StepOutcome] = []
    for at_s, step in schedule(case):
        if (wait_s := started + at_s * stage.time_scale - monotonic()) > 0:
            pause(wait_s)
        outcomes += player.play(step, at_s)
    return outcomes


class _Player:
    """The state of one scenario: what each step has produced."""

    def __init__(self, case: Case, stage: Stage) -> None:
        self._case, self._stage = case, stage
        self._steps = {step.id: step for step in case.steps}
        self._produced: dict[str, Mapping[str, str]] = {}

    def check(self) -> None:
        """Check everything that would stop the scenario in the middle, before anything is sent."""
        for step in self._case.steps:
            if step.send is not None:
                self._stage.template.request(step.send)
                if step.reply is None and self._case.routes.get(step.route or PROVIDER_ROUTE) is None:
                    raise self._wrong(
                        step,
                        "a send step needs a reply, or a route to a provider",
                        f"Add {PROVIDER_ROUTE} to [routes].",
                    )
            else:
                if step.event is not None:
                    self._stage.template.event(step.event)
                self._url(step)
        for step in self._case.steps:
            after = self._steps.get(step.at.after) if step.at is not None and step.at.after is not None else None
            if step.at is not None and step.at.min_s < 0 and after is not None and after.send and after.reply is None:
                raise self._wrong(
                    step,
                    f"it may arrive before the reply to {after.id}, which is not recorded",
                    "Add reply to that step.",
                )

    def play(self, step: CaseStep, at_s: float) -> list[StepOutcome]:
        """Perform a step, as often as it says."""
        if step.send is not None:
            return [self._send(step, at_s)]
        index = self._case.steps.index(step)
        outcomes = []
        for copy in range(step.copies.count):
            number = index * 1000 + (copy if step.copies.fresh else 0)
            outcomes.append(self._deliver(step, at_s, number))
        return outcomes

    def _send(self, step: CaseStep, at_s: float) -> StepOutcome:
        assert step.send is not None
        what = step.send
        try:
            variables, reply = self._sent(step)
        except NoReply as failure:
            return StepOutcome(
                step=step.id, what=what, at_s=at_s, status=None, elapsed_ms=None, problems=(failure.message,)
            )
        problems = [*self._variable_problems(step, variables), *_reply_problems(step, reply)]
        return StepOutcome(
            step=step.id,
            what=what,
            at_s=at_s,
            status=reply.status,
            elapsed_ms=reply.elapsed_ms,
            problems=tuple(problems),
        )

    def _sent(self, step: CaseStep) -> tuple[Mapping[str, str], Reply]:
        """The variables of a send and its reply; with a recorded reply nothing is sent."""
        assert step.send is not None
        spec = self._stage.template.request(step.send)
        request = render_request(self._stage.template, spec, self._values(step), Missing.SAMPLE)
        if step.reply is not None:
            reply = self._stage.read_reply_file(step.reply)
        else:
            route = sent(self._case.routes[step.route or PROVIDER_ROUTE])
            reply = self._stage.send(at_base(request, route))
        found = read_reply(spec, reply).bindings if spec.response_map is not None else {}
        variables = {**{name: str(value) for name, value in request.variables.items()}, **found}
        self._produced[step.id] = variables
        return variables, reply

    def _deliver(self, step: CaseStep, at_s: float, number: int) -> StepOutcome:
        request, what = self._webhook(step, number)
        event_id = f"evt_{self._case.seed}_{step.id}_{number % 1000}"
        own = tuple(pair for pair in request.headers if pair[0].lower() != "webhook-id")
        request = request._replace(headers=(*own, ("webhook-id", Traced.plain(event_id))))
        self._produced[step.id] = {name: str(value) for name, value in request.variables.items()}
        problems = self._matching_problems(step, request)
        try:
            reply = self._stage.send(request)
        except NoReply as failure:
            return StepOutcome(
                step=step.id, what=what, at_s=at_s, status=None, elapsed_ms=None, problems=(*problems, failure.message)
            )
        return StepOutcome(
            step=step.id,
            what=what,
            at_s=at_s,
            status=reply.status,
            elapsed_ms=reply.elapsed_ms,
            problems=(*problems, *_reply_problems(step, reply)),
        )

    def _webhook(self, step: CaseStep, number: int) -> tuple[RenderedRequest, str]:
        stage = self._stage
        if step.webhook is not None:
            return as_rendered(stage.read_webhook_file(step.webhook), self._url(step)), step.webhook.name
        assert step.event is not None
        event = stage.template.event(step.event)
        recipe = Recipe(
            template=stage.template,
            subjects=(event,),
            values=self._values(step),
            missing=Missing.SAMPLE,
            url=self._url(step),
            seed=self._case.seed,
            provider=stage.provider,
        )
        return EventFactory(recipe).rendered(number), event.label

    def _url(self, step: CaseStep) -> Secret:
        name = step.route or DEFAULT_ROUTE
        url: Text | None = self._case.routes.get(name)
        if url is None and name == DEFAULT_ROUTE:
            url = self._stage.url
        if url is None:
            raise self._wrong(step, f"there is no route {name!r}", "Add it to [routes], or use --url.")
        return url if isinstance(url, Secret) else Secret(url)

    def _matching_problems(self, step: CaseStep, request: RenderedRequest) -> list[str]:
        """How the template reads the webhook, if the step expects something of it."""
        if step.expect.matched is None and step.expect.event is None and not step.expect.variables:
            return []
        try:
            reading = read_webhook(self._stage.template, as_incoming(request))
        except LocalError as error:
            return [] if step.expect.matched is False else [error.message]
        problems = []
        if step.expect.matched is not None and step.expect.matched != (reading.event is not None):
            found = reading.event.label if reading.event is not None else "no event"
            problems.append(f"it matches {found}")
        if step.expect.event is not None and (reading.event is None or step.expect.event not in (
            reading.event.key, reading.event.type, reading.event.label
        )):  # fmt: skip
            problems.append(f"it is not the event {step.expect.event}")
        return [*problems, *self._variable_problems(step, reading.variables)]

    def _values(self, step: CaseStep) -> Values:
        given = {
            name: self._resolved(value) if isinstance(value, Reference) else value for name, value in step.set.items()
        }
        return Values(layers=(Layer(variables=given), self._case.values, *self._stage.values.layers))

    def _resolved(self, reference: Reference) -> str:
        if reference.step not in self._produced:  # that step happens later; its recorded reply is read now
            step = self._steps[reference.step]
            if step.send is None or step.reply is None:
                raise UsageError(
                    f"{reference.step}.{reference.variable} is not known yet", "Move that step before this one."
                )
            self._sent(step)
        found = self._produced[reference.step].get(reference.variable)
        if found is None:
            raise UsageError(
                f"{self._case.path}: step {reference.step} has no {reference.variable}",
                "Check its reply and response_map.",
            )
        return found

    def _variable_problems(self, step: CaseStep, variables: Mapping[str, str]) -> list[str]:
        problems = []
        for name, expected in step.expect.variables.items():
            found = variables.get(name)
            wanted = self._resolved(expected) if isinstance(expected, Reference) else expected
            if found is None or (not isinstance(wanted, Anything) and found != wanted):
                shown = "nothing" if found is None else repr(redact(found))
                problems.append(
                    f"${name}$ is {shown}" + ("" if isinstance(wanted, Anything) else f", expected {wanted!r}")
                )
        return problems

    def _wrong(self, step: CaseStep, message: str, hint: str) -> UsageError:
        return UsageError(f"{self._case.path}: step {step.id}: {message}", hint)


def _reply_problems(step: CaseStep, reply: Reply) -> list[str]:
    problems = []
    if step.expect.status is not None and reply.status not in step.expect.status:
        problems.append(f"status {reply.status}, expected {step.expect.status.text}")
    if step.expect.within_s is not None and reply.elapsed_ms > step.expect.within_s * 1000:
        problems.append(f"answered after {reply.elapsed_ms / 1000:.3g} s, expected within {step.expect.within_s:g} s")
    return problems


def as_rendered(incoming: IncomingRequest, url: Secret) -> RenderedRequest:
    """A recorded webhook as it is sent to a URL: its body is unchanged; its query is sent only if there is no body."""
    from ringocli.http.exchange import Direction

    kept = [(name, Traced.plain(value)) for name, value in incoming.headers if name.lower() not in _OWN_HEADERS]
    pieces = [Piece(url)]
    if incoming.query and not incoming.body.strip():
        pieces.append(Piece(("&" if "?" in sent(url) else "?") + incoming.query))
    return RenderedRequest(
        name="webhook",
        direction=Direction.INCOMING,
        method=incoming.method,
        url=Traced(tuple(pieces)),
        headers=tuple(kept),
        body=Traced.plain(incoming.body.decode("utf-8", "replace")) if incoming.body else None,
        variables={},
        raw_body=incoming.body or None,
    )


_OWN_HEADERS = {"host", "content-length", "content-encoding", "connection", "transfer-encoding", "expect"}
"""Headers of the recorded connection; a recording has its bodies decompressed."""
