"""Did you mean: the nearest of the names that are legal at a place."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice


def nearest(word: str, choices: Iterable[str], *, least: float = 0.6) -> str | None:
    """The choice most like ``word``, or None if none is alike enough (``least``, 0 to 1).

    A difference only in case, blanks, hyphens or underscores counts as none, since that is how names are mistyped.
    """
    from difflib import SequenceMatcher

    plain = _folded(word)
    best, best_ratio = None, least
    for choice in dict.fromkeys(choices):
        folded = _folded(choice)
        if folded == plain:
            return choice
        if _most_alike(plain, folded) <= best_ratio:
            continue
        ratio = SequenceMatcher(None, plain, folded).ratio()
        if _transposed(plain, folded):
            ratio = max(ratio, 0.95)
        if ratio > best_ratio:
            best, best_ratio = choice, ratio
    return best


def _most_alike(one: str, other: str) -> float:
    """An upper bound of the likeness, by the letters that both have: most pairs need no closer look."""
    shorter, longer = sorted((one, other), key=len)
    left = list(longer)
    common = 0
    for char in shorter:
        if char in left:
            left.remove(char)
            common += 1
    return 2.0 * common / (len(one) + len(other) or 1)


def is_misspelled_in(words: Iterable[str], name: str) -> bool:
    """Whether one of the words is probably the name, misspelled; of very many words only the first are looked at."""
    return any(nearest(word, [name], least=0.75) for word in islice(words, 200))


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """``; did you mean X?`` to append to a message, or nothing."""
    choice = nearest(word, choices)
    return f"; did you mean {choice}?" if choice is not None else ""


def _folded(word: str) -> str:
    return "".join(char for char in word.casefold() if char not in " -_.")


def _transposed(one: str, other: str) -> bool:
    """Whether the two differ only by two neighbouring letters in the wrong order, as in ``form`` for ``from``."""
    return len(one) == len(other) and one != other and sorted(one) == sorted(other) and len(one) < 12
