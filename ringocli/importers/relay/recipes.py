"""Recipes: the user's description of a signature, such as ``X-Signature: hmac-sha256-hex {X-Timestamp}.{body}``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ringocli.errors import UsageError
from ringocli.text.suggest import did_you_mean

_RECIPE = re.compile(r"(?:(?P<name>[\w-]+):\s*)?(?P<scheme>[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)\s+(?P<text>\S.*)", re.S)
_SCHEME = re.compile(r"(?P<keyed>hmac-)?(?P<digest>md5|sha1|sha256|sha512)-(?P<encoding>hex|HEX|base64)")
PUBLIC_KEYS = ("ed25519", "rsa-sha256", "ecdsa-sha256")
_EXAMPLE = "For example: 'X-Signature: hmac-sha256-hex {X-Timestamp}.{body}'."


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningRecipe:
    """The header or field with the signature ("" if the sample shows it), the algorithm, and the text that is signed.

    ``kind`` is ``hmac``, ``hash`` (of a text with the secret in it), ``ed25519`` or ``rsa`` (ECDSA, too); ``encoding``
    is ``hex``, ``upper`` or ``base64``.
    """

    name: str
    kind: str
    digest: str
    encoding: str
    text: str

    def resolved(self, meaning: Callable[[str], str | None], known: Iterable[str], option: str) -> str:
        """The text as a pattern: each ``{name}`` is replaced by its meaning.

        Raises:
            UsageError: a name is unknown.
        """

        def variable(found: re.Match[str]) -> str:
            text = meaning(found[1].strip())
            if text is None:
                names = sorted(set(known), key=str.lower)
                hint = did_you_mean(found[1], names)
                raise UsageError(f"{option}: {{{found[1]}}} is not known{hint}", f"Known: {', '.join(names)}.")
            return text

        return re.sub(r"\{([^{}]+)\}", variable, self.text)


def read_recipe(option: str, stated: str) -> SigningRecipe:
    """Read the recipe given with ``option``; ``\\n`` in the text is a line break.

    Raises:
        UsageError: it cannot be read.
    """
    found = _RECIPE.fullmatch(stated.strip())
    if found is None:
        raise UsageError(f"{option} {stated}: not [NAME: ]ALGORITHM TEXT", _EXAMPLE)
    scheme = found["scheme"]
    text = found["text"].replace("\\n", "\n")
    if scheme in PUBLIC_KEYS:
        kind = "ed25519" if scheme == "ed25519" else "rsa"
        return SigningRecipe(name=found["name"] or "", kind=kind, digest="sha256", encoding="base64", text=text)
    parts = _SCHEME.fullmatch(scheme)
    if parts is None:
        algorithms = "hmac-sha256-hex (or md5, sha1, sha512; HEX or base64), sha256-hex of a text with {secret}"
        raise UsageError(f"{option}: unknown algorithm {scheme}", f"Known: {algorithms}, {', '.join(PUBLIC_KEYS)}.")
    if not parts["keyed"] and "{secret}" not in text:
        raise UsageError(f"{option}: a hash without {{secret}} in its text can be forged by anyone", "Add {secret}.")
    return SigningRecipe(
        name=found["name"] or "",
        kind="hmac" if parts["keyed"] else "hash",
        digest=parts["digest"],
        encoding="upper" if parts["encoding"] == "HEX" else parts["encoding"],
        text=text,
    )
