"""Encoding: only new texts are worked on, and a night that was killed loses nothing that was done."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.encode import ChangedEncoderError, encode
from flows.settings import Settings
from flows.warehouse import connect
from models.encode_child import encode_folder
from models.text_encoder import UnknownEncoderError, load_text_encoder

TEXTS = {"red": "a red dress", "tea": "绿茶", "pan": "an iron pan", "hat": "ein Hut", "pen": "a fountain pen"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with five texts of six items on two platforms; a seventh item has none."""
    settings = Settings(home=tmp_path, encoder="use")
    items = [("shop", f"item {key}", text, key) for key, text in TEXTS.items()]
    items += [("news", "the same", TEXTS["red"], "red"), ("news", "without text", None, None)]
    with connect(settings.warehouse) as connection:
        connection.execute("create schema intermediate")
        connection.execute(
            "create table intermediate.int_item_texts"
            " (platform varchar, item_id varchar, text varchar, text_hash varchar)"
        )
        connection.executemany("insert into intermediate.int_item_texts values (?, ?, ?, ?)", items)
    return settings


class Worker:
    """Encodes in this process, two texts a file, and dies after some files; notes what it was asked to encode."""

    def __init__(self, dies_after: int | None = None) -> None:
        self.dies_after = dies_after
        self.asked: list[int] = []

    def __call__(self, module: str, folder: Path, log: Callable[[str], None]) -> None:
        """Stand in for `run_child`."""
        from pyarrow import parquet

        self.asked.append(parquet.read_metadata(folder / "texts.parquet").num_rows)
        encode_folder(folder, part_size=2)
        paths = sorted(folder.glob("embeddings-*.parquet"))
        if self.dies_after is not None:
            for path in paths[self.dies_after :]:
                path.unlink()
            raise KeyboardInterrupt
        log("done")


def rows(settings: Settings) -> list[tuple[str, str, list[float]]]:
    with connect(settings.warehouse) as connection:
        return connection.execute(
            "select text_hash, encoder, embedding from features.text_embeddings order by all"
        ).fetchall()


def test_every_distinct_text_gets_its_vector(settings: Settings) -> None:
    """A real child encodes each text once, whatever number of items have it; texts that are null get nothing."""
    receipt = encode(settings)
    assert receipt.rows == {"features.text_embeddings": 5}
    expected = load_text_encoder("use").encode(list(TEXTS.values()))
    found = {text_hash: embedding for text_hash, _, embedding in rows(settings)}
    assert found.keys() == TEXTS.keys()
    for key, vector in zip(TEXTS, expected, strict=True):
        assert found[key] == pytest.approx(vector.tolist(), abs=1e-5)


def test_only_new_texts_are_encoded(settings: Settings) -> None:
    """A second night encodes the one text that has come, a third nothing at all."""
    worker = Worker()
    encode(settings, worker)
    with connect(settings.warehouse) as connection:
        connection.execute("insert into intermediate.int_item_texts values ('shop', 'new', 'a tent', 'tent')")
    assert encode(settings, worker).rows == {"features.text_embeddings": 1}
    assert encode(settings, worker).rows == {"features.text_embeddings": 0}
    assert worker.asked == [5, 1]
    assert len(rows(settings)) == 6


def test_another_encoder_starts_anew(settings: Settings) -> None:
    """Vectors of one encoder are no reason to leave a text out for another."""
    encode(settings, Worker())
    with connect(settings.warehouse) as connection:
        connection.execute("update features.text_embeddings set encoder = 'minilm'")
    assert encode(settings, Worker()).rows == {"features.text_embeddings": 5}


@pytest.mark.parametrize("dies_after", [0, 1, 2])
def test_a_killed_night_resumes_where_it_was(settings: Settings, dies_after: int) -> None:
    """Files that were whole when the night died are taken in, the rest is encoded, nothing twice."""
    with pytest.raises(KeyboardInterrupt):
        encode(settings, Worker(dies_after))
    second = Worker()
    assert encode(settings, second).rows == {"features.text_embeddings": 5}
    assert second.asked == [5 - 2 * dies_after]
    assert [text_hash for text_hash, _, _ in rows(settings)] == sorted(TEXTS)
    assert not (settings.home / "runs" / "encode").exists()


def test_a_file_taken_in_twice_adds_nothing(settings: Settings) -> None:
    """A night killed between taking a file in and dropping it does not repeat its rows."""
    kept = settings.home / "kept.parquet"

    def worker(module: str, folder: Path, log: Callable[[str], None]) -> None:  # noqa: ARG001 - as `run_child`
        encode_folder(folder)
        kept.write_bytes((folder / "embeddings-00000.parquet").read_bytes())

    encode(settings, worker)
    folder = settings.home / "runs" / "encode"
    folder.mkdir(parents=True)
    kept.rename(folder / "embeddings-00000.parquet")
    assert encode(settings, Worker()).rows == {"features.text_embeddings": 0}
    assert len(rows(settings)) == 5


def test_an_unknown_encoder_is_refused_before_anything_starts(settings: Settings) -> None:
    """The name is checked first: no folder, no child."""
    with pytest.raises(UnknownEncoderError, match="found 'bert'"):
        encode(settings.model_copy(update={"encoder": "bert"}), Worker())
    assert not (settings.home / "runs").exists()


def test_changed_weights_are_refused(settings: Settings, tmp_path: Path) -> None:
    """Vectors of two sets of weights never stand under one name: once a folder has been used its files must stay."""
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"one")
    changed = settings.model_copy(update={"encoder": f"hf:{folder}"})

    def worker(module: str, folder: Path, log: Callable[[str], None]) -> None:
        """Encodes nothing."""

    encode(changed, worker)
    encode(changed, worker)
    (folder / "model.safetensors").write_bytes(b"two")
    with pytest.raises(ChangedEncoderError, match="Put them into a folder of another name"):
        encode(changed, worker)
    encode(settings, worker)
