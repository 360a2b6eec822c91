"""`python -m tests.benchmarks.quality SET`: how well recommenders rank on real data, side by side.

The home is laid once and kept, with all lists that were made in it, so a second call of the same code costs seconds.
`nights`: the four platforms of ../shared/data/amazon4, on the five nights of ../shared/acceptance/protocol.py.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
JUDGES = PROJECT.parent / "shared" / "acceptance"
CROSSREC = [sys.executable, "-m", "flows"]
NIGHTS = ("2014-01-24", "2014-02-23", "2014-03-25", "2014-04-24", "2014-05-24")
LAST_DAY = "2014-06-23"
RECOMMENDERS = (
    "joint", "single", "popularity", "popular-half-life-3", "popular-half-life-7", "popular-half-life-14",
    "popular-half-life-30", "popular-last-3", "popular-last-7", "popular-last-15", "popular-last-30", "popular-last-60",
    "item-knn", "item-knn-joint", "ease", "ials", "ials-joint", "item2vec", "item2vec-joint", "two-encoder",
)  # fmt: skip


def lay_nights(home: Path) -> None:
    """Land the four platforms whole, and propose a contract for each, as a user would."""
    landing = home / "landing"
    lay = [sys.executable, str(JUDGES / "land_amazon4.py"), str(landing), "--until", LAST_DAY]
    subprocess.run(lay, check=True)
    for platform in sorted(path.name for path in landing.iterdir()):
        add = [*CROSSREC, "platform", "add", platform, "--replace", *places(home)]
        subprocess.run(add, cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*CROSSREC, "ingest", *places(home)], cwd=PROJECT, check=True)


def places(home: Path) -> list[str]:
    """Where a command finds its home and its contracts."""
    return ["--home", str(home), "--contracts", str(home / "contracts")]


SETS = {"nights": (lay_nights, NIGHTS)}


def beside_peers(outcome: dict) -> list[str]:
    """A line for each night and the mean: the best popularity list, of ours and of the judge's table."""
    peers = json.loads((JUDGES / "peers.json").read_text())
    rows = [
        row
        for row in outcome["metrics"]
        if (row["segment"], row["metric"], row["platform"]) == ("all", "ndcg@10", "macro")
    ]
    lines = []
    for night in NIGHTS:
        best = max(peers[night], key=lambda name: peers[night][name]["macro"])
        ours = {row["recommender"]: row["value"] for row in rows if row["night"] == night}
        told = "  ".join(f"{name} {ours[name]:.4f}" for name in ("joint", "single", "popularity") if name in ours)
        lines.append(f"{night}  best popularity list {peers[night][best]['macro']:.4f} ({best})  {told}")
    return lines


def main() -> int:
    """Lay a home if there is none, and compare."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.quality",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("set", choices=SETS)
    parser.add_argument("--home", type=Path, help="where it is laid and kept (default: build/quality/SET)")
    parser.add_argument("--recommenders", default=",".join(RECOMMENDERS), metavar="NAME,…", help="(default: all)")
    parser.add_argument("--seeds", default="7", metavar="N,…", help="(default: %(default)s)")
    parser.add_argument("--masked", action="store_true", help="also with one platform hidden of every fifth person")
    arguments = parser.parse_args()
    if not JUDGES.is_dir():
        print(f"The real logs and their judge are needed in {JUDGES}; the folder is absent. Nothing was run.")
        return 1
    lay, nights = SETS[arguments.set]
    home = (arguments.home or PROJECT / "build" / "quality" / arguments.set).resolve()
    laid = home / "laid"
    if not laid.exists():
        home.mkdir(parents=True, exist_ok=True)
        lay(home)
        laid.touch()
    chosen = ["--nights", ",".join(nights), "--recommenders", arguments.recommenders, "--seeds", arguments.seeds]
    command = [*CROSSREC, "backtest", *chosen, *["--masked"] * arguments.masked, *places(home)]
    code = subprocess.run(command, cwd=PROJECT, check=False).returncode
    if code == 0:
        outcome = json.loads((home / "runs" / "backtest" / "outcome.json").read_text())
        print("\n".join(beside_peers(outcome)))
    return code


if __name__ == "__main__":
    sys.exit(main())
