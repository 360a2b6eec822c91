"""A recommender on disk: one folder with its networks, the fitted priors, the vocabularies and the configuration."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pyarrow as arrow
import pyarrow.parquet as parquet

from models.heads import Heads, read_heads
from models.inputs import Catalogue
from models.network import Network
from models.popularity_prior import PopularityPrior
from models.recommender import Blend
from models.whitening import Whitening


def network_file(folder: Path, platform: str | None = None) -> Path:
    """Where the network of all platforms lies, or that of one platform on its own."""
    return folder / (f"network.{platform}.keras" if platform else "network.keras")


def save_network(folder: Path, network: Network, platform: str | None = None) -> None:
    """Write a network of a recommender; one that makes the lists of one platform only is named after it."""
    folder.mkdir(parents=True, exist_ok=True)
    network.save(network_file(folder, platform))


def load_network(folder: Path, platform: str | None = None) -> Network | None:
    """The network of all platforms, or that of one on its own; None where there is none: the prior alone."""
    path = network_file(folder, platform)
    return keras.saving.load_model(path, compile=False) if path.exists() else None


def encoder_file(folder: Path, platform: str | None = None) -> Path:
    """Where the text encoder lies that learned with a network; see `models.encoder_weights`."""
    return folder / (f"encoder.{platform}.safetensors" if platform else "encoder.safetensors")


def save_whitening(folder: Path, whitening: Whitening) -> None:
    """Write how the texts were whitened that the networks learned from."""
    np.savez(folder / "whitening.npz", mean=whitening.mean, components=whitening.components)


def load_whitening(folder: Path) -> Whitening | None:
    """How the texts were whitened that the networks learned from; None if there are no networks."""
    path = folder / "whitening.npz"
    if not path.exists():
        return None
    with np.load(path) as kept:
        return Whitening(kept["mean"], kept["components"])


def save_recommender(
    folder: Path,
    priors: list[PopularityPrior],
    blends: list[Blend],
    catalogue: Catalogue,
    facts: Mapping[str, Any],
    heads: list[Heads],
) -> None:
    """Write everything else that scoring needs, and that a later night needs to go on from it.

    Args:
        folder: of the recommender.
        priors: of each platform.
        blends: of each platform.
        catalogue: what the rows of the networks mean.
        facts: `configuration`, by name; `makers` of each platform's lists; `cut`; `alphas`, as the loss ended.
        heads: of each platform.
    """
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = arrow.table(
        {
            "item_index": range(len(catalogue.item_ids)),
            "platform": [catalogue.platforms[number] for number in catalogue.item_platforms],
            "item_id": catalogue.item_ids,
        }
    )
    parquet.write_table(vocabulary, folder / "vocabulary.parquet")
    whole = {
        **facts,
        "platforms": list(catalogue.platforms),
        "event_types": list(catalogue.event_types),
        "priors": [asdict(prior) for prior in priors],
        "blends": [asdict(blend) for blend in blends],
        "heads": [of_platform.as_dict() for of_platform in heads],
    }
    (folder / "configuration.json").write_text(json.dumps(whole, indent=2, sort_keys=True) + "\n")


def load_recommender(folder: Path) -> tuple[list[PopularityPrior], list[Blend], dict[str, Any]]:
    """The priors, the blends and all facts that were saved."""
    facts = json.loads((folder / "configuration.json").read_text())
    blends = [Blend(**blend) for blend in facts["blends"]]
    return [PopularityPrior(**prior) for prior in facts["priors"]], blends, facts


def load_heads(folder: Path) -> list[Heads]:
    """The heads of each platform."""
    facts = json.loads((folder / "configuration.json").read_text())
    return [read_heads(saved) for saved in facts["heads"]]
