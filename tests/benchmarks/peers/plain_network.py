"""Our network in PyTorch, as `models/network.py` has it without parts; every item has a text."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.configuration import Configuration


class Block(nn.Module):
    """Pre-LN block: causal attention, then SwiGLU; padding stands at the end, where no token that counts looks."""

    def __init__(self, size: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.norm_before, self.norm_between = nn.LayerNorm(size, eps=1e-6), nn.LayerNorm(size, eps=1e-6)
        self.mixed, self.out = nn.Linear(size, 3 * size), nn.Linear(size, size)
        self.gate, self.value = (nn.Linear(size, 2 * size, bias=False) for _ in range(2))
        self.narrow, self.drop = nn.Linear(2 * size, size, bias=False), nn.Dropout(dropout)

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens `[batch, length, size]` after the block."""
        batch, length, size = tokens.shape
        parts = self.mixed(self.norm_before(tokens)).view(batch, length, 3, self.heads, -1)
        joined = functional.scaled_dot_product_attention(*parts.permute(2, 0, 3, 1, 4), is_causal=True)
        tokens = tokens + self.drop(self.out(joined.transpose(1, 2).reshape(batch, length, size)))
        between = self.norm_between(tokens)
        return tokens + self.drop(self.narrow(functional.silu(self.gate(between)) * self.value(between)))


class PlainNetwork(nn.Module):
    """Item tower, embeddings of tokens and blocks.

    Args:
        texts: `[items, text_size]`.
        item_platforms: `[items]`.
        was_taken: `[items]` bool, which items learn a delta.
        platforms: how many there are.
        chosen: hyperparameters.
    """

    def __init__(
        self, texts: Tensor, item_platforms: Tensor, was_taken: Tensor, platforms: int, chosen: Configuration
    ) -> None:
        super().__init__()
        size, self.item_dropout = chosen.embedding_size, chosen.item_dropout
        self.texts, self.item_platforms, self.was_taken = texts, item_platforms, was_taken
        self.hidden, self.out = nn.Linear(texts.shape[1], 2 * size), nn.Linear(2 * size, size)
        self.deltas = nn.Embedding(len(texts), size, sparse=True)
        nn.init.zeros_(self.deltas.weight)
        self.platform, self.target = nn.Embedding(platforms, size), nn.Embedding(platforms, size)
        self.event_type, self.position = nn.Embedding(1, size), nn.Embedding(chosen.sequence_length, size)
        for table in (self.platform, self.target, self.event_type, self.position):
            nn.init.uniform_(table.weight, -0.05, 0.05)
        self.gap, self.drop = nn.Linear(1, size), nn.Dropout(chosen.dropout)
        self.blocks = nn.Sequential(*(Block(size, chosen.heads, chosen.dropout) for _ in range(chosen.blocks)))
        self.norm = nn.LayerNorm(size, eps=1e-6)
        self.log_scale = nn.Parameter(torch.tensor(8.0).log())

    def item_vectors(self, items: Tensor) -> Tensor:
        """Vectors `[n, size]` of `[n]` items, each there once."""
        base = self.out(functional.gelu(self.hidden(self.texts[items])))
        kept = (torch.rand(len(items)) >= self.item_dropout) & self.was_taken[items]
        return base + self.deltas(items) * kept[:, None]

    def read(self, tokens: Tensor, items: Tensor, event_types: Tensor, gaps: Tensor) -> Tensor:
        """The state after each token, from the vectors of its items `[batch, length, size]`."""
        tokens = tokens + self.platform(self.item_platforms[items]) + self.event_type(event_types)
        tokens = tokens + self.gap(gaps[:, :, None]) + self.position.weight[: items.shape[1]]
        return self.norm(self.blocks(self.drop(tokens)))

    def queries(self, states: Tensor, platform: int) -> Tensor:
        """Unit queries times the scale `[n, size]` for one platform."""
        return self.log_scale.exp() * functional.normalize(states + self.target.weight[platform], dim=-1)
