"""A text encoder from a folder as keras_hub keeps it, a preset: BERT-style, or GPT-style as a decoder alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.pooled_encoder import LONGEST, PooledEncoder, longest_of, usual_pooling


class PresetEncoder(PooledEncoder):
    """Encodes texts by the backbone and the tokenizer of a preset; nothing is downloaded.

    The folder is what `save_to_preset` of both leaves. Each text stands between the tokenizer's marks of begin and end,
    as far as it has them; a decoder gives the vector of the last token, others give the mean.
    """

    def __init__(self, folder: Path, name: str) -> None:
        from keras_hub.models import Backbone
        from keras_hub.tokenizers import Tokenizer

        missing = [file for file in ("config.json", "tokenizer.json") if not (folder / file).is_file()]
        if missing:
            raise FileNotFoundError(
                f"A preset's folder has config.json, tokenizer.json, their weights and assets; {folder} has no "
                f"{' and no '.join(missing)}. Name a folder as keras_hub keeps it."
            )
        backbone, tokenizer = Backbone.from_preset(str(folder)), Tokenizer.from_preset(str(folder))
        if getattr(tokenizer, "lowercase", False):
            tokenizer.strip_accents = True  # as BERT does where it lower-cases; keras_hub leaves accents
        marks = [getattr(tokenizer, name, None) for name in ("start_token_id", "end_token_id")]
        self.begin, self.end = ([] if mark is None else [mark] for mark in marks)
        super().__init__(name, tokenizer, backbone, usual_pooling(backbone))

    def tokens(self, texts: Sequence[str]) -> list[np.ndarray]:
        """The token ids of each text, int32 `[tokens]`; a text of no tokens is read as the first of all tokens."""
        length = longest_of(self.backbone, LONGEST) - len(self.begin) - len(self.end)
        found = [[*self.begin, *ids[:length], *self.end] for ids in self._cut(list(texts))]
        return [np.array(ids or [0], np.int32) for ids in found]

    def _cut(self, texts: list[str]) -> list[list[Any]]:
        return [list(ids) for ids in self.tokenizer(texts)] if texts else []
