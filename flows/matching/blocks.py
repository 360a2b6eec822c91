"""Blocks: marks that two listings of one thing are likely to share. Only items that share a small one are compared."""

from flows.matching.titles import Title

AFFIX = 5
SHORTEST = 4


def title_blocks(title: Title) -> list[str]:
    """The whole title whatever the order of its words, its core, each word, each pair of neighbours, and its ends.

    One slip of the keys leaves one end of a long title as it is; of a short one all spellings with a letter less are
    blocks, of which two titles that are one slip apart share one.
    """
    words = sorted(set(title.words))
    if not words:
        return []
    blocks = {"title " + " ".join(words)}
    blocks |= {"word " + word for word in words if len(word) > 1}
    blocks |= {f"pair {one} {other}" for one, other in zip(title.words, title.words[1:], strict=False)}
    text = title.text
    if len(text) > 2 * AFFIX:
        blocks |= {"begins " + text[:AFFIX], "ends " + text[-AFFIX:]}
    if SHORTEST <= len(text) <= 2 * AFFIX + 2:
        blocks |= {"short " + text} | {"short " + text[:place] + text[place + 1 :] for place in range(len(text))}
    if title.core:
        blocks.add("title " + " ".join(sorted(set(title.core_words))))
    return sorted(blocks)


def creator_blocks(creator: str | None, year: int | None) -> list[str]:
    """What somebody made in a year: the same thing may bear a title in another language."""
    return [f"by {creator} in {year}"] if creator and year else []
