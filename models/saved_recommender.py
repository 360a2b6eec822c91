"""A recommender on disk: one folder with the network, the fitted priors, the vocabularies and the configuration."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import pyarrow as arrow
import pyarrow.parquet as parquet

from models.inputs import Catalogue
from models.network import Network
from models.popularity_prior import PopularityPrior


def save_recommender(
    folder: Path,
    network: Network | None,
    priors: list[PopularityPrior],
    blend: list[float],
    catalogue: Catalogue,
    configuration: dict[str, Any],
) -> None:
    """Write everything that scoring needs into `folder`; without a network the recommender is the prior alone."""
    folder.mkdir(parents=True, exist_ok=True)
    if network is not None:
        network.save(folder / "network.keras")
    vocabulary = arrow.table(
        {
            "item_index": range(len(catalogue.item_ids)),
            "platform": [catalogue.platforms[number] for number in catalogue.item_platforms],
            "item_id": catalogue.item_ids,
        }
    )
    parquet.write_table(vocabulary, folder / "vocabulary.parquet")
    facts = {
        "platforms": list(catalogue.platforms),
        "event_types": list(catalogue.event_types),
        "priors": [asdict(prior) for prior in priors],
        "blend": blend,
        "configuration": configuration,
    }
    (folder / "configuration.json").write_text(json.dumps(facts, indent=2, sort_keys=True) + "\n")


def load_recommender(folder: Path) -> tuple[Network | None, list[PopularityPrior], list[float], dict[str, Any]]:
    """The network, the priors, the blend weights and the facts that were saved."""
    facts = json.loads((folder / "configuration.json").read_text())
    path = folder / "network.keras"
    network = keras.saving.load_model(path, compile=False) if path.exists() else None
    return network, [PopularityPrior(**prior) for prior in facts["priors"]], facts["blend"], facts
