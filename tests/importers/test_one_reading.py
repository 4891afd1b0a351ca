"""The law of samples: `init`, `match`, `test` and the emulator read every sample alike, notes included."""

from __future__ import annotations

import contextlib
import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringocli.emulator.ringotel import interpret
from ringocli.errors import LocalError, RingocliError
from ringocli.http.bodies import decode, decode_pairs
from ringocli.importers.raw_requests import Sample
from ringocli.importers.samples import read_sample
from ringocli.importers.sources import request_in
from ringocli.messaging.webhook import decoded_webhook
from ringocli.template.reader import read_template
from ringocli.testing import emulator
from ringocli.testing.context import Emulator
from tests.conftest import SAMPLES, Command
from tests.emulating import call

Fields = dict[str, str]
FROM, TO = "+13105550142", "+12135550187"
BODIES: dict[str, Fields] = {
    "plain": {"from": FROM, "to": TO, "text": "Hello there"},
    "first-name-with-code": {"phonecode": "49", "from": FROM, "to": TO, "text": "Hello there"},
    "unicode": {"from": FROM, "to": TO, "text": "héllo 👋 ünïcode, naïve"},
    "signs": {"from": FROM, "to": TO, "text": 'a & b = c? 100% "sure"; <b>#1</b> \\ curl -d x'},
    "lines": {"from": FROM, "to": TO, "text": "one\ntwo\n\nthree: four"},
    "empty-values": {"from": FROM, "to": TO, "text": "Hello there", "media": "", "note": ""},
    "hexadecimal": {"from": FROM, "to": TO, "text": "00480065006C006C006F0020D83DDC4B"},
    "escapes": {"from": FROM, "to": TO, "text": "Hello%20there%2C%20you"},
    "numbered-files": {"from": FROM, "to": TO, "text": "Hello there", "MediaUrl0": "https://x.example/a.jpg",
                       "MediaUrl1": "https://x.example/b.jpg"},
    "a-command-as-text": {"from": FROM, "to": TO, "text": "try curl -X POST https://x.example/a?b=c"},
    "request-line-as-text": {"from": FROM, "to": TO, "text": "GET /a?b=c HTTP/1.1"},
    "words-of-collections": {"from": FROM, "to": TO, "text": "Hello there", "items": "1", "requests": "2", "log": "3"},
}  # fmt: skip
JSON_LINE, FORM_LINE = "Content-Type: application/json", "Content-Type: application/x-www-form-urlencoded"
HEAD = "POST /sms HTTP/1.1\nHost: x.example\n"


def shell(text: str) -> str:
    """A text in single quotes for a shell."""
    return "'" + text.replace("'", "'\\''") + "'"


def chunks(text: str) -> bytes:
    """A text as two chunks."""
    data = text.encode()
    half = len(data) // 2
    return b"%x\r\n%s\r\n%x;a=b\r\n%s\r\n0\r\n\r\n" % (half, data[:half], len(data) - half, data[half:])


def forms_of(fields: Fields) -> dict[str, str | bytes]:
    """The same webhook in every form."""
    body, form = json.dumps(fields, ensure_ascii=False), urlencode(fields)
    query = urlencode(fields, quote_via=quote)
    verbose = (
        f"* Connected to x.example\n> POST /sms HTTP/1.1\n> Host: x.example\n> {JSON_LINE}\n> Content-Length: 9\n>\n"
        '* upload completely sent off\n< HTTP/1.1 200 OK\n<\n{ [21 bytes data]\n{"id": "m-1"}\n* Connection #0 left\n'
    )
    request = {"method": "POST", "url": "https://x.example/sms", "headers": [["Content-Type", "application/json"]]}
    return {
        "bare-json": body,
        "indented-json": json.dumps(fields, indent=2),
        "bare-form": form,
        "byte-order-mark": "\ufeff" + body,
        "utf-16": body.encode("utf-16"),
        "code-fence": f"```json\n{body}\n```",
        "raw-request": f"{HEAD}{JSON_LINE}\n\n{body}",
        "raw-form": f"{HEAD}{FORM_LINE}\n\n{form}",
        "raw-request-crlf": f"{HEAD}{JSON_LINE}\n\n".replace("\n", "\r\n") + body,
        "no-version": f"POST /sms\nHost: x.example\n{JSON_LINE}\n\n{body}",
        "url-without-version": f"POST https://x.example/sms\n{JSON_LINE}\n\n{body}",
        "no-empty-line": f"{HEAD}{JSON_LINE}\n{body}",
        "no-request-line": f"Host: x.example\n{JSON_LINE}\n\n{body}",
        "pseudo-headers": f":method: POST\n:authority: x.example\n:path: /sms\ncontent-type: application/json\n\n{body}",
        "url": f"https://x.example/sms?{query}",
        "path": f"/sms?{query}",
        "bare-query": f"?{query}",
        "get-line": f"GET /sms?{query}",
        "get-request": f"GET /sms?{query} HTTP/1.1\nHost: x.example\n\n",
        "access-log": f'10.0.0.1 - - [10/Oct/2026:13:55:36 +0000] "GET /sms?{query} HTTP/1.1" 200 12 "-" "agent/1.0"',
        "router-log": f'at=info method=GET path="/sms?{query}" host=x.example status=200',
        "curl": f"curl -X POST https://x.example/sms -H '{JSON_LINE}' -d {shell(body)}",
        "curl-form": f"curl https://x.example/sms -d {shell(form)}",
        "curl-get": f"curl 'https://x.example/sms?{query}'",
        "wget": f"wget --header='{JSON_LINE}' --post-data={shell(body)} https://x.example/sms",
        "transcript": f"$ curl -v https://x.example/sms -H '{JSON_LINE}' -d {shell(body)}\n{verbose}",
        "json-as-form": f"{HEAD}{FORM_LINE}\n\n{body}",
        "form-as-json": f"{HEAD}{JSON_LINE}\n\n{form}",
        "trailing-comma": body[:-1] + ",}",
        "comment": body[:-1] + " // the end\n}",
        "block-comment": "/* sample */ " + body,
        "ellipsis": body[:-1] + ", ...}",
        "cut-off": body[:-1],
        "ndjson": f"{body}\n{body}\n",
        "chunked": f"{HEAD}{JSON_LINE}\nTransfer-Encoding: chunked\n\n".encode() + chunks(body),
        "chunked-decoded-already": f"{HEAD}{JSON_LINE}\nTransfer-Encoding: chunked\n\n{body}",
        "gzip-body": f"{HEAD}{JSON_LINE}\nContent-Encoding: gzip\n\n".encode() + gzip.compress(body.encode()),
        "gzip-chunked": f"{HEAD}{JSON_LINE}\nContent-Encoding: gzip\nTransfer-Encoding: chunked\n\n".encode()
        + b"%x\r\n%s\r\n0\r\n\r\n" % (len(gzip.compress(body.encode())), gzip.compress(body.encode())),
        "deflate-body": f"{HEAD}{JSON_LINE}\nContent-Encoding: deflate\n\n".encode() + zlib.compress(body.encode()),
        "deflate-without-header": f"{HEAD}{JSON_LINE}\nContent-Encoding: deflate\n\n".encode()
        + zlib.compress(body.encode(), wbits=-zlib.MAX_WBITS),
        "gzip-twice": f"{HEAD}{JSON_LINE}\nContent-Encoding: gzip, gzip\n\n".encode()
        + gzip.compress(gzip.compress(body.encode())),
        "decompressed-already": f"{HEAD}{JSON_LINE}\nContent-Encoding: gzip\n\n{body}",
        "gzip-file": gzip.compress(body.encode()),
        "latin-1-json": f"{HEAD}{JSON_LINE}; charset=iso-8859-1\n\n".encode() + json.dumps(fields).encode("latin-1"),
        "utf-16-json": f"{HEAD}{JSON_LINE}; charset=utf-16-le\n\n".encode() + body.encode("utf-16-le"),
        "utf-8-form": f"{HEAD}{FORM_LINE}; charset=utf-8\n\n{form}",
        "body-and-query": f"POST /sms?token=1 HTTP/1.1\nHost: x.example\n{JSON_LINE}\n\n{body}",
        "har": json.dumps(
            {"log": {"entries": [{"request": {"method": "POST", "url": "https://x.example/sms",
                                              "postData": {"mimeType": "application/json", "text": body}}}]}}
        ),
        "render-json": json.dumps({"schema_version": 1, "requests": [{**request, "direction": "incoming", "body": body}]}),
        "emulator-export": json.dumps({"id": 1, "direction": "incoming", "request": {**request, "body": body}}),
        "postman": json.dumps(
            {"info": {"name": "c"}, "item": [{"name": "w", "request": {
                "method": "POST", "url": "https://x.example/sms",
                "body": {"mode": "raw", "raw": body}}}]}
        ),
    }  # fmt: skip


TEMPLATE: dict[str, Any] = {
    "id": "acme",
    "name": "Acme",
    "class": "sms",
    "properties": [],
    "API": {},
    "Webhook": [
        {
            "event_key": "message",
            "event_type": "message",
            "request_method": method,
            "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
        }
        for method in ("POST", "GET")
    ],
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template with one message event for POST and one for GET."""
    path = tmp_path_factory.mktemp("template") / "acme.json"
    path.write_text(json.dumps(TEMPLATE), "utf-8")
    return path


@pytest.fixture(scope="module")
def running(template: Path) -> Iterator[Emulator]:
    """An emulator with it."""
    with emulator(template) as started:
        yield started


def pasted(running: Emulator, content: bytes) -> dict[str, Any]:
    """The exchange that the emulator stores for a pasted sample, without its note about the answer."""
    got = call(running, "POST", "/api/paste", content, {"Content-Type": "text/plain"})
    assert 202 == got.status, got.body
    document: dict[str, Any] = got.document
    document["notes"] = without_answer(document["notes"])
    return document


def without_answer(notes: Iterable[str]) -> list[str]:
    """The notes of an exchange without the one about the emulator's answer."""
    return [note for note in notes if not note.startswith("answered ")]


def sorted_notes(notes: dict[str, list[str]]) -> dict[str, list[str]]:
    """The notes of each form, in alphabetical order."""
    return {form: sorted(texts) for form, texts in notes.items()}


def bytes_of(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


@pytest.mark.parametrize("name", BODIES)
def test_all_commands_read_a_sample_alike(
    ringocli: Command, folder: Path, template: Path, running: Emulator, name: str
) -> None:
    """The fields are those of the body, and `match`, the emulator, `init` and `test` report the same notes."""
    forms = {form: bytes_of(content) for form, content in forms_of(BODIES[name]).items()}
    wanted = {"from": FROM, "to": TO, "content": BODIES[name]["text"]}
    for form, content in forms.items():
        (folder / f"{form}.txt").write_bytes(content)
    seen = {form: pasted(running, content) for form, content in forms.items()}
    assert {} == {form: one["variables"] for form, one in seen.items() if one["variables"] != wanted}
    notes = {form: one["notes"] for form, one in seen.items()}
    samples = [word for form in forms for word in ("--sample-webhook", f"message={form}.txt")]
    drafted = ringocli("init", "--id", "a", "--name", "A", "--send-url", "https://x.example/s", "--no-input",
                       "--format", "json", "--dry-run", *samples)  # fmt: skip
    assert 0 == drafted.code, drafted.err
    said = [note["text"] for note in drafted.document["notes"]]
    told = {form: [text.partition(": ")[2] for text in said if text.startswith(f"{form}.txt: ")] for form in forms}
    assert sorted_notes(notes) == sorted_notes(told)
    steps = "".join(f'[[step]]\nid = "{form}"\nwebhook = "{form}.txt"\n' for form in forms)
    (folder / "case.toml").write_text(f'schema = 1\nname = "all"\n{steps}', "utf-8")
    tested = ringocli("test", "case.toml", "--template", template, "--format", "json")
    assert 0 == tested.code, tested.out
    told = {form: [] for form in forms}
    for note in tested.document["cases"][0]["notes"]:
        told[note["step"]].append(note["text"])
    assert notes == told


PLAIN = {form: bytes_of(content) for form, content in forms_of(BODIES["plain"]).items()}
WEBHOOKS = [
    path for path in sorted(SAMPLES.glob("*/*.*")) if path.suffix in (".http", ".json") and "reply" not in path.stem
]


def read_by_emulator(template: Path, content: bytes) -> tuple[Any, list[str]]:
    """The variables and notes of a sample that is pasted into the emulator."""
    exchange, _ = interpret(
        read_template(json.loads(template.read_text("utf-8"))), None, read_sample(content).as_request()
    )
    return dict(exchange.variables), without_answer(exchange.notes)


@pytest.mark.parametrize("form", PLAIN)
def test_match_reads_what_the_emulator_reads(ringocli: Command, template: Path, form: str) -> None:
    """`match` and the emulator agree, whether the sample is a file or stdin."""
    matched = ringocli("match", template, "-", "--format", "json", stdin=PLAIN[form])
    assert 0 == matched.code, matched.err
    notes = [note["text"] for note in matched.document["notes"]]
    assert read_by_emulator(template, PLAIN[form]) == (matched.document["variables"], notes)


@pytest.mark.parametrize("path", WEBHOOKS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_every_sample_of_the_project_has_one_reading(ringocli: Command, path: Path) -> None:
    """`match` and the emulator read each sample alike, and `init` reports no other note."""
    template = SAMPLES / ("generic-json.json" if path.parent.name in ("docs", "cases") else f"{path.parent.name}.json")
    matched = ringocli("match", template, path, "--format", "json")
    notes = [note["text"] for note in matched.document["notes"]]
    variables, seen = read_by_emulator(template, path.read_bytes())
    assert (matched.document["variables"], sorted(notes)) == (variables, sorted(seen))


def read_as_request(content: bytes) -> Any:
    """The fields of a sample that is given to `init --from`."""
    pasted = request_in("paste", content, None, None)
    if pasted.body is None:
        return {name: values[0] for name, values in decode_pairs(pasted.url.partition("?")[2]).items()}
    tree: Any = decode(pasted.body.encode(), None)
    return {name: value if isinstance(value, str) else value[0] for name, value in tree.items()}


@pytest.mark.parametrize("form", [form for form, content in PLAIN.items() if read_sample(content).origin])
def test_a_request_is_read_like_a_webhook(form: str) -> None:
    """`init --from` reads every form that says its host, with the same fields."""
    assert BODIES["plain"] == read_as_request(PLAIN[form])


@pytest.mark.parametrize(
    "form", ["path", "get-line", "access-log", "pseudo-headers-without-host", "bare-form", "bare-json"]
)
def test_a_request_without_a_host_is_refused(ringocli: Command, folder: Path, form: str) -> None:
    """A URL is never invented: the error says what is missing, and nothing is written."""
    content = PLAIN.get(form, b":method: POST\n:path: /sms\n\n{}")
    refused = ringocli("init", "--from", "-", "--no-input", "a.json", stdin=content)
    assert 2 == refused.code
    assert "host" in refused.err.lower()
    assert [] == list(folder.iterdir())


UNREADABLE: dict[str, tuple[bytes, str]] = {
    "xml": (b"<?xml version='1.0'?><sms><from>1</from></sms>", "XML"),
    "xml-request": (f"{HEAD}Content-Type: text/xml\n\n<sms/>".encode(), "XML"),
    "xml-as-form": (f"{HEAD}{FORM_LINE}\n\n<sms a='b'/>".encode(), "XML"),
    "soap": (b'<soap:Envelope xmlns:soap="x"></soap:Envelope>', "XML"),
    "multipart": (
        f'{HEAD}Content-Type: multipart/form-data; boundary=x\n\n--x\nContent-Disposition: form-data; name="a"\n\n1'.encode(),
        "multipart",
    ),
    "multipart-curl": (b"curl https://x.example/sms -F from=1 -F to=2", "multipart"),
    "plain-text": (b"Hello there", "plain text"),
    "text-request": (f"{HEAD}Content-Type: text/plain\n\nHello there".encode(), "plain text"),
    "json-string": (b'"Hello there"', "plain text"),
}


@pytest.mark.parametrize("form", UNREADABLE)
def test_what_no_template_can_describe_is_named_everywhere(
    ringocli: Command, folder: Path, template: Path, running: Emulator, form: str
) -> None:
    """`match` refuses such a sample, the emulator answers 400, and `init` drafts the rest and says what will be
    missing.
    """
    content, what = UNREADABLE[form]
    (folder / "sample.txt").write_bytes(content)
    matched = ringocli("match", template, "sample.txt")
    assert (3, True) == (matched.code, what in matched.err)
    seen = pasted(running, content)
    assert (400, False) == (seen["reply"]["status"], seen["matched"])
    assert any(what in note for note in seen["notes"])
    drafted = ringocli("init", "--from-curl", "-", "--sample-webhook", "message=sample.txt", "--no-input", "--dry-run",
                       "--format", "json", stdin=f"curl https://x.example/s -d to={TO} -d text=Hi")  # fmt: skip
    assert (0, False) == (drafted.code, drafted.document["complete"])
    assert any(what in clause and "not be received" in clause for clause in drafted.document["blocking"])


def test_the_sample_of_a_snippet_is_named() -> None:
    """A program is not read as a body."""
    with pytest.raises(LocalError, match="Ruby"):
        read_sample(b"require 'net/http'\nNet::HTTP.post_form(uri, 'from' => '1')")


def test_reading_a_sample_never_keeps_the_encoding_of_a_decoded_body() -> None:
    """The headers of a decompressed or unchunked body no longer name the encoding."""
    sample: Sample = read_sample(PLAIN["gzip-chunked"])
    assert {"host", "content-type"} == {name.lower() for name, _ in sample.headers}


def distorted(changes: dict[str, Any], *, form: str = "") -> bytes:
    """A JSON message with some fields changed, or an unchanged form."""
    return form.encode() if form else json.dumps({**BODIES["plain"], **changes}).encode()


DISTORTIONS: dict[str, tuple[bytes, str]] = {
    "plus-in-form": (distorted({}, form=f"from={FROM}&to={TO}&text=Hi"), "read as a space"),
    "plus-in-query": (distorted({}, form=f"GET /sms?from={FROM}&to={TO}&text=Hi"), "read as a space"),
    "plus-lost-in-json": (distorted({"from": " " + FROM[1:]}), "probably a +"),
    "encoded-twice": (distorted({}, form=f"from={FROM[1:]}&to={TO[1:]}&text=Hello%2520there"), "encoded twice"),
    "encoded-in-json": (distorted({"text": "Hello%20there%21"}), "percent-encoded"),
    "ucs-2": (distorted({"text": "0048006900200079006F0075"}), "UCS-2"),
    "ucs-2-cyrillic": (distorted({"text": "041F04400438043204350442"}), "UCS-2"),
    "several-in-a-list": (json.dumps([BODIES["plain"], BODIES["lines"]]).encode(), "element"),
    "several-on-lines": ((json.dumps(BODIES["plain"]) + "\n").encode() * 3, "3 JSON documents"),
}


@pytest.mark.parametrize("name", DISTORTIONS)
def test_a_distorted_value_is_reported_everywhere(
    ringocli: Command, folder: Path, template: Path, running: Emulator, name: str
) -> None:
    """`match`, the emulator and `init` all report a distorted value."""
    content, said = DISTORTIONS[name]
    (folder / "sample.txt").write_bytes(content)
    matched = ringocli("match", template, "sample.txt", "--format", "json")
    drafted = ringocli("init", "--id", "a", "--name", "A", "--send-url", "https://x.example/s", "--no-input", "--format",
                       "json", "--dry-run", "--sample-webhook", "message=sample.txt")  # fmt: skip
    assert (0, 0) == (matched.code, drafted.code)
    notes = {
        "match": [note["text"] for note in matched.document["notes"]],
        "emulator": pasted(running, content)["notes"],
        "init": [note["text"] for note in drafted.document["notes"]],
    }
    assert {} == {surface: texts for surface, texts in notes.items() if not any(said in text for text in texts)}


FILES: dict[str, tuple[dict[str, Any], str]] = {
    "next-number": ({"MediaUrl0": "$url$"}, "MediaUrl1 contains another file"),
    "list": ({"media": [{"url": "$url$"}]}, "more than one element"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_second_file_is_reported(ringocli: Command, folder: Path, name: str) -> None:
    """Numbered fields and lists may contain several files, of which one is read."""
    pattern, said = FILES[name]
    event = {"event_key": "file", "event_type": "mms", "request_method": "POST",
             "request_parameters": {"from": "$from$", "to": "$to$", **pattern}}  # fmt: skip
    (folder / "t.json").write_text(json.dumps({**TEMPLATE, "Webhook": [event]}), "utf-8")
    body = {**BODIES["numbered-files"], "media": [{"url": "https://x.example/a"}, {"url": "https://x.example/b"}]}
    matched = ringocli("match", "t.json", "-", "--format", "json", stdin=json.dumps(body))
    assert any(said in note["text"] for note in matched.document["notes"])


ANY = [bytes_of(content) for content in forms_of(BODIES["signs"]).values()]
PIECES = [b'"', b"{", b"}", b"\n\n", b"$(", b"`", b"&", b"\x00", b"\xff", b"\\ud83d", b"curl -d ", b"< HTTP/1.1 200"]


@given(
    content=st.sampled_from(ANY),
    edits=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 30), st.sampled_from([b"", *PIECES, *ANY]))),
)
@settings(max_examples=150)
def test_no_damaged_sample_breaks_the_reading(content: bytes, edits: list[tuple[int, int, bytes]]) -> None:
    """A sample from which parts were removed, or into which text was inserted, is read, or refused with one
    sentence.
    """
    for at, length, piece in edits[:5]:
        content = content[:at] + piece[:40] + content[at + length :]
    for read in (lambda: read_sample(content).as_request(), lambda: request_in("paste", content, None, None)):
        with contextlib.suppress(RingocliError):
            read()
    with contextlib.suppress(RingocliError):
        decoded_webhook(read_sample(content).as_request())


@pytest.mark.parametrize(
    "content",
    [
        b"> POST /sms HTTP/1.1\n< HTTP/1.1 200x\n",
        b'{"direction": "incoming", "request": {"url": "/", "body": "\\ud83d"}}',
        b"POST /sms HTTP/1.1\nContent-Type: application/json; charset=utf\x00-16\n\n{}",
    ],
    ids=["status", "lone-surrogate", "charset"],
)
def test_odd_captures_are_read_or_refused(content: bytes) -> None:
    """Damaged captures that once failed are read or refused."""
    with contextlib.suppress(RingocliError):
        decoded_webhook(read_sample(content).as_request())
