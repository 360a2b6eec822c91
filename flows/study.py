"""The study of `crossrec tune`: which hyperparameters were tried and what came of each, in a file of the home.

Whoever works on it holds the home, so a trial that is called running is one whose process was killed. Such a one is
counted as failed and its hyperparameters are tried once more; a second kill is blamed on them.
"""

from collections.abc import Mapping
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import TPESampler
from optuna.trial import FrozenTrial, Trial, TrialState

from flows.settings import Settings

OWN, AGAIN, ERROR = "is_own", "again", "error"
"""Marks of a trial: of what the home is set to; of one that was killed, by its number; of what went wrong."""


class Tuning:
    """A study, and the distributions that its trials are drawn from.

    Args:
        settings: of the home whose `tuning.db` holds it.
        name: the same for trials that can be compared.
        space: by hyperparameter.
        own: the hyperparameters of the space as the home is set; they are tried first.
    """

    def __init__(
        self, settings: Settings, name: str, space: Mapping[str, BaseDistribution], own: Mapping[str, Any]
    ) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.name, self.space, self.own, self.seed = name, dict(space), dict(own), settings.seed
        self.study = optuna.create_study(
            storage=f"sqlite:///{settings.home / 'tuning.db'}",
            study_name=name,
            direction="maximize",
            load_if_exists=True,
        )
        self._settle()

    def _settle(self) -> None:
        """Try again what was killed, and see that what the home is set to is tried."""
        for killed in self.study.get_trials(states=[TrialState.RUNNING]):
            self.study.tell(killed.number, state=TrialState.FAIL)
            is_whole = killed.params.keys() == self.space.keys()
            if is_whole and not killed.user_attrs.keys() & {AGAIN, ERROR}:
                marks = dict.fromkeys({OWN} & killed.user_attrs.keys(), True)
                self.study.enqueue_trial(killed.params, user_attrs={**marks, AGAIN: killed.number})
        hopeful = self.study.get_trials(states=(TrialState.COMPLETE, TrialState.WAITING))
        if not any(OWN in trial.user_attrs for trial in hopeful):
            self.study.enqueue_trial(self.own, user_attrs={OWN: True})

    @property
    def ended(self) -> list[FrozenTrial]:
        """The trials that came to an end, good or bad; one that was killed and is tried again is not among them."""
        trials = self.study.get_trials()
        again = {trial.user_attrs.get(AGAIN) for trial in trials}
        return [trial for trial in trials if trial.state.is_finished() and trial.number not in again]

    @property
    def finished(self) -> list[FrozenTrial]:
        """The trials that have a value, the best first."""
        found = self.study.get_trials(states=[TrialState.COMPLETE])
        return sorted(found, key=lambda trial: (-(trial.value or 0.0), trial.number))

    def ask(self) -> Trial:
        """The next trial, drawn as it would have been if nothing had been killed before."""
        self.study.sampler = TPESampler(seed=self.seed + len(self.ended))
        return self.study.ask(self.space)

    def tell(self, trial: Trial, value: float, facts: Mapping[str, Any]) -> None:
        """Note what a trial came to."""
        for name, fact in facts.items():
            trial.set_user_attr(name, fact)
        self.study.tell(trial, value)

    def fail(self, trial: Trial, error: str) -> None:
        """Note that a trial came to nothing, and why."""
        trial.set_user_attr(ERROR, error)
        self.study.tell(trial, state=TrialState.FAIL)
