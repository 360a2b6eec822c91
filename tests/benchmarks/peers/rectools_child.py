"""`python -m tests.benchmarks.peers.rectools_child FOLDER NAME`: RecTools learns from FOLDER/task.npz.

It runs in the environment of requirements.txt beside this file. Half-life of the loss and epochs are those that rank
best, in macro NDCG@10, what the task says was taken later; vectors of persons and items go to FOLDER/learned.npz, so
that whoever asked can rank. The grid is small and stands here, for an epoch takes minutes without a GPU.
"""

import json
import logging
import sys
import warnings
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.lifeline import end_with_parent
from models.ndcg import ndcg

PEERS = ("sasrec", "esasrec")
"""SASRec's own blocks, or eSASRec's (LiGR: pre-norm, SwiGLU, gates); both with eSASRec's loss, which lifts both."""

SETTINGS = {
    "n_factors": 64, "n_blocks": 2, "n_heads": 4, "dropout_rate": 0.2, "loss": "sampled_softmax", "n_negatives": 256,
    "lr": 1e-3, "batch_size": 32,
}  # fmt: skip
K = 10


@dataclass(frozen=True)
class Task:
    """What was taken, parallel arrays `[events]` in each person's order, and what is to be ranked."""

    users: np.ndarray
    items: np.ndarray
    times: np.ndarray
    is_train: np.ndarray  # bool: before the window that chooses
    item_platforms: np.ndarray  # [items]
    may_return: np.ndarray  # [platforms]
    target_users: np.ndarray  # [pairs] taken in that window
    target_items: np.ndarray
    asked: np.ndarray  # persons to rank for in the end
    half_lives: np.ndarray  # days to choose among, 0: all targets weigh alike
    epochs: int  # at most
    patience: int
    is_refitted: bool  # on all events, else it stays as it was when it was best
    sequence_length: int
    seed: int


def read_task(folder: Path) -> Task:
    """The task of FOLDER."""
    with np.load(folder / "task.npz") as kept:
        return Task(**{name: kept[name] if kept[name].ndim else kept[name].item() for name in kept.files})


def new_peer(name: str, task: Task) -> Any:
    """A peer that has learned nothing."""
    from pytorch_lightning import Trainer, seed_everything
    from rectools.models import SASRecModel
    from rectools.models.nn.transformers.ligr import LiGRLayers

    logging.getLogger("pytorch_lightning").setLevel(logging.WARNING)  # its import sets another one

    def trainer() -> Trainer:
        return Trainer(
            max_epochs=1, deterministic=True, enable_progress_bar=False, enable_model_summary=False, logger=False,
            enable_checkpointing=False, devices=1,
        )  # fmt: skip

    seed_everything(task.seed, verbose=False)
    layers = {"transformer_layers_type": LiGRLayers} if name == "esasrec" else {}
    return SASRecModel(**SETTINGS, session_max_len=task.sequence_length, get_trainer_func=trainer, **layers)


def dataset_of(task: Task, kept: np.ndarray, half_life: float) -> Any:
    """RecTools' data set of some events, each target's weight halved for each half-life before the last of them."""
    import pandas as pd
    from rectools.dataset import Dataset

    ages = (task.times[kept].max() - task.times[kept]) / 86_400
    columns = {
        "user_id": task.users[kept],
        "item_id": task.items[kept],
        "weight": 0.5 ** (ages / half_life) if half_life else np.ones(len(ages)),
        "datetime": pd.to_datetime(task.times[kept], unit="s"),
    }
    return Dataset.construct(pd.DataFrame(columns))


def vectors_of(peer: Any, dataset: Any, users: np.ndarray) -> dict[str, np.ndarray]:
    """Vectors of these persons, after what they took in the data set, and of items; of those alone that it knows."""
    import torch

    known = peer.data_preparator.transform_dataset_u2i(dataset, np.intersect1d(users, dataset.user_id_map.external_ids))
    network, states = peer.torch_model.eval(), []
    with torch.no_grad():
        items = network.item_model.get_all_embeddings()
        for batch in peer.data_preparator.get_dataloader_recommend(known, 256):
            batch = {name: value.to(items.device) for name, value in batch.items()}
            states.append(network.encode_sessions(batch, items)[:, -1].cpu().numpy())
    return {
        "users": known.user_id_map.external_ids.astype(np.int64),
        "user_vectors": np.concatenate(states),
        "items": peer.data_preparator.get_known_item_ids().astype(np.int64),
        "item_vectors": items[peer.data_preparator.n_item_extra_tokens :].cpu().numpy(),
    }


def macro_ndcg(task: Task, found: dict[str, np.ndarray]) -> float:
    """NDCG@10 of what was taken in the window, the mean over platforms; who has no vector has a list without hits."""
    values = []
    for platform, may_return in enumerate(task.may_return):
        own = task.item_platforms[task.target_items] == platform
        if not own.any():
            continue
        its = np.flatnonzero(task.item_platforms[found["items"]] == platform)
        persons, rows = np.unique(task.target_users[own], return_inverse=True)
        counts = np.bincount(rows, minlength=len(persons))
        hits = np.zeros((len(persons), K), bool)
        ranked = np.flatnonzero(np.isin(persons, found["users"]))
        for part in np.array_split(ranked, len(ranked) // 512 + 1):
            best = best_items(task, found, persons[part], its, may_return)
            pairs = persons[part][:, None] * len(task.item_platforms) + best
            hits[part] = np.isin(pairs, task.target_users[own] * len(task.item_platforms) + task.target_items[own])
        values.append(ndcg(hits, counts).mean())
    return float(np.mean(values))


def best_items(
    task: Task, found: dict[str, np.ndarray], persons: np.ndarray, its: np.ndarray, may_return: bool
) -> np.ndarray:
    """The ten best of a platform's items, given by their rows among the known, for each person `[persons, 10]`."""
    order = np.argsort(found["users"])
    rows = order[np.searchsorted(found["users"], persons, sorter=order)]
    table = found["user_vectors"][rows] @ found["item_vectors"][its].T
    if not may_return:
        places = np.full(len(task.item_platforms), -1)
        places[found["items"][its]] = np.arange(len(its))
        before = np.flatnonzero(task.is_train & np.isin(task.users, persons))
        column = places[task.items[before]]
        seen = np.searchsorted(persons, task.users[before])[column >= 0], column[column >= 0]
        table[seen] = -np.inf
    return found["items"][its[np.argsort(-table, axis=1, kind="stable")[:, :K]]]


def learn(task: Task, name: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Choose half-life and epochs, refit if that is asked for; the vectors, and what was chosen."""
    best: dict[str, Any] = {"ndcg": -1.0, "epochs": 0}
    everything, state = np.ones(len(task.users), bool), None
    for half_life in task.half_lives.tolist():
        peer, dataset = new_peer(name, task), dataset_of(task, task.is_train, half_life)
        own = {"ndcg": -1.0, "epochs": 0}
        for epoch in range(1, task.epochs + 1):
            peer.fit_partial(dataset, min_epochs=1, max_epochs=1)
            value = macro_ndcg(task, vectors_of(peer, dataset, task.target_users))
            if value > own["ndcg"]:
                own = {"ndcg": value, "epochs": epoch, "half_life": half_life}
                if value > best["ndcg"]:
                    best, state = own, deepcopy(peer.torch_model.state_dict())
            print(f"half-life {half_life:g}, epoch {epoch} of at most {task.epochs}: NDCG@10 {value:.4f}", flush=True)
            if epoch - own["epochs"] >= task.patience:
                break
    if task.is_refitted:
        peer, dataset = new_peer(name, task), dataset_of(task, everything, best["half_life"])
        for epoch in range(1, best["epochs"] + 1):
            peer.fit_partial(dataset, min_epochs=1, max_epochs=1)
            print(f"refit, epoch {epoch} of {best['epochs']}", flush=True)
    else:
        peer.torch_model.load_state_dict(state)
    found = vectors_of(peer, dataset_of(task, everything, best["half_life"]), task.asked)
    return found, {**best, "cold_persons": int((~np.isin(task.asked, found["users"])).sum())}


if __name__ == "__main__":
    end_with_parent()
    warnings.filterwarnings("ignore")
    folder, peer_name = Path(sys.argv[1]), sys.argv[2]
    learned, facts = learn(read_task(folder), peer_name)
    np.savez(folder / "learned.npz", **learned)
    (folder / "facts.json").write_text(json.dumps(facts))
