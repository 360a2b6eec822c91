"""A day's events as the bytes of a platform's file, written column by column: that is what makes simulating fast."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from flows.simulation.behaviour import IMPRESSIONS
from flows.simulation.native_shapes import NEW_YORK, compressed, lines_with, parquet_of


@dataclass(frozen=True)
class EventColumns:
    """Events in the order of the file, ready to be written: plain values, a list each."""

    ids: list[int]
    accounts: list[str | int | None]
    items: list[str | int]
    words: list[str]
    seconds: np.ndarray  # since 1970, UTC
    values: list[float | None]
    sessions: list[str]
    runs: list[str]  # empty where there is none


def shop_file(events: EventColumns, broken: list[str]) -> bytes:
    """JSON lines."""
    times = np.datetime_as_string(events.seconds.astype("datetime64[s]")).tolist()
    lists = [f', "list_run": "{run}"' if run else "" for run in events.runs]
    rows = zip(events.ids, quoted(events.accounts), events.items, events.words, times, numbers(events.values),
               events.sessions, lists, strict=True)  # fmt: skip
    lines = [
        f'{{"id": "{event:014x}", "customer": {account}, "sku": "{item}", "action": "{word}", '
        f'"occurred_at": "{time}Z", "amount": {value}, "visit": "{session}"{in_list}}}'
        for event, account, item, word, time, value, session, in_list in rows
    ]
    return lines_with(lines, broken)


def music_file(events: EventColumns, broken: list[str]) -> bytes:
    """Nested JSON lines, compressed."""
    shown = {word: "true" if word == IMPRESSIONS["music"] else "false" for word in set(events.words)}
    rows = zip(events.ids, quoted(events.accounts), events.items, events.words, events.seconds.tolist(),
               numbers(events.values), events.sessions, quoted(events.runs), strict=True)  # fmt: skip
    lines = [
        f'{{"event": {{"id": "{event:014x}", "verb": "{word}", "ts": {time}000}}, "actor": {{"id": {account}}}, '
        f'"object": {{"id": "{item}"}}, "measure": {{"seconds": {value}}}, '
        f'"context": {{"session": "{session}", "shown": {shown[word]}, "mix": {run}}}}}'
        for event, account, item, word, time, value, session, run in rows
    ]
    return compressed(lines_with(lines, broken))


def news_file(events: EventColumns, broken: list[str]) -> bytes:
    """CSV."""
    rows = zip(events.ids, blank(events.accounts), events.items, events.words, events.seconds.tolist(),
               blank(events.values), events.sessions, events.runs, strict=True)  # fmt: skip
    lines = [
        f"{event:014x},{account},{item},{word},{time},{value},{session},{run}"
        for event, account, item, word, time, value, session, run in rows
    ]
    return b"event_id,reader,article,event,ts,seconds,visit,front_page\n" + lines_with(lines, broken)


def games_file(events: EventColumns, broken: list[str]) -> bytes:
    """CSV with semicolons and the time on a wall in New York."""
    times = [datetime.fromtimestamp(time, NEW_YORK).strftime("%d.%m.%Y %H:%M:%S") for time in events.seconds.tolist()]
    rows = zip(events.ids, blank(events.accounts), events.items, events.words, times, blank(events.values),
               events.sessions, events.runs, strict=True)  # fmt: skip
    lines = [";".join(map(str, row)) for row in rows]
    return b"entry;player;app_id;what;local_time;amount;session;banner_run\n" + lines_with(lines, broken)


def video_file(events: EventColumns, _broken: list[str]) -> bytes:
    """Parquet."""
    shown = [word == IMPRESSIONS["video"] for word in events.words]
    return parquet_of(
        {
            "event_uuid": [f"{event:014x}" for event in events.ids],
            "viewer_id": events.accounts,
            "video_id": events.items,
            "event_name": events.words,
            "event_time": events.seconds.astype("datetime64[s]").astype("datetime64[us]"),
            "watch_seconds": events.values,
            "session": events.sessions,
            "on_shelf": shown,
            "shelf_run": [run or None for run in events.runs],
        }
    )


EVENT_FILES: dict[str, Callable[[EventColumns, list[str]], bytes]] = {
    "shop": shop_file,
    "news": news_file,
    "video": video_file,
    "music": music_file,
    "games": games_file,
}


def quoted(texts: Sequence[Any]) -> list[str]:
    """Texts as JSON has them; null where there is none."""
    return [f'"{text}"' if text else "null" for text in texts]


def numbers(values: Sequence[float | None]) -> list[str]:
    """Numbers as JSON has them; null where there is none."""
    return ["null" if value is None else repr(value) for value in values]


def blank(values: Sequence[Any]) -> list[str]:
    """Values as CSV has them; nothing where there is none."""
    return ["" if value is None else str(value) for value in values]
