"""New files are loaded several at a time, each over connections of its own.

They end in the order in which they came: none is written for good before all that came earlier are. So a killed ingest
leaves the first files loaded, and the time of loading tells a later delivery from an earlier one.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime
from queue import SimpleQueue
from threading import Event
from typing import NamedTuple

from flows.delivery import Delivery
from flows.file_loading import FileLoader, MixedError
from flows.landing_file import UnreadableFileError
from flows.landing_reader import RefusedError
from flows.manifest import Loaded
from flows.raw_writing import RawWriter
from flows.settings import Settings
from flows.warehouse import Connection, beside, reader, transaction

MOST_LANES = 4
"""More would keep more records in memory than there is room for beside DuckDB's limit."""

STREAMED = ("json_lines", "csv", "parquet")
"""Formats of which DuckDB does not read a whole file into memory."""


class DeclinedError(Exception):
    """What a file needs cannot be done beside others."""


class Ended(NamedTuple):
    """A file that was under way, and what came of it; null if it has to be loaded by itself."""

    delivery: Delivery
    loaded_at: datetime
    loaded: Loaded | None


class UnderWay(NamedTuple):
    """A file that is being loaded; it is over when it is loaded for good, or all is done that can be done."""

    delivery: Delivery
    loaded_at: datetime
    future: Future[Loaded | None]
    is_over: Event


class Lane:
    """Loads new files one after the other, writing what it reads over connections of its own."""

    def __init__(self, loader: FileLoader, warehouse: Connection, reading: Connection) -> None:
        self.warehouse = warehouse
        self.reading = reading
        self.is_stopped = False
        self.loader = FileLoader(warehouse, reading, loader.erased, loader.manifest, loader.landing, loader.fields)

    def load(self, delivery: Delivery, loaded_at: datetime, before: Event) -> Loaded | None:
        """Load a new file with its line of the manifest, once all `before` are over; null if it needs more than that.

        That is so if it is refused as a whole, brings a field that no file had before, or the first record of an
        account since that was erased: then nothing of it stays.
        """
        file, file_id = delivery.file, delivery.file_id
        for read in self.loader.ways(file):
            if self.is_stopped:
                break
            writer = RawWriter(self.warehouse, self.loader.fields, file, file_id, loaded_at)
            try:
                with transaction(self.warehouse):
                    loaded = Loaded(*self.loader.write(read, writer, None, may_be_refused=True))
                    self.loader.manifest.note(file, file_id, loaded_at, loaded, None, self.warehouse)
                    before.wait()
                    is_alone = writer.new_fields or writer.returned_count or delivery.has_changed
                    if is_alone or self.is_stopped:
                        raise DeclinedError
                return loaded
            except RefusedError:
                continue
            except (DeclinedError, MixedError, UnreadableFileError):
                break
        return None


class Lanes:
    """As many files at a time as there are lanes; they come out in the order in which they were put in."""

    def __init__(self, lanes: list[Lane]) -> None:
        self.lanes = lanes
        self.loader = lanes[0].loader
        self.idle: SimpleQueue[Lane] = SimpleQueue()
        for lane in lanes:
            self.idle.put(lane)
        self.pool = ThreadPoolExecutor(len(lanes))
        self.under_way: deque[UnderWay] = deque()
        self.newest = Event()
        self.newest.set()

    def takes(self, delivery: Delivery) -> bool:
        """Whether a file is new and nothing else, and needs little memory, as far as can be told before it is read."""
        depends = delivery.known or delivery.base or delivery.left or self.loader.manifest.was_refused(delivery.file)
        return not depends and delivery.file.kind.format in STREAMED

    def put(self, delivery: Delivery, loaded_at: datetime) -> Iterator[Ended]:
        """Start loading a new file as soon as a lane is free; what has ended until then."""
        while len(self.under_way) > len(self.lanes):
            yield from self._first()
        before, self.newest = self.newest, Event()
        self.loader.manifest.expect(delivery.file, delivery.file_id)
        future = self.pool.submit(self._load, delivery, loaded_at, before, self.newest)
        self.under_way.append(UnderWay(delivery, loaded_at, future, self.newest))

    def rest(self) -> Iterator[Ended]:
        """All that is still under way, once it has ended."""
        while self.under_way:
            yield from self._first()

    def stop(self) -> None:
        """Interrupt what is under way; nothing of it stays."""
        for lane in self.lanes:
            lane.is_stopped = True
            lane.warehouse.interrupt()
            lane.reading.interrupt()
        for entry in self.under_way:
            entry.is_over.set()

    def _load(self, delivery: Delivery, loaded_at: datetime, before: Event, is_over: Event) -> Loaded | None:
        lane = self.idle.get()
        try:
            loaded = lane.load(delivery, loaded_at, before)
        finally:
            self.idle.put(lane)
        if loaded:
            is_over.set()
        return loaded

    def _first(self) -> Iterator[Ended]:
        delivery, loaded_at, future, is_over = self.under_way[0]
        loaded = future.result()
        self.loader.manifest.expect_no_more(delivery.file, delivery.file_id)
        yield Ended(delivery, loaded_at, loaded)
        is_over.set()
        self.under_way.popleft()


@contextmanager
def open_lanes(loader: FileLoader, settings: Settings) -> Iterator[Lanes]:
    """Lanes beside a loader; at the end of the block nothing is under way any more."""
    with ExitStack() as stack:
        lanes = []
        for _ in range(min(settings.threads, MOST_LANES)):
            warehouse = stack.enter_context(beside(loader.warehouse))
            lanes.append(Lane(loader, warehouse, stack.enter_context(reader(settings.memory_limit, 1))))
        work = Lanes(lanes)
        try:
            yield work
        except BaseException:
            work.stop()
            raise
        finally:
            work.pool.shutdown(cancel_futures=True)
