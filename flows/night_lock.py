"""One at a time works in a home. Who it is stands beside the lock, so that others can be told, and one who was killed.

The lock is the operating system's: it ends with the process that holds it, however that ends.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from flows.settings import Settings


class HomeBusyError(RuntimeError):
    """Somebody else works in this home."""


@contextmanager
def night_lock(settings: Settings, flow_run_id: str = "", doing: str = "night") -> Iterator[str | None]:
    """Hold the home, to do what `doing` says in a word; the flow run that held it before, if it was killed meanwhile.

    Raises:
        HomeBusyError: if somebody else works in this home; it says who.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    path, holder = settings.home / "night.lock", settings.home / "night.holder"
    try:
        with FileLock(path, timeout=0):
            killed = read_holder(holder).get("flow_run_id")
            write_holder(holder, flow_run_id, doing)
            try:
                yield killed or None
            finally:
                holder.unlink(missing_ok=True)
    except Timeout as error:
        raise HomeBusyError(
            f"One at a time works in a home; {in_words(read_holder(holder))} holds {path}. Wait until it ends."
        ) from error


def write_holder(path: Path, flow_run_id: str, doing: str) -> None:
    """Write who holds the home; a reader sees all of it or nothing."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    described = {"doing": doing, "pid": os.getpid(), "since": since, "flow_run_id": flow_run_id}
    draft = path.with_name(f"{path.name}.draft")
    draft.write_text(json.dumps(described), encoding="utf-8")
    draft.replace(path)


def read_holder(path: Path) -> dict[str, Any]:
    """Who holds the home or held it when it was killed; nothing if that is not told."""
    try:
        described = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return described if isinstance(described, dict) else {}


def in_words(holder: dict[str, Any]) -> str:
    """The holder as a part of a sentence."""
    if not holder:
        return "another process"
    doing = str(holder.get("doing"))
    article = "an" if doing[:1] in "aeiou" else "a"
    since = str(holder.get("since")).replace("T", " ").removesuffix("+00:00")
    return f"{article} {doing} (process {holder.get('pid')}, since {since} UTC)"


def is_held(settings: Settings) -> bool:
    """Whether somebody works in this home now; looking makes no lock."""
    path = settings.home / "night.lock"
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except Timeout:
        return True
