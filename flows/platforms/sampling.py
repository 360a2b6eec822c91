"""Looks at a platform's landing files: which there are, and a bounded part of their records."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from flows.contract_words import KindName
from flows.landing_file import deliveries
from flows.platforms.file_days import days_of
from flows.platforms.file_format import FileFormat, format_of
from flows.platforms.records import Header, Record, some_records
from flows.platforms.sample import Column, KindSample, Part, PlatformSample

KINDS: tuple[KindName, ...] = ("events", "items", "accounts", "links")
"""Kinds that are proposed; what people consent to is for a person to write into the contract."""
FILES = 14
RECORDS = 42_000
MOST_FIELDS = 150
NEWEST = 7
"""Consecutive files at the end: what comes again within days shows in these."""


class NothingLandedError(LookupError):
    """There is no landing file to look at."""


def chosen(paths: list[Path], count: int = FILES) -> list[Path]:
    """The first file, the newest ones, and some between, in their order."""
    if len(paths) <= count:
        return paths
    newest = paths[-NEWEST:]
    rest = paths[:-NEWEST]
    between = count - NEWEST
    places = {round(place * (len(rest) - 1) / max(between - 1, 1)) for place in range(between)}
    return [rest[place] for place in sorted(places)] + newest


def sample_platform(landing: Path, platform: str, records_count: int = RECORDS) -> PlatformSample:
    """A sample of every kind that has landed.

    Raises:
        NothingLandedError: if no kind has a file.
    """
    kinds: dict[KindName, KindSample] = {}
    unreadable: dict[KindName, str] = {}
    for kind in KINDS:
        paths = deliveries(landing, platform, kind)
        if not paths:
            continue
        sample = sample_kind(landing, kind, paths, records_count)
        if sample is None:
            unreadable[kind] = f"none of its {len(paths)} files can be read; {problem_of(paths[-1])}"
        else:
            kinds[kind] = sample
    if not kinds and not unreadable:
        folder = landing / platform
        raise NothingLandedError(
            f"A platform's files lie in {folder}/{{{','.join(KINDS)}}}/; found none. "
            f"Put some there, or name a platform that has landed{landed(landing)}."
        )
    return PlatformSample(platform, kinds, unreadable)


def landed(landing: Path) -> str:
    """The platforms that have landed, in brackets."""
    names = sorted(path.name for path in landing.iterdir() if path.is_dir()) if landing.is_dir() else []
    return f" ({', '.join(names)})" if names else ""


def problem_of(path: Path) -> str:
    """Why a file can't be read."""
    return f"{path.name}: {format_of(path).problem or 'it holds no record'}"


def sample_kind(landing: Path, kind: KindName, paths: list[Path], records_count: int) -> KindSample | None:
    """A sample of the files of one kind; null if none of them can be read."""
    looked_at = chosen(paths)
    formats = {path: format_of(path) for path in looked_at}
    usual = usual_format(list(formats.values()))
    if usual is None or usual.format is None:
        return None
    usable = [path for path in looked_at if formats[path] == usual]
    builder = ColumnBuilder()
    parts = []
    for path in usable:
        start = builder.records_count
        builder.add(some_records(path, usual, max(records_count // len(usable), 100)))
        parts.append(Part(path, start, builder.records_count, days_of(str(path.relative_to(landing)))))
    columns, unnamed, notes = builder.built()
    notes += [
        f"{path.name} would be rejected as a whole: {form.problem or f'it is {readable(form)}, not {readable(usual)}'}"
        for path, form in formats.items()
        if form != usual and not (form.format is None and path.stat().st_size == 0)
    ]
    if not builder.records_count and not columns:
        return None
    return KindSample(
        kind, usual.format, usual.delimiter, len(paths), tuple(parts), columns, builder.records_count,
        builder.broken_count, tuple(notes), tuple(unnamed), usual.has_header,
    )  # fmt: skip


def usual_format(formats: list[FileFormat]) -> FileFormat | None:
    """The most frequent format, the newest of several."""
    known = [form for form in reversed(formats) if form.format]
    return Counter(known).most_common(1)[0][0] if known else None


def readable(form: FileFormat) -> str:
    """A format for people."""
    header = "" if form.has_header else " and no header"
    return f"csv with {form.delimiter!r}{header}" if form.format == "csv" else str(form.format)


class ColumnBuilder:
    """Collects records, field by field."""

    def __init__(self) -> None:
        self.columns: dict[str, Column] = {}
        self.records_count = self.broken_count = 0

    def add(self, records: Iterable[Record | None]) -> None:
        """Add the records of a file; a header only tells which fields there are."""
        for record in records:
            if record is None:
                self.broken_count += 1
                continue
            is_header = isinstance(record, Header)
            for path, (text, native) in record.items():
                column = self.columns.get(path)
                if column is None:
                    column = self.columns[path] = Column(path, [None] * self.records_count)
                if native:
                    column.natives.add(native)
                if not is_header:
                    column.texts.append(text)
            if not is_header:
                self.records_count += 1
                self.pad(record)

    def pad(self, record: Record) -> None:
        """Give the fields that this record lacks their null."""
        if len(record) < len(self.columns):
            for column in self.columns.values():
                if len(column.texts) < self.records_count:
                    column.texts.append(None)

    def built(self) -> tuple[dict[str, Column], list[str], list[str]]:
        """The fields that a contract can name, the names of those that it can't, and notes about them."""
        unnamed = [path.replace("\x00", "") for path in self.columns if "\x00" in path]
        columns = {path: column for path, column in self.columns.items() if "\x00" not in path}
        notes = []
        if unnamed:
            notes.append(f"{len(unnamed)} fields have names that a path can't hold; they stay in `extra`")
        if len(columns) > MOST_FIELDS:
            filled = sorted(columns, key=lambda path: -columns[path].filled_count)[:MOST_FIELDS]
            notes.append(f"of {len(columns)} fields the {MOST_FIELDS} fullest are named; the others stay in `extra`")
            columns = {path: column for path, column in columns.items() if path in set(filled)}
        for path in [path for path in columns if any(other.startswith(f"{path}.") for other in columns)]:
            if columns[path].filled_count:
                columns[path].natives.add("object")
            else:
                del columns[path]
        return columns, unnamed, notes
