"""A small GPT-2 with drawn weights, in a folder as Hugging Face keeps it."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, pre_tokenizers

WORDS = ["a", "red", "dress", "green", "tea", "?"]
SIZE, LAYERS, HEADS, PLACES = 8, 2, 2, 16


def made_weights() -> dict[str, np.ndarray]:
    """Every weight of a small GPT-2, drawn, by the name that Hugging Face has for it."""
    chance, shapes = np.random.default_rng(4), {"wte.weight": (len(WORDS), SIZE), "wpe.weight": (PLACES, SIZE)}
    matrices = {"attn.c_attn": (SIZE, 3 * SIZE), "attn.c_proj": (SIZE, SIZE)}
    matrices |= {"mlp.c_fc": (SIZE, 4 * SIZE), "mlp.c_proj": (4 * SIZE, SIZE)}
    for layer in range(LAYERS):
        for name, shape in matrices.items():
            shapes |= {f"h.{layer}.{name}.weight": shape, f"h.{layer}.{name}.bias": shape[1:]}
    for name in [f"h.{layer}.ln_{number}" for layer in range(LAYERS) for number in (1, 2)] + ["ln_f"]:
        shapes |= {f"{name}.weight": (SIZE,), f"{name}.bias": (SIZE,)}
    return {name: chance.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def write_gpt(path: Path) -> Path:
    """The folder, written."""
    path.mkdir(parents=True)
    save_file(made_weights(), path / "model.safetensors")
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(path / "tokenizer.json"))
    sizes = {"vocab_size": len(WORDS), "n_layer": LAYERS, "n_head": HEADS, "n_embd": SIZE, "n_positions": PLACES}
    (path / "config.json").write_text(json.dumps({"model_type": "gpt2", "resid_pdrop": 0.1, **sizes}))
    return path
