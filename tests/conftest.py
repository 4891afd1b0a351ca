"""Shared by all tests: a clean environment, and the command line as a function."""

from __future__ import annotations

import gc
import io
import json
import os
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import certifi
import hypothesis
import pytest

from ringocli.cli import run

if TYPE_CHECKING:
    from tests.keyrings import Keyring

# Time limits are off because they depend on the machine; in CI, each run tries the same values, so that failures are
# reproducible.
hypothesis.settings.register_profile(
    "suite",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.filter_too_much],
)
hypothesis.settings.load_profile("suite")

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "samples"


@pytest.hookimpl(optionalhook=True)  # pytest-xdist need not be installed
def pytest_xdist_auto_num_workers() -> int:
    """Two more workers than cores, because tests with browsers, other processes or time-outs wait half of the time."""
    return (os.cpu_count() or 1) + 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run tests with a browser first: one process runs all of them, while the others share the short tests."""
    items.sort(key=lambda item: {"browser", "firefox"}.isdisjoint(getattr(item, "fixturenames", ())))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect garbage rarely, since the collected tests live to the end. They are not frozen: Hypothesis looks with
    ``gc.get_referrers`` for what holds its random generator, and that does not see frozen objects.
    """
    gc.disable()
    collected = yield
    gc.set_threshold(20_000, 20, 100)
    gc.enable()
    return collected


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The result of a command."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Stdout, parsed as one JSON document."""
        return json.loads(self.out)


Command = Callable[..., Result]

_config_folders = count()


@pytest.fixture(scope="session")
def one_certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The only certificate trusted by default: reading a machine's hundred certificates takes longer than most
    tests.
    """
    path = tmp_path_factory.mktemp("trusted") / "one.pem"
    end = "-----END CERTIFICATE-----\n"
    path.write_text(certifi.contents().partition(end)[0] + end, "ascii", "replace")
    return path


@pytest.fixture(autouse=True)
def _own_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, one_certificate: Path
) -> None:
    """No environment variable, configuration file or certificate of this machine affects a test."""
    for name in list(os.environ):
        if name.startswith("RINGOCLI_") or name in ("NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS"):
            monkeypatch.delenv(name)
    # Each test has its own name; the folder is created only by a test that writes into it.
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / f"config-{next(_config_folders)}"))
    monkeypatch.setenv("RINGOCLI_TEST", "1")
    monkeypatch.setenv("SSL_CERT_FILE", str(one_certificate))


@pytest.fixture
def ringocli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run one command line in this process; ``stdin`` is what it reads, as text or bytes."""

    def command(*arguments: str | Path, stdin: str | bytes = b"") -> Result:
        raw = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw), "utf-8"))
        capsys.readouterr()
        code = run([str(word) for word in arguments])
        captured = capsys.readouterr()
        return Result(code=code, out=captured.out, err=captured.err)

    return command


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the current directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ring() -> Iterator[Keyring]:
    """The keyring in use, empty."""
    import keyring

    from tests.keyrings import Keyring

    before, found = keyring.get_keyring(), Keyring()
    keyring.set_keyring(found)
    yield found
    keyring.set_keyring(before)


ACME: dict[str, Any] = {
    "id": "acme",
    "name": "Acme SMS",
    "class": "sms",
    "properties": ["API key"],
    "auth": {"type": "Bearer", "token": "$API key$"},
    "API": {
        name: {
            "request_method": "POST",
            "request_url": "https://sms.acme.example/v1/messages",
            "request_content_type": "application/json",
            "request_parameters": {"from": "$from$", "to": "$to$", key: "$content$"},
            "response_map": {"data": {"id": "$messageid$"}},
        }
        for name, key in (("SendMessage", "text"), ("SendFile", "media"))
    },
    "Webhook": [
        {
            "event_key": key,
            "event_type": kind,
            "request_method": "POST",
            "request_parameters": {"method": "$event_key$", "params": params},
        }
        for key, kind, params in (
            ("message", "message", {"from": "$from$", "to": "$to$", "content": "$content$"}),
            ("file", "mms", {"from": "$from$", "to": "$to$", "text": "$text$", "url": "$url$"}),
            ("delivered", "messageDelivered", {"messageid": "$messageid$"}),
        )
    ],
}
"""A correct template."""


@pytest.fixture
def acme(folder: Path) -> Path:
    """The correct template, as a file in the current directory."""
    path = folder / "acme.json"
    path.write_text(json.dumps(ACME, indent=2), "utf-8")
    return path
