"""Templates that init writes from pasted commands send the same requests as curl."""

from __future__ import annotations

import base64
import html
import json
import re
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from ringocli.importers.curl.option_names import FLAGS, LETTERS, VALUED
from ringocli.importers.curl.reader import read_curl
from ringocli.importers.curl.shells import curl_words
from tests.conftest import Command
from tests.wire import HAS_CURL, as_facts, environment_of, facts_of, sent_by_curl

COMMANDS = sorted(path for path in (Path(__file__).parent / "commands").glob("*.sh") if ".wire" not in path.name)


LOST = {
    ("Authorization", "a bare token", "digest", "requests signed"): "auth",
    ("header Host",): "host",
    ("a Content-Type without",): "type",
}
"""The part of a request that may differ from the captured one, by the start of the limit that explains it."""


def limits_of(text: str) -> list[str]:
    """The limits of the framework that the first line of a command's file lists."""
    found = re.match(r"# not expressible: (.*)", text)
    return found.group(1).split(", ") if found else []


def rendered(ringocli: Command, command: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """The document of init, and the facts of the request that its template renders with the pasted values."""
    text = command.read_text("utf-8")
    template, saved = folder / "t.json", folder / "credentials.json"
    drafted = ringocli(
        "-v", "init", "--from-curl", command, "--no-input", "--format", "json", "--save-credentials", saved, template
    )
    assert 0 == drafted.code, drafted.err
    check_credentials(drafted.out + drafted.err + template.read_text("utf-8"), saved)
    values = []
    for decision in drafted.document["decisions"]:
        if decision["variable"] in ("from", "to", "content", "extension") and decision["pointer"].startswith(
            "/API/SendMessage"
        ):
            value = re.sub(r"\$(\w+)", lambda name: environment_of(text).get(name[1], name[0]), decision["value"])
            values += ["--set", f"{decision['variable']}={value}"]
    for name, value in environment_of(text).items():
        monkeypatch.setenv(name, value)
    shown = ringocli(
        "render",
        template,
        "SendMessage",
        "--format",
        "json",
        "--values",
        saved,
        "--show-secrets",
        "--missing",
        "empty",
        *values,
    )
    assert 0 == shown.code, shown.err
    request = shown.document["requests"][0]
    headers = {name.lower(): value for name, value in request["headers"]}
    return drafted.document, as_facts(request["method"], request["url"], headers, (request["body"] or "").encode())


@pytest.mark.skipif(not HAS_CURL, reason="needs bash and curl")
@pytest.mark.parametrize("command", COMMANDS, ids=lambda path: path.stem)
def test_a_template_sends_what_curl_sends(
    ringocli: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Path
) -> None:
    """Method, URL, query, content type, auth and body are equal; differences are named in ``not_expressible``."""
    text = command.read_text("utf-8")
    document, ours = rendered(ringocli, command, tmp_path, monkeypatch)
    whole = command.with_suffix(".wire.sh")
    seen = [
        facts_of(request) for request in sent_by_curl(whole.read_text("utf-8") if whole.exists() else text, tmp_path)
    ]
    limits = limits_of(text)
    assert limits == [entry["what"] for entry in document["not_expressible"]]
    for beginnings, fact in LOST.items():
        if any(limit.startswith(beginnings) for limit in limits):
            ours, seen = {**ours, fact: None}, [{**facts, fact: None} for facts in seen]
    if "multipart/form-data" in limits:
        assert {"to": ["+15550002222"], "from": ["+15550001111"], "text": ["Hello there"]} == ours["body"]
        return
    assert ours in seen


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("curl -d 'a b'\\''c' https://x.example", ["-d", "a b'c", "https://x.example"]),
        ('curl -d "a \\"b\\" \\$c" https://x.example', ["-d", 'a "b" $c', "https://x.example"]),
        ("curl -d $'a\\tb\\u00e4\\x21' https://x.example", ["-d", "a\tbä!", "https://x.example"]),
        ("curl \\\n  -s \\\n  https://x.example", ["-s", "https://x.example"]),
        ("curl https://x.example # the end", ["https://x.example"]),
        ("sudo curl https://x.example | jq .", ["https://x.example"]),
        ("TO=+1555; curl -d to=$TO https://x.example", ["-d", "to=+1555", "https://x.example"]),
        ("curl -u <user name>:<pass> https://x.example", ["-u", "<user name>:<pass>", "https://x.example"]),
        ('curl.exe -d "{""a"":1}" https://x.example', ["-d", '{"a":1}', "https://x.example"]),
        ('curl ^\n -d ^"a^&b^" https://x.example', ["-d", "a&b", "https://x.example"]),
        (
            'curl "https://x.example/?a=1^&b=2" -d "^{^\\^"t^\\^":^\\^"50^% ^%^41B^\\^"^}"',
            ["https://x.example/?a=1&b=2", "-d", '{"t":"50% %41B"}'],
        ),
        ('curl -d "x^2&y=^_^" https://x.example', ["-d", "x^2&y=^_^", "https://x.example"]),
        # Two readings of each "^%^é" would take exponential time.
        (f'curl -d "{"^%^é" * 60}!" https://x.example', ["-d", "^%^é" * 60 + "!", "https://x.example"]),
        ("curl `\n -d 'it''s' https://x.example", ["-d", "it's", "https://x.example"]),
        ('curl -d \'{"t": "it\'s"}\' https://x.example', ["-d", '{"t": "it\'s"}', "https://x.example"]),
        ("curl -d 'never closed https://x.example", ["-d", "never closed https://x.example"]),
        (
            "curl 'https://x.example' \\--header 'A: b'--data 'c'",
            ["https://x.example", "--header", "A: b", "--data", "c"],
        ),
        ("curl -d &quot;a=b&quot; https://x.example", ["-d", "a=b", "https://x.example"]),
        ("curl -d $'a\\\\x41\\x41\\101\\cA\\q' https://x.example", ["-d", "a\\x41AA\x01\\q", "https://x.example"]),
        ("curl -d $'\\xc3\\xa9\\0gone'kept https://x.example", ["-d", "ékept", "https://x.example"]),
        ("curl -d ‘it’s’ https://x.example", ["-d", "it’s", "https://x.example"]),
        ("sh -c \"curl -d 'a b' https://x.example\"", ["-d", "a b", "https://x.example"]),
        (
            "curl -d $1 -d ${A[0]} https://x.example",
            ["-d", "\ue000(1)\ue001", "-d", "\ue000A\ue001", "https://x.example"],
        ),
        ("curl -d 'well —ok' https://x.example", ["-d", "well —ok", "https://x.example"]),
        ("curl -d é=${A}ü{ö}👋 https://x.example", ["-d", "é=\ue000A\ue001ü{ö}👋", "https://x.example"]),
        ('curl -d "👋 $é ${A}ü" https://x.example', ["-d", "👋 $é \ue000A\ue001ü", "https://x.example"]),
        ("C:\\me> curl -d a https://x.example", ["-d", "a", "https://x.example"]),
        ("[me@host ~]# curl -d a https://x.example", ["-d", "a", "https://x.example"]),
        ("curl -d\n'a b'\nhttps://x.example", ["-d", "a b", "https://x.example"]),
        ("curl —-header 'A: b' –d a https://x.example", ["--header", "A: b", "-d", "a", "https://x.example"]),
        ("curl -d\u202f'a b'\u3000https://x.example", ["-d", "a b", "https://x.example"]),
        ("curl -d &#34;a=b&#34; https://x.example?c&#061;&#039;d&#039;", ["-d", "a=b", "https://x.example?c=d"]),
        (
            "<pre><code>curl <span class='s'>-d</span> 'a' https://x.example</code></pre>",
            ["-d", "a", "https://x.example"],
        ),
        ("curl -d 'text=<p>curl</p>' https://x.example", ["-d", "text=<p>curl</p>", "https://x.example"]),
        ("{code:bash}\ncurl -d a https://x.example\n{code}", ["-d", "a", "https://x.example"]),
        ("curl -d a <https://x.example|x.example>", ["-d", "a", "https://x.example"]),
        ("curl -d a [https://x.example](https://x.example)", ["-d", "a", "https://x.example"]),
        ('curl -d ´{"a": 1}´ https://x.example', ["-d", '{"a": 1}', "https://x.example"]),
        ("curl -d ″a b″ https://x.example", ["-d", "a b", "https://x.example"]),
        ("curl -d 'it is 5′ tall' https://x.example", ["-d", "it is 5′ tall", "https://x.example"]),
        (
            "1  curl \\\n2   -d '{\n3     \"a\": 1}' \\\n4 https://x.example",
            ["-d", '{\n    "a": 1}', "https://x.example"],
        ),
        ("9 | curl -d '\n10 | 1' https://x.example", ["-d", "\n1", "https://x.example"]),
        ("2026-01-02T10:00:00Z INFO [sms] run: curl -d 'a' https://x.example", ["-d", "a", "https://x.example"]),
        ("A=(-d 'a b'); curl \"${A[@]}\" https://x.example", ["-d", "a b", "https://x.example"]),
    ],
)
def test_words_are_split_as_by_the_shell(text: str, words: list[str]) -> None:
    """Quoting, continuation and the mistakes of documentation pages."""
    commands, _ = curl_words(text)
    assert [words] == [list(command.words) for command in commands]


@pytest.mark.parametrize(
    ("text", "method", "url", "kind", "body"),
    [
        ("curl x.example", "GET", "http://x.example/", None, None),
        ("curl -I https://x.example/a", "HEAD", "https://x.example/a", None, None),
        ("curl -d a=1 -d b=2 https://x.example/", "POST", "https://x.example/", "form", "a=1&b=2"),
        ("curl -G -d a=1 'https://x.example/?b=2'", "GET", "https://x.example/?b=2&a=1", None, None),
        ("curl --json '{}' https://x.example/", "POST", "https://x.example/", "application/json", "{}"),
        (
            "curl -X PUT --data-urlencode 'a=ä &' https://x.example/",
            "PUT",
            "https://x.example/",
            "form",
            "a=%C3%A4+%26",
        ),
        ("curl --data-urlencode =a+b https://x.example/", "POST", "https://x.example/", "form", "a%2Bb"),
        ("curl --url-query q=ä https://x.example/", "GET", "https://x.example/?q=%C3%A4", None, None),
        ("curl -d '' https://x.example/", "POST", "https://x.example/", "form", ""),
        ("curl -H 'Content-Type:' -d a https://x.example/", "POST", "https://x.example/", None, "a"),
        ("curl 'https://x.example/a#b'", "GET", "https://x.example/a", None, None),
        ("curl -sXPOST -da=1 https://x.example/", "POST", "https://x.example/", "form", "a=1"),
        ("curl --insec https://x.example/", "GET", "https://x.example/", None, None),
        ("curl --data=a=1 https://x.example/", "POST", "https://x.example/", "form", "a=1"),
        ("curl https://x.example:443/a/./b/../c/..", "GET", "https://x.example/a/", None, None),
        ("curl http://x.example:80/..", "GET", "http://x.example:80/", None, None),
        ("curl --path-as-is https://x.example:8443/a/../b", "GET", "https://x.example:8443/a/../b", None, None),
        ("curl 'https://x.example?u=/a/../b'", "GET", "https://x.example/?u=/a/../b", None, None),
    ],
)
def test_options_have_the_meaning_of_curl(text: str, method: str, url: str, kind: str | None, body: str | None) -> None:
    """Default methods, types and the joining of data are curl's own."""
    pasted = read_curl("paste", text)[0]
    wanted = "application/x-www-form-urlencoded" if kind == "form" else kind
    assert (method, url, wanted, body) == (pasted.method, pasted.url, pasted.content_type, pasted.body)


@pytest.mark.parametrize(
    ("text", "address", "properties"),
    [
        ("-u account_sid:auth_token", "v1/accounts/account_sid/sms", ["Account SID", "Auth token"]),
        ("-u Account_ID:Auth_Token", "v1/Account_ID/sms", ["Account ID", "Auth token"]),
        ("-u 'myusername:mytoken'", "v1/numbers/{id}/sms", ["Username", "Token", "Number ID"]),
        ("-H 'Authorization: Bearer #{key}'", "v1/<<SID>>/sms", ["API key", "SID"]),
        ("-H 'Authorization: Bearer ${{ secrets.KEY }}'", "v1/:account_id/sms", ["Secrets key", "Account ID"]),
        ("-d pwd=k3y0042 -d un=me", "rest/sms/sms-ab12345-1/jobs", ["Password", "Username", "SMS ID"]),
        ("-d key=acme", "v1/sms", ["Key"]),
    ],
)
def test_what_belongs_to_an_account_is_named(ringocli: Command, text: str, address: str, properties: list[str]) -> None:
    """A property is named after the placeholder, the descriptive word, the field, or the segment before it."""
    command = f"curl {text} 'https://api.acme.example/{address}' -d to=+15550002222 -d text=Hi"
    done = ringocli("init", "--from-curl", "-", "--no-input", "--format", "json", "--dry-run", stdin=command)
    assert (0, "acme") == (done.code, done.document["template"]["id"])
    assert properties == done.document["template"]["properties"]
    assert done.document["template"]["API"]["SendMessage"]["request_url"].startswith("https://api.acme.example/")


def test_the_tables_of_options_agree() -> None:
    """Every letter has a long option, and no option is listed both with and without a value."""
    assert set(LETTERS.values()) <= VALUED | FLAGS
    assert not VALUED & FLAGS


@pytest.mark.parametrize(
    "text",
    ["echo hello", "", "wget https://x.example", "curl", "curl -X POST", "\x00\x01", "curl '" + "x" * 10_000],
)
def test_a_text_without_a_command_is_refused(ringocli: Command, folder: Path, text: str) -> None:
    """The exit code is 2, there is no traceback, and nothing is written."""
    done = ringocli("init", "--from-curl", "-", "--no-input", stdin=text)
    assert done.code in (0, 2)
    if done.code:
        assert "Traceback" not in done.err
        assert not list(folder.iterdir())


def test_a_paste_is_never_run(ringocli: Command, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Substitutions stay text, the environment is not used, files are read below an allowed folder only."""
    monkeypatch.setenv("SECRET_OF_MINE", "canary-in-the-environment")
    (folder / "in").mkdir()
    (folder / "in" / "body.json").write_text('{"to": "+15550002222", "text": "Hello"}', "utf-8")
    (folder / "outside.json").write_text('{"to": "canary-outside"}', "utf-8")
    head = 'curl https://x.example -H "Content-Type: application/json" -u "$(touch ran):$SECRET_OF_MINE" -d '
    for at, allowed, held in (
        ("@in/body.json", None, False),
        ("@in/body.json", "in", True),
        ("@body.json", "in", True),
        ("@in/../outside.json", "in", False),
        ("@/etc/passwd", "in", False),
    ):
        options = ("--allow-files", allowed) if allowed else ()
        done = ringocli(
            "init", "--from-curl", "-", "--no-input", "--format", "json", "--dry-run", *options, stdin=head + at
        )
        assert 0 == done.code, done.err
        assert held == ("$content$" in json.dumps(done.document["template"]))
        assert "canary" not in done.out + done.err
        assert not (folder / "ran").exists()
    assert "allow-files" in json.dumps(done.document["not_expressible"])


@pytest.mark.parametrize("option", ["-d @more.txt", "--json @more.txt", "--data-urlencode x@more.txt", "-H @more.txt"])
def test_the_first_line_says_that_a_file_was_not_read(ringocli: Command, folder: Path, option: str) -> None:
    """Without the content of a file the request is not the one of the sample; with it, nothing is missing."""
    command = f"curl https://x.example -H 'X-Key: k' -d to=+15550002222 -d from=+15550001111 -d text=Hello {option}"
    (folder / "more.txt").write_text("X-Region: eu\n" if option.startswith("-H") else "{}", "utf-8")
    for allowed in ((), ("--allow-files", ".")):
        done = ringocli("init", "--from-curl", "-", "--no-input", "--dry-run", *allowed, stdin=command)
        assert ("@more.txt was not read" in done.err.partition("\n")[0]) == (not allowed)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda path: path.stem)
def test_no_credential_of_the_corpus_is_anywhere_else(ringocli: Command, folder: Path, command: Path) -> None:
    """Values in the credentials file are in no summary and no template; the comparison with curl checks the JSON."""
    done = ringocli("-v", "init", "--from-curl", command, "--no-input", "--save-credentials", "c.json", "t.json")
    assert 0 == done.code
    check_credentials(done.out + done.err + (folder / "t.json").read_text("utf-8"), folder / "c.json")


def check_credentials(shown: str, saved: Path) -> None:
    """No credential in the file is in a text, in any encoding."""
    properties = json.loads(saved.read_text("utf-8"))["properties"]
    secrets = [
        text for text in properties.values() if isinstance(text, str) and len(text) > 5 and any(map(str.isdigit, text))
    ]
    for secret in secrets:
        for encoded in encodings_of(secret):
            assert encoded not in shown, secret


def encodings_of(secret: str) -> set[str]:
    """A secret as plain text, in JSON, in a URL and a form, in base64, in a Basic header, in HTML, and for a shell."""
    return {
        secret,
        json.dumps(secret)[1:-1],
        quote(secret, safe=""),
        quote_plus(secret),
        base64.b64encode(secret.encode()).decode().rstrip("="),
        base64.b64encode(f"user:{secret}".encode()).decode().rstrip("="),
        html.escape(secret),
        shlex.quote(secret),
    }
