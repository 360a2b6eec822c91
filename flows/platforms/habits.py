"""What a platform's deliveries show as a whole: how late events come, and whether people take a thing again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from flows.contract_words import EVENT_TYPES
from flows.platforms.proposal import Decision
from flows.platforms.sample import Column, KindSample
from flows.platforms.time_units import read_times
from flows.warehouse import Connection

USUAL_LATENESS = 3
A_HISTORY = 31
ON_TIME = 0.995
RETURNING = 0.1


def times_of(connection: Connection, column: Column, unit: str) -> list[datetime | None]:
    """The time of each record."""
    values = list(column.counts)
    times = dict(zip(values, read_times(connection, unit, values), strict=True))
    return [None if text is None else times[text] for text in column.texts]


def lateness(sample: KindSample, times: Sequence[datetime | None]) -> Decision:
    """The days after which nearly all events have been delivered, by the days in the names of their files."""
    late: Counter[int] = Counter()
    for part in sample.parts:
        if part.days:
            dates = [time.date() for time in times[part.start : part.stop] if time]
            late.update(max((part.days.first - day).days, 0) for day in dates)
    if not late.total():
        return Decision(USUAL_LATENESS, "the files' names tell no day; 3 is usual")
    days = share_within(late, ON_TIME)
    told = f"{ON_TIME:.1%} of the events are at most {days} days older than the day in their file's name"
    if days > A_HISTORY:
        return Decision(USUAL_LATENESS, f"{told}: a history delivered at once; 3 is usual")
    return Decision(max(days, 1), told)


def share_within(late: Counter[int], share: float) -> int:
    """The days within which this share of the events has come."""
    needed, seen = share * late.total(), 0
    for days, count in sorted(late.items()):
        seen += count
        if seen >= needed:
            return days
    return max(late)


def returning(
    accounts: Column, items: Column, words: Column, times: Sequence[datetime | None], known: Mapping[str, str]
) -> Decision:
    """Whether people take what they took before: the share of taken things that were taken on several days."""
    taken: dict[tuple[str, str, str], set[date]] = {}
    for account, item, word, time in zip(accounts.texts, items.texts, words.texts, times, strict=True):
        event_type = known.get(word or "")
        if account and item and time and event_type and EVENT_TYPES[event_type].is_positive:
            taken.setdefault((account, item, event_type), set()).add(time.date())
    if not taken:
        return Decision(False, "no event of the sample takes a thing")
    share = sum(1 for days in taken.values() if len(days) > 1) / len(taken)
    return Decision(share >= RETURNING, f"{share:.1%} of what people took in the sample they took on several days")
