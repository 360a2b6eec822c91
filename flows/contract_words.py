"""The words that contracts translate to: kinds of files, event types, and what a field of each kind may mean."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

KindName = Literal["events", "items", "accounts", "links", "consents"]


class EventType(NamedTuple):
    """How much an event of this type says about taste."""

    strength: float
    is_positive: bool
    is_impression: bool


EVENT_TYPES: Mapping[str, EventType] = {
    "impression": EventType(0, False, True),
    "view": EventType(1, False, False),
    "click": EventType(1, False, False),
    "read": EventType(2, True, False),
    "play": EventType(1, False, False),
    "finish": EventType(3, True, False),
    "skip": EventType(-1, False, False),
    "like": EventType(3, True, False),
    "share": EventType(4, True, False),
    "add": EventType(2, False, False),
    "purchase": EventType(5, True, False),
    "rate": EventType(3, True, False),
    "follow": EventType(2, False, False),
}

IDENTIFIER_KINDS = ("email", "phone", "login", "device")
"""Kinds of identifiers that have their own normaliser; a contract may name others."""

TRAITS = ("given_name", "family_name", "birth_date", "birth_year", "postal_code")
"""What an account may tell of a person that is compared, but identifies nobody by itself; it is keyed, too."""

MEANINGS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "events": {
        "event_id": ("text", "integer"),
        "account_id": ("text", "integer"),
        "item_id": ("text", "integer"),
        "event_type": ("text", "integer"),
        "event_at": ("timestamp",),
        "value": ("number", "integer"),
        "session_id": ("text", "integer"),
        "is_impression": ("boolean",),
        "recommendation_run_id": ("text",),
    },
    "items": {
        "item_id": ("text", "integer"),
        "title": ("text",),
        "description": ("text",),
        "category": ("text",),
        "creator": ("text",),
        "price": ("number", "integer"),
        "language": ("text",),
        "series": ("text",),
        "released_year": ("integer", "text", "number"),
        "gtin": ("text", "integer"),
        "isbn": ("text", "integer"),
        "imdb": ("text", "integer"),
        "isrc": ("text",),
        "available_from": ("timestamp",),
        "available_until": ("timestamp",),
    },
    "accounts": {
        "account_id": ("text", "integer"),
        "created_at": ("timestamp",),
        "language": ("text",),
        "country": ("text",),
        **dict.fromkeys(TRAITS, ("text",)),
    },
    "links": {
        "account_id": ("text", "integer"),
        "linked_account_id": ("text", "integer"),
        "link_type": ("text",),
        "linked_at": ("timestamp",),
    },
    "consents": {
        "account_id": ("text", "integer"),
        "other_platform": ("text",),
        "is_allowed": ("boolean",),
        "decided_at": ("timestamp",),
    },
}
"""Our words by kind, each with the types that a field of this meaning may have."""

REQUIRED_MEANINGS = ("account_id", "item_id", "event_type", "event_at", "linked_account_id", "is_allowed")
"""A record without one of these says nothing; a contract names all that exist in its kind."""

TIME_MEANINGS = {
    "events": "event_at",
    "items": "available_from",
    "accounts": "created_at",
    "links": "linked_at",
    "consents": "decided_at",
}
"""The word, by kind, that says since when a record is known."""

INGEST_COLUMNS = ("extra", "file_id", "line", "loaded_at")
"""Columns that ingest adds to the fields of a contract."""
