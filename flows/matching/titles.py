"""Titles as far as two platforms agree on them: words without case, accents, articles and notes on the edition."""

import html
import re
import unicodedata
from dataclasses import dataclass

ARTICLE = "the|a|an|les|le|la|l|il|lo|i|gli|un|una|une|das|der|die|ein|eine|el|los|las|o|os|as|het"
ARTICLE_BEHIND = re.compile(rf",\s*(?:{ARTICLE})['’]?\s*(?=$|[:(\[])")
ARTICLE_IN_FRONT = re.compile(rf"^(?:(?:{ARTICLE})\s+|l['’]\s*)(?=\w)")
EDITION = (
    r"(?:special|collector'?s|limited|deluxe|extended|anniversary|ultimate|definitive|standard|complete)(?: edition)?"
    r"|(?:director'?s|final|theatrical|extended) cut|(?:digitally )?remaster(?:ed)?|uncut|unrated|restored|re-?release"
    r"|(?:\d+(?:st|nd|rd|th) )?anniversary edition|blu-?ray|dvd|4k|hd|ebook|kindle edition|paperback|hardcover"
)
EDITION_NOTE = re.compile(rf"\s*(?:[\[(]\s*(?:{EDITION})\s*[\])]|\s[-–—]\s*(?:{EDITION})\s*$)", re.IGNORECASE)
SEGMENT = re.compile(r"([:;()\[\]{}/|]|\s[-–—]\s)")
SUBTITLE_MARKS = (":", "-", "–", "—")
ROMAN = {"ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10"}
SMALL_WORDS = ("a", "i", "l", "d", "o", "e", "y")
"""Letters that are words of some language; another letter by itself tells a variant."""


@dataclass(frozen=True)
class Title:
    """A title as it is compared.

    Attributes:
        words: its words, in their order.
        core_words: those before its first colon or dash; what stands in brackets is no subtitle but another name.
        numbers: what tells a sequel, a size or a variant: numbers, Roman ones too, and single letters.
    """

    words: tuple[str, ...]
    core_words: tuple[str, ...]
    numbers: tuple[str, ...]

    @property
    def text(self) -> str:
        """All words in one, so that a lost space is a slip like any other."""
        return "".join(self.words)

    @property
    def core(self) -> str:
        """The words of the core in one; empty where the title has no other part."""
        return "".join(self.core_words) if self.core_words != self.words else ""


def plain(text: str) -> str:
    """The text without case, accents and entities; letters of one shape are one letter."""
    folded = unicodedata.normalize("NFKD", html.unescape(text)).casefold()
    decomposed = unicodedata.normalize("NFKD", folded)
    return unicodedata.normalize("NFC", "".join(letter for letter in decomposed if not unicodedata.combining(letter)))


def words_of(text: str) -> list[str]:
    """The words of a text that is plain; an apostrophe joins, but for the short articles before a vowel."""
    text = re.sub(r"\b([ld])['’`]\s*", r"\1 ", text.replace("&", " and "))
    return re.findall(r"[^\W_]+", re.sub(r"['’`]", "", text))


def without_article(text: str) -> str:
    """A plain title without its article, which stands in front or, as catalogues sort titles, behind a comma."""
    sorted_text = ARTICLE_BEHIND.sub("", text, count=1)
    return sorted_text if sorted_text != text else ARTICLE_IN_FRONT.sub("", text)


def numbers_in(words: list[str]) -> list[str]:
    """Numbers and single letters, sorted; a Roman number only behind the first word."""
    found = [run for word in words for run in re.findall(r"\d+", word)]
    found += [ROMAN[word] for word in words[1:] if word in ROMAN]
    found += [word for word in words if len(word) == 1 and word not in SMALL_WORDS and not word.isdigit()]
    return sorted(found)


def normal_title(text: str) -> Title:
    """The title as it is compared."""
    pieces = SEGMENT.split(without_article(EDITION_NOTE.sub(" ", plain(text)).strip()))
    parts = [(words_of(piece), mark) for piece, mark in zip(pieces[::2], [*pieces[1::2], ""], strict=True)]
    parts = [part for part in parts if part[0]]
    words = [word for part, _ in parts for word in part]
    has_subtitle = len(parts) > 1 and parts[0][1].strip() in SUBTITLE_MARKS
    return Title(tuple(words), tuple(parts[0][0] if has_subtitle else words), tuple(numbers_in(words)))


def normal_name(text: str) -> str:
    """A creator's name: its words, sorted, for surnames stand in front here and behind there."""
    return " ".join(sorted(words_of(plain(text))))


def category_words(text: str) -> list[str]:
    """The words of a category or a path of them, once each, sorted."""
    return sorted(set(words_of(plain(text))) - {"and"})


def normal_year(text: str | None) -> int | None:
    """The year in a text that says one, such as 1995, 1995.0 or 1995-04-01."""
    found = re.match(r"\s*(1[4-9]\d\d|20\d\d|21\d\d)(?!\d)", text or "")
    return int(found[1]) if found else None
