"""A text encoder from a folder as Hugging Face keeps it: BERT-style, or GPT-style as a decoder alone."""

import json
from pathlib import Path
from typing import Any

from models.pooled_encoder import LONGEST, PooledEncoder, Pooling, longest_of, usual_pooling

# keys of sentence-transformers
POOLINGS: dict[str, Pooling] = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "first",
    "pooling_mode_lasttoken": "last",
}


class FolderEncoder(PooledEncoder):
    """Encodes texts by the weights of a folder, through keras_hub; nothing is downloaded.

    The folder holds `config.json`, `model.safetensors` (or its parts) and `tokenizer.json`. How vectors are pooled says
    `1_Pooling/config.json`; without it a decoder gives that of the last token, others give the mean. Texts are cut at
    what `sentence_bert_config.json` says, else at 512 tokens or what the network can read.

    Tokens come from `tokenizer.json` and not from keras_hub, which keeps accents that a vocabulary does not have and is
    fifteen times slower.
    """

    def __init__(self, folder: Path, name: str) -> None:
        from keras_hub.models import Backbone

        missing = [file for file in ("config.json", "tokenizer.json") if not (folder / file).is_file()]
        if missing:
            raise FileNotFoundError(
                f"A text encoder's folder has config.json, tokenizer.json and model.safetensors; {folder} has no "
                f"{' and no '.join(missing)}. Name a folder as Hugging Face keeps it."
            )
        backbone = Backbone.from_preset(str(folder))
        super().__init__(name, _read_tokenizer(folder, backbone), backbone, _read_pooling(folder, backbone))


def _read_tokenizer(folder: Path, backbone: Any) -> Any:
    from tokenizers import Tokenizer

    tokenizer, path = Tokenizer.from_file(str(folder / "tokenizer.json")), folder / "sentence_bert_config.json"
    limit = json.loads(path.read_text()).get("max_seq_length") if path.is_file() else None
    tokenizer.no_padding()
    tokenizer.enable_truncation(longest_of(backbone, limit or LONGEST))
    return tokenizer


def _read_pooling(folder: Path, backbone: Any) -> Pooling:
    path = folder / "1_Pooling" / "config.json"
    if not path.is_file():
        return usual_pooling(backbone)
    told = [key for key, value in json.loads(path.read_text()).items() if value is True and key.startswith("pooling_")]
    if len(told) != 1 or told[0] not in POOLINGS:
        raise ValueError(f"{path} has to name one of {', '.join(POOLINGS)}; found {told}. Name one of them.")
    return POOLINGS[told[0]]
