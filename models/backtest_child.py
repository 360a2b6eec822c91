"""`python -m models.backtest_child FOLDER`: have contestants learn and rank as of past cuts, and judge their lists.

FOLDER/inputs holds all of history. FOLDER/lists keeps what each contestant of a night and seed listed, under a name
made of its code and the data, so what is there need not be done again. The outcome is left in FOLDER/outcome.json.
"""

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from models.cold_items import ColdItems, find_cold
from models.contestants import Task, check_contestants, enter, fingerprint
from models.device import Meter
from models.evaluation import Judged, K, judge_window
from models.history import draw_masks, read_history
from models.inputs import Inputs
from models.lifeline import end_with_parent
from models.ranking import best_items

MASKED_SHARE = 0.2


@dataclass(frozen=True)
class Job:
    """One contestant for one night with one seed; of a home as it was, or with masked platforms."""

    night: str
    recommender: str
    seed: int
    is_masked: bool = False

    def __str__(self) -> str:
        return f"{self.night} {self.recommender} seed {self.seed}" + " masked" * self.is_masked


@dataclass(frozen=True)
class Listed:
    """What a job listed for those who are judged, and how long it took."""

    best: list[np.ndarray]  # for each platform [persons, K] items, −1 where there is none
    cold: list[np.ndarray]  # the same of cold items alone, for those who took some
    seconds: float
    facts: Mapping[str, Any]


def jobs_of(configuration: Mapping[str, Any]) -> Iterator[Job]:
    """All jobs, one night after the other, for recommenders of a night may share what they learn."""
    for night in configuration["nights"]:
        for seed in configuration["seeds"]:
            for is_masked in (False, True) if configuration["is_masked"] else (False,):
                for name in configuration["recommenders"]:
                    yield Job(night, name, seed, is_masked)


class Backtest:
    """The history, who is judged on each night, and the lists that were made of it so far."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.history = folder, read_history(folder)
        self.configuration = self.history.inputs.configuration
        check_contestants(self.configuration["recommenders"])
        self.masked = draw_masks(self.history.inputs, MASKED_SHARE, int(self.configuration["seed"]))
        days, catalogue = int(self.configuration["window_days"]), self.history.inputs.catalogue
        self.judged = {
            night: judge_window(catalogue, self.history.inputs.log, cut, days)
            for night, cut in self.configuration["nights"].items()
        }
        self.cold = {
            night: find_cold(self.history.catalogue_at(cut), self.judged[night])
            for night, cut in self.configuration["nights"].items()
        }
        data = digest(folder / "inputs")
        self.newest: tuple[tuple[str, int, bool], Inputs] | None = None
        # once, for somebody may edit the code meanwhile
        self.paths = {job: self._path(job, data) for job in jobs_of(self.configuration)}

    def judged_in(self, job: Job) -> list[Judged]:
        """Who is judged by a job on each platform; if it is masked, those whose history there was hidden."""
        return self._asked(job, self.judged[job.night])

    def cold_in(self, job: Job) -> ColdItems:
        """The cold items of a job's night, and who of these persons took some."""
        cold = self.cold[job.night]
        return replace(cold, judged=self._asked(job, cold.judged))

    def _asked(self, job: Job, everybody: list[Judged]) -> list[Judged]:
        if not job.is_masked:
            return everybody
        return [judged.only(self.masked[judged.users] == platform) for platform, judged in enumerate(everybody)]

    def _path(self, job: Job, data: str) -> Path:
        """Where the lists of a job are kept."""
        known = {name: self.configuration[name] for name in ("recommender", "window_days", "seed")}
        code = fingerprint(job.recommender, {**known, "data": data})
        return self.folder / "lists" / f"{str(job).replace(' ', '-')}-{code}.npz"

    def listed(self, job: Job) -> Listed:
        """The lists of a job: kept ones, or made now."""
        path = self.paths[job]
        if not path.exists():
            self.make(job, path)
        with np.load(path) as kept:
            platforms = range(self.history.platforms_count)
            best, cold = ([kept[f"{name}_{number}"] for number in platforms] for name in ("platform", "cold"))
            return Listed(best, cold, float(kept["seconds"]), json.loads(str(kept["facts"])))

    def inputs_of(self, job: Job) -> Inputs:
        """What is known on a job's night: one object for all jobs of it that follow one another."""
        known = (job.night, job.seed, job.is_masked)
        if self.newest is None or self.newest[0] != known:
            history = replace(self.history, masked=self.masked) if job.is_masked else self.history
            self.newest = known, history.as_of(self.configuration["nights"][job.night], job.seed)
        return self.newest[1]

    def make(self, job: Job, path: Path) -> None:
        """Have the contestant learn and list, and keep that, whole or not at all."""
        inputs = self.inputs_of(job)
        judged, cold, meter = self.judged_in(job), self.cold_in(job), Meter()
        asked = np.unique(np.concatenate([one.users for one in judged]))
        tell(f"{job} …")
        entry = enter(job.recommender, Task(inputs, asked, lambda line: tell(f"{job}: {line}")))
        wanted = {"platform": (inputs.catalogue, judged), "cold": (cold.catalogue, cold.judged)}
        lists: dict[str, Any] = {
            f"{name}_{number}": best_items(entry.ranker, catalogue, number, one.users, one.excluded, K)[0]
            for name, (catalogue, several) in wanted.items()
            for number, one in enumerate(several)
        }
        cost = meter.read()
        seconds, facts = cost.pop("seconds"), json.dumps({**entry.facts, **cost})
        path.parent.mkdir(exist_ok=True)
        partial = path.with_suffix(".partial.npz")
        np.savez_compressed(partial, **lists, seconds=seconds, facts=facts)
        partial.replace(path)
        tell(f"{job}: done in {seconds:.1f} s  {facts}")


def digest(folder: Path) -> str:
    """The content of a folder's tables, as a hash."""
    content = hashlib.sha256()
    for path in sorted(folder.glob("*.parquet")):
        content.update(path.name.encode() + path.read_bytes())
    return content.hexdigest()


def tell(line: str) -> None:
    """Progress, read by the parent."""
    sys.stdout.write(f"{line}\n")


def backtest(folder: Path) -> None:
    """Do all jobs that were not done before, judge their lists, and write the outcome."""
    from models.comparison import compare

    whole = Backtest(folder)
    left = sum(not path.exists() for path in whole.paths.values())
    tell(f"{len(whole.paths)} lists to be judged, {len(whole.paths) - left} of them made before")
    listed = {job: whole.listed(job) for job in whole.paths}
    outcome = compare(whole.history, whole.judged_in, whole.cold_in, listed)
    outcome["jobs"] = [
        {**vars(job), "lists": whole.paths[job].stem, "seconds": one.seconds, "facts": one.facts}
        for job, one in listed.items()
    ]
    partial = folder / "outcome.partial"
    partial.write_text(json.dumps(outcome))
    partial.replace(folder / "outcome.json")


if __name__ == "__main__":
    end_with_parent()
    backtest(Path(sys.argv[1]))
