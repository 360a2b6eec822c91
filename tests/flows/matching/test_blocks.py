"""Blocks: titles that are one slip of the keys apart are compared."""

from hypothesis import given
from hypothesis import strategies as st

from flows.matching.blocks import creator_blocks, title_blocks
from flows.matching.titles import Title

LETTERS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=5, max_size=30)


def of(text: str) -> set[str]:
    """The blocks of a title of one word."""
    return set(title_blocks(Title((text,), (text,), ())))


@given(LETTERS, st.data())
def test_titles_one_slip_apart_share_a_block(text: str, data: st.DataObject) -> None:
    """A letter lost, doubled or swapped with the next, at any place."""
    place = data.draw(st.integers(0, len(text) - 2))
    lost = text[:place] + text[place + 1 :]
    doubled = text[:place] + text[place] + text[place:]
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    for slipped in (lost, doubled, swapped):
        assert of(text) & of(slipped), slipped


def test_the_order_of_words_does_not_matter() -> None:
    """The same words in another order lie in one block, beside those of the single words."""
    one, other = Title(("red", "hat"), ("red", "hat"), ()), Title(("hat", "red"), ("hat", "red"), ())
    assert "title hat red" in set(title_blocks(one)) & set(title_blocks(other))


def test_a_title_is_compared_with_its_core() -> None:
    """A listing without the subtitle lies in a block of the one that has it."""
    whole = Title(("alien", "resurrection"), ("alien",), ())
    assert set(title_blocks(whole)) & set(title_blocks(Title(("alien",), ("alien",), ())))


def test_a_creator_makes_a_block_with_a_year_alone() -> None:
    """All that somebody ever made is too much to compare."""
    assert creator_blocks("kafka", 1925) == ["by kafka in 1925"]
    assert creator_blocks("kafka", None) == creator_blocks(None, 1925) == []
