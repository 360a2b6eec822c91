"""Reads files of JSON by their values, for what DuckDB's own reader refuses: an array, or values one after the other.

Here is told only where a value ends; whether it is JSON, DuckDB decides. A value that does not end where it should is
broken, and reading goes on at the next object that begins a line or follows another value.
"""

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pyarrow

from flows.landing_file import CHUNK, opened
from flows.line_reader import BYTE_ORDER_MARK, NO_TEXT, Line, batch_of, in_batches

LONGEST = 1 << 27
"""Characters of a value."""

WINDOW = 1 << 18
"""Characters in which the end of a broken value is sought."""

LONGEST_JOINT = 4
"""Characters that a number may have before its next digit, as in 1e+6."""

NO_END = "an array of JSON ends with ]"

DECODER = json.JSONDecoder(parse_int=str, parse_float=str)
SEPARATORS = re.compile(r"[ \t\r\n,]*")
MARK = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"|["\[\]{}]')
NEXT_OBJECT = re.compile(r"[,}\]\n][ \t\r]*(?=\{)")
AFTER_VALUE = re.compile(r"[ \t\r\n]*([,\[\]{]|\Z)")
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Text:
    """The part of a content that is being looked at; bytes that are no UTF-8 stand in it as lone surrogates."""

    def __init__(self, content: BinaryIO) -> None:
        self.content = content
        self.decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self.buffer = ""
        self.place = 0
        self.margin = "\n"
        self.is_whole = False
        self.more()
        self.buffer = self.buffer.removeprefix(BYTE_ORDER_MARK)

    def more(self) -> None:
        """Take in as much again, so that a long value is not looked at too often."""
        left = self.buffer[self.place :]
        chunk = self.content.read(max(CHUNK, len(left)))
        self.buffer, self.place = left + self.decoder.decode(chunk, not chunk), 0
        self.is_whole = not chunk

    def fill(self, count: int) -> None:
        """Have so many characters after the place, if the content has them."""
        while not self.is_whole and len(self.buffer) - self.place < count:
            self.more()

    def next_character(self) -> str:
        """The character after separators, which are left behind; empty at the end.

        The margin is what precedes the first value of the line, from the end of the line before.
        """
        passed = ""
        while True:
            found = SEPARATORS.match(self.buffer, self.place)
            assert found is not None
            self.place, passed = found.end(), passed + found[0]
            if self.place < len(self.buffer) or self.is_whole:
                if "\n" in passed:
                    self.margin = passed[passed.rindex("\n") :]
                return self.buffer[self.place : self.place + 1]
            self.more()

    def take(self, end: int) -> str:
        """The text up to this end, which is left behind."""
        text = self.buffer[self.place : end]
        self.place = end
        return text


def value_end(text: Text) -> tuple[int, int]:
    """The end of the value that begins at the place, or 0; and how far it could be understood."""
    while True:
        is_long = len(text.buffer) - text.place > LONGEST
        try:
            _, end = DECODER.raw_decode(text.buffer, text.place)
            # a number may go on in what has not been read, even behind the point of 1.
            if end < len(text.buffer) - LONGEST_JOINT or text.is_whole or is_long:
                return end, end
        except json.JSONDecodeError as error:
            is_cut = error.pos > len(text.buffer) - 16 or error.msg.startswith("Unterminated string")
            if text.is_whole or is_long or not is_cut:
                return 0, error.pos
        except RecursionError:
            return 0, text.place
        text.more()


def balanced_end(text: Text, limit: int) -> int:
    """Where the brackets that open at the place are closed, if another value may begin there; else 0."""
    open_brackets = []
    for found in MARK.finditer(text.buffer, text.place, limit):
        mark = found[0]
        if mark in "[{":
            open_brackets.append(mark)
        elif mark in "]}":
            if not open_brackets or open_brackets.pop() + mark not in ("[]", "{}"):
                return 0
        elif mark == '"':
            return 0
        if not open_brackets:
            return found.end() if AFTER_VALUE.match(text.buffer, found.end()) else 0
    return 0


def next_object(text: Text, first: int, limit: int) -> int:
    """Where the next whole object begins, from `first` on; 0 if there is none."""
    for found in NEXT_OBJECT.finditer(text.buffer, text.place, limit):
        begin = found.end()
        if begin < first:
            continue
        try:
            _, end = DECODER.raw_decode(text.buffer, begin)
        except (json.JSONDecodeError, RecursionError):
            continue
        if AFTER_VALUE.match(text.buffer, end):
            return begin
    return 0


def broken_end(text: Text, error: int) -> int:
    """Where a broken value ends, as far as that can be told: the next line that begins as its own one bounds it."""
    understood = error - text.place
    text.fill(understood + WINDOW)
    first = text.place + max(understood, 1)
    limit = min(text.place + understood + WINDOW, len(text.buffer))
    next_line = text.buffer.find(text.margin + "{", max(first - len(text.margin), text.place), limit)
    limit = next_line if next_line > text.place else limit
    end = balanced_end(text, limit) if text.buffer[text.place] in "[{" else 0
    return end or next_object(text, first, limit) or limit


def json_values(path: Path) -> Iterator[Line]:
    """The values of a file, those of an array one by one, each with the rule that it breaks if it is no text."""
    with opened(path) as content:
        text = Text(content)
        is_array = is_cut = False
        while character := text.next_character():
            if character == ("]" if is_array else "["):
                text.take(text.place + 1)
                is_array = not is_array
                continue
            end, understood = value_end(text)
            value = text.take(end or broken_end(text, understood)).rstrip(" \t\r\n")
            broken = NO_TEXT if LONE_SURROGATE.search(value) else None
            is_cut = not end
            yield value.encode("utf-8", "surrogateescape").decode(errors="replace"), broken
        if is_array and not is_cut:
            yield "", NO_END


def value_batches(path: Path) -> Iterator[pyarrow.Table]:
    """The values of a file as tables of `line` (their number), `text` and `broken`."""
    for first, batch in in_batches(json_values(path)):
        yield batch_of(first, batch)
