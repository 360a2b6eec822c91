"""Places of delivery: what platforms put on S3 or on a web server is copied into the landing folder.

Credentials come from the environment alone, as AWS names them. What DuckDB says of a failure is never told on, for it
may quote an address or a key; a kind of failure is.
"""

import logging
import os
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from flows.contracts import PlatformContract
from flows.landing_file import escaped_text
from flows.settings import Settings
from flows.warehouse import Connection, Error, load_extension, reader

LOG = logging.getLogger("crossrec")
DRAFT = ".fetching"
SIGNING = "create or replace secret place (type s3, key_id $key, secret $secret, session_token $token, region $region"
ENDPOINT = ", endpoint $endpoint, url_style 'path', use_ssl {is_encrypted}"


class RemoteFile(NamedTuple):
    """A file of a place; size and time are null if they have to be asked for."""

    address: str
    size_bytes: int | None = None
    modified_at: datetime | None = None

    def is_copied_to(self, path: Path) -> bool:
        """Whether this file lies there as it is at the place."""
        if self.modified_at is None or not path.exists():
            return False
        state = path.stat()
        return (state.st_size, int(state.st_mtime)) == (self.size_bytes, int(seconds(self.modified_at)))


def seconds(moment: datetime) -> float:
    """Seconds since 1970 of a time of DuckDB, which is in UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def fetch_places(settings: Settings, contracts: tuple[PlatformContract, ...]) -> dict[str, int]:
    """Copy what is new at the places of all kinds; how many files were `fetched`, `kept` and `left` where they are.

    A place that cannot be reached is told in a warning: what has landed is ingested, and the gate judges its volume.

    Raises:
        MissingExtraError: if there is a place and DuckDB's extension for them is not installed.
    """
    places = [
        (place, settings.landing / contract.platform / kind_name)
        for contract in contracts
        for kind_name, kind in contract.kinds.items()
        for place in kind.place
    ]
    counts = Counter({"fetched": 0, "kept": 0, "left": 0})
    if not places:
        return dict(counts)
    with reader(settings.memory_limit, settings.threads) as connection:
        load_extension(connection, "httpfs")
        give_credentials(connection, dict(os.environ))
        taken: set[Path] = set()
        for place, folder in places:
            counts.update(fetch_place(connection, place, folder, taken))
    return dict(counts)


def give_credentials(connection: Connection, environment: dict[str, str]) -> None:
    """Tell a connection how to sign its requests to S3; the keys are parameters, so no statement holds them."""
    connection.execute("set enable_server_cert_verification = true")
    endpoint = environment.get("AWS_ENDPOINT_URL", "")
    parameters = {
        "key": environment.get("AWS_ACCESS_KEY_ID", ""),
        "secret": environment.get("AWS_SECRET_ACCESS_KEY", ""),
        "token": environment.get("AWS_SESSION_TOKEN", ""),
        "region": environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or "us-east-1",
    }
    statement = SIGNING
    if endpoint:
        parameters["endpoint"] = re.sub(r"^https?://", "", endpoint).rstrip("/")
        statement += ENDPOINT.format(is_encrypted=str(not endpoint.startswith("http://")).lower())
    connection.execute(f"{statement})", parameters)


def fetch_place(connection: Connection, place: str, folder: Path, taken: set[Path]) -> Counter[str]:
    """Copy what is new at one place; names that an earlier place has `taken` are left."""
    counts: Counter[str] = Counter()
    try:
        files = list(remote_files(connection, place))
    except Error as error:
        LOG.warning("%s cannot be reached (%s); ingest goes on with what has landed", place, kind_of(error))
        return counts
    for file in files:
        name = name_of(place, file)
        problem = why_not(name, folder, taken)
        is_new = True
        if not problem:
            taken.add(folder / name)
            try:
                is_new = fetch_file(connection, file, folder / name)
            except (Error, OSError) as error:
                problem = f"{name}: {kind_of(error)}"
        if problem:
            LOG.warning("a file of %s is left where it is: %s", place, problem)
        counts["left" if problem else "fetched" if is_new else "kept"] += 1
    return counts


def name_of(place: str, file: RemoteFile) -> str:
    """The name of a file below its place; of a place that is a file itself, the last step."""
    folder = place.rstrip("/") + "/"
    below = file.address.removeprefix(folder)
    return below if below != file.address else file.address.rpartition("/")[2]


def remote_files(connection: Connection, place: str) -> list[RemoteFile]:
    """The files of a place by name: of a folder all that lie below it, or the one that the place names."""
    pattern = {"pattern": f"{place.rstrip('/')}/**"}
    files: list[RemoteFile] = []
    if place.startswith("s3://"):
        listing = "select file from glob($pattern) order by file"
        files = [RemoteFile(address) for (address,) in connection.execute(listing, pattern).fetchall()]
    if files:
        try:
            # the list of a folder tells it at once, but takes what follows a question mark for settings
            described = "select filename, size, last_modified from read_blob($pattern) order by filename"
            files = [RemoteFile(*row) for row in connection.execute(described, pattern).fetchall()]
        except Error:
            pass
        return [file for file in files if not file.address.endswith("/")]
    return [looked_up(connection, RemoteFile(place))]


def looked_up(connection: Connection, file: RemoteFile) -> RemoteFile:
    """The file with its size and time, asked for if the list did not tell them."""
    if file.size_bytes is not None:
        return file
    query = "select size, last_modified from read_blob($address)"
    row = connection.execute(query, {"address": escaped_text(file.address)}).fetchone()
    return RemoteFile(file.address, *(row or (None, None)))


def why_not(name: str, folder: Path, taken: set[Path]) -> str | None:
    """Why a file of this name cannot be copied to the folder; null if it can."""
    steps = PurePosixPath(name).parts
    if not steps or any(step.startswith((".", "/")) for step in steps) or "?" in name or "\0" in name:
        return "a name has no question mark, and no step of it begins with a dot"
    if folder / name in taken:
        return f"an earlier place has a file of the same name, {name}"
    return None


def fetch_file(connection: Connection, file: RemoteFile, path: Path) -> bool:
    """Copy a file, whole or not at all, with its time, if it is not there yet; whether it was.

    Raises:
        OSError: if the file changed meanwhile.
    """
    file = looked_up(connection, file)
    if file.is_copied_to(path):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{DRAFT}-{os.getpid()}")
    try:
        connection.execute(
            "copy (select content from read_blob($address)) to $draft (format blob)",
            {"address": escaped_text(file.address), "draft": str(draft)},
        )
        if draft.stat().st_size != file.size_bytes:
            raise OSError("a file stays as it is while it is fetched")
        if file.modified_at:
            os.utime(draft, (seconds(file.modified_at),) * 2)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return True


def kind_of(error: Exception) -> str:
    """A failure in words that quote nothing of it."""
    if type(error).__name__ == "OutOfMemoryException":
        return "it does not fit into CROSSREC_MEMORY_LIMIT; raise it, or have the file delivered in parts"
    status = re.search(r"\bHTTP (\d{3})\b", str(error))
    meaning = {"403": "access denied: are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY set and right?"}
    if status:
        return f"HTTP {status[1]}{f', {meaning[status[1]]}' if status[1] in meaning else ''}"
    return type(error).__name__
