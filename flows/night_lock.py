"""One night at a time works in a home. Who it is stands beside the lock, so that one who was killed can be told.

The lock is the operating system's: it ends with the process that holds it, however that ends.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from flows.settings import Settings


class HomeBusyError(RuntimeError):
    """Another night works in this home."""


@contextmanager
def night_lock(settings: Settings, flow_run_id: str = "") -> Iterator[str | None]:
    """Hold the home for one night; the flow run that held it before, if it was killed while it did.

    Raises:
        HomeBusyError: if another night works in this home.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    path, holder = settings.home / "night.lock", settings.home / "night.holder"
    try:
        with FileLock(path, timeout=0):
            killed = holder.read_text().strip() if holder.exists() else None
            holder.write_text(flow_run_id)
            try:
                yield killed or None
            finally:
                holder.unlink(missing_ok=True)
    except Timeout as error:
        raise HomeBusyError(
            f"One night at a time works in a home; another one holds {path}. Wait until it ends."
        ) from error


def is_held(settings: Settings) -> bool:
    """Whether a night works in this home now; looking makes no lock."""
    path = settings.home / "night.lock"
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except Timeout:
        return True
