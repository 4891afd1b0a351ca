"""Requirements and the HTML report: the verdict first, no script, and no secret."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from ringocli.errors import UsageError
from ringocli.messaging.load.charts import nice_ceiling
from ringocli.messaging.load.require import parse_requirements
from tests.conftest import SAMPLES, Command
from tests.hostile import BROKEN, OK, receiver

VOID = {"meta", "rect", "line", "polyline", "br"}


class Checked(HTMLParser):
    """Counts tags and notes those that are not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert tag == self.open.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


def simulate(ringocli: Command, url: str, *options: str) -> int:
    return ringocli(
        "simulate-webhook", SAMPLES / "telnyx.json", "--url", url, "--concurrency", "4", "--count", "50", *options
    ).code


def test_a_report_is_complete_and_has_no_script(folder: Path, ringocli: Command) -> None:
    """Headline, requirements, results, charts and table are in one file that needs nothing else."""
    with receiver(lambda name, times: BROKEN if name.endswith("9") else OK) as receiving:
        options = [
            "--report",
            "report.html",
            "--require",
            "p99<60s,failed=0",
            "--set",
            "content=<script>alert(1)</script>",
        ]
        assert 1 == simulate(ringocli, f"{receiving.url}/c4nary-token", *options)
    text = Path("report.html").read_text("utf-8")
    checked = Checked()
    checked.feed(text)
    assert [] == checked.open
    assert not {"script", "link", "img", "iframe"} & set(checked.tags)
    assert not any(name.startswith("on") for name in checked.attributes)
    assert 3 == checked.tags.count("svg")
    assert "1 of 2 requirements missed: failed=0 (measured 5)" in text
    assert all(
        words in text for words in ("Latency over time", "Replies per second", "Run it again", "possible duplicates")
    )
    assert "c4nary-token" not in text
    assert len(text) < 300_000


def test_an_existing_report_is_kept(folder: Path, ringocli: Command) -> None:
    """Without --force nothing is sent and nothing is overwritten."""
    Path("report.html").write_text("mine", "utf-8")
    with receiver() as receiving:
        assert 2 == simulate(ringocli, receiving.url, "--report", "report.html")
        assert [] == receiving.log
        assert "mine" == Path("report.html").read_text("utf-8")
        assert 0 == simulate(ringocli, receiving.url, "--report", "report.html", "--force")


@pytest.mark.parametrize(
    ("conditions", "code"),
    [
        ("failed=0", 0), ("failed<1%", 0), ("p99<60s,delivered=50", 0), ("rate>=1/s", 0), ("p50<=0.001ms", 1),
        ("service.max<60s,lateness.p90<60s", 0), ("delivered>=51", 1), ("elapsed<60s", 0),
    ],
)  # fmt: skip
def test_requirements_decide_the_exit_code(folder: Path, ringocli: Command, conditions: str, code: int) -> None:
    """Each condition is in the summary with its measured value."""
    with receiver() as receiving:
        assert code == simulate(ringocli, receiving.url, "--require", conditions)


def test_a_share_of_failures_may_be_allowed(folder: Path, ringocli: Command) -> None:
    """``failed<20%`` accepts ten failures in a hundred."""
    with receiver(lambda name, times: BROKEN if name.endswith("9") else OK) as receiving:
        assert 0 == simulate(ringocli, receiving.url, "--require", "failed<20%")
        assert 1 == simulate(ringocli, receiving.url, "--require", "p99<60s")


@pytest.mark.parametrize("text", ["p98<1s", "p99<2", "failed=0s", "p99", "rate>fast", "p99<1.2.3s"])
def test_a_malformed_requirement_is_refused(text: str) -> None:
    """A threshold that cannot be checked is an error."""
    with pytest.raises(UsageError):
        parse_requirements(text)


@pytest.mark.parametrize(
    ("value", "ceiling"), [(0.0, 1), (0.3, 0.32), (7, 8), (10, 10), (11, 12), (2.1, 2.4), (90, 100)]
)
def test_axes_end_at_round_numbers(value: float, ceiling: float) -> None:
    """1, 2 or 5 times a power of ten."""
    assert ceiling == pytest.approx(nice_ceiling(value))
