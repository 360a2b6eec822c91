"""`python -m tests.benchmarks.quality SET`: how well recommenders rank, side by side.

What was made is kept under a name of code and data, so a second call of the same code costs seconds.
`nights`: the four platforms of ../shared/data/amazon4, on the five nights of ../shared/acceptance/protocol.py.
`amazon4-loo`, `amazon-bst`, `ml-1m`: each person's last item is to be foretold; see left_out.py.
`encoders`: the nights once more, for each text encoder and what learns of it and for each platform; see encoders.py.
`simulator`: what joint training brings on made-up platforms that share more and more; see simulated_uplift.py.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from models.cold_items import AMONG_COLD, AT_RANDOM
from tests.benchmarks.encoders import Nights, cells, compare_encoders
from tests.benchmarks.left_out_table import SETS, Chosen, compare
from tests.benchmarks.rectools import NAMES as PEERS
from tests.benchmarks.simulated_uplift import compare_dials

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
JUDGES = PROJECT.parent / "shared" / "acceptance"
CROSSREC = [sys.executable, "-m", "flows"]
NIGHTS = ("2014-01-24", "2014-02-23", "2014-03-25", "2014-04-24", "2014-05-24")
LAST_DAY = "2014-06-23"
RECOMMENDERS = (
    "shipped", "joint", "single", "tests.benchmarks.two_singles:two-singles",
    "popularity", "popular-half-life-3", "popular-half-life-7", "popular-half-life-14", "popular-half-life-30",
    "popular-last-3", "popular-last-7", "popular-last-15", "popular-last-30", "popular-last-60",
    "item-knn", "item-knn-joint", "ease", "ials", "ials-joint", "item2vec", "item2vec-joint", "text-knn",
    "text-knn-joint", "two-encoder",
    *PEERS,
)  # fmt: skip
LEFT_OUT_RECOMMENDERS = ("shipped", "joint", "single", "popularity", "item-knn", *PEERS)


def lay_nights(home: Path) -> None:
    """Land the four platforms whole, and propose a contract for each, as a user would."""
    landing = home / "landing"
    lay = [sys.executable, str(JUDGES / "land_amazon4.py"), str(landing), "--until", LAST_DAY]
    subprocess.run(lay, check=True)
    for platform in sorted(path.name for path in landing.iterdir()):
        add = [*CROSSREC, "platform", "add", platform, "--replace", *places(home)]
        subprocess.run(add, cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*CROSSREC, "ingest", *places(home)], cwd=PROJECT, check=True)


def lay_once(home: Path) -> None:
    """Lay the nights in a home in which they are not laid."""
    laid = home / "laid"
    if not laid.exists():
        home.mkdir(parents=True, exist_ok=True)
        lay_nights(home)
        laid.touch()


def places(home: Path) -> list[str]:
    """Where a command finds its home and its contracts."""
    return ["--home", str(home), "--contracts", str(home / "contracts")]


def beside_peers(outcome: dict) -> list[str]:
    """A line for each night that the judge's table has: the best popularity list there, and ours."""
    peers = json.loads((JUDGES / "peers.json").read_text())
    rows = [
        row
        for row in outcome["metrics"]
        if (row["segment"], row["metric"], row["platform"]) == ("all", "ndcg@10", "macro")
    ]
    lines = []
    for night in sorted(peers.keys() & {row["night"] for row in rows}):
        best = max(peers[night], key=lambda name: peers[night][name]["macro"])
        ours = {row["recommender"]: row["value"] for row in rows if row["night"] == night}
        told = "  ".join(
            f"{name} {ours[name]:.4f}" for name in ("shipped", "joint", "single", "popularity") if name in ours
        )
        lines.append(f"{night}  best popularity list {peers[night][best]['macro']:.4f} ({best})  {told}")
    return lines


def beside_chance(outcome: dict) -> list[str]:
    """A line for each recommender: how it ranks cold items among themselves, and how often that is chance."""
    wanted = (AMONG_COLD, "ndcg@10", "macro", "mean")
    names = ("segment", "metric", "platform", "night")
    rows = [row for row in outcome["metrics"] if tuple(row[name] for name in names) == wanted]
    values = {row["recommender"]: row["value"] for row in rows}
    return [
        f"{AMONG_COLD}: {name} {value:.4f}, {value / values[AT_RANDOM]:.2f} times {AT_RANDOM}"
        for name, value in sorted(values.items(), key=lambda pair: -pair[1])
    ]


def main() -> int:
    """Compare on the set that is named."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.quality",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("set", choices=["nights", "encoders", "simulator", *SETS])
    parser.add_argument("--home", type=Path, help="where what was made is kept (default: build/quality/SET)")
    parser.add_argument("--recommenders", type=names, metavar="NAME,…", help="(default: all)")
    parser.add_argument("--seeds", default="7", metavar="N,…", help="(default: %(default)s)")
    parser.add_argument(
        "--nights", type=names, default=NIGHTS, metavar="DATE,…", help="nights, encoders: (default: the protocol's)"
    )
    parser.add_argument(
        "--only", type=pairs, default=[], metavar="encoder=NAME,part=NAME,…", help="encoders: such cells alone"
    )
    parser.add_argument(
        "--masked", action="store_true", help="nights: also with one platform of every fifth person hidden"
    )
    parser.add_argument(
        "--without-prior", action="store_true", help="not nights: networks learn what is popular by themselves"
    )
    parser.add_argument(
        "--with",
        type=settings,
        default={},
        dest="overrides",
        metavar="NAME=NUMBER,…",
        help="not nights: hyperparameters",
    )
    parser.add_argument("--persons", type=int, metavar="N", help="not nights: the first N persons alone, to try it")
    arguments = parser.parse_args()
    home = (arguments.home or PROJECT / "build" / "quality" / arguments.set).resolve()
    seeds = [int(seed) for seed in arguments.seeds.split(",")]
    if arguments.set == "simulator":
        return compare_dials(home, seeds, lambda line: print(line, flush=True))
    if not JUDGES.is_dir():
        print(f"The real logs and their judge are needed in {JUDGES}; the folder is absent. Nothing was run.")
        return 1
    if arguments.set == "encoders":
        lay_once(home)
        nights = Nights(home, places(home), arguments.nights, seeds)
        return compare_encoders(nights, cells(arguments.only), lambda line: print(line, flush=True))
    if arguments.set == "nights":
        asked = {"nights": arguments.nights, "recommenders": arguments.recommenders or RECOMMENDERS, "seeds": seeds}
        return compare_nights(home, asked, arguments.masked)
    chosen = Chosen(
        arguments.recommenders or LEFT_OUT_RECOMMENDERS,
        seeds,
        not arguments.without_prior,
        arguments.overrides,
        arguments.persons,
    )
    compare(arguments.set, home, chosen, lambda line: print(line, flush=True))
    return 0


def compare_nights(home: Path, chosen: Mapping[str, Sequence[object]], is_masked: bool) -> int:
    """Lay a home if there is none, and run a backtest in it."""
    lay_once(home)
    options = [part for name, values in chosen.items() for part in (f"--{name}", ",".join(map(str, values)))]
    command = [*CROSSREC, "backtest", *options, *["--masked"] * is_masked, *places(home)]
    code = subprocess.run(command, cwd=PROJECT, check=False).returncode
    if code == 0:
        outcome = json.loads((home / "runs" / "backtest" / "outcome.json").read_text())
        print("\n".join([*beside_peers(outcome), *beside_chance(outcome)]))
    return code


def names(text: str) -> list[str]:
    """Names of the form NAME,NAME."""
    return text.split(",")


def pairs(text: str) -> list[tuple[str, str]]:
    """Words of the form NAME=WORD,NAME=WORD."""
    return [(name, word) for name, _, word in (pair.partition("=") for pair in text.split(","))]


def settings(text: str) -> dict[str, float]:
    """Numbers of the form NAME=NUMBER,NAME=NUMBER, whole ones as such."""
    pairs = (pair.split("=") for pair in text.split(","))
    return {name: int(value) if value.isdecimal() else float(value) for name, value in pairs}


if __name__ == "__main__":
    sys.exit(main())
