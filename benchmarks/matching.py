"""Matching with and without the fast paths: ``python -m benchmarks.matching`` prints microseconds per webhook."""

from __future__ import annotations

import timeit
from collections.abc import Callable

from ringocli.template.pattern.fast_path import misses
from ringocli.template.pattern.rendering import plain
from ringocli.template.preset import load
from ringocli.template.reader import read_template

RUNS = 5_000


def microseconds(function: Callable[[], object]) -> float:
    """The shortest of five measurements."""
    return min(timeit.repeat(function, number=RUNS, repeat=5)) / RUNS * 1e6


def main() -> None:
    """Match each event of the Telnyx preset against its own webhook, and reject the webhooks of the others."""
    template = read_template(load("telnyx").template)
    for event in template.events:
        values = {name: f"sample {name}" for name in event.pattern.variables}
        document = plain(event.pattern.render(values | {"event_key": event.key or ""}))
        given = {"event_key": event.key or ""}
        fast = microseconds(lambda: event.pattern.match(document, given, event.required))  # noqa: B023
        full = microseconds(lambda: event.pattern.match_fully(document, given, event.required))  # noqa: B023
        other = next(one for one in template.events if one.key != event.key)
        rejected = microseconds(lambda: misses(document, other.requirements))  # noqa: B023
        mismatch = microseconds(lambda: other.pattern.match_fully(document, {"event_key": other.key or ""}, None))  # noqa: B023
        print(f"{event.label}: match {fast:.1f} instead of {full:.1f}, reject {rejected:.1f} instead of {mismatch:.1f}")


if __name__ == "__main__":
    main()
