"""Did you mean: the nearest of the names that are legal at a place."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

MAX_CHOICES = 500
"""So many names are compared, and not the ones after them."""

MAX_COMPARED = 64
"""Longer words are compared by the letters that they share only: an edit distance takes their product."""


def nearest(word: str, choices: Iterable[str], *, least: float = 0.6) -> str | None:
    """The choice most like ``word``, or None if none is alike enough (``least``, 0 to 1); of equals the first.

    A difference only in case, blanks, hyphens or underscores counts as none, since that is how names are mistyped.
    """
    plain = _folded(word)
    best, best_likeness = None, least
    for choice in islice(dict.fromkeys(choices), MAX_CHOICES):
        folded = _folded(choice)
        if folded == plain:
            return choice
        found = _likeness(plain, folded, best_likeness)
        if found > best_likeness or (best is None and found >= least):
            best, best_likeness = choice, found
    return best


def _likeness(one: str, other: str, least: float) -> float:
    """How alike two words are: by the pieces they share, or by the edits between them, whichever says more."""
    if _most_alike(one, other) < least:
        return 0.0
    from difflib import SequenceMatcher

    longest = max(len(one), len(other))
    alike = SequenceMatcher(None, one, other).ratio()
    if longest <= MAX_COMPARED:
        edits = edit_distance(one, other)
        # One edit is a slip of the finger whatever the ratio says; so are two in a word of some length.
        alike = max(alike, 1 - edits / longest, *(0.95 - 0.1 * edits for _ in range(edits * 3 < longest)))
    return alike


def edit_distance(one: str, other: str) -> int:
    """How many letters have to be put in, left out, replaced or swapped with their neighbour."""
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
