"""iALS: factors of who took what, fitted by alternating least squares, with the library `implicit`."""

from dataclasses import dataclass

import numpy as np

from models.contestants import Entry, Task
from models.taken_matrix import taken_matrix


@dataclass(frozen=True)
class Factors:
    """score(u, i) = ⟨w_u, h_i⟩."""

    users: list[np.ndarray]  # for each platform [users, factors]
    items: list[np.ndarray]  # for each platform [its items, factors]

    def scores(self, platform: int, users: np.ndarray) -> np.ndarray:
        """See `models.ranking.Ranker`."""
        return self.users[platform][users] @ self.items[platform].T


def enter(
    task: Task,
    is_joint: bool = False,
    factors: int = 64,
    confidence: float = 10.0,
    regularisation: float = 0.1,
    half_life: float = 180.0,
    rounds: int = 12,
) -> Entry:
    """Minimise Σ_ui c_ui (p_ui − ⟨w_u, h_i⟩)² + λ (‖W‖² + ‖H‖²), c = 1 + confidence · recency of what was taken.

    Hu, Koren & Volinsky, ICDM 2008; how far it carries: Rendle et al., RecSys 2022 (2110.14037). One factorisation
    over all platforms, or one for each.
    """
    inputs = task.inputs
    catalogue, users, items = inputs.catalogue, [], []
    everything = slice(0, len(catalogue.item_ids))
    shared = None
    for platform in range(len(catalogue.platforms)):
        own = catalogue.items_of(platform)
        if shared is None or not is_joint:
            known = everything if is_joint else own
            matrix = taken_matrix(inputs.log, known, inputs.users_count, inputs.cut, half_life)
            shared = factorise(matrix * confidence, factors, regularisation, rounds, int(inputs.configuration["seed"]))
        users.append(shared[0])
        items.append(shared[1][own] if is_joint else shared[1])
    return Entry(Factors(users, items))


def factorise(
    matrix: object, factors: int, regularisation: float, rounds: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """The factors of persons and of items."""
    from implicit.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"):  # it has threads of its own
        als = AlternatingLeastSquares(
            factors=factors, regularization=regularisation, iterations=rounds, num_threads=2, random_state=seed
        )
        als.fit(matrix, show_progress=False)
    return np.asarray(als.user_factors), np.asarray(als.item_factors)
