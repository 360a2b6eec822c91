"""Samples of values as they may be shown: whatever names a person only as its shape."""

import re

from flows.identifiers import EMAIL, PHONE

LONGEST = 40
SAMPLES = 2


def shape(text: str) -> str:
    """The text with x for each letter and 9 for each digit."""
    return re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "9", text))


def shown(text: str, is_private: bool = False) -> str:
    """The text in one short line without control characters; what looks like an e-mail or a phone as its shape."""
    safe = shape(text) if is_private else EMAIL.sub(lambda found: shape(found[0]), text)
    if not is_private:
        safe = PHONE.sub(lambda found: shape(found[0]) if found[2] and is_dialled(found[2]) else found[0], safe)
    line = "".join(character if character.isprintable() else " " for character in safe)
    line = re.sub(r"\s+", " ", line).strip()
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def is_dialled(number: str) -> bool:
    """Whether digits may be a phone number rather than an id, a date or an epoch: a sign, a zero or a gap tells."""
    if re.match(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}(\D|$)", number.strip()):
        return False
    return bool(re.match(r"\+|\(|0", number.strip()) or re.search(r"[ ()/.-]", number.strip()))


def looks_private(text: str) -> bool:
    """Whether an e-mail address or a phone number stands in a text."""
    return bool(EMAIL.search(text)) or any(
        found[2] and is_dialled(found[2]) and 9 <= len(re.sub(r"\D", "", found[2])) <= 16
        for found in PHONE.finditer(text)
    )
