"""A check as text: what was read, what would be rejected, what is strange, and what a night would do."""

from collections import Counter
from collections.abc import Iterator

from flows.contract_words import KindName
from flows.platforms.check import Check, normal_share
from flows.platforms.file_trial import FileTrial
from flows.platforms.kind_facts import KindFacts
from flows.platforms.masking import shown
from flows.platforms.page import Page

MOST_FILES = 15
HELD = 0.2
"""The share of rejects from which on the gate holds a night, as expectations/platform_facts.py has it."""


def check_view(check: Check) -> str:
    """The whole check as text."""
    page = Page()
    page.heading(f"{check.contract.platform}: {len(check.trials)} files tried, nothing loaded")
    page.table("Files", ("what", "files", "records", "rejected"), [*kind_rows(check), *file_rows(check)])
    rejects = list(reject_rows(check.trials))
    if rejects:
        page.table("Rejected records", ("kind", "field", "rule", "records", "for example"), rejects)
    for kind, facts in check.facts.items():
        page.lines(kind_lines(check, kind, facts), mark=f"{kind}: ")
    page.lines(check.obstacles, mark="Obstacle: ", style="red")
    page.heading(verdict(check))
    return page.text


def kind_rows(check: Check) -> Iterator[tuple[str, str, str, str]]:
    """A row a kind."""
    for kind in check.facts:
        trials = [trial for trial in check.trials if trial.file.kind_name == kind]
        rejects = sum(trial.rejects_count for trial in trials)
        yield f"{kind}", str(len(trials)), str(sum(trial.records_count for trial in trials)), str(rejects)


def file_rows(check: Check) -> list[tuple[str, str, str, str]]:
    """A row for each of the files of which something would be rejected, the worst first."""
    worst = sorted(check.trials, key=lambda trial: (trial.refusal is None, -trial.rejects_count))
    return [
        (trial.file.name, "", str(trial.records_count), "the whole file" if trial.refusal else str(trial.rejects_count))
        for trial in worst[:MOST_FILES]
        if trial.refusal or trial.rejects_count
    ]


def reject_rows(trials: tuple[FileTrial, ...]) -> Iterator[tuple[str, str, str, str, str]]:
    """A row for each kind, field and rule, the most frequent first."""
    counts: Counter[tuple[str, str, str]] = Counter()
    examples: dict[tuple[str, str, str], str] = {}
    key: tuple[str, str, str]
    for trial in trials:
        for (field, rule), count in trial.rejects.items():
            key = (trial.file.kind_name, field or "", rule)
            counts[key] += count
            line, text = trial.examples[field, rule][0]
            place = f"{trial.file.path.name}:{line}" if line else trial.file.path.name
            examples.setdefault(key, f"{place} {shortened(text)}")
    for key, count in counts.most_common():
        yield (*key, str(count), examples[key])


def shortened(text: str, length: int = 120) -> str:
    """A scrubbed record in one line."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return line if len(line) <= length else f"{line[: length - 1]}…"


def kind_lines(check: Check, kind: KindName, facts: KindFacts) -> Iterator[str]:
    """What is worth knowing of a kind, a sentence each."""
    if facts.first and facts.last:
        yield f"from {facts.first:%Y-%m-%d %H:%M} to {facts.last:%Y-%m-%d %H:%M} UTC"
    if facts.future_count:
        future = share(facts.future_count, facts.records_count)
        yield f"{future} of the events are in the future; is the zone or unit right?"
    unknown = [
        f"{shown(word)} ({count})"
        for word, count in facts.words.most_common()
        if word not in check.contract.event_words
    ]
    if unknown:
        yield f"words that the contract does not know, their events are not used: {', '.join(unknown[:20])}"
    if kind == "events" and check.unknown_items_count is not None:
        unknown_items = share(check.unknown_items_count, facts.records_count)
        yield f"{unknown_items} of the events are about items that no items file names"
    for name in facts.identifiers:
        yield f"{normal_share(check.contract, facts, name):.1%} of the identifiers in {name} can be matched"
    if facts.records_count and facts.never_filled:
        yield f"fields of the contract that no record has: {', '.join(facts.never_filled)}"
    unnamed: Counter[str] = Counter()
    for trial in check.trials:
        if trial.file.kind_name == kind:
            unnamed.update(trial.unnamed)
    if unnamed:
        listed = ", ".join(shown(name) for name in list(unnamed)[:30])
        yield f"fields that the contract does not name (they go to `extra`): {listed}"


def share(count: int, total: int) -> str:
    """A share in per cent."""
    return f"{count / total:.1%}" if total else "0.0%"


def verdict(check: Check) -> str:
    """What a night would do with these files."""
    records = sum(trial.records_count for trial in check.trials)
    rejects = sum(trial.rejects_count for trial in check.trials)
    refused = sum(1 for trial in check.trials if trial.refusal)
    said = (
        f"A night would load {records - rejects} of {records} records and reject {rejects} ({share(rejects, records)})"
    )
    if refused:
        said += f" and {refused} of {len(check.trials)} files as a whole"
    if check.obstacles:
        return f"{said}: the contract and the files do not fit yet."
    if records and rejects / records > HELD:
        return f"{said}: more than {HELD:.0%}, so the gate would hold it."
    return f"{said}."
