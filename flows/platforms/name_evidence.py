"""What a field's name says about its meaning, from 0 to 1."""

from collections.abc import Mapping

from flows.platforms.field_names import words_in, words_of
from flows.platforms.vocabulary import ID_WORDS

GENERIC = words_in("name title label value text id uuid key code string str")
"""Last words that say nothing themselves: `artist.name` is about an artist."""

BARE_ID = 0.5
JOINED = ("nummer", "nr", "kennung", "id", "number", "code", "编号", "号")
ENDINGS = ("", "s", "n", "en", "e", "es")


def steps_of(path: str) -> list[list[str]]:
    """The words of each step of a path."""
    return [words_of(step) for step in path.split(".")]


def weight_of(word: str, weights: Mapping[str, float]) -> float:
    """The weight of a word, or of its singular."""
    singulars = (word.removesuffix(ending) for ending in ENDINGS if word.endswith(ending))
    return max((weights.get(singular, 0.0) for singular in singulars), default=0.0)


def parted(words: list[str]) -> list[str]:
    """The words with an id's word at the end parted from what stands before it: kundennummer is kunden, nummer."""
    if not words or words[-1] in ID_WORDS:
        return words
    for suffix in JOINED:
        if len(words[-1]) >= len(suffix) + 2 and words[-1].endswith(suffix):
            return [*words[:-1], words[-1].removesuffix(suffix), suffix]
    return words


def name_score(path: str, weights: Mapping[str, float]) -> float:
    """How strongly the words of a path speak for a meaning: the last step's most, its parents' less."""
    *parents, last = steps_of(path)
    joined = weights.get("".join(last), 0.0)
    final = weight_of(last[-1], weights) if last else 0.0
    before = max((weight_of(word, weights) for word in last[:-1]), default=0.0) * 0.9
    above = max((weight_of(word, weights) for step in parents for word in step), default=0.0)
    above *= 0.95 if last and set(last) <= GENERIC else 0.3
    return max(joined, final, before, above)


def id_score(path: str, entities: Mapping[str, float]) -> float:
    """How strongly a path names the id of one of these things; half for a bare `id`."""
    *parents, last = steps_of(path)
    if "".join(last) in entities:
        return entities["".join(last)]
    last = parted(last)
    rest = list(last)
    while rest and rest[-1] in ID_WORDS:
        rest.pop()
    if rest:
        return weight_of(rest[-1], entities) * (1.0 if len(rest) < len(last) else 0.95)
    above = [word for step in parents for word in step]
    return max((weight_of(word, entities) for word in above[-2:]), default=0.0) if above else BARE_ID


def is_id_named(path: str) -> bool:
    """Whether the last word says that this is an id."""
    last = parted(steps_of(path)[-1])
    return bool(last) and last[-1] in ID_WORDS
