"""`python -m tests.benchmarks.peers.plain_epochs`: our network learns in PyTorch, see `tests.benchmarks.learning`.

In a plain loop: the same batches, negatives and priors as ours, in the same order, and the same steps of AdamW.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.inputs import SECONDS_PER_DAY
from models.negatives import Sampler
from models.popularity import Popularity
from models.sequences import Batch, newest_sequences
from models.whitening import Whitening
from tests.benchmarks.drawn_log import CUT, PLATFORMS, drawn_catalogue, drawn_log
from tests.benchmarks.learning import CONFIGURATION, ITEMS_A_PLATFORM, PERSONS, answer, timed
from tests.benchmarks.peers.plain_network import PlainNetwork

LAST_DAY = CUT // SECONDS_PER_DAY - 1


class PlainTrainer:
    """The same course as `models.training.Trainer` takes, where every event is a target and no platform weighs more."""

    def __init__(self) -> None:
        catalogue, log = drawn_catalogue(ITEMS_A_PLATFORM), drawn_log(PERSONS, ITEMS_A_PLATFORM)
        popularity = Popularity.fit(catalogue, log, CUT, CONFIGURATION.window_days)
        self.chance, self.first_day = np.random.default_rng(0), int(log.times.min()) // SECONDS_PER_DAY
        tables = [popularity.table(number, self.first_day) for number in range(PLATFORMS)]
        self.samplers = [Sampler(np.log(np.exp(table).mean(axis=0)), CONFIGURATION.negatives) for table in tables]
        self.tables = [torch.from_numpy(table) for table in tables]
        self.item_platforms = catalogue.item_platforms
        self.offsets = [catalogue.items_of(number).start for number in range(PLATFORMS)]
        is_target = np.ones(len(log.items), bool)
        self.sequences = newest_sequences(log, CONFIGURATION.sequence_length + 1).targeted(is_target)
        whitening = Whitening.fit(catalogue.embeddings, catalogue.has_text, CONFIGURATION.text_size)
        texts = whitening.apply(catalogue.embeddings, catalogue.has_text)
        was_taken = np.isin(np.arange(len(texts)), log.items)
        self.network = PlainNetwork(
            *map(torch.from_numpy, (texts, self.item_platforms, was_taken)), PLATFORMS, CONFIGURATION
        )
        self.optimizers = new_optimizers(self.network)

    def epoch(self) -> float:
        """One pass over the log; the mean loss of each platform, summed."""
        chance, total = self.chance, 0.0
        chance.random(len(self.sequences.log.items))  # ours draws its targets
        plan = self.sequences.plan(CONFIGURATION.tokens_per_batch, CONFIGURATION.sequence_length, chance)
        platforms = self.item_platforms[self.sequences.log.items[self.sequences.targets()]]
        weights = len(plan) / np.bincount(platforms, minlength=PLATFORMS)
        for length, rows in plan:
            batch = self.sequences.padded(rows, length)
            samples = [sampler.draw(chance) for sampler in self.samplers]
            lags = chance.integers(1, 1 + CONFIGURATION.prior_lag_days, batch.targets.shape)
            prior_rows = np.maximum(batch.target_days - self.first_day - lags, 0)
            loss = self.loss(batch, torch.from_numpy(prior_rows), samples, weights)
            loss.backward()
            step(self.network, self.optimizers)
            total += loss.item()
        return total / len(plan)

    def loss(
        self, batch: Batch, prior_rows: Tensor, samples: list[tuple[np.ndarray, np.ndarray]], weights: np.ndarray
    ) -> Tensor:
        """The loss of a batch, all platforms together."""
        network = self.network
        items, targets, gaps, event_types = map(
            torch.from_numpy, (batch.items, batch.targets, batch.gaps, batch.event_types)
        )
        taken = targets.clamp(min=0)
        drawn = [torch.from_numpy(items) for items, _ in samples]
        parts = [offset + each for offset, each in zip(self.offsets, drawn, strict=True)]
        # every item of the step goes through the tower once
        once, places = torch.unique(torch.cat([*parts, items.flatten(), taken.flatten()]), return_inverse=True)
        *of_negatives, of_tokens, of_targets = places.split([*map(len, parts), items.numel(), items.numel()])
        vectors = network.item_vectors(once)
        states = network.read(vectors[of_tokens].view(*items.shape, -1), items, event_types, gaps)
        unit, states, total = functional.normalize(vectors, dim=-1), states.flatten(0, 1), 0.0
        targets, prior_rows = targets.flatten(), prior_rows.flatten()
        platforms = torch.where(targets >= 0, network.item_platforms[taken.flatten()], -1)
        for number, (table, its) in enumerate(zip(self.tables, of_negatives, strict=True)):
            chosen = (platforms == number).nonzero().squeeze(1)
            queries, rows = network.queries(states[chosen], number), prior_rows[chosen]
            own = targets[chosen] - self.offsets[number]
            of_taken = (queries * unit[of_targets[chosen]]).sum(-1) + table[rows, own]
            logits = queries @ unit[its].T + table[:, drawn[number]][rows]
            logits = logits - torch.from_numpy(samples[number][1])
            others = logits.masked_fill(own[:, None] == drawn[number], -1e9).logsumexp(1)
            total = total + weights[number] * (torch.logaddexp(of_taken, others) - of_taken).sum()
        return total


def new_optimizers(network: PlainNetwork) -> list[torch.optim.Optimizer]:
    """AdamW, with decay on the matrices alone, and Adam on the rows of the items that are in a step."""
    decayed = [module.weight for module in network.modules() if isinstance(module, nn.Linear)]
    others = [one for one in network.parameters() if not any(one is each for each in [*decayed, network.deltas.weight])]
    groups = [{"params": decayed, "weight_decay": CONFIGURATION.weight_decay}, {"params": others, "weight_decay": 0}]
    rate = CONFIGURATION.learning_rate
    return [torch.optim.AdamW(groups, rate, fused=True), torch.optim.SparseAdam([network.deltas.weight], rate)]


def step(network: PlainNetwork, optimizers: list[torch.optim.Optimizer]) -> None:
    """Clip each gradient to norm 1, and move."""
    for one in network.parameters():
        values = one.grad._values() if one.grad.is_sparse else one.grad
        values.mul_((1 / values.norm()).clamp(max=1))
    for optimizer in optimizers:
        optimizer.step()
        optimizer.zero_grad()


def main() -> None:
    """Learn an epoch after another; the first, in which memory is found, is not told."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    trainer = PlainTrainer()
    trainer.epoch()
    targets = len(trainer.sequences.targets())
    answer(lambda: timed(targets, trainer.epoch))


if __name__ == "__main__":
    main()
