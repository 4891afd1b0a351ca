"""Secret values, which are sent as they are and shown as ``***``.

Properties and webhook URLs are ``Secret`` from the moment they are read, and stay so when they are joined and encoded,
so that a rendered request knows which of its bytes may be shown. ``redact`` masks secrets in text from outside, which
may repeat them in many encodings. ``reveal`` is called only where bytes leave the process; a test checks the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from ringocli.text.mask import MASK, MIN_SEARCHED_LENGTH

if TYPE_CHECKING:
    from ringocli.text.secret_search import Masker


class Secret:
    """Text that is sent as it is and shown as ``***``.

    ``str``, f-strings and ``repr`` give the shown text. Concatenation, pickling and JSON encoding raise, because the
    result would be an unprotected secret.
    """

    __slots__ = ("__remembered", "__sent", "shown")

    def __init__(self, sent: str, shown: str = MASK, *, remembered: bool = True) -> None:
        self.__sent = sent
        self.__remembered = remembered
        self.shown = shown
        if remembered:
            _remember(sent)

    def reveal(self) -> str:
        """The text to send; to be called only where bytes leave the process."""
        return self.__sent

    def map(self, encode: Callable[[str], str]) -> Secret:
        """The secret in another encoding; it is still shown as ``***``, and remembered only if this one is."""
        return Secret(encode(self.__sent), self.shown, remembered=self.__remembered)

    def __str__(self) -> str:
        return self.shown

    def __repr__(self) -> str:
        return f"Secret({self.shown!r})"

    def __format__(self, spec: str) -> str:
        return format(self.shown, spec)

    def __bool__(self) -> bool:
        return bool(self.__sent)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self.__sent

    def __hash__(self) -> int:
        return hash(self.__sent)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")

    def __add__(self, other: object) -> NoReturn:
        raise TypeError("join secrets with join()")

    __radd__ = __add__


Text: TypeAlias = str | Secret


def join(parts: Iterable[Text]) -> Text:
    """Concatenate texts; the result is a secret if any part is."""
    pieces = tuple(parts)
    if any(isinstance(piece, Secret) for piece in pieces):
        # Its secret parts are already known; adding every joined text would exhaust memory in a long run.
        whole, shown = "".join(map(sent, pieces)), "".join(map(str, pieces))
        return Secret(whole, shown, remembered=False)
    return "".join(str(piece) for piece in pieces)


def sent(text: Text) -> str:
    """The characters to send for a plain or secret text."""
    return text.reveal() if isinstance(text, Secret) else text


def encoded(text: Text, encode: Callable[[str], str]) -> Text:
    """A plain or secret text in another encoding; a secret stays one."""
    return text.map(encode) if isinstance(text, Secret) else encode(text)


def basic_credentials(username: Text, password: Text) -> Text:
    """The base64 of ``username:password`` (RFC 7617); a secret unless both parts are plain."""
    import base64

    pair = join((username, ":", password))
    plain = base64.b64encode(sent(pair).encode()).decode()
    return Secret(plain) if isinstance(pair, Secret) else plain


_known: dict[str, None] = {}
_masker: Masker | None = None
"""Masks the known secrets; None until it is needed after one was added."""


def _remember(text: str) -> None:
    """Register a secret, to be masked in text from outside."""
    global _masker
    if len(text) >= MIN_SEARCHED_LENGTH and text not in _known:
        _known[text] = None
        _masker = None


def forget() -> None:
    """Forget all secrets: each command masks only the secrets that it read itself."""
    global _masker
    _known.clear()
    _masker = None


def current_masker() -> Masker:
    """The masker of all known secrets: a new object after each change, so that results can be cached with it."""
    global _masker
    if _masker is None:
        from ringocli.text.secret_search import Masker

        _masker = Masker(tuple(_known))
    return _masker


def redact(text: str, secrets: Iterable[str | Secret] = ()) -> str:
    """Replace every known secret of 8 or more characters, in any encoding, by ``***``.

    To be called on the final text: decoding, joining or cutting it afterwards could show a secret again.
    """
    more = [sent(secret) for secret in secrets]
    if more:
        from ringocli.text.secret_search import Masker

        return Masker((*_known, *more)).mask(text)
    return current_masker().mask(text) if _known else text


def redact_values(texts: Mapping[str, str]) -> dict[str, str]:
    """Redact the names and values of a mapping."""
    if not _known:
        return dict(texts)
    masker = current_masker()
    return {masker.mask(name): masker.mask(text) for name, text in texts.items()}


def redact_tree(tree: Any) -> Any:
    """Redact every string of a JSON value, keys included."""
    return _redacted_tree(tree, current_masker()) if _known else tree


def _redacted_tree(tree: Any, masker: Masker) -> Any:
    if isinstance(tree, str):
        return masker.mask(tree)
    if isinstance(tree, Mapping):
        return {_redacted_tree(key, masker): _redacted_tree(value, masker) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [_redacted_tree(item, masker) for item in tree]
    return tree


__all__ = [
    "MASK",
    "MIN_SEARCHED_LENGTH",
    "Secret",
    "Text",
    "basic_credentials",
    "current_masker",
    "encoded",
    "forget",
    "join",
    "redact",
    "redact_tree",
    "redact_values",
    "sent",
]
