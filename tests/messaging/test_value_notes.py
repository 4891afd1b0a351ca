"""Notes on values that a webhook distorts or that are left behind."""

from __future__ import annotations

import pytest

from ringocli.http.bodies import decode_pairs
from ringocli.messaging.value_notes import value_notes
from ringocli.template.pattern.pattern import Json
from ringocli.text.pointer import Pointer


@pytest.mark.parametrize(
    ("document", "variables", "sources", "expected"),
    [
        ({"t": "00480069"}, {"content": "00480069"}, {"content": ("t",)}, "UCS-2"),
        ({"t": "0048"}, {"content": "0048"}, {"content": ("t",)}, ""),
        ({"t": "12345678"}, {"content": "12345678"}, {"content": ("t",)}, ""),
        ({"t": "%41b"}, {"content": "%41b"}, {"content": ("t",)}, "percent-encoded"),
        ({"t": "50% off%20"}, {"content": "50% off%20"}, {"content": ("t",)}, ""),
        ({"t": "0048" * 5000}, {"content": "0048" * 5000}, {"content": ("t",)}, ""),  # too long to be examined
        ({"a" + "1" * 5000: "a"}, {"url": "a"}, {"url": ("a" + "1" * 5000,)}, ""),
        ({"MediaUrl0": "a", "MediaUrl1": "b"}, {"url": "a"}, {"url": ("MediaUrl0",)}, "MediaUrl1"),
        ({"MediaUrl0": "a", "MediaUrl1": ""}, {"url": "a"}, {"url": ("MediaUrl0",)}, ""),
        ({"m": ""}, {"url": "https://x.example/a, https://x.example/b"}, {"url": ("m",)}, "several URLs"),
        ({"m": ""}, {"url": "https://x.example/a?next=https://x.example/b,c"}, {"url": ("m",)}, ""),
        ({"media_url": "a"}, {"url": "a"}, {"url": ("media_url",)}, ""),
        (
            [{"u": "a"}, {"t": "b"}],
            {"url": "a", "text": "b"},
            {"url": (0, "u"), "text": (1, "t")},
            "different elements",
        ),
        ({"t": "Hi", "media": ["https://x.example/a.jpg"]}, {"content": "Hi"}, {"content": ("t",)}, "/media/0 seems"),
        (
            {"t": "Hi", "attachments": [{"id": 1, "link": "https://x.example/a"}]},
            {"content": "Hi"},
            {"content": ("t",)},
            "/attachments/0/link seems",
        ),
        ({"t": "Hi", "media": [], "webhook_url": "https://x.example/"}, {"content": "Hi"}, {"content": ("t",)}, ""),
        (decode_pairs("t=Hi&MediaUrl=https://x.example/"), {"content": "Hi"}, {"content": ("t",)}, "/MediaUrl seems"),
        ({"t": "Hi", "immediate_url": "https://x.example/"}, {"content": "Hi"}, {"content": ("t",)}, ""),
        ({"t": "Hi", "media": {"callback": "https://x.example/"}}, {"content": "Hi"}, {"content": ("t",)}, ""),
        ({"t": "Hi", "mediaStatusCallback": "https://x.example/"}, {"content": "Hi"}, {"content": ("t",)}, ""),
        ({"t": "Hi", "profile": {"image": "https://x.example/"}}, {"content": "Hi"}, {"content": ("t",)}, ""),
        ({"t": "Hi", "mediaUrl": "https://x.example/"}, {"content": "Hi"}, {"content": ("t",)}, "/mediaUrl seems"),
        ({"t": "https://x.example/a.jpg"}, {"content": "https://x.example/a.jpg"}, {"content": ("t",)}, ""),
        ([{"u": "a", "t": "b"}], {"url": "a", "text": "b"}, {"url": (0, "u"), "text": (0, "t")}, ""),
    ],
)
def test_distorted_values_are_reported(
    document: Json, variables: dict[str, str], sources: dict[str, Pointer], expected: str
) -> None:
    """There is one note for a distorted value, and none for an ordinary one."""
    notes = value_notes(document, variables, sources)
    assert len(notes) == bool(expected)
    assert all(expected in note for note in notes)
