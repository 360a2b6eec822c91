"""How each platform writes its logs: its own formats, ids, names and clocks. The contracts describe these files."""

import gzip
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as arrow
import pyarrow.parquet as parquet

from flows.simulation.behaviour import IMPRESSIONS, Events

NEW_YORK = ZoneInfo("America/New_York")


@dataclass(frozen=True)
class Shape:
    """A platform's way of writing: the suffix of its files and how rows become bytes."""

    suffix: str
    encode: Callable[[list[dict[str, Any]], list[str]], bytes]


def json_lines(rows: list[dict[str, Any]], broken: list[str]) -> bytes:
    """One JSON object a line, and the broken lines in the middle."""
    return _lines([json.dumps(row, ensure_ascii=False) for row in rows], broken)


def gzipped(rows: list[dict[str, Any]], broken: list[str]) -> bytes:
    """JSON lines, compressed without a time stamp."""
    return gzip.compress(json_lines(rows, broken), compresslevel=3, mtime=0)


def delimited(delimiter: str) -> Callable[[list[dict[str, Any]], list[str]], bytes]:
    """CSV with a header; text that holds the delimiter is quoted."""

    def cell(value: Any) -> str:
        text = "" if value is None else str(value)
        return f'"{text.replace(chr(34), chr(34) * 2)}"' if delimiter in text or '"' in text else text

    def encode(rows: list[dict[str, Any]], broken: list[str]) -> bytes:
        if not rows:
            return b""
        lines = [delimiter.join(map(cell, row.values())) for row in rows]
        return (delimiter.join(rows[0]) + "\n").encode() + _lines(lines, broken)

    return encode


def columns(rows: list[dict[str, Any]], _broken: list[str]) -> bytes:
    """Parquet; a binary format has no broken lines."""
    buffer = io.BytesIO()
    if rows:
        names = list(rows[0])
        parquet.write_table(arrow.table({name: [row[name] for row in rows] for name in names}), buffer)
    return buffer.getvalue()


def _lines(lines: list[str], broken: list[str]) -> bytes:
    middle = len(lines) // 2
    return "".join(f"{line}\n" for line in [*lines[:middle], *broken, *lines[middle:]]).encode()


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


Row = tuple[str, Any, Any, str, int, int, float | None, str, str]


def rows_of(events: Events, accounts: list[Any], items: list[Any], session: list[str]) -> Iterable[Row]:
    """Plain values of each event: id, account, item, word, day, second, value, session, list."""
    values = [None if np.isnan(value) else float(value) for value in events.values]
    return zip(
        [f"{number:014x}" for number in events.ids.tolist()],
        accounts,
        items,
        events.words.tolist(),
        events.day.tolist(),
        events.seconds.tolist(),
        values,
        session,
        events.runs.tolist(),
        strict=True,
    )


def event_rows(platform: str, rows: Iterable[Row], clock: Clock) -> list[dict[str, Any]]:
    """Events as the platform's records."""
    shown = IMPRESSIONS[platform]
    shapes: dict[str, Callable[..., dict[str, Any]]] = {
        "shop": lambda i, a, t, w, d, s, v, n, r: {
            "id": i, "customer": a, "sku": t, "action": w, "occurred_at": clock.iso(d, s), "amount": v, "visit": n,
            **({"list_run": r} if r else {}),
        },
        "news": lambda i, a, t, w, d, s, v, n, r: {
            "event_id": i, "reader": a, "article": t, "event": w, "ts": clock.epoch(d, s), "seconds": v, "visit": n,
            "front_page": r or None,
        },
        "video": lambda i, a, t, w, d, s, v, n, r: {
            "event_uuid": i, "viewer_id": a, "video_id": t, "event_name": w, "event_time": clock.moment(d, s),
            "watch_seconds": v, "session": n, "on_shelf": w == shown, "shelf_run": r or None,
        },
        "music": lambda i, a, t, w, d, s, v, n, r: {
            "event": {"id": i, "verb": w, "ts": clock.epoch(d, s) * 1000},
            "actor": {"id": a}, "object": {"id": t}, "measure": {"seconds": v},
            "context": {"session": n, "shown": w == shown, "mix": r or None},
        },
        "games": lambda i, a, t, w, d, s, v, n, r: {
            "entry": int(i, 16), "player": a, "app_id": t, "what": w, "local_time": clock.local(d, s), "amount": v,
            "session": n, "banner_run": r or None,
        },
    }  # fmt: skip
    shape = shapes[platform]
    return [shape(*row) for row in rows]


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
