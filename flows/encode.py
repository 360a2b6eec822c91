"""Encodes the texts of items that no earlier night has encoded.

A child process does the work and leaves its vectors in small files; each goes into the table as soon as it is whole.
A night that is killed meanwhile loses at most the file being written, and the next takes in what was left lying.
"""

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from tqdm import tqdm

from flows.children import run_child
from flows.receipts import Receipt
from flows.settings import Settings
from flows.warehouse import Connection, connect, transaction
from models.text_encoder import check_encoder_name, fingerprint

CREATE = """
    create schema if not exists features;
    create table if not exists features.text_embeddings (
        text_hash varchar, encoder varchar, embedding float[], encoded_at timestamp
    );
    create table if not exists features.encoders (encoder varchar primary key, fingerprint varchar)
"""

EXPORT_NEW_TEXTS = """
    copy (
        select texts.text_hash, min(texts.text) as text, $encoder as encoder
        from intermediate.int_item_texts as texts
        anti join (select text_hash from features.text_embeddings where encoder = $encoder) as known
            on texts.text_hash = known.text_hash
        where texts.text is not null
        group by texts.text_hash
        order by texts.text_hash
    ) to $path (format parquet)
"""

TAKE_IN = """
    insert into features.text_embeddings
    select parts.text_hash, parts.encoder, parts.embedding, now()::timestamp
    from read_parquet($path) as parts
    anti join features.text_embeddings as known
        on parts.text_hash = known.text_hash and parts.encoder = known.encoder
"""


class ChangedEncoderError(ValueError):
    """A folder has other weights than those that made the vectors that are kept under its name."""


class RunChild(Protocol):
    """What runs `python -m module folder` and hands its lines to `log`."""

    def __call__(self, module: str, folder: Path, log: Callable[[str], None]) -> None:
        """Run the child to its end."""


def encode(settings: Settings, run: RunChild = run_child) -> Receipt:
    """Bring `features.text_embeddings` to hold every text of `intermediate.int_item_texts`, for the encoder in use.

    Raises:
        UnknownEncoderError: if there is no such text encoder.
        ChangedEncoderError: if the weights in its folder have changed.
    """
    check_encoder_name(settings.encoder)
    folder = settings.home / "runs" / "encode"
    with _connect(settings) as connection:
        connection.execute(CREATE)
        _check_weights(connection, settings.encoder)
    encoded = _take_in_parts(settings, folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    texts = str(folder / "texts.parquet")
    with _connect(settings) as connection:
        new = _write(connection, EXPORT_NEW_TEXTS, encoder=settings.encoder, path=texts)
    if new:
        encoded += _encode_folder(settings, folder, new, run)
    shutil.rmtree(folder)
    return Receipt(stage="encode", rows={"features.text_embeddings": encoded})


def _encode_folder(settings: Settings, folder: Path, new: int, run: RunChild) -> int:
    """Have a child encode the folder's texts, and take in its vectors as they come; how many there were."""
    parts: list[int] = []
    with tqdm(total=new, desc="texts encoded", unit=" texts", disable=None) as progress:

        def take_in(_line: str = "") -> None:
            parts.append(_take_in_parts(settings, folder))
            progress.update(parts[-1])

        run("models.encode_child", folder, take_in)
        take_in()
    return sum(parts)


def _check_weights(connection: Connection, encoder: str) -> None:
    """Note the weights behind the encoder's name; vectors of others must not stand beside theirs."""
    now = fingerprint(encoder)
    connection.execute(
        "insert or ignore into features.encoders values ($encoder, $now)", {"encoder": encoder, "now": now}
    )
    row = connection.execute("select fingerprint from features.encoders where encoder = $encoder", {"encoder": encoder})
    if row.fetchall() != [(now,)]:
        raise ChangedEncoderError(
            f"The weights behind one name have to stay the same; those in {encoder} have changed. "
            "Put them into a folder of another name and set `encoder` to it."
        )


def _connect(settings: Settings) -> AbstractContextManager[Connection]:
    return connect(settings.warehouse, settings.memory_limit, settings.threads)


def _take_in_parts(settings: Settings, folder: Path) -> int:
    """Append the vectors of every finished file that are not there yet, and drop the file; how many were new."""
    rows = 0
    for path in sorted(folder.glob("embeddings-*.parquet")):
        with _connect(settings) as connection, transaction(connection):
            rows += _write(connection, TAKE_IN, path=str(path))
        path.unlink()
    return rows


def _write(connection: Connection, statement: str, **parameters: str) -> int:
    """Execute a statement that writes rows; how many it wrote."""
    row = connection.execute(statement, parameters).fetchone()
    return int(row[0]) if row else 0
