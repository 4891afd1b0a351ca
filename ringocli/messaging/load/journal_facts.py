"""The facts about a run that a journal keeps, from which the same events are made again to resume or replay it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ringocli.errors import UsageError
from ringocli.messaging.load.event_order import Shard
from ringocli.messaging.load.events import Recipe, Subject, place_of, variable_of
from ringocli.messaging.load.provider_data import NO_PRESET, provider_data
from ringocli.template.model import Template
from ringocli.template.values import Layer, Missing, Values
from ringocli.text.pointer import as_text
from ringocli.text.secret import Secret, Text

TEMPLATE, SEED, EVENTS, VALUES = "the template", "seed", "the events", "the values"
PRESET, CONTENT_TYPE, COLUMNS, SHARD = "the preset", "the content type", "the columns of the data", "the shard"
MISSING = "--missing"
"""Names of the facts, as they are stored and as messages use them."""


def facts_of(recipe: Recipe, template_sha256: str, shard: Shard) -> dict[str, str]:
    """The facts that decide the bytes of a run's events. Properties and the URL are not kept: they are secrets."""
    return {
        TEMPLATE: template_sha256,
        SEED: str(recipe.seed),
        EVENTS: json.dumps([as_text(subject.pointer) for subject in recipe.subjects]),
        VALUES: json.dumps(recipe.values.at(place_of(recipe.subjects[0])), sort_keys=True),
        PRESET: recipe.provider.name if recipe.provider is not None else NO_PRESET,
        CONTENT_TYPE: recipe.content_type or "",
        COLUMNS: json.dumps(recipe.columns),
        SHARD: f"{shard.number}/{shard.total}",
        MISSING: str(recipe.missing or ""),
    }


def recipe_of(
    facts: Mapping[str, str],
    template: Template,
    template_sha256: str,
    *,
    url: Secret,
    edits: Mapping[str, str],
    properties: Mapping[str, Text],
) -> Recipe:
    """The recipe of a journal's run with other values for some variables.

    Raises:
        UsageError: the template is not the one of the journal.
    """
    if facts[TEMPLATE] != template_sha256:
        raise UsageError(
            "the journal belongs to another template, or this one has changed since",
            "Use the original template: another one has different events.",
        )
    subjects = tuple(_subject(template, pointer) for pointer in json.loads(facts[EVENTS]))
    place = place_of(subjects[0])
    edited = {variable_of(name, place) for name in edits}
    layers = Layer(variables=edits), Layer(variables=json.loads(facts[VALUES]), properties=properties)
    preset = facts[PRESET]
    return Recipe(
        template=template,
        subjects=subjects,
        values=Values(layers=layers),
        missing=Missing(facts[MISSING]) if facts[MISSING] else None,
        url=url,
        seed=int(facts[SEED]),
        content_type=facts[CONTENT_TYPE] or None,
        provider=provider_data(preset) if preset != NO_PRESET else None,
        columns=tuple(name for name in json.loads(facts[COLUMNS]) if variable_of(name, place) not in edited),
    )


def _subject(template: Template, pointer: str) -> Subject:
    subjects: list[Subject] = [*template.events, *template.requests]
    return next(one for one in subjects if as_text(one.pointer) == pointer)
