"""What a field's values say about its meaning: shares from 0 to 1."""

import re
from collections.abc import Collection, Mapping
from statistics import mean

from flows.platforms.sample import Column

LOOKED_AT = 2_000
SEVERAL = re.compile(r"[|>/;,]")
IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def normal_id(text: str) -> str:
    """An id as it is compared: a number that went through a float stands for the whole number."""
    return text.strip().removesuffix(".0")


def overlap(one: Column, other: Column) -> float:
    """The share of the one's distinct values that the other has too, of the smaller number of values."""
    first, second = ({normal_id(text) for text in column.counts} for column in (one, other))
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller else 0.0


def share_in(column: Column, known: Collection[str]) -> float:
    """The share of the filled records whose value, in lower case, is one of these."""
    hits = sum(count for text, count in column.counts.items() if text.strip().lower() in known)
    return hits / column.filled_count if column.filled_count else 0.0


def prose_share(column: Column) -> float:
    """The share of values that are words with a space between them, or written without spaces at all."""
    values = column.some(LOOKED_AT)
    prose = sum(1 for text in values if IDEOGRAPH.search(text) or re.search(r"[^\W\d_]{2,}\s+\S", text))
    return prose / len(values) if values else 0.0


def mean_length(column: Column) -> float:
    """Characters of a value."""
    return mean(len(text) for text in column.some(LOOKED_AT)) if column.counts else 0.0


def several_share(column: Column) -> float:
    """The share of values that list several."""
    values = column.some(LOOKED_AT)
    return sum(1 for text in values if SEVERAL.search(text)) / len(values) if values else 0.0


def belongs_share(column: Column, owner: Column) -> float:
    """The share of values, of those that come twice, which always stand beside the same owner."""
    owners: dict[str, str | None] = {}
    repeated: dict[str, bool] = {}
    for text, owned_by in zip(column.texts, owner.texts, strict=True):
        if text is None or owned_by is None:
            continue
        if text in owners:
            repeated[text] = repeated.get(text, True) and owners[text] == owned_by
        else:
            owners[text] = owned_by
    return sum(repeated.values()) / len(repeated) if repeated else 0.0


def filled_by(column: Column, words: Column, types: Mapping[str, str | None], event_type: str) -> tuple[float, float]:
    """The shares of filled records among those of an event type, and among all others."""
    filled, totals = {True: 0, False: 0}, {True: 0, False: 0}
    for text, word in zip(column.texts, words.texts, strict=True):
        is_of_type = word is not None and types.get(word) == event_type
        totals[is_of_type] += 1
        filled[is_of_type] += text is not None
    return (filled[True] / totals[True] if totals[True] else 0.0), (
        filled[False] / totals[False] if totals[False] else 0.0
    )
