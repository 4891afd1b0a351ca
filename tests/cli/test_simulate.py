"""``simulate-webhook``: the provider's webhooks over real sockets, counted, paced, retried, and never too many."""

from __future__ import annotations

import json
import os
import shlex
import signal
import ssl
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import trustme

from ringocli.cli import run
from ringocli.http.addresses import webhook_address
from ringocli.http.status_codes import Statuses
from ringocli.messaging.delivery import rate_of
from ringocli.text.secret import Secret, redact
from tests.cli.test_send import CANARY, URL_CANARY, alone, leaks, template
from tests.loopback import Answer, Seen, serving, unused_port

__all__ = ["alone", "template"]

SUMMARY_KEYS = [
    "schema_version", "planned", "delivered", "failed", "duplicates_sent", "sent_this_run", "retries",
    "elapsed_s", "rate_per_s", "latency_ms", "service_ms", "lateness_ms", "statuses", "errors", "required",
]  # fmt: skip


def simulated(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    """The exit code and the JSON summary of a run."""
    code = run(["simulate-webhook", *arguments, "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def test_one_event_arrives_and_is_shown(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --event the first event is sent; numbers depend on the direction, other values are samples, and a note
    says so.
    """
    with serving(Answer.json({"ok": True})) as server:
        command = ["simulate-webhook", template, "--url", f"{server.url}/hook/x"]
        assert 0 == run([*command, "--set", "number=+12025550111", "--set", "contact=+13105550122"])
    captured = capsys.readouterr()
    body = server.seen[0].document
    assert ("message.received", "+13105550122", "+12025550111") == (body["type"], body["from"], body["to"])
    assert ("POST", "/hook/x") == (server.seen[0].method, server.seen[0].target)
    assert "message:message.received -> 127.0.0.1" == captured.out.splitlines()[0]
    assert '  {"ok": true}' == captured.out.splitlines()[2]
    assert "sample values for content" in captured.err


def test_the_words_of_the_url_change_no_key(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The summary has its own keys at a URL that contains one of them."""
    with serving() as receiver:
        for path in ("delivered", "hooks/delivered", "statuses/"):
            code, summary = simulated(capsys, template, "--url", f"{receiver.url}/{path}", "--count", "2")
            assert (0, 2, {"200": 2}) == (code, summary["delivered"], summary["statuses"])


def test_the_summary_has_its_fixed_form(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON has every documented key in order, and planned is the sum of delivered and failed."""
    with serving(Answer(), Answer(status=500), Answer()) as server:
        code, summary = simulated(capsys, template, "--url", server.url, "--count", "4")
    assert SUMMARY_KEYS == list(summary)
    assert ["p50", "p90", "p99", "max"] == list(summary["latency_ms"])
    assert (1, 4, 3, 1, 4) == (
        code, summary["planned"], summary["delivered"], summary["failed"], summary["sent_this_run"]
    )  # fmt: skip
    assert ({"200": 3, "500": 1}, {"status": 1}) == (summary["statuses"], summary["errors"])
    assert summary["latency_ms"]["p50"] <= summary["latency_ms"]["max"]


def test_events_come_in_turn_with_fresh_ids(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Two kinds of event are sent five times in turn, each with a new messageid; jsonl has a line for each."""
    events = ["--event", "message", "--event", "messageDelivered"]
    with serving() as server:
        command = ["simulate-webhook", template, "--url", server.url, *events, "--format", "jsonl"]
        assert 0 == run([*command, "--count", "5"])
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert 0 == run([*command, "--set", "messageid=mine"])
    kinds = [seen.document["type"] for seen in server.seen]
    assert ["message.received", "delivered"] * 2 + ["message.received"] == kinds[:5]
    ids = [seen.document["id"] for seen in server.seen if "id" in seen.document]
    assert (3, "mine") == (len(set(ids)), ids[-1])
    assert [1, 2, 3, 4, 5] == [line["index"] for line in lines[:-1]]
    assert ids[0] == lines[1]["variables"]["messageid"]
    assert SUMMARY_KEYS == list(lines[-1])


def test_concurrent_workers_send_everything_once(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    """200 events sent by 8 workers arrive once each."""
    with serving() as server:
        code, summary = simulated(
            capsys,
            template,
            "--url",
            server.url,
            "--event",
            "delivered",
            "--count",
            "200",
            "--concurrency",
            "8",
        )
    assert (0, 200, 200) == (code, summary["delivered"], len({seen.document["id"] for seen in server.seen}))
    assert 200 == len(server.seen)


def test_a_retry_delivers_after_a_temporary_failure(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    """After 503 and then 200 the event is delivered, with one retry and the same messageid."""
    busy = Answer(status=503)
    with serving(busy, Answer()) as server:
        code, summary = simulated(capsys, template, "--url", server.url, "--event", "delivered", "--retry", "2")
    assert (0, 1, 1, {"200": 1}) == (code, summary["delivered"], summary["retries"], summary["statuses"])
    assert 1 == len({seen.document["id"] for seen in server.seen})


def test_events_that_chaos_repeats_are_not_called_unanswered(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each repetition had a reply: only a retry without one is sent again because of that."""
    with serving() as server:
        run(["simulate-webhook", template, "--url", server.url, "--count", "3", "--chaos", "dup-same=100%"])
    line = next(line for line in capsys.readouterr().out.splitlines() if "possible duplicates" in line)
    assert "  possible duplicates  3  (repeated by chaos)" == line


def test_no_reply_at_all_is_exit_4(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The summary is still printed, and stderr names the port."""
    port = unused_port()
    code = run(["simulate-webhook", template, "--url", f"http://127.0.0.1:{port}", "--format", "json"])
    captured = capsys.readouterr()
    summary = json.loads(captured.out)
    assert (4, 1, 1, {"connect": 1}) == (code, summary["planned"], summary["failed"], summary["errors"])
    assert None is summary["latency_ms"]["p50"]
    assert f"port {port} of 127.0.0.1 refused the connection" in captured.err


def test_a_refusal_is_shown_in_the_servers_words(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    """After a 422 the exit code is 1, and the server's reason is printed."""
    with serving(Answer.json({"error": {"message": "no such number"}}, 422)) as server:
        assert 1 == run(["simulate-webhook", template, "--url", server.url])
        text = capsys.readouterr().out
        assert 1 == run(["simulate-webhook", template, "--url", server.url, "--count", "3"])
        many = capsys.readouterr().out
    assert ["  no such number"] == text.splitlines()[2:]
    assert "3 x status 422: no such number" in many


def test_the_reply_may_have_to_contain_a_text(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A 200 without the text does not count as delivered."""
    with serving(Answer(body=b"queued")) as server:
        asked = [template, "--url", server.url, "--expect-body-contains"]
        assert 0 == simulated(capsys, *asked, "queued")[0]
        code, summary = simulated(capsys, *asked, "done")
    assert (1, {"body": 1}) == (code, summary["errors"])


@pytest.mark.parametrize("options", [["--count", "11"], ["--duration", "1"], ["--count", "11", "--rate", "1/s"]])
def test_many_events_to_a_real_host_need_live(
    template: str, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    """The error names the host and the total, and nothing is sent."""
    url = f"https://hooks.example/{URL_CANARY}"
    assert 2 == run(["simulate-webhook", template, "--url", url, *options])
    captured = capsys.readouterr()
    assert ("", []) == (captured.out, leaks(captured.err, URL_CANARY))
    assert "to hooks.example" in captured.err.splitlines()[-3]
    assert "--live" in captured.err


def test_the_url_comes_from_many_places(
    template: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a URL the ways to give one are listed; with a profile the host is printed before anything is sent."""
    assert 2 == run(["simulate-webhook", template])
    assert all(way in capsys.readouterr().err for way in ("RINGOCLI_WEBHOOK_URL",))
    with serving() as server:
        Path("ringocli.toml").write_text(f'[profiles.here]\nwebhook_url = "{server.url}/profile"\n')
        assert 0 == run(["simulate-webhook", template, "--profile", "here"])
        assert "profile here: sending to 127.0.0.1" in capsys.readouterr().err
        monkeypatch.setenv("RINGOCLI_WEBHOOK_URL", f"{server.url}/environment")
        assert 0 == run(["simulate-webhook", template, "--profile", "here"])
        assert 0 == run(["simulate-webhook", template, "--url", f"{server.url}/option"])
    assert ["/profile", "/environment", "/option"] == [seen.target for seen in server.seen]


@pytest.mark.parametrize(
    "options",
    [
        ["--event", "mesage"], ["--rate", "fast"], ["--rate", "0"], ["--rate", "inf"], ["--duration", "0"],
        ["--url", "sms.example:8025"], ["--url", "http://127.0.0.1:99999"], ["--url", "http://a b/"],
        ["--set", "form=1"], ["--count", "0"], ["--preset", "telnix"], ["--require", "p98<1s"], ["--require", ""],
        ["--chaos", ""], ["--shard", "3/2"], ["--concurrency", "many"],
    ],
)  # fmt: skip
def test_invalid_options_are_exit_2(template: str, options: list[str]) -> None:
    """Nothing is sent."""
    with serving() as server:
        assert 2 == run(["simulate-webhook", template, "--url", server.url, *options])
    assert [] == server.seen


@pytest.mark.parametrize(
    "options", [["--ca-file", "none.pem"], ["--journal", "."], ["--report", "none/report.html"], ["--data", "none.csv"]]
)
def test_files_that_cannot_be_used_are_exit_3(folder: Path, template: str, options: list[str]) -> None:
    """Nothing is sent, even if the file would only be needed later."""
    with serving() as server:
        assert 3 == run(["simulate-webhook", template, "--url", server.url, *options])
    assert [] == server.seen


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_a_dry_run_sends_nothing(template: str, capsys: pytest.CaptureFixture[str], form: str) -> None:
    """A dry run shows each kind of event once, with the URL masked."""
    with serving() as server:
        url = f"{server.url}/{URL_CANARY}"
        command = ["simulate-webhook", template, "--url", url, "--dry-run", "--format", form]
        assert 0 == run([*command, "--event", "message", "--event", "delivered", "--count", "50"])
    captured = capsys.readouterr()
    assert [] == server.seen
    assert (True, True) == ("message.received" in captured.out, "delivered" in captured.out)
    assert [] == leaks(captured.out + captured.err, URL_CANARY, CANARY)


def echo(seen: Seen) -> Answer:
    """Repeats everything, as an error page may."""
    text = f"Cannot POST {seen.target}: {seen.body.decode()} {CANARY} user-c4nary {URL_CANARY}"
    return Answer.json({"message": text, "url": seen.target}, 404)


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
@pytest.mark.parametrize("count", ["1", "3"])
@pytest.mark.parametrize("gone", [False, True])
def test_no_secret_is_shown(
    template: str, capsys: pytest.CaptureFixture[str], form: str, count: str, gone: bool
) -> None:
    """Neither the path of the URL nor a property is shown, even if the server repeats them or cannot be reached."""
    with serving(echo) as server:
        port = unused_port() if gone else server.port
        url = f"http://user-c4nary:pass-c4nary@127.0.0.1:{port}/hook/{URL_CANARY}?key=query-c4nary#frag-c4nary"
        code = run(["--verbose", "simulate-webhook", template, "--url", url, "--count", count, "--format", form])
    captured = capsys.readouterr()
    assert (4 if gone else 1) == code
    secrets = (CANARY, URL_CANARY, "user-c4nary", "pass-c4nary", "query-c4nary", "frag-c4nary")
    assert [] == leaks(captured.out + captured.err, *secrets)
    if not gone:
        assert CANARY == server.seen[0].document["token"]


def test_only_the_host_of_a_webhook_url_is_shown() -> None:
    """Scheme, host and port are shown, and the rest as ``***``."""
    assert "https://h.example:8443/***" == str(webhook_address(Secret("https://u:p@h.example:8443/a?b#c")))
    assert "http://[::1]:80/" == str(webhook_address(Secret("http://[::1]:80/")))


@pytest.mark.parametrize("path", ["hooks/qwertzuiop", "qwertzuiop", "webhook/qwertzuiop/delivered"])
def test_a_word_in_the_path_of_the_webhook_url_is_a_secret(path: str) -> None:
    """Whatever a receiver repeats of the path is masked, except words that results also contain."""
    webhook_address(Secret(f"https://h.example/{path}"))
    assert "cannot post to ***: *** was not delivered" == redact(
        f"cannot post to /{path}: qwertzuiop was not delivered"
    )


@pytest.mark.skipif(os.name == "nt", reason="a console event, not a signal")
@pytest.mark.parametrize("concurrency", ["1", "4"])
def test_ctrl_c_prints_the_summary(template: str, concurrency: str) -> None:
    """The run ends with exit code 130, and the summary counts unsent events as failed."""
    arrived = threading.Event()
    with serving(Answer(before=arrived.set)) as server:
        process = subprocess.Popen(
            [
                sys.executable, "-m", "ringocli", "simulate-webhook", template, "--url", server.url,
                "--count", "1000", "--rate", "20", "--concurrency", concurrency, "--format", "json",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        assert arrived.wait(30)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    summary = json.loads(out)
    assert 130 == process.returncode, err
    assert (1000, 1000) == (summary["planned"], summary["delivered"] + summary["failed"])
    assert 900 < summary["errors"]["stopped"] <= 1000
    assert "Traceback" not in err


@pytest.mark.parametrize(("text", "expected"), [("5", 5.0), ("5/s", 5.0), (" 0.5 ", 0.5)])
def test_a_rate_is_read(text: str, expected: float) -> None:
    """A rate may be given with or without its unit."""
    assert expected == rate_of(text)


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [("2xx", [200, 299], [199, 300]), ("200-204", [200, 204], [205]), ("200,4XX", [200, 404], [201, 500])],
)
def test_statuses_are_read(text: str, inside: list[int], outside: list[int]) -> None:
    """Statuses may be classes, codes, ranges, or lists of these."""
    statuses = Statuses.parse(text)
    assert [True] * len(inside) + [False] * len(outside) == [status in statuses for status in inside + outside]


def test_many_events_over_tls(template: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The engine uses TLS and trusts --ca-file; without it every event fails for the same reason."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with serving(tls=context) as server:
        url = f"https://localhost:{server.port}/hook"
        many = [template, "--url", url, "--count", "40", "--concurrency", "4"]
        trusted = simulated(capsys, *many, "--ca-file", str(tmp_path / "ca.pem"))
        untrusted = simulated(capsys, *many)
    assert (0, 40, 40) == (trusted[0], trusted[1]["delivered"], len(server.seen))
    assert (4, {"tls": 40}) == (untrusted[0], untrusted[1]["errors"])


def test_a_proxy_is_used(template: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Events go through the proxy that the environment names, one or many."""
    with serving() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        code, summary = simulated(
            capsys, template, "--url", "http://hooks.example/hook", "--count", "12", "--concurrency", "4", "--live"
        )
    assert (0, 12, 12) == (code, summary["delivered"], len(proxy.seen))
    assert {"http://hooks.example/hook"} == {seen.target for seen in proxy.seen}
    assert 12 == len({seen.header("webhook-id") for seen in proxy.seen})


@pytest.mark.parametrize("form", [":{port}/hook", "localhost:{port}/hook"])
@pytest.mark.parametrize("way", ["option", "environment", "profile"])
def test_a_port_of_this_machine_is_a_url(
    template: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    form: str,
    way: str,
) -> None:
    """``:5077`` and ``localhost:5077`` need no http://, wherever the URL comes from."""
    monkeypatch.chdir(tmp_path)
    with serving(Answer.json({"ok": True})) as server:
        url = form.format(port=server.port)
        if way == "environment":
            monkeypatch.setenv("RINGOCLI_WEBHOOK_URL", url)
        (tmp_path / "ringocli.toml").write_text(f'[profiles.own]\nwebhook_url = "{url}"\n')
        words = {"option": ["--url", url], "environment": [], "profile": ["--profile", "own"]}[way]
        code, _ = simulated(capsys, template, *words)
    assert (0, "/hook") == (code, server.seen[0].target)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_a_low_limit_of_open_files_bounds_the_connections(template: str) -> None:
    """With a limit of 64 open files, 200 connections become 24, and all events arrive; with 10, the error names the
    limit.
    """
    with serving() as server:
        arguments = [template, "--url", server.url, "--count", "300", "--concurrency", "200"]
        for limit, code, words in ((64, 0, "24 connections instead of 200"), (10, 3, "only 10 files may be open")):
            script = f"ulimit -n {limit}; exec {shlex.join([sys.executable, '-m', 'ringocli', 'simulate-webhook', *arguments])}"
            done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=60, check=False)
            assert (code, True) == (done.returncode, words in done.stderr), done.stderr
