"""Several files under way at a time, each over a connection of its own."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from queue import SimpleQueue
from types import TracebackType
from typing import NamedTuple

from flows.delivery import Delivery
from flows.direct_loading import DirectLoader
from flows.manifest import Loaded
from flows.warehouse import Connection


class Ended(NamedTuple):
    """A file that was under way, and what came of it; null if it has to be looked at more closely."""

    delivery: Delivery
    loaded_at: datetime
    loaded: Loaded | None


class Lanes:
    """Loads plain files, as many at a time as there are lanes; they come out in the order in which they were put in."""

    def __init__(self, loader: DirectLoader, warehouse: Connection, count: int) -> None:
        self.loader = loader
        self.lanes = [warehouse.cursor() for _ in range(count)]
        self.idle: SimpleQueue[Connection] = SimpleQueue()
        for lane in self.lanes:
            self.idle.put(lane)
        self.pool = ThreadPoolExecutor(count)
        self.under_way: deque[tuple[Delivery, datetime, Future[Loaded | None]]] = deque()

    def __enter__(self) -> "Lanes":
        """Nothing is under way yet."""
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        """Wait for what is under way; after an error, stop it."""
        if kind is not None:
            for lane in self.lanes:
                lane.interrupt()
        self.pool.shutdown(cancel_futures=kind is not None)
        for lane in self.lanes:
            lane.close()

    def put(self, delivery: Delivery, loaded_at: datetime) -> Iterator[Ended]:
        """Start loading a plain file as soon as a lane is free; what has ended until then."""
        while len(self.under_way) > len(self.lanes):
            yield self._first()
        self.loader.manifest.expect(delivery.file, delivery.file_id)
        self.under_way.append((delivery, loaded_at, self.pool.submit(self._load, delivery, loaded_at)))

    def rest(self) -> Iterator[Ended]:
        """All that is still under way, once it has ended."""
        while self.under_way:
            yield self._first()

    def _load(self, delivery: Delivery, loaded_at: datetime) -> Loaded | None:
        lane = self.idle.get()
        try:
            return self.loader.load(lane, delivery, loaded_at)
        finally:
            self.idle.put(lane)

    def _first(self) -> Ended:
        delivery, loaded_at, future = self.under_way.popleft()
        loaded = future.result()
        self.loader.manifest.expect_no_more(delivery.file, delivery.file_id)
        return Ended(delivery, loaded_at, loaded)
