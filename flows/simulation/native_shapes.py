"""How each platform writes its logs: its own formats, ids, names and clocks. The contracts describe these files."""

import gzip
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as arrow
import pyarrow.parquet as parquet

NEW_YORK = ZoneInfo("America/New_York")

# of the columns in Parquet that hold no text
COLUMN_TYPES = {
    **dict.fromkeys(("viewer_id", "follows_viewer_id"), arrow.int64()),
    **dict.fromkeys(("watch_seconds", "rental_price"), arrow.float64()),
    **dict.fromkeys(
        ("event_time", "licensed_from", "licensed_until", "changed_at", "member_since", "since"), arrow.timestamp("us")
    ),
    "on_shelf": arrow.bool_(),
}


@dataclass(frozen=True)
class Shape:
    """A platform's way of writing: the suffix of its files and how rows become bytes."""

    suffix: str
    encode: Callable[[list[dict[str, Any]], list[str]], bytes]


def json_lines(rows: list[dict[str, Any]], broken: list[str]) -> bytes:
    """One JSON object a line, and the broken lines in the middle."""
    return lines_with([json.dumps(row, ensure_ascii=False) for row in rows], broken)


def gzipped(rows: list[dict[str, Any]], broken: list[str]) -> bytes:
    """JSON lines, compressed."""
    return compressed(json_lines(rows, broken))


def compressed(content: bytes) -> bytes:
    """The content as a gzip file without a time stamp; nothing stays nothing."""
    return gzip.compress(content, compresslevel=1, mtime=0) if content else b""


def delimited(delimiter: str) -> Callable[[list[dict[str, Any]], list[str]], bytes]:
    """CSV with a header; text that holds the delimiter is quoted."""

    def cell(value: Any) -> str:
        text = "" if value is None else str(value)
        return f'"{text.replace(chr(34), chr(34) * 2)}"' if delimiter in text or '"' in text else text

    def encode(rows: list[dict[str, Any]], broken: list[str]) -> bytes:
        if not rows:
            return b""
        lines = [delimiter.join(map(cell, row.values())) for row in rows]
        return (delimiter.join(rows[0]) + "\n").encode() + lines_with(lines, broken)

    return encode


def columns(rows: list[dict[str, Any]], _broken: list[str]) -> bytes:
    """Parquet; a binary format has no broken lines."""
    return parquet_of({name: [row[name] for row in rows] for name in rows[0]}) if rows else b""


def parquet_of(content: dict[str, list[Any] | np.ndarray]) -> bytes:
    """Columns as a Parquet file, each of one type on all days, also where a day has no value."""
    buffer = io.BytesIO()
    typed = {name: arrow.array(values, COLUMN_TYPES.get(name, arrow.string())) for name, values in content.items()}
    parquet.write_table(arrow.table(typed), buffer)
    return buffer.getvalue()


def lines_with(lines: list[str], broken: list[str]) -> bytes:
    """These lines, and the broken ones in their middle."""
    middle = len(lines) // 2
    return ("\n".join([*lines[:middle], *broken, *lines[middle:]]) + "\n").encode() if lines or broken else b""


SHAPES = {
    "shop": Shape("jsonl", json_lines),
    "news": Shape("csv", delimited(",")),
    "video": Shape("parquet", columns),
    "music": Shape("jsonl.gz", gzipped),
    "games": Shape("csv", delimited(";")),
}


class Clock:
    """Moments of a simulated day as the platforms write them."""

    def __init__(self, first: date) -> None:
        self.midnight = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())

    def epoch(self, day: int, seconds: int = 0) -> int:
        """Seconds since 1970 of a moment."""
        return self.midnight + int(day) * 86_400 + int(seconds)

    def iso(self, day: int, seconds: int = 0) -> str:
        """ISO 8601 in UTC."""
        return datetime.fromtimestamp(self.epoch(day, seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def moment(self, day: int, seconds: int = 0) -> datetime:
        """A timestamp without a zone, in UTC."""
        return datetime.fromtimestamp(self.epoch(day, seconds), UTC).replace(tzinfo=None)

    def local(self, day: int, seconds: int = 0) -> str:
        """The clock on a wall in New York."""
        return datetime.fromtimestamp(self.epoch(day, seconds), NEW_YORK).strftime("%d.%m.%Y %H:%M:%S")


def account_id(platform: str, number: int) -> Any:
    """An account's id in the platform's own form."""
    return {"shop": f"C{number:09d}", "news": f"r-{number:x}", "music": f"usr_{number:09d}", "games": f"P{number}"}.get(
        platform, int(number)
    )


def item_id(platform: str, number: int) -> Any:
    """An item's id in the platform's own form."""
    return {
        "shop": f"SKU-{number:07d}",
        "news": f"a{number:x}",
        "video": f"v{number:07d}",
        "music": f"trk:{number:07d}",
        "games": int(number),
    }[platform]


def item_rows(platform: str, items: list[dict[str, Any]], clock: Clock) -> list[dict[str, Any]]:
    """Items as the platform's records; each has id, title, text, topic, maker, price, language, from, until, day."""
    times: dict[str, Callable[[int], Any]] = {
        "shop": clock.iso, "news": clock.epoch, "video": clock.moment, "games": clock.local,
        "music": lambda day: clock.epoch(day) * 1000,
    }  # fmt: skip
    time = times[platform]
    names = {
        "shop": "sku name details department brand price lang listed_at delisted_at updated_at",
        "news": "article headline teaser_text section author - language published_ts withdrawn_ts updated_ts",
        "video": "video_id title synopsis genre channel rental_price audio_language licensed_from licensed_until"
        " changed_at",
        "games": "app_id title blurb genre studio price language on_sale_from on_sale_until changed",
        "music": "id title about genre artist - language from until updated",
    }[platform].split()
    flat = []
    for item in items:
        until = None if item["until"] is None else time(item["until"])
        values = [
            item["id"],
            item["title"],
            item["text"],
            item["topic"],
            item["maker"],
            item["price"],
            item["language"],
        ]
        record = zip(names, [*values, time(item["from"]), until, time(item["day"])], strict=True)
        flat.append({name: value for name, value in record if name != "-"})
    if platform != "music":
        return flat
    return [
        {
            "track": {name: row[name] for name in ("id", "title", "about", "genre", "language")},
            "artist": {"name": row["artist"]},
            "window": {"from": row["from"], "until": row["until"]},
            "updated": row["updated"],
        }
        for row in flat
    ]


def account_rows(platform: str, accounts: list[dict[str, Any]], clock: Clock) -> list[dict[str, Any]]:
    """Accounts as the platform's records; each has id, email, phone, device, day."""
    shapes: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "shop": lambda a: {
            "customer": a["id"], "email": a["email"], "phone": a["phone"], "registered_at": clock.iso(a["day"]),
            "lang": "en", "country": "DE",
        },
        "news": lambda a: {
            "reader": a["id"], "email": a["email"], "mobile": a["phone"], "joined_ts": clock.epoch(a["day"]),
            "language": "en", "country": "GB",
        },
        "video": lambda a: {
            "viewer_id": a["id"], "email_address": a["email"], "phone_number": a["phone"], "device_id": a["device"],
            "member_since": clock.moment(a["day"]), "ui_language": "en", "country": "DE",
        },
        "music": lambda a: {
            "user": {
                "id": a["id"], "contact": {"email": a["email"], "phone": a["phone"]}, "device": a["device"],
                "language": "en", "country": "DE",
            },
            "created": clock.epoch(a["day"]) * 1000,
        },
        "games": lambda a: {
            "player": a["id"], "mail": a["email"], "device": a["device"], "since": clock.local(a["day"]),
            "language": "en", "country": "US",
        },
    }  # fmt: skip
    return [shapes[platform](account) for account in accounts]


def link_rows(platform: str, links: list[tuple[Any, Any, int]], clock: Clock) -> list[dict[str, Any]]:
    """Who follows whom since which day, as the platform's records."""
    if platform == "video":
        return [
            {"viewer_id": a, "follows_viewer_id": b, "relation": "follow", "since": clock.moment(day)}
            for a, b, day in links
        ]
    return [
        {"from": {"id": a}, "to": {"id": b}, "kind": "friend", "ts": clock.epoch(day) * 1000} for a, b, day in links
    ]


def write(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all; nothing to say writes none."""
    if content:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.partial")
        partial.write_bytes(content)
        partial.replace(path)


def day_name(first: date, day: int) -> str:
    """The date of a day number."""
    return (first + timedelta(days=day)).isoformat()
