"""Data rows: streamed, strict, with the row's number in each error."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringocli.errors import LocalError, UsageError
from ringocli.messaging.load.data_rows import BadRow, DataRows
from tests.conftest import SAMPLES, Command
from tests.hostile import receiver

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)


def rows_of(folder: Path, name: str, content: str | bytes, *, skip: bool = False) -> list[dict[str, str]]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return [dict(row) for row in DataRows.open(str(path), skips_bad_rows=skip)]


@given(values=st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=10))
def test_csv_and_json_lines_say_the_same(
    tmp_path_factory: pytest.TempPathFactory, values: list[tuple[str, str]]
) -> None:
    """CSV and JSON lines with the same values give the same rows, even when read twice."""
    import csv

    folder = tmp_path_factory.mktemp("rows")
    expected = [{"contact": one, "content": two} for one, two in values]
    with (folder / "a.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerows([("contact", "content"), *values])
    (folder / "a.jsonl").write_bytes("\n".join(map(json.dumps, expected)).encode())
    for name in ("a.csv", "a.jsonl"):
        data = DataRows.open(str(folder / name))
        assert expected == [dict(row) for row in data] == [dict(row) for row in data]


def test_a_byte_order_mark_and_numbers_are_read(tmp_path: Path) -> None:
    """Files from spreadsheets and programs are read; null is an empty value."""
    assert [{"content": "a"}] == rows_of(tmp_path, "a.csv", b"\xef\xbb\xbfcontent\r\na\r\n")
    found = rows_of(tmp_path, "a.jsonl", '{"content": 5, "contact": null}\n\n{"content": true, "contact": "x"}\n')
    assert [{"content": "5", "contact": ""}, {"content": "true", "contact": "x"}] == found


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "content\na\nb,c\n", "row 2: 2 fields instead of 1"),
        ("a.csv", 'content\na\n"open\n', "row 2: invalid CSV"),
        ("a.csv", b"content\na\n\xff\n", "row 2: not UTF-8 text"),
        ("a.jsonl", '{"content": "a"}\n{"content"\n', "row 2: invalid JSON"),
        ("a.jsonl", '{"content": "a"}\n[1]\n', "row 2: not a JSON object"),
        ("a.jsonl", '{"content": "a"}\n{"content": ["x"]}\n', "row 2: content is not a text or number"),
        ("a.jsonl", '{"content": "a"}\n{"content": "b", "text": "c"}\n', "row 2: the key 'text' is not in the first row"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_or_skipped(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    """By default a bad row stops the run; skipped rows are counted."""
    with pytest.raises(BadRow) as caught:
        rows_of(tmp_path, name, content)
    assert f"{name}: {message}" in caught.value.message
    assert [{"content": "a"}] == rows_of(tmp_path, name, content, skip=True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("contnet\nx\n", "unknown column 'contnet'"),
        ("content,content\nx,y\n", "the column content occurs twice"),
        ("", "no rows"),
    ],
)
def test_columns_are_variables(tmp_path: Path, content: str, message: str) -> None:
    """A misspelled column is an error."""
    with pytest.raises(UsageError, match=message):
        rows_of(tmp_path, "a.csv", content)


def test_a_table_in_utf_16_is_named_as_such(tmp_path: Path) -> None:
    """Its columns are not mistaken for misspelled variables."""
    with pytest.raises(LocalError, match="not valid UTF-8"):
        rows_of(tmp_path, "a.csv", "content\nx\n".encode("utf-16"))


def test_a_missing_file_is_a_local_error(tmp_path: Path) -> None:
    """The path is named."""
    with pytest.raises(LocalError, match=r"none\.csv"):
        DataRows.open(str(tmp_path / "none.csv"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs on Windows")
@pytest.mark.parametrize("command", ["simulate-webhook", "send-test"])
def test_what_has_no_end_is_refused(folder: Path, ringocli: Command, command: str) -> None:
    """A FIFO, an endless device and a file without line breaks end with one sentence, and nothing is sent."""
    os.mkfifo("rows.csv")
    Path("long.csv").write_bytes(b"content," * 200_000)
    for name, problem in (
        ("rows.csv", "not a regular file"),
        ("/dev/zero", "a line is longer"),
        ("long.csv", "a line is longer"),
    ):
        refused = ringocli(command, SAMPLES / "telnyx.json", "--url", "http://127.0.0.1:9", "--data", name)
        assert refused.err.startswith(f"error: {name}: {problem}"), refused.err


@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="the shell has no process substitution here")
def test_rows_of_a_process_are_read_once(folder: Path, ringocli: Command) -> None:
    """``--data <(command)`` is read like stdin: every row, including with a journal and when the run is resumed."""
    rows = b"contact,content\n+13105550101,one\n+13105550102,two\n"
    with receiver() as receiving:
        for expected in (2, 0):
            end, start = os.pipe()
            os.write(start, rows)
            os.close(start)
            sent = ringocli(
                *("simulate-webhook", SAMPLES / "telnyx.json", "--url", receiving.url, "--event", "message"),
                *("--seed", "1", "--data", f"/dev/fd/{end}", "--journal", "sent.db", "--format", "json"),
            )
            os.close(end)
            assert (0, 2) == (sent.code, sent.document["planned"]), sent.err
            assert expected == len(receiving.log)
            receiving.log.clear()


def test_a_bad_row_stops_before_anything_is_sent(folder: Path, ringocli: Command) -> None:
    """Rows of a file are checked first; with --on-bad-row skip the others are sent, and the skipped one is counted."""
    Path("rows.csv").write_text("contact,content\n+13105550101,one\nbroken\n+13105550103,three\n", "utf-8")
    with receiver() as receiving:
        arguments = ["simulate-webhook", SAMPLES / "telnyx.json", "--url", receiving.url, "--data", "rows.csv"]
        refused = ringocli(*arguments, "--format", "json")
        assert (2, []) == (refused.code, receiving.log)
        skipped = ringocli(*arguments, "--format", "json", "--on-bad-row", "skip")
    assert "rows.csv: row 2: 1 field instead of 2" in refused.err
    assert (0, 2, 1) == (skipped.code, skipped.document["delivered"], skipped.document["skipped_rows"])
    texts = [json.loads(one.payload.partition(b"\r\n\r\n")[2])["data"]["payload"]["text"] for one in receiving.log]
    assert ["one", "three"] == texts


def test_each_line_has_the_values_of_its_row(folder: Path, ringocli: Command) -> None:
    """The jsonl output shows what was sent, not sample values."""
    Path("rows.csv").write_text("contact,content\n+13105550101,one\n+13105550102,two\n", "utf-8")
    with receiver() as receiving:
        result = ringocli(
            "simulate-webhook",
            SAMPLES / "telnyx.json",
            "--url",
            receiving.url,
            "--data",
            "rows.csv",
            "--format",
            "jsonl",
        )
    lines = [json.loads(line) for line in result.out.splitlines()[:-1]]
    assert [("+13105550101", "one"), ("+13105550102", "two")] == [
        (line["variables"]["from"], line["variables"]["content"]) for line in lines
    ]
