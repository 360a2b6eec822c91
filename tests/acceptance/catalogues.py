"""How well items are matched: `python -m tests.acceptance.catalogues [SEED …]`.

Two film catalogues with real titles and untidy spellings, which ../shared/acceptance/land_catalogues.py lays out,
become the items of two platforms of a home: they are ingested, encoded, matched, and canonical ids are read from
`marts.dim_items`. Prints precision, recall and F1 over pairs for each seed, and with `--misses` every pair that was
found or left out wrongly. Ends with 0 only if each seed reaches F1 0.95 with precision 0.99.
"""

import argparse
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows import ledger
from flows.contracts import load_contracts
from flows.encode import encode
from flows.ingest import ingest
from flows.match import match
from flows.platforms.staging_text import staging_texts
from flows.settings import Settings, read_settings
from flows.synchronise import synchronise
from flows.transform import transform
from flows.warehouse import connect

JUDGES = Path(__file__).resolve().parent.parent.parent.parent / "shared" / "acceptance"
NEVER_TUNED_ON = (101, 102, 103, 104, 105)
LEAST_F1, LEAST_PRECISION = 0.95, 0.99
NIGHT: dict[str, Any] = {"logical_date": "2026-03-01", "run_id": "catalogues"}

CONTRACT = """
platform: {name}
title: {name}
kinds:
  items:
    format: csv
    fields:
      - {{name: item_id, type: text, means: item_id}}
      - {{name: title, type: text, means: title}}
      - {{name: year, type: integer, means: released_year}}
      - {{name: genres, type: text, means: category}}
"""

FOUND = """
    select first.item_id, second.item_id
    from marts.dim_items as first
    inner join marts.dim_items as second on first.canonical_item_id = second.canonical_item_id
    where first.platform = 'first' and second.platform = 'second'
"""
TITLES = "select platform || ':' || item_id, title from marts.dim_items"
TRUTH = "select first_id, second_id from read_csv(?, all_varchar = true)"


@dataclass(frozen=True)
class Matching:
    """How one pair of catalogues was matched."""

    true: int
    false: list[tuple[str, str]]
    missed: list[tuple[str, str]]

    @property
    def precision(self) -> float:
        """The share of the pairs found that are one film."""
        return self.true / max(self.true + len(self.false), 1)

    @property
    def recall(self) -> float:
        """The share of the films on both platforms whose pair was found."""
        return self.true / max(self.true + len(self.missed), 1)

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.true / max(2 * self.true + len(self.false) + len(self.missed), 1)

    @property
    def is_good(self) -> bool:
        """Whether it reaches the bar."""
        return self.f1 >= LEAST_F1 and self.precision >= LEAST_PRECISION


def land(home: Path, seed: int) -> Settings:
    """A home with the two catalogues of a seed in its landing, and a contract for each."""
    out = home / "catalogues"
    subprocess.run([sys.executable, JUDGES / "land_catalogues.py", out, "--seed", str(seed)], check=True)
    settings = read_settings(home=home, contracts=home / "contracts")
    (settings.contracts / "platforms").mkdir(parents=True)
    for name in ("first", "second"):
        folder = settings.landing / name / "items"
        folder.mkdir(parents=True)
        (out / f"{name}.csv").rename(folder / "items.csv")
        (settings.contracts / "platforms" / f"{name}.yml").write_text(CONTRACT.format(name=name))
    for contract in load_contracts(settings.contracts):
        for path, text in staging_texts(contract).items():
            (settings.contracts / path).parent.mkdir(parents=True, exist_ok=True)
            (settings.contracts / path).write_text(text)
    synchronise(settings.contracts)
    return settings


def matched(home: Path, seed: int) -> Matching:
    """Match the catalogues of a seed as a night does, in a home of their own."""
    settings = land(home, seed)
    ingest(settings)
    with connect(settings.warehouse) as connection:
        ledger.create_tables(connection)
    transform(settings, "staging", NIGHT)
    encode(settings)
    match(settings)
    transform(settings, "training", NIGHT)
    with connect(settings.warehouse) as connection:
        found = set(connection.execute(FOUND).fetchall())
        truth = set(connection.execute(TRUTH, [str(home / "catalogues-truth.csv")]).fetchall())
        titles = dict(connection.execute(TITLES).fetchall())

    def named(pairs: set[tuple[str, str]]) -> list[tuple[str, str]]:
        return sorted((titles[f"first:{one}"], titles[f"second:{other}"]) for one, other in pairs)

    return Matching(len(found & truth), named(found - truth), named(truth - found))


def main() -> int:
    """Match the catalogues of each seed, and say how well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seeds", nargs="*", type=int, default=NEVER_TUNED_ON, help="(default: %(default)s)")
    parser.add_argument("--misses", action="store_true", help="print the pairs that are wrong or missing")
    arguments = parser.parse_args()
    if not JUDGES.is_dir():
        print(f"What lays the catalogues out is needed in {JUDGES}; the folder is absent. Nothing was run.")
        return 1
    is_good = True
    for seed in arguments.seeds:
        with tempfile.TemporaryDirectory(prefix="crossrec-catalogues-") as home:
            result = matched(Path(home), seed)
        is_good = is_good and result.is_good
        print(f"seed {seed}  precision {result.precision:.4f}  recall {result.recall:.4f}  F1 {result.f1:.4f}")
        for kind, pairs in (("wrong", result.false), ("missing", result.missed)) if arguments.misses else ():
            for one, other in pairs:
                print(f"  {kind:8} {one}  |  {other}")
    print("bar reached" if is_good else f"bar missed: F1 {LEAST_F1} with precision {LEAST_PRECISION}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
