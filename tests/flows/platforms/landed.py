"""Small platforms as they would land, and what is proposed for them: with these the tests of platforms begin."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flows.platforms.add import Order, Talk, add
from flows.platforms.look import look
from flows.platforms.proposal import Proposal
from flows.platforms.propose import propose
from flows.platforms.sampling import sample_platform
from flows.platforms.wishes import Wishes
from flows.settings import Settings, read_settings
from flows.warehouse import reader

NOON = datetime(2026, 2, 14, 12)
EMAIL, PHONE = "Anna.Planted{}@mail.example", "+49 151 234567{:02d}"
WORDS = ("kauf", "view", "frobnicate")


def settings_in(folder: Path) -> Settings:
    """A home and a contracts folder that do not exist yet."""
    return read_settings(home=folder / "home", contracts=folder / "contracts")


def land(settings: Settings, name: str, content: str | bytes) -> Path:
    """Write a landing file, named by platform, kind and file."""
    path = settings.landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def json_lines(records: Iterable[dict[str, Any]]) -> str:
    """One object a line."""
    return "".join(json.dumps(record) + "\n" for record in records)


def csv_lines(records: list[dict[str, Any]], delimiter: str = ",") -> str:
    """A header and a line a record."""
    rows = [list(records[0]), *(list(record.values()) for record in records)]
    return "".join(delimiter.join(map(str, row)) + "\n" for row in rows)


def events(count: int = 120, **others: Any) -> list[dict[str, Any]]:
    """Events of 12 people and 20 books; the last word is one that no dictionary knows."""
    return [
        {
            "id": f"e{number}",
            "kunde": f"k{number % 12:02d}",
            "buch": f"b{number * 7 % 20:02d}",
            "aktion": WORDS[number % 3],
            "ts": int((NOON + timedelta(minutes=number)).timestamp() * 1000),
            **others,
        }
        for number in range(count)
    ]


def bookshop(settings: Settings, name: str = "bookshop") -> None:
    """Land a small bookshop: events in JSON, books and people in CSV."""
    land(settings, f"{name}/events/2026-02-14.jsonl", json_lines(events()))
    books = [
        {"buch": f"b{number:02d}", "titel": f"The long way {number}", "preis": number + 0.5} for number in range(20)
    ]
    land(settings, f"{name}/items/books.csv", csv_lines(books, ";"))
    people = [
        {"kunde": f"k{number:02d}", "mail": EMAIL.format(number), "tel": PHONE.format(number)} for number in range(12)
    ]
    land(settings, f"{name}/accounts/people.csv", csv_lines(people))


def proposal_of(settings: Settings, name: str, wishes: Wishes | None = None) -> Proposal:
    """What is proposed for a platform."""
    with reader() as connection:
        return propose(connection, look(connection, sample_platform(settings.landing, name)), wishes or Wishes())


def meanings(proposal: Proposal, kind: str) -> dict[str, str]:
    """The path of each meaning and identifier of a kind."""
    fields = proposal.kinds[kind].fields  # type: ignore[index]
    return {str(word): one.path for one in fields for word in (one.means, one.identifier) if word}


def added(settings: Settings, name: str = "bookshop", **order: Any) -> list[str]:
    """Add a platform without anybody at a terminal; what was said."""
    said: list[str] = []
    add(settings, Order(name, **order), Talk(said.append))
    return said
