"""What a case of the corpus is: a file, how its contract describes it, and what comes of its records."""

from dataclasses import dataclass, field
from typing import Any

ITEMS = (
    {"name": "sku", "type": "text", "means": "item_id"},
    {"name": "price", "type": "number", "means": "price"},
    {"name": "since", "type": "timestamp", "means": "available_from"},
)
EVENTS = (
    {"name": "who", "type": "text", "means": "account_id"},
    {"name": "sku", "type": "text", "means": "item_id"},
    {"name": "verb", "type": "text", "means": "event_type"},
    {"name": "at", "type": "timestamp", "means": "event_at"},
)


@dataclass(frozen=True)
class Case:
    """A file of one platform, and what becomes of it.

    `rows` are the accepted records by line: the fields of the contract as text, and `extra` if there is any. `rejects`
    are line, field and the beginning of the rule. A file that is refused as a whole has the line null.
    """

    name: str
    content: bytes
    rows: list[tuple[Any, ...]]
    rejects: list[tuple[int | None, str | None, str]] = field(default_factory=list)
    suffix: str = ".jsonl"
    options: dict[str, Any] = field(default_factory=dict)
    fields: tuple[dict[str, Any], ...] = ITEMS
    kind: str = "items"
    time_zone: str = "UTC"

    @property
    def contract(self) -> dict[str, Any]:
        """The contract of its platform."""
        words = {"event_words": {"buy": "purchase"}} if self.kind == "events" else {}
        described = {"format": "json_lines", "extra": "keep", **self.options, "fields": list(self.fields)}
        return {
            "platform": self.name,
            "title": self.name,
            "time_zone": self.time_zone,
            **words,
            "kinds": {self.kind: described},
        }


def timed(**since: Any) -> tuple[dict[str, Any], ...]:
    """The fields of the items, with a unit or a zone for their time."""
    return (*ITEMS[:2], {**ITEMS[2], **since})
