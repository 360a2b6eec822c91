"""A night that goes on from the recommender of an earlier one: what is carried over, and what is learned anew.

Rows of items, platforms and event types are carried over by name, new ones begin as in a network that has learned
nothing; persons have no rows. What ships, the blends and the whitening of texts are the earlier one's. Networks learn
from what was taken since its cut, and once more from older targets of some persons, so that these are not forgotten
(replay; Rolnick et al. 1811.11682). It has no figures of its own: it has learned from all that could judge it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet

from models.board import Note, unnoted
from models.choosing import Choice, learn_on
from models.configuration import Configuration, read_configuration
from models.evaluation import NOBODY
from models.heads import NO_HEADS, Heads
from models.inputs import Catalogue, Inputs, Log
from models.network import Network
from models.popularity import Popularity
from models.progress import Say
from models.recommender import PRIOR_ALONE, Blend
from models.saved_recommender import load_heads, load_network, load_recommender, load_whitening, network_file
from models.split_table import SplitTable
from models.training import Trainer
from models.whitening import Whitening

MOST_UNKNOWN = 0.25
"""Share of what was taken since, of items that the earlier recommender does not know, from which on it has drifted."""
RATE = 0.1
"""Of the highest learning rate: the one that a full training ends with."""


@dataclass(frozen=True)
class Parent:
    """The recommender of an earlier night, as one sees it who knows this night's platforms, items and event types."""

    folder: Path
    version: str
    cut: int
    whitening: Whitening | None  # None if it has no networks
    blends: list[Blend]
    facts: dict[str, Any]
    rows: dict[str, np.ndarray]  # of this night's items, platforms and event types in its networks, −1 where new

    def network_of(self, platform: str | None) -> Network | None:
        """The network of all platforms, or that of one on its own; None if there was none."""
        return load_network(self.folder, platform)

    @property
    def makers(self) -> list[str | None]:
        """What made the lists of this night's platforms; None where they are new."""
        return [self.facts["makers"][row] if row >= 0 else None for row in self.rows["platforms"]]

    @property
    def alphas(self) -> np.ndarray:
        """What the loss of this night's platforms weighed in the end `[platforms]`; 0 where they are new."""
        return np.array([self.facts["alphas"][row] if row >= 0 else 0.0 for row in self.rows["platforms"]])

    @property
    def heads(self) -> list[Heads]:
        """Of this night's platforms; none where they are new."""
        heads = load_heads(self.folder)
        return [heads[row] if row >= 0 else NO_HEADS for row in self.rows["platforms"]]

    @property
    def choice(self) -> Choice:
        """The blends that were chosen then, for the epochs of a warm start; a new platform has the prior alone."""
        blends = [self.blends[row] if row >= 0 else PRIOR_ALONE for row in self.rows["platforms"]]
        return Choice(self.configuration.warm_epochs, blends, [NOBODY] * len(blends))

    def has_network(self, platform: str | None) -> bool:
        """Whether there is a network of all platforms, or one of this platform on its own."""
        return network_file(self.folder, platform).exists()

    @cached_property
    def configuration(self) -> Configuration:
        """The hyperparameters that it was trained with."""
        return read_configuration(self.facts["configuration"])


def read_parent(folder: Path, version: str, catalogue: Catalogue) -> Parent:
    """Read the recommender in `folder`, and find today's names in it."""
    _, blends, facts = load_recommender(folder)
    vocabulary = parquet.read_table(folder / "vocabulary.parquet", columns=["platform", "item_id"]).to_pydict()
    of_items = [catalogue.platforms[number] for number in catalogue.item_platforms]
    rows = {
        "items": rows_in(
            list(zip(vocabulary["platform"], vocabulary["item_id"], strict=True)),
            list(zip(of_items, catalogue.item_ids.tolist(), strict=True)),
        ),
        "platforms": rows_in(facts["platforms"], catalogue.platforms),
        "event_types": rows_in(facts["event_types"], catalogue.event_types),
    }
    return Parent(folder, version, facts["cut"], load_whitening(folder), blends, facts, rows)


def find_parent(folder: Path, inputs: Inputs, alphas: np.ndarray) -> tuple[Parent | None, str]:
    """What a night goes on from, of what its run was handed in `folder`; None if it learns from nothing; and why."""
    version = inputs.configuration.get("parent")
    if version is None:
        return None, f"Learned from nothing: {inputs.configuration.get('why', 'there is nothing to go on from')}."
    parent = read_parent(folder, version, inputs.catalogue)
    why = why_anew(parent, inputs, alphas)
    if why is not None:
        return None, f"Learned from nothing: {why}."
    return parent, f"Goes on from {version}: {inputs.configuration['why']}."


def rows_in(before: Sequence[Any], now: Sequence[Any]) -> np.ndarray:
    """The places that names of now had before, −1 where they are new."""
    places = {name: row for row, name in enumerate(before)}
    return np.array([places.get(name, -1) for name in now], int)


def why_anew(parent: Parent, inputs: Inputs, alphas: np.ndarray) -> str | None:
    """Why a night has to learn from nothing though there is a parent, in words; None if it may go on from it.

    Args:
        parent: of an earlier night.
        inputs: of this one.
        alphas: `[platforms]` its loss weights; platforms of weight 0 need not be known.

    Raises:
        ValueError: if the parent is not of an earlier night.
    """
    if parent.cut >= inputs.cut:
        raise ValueError(
            f"A night goes on from an earlier one; its cut is {inputs.cut}, that of {parent.version} {parent.cut}. "
            "Correct the query that finds it."
        )
    catalogue, log, whitening = inputs.catalogue, inputs.log, parent.whitening
    if whitening is None:
        return f"{parent.version} has learned nothing"
    if parent.configuration != read_configuration(inputs.configuration["recommender"]):
        return f"{parent.version} has other hyperparameters"
    if parent.configuration.encoder_training != "frozen":
        return f"{parent.version} has a text encoder that learned with it, and that reads texts as it did then"
    part, same = parent.configuration.platform_part, parent.facts["platforms"] == list(catalogue.platforms)
    if part == "adalora" or (part != "none" and not same):
        return f"the parts of platforms in {parent.version} cannot be gone on with"
    knows_texts = whitening.mean.shape == catalogue.embeddings.shape[1:] and whitening.components.any()
    if catalogue.has_text.any() and not knows_texts:
        return f"{parent.version} knows no texts"
    for number in np.flatnonzero(alphas):
        if not has_learned(parent, catalogue.platforms[number], int(parent.rows["platforms"][number])):
            return f"{parent.version} has learned nothing of {catalogue.platforms[number]}"
    new = log.items[log.is_positive & (log.times >= parent.cut)]
    unknown = float((parent.rows["items"][new] < 0).mean()) if len(new) else 0.0
    if unknown > MOST_UNKNOWN:
        return f"{unknown:.0%} of what was taken since is of items that {parent.version} does not know"
    return None


def has_learned(parent: Parent, platform: str, row: int) -> bool:
    """Whether anything was taken on a platform that its network could learn from."""
    if row < 0 or not parent.facts["alphas"][row]:
        return False
    return parent.has_network(platform if parent.facts["makers"][row] == "single" else None)


def carry_over(network: Network, before: Network, rows: dict[str, np.ndarray]) -> None:
    """Give a network what an earlier one has learned; rows that this did not have stay as they are.

    Args:
        network: that has learned nothing.
        before: of the same configuration.
        rows: the earlier places of its items, platforms and event types, −1 where they are new.
    """
    apart = {id(fact) for fact in network.facts}
    for kind, tables in network.tables.items():
        place = rows[kind]
        for table, learned in zip(tables, before.tables[kind], strict=True):
            values = table.numpy()
            values[place >= 0] = learned.numpy()[place[place >= 0]]
            table.assign(values)
            apart |= {id(part) for part in (table.parts if isinstance(table, SplitTable) else [table])}
    for variable, learned in zip(network.weights, before.weights, strict=True):
        if id(variable) not in apart:
            variable.assign(learned)


def lessons(log: Log, since: int, share: float, seed: Sequence[int]) -> np.ndarray:
    """What is learned from, `[events]` bool: everything since then, and all that a random share of the persons did."""
    users = np.unique(log.users)
    replayed = users[np.random.default_rng(seed).random(len(users)) < share]
    return np.asarray((log.times >= since) | np.isin(log.users, replayed))


def go_on(
    trainer: Trainer,
    parent: Parent,
    platform: str | None,
    log: Log,
    popularity: Popularity,
    alphas: np.ndarray,
    epochs: int,
    seed: int,
    say: Say,
    note: Note = unnoted,
) -> None:
    """Train the network of all platforms, or that of one on its own, from where the parent's ended."""
    before = parent.network_of(platform)
    assert before is not None, "only networks that were saved are gone on with"
    configuration = parent.configuration
    share, rate = configuration.replay_share, RATE * configuration.learning_rate
    targets = lessons(log, parent.cut, share, (seed, popularity.last_day))
    trainer.start(log, popularity, alphas, seed, targets, rate, epochs)
    carry_over(trainer.network, before, parent.rows)
    since = np.datetime64(parent.cut, "s").astype("datetime64[D]")
    learn_on(trainer, np.broadcast_to(alphas, (epochs, len(alphas))), f"on from {since}", say, note)
