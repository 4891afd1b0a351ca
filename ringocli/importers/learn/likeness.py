"""Scores how much a pasted request resembles one that sends a message, to choose among several."""

from __future__ import annotations

from collections.abc import Sequence

from ringocli.importers.learn.bodies import read_body
from ringocli.importers.learn.roles import LEAST, assign, score
from ringocli.importers.learn.sample_leaves import leaves_of
from ringocli.importers.learn.url import Target
from ringocli.importers.pasted_request import Pasted
from ringocli.template.vocabulary import Role


def likeness(pasted: Pasted, *, for_file: bool = False) -> int:
    """How much a request resembles one that sends a message (or a file); higher is more."""
    target = Target.parse(pasted.url)
    leaves = [*leaves_of(read_body(pasted, pasted.method.upper()).tree), *target.query_leaves, *target.path_leaves()]
    found, _ = assign(leaves, (Role.URL, Role.TO, Role.FROM, Role.CONTENT))
    main = Role.URL if for_file else Role.CONTENT
    points = sum(max(score(choice.role, choice.leaf), LEAST) for role, choice in found.items() if role is not main)
    points += 3 * score(main, found[main].leaf) if main in found else 0
    return points + (60 if pasted.method == "POST" else 0)


def most_like(requests: Sequence[Pasted], *, for_file: bool) -> Pasted:
    """The request that most resembles one that sends; the first one wins a tie."""
    return max(requests, key=lambda pasted: likeness(pasted, for_file=for_file))
