"""Suggestions for misspelled names (did you mean ...?)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

MAX_CHOICES = 500
"""Only this many names are compared."""

MAX_COMPARED = 64
"""Longer words are compared only by shared substrings, because computing an edit distance takes quadratic time."""


def nearest(word: str, choices: Iterable[str], *, least: float = 0.6) -> str | None:
    """The choice most similar to ``word``, the first one in a tie; None if no similarity reaches ``least`` (0 to 1).

    Case, spaces, hyphens, underscores and dots are ignored.
    """
    plain = _folded(word)
    best, best_similarity = None, least
    for choice in islice(dict.fromkeys(choices), MAX_CHOICES):
        folded = _folded(choice)
        if folded == plain:
            return choice
        found = _similarity(plain, folded, best_similarity)
        if found > best_similarity or (best is None and found >= least):
            best, best_similarity = choice, found
    return best


def _similarity(one: str, other: str, least: float) -> float:
    """The similarity of two words: shared substrings or edit distance, whichever is higher."""
    if _similarity_bound(one, other) < least:
        return 0.0
    from difflib import SequenceMatcher

    longest = max(len(one), len(other))
    ratio = SequenceMatcher(None, one, other).ratio()
    if longest <= MAX_COMPARED:
        edits = edit_distance(one, other)
        # One edit is a typing error whatever the ratio; so are two in a longer word.
        ratio = max(ratio, 1 - edits / longest, *(0.95 - 0.1 * edits for _ in range(edits * 3 < longest)))
    return ratio


def edit_distance(one: str, other: str) -> int:
    """The number of letters to insert, delete, replace or swap with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, char in enumerate(one, 1):
        following = [i]
        for j, against in enumerate(other, 1):
            cost = min(row[j] + 1, following[-1] + 1, row[j - 1] + (char != against))
            if i > 1 and j > 1 and char == other[j - 2] and one[i - 2] == against:
                cost = min(cost, before[j - 2] + 1)
            following.append(cost)
        before, row = row, following
    return row[-1]


def _similarity_bound(one: str, other: str) -> float:
    """An upper bound of the similarity from the letters in common; rules out most pairs cheaply."""
    shorter, longer = sorted((one, other), key=len)
    left = list(longer)
    common = 0
    for char in shorter:
        if char in left:
            left.remove(char)
            common += 1
    return 2.0 * common / (len(one) + len(other) or 1)


def is_misspelled_in(words: Iterable[str], name: str) -> bool:
    """Whether one of the first 200 words is probably a misspelling of the name."""
    return any(nearest(word, [name], least=0.75) for word in islice(words, 200))


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """`` (did you mean X?)`` to append to a message, or an empty string."""
    choice = nearest(word, choices)
    return f" (did you mean {choice}?)" if choice is not None else ""


def _folded(word: str) -> str:
    """A word without case and separators; unlike in ``name_key``, all other characters count, as in ``$to$``."""
    return "".join(char for char in word.casefold() if char not in " -_.")
