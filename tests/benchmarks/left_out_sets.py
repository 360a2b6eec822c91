"""Data sets of which each person's last item is to be foretold, as arrays that recommenders learn from.

They tell an order and no times. So all events lie within one day, a second apart, and what was popular is counted on
the day before: targets weigh alike, gaps say next to nothing, and the popularity prior is that of all that is known.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from models.inputs import SECONDS_PER_DAY, Catalogue, Log

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
TRAIN, VALID, TEST = range(3)
CUT = SECONDS_PER_DAY
Encode = Callable[[list[str]], np.ndarray]


@dataclass(frozen=True)
class LeftOut:
    """Persons' items in their order, the last one to be foretold and the one before to choose by.

    The persons of a platform are those whose last item is of it.
    """

    name: str
    catalogue: Catalogue
    users: np.ndarray  # [events] ascending
    items: np.ndarray  # [events] in each person's order
    parts: np.ndarray  # [events] of TRAIN, VALID, TEST
    same_day: np.ndarray  # [events] bool: on the day of the event before; then the order may tell too much
    negatives: int | None  # items that a target is ranked among, drawn; None: all of its platform

    @property
    def users_count(self) -> int:
        """How many persons there are."""
        return int(self.users[-1]) + 1

    def of_platform(self, platform: int) -> "LeftOut":
        """What was done on one platform alone, with all its parts."""
        return self._only(self.catalogue.item_platforms[self.items] == platform)

    def first(self, count: int) -> "LeftOut":
        """The first so many persons alone."""
        return self._only(self.users < count)

    def _only(self, kept: np.ndarray) -> "LeftOut":
        return replace(self, **{name: getattr(self, name)[kept] for name in ("users", "items", "parts", "same_day")})

    def log(self, *parts: int) -> Log:
        """What persons did in these parts."""
        kept = np.isin(self.parts, parts)
        users, items = self.users[kept], self.items[kept]
        starts = np.searchsorted(users, users)
        times = np.arange(len(users)) - starts
        taken, counts = np.unique(items, return_counts=True)
        return Log(
            users=users,
            items=items,
            event_types=np.zeros(len(users), np.int64),
            times=times,
            is_positive=np.ones(len(users), bool),
            day_items=taken,
            days=np.full(len(taken), -1),
            day_counts=counts,
            consumed_users=users,
            consumed_items=items,
            consumed_times=times,
        )

    def targets(self, part: int) -> tuple[np.ndarray, np.ndarray]:
        """Persons, in ascending order, and the item of each that is to be foretold."""
        kept = self.parts == part
        return self.users[kept], self.items[kept]


def left_out(
    name: str, events: pd.DataFrame, items: pd.DataFrame, encode: Encode, negatives: int | None = None
) -> LeftOut:
    """The arrays of events (person, platform, item, part, same_day), in order, and of items (platform, item, text)."""
    items = items.sort_values(["platform", "item"], ignore_index=True)
    platforms = tuple(items.platform.unique())
    has_text = (items.text != "").to_numpy()
    vectors = encode(items.text[has_text].tolist())
    embeddings = np.zeros((len(items), vectors.shape[1]), np.float32)
    embeddings[has_text] = vectors
    catalogue = Catalogue(
        platforms=platforms,
        alphas=np.full(len(platforms), np.nan),
        may_return=np.zeros(len(platforms), bool),
        event_types=("purchase",),
        item_ids=items.item.to_numpy(),
        item_platforms=items.platform.map({one: number for number, one in enumerate(platforms)}).to_numpy(),
        is_available=np.ones(len(items), bool),
        embeddings=embeddings,
        has_text=has_text,
    )
    index = pd.MultiIndex.from_frame(items[["platform", "item"]])
    users = pd.factorize(events.person)[0]
    order = np.argsort(users, kind="stable")
    rows = index.get_indexer(pd.MultiIndex.from_frame(events[["platform", "item"]]))
    assert (rows >= 0).all(), "events of items that are in no catalogue"
    parts, same_day = events.part.to_numpy(), events.same_day.to_numpy(bool)
    return LeftOut(name, catalogue, users[order], rows[order], parts[order], same_day[order], negatives)


def parted(sequences: Iterator[tuple[str, str, list[str]]]) -> pd.DataFrame:
    """Events of (person, platform, items): the last one is the test, the one before is to choose by."""
    rows = [
        (person, platform, item, max(TRAIN, number - len(items) + 3))
        for person, platform, items in sequences
        for number, item in enumerate(items)
    ]
    return pd.DataFrame(rows, columns=["person", "platform", "item", "part"]).assign(same_day=False)


def amazon4_loo(encode: Encode) -> Iterator[LeftOut]:
    """Food and kitchen, beauty and electronics: ABXI's two pairs of platforms, which share no persons."""
    items = pd.read_csv(DATA / "amazon4-loo" / "items.tsv.gz", sep="\t", keep_default_na=False)
    items["text"] = (items.text + " " + items.categories.str.strip("[]")).str.split().str.join(" ")
    for pair in ("food-kitchen", "beauty-electronics"):
        events = pd.read_csv(DATA / "amazon4-loo" / f"{pair}.tsv.gz", sep="\t").rename(columns={"user": "person"})
        events["part"] = events.split.map({"train": TRAIN, "valid": VALID, "test": TEST})
        own = items[items.platform.isin(events.platform.unique())]
        yield left_out(pair, events.sort_values(["person", "pos"]), own, encode, negatives=999)


def amazon_bst(encode: Encode) -> Iterator[LeftOut]:
    """Beauty, Sports, Toys. A person of several has a sequence on each: what came first across them nobody knows."""
    sequences, items = [], []
    for folder in sorted((DATA / "amazon-bst" / "gram").iterdir()):
        lines = (folder / "user_sequence.txt").read_text().splitlines()
        of_folder = [line.split() for line in lines if line]
        sequences += [(f"{folder.name} {person}", folder.name, its) for person, *its in of_folder]
        (path,) = folder.glob("item_generative_indexing_*.txt")
        titles = dict(line.split(maxsplit=1) for line in path.read_text().splitlines() if line)
        known = sorted({item for _, *its in of_folder for item in its})
        items += [(folder.name, item, words_of(titles.get(item, ""))) for item in known]
    yield left_out(
        "amazon-bst", parted(iter(sequences)), pd.DataFrame(items, columns=["platform", "item", "text"]), encode
    )


def words_of(pieces: str) -> str:
    """`|▁fur|▁consolid|ren|` as words: fur consolidren."""
    return " ".join(pieces.replace("|", "").replace("▁", " ").split())


def ml_1m(encode: Encode) -> Iterator[LeftOut]:
    """MovieLens-1M as SASRec's authors have it."""
    rows = pd.read_csv(DATA / "ml-1m" / "ml-1m_sasrec_order.txt", sep=" ", names=["person", "item"], dtype=str)
    films = pd.read_csv(DATA / "ml-1m" / "sas_items.tsv", sep="\t", dtype=str, keep_default_na=False)
    films = films.rename(columns={"sas_item": "item"})
    films["text"], films["platform"] = films.title + ", " + films.genres, "films"
    sequences = ((person, "films", its.tolist()) for person, its in rows.groupby("person", sort=False).item)
    yield left_out("ml-1m", parted(sequences), films[["platform", "item", "text"]], encode)
