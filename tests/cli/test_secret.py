"""``secret``: credentials in a keyring, under names that can be listed, never shown."""

from __future__ import annotations

from pathlib import Path

import keyring
import pytest
from keyring.backends import fail, null

from tests.conftest import Command
from tests.keyrings import Keyring


def test_a_stored_secret_is_used_by_a_profile(ringocli: Command, acme: Path, ring: Keyring) -> None:
    """Set from stdin, listed by name, used where a profile names it, removed."""
    assert 0 == ringocli("secret", "set", "acme", stdin="key-from-the-keyring\n").code
    assert 0 == ringocli("secret", "set", "other", stdin="another one\r\n").code
    assert "acme\nother\n" == ringocli("secret", "list").out
    assert ["acme", "other"] == ringocli("secret", "list", "--format", "json").document["secrets"]
    assert "another one" == ring.entries["ringocli", "other"]
    (acme.parent / "ringocli.toml").write_text('[profiles.a.properties]\n"API key" = {keyring = "acme"}\n')
    done = ringocli("render", acme, "SendMessage", "--profile", "a", "--show-secrets")
    assert "Authorization: Bearer key-from-the-keyring\n" in done.out
    assert 0 == ringocli("secret", "rm", "acme").code
    assert "other\n" == ringocli("secret", "list").out
    done = ringocli("render", acme, "--profile", "a")
    assert (2, True) == (done.code, "ringocli secret set acme" in done.err)


@pytest.mark.parametrize(
    ("words", "stdin", "said"),
    [
        (["set"], "x", "set needs a name"),
        (["set", "acme"], "", "the value is empty"),
        (["rm", "amce"], "", "did you mean acme?"),
        (["list", "acme"], "", "list takes no name"),
        (["shw"], "", "invalid action"),
    ],
)
def test_mistakes_are_one_sentence(ringocli: Command, ring: Keyring, words: list[str], stdin: str, said: str) -> None:
    """Each mistake is exit code 2 with one sentence, and nothing is stored or removed."""
    assert 0 == ringocli("secret", "set", "acme", stdin="value").code
    before = dict(ring.entries)
    done = ringocli("secret", *words, stdin=stdin)
    assert (2, True, before) == (done.code, said in done.err, ring.entries)


def test_a_locked_or_missing_keyring_is_reported(ringocli: Command, ring: Keyring) -> None:
    """The exit code is 3, and the error names an alternative."""
    ring.locked = True
    for words in (["set", "acme"], ["list"], ["rm", "acme"]):
        done = ringocli("secret", *words, stdin="value")
        assert (3, True) == (done.code, "the keyring cannot be opened" in done.err)
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    done = ringocli("secret", "list")
    assert (3, True) == (done.code, "this machine has no keyring" in done.err)


@pytest.mark.parametrize("setting", ["nowhere.Keyring", "keyring.backends.null.Nothing", "nowhere"])
def test_a_keyring_that_cannot_be_loaded_is_reported(
    ringocli: Command, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    """The setting names a backend that does not exist: exit code 3, and where to look."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", setting)
    monkeypatch.setattr("keyring.core._keyring_backend", None)
    done = ringocli("secret", "list")
    assert (3, True) == (done.code, "Check PYTHON_KEYRING_BACKEND" in done.err)


def test_a_keyring_that_keeps_nothing_is_reported(ringocli: Command, ring: Keyring) -> None:
    """Nothing is said to be stored by keyring's backend "null"."""
    keyring.set_keyring(null.Keyring())  # type: ignore[no-untyped-call]
    done = ringocli("secret", "set", "acme", stdin="value")
    assert (3, True) == (done.code, "did not keep" in done.err)


def test_a_damaged_list_of_names_loses_no_secret(ringocli: Command, ring: Keyring) -> None:
    """Names can be stored again, and the stored secrets can still be read."""
    assert 0 == ringocli("secret", "set", "acme", stdin="value").code
    for entry in list(ring.entries):
        if entry[1] != "acme":
            ring.entries[entry] = "not JSON"
    assert "" == ringocli("secret", "list").out
    assert 0 == ringocli("secret", "set", "acme", stdin="newer").code
    assert ("acme\n", "newer") == (ringocli("secret", "list").out, ring.entries["ringocli", "acme"])
