"""The timeline of a send."""

from __future__ import annotations

from ringocli.messaging.awaiting.arrival import Arrival
from ringocli.messaging.awaiting.sends import SendResult, timeline
from ringocli.messaging.request import render_request
from ringocli.template.reader import read_template
from ringocli.template.values import Missing, Values
from tests.conftest import ACME


def test_no_time_is_negative() -> None:
    """Times are not negative even if the clock was set back, or the emulator's clock is slow."""
    template = read_template(ACME)
    request = render_request(template, template.requests[0], Values(layers=()), Missing.SAMPLE)
    result = SendResult(number=1, request=request, sent_at=1_000_000.0)
    arrival = Arrival(at=900_000.0, matched=False, variables={}, problem="no event")
    assert [0.0, 0.0] == [entry["at_ms"] for entry in timeline(result, [arrival])]
