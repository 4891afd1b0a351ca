"""Secrets show themselves as ``***`` wherever they go."""

from __future__ import annotations

import base64
import html
import json
import pickle
import shlex
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given

from ringocli.text.secret import MASK, Secret, basic_credentials, current_masker, encoded, forget, join, redact, sent
from tests.strategies import texts

CANARY = "k3y/+\"<&>' \\canary"


def test_a_secret_is_shown_masked() -> None:
    """``str``, ``repr``, format and f-strings give the mask."""
    secret = Secret(CANARY)
    assert [MASK, "Secret('***')", "***", "a ***"] == [str(secret), repr(secret), f"{secret}", f"a {secret}"]


def test_a_secret_does_not_leave_by_accident() -> None:
    """JSON encoding, pickling and concatenation raise an exception instead of revealing the text."""
    for leak in (json.dumps, pickle.dumps, lambda secret: "a" + secret, lambda secret: secret + "a"):
        with pytest.raises(TypeError):
            leak(Secret(CANARY))


def test_join_keeps_the_mark() -> None:
    """A text with a secret in it is a secret; without one it is plain."""
    joined = join(("a-", Secret("s3cret"), "-b"))
    assert ("a-***-b", "a-s3cret-b", "ab") == (str(joined), sent(joined), join(("a", "b")))


def test_encoding_keeps_the_mark() -> None:
    """An encoded secret is still a secret, and so are Basic credentials that contain one."""
    assert MASK == str(encoded(Secret("a b"), quote))
    assert "a%20b" == sent(encoded(Secret("a b"), quote))
    assert MASK == str(basic_credentials("user", Secret("pass")))
    assert base64.b64encode(b"user:pass").decode() == basic_credentials("user", "pass")


def test_an_encoding_is_remembered_only_if_the_secret_is() -> None:
    """A sample value that is used in place of a secret does not mask the words in it."""
    forget()
    encoded(Secret("sample-username", remembered=False), quote)
    assert "sample-username" == redact("sample-username")


@pytest.mark.parametrize(
    "face",
    [
        CANARY,
        json.dumps(CANARY),
        json.dumps(CANARY).replace("/", "\\/"),
        quote(CANARY, safe=""),
        quote_plus(CANARY),
        base64.b64encode(CANARY.encode()).decode(),
        html.escape(CANARY),
        shlex.quote(CANARY),
    ],
)
def test_foreign_text_is_searched_in_every_encoding(face: str) -> None:
    """A secret that is received from outside is masked, whatever its encoding."""
    found = redact(f"error: {face} is wrong", [CANARY])
    assert face not in found
    assert MASK in found


def test_secrets_are_searched_from_the_moment_they_are_known() -> None:
    """A secret that is read later is masked as well; one that was forgotten is not."""
    try:
        Secret("first-secret")
        assert f"{MASK} second-secret" == redact("first-secret second-secret")
        before = current_masker()
        Secret("second-secret")
        assert before is not current_masker()
        assert f"{MASK} {MASK}" == redact("first-secret second-secret")
    finally:
        forget()
    assert "first-secret" == redact("first-secret")


def test_short_secrets_do_not_mask_ordinary_words() -> None:
    """A four-letter password would mask half of every text, so it is masked by provenance alone."""
    assert "the user is gone" == redact("the user is gone", ["user"])


@given(texts)
def test_equality_and_truth_follow_the_text(text: str) -> None:
    """Two secrets with the same text are equal; an empty one is false."""
    assert Secret(text) == Secret(text)
    assert Secret(text)
    assert not Secret("")
    assert len({Secret(text), Secret(text)}) == 1
